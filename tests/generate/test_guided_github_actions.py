"""What the guide for GitHub Actions lets through: workflows that GitHub takes, and no name it lacks."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
import tiny
from guided_texts import assert_refused, closed, random_text, refused

from iapo.generate.guide import Guide
from iapo.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.verdicts import invented, kind
from walks.yaml_texts import Walk


@pytest.fixture(scope="module")
def guide():
    return Guide(tiny.tokenizer(), format="github-actions")


HEAD = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n"


def job(lines):
    """A workflow whose job has more."""
    return HEAD + "".join(f"    {line}\n" for line in lines.splitlines())


def step(lines):
    """A workflow whose job has one step."""
    first, *rest = lines.splitlines()
    return HEAD + f"    steps:\n      - {first}\n" + "".join(f"        {x}\n" for x in rest)


WRITABLE = {
    "events, filters, permissions": """name: CI # of all
on:
  push:
    branches: [main, "release/**"]
    paths-ignore: ["**.md"]
  pull_request:
    types: [opened, synchronize]
  schedule:
    - cron: "0 3 * * *"
  workflow_dispatch:
    inputs:
      level:
        type: choice
        options: [low, high]
        default: low
permissions:
  contents: read
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}
env:
  LEVEL: ${{ inputs.level || 'low' }}
jobs:
  test:
    name: on ${{ matrix.os }}
    runs-on: ${{ matrix.os }}
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, windows-latest]
        include:
          - os: macos-latest
            extra: true
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - if: matrix.extra && !cancelled()
        run: |
          echo "${{ matrix.os }}" '${{ toJSON(github.event.inputs) }}'
          make -j ${{ strategy.job-total }}
        shell: bash
""",
    "jobs that need each other": """on: [push, workflow_dispatch]
jobs:
  version:
    runs-on: ubuntu-latest
    outputs:
      tag: ${{ steps.tag.outputs.value }}
    steps:
      - id: tag
        run: echo "value=1" >> "$GITHUB_OUTPUT"
      - run: echo ${{ steps.tag.outputs.value }}
  release:
    needs: version
    if: ${{ needs.version.outputs.tag != '' }}
    uses: ./.github/workflows/release.yml
    with:
      tag: ${{ needs.version.outputs.tag }}
    secrets: inherit
  report:
    needs: [release, last]
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ needs.release.outputs.url }} ${{ needs.last.result }}
  last:
    runs-on: [self-hosted, linux]
    steps:
      - run: date
""",
    "a condition on several lines, one in quotes": job("""if: >-
  github.event_name == 'push' &&
  (github.ref == 'refs/heads/main' || startsWith(github.ref, 'refs/tags/'))
steps:
  - run: make
    if: 'github.actor != ''octocat'' && always()'
  - run: make
    if: "success() && env.A == 'a: b'" """),
    "a matrix that is read before it is there": """on:
  schedule:
    - cron: '*/15 3,4 * jan-mar 1-5'
jobs:
  build:
    runs-on: ${{ matrix.target.os }}
    name: ${{ matrix.node }} on ${{ matrix.target.arch }}
    continue-on-error: ${{ matrix.experimental }}
    strategy:
      matrix:
        target:
          - {os: ubuntu-latest, arch: x64}
          - {os: "${{ github.actor }}", arch: arm64, flags: [a, b]}
        node: [18, "20"]
        experimental: [false]
        exclude:
          - node: 18
            experimental: false
        include:
          - target: {os: windows-latest, arch: x64}
            experimental: true
            extra:
    steps:
      - run: echo ${{ join(matrix.target.flags, ' ') }} ${{ matrix.node < 20 }}
      - run: echo "${{ format('{0} of {1}', matrix.extra, fromJSON('{"a":[1]}').a[0]) }}"
""",
    "commands folded over lines": step("""run: npx eslint .
  --config .eslintrc.js
  --ext .js"""),
    "a comment aligned with the one before": step("""run: make # all of it,
           # and the tests
env:
  A: 1"""),
    "a service and a container": job("""container:
  image: node:22
  env: {A: b}
services:
  db:
    image: postgres:16
    ports: ["5432:5432"]
timeout-minutes: 10
environment:
  name: staging
  url: ${{ steps.deploy.outputs.url }}
