"""GitLab CI: what the check accepts, what it refuses, what depends on an include."""

from __future__ import annotations

import time

import pytest

from iapo.verify.gitlab_ci import check
from iapo.verify.gitlab_ci.conditions import condition_problem
from iapo.verify.gitlab_ci.durations import seconds

GOOD = """\
stages: [build, test, deploy]
default:
  image: python:3.12
  retry: 1
variables: {APP: web}
.base:
  before_script: [pip install .]
  tags: [docker]
build:
  extends: .base
  stage: build
  script: make
  artifacts: {paths: [dist], expire_in: 1 week}
test:
  needs: [build]
  script:
    - !reference [.base, before_script]
    - make test
  rules:
    - if: $CI_COMMIT_BRANCH =~ /^rel-/ && ($A == "x" || $B == null)
      when: delayed
      start_in: 30 minutes
deploy:
  stage: deploy
  inherit: {default: [image]}
  dependencies: [build]
  script: make deploy
  environment: {name: prod, on_stop: stop}
stop:
  stage: deploy
  script: make stop
  when: manual
  environment: {name: prod, action: stop}
"""


def codes(text: str) -> set[str]:
    return {d.code for d in check(text).diagnostics if d.severity == "error"}


def test_a_sound_pipeline_is_valid() -> None:
    report = check(GOOD)
    assert report.valid is True and not report.diagnostics


def test_documents_have_everything_resolved() -> None:
    (document,) = check(GOOD).documents
    assert document["build"]["tags"] == ["docker"]
    assert document["build"]["retry"] == 1 and document["build"]["image"] == "python:3.12"
    assert document["test"]["script"] == ["pip install .", "make test"]
    assert document["test"]["stage"] == "test"
    assert "retry" not in document["deploy"]
    assert document[".base"]["before_script"] == ["pip install ."]


def test_anchors_and_merge_keys_are_resolved() -> None:
    (document,) = check(".a: &a {tags: [x]}\nb: {<<: *a, script: y}").documents
    assert document["b"]["tags"] == ["x"]


