"""Edits of YAML that keep its quoting and its order, for cheats made out of references."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

Roots = list[yaml.Node]


def edited(text: str, change: Callable[[Roots], object]) -> str:
    """The text with its documents changed in place."""
    roots = [root for root in yaml.compose_all(text, Loader=yaml.SafeLoader) if root is not None]
    change(roots)

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    written = [yaml.serialize(root, Dumper=Plain, width=10_000) for root in roots]
    return "---\n".join(written)


def value(node: yaml.Node | None, *path: str) -> yaml.Node | None:
    """What stands under a path of keys."""
    for key in path:
        if not isinstance(node, yaml.MappingNode):
            return None
        node = next((inner for name, inner in node.value if name.value == key), None)
    return node


def entries(node: yaml.Node | None) -> list[tuple[str, yaml.Node]]:
    """Keys and values of a mapping; none of anything else."""
    if not isinstance(node, yaml.MappingNode):
        return []
    return [(str(key.value), inner) for key, inner in node.value]


def put(node: yaml.Node | None, key: str, text: str) -> None:
    """Set a key of a mapping to what the text says."""
    if isinstance(node, yaml.MappingNode):
        drop(node, key)
        node.value.append((_scalar(key), yaml.compose(text, Loader=yaml.SafeLoader)))


def drop(node: yaml.Node | None, *keys: str) -> None:
    """Take keys out of a mapping."""
    if isinstance(node, yaml.MappingNode):
        node.value = [(name, inner) for name, inner in node.value if name.value not in keys]


def keep(node: yaml.Node | None, *keys: str) -> None:
    """Take every other key out of a mapping."""
    if isinstance(node, yaml.MappingNode):
        node.value = [(name, inner) for name, inner in node.value if name.value in keys]


def copy_entries(node: yaml.Node | None, times: int) -> None:
    """Give every entry of a mapping further copies under other names."""
    if isinstance(node, yaml.MappingNode):
        node.value = node.value + [
            (_scalar(f"{key.value}-{n}"), inner) for n in range(times) for key, inner in node.value
        ]


def rename(node: yaml.Node | None, name: Callable[[str], str]) -> None:
    """Give every key of a mapping another name."""
    if isinstance(node, yaml.MappingNode):
        node.value = [(_scalar(name(str(key.value))), inner) for key, inner in node.value]


def items(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The items of a list; none of anything else."""
    if isinstance(node, yaml.SequenceNode):
        yield from node.value


def rewrite(node: yaml.Node | None, line: Callable[[str], str]) -> None:
    """Change each line of a string, or of the strings of a list."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            rewrite(item, line)
    elif isinstance(node, yaml.ScalarNode):
        lines = [line(part) if part.strip() else part for part in str(node.value).split("\n")]
        node.value = "\n".join(lines)
        node.tag, node.style = "tag:yaml.org,2002:str", node.style or "'"


def _scalar(text: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", text)
