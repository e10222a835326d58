"""Write and judge at the same time: while the next answers are written, the last are verified."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iapo.evaluate.engines.engine import Answer, Engine, Request
from iapo.train.scoring import Scored, Scoring

if TYPE_CHECKING:
    from iapo.dataset import Task


@dataclass(frozen=True, slots=True)
class Sample:
    """An answer and what it earned; None where it could not be scored."""

    answer: Answer
    scored: Scored | None


def answer_tasks(
    engine: Engine,
    tasks: Sequence[Task],
    requests: Sequence[Request],
    scoring: Scoring,
    keep: Callable[[list[Sample]], None],
    after_batch: Callable[[], None] = lambda: None,
) -> None:
    """Have every request answered and every answer judged.

    Whatever ends this early (Ctrl-C, an engine that fails), the answers there are by then are
    judged and kept first.

    Args:
        keep: called in a thread of its own with samples as soon as they are judged, never twice at
            a time.
        after_batch: called in the caller's thread after answers came in, and at the end.

    Raises:
        EngineError, RewardError: answering or judging cannot go on.
    """
    waiting: list[Answer] = []
    judge = ThreadPoolExecutor(1, thread_name_prefix="iapo-judge")
    under_way: Future[None] | None = None

    def judged(answers: list[Answer]) -> None:
        results = scoring([a.text for a in answers], [tasks[a.place] for a in answers])
        keep([Sample(a, scored) for a, scored in zip(answers, results, strict=True)])

    try:
        try:
            for batch in engine.answers(requests):
                waiting += batch
                if under_way is None or under_way.done():
                    if under_way is not None:
                        under_way.result()
                    under_way = judge.submit(judged, waiting)
                    waiting = []
                after_batch()
        finally:
            if under_way is not None:
                under_way.result()
            if waiting:
                judge.submit(judged, waiting).result()
    finally:
        judge.shutdown(wait=False, cancel_futures=True)
    after_batch()
