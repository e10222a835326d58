"""Groovy source to tokens: strings of every kind, nested `${}`, comments, matched brackets.

The lexical grammar is that of Groovy 2.4, the version inside Jenkins
(https://groovy-lang.org/syntax.html). Brackets are matched here, so that an unbalanced one is
reported where it stands. Nothing is evaluated.
"""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

import re
from typing import Any, NamedTuple

MAX_CHARACTERS = 100_000  # the JVM compiles no method that long
MAX_TOKENS = 40_000
MAX_NESTED_STRINGS = 25

KEYWORDS = frozenset(
    "as assert boolean break byte case catch char class continue def default do double else enum "
    "extends false final finally float for if implements import in instanceof int interface long "
    "native new null package private protected public return short static super switch "
    "synchronized this threadsafe throw throws transient true try void volatile while abstract "
    "strictfp".split()
)
_VALUE_KEYWORDS = frozenset(
    "this super true false null boolean byte char double float int long short void".split()
)

_ESCAPE = r"\\(?:[btnfr\"'\\$]|u+[0-9a-fA-F]{4}|[0-7]|\r?\n)"
_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\f\r\ufeff]+|\\\r?\n)
  | (?P<newline>\n)
  | (?P<name>[^\W\d][\w$]*|\$(?!/)[\w$]*)
  | (?P<comment>//[^\n]*)
  | (?P<block>/\*)
  | (?P<text3>'''(?:[^'\\]|<escape>|'(?!''))*''')
  | (?P<text1>'(?!'')(?:[^'\\\n]|<escape>)*')
  | (?P<gtext3>\"\"\"(?:[^"\\$]|<escape>|"(?!""))*\"\"\")
  | (?P<gtext1>"(?!"")(?:[^"\\$\n]|<escape>)*")
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<number>0[xX][0-9a-fA-F_]+[gGlLiI]?|0[bB][01_]+[gGlLiI]?
       |\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?[gGlLiIfFdD]?)
  | (?P<quote>'''|\"\"\"|['"])
  | (?P<slashy>/|\$/)
  | (?P<operator>\.\.\.|\.\.<|>>>=|===|!==|<=>|==~|\*\*=|<<=|>>=|>>>|->|\.\.|\?\.|\*\.|\*:|\.&|\.@
       |\?:|==|!=|=~|<=|>=|&&|\|\||\+\+|--|\+=|-=|\*=|%=|&=|\|=|\^=|\*\*|<<|>>
       |[-+*%=<>!~&|^?:,.;@])
    """.replace("<escape>", _ESCAPE),
    re.VERBOSE,
)
_ESCAPE_AT = re.compile(_ESCAPE)
_CHUNK = {
    "'": re.compile(r"[^'\\\n]+"),
    '"': re.compile(r'[^"\\$\n]+'),
    "/": re.compile(r"[^/\\$]+"),
}
_PATH_AT = re.compile(r"[^\W\d][\w]*(?:\.[^\W\d][\w]*)*")
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class Token(NamedTuple):
    """One token.

    Attributes:
        kind: name, keyword, number, string, gstring, operator, newline or end. Brackets and `;`
            are operators.
        value: the name, operator or number; a string's text; of a gstring, the tokens of each
            `${}` in it.
        start: offset of its first character.
        end: offset after its last character.
    """

    kind: str
    value: Any
    start: int
    end: int


class GroovySyntaxError(Exception):
    """Where and why a text is not Groovy. `code` is kebab-case."""

    def __init__(self, code: str, message: str, at: int) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at


def tokenize(source: str) -> list[Token]:
    """All tokens of a text, ended by one of kind `end`.

    Raises:
        GroovySyntaxError: an unbalanced bracket, an unterminated string or comment, a character
            or escape that Groovy has not, a limit exceeded.
    """
    if len(source) > MAX_CHARACTERS:
        raise GroovySyntaxError("too-large", f"more than {MAX_CHARACTERS:,} characters", 0)
    start = 0
    if source.startswith("#!"):
        start = source.find("\n")
        if start < 0:
            start = len(source)
    return _Lexer(source).run(start, inside=None, depth=0)[0]


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source

    def run(self, at: int, inside: int | None, depth: int) -> tuple[list[Token], int]:
        """Tokens from `at` to the end, or to the `}` that closes the `${` at offset `inside`."""
        source = self.source
        length = len(source)
        match = _TOKEN.match
        tokens: list[Token] = []
        add = tokens.append
        stack: list[tuple[str, int]] = []
        operand = False  # whether a `/` here divides rather than opening a string
        while at < length:
            found = match(source, at)
            if found is None:
                self.fail_at(at)
            assert found is not None
            if len(tokens) > MAX_TOKENS:
                raise GroovySyntaxError("too-large", f"more than {MAX_TOKENS:,} tokens", at)
            kind = found.lastgroup
            end = found.end()
            if kind == "space" or kind == "comment":
                at = end
                continue
            if kind == "newline":
                if not stack or stack[-1][0] == "{":
                    if not tokens or tokens[-1].kind != "newline":
                        add(Token("newline", "\n", at, end))
                    operand = False
                at = end
                continue
            if kind == "name":
                text = found[0]
                if text in KEYWORDS:
                    add(Token("keyword", text, at, end))
                    operand = text in _VALUE_KEYWORDS
                else:
                    add(Token("name", text, at, end))
                    operand = True
            elif kind == "text1" or kind == "gtext1":
                add(Token("string", unescape(source[at + 1 : end - 1]), at, end))
                operand = True
            elif kind == "open":
                bracket = found[0]
                stack.append((bracket, at))
                add(Token("operator", bracket, at, end))
                operand = False
            elif kind == "close":
                bracket = found[0]
                if not stack:
                    if inside is not None and bracket == "}":
                        add(Token("end", "", at, at))
                        return tokens, end
                    raise GroovySyntaxError(
                        "unbalanced",
                        f"`{bracket}` closes nothing; remove it, or open it before",
                        at,
                    )
                opened, place = stack.pop()
                if _CLOSES[opened] != bracket:
                    line = source.count("\n", 0, place) + 1
                    raise GroovySyntaxError(
                        "unbalanced",
                        f"`{bracket}` does not close the `{opened}` of line {line}; "
                        f"`{_CLOSES[opened]}` is missing",
                        at,
                    )
                add(Token("operator", bracket, at, end))
                operand = True
            elif kind == "operator":
                text = found[0]
                add(Token("operator", text, at, end))
                operand = text in ("++", "--")
            elif kind == "number":
                self.check_number(found[0], at, end)
                add(Token("number", found[0], at, end))
                operand = True
            elif kind == "text3" or kind == "gtext3":
                add(Token("string", unescape(source[at + 3 : end - 3]), at, end))
                operand = True
            elif kind == "block":
                close = source.find("*/", end)
                if close < 0:
                    raise GroovySyntaxError(
                        "unterminated-comment", "the comment `/*` is never closed", at
                    )
                at = close + 2
                continue
            elif kind == "quote":
                token, end = self.quoted(at, found[0], depth)
                add(token)
                operand = True
            elif operand or (found[0] == "/" and source.startswith("/=", at) and tokens):
                text = "/=" if source.startswith("/=", at) else "/"
                end = at + len(text)
                if found[0] == "$/":
                    self.fail_at(at)
                add(Token("operator", text, at, end))
                operand = False
            else:
                token, end = self.slashy(at, found[0], depth)
                add(token)
                operand = True
            at = end
        if stack:
            opened, place = stack[-1]
            raise GroovySyntaxError(
                "unbalanced", f"`{opened}` is never closed; add `{_CLOSES[opened]}`", place
            )
        if inside is not None:
            raise GroovySyntaxError("unbalanced", "`${` is never closed; add `}`", inside)
        add(Token("end", "", length, length))
        return tokens, length

    def fail_at(self, at: int) -> None:
        character = self.source[at]
        hint = "; comments begin with //" if character == "#" else ""
        if character == "`":
            hint = "; strings take quotes"
        raise GroovySyntaxError(
            "unexpected-character", f"`{character}` has no meaning in Groovy here{hint}", at
        )

    def check_number(self, text: str, at: int, end: int) -> None:
        following = self.source[end : end + 1]
        if text.endswith("_") or following.isalpha() or following == "_":
            raise GroovySyntaxError(
                "bad-number", f"`{text}{following}` is no number, and names begin with a letter", at
            )

    def quoted(self, at: int, quote: str, depth: int) -> tuple[Token, int]:
        """A string that the one-step patterns did not take: a GString, or a broken one."""
        source = self.source
        mark = quote[0]
        long = len(quote) == 3
        chunk = _CHUNK[mark]
        here = at + len(quote)
        embedded: list[list[Token]] = []
        dynamic = False
        while True:
            character = source[here : here + 1]
            if not character or (character == "\n" and not long):
                raise GroovySyntaxError(
                    "unterminated-string",
                    f"the string is not closed; add {quote}"
                    + ("" if long else f", or use {mark * 3} for several lines"),
                    at,
                )
            if character == "\n":
                here += 1
            elif character == mark:
                if source.startswith(quote, here):
                    here += len(quote)
                    break
                here += 1
            elif character == "\\":
                escaped = _ESCAPE_AT.match(source, here)
                if escaped is None:
                    wrong = source[here : here + 2]
                    raise GroovySyntaxError(
                        "bad-escape",
                        f"`{wrong}` is no escape in a Groovy string; write `\\{wrong}`",
                        here,
                    )
                here = escaped.end()
            elif character == "$":
                dynamic = True
                here = self.interpolation(here, embedded, depth, single_line=not long)
            else:
                found = chunk.match(source, here)
                here = found.end() if found else here + 1
        if dynamic:
            return Token("gstring", embedded, at, here), here
        text = unescape(source[at + len(quote) : here - len(quote)])
        return Token("string", text, at, here), here

    def interpolation(
        self, here: int, embedded: list[list[Token]], depth: int, single_line: bool
    ) -> int:
        """`$name.name` or `${...}` in a string; returns the offset after it."""
        source = self.source
        if source.startswith("{", here + 1):
            if depth >= MAX_NESTED_STRINGS:
                raise GroovySyntaxError(
                    "too-deep", f"strings are nested more than {MAX_NESTED_STRINGS} deep", here
                )
            tokens, end = self.run(here + 2, here, depth + 1)
            if single_line and any(token.kind == "newline" for token in tokens):
                raise GroovySyntaxError(
                    "unterminated-string",
                    'a line ends inside `${`; close it, or use """ for several lines',
                    here,
                )
            embedded.append(tokens)
            return end
        found = _PATH_AT.match(source, here + 1)
        if found is None:
            raise GroovySyntaxError(
                "lone-dollar",
                'a `$` in a "..." string must begin a variable; write `\\$` for the character, or '
                "use single quotes",
                here,
            )
        return found.end()

    def slashy(self, at: int, opening: str, depth: int) -> tuple[Token, int]:
        """`/.../` and `$/.../$`, where only the closing mark is escaped."""
        source = self.source
        closing = "/" if opening == "/" else "/$"
        here = at + len(opening)
        embedded: list[list[Token]] = []
        dynamic = False
        while True:
            character = source[here : here + 1]
            if not character:
                raise GroovySyntaxError(
                    "unterminated-string", f"the string {opening} is not closed; add {closing}", at
                )
            if source.startswith(closing, here):
                here += len(closing)
                break
            if character == "\\" and closing == "/":
                here += 2 if source.startswith("/", here + 1) else 1
            elif character == "$":
                if closing == "/$" and source[here + 1 : here + 2] in ("$", "/"):
                    here += 2
                elif source.startswith("{", here + 1):
                    dynamic = True
                    here = self.interpolation(here, embedded, depth, single_line=False)
                elif found := _PATH_AT.match(source, here + 1):
                    dynamic = True
                    here = found.end()
                else:
                    here += 1
            else:
                chunk = _CHUNK["/"].match(source, here)
                here = chunk.end() if chunk else here + 1
        if dynamic:
            return Token("gstring", embedded, at, here), here
        return Token("string", source[at + len(opening) : here - len(closing)], at, here), here


_NAMED_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": "", "\r\n": ""}
_ESCAPED = re.compile(r"\\(u+[0-9a-fA-F]{4}|[0-3]?[0-7]{1,2}|\r?\n|.)", re.DOTALL)


def unescape(text: str) -> str:
    """What a string's source between its quotes means."""
    if "\\" not in text:
        return text

    def character(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] == "u":
            return chr(int(code.lstrip("u"), 16))
        if code.isdigit():
            return chr(int(code, 8))
        return _NAMED_ESCAPES.get(code, code)

    return _ESCAPED.sub(character, text)
