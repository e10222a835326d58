"""GitHub Actions: what the check accepts, what it refuses, where and with which code."""

from __future__ import annotations

import time

import pytest

from iapo.verify.github_actions import check
from iapo.verify.github_actions.expressions import ExpressionError, parse_until_end
from iapo.verify.github_actions.filters import cron_problem, glob_problem
from iapo.verify.oracles.github_actions import judge

GOOD = """\
name: CI
on:
  push: {branches: [main, 'releases/**']}
  schedule: [{cron: '30 4 * * MON-FRI'}]
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [low, high], default: low}
permissions: {contents: read, id-token: write}
concurrency: {group: '${{ github.ref }}', cancel-in-progress: true}
env: {A: 1}
jobs:
  build:
    runs-on: ${{ matrix.os }}
    strategy:
      matrix:
        os: [ubuntu-latest, windows-latest]
        include: [{os: ubuntu-latest, extra: yes-please}]
    outputs: {version: '${{ steps.v.outputs.version }}'}
    steps:
      - uses: actions/checkout@v4
        with: {fetch-depth: 0}
      - id: v
        run: echo "version=1" >> "$GITHUB_OUTPUT"
        if: matrix.extra != '' && !cancelled()
      - run: echo ${{ inputs.level }} ${{ hashFiles('**/lock') }}
  deploy:
    needs: build
    if: needs.build.result == 'success'
    uses: owner/repo/.github/workflows/deploy.yml@v1
    with: {version: '${{ needs.build.outputs.version }}'}
    secrets: inherit
"""


def workflow(step: str = "run: x", *, job: str = "", top: str = "", on: str = "push") -> str:
    """A workflow of one job with one step, with lines added to the job or the top."""
    extra = f"    {job}\n" if job else ""
    first = f"{top}\n" if top else ""
    return f"on: {on}\n{first}jobs:\n  a:\n    runs-on: ubuntu-latest\n{extra}    steps:\n      - {step}\n"


def codes(text: str) -> set[str]:
    return {d.code for d in check(text).diagnostics if d.severity == "error"}


def test_a_sound_workflow_is_valid_and_its_data_is_given() -> None:
    report = check(GOOD)
    assert report.valid is True and not report.diagnostics
    (document,) = report.documents
    assert document["on"]["push"] == {"branches": ["main", "releases/**"]}
    assert document["jobs"]["build"]["steps"][0]["uses"] == "actions/checkout@v4"


@pytest.mark.parametrize("on", ["push", "[push, pull_request]", "{push: }"])
def test_events_become_a_mapping(on: str) -> None:
    (document,) = check(workflow(on=on)).documents
    assert isinstance(document["on"], dict) and document["on"]["push"] is None


def test_on_is_no_boolean_and_yes_is_text() -> None:
    assert check(workflow("{run: x, continue-on-error: yes}")).valid is False
    assert check(workflow("{run: x, continue-on-error: true}")).valid is True


BROKEN = [
    ("unknown-key", workflow(job="script: x")),
    ("unknown-key", workflow("{run: x, nmae: y}")),
    ("missing-key", "on: push\njobs: {a: {steps: [{run: x}]}}"),
    ("missing-key", "jobs: {a: {runs-on: x, steps: [{run: x}]}}"),
    ("missing-key", workflow("name: nothing")),
    ("run-and-uses", workflow("{run: x, uses: a/b@v1}")),
    ("unknown-event", workflow(on="pushed")),
    ("unknown-activity-type", workflow(on="{issues: {types: [opend]}}")),
    ("no-activity-types", workflow(on="{push: {types: [opened]}}")),
    ("filter-not-allowed", workflow(on="{issues: {branches: [main]}}")),
    ("exclusive-filters", workflow(on="{push: {paths: [a], paths-ignore: [b]}}")),
    ("bad-glob", workflow(on="{push: {branches: ['^v1']}}")),
    ("bad-cron", workflow(on="{schedule: [{cron: '61 * * * *'}]}")),
    ("missing-key", workflow(on="{workflow_run: }")),
    ("missing-key", workflow(on="{workflow_dispatch: {inputs: {a: {type: choice}}}}")),
    ("bad-default", workflow(on="{workflow_dispatch: {inputs: {a: {type: boolean, default: x}}}}")),
    ("missing-key", workflow(on="{workflow_call: {inputs: {a: {default: x}}}}")),
    ("unknown-permission", workflow(top="permissions: {content: read}")),
    ("bad-permission", workflow(top="permissions: {contents: admin}")),
    ("bad-permission", workflow(top="permissions: read")),
    ("unknown-shell", workflow("{run: x, shell: fish}")),
    ("unknown-shell", workflow("{run: x, shell: cmd}")),
    ("bad-action", workflow("uses: actions/checkout")),
    ("bad-action", workflow("uses: checkout@v4")),
    ("unknown-input", workflow("{uses: actions/checkout@v4, with: {branch: x}}")),
    ("missing-input", workflow("{uses: actions/cache@v4, with: {path: x}}")),
    ("undefined-job", workflow(job="needs: nobody")),
    ("cyclic-needs", workflow(job="needs: a")),
    ("duplicate-id", workflow("{run: x, id: one}\n      - {run: x, id: ONE}")),
    ("bad-id", workflow("{run: x, id: 1st}")),
    ("wrong-type", workflow(job="timeout-minutes: soon")),
    ("bad-value", workflow(job="timeout-minutes: 0")),
    ("wrong-type", workflow(job="strategy: {matrix: {a: x}}")),
    ("undefined-matrix-key", workflow(job="strategy: {matrix: {a: [1], exclude: [{b: 1}]}}")),
    ("unmatched-exclude", workflow(job="strategy: {matrix: {a: [1], exclude: [{a: 2}]}}")),
    ("missing-key", workflow(top="concurrency: {cancel-in-progress: true}")),
    ("key-not-allowed", "on: push\njobs: {a: {uses: ./.github/workflows/x.yml, env: {A: b}}}"),
    ("bad-workflow-reference", "on: push\njobs: {a: {uses: owner/repo@v1}}"),
    (
        "plain-password",
        workflow(job="container: {image: x, credentials: {username: a, password: b}}"),
    ),
    ("constant-condition", workflow("{run: x, if: \"${{ github.ref == 'x' }} && true\"}")),
    ("merge-key", workflow("&s\n        run: x\n      - {<<: *s, name: y}")),
    ("several-documents", workflow() + "---\na: b\n"),
    ("duplicate-key", workflow() + "on: push\n"),
]


