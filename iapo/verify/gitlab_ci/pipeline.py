"""A pipeline while it is judged: its resolved data, and where each part of it stands in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from iapo.verify.report import Diagnostic, Severity
from iapo.verify.yaml_source import Path, Tagged, YamlDocument

TOOL = "gitlab-ci"
MAX_PROBLEMS = 200
# Keys at the top that are no jobs. https://docs.gitlab.com/ci/yaml/#global-keywords
GLOBAL_KEYS = frozenset(
    [
        "image",
        "services",
        "before_script",
        "after_script",
        "variables",
        "cache",
        "default",
        "stages",
        "include",
        "workflow",
        "spec",
        "$schema",
        "!reference",
    ]
)


@dataclass
class Pipeline:
    """One configuration.

    Attributes:
        document: the YAML document it was read from.
        raw: its data as written, keys as text.
        data: the same with references and `extends` resolved.
        parents: for each job, the names it extends, nearest first, all levels.
        included: it includes other files, which may define what is missing here.
        unjudged: the verdict depends on such a file.
        levels: for each job that extends others, how many levels it has, itself counted.
        incomplete: jobs of which a part comes from such a file.
    """

    document: YamlDocument
    raw: dict[str, Any]
    included: bool
    data: dict[str, Any] = field(default_factory=dict)
    parents: dict[str, list[str]] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    faulty: set[str] = field(default_factory=set)
    unjudged: bool = False
    incomplete: set[str] = field(default_factory=set)

    def problem(
        self,
        code: str,
        message: str,
        path: Path,
        *,
        key: bool = False,
        severity: Severity = "error",
    ) -> None:
        """Record a problem at a value of the resolved data, or at its key."""
        part = str(path[0]) if path else ""
        if severity == "error":
            self.faulty.add(part if self.is_job(part) else "")
        if len(self.problems) < MAX_PROBLEMS:
            line, column = self.locate(path, key=key)
            self.problems.append(Diagnostic(severity, code, message, line, column, TOOL))

    def locate(self, path: Path, *, key: bool = False) -> tuple[int, int]:
        """Where a part of the resolved data is written: in the job, or in one that it extends."""
        best: Path = ()
        candidates = [path]
        if path:
            candidates += [(parent, *path[1:]) for parent in self.parents.get(str(path[0]), ())]
        for candidate in candidates:
            found = self._existing(candidate)
            if len(found) == len(candidate):
                best = found
                break
            if len(found) > len(best):
                best = found
        whole = len(best) == len(path)
        return self.document.locate(best, of="key" if key or not whole else "value")

    def _existing(self, path: Path) -> Path:
        """The longest beginning of a path that is written, its steps as the document has them."""
        here: Any = self.document.value
        steps: list[str | int] = []
        for step in path:
            if isinstance(here, dict):
                if step not in here:
                    step = next(
                        (k for k in here if not isinstance(k, str) and str(k) == step), step
                    )
                if step not in here:
                    break
                here = here[step]
            elif isinstance(here, list):
                if not isinstance(step, int) or step >= len(here):
                    break
                here = here[step]
            else:
                break
            steps.append(step)
            if isinstance(here, Tagged):
                break
        return tuple(steps)

    def is_job(self, name: str) -> bool:
        """Whether a key at the top names a job, hidden or not."""
        return name in self.raw and name not in GLOBAL_KEYS

    def jobs(self) -> dict[str, dict[str, Any]]:
        """The resolved visible jobs."""
        return {
            name: job
            for name, job in self.data.items()
            if self.is_job(name) and not name.startswith(".") and isinstance(job, dict)
        }
