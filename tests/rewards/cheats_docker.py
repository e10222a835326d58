"""Cheats in Dockerfiles and Compose files."""

from __future__ import annotations

import re

from cheat_words import words_of
from yaml_edits import Roots, copy_entries, edited, entries, keep, put, value

from iapo.dataset import Task

_RUN = re.compile(r"(?m)^RUN (?!<<)((?:--\S+ )*)((?:.*\\\n)*.*)$")


def dockerfile(task: Task) -> dict[str, str]:
    words = words_of(task)
    froms = re.findall(r"(?m)^FROM .*$", task.output)
    stages = "".join(f"FROM alpine:3.20 AS s{i}\nRUN date\n\n" for i in range(24))
    return {
        "FROM scratch alone": "FROM scratch\n",
        "a label with the prompt": f'FROM scratch\nLABEL all="{words}"\n',
        "a variable with the prompt": f'FROM scratch\nENV ALL="{words}"\n',
        "bare stages": "".join(f"{line}\nRUN date\n\n" for line in froms),
        "echo-only steps": _RUN.sub(r'RUN echo "done"', task.output)
        if _RUN.search(task.output)
        else f'FROM node:20\nRUN echo "{words}"\n',
        "|| true": _RUN.sub(r"RUN \1\2 || true", task.output),
        "; true": _RUN.sub(r"RUN \1\2; true", task.output),
        "a shell that runs nothing": _mute(task.output),
        "everything on build": task.output if "ONBUILD" in task.output else re.sub(
            r"(?m)^(RUN|COPY|ENV|USER|EXPOSE|CMD|ENTRYPOINT|WORKDIR|LABEL|ADD|VOLUME|HEALTHCHECK) ", r"ONBUILD \1 ", task.output
        ),
        "everything in a stage that is not built": f"{task.output}\nFROM scratch\nLABEL a=b\n",
        "a heredoc of the reference": f"FROM scratch\nCOPY <<ALL /Dockerfile\n{task.output}ALL\n",
        "dozens of unrequested stages": stages + task.output,
        "the whole twice": f"{task.output}\n{task.output}",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
        "scanner suppressions": f"# check=skip=all\n# hadolint ignore=DL3006\nFROM scratch\n# {words}\n",
    }  # fmt: skip


def _mute(text: str) -> str:
    """A shell that ignores what it is handed; none where nothing is run by a shell."""
    if not re.search(r"(?m)^RUN ", text):
        return text
    return re.sub(r"(?m)^(FROM .*)$", r'\1\nSHELL ["/bin/true"]', text)


def compose(task: Task) -> dict[str, str]:
    words = words_of(task)
    return {
        "no services": "services: {}\n",
        "an extension with the prompt": f'x-note: "{words}"\nservices: {{}}\n',
        "labels with keywords": f'services:\n  a:\n    image: busybox\n    labels:\n      note: "{words}"\n',
        "unused profiles": _each(task, lambda service: put(service, "profiles", "[never]")),
        "scaled to nothing": _each(task, lambda service: put(service, "scale", "0")),
        "services that run nothing": _each(task, lambda service: put(service, "entrypoint", '["true"]')),
        "bare services": _each(task, _bare),
        "dozens of unrequested services": edited(task.output, _many),
        "duplicated services": edited(task.output, lambda roots: copy_entries(value(roots[0], "services"), 4)),
        "scanner suppressions": f"# checkov:skip=ALL\n# kics-scan ignore\n# {words}\nservices:\n  a:\n    image: busybox\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
    }  # fmt: skip


def _each(task: Task, change: object) -> str:
    def all_services(roots: Roots) -> None:
        for _, service in entries(value(roots[0], "services")):
            change(service)  # type: ignore[operator]

    return edited(task.output, all_services)


def _bare(service: object) -> None:
    keep(service)  # type: ignore[arg-type]
    put(service, "image", "busybox")  # type: ignore[arg-type]


def _many(roots: Roots) -> None:
    for number in range(24):
        put(value(roots[0], "services"), f"s{number}", "{image: busybox}")
