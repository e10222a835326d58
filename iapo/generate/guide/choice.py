"""Whether a request is answered under a guide, and under which; which prompts of a batch are.

A format without a guide, or a tokenizer that a guide cannot read, is answered unguided.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from iapo.generate.guide.guide import GUIDED, Guide
from iapo.generate.guide.vocabulary import SpellingError
from iapo.verify.terraform.catalogue import list_schemas

if TYPE_CHECKING:
    from torch import Tensor

_TYPE = r"[`'\"]?\b([a-z][a-z0-9]*)_[a-z0-9_]*[a-z0-9]\b[`'\"]?"
_KIND = r"(?:resources?|data sources?|data)"
_SPELLED = re.compile(rf"\b{_KIND}\s+{_TYPE}|{_TYPE}\s+{_KIND}\b")


def guide_for(
    tokenizer: Any, format: str | None, *, stop: Sequence[int], request: str = ""
) -> Guide | None:
    """The guide for an answer in a format; None where there is none.

    Args:
        tokenizer: the model's.
        format: what will be written, None where that is not known.
        stop: tokens that end an answer.
        request: what is asked for. Types of providers without a schema at hand stay writable where
            it spells one out as such: "a `datadog_monitor` resource".
    """
    if format not in GUIDED:
        return None
    try:
        return Guide(tokenizer, stop=stop, format=format, open_providers=_unknown(request))
    except SpellingError as error:
        warnings.warn(f"generating unguided: {error}", stacklevel=2)
        return None


class PromptGuide:
    """A guide for some of the prompts of a batch (see `iapo.generate.sampling.Guide`).

    Args:
        formats: what is asked for by each prompt.
        group_size: answers a prompt.
    """

    def __init__(self, guide: Guide, formats: Sequence[str], group_size: int) -> None:
        self._guide = guide
        self._guided = [form == guide.format for form in formats]
        self._group_size = group_size

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """Take away what may not come, in the rows of the prompts it is a guide for."""
        own = [place for place, row in enumerate(rows) if self._guided[row // self._group_size]]
        if not own:
            return logits
        masked = self._guide([rows[i] for i in own], [written[i] for i in own], logits[own])
        logits[own] = masked
        return logits


def _unknown(request: str) -> tuple[str, ...]:
    """Beginnings of what look like resource types in a request, of providers without a schema."""
    known = {entry.name for entry in list_schemas()}
    spelled = {found[1] or found[2] for found in _SPELLED.finditer(request)}
    return tuple(sorted(spelled - known))
