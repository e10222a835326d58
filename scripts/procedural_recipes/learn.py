"""From a provider's schema and the harvested value rules to a recipe, before anything is tried."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping
from typing import Any

from iapo.dataset.procedural.providers import values
from iapo.dataset.procedural.providers.recipes import Body, Recipe
from iapo.verify.terraform.catalogue import ProviderSchema
from iapo.verify.terraform.rules import check_values, value_facts

from .arguments import NEVER, WORDS_OF_INTENTS, candidates, number
from .references import reference

_MOST_OPTIONAL = 16  # arguments of a body, and blocks of a resource
_MOST_BLOCKS = 5
_DEEPEST = 3
_IDENTITY = ("aws_iam_", "aws_ssoadmin_")


class Learner:
    """The recipes of one provider's types."""

    def __init__(self, schema: ProviderSchema) -> None:
        self.schema = schema
        self.types: Collection[str] = schema.names["resource"]

    def recipe(self, type: str) -> Recipe | None:
        """A recipe; None where something that the type needs cannot be drawn."""
        block = self.schema.block("resource", type)
        if block is None:
            return None
        facts = value_facts(type) if type.startswith("aws_") else {}
        body = self._body(type, block, facts, "", 0)
        if body is None:
            return None
        return _combined(type, body, facts)

    def _attributes(self, type: str) -> Mapping[str, Any]:
        block = self.schema.block("resource", type) or {}
        found: Mapping[str, Any] = block.get("attributes", {})
        return found

    def _body(
        self, type: str, block: Mapping[str, Any], facts: Mapping[str, Any], prefix: str, depth: int
    ) -> Body | None:
        required: dict[str, list[Any]] = {}
        optional: dict[str, list[Any]] = {}
        for name, attribute in block.get("attributes", {}).items():
            must = bool(attribute.get("required"))
            if must and name in WORDS_OF_INTENTS:
                return None
            if not must and (
                not attribute.get("optional")
                or name in NEVER
                or name.endswith(("_wo", "_wo_version"))
            ):
                continue
            known = facts.get(prefix + name, {})
            if known.get("read_only"):
                continue
            spec = self._spec(type, prefix + name, name, attribute.get("type"), must, known)
            if must and spec is None:
                return None
            if spec is not None:
                (required if must else optional)[name] = spec
        blocks: dict[str, Body] = {}
        needed: set[str] = set()
        for name, nested in block.get("block_types", {}).items():
            must = nested.get("min_items", 0) > 0
            if must and name in WORDS_OF_INTENTS:
                return None
            if name in NEVER or (not must and (depth >= 1 or len(blocks) >= _MOST_BLOCKS)):
                continue
            if depth >= _DEEPEST:
                if must:
                    return None
                continue
            inner = self._body(type, nested["block"], facts, f"{prefix}{name}.", depth + 1)
            if inner is not None and inner == _NOTHING and not _empty(nested["block"]):
                inner = None  # something belongs into it, of which nothing is known
            if inner is None and must:
                return None
            if inner is not None and (must or inner.required or inner.optional):
                blocks[name] = inner
                needed |= {name} if must else set()
        if depth:
            # What stands in combinations is not tracked inside of blocks.
            optional = {
                n: s for n, s in optional.items() if not _combines(facts.get(prefix + n, {}))
            }
            if not required and not optional and not blocks:
                blocks = self._first_block(type, block, facts, prefix, depth)
                needed = set(blocks)
        optional = _best(optional)
        return Body(required, optional, blocks, frozenset(needed))

    def _first_block(
        self, type: str, block: Mapping[str, Any], facts: Mapping[str, Any], prefix: str, depth: int
    ) -> dict[str, Body]:
        """What makes a block that holds only optional blocks more than an empty one."""
        for name, nested in block.get("block_types", {}).items():
            if depth < _DEEPEST and not _combines(facts.get(prefix + name, {})):
                inner = self._body(type, nested["block"], facts, f"{prefix}{name}.", depth + 1)
                if inner is not None and (inner != _NOTHING or _empty(nested["block"])):
                    return {name: inner}
        return {}

    def _spec(
        self, type: str, path: str, name: str, kind: Any, must: bool, facts: Mapping[str, Any]
    ) -> list[Any] | None:
        if kind == "bool":
            # A prompt has to say a word of its name, see `iapo.dataset.check.is_said`.
            return ["bool"] if re.search("[a-z]{3}", name) else None
        if kind == "number":
            return number(name, must, facts)
        if kind == ["map", "string"]:
            return ["map"] if name in ("tags", "labels") else None
        if kind == "string":
            return self._string(type, path, name, must, facts)
        if isinstance(kind, list) and kind[0] in ("list", "set") and kind[1] == "string":
            inner = self._string(type, path, name, must, facts)
            most = min(int(facts.get("max_items") or 2), 2)
            if inner is None or facts.get("min_items", 1) > 1:
                return None
            return ["list", inner, most]
        if isinstance(kind, list) and kind[0] in ("list", "set") and kind[1] == "number":
            inner = number(name, must, facts)
            return None if inner is None else ["list", inner, 2]
        return None

    def _string(
        self, type: str, path: str, name: str, must: bool, facts: Mapping[str, Any]
    ) -> list[Any] | None:
        if type.startswith("aws_") and name in (
            "policy",
            "policy_document",
            "resource_policy",
            "access_policy",
            "inline_policy",
        ):
            return self._policy(type, name, must)
        if name == "assume_role_policy":
            return ["policy", "lambda.amazonaws.com", "trust"]
        literal = next(
            (
                spec
                for spec in candidates(type, path, name, must, facts)
                if _accepted(type, path, spec, facts)
            ),
            None,
        )
        target = reference(type, name, self.types, self._attributes)
        if target is None:
            return literal
        if type.startswith("azurerm_") and name.endswith(("_id", "_ids", "_key", "scope")):
            literal = None  # these are long paths, which nobody writes into a request
        name, attribute = target
        is_arn = literal is not None and (literal[0] == "arn" or str(literal[1]).startswith("arn-"))
        if is_arn and attribute not in ("arn", "id") and "arn" in self._attributes(name):
            attribute = "arn"
        return ["ref", name, attribute, literal]

    def _policy(self, type: str, name: str, must: bool) -> list[Any] | None:
        if not must and name != "policy":
            return None
        service = type.split("_")[1]
        identity = type.startswith(_IDENTITY)
        action = _ACTIONS.get(service, "s3:GetObject" if identity else f"{service}:*")
        return ["policy", action, "identity" if identity else "resource"]


