"""Declarative Jenkins pipelines: agents, stages, post actions, parameters, branches, triggers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import JENKINSFILE, ask, series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import BRANCHES, VARIABLES
from iapo.dataset.procedural.toolchains import DEPLOYS, ENVIRONMENTS, TOOLCHAINS, Toolchain
from iapo.dataset.procedural.wording import pick
from iapo.verify.report import Format

Block = tuple[str, list[Any]]  # a header and its lines or blocks


def lay_out(block: Block, depth: int = 0) -> list[str]:
    """A block and what stands in it as lines, four spaces a step."""
    header, body = block
    step = "    " * depth
    out = [f"{step}{header} {{"]
    for item in body:
        out += [f"{step}    {item}"] if isinstance(item, str) else lay_out(item, depth + 1)
    return [*out, f"{step}}}"]


def shell(command: str) -> str:
    """A `sh` step."""
    return f"sh '{command}'"


@dataclass
class _Jenkinsfile:
    """A pipeline in the making: its sections, what is asked of it, and what must hold."""

    rng: random.Random
    sections: list[Any] = field(default_factory=list)
    stages: list[Block] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)

    def agent(self, image: str | None = None) -> None:
        """Any agent, one with a label, or a container."""
        rng = self.rng
        kind = "docker" if image else rng.choice(("any", "any", "label"))
        wanted: Any
        if kind == "docker":
            self.sections.append(("agent", [("docker", [f"image '{image}'"])]))
            wanted = {"docker": {"image": image}}
            self.deeds.append(
                pick(
                    rng,
                    f"run in a docker agent with image {image}",
                    f"use the docker agent {image}",
                )
            )
        elif kind == "label":
            label = pick(rng, "linux", "docker", "build", "ubuntu", "agent-1", "large")
            self.sections.append(("agent", [f"label '{label}'"]))
            wanted = {"label": label}
            self.deeds.append(
                pick(rng, f"run on agents with the label {label}", f"use the agent label {label}")
            )
        else:
            self.sections.append("agent any")
            wanted = "any"
            self.deeds.append(pick(rng, "run on any agent", "use agent any"))
        self.intent["pipeline"] = {"pipeline": "pipeline", "agent": wanted}

    def stage(
        self, name: str, commands: Sequence[str], before: Sequence[Any] = ()
    ) -> dict[str, Any]:
        """A stage that runs commands; returns its pattern."""
        self.stages.append(self.block(name, commands, before))
        said = series([f"`{each}`" for each in commands])
        self.deeds.append(
            pick(self.rng, f"have a stage {name} that runs {said}", f"run {said} in the stage {name}",
                 f"in a {name} stage, run {said}")
        )  # fmt: skip
        pattern = {"stage": name, "script": [{"runs": each} for each in commands]}
        self.intent[name.lower()] = pattern
        return pattern

    def block(self, name: str, commands: Sequence[str], before: Sequence[Any] = ()) -> Block:
        return (f"stage('{name}')", [*before, ("steps", [shell(each) for each in commands])])

    def draft(self, what: str, difficulty: int, after: Sequence[Any] = ()) -> Draft:
        body = [*self.sections, ("stages", self.stages), *after]
        return Draft(
            instruction=ask(self.rng, JENKINSFILE, what, self.deeds, deeds=True, ordered=True),
            output="\n".join(lay_out(("pipeline", body))),
            intent=self.intent,
            difficulty=difficulty,
            says=self.says,
        )


def _project(rng: random.Random) -> tuple[Toolchain, str]:
    tools = rng.choice(TOOLCHAINS)
    return tools, pick(
        rng,
        f"a {tools.label} project",
        f"our {tools.label} app",
        f"{tools.label} code",
        "our project",
    )


def _image(rng: random.Random, tools: Toolchain) -> str:
    if tools.label == "Java":
        return pick(
            rng, "maven:3.9-eclipse-temurin-17", "maven:3.9-eclipse-temurin-21", "gradle:8-jdk21"
        )
    return tools.container(rng)


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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
        file.agent(_image(rng, tools))
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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
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
        file = _Jenkinsfile(rng)
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
