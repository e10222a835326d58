"""What the guide for GitLab CI lets through: pipelines that its linter takes, and no keyword it lacks."""

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
    return Guide(tiny.tokenizer(), format="gitlab-ci")


def job(lines, stages=""):
    """A pipeline with a job that has more."""
    return stages + "build:\n  script: make\n" + "".join(f"  {x}\n" for x in lines.splitlines())


WRITABLE = {
    "stages, needs, rules": """stages: [build, test, ship it]
default:
  image: node:22
  cache:
    key: $CI_COMMIT_REF_SLUG
    paths: [node_modules/]
variables:
  A: "1"
  B:
    value: x
    description: what for
workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - when: always
build app:
  stage: build
  script:
    - npm ci
    - npm run build
      --production
  artifacts:
    paths:
      - dist/
    expire_in: 1 week
test:
  needs:
    - build app
    - job: lint
      artifacts: false
  script: npm test
  parallel: 3
lint:
  stage: build
  script: [npm run lint]
ship:
  stage: ship it # the last
  script: make ship
  environment:
    name: production
    url: https://example.com
  rules:
    - if: $CI_COMMIT_BRANCH == "main"
      when: delayed
      start_in: 10 minutes
    - when: manual
      allow_failure: true
""",
    "what is extended, merged and referred to": """.base: &base
  image: alpine:3
  before_script:
    - apk add make
  tags: [linux]
.setup:
  script:
    - make setup
build:
  extends: .base
  script:
    - !reference [.setup, script]
    - make
check:
  <<: *base
  script: make check
late:
  extends: [.base, .last]
.last:
  script: make last
""",
    "another pipeline": """trigger docs:
  trigger:
    project: group/docs
    strategy: depend
  rules:
    - changes: [docs/**/*]
child:
  trigger:
    include: child.yml
  needs: ["trigger docs"]
""",
    "conditions, durations and other forms": r"""stages: [build, test]
unit:
  stage: test
  script: [make]
  coverage: '/TOTAL.*\s+(\d+\.?\d*)%/'
  timeout: 1h 30m
  dependencies: [compile]
  rules:
    - if: '$CI_COMMIT_TAG =~ /^v\d+(\.\d+)*$/ && ($A == null || $B != "x")'
    - if: "$CI_COMMIT_TAG =~ /^v\\d+$/ && $A == \"it's\""
    - if: >-
        $CI_PIPELINE_SOURCE == "push" &&
        $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  release: {tag_name: v1, description: x, released_at: '2030-01-31T10:00:00Z'}
  image: {name: a, pull_policy: [always, if-not-present]}
  inputs: {level: {type: number, default: 3}, name: {default: x}}
compile:
  stage: build
  script: x
  artifacts: {paths: [a], expire_in: never}
  only: {variables: ["$A"]}
""",
    "other files": """include:
  - local: /ci/base.yml
  - template: Jobs/Build.gitlab-ci.yml
unit:
  extends: .from-there
  stage: verify
  script: make unit
""",
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    report = verify(text, "gitlab-ci")
    # What other files hold is not known.
    assert report.valid is (None if name == "other files" else True), report.diagnostics
    assert refused(guide, text) is None


REFUSED = {
    "a keyword that does not exist": (job("scripts: x"), "make\n  s"),
    "a keyword of another place": (job("artifacts:\n  path: x"), "    path"),
    "a job with nothing to run": ("build:\n  image: x\n", "<end>"),
    "no job": ("stages: [build]\n", "<end>"),
    "a reserved name": ("types:\n", "types"),
    "script and trigger": (job("trigger: a/b"), "make\n  t"),
    "a script of a trigger": ("a:\n  trigger: a/b\n  before_script: x\n", "a/b\n  "),
    "only beside rules": (job("rules:\n  - when: always\nonly: [main]"), "always\n  "),
    "a word that is none of the words": (job("when: sometimes"), "when: "),
    "never as a job's": (job("when: never"), "when: "),
    "a delay without its length": (job("when: delayed\n") + "b:", "delayed\n"),
    "a length without delay": (job("when: manual\nstart_in: 1 day"), "manual\n  sta"),
    "a stage that is not declared": (job("stage: ship", "stages: [build]\n"), "stage: "),
    "a stage that never is": (job("stage: ship"), "<end>"),
    "a stage twice": ("stages: [a, a]\n", "[a, a"),
    "a job in the stage that is not": (
        "stages: [build]\na:\n  script: x\nb", "script: x\n"),
    "a need that is nowhere": (job("needs: [a]"), "<end>"),
    "an entry of needs that is nowhere": (job("needs:\n  - job: a"), "<end>"),
    "a need of a hidden job": (job("needs: [.a]"), "[.a"),
    "jobs in a circle": (job("needs: [a]") + "a:\n  script: x\n  needs: [build]\n", "[build"),
    "a base that is nowhere": (job("extends: .a"), "<end>"),
    "a base in a circle": (job("extends: build"), "extends: build"),
    "a reference to nothing": (job("before_script:\n  - !reference [.a, script]"), "<end>"),
    "a cache's key that does not exist": (job("cache:\n  path: [x]"), "    path"),
    "a mapping for a list": (job("tags:\n  a: b"), "tags:\n    "),
    "a text for a number": (job("parallel: many"), "parallel: "),
    "a condition that is a mere word": (job("rules:\n  - if: main"), "if: "),
    "a condition that compares with nothing": (job("rules:\n  - if: $A =="), "$A =="),
    "a condition that ends in a line": (job("rules:\n  - if: |\n      $A ==\n  - if"), "$A ==\n    "),
    "a group that stays open": (job("rules:\n  - if: $A =~ /(a/"), "/(a"),
    "a duration that is none": (job("timeout: soon"), "timeout: s"),
    "a duration in a block": (job("timeout: |\n  1 day"), "timeout: "),
    "a delay of more than a week": (job("when: delayed\nstart_in: 8 days"), "start_in: 8 "),
    "a coverage that is no expression": (job("coverage: total"), "coverage: "),
    "a file that is no YAML": ("include: ci.txt\n", "ci.txt"),
    "a project without its group": ("a:\n  trigger: docs\n", "docs"),
    "a dependency of the same stage": (
        job("dependencies: [a]") + "a:\n  script: x\n", "<end>"),
    "a dependency that is not needed": (job("needs: [a]\ndependencies: [b]"), "dependencies: ["),
    "needs without a dependency": (job("dependencies: [a]\nneeds: []"), "needs: ["),
    "a need of a later stage": (
        "stages: [one, two]\nb:\n  stage: two\n  script: x\n"
        "a:\n  stage: one\n  script: x\n  needs: [b]", "[b"),
    "a stage that is not declared beside other files": (
        job("stage: ship", "include: a.yml\nstages: [build]\n"), "stage: "),
    "a word twice": (
        job("image:\n  name: a\n  pull_policy: [always, always]"), "[always, "),
    "a text twice": (job("id_tokens:\n  A:\n    aud: [a, a]"), "[a, a"),
    "an item twice": (job("id_tokens:\n  A:\n    aud:\n      - a\n      - 'a'"), "- 'a'"),
    "a base that is no mapping": ("a:\n  extends: .b\n.b: text\n", ".b: "),
    "an entry of needs that is the job": (job("needs:\n  - job: build"), "job: build"),
    "an input without its default": (
        job("inputs:\n  a:\n    type: string") + "b:", "type: string\n"),
    "a default of another type": (
        job("inputs:\n  a:\n    type: number\n    default: x"), "default: "),
    "a step that does nothing": ("a:\n  run:\n    - name: x\nb:", "name: x\n"),
    "a script of empty lists": ("a:\n  script: [[]]\n", "[["),
    "a secret without its token": (
        job("secrets:\n  A:\n    gcp_secret_manager: {name: x}") + "b:", "{name: x}\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_cut_anywhere_is_closed(guide, name):
    text, rng = WRITABLE[name], random.Random(name)
    for at in rng.sample(range(len(text)), 5):
        found = closed(guide, text[:at])
        report = verify(text[:at] + found, "gitlab-ci")
        assert kind(report) != "fault", (text[:at], found, report.diagnostics)


@pytest.mark.parametrize("number", range(8))
def test_a_random_text_has_no_keyword_that_does_not_exist(guide, number):
    text = random_text(Walk, guide, number)
    assert invented(verify(text, "gitlab-ci")) == []
