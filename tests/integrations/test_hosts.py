"""Each host, the real package, asks for a reward and gets ours."""

from __future__ import annotations

import asyncio
import sys

import pytest

from iapo.dataset import create_dataset
from iapo.errors import InputError
from iapo.rewards import IaCReward

BAD = "I do not know."


def two_tasks():
    return list(create_dataset(split="train").filter(format="dockerfile"))[:2]


def expected(task, text):
    total, components = IaCReward().score(text, task.category, task)
    return total, components


def test_trl_functions_give_each_component_and_log_rates():
    from iapo.integrations.trl import reward_functions
    from iapo.integrations.truth import pack

    tasks = two_tasks()
    texts = [tasks[0].output, BAD]
    functions = reward_functions()
    assert [f.__name__ for f in functions] == ["syntax", "correctness", "format"]
    logged = {}
    for function in functions:
        found = function(
            prompts=["", ""],
            completions=[[{"role": "assistant", "content": text}] for text in texts],
            completion_ids=[[1], [2]],
            truth=[pack(task) for task in tasks],
            log_metric=logged.__setitem__,
            trainer_state=None,
        )
        wanted = [expected(t, x)[1][function.__name__] for t, x in zip(tasks, texts, strict=True)]
        assert found == wanted
    assert logged == {"pass_rate": 0.5, "valid_rate": 0.5}


def test_trl_has_a_function_for_answers_that_do_everything():
    from iapo.integrations.trl import reward_functions
    from iapo.integrations.truth import pack

    tasks = two_tasks()
    *_, last = reward_functions(passed=True)
    found = last(completions=[tasks[0].output, BAD], truth=[pack(task) for task in tasks])
    assert (last.__name__, found) == ("passed", [1.0, 0.0])


def test_trl_verifies_a_batch_once(monkeypatch):
    from iapo.integrations import trl
    from iapo.integrations.truth import pack

    calls = []
    real = trl.scores
    monkeypatch.setattr(trl, "scores", lambda *given: calls.append(1) or real(*given))
    task = two_tasks()[0]
    functions = trl.reward_functions()
    for function in functions * 2:
        function(completions=[task.output], truth=[pack(task)])
    assert len(calls) == 1
    functions[0](completions=[BAD], truth=[pack(task)])
    assert len(calls) == 2


def test_verl_gets_score_components_and_whether_it_passes():
    from iapo.integrations.verl import compute_score, rows

    task = two_tasks()[0]
    (row,) = rows([task])
    truth = row["reward_model"]["ground_truth"]
    found = compute_score(row["data_source"], task.output, truth, row["extra_info"])
    total, components = expected(task, task.output)
    assert found == {"score": total, **components, "passed": 1.0}
    assert compute_score("iapo", BAD, truth, None)["passed"] == 0.0
    weighed = compute_score("iapo", task.output, truth, alpha=1.0, beta=0.0, gamma=0.0)
    assert weighed["score"] == weighed["syntax"]


def test_verl_itself_loads_the_function():
    reward = pytest.importorskip("verl.trainer.ppo.reward", reason="verl is not installed")
    from omegaconf import OmegaConf

    from iapo.integrations.verl import rows

    config = {"path": "pkg://iapo.integrations.verl", "name": "compute_score"}
    task = two_tasks()[0]
    found = reward.get_custom_reward_fn(
        OmegaConf.create({"reward": {"custom_reward_function": config}})
    )
    truth = rows([task])[0]["reward_model"]["ground_truth"]
    done = found(data_source="iapo", solution_str=task.output, ground_truth=truth, extra_info={})
    assert done["score"] == expected(task, task.output)[0]


class Answered:
    """As much of a verifiers trace as scoring looks at."""

    def __init__(self, reply):
        self.last_reply, self.metrics, self.rewards = reply, {}, {}

    def record_metrics(self, found):
        self.metrics.update(found)

    def record_reward(self, name, value, weight=1.0):
        self.rewards[name] = value * weight


def test_verifiers_scores_a_task_as_the_reward_does():
    pytest.importorskip("verifiers.v1", reason="verifiers is not installed")
    from iapo.integrations.verifiers import IaCTaskset, IaCTasksetConfig, task_of

    (loaded,) = IaCTaskset(IaCTasksetConfig(size=1, category="docker", split="test"))
    assert loaded.data.prompt and loaded.data.idx == 0
    task = two_tasks()[0]
    for text in (task.output, BAD):
        trace = Answered(text)
        asyncio.run(task_of(task).score(trace))
        total, components = expected(task, text)
        assert trace.rewards == {"infrastructure": total}
        assert trace.metrics == {**components, "passed": float(text != BAD)}


def test_inspect_scores_a_task_as_the_reward_does():
    pytest.importorskip("inspect_ai", reason="Inspect is not installed")
    from inspect_ai.model import ModelOutput
    from inspect_ai.scorer import Target
    from inspect_ai.solver import TaskState

    from iapo.integrations.inspect import iac_bench, infrastructure

    benchmark = iac_bench(split="train", category="docker", size=1)
    (sample,) = benchmark.dataset
    assert sample.input and sample.metadata["truth"]
    tasks = {task.id: task for task in create_dataset(split="train")}
    task = tasks[sample.id]
    for text in (task.output, BAD):
        state = TaskState(
            model="mockllm/model",
            sample_id=sample.id,
            epoch=1,
            input=sample.input,
            messages=[],
            output=ModelOutput.from_content("mockllm/model", text),
            metadata=sample.metadata,
        )
        found = asyncio.run(infrastructure()(state, Target(sample.target)))
        total, components = expected(task, text)
        assert found.value == {"reward": total, "passed": float(text != BAD), **components}
        assert bool(found.explanation) == (text == BAD)


@pytest.mark.parametrize(
    ("module", "package"), [("verifiers", "verifiers"), ("inspect", "inspect_ai")]
)
def test_a_host_that_is_not_installed_is_named_with_its_extra(module, package, monkeypatch):
    import importlib

    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"iapo.integrations.{module}", raising=False)
    with pytest.raises(InputError, match=rf"pip install 'iapo\[{module}\]'"):
        importlib.import_module(f"iapo.integrations.{module}")
