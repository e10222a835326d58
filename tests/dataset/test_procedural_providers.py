"""Terraform tasks of any resource type: values, references, words, levels."""

from __future__ import annotations

import random
import re

import pytest

from iapo.dataset import FAMILIES, check_tasks, procedural_dataset
from iapo.dataset.check import is_said
from iapo.dataset.procedural.novelty import asked_for
from iapo.dataset.procedural.providers import phrasing, recipes, services, values
from iapo.dataset.procedural.providers.architecture import PLANS, Assembly, Fact
from iapo.dataset.procedural.providers.families import SERVICES, AnyResource
from iapo.dataset.procedural.providers.popularity import common_types
from iapo.intent import Leaf

ANY = [name for name, family in FAMILIES.items() if isinstance(family, AnyResource)]


def test_a_thousand_types_of_three_providers_can_be_drawn() -> None:
    known = recipes.types()
    assert len(known) >= 1000
    for provider in ("aws", "google", "azurerm"):
        assert sum(services.provider(type) == provider for type in known) >= 200


def test_a_sample_of_every_provider_and_level_is_sound() -> None:
    tasks = [
        task
        for level in (1, 2, 3, 4, 5)
        for task in procedural_dataset(20 + level, 8, split=None, families=ANY, difficulty=[level])
    ]
    assert {task.difficulty for task in tasks} == {1, 2, 3, 4, 5}
    assert check_tasks(tasks, unique=False) == []


def test_every_type_can_be_made_small_and_with_all_that_it_needs() -> None:
    for type in recipes.types()[::40]:
        for plan in (PLANS[1][0], PLANS[5][0]):
            assembly = Assembly(random.Random(type), lambda _: True, plan)
            part = assembly.add(type, plan.options, plan.blocks)
            assembly.complete()
            assert part.body.keys() >= recipes.recipe(type).body.required.keys()
            assert len(assembly.parts) <= 6


def test_exclusive_arguments_are_never_given_together() -> None:
    made = recipes.recipe("aws_route")
    assert made.exactly
    for seed in range(50):
        assembly = Assembly(random.Random(seed), lambda _: True)
        body = assembly.add("aws_route", 3, 0).body
        for group in made.exactly:
            assert len(set(group) & body.keys()) == 1


def test_types_that_are_not_allowed_are_not_referred_to() -> None:
    plan = PLANS[5][0]
    for seed in range(100):
        assembly = Assembly(random.Random(seed), lambda type: type != "aws_kms_key", plan)
        assembly.add("aws_sns_topic", 4, 0)
        assembly.complete()
        assert "aws_kms_key" not in {part.type for part in assembly.parts}


def test_one_program_lies_in_one_region() -> None:
    tasks = procedural_dataset(
        9, 60, split=None, families=[name for name in ANY if "azurerm" in name], difficulty=[4, 5]
    )
    several = [task for task in tasks if len(re.findall(r"^  location +=", task.output, re.M)) > 1]
    assert several
    for task in several:
        found = set(re.findall(r'^  location += "(\w+)"', task.output, re.M))
        assert len(found & set(values.AZURE_REGIONS)) <= 1, task.output


def test_the_prompt_names_the_type_or_says_it_in_words() -> None:
    for task in procedural_dataset(5, 60, split=None, families=ANY):
        asked = [pattern["resource"] for pattern in task.intent.data.values()]  # type: ignore[union-attr]
        for type in asked:
            words = services.noun(type).lower()
            assert type in task.prompt or words in task.prompt.lower(), task.prompt


def test_a_level_that_is_asked_for_is_what_comes() -> None:
    for level in (1, 3, 5):
        tasks = procedural_dataset(5, 20, families=ANY, difficulty=[level])
        assert {task.difficulty for task in tasks} == {level}


@pytest.mark.parametrize(
    ("type", "family", "noun"),
    [
        ("aws_sqs_queue", "terraform/sqs", "SQS queue"),
        ("aws_api_gateway_stage", "terraform/api-gateway", "API Gateway stage"),
        ("aws_lb_listener", "terraform/elb", "load balancer listener"),
        ("google_pubsub_topic", "terraform/google-pubsub", "Pub/Sub topic"),
        ("azurerm_storage_account", "terraform/azurerm-storage", "storage account"),
        ("azurerm_subnet", "terraform/azurerm-network", "subnet"),
    ],
)
def test_types_are_called_what_engineers_call_them(type: str, family: str, noun: str) -> None:
    assert services.family(type) == family
    assert services.noun(type) == noun
    assert type in SERVICES[family]


def test_recipes_survive_their_shipped_form() -> None:
    for type in recipes.types()[::100]:
        made = recipes.recipe(type)
        assert recipes.Recipe.from_data(type, made.to_data()) == made


def test_integers_are_round_and_within_bounds() -> None:
    assert values.integers(0, 900)[-1] <= 900
    assert values.integers(1024, 262144, 1024)[0] == 1024
    assert values.integers(64512, 65500) == [64512, 64513, 64514, 64515, 64516]


def test_every_boolean_is_said_by_a_word_of_its_name() -> None:
    def booleans(body: recipes.Body) -> set[str]:
        own = {n for n, s in {**body.required, **body.optional}.items() if s[0] == "bool"}
        return own.union(*map(booleans, body.blocks.values()))

    rng = random.Random(0)
    names = sorted(set().union(*(booleans(recipes.recipe(t).body) for t in recipes.types())))
    assert len(names) > 500
    for name in names:
        for value in (True, False):
            words = phrasing.said(rng, Fact(name, ["bool"], value)).lower()
            assert is_said(value, Leaf(f"x.{name}", "equal", value), words), words


def test_common_types_exist_and_are_drawn_more_often_than_their_neighbours() -> None:
    known = set(recipes.types())
    assert common_types() <= known
    for family, common, rare in (
        ("terraform/s3", "aws_s3_bucket_versioning", "aws_s3_bucket_accelerate_configuration"),
        ("terraform/google-pubsub", "google_pubsub_topic", "google_pubsub_schema"),
    ):
        name = f"{family}/any" if f"{family}/any" in FAMILIES else family
        drawn = [
            part
            for task in procedural_dataset(5, 150, split=None, families=[name], difficulty=[1, 2])
            for part in asked_for(task)
        ]
        assert drawn.count(common) > 3 * drawn.count(rare)
