"""`bench`: a model on tasks, resumable, into a folder that holds samples, figures and a report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iapo import __version__
from iapo.dataset.named import dataset_named
from iapo.evaluate.answering import Sample, answer_tasks
from iapo.evaluate.engines.endpoint import Endpoint, EndpointEngine
from iapo.evaluate.engines.engine import Decoding, Engine, EngineError, requests_for
from iapo.evaluate.folder import Run, RunFolder, tasks_digest
from iapo.models.default import SHIPPED, shipped_folder
from iapo.models.embedded import EMBEDDED, PACKAGE
from iapo.models.identity import weights_digest
from iapo.rewards.score import COMPONENTS
from iapo.train.scoring import Scoring, infrastructure_reward

if TYPE_CHECKING:
    from iapo.dataset import Task
    from iapo.train.display import Display

_JUDGE_SECONDS = 120.0  # for a batch of answers, and then for each alone


@dataclass(frozen=True)
class Bench:
    """What is to be measured.

    Attributes:
        model: Hugging Face name or folder, adapter folder, GGUF file, or, with `endpoint`, the name
            of the model there.
        dataset: as `dataset_named` takes it, with `categories` and `limit`.
        decoding: how answers are drawn.
        endpoint: where the model is, if not in this process.
        guided: let only code through that can be valid, in the formats that there is a guide for. Of
            endpoints only vLLM does so, with `iapo.integrations.vllm`.
        rows: answers written together, in this process.
        device, dtype: as `iapo.models.load` takes them.
    """

    model: str
    dataset: str = "iac-bench:test"
    categories: Collection[str] = ()
    limit: int | None = None
    decoding: Decoding = field(default_factory=Decoding)
    endpoint: Endpoint | None = None
    guided: bool = False
    rows: int = 64
    device: str = "auto"
    dtype: str = "auto"

    def settings(self, tasks: Sequence[Task]) -> dict[str, Any]:
        """What must be the same for a run to go on, as JSON types."""
        local = Path(self.model).expanduser()
        return {
            "iapo": __version__,
            "model": local.resolve().name if self._is_local() else self.model,
            "weights": self._weights(),
            "dataset": self.dataset,
            "categories": sorted(self.categories),
            "limit": self.limit,
            "tasks": tasks_digest(tasks),
            **asdict(self.decoding),
            "guided": self.guided,
            "dtype": self.dtype,
        }

    def _is_local(self) -> bool:
        return self.endpoint is None and Path(self.model).expanduser().exists()

    def _weights(self) -> str:
        if self.endpoint is not None:
            return self.endpoint.address
        if self.model == EMBEDDED:
            return PACKAGE
        shipped = shipped_folder() if self.model == SHIPPED else None
        if shipped is not None:
            return weights_digest(shipped)
        try:
            return weights_digest(Path(self.model).expanduser()) if self._is_local() else self.model
        except OSError as error:
            raise EngineError(f"{self.model} cannot be read ({error.strerror or error})") from error

    def engine(self) -> Engine:
        """Ready to write; a model in this process is loaded.

        Raises:
            EngineError, ModelError: one line: what is missing and what to do.
        """
        if self.endpoint is not None:
            return EndpointEngine(self.endpoint, self.decoding, self.guided)
        if _is_gguf(self.model):
            from iapo.evaluate.engines.gguf import GgufEngine

            return GgufEngine(Path(self.model).expanduser(), self.decoding, self.guided)
        try:
            from iapo.evaluate.engines.local import LocalEngine
            from iapo.models import load
        except ImportError as error:
            raise EngineError(
                f"a model in this process needs the package `{error.name}`: pip install 'iapo[train]'"
            ) from None
        model, tokenizer = load(self.model, device=self.device, dtype=self.dtype)
        return LocalEngine(model, tokenizer, self.decoding, self.rows, self.guided)


def _is_gguf(model: str) -> bool:
    return model.lower().endswith(".gguf")


def bench(asked: Bench, out: Path, display: Display) -> None:
    """Answer and judge what is missing in `out`.

    However it ends, what was answered is kept; the same call goes on.

    Raises:
        InputError: one line: bad input, an engine that fails, a folder that holds another run.
    """
    tasks = dataset_named(asked.dataset, categories=asked.categories, limit=asked.limit)
    with RunFolder(out, asked.settings(tasks), tasks) as folder:
        requests = requests_for(tasks, asked.decoding, folder.missing)
        if requests:
            engine = asked.engine()
            progress = _Progress(folder.before, display)
            scoring = Scoring(infrastructure_reward(), _JUDGE_SECONDS)

            def keep(samples: list[Sample]) -> None:
                folder.append(samples)
                progress.add(samples)

            try:
                answer_tasks(engine, tasks, requests, scoring, keep)
            finally:
                engine.close()
            for reason, count in scoring.failures.items():
                display.say(f"{count} answers could not be scored: {reason}")


class _Progress:
    """Tells a display of the answers so far, those of earlier sittings included."""

    def __init__(self, before: Run, display: Display) -> None:
        self._display = display
        self._sums = dict.fromkeys(("mean_reward", "pass_rate", "valid_rate", *COMPONENTS), 0.0)
        self._done = 0
        name = f"{before.settings['model']} on {before.settings['dataset']}, answers"
        display.stage(name, len(before.tasks) * before.asked)
        kept = [sample for own in before.samples for sample in own]
        if kept:
            display.say(f"going on: {len(kept)} answers are there already")
        self.add(kept)

    def add(self, samples: Sequence[Sample]) -> None:
        self._done += len(samples)
        for scored in (s.scored for s in samples if s.scored is not None):
            self._sums["mean_reward"] += scored.reward
            self._sums["pass_rate"] += scored.passed
            self._sums["valid_rate"] += scored.valid is True
            for name in COMPONENTS:
                self._sums[name] += scored.components.get(name, 0.0)
        means = {name: total / max(self._done, 1) for name, total in self._sums.items()}
        self._display.step(self._done, means if self._done else {})
