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
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    assert refused(guide, text) is None
    report = verify(text, "compose")
    assert report.valid is True, report.diagnostics


REFUSED = {
    "a field that does not exist": (service("imagee"), "nginx\n    i"),
    "a field of another place": (service("driver: local"), "    d"),
    "a service without image": ("services:\n  web:\n    tty: true\n", "<end>"),
    "no services": ("volumes:\n  a:\n", "<end>"),
    "two networks": (service("network_mode: host\nnetworks"), "network_mode: host\n    "),
    "a word that is none of the words": (service("restart: allways"), "restart: al"),
    "a truth value that is none": (service("privileged: maybe"), "privileged: "),
    "a text for a number": (service("scale: many"), "scale: "),
    "a number for a version": ("version: 3.8", "version: "),
    "a number in a command": (service("command: [serve, 80"), "[serve, "),
    "a mapping for a list": (service("ports:\n  a: b"), "ports:\n      "),
    "a merge of nothing": (service("<<"), "nginx\n    "),
    "an alias of something else": (
        "x-a: &a 1\nservices:\n  web: &w\n    image: nginx\n  db:\n    build: *w", "build: *"),
    "a mount without target": (service("volumes:\n- type: volume\nports"), "type: volume\n    "),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


@pytest.mark.parametrize("number", range(12))
def test_a_random_text_has_no_field_that_does_not_exist(guide, number):
    text = random_text(Walk, guide, number)
    assert invented(verify(text, "compose")) == []
