"""Named limits of single fields: shapes of names and keys, ranges, quantities, as JSON Schema.

Sources: the field descriptions of the Kubernetes API reference,
https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ (names, labels) and
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/. Which field has which
limit is in limits.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """A named limit: what is reported when a value breaks it."""

    code: str
    says: str
    schema: Schema


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME_63 = "([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]"
_QUANTITY = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)?\s*$"


def _shape(code: str, says: str, **schema: Any) -> Rule:
    return Rule(code, says, schema)


def _range(low: int, high: int | None = None, code: str = "out-of-range") -> Rule:
    says = f"must be at least {low}" if high is None else f"must be between {low} and {high}"
    return Rule(code, says, {"minimum": low} | ({} if high is None else {"maximum": high}))


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


RULES: Mapping[str, Rule] = {
    "dns-label": _shape(
        "bad-name",
        "must be lower case letters, digits and '-', at most 63, as RFC 1123 has it",
        pattern=f"^{_LABEL}$",
        maxLength=63,
    ),
    "dns-subdomain": _shape(
        "bad-name",
        "must be lower case letters, digits, '-' and '.', as RFC 1123 has it",
        pattern=f"^{_SUBDOMAIN}$",
        maxLength=253,
    ),
    "label-value": _shape(
        "bad-label",
        "must be at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit",
        pattern=f"^({_NAME_63})?$",
    ),
    "label-keys": Rule(
        "bad-label",
        "must be [prefix/]name: a DNS prefix, then at most 63 letters, digits, '-', '_' or '.'",
        {"propertyNames": {"pattern": f"^({_SUBDOMAIN}/)?{_NAME_63}$"}},
    ),
    "annotation-keys": Rule(
        "bad-annotation",
        "must be [prefix/]name: a DNS prefix, then at most 63 letters, digits, '-', '_' or '.'",
        {"propertyNames": {"pattern": rf"^((?i:{_SUBDOMAIN})/)?{_NAME_63}$"}},
    ),
    "label-values": Rule(
        "bad-label",
        "must be at most 63 letters, digits, '-', '_' or '.', beginning and ending with a letter or digit",
        {"additionalProperties": {"pattern": f"^({_NAME_63})?$"}},
    ),
    "data-keys": Rule(
        "bad-key",
        "must be letters, digits, '-', '_' or '.', at most 253",
        {"propertyNames": {"pattern": "^[-._a-zA-Z0-9]+$", "maxLength": 253}},
    ),
    "port-name": _shape(
        "bad-port-name",
        "must be at most 15 lower case letters, digits or single '-', with at least one letter",
        maxLength=15,
        pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        allOf=[{"pattern": "[a-z]"}, {"not": _text("--")}],
    ),
    "port": _range(1, 65535, "bad-port"),
    "port-or-zero": _range(0, 65535, "bad-port"),
    "node-port": Rule(
        "bad-port",
        "must be between 30000 and 32767, the node ports of a cluster unless configured otherwise",
        {
            "anyOf": [
                {"not": {"type": "integer"}},
                {"const": 0},
                {"minimum": 30000, "maximum": 32767},
            ]
        },
    ),
    "port-or-name": Rule(
        "bad-port",
        "must be a port number between 1 and 65535, or the name of a port in lower case",
        {
            "minimum": 1,
            "maximum": 65535,
            "maxLength": 15,
            "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            "allOf": [
                {"anyOf": [{"not": {"type": "string"}}, {"pattern": "[a-z]"}]},
                {"anyOf": [{"not": {"type": "string"}}, {"not": _text("--")}]},
            ],
        },
    ),
    "quantity": Rule(
        "bad-quantity",
        "must be a quantity such as 500m, 0.5, 128Mi or 10Gi",
        {"pattern": _QUANTITY},
    ),
    "quantities": Rule(
        "bad-quantity",
        "must not be negative",
        {"additionalProperties": {"minimum": 0, "not": _text(r"^\s*-0*[.]?0*[1-9]")}},
    ),
    "zero-or-more": _range(0),
    "one-or-more": _range(1),
    "weight": _range(1, 100),
    "mode": _range(0, 0o777),
    "id": _range(0, 2147483647),
    "count-or-percent": Rule(
        "bad-count",
        "must be a number that is not negative, or a percentage such as 25%",
        {"minimum": 0, "pattern": "^[0-9]+%$"},
    ),
    "absolute-or-empty": Rule("bad-path", "must not be empty", {"minLength": 1}),
    "relative-path": Rule(
        "bad-path",
        "must be a relative path without '..'",
        {"not": _text(r"^/|(^|/)\.\.(/|$)")},
    ),
    "not-empty": Rule("missing-field", "must not be empty", {"minLength": 1}),
    "not-empty-list": Rule("missing-field", "must have at least one entry", {"minItems": 1}),
    "image": Rule(
        "bad-image",
        "must name an image, without white space around it",
        {"minLength": 1, "not": _text(r"^\s|\s$")},
    ),
    "env-name": Rule(
        "bad-env-name", "must be printable ASCII without '='", {"pattern": "^[ -<>-~]+$"}
    ),
    "strict-env-name": Rule(
        "bad-env-name",
        "must be letters, digits, '_', '-' or '.', not beginning with a digit",
        {"pattern": "^[-._a-zA-Z][-._a-zA-Z0-9]*$"},
    ),
    "host": Rule(
        "bad-host",
        "must be a DNS name in lower case, with at most a leading '*.', and no port or path",
        {"pattern": rf"^((\*\.)?{_SUBDOMAIN})?$"},
    ),
    "int32": Rule(
        "out-of-range", "does not fit in 32 bits", {"minimum": -(2**31), "maximum": 2**31 - 1}
    ),
    "int64": Rule(
        "out-of-range", "does not fit in 64 bits", {"minimum": -(2**63), "maximum": 2**63 - 1}
    ),
}
