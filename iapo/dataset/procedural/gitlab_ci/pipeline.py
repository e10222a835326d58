"""A GitLab pipeline in the making, with what is asked of it and what must hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iapo.dataset.procedural.asking import GITLAB, ask, series
from iapo.dataset.procedural.family import Draft
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml


@dataclass
class Pipeline:
    """A pipeline in the making: its data, what is asked of it, and what must hold."""

    rng: random.Random
    data: dict[str, Any] = field(default_factory=dict)
    deeds: list[str] = field(default_factory=list)
    intent: dict[str, Any] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)

    def stages(self, *stages: str) -> None:
        """The order of stages."""
        self.data["stages"] = Flow(stages)
        self.intent["pipeline"] = {"pipeline": "pipeline", "stages": {"equal": list(stages)}}
        said = series(stages)
        self.deeds.append(
            pick(
                self.rng,
                f"have the stages {said}",
                f"use the stages {said}",
                f"define stages {said}",
            )
        )

    def job(
        self,
        name: str,
        commands: Sequence[str],
        *,
        stage: str | None = None,
        image: str | None = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """A job that runs commands, and its pattern."""
        rng = self.rng
        job: dict[str, Any] = {}
        pattern: dict[str, Any] = {"job": name}
        said = pick(rng, f"have a job {name}", f"add the job {name}", f"define job {name}")
        if stage:
            job["stage"] = stage
            pattern["stage"] = stage
            said += pick(rng, f" in stage {stage}", f" in the {stage} stage", f" (stage {stage})")
        if image:
            job["image"] = image
            pattern["image"] = {"name": image}
            said += pick(rng, f" on image {image}", f" using {image}", f" with the image {image}")
        said += pick(rng, " that runs ", " running ") + series([f"`{each}`" for each in commands])
        job["script"] = list(commands)
        pattern["script"] = [{"runs": each} for each in commands]
        self.deeds.append(said)
        self.data[name] = job
        self.intent[name] = pattern
        return job, pattern

    def draft(self, what: str, difficulty: int) -> Draft:
        return Draft(
            instruction=ask(self.rng, GITLAB, what, self.deeds, deeds=True, ordered=True),
            output=to_yaml(self.data),
            intent=self.intent,
            difficulty=difficulty,
            says=self.says,
        )


def ahead_of_script(job: dict[str, Any], **fields: Any) -> None:
    """Put fields where people write them: ahead of `script`."""
    script = job.pop("script")
    job.update(fields)
    job["script"] = script