BROKEN = [
    ("nothing-to-run", "a: {stage: test}"),
    ("empty", "a: {script: []}"),
    ("undeclared-stage", "stages: [build]\na: {stage: tset, script: x}"),
    ("undeclared-stage", "stages: [build]\na: {script: x}"),
    ("undefined-job", "a: {script: x, needs: [b]}"),
    ("undefined-job", ".b: {script: x}\na: {script: x, needs: [.b]}"),
    ("undefined-job", "a: {script: x, dependencies: [b]}"),
    ("need-in-later-stage", "a: {script: x, needs: [b]}\nb: {stage: deploy, script: x}"),
    ("dependency-in-later-stage", "a: {script: x, dependencies: [b]}\nb: {stage: deploy, script: x}"),
    ("dependency-not-needed", "a: {script: x, needs: [c], dependencies: [b]}\nb: {stage: build, script: x}\nc: {stage: build, script: x}"),
    ("cyclic-needs", "a: {script: x, needs: [b]}\nb: {script: x, needs: [a]}"),
    ("undefined-extends", "a: {script: x, extends: .b}"),
    ("cyclic-extends", ".a: {extends: .b}\n.b: {extends: .a}\nc: {extends: .a, script: x}"),
    ("undefined-reference", "a: {script: [!reference [.b, script]]}"),
    ("cyclic-reference", "a: {script: [!reference [a, script]]}"),
    ("only-beside-rules", "a: {script: x, only: [main], rules: [{when: always}]}"),
    ("conflicting-keywords", "a: {script: x, trigger: group/project}"),
    ("key-beside-trigger", "a: {trigger: group/project, image: x}"),
    ("unknown-key", "a: {scirpt: x, script: y}"),
    ("unknown-key", "a: {script: x, artifacts: {path: [a]}}"),
    ("wrong-type", "a: {script: x, cache: {paths: a}}"),
    ("wrong-type", "a: text"),
    ("bad-value", "a: {script: x, when: sometimes}"),
    ("missing-key", "a: {script: x, when: delayed}"),
    ("start-in-without-delayed", "a: {script: x, start_in: 5 minutes}"),
    ("bad-condition", "a: {script: x, rules: [{if: '$A = \"x\"'}]}"),
    ("bad-condition", "workflow: {rules: [{if: '$A =='}]}\na: {script: x}"),
    ("bad-duration", "a: {script: x, timeout: soon}"),
    ("bad-duration", "a: {script: x, artifacts: {paths: [a], expire_in: 1 fortnight}}"),
    ("bad-pattern", "a: {script: x, coverage: '/(/'}"),
    ("bad-value", "a: {script: x, coverage: 'TOTAL'}"),
    ("out-of-range", "a: {script: x, retry: 5}"),
    ("too-many", f"a: {{script: x, parallel: {{matrix: [{{A: {list(range(15))}, B: {list(range(15))}}}]}}}}"),
    ("bad-on-stop", "a: {script: x, environment: {name: p, on_stop: b}}\nb: {script: x}"),
    ("bad-interpolation", "spec: {inputs: {a: }}\n---\nb: {script: 'echo $[[ inputs.c ]]'}"),
    ("bad-input", "spec: {inputs: {a: {type: text}}}\n---\nb: {script: x}"),
    ("reserved-name", '"true": {script: x}'),
    ("unknown-anchor", "a: {<<: *b, script: x}"),
    ("unknown-tag", "a: {script: !refrence [a, b]}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), BROKEN)
def test_what_gitlab_refuses_is_refused(code: str, text: str) -> None:
    report = check(text)
    assert report.valid is False
    assert code in codes(text), report.diagnostics
    assert all(d.line and d.column and d.message for d in report.errors)


@pytest.mark.parametrize(
    "text",
    [
        "a: {script: x, needs: [{job: b, optional: true}]}",
        "a: {script: [[x, y], z]}",
        "a: {stage: .pre, script: x}\nb: {script: x}",
        "a: {trigger: {include: child.yml, strategy: depend}}",
        "a: {needs: {pipeline: group/project}}",
        "a: {script: x, parallel: 2}\nb: {stage: deploy, script: x, needs: ['a 1/2']}",
        "spec: {inputs: {n: {type: number, default: 2}}}\n---\na: {script: x, parallel: '$[[ inputs.n ]]'}",
        "a: {script: x, retry: {max: 1, when: missing_dependency_failure}}",
        "pages: {script: x, artifacts: {paths: [public]}}",
    ],
)
def test_what_gitlab_takes_is_valid(text: str) -> None:
    report = check(text)
    assert report.valid is True, report.diagnostics


@pytest.mark.parametrize(
    "text",
    [
        "include: other.yml\na: {extends: .elsewhere}",
        "include: other.yml\na: {script: x, needs: [elsewhere]}",
        "include: other.yml\na: {script: [!reference [.elsewhere, script]]}",
        "include: other.yml\na: {stage: elsewhere, script: x}",
    ],
)
def test_what_an_include_could_define_is_unjudged(text: str) -> None:
    assert check(text).valid is None


def test_an_include_excuses_nothing_else() -> None:
    assert check("include: other.yml\na: {script: x}").valid is True
    assert codes("include: other.yml\na: {script: x, when: sometimes}") == {"bad-value"}
    text = "include: other.yml\nstages: [build]\na: {stage: tset, script: x}"
    assert codes(text) == {"undeclared-stage"}


def test_a_file_without_jobs_is_for_including() -> None:
    report = check(".base: {tags: [x]}")
    assert report.valid is None and [d.code for d in report.diagnostics] == ["no-jobs"]


def test_a_fault_in_a_parent_is_shown_where_it_is_written() -> None:
    report = check(".base:\n  retry: 9\na:\n  extends: .base\n  script: x\n")
    (error,) = report.errors
    assert (error.line, error.code) == (2, "out-of-range")


def test_the_last_of_two_equal_keys_counts_with_a_warning() -> None:
    report = check("a: {script: x}\na: {script: y}")
    assert report.valid is True and [d.code for d in report.diagnostics] == ["duplicate-key"]
    assert report.documents[0]["a"]["script"] == "y"


def test_soundness_counts_jobs() -> None:
    assert check("a: {script: x}\nb: {script: x}\nc: {scirpt: x}").sound == pytest.approx(0.75)


@pytest.mark.parametrize(
    "condition",
    [
        "$A",
        '$A == "x"',
        "$A != null && $B",
        "($A || $B) && $C =~ /x/i",
        "$A =~ $B",
        "'a' == $A",
        "$A == true",
    ],
)
def test_conditions_accepted(condition: str) -> None:
    assert condition_problem(condition) is None


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "$A =",
        "$A == x",
        "$A & $B",
        "($A",
        "$A)",
        "$A $B",
        "!$A",
        '$A == "x',
        "$A =~ /x",
        "$A == /x/",
        "&& $A",
    ],
)
def test_conditions_refused(condition: str) -> None:
    assert condition_problem(condition)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1h 30m", 5400),
        ("3 hours 30 minutes", 12_600),
        ("2 weeks", 1_209_600),
        ("45", 45),
        ("1:30", 90),
    ],
)
def test_durations_are_read(text: str, length: int) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "soon", "1 fortnight", "hours", "1 2"])
def test_what_is_no_duration(text: str) -> None:
    assert seconds(text) is None


