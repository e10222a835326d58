"""`iapo runs show` tells what a run's folder holds."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from iapo.cli import app, runs  # noqa: F401 - registers the command
from iapo.errors import InputError
from iapo.train.story import read_story


def grpo_step(number, **changes):
    return {
        "stage": "grpo",
        "step": number,
        "mean_reward": number / 10,
        "syntax": 0.5,
        "correctness": 0.5,
        "format": 0.5,
        "pass_rate": 0.25,
        "valid_rate": 0.5,
        "entropy": 1.0,
        "mean_tokens": 50.0,
        "truncated": 0.0,
        "kl": 0.0,
        "groups": 4,
        "groups_used": 3,
        "left_out": 0,
        "retired": 1,
        **changes,
    }


def sample(step, reward, code, task="terraform/s3/a"):
    return {
        "stage": "grpo",
        "step": step,
        "task": task,
        "completion": f"[bold]text of {reward}[/]\n\tand \x1b[31mred\n",
        "reward": reward,
        "components": {"syntax": reward},
        "diagnostics": [[code, "what was \x1b[2J wrong"]] if code else [],
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.yaml").write_text("model: some-model\n")
    metrics = [
        {
            "stage": "judge:before",
            "step": 0,
            "pass_rate": 0.1,
            "valid_rate": 0.2,
            "mean_reward": 0.3,
        },
        {"stage": "warmstart", "step": 1, "loss": 1.0},
        {"stage": "probe", "prompts": 8, "group_size": 4, "pass_at_1": 0.2, "pass_at_group": 0.5}
        | {"spread": 0.75},
        *(grpo_step(n) for n in range(1, 7)),
    ]
    rollouts = [
        *(sample(1, 0.1, "unknown-argument") for _ in range(3)),
        sample(1, 0.1, "parse-error"),
        sample(6, 0.1, "parse-error", "terraform/s3/b"),
        sample(6, 0.9, None),
        sample(6, 1.0, None, "terraform/s3/c"),
    ]
    for name, records in (("metrics", metrics), ("rollouts", rollouts)):
        lines = "".join(json.dumps(r) + "\n" for r in records)
        (tmp_path / f"{name}.jsonl").write_text(lines)
    return tmp_path


def test_curves_groups_and_held_out_results_are_read(folder):
    story = read_story(folder, completions=1)
    reward = story.curves[0]
    assert (reward.name, reward.first, reward.last) == (
        "mean_reward",
        pytest.approx(0.3),
        pytest.approx(0.4),
    )
    assert (story.groups, story.used, story.retired) == (24, 18, 1)
    assert story.judged == (("before", 0.1, 0.2, 0.3),)
    assert [r["reward"] for r in (*story.best, *story.worst)] == [1.0, 0.1]
    assert not story.finished


def test_what_still_goes_wrong_comes_first_with_its_share_over_time(folder):
    first, second = read_story(folder).troubles
    assert (first.code, first.shares) == ("parse-error", (0.25, 0.0, pytest.approx(1 / 3)))
    assert (second.code, second.shares) == ("unknown-argument", (0.75, 0.0, 0.0))


def test_it_is_printed_whole_and_completions_are_no_markup(folder):
    done = CliRunner().invoke(app, ["runs", "show", str(folder)], env={"COLUMNS": "140"})
    assert done.exit_code == 0, done.output
    for words in ("some-model", "before", "10.0%", "pass@4 50%", "mean_reward", "parse-error"):
        assert words in done.output
    assert "24 groups sampled, 6 (25%) without spread" in done.output
    assert "[bold]text of 1.0[/]" in done.output
    assert "--resume" in done.output
    assert done.output.count("what was \ufffd[2J wrong") == 3, "two troubles, the worst answer"
    assert "and \ufffd[31mred" in done.output
    assert "\x1b" not in done.output


def test_a_run_that_is_still_writing_can_be_read(folder):
    with (folder / "metrics.jsonl").open("a") as file:
        file.write('{"stage": "grpo", "st')
    assert read_story(folder).stages["grpo"] == 6


def test_a_folder_without_a_run_is_one_line(tmp_path):
    with pytest.raises(InputError, match=r"no folder of a run"):
        read_story(tmp_path)
