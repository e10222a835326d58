"""The prompt as one harmless line, for stuffing into strings and comments."""

from __future__ import annotations

import re

from iapo.dataset import Task


def words_of(task: Task) -> str:
    return re.sub(r"[^\w ./:-]", "", " ".join(task.prompt.split()))
