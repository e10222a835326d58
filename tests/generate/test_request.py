"""The format is told by the words or the file; what cannot be understood is one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from iapo.dataset import load_benchmark
from iapo.errors import InputError
from iapo.generate.asked_format import format_of
from iapo.generate.request import MOST_BYTES, understand


@pytest.mark.parametrize(
    ("words", "format"),
    [
        ("create an S3 bucket with versioning", "terraform"),
        ("a log group kept for 30 days", "terraform"),
        ("App Runner service from public.ecr.aws/acme/status:1.4", "terraform"),
        ("azurerm_key_vault called kv-one", "terraform"),
        ("a Deployment web with three replicas of nginx:1.27", "kubernetes"),
        ("k8s manifest for a cron job", "kubernetes"),
        ("a ServiceAccount builder in the namespace ci", "kubernetes"),
        ("Dockerfile for a Flask application", "dockerfile"),
        ("Containerise our shop, based on python:3.12-slim", "dockerfile"),
        ("docker-compose file with postgres and redis", "compose"),
        ("Write a Compose file for wordpress", "compose"),
        ("GitHub Actions workflow that runs pytest", "github-actions"),
        ("on pull requests run make check on ubuntu-latest", "github-actions"),
        (".gitlab-ci.yml with the stages build and test", "gitlab-ci"),
        ("a GitLab pipeline", "gitlab-ci"),
        ("Jenkinsfile with a nightly build", "jenkins"),
        ("Any agent; stage Test runs `make test`", "jenkins"),
        ("three game servers from ami-0c2d3e4f with for_each over a map", "terraform"),
        ("a bastion t3.micro in rg-ops, westeurope", "terraform"),
        ("gateway restarts always and waits for db", "compose"),
        ("Both services: cap_drop ALL and a health check", "compose"),
        ("stage called build on golang:1.23, with cache mounts", "dockerfile"),
        ("job unit using maven:3.9, start redis:7 as a service", "gitlab-ci"),
        # The file that is written, not what it is about.
        ("GitHub workflow that builds the Dockerfile and pushes it", "github-actions"),
        ("GitLab CI job that runs `terraform apply`", "gitlab-ci"),
        ("A Pod called ci from the image jenkins/jenkins:2.4", "kubernetes"),
    ],
)
def test_the_format_is_told_by_the_words(words: str, format: str) -> None:
    assert understand(words).format == format


@pytest.mark.parametrize("words", ["make it nicer", "something with 3 parts", "I am tired of this"])
def test_where_nothing_tells_the_format_it_is_asked_for(words: str) -> None:
    assert format_of(words) is None
    with pytest.raises(InputError, match=r"does not tell the format; add --format, one of terraf"):
        understand(words)
    assert understand(words, "compose").format == "compose"


@pytest.mark.parametrize("split", ["train", "test", "novel"])
def test_most_requests_of_people_tell_their_format_and_few_tell_a_wrong_one(split: str) -> None:
    tasks = load_benchmark().filter(split=split)
    told = [(format_of(task.instruction), task.format) for task in tasks]
    right = sum(found is not None and found[0] == format for found, format in told)
    wrong = sum(found is not None and found[0] != format for found, format in told)
    assert right >= 0.84 * len(tasks)
    assert wrong <= 0.04 * len(tasks)


def test_the_model_is_told_the_format_only_where_the_words_do_not() -> None:
    assert understand("make it nicer", "compose").prompt.endswith("a Docker Compose file.")
    assert understand("an S3 bucket", "terraform").prompt == "an S3 bucket"
    assert "Kubernetes YAML" in understand("an S3 bucket", "kubernetes").prompt


def test_nothing_asked_is_a_mistake() -> None:
    with pytest.raises(InputError, match="nothing is asked"):
        understand("  \n")
    with pytest.raises(InputError, match="unknown format 'cobol'"):
        understand("a bucket", "cobol")


def test_a_file_tells_its_format_before_the_words_do(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM alpine:3.20\r\nRUN true\r\n")
    request = understand("as in our Terraform pipeline", edit=file)
    assert request.format == "dockerfile"
    assert request.code == "FROM alpine:3.20\nRUN true\n"
    assert request.prompt == f"as in our Terraform pipeline\n\n{request.code}"
    assert understand("faster", "compose", file).format == "compose"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b"resource\xff\xfe", "not a text in UTF-8"),
        (b"PK\x03\x04\0\0", "zero bytes"),
        (b"a" * (MOST_BYTES + 1), "larger than"),
    ],
)
def test_a_file_that_cannot_be_changed_is_one_line(
    tmp_path: Path, content: bytes | None, says: str
) -> None:
    file = tmp_path / "main.tf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=says) as raised:
        understand("tag it", edit=file)
    assert str(file) in str(raised.value)


def test_a_folder_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        understand("tag it", edit=tmp_path)
