"""Compose files are judged as `docker compose config` judges them, without files or environment."""

from __future__ import annotations

import time
from typing import Any

import pytest

from iapo.verify.compose import check
from iapo.verify.oracles.compose import available, oracle
from iapo.verify.report import Report

SOUND = """\
name: shop
services:
  web:
    build: {context: ., target: prod}
    ports: ["8080:80", "127.0.0.1:9000-9002:9000-9002/udp"]
    depends_on:
      db: {condition: service_healthy}
    environment:
      URL: postgres://${USER_NAME:-app}@db
    networks: [front]
    volumes: ["./src:/src:ro", "data:/data", {type: tmpfs, target: /tmp}]
    secrets: [token]
  db:
    image: postgres:17
    healthcheck: {test: [CMD, pg_isready], interval: 10s, retries: 5}
    deploy: {resources: {limits: {cpus: "0.5", memory: 512m}}}
networks: {front: }
volumes: {data: }
secrets: {token: {file: ./token}}
"""
ONE = "services:\n  a:\n    image: x\n"


def codes(report: Report) -> list[str]:
    return [diagnostic.code for diagnostic in report.errors]


def test_a_sound_file_is_valid() -> None:
    report = check(SOUND)
    assert report.valid is True
    assert report.diagnostics == ()


# What one service gets besides its image, and the code; None where Compose accepts it.
FIELDS: list[tuple[str, str | None]] = [
    ("imag: y", "misspelt-field"),
    ("frobnicate: 1", "unknown-field"),
    ("x-mine: {a: 1}", None),
    ("user: 1000", "wrong-type"),
    ("networks: [lost]", "undefined-network"),
    ("networks: [default]", None),
    ("volumes: ['lost:/x']", "undefined-volume"),
    ("volumes: ['v:/x']", None),  # a drive letter
    ("volumes: [':/x']", "bad-mount"),
    ("mem_limit: 1g\n    deploy: {resources: {limits: {cpus: '1'}}}", "exclusive-fields"),
    ("mem_limit: 1024m\n    deploy: {resources: {limits: {memory: 1gb}}}", None),
    ("volumes: [{type: bind, target: /x}]", "missing-field"),
    ("secrets: [lost]", "undefined-secret"),
    ("configs: [lost]", "undefined-config"),
    ("depends_on: [lost]", "undefined-service"),
    ("depends_on: [a]", "dependency-cycle"),
    ("links: ['lost:l']", "undefined-service"),
    ("network_mode: 'service:lost'", "undefined-service"),
    ("network_mode: host\n    networks: [default]", "exclusive-fields"),
    ("ports: ['99999:80']", "bad-port"),
    ("ports: ['80-82:80-81']", "bad-port"),
    ("ports: ['80/icmp']", "bad-port"),
    ("ports: ['localhost:80:80']", "bad-port"),
    ("ports: ['[::1]:80:80', '8000-8002:80', 9000]", None),
    ("ports: ['80:80', '80:81']", "port-clash"),
    ("healthcheck: {test: [pg_isready]}", "bad-healthcheck"),
    ("healthcheck: {test: x, interval: '10'}", "bad-duration"),
    ("healthcheck: {test: x, interval: 1m30s, retries: '3'}", None),
    ("healthcheck: {test: x, retries: few}", "wrong-type"),
    ("mem_limit: 12q", "bad-size"),
    ("mem_limit: 1.5gb", None),
    ("privileged: 'yes'", None),
    ("privileged: perhaps", "wrong-type"),
    ("tty: on", None),
    ("environment: {A: '${B:?set B}'}", "required-variable"),
    ("environment: {A: '${B'}", "bad-interpolation"),
    ("environment: {A: '${1}'}", "bad-interpolation"),
    ("environment: {A: '$$B $ ${B:-${C:-d}}'}", None),
    ("extends: lost", "undefined-service"),
    ("extends: a", "extends-cycle"),
    ("container_name: one\n    scale: 2", "exclusive-fields"),
    ("cpus: 1\n    deploy: {resources: {limits: {cpus: '2'}}}", "exclusive-fields"),
    ("build: {context: ., dockerfile: A, dockerfile_inline: B}", "exclusive-fields"),
    ("develop: {watch: [{action: sync, path: .}]}", "missing-field"),
    ("develop: {watch: [{action: synch, path: .}]}", "bad-value"),
    ("pull_policy: sometimes", "bad-value"),
    ("image: y", "duplicate-key"),
    ("1: y", "bad-key"),
]


