"""Formats are told apart by name, then by content; where neither tells, nothing is guessed."""

from __future__ import annotations

import pytest

from iapo.verify.detect import detect_format

BY_NAME = [
    ("infra/main.tf", "terraform"),
    ("main.tf.json", "terraform"),
    ("Dockerfile", "dockerfile"),
    ("build/Dockerfile.prod", "dockerfile"),
    ("api.dockerfile", "dockerfile"),
    ("Containerfile", "dockerfile"),
    ("docker-compose.yml", "compose"),
    ("docker-compose.override.yaml", "compose"),
    ("compose.yaml", "compose"),
    (".github/workflows/ci.yml", "github-actions"),
    (".gitlab-ci.yml", "gitlab-ci"),
    ("ci/build.gitlab-ci.yml", "gitlab-ci"),
    ("Jenkinsfile", "jenkins"),
    ("Jenkinsfile.release", "jenkins"),
    ("C:\\code\\Dockerfile", "dockerfile"),
]

BY_CONTENT = [
    ('resource "aws_s3_bucket" "b" {\n}\n', "terraform"),
    ("locals {\n  a = 1\n}\n", "terraform"),
    ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n", "kubernetes"),
    ("kind: Deployment\nmetadata:\n  name: a\nspec: {}\n", "kubernetes"),
    ('{"apiVersion": "v1", "kind": "List", "items": []}', "kubernetes"),
    ("FROM alpine\nRUN true\n", "dockerfile"),
    ("# comment\nARG V=1\nFROM alpine:$V\n", "dockerfile"),
    ("services:\n  db:\n    image: postgres\n", "compose"),
    ("version: '3'\nservices: {}\nvolumes: {}\n", "compose"),
    ("on: push\njobs:\n  a:\n    runs-on: x\n", "github-actions"),
    ('"on":\n  push:\njobs: {}\n', "github-actions"),
    ("stages: [a]\nbuild:\n  stage: a\n  script: [make]\n", "gitlab-ci"),
    ("build:\n  script: make\n", "gitlab-ci"),
    ("image: node\nservices:\n  - redis\ntest:\n  script: [npm test]\n", "gitlab-ci"),
    ("pipeline {\n  agent any\n  stages { stage('a') { steps { sh 'x' } } }\n}\n", "jenkins"),
    ("node {\n  stage('a') { sh 'make' }\n}\n", "jenkins"),
]


@pytest.mark.parametrize(("path", "format"), BY_NAME)
def test_the_name_tells(path: str, format: str) -> None:
    assert detect_format("", path) == format


@pytest.mark.parametrize(("text", "format"), BY_CONTENT)
def test_the_content_tells(text: str, format: str) -> None:
    assert detect_format(text) == format
    assert detect_format(text, "unknown.txt") == format


@pytest.mark.parametrize(
    "text",
    ["", "hello", "a: 1\nb: 2\n", "- 1\n- 2\n", "{}", "I cannot help with that.", "\x00\x00"],
)
def test_nothing_is_guessed(text: str) -> None:
    assert detect_format(text) is None


def test_the_name_overrules_the_content() -> None:
    assert detect_format("on: push\njobs: {}\n", "compose.yml") == "compose"


def test_a_service_list_of_a_job_does_not_make_a_compose_file() -> None:
    text = "test:\n  services:\n    - postgres\n  script:\n    - make\n"
    assert detect_format(text) == "gitlab-ci"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("Dockerfile.dockerignore", "node_modules\n"),
        ("bitbucket-pipelines.yml", "image: node\npipelines:\n  default:\n    - step:\n        script: [a]\n"),
        ("envoy.yaml", "services:\n  - name: x\n"),
        ("kubeconfig.yaml", "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n"),
        ("skaffold.yaml", "apiVersion: skaffold/v4beta6\nkind: Config\n"),
        ("template.yaml", "Resources:\n  B: {Type: x}\n"),
        (".travis.yml", "language: python\nscript: pytest\nbefore_script: [x]\ncache: pip\n"),
        ("azure-pipelines.yml", "trigger: [main]\npool: {vmImage: x}\nstages:\n- stage: a\n"),
        (".github/dependabot.yml", "version: 2\nupdates: []\n"),
        ("action.yml", "name: x\nruns:\n  using: composite\n  steps:\n    - run: echo\n"),
    ],
)  # fmt: skip
def test_files_of_other_tools_are_left_alone(path: str, text: str) -> None:
    assert detect_format(text, path) is None
