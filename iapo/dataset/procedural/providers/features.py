"""What is done with resources beside writing them: outputs, variables, many of one, changes.

Each feature changes a program that is drawn already, and says so. Which values and attributes
there are comes from the recipes.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iapo.dataset.procedural.hcl_writer import Expression, block
from iapo.dataset.procedural.hcl_writer import program as written
from iapo.dataset.procedural.providers import feature_words as say
from iapo.dataset.procedural.providers import services, values
from iapo.dataset.procedural.providers.architecture import Fact, Part
from iapo.dataset.procedural.providers.families import intent_of, resources
from iapo.dataset.procedural.providers.phrasing import added, quoted, said
from iapo.dataset.procedural.providers.recipes import Body, recipe, types
from iapo.dataset.procedural.providers.services import noun, plural, words
from iapo.dataset.procedural.wording import listed, name, team

_NAMES = ("name", "bucket", "identifier", "cluster_identifier", "function_name")


@dataclass
class Program:
    """A program while it is drawn.

    Attributes:
        parts: its resources, the one that was asked for first.
        before, after: blocks that stand above and below them.
        intent: what must hold beside the parts.
        sentences: what is said behind the parts.
        names: of the first resource, where it is made several times.
        text: the whole instruction, where it is not made from the parts.
        input: what it is about.
        copies: patterns in place of the first part's, one for each time that it is made.
        written: the resources' blocks, where their order matters.
    """

    parts: list[Part]
    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    text: str = ""
    input: str = ""
    copies: list[dict[str, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)


Feature = Callable[[random.Random, Program, int], bool]
"""Changes a program; false where it does not fit it. The number is how many parts were asked for,
with what they need; the others are companions."""


def output(rng: random.Random, program: Program, asked: int) -> bool:
    """One or two attributes of a resource are outputs."""
    part = rng.choice(program.parts)
    shown = attributes().get(part.type, ())
    if not shown:
        return False
    for attribute in rng.sample(shown, min(len(shown), rng.choice((1, 1, 1, 2)))):
        _show(rng, program, part, attribute)
    return True


def variable(rng: random.Random, program: Program, asked: int) -> bool:
    """A value comes from a variable with a default; sometimes there is an output as well."""
    part = program.parts[0]
    plain = [fact for fact in part.facts if _scalar(fact)]
    if not plain:
        return False
    fact = rng.choice(plain)
    title = rng.choice((fact.argument, f"{part.label}_{fact.argument}"))
    kind = {bool: "bool", int: "number", float: "number"}.get(type(fact.value), "string")
    body: dict[str, Any] = {"type": Expression(kind), "default": fact.value}
    wanted: dict[str, Any] = {"variable": title, "default": fact.value}
    value = _literal(fact.value)
    sentence = rng.choice(say.FROM_VARIABLE).format(w=words(fact.argument), n=title, v=value)
    if rng.random() < 0.25:
        body["description"] = wanted["description"] = f"The {words(fact.argument)}"
        sentence += f' Its description is "{body["description"]}".'
    part.facts.remove(fact)
    part.body[fact.argument] = Expression(f"var.{title}")
    part.pattern[fact.argument] = {"refers": "variable"}
    program.before.append(block(f'variable "{title}"', body))
    program.intent["variable"] = wanted
    program.sentences.append(sentence)
    shown = attributes().get(part.type, ())
    if shown and rng.random() < 0.3:
        _show(rng, program, part, rng.choice(shown))
    return True


def many(rng: random.Random, program: Program, asked: int) -> bool:
    """`for_each` over names, or over a map from names to what differs between them."""
    part = program.parts[0]
    called = _name_fact(part)
    if called is None or asked < len(program.parts):
        return False
    names = _distinct(lambda: name(rng), rng.choice((2, 2, 3)))
    part.facts.remove(called)
    part.body = {"for_each": None, **part.body, called.argument: Expression("each.key")}
    program.names = tuple(names)
    program.copies = [{called.argument: own} for own in names]
    differs = [fact for fact in part.facts if _scalar(fact)]
    over: dict[str, Any] | Expression = Expression(f"toset({json.dumps(names)})")
    sentences: Sequence[str] = say.OVER_SET
    if differs and rng.random() < 0.6:
        over = _differ(rng, program, names, rng.choice(differs))
        if not over:
            return False
        sentences = say.OVER_MAP
    local = plural(part.type.rsplit("_", 1)[-1])
    sentence = rng.choice(sentences)
    if "{local}" in sentence:
        program.before.append(block("locals", {local: over}))
        over = Expression(f"local.{local}")
    part.body["for_each"] = over
    program.sentences.append(sentence.format(local=local))
    return True


def _differ(
    rng: random.Random, program: Program, names: Sequence[str], fact: Fact
) -> dict[str, Any]:
    """The map from names to a fact's values; empty where there are too few different ones."""
    part = program.parts[0]
    spec = fact.spec or ()
    drawn = _distinct(lambda: values.draw(rng, spec), len(names))
    if len(drawn) < len(names):
        return {}
    part.facts.remove(fact)
    part.body[fact.argument] = Expression("each.value")
    way = rng.choice(("{n} ({w} {v})", "{n} with {w} {v}", "{n} with {v} as {w}"))
    pairs = list(zip(names, drawn, strict=True))
    for copy, value in zip(program.copies, drawn, strict=True):
        copy[fact.argument] = value
    program.names = tuple(
        way.format(n=own, w=words(fact.argument), v=_literal(value)) for own, value in pairs
    )
    return dict(pairs)


