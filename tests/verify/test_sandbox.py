"""Nothing a text contains reads the host, reaches a network, runs a program, or harms the caller."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from iapo.verify import close_workers, sandbox, verify, verify_many
from iapo.verify.report import Report

CANARY = "the canary sang 4711"


@pytest.fixture(scope="module", autouse=True)
def _end_workers() -> Iterator[None]:
    yield
    close_workers()


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary.txt"
    path.write_text(CANARY)
    path.chmod(0o644)
    return path


def said(report: Report) -> str:
    return repr(report)


@pytest.mark.parametrize(
    "expression",
    [
        'file("{path}")',
        'filebase64("{path}")',
        'filesha256("{path}")',
        'templatefile("{path}", {{}})',
        'file(format("%s", "{path}"))',
        'file(join("", [for c in split("", "{path}") : c]))',
        'file("${{path.root}}/../../../../../../../../../..{path}")',
        'fileset("{folder}", "**")',
        'fileexists(format("%s", "{path}"))',
        'file(pathexpand("{path}"))',
        'file("/proc/self/root{path}")',
        'file("/proc/1/root{path}")',
        'one([for f in fileset("{folder}", "*") : file("{folder}/${{f}}")])',
    ],
)
def test_file_functions_see_nothing_outside_the_program(canary: Path, expression: str) -> None:
    filled = expression.format(path=canary, folder=canary.parent)
    report = verify(f'output "o" {{\n  value = {filled}\n}}\n', "terraform", plan=True)
    value = report.plan.outputs.get("o") if report.plan is not None else None
    assert CANARY not in said(report)
    # What is not there is not found: no content, no name, no digest, no existence.
    assert value in (None, [], False, "")
    assert "canary.txt" not in str(value)


def test_a_template_cannot_read_either(canary: Path) -> None:
    body = f'locals {{ t = "$${{file(\\"{canary}\\")}}" }}\n'
    report = verify(
        body + 'output "o" {\n  value = templatestring(local.t, {})\n}\n', "terraform", plan=True
    )
    assert CANARY not in said(report)


def test_a_module_source_outside_the_program_is_not_opened(canary: Path) -> None:
    (canary.parent / "main.tf").write_text(f'output "o" {{\n  value = "{CANARY}"\n}}\n')
    for source in (str(canary.parent), f"file://{canary.parent}", f"git::file://{canary.parent}"):
        report = verify(
            f'module "m" {{\n  source = "{source}"\n}}\noutput "o" {{\n  value = module.m.o\n}}\n',
            "terraform",
            plan=True,
        )
        assert report.valid is None
        assert CANARY not in said(report)


@pytest.mark.parametrize(
    "text",
    [
        'data "http" "a" {{\n  url = "http://127.0.0.1:{port}/x"\n}}\n'
        'output "o" {{\n  value = data.http.a.response_body\n}}\n',
        'provider "aws" {{\n  region = "us-east-1"\n  endpoints {{\n'
        '    sts = "http://127.0.0.1:{port}"\n  }}\n}}\ndata "aws_caller_identity" "a" {{}}\n',
        'terraform {{\n  backend "http" {{\n    address = "http://127.0.0.1:{port}/state"\n  }}\n}}\n',
        'terraform {{\n  cloud {{\n    hostname = "127.0.0.1:{port}"\n    organization = "a"\n'
        '    workspaces {{\n      name = "w"\n    }}\n  }}\n}}\n',
        'module "m" {{\n  source = "http://127.0.0.1:{port}/module.zip"\n}}\n',
        "terraform {{\n  required_providers {{\n    a = {{\n"
        '      source = "127.0.0.1:{port}/acme/a"\n    }}\n  }}\n}}\nresource "a_b" "c" {{}}\n',
        'data "terraform_remote_state" "a" {{\n  backend = "http"\n  config = {{\n'
        '    address = "http://127.0.0.1:{port}/state"\n  }}\n}}\n',
    ],
)
def test_no_connection_is_made(text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        verify(text.format(port=listener.getsockname()[1]), "terraform", plan=True)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_no_program_is_run(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    command = f"touch {mark}"
    verify(
        'resource "null_resource" "a" {\n  provisioner "local-exec" {\n'
        f'    command = "{command}"\n  }}\n}}\n'
        'resource "terraform_data" "b" {\n  provisioner "local-exec" {\n'
        f'    command = "{command}"\n  }}\n}}\n'
        f'data "external" "c" {{\n  program = ["sh", "-c", "{command}"]\n}}\n'
        'provider "kubernetes" {\n  exec {\n    api_version = "v1"\n    command = "touch"\n'
        f'    args = ["{mark}"]\n  }}\n}}\nresource "kubernetes_namespace" "d" {{\n  metadata {{}}\n}}\n',
        "terraform",
        plan=True,
    )
    assert not mark.exists()


def test_the_callers_environment_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_VAR_secret", CANARY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", CANARY)
    close_workers()
    report = verify(
        'variable "secret" {\n  default = "none"\n}\noutput "o" {\n  value = var.secret\n}\n',
        "terraform",
        plan=True,
    )
    assert report.plan is not None
    assert report.plan.outputs["o"] == "none"
    worker = sandbox.Worker("terraform")
    try:
        environment = Path(f"/proc/{worker.pid}/environ")
        if environment.exists():
            assert CANARY.encode() not in environment.read_bytes()
    finally:
        worker.close()


def test_a_program_that_grows_without_end_is_stopped() -> None:
    bomb = "locals {\n  a0 = range(1000)\n"
    for level in range(1, 6):
        bomb += f"  a{level} = flatten([for x in range(1000) : local.a{level - 1}])\n"
    began = time.monotonic()
    report = verify(bomb + '}\noutput "o" {\n  value = length(local.a5)\n}\n', "terraform")
    assert time.monotonic() - began < 12
    assert report.valid is not True
    assert {d.code for d in report.diagnostics} & {"resource-limit", "verifier-timeout"}
    assert verify('output "o" {\n  value = 1\n}\n', "terraform").valid is True


def test_deep_nesting_harms_nobody() -> None:
    deep = 'output "o" {\n  value = ' + "[" * 50_000 + "]" * 50_000 + "\n}\n"
    braces = "a {" * 20_000 + "}" * 20_000
    reports = verify_many(
        [(deep, "terraform"), (braces, "terraform"), ("locals {}\n", "terraform")]
    )
    assert reports[2].valid is True


def test_a_worker_that_dies_is_replaced_and_the_program_judged_again() -> None:
    verify("locals {}\n", "terraform")
    (worker,) = sandbox.POOL._idle["terraform"][-1:]
    os.kill(worker.pid, signal.SIGKILL)
    assert verify("locals {}\n", "terraform").valid is True


def test_a_program_is_judged_even_when_every_idle_worker_has_died() -> None:
    programs = [(f'resource "aws_s3_bucket" "b{i}" {{}}\n', "terraform") for i in range(4)]
    verify_many(programs, workers=2)  # type: ignore[arg-type]
    idle = list(sandbox.POOL._idle["terraform"])
    assert len(idle) >= 2
    for worker in idle:
        os.kill(worker.pid, signal.SIGKILL)
    assert verify(programs[0][0], "terraform").valid is True


def test_a_worker_that_hangs_becomes_a_diagnostic() -> None:
    verify("locals {}\n", "terraform")
    for worker in sandbox.POOL._idle["terraform"]:
        os.kill(worker.pid, signal.SIGSTOP)
    report = verify_many([("locals {}\n", "terraform")], timeout=0.5)[0]
    assert (report.valid, report.diagnostics[0].code) == (None, "verifier-timeout")
    close_workers()


def test_workers_end_with_their_caller(tmp_path: Path) -> None:
    script = (
        "import os\nfrom iapo.verify import verify, sandbox\nverify('locals {}', 'terraform')\n"
        "print(sandbox.POOL._idle['terraform'][0].pid, flush=True)\nos._exit(1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    pid = int(done.stdout)
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the worker outlived its caller")


def test_workers_leave_nothing_behind() -> None:
    worker = sandbox.Worker("terraform")
    folder = worker._folder
    worker.wait_until_ready()
    assert folder.exists()
    worker.close()
    assert not folder.exists()


def test_a_full_worker_is_recycled(monkeypatch: pytest.MonkeyPatch) -> None:
    close_workers()
    monkeypatch.setattr(sandbox, "RECYCLE_AFTER", 2)
    seen = set()
    for _ in range(4):
        verify("locals {}\n", "terraform")
        seen |= {w.pid for w in sandbox.POOL._idle["terraform"]}
    assert len(seen) == 2
