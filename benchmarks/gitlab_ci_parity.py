"""GitLab CI: the fast check against gitlab-ci-local, on the corpus and on mutants of its valid files.

gitlab-ci-local takes a second or two a text, so that its verdicts are kept beside this program, by the
hash of the text, and asked for again only with --fresh.

    python benchmarks/gitlab_ci_parity.py [--mutants 500] [--json FILE] [--show] [--fresh] [--fuzz N]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import statistics
from pathlib import Path
from typing import Any

import ci_parity as parity
from ci_parity import Mutation, Sample, on_line, replace

from iapo.verify.gitlab_ci import check, check_stream
from iapo.verify.gitlab_ci.resolve import REFERENCE
from iapo.verify.oracles.gitlab_ci import available, judge
from iapo.verify.yaml_source import YamlStream, load_yaml

RECORDED = Path(__file__).with_name("gitlab_ci_oracle.json")

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
    "misspelt key": on_line(_KEY, parity.misspelt),
    "misspelt job key": on_line(r"^  ([a-z_]{4,})(?=:)", parity.misspelt),
    "dropped line": parity.drop_line,
    "doubled line": parity.double_line,
    "shifted line": parity.shift_line,
    "swapped lines": parity.swap_lines,
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


def read(text: str) -> YamlStream:
    """YAML as the check reads it."""
    return load_yaml(text, version="1.2", merge=True, tags=frozenset((REFERENCE,)))


def ask(samples: list[Sample], fresh: bool) -> dict[str, dict[str, Any]]:
    """The oracle's verdict on each text by id: `valid`, `said`, `ms`; recorded ones where they are."""
    recorded: dict[str, dict[str, Any]] = {}
    if RECORDED.is_file() and not fresh:
        recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    answers, asked = {}, 0
    for sample in samples:
        key = hashlib.sha256(sample.text.encode("utf-8", "replace")).hexdigest()[:20]
        if key not in recorded:
            judged = judge(sample.text)
            if judged is None:
                raise SystemExit("gitlab-ci-local is not installed: npm install -g gitlab-ci-local")
            said = "; ".join(d.message for d in judged.report.diagnostics)
            said = re.sub(r"(?:file://)?/[\w./-]+", "...", said)[:160]  # nobody's folders
            recorded[key] = {
                "id": sample.id,
                "valid": judged.report.valid,
                "said": said,
                "ms": round(judged.milliseconds),
            }
            asked += 1
            if asked % 50 == 0:
                print(f"  asked {asked} ...", flush=True)
                _record(recorded)
        answers[sample.id] = recorded[key]
    if asked:
        _record(recorded)
    return answers


def _record(recorded: dict[str, dict[str, Any]]) -> None:
    lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in sorted(recorded.items()))
    RECORDED.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


def main() -> None:
    """Compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=500)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--show", action="store_true", help="list every disagreement")
    parser.add_argument(
        "--fresh", action="store_true", help="ask the oracle about everything again"
    )
    parser.add_argument(
        "--fuzz", type=int, default=0, help="only check N broken inputs for crashes"
    )
    options = parser.parse_args()
    samples = parity.load("gitlab-ci")
    samples += [Sample(name, "valid", text) for name, text in PIPELINES.items()]
    if options.fuzz:
        print(parity.fuzz(samples, MUTATIONS, check, options.fuzz, options.seed))
        return
    answers = ask(samples, options.fresh)
    sound = [s for s in samples if answers[s.id]["valid"] and s.label == "valid"]
    # Half of the mutants are of the pipelines, the rest of the corpus.
    own = [s for s in sound if s.id in PIPELINES]
    made = parity.mutants(
        sound + own * (len(sound) // len(own)), MUTATIONS, options.mutants, options.seed
    )
    answers |= ask(made, fresh=False)
    everything = samples + made
    oracle = {s.id: (answers[s.id]["valid"], answers[s.id]["said"]) for s in everything}
    ours = {sample.id: check(sample.text) for sample in everything}
    figures = parity.compare(everything, ours, oracle)
    timing = parity.speed([s.text for s in samples], read, check_stream, rounds=10)
    oracle_ms = statistics.median(answers[s.id]["ms"] for s in samples)
    name = "gitlab-ci-local" if available() else "gitlab-ci-local (recorded)"
    body = parity.report(
        "GitLab CI against gitlab-ci-local", figures, timing, oracle_ms, name, options.show
    )
    if options.json:
        options.json.write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
