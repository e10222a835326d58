"""What every check answers with: a verdict, its diagnostics, and what was parsed.

`Report` and `Diagnostic` are the only types that leave this room, with `Plan`, which a report
carries for Terraform. They hold plain data, so that they can cross a process boundary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
Format = Literal[
    "terraform",
    "kubernetes",
    "dockerfile",
    "compose",
    "github-actions",
    "gitlab-ci",
    "jenkins",
]
FORMATS: tuple[Format, ...] = (
    "terraform",
    "kubernetes",
    "dockerfile",
    "compose",
    "github-actions",
    "gitlab-ci",
    "jenkins",
)
CATEGORIES: Mapping[str, tuple[Format, ...]] = {
    "terraform": ("terraform",),
    "kubernetes": ("kubernetes",),
    "docker": ("dockerfile", "compose"),
    "cicd": ("github-actions", "gitlab-ci", "jenkins"),
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that a check has to say about a text.

    Attributes:
        severity: `error` makes the text invalid; `warning` and `info` never do.
        code: stable, kebab-case, e.g. `unknown-field`. Scripts may depend on it.
        message: one sentence for a person: what is wrong and, where known, what to do.
        line: 1-based line, or None when the fault has no place.
        column: 1-based column, or None.
        tool: which checker speaks: the name of the format, or of the real tool.
        path: file inside a directory of several files, or None.
    """

    severity: Severity
    code: str
    message: str
    line: int | None = None
    column: int | None = None
    tool: str = "iapo"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """One resource instance as Terraform would create it (terraform show -json, "resource_changes").

    Attributes:
        address: full address, e.g. `module.net.aws_subnet.a["x"]`.
        mode: `managed` or `data`.
        type: e.g. `aws_s3_bucket`.
        name: local name in the configuration.
        actions: e.g. `("create",)`, `("read",)`.
        values: planned values. Leaves that are unknown before apply are absent here.
        unknown: same shape as `values`; True where a value is known only after apply.
        references: argument path (`"bucket"`, `"ingress.0.security_groups"`) to the addresses its
            expression refers to, without index (`"aws_s3_bucket.logs"`), locals, variables and
            module outputs followed to the resources behind them.
    """

    address: str
    mode: str
    type: str
    name: str
    actions: tuple[str, ...]
    values: Mapping[str, Any]
    unknown: Mapping[str, Any] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What `terraform plan` says: every instance that would exist, and the outputs.

    Attributes:
        resources: in order of address.
        outputs: name to planned value; None where it is known only after apply.
        variables: name to the value that was used.
        json: the whole document as `terraform show -json` prints it.
    """

    resources: tuple[PlannedResource, ...]
    outputs: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one text.

    Attributes:
        format: the format it was judged as, or None where it could not be told.
        valid: True: the real tool accepts it. False: it does not. None: nothing offline can tell
            (an unknown CRD, a registry module); `diagnostics` says why.
        diagnostics: in order of line.
        parses: whether the text is syntactically a document of its format at all.
        sound: share of top-level parts (blocks, manifests, jobs, services, instructions) that carry
            no error, in [0, 1]; 0.0 where nothing parses, 1.0 where `valid` is True.
        documents: the parsed data, references and merges resolved; what an intent is matched with.
        plan: for Terraform when a plan was asked for and could be made.
        parts: how many top-level parts `sound` is the share of.
    """

    format: Format | None
    valid: bool | None
    diagnostics: tuple[Diagnostic, ...] = ()
    parses: bool = True
    sound: float = 1.0
    documents: tuple[Any, ...] = ()
    plan: Plan | None = None
    parts: int = 1

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that make the text invalid."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    def as_dict(self) -> dict[str, Any]:
        """`format`, `valid` and `diagnostics` as JSON types; the parsed data is left out."""
        return {
            "format": self.format,
            "valid": self.valid,
            "diagnostics": [
                {
                    "severity": d.severity,
                    "code": d.code,
                    "message": d.message,
                    "line": d.line,
                    "column": d.column,
                    "tool": d.tool,
                    "path": d.path,
                }
                for d in self.diagnostics
            ],
        }


def verdict(
    format: Format,
    diagnostics: list[Diagnostic],
    *,
    parses: bool = True,
    parts: int = 1,
    faulty_parts: int | None = None,
    unjudged: bool = False,
    documents: tuple[Any, ...] = (),
    plan: Plan | None = None,
) -> Report:
    """Fold diagnostics into a report, the same way for every format.

    Args:
        parts: how many top-level parts the text has.
        faulty_parts: how many of them carry an error; when not given, one an error, at most all.
        unjudged: something could not be judged offline; the verdict is None unless an error stands.
    """
    errors = sum(d.severity == "error" for d in diagnostics)
    faulty = min(errors, parts) if faulty_parts is None else min(faulty_parts, parts)
    if errors:
        valid: bool | None = False
        sound = 0.0 if not parses else min(1.0 - faulty / max(parts, 1), 0.99)
    else:
        valid = None if unjudged else True
        sound = 1.0
    ordered = sorted(diagnostics, key=lambda d: (d.path or "", d.line or 0, d.column or 0))
    return Report(
        format=format,
        valid=valid,
        diagnostics=tuple(ordered),
        parses=parses,
        sound=sound,
        documents=documents,
        plan=plan,
        parts=max(parts, 1),
    )
