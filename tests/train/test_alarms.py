"""What the trainer warns of: nothing to learn from, collapse, gaming."""

from __future__ import annotations

import pytest

from iapo.train.alarms import collapse, gaming
from iapo.train.probe import Probe, probe_of
from iapo.train.rollout import Group, Sample
from iapo.train.scoring import Scored


def step(number, *, reward=0.5, used=4, entropy=1.0, passing=0.3):
    return {
        "stage": "grpo",
        "step": number,
        "mean_reward": reward,
        "groups_used": used,
        "entropy": entropy,
        "pass_rate": passing,
    }


def judged(name, step, passing):
    return {"stage": f"judge:{name}", "step": step, "pass_rate": passing}


def test_steps_without_spread_are_a_collapse_and_one_good_step_is_none():
    bad = [step(n, used=0) for n in range(1, 4)]
    assert "nothing to prefer" in collapse(bad)
    assert collapse([*bad[:2], step(3, used=1)]) is None
    assert collapse(bad[:2]) is None


def test_groups_that_all_pass_are_mastered_rather_than_hopeless():
    assert "mastered" in collapse([step(n, used=0, passing=1.0) for n in range(1, 4)])


def test_entropy_that_falls_to_nothing_is_a_collapse():
    began = [step(n, entropy=0.5) for n in range(1, 6)]
    assert "exploration has ended" in collapse(
        began + [step(n, entropy=0.02) for n in range(6, 11)]
    )
    assert collapse(began + [step(n, entropy=0.3) for n in range(6, 11)]) is None


def run_of(first, last):
    return [step(n, reward=first) for n in range(1, 6)] + [
        step(n, reward=last) for n in range(6, 11)
    ]


@pytest.mark.parametrize(
    ("rewards", "before", "after", "warned"),
    [
        ((0.4, 0.6), 0.30, 0.20, True),
        ((0.4, 0.6), 0.30, 0.35, False),
        ((0.6, 0.4), 0.30, 0.20, False),
        ((0.4, 0.6), 0.30, 0.29, False),
    ],
)
def test_reward_up_and_held_out_down_is_gaming(rewards, before, after, warned):
    metrics = [
        judged("before", 0, 0.9),
        judged("warm start", 0, before),
        *run_of(*rewards),
        judged("grpo", 10, after),
    ]
    said = gaming(metrics)
    assert bool(said) == warned
    if warned:
        assert "10.0 points" in said


def test_gaming_needs_a_judgement_before_and_after():
    assert gaming([judged("before", 0, 0.5), *run_of(0.1, 0.9)]) is None
    assert gaming([*run_of(0.1, 0.9), judged("grpo", 10, 0.0)]) is None


def group(*passed):
    samples = tuple(Sample(None, "", Scored(float(p), passed=p)) for p in passed)
    return Group(0, None, (1,), samples)


def test_probe_counts_prompts_that_pass_at_least_once():
    groups = [group(True, False), group(False, False), group(True, True)]
    found = probe_of(groups, [True, False, False])
    assert found == Probe(3, 2, 0.5, 2 / 3, 1 / 3, 1 / 3)
    assert "there is something to prefer" in found.words()


@pytest.mark.parametrize(
    ("passed", "informative", "words"),
    [
        ((False, False), False, "no answer is better than another"),
        ((True, True), False, "everything passes already"),
        ((False, False), True, "learns from partial rewards only"),
    ],
)
def test_probe_says_where_there_is_nothing_to_learn(passed, informative, words):
    assert words in probe_of([group(*passed)], [informative]).words()
