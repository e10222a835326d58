"""Arguments of steps, options, triggers, parameters and conditions: names, number, kinds."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.catalog import Signature
from iapo.verify.jenkinsfile.model import Pipeline, literal, nearest, one_of
from iapo.verify.jenkinsfile.syntax_tree import Node

_LONG = 2**63


def check_values(pipeline: Pipeline, nodes: Iterable[Node]) -> None:
    """What Declarative refuses as an argument anywhere."""
    for node in nodes:
        if node.kind == "map":
            for entry in node.args:
                if literal(entry.args[0]) is None and node.name == "named":
                    pipeline.error(
                        "key-not-literal", "the name of an argument is a plain word", entry.args[0]
                    )
            check_values(pipeline, [entry.args[1] for entry in node.args])
        else:
            check_value(pipeline, node)


def check_value(pipeline: Pipeline, node: Node) -> None:
    if (
        node.kind == "constant"
        and isinstance(node.value, int)
        and not isinstance(node.value, bool)
        and not -_LONG <= node.value < _LONG
    ):
        pipeline.error("number-too-large", "a number has at most 64 bits", node)
    elif node.kind == "call" and node.name == "$" and node.target is None:
        text = pipeline.text(node)
        pipeline.error("bare-variable", f'{text} needs quotes: "{text}", or no ${{}} at all', node)


def check_arguments(
    pipeline: Pipeline, node: Node, arguments: list[Node], signature: Signature, what: str
) -> None:
    """Names, number and required arguments of something whose signature is known."""
    named = next((a for a in arguments if a.kind == "map" and a.name == "named"), None)
    positional = [a for a in arguments if a is not named]
    if named is not None and positional:
        pipeline.error(
            "mixed-arguments", f"{what} mixes named and unnamed arguments; name all", positional[0]
        )
        return
    if named is None and len(positional) == 1 and positional[0].kind == "map":
        return  # a map, such as [$class: ...]
    if signature.open:
        return
    if named is not None:
        _check_names(pipeline, node, named, signature, what)
        return
    if len(positional) > 1:
        pipeline.error(
            "unnamed-arguments",
            f"{what} takes one unnamed argument; name them: "
            + ", ".join(
                f"{name}: ..." for name in [*signature.required, *sorted(signature.optional)][:3]
            ),
            positional[1],
        )
    elif positional and len(signature.required) > 1:
        pipeline.error(
            "missing-argument",
            f"{what} needs {' and '.join(signature.required)}, by name",
            positional[0],
        )
    elif positional and not signature.required and not signature.optional:
        pipeline.error("too-many-arguments", f"{what} takes no arguments", positional[0])
    elif not positional and signature.required:
        pipeline.error("missing-argument", f"{what} needs {' and '.join(signature.required)}", node)


def _check_names(
    pipeline: Pipeline, node: Node, named: Node, signature: Signature, what: str
) -> None:
    known = {*signature.required, *signature.optional}
    given: set[str] = set()
    for entry in named.args:
        key = literal(entry.args[0])
        if key is None:
            return
        given.add(key)
        if key == "$class":
            return
        if key not in known:
            near = nearest(key, known)
            advice = f"did you mean {near}?" if near else f"it takes {one_of(known) or 'none'}"
            pipeline.error(
                "unknown-argument", f"{what} has no argument `{key[:40]}`; {advice}", entry
            )
    missing = [name for name in signature.required if name not in given]
    if missing and given <= known:
        pipeline.error("missing-argument", f"{what} needs {' and '.join(missing)}", node)


def check_types(pipeline: Pipeline, step: str, signature: Signature, arguments: list[Node]) -> None:
    """Text where a number is wanted, and the reverse."""
    values: list[tuple[str, Node]] = []
    for argument in arguments:
        if argument.kind == "map" and argument.name == "named":
            values += [(literal(e.args[0]) or "", e.args[1]) for e in argument.args]
        elif len(signature.required) == 1:
            values.append((signature.required[0], argument))
    for name, node in values:
        if node.kind != "constant" or node.value is None:
            continue
        is_text = isinstance(node.value, str)
        if (step, name) in catalog.NUMBER_ARGUMENTS and (is_text or isinstance(node.value, bool)):
            pipeline.error(
                "wrong-type", f"`{name}` of `{step}` is a number; write it without quotes", node
            )
        elif (step, name) in catalog.TEXT_ARGUMENTS and not is_text:
            pipeline.error("wrong-type", f"`{name}` of `{step}` is text; put it in quotes", node)
        elif name == "unit" and step in ("timeout", "sleep") and node.value not in catalog.UNITS:
            near = nearest(str(node.value).upper(), catalog.UNITS)
            advice = f"did you mean {near}?" if near else f"use {one_of(catalog.UNITS)}"
            pipeline.error(
                "bad-unit", f"`{str(node.value)[:40]}` is no unit of time; {advice}", node
            )


def check_rotation(pipeline: Pipeline, arguments: list[Node]) -> None:
    """Misspelt settings of `buildDiscarder(logRotator(...))`, which then keeps every build."""
    for rotator in arguments:
        if rotator.kind != "call" or rotator.name != "logRotator":
            continue
        for named in (a for a in rotator.args if a.kind == "map"):
            for entry in named.args:
                key = literal(entry.args[0])
                if key is None or key in catalog.LOG_ROTATOR.optional:
                    continue
                near = nearest(key, catalog.LOG_ROTATOR.optional)
                advice = f"did you mean {near}?" if near else "remove it"
                message = f"logRotator has no argument `{key[:40]}` and ignores it; {advice}"
                pipeline.warn("unknown-argument", message, entry)


def unknown_name(
    pipeline: Pipeline, kind: str, name: str, known: Iterable[str], node: Node
) -> None:
    """A misspelt name is wrong; any other may belong to a plugin that is not known here."""
    near = nearest(name, known)
    if near and (
        near.lower() == name.lower() or difflib.SequenceMatcher(None, near, name).ratio() > 0.8
    ):
        pipeline.error(f"unknown-{kind}", f"no {kind} `{name[:40]}`; did you mean {near}?", node)
        return
    pipeline.unjudged = True
    pipeline.warn(
        f"unknown-{kind}",
        f"the {kind} `{name[:40]}` is not known; it needs a plugin that defines it",
        node,
    )
