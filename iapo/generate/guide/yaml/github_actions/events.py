"""What starts a workflow: events with their activity types and filters, inputs of manual and called runs."""

from __future__ import annotations

from iapo.generate.guide.yaml.github_actions import facts
from iapo.generate.guide.yaml.github_actions.scalars import (
    Make,
    flag,
    mapping,
    named,
    of,
    sequence,
    some,
    text,
    texts,
    words,
)
from iapo.generate.guide.yaml.github_actions.schedules import SCHEDULE
from iapo.generate.guide.yaml.shapes import Demand, Rules, Shape, Struct, Tie, changed
from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.contexts import NOWHERE
from iapo.verify.github_actions.events import EVENTS, FILTERS

_CRON = Shape(text=True, pattern=SCHEDULE)
_SPECIAL = ("workflow_dispatch", "workflow_call", "repository_dispatch")
_EXCLUSIVE = tuple(some(f"{name} {name}-ignore", 0, 1) for name in ("branches", "tags", "paths"))


def events() -> Shape:
    """The value of `on`: an event, several, or a mapping of them."""
    bare = tuple(sorted(set(EVENTS) - {"workflow_run"} | set(_SPECIAL)))
    own: dict[str, Make] = {name: of(_webhook(name)) for name in EVENTS}
    own["schedule"] = of(sequence(of(mapping({"cron": of(_CRON), "timezone": text}, "cron"))))
    own["workflow_dispatch"] = of(_manual())
    own["workflow_call"] = of(_called())
    own["repository_dispatch"] = of(changed(mapping({"types": texts}, empty=True), null=True))
    item = words(bare)
    return Shape(
        words=bare,
        each=lambda: item,
        least=1,
        fields=Struct(own, rules=Rules(least=1), memory=facts.EVENTS),
    )


def _webhook(name: str) -> Shape:
    own: dict[str, Make] = {key: texts for key, events in FILTERS.items() if name in events}
    if types := sorted(EVENTS[name]):
        item = words(types)
        own["types"] = of(changed(item, each=lambda: item, least=1))
    if name == "workflow_run":
        return mapping({**own, "workflows": texts}, "workflows", *_EXCLUSIVE)
    fields = mapping(own, "", *_EXCLUSIVE, empty=True).fields if own else None
    return Shape(null=True, fields=fields)


class _CallInput(Struct):
    """An input of a called workflow; one that is required has no default."""

    def shape(self, name: str) -> Shape:
        if name == "required" and "default" in self._written:
            return _FALSE
        return super().shape(name)


_FALSES = ("false", "False", "FALSE")
_FALSE = Shape(boolean=True, never=True)
_OPTIONAL = Tie("default", "required", frozenset(_FALSES), needed=False)


def _manual() -> Shape:
    own: dict[str, Make] = {
        "description": lambda: text(empty=True),
        "required": lambda: flag(NOWHERE),
        "default": lambda: text(empty=True),
        "type": of(words(("string", "number", "boolean", "choice", "environment"))),
        "options": lambda: sequence(lambda: text(empty=True)),
        "deprecationMessage": lambda: text(empty=True),
    }
    rules = Rules(
        ties=(Tie("options", "type", frozenset({"choice"})),),
        demands=(Demand("type", "choice", frozenset({"options"})),),
    )
    one = Shape(null=True, fields=Struct(own, rules=rules, memory=facts.INPUT))
    inputs = changed(named(of(one), memory=facts.MANUAL_INPUTS, empty=True), null=True)
    return changed(mapping({"inputs": of(inputs)}, empty=True), null=True)


def _called() -> Shape:
    own: dict[str, Make] = {
        "description": lambda: text(empty=True),
        "required": lambda: flag(NOWHERE),
        "default": lambda: text(contexts.CALL_DEFAULT, empty=True),
        "type": of(words(("string", "number", "boolean"))),
        "deprecationMessage": lambda: text(empty=True),
    }
    rules = Rules(frozenset({"type"}), ties=(_OPTIONAL,))
    one = Shape(fields=_CallInput(own, rules=rules, memory=facts.INPUT))
    inputs = changed(named(of(one), memory=facts.CALL_INPUTS, empty=True), null=True)
    about: dict[str, Make] = {k: own[k] for k in ("description", "required")}
    secret = changed(mapping(about, empty=True), null=True)
    secrets = changed(named(of(secret), memory=facts.SECRETS, empty=True), null=True)
    value = {"description": own["description"], "value": lambda: text(contexts.CALL_OUTPUT)}
    outputs = changed(named(of(mapping(value, "value")), empty=True), null=True)
    sections: dict[str, Make] = {
        "inputs": of(inputs), "secrets": of(secrets), "outputs": of(outputs),
    }  # fmt: skip
    return changed(mapping(sections, memory=facts.CALL, empty=True), null=True)


__all__ = ["events"]
