"""GitLab CI: the fast check against gitlab-ci-local, on the corpus and on mutants of its valid files.

python benchmarks/gitlab_ci_parity.py [--record] [--show] [--json FILE] [--verdicts | --speed | --fuzz N]
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import parity
from damage import (
    Mutation,
    double_line,
    drop_line,
    misspelt,
    on_match,
    replace,
    shift_line,
    swap_lines,
)

from iapo.verify.gitlab_ci import check, check_stream
from iapo.verify.gitlab_ci.resolve import REFERENCE
from iapo.verify.oracles.gitlab_ci import available, judge
from iapo.verify.yaml_source import load_yaml

# Not for the oracle to decide (it includes from the network); docs/verification/gitlab-ci.md has the reasons.
WRONG_LABELS = {
    "schemastore/gitlab-ci/test/gitlab-ci.json": "`only` beside `rules`, and reports that GitLab removed",
}
# Pipelines as people write them, since the corpus has mostly tests of single keywords.
PIPELINES = {
    "build, test and deploy": """\
stages: [build, test, deploy]
variables:
  IMAGE: "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA"
default:
  image: python:3.12
  tags: [docker]
.base: &base
  before_script:
    - pip install -r requirements.txt
  retry:
    max: 2
    when: [runner_system_failure, stuck_or_timeout_failure]
build:
  extends: .base
  stage: build
  script:
    - make build
  artifacts:
    name: app
    paths: [dist/]
    expire_in: 1 week
    when: on_success
  cache:
    key: "$CI_COMMIT_REF_SLUG"
    paths: [.cache/pip]
    policy: pull-push
unit:
  <<: *base
  stage: test
  needs: [build]
  script: [make test]
  coverage: '/TOTAL.*?(\\d+)%/'
  parallel:
    matrix:
      - PYTHON: ["3.11", "3.12"]
        OS: [linux]
  artifacts:
    reports:
      junit: report.xml
lint:
  stage: test
  needs: []
  script:
    - !reference [.base, before_script]
    - make lint
  allow_failure:
    exit_codes: [3]
  rules:
    - if: '$CI_PIPELINE_SOURCE == "merge_request_event"'
    - if: $CI_COMMIT_BRANCH =~ /^release-/ && $SKIP == null
      when: manual
      allow_failure: true
    - changes: ["**/*.py"]
deploy:
  stage: deploy
  script: make deploy
  dependencies: [build]
  environment:
    name: production
    url: https://app.example.com
    on_stop: stop
  resource_group: production
  only:
    - main
  timeout: 1h 30m
stop:
  stage: deploy
  script: make stop
  when: manual
  environment:
    name: production
    action: stop
""",
    "docker and downstream": """\
workflow:
  name: Pipeline
  rules:
    - if: $CI_COMMIT_TAG
      when: always
    - when: never
image:
  name: docker:27
  entrypoint: [""]
services:
  - name: docker:27-dind
    alias: docker
variables:
  DEPLOY:
    value: "no"
    description: Whether to deploy
    options: ["no", "yes"]
image:build:
  stage: build
  interruptible: true
  script:
    - docker build -t $IMAGE .
    - |
      echo "done: $IMAGE"
  id_tokens:
    TOKEN:
      aud: https://example.com
release:
  stage: deploy
  script: echo releasing
  needs:
    - job: image:build
      artifacts: false
  rules:
    - if: $CI_COMMIT_TAG
  release:
    tag_name: $CI_COMMIT_TAG
    description: A release
    assets:
      links:
        - name: site
          url: https://example.com
downstream:
  stage: deploy
  trigger:
    project: group/other
    branch: main
    strategy: depend
later:
  stage: .post
  script: echo later
  when: delayed
  start_in: 30 minutes
  inherit:
    default: [image]
    variables: false
