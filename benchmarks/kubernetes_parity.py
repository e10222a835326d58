"""How the fast Kubernetes check compares with kubernetes-validate, on real files and on mutants of them.

    python benchmarks/kubernetes_parity.py [--corpora DIR] [--mutants 600] [--fuzz 20000] [--json OUT] [--show]

1. Real manifests with known labels: valid ones rejected, invalid ones caught.
2. Mutants derived from the valid ones: each carries what was done to it and the oracle's verdict.
   `harmless` ones must stay valid; `rule` ones break a documented rule of the API server that schemas
   do not state; the others are judged by the oracle.
3. Speed: median of the warm check beyond YAML parsing, and of the oracle on the same files.
4. With --fuzz, that many mutilated texts: no crash, none over 2 seconds.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import json
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from iapo.verify import kubernetes
from iapo.verify.oracles.kubernetes import available, oracle
from iapo.verify.yaml_source import load_yaml

ROOT = Path(__file__).resolve().parent.parent
Manifest = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    default = os.environ.get("IAPO_CORPORA", str(ROOT.parent / "shared/corpora"))
    parser.add_argument("--corpora", type=Path, default=Path(default))
    parser.add_argument("--mutants", type=int, default=600)
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true", help="list every disagreement")
    options = parser.parse_args()
    if not available():
        parser.error("the oracle is missing: pip install kubernetes-validate")
    files = read_corpus(options.corpora / "kubernetes.jsonl.gz")
    result = real_files(files, options.show)
    sound = [t for label, _, t in files if label == "valid" and kubernetes.check(t).valid is True]
    result |= mutants(sound, options.mutants, options.seed, options.show)
    result |= speed(sound)
    if options.fuzz:
        result |= fuzz([t for _, _, t in files], options.fuzz, options.seed)
    for name, value in result.items():
        print(f"{name:44} {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def read_corpus(path: Path) -> list[tuple[str, str, str]]:
    """(label, id, text) of every file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(r["label"], r["id"], text) for r in rows for text in r["files"].values()]


def real_files(files: list[tuple[str, str, str]], show: bool) -> dict[str, Any]:
    rejected = proven = missed = caught_by_both = oracle_rejects = 0
    counts = Counter(label for label, _, _ in files)
    for label, name, text in files:
        ours, theirs = kubernetes.check(text), oracle(text)
        assert theirs is not None
        if label == "valid" and ours.valid is False:
            rejected += 1
            proven += theirs.valid is False
            if show:
                print(f"valid, rejected (oracle {theirs.valid}): {name}: {ours.errors[0].message}")
        if label == "invalid" and ours.valid is not False:
            missed += 1
            print(f"invalid, missed: {name}")
        if theirs.valid is False:
            oracle_rejects += 1
            caught_by_both += ours.valid is False
            if show and ours.valid is not False:
                print(f"oracle rejects, missed: {name}: {theirs.errors[0].message}")
    return {
        "valid files": counts["valid"],
        "valid rejected": rejected,
        "valid rejected, also by the oracle": proven,
        "invalid files": counts["invalid"],
        "invalid missed": missed,
        "files (any label) the oracle rejects": oracle_rejects,
        "of them caught": caught_by_both,
    }