def counted(rng: random.Random, program: Program, asked: int) -> bool:
    """`count`, and names that end in a number."""
    part = program.parts[0]
    called = _name_fact(part)
    if called is None or asked < len(program.parts):
        return False
    number = rng.choice((2, 2, 3))
    stem = name(rng)
    names = tuple(f"{stem}-{index}" for index in range(number))
    part.facts.remove(called)
    part.body = {"count": number, **part.body}
    part.body[called.argument] = Expression(f'"{stem}-${{count.index}}"')
    program.names = names
    program.copies = [{called.argument: own} for own in names]
    program.sentences.append(rng.choice(say.COUNTED))
    return True


def provider(rng: random.Random, program: Program, asked: int) -> bool:
    """The provider is configured for a region, or a second one under an alias."""
    part = program.parts[0]
    which = services.provider(part.type)
    if which == "aws" and rng.random() < 0.4:
        home, other = rng.sample(values.REGIONS, 2)
        alias = rng.choice(("dr", "second", "backup", "replica", "other", other.replace("-", "_")))
        program.before += [
            block('provider "aws"', {"region": home}),
            block('provider "aws"', {"alias": alias, "region": other}),
        ]
        program.intent["home"] = {"provider": "aws", "region": home}
        program.intent["other"] = {"provider": "aws", "alias": alias, "region": other}
        for each in program.parts:
            each.body = {"provider": Expression(f"aws.{alias}"), **each.body}
            each.pattern["provider"] = {"refers": "other"}
        sentence = rng.choice(say.ALIASED).format(home=home, other=other, alias=alias)
    elif which == "aws":
        region = rng.choice(values.REGIONS)
        program.before.append(block('provider "aws"', {"region": region}))
        program.intent["provider"] = {"provider": "aws", "region": region}
        sentence = rng.choice(say.REGION).format(provider="AWS", region=region)
    elif which == "google":
        project, region = f"{team(rng)}-prod", rng.choice(values.GOOGLE_REGIONS)
        program.before.append(block('provider "google"', {"project": project, "region": region}))
        program.intent["provider"] = {"provider": "google", "project": project, "region": region}
        sentence = rng.choice(say.REGION).format(provider="Google", region=region)
        sentence = f"{sentence[:-1]} and {rng.choice(('the project', 'project'))} {project}."
    else:
        return False
    program.sentences.append(sentence)
    return True


def extended(rng: random.Random, program: Program, asked: int) -> bool:
    """There is code already; further resources are wanted beside it."""
    new = program.parts[asked:]
    if not new:
        return False
    old = program.parts[:asked]
    program.input = _text(old)
    told: list[str] = []
    there = list(old)
    for part in new:
        told.append(added(rng, part, there))
        there.append(part)
    program.text = rng.choice(say.EXTEND).format(new=listed(rng, told))
    program.written = [*resources(old), *resources(new[::-1])]
    return True


