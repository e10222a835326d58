"""Dockerfiles for applications of several languages, and for their settings."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import DOCKERFILE, ask
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import PORTS, VARIABLES, app_name, server_image, version
from iapo.dataset.procedural.wording import pick, team
from iapo.verify.report import Format

_FOLDERS = ("/app", "/app", "/srv/app", "/usr/src/app", "/opt/app", "/code", "/workspace", "/srv")
_USERS = ("app", "appuser", "runner", "service", "web", "deploy", "worker")


@dataclass
class _Sheet:
    """A Dockerfile in the making: its lines, what is asked of it, and what must hold."""

    rng: random.Random
    lines: list[str] = field(default_factory=list)
    deeds: list[str] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)

    def start(self, image: str, *, runs: Sequence[str] = ()) -> None:
        """The final stage's base and the commands that it runs."""
        self.lines.append(f"FROM {image}")
        self.deeds.append(
            pick(self.rng, f"start from {image}", f"use {image} as its base", f"use the base image {image}",
                 f"build on {image}")
        )  # fmt: skip
        self.intent["image"] = {"stage": {"any": True}, "final": True, "base": image}
        self.says["True"] = image  # the stage that is built is the one on this base
        self.must_run(*runs)

    def must_run(self, *commands: str) -> None:
        """Commands that the final stage must run."""
        if commands:
            self.intent["image"]["run"] = [{"runs": command} for command in commands]

    def work_in(self, folder: str) -> None:
        self.lines.append(f"WORKDIR {folder}")
        self.deeds.append(
            pick(self.rng, f"work in {folder}", f"set the working directory to {folder}",
                 f"use {folder} as workdir")
        )  # fmt: skip
        self.intent["folder"] = {"instruction": "WORKDIR", "path": folder}

    def variable(self, key: str, value: str) -> None:
        self.lines.append(f"ENV {key}={value}")
        self.deeds.append(
            pick(self.rng, f"set {key}={value}", f"set the environment variable {key} to {value}")
        )
        self.intent["variable"] = {"instruction": "ENV", "env": {key: value}}

    def expose(self, port: int) -> None:
        self.lines.append(f"EXPOSE {port}")
        self.deeds.append(
            pick(
                self.rng,
                f"expose port {port}",
                f"expose {port}",
                f"listen on port {port} (EXPOSE it)",
            )
        )
        self.intent["port"] = {"instruction": "EXPOSE", "ports": [str(port)]}

    def user(self, user: str) -> None:
        self.lines.append(f"USER {user}")
        self.deeds.append(
            pick(
                self.rng, f"run as user {user}", f"run as the user {user}", f"switch to user {user}"
            )
        )
        self.intent["user"] = {"instruction": "USER", "user": {"matches": f"^{user}(:|$)"}}

    def command(self, command: str) -> None:
        self.lines.append(f"CMD {json.dumps(command.split())}")
        self.deeds.append(
            pick(self.rng, f"start with `{command}`", f"run `{command}` when it starts", f'start it with "{command}"',
                 f"launch {command}")
        )  # fmt: skip
        self.intent["start"] = {
            "instruction": {"one_of": ["CMD", "ENTRYPOINT"]}, "command": command,
        }  # fmt: skip

    def draft(self, what: str, difficulty: int) -> Draft:
        return Draft(
            instruction=ask(self.rng, DOCKERFILE, what, self.deeds, deeds=True, ordered=True),
            output="\n".join(self.lines),
            intent=self.intent,
            difficulty=difficulty,
            says=self.says,
        )


def _an(rng: random.Random, *adjectives: str) -> str:
    word = rng.choice(adjectives)
    return f"an {word}" if word[0].lower() in "aeiou" else f"a {word}"


