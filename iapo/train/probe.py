"""Before GRPO: is there anything to learn from?

GRPO prefers the better answers of a group to the worse. Where a model never succeeds, or always
does, all answers are alike and nothing is learnt, however long it runs. A group of answers to a few
prompts tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iapo.train.rollout import Group


@dataclass(frozen=True)
class Probe:
    """Shares of the prompts that were tried, each in [0, 1].

    Attributes:
        prompts: how many were tried.
        group_size: answers to each.
        pass_at_1: of all answers that could be scored, those that pass.
        pass_at_group: prompts of which at least one answer passes (pass@G).
        mastered: prompts of which every answer passes.
        spread: prompts whose answers earn different rewards or outcomes.
    """

    prompts: int
    group_size: int
    pass_at_1: float
    pass_at_group: float
    mastered: float
    spread: float

    def as_dict(self) -> dict[str, Any]:
        """JSON types."""
        return asdict(self)

    def words(self) -> str:
        """What it means for a person about to wait for GRPO."""
        said = (
            f"probe of {self.prompts} prompts: pass@1 {self.pass_at_1:.0%}, "
            f"pass@{self.group_size} {self.pass_at_group:.0%}, "
            f"answers differ on {self.spread:.0%}; "
        )
        if self.spread == 0.0:
            if self.mastered == 1.0:
                return said + "everything passes already: GRPO has nothing to teach on these tasks"
            return said + (
                "no answer is better than another: GRPO has nothing to prefer; "
                "a longer warm start or easier tasks would help"
            )
        if self.pass_at_group == 0.0:
            return said + (
                "nothing passes yet: GRPO learns from partial rewards only; "
                "a longer warm start would help"
            )
        if self.mastered > 0.5:
            return said + "most prompts are mastered: harder tasks would teach more"
        return said + "there is something to prefer"


def probe_of(groups: Sequence[Group], informative: Sequence[bool]) -> Probe:
    """What sampled and scored groups tell.

    Args:
        groups: at least one.
        informative: for each group, whether an update would learn from it.
    """
    passed = [[s.passed for s in group.scored] for group in groups]
    samples = sum(map(len, passed))
    count = len(groups)
    return Probe(
        prompts=count,
        group_size=max(len(group.samples) for group in groups),
        pass_at_1=sum(map(sum, passed)) / samples if samples else 0.0,
        pass_at_group=sum(any(row) for row in passed) / count,
        mastered=sum(bool(row) and all(row) for row in passed) / count,
        spread=sum(informative) / count,
    )