@pytest.mark.parametrize(("field", "code"), FIELDS)
def test_fields_of_a_service(field: str, code: str | None) -> None:
    report = check(f"{ONE}    {field}\n")
    assert report.valid is (code is None), report.diagnostics
    if code is not None:
        assert code in codes(report)
        assert all(d.line for d in report.errors)


SECTIONS: list[tuple[str, str | None]] = [
    ("volumes: {v: {external: true, driver: local}}", "exclusive-fields"),
    ("volumes: [v]", "wrong-type"),
    ("secrets: {s: {}}", "missing-field"),
    ("secrets: {s: {file: a, environment: B}}", "exclusive-fields"),
    ("secrets: {s: {external: true}}", None),
    ("configs: {c: {content: hello}}", None),
    ("networks: {n: {driver: bridge, external: true}}", None),
    ("x-anything: {a: 1}", None),
    ("frobnicate: {a: 1}", "unknown-field"),
]


@pytest.mark.parametrize(("section", "code"), SECTIONS)
def test_top_level_sections(section: str, code: str | None) -> None:
    report = check(f"{ONE}{section}\n")
    assert report.valid is (code is None), report.diagnostics
    assert code is None or code in codes(report)


@pytest.mark.skipif(not available(), reason="docker-compose is not installed")
@pytest.mark.parametrize("text", [f"{ONE}    {field}\n" for field, _ in FIELDS[::4]] + [SOUND])
def test_docker_compose_agrees(text: str) -> None:
    ours, theirs = check(text), oracle(text)
    assert theirs is not None
    only_up = {d.code for d in ours.errors} == {"port-clash"}
    assert theirs.valid is (True if only_up else ours.valid), theirs.diagnostics


def test_a_service_needs_an_image_or_a_build() -> None:
    assert codes(check("services:\n  a:\n    command: x\n")) == ["no-image"]


def test_cycles_are_shown() -> None:
    text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n"
    (error,) = check(text).errors
    assert error.code == "dependency-cycle"
    assert "a -> b -> a" in error.message


def test_waiting_for_health_wants_a_healthcheck() -> None:
    text = "services:\n  a:\n    image: x\n    depends_on: {b: {condition: service_healthy}}\n  b: {image: y%s}\n"
    image_may_have_one = check(text % "")
    assert image_may_have_one.valid is True
    assert [d.code for d in image_may_have_one.diagnostics] == ["no-healthcheck"]
    assert codes(check(text % ", healthcheck: {disable: true}")) == ["no-healthcheck"]


def test_host_ports_of_two_services_clash() -> None:
    text = "services:\n  a: {image: x, ports: ['80:80']}\n  b: {image: x, ports: ['80:8080']%s}\n"
    assert codes(check(text % "")) == ["port-clash"]
    assert check(text % ", profiles: [other]").valid is True


def test_profiles_decide_what_must_be_there() -> None:
    text = "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, profiles: [p]}\n"
    assert codes(check(text)) == ["dependency-not-enabled"]
    disabled = check("services:\n  a: {image: x, profiles: [p], networks: [lost]}\n")
    assert disabled.valid is True and disabled.diagnostics[0].code == "undefined-network"


@pytest.mark.parametrize(
    "extra",
    ["env_file: .env.local", "env_file: [{path: a.env}]", "extends: {file: b.yaml, service: c}"],
)
def test_other_files_leave_the_verdict_open(extra: str) -> None:
    report = check(f"{ONE}    {extra}\n")
    assert report.valid is None
    assert [d.code for d in report.diagnostics] == ["file-not-here"]
    assert check(f"{ONE}    {extra}\n    frobnicate: 1\n").valid is False


