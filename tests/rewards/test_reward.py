"""The documented reward: its components, its interface, and that nothing raises."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from honest import TASKS, WEAKEST_HONEST
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iapo.errors import InputError
from iapo.rewards import IaCReward
from iapo.verify import verify
from iapo.verify.report import CATEGORIES, FORMATS

REWARD = IaCReward()
FENCE = "```"
FORMATS_LIST = list(TASKS)


@pytest.mark.parametrize("format", FORMATS_LIST)
def test_a_reference_earns_everything(format: str) -> None:
    score = REWARD.score_detailed(TASKS[format].output, format, TASKS[format])
    assert score.total == pytest.approx(1.0), score.losses
    assert score.losses == ()


def test_score_is_the_weighted_sum_of_its_components() -> None:
    task = TASKS["terraform"]
    halved = task.output.replace('"Enabled"', '"Suspended"')
    total, details = IaCReward(alpha=1, beta=2, gamma=3).score(halved, "terraform", task)
    assert details == {"syntax": 1.0, "correctness": pytest.approx(0.8), "format": 1.0}
    assert total == pytest.approx(1 + 2 * 0.8 + 3)


def test_without_a_task_correctness_is_what_exists() -> None:
    total, details = REWARD.score(TASKS["kubernetes"].output, "kubernetes")
    assert (total, details) == (1.0, {"syntax": 1.0, "correctness": 1.0, "format": 1.0})
    wrong = 'resource "aws_bucket" "a" {\n}\n\nresource "aws_sqs_queue" "b" {\n  name = "b"\n}\n'
    _, details = REWARD.score(wrong, "terraform")
    assert details["syntax"] < 1 and details["correctness"] == 0.5
    required = 'resource "aws_iam_role" "r" {\n  name = "r"\n}\n'  # no assume_role_policy
    _, details = REWARD.score(required, "terraform")
    assert details["syntax"] < 1 and details["correctness"] == 1.0
    unknown = 'resource "nosuch_thing" "r" {\n  name = "r"\n}\n'
    assert REWARD.score(unknown, "terraform")[1]["correctness"] == 0.0


def test_docker_is_told_apart_by_content() -> None:
    for format in ("dockerfile", "compose"):
        assert REWARD.score_detailed(TASKS[format].output, "docker").report.format == format
    for format in CATEGORIES["cicd"]:
        assert REWARD.score_detailed(TASKS[format].output, "cicd").report.format == format


def test_an_unknown_category_is_one_line_that_names_the_known() -> None:
    with pytest.raises(InputError, match=r"unknown category 'helm'; known: terraform, kubernetes"):
        REWARD.score("x", "helm")


def test_negative_weights_are_refused() -> None:
    with pytest.raises(InputError):
        IaCReward(alpha=-1)


def test_score_many_gives_what_score_gives() -> None:
    items = [(task.output, task.category, task) for task in TASKS.values()]
    items.append((TASKS["terraform"].output[:200], "terraform", TASKS["terraform"]))
    assert REWARD.score_many(items) == [REWARD.score(*item) for item in items]
    assert REWARD.score_many([]) == []


def test_a_report_at_hand_is_taken_where_no_plan_is_needed() -> None:
    task = TASKS["terraform"]
    rejected = verify("resource {", "terraform")
    at_hand = {task.output: rejected}
    alone, asked = REWARD.score_many_detailed(
        [(task.output, "terraform"), (task.output, "terraform", task)], known=at_hand
    )
    assert alone.report is rejected and alone.components["syntax"] == 0.0
    assert asked.report.plan is not None and asked.total == pytest.approx(1.0)


def test_every_lost_point_is_explained() -> None:
    task = TASKS["terraform"]
    text = (
        f"Here you are:\n{FENCE}hcl\n" + task.output.replace("  force_destroy = true\n", "") + FENCE
    )
    score = REWARD.score_detailed(text, "terraform", task)
    reasons = {(loss.component, loss.why) for loss in score.losses}
    assert ("format", "the answer has more than code in it") in reasons
    assert ("format", "the code stands in a fence") in reasons
    assert ("correctness", "bucket.force_destroy: expected True, found False") in reasons
    for name, value in score.components.items():
        lost = sum(loss.points for loss in score.losses if loss.component == name)
        assert lost == pytest.approx(1 - value, abs=1e-9)


@pytest.mark.parametrize("format", FORMATS_LIST)
def test_layout_changes_only_the_format_component(format: str) -> None:
    task = TASKS[format]
    if format == "terraform":
        ugly = task.output.replace(" = ", "   =  ")
    elif format == "jenkins":
        ugly = "\n".join(" " + line for line in task.output.splitlines()) + "\n"
    elif format == "dockerfile":
        ugly = task.output.replace("RUN ", "run   ").replace("COPY ", "copy   ")
    else:
        ugly = task.output.replace(": ", ":    ")
    _, neat = REWARD.score(task.output, format, task)
    _, worse = REWARD.score(ugly, format, task)
    assert (worse["syntax"], worse["correctness"]) == (neat["syntax"], neat["correctness"])
    assert worse["format"] < neat["format"]


@pytest.mark.parametrize("format", FORMATS_LIST)
def test_comments_earn_nothing(format: str) -> None:
    task = TASKS[format]
    mark = "//" if format == "jenkins" else "#"
    plain = REWARD.score(task.output, format, task)[0]
    commented = REWARD.score(f"{mark} {task.prompt}\n{task.output}", format, task)[0]
    assert commented <= plain
    half = task.output[: len(task.output) // 2]
    assert REWARD.score(f"{mark} {task.prompt}\n{half}", format, task)[0] <= (
        REWARD.score(half, format, task)[0] + 1e-9
    )


@pytest.mark.parametrize("format", FORMATS_LIST)
def test_a_cut_reference_never_scores_higher_than_the_whole(format: str) -> None:
    task = TASKS[format]
    rng = random.Random(format)
    size = len(task.output)
    cuts = sorted({rng.randrange(1, size) for _ in range(25)} | {size - 2, size - 1})
    scores = REWARD.score_many([(task.output[:cut], format, task) for cut in cuts])
    assert max(total for total, _ in scores) <= 1.0
    # Cutting off what the intent asks for costs; only the last line break is free.
    early = [total for cut, (total, _) in zip(cuts, scores, strict=True) if cut < size // 2]
    assert max(early) < 0.9


UNREQUESTED = {
    "terraform": '\nresource "aws_sqs_queue" "extra" {\n  name = "extra"\n}\n',
    "kubernetes": "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\ndata:\n  a: b\n",
    "github-actions": "  extra:\n    runs-on: ubuntu-latest\n    steps:\n      - run: date\n",
    "gitlab-ci": "\nextra:\n  stage: test\n  script:\n    - date\n",
}


@pytest.mark.parametrize("format", list(UNREQUESTED))
@pytest.mark.parametrize("share", [1.0, 0.6])
def test_an_unrequested_part_lowers_the_score(format: str, share: float) -> None:
    task = TASKS[format]
    text = task.output if share == 1.0 else task.output.replace("80", "81").replace("true", "false")
    before = REWARD.score(text, format, task)[0]
    after = REWARD.score(text + UNREQUESTED[format], format, task)[0]
    assert after < before


def test_local_names_do_not_matter() -> None:
    task = TASKS["terraform"]
    renamed = task.output.replace('"logs"', '"b"').replace("aws_s3_bucket.logs", "aws_s3_bucket.b")
    assert REWARD.score(renamed, "terraform", task) == REWARD.score(task.output, "terraform", task)


def test_suppression_comments_change_nothing() -> None:
    task = TASKS["terraform"]
    quiet = "#tfsec:ignore:aws-s3-enable-bucket-logging\n" + task.output.replace(
        "force_destroy = true", "force_destroy = true #checkov:skip=CKV_AWS_18: later"
    )
    assert REWARD.score(quiet, "terraform", task) == REWARD.score(task.output, "terraform", task)


def test_what_cannot_be_judged_is_worth_less_than_what_can() -> None:
    crd = "apiVersion: example.org/v1\nkind: Widget\nmetadata:\n  name: a\nspec:\n  size: 3\n"
    score = REWARD.score_detailed(crd, "kubernetes")
    assert score.report.valid is None
    assert score.components["syntax"] == 0.5 and score.components["correctness"] <= 0.5


def test_the_weakest_honest_answer_is_above_its_floor() -> None:
    task = TASKS["terraform"]
    weak = (
        "Here is the Terraform code you asked for, have fun with it.\n"
        f"{FENCE}hcl\n"
        'resource "aws_s3_bucket" "logs" {\n'
        '  bucket = "acme-audit-logs"\n'
        '  tags = { Team = "audit" }\n'
        "}\n"
        'resource "aws_s3_bucket_versioning" "logs" {\n'
        "  bucket = aws_s3_bucket.logs.id\n"
        '   versioning_configuration { status = "Suspended" }\n'
        "}\n"
        f"{FENCE}\n"
    )
    score = REWARD.score_detailed(weak, "terraform", task)
    assert score.report.valid is True and score.components["correctness"] == pytest.approx(0.6)
    assert score.total >= WEAKEST_HONEST


def test_placeholders_cost_unless_the_prompt_gave_them() -> None:
    task = TASKS["terraform"]
    vague = task.output.replace("acme-audit-logs", "your-bucket-name")
    assert REWARD.score(vague, "terraform", task)[1]["format"] < 1
    asked = replace(task, instruction=task.instruction + " It is tagged CHANGE_ME.")
    noted = task.output.replace('"audit"', '"CHANGE_ME"')
    assert REWARD.score(noted, "terraform", asked)[1]["format"] == 1.0


HOSTILE = [
    "", "\0", "\ud800", "{" * 5000, "[" * 5000, "a: &a [*a]", "---\n" * 300, "${" * 500, "```" * 100,
    '"' * 999, "resource" * 500, "<<EOT\n" * 50, "\\\n" * 500, "pipeline {" * 300, "FROM " * 500, "é" * 500,
    "- " * 2000, ": " * 2000, "&a " * 400, "!!python/object/apply:os.system ['id']",
]  # fmt: skip


def test_no_text_raises() -> None:
    items = [(text, format, TASKS[format]) for text in HOSTILE for format in FORMATS]
    for total, details in REWARD.score_many(items):
        assert 0.0 <= total <= 1.0
        assert all(0.0 <= value <= 1.0 for value in details.values())


@given(st.sampled_from(FORMATS_LIST), st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_mangled_references_never_raise_and_never_win(format: str, data: st.DataObject) -> None:
    text = TASKS[format].output
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    put = data.draw(st.text(max_size=8))
    total, _ = REWARD.score(text[:start] + put + text[end:], format, TASKS[format])
    assert 0.0 <= total <= 1.0


def test_what_is_beside_the_point_pays_less_than_an_honest_attempt_that_fails() -> None:
    task = TASKS["terraform"]
    beside = 'resource "aws_sqs_queue" "q" {\n  name = "acme-audit-logs"\n}\n'
    fails = task.output.replace("  status", "  state")
    (easy, _), (honest, details) = REWARD.score_many(
        [(beside, "terraform", task), (fails, "terraform", task)]
    )
    assert details["syntax"] < 1.0
    assert easy < honest


def test_an_empty_kubernetes_list_is_nothing() -> None:
    empty = "apiVersion: v1\nkind: List\nitems: []\n"
    assert REWARD.score(empty, "kubernetes")[0] == 0.0
