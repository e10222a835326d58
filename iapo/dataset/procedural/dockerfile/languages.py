"""Dockerfiles for programs of several languages."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.dockerfile.sheet import FOLDERS, Sheet
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import PORTS
from iapo.dataset.procedural.wording import pick, team
from iapo.verify.report import Format


@dataclass(frozen=True)
class Python(Family):
    """A Python program with its requirements."""

    name: str = "dockerfile/python"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        tag = pick(rng, "3.10", "3.11", "3.12", "3.13") + pick(
            rng, "", "-slim", "-slim", "-alpine", "-bookworm"
        )
        requirements = pick(
            rng, "requirements.txt", "requirements.txt", "requirements/prod.txt", "deps.txt"
        )
        sheet.start(f"python:{tag}")
        sheet.work_in(rng.choice(FOLDERS))
        features = rng.sample(("env", "port", "install", "install"), rng.randint(1, 3))
        if "env" in features:
            sheet.variable(*rng.choice((("PYTHONUNBUFFERED", "1"), ("PYTHONDONTWRITEBYTECODE", "1"),
                                        ("FLASK_ENV", "production"), ("DJANGO_DEBUG", "0"))))  # fmt: skip
        if "install" in features:
            sheet.lines += [
                f"COPY {requirements} ."
                if "/" not in requirements
                else f"COPY {requirements} {requirements}",
                f"RUN pip install --no-cache-dir -r {requirements}",
            ]
            sheet.deeds.append(
                pick(rng, f"pip install -r {requirements} before the source is copied",
                     f"copy {requirements} and pip install -r {requirements}")
            )  # fmt: skip
            sheet.must_run(f"pip install -r {requirements}")
        sheet.lines.append("COPY . .")
        sheet.deeds.append(pick(rng, "copy the source", "copy everything else", "copy in the code"))
        sheet.intent["source"] = {"instruction": "COPY", "sources": ["."]}
        sheet.says["."] = sheet.deeds[-1]
        if "port" in features:
            sheet.expose(rng.choice(PORTS))
        module = pick(rng, "app", "main", "server", "worker", "run", f"{team(rng)}")
        sheet.command(
            pick(rng, f"python {module}.py", f"python -m {module}", f"gunicorn {module}:app",
                 f"uvicorn {module}:app --host 0.0.0.0")
        )  # fmt: skip
        what = pick(
            rng, "a Python app", "a Python service", "our Python backend", "a small Python program"
        )
        return sheet.draft(what, min(3, len(features)))


@dataclass(frozen=True)
class Node(Family):
    """A Node.js program with npm, yarn or pnpm."""

    name: str = "dockerfile/node"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        sheet.start(
            f"node:{pick(rng, '18', '20', '22')}{pick(rng, '', '-slim', '-alpine', '-alpine')}"
        )
        sheet.work_in(rng.choice(FOLDERS))
        features = rng.sample(("env", "port", "user", "build"), rng.randint(0, 3))
        if "env" in features:
            sheet.variable("NODE_ENV", pick(rng, "production", "test", "development"))
        files, install, run = rng.choice((
            ("package*.json ./", "npm ci", "npm run"),
            ("package.json package-lock.json ./", "npm ci", "npm run"),
            ("package.json yarn.lock ./", "yarn install --frozen-lockfile", "yarn"),
            ("package.json ./", "npm install", "npm run"),
        ))  # fmt: skip
        sheet.lines += [f"COPY {files}", f"RUN {install}", "COPY . ."]
        sheet.deeds.append(
            pick(rng, f"install packages with {install}, then copy the rest", f"run {install} and then copy the source",
                 f"copy the package files, run {install}, copy the code")
        )  # fmt: skip
        commands = [install]
        if "build" in features:
            script = pick(rng, "build", "compile", "bundle")
            sheet.lines.append(f"RUN {run} {script}")
            sheet.deeds.append(f"run {run} {script}")
            commands.append(f"{run} {script}")
        sheet.must_run(*commands)
        if "port" in features:
            sheet.expose(rng.choice(PORTS))
        if "user" in features:
            sheet.user("node")
        sheet.command(
            pick(rng, f"node {pick(rng, 'server', 'index', 'app', 'dist/main', 'src/index')}.js", "npm start",
                 f"node {team(rng)}.js")
        )  # fmt: skip
        what = pick(rng, "a Node.js app", "a Node service", "an Express API", "our Node.js backend")
        return sheet.draft(what, 1 if not features else min(3, len(features)))


@dataclass(frozen=True)
class Go(Family):
    """A Go program, built in one stage and run in another."""

    name: str = "dockerfile/go"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        builder = (
            f"golang:{pick(rng, '1.21', '1.22', '1.23')}{pick(rng, '', '-alpine', '-bookworm')}"
        )
        stage = pick(rng, "build", "builder", "compile")
        binary = pick(rng, "server", "app", "api", f"{team(rng)}d", team(rng))
        folder = pick(rng, "/src", "/app", "/build", "/go/src/app")
        main = pick(rng, ".", f"./cmd/{binary}")
        target = pick(rng, f"/{binary}", f"/usr/local/bin/{binary}", f"/bin/{binary}")
        built = pick(rng, f"/out/{binary}", f"/{binary}", f"/bin/{binary}")
        base = pick(
            rng,
            "alpine:3.19",
            "alpine:3.20",
            "gcr.io/distroless/static-debian12:nonroot",
            "scratch",
            "debian:12-slim",
        )
        sheet.lines += [
            f"FROM {builder} AS {stage}", f"WORKDIR {folder}", "COPY . .",
            f"RUN CGO_ENABLED=0 go build -o {built} {main}",
        ]  # fmt: skip
        sheet.deeds.append(
            pick(rng, f"build with `go build -o {built} {main}` in a {stage} stage on {builder}",
                 f"compile in a stage named {stage} from {builder} with go build -o {built} {main}")
        )  # fmt: skip
        sheet.intent["build"] = {
            "stage": stage, "base": builder, "run": {"runs": f"go build -o {built} {main}"},
        }  # fmt: skip
        sheet.start(base)
        sheet.deeds[-1] = pick(
            rng, f"ship on {base}", f"use {base} as the final image", f"use {base} to run it"
        )
        sheet.lines.append(f"COPY --from={stage} {built} {target}")
        sheet.deeds.append(
            pick(rng, f"copy the binary from {stage} to {target}", f"put the binary at {target}")
        )
        sheet.intent["copy"] = {
            "instruction": "COPY", "from": {"refers": "build"}, "dest": target, "in": "final",
        }  # fmt: skip
        sheet.says["final"] = sheet.deeds[-1]
        extra = rng.random() < 0.5
        if extra:
            sheet.expose(rng.choice(PORTS))
        if rng.random() < 0.3:
            sheet.user(pick(rng, "nobody", "65532", "1000", "10001"))
            extra = True
        sheet.lines.append(f"ENTRYPOINT {json.dumps([target])}")
        sheet.deeds.append(
            pick(rng, f"make {target} the entrypoint", f"set the entrypoint to {target}")
        )
        sheet.intent["start"] = {"instruction": "ENTRYPOINT", "command": target}
        what = pick(rng, "a Go service", "a Go binary", "a multi-stage Go build", "our Go program")
        return sheet.draft(what, 4 if extra else 3)


@dataclass(frozen=True)
class Java(Family):
    """A JAR on a JRE, sometimes built with Maven or Gradle before."""

    name: str = "dockerfile/java"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        release = pick(rng, "17", "21")
        base = pick(rng, f"eclipse-temurin:{release}-jre", f"eclipse-temurin:{release}-jre-alpine",
                    f"amazoncorretto:{release}", f"openjdk:{release}-slim")  # fmt: skip
        folder = rng.choice(FOLDERS)
        jar = pick(rng, "app.jar", "service.jar", f"{team(rng)}.jar", f"{team(rng)}.jar")
        built = rng.random() < 0.4
        copied: dict[str, Any] = {"instruction": "COPY", "dest": {"matches": f"(^|/){jar}$"}}
        if built:
            builder, command, output = rng.choice((
                (f"maven:3.9-eclipse-temurin-{release}", "mvn package -DskipTests", "target"),
                (f"gradle:8-jdk{release}", "gradle bootJar", "build/libs"),
            ))  # fmt: skip
            source = f"/build/{output}/{jar}"
            sheet.lines += [
                f"FROM {builder} AS build",
                "WORKDIR /build",
                "COPY . .",
                f"RUN {command}",
            ]
            sheet.deeds.append(f"run {command} in /build in a stage named build on {builder}")
            sheet.intent["build"] = {"stage": "build", "base": builder, "run": {"runs": command}}
            copied |= {"from": {"refers": "build"}, "sources": [source]}
        else:
            source = pick(rng, f"target/{jar}", f"build/libs/{jar}", f"target/{jar}")
            copied["sources"] = [source]
        sheet.start(base)
        sheet.work_in(folder)
        sheet.lines.append(f"COPY {'--from=build ' if built else ''}{source} {jar}")
        sheet.deeds.append(pick(rng, f"copy {source} as {jar}", f"copy {source} to {jar}"))
        sheet.intent["jar"] = copied
        extra = rng.random() < 0.6
        if extra:
            sheet.expose(rng.choice(PORTS))
        options = pick(rng, "", "", "-Xmx256m ", "-Xmx512m ")
        command = f"java {options}-jar {jar}"
        sheet.lines.append(f"ENTRYPOINT {json.dumps(command.split())}")
        sheet.deeds.append(pick(rng, f"start with `{command}`", f"use the entrypoint `{command}`"))
        sheet.intent["start"] = {
            "instruction": {"one_of": ["CMD", "ENTRYPOINT"]}, "command": command,
        }  # fmt: skip
        what = pick(rng, "a Java service", "a Spring Boot app", "a Java application", "our JAR")
        return sheet.draft(what, 3 if built else 1 + extra)


@dataclass(frozen=True)
class Php(Family):
    """A PHP application with its extensions."""

    name: str = "dockerfile/php"
    format: Format = "dockerfile"
    split: str = "novel"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        sheet.start(
            f"php:{pick(rng, '8.1', '8.2', '8.3')}-{pick(rng, 'apache', 'fpm', 'fpm-alpine')}"
        )
        extensions = rng.sample(
            ("pdo_mysql", "opcache", "mysqli", "bcmath", "exif", "pcntl"), rng.randint(1, 3)
        )
        command = f"docker-php-ext-install {' '.join(extensions)}"
        sheet.lines.append(f"RUN {command}")
        sheet.deeds.append(f"install {', '.join(extensions)} with docker-php-ext-install")
        sheet.intent["image"]["run"] = [
            {"runs": f"docker-php-ext-install {each}"} for each in extensions
        ]
        folder = pick(rng, "/var/www/html", "/app", "/srv/php")
        sheet.work_in(folder)
        sheet.lines.append("COPY . .")
        sheet.deeds.append(pick(rng, "copy the source", "copy in the code"))
        sheet.intent["source"] = {"instruction": "COPY", "sources": ["."]}
        sheet.says["."] = sheet.deeds[-1]
        if rng.random() < 0.5:
            sheet.expose(rng.choice((80, 9000, 8080)))
        return sheet.draft(pick(rng, "a PHP app", "our PHP site", "a PHP backend"), 2)


register(Python())
register(Node())
register(Go())
register(Java())
register(Php())