@pytest.mark.parametrize(("code", "text"), BROKEN)
def test_what_github_refuses_is_refused(code: str, text: str) -> None:
    report = check(text)
    assert report.valid is False
    assert code in codes(text), report.diagnostics
    assert all(d.line and d.column and d.message for d in report.errors)


EXPRESSIONS = [
    ("expression-syntax", "github.ref = 'x'"),
    ("expression-syntax", 'github.ref == "x"'),
    ("expression-syntax", "(github.ref"),
    ("expression-syntax", ""),
    ("unknown-context", "environment.X"),
    ("unknown-function", "upper(github.ref)"),
    ("wrong-arguments", "startsWith(github.ref)"),
    ("wrong-argument-type", "startsWith(github.event_name, github)"),
    ("format-arguments", "format('{0} {1}', github.ref)"),
    ("format-arguments", "format('none', github.ref)"),
    ("bad-json", "fromJSON('{')"),
    ("undefined-property", "github.reff"),
    ("undefined-property", "steps.later.outputs.x"),
    ("undefined-property", "matrix.os"),
    ("undefined-property", "needs.b.outputs.x"),
    ("undefined-property", "inputs.level"),
    ("object-as-text", "github.event"),
    ("function-not-allowed", "success()"),
    ("untrusted-input", "github.event.issue.title"),
    ("context-not-allowed", "jobs.a.result"),
    ("bad-comparison", "github == 'x'"),
]


@pytest.mark.parametrize(("code", "expression"), EXPRESSIONS)
def test_expressions_are_checked(code: str, expression: str) -> None:
    text = workflow("run: |\n          echo\n          echo ${{ " + expression + " }}")
    assert code in codes(text)
    (error, *_) = check(text).errors
    assert error.line == 8  # the line of the expression, not of the key


@pytest.mark.parametrize(
    "expression",
    [
        "github.event.pull_request.number",
        "github['ref']",
        "toJSON(github.event)",
        "github.event.commits.*.id[0]",
        "contains(fromJSON('[1, 2]'), 1) && 'yes' || 'no'",
        "format('{{0}} {0}', github.sha)",
        "!github.event.forced || 1 >= 2",
        "contains(github.event.issue.title, 'x')",
        "case(github.ref == 'x', 1, 2)",
    ],
)
def test_sound_expressions_pass(expression: str) -> None:
    assert codes(workflow("run: echo ${{ " + expression + " }}")) == set()


def test_contexts_are_limited_to_their_places() -> None:
    assert "context-not-allowed" in codes(workflow(job="if: secrets.TOKEN != ''"))
    assert "context-not-allowed" in codes(workflow(job="name: ${{ env.X }}"))
    assert codes(workflow("run: echo ${{ secrets.TOKEN }} ${{ env.X }}")) == set()


def test_a_step_sees_only_earlier_steps_and_known_outputs() -> None:
    known = "{uses: actions/checkout@v4, id: c}\n      - run: echo ${{ steps.c.outputs.%s }}"
    assert codes(workflow(known % "commit")) == set()
    assert codes(workflow(known % "comit")) == {"undefined-property"}
    later = "run: echo ${{ steps.c.outcome }}\n      - {run: x, id: c}"
    assert codes(workflow(later)) == {"undefined-property"}


