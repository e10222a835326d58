"""Try recipes with the real verifier and take out what it refuses."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from iapo.dataset.procedural.hcl_writer import program, resource
from iapo.dataset.procedural.providers import architecture, recipes
from iapo.dataset.procedural.providers.architecture import PLANS, Assembly
from iapo.dataset.procedural.providers.recipes import Body, Recipe
from iapo.verify import verify_many
from iapo.verify.report import Diagnostic, Format, Report

_TOGETHER = 25  # programs in a file: judging one costs little more than judging one of them
_HEADER = re.compile(r'resource "(\w+)" "\w+"')


def use(found: Mapping[str, Recipe]) -> None:
    """Make the generator draw from these recipes instead of the shipped ones."""
    recipes.replace_all(found)
    architecture.known.cache_clear()
    architecture.referring.cache_clear()


def reachable(found: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """Without the types that need one that there is no recipe of, and references to such."""
    found = dict(found)
    while True:
        kept: dict[str, Recipe] = {}
        for type, recipe in found.items():
            body = _without_lost(recipe.body, found)
            if body is not None:
                kept[type] = replace(recipe, body=body)
        use(kept)
        makeable = {
            t: r
            for t, r in kept.items()
            if architecture.size(t, lambda _: True) <= architecture.MOST_PARTS
        }
        if len(makeable) == len(found) and makeable == found:
            return makeable
        found = makeable


def _without_lost(body: Body, found: Mapping[str, Recipe]) -> Body | None:
    """The body with literals where the type referred to is lost; None where it cannot be made."""
    required, optional = {}, {}
    for name, spec in body.required.items():
        kept = _spec(spec, found)
        if kept is None:
            return None
        required[name] = kept
    for name, spec in body.optional.items():
        kept = _spec(spec, found)
        if kept is not None:
            optional[name] = kept
    blocks = {}
    for name, inner in body.blocks.items():
        kept_block = _without_lost(inner, found)
        if kept_block is None and name in body.needed:
            return None
        if kept_block is not None and (
            name in body.needed or kept_block.required or kept_block.optional
        ):
            blocks[name] = kept_block
    return Body(required, optional, blocks, body.needed)


def _spec(spec: recipes.Spec, found: Mapping[str, Recipe]) -> recipes.Spec | None:
    if spec[0] == "list":
        inner = _spec(spec[1], found)
        return None if inner is None else ["list", inner, spec[2]]
    if spec[0] == "ref" and spec[1] not in found:
        return spec[3]  # type: ignore[no-any-return]
    return spec


def programs(types: Iterable[str], each: int, seed: str) -> list[str]:
    """Programs of all sizes, `each` of every type."""
    out = []
    for type in types:
        for index in range(each):
            rng = random.Random(f"{seed}/{type}/{index}")
            plan = PLANS[1][0] if index == 0 else rng.choice(PLANS[rng.choice((2, 3, 3, 3, 4))])
            assembly = Assembly(rng, lambda _: True, plan)
            assembly.add(type, plan.options, plan.blocks)
            blocks = [resource(p.type, p.label, p.body) for p in reversed(assembly.parts)]
            out.append(_renamed(program(*blocks), len(out)))
    return out


def _renamed(text: str, number: int) -> str:
    """A program whose labels are its own, so that it can stand in one file with others."""
    for type, label in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE):
        text = text.replace(f'"{type}" "{label}" {{', f'"{type}" "{label}_p{number}" {{')
        text = re.sub(rf"\b{type}\.{label}\.", f"{type}.{label}_p{number}.", text)
    return text


def refused(written: list[str], plan: bool) -> Counter[tuple[str, str]]:
    """(type, argument) that a diagnostic is about, with how often; argument "" where it is unclear."""
    blamed: Counter[tuple[str, str]] = Counter()
    files = [written[at : at + _TOGETHER] for at in range(0, len(written), _TOGETHER)]
    alone: list[str] = []
    for start in range(0, len(files), 20):
        chunk = files[start : start + 20]
        for together, report in zip(
            chunk, _judged(["\n".join(f) for f in chunk], plan), strict=True
        ):
            found = [_blame("\n".join(together), d) for d in report.diagnostics]
            if None in found:
                alone += together  # something went wrong with all of it: whose fault is it?
            else:
                blamed.update(blame for blame in found if blame)
        print(f"  {min(start + 20, len(files))} of {len(files)} files", flush=True)
    for text, report in zip(alone, _judged(alone, plan), strict=True):
        for diagnostic in report.diagnostics:
            asked = re.findall(_HEADER, text)[-1]
            blamed[_blame(text, diagnostic) or (asked, "")] += 1
            print(f"  {asked} alone: {diagnostic.message[:100]}", flush=True)
    return blamed


def _judged(texts: list[str], plan: bool) -> list[Report]:
    items: list[tuple[str, Format | None]] = [(text, "terraform") for text in texts]
    return verify_many(items, plan=plan, timeout=300)


def _blame(text: str, diagnostic: Diagnostic) -> tuple[str, str] | None:
    """The type and argument that a diagnostic is about; None where it is about no resource."""
    line, message = diagnostic.line or 0, diagnostic.message
    lines = text.split("\n")
    header = next(
        (i for i in range(min(line, len(lines)) - 1, -1, -1) if _HEADER.match(lines[i])), None
    )
    if header is None:
        return None
    type = _HEADER.match(lines[header])[1]  # type: ignore[index]
    # The outermost argument or block that the line stands in.
    for index in range(line - 1, header, -1):
        found = re.match(r"  (\w+) *(=|\{)", lines[index])
        if found:
            return type, found[1]
    end = next((i for i in range(header + 1, len(lines)) if lines[i] == "}"), len(lines))
    inside = "\n".join(lines[header:end])
    names = re.findall(r"^ +(\w+)(?: +=| \{)", inside, re.MULTILINE)
    named = [name for name in names if re.search(rf"\b{name}\b", message)]
    return type, named[0] if named else ""


def without(found: Mapping[str, Recipe], blamed: Counter[tuple[str, str]]) -> dict[str, Recipe]:
    """The recipes with what is to blame taken out; types where that cannot be are left out."""
    out = dict(found)
    for type, argument in blamed:
        recipe = out.get(type)
        if recipe is None:
            continue
        body = recipe.body
        grouped = any(argument in group and len(group) == 1 for group in recipe.exactly)
        if argument in body.optional and not grouped:
            optional = {n: s for n, s in body.optional.items() if n != argument}
            out[type] = replace(
                recipe, body=replace(body, optional=optional), exactly=_less(recipe, argument)
            )
        elif argument in body.blocks and argument not in body.needed and not grouped:
            blocks = {n: b for n, b in body.blocks.items() if n != argument}
            out[type] = replace(
                recipe, body=replace(body, blocks=blocks), exactly=_less(recipe, argument)
            )
        elif argument in body.blocks and body.blocks[argument].optional:
            inner = replace(body.blocks[argument], optional={})
            out[type] = replace(recipe, body=replace(body, blocks={**body.blocks, argument: inner}))
        elif argument == "" and (body.optional or set(body.blocks) - body.needed):
            blocks = {n: b for n, b in body.blocks.items() if n in body.needed}
            kept = {n for group in recipe.exactly for n in group}
            optional = {n: s for n, s in body.optional.items() if n in kept}
            if len(optional) == len(body.optional) and len(blocks) == len(body.blocks):
                del out[type]
            else:
                out[type] = replace(recipe, body=replace(body, optional=optional, blocks=blocks))
        else:
            del out[type]
    return out


def _less(recipe: Recipe, argument: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(n for n in group if n != argument) for group in recipe.exactly)
