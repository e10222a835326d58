"""A workflow in the making, with what is asked of it and what must hold."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import WORKFLOW, ask, series
from iapo.dataset.procedural.family import Draft
from iapo.dataset.procedural.pools import BRANCHES
from iapo.dataset.procedural.toolchains import (
    JAVA,
    Toolchain,
)
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml

_RUNNERS = ("ubuntu-latest", "ubuntu-latest", "ubuntu-latest", "ubuntu-22.04", "ubuntu-24.04")


@dataclass
class Workflow:
    """A workflow in the making: its data, what is asked of it, and what must hold."""

    rng: random.Random
    name: str
    on: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)
    deeds: list[str] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)

    def on_push(self) -> None:
        """Runs on pushes to a branch or two, or on pull requests, or both."""
        rng = self.rng
        kind = rng.choice(("push", "push", "pull", "both"))
        if kind in ("push", "both"):
            branches = rng.sample(BRANCHES, rng.choice((1, 1, 2)))
            self.on["push"] = {"branches": Flow(branches)}
            self.intent["push"] = {"on": "push", "branches": branches}
            said = series(branches)
            self.deeds.append(
                pick(
                    rng,
                    f"run on push to {said}",
                    f"run on pushes to {said}",
                    f"trigger on push to {said}",
                )
            )
        if kind in ("pull", "both"):
            self.on["pull_request"] = None
            self.intent["pull"] = {"on": "pull_request"}
            self.deeds.append(
                pick(
                    rng,
                    "run on pull requests",
                    "trigger on every pull request",
                    "run for pull requests",
                )
            )

    def job(
        self, name: str, runner: str | None = None, said: str | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A new job that checks out the code, and its pattern."""
        rng = self.rng
        runner = runner or rng.choice(_RUNNERS)
        job = {"runs-on": runner, "steps": [{"uses": "actions/checkout@v4"}]}
        said = said or pick(
            rng,
            f"have a job {name} on {runner}",
            f"use {runner} for the job {name}",
            f"run job {name} on {runner}",
        )
        self.deeds.append(said)
        self.jobs[name] = job
        pattern: dict[str, Any] = {
            "job": name,
            "runs-on": runner,
            "steps": [{"action": "actions/checkout"}],
        }
        if len(self.jobs) == 1:
            check = pick(
                rng, "check out the code", "use actions/checkout", "checkout the repository"
            )
            self.deeds.append(check)
            self.says["actions/checkout"] = check
        self.intent[name] = pattern
        return job, pattern

    def runs(self, job: dict[str, Any], pattern: dict[str, Any], *commands: str) -> None:
        """Steps that run commands, in this order."""
        for command in commands:
            job["steps"].append({"run": command})
            pattern.setdefault("script", []).append({"runs": command})
            self.deeds.append(
                pick(self.rng, f"run {command}", f"run `{command}`", f"run `{command}`")
            )

    def sets_up(
        self,
        job: dict[str, Any],
        pattern: dict[str, Any],
        tools: Toolchain,
        version: str,
        said: str,
    ) -> dict[str, Any]:
        """A step that installs a language; returns its inputs."""
        inputs: dict[str, Any] = {tools.version_key: version}
        if tools is JAVA:
            inputs = {"distribution": "temurin", **inputs}
        major = {
            "actions/setup-python": "v5",
            "actions/setup-go": "v5",
            "ruby/setup-ruby": "v1",
        }.get(tools.action, "v4")
        job["steps"].append({"uses": f"{tools.action}@{major}", "with": inputs})
        pattern["steps"].append({"action": tools.action, "with": dict(inputs)})
        with_java = " (distribution temurin)" if tools is JAVA else ""
        self.deeds.append(f"{said} with {tools.action}{with_java}")
        return inputs

    def draft(self, what: str, difficulty: int) -> Draft:
        data = {"name": self.name, "on": self.on, **self.top, "jobs": self.jobs}
        return Draft(
            instruction=ask(self.rng, WORKFLOW, what, self.deeds, deeds=True, ordered=True),
            output=to_yaml(data),
            intent=self.intent,
            difficulty=difficulty,
            says=self.says,
        )
