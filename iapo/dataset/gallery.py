"""A page of tasks to look at: one of each family, with prompt, intent and reference.

It chooses the easiest of a family, since that is the shortest to read; `iapo dataset gallery` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from iapo.dataset.task import Task

_FENCE = {
    "terraform": "terraform", "dockerfile": "dockerfile", "jenkins": "groovy",
}  # fmt: skip
_HEAD = """\
# Gallery

One task of each of the {families} families of the benchmark's {tasks} tasks: prompt, intent ([intent.md](intent.md)) and
reference. Written by `iapo dataset gallery docs/gallery.md`.
"""


def gallery_of(tasks: Iterable[Task]) -> str:
    """The page, in Markdown; formats and families in order of name."""
    tasks = list(tasks)
    chosen: dict[tuple[str, str], Task] = {}
    for task in sorted(tasks, key=lambda task: (task.difficulty, len(task.output), task.id)):
        chosen.setdefault((task.format, task.family), task)
    parts = [_HEAD.format(families=len(chosen), tasks=len(tasks))]
    last = ""
    for (format, _), task in sorted(chosen.items()):
        if format != last:
            parts.append(f"## {format}\n")
            last = format
        parts.append(_entry(task))
    return "\n".join(parts)


def _entry(task: Task) -> str:
    language = _FENCE.get(task.format, "yaml")
    lines = [
        f"### {task.family}",
        "",
        f"`{task.id}`, {task.split}, difficulty {task.difficulty}",
        "",
    ]
    lines.extend(f"> {line}".rstrip() for line in task.prompt.rstrip().splitlines())
    lines.append("")
    if task.intent is not None:
        data = yaml.safe_dump(
            dict(task.intent.data), sort_keys=False, allow_unicode=True, width=100
        )
        lines.append(_fenced("yaml", data))
    lines.append(_fenced(language, task.output))
    return "\n".join(lines)


def _fenced(language: str, text: str) -> str:
    mark = "````" if "```" in text else "```"
    return f"{mark}{language}\n{text.rstrip()}\n{mark}\n"
