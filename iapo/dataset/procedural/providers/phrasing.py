"""Facts about resources in words, and a request for several resources.

Literals are never changed: every value that an intent asks for stands in the prompt as it is.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from iapo.dataset.procedural.asking import CLOSERS, OPENERS
from iapo.dataset.procedural.providers import services
from iapo.dataset.procedural.providers.architecture import Fact, Part
from iapo.dataset.procedural.providers.recipes import types
from iapo.dataset.procedural.providers.services import article, words
from iapo.dataset.procedural.wording import ask_for, listed, request

_SCALAR = (
    "{w} {v}", "{w} {v}", "{w} set to {v}", "{a} of {v}", "{v} as the {w}", "{w} = {v}", "the {w} {v}",
    "{v} for the {w}", "{w}: {v}", "{v} as {w}", "its {w} set to {v}", "{w} being {v}", "`{n}` {v}",
    "{n} = {v}", "{n} set to {v}",
)  # fmt: skip
_AMOUNT = (
    "{a} of {v} {u}", "{v} {u} of {w}", "{w} {v} {u}", "{w} set to {v} {u}", "{a} of {v} {u}",
    "{w} = {v} {u}", "{v} {u} as the {w}", "{n} {v}", "{n} = {v}",
)  # fmt: skip
_ON = (
    "{w} enabled", "{w} turned on", "{w} switched on", "{w} on", "{w} set to true", "{n} = true",
    "enabled {w}", "`{n}` true", "{w} activated", "{n} on",
)  # fmt: skip
_OFF = (
    "{w} disabled", "{w} turned off", "{w} switched off", "{w} off", "{w} set to false", "{n} = false",
    "no {w}", "`{n}` false", "{n} off",
)  # fmt: skip
_FLAG = ("{n} set to {b}", "{n} = {b}", "`{n}` {b}", "{w} set to {b}", "{w}: {b}", "{w} = {b}")
_LIST = (
    "{w} {v}", "{w} set to {v}", "{v} as {w}", "the {w} {v}", "{w}: {v}", "{v} for {w}", "{n} {v}",
)  # fmt: skip
_MAP = ("{w} {v}", "the {w} {v}", "{w}: {v}", "{w} set to {v}")
_BLOCK = (
    "{a} with {f}", "{a} ({f})", "{a} that has {f}", "{w}: {f}", "its {w} with {f}", "{w} ({f})",
    "a `{n}` block with {f}", "{a} block ({f})", "{a} having {f}", "a {n} block: {f}",
)  # fmt: skip
_BARE = ("an empty {n} block", "a bare `{n}` block", "an empty `{n}` block")
_OWN = (
    "{a}", "a new {t}", "its own {t}", "{a} of its own", "{a} created with it", "{a} defined alongside",
    "a dedicated {t}", "{a} made here as well",
)  # fmt: skip
_AS = (
    "{o} as the {w}", "{o} for the {w}", "{o} as {w}", "the {w} taken from {o}", "{w} from {o}",
    "the {w} pointing at {o}", "the {w} referring to {o}",
)  # fmt: skip
_AGAIN = ("the same {t}", "that {t}", "the {t} above")
_POLICY = (
    "{a} that allows {act} on *", "{a} allowing {act} on all resources (*)", "{w}: allow {act} on *",
    "{a} which allows {act} on resource *",
)  # fmt: skip
_TRUST = (
    "{a} that allows {svc} to call sts:AssumeRole", "{w}: allow {svc} sts:AssumeRole",
    "{a} allowing sts:AssumeRole for {svc}",
)  # fmt: skip
_PRINCIPAL = (" for {p}", " to {p}", " for the principal {p}")
_MORE = (
    "The {t} has {f}.", "Give the {t} {f}.", "For the {t} use {f}.", "The {t} needs {f}.",
    "Create the {t} as well, with {f}.", "{T}: {f}.", "The {t} itself gets {f}.", "Settings of the {t}: {f}.",
    "Also define the {t} with {f}.", "The {t} should have {f}.", "Use {f} for the {t}.",
    "The {t} comes with {f}.", "In the {t}, set {f}.", "Configure the {t} with {f}.",
)  # fmt: skip
_BESIDE = (
    "Add {a} too", "Also add {a}", "Beside it goes {a}", "Then {a}", "Include {a}", "Also create {a}",
    "We also need {a}", "There is also {a}", "On top of that, {a}", "Finally {a}", "Plus {a}",
)  # fmt: skip
_PLACES = {
    "aws": ("AWS", "AWS", "Amazon"),
    "google": ("Google Cloud", "GCP", "Google", "Google Cloud"),
    "azurerm": ("Azure", "Azure", "Microsoft Azure"),
}
_NAMED = (
    "{thing} named {name}", "{thing} called {name}", "{thing} with the name {name}", "{thing} {name}",
    "{thing} (name: {name})", '{thing} named "{name}"', "{thing} `{name}`", "{thing}, name {name}",
)  # fmt: skip
_NAMING = tuple(way for way in _NAMED if way not in ("{thing} {name}", "{thing} `{name}`"))
_TOOLS = ("Terraform", "Terraform", "Terraform", "Terraform", "HCL", "Terraform HCL")
# Where a thing stands is often said behind its name, and not what that is called.
_PLACED = ("resource_group_name", "location", "region", "project", "zone", "vpc_id", "subnet_id")
_WHERE = ("{what} ({where})", "{what}, {where}", "{what} in {where}", "{what} ({where})")
_NUMBERS = {2: "two", 3: "three", 4: "four"}
_EACH = (
    "{lead}, each with {facts}.", "{lead}; each has {facts}.", "{lead}. Each needs {facts}.",
    "{lead}. All of them have {facts}.", "{lead}, all with {facts}.", "{lead} ({facts} each).",
)  # fmt: skip
_UNITS = {
    "seconds": "seconds", "minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks",
    "months": "months", "gb": "GB", "gib": "GiB", "mb": "MB", "mib": "MiB", "kb": "KB", "tb": "TB",
    "percent": "percent", "percentage": "percent", "ms": "ms", "bytes": "bytes", "mbps": "Mbps",
    "milliseconds": "milliseconds",
}  # fmt: skip


def instruction(
    rng: random.Random,
    parts: Sequence[Part],
    *,
    names: Sequence[str] = (),
    more: Sequence[str] = (),
) -> str:
    """Ask for the first of the parts, with all that is true of it and of the others.

    Args:
        parts: all of one provider; every literal of every one is said.
        names: of the first, where several of it are asked for that differ in their names.
        more: sentences that stand behind all that is said of the parts.
    """
    main = parts[0]
    known: set[int] = set()
    opener, closer = rng.choice(OPENERS), rng.choice(CLOSERS)
    text = _several(rng, main, names, known) if names else _first(rng, main, known)
    if opener.endswith((", ", ": ")) and not text.startswith(("I ", "I'")):
        text = text[0].lower() + text[1:]
    text = opener + text
    gap = "\n\n" if "\n- " in text else " "
    known.add(id(main))
    # What was mentioned is described next; what was not is a companion.
    rest = list(parts[1:])
    while rest:
        part = next((p for p in rest if id(p) in known), rest[0])
        rest.remove(part)
        mentioned = id(part) in known
        known.add(id(part))
        sentence = _more(rng, part, known, mentioned)
        if sentence:
            text += gap + sentence
            gap = " "
    for sentence in more:
        text += gap + sentence
        gap = " "
    if closer and not text.endswith((".", "?")):
        closer = f"\n\n{closer.strip()}"
    return text + closer


def _first(rng: random.Random, part: Part, known: set[int]) -> str:
    """Ask for a resource with its facts."""
    thing = _thing(rng, part.type)
    name, facts = _name(rng, part)
    naming = _NAMING if "`" in thing or "_" in thing else _NAMED
    if name is not None and rng.random() < 0.4:
        where, facts = _placed(facts)
        if where:
            thing = rng.choice(naming).format(thing=thing, name=name)
            thing = rng.choice(_WHERE).format(what=thing, where=", ".join(where))
            name = None
    told = [_said(rng, fact, known) for fact in facts]
    return request(rng, rng.choice(_TOOLS), thing, told, name=name, naming=naming)


def _placed(facts: Sequence[Fact]) -> tuple[list[str], list[Fact]]:
    """The places that are given as plain text, and the other facts."""
    where = {fact.argument: fact for fact in facts if fact.argument in _PLACED}
    plain = {name: fact for name, fact in where.items() if isinstance(fact.value, str)}
    said = [plain[name].value for name in _PLACED if name in plain]
    return said, [fact for fact in facts if fact not in plain.values()]


def _several(rng: random.Random, part: Part, names: Sequence[str], known: set[int]) -> str:
    """Ask for several resources that differ in their names."""
    noun = services.plural(services.noun(part.type))
    hint = f" ({part.type})" if part.type in _ambiguous() else ""
    many = rng.choice((f"{_NUMBERS[len(names)]} {noun}", noun)) + hint
    way = rng.choice(
        ("{many} named {names}", "{many}: {names}", "{many} ({names})", "the {many} {names}")
    )
    what = way.format(many=many, names=listed(rng, names))
    lead = ask_for(rng, rng.choice(_TOOLS), what)
    told = [_said(rng, fact, known) for fact in part.facts]
    if not told:
        return lead if lead.endswith("?") else f"{lead}."
    if lead.endswith("?"):
        return f"{lead} Each needs {listed(rng, told)}."
    return rng.choice(_EACH).format(lead=lead, facts=listed(rng, told))


def added(rng: random.Random, part: Part, there: Sequence[Part]) -> str:
    """A further resource as a noun phrase with its facts; it may refer to those that are there."""
    known = {id(other) for other in there}
    thing = article(services.noun(part.type))
    if part.type in _ambiguous():
        thing += f" ({part.type})"
    name, facts = _name(rng, part)
    if name is not None:
        thing = rng.choice(_NAMING).format(thing=thing, name=name)
    told = [_said(rng, fact, known) for fact in facts]
    return f"{thing} with {listed(rng, told)}" if told else thing


def _name(rng: random.Random, part: Part) -> tuple[str | None, list[Fact]]:
    """The name to put behind the thing, and the other facts."""
    for fact in part.facts:
        plain = fact.argument == "name" and isinstance(fact.value, str) and " " not in fact.value
        if plain and rng.random() < 0.85:
            return fact.value, [other for other in part.facts if other is not fact]
    return None, part.facts


def _thing(rng: random.Random, type: str) -> str:
    noun, provider = services.noun(type), services.provider(type)
    place = rng.choice(_PLACES[provider])
    named = any(known.lower() in noun.lower() for known in _PLACES[provider])
    style = rng.random()
    if not named and (provider != "aws" or style < 0.35 or noun[0].islower()):
        before = "Google" if noun.startswith("Cloud ") else place
        noun = f"{before} {noun}" if style < 0.7 else noun
        tail = f" on {place}" if style >= 0.7 else ""
    else:
        tail = ""
    hint = rng.random() < 0.2 or type in _ambiguous()
    exact = rng.choice((f" ({type})", f" (`{type}`)", f", type {type},")) if hint else ""
    if exact.endswith(","):
        exact = f" of type {type}"
    return article(noun) + tail + exact


@cache
def _ambiguous() -> frozenset[str]:
    """Types whose words are those of another type of the same provider."""
    by_noun: dict[tuple[str, str], list[str]] = {}
    for type in types():
        key = services.provider(type), services.noun(type).lower()
        by_noun.setdefault(key, []).append(type)
    return frozenset(t for found in by_noun.values() if len(found) > 1 for t in found)


def _more(rng: random.Random, part: Part, known: set[int], mentioned: bool) -> str:
    """A sentence on a part that is not the first; empty where all is said."""
    noun = services.noun(part.type)
    said = [_said(rng, fact, known) for fact in part.facts]
    if mentioned:
        if not said:
            return ""
        if rng.random() < 0.5:
            rng.shuffle(said)
        sentence = rng.choice(_MORE)
        return sentence.format(t=noun, T=noun[0].upper() + noun[1:], f=listed(rng, said))
    thing = article(noun)
    if part.type in _ambiguous():
        thing += f" ({part.type})"
    lead = rng.choice(_BESIDE).format(a=thing)
    joined = f" with {listed(rng, said)}" if said else ""
    return f"{lead}{joined}."


def said(rng: random.Random, fact: Fact) -> str:
    """One fact as a noun phrase."""
    return _said(rng, fact, set())


def _said(rng: random.Random, fact: Fact, known: set[int]) -> str:
    n, w = fact.argument, words(fact.argument)
    if fact.spec is None:
        inner = [_said(rng, part, known) for part in fact.value]
        if not inner:
            return rng.choice(_BARE).format(n=n)
        return rng.choice(_BLOCK).format(a=article(w), w=w, n=n, f=_inside(rng, inner))
    if isinstance(fact.value, Part):
        return _reference(rng, fact, known)
    head, value = fact.spec[0], fact.value
    if head == "policy":
        return _policy(rng, w, value)
    if head == "bool":
        return _flag(rng, n, value)
    if head == "map":
        pairs = [rng.choice(("{}={}", "{} = {}", "{}: {}")).format(k, v) for k, v in value.items()]
        return rng.choice(_MAP).format(w=w, v=listed(rng, pairs))
    if head == "list":
        return rng.choice(_LIST).format(n=n, w=w, v=listed(rng, [quoted(v) for v in value]))
    unit = _UNITS.get(n.rsplit("_", 1)[-1])
    if head == "int" and unit and "_" in n:
        short = words(n.rsplit("_", 1)[0].removesuffix("_in"))
        return rng.choice(_AMOUNT).format(n=n, w=short, a=article(short), v=value, u=unit)
    return rng.choice(_SCALAR).format(n=n, w=w, a=article(w), v=quoted(value))


def _inside(rng: random.Random, facts: list[str]) -> str:
    """Facts that stand inside another one."""
    return facts[0] if len(facts) == 1 else ", ".join(facts[:-1]) + " and " + facts[-1]


def quoted(value: Any) -> str:
    """A value as it stands in a sentence."""
    text = str(value)
    return f'"{text}"' if " " in text or not text else text


def _flag(rng: random.Random, n: str, value: bool) -> str:
    """A boolean, with at least one word of its name."""
    for before in ("enable_", "enabled_", "is_", "has_"):
        short = n.removeprefix(before)
        if short != n:
            break
    short = short.removesuffix("_enabled").removesuffix("_enable")
    # "no disable ..." says nothing clearly, and an argument may have no name but its being on.
    bare = short in ("enabled", "enable") or not re.search("[a-z]{3}", short)
    if bare or n.startswith(("disable", "no_", "skip")) or "disab" in n:
        said = "true" if value else "false"
        return rng.choice(_FLAG).format(n=n, w=words(n), b=said)
    return rng.choice(_ON if value else _OFF).format(n=n, w=words(short))


def _reference(rng: random.Random, fact: Fact, known: set[int]) -> str:
    part: Part = fact.value
    noun, n = services.noun(part.type), fact.argument
    if id(part) in known:
        own = rng.choice(_AGAIN).format(t=noun)
    else:
        known.add(id(part))
        own = rng.choice(_OWN).format(a=article(noun), t=noun)
    stem = (
        n.rsplit("_", 1)[0]
        if n.endswith(("_id", "_arn", "_name", "_ids", "_arns", "_names"))
        else n
    )
    if noun.lower().replace(" ", "_").endswith(stem.rstrip("s").lower()):
        return own
    return rng.choice(_AS).format(o=own, w=words(n))


def _policy(rng: random.Random, w: str, statement: dict[str, Any]) -> str:
    principal = statement.get("Principal", {})
    if "Service" in principal:
        return rng.choice(_TRUST).format(a=article(w), w=w, svc=principal["Service"])
    text = rng.choice(_POLICY).format(a=article(w), w=w, act=statement["Action"])
    if principal:
        text += rng.choice(_PRINCIPAL).format(p=principal["AWS"])
    return text
