"""A manifest with the place of everything in it, and the list that findings are added to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from iapo.verify.report import Diagnostic, Severity
from iapo.verify.yaml_source import Path, YamlDocument

TOOL = "kubernetes"
# A reader gains nothing from the five hundredth; a hostile text could ask for a million.
MAX_DIAGNOSTICS = 200


@dataclass(frozen=True, eq=False)
class Manifest:
    """One object of a file.

    Attributes:
        value: the object.
        document: where it stands.
        root: path of the object inside the document (`("items", 0)` in a List).
        api_version, kind: as given, or as the list around it implies.
    """

    value: dict[str, Any]
    document: YamlDocument
    root: Path
    api_version: str
    kind: str

    @property
    def metadata(self) -> dict[str, Any]:
        return mapping(self.value.get("metadata"))

    @property
    def name(self) -> str:
        return text(self.metadata.get("name"))

    @property
    def namespace(self) -> str:
        return text(self.metadata.get("namespace"))

    @property
    def spec(self) -> dict[str, Any]:
        return mapping(self.value.get("spec"))

    @property
    def group(self) -> str:
        return self.api_version.rsplit("/", 1)[0] if "/" in self.api_version else ""

    @property
    def title(self) -> str:
        """How to call it in a message: `Deployment "web"`."""
        return f'{self.kind} "{self.name}"' if self.name else self.kind


@dataclass
class Findings:
    """Diagnostics of a file, and which manifests they make faulty."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)

    def add(
        self,
        severity: Severity,
        code: str,
        message: str,
        manifest: Manifest,
        path: Path = (),
        of: Literal["key", "value"] = "key",
    ) -> None:
        """Report something at `path` inside `manifest`."""
        if severity == "error":
            self.faulty.add(id(manifest))
        if len(self.diagnostics) >= MAX_DIAGNOSTICS and severity != "error":
            return
        if len(self.diagnostics) >= 2 * MAX_DIAGNOSTICS:
            return
        line, column = manifest.document.locate(manifest.root + path, of=of)
        self.diagnostics.append(Diagnostic(severity, code, message[:500], line, column, TOOL))

    def error(self, code: str, message: str, manifest: Manifest, path: Path = ()) -> None:
        """Something that the API server rejects, or that cannot work."""
        self.add("error", code, message, manifest, path)

    def warning(self, code: str, message: str, manifest: Manifest, path: Path = ()) -> None:
        """Something that the API server accepts and that is probably not meant."""
        self.add("warning", code, message, manifest, path)


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    """Index and item of those items of a list that are mappings."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield index, item


def text(value: Any) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""
