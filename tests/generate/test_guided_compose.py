"""What the guide for Compose lets through: files that Compose takes, and no field it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tiny
from guided_texts import assert_refused, random_text, refused

from iapo.generate.guide import Guide
from iapo.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.verdicts import invented
from walks.yaml_texts import Walk


@pytest.fixture(scope="module")
def guide():
    return Guide(tiny.tokenizer(), format="compose")


def service(lines):
    """A file with a service that has more."""
    return "services:\n  web:\n    image: nginx\n" + "".join(
        f"    {x}\n" for x in lines.splitlines()
    )


WRITABLE = {
    "ports, volumes, environment": service("""ports:
  - "8080:80"
  - 443:443
  - target: 9000
    published: "9000"
environment:
  - A=b
  - C
volumes: [./data:/data, cache:/cache]
restart: "no"
privileged: true
init: "yes\"""") + "volumes:\n  cache:\n",
    "variables": service("""scale: ${COPIES:-2}
tty: "${TTY:-true}"
pull_policy: ${PULL-every_5d}
command: ["serve", "--port=${PORT:-80}"]
restart: unless-stopped
environment:
  PORT: 8080
  EMPTY:"""),
    "what is merged": """x-common: &common
  image: nginx
  restart: on-failure:3
services:
  a:
    <<: *common
    hostname: a
  b:
    <<: [*common]
""",
    "a build, health and order": """services:
  app:
    build:
      context: .
      args:
        A: "1"
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:16
    healthcheck:
      test: ["CMD-SHELL", "pg_isready"]
      interval: 10s
      retries: 5
x-note: anything
""",
    "what others need, there before or later": """networks:
  front:
services:
  web:
    image: nginx
    depends_on: [db, "cache"]
    networks: [front, default]
    volumes:
      - ./site:/site
      - /tmp
      - data:/data:ro
      - "./my site:/other"
      - C:\\sites:/sites
      - type: volume
        source: data
        target: /again
    secrets:
      - token
      - source: token
        target: other
    links: ["db:database"]
  db:
    image: postgres:16
    ipc: service:cache
    pid: "services:any"
    uts: "${MODE}"
    networks:
      front:
        aliases: [database]
    volumes: [ "data:/data" ]
  cache:
    extends:
      service: base
    volumes: ["${DATA:-data}:/x"]
  base:
    image: redis
volumes:
  data: {}
secrets:
  token:
    file: token.txt
""",
    "what only an environment knows": service("networks: ['${NETWORK}']\nvolumes:\n- ${DATA}:/data"),
    "what another file may have": "include: [more.yml]\n" + service("depends_on: [db]"),
    "what a file extends": service("extends:\n  service: base\n  file: base.yml"),
    "forms of texts": service("""stop_grace_period: 1m30s
mem_limit: 512m
shm_size: 64000000
expose: [80, "8000-8010/udp"]
healthcheck:
  interval: ${EVERY:-30s}
  timeout: 1.5s
ports: ["127.0.0.1:80:80/tcp", "[::1]:81:81", "9000-9010:9000-9010", "${PORT:-82}:80"]
extra_hosts: ["host.docker.internal:host-gateway", "a=10.0.0.1"]"""),
}  # fmt: skip

ELSEWHERE = (
    "what only an environment knows", "what another file may have", "what a file extends",
)  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    assert refused(guide, text) is None
    report = verify(text, "compose")
    assert not report.errors, report.diagnostics
    assert (report.valid is None) == (name in ELSEWHERE)


