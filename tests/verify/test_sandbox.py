"""Nothing a text contains reads the host, reaches a network, runs a program, or harms the caller."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from iapo.verify import close_workers, sandbox, verify, verify_many, verify_path
from iapo.verify.report import Report
from iapo.verify.terraform.core import Output
from iapo.verify.terraform.judge import Judge, WornOutError

CANARY = "the canary sang 4711"
# A second try, by a new worker, and its start are allowed for.
MOST_SECONDS = sandbox.DEFAULT_TIMEOUT * sandbox.CLOCK_PATIENCE + 10


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
        'filemd5("{path}")',
        'filesha1("{path}")',
        'filesha256("{path}")',
        'filesha512("{path}")',
        'filebase64sha256("{path}")',
        'filebase64sha512("{path}")',
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


@pytest.mark.parametrize(
    "text",
    [
        # Terraform itself reads a local state; the others name files that their providers would read.
        'data "terraform_remote_state" "s" {{\n  backend = "local"\n  config = {{\n'
        '    path = "{path}"\n  }}\n}}\noutput "o" {{\n'
        "  value = data.terraform_remote_state.s.outputs.song\n}}\n",
        'terraform {{\n  backend "local" {{\n    path = "{path}"\n  }}\n}}\n'
        'output "o" {{\n  value = 1\n}}\n',
        'provider "aws" {{\n  region = "us-east-1"\n  shared_config_files = ["{path}"]\n'
        '  shared_credentials_files = ["{path}"]\n}}\ndata "aws_caller_identity" "a" {{}}\n'
        'output "o" {{\n  value = data.aws_caller_identity.a\n}}\n',
        'provider "kubernetes" {{\n  config_path = "{path}"\n}}\n'
        'data "kubernetes_all_namespaces" "a" {{}}\noutput "o" {{\n'
        "  value = data.kubernetes_all_namespaces.a\n}}\n",
        'provider "google" {{\n  credentials = "{path}"\n}}\ndata "google_client_config" "a" {{}}\n'
        'output "o" {{\n  value = nonsensitive(data.google_client_config.a.id)\n}}\n',
        'data "local_file" "a" {{\n  filename = "{path}"\n}}\n'
        'output "o" {{\n  value = data.local_file.a.content\n}}\n',
        'data "archive_file" "a" {{\n  type = "zip"\n  source_file = "{path}"\n'
        '  output_path = "a.zip"\n}}\noutput "o" {{\n  value = data.archive_file.a\n}}\n',
        'resource "terraform_data" "a" {{\n  provisioner "file" {{\n    source = "{path}"\n'
        '    destination = "/x"\n  }}\n}}\n',
        'resource "aws_s3_object" "a" {{\n  bucket = "b"\n  key = "k"\n  source = "{path}"\n}}\n',
    ],
)
def test_no_state_credentials_or_source_file_is_opened(canary: Path, text: str) -> None:
    state = {
        "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "a",
        "outputs": {"song": {"value": CANARY, "type": "string"}}, "resources": [],
    }  # fmt: skip
    canary.write_text(json.dumps(state))
    report = verify(text.format(path=canary), "terraform", plan=True)
    assert CANARY not in said(report)
    planned = json.dumps(report.plan.json) if report.plan is not None else ""
    assert CANARY not in planned
    assert report.format == "terraform"


def test_links_in_a_folder_lead_nowhere(canary: Path) -> None:
    folder = canary.parent / "program"
    folder.mkdir()
    (folder / "main.tf").write_text('output "o" {\n  value = file("link.txt")\n}\n')
    (folder / "link.txt").symlink_to(canary)
    (folder / "more.tf").symlink_to(canary)
    report = verify_path(folder, plan=True)
    assert CANARY not in said(report)
    assert {d.code for d in report.diagnostics} == {"missing-file"}


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
        'module "m" {{\n  source = "git::http://127.0.0.1:{port}/module.git"\n}}\n',
        'module "m" {{\n  source = "127.0.0.1:{port}/acme/m/aws"\n  version = "1.0.0"\n}}\n',
        'resource "terraform_data" "a" {{\n  connection {{\n    host = "127.0.0.1"\n'
        '    port = {port}\n  }}\n  provisioner "remote-exec" {{\n    inline = ["id"]\n  }}\n}}\n',
        'data "terraform_remote_state" "a" {{\n  backend = "consul"\n  config = {{\n'
        '    address = "127.0.0.1:{port}"\n    path = "a"\n  }}\n}}\n',
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
    assert time.monotonic() - began < MOST_SECONDS
    assert report.valid is not True
    assert {d.code for d in report.diagnostics} & {"resource-limit", "verifier-timeout"}
    assert verify('output "o" {\n  value = 1\n}\n', "terraform").valid is True


@pytest.mark.parametrize(
    "expression",
    [
        'join("", [for i in range(1000) : join("", [for j in range(1000) : "0123456789abcdef"])])',
        'jsonencode([for i in range(1000) : [for j in range(1000) : "${i}-${j}-0123456789abcdef"]])',
    ],
)
def test_what_expands_beyond_bounds_is_stopped(expression: str) -> None:
    program = "\n".join(f'output "o{i}" {{\n  value = {expression}\n}}' for i in range(8))
    began = time.monotonic()
    report = verify(program + "\n", "terraform", plan=True)
    assert time.monotonic() - began < MOST_SECONDS
    assert report.plan is None
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


def test_a_worker_that_lost_its_provider_servers_gives_no_verdict() -> None:
    program = 'resource "aws_s3_bucket" "b" {}\n'
    assert verify(program, "terraform").valid is True
    lost = sandbox.POOL._idle["terraform"][-1]
    for place in (lost._folder / "s").iterdir():
        place.unlink()
    assert verify(program, "terraform").valid is True
    assert lost.pid not in {worker.pid for worker in sandbox.POOL.workers()}


def test_a_worker_that_hangs_is_replaced_and_the_program_judged_again() -> None:
    verify("locals {}\n", "terraform")
    stopped = {worker.pid for worker in sandbox.POOL._idle["terraform"]}
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    assert verify_many([("locals {}\n", "terraform")], timeout=0.5)[0].valid is True
    close_workers()


def test_workers_that_all_hang_become_a_diagnostic(monkeypatch: pytest.MonkeyPatch) -> None:
    ready = sandbox.Worker.wait_until_ready

    def stop_when_ready(worker: sandbox.Worker) -> None:
        ready(worker)
        os.kill(worker.pid, signal.SIGSTOP)

    monkeypatch.setattr(sandbox.Worker, "wait_until_ready", stop_when_ready)
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


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are read from /proc")
def test_a_worker_that_idles_opens_no_descriptors() -> None:
    worker = sandbox.Worker("terraform")
    try:
        for _ in range(30):
            files = {"main.tf": 'resource "aws_s3_bucket" "b" {}\n'}
            job = {"format": "terraform", "files": files, "plan": False}
            assert worker.ask(job, 30.0).valid is True
        counts = []
        for _ in range(3):
            time.sleep(1.5)
            counts.append(len(list(Path(f"/proc/{worker.pid}/fd").iterdir())))
        # Terraform's library watches its providers' process by a thread for each program judged.
        assert max(counts) < 200
        assert counts[-1] <= counts[0]
    finally:
        worker.close()


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


_BREAKING_OUT = """
import os, pathlib, socket, subprocess, sys
from iapo.verify import confinement
folder, canary, command, port = sys.argv[1:5]
confinement.confine(pathlib.Path(folder), confinement.Limits())
def refused(what, *arguments, **options):
    try:
        what(*arguments, **options)
    except OSError as error:
        return True
    return False
