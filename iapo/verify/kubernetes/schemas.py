"""Which Kubernetes objects exist in each version, and a compiled JSON Schema for each of them.

The schemas ship in one compressed file for all served versions (scripts/build_kubernetes_schemas.py),
read on first use. A validator is compiled the first time that its kind is met. The limits that the
API server documents beyond its OpenAPI description (limits.py) are folded into the schemas.
"""

from __future__ import annotations

import base64
import binascii
import json
import lzma
import re
from functools import lru_cache
from importlib import resources
from typing import Any

import jsonschema_rs

from iapo.verify.kubernetes.field_rules import RULES
from iapo.verify.kubernetes.limits import tighten

Schema = dict[str, Any]
_REFERENCE = re.compile(r'"#/\$defs/([^"]+)"')


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, Any]:
    packed = resources.files("iapo.verify.kubernetes").joinpath("schemas.json.xz").read_bytes()
    catalogue: dict[str, Any] = json.loads(lzma.decompress(packed))
    return catalogue


@lru_cache(maxsize=1)
def versions() -> tuple[str, ...]:
    """Kubernetes versions that can be judged, oldest first, e.g. `("1.25", ..., "1.37")`."""
    return tuple(_catalogue()["versions"])


def newest() -> str:
    """The newest version there are schemas for."""
    return versions()[-1]


def minor(version: str) -> int:
    """`"1.34"` -> 34."""
    return int(version.split(".")[1])


@lru_cache(maxsize=16)
def kinds(version: str) -> dict[str, str]:
    """Every object of a version: `"apps/v1/Deployment"` to the name of its definition."""
    served: dict[str, str] = _catalogue()["kinds"][version]
    return served


@lru_cache(maxsize=16)
def api_versions_of(version: str) -> dict[str, tuple[str, ...]]:
    """Kind to the apiVersions that serve it, stable ones first."""
    found: dict[str, list[str]] = {}
    for served in kinds(version):
        api_version, kind = served.rsplit("/", 1)
        found.setdefault(kind, []).append(api_version)
    return {kind: tuple(sorted(apis, key=_stability)) for kind, apis in found.items()}


@lru_cache(maxsize=16)
def groups(version: str) -> frozenset[str]:
    """The built-in API groups of a version; `""` is the core group."""
    return frozenset(
        api.rsplit("/", 1)[0] if "/" in api else ""
        for apis in api_versions_of(version).values()
        for api in apis
    )


def _stability(api_version: str) -> tuple[int, str]:
    last = api_version.rsplit("/", 1)[-1]
    return (2 if "alpha" in last else 1 if "beta" in last else 0, api_version)


@lru_cache(maxsize=4096)
def definition(version: str, name: str) -> Schema:
    """One definition of a version with the API server's documented limits folded in."""
    catalogue = _catalogue()
    body: Schema = json.loads(catalogue["bodies"][catalogue["versions"][version][name]])
    return tighten(name, body, minor(version))


@lru_cache(maxsize=512)
def schema_for(version: str, name: str) -> Schema:
    """A definition with all that it refers to, as one self-contained JSON Schema."""
    needed: dict[str, Schema] = {}
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in needed:
            continue
        if current in RULES:
            needed[current] = RULES[current].schema
            continue
        needed[current] = definition(version, current)
        waiting.extend(_REFERENCE.findall(json.dumps(needed[current])))
    return {"$ref": f"#/$defs/{name}", "$defs": needed}


@lru_cache(maxsize=512)
def validator(version: str, name: str) -> jsonschema_rs.Draft202012Validator:
    """The compiled schema of a definition."""
    return compile_schema(schema_for(version, name))


def compile_schema(schema: Schema) -> jsonschema_rs.Draft202012Validator:
    """Compile with patterns that take linear time and nothing fetched from anywhere.

    Raises:
        ValueError: the schema is not one, or refers outside itself.
    """
    try:
        return jsonschema_rs.Draft202012Validator(
            schema,
            formats={"byte": _is_base64},
            validate_formats=True,
            ignore_unknown_formats=True,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from error


def _is_base64(text: str) -> bool:
    # Go's decoder ignores line breaks and nothing else.
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", "").encode(), validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return False
    return True
