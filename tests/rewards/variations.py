"""Versions of an answer that must not score more than it, or must score the same, for every format."""

from __future__ import annotations

import re

import yaml
from yaml_edits import Roots, edited, put, value

from iapo.dataset import Task
from iapo.rewards.canonical import format_terraform

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_YAML = ("kubernetes", "compose", "github-actions", "gitlab-ci")


def cuts(text: str) -> list[str]:
    """The text cut behind each of its tokens but the last."""
    return [text[: found.end()] for found in _TOKEN.finditer(text)][:-1]


def with_something_unrequested(text: str, format: str) -> str:
    """The text and a sound part that nobody asked for."""
    if format == "terraform":
        return text.rstrip("\n") + '\n\nresource "aws_sqs_queue" "extra" {\n  name = "extra"\n}\n'
    if format == "kubernetes":
        extra = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  a: b\n"
        return f"{text.rstrip()}\n---\n{extra}"
    if format == "dockerfile":
        return f"FROM alpine:3.20 AS extra\nRUN date\n\n{text}"
    if format == "jenkins":
        stage = (
            "        stage('Extra') {\n            steps {\n"
            "                sh 'date'\n            }\n        }\n"
        )
        return text.replace("    stages {\n", "    stages {\n" + stage, 1)
    if format == "gitlab-ci":
        return f"{text.rstrip()}\nextra:\n  stage: .pre\n  script:\n    - date\n"
    return edited(text, lambda roots: _add(roots, format))


def _add(roots: Roots, format: str) -> None:
    if format == "compose":
        put(value(roots[0], "services"), "extra", "{image: busybox}")
    else:
        put(value(roots[0], "jobs"), "extra", "{runs-on: ubuntu-latest, steps: [{run: date}]}")


def same_style(text: str, format: str) -> str:
    """The text as `with_something_unrequested` lays it out, with nothing added."""
    return edited(text, lambda roots: None) if format in ("compose", "github-actions") else text


def laid_out_badly(text: str, format: str) -> str:
    """The same program in another layout."""
    if format == "terraform":
        return re.sub(r"(?m)^( *)([\w-]+) += ", r"\1\1\2   =  ", text)
    if format == "dockerfile":
        return re.sub(
            r"(?m)^(FROM|COPY|USER|WORKDIR|EXPOSE|ENV) ", lambda m: m[1].lower() + "  ", text
        )
    if format == "jenkins":
        return re.sub(r"(?m)^( +)(?=\S.*[{}]$)", r"\1 ", text)
    dumped = [yaml.compose(part, Loader=yaml.SafeLoader) for part in re.split(r"(?m)^---\n", text)]
    return "---\n".join(yaml.serialize(root, indent=7, width=10_000) for root in dumped if root)


def renamed(task: Task) -> str:
    """The reference with other local names, where the intent names none of them."""
    text = task.output
    if task.format == "terraform":
        for type, name in re.findall(r'(?m)^(?:resource|data) "([^"]+)" "([^"]+)"', text):
            new = name + "_b"
            text = re.sub(
                rf"(?<![\w.-])((?:data\.)?{type})\.{re.escape(name)}\b", rf"\1.{new}", text
            )
            text = re.sub(
                rf'(?m)^((?:resource|data) "{type}") "{re.escape(name)}"', rf'\1 "{new}"', text
            )
        return format_terraform(text)
    if task.format == "kubernetes" and not _asked_for_containers(task):
        return re.sub(r"(?m)^( +- name: )([\w-]+)(\n +image: )", r"\1\2-b\3", text)
    if task.format in _YAML:
        return re.sub(r"(?<=[ \[])([&*])([a-z][\w-]*)(?=[\s\],])", r"\1\2-b", text)
    return text


def _asked_for_containers(task: Task) -> bool:
    assert task.intent is not None
    names = [
        leaf for leaf in task.intent.leaves() if re.search(r"ontainers\[\d+\]\.name$", leaf.path)
    ]
    return bool(names) or "containerName" in task.output or "container:" in task.output