def test_an_optional_env_file_may_be_missing() -> None:
    assert check(f"{ONE}    env_file: [{{path: a.env, required: false}}]\n").valid is True


def test_included_files_may_define_what_is_missing() -> None:
    assert check(f"include: [other.yaml]\n{ONE}    networks: [lost]\n").valid is None


def test_a_variable_without_value_warns_and_may_leave_the_verdict_open() -> None:
    empty = check(f"{ONE}    environment: {{A: $B}}\n")
    assert empty.valid is True and [d.code for d in empty.diagnostics] == ["unset-variable"]
    assert check(f"{ONE}    volumes: ['$DATA:/data']\n").valid is None


def test_the_obsolete_version_is_a_warning() -> None:
    report = check('version: "3.8"\n' + ONE)
    assert report.valid is True
    assert [(d.severity, d.code, d.line) for d in report.diagnostics] == [
        ("warning", "obsolete-version", 1)
    ]


def test_documents_are_resolved() -> None:
    text = """\
x-base: &base
  restart: always
services:
  a:
    <<: *base
    image: "x:${TAG:-1}"
    environment: [A=1]
    ports: !reset []
  b:
    extends: a
    environment: {B: 2}
    privileged: "true"
"""
    (document,) = check(text).documents
    services: dict[str, Any] = document["services"]
    assert services["a"] == {"restart": "always", "image": "x:1", "environment": ["A=1"]}
    assert services["b"]["image"] == "x:1"
    assert services["b"]["environment"] == {"A": "1", "B": 2}
    assert services["b"]["privileged"] is True


@pytest.mark.parametrize(
    "text", ["", "{}", "- a\n", "just text\n", "services:\n", "services: [a]\n"]
)
def test_what_is_no_compose_file_is_invalid(text: str) -> None:
    assert check(text).valid is False


@pytest.mark.parametrize(
    "text",
    [
        ONE + "    environment: {A: '" + "${A:-" * 5000 + "'}\n",
        ONE + "    environment: {A: '" + "${A}" * 50000 + "'}\n",
        "services:\n" + "".join(f"  s{i}: {{extends: s{i + 1}}}\n" for i in range(3000)),
        "services:\n"
        + "".join(f"  s{i}: {{image: x, depends_on: [s{i + 1}]}}\n" for i in range(3000)),
        "services:\n" + "".join(f"  s{i}: {{image: x, ports: ['{i}:1']}}\n" for i in range(3000)),
        "services: " + "{a: " * 2000,
        f"{ONE}    ports: ['{'9' * 100000}:80']\n",
        f"{ONE}    mem_limit: '{'1' * 100000}'\n",
    ],
    ids=["nested", "many", "extends", "chain", "ports", "depth", "port", "size"],
)
def test_hostile_files_are_judged_quickly(text: str) -> None:
    start = time.process_time()
    check(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize("policy", ["always", '"no"', "unless-stopped", "on-failure:3", "${R:-no}"])
def test_restart_policies(policy: str) -> None:
    assert check(f"{ONE}    restart: {policy}\n").valid is True


@pytest.mark.parametrize("policy", ["sometimes", "'on-failure:'", "on_failure", "Always"])
def test_a_restart_policy_that_the_daemon_does_not_know(policy: str) -> None:
    assert codes(check(f"{ONE}    restart: {policy}\n")) == ["bad-restart-policy"]


def test_exposed_ports_are_numbers() -> None:
    assert check(ONE + '    expose: ["80", 443, "8000-8010/udp"]\n').valid is True
    assert codes(check(ONE + '    expose: [http, "70000"]\n')) == ["bad-exposed-port"] * 2


def test_an_override_file_completes_another() -> None:
    text = "services:\n  web:\n    environment: {DEBUG: '1'}\n    networks: [front]\n"
    assert check(text).valid is False
    assert check(text, path="docker-compose.override.yml").valid is None
    broken = text.replace("environment", "enviroment")
    assert check(broken, path="docker-compose.override.yml").valid is False
