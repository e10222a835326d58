"""What a workflow remembers: jobs and what they need, steps with an id, matrix values, inputs, outputs.

Facts are tuples: ("job", name), ("edge", job, needed), ("output", job, name),
("input", name, type), ("dispatched", name), ("secrets",), ("secret", name) of the whole workflow; ("in", job), ("needs",),
("need", name), ("strategy",), ("matrix", name) with more in `matrix.py`, ("steps",), ("step", id, outputs...) of a job, where
("needs",), ("strategy",) and ("steps",) say that no more may be owed; ("id", id), ("uses", action) of a
step. What owes a name does not end before it is there. Names are in lower case, for case does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from iapo.generate.guide.automaton import Local
from iapo.generate.guide.yaml.github_actions import matrix
from iapo.generate.guide.yaml.github_actions.early import early
from iapo.generate.guide.yaml.memory import (
    ANY_NAME,
    Facts,
    Memory,
    given,
    owed,
    reaches,
)
from iapo.generate.guide.yaml.named import Step, form, identifier
from iapo.verify.github_actions.actions import known_actions
from iapo.verify.github_actions.contexts import CONTEXTS, GITHUB
from iapo.verify.github_actions.types import ANY, BOOL, STRING, STRINGS, ObjectType, Type

_OF_A_JOB = matrix.FACTS | {"in", "needs", "need", "strategy", "steps", "step"}
_GIVEN_UNDER = {"need": "needs", "matrix": "strategy", "step": "steps"}
_OWED_BY_A_JOB = frozenset(_GIVEN_UNDER)
_ALWAYS_SECRET = ("github_token", "actions_step_debug", "actions_runner_debug")
_TYPES = {"string": STRING, "choice": STRING, "environment": STRING, "boolean": BOOL}


def job_of(facts: Facts) -> str:
    """The job that is being written."""
    return next((f[1] for f in facts if f[0] == "in"), "")


class _Keys(Memory):
    """Keys that are names of a kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def learn(self, name: str, facts: Facts) -> Facts:
        return given(facts, self.kind, name.lower())


