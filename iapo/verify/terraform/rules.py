"""What Terraform schemas cannot say about values, in the provider's own words.

Enums, name patterns, lengths, ranges, CIDR/ARN/JSON shapes, exclusive and dependent arguments,
read-only arguments: facts recovered by asking the AWS provider itself (scripts/harvest_aws_rules)
and shipped as data. Nothing here decides syntax, types or unknown arguments: Terraform core does
that from the schema, and has done so before values arrive here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Kind = Literal["resource", "data", "provider"]


class _Unknown:
    """The type of `UNKNOWN`; one instance, so that `is` works across copies and pickles."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()
"""Stands for a value that is unknown at validate time (a reference, a variable)."""


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """An error the provider would report.

    Attributes:
        summary: the provider's summary, e.g. `expected request_payer to be one of [...], got X`.
        detail: the provider's detail; often empty.
        path: steps from the resource down to the value: argument names, list indexes, map keys.
            Like the provider's, it ends at a set: what is inside a set has no address. May be empty.
    """

    summary: str
    detail: str
    path: tuple[str | int, ...]


def check_values(
    kind: Kind,
    type: str,
    values: Mapping[str, Any],
    *,
    provider: str = "aws",
    version: str = "5.100.0",
) -> list[ValueProblem]:
    """Report what the provider's validation would refuse in one evaluated block.

    Args:
        kind: `resource`, `data`, or `provider`.
        type: e.g. `aws_s3_bucket`; ignored for `provider`.
        values: the block as Terraform hands it to a provider: every argument by name; nested
            blocks as a list of mappings (list and set blocks), or one mapping (single) or mapping of
            mappings (map blocks); `None` or absent where not set; `UNKNOWN` where unknown.
        provider: short provider name; only `aws` has rules so far, others give no problem.
        version: provider version the program asks for.

    Returns:
        Problems ordered by path; empty for unknown types. Never raises on any value.
    """
    return []


def value_facts(type: str, kind: Kind = "resource") -> Mapping[str, Mapping[str, Any]]:
    """What is known of a type's arguments, for generators and guided decoding.

    Returns:
        Dotted argument path without indexes (`rule.status`) to facts: `enum` (list), `min`/`max`
        (numbers), `min_length`/`max_length`, `pattern` (Python regular expression), `shape`
        (`arn`, `cidr`, `json` ...), `conflicts_with`, `exactly_one_of`, `at_least_one_of`,
        `required_with` (lists of paths), `read_only` (True).
    """
    return {}
