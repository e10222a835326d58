"""`generate`: candidates from one prefill, verified, best first."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from iapo.generate.guide import guide_for
from iapo.generate.prompts import prompt_tokens
from iapo.generate.sampling import Completion, sample
from iapo.intent import Intent
from iapo.models import default_model, load, stop_tokens
from iapo.models.adapters import merged
from iapo.rewards import IaCReward
from iapo.verify.report import CATEGORIES, FORMATS, Format, Report

# Words of a request that tell the format, the telling ones first.
_WORDS: tuple[tuple[Format, tuple[str, ...]], ...] = (
    ("github-actions", ("github action", "github workflow", "actions workflow")),
    ("gitlab-ci", ("gitlab",)),
    ("jenkins", ("jenkins",)),
    ("compose", ("compose",)),
    ("dockerfile", ("dockerfile", "docker image", "container image")),
    ("terraform", ("terraform", "hcl", "aws_", "opentofu")),
    ("kubernetes", ("kubernetes", "k8s", "manifest", "kubectl", "helm")),
)


@dataclass(frozen=True)
class Candidate:
    """One answer to a request.

    Attributes:
        code: what was asked for, without the prose and fences of `text`.
        report: the verifier's.
        score: the reward, in [0, 1]; without a task, correctness is what the verifier can say.
        stopped: False where the answer was cut at the limit of tokens.
    """

    code: str
    text: str
    report: Report
    score: float
    stopped: bool


@dataclass(frozen=True)
class _Request:
    """What the reward needs of a task."""

    format: str
    prompt: str
    input: str = ""
    output: str = ""
    intent: Intent | None = None


def generate(
    prompt: str,
    model: str | os.PathLike[str] | tuple[Any, Any] | None = None,
    *,
    format: str | None = None,
    samples: int = 4,
    max_new_tokens: int = 400,
    temperature: float = 0.7,
    top_p: float = 0.95,
    seed: int = 0,
    system_prompt: str = "",
    device: str = "auto",
    guided: bool = True,
) -> list[Candidate]:
    """Write infrastructure code, verify every candidate, and put the best first.

    The first candidate is greedy, the others are sampled. Valid ones come before ones that cannot
    be judged, those before invalid ones, and the higher reward first.

    Args:
        prompt: what to write, in words.
        model: name, folder, or a loaded model and tokenizer; None is
            `iapo.models.default_model()`.
        format: one of `iapo.verify.FORMATS`; told from the prompt, then from the code, if None.
        samples: candidates.
        temperature, top_p: of the sampled ones.
        guided: where there is a guide for the format, only what can still become valid code may be
            written (`iapo.generate.guide`).

    Raises:
        ModelError: the model cannot be loaded.
    """
    loaded, tokenizer = (
        model if isinstance(model, tuple) else load(model or default_model(), device=device)
    )
    tokens = prompt_tokens(tokenizer, prompt, system_prompt)
    stop = stop_tokens(loaded, tokenizer)
    format = format or format_of(prompt)
    guide = guide_for(tokenizer, format, stop=stop, request=prompt) if guided else None

    def some(count: int, heat: float, nucleus: float) -> list[Completion]:
        return sample(
            loaded,
            [tokens],
            group_size=count,
            max_new_tokens=max_new_tokens,
            stop=stop,
            seed=seed,
            temperature=heat,
            top_p=nucleus,
            guide=guide,
        )[0]

    with merged(loaded):
        completions = some(1, 0.0, 1.0)
        if samples > 1:
            completions += some(samples - 1, temperature, top_p)
    texts = [str(tokenizer.decode(c.body(), skip_special_tokens=True)) for c in completions]
    return _ranked(prompt, texts, [c.stopped for c in completions], format)


def format_of(prompt: str) -> Format | None:
    """The format a request names, or None."""
    lower = prompt.lower()
    return next((form for form, words in _WORDS if any(word in lower for word in words)), None)


def _ranked(
    prompt: str, texts: Sequence[str], stopped: Sequence[bool], format: str | None
) -> list[Candidate]:
    from iapo.verify.detect import detect_format
    from iapo.verify.extract import extract_code

    items = []
    for text in texts:
        own = format or detect_format(extract_code(text).code) or "terraform"
        items.append((text, _category(own), _Request(own, prompt)))
    scores = IaCReward().score_many_detailed(items)
    candidates = [
        Candidate(score.code, text, score.report, score.total, whole)
        for text, score, whole in zip(texts, scores, stopped, strict=True)
    ]
    rank = {True: 0, None: 1, False: 2}
    return sorted(candidates, key=lambda c: (rank[c.report.valid], -c.score))


def _category(format: str) -> str:
    known = {f: category for category, formats in CATEGORIES.items() for f in formats}
    if format not in known:
        raise ValueError(f"unknown format {format!r}; known: {', '.join(FORMATS)}")
    return known[format]