""",
}  # fmt: skip
_JOB = r"^([a-z][\w:-]*):\n(?=  )"
_KEY = r"^ *(?:- )?([a-z_]{4,})(?=:)"

MUTATIONS: dict[str, Mutation] = {
    "misspelt key": on_match(_KEY, misspelt),
    "misspelt job key": on_match(r"^  ([a-z_]{4,})(?=:)", misspelt),
    "dropped line": drop_line,
    "doubled line": double_line,
    "shifted line": shift_line,
    "swapped lines": swap_lines,
    "tab": replace(r"^  ( *)(?=\S)", r"\t\1"),
    "undeclared stage": replace(r"^( +)stage: .+$", r"\1stage: nowhere", r"\1stage: Build"),
    "stages lost": replace(r"^stages:.*$", "stages: [prepare]", "stages: test"),
    "needs nothing": replace(_JOB, r"\1:\n  needs: [not-here]\n", r"\1:\n  needs: [{job: nobody}]\n", r"\1:\n  needs: [.base]\n"),
    "needs optional": replace(_JOB, r"\1:\n  needs: [{job: nobody, optional: true}]\n"),
    "needs shape": replace(_JOB, r"\1:\n  needs: not-here\n", r"\1:\n  needs: [{artifacts: true}]\n", r"\1:\n  needs: [7]\n"),
    "needs later": replace(_JOB, r"later-on:\n  stage: .post\n  script: x\n\1:\n  needs: [later-on]\n"),
    "dependencies": replace(_JOB, r"\1:\n  dependencies: [not-here]\n", r"\1:\n  dependencies: not-here\n"),
    "extends nothing": replace(_JOB, r"\1:\n  extends: .nothing\n", r"\1:\n  extends: [.nothing]\n"),
    "extends circle": replace(_JOB, r".x: {extends: .y}\n.y: {extends: .x}\n\1:\n  extends: .x\n", r"\1:\n  extends: \1\n"),
    "good extends": replace(_JOB, r".x: {tags: [a]}\n\1:\n  extends: .x\n"),
    "reference nothing": replace(r"^    - (?!if|key|job|name|!)\S.*$", "    - !reference [.nothing, script]"),
    "no script": replace(r"^  script:(?: \S.*\n|\n(?:    .*\n)+)", ""),
    "empty script": replace(r"^  script: \S.*$", "  script: ''", "  script: []", "  script: {run: x}", "  script: 7", "  script:"),
    "good script": replace(r"^  script: \S.*$", "  script: [[a, b], c]", "  script: [a]"),
    "script and trigger": replace(_JOB, r"\1:\n  trigger: {include: x.yml, project: a/b}\n", r"\1:\n  trigger: {}\n"),
    "when": replace(_JOB, r"\1:\n  when: sometimes\n", r"\1:\n  when: delayed\n", r"\1:\n  when: never\n"),
    "good when": replace(_JOB, r"\1:\n  interruptible: false\n", r"\1:\n  tags: [x]\n"),
    "retry": replace(_JOB, r"\1:\n  retry: 5\n", r"\1:\n  retry: {max: 1, when: rain}\n", r"\1:\n  retry: {times: 1}\n"),
    "parallel": replace(_JOB, r"\1:\n  parallel: 0\n", r"\1:\n  parallel: {matrix: {A: b}}\n", r"\1:\n  parallel: many\n"),
    "artifacts": replace(_JOB, r"\1:\n  artifacts: {path: [a]}\n", r"\1:\n  artifacts: {paths: a}\n", r"\1:\n  artifacts: [a]\n", r"\1:\n  artifacts: {reports: {unit: a}}\n", r"\1:\n  artifacts: {paths: [a], when: never}\n"),
    "good artifacts": replace(_JOB, r"\1:\n  artifacts: {paths: [a], when: always, untracked: true}\n"),
    "cache": replace(_JOB, r"\1:\n  cache: {paths: a}\n", r"\1:\n  cache: {paths: [a], policy: both}\n", r"\1:\n  cache: {key: {files: []}, paths: [a]}\n"),
    "environment": replace(_JOB, r"\1:\n  environment: {url: 'https://x'}\n", r"\1:\n  environment: {name: x, action: go}\n", r"\1:\n  environment: [x]\n"),
    "image": replace(_JOB, r"\1:\n  image: [x]\n", r"\1:\n  image: {tag: x}\n", r"\1:\n  image: {name: x, pull_policy: often}\n"),
    "services": replace(_JOB, r"\1:\n  services: redis\n", r"\1:\n  services: [{image: x}]\n"),
    "variables": replace(_JOB, r"\1:\n  variables: [A]\n", r"\1:\n  variables: {A: [b]}\n", r"\1:\n  variables: {A: {value: x, desc: y}}\n"),
    "good variables": replace(_JOB, r"\1:\n  variables: {A: 1, B: 'x', C: {value: x, expand: false}}\n"),
    "allow failure": replace(_JOB, r"\1:\n  allow_failure: maybe\n", r"\1:\n  allow_failure: {codes: 1}\n"),
    "rules shape": replace(r"^  rules:$", "  rules: {if: $A}\n  unused_rules:", "  rules:\n    - unless: $A", "  rules:\n    - when: maybe", "  rules:\n    - when: delayed\n      start_in: 3"),
    "good rules": replace(r"^  rules:$", '  rules:\n    - if: $A == "x" || ($B && $C != null)\n      variables: {D: e}'),
    "tags": replace(_JOB, r"\1:\n  tags: []\n", r"\1:\n  tags: x\n"),
    "timeout": replace(_JOB, r"\1:\n  timeout: 7\n", r"\1:\n  timeout: ''\n"),
    "coverage": replace(_JOB, r"\1:\n  coverage: 'TOTAL'\n"),
    "release": replace(_JOB, r"\1:\n  release: {name: x}\n", r"\1:\n  release: {tag_name: x, description: y, assets: {links: []}}\n"),
    "inherit": replace(_JOB, r"\1:\n  inherit: {default: [script]}\n", r"\1:\n  inherit: true\n"),
    "id tokens": replace(_JOB, r"\1:\n  id_tokens: {A: {audience: x}}\n", r"\1:\n  secrets: {A: {file: true}}\n"),
    "default": replace(r"^default:$", "default:\n  script: x", "default:\n  stage: x"),
    "workflow": replace(r"^workflow:$", "workflow:\n  stages: []\n  auto_cancel: {on_job_failure: some}", "workflow:\n  name: ''"),
    "resource group": replace(_JOB, r"\1:\n  resource_group: [a]\n", r"\1:\n  interruptible: maybe\n"),
    "top-level text": replace(r"^stages:", "hello: world\nstages:", "pages: true\nstages:"),
    "unknown alias": replace(_JOB, r"\1:\n  <<: *nothing\n"),
    "comment": replace(_JOB, r"# \1\n\1:\n"),
}  # fmt: skip


def ask(texts: Sequence[str]) -> list[parity.Answer] | None:
    """gitlab-ci-local's answers."""
    if not available():
        return None
    judged = [judge(text) for text in texts]
    return [
        parity.Answer(
            j.report.valid, "; ".join(d.message for d in j.report.diagnostics), j.milliseconds
        )
        for j in judged
        if j is not None
    ]


def timed(text: str) -> tuple[float, float]:
    """Seconds: reading YAML as the check reads it, and the check."""
    start = perf_counter()
    stream = load_yaml(text, version="1.2", merge=True, tags=frozenset((REFERENCE,)))
    middle = perf_counter()
    check_stream(stream, text)
    return middle - start, perf_counter() - middle


COMPARISON = parity.Comparison(
    name="gitlab-ci",
    oracle_name="gitlab-ci-local",
    ask=ask,
    install="npm install -g gitlab-ci-local",
    check=check,
    timed=timed,
    mutations=MUTATIONS,
    extra=tuple(parity.Sample(name, "valid", text) for name, text in PIPELINES.items()),
    own_weight=10,
    wrong_labels=WRONG_LABELS,
)


if __name__ == "__main__":
    parity.run(COMPARISON, __doc__)
