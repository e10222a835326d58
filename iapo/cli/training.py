"""`iapo train`: warm start, then GRPO, from flags, a YAML file, or a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from iapo.cli import StoppedError, app
from iapo.errors import InputError


@app.command()
def train(
    model: Annotated[
        str | None,
        typer.Option(help="Hugging Face name or local folder; the embedded model if left out."),
    ] = None,
    output: Annotated[str | None, typer.Option(help="Folder of the run and its model.")] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(help="terraform, kubernetes, docker or cicd; may be repeated."),
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Your own Alpaca records (.jsonl or .json) to train on.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="GRPO passes over the tasks.")] = None,
    steps: Annotated[int | None, typer.Option(help="GRPO steps; goes before --epochs.")] = None,
    lr: Annotated[float | None, typer.Option(help="Peak learning rate of GRPO.")] = None,
    group_size: Annotated[int | None, typer.Option(help="Completions a prompt.")] = None,
    lora_rank: Annotated[
        int | None, typer.Option(help="Adapters of this rank; 0: all weights.")
    ] = None,
    guide: Annotated[
        bool | None,
        typer.Option(
            "--guide/--no-guide",
            help="Rollouts hold only what can still become valid code.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    device: Annotated[
        str | None, typer.Option(help="cuda, mps or cpu; chosen if left out.")
    ] = None,
    backend: Annotated[
        str | None, typer.Option(help="iapo, or trl for several processes (docs/scaling.md).")
    ] = None,
    preset: Annotated[
        str, typer.Option(help="default, or laptop: what `make train` runs.")
    ] = "default",
    config: Annotated[Path | None, typer.Option(help="A YAML file of settings.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", help="Any setting, as KEY=VALUE; may be repeated (docs/training.md)."
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Folder of a run that was interrupted: go on from its last checkpoint."),
    ] = None,
) -> None:
    """Fine-tune a model on infrastructure rewards.

    Settings come from the preset, the YAML file, the environment (IAPO_TRAIN_LR=1e-5) and the flags;
    the last one wins.
    """
    from iapo.train import Stopped, from_sources, run
    from iapo.train import resume as resume_run

    flags: dict[str, Any] = {
        "model": model,
        "output": output,
        "categories": tuple(category) if category else None,
        "data": str(data) if data else None,
        "epochs": epochs,
        "steps": steps if steps is not None else (0 if epochs is not None else None),
        "lr": lr,
        "group_size": group_size,
        "lora_rank": lora_rank,
        "guide": guide,
        "seed": seed,
        "device": device,
        "backend": backend,
        **_settings(settings or []),
    }
    if resume is not None:
        given = sorted(name for name, value in flags.items() if value is not None)
        if given or config is not None:
            raise InputError(
                "--resume goes on with the run's own config.yaml; leave out "
                f"{', '.join([*given, *(['config'] if config else [])])}"
            )
    try:
        if resume is not None:
            resume_run(resume)
        else:
            run(from_sources(flags, preset=preset, file=config))
    except Stopped as stopped:
        raise StoppedError(str(stopped), stopped.exit_code) from None


def _settings(pairs: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"--set takes KEY=VALUE, got {pair!r}")
        values[name.strip()] = value.strip()
    return values
