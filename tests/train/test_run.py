"""Whole runs on toy tasks: they learn, they survive being killed, and they lose nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tiny
import torch

from iapo.train import IAPOTrainer, Stopped, TrainConfig, run
from iapo.train import checkpoint as checkpoints
from iapo.train.checkpoint import CheckpointError
from iapo.train.coercion import ConfigError
from iapo.train.records import RecordsError
from iapo.train.scoring import RewardError, Scored

COMPARED = ("model.safetensors", "metrics.jsonl", "rollouts.jsonl")


def letters(texts, tasks):
    """How much of an answer is the letter e: easy to raise, impossible to get by accident."""
    return [Scored(text.count("e") / 12, passed=text.count("e") > 6) for text in texts]


def small(output, **changes) -> TrainConfig:
    values = {
        "output": str(output),
        "warmstart_steps": 4,
        "warmstart_batch": 3,
        "warmstart_lr": 1e-3,
        "rejection_rounds": 1,
        "rejection_prompts": 3,
        "steps": 5,
        "prompts_per_step": 3,
        "group_size": 4,
        "max_new_tokens": 12,
        "lr": 1e-2,
        "lr_warmup": 2,
        "threads": 1,
        "checkpoint_every": 1,
        "keep_checkpoints": 2,
        "eval_tasks": 0,
        "eval_every": 2,
        "probe_prompts": 2,
        **changes,
    }
    return TrainConfig(**values)


def train(config, *, reward=letters, resume=False, lora=False):
    return run(
        config,
        display=False,
        resume=resume,
        dataset=tiny.tasks(),
        held_out=tiny.tasks(2),
        reward=reward,
        model=(tiny.model(spread=2.0), tiny.tokenizer()),
    )


def contents(folder):
    return {name: Path(folder, name).read_bytes() for name in COMPARED}


def test_grpo_raises_a_simple_reward(tmp_path):
    config = small(
        tmp_path / "run", warmstart_steps=0, rejection_rounds=0, steps=40, group_size=8, refill=0
    )
    train(config)
    records = [json.loads(x) for x in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    rewards = [r["mean_reward"] for r in records if r["stage"] == "grpo"]
    assert sum(rewards[-5:]) > 3 * sum(rewards[:5]) + 0.5
    assert max(r["logprob_gap"] for r in records if r["stage"] == "grpo") < 1e-4


def test_the_same_seed_gives_the_same_run_to_the_last_byte(tmp_path):
    train(small(tmp_path / "a"))
    train(small(tmp_path / "b"))
    train(small(tmp_path / "c", seed=1))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


_CHILD = """
import sys
sys.path[:0] = sys.argv[2:4]
import test_run
test_run.checkpoints.drop_checkpoints = lambda folder: None  # to be compared
test_run.train(test_run.small(sys.argv[1]), resume=sys.argv[4] == "resume")
"""


def everything(folder):
    """The last checkpoint: weights, optimiser, random state; sampler, history, counts."""
    last = checkpoints.latest_checkpoint(folder)
    tensors = torch.load(last / "tensors.pt", weights_only=True)
    state = checkpoints.read_state(last)
    state.pop("seconds")
    state["lengths"].pop("timings")
    return tensors, state


def assert_same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, torch.Tensor):
        assert torch.equal(found, wanted)
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for name in wanted:
            assert_same(found[name], wanted[name])
    elif isinstance(wanted, list | tuple):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            assert_same(one, other)
    else:
        assert found == wanted


def child(folder, mode):
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(folder), str(here), str(here.parent), mode],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def steps_done(folder):
    path = Path(folder, "timings.jsonl")
    return len(path.read_bytes().splitlines()) if path.exists() else 0


def wait_for_step(process, folder, step):
    end = time.monotonic() + 120
    while steps_done(folder) < step and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)


@pytest.mark.slow
def test_killed_at_random_points_and_resumed_it_ends_bit_identical(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "drop_checkpoints", lambda folder: None)
    train(small(tmp_path / "whole"))
    drawn = random.Random(7)
    folder = tmp_path / "killed"
    mode, kills = "start", 0
    for _ in range(12):
        process = child(folder, mode)
        wait_for_step(process, folder, steps_done(folder) + drawn.randint(1, 3))
        time.sleep(drawn.random() * 0.05)
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        if checkpoints.latest_checkpoint(folder) is not None:
            mode = "resume"
        if (folder / "model.safetensors").is_file():
            break
    else:
        assert child(folder, "resume").wait() == 0
    assert kills >= 2
    assert contents(folder) == contents(tmp_path / "whole")
    for found, wanted in zip(everything(folder), everything(tmp_path / "whole"), strict=True):
        assert_same(found, wanted)


def test_stopped_after_any_step_and_resumed_it_ends_bit_identical(tmp_path, monkeypatch):
    from iapo.train import pipeline

    class PowerError(Exception):
        pass

    train(small(tmp_path / "whole"))
    real = pipeline.Pipeline._after_step
    for stop in (1, 3, 5, 7, 10):
        count = 0

        def after(self, *args, **kwargs):
            nonlocal count
            real(self, *args, **kwargs)
            count += 1
            if count == stop:  # noqa: B023
                raise PowerError

        folder = tmp_path / f"stopped-{stop}"
        monkeypatch.setattr(pipeline.Pipeline, "_after_step", after)
        with pytest.raises(PowerError):
            train(small(folder))
        monkeypatch.setattr(pipeline.Pipeline, "_after_step", real)
        train(small(folder), resume=True)
        assert contents(folder) == contents(tmp_path / "whole"), stop


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_checkpoints_and_the_run_goes_on_from_there(tmp_path, number, code):
    count = 0

    def interrupting(texts, tasks):
        nonlocal count
        count += 1
        if count == 4:
            os.kill(os.getpid(), number)
        return letters(texts, tasks)

    handler = signal.getsignal(number)
    config = small(tmp_path / "run", checkpoint_every=1000)
    with pytest.raises(Stopped) as stopped:
        train(config, reward=interrupting)
    assert stopped.value.exit_code == code
    assert isinstance(stopped.value, KeyboardInterrupt)
    assert signal.getsignal(number) == handler
    train(config, resume=True)
    train(small(tmp_path / "whole", checkpoint_every=1000))
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")


def test_a_full_disk_keeps_the_last_checkpoint_and_says_so(tmp_path, monkeypatch):
    real = torch.save
    count = 0

    def full(tensors, file):
        nonlocal count
        count += 1
        if count == 3:
            file.write(b"half")
            raise OSError(28, "No space left on device")
        real(tensors, file)

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(
        CheckpointError, match="No space left on device; checkpoint-00000002 is kept"
    ):
        train(small(tmp_path / "run"))
    monkeypatch.setattr(torch, "save", real)
    assert not list((tmp_path / "run").glob(".checkpoint*")), "nothing half written is left"
    train(small(tmp_path / "run"), resume=True)
    train(small(tmp_path / "whole"))
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")


@pytest.mark.parametrize(
    ("room", "error"), [(64, RecordsError), (60_000, CheckpointError)], ids=["log", "checkpoint"]
)
def test_a_disk_that_takes_no_more_ends_in_one_line_and_resumes_bit_identical(
    tmp_path, room, error
):
    resource = pytest.importorskip("resource", reason="limits on file sizes are POSIX")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    calls = 0

    def filling(texts, tasks):
        nonlocal calls
        calls += 1
        if calls == 4:  # two steps of GRPO have been checkpointed
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        return letters(texts, tasks)

    folder = tmp_path / "run"
    plain = {"warmstart_steps": 0, "rejection_rounds": 0, "refill": 0}
    try:
        with pytest.raises(error, match=r"checkpoint.* is kept.*--resume"):
            train(small(folder, **plain), reward=filling)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(folder.glob(".checkpoint*")), "nothing half written is left"
    train(small(folder, **plain), resume=True)
    train(small(tmp_path / "whole", **plain))
    assert contents(folder) == contents(tmp_path / "whole")


def test_only_the_last_checkpoints_are_kept(tmp_path, monkeypatch):
    seen = []
    real = checkpoints.save_checkpoint

    def counted(folder, *args):
        path = real(folder, *args)
        seen.append(len(list(folder.glob("checkpoint-*"))))
        return path

    monkeypatch.setattr(checkpoints, "save_checkpoint", counted)
    train(small(tmp_path / "run"))
    assert max(seen) == 2
    assert not list((tmp_path / "run").glob("checkpoint-*")), "a run that ended needs none"


def test_failing_rewards_are_left_out_and_counted(tmp_path):
    def sometimes(texts, tasks):
        if len(texts) > 1 or "a" in texts[0]:
            raise RuntimeError("no")
        return letters(texts, tasks)

    config = small(tmp_path / "run", max_failed_rewards=1.0, rejection_rounds=0)
    train(config, reward=sometimes)
    lines = [json.loads(x) for x in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert lines[-2]["left_out"] > 0


def test_a_reward_that_fails_everywhere_stops_the_run_with_its_reason(tmp_path):
    def broken(texts, tasks):
        raise RuntimeError("licence expired")

    with pytest.raises(RewardError, match="licence expired"):
        run(
            small(tmp_path / "run", rejection_rounds=0),
            display=False,
            dataset=tiny.tasks(),
            held_out=[],
            reward=broken,
            model=(tiny.model(), tiny.tokenizer()),
        )


def test_an_earlier_run_is_moved_aside_and_never_overwritten(tmp_path):
    train(small(tmp_path / "run"))
    before = contents(tmp_path / "run")
    train(small(tmp_path / "run", seed=1))
    assert contents(tmp_path / "run-1") == before
    assert contents(tmp_path / "run") != before


def test_a_folder_with_other_things_in_it_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ConfigError, match="holds no run"):
        train(small(tmp_path))
    with pytest.raises(ConfigError, match="is a file"):
        train(small(tmp_path / "thesis.tex"))


def test_nothing_to_resume_is_said(tmp_path):
    with pytest.raises(ConfigError, match="holds no checkpoint"):
        train(small(tmp_path / "none"), resume=True)
    train(small(tmp_path / "run"))
    with pytest.raises(ConfigError, match="has ended"):
        train(small(tmp_path / "run"), resume=True)


def test_no_tasks_is_one_line(tmp_path):
    with pytest.raises(ConfigError, match="no tasks"):
        run(small(tmp_path / "run"), display=False, dataset=[], held_out=[], reward=letters)


def test_the_run_folder_tells_the_whole_story(tmp_path):
    result = train(small(tmp_path / "run", report_to="tensorboard"))
    folder = tmp_path / "run"
    assert list((folder / "tensorboard").glob("events.out.tfevents.*"))
    metrics = [json.loads(x) for x in (folder / "metrics.jsonl").read_text().splitlines()]
    stages = [r["stage"] for r in metrics]
    assert stages.index("judge:warm start") < stages.index("probe") < stages.index("grpo")
    assert [s for s in stages if s.startswith("judge:step")] == ["judge:step 2", "judge:step 4"]
    assert {"pass_at_1", "pass_at_group"} <= set(metrics[stages.index("probe")])
    steps = [r for r in metrics if r["stage"] == "grpo"]
    assert all(r["min_tokens"] <= r["median_tokens"] <= r["max_tokens"] <= 12 for r in steps)
    assert all(r["entropy"] > 0 for r in steps)
    assert (folder / "reward.png").read_bytes().startswith(b"\x89PNG")
    assert "group_size: 4" in (folder / "config.yaml").read_text()
    rollouts = [json.loads(x) for x in (folder / "rollouts.jsonl").read_text().splitlines()]
    sampled = [r for r in rollouts if r["stage"] == "grpo"]
    assert len(sampled) >= 5 * 3 * 4
    assert {"prompt", "completion", "components", "diagnostics", "reward"} <= set(sampled[0])
    assert list(result.summaries) == ["before", "warm start", "grpo"]
    results = json.loads((folder / "results.json").read_text())
    assert list(results["stages"]) == ["before", "warm start", "grpo"]
    gain = results["differences"]["warm start -> grpo"]["mean_reward"]
    rewards = {n: results["stages"][n]["mean_reward"]["mean"] for n in ("warm start", "grpo")}
    assert gain["mean"] == pytest.approx(rewards["grpo"] - rewards["warm start"], abs=2e-4)
    assert gain["low"] <= gain["mean"] <= gain["high"]
    assert [h["epoch"] for h in result.history] == [1, 2, 3]


def test_generated_tasks_are_passed_in_parts_and_own_tasks_whole(tmp_path):
    passes = {"steps": 0, "epochs": 2, "warmstart_steps": 0, "rejection_rounds": 0}
    generated = small(tmp_path / "a", **passes, dataset_size=12, epoch_tasks=6)
    model = (tiny.model(), tiny.tokenizer())
    result = run(generated, display=False, held_out=[], reward=letters, model=model)
    assert [h["steps"] for h in result.history] == [2, 2]  # 6 of 12 tasks, 3 a step
    own = train(small(tmp_path / "b", **passes, epoch_tasks=1))
    assert [h["steps"] for h in own.history] == [-(-len(tiny.tasks()) // 3)] * 2


def test_the_trainer_trains_in_place_and_saves_what_transformers_loads(tmp_path, monkeypatch):
    from transformers import AutoModelForCausalLM

    from iapo.models.saving import save_model

    save_model(tiny.model(spread=2.0), tiny.tokenizer(), tmp_path / "base")
    trainer = IAPOTrainer(
        model_name=tmp_path / "base",
        lr=1e-2,
        group_size=4,
        reward=letters,
        output=tmp_path / "run",
        warmstart_steps=0,
        max_new_tokens=8,
        prompts_per_step=3,
        device="cpu",
        threads=1,
    )
    before = {name: p.detach().clone() for name, p in trainer.model.named_parameters()}
    history = trainer.train(tiny.tasks(), epochs=2)
    assert [(h["epoch"], h["steps"]) for h in history] == [(1, 2), (2, 2)]
    assert all(0 <= h["mean_reward"] <= 1 for h in history)
    assert any(not torch.equal(p, before[name]) for name, p in trainer.model.named_parameters())
    trainer.save(tmp_path / "saved")
    again = AutoModelForCausalLM.from_pretrained(tmp_path / "saved")
    for name, weight in trainer.model.state_dict().items():
        assert torch.equal(again.state_dict()[name], weight), name


def test_lora_trains_only_the_adapter(tmp_path):
    model = tiny.model(spread=2.0)
    base = {name: p.detach().clone() for name, p in model.named_parameters()}
    run(
        small(tmp_path / "run", lora_rank=2, lora_alpha=8, rejection_rounds=0),
        display=False,
        dataset=tiny.tasks(),
        held_out=[],
        reward=letters,
        model=(model, tiny.tokenizer()),
    )
    assert (tmp_path / "run" / "adapter_model.safetensors").is_file()
    for name, parameter in model.named_parameters():
        plain = name.replace(".base_layer", "")
        if plain in base:
            assert torch.equal(parameter, base[plain]), name
