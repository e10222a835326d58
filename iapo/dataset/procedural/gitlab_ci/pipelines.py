"""GitLab pipelines: stages, rules, services, caches, artifacts, deployments."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.gitlab_ci.pipeline import Pipeline, ahead_of_script
from iapo.dataset.procedural.pools import BRANCHES, REGISTRIES, VARIABLES, app_name
from iapo.dataset.procedural.toolchains import DEPLOYS, ENVIRONMENTS, TOOLCHAINS
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow
from iapo.verify.report import Format


@dataclass(frozen=True)
class Tests(Family):
    """One job of tests, sometimes with variables, tags, a retry, a timeout."""

    name: str = "gitlab-ci/test"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        commands = [rng.choice(tools.tests)]
        if rng.random() < 0.6:
            commands.insert(0, rng.choice(tools.installs))
        job, pattern = pipe.job(pick(rng, "test", "unit", "tests", "check", "pytest" if tools.label == "Python" else "specs"),
                                commands, image=tools.container(rng))  # fmt: skip
        features = rng.sample(
            ("variables", "tags", "retry", "timeout", "coverage"), rng.randint(0, 2)
        )
        for feature in features:
            if feature == "variables":
                key, values = rng.choice(VARIABLES)
                value = rng.choice(values)
                ahead_of_script(job, variables={key: value})
                pattern["variables"] = {key: value}
                pipe.deeds.append(f"set the variable {key} to {value}")
            elif feature == "tags":
                tag = pick(rng, "docker", "linux", "shared", "arm64", "fast")
                ahead_of_script(job, tags=Flow([tag]))
                pattern["tags"] = [tag]
                pipe.deeds.append(
                    pick(rng, f"use runners tagged {tag}", f"run on the runner tag {tag}")
                )
            elif feature == "retry":
                count = rng.choice((1, 2))
                ahead_of_script(job, retry=count)
                pattern["retry"] = count
                pipe.deeds.append(pick(rng, f"retry up to {count} times", f"set retry to {count}"))
            elif feature == "timeout":
                count = rng.choice((5, 10, 20, 30, 45))
                ahead_of_script(job, timeout=f"{count} minutes")
                pattern["timeout"] = f"{count} minutes"
                pipe.deeds.append(f"time out after {count} minutes")
            else:
                pattern["interruptible"] = True
                ahead_of_script(job, interruptible=True)
                pipe.deeds.append(pick(rng, "be interruptible", "make the job interruptible"))
        what = pick(
            rng,
            f"{tools.label} tests",
            f"a {tools.label} project",
            "our test suite",
            "running tests",
        )
        return pipe.draft(what, 1 + len(features))


@dataclass(frozen=True)
class Stages(Family):
    """Two or three stages with a job each."""

    name: str = "gitlab-ci/stages"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        names = rng.choice((("build", "test"), ("test", "deploy"), ("build", "test", "deploy"), ("lint", "test"),
                            ("lint", "test", "build"), ("prepare", "build", "publish"), ("compile", "verify")))  # fmt: skip
        image = tools.container(rng)
        shared = rng.random() < 0.5
        if shared:
            pipe.data["image"] = image
            pipe.deeds.append(
                pick(rng, f"use the image {image} everywhere", f"run every job on {image}")
            )
        pipe.stages(*names)
        pools = {"build": tools.builds, "compile": tools.builds, "test": tools.tests, "verify": tools.tests,
                 "lint": tools.lints, "deploy": DEPLOYS, "prepare": tools.installs, "publish": DEPLOYS}  # fmt: skip
        for stage in names:
            command = rng.choice(pools[stage])
            job_name = (
                pick(rng, stage, f"{stage}-job", f"{stage}-app", f"run-{stage}")
                if stage != "test"
                else pick(rng, "test", "unit-tests")
            )
            _, pattern = pipe.job(job_name, [command], stage=stage)
            if shared:
                pattern["image"] = {"name": image}
        what = pick(
            rng, f"a {tools.label} project", "our project", "a staged build", "the usual stages"
        )
        return pipe.draft(what, 3 if len(names) == 2 else 4)


@dataclass(frozen=True)
class Services(Family):
    """Tests against a database or cache that runs as a service."""

    name: str = "gitlab-ci/services"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        service, variables = rng.choice((
            (f"postgres:{pick(rng, '14', '15', '16', '16-alpine')}", (("POSTGRES_PASSWORD", "secret"), ("POSTGRES_DB", "test"), ("POSTGRES_USER", "ci"))),
            (f"mysql:{pick(rng, '8.0', '8.4')}", (("MYSQL_ROOT_PASSWORD", "secret"), ("MYSQL_DATABASE", "test"))),
            (f"redis:{pick(rng, '7.0', '7.2', '7-alpine')}", (("REDIS_URL", "redis://redis:6379"), ("REDIS_HOST", "redis"))),
            (f"mongo:{pick(rng, '6.0', '7.0')}", (("MONGO_URL", "mongodb://mongo:27017"),)),
            (f"rabbitmq:{pick(rng, '3.12', '3.13')}", (("AMQP_URL", "amqp://rabbitmq:5672"),)),
        ))  # fmt: skip
        job, pattern = pipe.job(
            pick(rng, "integration", "test", "db-tests", "e2e"),
            [rng.choice(tools.tests)],
            image=tools.container(rng),
        )
        ahead_of_script(job, services=[service])
        pattern["services"] = [service]
        pipe.deeds.append(
            pick(
                rng,
                f"start {service} as a service",
                f"use the service {service}",
                f"have {service} as service",
            )
        )
        chosen = rng.sample(variables, min(len(variables), rng.randint(0, 2)))
        if chosen:
            ahead_of_script(job, variables=dict(chosen))
            pattern["variables"] = dict(chosen)
            pipe.deeds.append("set " + series([f"{key}={value}" for key, value in chosen]))
        what = pick(
            rng,
            "integration tests",
            "tests that need a service",
            f"{tools.label} tests with {service.split(':')[0]}",
        )
        return pipe.draft(what, 2 if not chosen else 3)


@dataclass(frozen=True)
class Cached(Family):
    """A build with a cache and artifacts."""

    name: str = "gitlab-ci/build"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        tools = rng.choice(TOOLCHAINS)
        pipe = Pipeline(rng)
        job, pattern = pipe.job(
            pick(rng, "build", "package", "compile", "bundle"),
            [rng.choice(tools.builds)],
            image=tools.container(rng),
        )
        kinds = rng.choice((("artifacts",), ("cache",), ("cache", "artifacts")))
        if "cache" in kinds:
            cache: dict[str, Any] = {"paths": [tools.folder]}
            said = pick(rng, f"cache {tools.folder}", f"keep {tools.folder} in the cache")
            if rng.random() < 0.6:
                cache = {
                    "key": pick(rng, "deps", "build-cache", "$CI_COMMIT_REF_SLUG", "modules"),
                    **cache,
                }
                said += f" under the key {cache['key']}"
            ahead_of_script(job, cache=cache)
            pattern["cache"] = dict(cache)
            pipe.deeds.append(said)
        if "artifacts" in kinds:
            artifacts: dict[str, Any] = {"paths": [tools.artifact]}
            said = pick(
                rng, f"keep {tools.artifact} as an artifact", f"save {tools.artifact} as artifacts"
            )
            if rng.random() < 0.6:
                artifacts["expire_in"] = pick(
                    rng, "1 week", "2 days", "30 days", "1 hour", "3 months"
                )
                said += pick(
                    rng,
                    f" for {artifacts['expire_in']}",
                    f" and expire it in {artifacts['expire_in']}",
                )
            job["artifacts"] = artifacts
            pattern["artifacts"] = {
                "paths": [{"matches": f"^(./)?{tools.artifact}?"}],
                **{k: v for k, v in artifacts.items() if k != "paths"},
            }
            pipe.deeds.append(said)
        what = pick(rng, f"a {tools.label} build", "building the project", "our build")
        return pipe.draft(what, 1 + len(kinds))


@dataclass(frozen=True)
class Deploy(Family):
    """A deployment job: when it runs, by hand or by itself, to which environment."""

    name: str = "gitlab-ci/deploy"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        pipe = Pipeline(rng)
        job, pattern = pipe.job(pick(rng, "deploy", "release", "ship", "rollout"), [rng.choice(DEPLOYS)],
                                stage="deploy" if rng.random() < 0.6 else None)  # fmt: skip
        features = 0
        if rng.random() < 0.7:
            features += 1
            environment: Any = rng.choice(ENVIRONMENTS)
            said = pick(
                rng, f"deploy to the environment {environment}", f"use environment {environment}"
            )
            pattern["environment"] = {"name": environment}
            if rng.random() < 0.5:
                url = f"https://{app_name(rng)}.example.com"
                environment = {"name": environment, "url": url}
                pattern["environment"]["url"] = url
                said += f" with the url {url}"
            ahead_of_script(job, environment=environment)
            pipe.deeds.append(said)
        kind = rng.choice(("branch", "tag", "default", "none"))
        manual = kind == "none" or rng.random() < 0.5
        if kind == "none":
            ahead_of_script(job, when="manual")
            pattern["when"] = "manual"
            pipe.deeds.append(pick(rng, "start only by hand (when: manual)", "be a manual job"))
        else:
            features += 1
            branch = rng.choice(BRANCHES)
            condition, said = {
                "branch": (
                    f'$CI_COMMIT_BRANCH == "{branch}"',
                    f"run only when $CI_COMMIT_BRANCH is {branch}",
                ),
                "tag": ("$CI_COMMIT_TAG", "run only when $CI_COMMIT_TAG is set"),
                "default": (
                    "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
                    "run only when $CI_COMMIT_BRANCH is $CI_DEFAULT_BRANCH",
                ),
            }[kind]
            rule: dict[str, Any] = {"if": condition}
            asked: dict[str, Any] = {"if": condition}
            pipe.says[condition] = said
            if kind == "branch":
                asked["if"] = {"matches": rf"CI_COMMIT_BRANCH\s*==\s*[\"']{branch}[\"']"}
            if manual:
                rule["when"] = asked["when"] = "manual"
                said += pick(rng, ", and manually (when: manual)", " and as a manual action")
            ahead_of_script(job, rules=[rule])
            pattern["rules"] = [asked]
            pipe.deeds.append(said)
        if pattern.get("stage"):
            pipe.data = {"stages": Flow(["deploy"]), **pipe.data}
            pipe.intent = {
                "pipeline": {"pipeline": "pipeline", "stages": ["deploy"]},
                **pipe.intent,
            }
        what = pick(rng, "our deployment", "a deploy job", "deploying the app", "a rollout")
        return pipe.draft(what, 2 if features < 2 else 3)


@dataclass(frozen=True)
class Image(Family):
    """An image built with docker-in-docker and pushed."""

    name: str = "gitlab-ci/docker"
    format: Format = "gitlab-ci"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        pipe = Pipeline(rng)
        release = pick(rng, "24", "26", "27")
        tag = pick(rng, f"{rng.choice(REGISTRIES)}/{app_name(rng)}:{pick(rng, 'latest', 'edge', 'dev')}",
                   "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA", "$CI_REGISTRY_IMAGE:latest")  # fmt: skip
        job, pattern = pipe.job(pick(rng, "dockerize", "docker", "build-image", "package"),
                                [f"docker build -t {tag} .", f"docker push {tag}"], image=f"docker:{release}")  # fmt: skip
        service = f"docker:{release}-dind"
        ahead_of_script(job, services=[service])
        pattern["services"] = [service]
        pipe.deeds.append(pick(rng, f"use the service {service}", f"have {service} as a service"))
        return pipe.draft(pick(rng, "a container image", "building a Docker image", "our image"), 3)


@dataclass(frozen=True)
class Pages(Family):
    """A static site on GitLab Pages."""

    name: str = "gitlab-ci/pages"
    format: Format = "gitlab-ci"
    split: str = "novel"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        pipe = Pipeline(rng)
        image, command = rng.choice((
            ("python:3.12-slim", "mkdocs build --site-dir public"), ("node:20-alpine", "npx vuepress build --dest public"),
            ("hugomods/hugo:0.126.0", "hugo --minify"), ("ruby:3.3", "jekyll build -d public"),
            ("python:3.11", "sphinx-build -b html docs public"),
        ))  # fmt: skip
        job, pattern = pipe.job("pages", [command], image=image)
        job["artifacts"] = {"paths": ["public"]}
        pattern["artifacts"] = {"paths": [{"matches": "^public/?$"}]}
        pipe.deeds.append(
            pick(rng, "publish public as an artifact", "keep the folder public as artifact")
        )
        branch = rng.choice(BRANCHES)
        job["rules"] = [{"if": f'$CI_COMMIT_BRANCH == "{branch}"'}]
        pattern["rules"] = [{"if": {"matches": rf"CI_COMMIT_BRANCH\s*==\s*[\"']{branch}[\"']"}}]
        pipe.deeds.append(f"run only when $CI_COMMIT_BRANCH is {branch}")
        return pipe.draft(pick(rng, "GitLab Pages", "our docs on Pages", "a Pages site"), 2)


register(Tests())
register(Stages())
register(Services())
register(Cached())
register(Deploy())
register(Image())
register(Pages())