def test_outputs_of_needed_jobs_must_exist() -> None:
    head = "on: push\njobs:\n  a:\n    runs-on: x\n    outputs: {v: '1'}\n    steps: [{run: x}]\n"
    tail = "  b:\n    needs: [A]\n    runs-on: x\n    steps: [{run: 'echo ${{ needs.a.outputs.%s }}'}]\n"
    assert check(head + tail % "v").valid is True
    assert codes(head + tail % "w") == {"undefined-property"}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("deprecated-command", workflow("run: echo '::set-output name=a::b'")),
        ("old-action", workflow("uses: actions/checkout@v2")),
        ("duplicate-matrix-value", workflow(job="strategy: {matrix: {a: [1, 1]}}")),
        ("constant-condition", workflow(job="if: false")),
    ],
)
def test_what_github_takes_with_a_sigh_is_a_warning(code: str, text: str) -> None:
    report = check(text)
    assert report.valid is True
    assert [d.code for d in report.diagnostics] == [code]


def test_anchors_are_followed() -> None:
    assert check(workflow("&s\n        run: x\n      - *s")).valid is True


def test_soundness_counts_jobs() -> None:
    text = "on: push\njobs:\n" + "".join(
        f"  j{i}: {{runs-on: x, steps: [{{run: x}}]{', bad: 1' if i == 0 else ''}}}\n"
        for i in range(3)
    )
    assert check(text).sound == pytest.approx(0.75)


@pytest.mark.parametrize(
    "cron", ["*/5 * * * *", "0 0 1,15 JAN-MAR *", "5 4 * * SUN", "0 */2 * * 1-5"]
)
def test_cron_accepts(cron: str) -> None:
    assert cron_problem(cron) is None


@pytest.mark.parametrize(
    "cron",
    ["* * * * *", "@daily", "0 0 * *", "60 0 * * *", "0 0 32 * *", "0 0 * * 7", "9-1 0 * * *", "a"],
)
def test_cron_refuses(cron: str) -> None:
    assert cron_problem(cron)


@pytest.mark.parametrize("glob", ["main", "releases/**", "v[12].[0-9]+", "!x", "feature/*", "a\\+"])
def test_branch_globs_accepted(glob: str) -> None:
    assert glob_problem(glob, ref=True) is None


@pytest.mark.parametrize(
    "glob", ["", "!", "a b", "^v", "/x", "x/", "v[1", "v[]", "+x", "**?", "v[9-0]"]
)
def test_branch_globs_refused(glob: str) -> None:
    assert glob_problem(glob, ref=True)


def test_the_position_after_an_expression_is_told() -> None:
    parsed = parse_until_end(" 'a}}b' }} rest")
    assert not isinstance(parsed, ExpressionError)
    assert parsed[1] == len(" 'a}}b' }}")


HOSTILE = {
    "deep parentheses": workflow("run: echo ${{ " + "(" * 5000 + " }}"),
    "deep negation": workflow("run: echo ${{ " + "!" * 5000 + "x }}"),
    "long dereference": workflow("run: echo ${{ github" + ".a" * 9000 + " }}"),
    "many expressions": workflow("run: " + "${{ x }}" * 100_000),
    "many openings": workflow("run: " + "${{ " * 200_000),
    "many quotes": workflow('run: "${{ ' + "'" * 300_001 + '"'),
    "alias bomb": "a: &a [x, x, x, x, x]\n"
    + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)
    ),
    "cycle": "&a {on: *a}",
    "deep YAML": "[" * 5000,
    "NUL": "on: push\0",
    "surrogate": "on: \ud800",
    "many jobs": "on: push\njobs:\n" + "".join(f"  j{i}: {{a: b}}\n" for i in range(5000)),
    "odd keys": "1: 2\n.nan: 3\nnull: 4\non: {1: 2}\njobs: {1: {2: 3}}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_in_a_verdict_within_two_seconds_of_work(name: str) -> None:
    start = time.process_time()
    assert check(HOSTILE[name]).valid is False
    assert time.process_time() - start < 2


@pytest.mark.parametrize("text", ["", "# only a comment\n", "[]", "text", "{}", "null"])
def test_what_is_no_workflow_is_refused(text: str) -> None:
    report = check(text)
    assert report.valid is False and report.sound == 0.0 and not report.parses


def test_the_real_tool_agrees() -> None:
    texts = [GOOD, BROKEN[0][1], BROKEN[6][1], BROKEN[22][1]]
    judged = judge(texts)
    if judged is None:
        pytest.skip("actionlint is not installed (pip install iapo[actionlint])")
    assert [j.report.valid for j in judged] == [check(text).valid for text in texts]
