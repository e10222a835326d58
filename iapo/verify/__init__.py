"""Verification: text in, verdict and diagnostics out, offline.

`verify` judges one text, `verify_many` a batch over sandboxed workers, `verify_path` a file or a
Terraform module directory.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo.verify.report import (
    CATEGORIES,
    FORMATS,
    Diagnostic,
    Format,
    Plan,
    PlannedResource,
    Report,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CATEGORIES",
    "FORMATS",
    "Diagnostic",
    "Format",
    "Plan",
    "PlannedResource",
    "Report",
    "check_text",
    "close_workers",
    "verify",
    "verify_many",
    "verify_path",
]

_CHECKERS: Mapping[str, str] = {
    "kubernetes": "iapo.verify.kubernetes",
    "dockerfile": "iapo.verify.dockerfile",
    "compose": "iapo.verify.compose",
    "github-actions": "iapo.verify.github_actions",
    "gitlab-ci": "iapo.verify.gitlab_ci",
    "jenkins": "iapo.verify.jenkinsfile",
}


def check_text(text: str, format: Format, *, path: str | None = None) -> Report:
    """Judge a text of any format but Terraform, in this process."""
    check: Callable[..., Report] = import_module(_CHECKERS[format]).check
    return check(text, path=path)


def _decode(text: str | bytes) -> str | Report:
    """The text itself, or a report that says why bytes are none."""
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf8(text.count(b"\n", 0, error.start) + 1)


def _unknown_format(text: str) -> Report:
    if not text.strip():
        return Report(None, None, (Diagnostic("warning", "empty", "the file is empty"),), sound=0.0)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return _not_utf8(text.count("\n", 0, error.start) + 1)
    message = f"cannot tell the format; say which of {', '.join(FORMATS)} it is (--format)"
    return Report(None, None, (Diagnostic("warning", "unknown-format", message),), sound=0.0)


def _not_utf8(line: int) -> Report:
    note = Diagnostic("error", "not-utf-8", "the text is not UTF-8; save it as UTF-8", line)
    return Report(None, False, (note,), parses=False, sound=0.0)


def _known(format: Format | None, text: str, path: str | None) -> Format | None:
    if format is not None and format not in FORMATS:
        raise ValueError(f"unknown format {format!r}; choose one of {', '.join(FORMATS)}")
    if format is not None:
        return format
    from iapo.verify.detect import detect_format

    return detect_format(text, path)


def _job(text: str, format: Format, path: str | None, plan: bool) -> dict[str, Any]:
    if format != "terraform":
        return {"format": format, "text": text, "path": path}
    from iapo.verify.terraform.folder import single_program

    return {"format": format, "files": single_program(text, path), "plan": plan}


def verify(
    text: str | bytes,
    format: Format | None = None,
    *,
    path: str | None = None,
    plan: bool = False,
) -> Report:
    """Judge one text as its format's real tool would.

    Terraform is judged in a confined worker process, everything else in this one.

    Args:
        text: a whole file; bytes must be UTF-8.
        format: one of `FORMATS`; told from the text and the path when not given.
        path: the file's name, used to tell the format and never opened.
        plan: for Terraform, also make the plan when the program is valid.

    Returns:
        The report; `unknown-format` (valid None) where the format cannot be told.

    Raises:
        ValueError: an unknown format name.
        iapo.verify.sandbox.WorkerStartError: Terraform is not installed.
    """
    decoded = _decode(text)
    if isinstance(decoded, Report):
        return decoded
    known = _known(format, decoded, path)
    if known is None:
        return _unknown_format(decoded)
    if known != "terraform":
        return check_text(decoded, known, path=path)
    from iapo.verify.sandbox import POOL

    return POOL.judge(_job(decoded, known, path, plan))


def verify_many(
    items: Sequence[tuple[str, Format | None]],
    *,
    paths: Sequence[str | None] | None = None,
    plan: bool = False,
    timeout: float = 5.0,
    workers: int | None = None,
) -> list[Report]:
    """Judge many texts at once, each in a worker process, whatever its format.

    Args:
        items: text and format (None: told from the text and the path).
        paths: the name of each text, as for `verify`.
        plan: for Terraform, also make plans.
        timeout: seconds of CPU time for each text; past them its report says `resource-limit`, or
            `verifier-timeout` if the worker waits for something else for four times as long.
        workers: processes of each kind; as many as there are CPUs when not given.

    Returns:
        One report an item, in order. A text that hangs or crashes a checker gets a report that says
        so, and the others are not affected.
    """
    from iapo.verify.sandbox import judge_all

    reports: list[Report | None] = []
    jobs: list[dict[str, Any]] = []
    for (text, format), path in zip(items, paths or [None] * len(items), strict=True):
        known = _known(format, text, path)
        if known is None:
            reports.append(_unknown_format(text))
        else:
            reports.append(None)
            jobs.append(_job(text, known, path, plan))
    answers = iter(judge_all(jobs, timeout=timeout, workers=workers))
    return [next(answers) if report is None else report for report in reports]


def verify_path(path: Path | str, format: Format | None = None, *, plan: bool = False) -> Report:
    """Judge a file, or a directory as a Terraform module with its local modules and `.tfvars`.

    Raises:
        OSError: the path cannot be read.
        ValueError: a directory with another format than Terraform, or without configuration.
    """
    place = Path(path)
    if not place.is_dir():
        return verify(place.read_bytes(), format, path=str(path), plan=plan)
    if format not in (None, "terraform"):
        raise ValueError(f"{place}: a directory is judged as a Terraform module, not as {format}")
    from iapo.verify.sandbox import POOL
    from iapo.verify.terraform.folder import read_folder

    return POOL.judge({"format": "terraform", "files": read_folder(place), "plan": plan})


def close_workers() -> None:
    """End all worker processes; the next call starts new ones. Also done at exit."""
    from iapo.verify.sandbox import POOL

    POOL.close()
