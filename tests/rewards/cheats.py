"""The frozen corpus of cheats: answers that look like work and are none.

`cheats(task)` gives name to answer. Each is built from the task's prompt and reference, so that the
corpus holds for every task of a format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from iapo.dataset import Task

OTHER: Mapping[str, str] = {
    "terraform": "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
    "kubernetes": 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n',
    "dockerfile": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  A: b\n",
    "compose": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  A: b\n",
    "github-actions": "services:\n  a:\n    image: b\n",
    "gitlab-ci": "services:\n  a:\n    image: b\n",
    "jenkins": "FROM alpine:3.20\nRUN apk add --no-cache curl\n",
}
COMMENT: Mapping[str, str] = {"jenkins": "//"}
FENCE = "```"


def cheats(task: Task) -> dict[str, str]:
    """Every cheat that exists for the task's format."""
    mark = COMMENT.get(task.format, "#")
    commented = "".join(f"{mark} {line}\n" for line in task.output.splitlines())
    found = {
        "empty": "",
        "white space": " \n\n\t\n",
        "comments only": f"{mark} {task.prompt}\n{commented}",
        "the prompt echoed": task.prompt,
        "another format's code": OTHER[task.format],
        "prose only": f"Sure! Here is how I would do it: {task.prompt} Let me know if it helps.",
        "several fenced answers": f"{FENCE}\n{task.output}{FENCE}\n\nor\n\n{FENCE}\n{task.output}{FENCE}\n",
        "an unfinished promise": f"{FENCE}\n",
        "a placeholder": "...\n",
    }
    found.update(_OF_FORMAT[task.format](task))
    return found


def _words(task: Task) -> str:
    """The prompt as one harmless line, for stuffing into strings."""
    return re.sub(r"[^\w ./:-]", "", " ".join(task.prompt.split()))


def _terraform(task: Task) -> dict[str, str]:
    assert task.intent is not None
    asked = [raw["resource"] for raw in task.intent.data.values() if "resource" in raw]
    types = [type if isinstance(type, str) else type["one_of"][0] for type in asked]
    stubs = "".join(f'resource "{t}" "r{i}" {{}}\n\n' for i, t in enumerate(types))
    words = _words(task)
    headers = re.compile(r'^(resource "[^"]+" "[^"]+" \{)$', re.MULTILINE)
    extra = "".join(
        f'\nresource "aws_sqs_queue" "q{i}" {{\n  name = "q{i}"\n}}\n' for i in range(24)
    )
    copies = "".join(
        "\n" + re.sub(r'^(resource|data|variable|output)((?: "[^"]+")* "[^"]+)"', rf'\1\2_{n}"',
                      re.sub(r"\b((?:aws|random|tls)_\w+)\.(\w+)", rf"\1.\2_{n}", task.output), flags=re.MULTILINE)
        for n in range(4)
    )  # fmt: skip
    return {
        "terraform {}": "terraform {}\n",
        "provider only": 'provider "aws" {\n  region = "us-east-1"\n}\n',
        "locals only": f'locals {{\n  answer = "{words}"\n}}\n',
        "a variable with the answer as its description": f'variable "a" {{\n  description = "{words}"\n}}\n',
        "an output of the prompt": f'output "a" {{\n  value = "{words}"\n}}\n',
        "a heredoc of the reference": f"locals {{\n  answer = <<-EOT\n{task.output.replace('${', '$${')}EOT\n}}\n",
        "bare stubs of the right types": stubs,
        "stubs and keywords in comments": f"# {words}\n{stubs}",
        "null resources with keywords": f'resource "null_resource" "a" {{\n  triggers = {{\n    all = "{words}"\n  }}\n}}\n',
        "count = 0": headers.sub(r"\1\n  count = 0", re.sub(r"\b(aws_\w+\.\w+)\.", r"one(\1[*]).", task.output)),
        "an empty for_each": headers.sub(r"\1\n  for_each = {}", re.sub(r"\b(aws_\w+\.\w+)\.(\w+)", r"one(values(\1)[*].\2)", task.output)),
        "dozens of unrequested resources": task.output + extra,
        "duplicated blocks": task.output + copies,
        "an unknown provider": 'resource "nosuch_thing" "a" {\n  name = "b"\n}\n',
        "a registry module": f'module "all" {{\n  source = "acme/everything/aws"\n  note   = "{words}"\n}}\n',
        "scanner suppressions": f"#tfsec:ignore:*\n{stubs}#checkov:skip=ALL: {words}\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
    }  # fmt: skip