@dataclass(frozen=True)
class Python(Family):
    """A Python program with its requirements."""

    name: str = "dockerfile/python"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
        tag = pick(rng, "3.10", "3.11", "3.12", "3.13") + pick(
            rng, "", "-slim", "-slim", "-alpine", "-bookworm"
        )
        requirements = pick(
            rng, "requirements.txt", "requirements.txt", "requirements/prod.txt", "deps.txt"
        )
        sheet.start(f"python:{tag}")
        sheet.work_in(rng.choice(_FOLDERS))
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
        sheet = _Sheet(rng)
        sheet.start(
            f"node:{pick(rng, '18', '20', '22')}{pick(rng, '', '-slim', '-alpine', '-alpine')}"
        )
        sheet.work_in(rng.choice(_FOLDERS))
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
        sheet = _Sheet(rng)
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
class Static(Family):
    """Static files behind nginx, httpd or caddy, sometimes built with Node before."""

    name: str = "dockerfile/static"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
        image, root = rng.choice((
            (f"nginx:{pick(rng, '1.26', '1.27', '1.27-alpine')}", "/usr/share/nginx/html"),
            (f"httpd:{pick(rng, '2.4', '2.4-alpine')}", "/usr/local/apache2/htdocs"),
            (f"caddy:{pick(rng, '2.7', '2.8-alpine')}", "/srv"),
        ))  # fmt: skip
        folder = pick(rng, "public", "dist", "build", "html", "site", "www", "out")
        built = rng.random() < 0.45
        if built:
            builder = f"node:{pick(rng, '18', '20', '22')}-alpine"
            sheet.lines += [
                f"FROM {builder} AS build", "WORKDIR /app", "COPY . .",
                "RUN npm ci && npm run build",
            ]  # fmt: skip
            sheet.deeds.append(
                pick(rng, f"run npm ci and npm run build in a build stage on {builder}",
                     f"build the site in a stage called build ({builder}) with npm ci and npm run build")
            )  # fmt: skip
            sheet.intent["build"] = {
                "stage": "build", "base": builder, "run": [{"runs": "npm ci"}, {"runs": "npm run build"}],
            }  # fmt: skip
        sheet.start(image)
        source = f"/app/{folder}" if built else f"{folder}/"
        copied: dict[str, Any] = {"instruction": "COPY", "dest": {"matches": f"^{root}/?$"}}
        if built:
            sheet.lines.append(f"COPY --from=build {source} {root}")
            copied["from"] = {"refers": "build"}
            sheet.deeds.append(f"copy {source} from the build stage to {root}")
            copied["sources"] = [{"matches": f"^{source}/?$"}]
        else:
            sheet.lines.append(f"COPY {source} {root}/")
            sheet.deeds.append(
                pick(rng, f"copy {folder}/ to {root}", f"serve the folder {folder}/ from {root}")
            )
            copied["sources"] = [{"matches": f"^(./)?{folder}(/|/[.])?$"}]
        sheet.intent["files"] = copied
        if not built and rng.random() < 0.4:
            sheet.lines.insert(
                1,
                "COPY nginx.conf /etc/nginx/nginx.conf"
                if "nginx" in image
                else "COPY robots.txt " + root + "/",
            )
            wanted = (
                ("nginx.conf", "/etc/nginx/nginx.conf")
                if "nginx" in image
                else ("robots.txt", root)
            )
            sheet.deeds.append(f"copy {wanted[0]} to {wanted[1]}")
            sheet.intent["extra"] = {
                "instruction": "COPY",
                "sources": [wanted[0]],
                "dest": {"matches": f"^{wanted[1]}/?"},
            }
        if rng.random() < 0.6:
            sheet.expose(rng.choice((80, 8080, 443, 8000)))
        what = pick(
            rng,
            "a static site",
            "a static website",
            "our docs site",
            "a frontend",
            "a landing page",
        )
        return sheet.draft(what, 3 if built else (1 if len(sheet.deeds) < 4 else 2))


