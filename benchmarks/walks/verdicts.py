"""What a verdict on a random program says of the guide: an invented name, a value rule, or a fault.

Providers say what is wrong with a value in words of their own, for which `iapo verify` has one code,
`invalid-value`. Some of Terraform's own messages come under it too; they are told by how they begin.
"""

from __future__ import annotations

import re
from typing import Literal

from iapo.verify.report import Diagnostic, Report

Kind = Literal["valid", "unjudged", "value rules", "fault"]

_NO_SUCH_NAME = frozenset(
    {
        "unsupported-argument", "unsupported-block-type", "unsupported-attribute", "not-in-schema",
        "invalid-resource-type", "invalid-data-source", "invalid-ephemeral-resource",
        "unknown-provider", "provider-configuration-not-present", "missing-required-provisioner-plugin",
        "call-to-unknown-function", "unknown-provider-function", "invalid-type-specification",
        "reference-to-undeclared-resource", "reference-to-undeclared-input-variable",
        "reference-to-undeclared-local-value", "reference-to-undeclared-module", "invalid-reference",
    }
)  # fmt: skip
_NO_SUCH_FIELD = frozenset(
    {
        "unknown-field", "misspelt-field", "unknown-kind", "wrong-api-version", "removed-api",
        "unserved-api", "unknown-resource", "unknown-custom-resource",
        # Of Dockerfiles.
        "unknown-instruction", "unknown-flag", "undefined-stage",
        # Of GitHub Actions.
        "unknown-key", "unknown-event", "unknown-activity-type", "unknown-permission", "unknown-shell",
        "unknown-input", "unknown-input-type", "unknown-context", "unknown-function",
        "undefined-property", "undefined-job", "context-not-allowed", "function-not-allowed",
        # Of Jenkinsfiles.
        "unknown-section", "renamed-section", "unknown-post-condition", "unknown-condition", "unknown-agent",
        "unknown-argument", "unknown-tool", "unknown-option", "option-not-in-stage", "unknown-parameter",
        "unknown-trigger", "blocked-step",
    }
)  # fmt: skip
_NO_SUCH_MEMBER = re.compile(r'Invalid "\w+" (?:attribute|reference): |Reference to "\w+" in ')
_VALUE = frozenset(
    {
        "invalid-value", "invalid-arn-value", "invalid-length", "invalid-attribute-value-length",
        "value-out-of-range", "invalid-version-constraint",
        # Of Kubernetes: the form of a text, the size of a number, what one text says of another.
        "bad-address", "bad-annotation", "bad-count", "bad-env-name", "bad-format", "bad-host",
        "bad-image", "bad-key", "bad-label", "bad-name", "bad-path", "bad-port", "bad-port-name",
        "bad-quantity", "bad-schedule", "duplicate-mount", "duplicate-name", "duplicate-object",
        "duplicate-port", "out-of-range", "request-over-limit", "selector-mismatch",
        "selects-nothing", "undefined-port", "undefined-reference", "undefined-volume",
        # Of Compose.
        "bad-duration", "bad-exposed-port", "bad-healthcheck", "bad-mount", "bad-size",
        "dependency-cycle", "dependency-not-enabled", "no-healthcheck", "port-clash",
        "port-out-of-range", "undefined-config", "undefined-model", "undefined-network",
        "undefined-secret", "undefined-service",
        # Of Dockerfiles: what the value of a variable makes of a text.
        "bad-image-reference", "blank-base", "bad-signal", "bad-mode", "copy-url",
        # Of GitHub Actions: the form of a text, and which values of a matrix are left out.
        "bad-cron", "bad-default", "bad-glob", "bad-id", "bad-json", "bad-variable-name",
        "constant-condition", "duplicate-option", "format-arguments", "undefined-matrix-key",
        "unmatched-exclude", "variable-name",
        # Of GitLab CI: forms of texts, and what jobs say of one another's stages and contents.
        "bad-condition", "bad-interpolation", "bad-on-stop", "bad-pattern", "bad-reference",
        "dependency-in-later-stage", "dependency-not-needed", "duplicate-entry",
        "need-in-later-stage", "nothing-to-run",
    }
)  # fmt: skip
_TERRAFORMS_OWN = re.compile(
    rf"(?:Insufficient|Too many) \S+ blocks: |(?:Missing|Duplicate) \S+ block: |{_NO_SUCH_MEMBER.pattern}"
)


def invented(report: Report) -> list[str]:
    """What is said, even in a warning, of names that do not exist."""
    return [
        f"{d.code}: {d.message}"
        for d in report.diagnostics
        if d.code in _NO_SUCH_NAME | _NO_SUCH_FIELD or _NO_SUCH_MEMBER.match(d.message)
    ]


def kind(report: Report) -> Kind:
    """What a program is; `value rules`: refused for nothing but the values of its literals."""
    if report.valid is not False:
        return "valid" if report.valid else "unjudged"
    return "value rules" if all(map(_of_a_value, report.errors)) else "fault"


def _of_a_value(diagnostic: Diagnostic) -> bool:
    return diagnostic.code in _VALUE and not _TERRAFORMS_OWN.match(diagnostic.message)
