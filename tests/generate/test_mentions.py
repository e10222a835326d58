"""What a request mentions is found, and found again in code, whole and outside of comments."""

from __future__ import annotations

import pytest

from iapo.generate.mentions import mentions_of


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("a bucket named acme-logs with versioning", ["acme-logs"]),
        ("a queue called orders", ["orders"]),
        ("3 replicas of nginx:1.27 on port 8080.", ["3", "nginx:1.27", "8080"]),
        ("the VPC is 10.0.0.0/16, in eu-west-1", ["10.0.0.0/16", "eu-west-1"]),
        ("label it 'cost centre' and run `npm ci`", ["cost centre", "npm ci"]),
        ("POSTGRES_DB=shop, mounted at /var/lib/data", ["POSTGRES_DB=shop", "/var/lib/data"]),
        ("an S3 bucket on EC2", []),
        ("a docker-compose file", []),
        ("our team's bucket isn't there", []),
    ],
)
def test_values_are_what_is_written_out(words: str, values: list[str]) -> None:
    assert list(mentions_of(words).values) == values


def test_a_value_counts_only_whole() -> None:
    mentions = mentions_of("port 80, named web")
    assert set(mentions.values) == {"80", "web"}
    assert set(mentions.missing('port = 8080\nname = "web-public"\n', "terraform")) == {"80", "web"}
    assert mentions.missing('port = 80\nname = "web"\n', "terraform") == ()


def test_taking_a_value_out_leaves_the_words_around_it() -> None:
    assert mentions_of("3 S3 buckets").words == ("bucket", "s3")


def test_comments_do_not_count_and_addresses_are_no_comments() -> None:
    mentions = mentions_of("fetch https://example.com/a named web")
    assert "web" in mentions.missing("# web\n// web\n/* web */\n", "terraform")
    assert mentions.missing('url = "https://example.com/a"\nname = "web"\n', "terraform") == ()
    assert mentions.missing("# web\n", "kubernetes") == ("web", "https://example.com/a")


def test_words_tell_too_but_less() -> None:
    mentions = mentions_of("a bucket named acme-logs with versioning")
    bare = 'resource "aws_s3_bucket" "b" {\n  bucket = "acme-logs"\n}\n'
    full = bare + 'resource "aws_s3_bucket_versioning" "b" {\n}\n'
    unnamed = full.replace("acme-logs", "x")
    assert mentions.share(full, "terraform") == 1.0
    assert 0 < mentions.share(unnamed, "terraform") == 0.5
    assert mentions.share(bare, "terraform") == 0.75


def test_a_request_that_mentions_nothing_prefers_nothing() -> None:
    assert mentions_of("make it").share("anything", "terraform") == 1.0
