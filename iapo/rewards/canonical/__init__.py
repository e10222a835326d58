"""How much of a text is written as the format's own formatter, or its convention, would write it."""

from __future__ import annotations

from iapo.rewards.canonical.braces import braces_style
from iapo.rewards.canonical.dockerfile import dockerfile_style
from iapo.rewards.canonical.terraform import format_terraform, terraform_style
from iapo.rewards.canonical.yaml import yaml_style
from iapo.verify.report import Format

__all__ = ["canonical_share", "format_terraform"]


def canonical_share(code: str, format: Format) -> tuple[float, str]:
    """The share of lines that are canonical, in [0, 1], and the first that is not, in words."""
    if not code.strip():
        return 0.0, "there is no code"
    if format == "terraform":
        return terraform_style(code)
    if format == "dockerfile":
        return dockerfile_style(code)
    if format == "jenkins":
        return braces_style(code)
    return yaml_style(code)