def changed(rng: random.Random, program: Program, asked: int) -> bool:
    """There is code already; some of its arguments are to be others, or are missing."""
    part = program.parts[0]
    made = recipe(part.type)
    tied = (
        {n for group in made.exactly for n in group} | made.together.keys() | made.conflicts.keys()
    )
    free = [f for f in part.facts if f.argument in made.body.optional and f.argument not in tied]
    free = [f for f in free if not isinstance(f.value, Part) and f.spec and f.spec[0] != "policy"]
    if not free:
        return False
    before = dict(part.body)
    chosen = rng.sample(free, min(len(free), rng.choice((1, 1, 2))))
    for fact in chosen:
        spec = fact.spec
        assert spec is not None
        other = values.draw(rng, spec)
        if (
            spec[0] in ("int", "enum", "bool", "text")
            and other != fact.value
            and rng.random() < 0.6
        ):
            before[fact.argument] = other
        else:
            del before[fact.argument]
    after, part.body = part.body, before
    program.input = _text(program.parts)
    part.body = after
    facts = listed(rng, [said(rng, fact) for fact in chosen])
    program.text = rng.choice(say.CHANGE).format(thing=noun(part.type), facts=facts)
    return True


def _show(rng: random.Random, program: Program, part: Part, attribute: str) -> None:
    """An output of an attribute of a part, with its sentence."""
    tail = part.type.rsplit("_", 1)[-1]
    title = rng.choice((f"{tail}_{attribute}", f"{tail}_{attribute}", f"{part.label}_{attribute}"))
    value = Expression(f"{part.type}.{part.label}.{attribute}")
    program.after.append(block(f'output "{title}"', {"value": value}))
    name = f"output_{attribute}"
    program.intent[name] = {"output": title, "value": {"refers": _pattern_name(program, part)}}
    own = part is program.parts[0] and rng.random() < 0.7
    what = words(attribute)
    program.sentences.append(
        rng.choice(say.SHOW if own else say.SHOW_OF).format(
            a=what, A=what[0].upper() + what[1:], n=title, t=noun(part.type)
        )
    )


def _pattern_name(program: Program, part: Part) -> str:
    return list(intent_of(program.parts))[program.parts.index(part)]


def _literal(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else quoted(value)


@cache
def attributes() -> Mapping[str, tuple[str, ...]]:
    """Type to those of its attributes that other resources refer to."""
    found: dict[str, set[str]] = {}
    for type in types():
        for target, attribute in _references(recipe(type).body):
            found.setdefault(target, set()).add(attribute)
    return {type: tuple(sorted(shown)) for type, shown in found.items()}


def _references(body: Body) -> Iterator[tuple[str, str]]:
    for spec in (*body.required.values(), *body.optional.values()):
        inner = spec[1] if spec[0] == "list" else spec
        if inner[0] == "ref":
            yield inner[1], inner[2]
    for nested in body.blocks.values():
        yield from _references(nested)


def _name_fact(part: Part) -> Fact | None:
    """The fact that names a resource, a word without blanks."""
    for fact in part.facts:
        plain = isinstance(fact.value, str) and fact.spec == ["text", "name"]
        if plain and fact.argument in _NAMES:
            return fact
    return None


def _scalar(fact: Fact) -> bool:
    """Whether a fact's value can be a variable's."""
    return (
        fact.spec is not None
        and fact.spec[0] in ("int", "bool", "enum", "text")
        and not isinstance(fact.value, Part)
    )


def _distinct(draw: Callable[[], Any], number: int) -> list[Any]:
    """So many values of which none is another; fewer where there are not as many."""
    out: list[Any] = []
    for _ in range(20 * number):
        value = draw()
        if value not in out:
            out.append(value)
        if len(out) == number:
            break
    return out


def _text(parts: Sequence[Part]) -> str:
    return written(*resources(parts)).rstrip("\n")
