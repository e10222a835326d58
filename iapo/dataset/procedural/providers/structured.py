"""Programs that are more than resources: outputs, variables, many of one, providers, changes.

Each family draws resources of any trained type and does one thing with them that people ask for
in every service alike. Which values and attributes there are comes from the recipes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iapo.dataset.procedural import novelty
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Expression, block, program
from iapo.dataset.procedural.providers import services, values
from iapo.dataset.procedural.providers.architecture import PLANS, Assembly, Fact, Part, size
from iapo.dataset.procedural.providers.families import (
    SERVICES,
    difficulty,
    intent_of,
    resources,
    trained,
)
from iapo.dataset.procedural.providers.phrasing import added, instruction, said
from iapo.dataset.procedural.providers.recipes import Body, recipe, types
from iapo.dataset.procedural.providers.services import noun, plural, words
from iapo.dataset.procedural.wording import listed, name, team
from iapo.verify.report import Format

_LONGEST = 1400  # characters of a reference
_TRIES = 60  # of other types, until one fits


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


@dataclass(frozen=True)
class Structured(Family):
    """Resources of any trained type, and one feature of the language.

    Attributes:
        feature: what is done with them.
        plans: levels of the resources themselves.
    """

    name: str = "terraform/structured"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3, 4, 5)
    weight: float = 3.0
    plans: tuple[int, ...] = (1, 1, 2, 2, 3)
    feature: Feature = lambda rng, program, asked: False

    def make(self, rng: random.Random) -> Draft:
        for _ in range(_TRIES):
            draft = self._draft(rng)
            if draft is not None and len(draft.output) <= _LONGEST:
                return draft
        raise RuntimeError(f"{self.name}: no resource type fits")

    def _draft(self, rng: random.Random) -> Draft | None:
        plan = rng.choice(PLANS[rng.choice(self.plans)])
        assembly = Assembly(rng, trained, plan)
        assembly.add(_type(rng), plan.options, plan.blocks)
        asked = len(assembly.parts)
        assembly.complete()
        made = Program(assembly.parts)
        if not self.feature(rng, made, asked):
            return None
        text = made.text or instruction(rng, made.parts, names=made.names, more=made.sentences)
        intent = intent_of(made.parts)
        if made.copies:
            first = next(iter(intent))
            pattern = intent.pop(first)
            intent |= {f"{first}_{i}": pattern | own for i, own in enumerate(made.copies)}
        return Draft(
            text,
            program(*made.before, *(made.written or resources(made.parts)), *made.after),
            intent | made.intent,
            difficulty=min(5, difficulty(made.parts) + 1),
            input=made.input,
        )


# --- features -------------------------------------------------------------------------------------


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
    sentence = rng.choice(_FROM_VARIABLE).format(w=words(fact.argument), n=title, v=value)
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
    part.body = {"for_each": Expression(""), **part.body}
    part.body[called.argument] = Expression("each.key")
    copies: list[dict[str, Any]] = [{called.argument: own} for own in names]
    said_names = list(names)
    differs = [fact for fact in part.facts if _scalar(fact) and fact.spec is not None]
    if differs and rng.random() < 0.6:
        fact = rng.choice(differs)
        spec = fact.spec
        assert spec is not None
        drawn = _distinct(lambda: values.draw(rng, spec), len(names))
        if len(drawn) < len(names):
            return False
        part.facts.remove(fact)
        part.body[fact.argument] = Expression("each.value")
        for copy, value in zip(copies, drawn, strict=True):
            copy[fact.argument] = value
        way = rng.choice(("{n} ({w} {v})", "{n} with {w} {v}", "{n} with {v} as {w}"))
        said_names = [
            way.format(n=own, w=words(fact.argument), v=_literal(value))
            for own, value in zip(names, drawn, strict=True)
        ]
        pairs = "\n".join(
            f'"{own}" = {_literal(value, quoted=True)}'
            for own, value in zip(names, drawn, strict=True)
        )
        over = f"{{\n{pairs}\n}}"
        sentences = _OVER_MAP
    else:
        over = "toset([" + ", ".join(f'"{own}"' for own in names) + "])"
        sentences = _OVER_SET
    local = plural(part.type.rsplit("_", 1)[-1])
    sentence = rng.choice(sentences)
    if "{local}" in sentence:
        program.before.append(f"locals {{\n{local} = {over}\n}}")
        over = f"local.{local}"
    part.body["for_each"] = Expression(over)
    program.names = tuple(said_names)
    program.copies = copies
    program.sentences.append(sentence.format(local=local))
    return True


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
    program.sentences.append(rng.choice(_COUNTED))
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
        sentence = rng.choice(_ALIASED).format(home=home, other=other, alias=alias)
    elif which == "aws":
        region = rng.choice(values.REGIONS)
        program.before.append(block('provider "aws"', {"region": region}))
        program.intent["provider"] = {"provider": "aws", "region": region}
        sentence = rng.choice(_REGION).format(provider="AWS", region=region)
    elif which == "google":
        project, region = f"{team(rng)}-prod", rng.choice(values.GOOGLE_REGIONS)
        program.before.append(block('provider "google"', {"project": project, "region": region}))
        program.intent["provider"] = {"provider": "google", "project": project, "region": region}
        sentence = rng.choice(_REGION).format(provider="Google", region=region)
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
    program.text = rng.choice(_EXTEND).format(new=listed(rng, told))
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
    program.text = rng.choice(_CHANGE).format(thing=noun(part.type), facts=facts)
    return True


# --- words ----------------------------------------------------------------------------------------

_SHOW = (
    "Output the {a} as {n}.", "Output its {a} as {n}.", "{A} as output {n}.", "The {a} as output {n}.",
    "Return the {a} as output {n}.", "Print its {a} as the output {n}.", "Show the {a} in an output {n}.",
    "Expose the {a} as an output called {n}.", "I need the {a} as the output {n}.", "Output: the {a}, {n}.",
    "Other modules read the {a} from the output {n}.", "Add an output {n} with the {a}.",
)  # fmt: skip
_SHOW_OF = (
    "Output the {a} of the {t} as {n}.", "Return the {a} of the {t} as output {n}.",
    "The {t}'s {a} is the output {n}.", "Show the {a} of the {t} in an output {n}.",
    "{n} is an output with the {a} of the {t}.",
)  # fmt: skip
_FROM_VARIABLE = (
    "The {w} comes from a variable {n}, default {v}.", "Make the {w} a variable {n} that defaults to {v}.",
    "The {w} is a variable named {n} (default {v}).", "Take the {w} from the variable {n}, {v} by default.",
    "A variable {n}, default {v}, holds the {w}.", "We want to set the {w} with a variable {n}; it defaults to {v}.",
    "Read the {w} from variable {n}, whose default is {v}.", "{w} through a variable {n} = {v}.",
)  # fmt: skip
_OVER_SET = (
    "Use one resource with for_each.", "One resource with for_each over a set, please.",
    "Write it once, with for_each.", "Loop with for_each, don't copy and paste.", "for_each, not copies.",
    "Keep the names in a local {local} and loop over it with for_each.",
    "The names live in a local called {local}.", "One block for all of them.",
)  # fmt: skip
_OVER_MAP = (
    "Use one resource with for_each over a map.", "One for_each over a map, please.",
    "Keep them in a local map {local} and loop over it.", "Loop over a local map named {local}.",
    "One resource with for_each.", "A local map {local} holds them; for_each does the rest.",
)  # fmt: skip
_COUNTED = (
    "Use count.", "With count, please.", "Use count and count.index for the names.",
    "One resource with count.", "count does that.", "Number them with count.index.",
)  # fmt: skip
_REGION = (
    "The {provider} provider works in {region}.", "Configure the {provider} provider with region {region}.",
    "Provider {provider}, region {region}.", "Set the {provider} provider's region to {region}.",
    "Include the {provider} provider block for {region}.",
)  # fmt: skip
_ALIASED = (
    "The default provider works in {home}; put this into {other} through an aliased provider {alias}.",
    "Our default region is {home}, but this goes to {other}: add an aliased provider {alias} for it.",
    "Two providers: {home} by default and {other} under the alias {alias}, which is used here.",
    "Use an aliased provider {alias} in {other}; the default one stays in {home}.",
)  # fmt: skip
_EXTEND = (
    "Extend the code below: add {new}.", "Add {new} to the code below.", "Here is what we have. Add {new}.",
    "To this configuration belongs {new}. Hand back the whole file.", "Keep what is there and add {new}.",
    "The code below lacks {new}. Send back the complete file.", "We also need {new} beside this.",
    "What is below is deployed already; now add {new}, and leave the rest as it is.",
)  # fmt: skip
_CHANGE = (
    "Change the {thing} below: {facts}.", "The {thing} below should have {facts}.",
    "Set this on the {thing} below and leave everything else as it is: {facts}.",
    "Please correct the {thing}: it needs {facts}.", "The {thing} below lacks {facts}. Repair that.",
    "Give the {thing} below {facts}; touch nothing else.", "Review comment: the {thing} wants {facts}.",
    "Same file, but the {thing} with {facts}.",
)  # fmt: skip


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
        rng.choice(_SHOW if own else _SHOW_OF).format(
            a=what, A=what[0].upper() + what[1:], n=title, t=noun(part.type)
        )
    )


def _pattern_name(program: Program, part: Part) -> str:
    return list(intent_of(program.parts))[program.parts.index(part)]


def _literal(value: Any, *, quoted: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and (quoted or " " in value or not value):
        return f'"{value}"'
    return str(value)


# --- what there is to choose from -----------------------------------------------------------------


def _type(rng: random.Random) -> str:
    """A trained type that can be made; every other one of a service that is asked for often."""
    makeable = _makeable()
    often = [service for service in makeable if service in novelty.benchmark_splits()]
    service = rng.choice(often if rng.random() < 0.5 else tuple(makeable))
    return rng.choice(makeable[service])


@cache
def _makeable() -> Mapping[str, tuple[str, ...]]:
    """Service to its types that can be made of trained ones; services with none are left out."""
    found = {
        service: tuple(type for type in members if trained(type) and size(type, trained) <= 3)
        for service, members in SERVICES.items()
    }
    return {service: members for service, members in found.items() if members}


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
    return program(*resources(parts)).rstrip("\n")


_NAMES: Collection[str] = ("name", "bucket", "identifier", "cluster_identifier", "function_name")

for _name, _feature, _plans in (
    ("outputs", output, (1, 1, 2, 3)),
    ("variables", variable, (1, 2, 2, 3)),
    ("for-each", many, (1, 1, 2)),
    ("count", counted, (1, 1, 2)),
    ("provider-block", provider, (1, 1, 2, 3)),
    ("extended", extended, (3, 3, 4)),
    ("changed", changed, (2, 2, 3)),
):
    register(Structured(name=f"terraform/{_name}", feature=_feature, plans=_plans))