class _Settled(Memory):
    """What must give names of a kind where they are owed."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, self.kind)

    def wanted(self, facts: Facts) -> list[str]:
        return [self.kind] if owed(facts, self.kind) else []


class _Jobs(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        name = name.lower()
        return given(facts, "job", name) | {("in", name)}

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, "job")

    def wanted(self, facts: Facts) -> list[str]:
        return sorted(owed(facts, "job"))


class _Job(Memory):
    """One job. What it owes to itself, and the outputs that others read, must be there at its end."""

    def learn(self, name: str, facts: Facts) -> Facts:
        if name in ("needs", "strategy", "steps"):
            return facts | {(name,)}
        return given(facts, "output", job_of(facts), ANY_NAME) if name == "uses" else facts

    def outside(self, facts: Facts) -> Facts:
        return frozenset(f for f in facts if f[0] not in _OF_A_JOB)

    def settled(self, facts: Facts) -> bool:
        own = any(f[0] == "owed" and f[1] in _OWED_BY_A_JOB for f in facts)
        return not own and not owed(facts, "output", job_of(facts))

    def wanted(self, facts: Facts) -> list[str]:
        found = {_GIVEN_UNDER[f[1]] for f in facts if f[0] == "owed" and f[1] in _OWED_BY_A_JOB}
        return sorted(found | ({"outputs"} if owed(facts, "output", job_of(facts)) else set()))


class _Outputs(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        return given(facts, "output", job_of(facts), name.lower())

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, "output", job_of(facts))

    def wanted(self, facts: Facts) -> list[str]:
        return sorted(owed(facts, "output", job_of(facts)))


class _Step(Memory):
    decides = frozenset({"uses"})

    def wanted(self, facts: Facts) -> list[str]:
        return ["id"] if owed(facts, "step") else []

    def outside(self, facts: Facts) -> Facts:
        own = {f[0]: f[1] for f in facts if f[0] in ("id", "uses")}
        if not own:
            return facts
        rest = frozenset(f for f in facts if f[0] not in ("id", "uses"))
        if "id" not in own:
            return rest
        rest -= {("owed", "step", own["id"])}
        return rest | {("step", own["id"], *_outputs(own.get("uses", "")))}


def _outputs(uses: str) -> tuple[str, ...]:
    known = known_actions().get(uses)
    if known is None or known.get("outputs") is None or uses.startswith("actions/github-script@"):
        return (ANY_NAME,)
    return tuple(name.lower() for name in known["outputs"])


class _Events(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("dispatch",)} if name == "workflow_dispatch" else facts


class _Inputs(Memory):
    """The inputs of an event; `manual`: of a run by hand, which `github.event` has, too."""

    def __init__(self, manual: bool) -> None:
        self.manual = manual

    def learn(self, name: str, facts: Facts) -> Facts:
        name = name.lower()
        more = {("dispatched", name)} if self.manual else set()
        return self.outside(facts) | {("input", name, ""), ("naming", name)} | more

    def outside(self, facts: Facts) -> Facts:
        return frozenset(f for f in facts if f[0] != "naming")


class _Input(Memory):
    decides = frozenset({"type"})

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        return facts | {("type", value)} if name == "type" else facts

    def outside(self, facts: Facts) -> Facts:
        name = next(f[1] for f in facts if f[0] == "naming")
        types = {f for f in facts if f[0] == "type"}
        rest = facts - types - {("naming", name)}
        return rest | {("input", name, kind) for _, kind in types}


class _Call(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("secrets",)} if name == "secrets" else facts


JOBS, JOB, OUTPUTS, STEP, EVENTS, CALL = _Jobs(), _Job(), _Outputs(), _Step(), _Events(), _Call()
INPUT, MANUAL_INPUTS, CALL_INPUTS = _Input(), _Inputs(True), _Inputs(False)
SECRETS = _Keys("secret")
STRATEGY = _Settled("matrix")


def paid(kind: str) -> Callable[[Facts], bool]:
    """Whether nothing of a kind is owed."""
    return lambda facts: not owed(facts, kind)


class Name:
    """A text that is told as a fact.

    Args:
        kind: of the fact; empty where nothing need be known.
        step: the form of the name.
        examples: some names.
    """

    def __init__(self, kind: str, step: Step, *examples: str) -> None:
        self.kind, self.step, self.examples = kind, step, examples

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return form(self.step, mark, quote, flow)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return None

    def likely(self, facts: Facts) -> list[str]:
        return [*self.examples]

    def aliased(self, facts: Facts) -> Facts:
        return facts

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return facts | {(self.kind, name)} if self.kind else facts


class Identity(Name):
    """A step's id, which no other step of the job has."""

    def __init__(self) -> None:
        super().__init__("id", identifier)

    def likely(self, facts: Facts) -> list[str]:
        taken = {f[1] for f in facts if f[0] in ("step", "id")}
        free = next(f"x{n}" for n in range(len(taken) + 1) if f"x{n}" not in taken)
        return [*sorted(owed(facts, "step") - taken), free]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        name = name.lower()
        taken = any(f[0] in ("step", "id") and f[1] == name for f in facts)
        return None if taken else facts | {("id", name)}


class Need(Name):
    """A job that is waited for: once, and not in a circle. `alone`: no other is listed."""

    def __init__(self, alone: bool) -> None:
        super().__init__("need", identifier)
        self.alone = alone

    def likely(self, facts: Facts) -> list[str]:
        names = [*sorted(owed(facts, "need")), *sorted(f[1] for f in facts if f[0] == "job")]
        return [*(n for n in names if self.learn(n, facts) is not None), "x"]

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        names = owed(facts, "need")
        return tuple(sorted(names)) if self.alone and names else None

    def learn(self, name: str, facts: Facts) -> Facts | None:
        name, job = name.lower(), job_of(facts)
        if ("need", name) in facts or reaches(facts, "edge", name, job):
            return None
        facts = given(facts, "need", name) | {("edge", job, name)}
        if self.alone and owed(facts, "need"):
            return None
        return facts if ("job", name) in facts else facts | {("owed", "job", name)}