REFUSED = {
    "a field that does not exist": (service("imagee"), "nginx\n    i"),
    "a field of another place": (service("driver: local"), "    d"),
    "a service without image": ("services:\n  web:\n    tty: true\n", "<end>"),
    "no services": ("volumes:\n  a:\n", "<end>"),
    "two networks": (service("network_mode: host\nnetworks"), "network_mode: host\n    "),
    "a word that is none of the words": (service("restart: allways"), "restart: al"),
    "a truth value that is none": (service("privileged: maybe"), "privileged: "),
    "tries without a number": (service("restart: on-failure:"), "on-failure:"),
    "a service that could have no such name": (service("network_mode: service:a/b"), "service:a"),
    "a variable whose default is no truth value": (service("tty: ${TTY:-maybe}"), "${TTY:-"),
    "a truth value only where a variable is set": (service("tty: ${TTY:+true}"), "${TTY:"),
    "a variable whose default is no number": (service("scale: ${COPIES:-2x}"), "${COPIES:-2"),
    "a text for a number": (service("scale: many"), "scale: "),
    "a number for a version": ("version: 3.8", "version: "),
    "a number in a command": (service("command: [serve, 80"), "[serve, "),
    "a mapping for a list": (service("ports:\n  a: b"), "ports:\n      "),
    "a merge of nothing": (service("<<"), "nginx\n    "),
    "an alias of something else": (
        "x-a: &a 1\nservices:\n  web: &w\n    image: nginx\n  db:\n    build: *w", "build: *"),
    "an end without a service that is needed": (service("depends_on: [db]"), "<end>"),
    "an end without a volume that is mounted": (service("volumes: [data:/data]"), "<end>"),
    "an end without a volume in long form": (
        service("volumes:\n- source: data\n  type: volume\n  target: /d"), "<end>"),
    "an end without a secret": (service("secrets:\n- source: token"), "<end>"),
    "an end without a secret of a build": (service("build: {context: ., secrets: [a]}"), "<end>"),
    "an end without what a mapping's keys name": (service("networks:\n  front:"), "<end>"),
    "an end without what is extended": (service("extends: base"), "<end>"),
    "an end without a service whose network is used": (service("network_mode: service:db"), "<end>"),
    "an end without a variable's default": (service("volumes: ['${X:-data}:/data']"), "<end>"),
    "services left too early": (service("depends_on: [db]") + "volumes:", "[db]\n"),
    "a network that is not among those there are": (
        "networks:\n  a:\n" + service("networks: [b"), "networks: ["),
    "a key of none of the networks": (
        "networks:\n  a:\n" + service("networks:\n  b:"), "networks:\n      "),
    "models where there are none": ("models: {}\n" + service("models: {}"), "nginx\n    m"),
    "secrets where there are none": ("secrets: {}\n" + service("secrets: []"), "nginx\n    sec"),
    "the source of a volume where there are none": (
        "volumes: {}\n" + service("volumes: [{type: volume, source: a"), "type: volume, "),
    "a source that is no volume, of a volume": (
        "volumes: {}\n" + service("volumes: [{source: a, type: volume"), "type: "),
    "a volume that is not among those there are": (
        "volumes:\n  one:\n" + service("volumes: ['two:/x"), "two"),
    "a service that needs itself": (service("depends_on: [web]"), "[web"),
    "a colon behind what is waited for": (service("depends_on:\n  - db:ro"), "- db"),
    "a circle": (
        service("depends_on: [db]") + "  db:\n    image: a\n    depends_on:\n      web:\n", "      web"),
    "a circle of what is extended": (
        service("extends: db") + "  db:\n    extends: web\n", "extends: web"),
    "no duration": (service("stop_grace_period: 5 minutes"), "stop_grace_period: 5 "),
    "no size": (service("mem_limit: much"), "mem_limit: "),
    "no port": (service("ports: ['http:80"), "['"),
    "a host without address": (service("extra_hosts: [alpha]"), "[alpha"),
    "a mount without target": (service("volumes:\n- type: volume\nports"), "type: volume\n    "),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


@pytest.mark.parametrize("number", range(12))
def test_a_random_text_has_no_field_that_does_not_exist(guide, number):
    text = random_text(Walk, guide, number)
    assert invented(verify(text, "compose")) == []
