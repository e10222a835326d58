"""Comments that tell a scanner to look away are no part of an answer, and are taken out of it."""

from __future__ import annotations

import re

from iapo.verify.report import Format

_MARKS = (
    r"tfsec:ignore|tfsec:\S*ignore|trivy:ignore|checkov:skip|bridgecrew:skip|kics-scan|terrascan|"
    r"ts:skip|tflint-ignore|nosec|nosemgrep|hadolint\s+(?:global\s+)?ignore|check=skip|dockle|"
    r"kube-linter|kubelinter|yamllint\s+disable|actionlint|zizmor:|noqa|snyk|regula|polaris|"
    r"semgrep|nolint|shellcheck\s+disable|noinspection|codenarc-disable|opa:ignore"
)
_LINE = re.compile(rf"(?im)^[ \t]*(?:#|//)[^\n]*?(?:{_MARKS})[^\n]*\n?")
_TRAILING = re.compile(rf"(?im)[ \t]+(?:#|//)[ \t]*(?:{_MARKS})[^\n]*$")
_BLOCK = re.compile(
    rf"(?is)/\*(?:(?!\*/).){{0,200}}?(?:{_MARKS})(?:(?!\*/).){{0,500}}?\*/[ \t]*\n?"
)
_ANY = re.compile(rf"(?i){_MARKS}")


def strip_suppressions(code: str, format: Format) -> str:
    """The code without comments that silence a scanner; any other text is left as it is."""
    if not _ANY.search(code):
        return code
    code = _LINE.sub("", code)
    if format in ("terraform", "jenkins"):
        code = _BLOCK.sub("", code)
    # In a Dockerfile a # in the middle of a line is no comment.
    return code if format == "dockerfile" else _TRAILING.sub("", code)
