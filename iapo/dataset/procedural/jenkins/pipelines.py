"""Jenkins pipelines: agents, stages, post actions, parameters, branches, triggers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.jenkins.jenkinsfile import Jenkinsfile
from iapo.dataset.procedural.pools import BRANCHES, VARIABLES
from iapo.dataset.procedural.toolchains import DEPLOYS, ENVIRONMENTS, TOOLCHAINS, Toolchain
from iapo.dataset.procedural.wording import pick
from iapo.verify.report import Format


def _project(rng: random.Random) -> tuple[Toolchain, str]:
    tools = rng.choice(TOOLCHAINS)
    return tools, pick(
        rng,
        f"a {tools.label} project",
        f"our {tools.label} app",
        f"{tools.label} code",
        "our project",
    )


_STAGE_SETS = (("Build", "Test"), ("Test",), ("Build",), ("Install", "Test"), ("Lint", "Test"), ("Build", "Test", "Deploy"),
               ("Lint",), ("Install", "Build"))  # fmt: skip


def _commands(tools: Toolchain, stage: str) -> tuple[str, ...]:
    return {
        "Build": tools.builds, "Test": tools.tests, "Lint": tools.lints, "Install": tools.installs,
        "Deploy": DEPLOYS,
    }[stage]  # fmt: skip


@dataclass(frozen=True)
class Stages(Family):
    """One to three stages on any agent."""

    name: str = "jenkins/stages"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        names = rng.choice(_STAGE_SETS)
        if rng.random() < 0.35:
            minutes = rng.choice((5, 10, 15, 20, 30, 45, 60))
            file.sections.append(("options", [f"timeout(time: {minutes}, unit: 'MINUTES')"]))
            file.intent["pipeline"]["options"] = {"timeout": {"time": minutes, "unit": "MINUTES"}}
            file.deeds.append(
                pick(
                    rng,
                    f"have a timeout of {minutes} minutes",
                    f"use the timeout option of {minutes} minutes",
                )
            )
        for stage in names:
            file.stage(stage, [rng.choice(_commands(tools, stage))])
        return file.draft(what, len(names))


@dataclass(frozen=True)
class DockerAgent(Family):
    """Stages inside a container."""

    name: str = "jenkins/docker-agent"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent(tools.container(rng))
        names = rng.choice([names for names in _STAGE_SETS if "Deploy" not in names])
        for stage in names:
            file.stage(stage, [rng.choice(_commands(tools, stage))])
        return file.draft(what, 1 + len(names))


_WORDS = {
    "always": ("build finished", "pipeline done", "all stages over", "see the log"),
    "success": ("all green", "build passed", "ready to ship"),
    "failure": ("build failed", "something broke", "please have a look"),
}


def _closing(
    rng: random.Random, condition: str, tools: Toolchain
) -> tuple[str, dict[str, Any], str]:
    """A step for a condition of `post`, its pattern, and the words that ask for it."""
    when = "always" if condition == "always" else f"on {condition}"
    if condition == "always" and rng.random() < 0.6:
        step = rng.choice(("cleanWs", "deleteDir"))
        said = (
            f"{when} clean the workspace with {step}" if step == "cleanWs" else f"{when} run {step}"
        )
        return f"{step}()", {step: True}, said
    if condition == "success" and rng.random() < 0.6:
        files = f"{tools.artifact}**"
        asked = {"archiveArtifacts": {"one_of": [files, {"artifacts": files}]}}
        return (
            f"archiveArtifacts artifacts: '{files}'",
            asked,
            f"{when} archive the artifacts {files}",
        )
    text = rng.choice(_WORDS[condition])
    return f"echo '{text}'", {"echo": text}, f"{when} echo '{text}'"


@dataclass(frozen=True)
class Post(Family):
    """What happens after the stages."""

    name: str = "jenkins/post"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        stage = pick(rng, "Build", "Test")
        file.stage(stage, [rng.choice(_commands(tools, stage))])
        after: list[Any] = []
        wanted: dict[str, Any] = {}
        for condition in rng.choice(
            (("always",), ("success",), ("failure",), ("always", "failure"), ("success", "failure"))
        ):
            step, asked, said = _closing(rng, condition, tools)
            if "archiveArtifacts" in asked:
                file.says["archiveArtifacts"] = said
            after.append((condition, [step]))
            wanted[condition] = [asked]
            file.deeds.append(said)
        file.intent["pipeline"]["post"] = wanted
        return file.draft(what, 1 + len(wanted), [("post", after)])


@dataclass(frozen=True)
class Environment(Family):
    """Variables for every stage."""

    name: str = "jenkins/environment"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        values = {
            key: rng.choice(choices) for key, choices in rng.sample(VARIABLES, rng.randint(1, 2))
        }
        lines = [f"{key} = '{value}'" for key, value in values.items()]
        file.deeds.append(
            pick(rng, "set ", "have the environment ") + series([f"{key}={value}" for key, value in values.items()])
            + pick(rng, "", " for all stages")
        )  # fmt: skip
        wanted: dict[str, Any] = dict(values)
        if rng.random() < 0.35:
            key = pick(rng, "API_KEY", "DEPLOY_TOKEN", "REGISTRY_LOGIN")
            credential = pick(rng, "api-key", "deploy-token", "registry-login", "ci-secret")
            lines.append(f"{key} = credentials('{credential}')")
            wanted[key] = {"name": "credentials", "arguments": [credential]}
            file.deeds.append(f"read {key} from the credentials {credential}")
        file.sections.append(("environment", lines))
        file.intent["pipeline"]["environment"] = wanted
        stage = pick(rng, "Build", "Test", "Deploy")
        file.stage(stage, [rng.choice(_commands(tools, stage))])
        return file.draft(what, 1 + min(2, len(lines)))


@dataclass(frozen=True)
class Parameters(Family):
    """A pipeline that asks for parameters."""

    name: str = "jenkins/parameters"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        lines: list[str] = []
        wanted: list[dict[str, Any]] = []
        for kind in rng.sample(("string", "booleanParam", "choice"), rng.randint(1, 2)):
            if kind == "string":
                name, value = rng.choice(
                    (
                        ("VERSION", "1.0.0"),
                        ("BRANCH", rng.choice(BRANCHES)),
                        ("TARGET", rng.choice(ENVIRONMENTS)),
                    )
                )
                lines.append(f"string(name: '{name}', defaultValue: '{value}')")
                wanted.append({"kind": kind, "name": name, "defaultValue": value})
                file.deeds.append(f"take a string parameter {name} with the default {value}")
            elif kind == "booleanParam":
                name, on = (
                    rng.choice(("DRY_RUN", "SKIP_TESTS", "FORCE", "VERBOSE")),
                    rng.random() < 0.5,
                )
                lines.append(
                    f"booleanParam(name: '{name}', defaultValue: {'true' if on else 'false'})"
                )
                wanted.append({"kind": kind, "name": name, "defaultValue": on})
                said = f"take a boolean parameter {name}, by default {'true' if on else 'false'}"
                file.deeds.append(said)
                file.says |= {"booleanParam": said, str(on): said}
            else:
                name, choices = rng.choice(
                    (
                        ("ENV", rng.sample(ENVIRONMENTS, 2)),
                        ("SIZE", ["small", "large"]),
                        ("REGION", ["eu", "us"]),
                    )
                )
                written = ", ".join(f"'{each}'" for each in choices)
                lines.append(f"choice(name: '{name}', choices: [{written}])")
                wanted.append({"kind": kind, "name": name, "choices": {"equal": choices}})
                file.deeds.append(f"offer a choice parameter {name} of {series(choices)}")
        file.sections.append(("parameters", lines))
        file.intent["pipeline"]["parameters"] = wanted
        stage = pick(rng, "Build", "Deploy", "Test")
        file.stage(stage, [rng.choice(_commands(tools, stage))])
        return file.draft(what, 1 + len(lines))


@dataclass(frozen=True)
class Branches(Family):
    """A deployment from one branch only, after the tests."""

    name: str = "jenkins/deploy"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        tools, _ = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        if rng.random() < 0.7:
            first = pick(rng, "Test", "Build")
            file.stage(first, [rng.choice(_commands(tools, first))])
        branch = rng.choice(BRANCHES)
        last = pick(rng, "Deploy", "Release", "Publish")
        pattern = file.stage(last, [rng.choice(DEPLOYS)], [("when", [f"branch '{branch}'"])])
        pattern["when"] = {"branch": branch}
        file.deeds[-1] += pick(
            rng,
            f" only on the branch {branch}",
            f" when the branch is {branch}",
            f", for branch {branch} alone",
        )
        return file.draft(
            pick(rng, "our deployment", "tests and deployment", "continuous delivery", "shipping"),
            3,
        )


@dataclass(frozen=True)
class Parallel(Family):
    """Stages side by side."""

    name: str = "jenkins/parallel"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        outer = pick(rng, "Checks", "Verify", "Quality", "All checks")
        pools = {"Lint": tools.lints, "Unit": tools.tests, "Build": tools.builds,
                 "Audit": ("npm audit", "pip-audit", "trivy fs .", "./audit.sh")}  # fmt: skip
        inner = []
        names = rng.sample(sorted(pools), rng.choice((2, 2, 3)))
        said = []
        file.intent["outer"] = {"stage": outer, "parallel": list(names)}
        for name in names:
            command = rng.choice(pools[name])
            inner.append(file.block(name, [command]))
            file.intent[name.lower()] = {"stage": name, "script": {"runs": command}}
            said.append(
                pick(
                    rng,
                    f"{name} (`{command}`)",
                    f"{name} with `{command}`",
                    f"{name} that runs `{command}`",
                )
            )
        file.stages.append((f"stage('{outer}')", [("parallel", inner)]))
        file.deeds.append(
            pick(rng, f"in a stage {outer} run in parallel: {series(said)}",
                 f"have a stage {outer} with the parallel stages {series(said)}")
        )  # fmt: skip
        return file.draft(what, 1 + len(names))


@dataclass(frozen=True)
class Triggers(Family):
    """A pipeline that starts by the clock."""

    name: str = "jenkins/triggers"
    format: Format = "jenkins"
    split: str = "novel"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        tools, what = _project(rng)
        file = Jenkinsfile(rng)
        file.agent()
        kind = pick(rng, "cron", "pollSCM")
        when = pick(
            rng, "H 2 * * *", "H/15 * * * *", "@daily", "H 6 * * 1-5", "@midnight", "H */4 * * *"
        )
        file.sections.append(("triggers", [f"{kind}('{when}')"]))
        file.intent["pipeline"]["triggers"] = {kind: when}
        file.deeds.append(f"have a {kind} trigger of {when}")
        stage = pick(rng, "Build", "Test", "Lint")
        file.stage(stage, [rng.choice(_commands(tools, stage))])
        return file.draft(what, 2)


register(Stages())
register(DockerAgent())
register(Post())
register(Environment())
register(Parameters())
register(Branches())
register(Parallel())
register(Triggers())
