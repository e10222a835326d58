"""From the paths a user names to the things to judge: files, and Terraform module directories.

A directory that holds Terraform files is one module; everything else below a directory is judged
by file. Walks pass over what is not the user's own (hidden folders, vendored code, `.terraform`)
and over Helm templates, which are no YAML before they are rendered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from iapo.errors import InputError
from iapo.verify.detect import detect_format
from iapo.verify.report import Format

MAX_BYTES = 10_000_000
_PASSED_OVER = {"node_modules", "vendor", "third_party", "__pycache__", "venv"}
_HIDDEN_BUT_OURS = {".github", ".gitlab", ".circleci"}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to judge.

    Attributes:
        path: as the user would write it; `-` for standard input.
        format: known from the user or from the file; None where it could not be told.
        text: the content, or None for a module directory (it is read by the Terraform checker).
    """

    path: str
    format: Format | None
    text: str | None

    @property
    def is_module(self) -> bool:
        return self.text is None


def find_targets(paths: list[Path], format: Format | None = None) -> Iterator[Target]:
    """Everything below `paths` that has a format, in order of path.

    A file named by the user is always a target, even when its format cannot be told; a file met on
    a walk only when it can.

    Raises:
        InputError: a path does not exist, cannot be read, or is larger than `MAX_BYTES`.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path, format)
        elif path.exists():
            text = read_text(path)
            yield Target(str(path), format or detect_format(text, str(path)), text)
        else:
            raise InputError(f"{path}: no such file or directory")


def read_text(path: Path) -> str:
    """The text of a file; bytes that are no UTF-8 become lone surrogates, which every check refuses.

    Raises:
        InputError: the file cannot be read or is larger than `MAX_BYTES`.
    """
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise InputError(
                f"{path}: larger than {MAX_BYTES // 1_000_000} MB; not infrastructure code"
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return raw.decode("utf-8", errors="surrogateescape")


def _walk(directory: Path, format: Format | None) -> Iterator[Target]:
    try:
        entries = sorted(directory.iterdir())
    except OSError as error:
        raise InputError(f"{directory}: cannot be read ({error.strerror})") from None
    names = {entry.name for entry in entries}
    is_module = any(name.endswith((".tf", ".tf.json")) for name in names)
    if is_module and format in (None, "terraform"):
        yield Target(str(directory), "terraform", None)
    for entry in entries:
        if entry.is_symlink() and entry.is_dir():
            continue  # a link may lead out of the tree or round in a circle
        if entry.is_dir():
            if _is_passed_over(entry.name) or ("Chart.yaml" in names and entry.name == "templates"):
                continue
            yield from _walk(entry, format)
        elif entry.is_file() and not entry.name.endswith((".tf", ".tf.json")):
            target = _candidate(entry)
            if target is not None and format in (None, target.format):
                yield target


def _is_passed_over(name: str) -> bool:
    return name in _PASSED_OVER or (name.startswith(".") and name not in _HIDDEN_BUT_OURS)


def _candidate(path: Path) -> Target | None:
    """The file as a target if its name can be one of ours and its format can be told."""
    by_name = detect_format("", str(path))
    if by_name is None and path.suffix.lower() not in (".yml", ".yaml"):
        return None
    if path.stat().st_size > MAX_BYTES:
        return None
    text = read_text(path)
    found = by_name or detect_format(text, str(path))
    return Target(str(path), found, text) if found else None
