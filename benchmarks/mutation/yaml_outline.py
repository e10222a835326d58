"""The outline of manifests, Compose files, workflows and GitLab pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from iapo.verify.report import Format

from .outline import Entry, Outline, Span

_SECTIONS = {
    "compose": {
        "services": "service", "volumes": "volume", "networks": "network",
        "secrets": "secret", "configs": "config",
    },
    "github-actions": {"jobs": "job", "on": "on"},
}  # fmt: skip
_REST = {"compose": "project", "github-actions": "workflow", "gitlab-ci": "pipeline"}


def outline(text: str, format: Format) -> Outline:
    """Every mapping entry and list item of every document."""
    entries: list[Entry] = []
    parts: list[Span] = []
    for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
        if not isinstance(root, yaml.MappingNode):
            continue
        label = _manifest(root) if format == "kubernetes" else ""
        if label:
            start, end = root.start_mark.index, _end(root, text)
            parts.append(Span(label, *_document(text, start, end)))
        entries.extend(_walk(root, text, format, label, (), None))
    if format != "kubernetes":
        parts.extend(
            Span(entry.parts[-1], entry.start, entry.end)
            for entry in entries
            if _is_part(entry, format)
        )
    return Outline(format, text, tuple(entries), tuple(parts))


def _is_part(entry: Entry, format: Format) -> bool:
    if format == "gitlab-ci":
        return len(entry.path) == 1 and entry.parts[-1].startswith("job ")
    return len(entry.path) == 2 and entry.path[0] in _SECTIONS[format]


def _document(text: str, start: int, end: int) -> tuple[int, int]:
    """A document with the mark that separates it from its neighbour."""
    before = text.rfind("---\n", 0, start)
    if before >= 0:
        return before, min(len(text), end + 1)
    after = text.find("---\n", end)
    return start, (after + 4 if after >= 0 else len(text))


def _manifest(root: yaml.MappingNode) -> str:
    kind = version = name = ""
    for key, value in root.value:
        if key.value == "kind":
            kind = value.value
        elif key.value == "apiVersion":
            version = value.value
        elif key.value == "metadata":
            name = next((v.value for k, v in value.value if k.value == "name"), "")
    group = version.partition("/")[0]
    own = "/" in version and "." in group and not group.endswith(".k8s.io")
    return f"{kind}.{group}/{name}" if own else f"{kind}/{name}"


def _labels(path: tuple[str, ...], format: Format, document: str) -> tuple[str, ...]:
    if format == "kubernetes":
        return (document,)
    if format == "gitlab-ci":
        words = {"stages", "variables", "default", "include", "workflow", "image", "services",
                 "cache", "before_script", "after_script", "spec"}  # fmt: skip
        return ("pipeline",) if path[0] in words else ("pipeline", f"job {path[0]}")
    section = _SECTIONS[format].get(path[0])
    whole = (_REST[format],)
    return (*whole, f"{section} {path[1]}") if section and len(path) > 1 else whole


def _walk(
    node: yaml.Node,
    text: str,
    format: Format,
    document: str,
    path: tuple[str, ...],
    alone: tuple[int, int] | None,
) -> Iterator[Entry]:
    """Entries within a node; `alone`: what goes where the only child is taken out."""
    children: list[tuple[yaml.Node | None, Any]] = []
    if isinstance(node, yaml.MappingNode):
        children = list(node.value)
    elif isinstance(node, yaml.SequenceNode):
        children = [(None, item) for item in node.value]
    for index, (key, value) in enumerate(children):
        here = path if key is None else (*path, str(key.value))
        start, end = _taken_out(node, children, index, text, alone)
        yield Entry(
            _labels(here, format, document),
            here,
            start,
            end,
            *_value(children[index], text),
        )
        if not _is_alias(children[index]):
            yield from _walk(value, text, format, document, here, (start, end))


def _taken_out(
    node: yaml.Node,
    children: list[tuple[yaml.Node | None, Any]],
    index: int,
    text: str,
    alone: tuple[int, int] | None,
) -> tuple[int, int]:
    if len(children) == 1 and alone is not None:
        return alone
    start = _start(children[index], text)
    if index + 1 < len(children):
        return start, _start(children[index + 1], text)
    if index == 0:
        return start, _value(children[index], text)[1]
    return _value(children[index - 1], text)[1], _value(children[index], text)[1]


def _is_alias(child: tuple[yaml.Node | None, Any]) -> bool:
    """An alias is given as the node that it stands for, with that one's place."""
    key, value = child
    return key is not None and value.start_mark.index < key.start_mark.index


def _value(child: tuple[yaml.Node | None, Any], text: str) -> tuple[int, int]:
    key, value = child
    if key is not None and _is_alias(child):
        start = text.index("*", key.end_mark.index)
        return start, re.compile(r"[\w*-]+").match(text, start).end()  # type: ignore[union-attr]
    return value.start_mark.index, _end(value, text)


def _start(child: tuple[yaml.Node | None, Any], text: str) -> int:
    key, value = child
    if key is not None:
        return int(key.start_mark.index)
    start = int(value.start_mark.index)
    dash = text.rfind("-", 0, start)
    block = dash >= 0 and not text[dash + 1 : start].strip() and text[dash + 1 : start]
    return dash if block else start


def _end(node: yaml.Node, text: str) -> int:
    """Where the text of a node really ends: marks of blocks stand at what follows."""
    if isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) and not node.flow_style:
        last = node.value[-1] if node.value else None
        if last is not None:
            return _value(last if isinstance(last, tuple) else (None, last), text)[1]
    return len(text[: node.end_mark.index].rstrip())