steps:
  - id: deploy
    uses: octo/deploy/sub@v1"""),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    report = verify(text, "github-actions")
    assert report.valid is True, report.diagnostics
    assert refused(guide, text) is None


STEPS = "steps:\n  - run: make\n"
REFUSED = {
    "a key that does not exist": (job("runs_on: x"), "ubuntu-latest\n    "),
    "a job without steps": (HEAD, "<end>"),
    "a job without a runner": ("on: push\njobs:\n  a:\n    steps:\n      - run: x\n", "<end>"),
    "a workflow without events": (HEAD.replace("on: push\n", "") + "    steps:\n    - run: x\n",
                                  "<end>"),
    "an event that does not exist": ("on: pushed\n", "on: push"),
    "a type of another event": ("on:\n  release:\n    types: [opened", "types: ["),
    "a filter of another event": ("on:\n  pull_request:\n    tags: [x]", "    t"),
    "two filters of a kind": ("on:\n  push:\n    tags: [x]\n    tags-ignore: [y]", "    "),
    "a permission that does not exist": ("permissions:\n  content: read", "  content"),
    "a level that does not exist": ("permissions:\n  contents: admin", "contents: "),
    "run and uses": (step("run: make\nuses: a/b@v1"), "run: make\n        "),
    "inputs of a script": (step("run: make\nwith:"), "make\n        w"),
    "neither run nor uses": (step("name: x") + "on: push", "name: x\n"),
    "an input that does not exist": (
        step("uses: actions/checkout@v4\nwith:\n  depth: 1"), "          "),
    "an input that is needed": (step("uses: actions/cache@v4") + "  b:", "actions/cache@v4\n  "),
    "an action without a version": (step("uses: actions/checkout"), "actions/checkout"),
    "a shell that does not exist": (step("run: x\nshell: zsh"), "zsh"),
    "a truth value that is none": (step("run: x\ncontinue-on-error: maybe"), "error: "),
    "steps of a called workflow": (
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    steps:", "b.yml\n    st"),
    "a job that is nowhere": (job("needs: other\n" + STEPS), "<end>"),
    "a job that waits for itself": (job("needs: build\n" + STEPS), "needs: build"),
    "a job twice": (job("needs: [a, a]\n" + STEPS), "[a, a"),
    "jobs in a circle": (
        job("needs: b\n" + STEPS) + "  b:\n    needs: build\n", "needs: build"),
    "an id twice": (job("steps:\n- id: a\n  run: x\n- id: a\n"), "id: a"),
    "an expression that stays open": (step("run: echo ${{ github.ref\n"), "github.ref"),
    "a context that does not exist": (step("run: ${{ git.ref }}"), "${{ git"),
    "a context of another place": ("run-name: ${{ secrets.A }}\n", "${{ s"),
    "a function that does not exist": (step("run: ${{ lower('a') }}"), "${{ "),
    "a function of conditions": (step("run: ${{ always() }}"), "${{ "),
    "a property that does not exist": (step("run: ${{ github.branch }}"), "github.b"),
    "a step that is not there": (step("run: ${{ steps.a.outputs.b }}"), "${{ st"),
    "an output that is not there": (
        step("uses: actions/cache@v4\nid: c\nwith: {path: a, key: b}")
        + "      - run: ${{ steps.c.outputs.hit }}", "outputs."),
    "a matrix value that is not there": (
        job("strategy:\n  matrix:\n    os: [a]\nsteps:\n- run: ${{ matrix.arch }}"), "matrix."),
    "a matrix that never comes": (job("name: ${{ matrix.os }}\n" + STEPS), "<end>"),
    "an input of nothing": (step("run: ${{ inputs.a }}"), "${{ "),
    "an object as text": (step("run: ${{ github.event }}"), "github.event "),
    "too many arguments": (step("run: ${{ contains('a', 'b', 'c') }}"), "'b'"),
    "double quotes": (step('run: ${{ "a" }}'), "${{ "),
    "an outsider's text in a script": (
        step("run: echo ${{ github.head_ref }}"), "github."),
    "a condition around an expression": (job("if: ${{ true }} == 1"), "${{ true }} "),
    "a brace of a shell in brackets": (
        HEAD + "    steps: [{run: x, shell: perl {0}}]\n", "perl "),
    "a schedule of four fields": ("on:\n  schedule:\n    - cron: '0 * * *'\n", "'0 * * *"),
    "a schedule of every minute": ("on:\n  schedule:\n    - cron: '* * * * *'\n", "'*"),
    "a placeholder without an argument": (
        step("run: ${{ format('{0} {1}', github.ref) }}"), "github.ref"),
    "an argument without a placeholder": (
        step("run: ${{ format('{0}', github.ref, 1) }}"), "github.ref"),
    "JSON that is none": (step("run: ${{ fromJSON('{a}') }}"), "'{"),
    "a property of a matrix value that has none": (
        job("strategy:\n  matrix:\n    os: [a]\nsteps:\n- run: ${{ matrix.os.name }}"), "matrix.os"),
    "a property that no matrix value has": (
        job("strategy:\n  matrix:\n    on: [{os: a}]\nsteps:\n- run: ${{ matrix.on.arch }}"),
        "matrix.on."),
    "a list of the matrix as text": (
        job("strategy:\n  matrix:\n    x: [[a]]\nsteps:\n- run: ${{ matrix.x }}"), "matrix.x "),
    "a property that none of several services has": (
        step("run: ${{ toJSON(job.services.*.alpha) }}"), "job.services.*."),
    "a number for a runner": (
        HEAD.replace("ubuntu-latest", "${{ matrix.os }}")
        + "    strategy:\n      matrix:\n        os: [20]", "[20"),
    "a mapping where a text was read": (
        job("name: ${{ matrix.os }}\nstrategy:\n  matrix:\n    os: [{"), "os: ["),
    "an exclusion of what no row has": (
        job("strategy:\n  matrix:\n    os: [a]\n    exclude:\n      - arch: b"), "- "),
    "an exclusion of a value that no row has": (
        job("strategy:\n  matrix:\n    os: [a]\n    exclude:\n      - os: b"), "os: "),
    "an item in the place of a key": (step("run: make\n    - b"), "make\n            -"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_cut_anywhere_is_closed(guide, name):
    text, rng = WRITABLE[name], random.Random(name)
    for at in rng.sample(range(len(text)), 6):
        found = closed(guide, text[:at])
        report = verify(text[:at] + found, "github-actions")
        assert kind(report) in ("valid", "value rules"), (text[:at], found, report.diagnostics)


@pytest.mark.parametrize("number", range(8))
def test_a_random_text_has_no_name_that_does_not_exist(guide, number):
    text = random_text(Walk, guide, number)
    assert invented(verify(text, "github-actions")) == []
