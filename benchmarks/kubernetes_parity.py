"""Kubernetes: the fast check against kubernetes-validate, on the corpus and on mutants of its valid files.

    python benchmarks/kubernetes_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]

The oracle knows schemas only. Mutants called `rule ...` break a documented rule of the API server that
schemas do not state, and must be caught; those called `harmless ...` must not be rejected.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import parity
from damage import Mutation, on_document

from iapo.verify.kubernetes import check, check_stream
from iapo.verify.oracles.kubernetes import oracle
from iapo.verify.yaml_source import load_yaml

Manifest = dict[str, Any]
# What schemas state; a refusal with another code rests on a rule of the API server.
_SCHEMA_CODES = frozenset(("unknown-field", "wrong-type", "unknown-kind", "not-a-manifest"))
# Refused by the API server for what no schema says; docs/verification/kubernetes.md quotes its reference.
_CASE = "protocol: tcp, where the API takes TCP, UDP or SCTP"
_ARCHIVE = "k8s-examples/_archived"
WRONG_LABELS = {
    f"{_ARCHIVE}/volumes/aws_ebs/aws-ebs-web.yaml": _CASE,
    f"{_ARCHIVE}/volumes/cinder/cinder-web.yaml": _CASE,
    f"{_ARCHIVE}/sysdig-cloud/sysdig-rc.yaml": "no labels on the pods, so that the selector is empty",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths of everything below a value."""
    found: list[tuple[Any, ...]] = []
    items: Any = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in items:
        found.append((*path, key))
        found.extend(places(child, (*path, key)))
    return found


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _field(chance: random.Random, document: Manifest) -> tuple[dict[str, Any], str] | None:
    """A random field of a random mapping, outside free-form maps."""
    free = {
        "labels",
        "annotations",
        "data",
        "stringData",
        "matchLabels",
        "nodeSelector",
        "selector",
    }
    free |= {"parameters", "limits", "requests", "binaryData", "options", "config", "capacity"}
    free |= {"openAPIV3Schema", "properties", "items", "args", "command", "flexVolume"}
    paths = [p for p in places(document) if isinstance(p[-1], str) and not free & set(p[:-1])]
    if not paths:
        return None
    path = chance.choice(paths)
    return at(document, path[:-1]), path[-1]


def misspell(document: Manifest, chance: random.Random) -> str | None:
    found = _field(chance, document)
    if found is None or len(found[1]) < 4:
        return None
    owner, key = found
    position = chance.randrange(1, len(key) - 1)
    wrong = key[:position] + key[position + 1 :]
    owner[wrong] = owner.pop(key)
    return f"{key} -> {wrong}"


def remove(document: Manifest, chance: random.Random) -> str | None:
    found = _field(chance, document)
    if found is None:
        return None
    del found[0][found[1]]
    return f"without {found[1]}"


def retype(document: Manifest, chance: random.Random) -> str | None:
    found = _field(chance, document)
    if found is None:
        return None
    owner, key = found
    options: list[Any] = ["text", 12, True, ["x"], {"x": "y"}, 1.5]
    owner[key] = chance.choice([o for o in options if type(o) is not type(owner[key])])
    return f"{key}: {owner[key]!r}"


def unknown(document: Manifest, chance: random.Random) -> str | None:
    found = _field(chance, document)
    if found is None:
        return None
    found[0]["frobnicate"] = "yes"
    return f"frobnicate beside {found[1]}"


def misplace(document: Manifest, chance: random.Random) -> str | None:
    spec = document.get("spec")
    if not isinstance(spec, dict) or not spec:
        return None
    key = chance.choice(list(spec))
    document[key] = spec.pop(key)
    return f"{key} out of spec"


def _containers(document: Manifest) -> list[Any]:
    found = []
    for path in places(document):
        if path[-1] == "containers" and isinstance(at(document, path), list):
            found.extend(c for c in at(document, path) if isinstance(c, dict))
    return found


def rule_name(document: Manifest, chance: random.Random) -> str | None:
    metadata = document.get("metadata")
    if not isinstance(metadata, dict) or document.get("kind", "").endswith(("Role", "RoleBinding")):
        return None
    metadata["name"] = chance.choice(["My_App", "UPPER", "-x", "a..b", "has space"])
    return str(metadata["name"])


def rule_port(document: Manifest, chance: random.Random) -> str | None:
    ports = [p for c in _containers(document) for p in c.get("ports") or [] if isinstance(p, dict)]
    if not ports:
        return None
    chance.choice(ports)["containerPort"] = chance.choice([0, 65536, 99999, -1])
    return "containerPort"


def rule_selector(document: Manifest, chance: random.Random) -> str | None:
    labels = document.get("spec", {}).get("selector", {})
    labels = labels.get("matchLabels") if isinstance(labels, dict) else None
    if not labels or document.get("kind") not in ("Deployment", "StatefulSet", "DaemonSet"):
        return None
    key = chance.choice(list(labels))
    labels[key] = "another"
    return f"selector {key}"


def rule_duplicate(document: Manifest, chance: random.Random) -> str | None:
    for path in places(document):
        if path[-1] == "containers" and isinstance(at(document, path), list) and at(document, path):
            at(document, path).append(copy.deepcopy(at(document, path)[0]))
            return "container twice"
    return None