@dataclass(frozen=True)
class Java(Family):
    """A JAR on a JRE, sometimes built with Maven or Gradle before."""

    name: str = "dockerfile/java"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
        release = pick(rng, "17", "21")
        base = pick(rng, f"eclipse-temurin:{release}-jre", f"eclipse-temurin:{release}-jre-alpine",
                    f"amazoncorretto:{release}", f"openjdk:{release}-slim")  # fmt: skip
        folder = rng.choice(_FOLDERS)
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
class NonRoot(Family):
    """An image that makes a user of its own and runs as it."""

    name: str = "dockerfile/non-root"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
        alpine = rng.random() < 0.5
        image = (
            pick(
                rng,
                "alpine:3.19",
                "alpine:3.20",
                "python:3.12-alpine",
                "node:20-alpine",
                "ruby:3.3-alpine",
            )
            if alpine
            else pick(
                rng,
                "debian:12-slim",
                "ubuntu:22.04",
                "ubuntu:24.04",
                "python:3.12-slim",
                "ruby:3.3-slim",
            )
        )
        user = rng.choice(_USERS)
        number = rng.choice((None, 1001, 10001, 2000, 1500))
        command = ("adduser -D" if alpine else "useradd -m") + (f" -u {number}" if number else "")
        sheet.start(image)
        sheet.lines.append(f"RUN {command} {user}")
        sheet.deeds.append(
            pick(rng, f"add the user {user}", f"create a user {user}") + (f" with uid {number}" if number else "")
            + pick(rng, f" with {command.split()[0]}", f" ({command.split()[0]})")
        )  # fmt: skip
        wanted = (
            f"{command.split()[0]} {number} {user}" if number else f"{command.split()[0]} {user}"
        )
        sheet.must_run(wanted)
        sheet.says[wanted] = sheet.deeds[-1]
        if rng.random() < 0.5:
            sheet.work_in(pick(rng, f"/home/{user}", *_FOLDERS))
        if rng.random() < 0.6:
            script = pick(rng, "run.sh", "start.sh", "entrypoint.sh", "main.py", "worker.rb")
            target = f"/usr/local/bin/{script}"
            sheet.lines.append(f"COPY --chown={user}:{user} {script} {target}")
            sheet.deeds.append(f"copy {script} to {target} with owner {user}:{user}")
            sheet.intent["script"] = {
                "instruction": "COPY", "sources": [script], "dest": target, "chown": f"{user}:{user}",
            }  # fmt: skip
            sheet.user(user)
            sheet.command(target)
        else:
            sheet.user(user)
            sheet.command(pick(rng, "sleep infinity", "id -un", "/bin/sh", "env"))
        return sheet.draft(
            pick(
                rng,
                "an image that does not run as root",
                "a non-root image",
                "an unprivileged image",
            ),
            1 if len(sheet.deeds) < 5 else 2,
        )


@dataclass(frozen=True)
class HealthCheck(Family):
    """A server image with a health check."""

    name: str = "dockerfile/healthcheck"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
        image, port = server_image(rng)
        sheet.start(image)
        path = pick(rng, "/", "/health", "/healthz", "/status", "/ping", "/ready")
        tool = pick(rng, "curl -f", "curl -fs", "wget -qO-", "wget --spider")
        probe = f"{tool} http://localhost:{port}{path}"
        flags: dict[str, Any] = {}
        said = []
        for flag, values, words in (
            ("interval", ("10s", "15s", "30s", "1m", "2m"), "every {}"),
            ("timeout", ("2s", "3s", "5s", "10s"), "with a timeout of {}"),
            ("start-period", ("5s", "20s", "40s"), "after a start period of {}"),
            ("retries", (2, 4, 5), "with {} retries"),
        ):
            if rng.random() < 0.45:
                flags[flag] = rng.choice(values)
                said.append(words.format(flags[flag]))
        written = "".join(f"--{flag}={value} " for flag, value in flags.items())
        if rng.random() < 0.4:
            key, choices = rng.choice(VARIABLES[:4])
            sheet.variable(key, rng.choice(choices))
        if rng.random() < 0.5:
            sheet.expose(port)
        sheet.lines.append(f"HEALTHCHECK {written}CMD {probe} || exit 1")
        sheet.deeds.append(
            " ".join(
                [
                    pick(
                        rng,
                        f"check its health with `{probe}`",
                        f"have a HEALTHCHECK that runs `{probe}`",
                    ),
                    *said,
                ]
            )
        )
        check = {"instruction": "HEALTHCHECK", "command": {"runs": probe}}
        if flags:
            check["flags"] = flags
        sheet.intent["check"] = check
        what = pick(rng, "a server image with a health check", "an image that reports its health",
                    f"the image of {app_name(rng)}")  # fmt: skip
        return sheet.draft(what, min(3, 1 + len(flags)))


