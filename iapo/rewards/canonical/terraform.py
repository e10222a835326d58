"""Terraform's canonical layout, as `terraform fmt` prints it.

Indentation by open brackets, one space between tokens, `=` and trailing comments of neighbouring
lines aligned: the rules of https://developer.hashicorp.com/terraform/language/style, checked
against the real command. It moves nothing between lines, so lines can be compared one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from iapo.verify.terraform import hcl

_MAX_CHARACTERS = 100_000
_OPENING = frozenset("([{")
_CLOSING = frozenset(")]}")
_OPERATORS = frozenset(
    ["=", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "?", ":", "+", "-", "*", "/", "%", "!", "=>", ",", "(", "[", "{"]
)  # fmt: skip
_ONLY_TEMPLATE = re.compile(r'"\$\{([^"{}]*)\}"\Z')


@dataclass
class _Line:
    """Tokens of one line in three cells: what leads, an assignment, a trailing comment."""

    lead: list[str] = field(default_factory=list)
    assign: list[str] = field(default_factory=list)
    comment: str = ""
    kinds: list[str] = field(default_factory=list)  # of lead and assign together


def format_terraform(text: str) -> str:
    """The text as `terraform fmt` would lay it out; text that is no HCL comes back in some layout."""
    lines = _lines(text)
    indents = _indents(lines)
    for line in lines:
        _split_assignment(line)
    rendered = [(_joined(line.lead, line.kinds), _assigned(line)) for line in lines]
    widths = _aligned([len(lead) if assign else None for lead, assign in rendered])
    bodies = []
    for (lead, assign), width in zip(rendered, widths, strict=True):
        bodies.append(f"{lead:<{width}} {assign}" if assign and width is not None else lead)
    # A comment stands one space after the longest of its neighbours' lines, indentation aside.
    comment_widths = _aligned(
        [
            len(body.rsplit("\n", 1)[-1]) if line.comment and line.lead else None
            for body, line in zip(bodies, lines, strict=True)
        ]
    )
    out = []
    for line, body, indent, width in zip(lines, bodies, indents, comment_widths, strict=True):
        if line.comment:
            body = f"{body:<{width}} {line.comment}" if width is not None else line.comment
        out.append(" " * indent + body if body else "")
    return "\n".join(out)


def terraform_style(code: str) -> tuple[float, str]:
    """Share of lines that `terraform fmt` would leave alone, and the first that it would not."""
    code = code[:_MAX_CHARACTERS].rstrip("\n")
    # Both texts have their line breaks in the same places.
    pairs = list(zip(code.split("\n"), format_terraform(code).split("\n"), strict=False))
    judged = [(n, a, b) for n, (a, b) in enumerate(pairs, start=1) if a.strip() or a]
    wrong = [(n, b) for n, a, b in judged if a != b]
    if not judged:
        return 0.0, "there is no code"
    why = (
        f"line {wrong[0][0]} is not as `terraform fmt` writes it: {wrong[0][1].strip()}"
        if wrong
        else ""
    )
    return 1.0 - len(wrong) / len(judged), why


def _lines(text: str) -> list[_Line]:
    """Tokens by line; a heredoc or a string that spans lines is one token."""
    lines = [_Line()]
    end = 0
    for token in hcl.tokens(text):
        _add_comment(lines, text[end : token.start])
        end = token.start + len(token.text)
        if token.kind == "newline":
            lines.append(_Line())
            continue
        lines[-1].lead.append(token.text)
        lines[-1].kinds.append(token.kind)
    _add_comment(lines, text[end:])
    return lines


def _add_comment(lines: list[_Line], gap: str) -> None:
    comment = gap.strip(" \t\r\ufeff")
    if comment:
        lines[-1].comment = f"{lines[-1].comment} {comment}".strip()


def _change(text: str, kind: str) -> int:
    if kind != "mark":
        return 0
    return (text in _OPENING) - (text in _CLOSING)


def _indents(lines: list[_Line]) -> list[int]:
    open_lines: list[int] = []  # brackets that each earlier line left open
    out = []
    for line in lines:
        net = sum(_change(t, k) for t, k in zip(line.lead, line.kinds, strict=True))
        closed = -net
        while closed > 0 and open_lines:
            taken = min(closed, open_lines[-1])
            open_lines[-1] -= taken
            closed -= taken
            if not open_lines[-1]:
                open_lines.pop()
        out.append(2 * len(open_lines))
        if net > 0:
            open_lines.append(net)
    return out


def _split_assignment(line: _Line) -> None:
    for index, text in enumerate(line.lead):
        if index and text == "=" and line.kinds[index] == "mark":
            rest = zip(line.lead[index:], line.kinds[index:], strict=True)
            if sum(_change(t, k) for t, k in rest) == 0:
                line.lead, line.assign = line.lead[:index], line.lead[index:]
            return


def _assigned(line: _Line) -> str:
    if not line.assign:
        return ""
    kinds = line.kinds[len(line.lead) :]
    texts = line.assign
    if len(texts) == 2 and kinds[1] == "string":
        alone = _ONLY_TEMPLATE.match(texts[1])
        if alone:
            return f"= {alone[1].strip()}"
    return _joined(texts, kinds)


def _aligned(widths: list[int | None]) -> list[int | None]:
    """Each run of neighbours that have a width gets the greatest of them."""
    out: list[int | None] = list(widths)
    start = 0
    while start < len(widths):
        if widths[start] is None:
            start += 1
            continue
        end = start
        while end < len(widths) and widths[end] is not None:
            end += 1
        out[start:end] = [max(w for w in widths[start:end] if w is not None)] * (end - start)
        start = end
    return out


def _joined(texts: list[str], kinds: list[str]) -> str:
    out = ""
    for index, text in enumerate(texts):
        if index and _space(texts, kinds, index):
            out += " "
        out += text
    return out


def _space(texts: list[str], kinds: list[str], index: int) -> bool:
    """Whether a space stands before token `index`."""
    after, subject = texts[index], texts[index - 1]
    is_mark, was_mark = kinds[index] == "mark", kinds[index - 1] == "mark"
    before = texts[index - 2] if index > 1 else None
    if is_mark and after in (",", ".", "...", "::"):
        return False
    if was_mark and subject == ",":
        return True
    if was_mark and subject in (".", "::", "!"):
        return False
    if (
        was_mark
        and subject == "-"
        and (before is None or before in _OPERATORS or before == "return")
    ):
        return False  # unary
    if is_mark and after == "(":
        return not (kinds[index - 1] == "word" or (was_mark and subject in "([")) or subject in (
            "in", "if",
        )  # fmt: skip
    if was_mark and subject == "(":
        return False
    if is_mark and after == ")":
        return False
    if is_mark and after == "[":
        joined = kinds[index - 1] in ("word", "number", "string") and subject != "in"
        return not (
            joined or (was_mark and (subject in _CLOSING or subject in "([")) or subject == "*"
        )
    if was_mark and subject == "[":
        return False
    if is_mark and after == "]":
        return False
    return not (is_mark and after == "}" and was_mark and subject == "{")
