"""`generate`: candidates from one prefill, verified, the best repaired where it can be.

1. Ask the model n times at once.
2. Verify every answer, and rank by verdict, then by merit.
3. While the best is rejected: give it back with its errors, and rank the new answers with the old.

What writes is any function from a conversation to drafts, so that this file needs no model.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from iapo.errors import InputError
from iapo.generate.candidates import Candidate, Draft, judge, rank
from iapo.generate.prompts import Message
from iapo.generate.repair import can_repair, second_turn
from iapo.generate.request import Request, understand
from iapo.verify.report import Format

SAMPLES = 8
REPAIRS = 2

Watch = Callable[[str], None]


class Writer(Protocol):
    """Answers a conversation `count` times; `round` is 0 for the first, then that of the repair."""

    def __call__(self, messages: Sequence[Message], count: int, round: int) -> list[Draft]: ...


@dataclass(frozen=True)
class Generation:
    """What came of a request.

    Attributes:
        request: as it was understood.
        candidates: every answer of every round, the best first.
        rounds: for each round, first answers included, the standing of the best after it.
        note: why repairing ended early, "" where it did not.
        seconds: by what was done: `load`, `first_token`, `write`, `verify`.
    """

    request: Request
    candidates: tuple[Candidate, ...]
    rounds: tuple[Candidate, ...]
    note: str
    seconds: dict[str, float]

    @property
    def best(self) -> Candidate:
        """The one to print."""
        return self.candidates[0]


def generate(
    prompt: str,
    model: str | os.PathLike[str] | tuple[Any, Any] | None = None,
    *,
    format: Format | None = None,
    edit: str | os.PathLike[str] | None = None,
    samples: int = SAMPLES,
    repairs: int = REPAIRS,
    max_new_tokens: int | None = None,
    temperature: float = 0.7,
    top_p: float = 0.95,
    seed: int = 0,
    system_prompt: str = "",
    guided: bool = True,
    device: str = "auto",
    watch: Watch = lambda line: None,
) -> Generation:
    """Write infrastructure code: sample, verify, repair, the best first.

    Args:
        prompt: what to write, in words.
        model: name, folder, or a loaded model and tokenizer; None is
            `iapo.models.default_model()`.
        format: one of `iapo.verify.FORMATS`; told from the file, then from the words, if None.
        edit: a file to change; the answer is the whole changed file. Nothing is written.
        samples: answers a round, the first greedy, the others drawn.
        repairs: rounds in which the errors of the best answer are given back, at most.
        max_new_tokens: longest answer; by what is asked if None.
        temperature, top_p: of the drawn answers.
        guided: where there is a guide for the format, only what can still become valid code may be
            written (`iapo.generate.guide`).
        watch: called with a line whenever something is under way.

    Raises:
        InputError: what is asked cannot be understood, the file cannot be changed, the model cannot
            be loaded, or its window is too small.
    """
    if samples < 1 or repairs < 0:
        raise InputError("samples start at 1, repairs at 0")
    request = understand(prompt, format, Path(edit) if edit is not None else None)
    _start_verifier(request.format, samples)
    begin = time.perf_counter()
    if isinstance(model, tuple):
        loaded, tokenizer = model
    else:
        from iapo.models import default_model, load

        name = model or default_model()
        watch(f"loading {name}")
        loaded, tokenizer = load(name, device=device)
    loading = time.perf_counter() - begin
    from iapo.generate.writer import ModelWriter

    writer = ModelWriter(
        loaded,
        tokenizer,
        request,
        max_new_tokens=max_new_tokens,
        temperature=temperature,
        top_p=top_p,
        seed=seed,
        system_prompt=system_prompt,
        guided=guided,
        watch=lambda tokens, rows: watch(f"writing {rows} candidates, {tokens} tokens"),
    )
    done = write(request, writer, samples=samples, repairs=repairs, watch=watch)
    done.seconds.update(load=loading, first_token=writer.first_token or 0.0)
    return done


def write(
    request: Request,
    writer: Writer,
    *,
    samples: int = SAMPLES,
    repairs: int = REPAIRS,
    watch: Watch = lambda line: None,
) -> Generation:
    """As `generate`, with any writer."""
    seconds = {"write": 0.0, "verify": 0.0}

    def answer(messages: Sequence[Message], round: int) -> list[Candidate]:
        begin = time.perf_counter()
        drafts = writer(messages, samples, round)
        written = time.perf_counter()
        watch(f"verifying {len(drafts)} candidates")
        judged = judge(request, drafts, round)
        seconds["write"] += written - begin
        seconds["verify"] += time.perf_counter() - written
        return judged

    candidates = answer([Message("user", request.prompt)], 0)
    best = rank(candidates)[0]
    rounds, note = [best], ""
    for round in range(1, repairs + 1):
        if not can_repair(best):
            break
        watch(f"repair round {round}")
        try:
            candidates += answer(second_turn(request, best), round)
        except InputError as error:  # a window too small for a second turn costs nothing done
            note = str(error)
            break
        before, best = best, rank(candidates)[0]
        rounds.append(best)
        if best is before:
            break
    return Generation(request, tuple(rank(candidates)), tuple(rounds), note, seconds)


def _start_verifier(format: Format, samples: int) -> None:
    """Let the workers start while the model is loaded and writes."""
    from iapo.verify.sandbox import POOL

    count = min(os.cpu_count() or 1, samples)
    POOL.warm("terraform" if format == "terraform" else "text", count)
