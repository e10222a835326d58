"""Dockerfiles for static files, users, health checks and build arguments."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.dockerfile.sheet import FOLDERS, Sheet
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import VARIABLES, app_name, server_image, version
from iapo.dataset.procedural.wording import pick, team
from iapo.verify.report import Format

_USERS = ("app", "appuser", "runner", "service", "web", "deploy", "worker")


@dataclass(frozen=True)
class Static(Family):
    """Static files behind nginx, httpd or caddy, sometimes built with Node before."""

    name: str = "dockerfile/static"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
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
class NonRoot(Family):
    """An image that makes a user of its own and runs as it."""

    name: str = "dockerfile/non-root"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
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
            sheet.work_in(pick(rng, f"/home/{user}", *FOLDERS))
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
        sheet = Sheet(rng)
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
        sheet = Sheet(rng)
        sheet.lines.append(f"ARG {key}={tag}")
        sheet.deeds.append(
            pick(rng, f"take the tag of {image} from the build argument {key}, by default {tag}",
                 f"use {image} in the version of the ARG {key} (default {tag})")
        )  # fmt: skip
        sheet.intent["version"] = {"arg": key, "default": tag}
        sheet.intent["image"] = {"stage": {"any": True}, "base": f"{image}:{tag}"}
        sheet.says |= {f"{image}:{tag}": sheet.deeds[0]}
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
            sheet.work_in(rng.choice(FOLDERS))
        else:
            sheet.variable(*rng.choice((("TZ", "UTC"), ("LANG", "C.UTF-8"))))
        what = pick(rng, "a base image", "a configurable image", "an image with build arguments")
        return sheet.draft(what, 2 if len(sheet.deeds) < 3 else 3)


register(Static())
register(NonRoot())
register(HealthCheck())
register(BuildArguments())
