"""The outline of a Terraform program: blocks, arguments, and attributes of objects in them."""

from __future__ import annotations

from collections.abc import Iterator

from iapo.verify.terraform import hcl

from .outline import Entry, Outline, Span, whole_lines

_ADDRESS = {"data": "data.", "variable": "var.", "output": "output.", "provider": "provider."}


def outline(text: str) -> Outline:
    """Every block, argument and object attribute."""
    entries: list[Entry] = []
    parts: list[Span] = []
    for block in hcl.parse(text).blocks:
        label = address(block)
        parts.append(Span(label, *whole_lines(text, block.start, block.end)))
        entries.extend(_inside(block, text, (label,), ()))
    return Outline("terraform", text, tuple(entries), tuple(parts))


def address(block: hcl.Block) -> str:
    """How a plan and an intent's result call a block."""
    if block.type == "resource":
        return ".".join(block.labels)
    if block.type == "module":
        return "module." + ".".join(block.labels)
    return _ADDRESS.get(block.type, block.type + ".") + ".".join(block.labels)


def _inside(
    block: hcl.Block, text: str, parts: tuple[str, ...], path: tuple[str, ...]
) -> Iterator[Entry]:
    for argument in block.arguments.values():
        here = (*path, argument.name)
        name = text.rfind(argument.name, 0, argument.start)
        span = whole_lines(text, name, argument.end)
        yield Entry(parts, here, *span, argument.start, argument.end)
        yield from _attributes(argument.tokens, text, parts, here)
    for inner in block.blocks:
        names = inner.labels if inner.type == "dynamic" else (inner.type,)
        if inner.type == "content":
            names = ()
        here = (*path, *names)
        span = whole_lines(text, inner.start, inner.end)
        yield Entry(parts, here, *span, inner.start, inner.end)
        yield from _inside(inner, text, parts, here)


def _attributes(
    tokens: list[hcl.Token], text: str, parts: tuple[str, ...], path: tuple[str, ...]
) -> Iterator[Entry]:
    """`name = value` within the braces of an expression."""
    open_names: list[tuple[str, int, tuple[str, ...]]] = []  # bracket, and the path inside it
    here = path
    for index, token in enumerate(tokens):
        if token.kind == "mark" and token.text in "([{":
            open_names.append((token.text, index, here))
        elif token.kind == "mark" and token.text in ")]}" and open_names:
            here = open_names.pop()[2]
        elif _is_key(tokens, index) and open_names and open_names[-1][0] == "{":
            here = (*open_names[-1][2], token.text.strip('"'))
            start, end = _value(tokens, index + 2)
            yield Entry(parts, here, *whole_lines(text, token.start, end), start, end)


def _is_key(tokens: list[hcl.Token], index: int) -> bool:
    if tokens[index].kind not in ("word", "string") or index + 2 >= len(tokens):
        return False
    following = tokens[index + 1]
    if following.kind != "mark" or following.text not in ("=", ":"):
        return False
    return following.text == "=" or tokens[index - 1].text in ("{", ",")


def _value(tokens: list[hcl.Token], at: int) -> tuple[int, int]:
    start, depth, last = tokens[at].start, 0, tokens[at]
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.kind == "mark" and token.text in "([{":
            depth += 1
        elif token.kind == "mark" and token.text in ")]}":
            if not depth:
                break
            depth -= 1
        elif depth == 0 and (token.text == "," or (index > at and _is_key(tokens, index))):
            break
        last = token
    return start, last.start + len(last.text)
