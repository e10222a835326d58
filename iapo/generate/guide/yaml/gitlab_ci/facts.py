"""What a pipeline remembers: its jobs and stages, who needs and who extends whom.

Facts are tuples: ("job", name) and ("hidden", name), ("mapped", name) where the latter is a mapping, ("in", name) while
one is written, ("staged",) where it names its stage, or another job may, ("needs",) where it has those,
("placed", stage), ("stages",) once those are declared, ("stage", name), ("include",) where other files may hold what is
missing here, ("need", job, job) and ("base", job, job) for circles; ("wanted", name), ("elsewhere",) and
("optional",) of an entry of needs; ("scripted", name) of what has a script, hidden or not; more in `order.py`.
Owed are jobs that run ("job"), jobs that may be hidden ("any"), stages, and jobs that must be needed ("needed"). Case
counts.
"""

from __future__ import annotations

from functools import cache

from iapo.generate.guide.automaton import Local
from iapo.generate.guide.yaml.gitlab_ci.order import (
    FIRST,
    LAST,
    fits,
    fitting,
    may_follow,
    waiting,
)
from iapo.generate.guide.yaml.memory import Fact, Facts, Memory, given, owed, reaches, without
from iapo.generate.guide.yaml.named import form
from iapo.generate.guide.yaml.shapes import Shape
from iapo.verify.gitlab_ci.jobs import DEFAULT_STAGES
from iapo.verify.gitlab_ci.pipeline import GLOBAL_KEYS

_INCLUDED: Fact = ("include",)
_ALWAYS = (FIRST, LAST)
_BEGINNING = "._/$"
_KEPT_APART = ",[]{}:#&*!|>'\"%@`\\"


def _name(phase: str, char: str) -> str | None:
    """A text in one line that nothing in YAML could take for more than a text."""
    if not phase:
        return "+" if char.isalpha() or char in _BEGINNING else None
    if char == " ":
        return "+ "
    return None if char in _KEPT_APART else "+"


def _inside(facts: Facts) -> str:
    """The job that is being written."""
    return next((f[1] for f in facts if f[0] == "in"), "")


def _owing(facts: Facts, *fact: str) -> Facts:
    """With a debt, if no other file may pay it."""
    return facts if _INCLUDED in facts else facts | {("owed", *fact)}


def _debts(facts: Facts) -> list[str]:
    """The names of jobs that are owed, sorted."""
    return sorted(owed(facts, "job") | owed(facts, "any"))


def _unplaced(facts: Facts) -> list[str]:
    """Default stages that jobs are in and that are not among those that are declared."""
    placed = {f[1] for f in facts if f[0] == "placed"}
    return sorted(stage for stage in placed if ("stage", stage) not in facts)


