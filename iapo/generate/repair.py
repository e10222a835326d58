"""A second turn: what the verifier said of an answer, put back to the model that wrote it."""

from __future__ import annotations

from iapo.generate.candidates import Candidate
from iapo.generate.prompts import Message
from iapo.generate.request import Request
from iapo.verify.output import one_line

MOST_ERRORS = 5
_LONGEST = 300  # characters of one message
_TOOLS = {
    "terraform": "terraform validate",
    "kubernetes": "kubectl",
    "dockerfile": "docker build",
    "compose": "docker compose config",
    "github-actions": "actionlint",
    "gitlab-ci": "the GitLab CI linter",
    "jenkins": "the Jenkins linter",
}


def can_repair(candidate: Candidate) -> bool:
    """Whether there is something to say: whole code that the verifier rejects, and why."""
    return bool(candidate.code) and candidate.whole and candidate.report.valid is False


def second_turn(request: Request, candidate: Candidate) -> list[Message]:
    """The conversation so far, with the errors as what the user says next."""
    return [
        Message("user", request.prompt),
        Message("assistant", candidate.code),
        Message("user", _complaint(request, candidate)),
    ]


def _complaint(request: Request, candidate: Candidate) -> str:
    lines = []
    for error in candidate.report.errors[:MOST_ERRORS]:
        place = f"line {error.line}: " if error.line is not None else ""
        lines.append(f"- {place}{one_line(error.message)[:_LONGEST]}")
    said = "\n".join(lines)
    return (
        f"{_TOOLS[request.format]} rejects this file:\n{said}\n"
        "Repair it; everything else stays as it is. Write the whole file again."
    )
