"""From the paths a user names to the things to judge: files, and Terraform module directories.

A directory that holds Terraform files is one module; everything else below a directory is judged
by file. Walks pass over what is not the user's own (hidden folders, vendored code, `.terraform`), over
Helm templates, which are no YAML before they are rendered, and over the patches that a kustomization
names, which are no whole manifests. What a walk cannot read becomes a target that says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from iapo.errors import InputError
from iapo.verify.detect import detect_format
from iapo.verify.report import Format
from iapo.verify.yaml_source import load_yaml

MAX_BYTES = 10_000_000
_PASSED_OVER = {"node_modules", "vendor", "third_party", "__pycache__", "venv"}
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_HIDDEN_BUT_OURS = {".github", ".gitlab", ".circleci"}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to judge.

    Attributes:
        path: as the user would write it; `-` for standard input.
        format: known from the user or from the file; None where it could not be told.
        text: the content, or None for a module directory (it is read by the Terraform checker).
        unreadable: why it cannot be read; the text is empty then.
    """

    path: str
    format: Format | None
    text: str | None
    unreadable: str | None = None

    @property
    def is_module(self) -> bool:
        return self.text is None


def find_targets(
    paths: Sequence[Path], format: Format | None = None, exclude: Sequence[str] = ()
) -> Iterator[Target]:
    """Everything below `paths` that has a format, in order of path, each file once.

    A file named by the user is always a target, even when its format cannot be told; a file met on
    a walk only when it can.

    Args:
        exclude: patterns such as `legacy/*` or `*.bak.yaml`; a file or folder met on a walk whose path
            below the folder named, or whose name, matches one is passed over.

    Raises:
        InputError: a path does not exist, or a file named by the user cannot be read or is larger
            than `MAX_BYTES`.
    """
    seen: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found = _Walk(path, format, tuple(exclude)).targets(path)
        elif path.exists():
            text = read_text(path)
            found = iter([Target(str(path), format or detect_format(text, str(path)), text)])
        else:
            raise InputError(f"{path}: no such file or directory")
        for target in found:
            place = Path(target.path).absolute()
            if place not in seen:
                seen.add(place)
                yield target


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


@dataclass(frozen=True)
class _Walk:
    """What a walk below one folder keeps to."""

    root: Path
    format: Format | None
    exclude: tuple[str, ...]

    def targets(self, directory: Path) -> Iterator[Target]:
        """The targets below `directory`, which is the root or below it."""
        try:
            entries = sorted(directory.iterdir())
        except OSError as error:
            yield _unreadable(directory, error.strerror)
            return
        names = {entry.name for entry in entries}
        is_module = any(name.endswith((".tf", ".tf.json")) for name in names)
        if is_module and self.format in (None, "terraform"):
            yield Target(str(directory), "terraform", None)
        patches = _kustomize_patches(directory, names)
        for entry in entries:
            if entry.name in patches or self._passes_over(entry):
                continue
            if entry.is_dir():
                if not ("Chart.yaml" in names and entry.name == "templates"):
                    yield from self.targets(entry)
            elif entry.is_file() and not entry.name.endswith((".tf", ".tf.json")):
                target = _candidate(entry)
                if target is not None and self.format in (None, target.format):
                    yield target

    def _passes_over(self, entry: Path) -> bool:
        below = entry.relative_to(self.root).as_posix()
        if any(fnmatch(below, p.rstrip("/")) or fnmatch(entry.name, p) for p in self.exclude):
            return True
        if entry.is_symlink():
            # A linked folder may lead out of the tree or round in a circle; a file linked from
            # within the tree is met where it is.
            return entry.is_dir() or entry.resolve().is_relative_to(self.root.resolve())
        if not entry.is_dir():
            return False
        hidden = entry.name.startswith(".") and entry.name not in _HIDDEN_BUT_OURS
        return hidden or entry.name in _PASSED_OVER


def _kustomize_patches(directory: Path, names: set[str]) -> set[str]:
    """Files of this folder that its kustomization lays over whole manifests."""
    found: set[str] = set()
    for name in names.intersection(_KUSTOMIZATIONS):
        try:
            documents = load_yaml(read_text(directory / name)).documents
        except InputError:
            continue  # the walk reports it when it comes to it
        for document in documents:
            found |= _named_patches(document.value)
    return found


def _named_patches(kustomization: Any) -> set[str]:
    if not isinstance(kustomization, dict):
        return set()
    found: set[str] = set()
    for field in ("patches", "patchesStrategicMerge", "patchesJson6902"):
        entries = kustomization.get(field)
        for entry in entries if isinstance(entries, list) else ():
            path = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(path, str):
                found.add(path.removeprefix("./"))
    return found


def _unreadable(path: Path, why: str | None) -> Target:
    return Target(str(path), None, "", unreadable=why or "unknown reason")


def _candidate(path: Path) -> Target | None:
    """The file as a target if its name can be one of ours and its format can be told."""
    by_name = detect_format("", str(path))
    suffix = path.suffix.lower()
    if by_name is None and suffix not in (".yml", ".yaml", ".json"):
        return None
    if path.stat().st_size > MAX_BYTES:
        return None if suffix == ".json" else _unreadable(path, f"over {MAX_BYTES} bytes")
    try:
        text = read_text(path)
    except InputError as error:
        return _unreadable(path, str(error).partition("(")[2].rstrip(")"))
    if suffix == ".json" and not ('"apiVersion"' in text and '"kind"' in text):
        return None
    found = by_name or detect_format(text, str(path))
    return Target(str(path), found, text) if found else None
