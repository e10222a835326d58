"""GitHub workflows put together from parts: services, containers, chains of jobs, inputs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.github_actions.workflow import Workflow
from iapo.dataset.procedural.novelty import usable
from iapo.dataset.procedural.pools import VARIABLES
from iapo.dataset.procedural.toolchains import DEPLOYS, ENVIRONMENTS, SIMPLE, TOOLCHAINS
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow
from iapo.verify.report import Format

Job = dict[str, Any]
_BACKENDS: tuple[tuple[str, tuple[str, ...], str, dict[str, str]], ...] = (
    ("postgres", ("14", "15", "16"), "5432:5432", {"POSTGRES_PASSWORD": "postgres"}),
    ("redis", ("6", "7", "7-alpine"), "6379:6379", {}),
    ("mysql", ("8.0", "8.4"), "3306:3306", {"MYSQL_ROOT_PASSWORD": "root"}),
    ("mongo", ("6", "7"), "27017:27017", {}),
    ("rabbitmq", ("3.12", "3.13"), "5672:5672", {}),
)


def _before_steps(job: Job, **fields: Any) -> None:
    """Put fields where people write them: ahead of the steps."""
    steps = job.pop("steps")
    job.update(fields)
    job["steps"] = steps


def _timeout(flow: Workflow, job: Job, pattern: Job) -> None:
    minutes = flow.rng.choice((5, 10, 15, 20, 30, 45, 60))
    _before_steps(job, **{"timeout-minutes": minutes})
    pattern["timeout-minutes"] = minutes
    flow.deeds.append(
        pick(flow.rng, f"time out after {minutes} minutes", f"give up after {minutes} minutes")
    )


def _variable(flow: Workflow, job: Job, pattern: Job) -> None:
    key, values = flow.rng.choice(VARIABLES)
    value = flow.rng.choice(values)
    _before_steps(job, env={key: value})
    pattern["env"] = {key: value}
    flow.deeds.append(
        pick(flow.rng, f"set {key}={value} for the job", f"set the job's env {key} to {value}")
    )


def _permissions(flow: Workflow, job: Job, pattern: Job) -> None:
    _before_steps(job, permissions={"contents": "read"})
    pattern["permissions"] = {"contents": "read"}
    flow.deeds.append(
        pick(
            flow.rng,
            "only have the permission contents: read",
            "limit permissions to contents: read",
        )
    )


def _concurrency(flow: Workflow, job: Job, pattern: Job) -> None:
    group = pick(flow.rng, "ci", "deploy", "tests", "main")
    value = {"group": group, "cancel-in-progress": True}
    _before_steps(job, concurrency=value)
    pattern["concurrency"] = value
    flow.deeds.append(
        pick(
            flow.rng,
            f"use the concurrency group {group} with cancel-in-progress true",
            f"cancel in progress runs of the concurrency group {group}",
        )
    )


def _container(flow: Workflow, job: Job, pattern: Job) -> None:
    image = pick(flow.rng, "debian:12", "ubuntu:22.04", "alpine:3.20", "node:20", "python:3.12")
    _before_steps(job, container=image)
    pattern["container"] = {"image": image}
    flow.deeds.append(
        pick(flow.rng, f"run the job in the container {image}", f"use the container image {image}")
    )


def _upload(flow: Workflow, job: Job, pattern: Job) -> None:
    label = pick(flow.rng, "report", "logs", "coverage", "results", "bundle")
    path = pick(flow.rng, "out/", "report/", "build/", "coverage.xml", "dist/")
    inputs = {"name": label, "path": path}
    job["steps"].append({"uses": "actions/upload-artifact@v4", "with": inputs})
    pattern["steps"].append({"action": "actions/upload-artifact", "with": inputs})
    flow.deeds.append(
        pick(
            flow.rng,
            f"upload {path} as the artifact {label} with actions/upload-artifact",
            f"keep {path} as artifact {label} (actions/upload-artifact)",
        )
    )


_FEATURES: dict[str, Callable[[Workflow, Job, Job], None]] = {
    "timeout": _timeout,
    "variable": _variable,
    "permissions": _permissions,
    "concurrency": _concurrency,
    "container": _container,
    "artifact": _upload,
}
# The benchmark's families that have a feature for their subject.
_SUBJECTS = {
    "timeout": "github-actions/timeout", "variable": "github-actions/env",
    "permissions": "github-actions/permissions", "concurrency": "github-actions/concurrency",
    "container": "github-actions/containers", "artifact": "github-actions/artifacts",
}  # fmt: skip


def _decorate(flow: Workflow, job: Job, pattern: Job, count: int) -> None:
    known = usable(_SUBJECTS)
    for feature in flow.rng.sample(known, min(count, len(known))):
        _FEATURES[feature](flow, job, pattern)


@dataclass(frozen=True)
class Jobs(Family):
    """A job, or a chain of two or three, with timeouts, variables, permissions and the like."""

    name: str = "github-actions/jobs"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (2, 3, 4, 5)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        flow = Workflow(rng, pick(rng, "CI", "Pipeline", "Checks", "Main"))
        flow.on_push()
        chain = rng.choice(
            (("check",), ("lint", "test"), ("test", "build"), ("lint", "test", "build"))
        )
        commands = {
            "check": tools.tests,
            "lint": tools.lints,
            "test": tools.tests,
            "build": tools.builds,
        }
        before: str | None = None
        features = 0
        for name in chain:
            job, pattern = flow.job(name)
            if before:
                _before_steps(job, needs=before)
                pattern["needs"] = {"refers": before}
                flow.deeds.append(
                    pick(rng, f"let {name} need {before}", f"run {name} after {before}")
                )
            flow.runs(job, pattern, rng.choice(commands[name]))
            count = rng.choice((1, 2, 2)) if len(chain) == 1 else rng.choice((0, 1))
            _decorate(flow, job, pattern, count)
            features += count
            before = name
        what = pick(rng, f"a {tools.label} project", f"our {tools.label} repository", "our checks")
        return flow.draft(what, min(5, 1 + len(chain) + (features > 1)))


@dataclass(frozen=True)
class Services(Family):
    """Tests against a database or broker that runs beside the job."""

    name: str = "github-actions/services"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(SIMPLE)
        flow = Workflow(rng, pick(rng, "Integration", "CI", "Tests"))
        flow.on_push()
        job, pattern = flow.job(pick(rng, "integration", "test", "tests"))
        services: dict[str, Any] = {}
        for label, tags, ports, env in rng.sample(_BACKENDS, rng.choice((1, 1, 2))):
            image = f"{label}:{rng.choice(tags)}"
            services[label] = {"image": image, **({"env": env} if env else {}), "ports": [ports]}
            said = f"have a service {label} from {image} with the port mapping {ports}"
            if env:
                said += f" and {series([f'{k}={v}' for k, v in env.items()])}"
            flow.deeds.append(said)
        _before_steps(job, services=services)
        pattern["services"] = services
        flow.runs(job, pattern, rng.choice(tools.tests))
        what = pick(rng, "integration tests", f"{tools.label} tests that need backing services")
        return flow.draft(what, 2 + len(services))


@dataclass(frozen=True)
class Manual(Family):
    """A workflow that is started by hand, with an input."""

    name: str = "github-actions/manual"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        flow = Workflow(rng, pick(rng, "Manual", "Run", "Rollout"))
        label = pick(rng, "target", "environment", "stage", "region")
        options = rng.sample(ENVIRONMENTS, rng.randint(2, 3))
        value = {"type": "choice", "required": True, "options": options}
        flow.on["workflow_dispatch"] = {"inputs": {label: {**value, "options": Flow(options)}}}
        flow.intent["manual"] = {"on": "workflow_dispatch", "inputs": {label: value}}
        flow.deeds.append(
            pick(
                rng,
                f"start on workflow_dispatch with a required choice input {label} of {series(options)}",
                f"be started by hand (workflow_dispatch) with the required input {label}, "
                f"a choice of {series(options)}",
            )
        )
        job, pattern = flow.job(pick(rng, "run", "rollout", "apply"))
        flow.runs(job, pattern, rng.choice(DEPLOYS))
        if rng.random() < 0.4:
            _decorate(flow, job, pattern, 1)
        return flow.draft(pick(rng, "a manual rollout", "runs by hand", "a manual job"), 3)


@dataclass(frozen=True)
class Reusable(Family):
    """A workflow that others call."""

    name: str = "github-actions/reusable"
    format: Format = "github-actions"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(SIMPLE)
        flow = Workflow(rng, pick(rng, "Shared tests", "Reusable", "Common"))
        label = pick(rng, "version", "folder", "target", "profile")
        value = {"type": "string", "required": True}
        flow.on["workflow_call"] = {"inputs": {label: value}}
        flow.intent["call"] = {"on": "workflow_call", "inputs": {label: value}}
        flow.deeds.append(
            pick(
                rng,
                f"be reusable (workflow_call) with a required string input {label}",
                f"trigger on workflow_call with the required input {label} of type string",
            )
        )
        job, pattern = flow.job(pick(rng, "test", "shared", "check"))
        flow.runs(job, pattern, rng.choice(tools.tests))
        what = pick(rng, "a reusable workflow", "a workflow that other repositories call")
        return flow.draft(what, 3)


for _family in (Jobs(), Services(), Manual(), Reusable()):
    register(_family)
