"""GitHub workflows: tests, lint, builds, schedules, deployments, images."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.github_actions.workflow import Workflow
from iapo.dataset.procedural.pools import REGISTRIES, app_name, schedule
from iapo.dataset.procedural.toolchains import (
    DEPLOYS,
    ENVIRONMENTS,
    SIMPLE,
    TOOLCHAINS,
)
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow
from iapo.verify.report import Format


@dataclass(frozen=True)
class Tests(Family):
    """One job that installs a language and runs its tests."""

    name: str = "github-actions/test"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        flow = Workflow(rng, pick(rng, "CI", "Tests", "test", "Test"))
        flow.on_push()
        job, pattern = flow.job(pick(rng, "test", "tests", "unit", "check"))
        version = rng.choice(tools.versions)
        flow.sets_up(
            job,
            pattern,
            tools,
            version,
            pick(rng, f"set up {tools.label} {version}", f"install {tools.label} {version}"),
        )
        commands = [rng.choice(tools.tests)]
        if rng.random() < 0.6:
            commands.insert(0, rng.choice(tools.installs))
        flow.runs(job, pattern, *commands)
        what = pick(
            rng,
            f"{tools.label} tests",
            f"testing a {tools.label} project",
            "our unit tests",
            f"a {tools.label} library",
        )
        return flow.draft(what, 1 + len(commands))


@dataclass(frozen=True)
class Matrix(Family):
    """Tests on several versions, sometimes on several systems."""

    name: str = "github-actions/matrix"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(SIMPLE)
        flow = Workflow(rng, pick(rng, "CI", "Matrix", "Tests"))
        flow.on_push()
        versions = sorted(rng.sample(tools.versions, rng.randint(2, 3)), key=tools.versions.index)
        axis = pick(rng, "version", tools.label.lower(), tools.version_key)
        matrix: dict[str, Any] = {axis: Flow(versions)}
        systems: list[str] = []
        if rng.random() < 0.35:
            systems = rng.sample(("ubuntu-latest", "macos-latest", "windows-latest"), 2)
        name = pick(rng, "test", "build", "tests")
        if systems:
            matrix = {"os": Flow(systems), **matrix}
            said = f"run a job {name} on each os of the matrix, {series(systems)}"
            job, pattern = flow.job(name, "${{ matrix.os }}", said)
            pattern["runs-on"] = {"contains": "matrix.os"}
        else:
            job, pattern = flow.job(name)
        job_steps = job.pop("steps")
        job["strategy"] = {"matrix": matrix}
        job["steps"] = job_steps
        wanted: dict[str, Any] = {axis: list(versions)} | ({"os": systems} if systems else {})
        pattern["strategy"] = {"matrix": wanted}
        said = pick(rng, f"test {tools.label} {series(versions)} in a matrix over {axis}",
                    f"use a matrix {axis} of {series(versions)} for {tools.label}")  # fmt: skip
        flow.deeds.append(said)
        flow.sets_up(
            job,
            pattern,
            tools,
            f"${{{{ matrix.{axis} }}}}",
            f"set up {tools.label} in the version of the matrix",
        )
        pattern["steps"][-1]["with"] = {tools.version_key: {"contains": f"matrix.{axis}"}}
        flow.says[f"matrix.{axis}"] = "version of the matrix"
        flow.runs(job, pattern, rng.choice(tools.tests))
        what = pick(
            rng,
            f"a {tools.label} test matrix",
            f"testing {tools.label} on several versions",
            "a version matrix",
        )
        return flow.draft(what, 4 if systems else 3)


@dataclass(frozen=True)
class Lint(Family):
    """One job of linters."""

    name: str = "github-actions/lint"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        flow = Workflow(rng, pick(rng, "Lint", "lint", "Style", "Quality"))
        flow.on_push()
        job, pattern = flow.job(pick(rng, "lint", "style", "quality", "static"))
        commands = rng.sample(tools.lints, rng.randint(1, 2))
        if rng.random() < 0.3:
            flow.top["permissions"] = {"contents": "read"}
            pattern["permissions"] = {"contents": "read"}
            flow.deeds.append("have the permission contents: read only")
        if rng.random() < 0.3:
            minutes = rng.choice((5, 10, 15, 20, 30))
            steps = job.pop("steps")
            job |= {"timeout-minutes": minutes, "steps": steps}
            pattern["timeout-minutes"] = minutes
            flow.deeds.append(f"time out after {minutes} minutes")
        flow.runs(job, pattern, *commands)
        return flow.draft(
            pick(rng, "linting", f"linting {tools.label} code", "style checks", "static checks"),
            len(commands),
        )


@dataclass(frozen=True)
class Build(Family):
    """A build whose result is kept as an artifact, with its packages cached."""

    name: str = "github-actions/build"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        flow = Workflow(rng, pick(rng, "Build", "build", "CI"))
        flow.on_push()
        job, pattern = flow.job(pick(rng, "build", "package", "compile"))
        version = rng.choice(tools.versions)
        inputs = flow.sets_up(job, pattern, tools, version, f"set up {tools.label} {version}")
        cached = bool(tools.cache) and rng.random() < 0.6
        if cached:
            inputs["cache"] = pattern["steps"][-1]["with"]["cache"] = tools.cache
            flow.deeds[-1] += pick(rng, f" and its {tools.cache} cache", f", cache {tools.cache}")
        flow.runs(job, pattern, rng.choice(tools.builds))
        artifact = pick(rng, "dist", "package", "build-output", "bundle", app_name(rng))
        settings = {"name": artifact, "path": tools.artifact}
        job["steps"].append({"uses": "actions/upload-artifact@v4", "with": settings})
        pattern["steps"].append(
            {"action": "actions/upload-artifact",
             "with": {"name": artifact, "path": {"matches": f"^(./)?{tools.artifact}?"}}}
        )  # fmt: skip
        said = pick(
            rng,
            f"upload {tools.artifact} as the artifact {artifact}",
            f"keep {tools.artifact} as an artifact named {artifact}",
        )
        flow.deeds.append(said)
        flow.says["actions/upload-artifact"] = said
        return flow.draft(
            pick(rng, f"a {tools.label} build", f"building our {tools.label} project", "a build"),
            4 if cached else 3,
        )


@dataclass(frozen=True)
class DeployOnTag(Family):
    """Tests, then a deployment that needs them, for version tags."""

    name: str = "github-actions/deploy"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        flow = Workflow(rng, pick(rng, "Deploy", "Ship", "CD", "Rollout"))
        tag = pick(rng, "v*", "v*.*.*", "prod-*", "deploy-*", "[0-9]*")
        flow.on["push"] = {"tags": Flow([tag])}
        flow.intent["push"] = {"on": "push", "tags": [tag]}
        flow.deeds.append(
            pick(
                rng,
                f"run for tags {tag}",
                f"trigger on tags that match {tag}",
                f"run on push of a tag {tag}",
            )
        )
        tested = rng.random() < 0.6
        if tested:
            job, pattern = flow.job(pick(rng, "test", "verify", "check"))
            flow.runs(job, pattern, rng.choice(rng.choice(TOOLCHAINS).tests))
        first = next(iter(flow.jobs), None)
        name = pick(rng, "deploy", "ship", "rollout")
        job, pattern = flow.job(name)
        steps = job.pop("steps")
        if first:
            job["needs"] = first
            pattern["needs"] = {"refers": first}
            flow.deeds.append(pick(rng, f"let {name} need {first}", f"start {name} after {first}"))
        if rng.random() < 0.6:
            job["environment"] = rng.choice(ENVIRONMENTS)
            pattern["environment"] = {"name": job["environment"]}
            flow.deeds.append(f"use the environment {job['environment']}")
        job["steps"] = steps
        flow.runs(job, pattern, rng.choice(DEPLOYS))
        return flow.draft(
            pick(rng, "deploying tags", "our deployment", "tag deployments", "shipping versions"),
            4 if tested else 3,
        )


@dataclass(frozen=True)
class Schedule(Family):
    """A job that runs on a schedule."""

    name: str = "github-actions/schedule"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        flow = Workflow(rng, pick(rng, "Nightly", "Scheduled", "Maintenance", "Cron"))
        cron, said, says = schedule(rng)
        flow.on["schedule"] = [{"cron": cron}]
        flow.intent["schedule"] = {"on": "schedule", "cron": cron}
        flow.says |= says
        flow.deeds.append(f"run {said}")
        manual = rng.random() < 0.4
        if manual:
            flow.on["workflow_dispatch"] = None
            flow.intent["manual"] = {"on": "workflow_dispatch"}
            flow.deeds.append(
                pick(
                    rng, "allow manual runs (workflow_dispatch)", "also start by workflow_dispatch"
                )
            )
        job, pattern = flow.job(pick(rng, "cleanup", "report", "audit", "sync", "backup"))
        if rng.random() < 0.4:
            key = pick(rng, "API_TOKEN", "DEPLOY_KEY", "DB_PASSWORD", "SLACK_URL")
            steps = job.pop("steps")
            job |= {"env": {key: f"${{{{ secrets.{key} }}}}"}, "steps": steps}
            pattern["env"] = {key: {"contains": f"secrets.{key}"}}
            flow.deeds.append(f"pass the secret {key} as env {key} (secrets.{key})")
        flow.runs(job, pattern, pick(rng, "npm audit", "./backup.sh", "python report.py", "make clean-cache", "./sync.sh --all",
                                     "pip-audit -r requirements.txt", "python scripts/prune.py", "node tools/digest.js"))  # fmt: skip
        return flow.draft(
            pick(rng, "a scheduled job", "a recurring task", "a maintenance job", "a cron job"),
            3 if manual else 2,
        )


@dataclass(frozen=True)
class Image(Family):
    """An image built and pushed to a registry."""

    name: str = "github-actions/docker"
    format: Format = "github-actions"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        flow = Workflow(rng, pick(rng, "Image", "Docker", "Publish image"))
        flow.on_push()
        job, pattern = flow.job(pick(rng, "image", "docker", "publish"))
        repository = f"{rng.choice(REGISTRIES)}/{app_name(rng)}"
        tag = f"{repository}:{pick(rng, 'latest', 'edge', 'main', 'stable')}"
        by_action = rng.random() < 0.6
        if by_action:
            settings: dict[str, Any] = {"push": True, "tags": tag}
            said = f"build and push {tag} with docker/build-push-action"
            if rng.random() < 0.6:
                settings = {"context": pick(rng, ".", "./app", "./services"), **settings}
                said += f" from the context {settings['context']}"
            job["steps"].append({"uses": "docker/build-push-action@v6", "with": settings})
            pattern["steps"].append({"action": "docker/build-push-action", "with": dict(settings)})
            flow.deeds.append(said)
        else:
            flow.runs(job, pattern, f"docker build -t {tag} .", f"docker push {tag}")
        return flow.draft(
            pick(rng, "publishing an image", "our container image", "a Docker image"),
            4 if by_action else 3,
        )


@dataclass(frozen=True)
class Release(Family):
    """A release made of a tag."""

    name: str = "github-actions/release"
    format: Format = "github-actions"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        flow = Workflow(rng, pick(rng, "Release", "release"))
        kind = pick(rng, "published", "created")
        flow.on["release"] = {"types": Flow([kind])}
        flow.intent["release"] = {"on": "release", "types": [kind]}
        flow.deeds.append(f"run when a release is {kind}")
        job, pattern = flow.job(pick(rng, "release", "upload", "pypi"))
        steps = job.pop("steps")
        job |= {"permissions": {"contents": "write"}, "steps": steps}
        pattern["permissions"] = {"contents": "write"}
        flow.deeds.append("have the permission contents: write")
        flow.runs(job, pattern, rng.choice(rng.choice(TOOLCHAINS).builds),
                  pick(rng, "gh release upload v1 dist/app.zip", "twine upload dist/*", "npm publish", "./upload.sh"))  # fmt: skip
        return flow.draft(pick(rng, "releases", "publishing a release"), 3)


register(Tests())
register(Matrix())
register(Lint())
register(Build())
register(DeployOnTag())
register(Schedule())
register(Image())
register(Release())