print("read", refused(open, canary))
print("list", refused(os.listdir, os.path.dirname(canary)))
print("write", refused(open, canary + ".new", "w"))
print("run", refused(subprocess.run, [command]))
print("connect", refused(socket.create_connection, ("127.0.0.1", int(port)), 2))
print("own", not refused(open, folder + "/own", "w"))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="walls of the Linux kernel")
def test_a_confined_process_can_read_run_and_connect_to_nothing(
    canary: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("worker")
    mark = canary.parent / "ran"
    command = canary.parent / "command"
    command.write_text(f"#!/bin/sh\ntouch {mark}\n")
    command.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        done = subprocess.run(
            [sys.executable, "-c", _BREAKING_OUT, folder, canary, command,
             str(listener.getsockname()[1])],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        with pytest.raises(TimeoutError):
            listener.accept()
    assert done.stdout.split() == [
        word
        for wall in ("read", "list", "write", "run", "connect", "own")
        for word in (wall, "True")
    ], done.stderr
    assert not mark.exists()


class _LosesItsServers:
    """Terraform whose provider servers are gone when it comes to the plan."""

    name = "lost"

    def run(self, arguments: Sequence[str]) -> Output:
        if arguments[0] == "validate":
            return Output(0, '{"valid": true, "diagnostics": []}', "")
        lost = {"severity": "error", "summary": "Plugin did not respond", "detail": "..."}
        return Output(1, json.dumps({"type": "diagnostic", "diagnostic": lost}), "")


def test_servers_lost_before_the_plan_give_no_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "p").mkdir()
    monkeypatch.chdir(tmp_path / "p")
    judge = Judge(_LosesItsServers(), Path(), [], confined=True)
    with pytest.raises(WornOutError, match="did not respond"):
        judge.check({"main.tf": "locals {}\n"}, plan=True)
