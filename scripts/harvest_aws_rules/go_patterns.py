"""Go's regular expressions in Python: translated, and kept only where Python matches them safely."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any


def go_pattern(pattern: str) -> str | None:
    """A Go (RE2) pattern for Python's `re`, or None where Python has no equivalent.

    Unicode classes become every non-ASCII character as well, which only ever accepts more.
    """
    posix = {
        "alnum": "0-9A-Za-z",
        "alpha": "A-Za-z",
        "digit": "0-9",
        "lower": "a-z",
        "upper": "A-Z",
        "space": r"\s",
        "punct": r"!-/:-@\[-`{-~",
        "word": r"\w",
        "xdigit": "0-9A-Fa-f",
        "print": " -~",
        "graph": "!-~",
    }
    unicode = {
        "L": "A-Za-z\u0080-\U0010ffff",
        "N": "0-9\u0080-\U0010ffff",
        "Z": " \u0080-\U0010ffff",
        "S": "$+<=>^`|~\u0080-\U0010ffff",
        "P": r"!-#%-*,-/:;?@\[-\]_{}" + "\u0080-\U0010ffff",
        "M": "\u0080-\U0010ffff",
        "C": "\x00-\x1f\x7f\u0080-\U0010ffff",
    }
    out, at, inside, start = [], 0, False, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            found = re.match(r"\\[pP](\{\^?(\w+)\}|(\w))", pattern[at:])
            if found:
                name = (found[2] or found[3])[0]
                if name not in unicode or found[0][1] == "P" or "^" in found[0]:
                    return None
                out.append(unicode[name] if inside else f"[{unicode[name]}]")
                at += found.end()
                continue
            pair = pattern[at : at + 2]
            if pair[1] in "QEC" or (pair[1] == "x" and pattern[at + 2 : at + 3] == "{"):
                return None
            if pair[1] == "x":
                pair = pattern[at : at + 4]
            plain = re.escape(pair[1]) if not pair[1].isalnum() and pair[1] != "_" else None
            out.append(r"\Z" if pair[1] == "z" else plain or pair)
            at += len(pair)
            continue
        if inside:
            found = re.match(r"\[:(\w+):\]", pattern[at:])
            if found:
                if found[1] not in posix:
                    return None
                out.append(posix[found[1]])
                at += found.end()
                continue
            if char == "]" and at > start:
                inside = False
                out.append(char)
            elif char in "[]&~|" or (char == "-" and pattern[at - 1 : at + 2] == "--]"):
                out.append("\\" + char)
            else:
                out.append(char)
        elif char == "[":
            inside = True
            start = at + 1
            out.append(char)
            if pattern[at + 1 : at + 2] == "^":
                out.append("^")
                at += 1
                start += 1
        elif char == "$":
            out.append(r"\Z")
        else:
            out.append(char)
        at += 1
    text = "(?a)" + "".join(out)
    if text.startswith("(?a)(?"):
        text = re.sub(r"^\(\?a\)\(\?([a-z]+)\)", r"(?a\1)", text)
    try:
        re.compile(text)
    except re.error:
        return None
    return text


@lru_cache(maxsize=4096)
def safe(pattern: str) -> bool:
    """Whether Python can match the pattern without blowing up on hostile text.

    Repeats nested three deep are out; others must stay fast on strings made to trip them.
    """
    import re._parser as parser  # the standard library's own reading of a pattern

    def depth(items: Any, repeats: int) -> int:
        worst = repeats
        for op, value in items:
            name = str(op)
            if name in ("MAX_REPEAT", "MIN_REPEAT"):
                low, high, inner = value
                many = high is parser.MAXREPEAT or high - low > 8  # type: ignore[attr-defined]
                worst = max(worst, depth(inner, repeats + bool(many)))
            elif name == "SUBPATTERN":
                worst = max(worst, depth(value[3], repeats))
            elif name == "BRANCH":
                for branch in value[1]:
                    worst = max(worst, depth(branch, repeats))
        return worst

    tree = parser.parse(pattern)
    nested = depth(tree, 0)
    repeats = len(re.findall(r"(?<!\\)[*+]|,\d*\}", pattern))
    return nested <= 2 and ((nested <= 1 and repeats <= 3) or _withstands(pattern))


def _withstands(pattern: str) -> bool:
    """Whether no attack string slows the pattern down: each is tried with a time limit."""
    import time

    compiled = re.compile(pattern)
    pieces = ("a", "0", "-", "a.", "a-", "/a", "A", "_", " ", "0,", "*")
    for size in (12, 16, 20, 40, 80, 160, 320):  # what explodes is found out while still small
        for start in ("", "arn:aws:", "/", "https://", "s3://", "arn:aws:x:us-east-1:1:"):
            for piece in pieces:
                began = time.process_time()
                compiled.search(start + piece * size + "\x00")
                if time.process_time() - began > 0.01:
                    return False
    return True
