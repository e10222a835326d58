"""What looks like work and is none earns nothing, and what waits for it neither."""

from __future__ import annotations

from typing import Any

import pytest

from iapo.intent import Intent, match
from iapo.intent.shell import commands, does_nothing, no_op
from iapo.verify import verify
from iapo.verify.report import Format


def share(text: str, format: Format, intent: dict[str, Any]) -> float:
    return match(Intent.from_data(intent, format), verify(text, format, plan=True)).share


@pytest.mark.parametrize(
    "script",
    ["make || true", "cd app && make || true", "make; true", "exit 0\nmake", "echo make", "if false; then make; fi"],
)  # fmt: skip
def test_a_script_that_heeds_nothing_runs_nothing(script: str) -> None:
    assert ["make"] not in commands(script)


@pytest.mark.parametrize(
    "script",
    ["make", "make || exit 1", "cd app && make", "test -f x || exit 0\nmake", "make\necho done",
     "if [ -f x ]; then exit 0; fi\nmake", "set -e\nmake\nexit 0"],
)  # fmt: skip
def test_an_honest_script_runs_its_command(script: str) -> None:
    assert ["make"] in commands(script)


def test_writing_a_file_is_work_and_writing_nowhere_is_none() -> None:
    assert not no_op("echo a > /etc/motd")
    assert no_op("echo a > /dev/null") and no_op("true")
    assert does_nothing(["sh", "-c", "true"]) and does_nothing("sleep infinity")
    assert not does_nothing(["node", "server.js"]) and not does_nothing("")


def test_a_name_earns_nothing_by_itself() -> None:
    intent = {"web": {"service": "web", "image": "nginx:1.27", "ports": ["80:80"]}}
    assert share("services:\n  web:\n    image: busybox\n", "compose", intent) == 0
    assert share("services:\n  web:\n    image: nginx:1.27\n", "compose", intent) == pytest.approx(
        2 / 3
    )


def test_only_the_profile_that_was_asked_for_leaves_a_service_alive() -> None:
    text = "services:\n  tool:\n    image: adminer:4\n    profiles: [{}]\n"
    intent = {"tool": {"service": "tool", "image": "adminer:4", "profiles": ["debug"]}}
    assert share(text.format("debug"), "compose", intent) == 1
    assert share(text.format("never"), "compose", intent) == 0


def test_a_container_that_runs_nothing_is_dead_unless_asked_for() -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: a\n      image: alpine:3.20\n      command: [{}]\n"
    plain = {"a": {"kind": "Pod", "name": "a", "containers": [{"image": "alpine:3.20"}]}}
    asked = {"a": {"kind": "Pod", "containers": [{"image": "alpine:3.20", "command": {"equal": ["sleep", "infinity"]}}]}}  # fmt: skip
    assert share(pod.format("sleep, infinity"), "kubernetes", plain) == 0
    assert share(pod.format("sleep, infinity"), "kubernetes", asked) == 1
    assert share(pod.format('"true"'), "kubernetes", asked) == 0


def test_a_job_that_waits_for_an_idle_one_earns_nothing() -> None:
    text = (
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
        "  ship:\n    needs: build\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./ship.sh\n"
    )
    intent = {
        "build": {"job": "build", "script": {"runs": "make"}},
        "ship": {"job": "ship", "needs": {"refers": "build"}, "script": {"runs": "./ship.sh"}},
    }
    assert share(text.format("make"), "github-actions", intent) == 1
    assert share(text.format("make || true"), "github-actions", intent) == 0


def test_a_shell_that_runs_nothing_and_onbuild_do_no_work() -> None:
    intent = {"image": {"stage": {"any": True}, "base": "alpine:3.20", "run": {"runs": "make"}}}
    assert share("FROM alpine:3.20\nRUN make\n", "dockerfile", intent) == 1
    assert share('FROM alpine:3.20\nSHELL ["/bin/true"]\nRUN make\n', "dockerfile", intent) == 0
    assert share("FROM alpine:3.20\nONBUILD RUN make\n", "dockerfile", intent) == 0
    bash = 'FROM alpine:3.20\nSHELL ["/bin/bash", "-c"]\nRUN make\n'
    assert share(bash, "dockerfile", intent) == 1


def test_an_autoscaler_refers_by_the_version_of_its_target() -> None:
    text = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  selector:\n"
        "    matchLabels: {{app: a}}\n  template:\n    metadata:\n      labels: {{app: a}}\n    spec:\n"
        "      containers:\n        - name: a\n          image: a:1\n---\n"
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: a\nspec:\n"
        "  maxReplicas: 3\n  scaleTargetRef:\n    {}kind: Deployment\n    name: a\n"
    )
    intent = {
        "app": {"kind": "Deployment", "containers": [{"image": "a:1"}]},
        "scaler": {"kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"refers": "app"}}},
    }  # fmt: skip
    assert share(text.format("apiVersion: apps/v1\n    "), "kubernetes", intent) == 1
    assert share(text.format(""), "kubernetes", intent) < 1


def test_a_resource_refers_to_its_aliased_provider() -> None:
    text = (
        'provider "aws" {{\n  region = "eu-west-1"\n}}\n\nprovider "aws" {{\n  alias  = "dr"\n'
        '  region = "eu-central-1"\n}}\n\nresource "aws_s3_bucket" "b" {{\n{}  bucket = "b-copy"\n}}\n'
    )
    intent = {
        "dr": {"provider": "aws", "alias": "dr"},
        "copy": {"resource": "aws_s3_bucket", "bucket": "b-copy", "provider": {"refers": "dr"}},
    }
    assert share(text.format("  provider = aws.dr\n"), "terraform", intent) == 1
    assert share(text.format(""), "terraform", intent) < 1


def test_each_of_several_patterns_is_a_leaf() -> None:
    intent = {"a": {"service": "a", "image": {"matches": ["^nginx", "alpine$"]}}}
    assert len(Intent.from_data(intent, "compose").leaves()) == 3
    assert share("services:\n  a:\n    image: nginx:1\n", "compose", intent) == pytest.approx(2 / 3)