HOSTILE = {
    "reference bomb": "".join(
        f".j{i}: {{script: [{', '.join([f'!reference [.j{i + 1}, script]'] * 4)}]}}\n" for i in range(30)
    ) + ".j30: {script: [x]}\na: {script: [!reference [.j0, script]]}",
    "long extends": "".join(f".j{i}: {{extends: .j{i + 1}, script: x}}\n" for i in range(4000)),
    "wide extends": "".join(f".j{i}: {{extends: [.j{i + 1}, .j{i + 1}]}}\n" for i in range(300)),
    "long needs": "".join(f"j{i}: {{script: x, needs: [j{i + 1}]}}\n" for i in range(4000)),
    "deep condition": "a: {script: x, rules: [{if: '" + "(" * 9000 + "'}]}",
    "costly pattern": "a: {script: x, rules: [{if: '$A =~ /" + "(a+)+" * 3000 + "("  + "/'}]}",
    "huge numbers": "a: {script: x, retry: " + "9" * 390 + ", parallel: 1e400}",
    "many faults": "".join(f"j{i}: {{scirpt: x}}\n" for i in range(5000)),
    "cycle": "a: &a {script: *a}",
    "NUL": "a: {script: \0}",
    "odd keys": "1: {2: 3}\n.nan: 4\nnull: 5",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_in_a_verdict_within_two_seconds_of_work(name: str) -> None:
    start = time.process_time()
    assert check(HOSTILE[name]).valid is not True
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "text", "null"])
def test_what_is_no_configuration_is_refused(text: str) -> None:
    report = check(text)
    assert report.valid is False and not report.parses


@pytest.mark.parametrize("place", ["a: {script: x, cache: %s}", "a: {script: x}\ncache: %s",
                                   "a: {script: x}\ndefault: {cache: [%s]}"])  # fmt: skip
def test_caches_have_known_keys_and_policies(place: str) -> None:
    good = "{key: k, paths: [p], policy: $POLICY, when: always, untracked: true}"
    assert check(place % good).valid is True
    for wrong in ("{key: k, path: [p]}", "{paths: [p], policy: pullpush}"):
        assert check(place % wrong).valid is False, wrong


def test_a_job_has_one_stage() -> None:
    assert check("a: {script: x, stage: [test]}").valid is False


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {scripts: [x]}", 'did you mean "script"?'),
        ("a: {script: x, rules: {if: $A}}", "must be a list"),
        ("a: {script: x, image: [x]}", "must be text or a mapping"),
        ("stages: [b]\na: {script: x}", 'names no stage, so it is in "test"'),
        ("a: {script: x, retry: {when: failure}}", "runner_system_failure"),
    ],
)
def test_refusals_say_what_to_write(text: str, said: str) -> None:
    assert any(said in d.message for d in check(text).errors)


def test_a_flood_of_jobs_is_refused_in_time() -> None:
    start = time.process_time()
    report = check("".join(f"k{i}: 1\n" for i in range(60_000)))
    assert [d.code for d in report.errors] == ["too-many"]
    assert time.process_time() - start < 2
