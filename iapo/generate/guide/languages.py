"""The languages there is a guide for: each an automaton that says what may be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from iapo.errors import InputError
from iapo.generate.guide.automaton import Pool, State

GUIDED = (
    "terraform", "kubernetes", "compose", "dockerfile", "github-actions", "gitlab-ci", "jenkins",
)  # fmt: skip
"""The formats there is a guide for."""


class Language(Protocol):
    """What may be written.

    Attributes:
        pool: the states made so far.
    """

    pool: Pool

    def start(self) -> State:
        """Before an answer."""
        ...

    def forget(self) -> None:
        """Drop all that can be made again. What was made before stays usable."""
        ...


def language_of(format: str, named: Sequence[str] = ()) -> Language:
    """The language of a format.

    Args:
        named: what has no schema and may be written all the same (see `Guide`).

    Raises:
        InputError: there is no guide for the format.
    """
    if format == "terraform":
        from iapo.generate.guide.terraform.program import Terraform

        return Terraform(tuple(named))
    if format == "kubernetes":
        from iapo.generate.guide.yaml import kubernetes

        return kubernetes.language(named)
    if format == "compose":
        from iapo.generate.guide.yaml import compose

        return compose.language()
    if format == "dockerfile":
        from iapo.generate.guide.dockerfile.language import Dockerfile

        return Dockerfile()
    if format == "github-actions":
        from iapo.generate.guide.yaml.github_actions import workflow

        return workflow.language()
    if format == "gitlab-ci":
        from iapo.generate.guide.yaml.gitlab_ci import pipeline

        return pipeline.language()
    if format == "jenkins":
        from iapo.generate.guide.jenkins.language import Jenkinsfile

        return Jenkinsfile()
    raise InputError(f"no guide for {format}; there is one for: {', '.join(GUIDED)}")
