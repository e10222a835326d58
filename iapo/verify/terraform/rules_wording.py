"""Say a provider's error again about another value, as Go would print it."""

from __future__ import annotations

from typing import Any

# Placeholders: control characters, which no message of the provider contains.
RAW = "\x01"  # the value as %s and %v print it
QUOTED = "\x02"  # the value as %q prints it
DOTTED = "\x03"  # rule.0.status
INDEXED = "\x04"  # rule[0].status
LOWER = "\x06"  # the value in lower case
LENGTH = "\x05"  # length of the value in bytes

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


def go_quote(text: str) -> str:
    """The text as Go's `%q` prints it."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_ESCAPES.get(c) or _printable(c) for c in text) + '"'


def _printable(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def go_text(value: Any) -> str:
    """The value as Go's `%v` prints it: integers plainly, floats shortest, `true`, `[a b]`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e21:
            return str(int(value))
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + " ".join(go_text(item) for item in value) + "]"
    return str(value)


def render(template: str, value: Any, dotted: str, indexed: str) -> str:
    """Fill a template in; the value goes last so that nothing in it is taken for a placeholder."""
    text = template
    if DOTTED in text:
        text = text.replace(DOTTED, dotted)
    if INDEXED in text:
        text = text.replace(INDEXED, indexed)
    if LENGTH in text:
        size = len(value.encode("utf-8", "replace")) if isinstance(value, str) else 0
        text = text.replace(LENGTH, str(size))
    if RAW not in text and QUOTED not in text and LOWER not in text:
        return text
    plain = go_text(value)
    fills = {RAW: plain, QUOTED: go_quote(plain), LOWER: plain.lower()}
    return "".join(fills.get(char, char) for char in text)