class _Pipeline(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        if name == "include":
            return without(facts, "owed") | {_INCLUDED}
        if name in GLOBAL_KEYS:
            return facts | {("stages",)} if name == "stages" else facts
        facts = without(facts, "in") - {("owed", "any", name)}
        if name.startswith("."):
            return facts | {("hidden", name), ("in", name)}
        return given(facts, "job", name) | {("in", name)}

    def settled(self, facts: Facts) -> bool:
        enough = _INCLUDED in facts or any(f[0] == "job" for f in facts)
        return enough and not _debts(facts) and not owed(facts, "stage")

    def wanted(self, facts: Facts) -> list[str]:
        names = _debts(facts) + (["stages"] if owed(facts, "stage") else [])
        return names if names or self.settled(facts) else ["job"]

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        # What is extended or referred to must be a mapping.
        based = any(f[0] == "base" and f[2] == name for f in facts)
        return _mapping(shape) if name.startswith(".") and based else shape


@cache
def _mapping(shape: Shape) -> Shape:
    return Shape(fields=shape.fields)


def _left(facts: Facts) -> Facts:
    """What is known outside of a job."""
    return frozenset(
        f for f in without(facts, "in", "staged", "needs") if f[:2] != ("owed", "needed")
    )


def _scripted(name: str, facts: Facts) -> Facts:
    return facts | {("scripted", _inside(facts))} if name == "script" else facts


class _Hidden(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        return _scripted(name, facts)

    def wanted(self, facts: Facts) -> list[str]:
        # What is referred to is a script more often than not.
        job = _inside(facts)
        referred = ("base", "", job) in facts and ("scripted", job) not in facts
        return ["script"] if referred else []

    def outside(self, facts: Facts) -> Facts:
        return _left(facts) | {("mapped", _inside(facts))}


class _Job(Memory):
    """A job that runs. One that names no stage is in `test`, which must then be there."""

    def learn(self, name: str, facts: Facts) -> Facts:
        if name in ("stage", "extends"):
            return facts | {("staged",)}
        return facts | {("needs",)} if name == "needs" else _scripted(name, facts)

    def merged(self, facts: Facts) -> Facts:
        return facts | {("staged",)}

    def outside(self, facts: Facts) -> Facts:
        job, rest = _inside(facts), _left(facts)
        return rest if ("staged",) in facts else rest | {("placed", "test"), ("at", job, "test")}

    def settled(self, facts: Facts) -> bool:
        if ("staged",) in facts:
            return True
        there = ("stages",) not in facts or ("stage", "test") in facts
        return there and fits(_inside(facts), "test", facts)

    def wanted(self, facts: Facts) -> list[str]:
        return [] if self.settled(facts) else ["stage"]


class _Need(Memory):
    """An entry of needs that is a mapping: of a job here, unless it says where else."""

    decides = frozenset({"optional"})

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("elsewhere",)} if name in ("pipeline", "project") else facts

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        optional = name == "optional" and value.lower() == "true"
        return facts | {("optional",)} if optional else facts

    def outside(self, facts: Facts) -> Facts:
        own = frozenset(f for f in facts if f[0] in ("wanted", "elsewhere", "optional"))
        if not own:
            return facts
        rest = facts - own
        if ("elsewhere",) in own:
            return rest
        for name in (f[1] for f in own if f[0] == "wanted"):
            debt = ("owed", "job", name)
            found = _needing(name, rest) or rest
            # What is optional need not be there.
            rest = found - {debt} if ("optional",) in own and debt not in facts else found
        return rest


PIPELINE, JOB, HIDDEN, NEED = _Pipeline(), _Job(), _Hidden(), _Need()


class Name:
    """A text that names something."""

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return form(_name, mark, quote, flow)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return None

    def likely(self, facts: Facts) -> list[str]:
        names = [*_debts(facts), *sorted(f[1] for f in facts if f[0] == "job")]
        return [n for n in (*names, "job") if self.learn(n, facts) is not None]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        """A job that runs, now or later."""
        if name.startswith("."):
            return None
        return facts if ("job", name) in facts else _owing(facts, "job", name)

    def aliased(self, facts: Facts) -> Facts:
        return facts


class NewStage(Name):
    """A stage that is declared, each once."""

    def likely(self, facts: Facts) -> list[str]:
        names = [*sorted(owed(facts, "stage")), *_unplaced(facts), *DEFAULT_STAGES]
        return [n for n in names if self.learn(n, facts) is not None]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        if ("stage", name) in facts or not may_follow(name, facts):
            return None
        number = sum(f[0] == "stage" for f in facts)
        return given(facts, "stage", name) | {("nth", name, str(number))}


class Stage(Name):
    """The stage of a job: of those that are declared; where none are yet, one that will be."""

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        if ("stages",) not in facts:
            return None
        return tuple(fitting(_inside(facts), facts))

    def likely(self, facts: Facts) -> list[str]:
        return fitting(_inside(facts), facts)

    def learn(self, name: str, facts: Facts) -> Facts | None:
        job = _inside(facts)
        if not fits(job, name, facts):
            return None
        facts = facts | {("at", job, name)}
        if name in _ALWAYS or ("stages",) in facts:
            return facts
        facts = facts | {("placed", name)}
        return facts if name in DEFAULT_STAGES else _owing(facts, "stage", name)


class Need(Name):
    """A job that is waited for, not in a circle."""

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return None if name.startswith(".") else _needing(name, facts)


class Wanted(Name):
    """The job of an entry of needs: of this pipeline, unless another one was named before."""

    def learn(self, name: str, facts: Facts) -> Facts | None:
        here = ("elsewhere",) not in facts
        wrong = name.startswith(".") or _needing(name, facts) is None
        return None if here and wrong else facts | {("wanted", name)}


class Dependency(Name):
    """A job whose artifacts are taken: of those that are needed, or, where none is, one of an earlier stage."""

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        needed = _needed(facts)
        return tuple(sorted(needed)) if needed else None

    def learn(self, name: str, facts: Facts) -> Facts | None:
        job, known = _inside(facts), super().learn(name, facts)
        if _needed(facts) or known is None:
            return known
        found = waiting(job, name, "earlier", known) if name != job else None
        # Needs that come later must name it, too.
        return None if found is None else found | {("owed", "needed", name)}


class Base(Name):
    """A job that is extended, hidden or not, not in a circle."""

    def likely(self, facts: Facts) -> list[str]:
        names = sorted(f[1] for f in facts if f[0] in ("hidden", "job"))
        return [n for n in (*names, ".base") if self.learn(n, facts) is not None]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        job = _inside(facts)
        if name in GLOBAL_KEYS or reaches(facts, "base", name, job):
            return None
        there = ("job", name) in facts or ("mapped", name) in facts
        if not there and ("hidden", name) in facts:
            return None
        facts = facts | {("base", job, name)}
        return facts if there else _owing(facts, "any", name)


class Referred(Name):
    """The job, hidden or not, of a `!reference`."""

    def likely(self, facts: Facts) -> list[str]:
        here = _inside(facts)
        return [*sorted(f[1] for f in facts if f[0] == "scripted" and f[1] != here), ".base"]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        there = ("job", name) in facts or ("mapped", name) in facts or name in GLOBAL_KEYS
        if not there and ("hidden", name) in facts:
            return None
        return facts if there else _owing(facts, "any", name) | {("base", "", name)}


class Part(Name):
    """What is meant of the job of a `!reference`."""

    def likely(self, facts: Facts) -> list[str]:
        return ["script"]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return facts


def _needing(name: str, facts: Facts) -> Facts | None:
    """What is known once the job being written needs another; None where that is a circle."""
    job = _inside(facts)
    if reaches(facts, "need", name, job):
        return None
    found = waiting(job, name, "same", facts)
    if found is None:
        return None
    found = (found - {("owed", "needed", name)}) | {("need", job, name)}
    return found if ("job", name) in found else _owing(found, "job", name)


def _needed(facts: Facts) -> set[str]:
    """The jobs that the one being written needs."""
    job = _inside(facts)
    return {f[2] for f in facts if f[0] == "need" and f[1] == job} if ("needs",) in facts else set()


def needs_settled(facts: Facts) -> bool:
    """Whether all that must be needed is."""
    return not owed(facts, "needed")


def stages_settled(facts: Facts) -> bool:
    """Whether all stages that jobs are in are declared."""
    return not owed(facts, "stage") and not _unplaced(facts)


__all__ = [
    "HIDDEN", "JOB", "NEED", "PIPELINE", "Base", "Dependency", "Name", "Need", "NewStage", "Part", "Referred",
    "Stage", "Wanted", "needs_settled", "stages_settled",
]  # fmt: skip