_ACTIONS = {
    "sqs": "sqs:SendMessage", "sns": "sns:Publish", "s3": "s3:GetObject", "kms": "kms:Decrypt",
    "ecr": "ecr:BatchGetImage", "secretsmanager": "secretsmanager:GetSecretValue", "iam": "s3:GetObject",
    "lambda": "lambda:InvokeFunction", "cloudwatch": "logs:PutLogEvents", "api": "execute-api:Invoke",
    "efs": "elasticfilesystem:ClientMount", "opensearch": "es:ESHttpGet", "elasticsearch": "es:ESHttpGet",
    "ses": "ses:SendEmail", "sesv2": "ses:SendEmail", "dynamodb": "dynamodb:GetItem", "glue": "glue:GetTable",
    "vpc": "s3:GetObject", "organizations": "ec2:RunInstances", "backup": "backup:StartRestoreJob",
}  # fmt: skip


_NOTHING = Body({}, {})


def _empty(block: Mapping[str, Any]) -> bool:
    """Whether nothing can be put into a block."""
    return not block.get("attributes") and not block.get("block_types")


def _combines(facts: Mapping[str, Any]) -> bool:
    return any(
        k in facts for k in ("conflicts_with", "exactly_one_of", "at_least_one_of", "required_with")
    )


def _best(optional: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The most telling optional arguments, in the schema's order."""
    if len(optional) <= _MOST_OPTIONAL:
        return optional
    rank = {
        "enum": 0,
        "ref": 0,
        "int": 1,
        "list": 1,
        "text": 1,
        "arn": 1,
        "bool": 2,
        "map": 0,
        "policy": 3,
    }
    kept = sorted(optional, key=lambda name: (name != "name", rank[optional[name][0]]))
    chosen = set(kept[:_MOST_OPTIONAL])
    return {name: spec for name, spec in optional.items() if name in chosen}


def _combined(type: str, body: Body, facts: Mapping[str, Any]) -> Recipe | None:
    """The recipe with how top-level arguments combine; None where a group has no member left."""
    have = {*body.required, *body.optional, *body.blocks}
    exactly: set[tuple[str, ...]] = set()
    conflicts: dict[str, frozenset[str]] = {}
    together: dict[str, tuple[str, ...]] = {}

    def add_conflict(one: str, other: str) -> None:
        for a, b in ((one, other), (other, one)):
            if a in have and b in have and a != b:
                conflicts[a] = conflicts.get(a, frozenset()) | {b}

    for path, known in facts.items():
        if path == "":
            for group in known.get("conflicts_with", ()):
                for one in group:
                    for other in group:
                        add_conflict(one, other)
            for group in known.get("at_least_one_of", ()):
                exactly.add(tuple(n for n in group if n in have))
            continue
        if "." in path:
            continue
        for key in ("exactly_one_of", "at_least_one_of"):
            if key in known:
                group = [n for n in known[key] if "." not in n]
                exactly.add(tuple(n for n in group if n in have))
        for other in known.get("conflicts_with", ()):
            add_conflict(path, other.split(".")[0])
        if "required_with" in known and path in have:
            others = tuple(n for n in known["required_with"] if n != path)
            together[path] = others
    if () in exactly:
        return None
    return Recipe(type, body, tuple(sorted(exactly)), conflicts, together)


def _accepted(type: str, path: str, spec: list[Any], facts: Mapping[str, Any]) -> bool:
    """Whether what a spec draws keeps the rules for this argument (AWS; the others have none)."""
    if not type.startswith("aws_") or not facts:
        return True
    rng = random.Random(f"{type}.{path}")
    for _ in range(6):
        value = values.draw(rng, spec)
        most = facts.get("max_length")
        if most is not None and len(str(value)) > most:
            return False
        if "." in path:
            holder: Any = value
            for step in reversed(path.split(".")):
                holder = {step: holder} if step == path.split(".")[-1] else {step: [holder]}
            given = holder
        else:
            given = {path: value}
        # Only what is said of this very argument: others are missing here.
        last = path.split(".")[-1]
        for problem in check_values("resource", type, given):
            if problem.path and last in problem.path and not _about_others(problem.summary):
                return False
    return True


def _about_others(summary: str) -> bool:
    return summary in (
        "Missing required argument", "Invalid combination of arguments", "Conflicting configuration arguments",
    )  # fmt: skip
