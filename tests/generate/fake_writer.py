"""A writer whose answers are known beforehand, and answers with known verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from iapo.errors import InputError
from iapo.generate.candidates import Draft
from iapo.generate.prompts import Message

BUCKET = 'resource "aws_s3_bucket" "logs" {\n  bucket = "acme-logs"\n}\n'
OTHER_NAME = 'resource "aws_s3_bucket" "logs" {\n  bucket = "my-bucket"\n}\n'
INVENTED = 'resource "aws_s3_buckets" "logs" {\n  bucket = "acme-logs"\n}\n'
BAD_ARGUMENT = 'resource "aws_s3_bucket" "logs" {\n  buckets = "acme-logs"\n}\n'
BROKEN = 'resource "aws_s3_bucket" "logs" {\n  bucket =\n'
UNJUDGED = 'module "logs" {\n  source = "acme/logs/aws"\n  bucket = "acme-logs"\n}\n'
FRAME = "terraform {\n}\n"


class FakeWriter:
    """Answers round after round with the texts given; a text in a tuple was cut off."""

    def __init__(self, *rounds: Sequence[str | tuple[str]] | InputError) -> None:
        self.rounds = rounds
        self.heard: list[list[Message]] = []

    def __call__(self, messages: Sequence[Message], count: int, round: int) -> list[Draft]:
        assert round == len(self.heard)
        self.heard.append(list(messages))
        answers = self.rounds[round]
        if isinstance(answers, InputError):
            raise answers
        return [
            Draft(text, True) if isinstance(text, str) else Draft(text[0], False)
            for text in answers
        ]
