"""A task as one line of JSON, so that it travels through any trainer's data set to the reward.

The reference is withheld: what judges an answer is the intent, and a column that holds the reference
would sooner or later be trained on. It is only kept for tasks without an intent, whose reward does
not look at it either.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from iapo.dataset import Task
from iapo.errors import InputError
from iapo.intent import Intent, IntentError
from iapo.rewards import IaCReward
from iapo.rewards.score import Score

_REQUIRED = ("id", "category", "format", "instruction")


def pack(task: Task) -> str:
    """What the reward needs of a task; `unpack` reads it."""
    record: dict[str, Any] = {name: task[name] for name in (*_REQUIRED, "input", "family", "split")}
    record["intent"] = task.intent.data if task.intent is not None else None
    return json.dumps(record, ensure_ascii=False)


@lru_cache(maxsize=4096)
def unpack(text: str) -> Task:
    """The task of a packed line; its reference is empty.

    Raises:
        InputError: the text is not what `pack` gives.
    """
    try:
        record = json.loads(text)
        data = record["intent"]
        intent = Intent.from_data(data, record["format"]) if data is not None else None
        required = {name: record[name] for name in _REQUIRED}
    except (ValueError, KeyError, TypeError, IntentError) as error:
        raise InputError(
            f"not a packed task ({type(error).__name__}: {error}); make it with "
            "iapo.integrations.truth.pack"
        ) from None
    return Task(
        **required,
        input=record.get("input", ""),
        output="",
        intent=intent,
        family=record.get("family", ""),
        split=record.get("split", "train"),
    )


def scores(reward: IaCReward, texts: Sequence[str], truths: Sequence[str]) -> list[Score]:
    """What each answer earns, verified together over the workers."""
    tasks = [unpack(truth) for truth in truths]
    return reward.score_many_detailed(
        [(text, task.category, task) for text, task in zip(texts, tasks, strict=True)]
    )


def passes(score: Score) -> bool:
    """Whether an answer verifies and meets its whole intent."""
    met = score.intent.share if score.intent is not None else score.components["correctness"]
    return score.report.valid is True and met >= 1.0


def last_text(completion: Any) -> str:
    """An answer as text, from a text or from chat messages."""
    if isinstance(completion, str):
        return completion
    message = completion[-1] if completion else {"content": ""}
    content = message["content"] if isinstance(message, dict) else message.content
    return content if isinstance(content, str) else ""
