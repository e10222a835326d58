"""From what Terraform prints to diagnostics: stable codes, and what cannot be judged offline.

Terraform's own summaries ("Unsupported argument") become their code in kebab case
(`unsupported-argument`). Providers write free text there ("expected acl to be one of ...", with
values in it): those share a handful of codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from iapo.verify.report import Diagnostic, Severity

# Terraform's parser says these; with one of them a file is no HCL (or no JSON) at all.
_SYNTAX = frozenset(
    {
        "argument-or-block-definition-required", "invalid-argument-name", "invalid-block-definition",
        "invalid-character", "invalid-expression", "invalid-multi-line-string",
        "invalid-multiline-string", "missing-newline-after-argument",
        "missing-newline-after-block-definition", "unclosed-configuration-block",
        "unterminated-template-string", "unterminated-heredoc", "missing-key-value-separator",
        "missing-attribute-separator", "missing-item-separator", "missing-argument-separator",
        "missing-expression", "missing-false-expression-in-conditional", "invalid-attribute-name",
        "unbalanced-parentheses", "unbalanced-brackets", "extra-characters-after-expression",
        "extra-characters-after-interpolation-expression", "invalid-escape-sequence",
        "invalid-single-argument-block-definition", "unterminated-function-call",
        "invalid-template-interpolation-value-syntax", "unclosed-template-interpolation-sequence",
        "invalid-template-control-keyword", "invalid-template-directive", "unexpected-end-of-template",
        "unexpected-end-of-file", "invalid-json", "invalid-json-syntax", "invalid-object-syntax",
        "extra-data-after-value", "invalid-json-keyword", "invalid-json-number",
        "invalid-json-string", "incorrect-json-value-type", "missing-json-value",
        "root-value-must-be-object", "missing-property-name", "missing-property-value",
        "missing-property-value-separator", "invalid-file-encoding", "invalid-unicode",
        "invalid-for-expression", "invalid-object-key-expression", "invalid-index",
        "unclosed-object", "unclosed-array", "missing-comma",
        "invalid-character-encoding", "unexpected-comment", "invalid-interpolation-sequence",
        "missing-attribute-value", "invalid-number-literal", "heredoc-not-terminated",
    }
) - {"invalid-index"}  # fmt: skip

_BY_TEXT = (
    (re.compile(r"to be one of|must be one of|value must be one|Invalid Attribute Value Match"), "invalid-enum-value"),
    (re.compile(r"[Cc]onflict|only one of|[Ii]nvalid combination", re.ASCII), "conflicting-arguments"),
    (re.compile(r"expected length of|length (?:must|of)|Invalid Attribute Value Length"), "invalid-length"),
    (re.compile(r"in the range|at (?:least|most) \(|between"), "value-out-of-range"),
    (re.compile(r"must be specified|is required|must be set|[Mm]issing"), "missing-required-argument"),
)  # fmt: skip
_FREE_TEXT = re.compile(r"""["'`\d_,:()\[\]{}/]|\.\w""")
_MISSING_FILE = re.compile(
    r"no file exists at|failed to (?:read|open)|no such file or directory|permission denied"
    r"|operation not permitted|cannot (?:read|open) file|could not (?:read|open)"
    r"|failed to (?:stat|determine)|cannot determine (?:home|file)"
)
_FILE_FUNCTION = re.compile(
    r"\b(?:file|fileset|fileexists|templatefile|filebase64|filebase64sha256|filebase64sha512"
    r"|filemd5|filesha1|filesha256|filesha512|pathexpand)\b"
)


def code_of(summary: str, detail: str = "") -> str:
    """The stable code of a Terraform or provider summary."""
    if len(summary) <= 60 and not _FREE_TEXT.search(summary.replace("for_each", "for each")):
        return re.sub(r"[^a-z0-9]+", "-", summary.lower()).strip("-") or "terraform-error"
    for pattern, code in _BY_TEXT:
        if pattern.search(summary):
            return code
    return "invalid-value"


def is_syntax(code: str) -> bool:
    """Whether a code means that the text is not HCL (or JSON) at all."""
    return code in _SYNTAX


def is_missing_file(entry: Mapping[str, Any]) -> bool:
    """Whether Terraform complains of a file that it cannot read, which says nothing of the program."""
    detail = str(entry.get("detail", ""))
    return bool(
        entry.get("summary") in ("Invalid function argument", "Error in function call")
        and _MISSING_FILE.search(detail)
        and _FILE_FUNCTION.search(detail + str((entry.get("snippet") or {}).get("code", "")))
    )


def to_diagnostic(entry: Mapping[str, Any], *, single: bool) -> Diagnostic:
    """One entry of `terraform validate -json` as a diagnostic.

    Args:
        single: the program is one file, whose name is then left out.
    """
    summary, detail = str(entry.get("summary", "")), " ".join(str(entry.get("detail", "")).split())
    place = entry.get("range") or {}
    start = place.get("start") or {}
    code = code_of(summary, detail)
    severity: Severity = "error" if entry.get("severity") == "error" else "warning"
    if severity == "error" and is_missing_file(entry):
        code, severity = "missing-file", "warning"
    return Diagnostic(
        severity,
        code,
        f"{summary}: {detail}" if detail else summary,
        start.get("line"),
        start.get("column"),
        "terraform",
        None if single else place.get("filename"),
    )
