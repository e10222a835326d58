"""Requests in varied words: how people ask for infrastructure, not what they ask for.

A family gives the thing and its facts as noun phrases ("a retention of 14 days"); this chooses a
way to ask, an order and a way to join them. Several hundred frames come from a few dozen parts.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

# {tool} is Terraform, Kubernetes, ...; {what} the thing with its name. A person who works with one
# tool all day seldom names it.
_BARE = (
    "{what}", "{what}", "{what}, please", "{what} please", "Wanted: {what}", "We now need {what}",
    "I still need {what}", "There should be {what}", "Get us {what}", "Add {what} for us",
    "How do I write {what}?", "What does {what} look like?", "What would {what} look like?",
    "Put {what} into code", "{what} is what I'm after", "All I need is {what}",
)  # fmt: skip
_LEADS = (
    "Create {what}", "Create {what} in {tool}", "Write {tool} code for {what}", "Define {what}",
    "Define {what} in {tool}", "Set up {what}", "Set up {what} with {tool}", "I need {what}",
    "I need {what} in {tool}", "We need {what}", "Add {what}", "Please add {what}",
    "Please write the {tool} code for {what}", "Give me {what} in {tool}", "Configure {what}",
    "Provision {what}", "Provision {what} using {tool}", "Our team needs {what}",
    "Using {tool}, create {what}", "In {tool}, define {what}", "With {tool}, set up {what}",
    "{tool}: {what}", "Could you write {tool} for {what}?", "Can you set up {what} in {tool}?",
    "Prepare {what}", "Declare {what}", "Build {what}", "Make {what}", "I want {what}",
    "I'd like {what}", "We are missing {what}", "Help me define {what} in {tool}",
    "Generate {tool} code that declares {what}", "Show me the {tool} for {what}",
)  # fmt: skip
_SECOND = (
    "It needs {facts}.", "It should have {facts}.", "It must have {facts}.", "Give it {facts}.",
    "Use {facts}.", "Make sure it has {facts}.", "Requirements: {facts}.", "Settings: {facts}.",
    "Configure {facts}.", "I want {facts}.", "Include {facts}.", "Don't forget {facts}.",
)  # fmt: skip
_INLINE = (
    "{lead} with {facts}.", "{lead} that has {facts}.", "{lead}, with {facts}.",
    "{lead} having {facts}.", "{lead}; it needs {facts}.", "{lead} and give it {facts}.",
)  # fmt: skip
_NAMED = (
    "{thing} named {name}", "{thing} called {name}", "{thing} with the name {name}",
    "{thing} {name}", "{thing} (name: {name})", '{thing} named "{name}"', "{thing} `{name}`",
)  # fmt: skip


def request(
    rng: random.Random,
    tool: str,
    thing: str,
    facts: Sequence[str] = (),
    *,
    name: str | None = None,
    naming: Sequence[str] = _NAMED,
) -> str:
    """Ask for something.

    Args:
        tool: how the prompt calls the language, e.g. `Terraform`.
        thing: with its article: `an S3 bucket`.
        facts: noun phrases, in an order that may be changed.
        name: put behind the thing in one of several ways; None where the facts give it.
        naming: the ways, with {thing} and {name}.
    """
    what = thing if name is None else rng.choice(naming).format(thing=thing, name=name)
    lead = ask_for(rng, tool, what)
    ordered = list(facts)
    if rng.random() < 0.5:
        rng.shuffle(ordered)
    if not ordered:
        return lead if lead.endswith("?") else lead + "."
    style = rng.random()
    if style < 0.12 and len(ordered) > 1:
        lines = "\n".join(f"- {fact}" for fact in ordered)
        return f"{lead.rstrip('?')}:\n{lines}"
    if style > 0.85 and not lead.endswith("?"):
        return f"{lead}: {rng.choice((', ', ', ', '; ')).join(ordered)}."
    joined = listed(rng, ordered)
    if lead.endswith("?") or style < 0.5:
        end = "" if lead.endswith("?") else "."
        return f"{lead}{end} {rng.choice(_SECOND).format(facts=joined)}"
    return rng.choice(_INLINE).format(lead=lead, facts=joined)


def ask_for(rng: random.Random, tool: str, what: str) -> str:
    """The first clause, without its full stop; one in three is as short as a ticket."""
    lead = rng.choice(_BARE if rng.random() < 0.35 else _LEADS).format(tool=tool, what=what)
    return lead[0].upper() + lead[1:]


def listed(rng: random.Random, parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, or with a last comma, `plus` or `as well as`."""
    if len(parts) == 1:
        return parts[0]
    last = rng.choice((" and ", " and ", " and ", ", and ", ", plus ", " as well as "))
    return ", ".join(parts[:-1]) + last + parts[-1]


def pick(rng: random.Random, *options: str) -> str:
    """One of several ways to say the same."""
    return rng.choice(options)


_TEAMS = (
    "acme", "orders", "billing", "payments", "search", "media", "web", "auth", "mail", "audit",
    "data", "report", "ledger", "catalog", "fleet", "sensor", "claims", "booking", "support",
    "shipping", "invoice", "metrics", "session", "profile", "archive", "ingest", "pricing", "cart",
    "crm", "hr", "legal", "game", "music", "video", "maps", "chat", "geo", "iot", "lab", "risk",
)  # fmt: skip
_STAGES = ("dev", "test", "staging", "prod", "qa", "demo", "blue", "eu", "us", "internal")


def name(rng: random.Random, *kinds: str) -> str:
    """A plausible resource name: `orders-events`, `acme-web-prod`; `kinds` are words to end in."""
    parts = [rng.choice(_TEAMS)]
    if kinds and rng.random() < 0.8:
        parts.append(rng.choice(kinds))
    if len(parts) == 1 or rng.random() < 0.35:
        parts.append(rng.choice(_STAGES))
    return "-".join(parts)


def team(rng: random.Random) -> str:
    """One word that stands for a product or team."""
    return rng.choice(_TEAMS)
