"""Cheats in Kubernetes manifests."""

from __future__ import annotations

import re

from cheat_words import words_of
from yaml_edits import Roots, edited, entries, items, keep, put, value

from iapo.dataset import Task

_REPLICATED = {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}
_RUN_ONCE = {"Job", "CronJob"}
_POD = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}


def kubernetes(task: Task) -> dict[str, str]:
    words = words_of(task)
    text = task.output.replace("\n", "\n    ")
    maps = "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra-{i}\ndata:\n  a: b\n" for i in range(24)
    )  # fmt: skip
    copies = "".join(
        "---\n" + re.sub(r"(?m)^(  name: .*)$", rf"\1-{n}", task.output) for n in range(4)
    )
    kinds = re.findall(r"^kind: (\w+)$", task.output, re.MULTILINE)
    stubs = "---\n".join(f"apiVersion: v1\nkind: {kind}\nmetadata:\n  name: a\n" for kind in kinds)
    return {
        "replicas: 0": edited(task.output, _stopped),
        "containers that run nothing": edited(task.output, _idle),
        "manifests without their specs": edited(task.output, _without_specs),
        "everything in a ConfigMap": f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  all: |\n    {text}\n",
        "an unknown custom resource": re.sub(r"(?m)^apiVersion: .*$", "apiVersion: example.org/v1", task.output),
        "an annotation with the prompt": f'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  annotations:\n    note: "{words}"\n',
        "labels with keywords": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels:\n"
        + "".join(f"    note-{i}: {w}\n" for i, w in enumerate(re.findall(r"[a-z]{3,}", words.lower())[:40])),
        "bare stubs of the right kinds": stubs,
        "scanner suppressions": f"# checkov:skip=ALL\n# kube-linter: {words}\n{stubs}",
        "dozens of unrequested manifests": task.output + maps,
        "duplicated manifests": task.output + copies,
        "an empty list": "apiVersion: v1\nkind: List\nitems: []\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
    }  # fmt: skip


def _kind(root: object) -> str:
    return next((str(node.value) for key, node in entries(root) if key == "kind"), "")  # type: ignore[arg-type]


def _stopped(roots: Roots) -> None:
    """Workloads get no replicas, jobs are suspended."""
    for root in roots:
        if _kind(root) in _REPLICATED:
            put(value(root, "spec"), "replicas", "0")
        elif _kind(root) in _RUN_ONCE:
            put(value(root, "spec"), "suspend", "true")


def _idle(roots: Roots) -> None:
    """Containers whose command does nothing."""
    for root in roots:
        pod = value(root, *_POD.get(_kind(root), ("spec", "template", "spec")))
        for container in items(value(pod, "containers")):
            put(container, "command", '["true"]')


def _without_specs(roots: Roots) -> None:
    """Only heads of manifests; one that has nothing but a head (a Namespace) is real, and left out."""
    headed = ("apiVersion", "kind", "metadata")
    roots[:] = [root for root in roots if any(key not in headed for key, _ in entries(root))]
    for root in roots:
        keep(root, *headed)
