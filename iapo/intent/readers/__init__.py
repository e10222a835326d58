"""From a report to the parts that patterns may stand for: one reader a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iapo.intent.parts import Parts
from iapo.intent.pattern import Intent
from iapo.intent.readers.compose import read_compose
from iapo.intent.readers.dockerfile import read_dockerfile
from iapo.intent.readers.github_actions import read_github_actions
from iapo.intent.readers.gitlab_ci import read_gitlab_ci
from iapo.intent.readers.jenkins import read_jenkins
from iapo.intent.readers.kubernetes import read_kubernetes
from iapo.intent.readers.terraform import read_terraform
from iapo.verify.report import Format, Report

_READERS: Mapping[Format, Callable[[Intent, Report], Parts]] = {
    "terraform": read_terraform,
    "kubernetes": read_kubernetes,
    "compose": read_compose,
    "dockerfile": read_dockerfile,
    "github-actions": read_github_actions,
    "gitlab-ci": read_gitlab_ci,
    "jenkins": read_jenkins,
}


def read_parts(intent: Intent, report: Report) -> Parts:
    """The parts of a report, in the eyes of an intent.

    The intent decides what is dead: `replicas: 0` is alive where it was asked for. A report of
    another format has no parts.
    """
    if report.format != intent.format:
        return Parts(intent.format, (), 0, lambda *_: False, lambda *_: False)
    return _READERS[intent.format](intent, report)
