"""Variations: the words of a hand-written task about other names and numbers, sound as any task."""

from __future__ import annotations

from dataclasses import replace

from iapo.dataset import Task, load_benchmark, variations
from iapo.intent import Intent
from iapo.rewards import IaCReward
from iapo.train.config import TrainConfig
from iapo.train.data import training_tasks

TRAIN = load_benchmark().filter(split="train")
FEW = [
    next(task for task in TRAIN if task.format == format and task.difficulty >= 3)
    for format in ("terraform", "kubernetes", "dockerfile", "compose", "gitlab-ci", "jenkins")
]


def task(prompt: str, output: str, intent: dict, format: str = "kubernetes") -> Task:
    read = Intent.from_data(intent, format)
    return Task("own/one", "kubernetes", format, prompt, "", output, read, "own/family", "train")


SERVICE = task(
    "Service orders-api in the namespace sales: port 8080 to 3000, pods app=orders-api.",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: orders-api\n  namespace: sales\nspec:\n"
    "  selector:\n    app: orders-api\n  ports:\n    - port: 8080\n      targetPort: 3000\n",
    {
        "service": {
            "kind": "Service",
            "metadata": {"name": "orders-api", "namespace": "sales"},
            "spec": {
                "selector": {"app": "orders-api"},
                "ports": [{"port": 8080, "targetPort": 3000}],
            },
        }
    },
)


def test_what_answers_the_task_does_not_answer_its_variations() -> None:
    reward = IaCReward()
    made = variations(FEW, 2, seed=0)
    assert len(made) >= len(FEW)
    by_id = {task.id: task for task in FEW}
    for varied in made:
        written = by_id[varied.id.rpartition("/")[0]]
        assert reward.score(varied.output, varied.format, varied)[0] >= 0.99
        assert reward.score(written.output, varied.format, varied)[0] < 0.99
        assert (varied.family, varied.split, varied.difficulty) == (
            written.family,
            written.split,
            written.difficulty,
        )


def test_names_and_numbers_are_replaced_wherever_they_stand() -> None:
    made = variations([SERVICE], 8, seed=1)
    assert len(made) == 8
    for varied in made:
        assert varied.intent is not None
        found = varied.intent.data["service"]
        name, port = found["metadata"]["name"], found["spec"]["ports"][0]["port"]
        assert varied.prompt.count(name) == varied.output.count(name) == 2
        assert isinstance(port, int)
        assert f"port {port} to" in varied.prompt and f"port: {port}\n" in varied.output
        assert "kind: Service\n" in varied.output and "in the namespace" in varied.prompt


def test_whatever_was_free_to_choose_is_varied_now_and_then() -> None:
    texts = "\n".join(varied.output for varied in variations([SERVICE], 8, seed=1))
    for value in ("name: orders-api", "namespace: sales", "port: 8080", "targetPort: 3000"):
        assert texts.count(f"{value}\n") < 8, value


POD = """apiVersion: v1
kind: Pod
metadata:
  name: redis
spec:
  containers:
    - name: redis
      image: redis:7.2
      env:
        - name: NODE_REGION
          value: eu-west-1
      ports:
        - containerPort: 8123
"""


def test_images_versions_and_regions_stay() -> None:
    own = task(
        "Pod redis (redis:7.2, of version 7.2.5), NODE_REGION eu-west-1, its port is 8123.",
        POD,
        {
            "pod": {
                "kind": "Pod",
                "metadata": {"name": "redis"},
                "containers": [
                    {
                        "image": "redis:7.2",
                        "env": [{"name": "NODE_REGION", "value": "eu-west-1"}],
                        "ports": [{"containerPort": 8123}],
                    }
                ],
            }
        },
    )
    made = variations([own], 4, seed=0)
    assert len(made) == 4
    for varied in made:
        assert "8123" not in varied.prompt + varied.output
        for kept in ("redis:7.2", "eu-west-1"):
            assert kept in varied.prompt and kept in varied.output
        assert "7.2.5" in varied.prompt


def test_the_same_seed_gives_the_same_and_another_seed_others() -> None:
    made = variations(FEW[:2], 2, seed=3)
    assert made and made == variations(FEW[:2], 2, seed=3)
    assert variations([SERVICE], 2, seed=3) != variations([SERVICE], 2, seed=4)


def test_what_has_no_intent_or_nothing_to_replace_has_no_variation() -> None:
    bare = task("A Namespace.", SERVICE.output, {"it": {"kind": "Service"}})
    assert len(variations([replace(SERVICE, intent=None), bare], 3, seed=0)) == 0


def test_a_run_trains_on_variations_of_hand_written_training_tasks_only() -> None:
    config = TrainConfig(categories=("docker",), dataset_size=60, variations=1)
    tasks = training_tasks(config)
    plain = training_tasks(replace(config, variations=0))
    assert list(tasks[: len(plain)]) == list(plain)
    written = {task.id for task in TRAIN if task.category == "docker"}
    added = {task.id.rpartition("/")[0] for task in tasks[len(plain) :]}
    assert added and added <= written
