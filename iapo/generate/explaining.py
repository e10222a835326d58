"""What `iapo generate --explain` says: what was understood, how each candidate fared and why, timing."""

from __future__ import annotations

from collections.abc import Iterator

from iapo.generate.candidates import Candidate
from iapo.generate.writing import Generation
from iapo.verify.output import one_line

_MOST_LOSSES = 3


def as_explained(done: Generation, total: float) -> Iterator[str]:
    """Lines for a person.

    Args:
        total: seconds from the start to the end.
    """
    request = done.request
    yield f"format: {request.format}, told by {request.because}"
    if request.code:
        yield f"changes: {request.path} ({len(request.code.splitlines())} lines)"
    yield "candidates, the best first (verdict, then merit = reward, less for what is not taken up):"
    for place, candidate in enumerate(done.candidates, start=1):
        yield f"{place:3}. {_fared(candidate)}"
        for why in _reasons(candidate):
            yield f"       {why}"
    for round, best in enumerate(done.rounds):
        name = f"after repair round {round}" if round else "after the first answers"
        yield f"{name}: the best {best.standing}, merit {best.merit:.3f}"
    if done.note:
        yield f"no further repair: {one_line(done.note)}"
    spent = done.seconds
    yield (
        f"seconds: {total:.1f} in all; loading {spent['load']:.1f}, writing {spent['write']:.1f} "
        f"(first token after {spent['first_token']:.1f}), verifying {spent['verify']:.1f}"
    )


def _fared(candidate: Candidate) -> str:
    origin = f"repair {candidate.round}" if candidate.round else "first"
    kind = "greedy" if candidate.place == 0 else f"drawn {candidate.place}"
    return (
        f"{candidate.standing}, merit {candidate.merit:.3f} (reward {candidate.reward:.3f}, "
        f"{candidate.mentioned:.0%} of what was mentioned; {origin}, {kind})"
    )


def _reasons(candidate: Candidate) -> Iterator[str]:
    errors = candidate.report.errors
    if errors:
        first = errors[0]
        place = f"line {first.line}: " if first.line is not None else ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        yield f"{first.code}: {place}{one_line(first.message)}{more}"
    if candidate.code and candidate.missing:
        yield f"does not have: {', '.join(candidate.missing)}"
    said = [loss for loss in candidate.losses if not (errors and loss.component == "syntax")]
    for loss in said[:_MOST_LOSSES]:
        yield f"{loss.component} -{loss.points:.2f}: {one_line(loss.why)}"
