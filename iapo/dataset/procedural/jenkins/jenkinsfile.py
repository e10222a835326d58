"""A declarative pipeline in the making, with what is asked of it and what must hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import JENKINSFILE, ask, series
from iapo.dataset.procedural.family import Draft
from iapo.dataset.procedural.wording import pick

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
class Jenkinsfile:
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
