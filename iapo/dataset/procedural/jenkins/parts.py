"""Jenkins pipelines put together from parts: options, conditions, approvals, tools, reports."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.jenkins.jenkinsfile import Jenkinsfile
from iapo.dataset.procedural.novelty import usable
from iapo.dataset.procedural.pools import BRANCHES
from iapo.dataset.procedural.toolchains import DEPLOYS, ENVIRONMENTS, JAVA, NODE, TOOLCHAINS
from iapo.dataset.procedural.wording import pick, team
from iapo.verify.report import Format


def _what(rng: random.Random, label: str) -> str:
    return pick(rng, f"a {label} project", f"our {label} app", f"{label} code", "our project")


@dataclass(frozen=True)
class Options(Family):
    """A pipeline with options: timeouts, retries, logs kept, no concurrent builds."""

    name: str = "jenkins/options"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        file = Jenkinsfile(rng)
        file.agent()
        lines: list[str] = []
        wanted: dict[str, Any] = {}
        for option in rng.sample(
            ("timeout", "retry", "logs", "single", "timestamps"), rng.randint(1, 3)
        ):
            count = rng.choice((2, 3, 5, 10, 20, 30))
            if option == "timeout":
                lines.append(f"timeout(time: {count}, unit: 'MINUTES')")
                wanted["timeout"] = {"time": count, "unit": "MINUTES"}
                file.deeds.append(
                    pick(
                        rng, f"time out after {count} MINUTES", f"have a timeout of {count} minutes"
                    )
                )
            elif option == "retry":
                lines.append("retry(2)")
                wanted["retry"] = 2
                file.deeds.append("use the option retry(2)")
            elif option == "logs":
                lines.append(f"buildDiscarder(logRotator(numToKeepStr: '{count}'))")
                wanted["buildDiscarder"] = {"any": True}
                file.deeds.append(
                    pick(
                        rng,
                        f"keep {count} builds (buildDiscarder)",
                        f"discard all but {count} builds",
                    )
                )
            elif option == "single":
                lines.append("disableConcurrentBuilds()")
                wanted["disableConcurrentBuilds"] = {"any": True}
                file.deeds.append(
                    pick(
                        rng,
                        "disable concurrent builds",
                        "never run concurrently (disableConcurrentBuilds)",
                    )
                )
            else:
                lines.append("timestamps()")
                wanted["timestamps"] = {"any": True}
                file.deeds.append(pick(rng, "print timestamps", "have timestamps in the log"))
        file.sections.append(("options", lines))
        file.intent["pipeline"]["options"] = wanted
        file.stage(pick(rng, "Test", "Check", "Verify"), [rng.choice(tools.tests)])
        return file.draft(_what(rng, tools.label), 1 + len(lines))


@dataclass(frozen=True)
class Conditions(Family):
    """A stage that runs under a condition."""

    name: str = "jenkins/when"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        file = Jenkinsfile(rng)
        file.agent()
        file.stage("Test", [rng.choice(tools.tests)])
        kind = pick(rng, "branch", "environment", "tag")
        if kind == "branch":
            value = rng.choice(BRANCHES)
            line, wanted = f"branch '{value}'", {"branch": value}
            said = pick(rng, f"only on the branch {value}", f"when the branch is {value}")
        elif kind == "tag":
            line, wanted = "tag 'v*'", {"tag": "v*"}
            said = pick(rng, "only for tags v*", "when the tag matches v*")
        else:
            value = rng.choice(ENVIRONMENTS)
            line = f"environment name: 'TARGET', value: '{value}'"
            wanted = {"environment": {"name": "TARGET", "value": value}}  # type: ignore[dict-item]
            said = f"when the environment variable TARGET has the value {value}"
        name = pick(rng, "Publish", "Deploy", "Ship")
        pattern = file.stage(name, [rng.choice(DEPLOYS)], [("when", [line])])
        pattern["when"] = wanted
        file.deeds.append(f"run {name} {said}")
        return file.draft(_what(rng, tools.label), 3)


@dataclass(frozen=True)
class Tools(Family):
    """Tools that Jenkins installs."""

    name: str = "jenkins/tools"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        file = Jenkinsfile(rng)
        file.agent()
        kind, label, tools = rng.choice(
            (
                ("maven", "maven-3.9", JAVA),
                ("jdk", "jdk-17", JAVA),
                ("nodejs", "node-20", NODE),
                ("gradle", "gradle-8", JAVA),
            )
        )
        file.sections.append(("tools", [f"{kind} '{label}'"]))
        file.intent["pipeline"]["tools"] = {kind: label}
        file.deeds.append(
            pick(rng, f"use the tool {kind} {label}", f"have tools with {kind} '{label}'")
        )
        for name, commands in rng.sample(
            (("Build", tools.builds), ("Test", tools.tests)), rng.choice((1, 2))
        ):
            file.stage(name, [rng.choice(commands)])
        return file.draft(_what(rng, tools.label), 1 + len(file.stages))


@dataclass(frozen=True)
class Reports(Family):
    """Results that are kept: test reports, artifacts."""

    name: str = "jenkins/artifacts"
    format: Format = "jenkins"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        file = Jenkinsfile(rng)
        file.agent()
        file.stage(pick(rng, "Test", "Check"), [rng.choice(tools.tests)])
        steps: list[str] = []
        wanted: list[dict[str, Any]] = []
        kinds = {"junit": "jenkins/post", "archive": "jenkins/post"}
        known = usable(kinds) or ["archive"]
        for kind in rng.sample(known, rng.randint(1, len(known))):
            if kind == "junit":
                path = pick(rng, "reports/*.xml", "**/junit.xml", "target/surefire-reports/*.xml")
                steps.append(f"junit '{path}'")
                wanted.append({"junit": path})
                file.deeds.append(f"always publish {path} with junit")
            else:
                path = pick(rng, "dist/*", "build/**", "*.tar.gz", "target/*.jar")
                steps.append(f"archiveArtifacts artifacts: '{path}'")
                wanted.append({"archiveArtifacts": {"artifacts": path}})
                file.deeds.append(f"always archive the artifacts {path} (archiveArtifacts)")
        file.intent["pipeline"]["post"] = {"always": wanted}
        return file.draft(_what(rng, tools.label), 1 + len(steps), [("post", [("always", steps)])])


@dataclass(frozen=True)
class Approval(Family):
    """A deployment that somebody has to approve."""

    name: str = "jenkins/input"
    format: Format = "jenkins"
    split: str = "novel"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        file = Jenkinsfile(rng)
        file.agent()
        file.stage("Build", [rng.choice(tools.builds)])
        message = pick(rng, "Deploy to production?", "Ship it?", f"Release {team(rng)}?")
        pattern = file.stage("Deploy", [rng.choice(DEPLOYS)], [("input", [f"message '{message}'"])])
        pattern["input"] = {"message": message}
        file.deeds.append(f'ask "{message}" as the input message before Deploy')
        return file.draft(_what(rng, tools.label), 3)


for _family in (Options(), Conditions(), Tools(), Reports(), Approval()):
    register(_family)
