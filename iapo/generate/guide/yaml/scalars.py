"""The insides of YAML's free text: plain and quoted scalars, block scalars, free keys.

Positions here know nothing of what stands around them (`iapo.generate.guide.automaton.Local`).
A plain scalar is a number, a truth value or nothing where it looks like one: its end says which, by the
rules of `iapo.verify.yaml_source.resolve_scalar`. YAML 1.2.2: https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.text import HEX, NEWLINE, character
from iapo.verify.yaml_source import resolve_scalar

SPACE = ord(" ")
NULLS = ("null", "~", "Null", "NULL")
_TRUTHS = ("true", "false", "True", "False", "TRUE", "FALSE")
_OLD_TRUTHS = tuple(
    form for word in ("yes", "no", "on", "off") for form in (word, word.title(), word.upper())
)
_INFINITE = tuple(f".{word}" for word in ("inf", "Inf", "INF", "nan", "NaN", "NAN"))
_INDICATORS = frozenset(b",[]{}#&*!|>'\"%@`?")
_KEY_INDICATORS = _INDICATORS | frozenset(b"-:")
_FLOW = frozenset(b",[]{}")


_FALSE = frozenset({"false", "no", "off"})


@lru_cache(maxsize=4)
def truths(old: bool, never: bool = False) -> tuple[str, ...]:
    """The truth values. `old`: of YAML 1.1, which has `yes` and `on`; `never`: the false ones alone."""
    found = _TRUTHS + _OLD_TRUTHS if old else _TRUTHS
    return tuple(word for word in found if word.lower() in _FALSE) if never else found


_ANY_SPECIAL = frozenset((*NULLS, *truths(True)))


@lru_cache(maxsize=2)
def _words(old: bool) -> dict[str, str]:
    return {
        **dict.fromkeys(NULLS, "null"),
        **dict.fromkeys(truths(old), "bool"),
        **dict.fromkeys(_INFINITE, "float"),
    }


# What a plain scalar is that ends in a phase; in any other it is a text.
_KINDS = {"zero": "int", "digits": "int", "under": "int", "hex": "int", "oct": "int", "bin": "int",
          "fraction": "float", "exponent": "float"}  # fmt: skip


def _phase(phase: str, char: str, old: bool) -> str:
    """The phase after a character: what the text so far may still turn out to be."""
    digit = char.isdigit() and char.isascii()
    if phase in ("", "sign") and digit:
        return "zero" if char == "0" else "digits"
    if phase in ("", "sign") and char == ".":
        return "dot"
    if phase == "" and char in "+-":
        return "sign"
    if phase == "dot" and digit:
        return "fraction"
    if phase in ("", "dot") or phase.startswith("="):
        begun = {"": "=", "dot": "=."}.get(phase, phase) + char
        return begun if any(word.startswith(begun[1:]) for word in _words(old)) else "text"
    if phase in ("zero", "digits"):
        if digit:
            return "digits"
        if char == ".":
            return "fraction"
        if char == "_" and old:
            return "under"
        based = {"x": "hex0", "o": "oct0"} | ({"b": "bin0"} if old else {})
        if phase == "zero" and char in based:
            return based[char]
    if phase == "under":
        return "under" if digit or char == "_" else "text"
    if phase in ("zero", "digits", "fraction") and char in "eE":
        return "e"
    if phase == "fraction":
        return "fraction" if digit else "text"
    if phase == "e" and char in "+-":
        return "esign"
    if phase in ("e", "esign", "exponent"):
        return "exponent" if digit else "text"
    if phase.startswith("hex"):
        return "hex" if char in "0123456789abcdefABCDEF_" else "text"
    if phase[:3] in ("oct", "bin"):
        return phase[:3] if char in "01234567_"[: 8 if phase[0] == "o" else 2] + "_" else "text"
    return "text"


@lru_cache(maxsize=4096)
def readable(text: str, old: bool) -> bool:
    """Whether a word is read as a text without quotes. `old`: YAML 1.1."""
    if not text or text in _ANY_SPECIAL:
        return False
    return isinstance(resolve_scalar(text, "1.1" if old else "1.2"), str)


class Plain(Local):
    """A plain scalar. Exits: ("plain", kind) before what ends it.

    Args:
        phase: what it may still turn out to be.
        mark: `gap` before the space that must stand before it, `lead` before its first character,
            then what the last character was: `in`, `space`, `colon` or the first `-`: `dash`.
        flow: inside brackets.
        strict: may be no number and no truth value.
        old: YAML 1.1.
    """

    lasting = True

    def __init__(self, phase: str, mark: str, flow: bool, strict: bool, old: bool) -> None:
        super().__init__()
        self.phase, self.mark, self.flow, self.strict, self.old = phase, mark, flow, strict, old
        kind = _KINDS.get(phase, "str")
        if phase.startswith("="):
            kind = _words(old).get(phase[1:], "str")
        self.over = Exit(("plain", kind), consumed=False)

    def _with(self, phase: str, mark: str) -> Plain:
        return plain(phase, mark, self.flow, self.strict, self.old)

    def move(self, byte: int) -> Local | Exit | None:
        mark = self.mark
        if mark in ("gap", "lead"):
            if byte == SPACE:
                return self._with("", "lead")
            return self._first(byte) if mark == "lead" else None
        if byte == NEWLINE:
            return None if mark in ("colon", "dash") else self.over
        if byte == SPACE:
            return None if mark in ("colon", "dash") else self._with(self.phase, "space")
        if byte == ord("#") and mark == "space":
            return self.over
        if self.flow and byte in _FLOW:
            return self.over if byte in b",]}" and mark not in ("colon", "dash") else None
        if byte == ord(":"):
            return self._with("text", "colon")
        return self._any(byte, "text" if mark == "space" else self.phase)

    def _first(self, byte: int) -> Local | None:
        if byte in _INDICATORS or byte == NEWLINE:
            return None
        if byte == ord(":"):
            return self._with("text", "colon")
        return self._any(byte, "")

    def _any(self, byte: int, phase: str) -> Local | None:
        if byte == 0x09:
            return None
        after = _phase(phase, chr(byte), self.old) if phase != "text" else phase
        if self.strict and (
            (phase in ("", "sign", "dot") and after in ("zero", "digits", "fraction"))
            or after[1:] in _TRUTHS
        ):
            return None
        mark = "dash" if phase == "" and byte == ord("-") else "in"
        return character(byte, self._with(after, mark))


@lru_cache(maxsize=4096)
def plain(phase: str, mark: str, flow: bool, strict: bool, old: bool) -> Plain:
    """A position in a plain scalar."""
    return Plain(phase, mark, flow, strict, old)


class Quoted(Local):
    """A quoted scalar on one line. Exit: `close`, after the quote, or, where it might be doubled, later."""

    lasting = True

    def __init__(self, quote: str, phase: str) -> None:
        super().__init__()
        self.quote, self.phase = quote, phase

    def move(self, byte: int) -> Local | Exit | None:
        named, char, phase = self.textual, chr(byte), self.phase
        if phase == "quote":
            return _quoted(named, "'", "") if char == "'" else Exit("close", consumed=False)
        if phase == "escape":
            if char in '0abtnvfre "/\\N_LP':
                return _quoted(named, '"', "")
            return _quoted(named, '"', {"x": "hex2", "u": "hex4", "U": "hex8"}[char]) if (
                char in "xuU"
            ) else None  # fmt: skip
        if phase.startswith("hex"):
            left = int(phase[3:]) - 1
            return _quoted(named, '"', f"hex{left}" if left else "") if byte in HEX else None
        if char == self.quote:
            return _quoted(named, "'", "quote") if char == "'" else Exit("close")
        if char == "\\" and self.quote == '"':
            return _quoted(named, '"', "escape")
        return character(byte, self)


class QuotedName(Quoted):
    """A quoted key."""

    textual = True


@lru_cache(maxsize=64)
def _quoted(named: bool, quote: str, phase: str) -> Quoted:
    return QuotedName(quote, phase) if named else Quoted(quote, phase)


def quoted(quote: str) -> Quoted:
    """After the opening quote of a value."""
    return _quoted(False, quote, "")


def quoted_name(quote: str) -> Quoted:
    """After the opening quote of a key."""
    return _quoted(True, quote, "")


class Name(Local):
    """A plain key of any letters. Exit: `key`, before the colon or the space that ends it.

    Args:
        mark: `lead` before it, with `left` spaces to come, exactly or at least; `in` and `space` as
            in a plain scalar.
    """

    textual = True
    lasting = True

    def __init__(self, mark: str, left: int, exact: bool, flow: bool) -> None:
        super().__init__()
        self.mark, self.left, self.exact, self.flow = mark, left, exact, flow

    def move(self, byte: int) -> Local | Exit | None:
        if self.mark == "lead":
            if byte == SPACE:
                if not self.left:
                    return None if self.exact else self
                return name("lead", self.left - 1, self.exact, self.flow)
            if self.left or byte in _KEY_INDICATORS or byte in (NEWLINE, 0x09):
                return None
            return character(byte, name("in", 0, True, self.flow))
        if byte == ord(":"):
            return Exit("key", consumed=False)
        if byte == SPACE:
            return name("space", 0, True, self.flow)
        if byte in (NEWLINE, 0x09) or (byte == ord("#") and self.mark == "space"):
            return None
        if self.flow and byte in _FLOW:
            return None
        return character(byte, name("in", 0, True, self.flow))


@lru_cache(maxsize=1024)
def name(mark: str, left: int, exact: bool, flow: bool) -> Name:
    """A position in a free key."""
    return Name(mark, left, exact, flow)


class Block(Local):
    """The lines of a block scalar. Exit: ("dedent", column), before the line that is not of it.

    Args:
        indent: of its lines; while `lead`, before the first of them, the least there may be.
        column: spaces written in this line; -1 where something else is.
        ends: whether this line may be not of it.
    """

    lasting = True

    def __init__(self, indent: int, column: int, lead: bool, ends: bool) -> None:
        super().__init__()
        self.indent, self.column, self.lead, self.ends = indent, column, lead, ends

    @property
    def doubtful(self) -> bool:
        """Whether the line may turn out to be not of it."""
        return self.ends and not self.lead and 0 <= self.column < self.indent

    @property
    def unending(self) -> Block:
        """The same, the line being of it."""
        return block(self.indent, self.column, self.lead, ends=False)

    def move(self, byte: int) -> Local | Exit | None:
        if byte == NEWLINE:
            return block(self.indent, 0, self.lead, self.ends)
        if self.column < 0:
            return character(byte, self)
        if self.lead:
            if byte == SPACE:
                if self.column >= self.indent + MOST_STEP:
                    return None
                return block(self.indent, self.column + 1, True)
            if self.column < self.indent or byte == 0x09:
                return None
            return character(byte, block(self.column, -1, False))
        if self.column >= self.indent:
            return character(byte, block(self.indent, -1, False))
        if byte == SPACE:
            column = self.column + 1
            return block(self.indent, column, False, self.ends or column >= self.indent)
        return Exit(("dedent", self.column), consumed=False) if self.ends else None


MOST_STEP = 8
"""How much deeper than what it stands in a block may begin."""


@lru_cache(maxsize=4096)
def block(indent: int, column: int, lead: bool, ends: bool = True) -> Block:
    """A position in a block scalar."""
    return Block(indent, column, lead, ends)


__all__ = [
    "MOST_STEP", "NULLS", "SPACE", "Block", "Name", "Plain", "Quoted", "block", "name", "plain",
    "quoted", "quoted_name", "readable", "truths",
]  # fmt: skip
