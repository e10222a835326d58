"""Which guide a request, or each prompt of a batch, is answered under.

A format without a guide, or a tokenizer that a guide cannot read, is answered unguided.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iapo.generate.guide.guide import WANTED, Guide
from iapo.generate.guide.languages import GUIDED
from iapo.generate.guide.vocabulary import SpellingError, vocabulary_of
from iapo.verify.terraform.catalogue import list_schemas

if TYPE_CHECKING:
    from torch import Tensor

_TYPE = r"[`'\"]?\b([a-z][a-z0-9]*)_[a-z0-9_]*[a-z0-9]\b[`'\"]?"
_KIND = r"(?:resources?|data sources?|data)"
_SPELLED = re.compile(rf"\b{_KIND}\s+{_TYPE}|{_TYPE}\s+{_KIND}\b")
_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+\b")


def guide_for(
    tokenizer: Any,
    format: str | None,
    *,
    stop: Sequence[int],
    request: str = "",
    limit: int | None = None,
) -> Guide | None:
    """The guide for an answer in a format; None where there is none.

    Args:
        tokenizer: the model's.
        format: what will be written, None where that is not known.
        stop: tokens that end an answer.
        request: what is asked for. What has no schema stays writable where it is spelt out as
            such: "a `datadog_monitor` resource", "a ServiceMonitor".
        limit: tokens that the answer may have (see `Guide`).
    """
    if format not in GUIDED:
        return None
    try:
        named = _named(request, format)
        return Guide(tokenizer, stop=stop, format=format, named=named, limit=limit)
    except SpellingError as error:
        warnings.warn(f"generating unguided: {error}", stacklevel=2)
        return None


class Guides(Mapping[str, Guide]):
    """The guides of all formats by format, each made when it is first asked for.

    Args:
        tokenizer: the model's, or its vocabulary.
        stop: tokens that end an answer.
        limit: tokens that an answer may have (see `Guide`).
        wanted: how much is asked of what says nothing (see `Guide`).

    Raises:
        SpellingError: a guide cannot read the tokenizer.
    """

    def __init__(
        self,
        tokenizer: Any,
        stop: Sequence[int],
        *,
        limit: int | None = None,
        wanted: float = WANTED,
    ) -> None:
        self._vocabulary, self._stop = vocabulary_of(tokenizer), stop
        self._limit, self._wanted = limit, wanted
        self._made: dict[str, Guide] = {}

    def __getitem__(self, format: str) -> Guide:
        if format not in GUIDED:
            raise KeyError(format)
        if format not in self._made:
            self._made[format] = Guide(
                self._vocabulary,
                stop=self._stop,
                format=format,
                limit=self._limit,
                wanted=self._wanted,
            )
        return self._made[format]

    def __iter__(self) -> Iterator[str]:
        return iter(GUIDED)

    def __len__(self) -> int:
        return len(GUIDED)


class PromptGuide:
    """For each prompt of a batch the guide of its format (see `iapo.generate.sampling.Guide`).

    Args:
        guides: by format.
        formats: what is asked for by each prompt.
        group_size: answers a prompt.
    """

    def __init__(
        self, guides: Mapping[str, Guide], formats: Sequence[str], group_size: int
    ) -> None:
        self._guides = [guides.get(format) for format in formats]
        self._group_size = group_size

    def __call__(
        self, rows: Sequence[int], written: Sequence[Sequence[int]], logits: Tensor
    ) -> Tensor:
        """Take away what may not come, in the rows of the prompts that there is a guide for."""
        places: dict[Guide, list[int]] = {}
        for place, row in enumerate(rows):
            guide = self._guides[row // self._group_size]
            if guide is not None:
                places.setdefault(guide, []).append(place)
        for guide, own in places.items():
            logits[own] = guide([rows[i] for i in own], [written[i] for i in own], logits[own])
        return logits


def _named(request: str, format: str) -> tuple[str, ...]:
    """What a request names that there may be no schema for.

    Beginnings of what look like resource types (Terraform), words that look like kinds (Kubernetes).
    """
    if format == "kubernetes":
        return tuple(sorted(set(_CAMEL.findall(request))))
    if format != "terraform":
        return ()
    known = {entry.name for entry in list_schemas()}
    spelled = {found[1] or found[2] for found in _SPELLED.finditer(request)}
    return tuple(sorted(spelled - known))
