"""Names that do not exist are read out of the verifier's own words, in every format."""

from __future__ import annotations

import pytest

from iapo.evaluate.invented import Invented, invented
from iapo.verify import verify


@pytest.mark.parametrize(
    ("format", "text", "names"),
    [
        (
            "terraform",
            'resource "aws_ec2" "a" {\n  ami = "x"\n}\n',
            [Invented("type", "aws_ec2", "")],
        ),
        (
            "terraform",
            'resource "aws_s3_bucket" "a" {\n  bucket_nmae = "x"\n  rules {\n  }\n}\n',
            [
                Invented("argument", "bucket_nmae", "aws_s3_bucket"),
                Invented("argument", "rules", "aws_s3_bucket"),
            ],
        ),
        (
            "kubernetes",
            "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"
            "spec:\n  ports: [{port: 80, tarPort: 3}]\n",
            [Invented("argument", "tarPort", "spec.ports")],
        ),
        (
            "kubernetes",
            "apiVersion: apps/v1\nkind: Deploymentt\nmetadata: {name: x}\n",
            [Invented("type", "Deploymentt", "")],
        ),
        (
            "compose",
            "services:\n  a:\n    image: x\n    foo: 1\n",
            [Invented("argument", "foo", "")],
        ),
        ("dockerfile", "FROM x\nRUNN y\n", [Invented("type", "RUNN", "")]),
        ("dockerfile", "FROM x\n- COPY a b\nports:\n", []),
        ("dockerfile", "FROM x\nCOPY --chwn=1 a b\n", [Invented("argument", "--chwn", "")]),
        (
            "github-actions",
            "on: pushh\njobs:\n  a:\n    runs-on: ubuntu-latest\n    stepz: []\n"
            "    steps: [{run: x}]\n",
            [Invented("type", "pushh", ""), Invented("argument", "stepz", "")],
        ),
        ("gitlab-ci", "a:\n  script: [x]\n  foo: 1\n", [Invented("argument", "foo", "")]),
        (
            "jenkins",
            "pipeline {\n  agent { docker { image 'x'\n imag 'x' } }\n"
            "  stages { stage('a') { steps { sh 'x' } } }\n}\n",
            [Invented("argument", "imag", "")],
        ),
        (
            "jenkins",
            "pipeline {\n  agent any\n  stages { stage('a') { steps { sh 'x' } } }\n"
            "  post { alwayss { echo 'x' } }\n}\n",
            [Invented("type", "alwayss", "")],
        ),
    ],
)
def test_the_name_and_where_it_was_written(format, text, names):
    assert invented(text, verify(text, format).errors) == names


def test_a_name_that_exists_in_the_wrong_place_of_the_code_alone_is_no_invention():
    text = 'resource "aws_s3_bucket" "a" {\n  bucket = \n}\n'
    report = verify(text, "terraform")
    assert report.errors
    assert invented(text, report.errors) == []
