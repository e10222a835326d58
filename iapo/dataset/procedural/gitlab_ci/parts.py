"""GitLab pipelines put together from parts: rules, needs, templates, matrices, reviews."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.gitlab_ci.pipeline import Pipeline, ahead_of_script
from iapo.dataset.procedural.pools import BRANCHES
from iapo.dataset.procedural.toolchains import DEPLOYS, SIMPLE, TOOLCHAINS
from iapo.dataset.procedural.wording import pick, team
from iapo.dataset.procedural.yaml_writer import Flow
from iapo.verify.report import Format


@dataclass(frozen=True)
class Rules(Family):
    """A job that runs under a condition: a branch, a source, changed files."""

    name: str = "gitlab-ci/rules"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        job, pattern = pipe.job(
            pick(rng, "test", "check", "verify", "scan"),
            [rng.choice(tools.tests)],
            image=tools.container(rng),
        )
        rules: list[dict[str, Any]] = []
        for kind in rng.sample(("branch", "merge", "schedule", "changes"), rng.choice((1, 1, 2))):
            if kind == "changes":
                files = rng.sample(
                    ("src/**/*", "Dockerfile", "docs/**/*", "*.md", "tests/**/*"),
                    rng.choice((1, 2)),
                )
                rules.append({"changes": files})
                pipe.deeds.append(f"run when {series(files)} changes")
                continue
            if kind == "branch":
                branch = rng.choice(BRANCHES)
                condition = f'$CI_COMMIT_BRANCH == "{branch}"'
            else:
                source = "merge_request_event" if kind == "merge" else "schedule"
                condition = f'$CI_PIPELINE_SOURCE == "{source}"'
            rules.append({"if": condition})
            pipe.deeds.append(pick(rng, f"run if {condition}", f"have the rule `{condition}`"))
        ahead_of_script(job, rules=rules)
        pattern["rules"] = rules
        what = pick(rng, "a job with rules", f"a {tools.label} job", "a conditional job")
        return pipe.draft(what, 1 + len(rules))


@dataclass(frozen=True)
class Needs(Family):
    """Jobs that start as soon as those before them are done."""

    name: str = "gitlab-ci/needs"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        image = tools.container(rng)
        first, others = rng.choice(
            (("build", ("test",)), ("install", ("lint", "test")), ("compile", ("unit", "package")))
        )
        pipe.job(first, [rng.choice(tools.builds)], image=image)
        for name, commands in zip(others, (tools.tests, tools.lints), strict=False):
            job, pattern = pipe.job(name, [rng.choice(commands)], image=image)
            ahead_of_script(job, needs=Flow([first]))
            pattern["needs"] = {"refers": first}
            pipe.deeds.append(
                pick(rng, f"let {name} need {first}", f"have {name} wait only for {first}")
            )
        return pipe.draft(pick(rng, "a DAG of jobs", f"a {tools.label} project"), 2 + len(others))


@dataclass(frozen=True)
class Template(Family):
    """A hidden job that others extend."""

    name: str = "gitlab-ci/extends"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        hidden, image = (
            pick(rng, ".base", ".defaults", ".common", ".template"),
            tools.container(rng),
        )
        tag = pick(rng, "docker", "linux", "shared")
        pipe.data[hidden] = {"image": image, "tags": Flow([tag])}
        pipe.deeds.append(f"have a hidden job {hidden} with image {image} and the tag {tag}")
        names = rng.sample(("lint", "test", "build"), rng.choice((1, 2)))
        commands = {"lint": tools.lints, "test": tools.tests, "build": tools.builds}
        for name in names:
            job, pattern = pipe.job(name, [rng.choice(commands[name])])
            ahead_of_script(job, extends=hidden)
            pattern |= {"image": {"name": image}, "tags": [tag]}
            pipe.deeds.append(
                pick(rng, f"let {name} extend {hidden}", f"have {name} extends {hidden}")
            )
        return pipe.draft(
            pick(rng, "jobs that share settings", f"a {tools.label} project"), 2 + len(names)
        )


@dataclass(frozen=True)
class Matrix(Family):
    """A job once for each value of a variable."""

    name: str = "gitlab-ci/matrix"
    format: Format = "gitlab-ci"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(SIMPLE)
        pipe = Pipeline(rng)
        key = f"{tools.label.upper()}_VERSION"
        versions = list(tools.versions[: rng.randint(2, 3)])
        job, pattern = pipe.job(pick(rng, "test", "matrix", "versions"), [rng.choice(tools.tests)])
        image = f"{tools.image}:${key}"
        ahead_of_script(job, image=image, parallel={"matrix": [{key: Flow(versions)}]})
        pattern |= {"image": {"name": image}, "parallel": {"matrix": [{key: versions}]}}
        pipe.deeds += [
            f"use the image {image}",
            f"run in a parallel matrix of {key}: {series(versions)}",
        ]
        return pipe.draft(pick(rng, "a test matrix", f"{tools.label} tests on several versions"), 3)


@dataclass(frozen=True)
class Review(Family):
    """A review environment with a job that stops it."""

    name: str = "gitlab-ci/review"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (4,)

    def make(self, rng: random.Random) -> Draft:
        pipe = Pipeline(rng)
        environment = pick(rng, "review/$CI_COMMIT_REF_SLUG", f"review/{team(rng)}", "preview")
        start, stop = pick(rng, "review", "deploy_review"), pick(rng, "stop_review", "cleanup")
        job, pattern = pipe.job(start, [rng.choice(DEPLOYS)])
        ahead_of_script(job, environment={"name": environment, "on_stop": stop})
        pattern["environment"] = {"name": environment, "on_stop": stop}
        pipe.deeds.append(
            f"let {start} deploy to the environment {environment} with on_stop {stop}"
        )
        job, pattern = pipe.job(stop, [pick(rng, "./teardown.sh", "make destroy", "./cleanup.sh")])
        ahead_of_script(job, environment={"name": environment, "action": "stop"}, when="manual")
        pattern |= {"environment": {"name": environment, "action": "stop"}, "when": "manual"}
        pipe.deeds.append(f"let {stop} be manual with the environment action stop")
        return pipe.draft(pick(rng, "review apps", "a review environment"), 4)


for _family in (Rules(), Needs(), Template(), Matrix(), Review()):
    register(_family)
