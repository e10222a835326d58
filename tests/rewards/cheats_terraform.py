"""Cheats in Terraform."""

from __future__ import annotations

import re

from cheat_words import words_of

from iapo.dataset import Task

_RESOURCE = re.compile(r'^resource "([^"]+)" "([^"]+)" \{$', re.MULTILINE)


def terraform(task: Task) -> dict[str, str]:
    assert task.intent is not None
    asked = [raw["resource"] for raw in task.intent.data.values() if "resource" in raw]
    types = [type if isinstance(type, str) else type["one_of"][0] for type in asked]
    stubs = "".join(f'resource "{t}" "r{i}" {{}}\n\n' for i, t in enumerate(types))
    words = words_of(task)
    extra = "".join(
        f'\nresource "aws_sqs_queue" "q{i}" {{\n  name = "q{i}"\n}}\n' for i in range(24)
    )
    return {
        "terraform {}": "terraform {}\n",
        "provider only": 'provider "aws" {\n  region = "us-east-1"\n}\n',
        "locals only": f'locals {{\n  answer = "{words}"\n}}\n',
        "a variable with the answer as its description": f'variable "a" {{\n  description = "{words}"\n}}\n',
        "an output of the prompt": f'output "a" {{\n  value = "{words}"\n}}\n',
        "a heredoc of the reference": f"locals {{\n  answer = <<-EOT\n{task.output.replace('${', '$${')}EOT\n}}\n",
        "bare stubs of the right types": stubs,
        "stubs and keywords in comments": f"# {words}\n{stubs}",
        "stubs with the prompt as a tag": "".join(
            f'resource "{t}" "r{i}" {{\n  tags = {{\n    Note = "{words}"\n  }}\n}}\n\n'
            for i, t in enumerate(types)
        ),
        "null resources with keywords": f'resource "null_resource" "a" {{\n  triggers = {{\n    all = "{words}"\n  }}\n}}\n',
        "count = 0": _dead(task.output, "count = 0", "one({address}[*].{name})"),
        "an empty for_each": _dead(task.output, "for_each = {}", "one(values({address})[*].{name})"),
        "dozens of unrequested resources": task.output + extra,
        "duplicated blocks": task.output + "".join(_copy(task.output, n) for n in range(4)),
        "an unknown provider": 'resource "nosuch_thing" "a" {\n  name = "b"\n}\n',
        "a registry module": f'module "all" {{\n  source = "acme/everything/aws"\n  note   = "{words}"\n}}\n',
        "scanner suppressions": f"#tfsec:ignore:*\n{stubs}#checkov:skip=ALL: {words}\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
    }  # fmt: skip


def _dead(text: str, meta: str, reference: str) -> str:
    """Every resource with no instances, and references to them that Terraform accepts."""
    resources = _RESOURCE.findall(text)
    text = re.sub(r"(?m)^  (count|for_each) += .*(?:\n  [ }\]].*)*\n", "", text)
    for type, name in resources:
        address = f"{type}.{name}"
        text = re.sub(
            rf"(?<![\w.]){re.escape(address)}(?:\[[^]\n]*\])?\.(\w+)",
            lambda found, address=address: reference.format(address=address, name=found[1]),
            text,
        )
    return _RESOURCE.sub(rf'resource "\1" "\2" {{\n  {meta}', text)


def _copy(text: str, number: int) -> str:
    for type, name in _RESOURCE.findall(text):
        text = re.sub(rf"(?<![\w.]){type}\.{name}\b", f"{type}.{name}_{number}", text)
    labels = r'^(resource|data|variable|output|module)((?: "[^"]+")* "[^"]+)"'
    return "\n" + re.sub(labels, rf'\1\2_{number}"', text, flags=re.MULTILINE)