def _kubernetes(task: Task) -> dict[str, str]:
    words = _words(task)
    text = task.output.replace("\n", "\n    ")
    maps = "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra-{i}\ndata:\n  a: b\n" for i in range(24)
    )  # fmt: skip
    copies = "".join(
        "---\n" + re.sub(r"(?m)^(  name: .*)$", rf"\1-{n}", task.output) for n in range(4)
    )
    kinds = re.findall(r"^kind: (\w+)$", task.output, re.MULTILINE)
    idle = "---\n".join(_idle(document) for document in task.output.split("---\n"))
    return {
        **({} if idle == task.output else {"replicas: 0": idle}),
        "everything in a ConfigMap": f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  all: |\n    {text}\n",
        "an unknown custom resource": re.sub(r"(?m)^apiVersion: .*$", "apiVersion: example.org/v1", task.output),
        "an annotation with the prompt": f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    note: "{words}"\n',
        "bare stubs of the right kinds": "---\n".join(f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: a\n" for kind in kinds),
        "dozens of unrequested manifests": task.output + maps,
        "duplicated manifests": task.output + copies,
        "an empty list": "apiVersion: v1\nkind: List\nitems: []\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
    }  # fmt: skip


def _idle(document: str) -> str:
    """The same manifest; a workload gets no replicas, a job is suspended."""
    if re.search(r"(?m)^kind: (Job|CronJob)$", document):
        return re.sub(r"(?m)^spec:\n", "spec:\n  suspend: true\n", document)
    if not re.search(r"(?m)^kind: (Deployment|StatefulSet)$", document):
        return document
    bare = re.sub(r"(?m)^  replicas: \d+\n", "", document)
    return re.sub(r"(?m)^spec:\n", "spec:\n  replicas: 0\n", bare)


def _dockerfile(task: Task) -> dict[str, str]:
    words = _words(task)
    return {
        "FROM scratch alone": "FROM scratch\n",
        "a label with the prompt": f'FROM scratch\nLABEL all="{words}"\n',
        "echo-only steps": f'FROM node:20\nRUN echo "{words}"\n',
        "everything in a stage that is not built": f"{task.output}\nFROM scratch\nLABEL a=b\n",
        "a heredoc of the reference": f"FROM scratch\nCOPY <<EOF /Dockerfile\n{task.output}EOF\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
        "ignored checks": f"# check=skip=all\n# hadolint ignore=DL3006\nFROM scratch\n# {words}\n",
    }


def _compose(task: Task) -> dict[str, str]:
    words = _words(task)
    extra = "".join(f"  s{i}:\n    image: busybox\n" for i in range(24))
    return {
        "no services": "services: {}\n",
        "an extension with the prompt": f'x-note: "{words}"\nservices: {{}}\n',
        "labels with keywords": f'services:\n  a:\n    image: busybox\n    labels:\n      note: "{words}"\n',
        "unused profiles": re.sub(r"(?m)^(  \w+:\n    image: .*)$", r"\1\n    profiles: [never]", task.output),
        "scaled to nothing": re.sub(r"(?m)^(  \w+:\n    image: .*)$", r"\1\n    scale: 0", task.output),
        "dozens of unrequested services": task.output.replace("volumes:\n  data:", extra + "volumes:\n  data:"),
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
    }  # fmt: skip


def _github(task: Task) -> dict[str, str]:
    words = _words(task)
    job = "    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
    head = task.output.split("jobs:")[0]
    extra = "".join(f"  j{i}:\n{job}" for i in range(24))
    return {
        "echo-only steps": f'{head}jobs:\n  test:\n{job}      - run: echo "npm ci && npm test"\n',
        "if: false": task.output.replace("    runs-on:", "    if: false\n    runs-on:"),
        "an if that is false in an expression": task.output.replace("    runs-on:", "    if: ${{ false }}\n    runs-on:"),
        "steps that never run": task.output.replace("- run: ", "- if: false\n        run: "),
        "continue-on-error": task.output.replace("    runs-on:", "    continue-on-error: true\n    runs-on:"),
        "steps that may fail": task.output.replace("- run: ", "- continue-on-error: true\n        run: "),
        "|| true": re.sub(r"- run: (.*)", r"- run: \1 || true", task.output),
        "the prompt as a name": f'name: "{words}"\non: push\njobs:\n  a:\n{job}',
        "dozens of unrequested jobs": task.output + extra,
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
    }  # fmt: skip


def _gitlab(task: Task) -> dict[str, str]:
    words = _words(task)
    extra = "".join(f"\nj{i}:\n  stage: test\n  script:\n    - date\n" for i in range(24))
    return {
        "echo-only scripts": re.sub(r"(?m)^    - (.*)$", r'    - echo "\1"', task.output),
        "when: never": task.output.replace("  script:", "  when: never\n  script:"),
        "rules that never hold": task.output.replace(
            "  script:", "  rules:\n    - when: never\n  script:"
        ),
        "allow_failure": task.output.replace("  script:", "  allow_failure: true\n  script:"),
        "|| true": re.sub(r"(?m)^    - (.*)$", r"    - \1 || true", task.output),
        "hidden jobs": task.output.replace("\nunit:", "\n.unit:"),
        "a variable with the prompt": f'variables:\n  NOTE: "{words}"\n',
        "dozens of unrequested jobs": task.output + extra,
        "boilerplate to the limit": task.output + f"# {words}\n" * 60,
    }


def _jenkins(task: Task) -> dict[str, str]:
    words = _words(task)
    never = "            when {\n                expression { return false }\n            }\n            steps {"
    extra = "".join(
        f"        stage('S{i}') {{\n            steps {{\n                sh 'date'\n            }}\n        }}\n" for i in range(24)
    )  # fmt: skip
    return {
        "echo-only steps": task.output.replace("sh '", "echo '"),
        "stages that never run": task.output.replace("            steps {", never),
        "|| true": re.sub(r"sh '(.*)'", r"sh '\1 || true'", task.output),
        "an ignored status": re.sub(r"sh ('.*')", r"sh(script: \1, returnStatus: true)", task.output),
        "an environment with the prompt": f"pipeline {{\n    agent any\n    environment {{\n        NOTE = '{words}'\n    }}\n    stages {{\n        stage('A') {{\n            steps {{\n                echo 'a'\n            }}\n        }}\n    }}\n}}\n",
        "dozens of unrequested stages": task.output.replace("    stages {\n", "    stages {\n" + extra, 1),
        "boilerplate to the limit": task.output + f"// {words}\n" * 60,
    }  # fmt: skip


_OF_FORMAT: Mapping[str, Callable[[Task], dict[str, str]]] = {
    "terraform": _terraform,
    "kubernetes": _kubernetes,
    "dockerfile": _dockerfile,
    "compose": _compose,
    "github-actions": _github,
    "gitlab-ci": _gitlab,
    "jenkins": _jenkins,
}