def mutants(texts: list[str], count: int, seed: int, show: bool) -> dict[str, Any]:
    chance = random.Random(seed)
    tally: Counter[str] = Counter()
    beyond: Counter[str] = Counter()
    made = 0
    attempts = 0
    while made < count and attempts < count * 20:
        attempts += 1
        name, mutate = chance.choice(MUTATIONS)
        documents = [d for d in yaml.load_all(chance.choice(texts), yaml.CSafeLoader) if d]
        target = chance.choice(documents)
        changed = mutate(target, chance)
        if not changed:
            continue
        made += 1
        text = yaml.dump_all(documents, sort_keys=False)
        ours, theirs = kubernetes.check(text), oracle(text)
        assert theirs is not None
        group = name.split(":")[0]
        tally[f"{group} mutants"] += 1
        if theirs.valid is False:
            tally["oracle rejects"] += 1
            tally["oracle rejects, caught"] += ours.valid is False
            if show and ours.valid is not False:
                print(f"missed: {name} ({changed}): {theirs.errors[0].message}")
        elif ours.valid is False:
            beyond[ours.errors[0].code] += 1
            if group == "harmless":
                tally["harmless, rejected"] += 1
                print(f"false alarm: {name} ({changed}): {ours.errors[0].message}")
            elif show and group != "rule":
                print(f"beyond the oracle: {name} ({changed}): {ours.errors[0].message}")
        if group == "rule":
            tally["rule, caught"] += ours.valid is False
            if show and ours.valid is not False:
                print(f"rule missed: {name} ({changed})")
    return {
        "mutants": made,
        "mutants the oracle rejects": tally["oracle rejects"],
        "of those caught": tally["oracle rejects, caught"],
        "mutants breaking an API server rule": tally["rule mutants"],
        "of those, caught": tally["rule, caught"],
        "harmless mutants": tally["harmless mutants"],
        "harmless mutants rejected": tally["harmless, rejected"],
        "oracle accepts, rejected by rule": dict(beyond.most_common()),
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


Mutation = Callable[[Manifest, random.Random], str | None]
MUTATIONS: list[tuple[str, Mutation]] = [
    ("schema:misspell", misspell),
    ("schema:remove", remove),
    ("schema:retype", retype),
    ("schema:unknown", unknown),
    ("schema:misplace", misplace),
    ("rule:name", rule_name),
    ("rule:port", rule_port),
    ("rule:selector", rule_selector),
    ("rule:duplicate", rule_duplicate),
    ("rule:mount", rule_mount),
    ("rule:quantity", rule_quantity),
    ("rule:enum", rule_enum),
    ("rule:image", rule_image),
    ("rule:restart", rule_restart),
    ("harmless:label", harmless_label),
    ("harmless:order", harmless_order),
    ("harmless:resources", harmless_resources),
    ("harmless:env", harmless_environment),
    ("harmless:pod", harmless_pod),
]


def speed(texts: list[str]) -> dict[str, Any]:
    """Medians in milliseconds over the files, warm."""
    parsing, checking, theirs = [], [], []
    for text in texts:
        kubernetes.check(text)
        best = [float("inf"), float("inf")]
        for _ in range(3):
            start = time.perf_counter()
            stream = load_yaml(text, version="1.1", text_keys=True, same_again="warning")
            middle = time.perf_counter()
            kubernetes.check_stream(stream)
            end = time.perf_counter()
            best = [min(best[0], middle - start), min(best[1], end - middle)]
        parsing.append(best[0] * 1e3)
        checking.append(best[1] * 1e3)
        start = time.perf_counter()
        oracle(text)
        theirs.append((time.perf_counter() - start) * 1e3)
    ours = statistics.median(p + c for p, c in zip(parsing, checking, strict=True))
    slow = statistics.median(theirs)
    return {
        "median ms: YAML parsing": round(statistics.median(parsing), 3),
        "median ms: check beyond parsing": round(statistics.median(checking), 3),
        "median ms: oracle in process": round(slow, 1),
        "times faster than the oracle": round(slow / ours),
    }


def fuzz(texts: list[str], count: int, seed: int) -> dict[str, Any]:
    """Mutilated texts: cut, spliced, with bytes changed. A crash ends the run with its traceback."""
    chance = random.Random(seed)
    slowest = 0.0
    for _ in range(count):
        text = mutilate(chance.choice(texts), chance, texts)
        start = time.perf_counter()
        kubernetes.check(text)
        slowest = max(slowest, time.perf_counter() - start)
    return {"mutilated texts": count, "slowest, seconds": round(slowest, 3)}


def mutilate(text: str, chance: random.Random, others: list[str]) -> str:
    noise = [
        "\x00",
        "\t",
        "{",
        "}",
        "[",
        "&a ",
        "*a",
        "<<: ",
        "!!binary ",
        "- ",
        ": ",
        "'",
        '"',
        "\u2028",
    ]
    noise += [
        "|",
        ">",
        "%",
        "@",
        "\ud800",
        "null",
        "99999999999999999999",
        "1e999",
        ".nan",
        "?",
        "\r",
    ]
    for _ in range(chance.randint(1, 4)):
        spot = chance.randrange(len(text) + 1)
        match chance.randrange(5):
            case 0:
                text = text[:spot] + chance.choice(noise) + text[spot:]
            case 1:
                text = text[:spot] + text[min(len(text), spot + chance.randint(1, 40)) :]
            case 2:
                text = text[:spot] + chance.choice(others)[: chance.randint(1, 300)] + text[spot:]
            case 3:
                lines = text.split("\n")
                chance.shuffle(lines)
                text = "\n".join(lines)
            case _:
                end = min(len(text), spot + chance.randint(1, 60))
                text = text[:end] + text[spot:end] * chance.randint(1, 5) + text[end:]
    return text


if __name__ == "__main__":
    main()