class Owing(ObjectType):
    """An object that will have whatever is read of it: the names are owed.

    Args:
        kind: of the facts.
        of: makes the type of a property.
    """

    __slots__ = ("kind", "of")

    def __init__(self, kind: tuple[str, ...], of: Callable[[str], Type]) -> None:
        super().__init__({}, ANY)
        self.kind, self.of = kind, of


@lru_cache(maxsize=4096)
def context(name: str, facts: Facts) -> Type | None:
    """What a context holds where facts are known; None where it holds nothing."""
    if name == "inputs":
        held = {f[1]: _TYPES.get(f[2], ANY) for f in sorted(facts) if f[0] == "input"}
        return ObjectType(held) if held else None
    if name == "github" and ("dispatch",) in facts:
        held = {f[1]: STRING for f in facts if f[0] == "dispatched"}
        return ObjectType({**GITHUB, "event": ObjectType({"inputs": ObjectType(held)}, ANY)})
    if name == "secrets" and ("secrets",) in facts:
        secrets = (f[1] for f in facts if f[0] == "secret")
        return ObjectType(dict.fromkeys((*secrets, *_ALWAYS_SECRET), STRING))
    if name == "matrix":
        if ("strategy",) not in facts:
            return Owing(("matrix",), lambda name: early((name,)))
        return matrix.context(facts)
    if name == "needs":
        if ("needs",) not in facts:
            return Owing(("need",), lambda job: _needed(job, facts))
        return _object({f[1]: _needed(f[1], facts) for f in facts if f[0] == "need"})
    if name == "steps":
        if ("steps",) not in facts:
            return Owing(("step",), lambda step: _step((ANY_NAME,)))
        return _object({f[1]: _step(f[2:]) for f in facts if f[0] == "step"})
    if name == "jobs":
        return Owing(("job",), lambda job: _with_outputs(_outputs_of(job, facts)))
    return CONTEXTS[name]


def _object(properties: dict[str, Type]) -> Type | None:
    return ObjectType(properties) if properties else None


def _with_outputs(outputs: Type | None, *others: str) -> ObjectType:
    own: dict[str, Type] = {} if outputs is None else {"outputs": outputs}
    return ObjectType({**own, **dict.fromkeys(others, STRING)})


def _step(outputs: tuple[str, ...]) -> Type:
    outputs_type = STRINGS if ANY_NAME in outputs else _object(dict.fromkeys(outputs, STRING))
    return _with_outputs(outputs_type, "conclusion", "outcome")


def _needed(job: str, facts: Facts) -> Type:
    return _with_outputs(_outputs_of(job, facts), "result")


def _outputs_of(job: str, facts: Facts) -> Type | None:
    """The outputs of another job: those that it has, or, where it is not there yet, will have."""
    names = {f[2] for f in facts if f[0] == "output" and f[1] == job}
    if ANY_NAME in names:
        return STRINGS
    if ("job", job) not in facts:
        return Owing(("output", job), lambda name: STRING)
    return _object(dict.fromkeys(names, STRING))


@lru_cache(maxsize=4096)
def property_of(kind: Type, name: str) -> Type | None:
    """The type of a property by its name in lower case; None where there is no such property."""
    if isinstance(kind, Owing):
        return kind.of(name)
    return kind.properties.get(name) or kind.rest if isinstance(kind, ObjectType) else ANY


__all__ = [
    "CALL", "CALL_INPUTS", "EVENTS", "INPUT", "JOB", "JOBS", "MANUAL_INPUTS", "OUTPUTS", "SECRETS",
    "STEP", "STRATEGY", "Identity", "Name", "Need", "Owing", "context", "paid", "property_of",
]  # fmt: skip
