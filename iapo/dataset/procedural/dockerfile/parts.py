"""Dockerfiles of more languages and purposes: Rust, Ruby, .NET, scripts, labels."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from iapo.dataset.procedural.dockerfile.sheet import FOLDERS, Sheet
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import PORTS
from iapo.dataset.procedural.wording import pick, team
from iapo.verify.report import Format


def _copy_all(sheet: Sheet) -> None:
    sheet.lines.append("COPY . .")
    sheet.deeds.append(pick(sheet.rng, "copy the source", "copy everything", "copy in the code"))
    sheet.intent["source"] = {"instruction": "COPY", "sources": ["."]}
    sheet.says["."] = sheet.deeds[-1]


@dataclass(frozen=True)
class TwoStages(Family):
    """A program that is built in one stage and copied into a small one.

    Attributes:
        images: to build in.
        bases: to run in.
        command: that builds it.
        folder: where the build works.
        binary: what it leaves, with {app}.
        label: the language, as prompts call it.
    """

    name: str = "dockerfile/two-stages"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (3, 4)
    images: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    binary: str = ""
    label: str = ""

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        app, stage, folder = (
            team(rng),
            pick(rng, "build", "builder", "compile"),
            rng.choice(FOLDERS),
        )
        image, base = rng.choice(self.images), rng.choice(self.bases)
        command, binary = rng.choice(self.commands), self.binary.format(app=app, folder=folder)
        target = pick(rng, f"/usr/local/bin/{app}", f"/{app}", f"/opt/{app}")
        sheet.lines += [
            f"FROM {image} AS {stage}", f"WORKDIR {folder}", "COPY . .", f"RUN {command}", "",
            f"FROM {base}", f"COPY --from={stage} {binary} {target}",
        ]  # fmt: skip
        sheet.deeds += [
            pick(rng, f"build in a stage {stage} on {image}", f"have a {stage} stage from {image}"),
            pick(rng, f"copy the source to {folder} and run `{command}`", f"copy everything into {folder}, then run {command}"),
            pick(rng, f"use {base} as the final image", f"run on {base}"),
            pick(rng, f"copy {binary} from it to {target}", f"take {binary} over as {target}"),
        ]  # fmt: skip
        sheet.intent |= {
            "build": {"stage": stage, "base": image, "run": [{"runs": command}]},
            "image": {"stage": {"any": True}, "base": base, "final": True},
            "binary": {"instruction": "COPY", "from": {"refers": "build"}, "sources": [binary], "dest": target},
        }  # fmt: skip
        sheet.says["True"] = sheet.deeds[2]
        extra = rng.random() < 0.4
        if extra:
            sheet.expose(rng.choice(PORTS))
        sheet.lines.append(f"ENTRYPOINT {json.dumps([target])}")
        sheet.deeds.append(pick(rng, f"have {target} as its entrypoint", f"start {target}"))
        sheet.intent["start"] = {
            "instruction": {"one_of": ["ENTRYPOINT", "CMD"]},
            "command": target,
        }
        what = pick(
            rng, f"a {self.label} program", f"our {self.label} service", f"a {self.label} app"
        )
        return sheet.draft(what, 3 + extra)


@dataclass(frozen=True)
class Ruby(Family):
    """A Ruby program with its gems."""

    name: str = "dockerfile/ruby"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        sheet.start(f"ruby:{pick(rng, '3.1', '3.2', '3.3')}{pick(rng, '', '-slim', '-alpine')}")
        sheet.work_in(rng.choice(FOLDERS))
        command = pick(
            rng, "bundle install", "bundle install --jobs 4", "bundle install --without test"
        )
        sheet.lines += ["COPY Gemfile Gemfile.lock ./", f"RUN {command}"]
        sheet.deeds.append(f"copy Gemfile and Gemfile.lock and run {command}")
        sheet.must_run(command)
        _copy_all(sheet)
        features = rng.sample(("env", "port"), rng.randint(0, 2))
        if "env" in features:
            sheet.variable(pick(rng, "RACK_ENV", "RAILS_ENV"), pick(rng, "production", "test"))
        if "port" in features:
            sheet.expose(rng.choice(PORTS))
        sheet.command(
            pick(
                rng, "bundle exec puma", "ruby app.rb", "bundle exec rackup", f"ruby {team(rng)}.rb"
            )
        )
        return sheet.draft(
            pick(rng, "a Ruby app", "a Sinatra app", "our Ruby service"), 2 + bool(features)
        )


@dataclass(frozen=True)
class Script(Family):
    """An image around a shell script."""

    name: str = "dockerfile/entrypoint"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        script = pick(rng, "entrypoint.sh", "run.sh", "backup.sh", f"{team(rng)}.sh", "start.sh")
        target = f"{pick(rng, '/usr/local/bin', '/opt', '/scripts')}/{script}"
        image = pick(
            rng, "alpine:3.19", "alpine:3.20", "debian:12-slim", "ubuntu:24.04", "busybox:1.36"
        )
        sheet.start(image, runs=[f"chmod +x {target}"])
        sheet.lines += [f"COPY {script} {target}", f"RUN chmod +x {target}"]
        sheet.deeds.append(
            pick(
                rng,
                f"copy {script} to {target} and chmod +x {target}",
                f"copy {script} to {target}, then run chmod +x {target}",
            )
        )
        sheet.intent["script"] = {"instruction": "COPY", "sources": [script], "dest": target}
        features = rng.sample(("env", "folder", "user"), rng.randint(0, 2))
        if "env" in features:
            sheet.variable(
                *rng.choice(
                    (("TZ", "UTC"), ("LOG_LEVEL", "info"), ("MODE", "daily"), ("RETRIES", "3"))
                )
            )
        if "folder" in features:
            sheet.work_in(pick(rng, "/work", "/data", "/tmp/job"))
        if "user" in features:
            sheet.user(pick(rng, "nobody", "1000", "65534"))
        sheet.lines.append(f"ENTRYPOINT {json.dumps([target])}")
        sheet.deeds.append(pick(rng, f"have {target} as its entrypoint", f"start {target}"))
        sheet.intent["start"] = {
            "instruction": {"one_of": ["ENTRYPOINT", "CMD"]},
            "command": target,
        }
        what = pick(rng, "a shell script", "our backup script", "a small job", "a cron job image")
        return sheet.draft(what, 2 + (len(features) > 1))


@dataclass(frozen=True)
class Labels(Family):
    """An image with labels and volumes."""

    name: str = "dockerfile/labels"
    format: Format = "dockerfile"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        sheet = Sheet(rng)
        sheet.start(
            pick(
                rng,
                "nginx:1.27-alpine",
                "redis:7",
                "python:3.12-slim",
                "node:20-alpine",
                "debian:12-slim",
            )
        )
        key = pick(
            rng, "maintainer", "org.opencontainers.image.authors", "com.example.team", "version"
        )
        value = f"{team(rng)}@example.com" if key != "version" else f"1.{rng.randint(0, 9)}"
        sheet.lines.append(f'LABEL {key}="{value}"')
        sheet.deeds.append(pick(rng, f"have the label {key}={value}", f"label it {key} {value}"))
        sheet.intent["label"] = {"instruction": "LABEL", "labels": {key: value}}
        if rng.random() < 0.6:
            path = pick(rng, "/data", "/var/lib/app", "/uploads", "/cache")
            sheet.lines.append(f"VOLUME {path}")
            sheet.deeds.append(pick(rng, f"declare the volume {path}", f"have a volume at {path}"))
            sheet.intent["volume"] = {"instruction": "VOLUME", "volumes": [path]}
        if rng.random() < 0.4:
            sheet.expose(rng.choice(PORTS))
        return sheet.draft(
            pick(rng, "a labelled image", "our base image", "a team image"),
            min(2, len(sheet.deeds) - 1),
        )


for _family in (
    TwoStages(
        name="dockerfile/rust",
        images=("rust:1.79", "rust:1.80-slim", "rust:1-alpine"),
        bases=("debian:12-slim", "debian:bookworm-slim", "gcr.io/distroless/cc-debian12:nonroot"),
        commands=("cargo build --release", "cargo build --release --locked"),
        binary="{folder}/target/release/{app}",
        label="Rust",
    ),
    TwoStages(
        name="dockerfile/dotnet",
        split="novel",
        images=("mcr.microsoft.com/dotnet/sdk:8.0",),
        bases=("mcr.microsoft.com/dotnet/runtime:8.0", "mcr.microsoft.com/dotnet/aspnet:8.0"),
        commands=(
            "dotnet publish -c Release -o /out",
            "dotnet publish --configuration Release -o /out",
        ),
        binary="/out/{app}",
        label=".NET",
    ),
    TwoStages(
        name="dockerfile/cpp",
        images=("gcc:13", "gcc:14"),
        bases=("debian:12-slim", "ubuntu:24.04"),
        commands=("make", "make release", "cmake --build build"),
        binary="{folder}/build/{app}",
        label="C++",
    ),
    Ruby(),
    Script(),
    Labels(),
):
    register(_family)
