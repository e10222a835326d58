"""Candidates: what a model wrote, verified, and put in order, the one to print first.

The verdict goes first. Among answers with the same verdict the reward decides, times how much of
what the request mentions is taken up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from iapo.generate.answer import code_in, without_closing_prose
from iapo.generate.mentions import mentions_of
from iapo.generate.request import Request
from iapo.intent import Intent
from iapo.rewards import IaCReward, Loss
from iapo.rewards.substance import has_substance
from iapo.rewards.suppressions import strip_suppressions
from iapo.verify import verify_many
from iapo.verify.judge import in_its_module
from iapo.verify.report import Report


class Draft(NamedTuple):
    """What a model wrote, and whether it came to an end (False: cut at the limit, or in a loop)."""

    text: str
    ended: bool


@dataclass(frozen=True)
class Candidate:
    """One answer to a request.

    Attributes:
        code: what is printed: no prose, no fences.
        text: what the model wrote.
        report: the verifier's, on exactly this code.
        reward: of the code, in [0, 1]; without a task, correctness is what the verifier can say.
        losses: why the reward is below 1.
        mentioned: share of what the request mentions that is in it, in [0, 1].
        missing: values that the request mentions and the code lacks.
        whole: nothing is cut off.
        substance: something is declared in it.
        changes: it is not the file as it was.
        round: 0 for a first answer, else the repair round that it comes from.
        place: among the answers of its round; the first is greedy.
    """

    code: str
    text: str
    report: Report
    reward: float
    losses: tuple[Loss, ...]
    mentioned: float
    missing: tuple[str, ...]
    whole: bool
    substance: bool
    changes: bool
    round: int
    place: int

    @property
    def answers(self) -> bool:
        """Whether it is an answer at all, right or wrong."""
        return self.substance and self.changes

    @property
    def accepted(self) -> bool:
        """Whether it can be used as it is: it verifies, is whole, and is an answer."""
        return self.report.valid is True and self.whole and self.answers

    @property
    def merit(self) -> float:
        """The reward, at most halved by what is not taken up of the request; in [0, 1]."""
        return self.reward * (0.5 + 0.5 * self.mentioned)

    @property
    def standing(self) -> str:
        """How it fared, for a person."""
        if not self.code:
            what = "is empty"
        elif not self.answers:
            what = "declares nothing" if not self.substance else "changes nothing"
        else:
            verdicts = {True: "verifies", False: "is invalid", None: "cannot be judged"}
            what = verdicts[self.report.valid]
        return what if self.whole else f"{what}, cut off"


def rank(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The best first; what fares alike stays in the order in which it was written."""
    return sorted(candidates, key=lambda c: (_tier(c), -c.merit, c.round, c.place))


def _tier(candidate: Candidate) -> int:
    if not candidate.answers:
        return 4
    if candidate.report.valid is False:
        return 3
    if not candidate.whole:
        return 2
    return 0 if candidate.report.valid else 1


@dataclass(frozen=True)
class _Asked:
    """What the reward needs of a task."""

    format: str
    prompt: str
    input: str = ""
    output: str = ""
    intent: Intent | None = None


def judge(request: Request, drafts: Sequence[Draft], round: int = 0) -> list[Candidate]:
    """Verify and score drafts; one candidate a draft, in their order."""
    codes: list[list[str]] = []
    whole: list[bool] = []
    for draft in drafts:
        code, closed = code_in(draft.text, request.format)
        # Prose behind unfenced code is taken away only if that is what makes it valid.
        codes.append(list(dict.fromkeys((code, without_closing_prose(code)))))
        whole.append(draft.ended and closed)
    # The reward is of code without comments that silence scanners.
    plain = {code: strip_suppressions(code, request.format) for own in codes for code in own}
    reports = _reports(request, [*plain, *plain.values()])
    chosen = [next((c for c in own if reports[c].valid is True), own[0]) for own in codes]
    asked = _Asked(request.format, request.prompt)
    scores = IaCReward().score_many_detailed(
        [(code, request.format, asked) for code in chosen], known=reports
    )
    mentions = mentions_of(request.words)
    return [
        Candidate(
            code=code,
            text=draft.text,
            report=reports[code],
            reward=score.total,
            losses=score.losses,
            mentioned=mentions.share(code, request.format),
            missing=mentions.missing(code, request.format),
            whole=ended,
            substance=has_substance(code, request.format, reports[code], None),
            changes=code.strip() != request.code.strip(),
            round=round,
            place=place,
        )
        for place, (draft, code, score, ended) in enumerate(
            zip(drafts, chosen, scores, whole, strict=True)
        )
    ]


def _reports(request: Request, codes: Sequence[str]) -> dict[str, Report]:
    unique = list(dict.fromkeys(codes))
    reports = dict(
        zip(unique, verify_many([(code, request.format) for code in unique]), strict=True)
    )
    if request.path is not None and request.format == "terraform":
        reports = {
            code: in_its_module(request.path, report, code) for code, report in reports.items()
        }
    return reports
