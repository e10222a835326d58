"""The same configuration through TRL: settings carried over, two processes, our rewards."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from iapo.train.coercion import ConfigError
from iapo.train.config import TrainConfig
from iapo.train.scaleout import arguments, options, step_record

pytest.importorskip("trl", minversion="1.0", reason="TRL is not installed")


def test_settings_are_carried_over(tmp_path):
    config = TrainConfig(
        output=str(tmp_path),
        device="cpu",
        dtype="float32",
        group_size=4,
        prompts_per_step=3,
        advantage="per_component",
        normalisation="dr_grpo",
        clip_low=0.1,
        kl=0.02,
        truncated="mask",
        epochs=2,
        trl=("gradient_checkpointing=true", "generation_kwargs={min_p: 0.1}"),
    )
    found = arguments(config, tasks=10)
    assert (found.per_device_train_batch_size, found.gradient_accumulation_steps) == (4, 3)
    assert found.num_generations == 4
    assert found.max_steps == 7  # two passes over 10 tasks, 3 a step
    assert found.multi_objective_aggregation == "normalize_then_sum"
    assert (found.loss_type, found.epsilon, found.epsilon_high) == ("dr_grpo", 0.1, 0.28)
    assert (found.beta, found.mask_truncated_completions, found.bf16) == (0.02, True, False)
    assert found.reward_weights == [0.4, 0.3, 0.3]
    with_bonus = arguments(replace(config, pass_bonus=0.5), tasks=10)
    assert with_bonus.reward_weights == [0.4, 0.3, 0.3, 0.5]
    assert found.gradient_checkpointing is True
    assert found.generation_kwargs == {"min_p": 0.1}


@pytest.mark.parametrize("able", [True, False])
def test_trl_computes_in_the_type_that_ours_would(able, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": able})
    found = arguments(TrainConfig(output=str(tmp_path), device="cpu"), tasks=8)
    assert (found.bf16, found.fp16) == (able, False)


def test_cispo_bounds_the_weight_itself(tmp_path):
    found = arguments(TrainConfig(output=str(tmp_path), device="cpu", objective="cispo"), 8)
    assert (found.loss_type, found.epsilon_high) == ("cispo", 1.28)


def test_what_trl_has_no_equal_of_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no advantage 'leave_one_out'"):
        arguments(TrainConfig(output=str(tmp_path), advantage="leave_one_out"), 8)
    for own in ({"blame_elsewhere": 0.2}, {"keep_scales": True}):
        with pytest.raises(ConfigError, match="neither blame_elsewhere nor keep_scales"):
            arguments(TrainConfig(output=str(tmp_path), **own), 8)
    with pytest.raises(ConfigError, match="TRL refuses these settings"):
        arguments(TrainConfig(output=str(tmp_path), device="cpu", trl=("no_such_thing=1",)), 8)
    with pytest.raises(ConfigError, match="KEY=VALUE"):
        options(TrainConfig(trl=("use_vllm",)))


def test_what_trl_logs_becomes_a_line_of_metrics():
    logs = {"reward": 0.5, "rewards/syntax/mean": 0.25, "epoch": 1.5, "frac_reward_zero_std": 0.25}
    record = step_record(logs, 3, TrainConfig(prompts_per_step=4))
    assert (record["mean_reward"], record["syntax"], record["epoch"]) == (0.5, 0.25, 2)
    assert (record["groups"], record["groups_used"]) == (4, 3)


_CHILD = """
import json, os, sys
from pathlib import Path
folder, here = sys.argv[1:]
sys.path.insert(0, here)
import tiny
from iapo.dataset import create_dataset
from iapo.integrations import trl as host
from iapo.train import TrainConfig, run

real, seen = host.scores, Path(folder).with_name(f"seen-{os.environ['RANK']}.jsonl")
tasks = list(create_dataset(split="train").filter(format="dockerfile"))[:6]
references = {task.id: task.output for task in tasks}

def recorded(reward, texts, truths):
    # The tiny model writes nothing that earns anything: every other answer is the reference.
    ids = [json.loads(truth)["id"] for truth in truths]
    texts = [references[id] if n % 2 else x for n, (x, id) in enumerate(zip(texts, ids))]
    found = real(reward, texts, truths)
    with seen.open("a") as file:
        file.write(json.dumps([list(texts), list(truths)]) + "\\n")
    return found

host.scores = recorded
run(
    TrainConfig(
        output=folder, backend="trl", device="cpu", steps=2, prompts_per_step=3, group_size=2,
        max_new_tokens=8, lr=1e-3, checkpoint_every=100,
    ),
    dataset=tasks,
    model=(tiny.model(spread=2.0), tiny.tokenizer()),
)
"""


@pytest.mark.slow
def test_two_processes_train_one_model_and_get_our_rewards(tmp_path):
    from transformers import AutoModelForCausalLM

    from iapo.integrations.truth import scores
    from iapo.rewards import IaCReward

    script = tmp_path / "child.py"
    script.write_text(_CHILD)
    here = Path(__file__).parent.parent
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*command, str(script), str(tmp_path / "run"), str(here)],
        capture_output=True,
        text=True,
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    batches = [
        [json.loads(line) for line in (tmp_path / f"seen-{rank}.jsonl").read_text().splitlines()]
        for rank in (0, 1)
    ]
    metrics = [json.loads(x) for x in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    assert len(metrics) == len(batches[0]) == len(batches[1]) == 2
    for record, parts in zip(metrics, zip(*batches, strict=True), strict=True):
        texts = [text for part in parts for text in part[0]]
        truths = [truth for part in parts for truth in part[1]]
        assert len(texts) == 8  # 3 groups are rounded up to 2 for each of 2 processes
        assert len(set(truths)) == 4, "each process works on prompts of its own"
        ours = scores(IaCReward(), texts, truths)
        assert record["mean_reward"] == pytest.approx(
            statistics.mean(s.total for s in ours), abs=1e-5
        )
        assert 0.3 < record["mean_reward"] < 0.7
        for name in ("syntax", "correctness", "format"):
            mean = statistics.mean(s.components[name] for s in ours)
            assert record[name] == pytest.approx(mean, abs=1e-5)
    AutoModelForCausalLM.from_pretrained(tmp_path / "run")
