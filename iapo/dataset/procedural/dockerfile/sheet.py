"""A Dockerfile in the making, with what is asked of it and what must hold."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import DOCKERFILE, ask
from iapo.dataset.procedural.family import Draft
from iapo.dataset.procedural.wording import pick

FOLDERS = ("/app", "/app", "/srv/app", "/usr/src/app", "/opt/app", "/code", "/workspace", "/srv")


@dataclass
class Sheet:
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
        self.intent["image"] = {"stage": {"any": True}, "base": image}
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