@dataclass(frozen=True)
class BuildArguments(Family):
    """Versions and labels given when the image is built."""

    name: str = "dockerfile/build-args"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        image, tags = rng.choice((
            ("python", ("3.11-slim", "3.12-slim")), ("alpine", ("3.19", "3.20")), ("node", ("20-alpine", "22-alpine")),
            ("debian", ("12-slim", "11-slim")), ("nginx", ("1.26", "1.27")), ("ruby", ("3.2", "3.3")),
        ))  # fmt: skip
        tag = rng.choice(tags)
        key = pick(rng, f"{image.upper()}_VERSION", "BASE_TAG", "VERSION", "IMAGE_TAG")
        sheet = _Sheet(rng)
        sheet.lines.append(f"ARG {key}={tag}")
        sheet.deeds.append(
            pick(rng, f"take the tag of {image} from the build argument {key}, by default {tag}",
                 f"use {image} in the version of the ARG {key} (default {tag})")
        )  # fmt: skip
        sheet.intent["version"] = {"arg": key, "default": tag}
        sheet.intent["image"] = {"stage": {"any": True}, "final": True, "base": f"{image}:{tag}"}
        sheet.says |= {f"{image}:{tag}": sheet.deeds[0], "True": sheet.deeds[0]}
        sheet.lines.append(f"FROM {image}:${{{key}}}")
        if rng.random() < 0.6:
            other, value = rng.choice((("APP_VERSION", version(rng)), ("BUILD_ENV", pick(rng, "prod", "dev", "test")),
                                       ("REVISION", "unknown"), ("CHANNEL", pick(rng, "beta", "stable"))))  # fmt: skip
            sheet.lines += [f"ARG {other}={value}", f"ENV {other}=${{{other}}}"]
            sheet.deeds.append(
                f"keep the build argument {other} (default {value}) as an environment variable"
            )
            sheet.intent["argument"] = {"instruction": "ARG", "args": {other: value}}
            sheet.intent["kept"] = {"instruction": "ENV", "env": {other: {"any": True}}}
        if rng.random() < 0.5:
            owner = f"{team(rng)}@example.com"
            sheet.lines.append(f'LABEL maintainer="{owner}"')
            sheet.deeds.append(f"carry the label maintainer={owner}")
            sheet.intent["label"] = {"instruction": "LABEL", "labels": {"maintainer": owner}}
        if rng.random() < 0.6:
            sheet.work_in(rng.choice(_FOLDERS))
        else:
            sheet.variable(*rng.choice((("TZ", "UTC"), ("LANG", "C.UTF-8"))))
        what = pick(rng, "a base image", "a configurable image", "an image with build arguments")
        return sheet.draft(what, 2 if len(sheet.deeds) < 3 else 3)


@dataclass(frozen=True)
class Php(Family):
    """A PHP application with its extensions."""

    name: str = "dockerfile/php"
    format: Format = "dockerfile"
    split: str = "novel"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        sheet = _Sheet(rng)
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
register(Static())
register(Java())
register(NonRoot())
register(HealthCheck())
register(BuildArguments())
register(Php())