def rule_mount(document: Manifest, chance: random.Random) -> str | None:
    mounts = [m for c in _containers(document) for m in c.get("volumeMounts") or []]
    if not mounts:
        return None
    chance.choice(mounts)["name"] = "nowhere"
    return "volumeMounts name"


def rule_quantity(document: Manifest, chance: random.Random) -> str | None:
    containers = _containers(document)
    if not containers:
        return None
    amount = chance.choice(["1x", "12 Mi", "5Gb", "one", "1,5"])
    chance.choice(containers)["resources"] = {"limits": {"memory": amount}}
    return amount


def rule_enum(document: Manifest, chance: random.Random) -> str | None:
    containers = _containers(document)
    if not containers:
        return None
    chance.choice(containers)["imagePullPolicy"] = chance.choice(
        ["always", "IfNotpresent", "Sometimes"]
    )
    return "imagePullPolicy"


def rule_image(document: Manifest, chance: random.Random) -> str | None:
    containers = [c for c in _containers(document) if "image" in c]
    if not containers:
        return None
    del chance.choice(containers)["image"]
    return "no image"


def rule_restart(document: Manifest, chance: random.Random) -> str | None:
    if document.get("kind") not in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        return None
    document["spec"]["template"]["spec"]["restartPolicy"] = chance.choice(["Never", "OnFailure"])
    return "restartPolicy"


def harmless_label(document: Manifest, chance: random.Random) -> str | None:
    metadata = document.setdefault("metadata", {})
    if not isinstance(metadata, dict):
        return None
    metadata["annotations"] = {**(metadata.get("annotations") or {}), "example.com/a": "x y"}
    metadata["labels"] = {**(metadata.get("labels") or {}), "app.kubernetes.io/part-of": "a_b.c-d"}
    return "label and annotation"


def harmless_order(document: Manifest, chance: random.Random) -> str | None:
    keys = list(document)
    chance.shuffle(keys)
    for key in keys:
        document[key] = document.pop(key)
    return "order"


def harmless_resources(document: Manifest, chance: random.Random) -> str | None:
    containers = _containers(document)
    if not containers:
        return None
    amounts: list[Any] = ["1", 1, 0.5, "100m", "1e3", "1.5Gi", "0", "128M", "12e6"]
    chance.choice(containers)["resources"] = {"limits": {"memory": chance.choice(amounts)}}
    return "resources"


def harmless_environment(document: Manifest, chance: random.Random) -> str | None:
    containers = _containers(document)
    if not containers:
        return None
    chosen = chance.choice(containers)
    chosen["env"] = [*(chosen.get("env") or []), {"name": "ADDED_BY_MUTANT", "value": "1"}]
    chosen["terminationMessagePolicy"] = "FallbackToLogsOnError"
    return "env"


def harmless_pod(document: Manifest, chance: random.Random) -> str | None:
    for path in places(document):
        if path[-1] == "containers" and isinstance(at(document, path), list):
            spec = at(document, path[:-1])
            spec["tolerations"] = [{"key": "a", "operator": "Exists", "effect": "NoSchedule"}]
            spec["securityContext"] = {"runAsNonRoot": True, "runAsUser": 1000, "fsGroup": 2000}
            return "tolerations"
    return None


MUTATIONS: dict[str, Mutation] = {
    "misspell": on_document(misspell),
    "remove": on_document(remove),
    "retype": on_document(retype),
    "unknown": on_document(unknown),
    "misplace": on_document(misplace),
    "rule name": on_document(rule_name),
    "rule port": on_document(rule_port),
    "rule selector": on_document(rule_selector),
    "rule duplicate": on_document(rule_duplicate),
    "rule mount": on_document(rule_mount),
    "rule quantity": on_document(rule_quantity),
    "rule enum": on_document(rule_enum),
    "rule image": on_document(rule_image),
    "rule restart": on_document(rule_restart),
    "harmless label": on_document(harmless_label),
    "harmless order": on_document(harmless_order),
    "harmless resources": on_document(harmless_resources),
    "harmless env": on_document(harmless_environment),
    "harmless pod": on_document(harmless_pod),
}


def ask(texts: Sequence[str]) -> list[parity.Answer] | None:
    """kubernetes-validate's answers, --strict."""
    answers = []
    for text in texts:
        start = perf_counter()
        report = oracle(text)
        if report is None:
            return None
        said = "; ".join(d.message for d in report.errors[:2])
        answers.append(parity.Answer(report.valid, said, (perf_counter() - start) * 1e3))
    return answers


def timed(text: str) -> tuple[float, float]:
    """Seconds: reading YAML as the check reads it, and the check."""
    start = perf_counter()
    stream = load_yaml(text, version="1.1", text_keys=True, same_again="warning")
    middle = perf_counter()
    check_stream(stream)
    return middle - start, perf_counter() - middle


COMPARISON = parity.Comparison(
    name="kubernetes",
    oracle_name="kubernetes-validate --strict",
    ask=ask,
    install="pip install kubernetes-validate",
    check=check,
    timed=timed,
    mutations=MUTATIONS,
    beyond=lambda code: code not in _SCHEMA_CODES,
    wrong_labels=WRONG_LABELS,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
