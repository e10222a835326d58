"""In which order jobs run: their stages, and who waits for whom.

Facts: ("at", job, stage) where it is known, ("nth", stage, number) of those that are declared, ("waits", job, other,
how) where a job waits for another one: `same` where that may be in the same stage, `earlier` where it must be in
one before. What cannot be told (stages that are not declared yet, those of a job that is extended) is let through.
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.yaml.memory import Facts
from iapo.verify.gitlab_ci.jobs import DEFAULT_STAGES

FIRST, LAST = ".pre", ".post"


def stage_of(job: str, facts: Facts) -> str | None:
    """The stage of a job, where it is known."""
    return next((f[2] for f in facts if f[0] == "at" and f[1] == job), None)


def declared(facts: Facts) -> tuple[str, ...]:
    """The stages that there are, in order."""
    own = sorted((int(f[2]), f[1]) for f in facts if f[0] == "nth")
    names = [name for _, name in own if name not in (FIRST, LAST)]
    return (FIRST, *(names if ("stages",) in facts else DEFAULT_STAGES), LAST)


@lru_cache(maxsize=4096)
def fits(job: str, stage: str, facts: Facts) -> bool:
    """Whether a job may be in a stage, by what waits for it and what it waits for."""
    order = {name: n for n, name in enumerate(declared(facts))}
    for fact in facts:
        if fact[0] != "waits" or job not in fact[1:3]:
            continue
        _, waiting, other, how = fact
        after = stage if waiting == job else stage_of(waiting, facts)
        before = stage if other == job else stage_of(other, facts)
        if after == before and how == "earlier" and after is not None:
            return False
        if after in order and before in order:
            apart = order[after] - order[before]
            if apart < 0 or (how == "earlier" and not apart):
                return False
    return True


def fitting(job: str, facts: Facts) -> list[str]:
    """The stages a job may be in: its own, where it has one."""
    own = stage_of(job, facts)
    return [s for s in ((own,) if own is not None else declared(facts)) if fits(job, s, facts)]


def waiting(job: str, other: str, how: str, facts: Facts) -> Facts | None:
    """What is known once a job waits for another; None where no stages would do for that."""
    facts = facts | {("waits", job, other, how)}
    possible = all(f[0] != "staged" for f in facts) or stage_of(job, facts) is not None
    if possible and not fitting(job, facts):
        return None
    there = ("job", other) in facts and stage_of(other, facts) is None
    return facts if there or fitting(other, facts) else None


def may_follow(stage: str, facts: Facts) -> bool:
    """Whether a stage may be the next of those that are declared, jobs being in some already."""
    for fact in facts:
        if fact[0] == "waits" and stage_of(fact[1], facts) == stage:
            before = stage_of(fact[2], facts)
            if before not in (None, stage, FIRST, LAST) and ("stage", before) not in facts:
                return False
    return True


__all__ = ["FIRST", "LAST", "declared", "fits", "fitting", "may_follow", "stage_of", "waiting"]
