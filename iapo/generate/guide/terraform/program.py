"""A whole Terraform file: its blocks and their labels, perhaps inside a Markdown fence.

The fence is the answer's, not the code's: a model may begin with ```` ```hcl ```` and must then close
it, after which nothing more may come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iapo.generate.guide.automaton import Event, State
from iapo.generate.guide.ledger import Key, Ledger
from iapo.generate.guide.terraform.blocks import Body, EndOfLine, open_brace
from iapo.generate.guide.terraform.builtin import TOP
from iapo.generate.guide.terraform.grammar import Grammar, Scope
from iapo.generate.guide.terraform.lexemes import BLANK, QUOTE, QUOTE_ANY_NAME, SPACE, Names, Quote
from iapo.generate.guide.terraform.pieces import Named, any_name, comment, one_name
from iapo.generate.guide.terraform.schema import Schemas
from iapo.generate.guide.text import LETTERS, NEWLINE, Done, expect

_TYPED = ("resource", "data", "ephemeral")
_NAMED = ("variable", "output", "module", "check")
_KEY = {"variable": "var"}
_FENCES = ("hcl", "terraform", "tf")


def start(g: Grammar) -> State:
    """Before an answer."""
    return g.pool.make(Top, g, False, False)


class Terraform:
    """Terraform as a guide takes it (see `iapo.generate.guide.languages.Language`)."""

    def __init__(self, open_providers: tuple[str, ...]) -> None:
        self._grammar = Grammar(Schemas(), open_providers)
        self.pool = self._grammar.pool
        self.forget = self._grammar.forget

    def start(self) -> State:
        """Before an answer."""
        return start(self._grammar)


class Top(State):
    """Between the blocks. `begun`: there is one already; `fenced`: inside a fence."""

    __slots__ = ("begun", "fenced", "g")
    alphabet = LETTERS | BLANK | frozenset(b"\n#/`")

    def __init__(self, g: Grammar, begun: bool, fenced: bool) -> None:
        super().__init__()
        self.g, self.begun, self.fenced = g, begun, fenced

    @property
    def final(self) -> bool:
        return self.begun and not self.fenced

    def move(self, byte: int) -> State | None:
        g = self.g
        if byte in SPACE:
            return self
        if byte == ord("`"):
            if self.fenced and self.begun:
                self.tell(byte, ("end",))
                return expect(g, b"``", g.pool.make(Done, False))
            if not self.fenced and not self.begun:
                return expect(g, b"``", g.pool.make(Fence, g))
            return None
        if byte in LETTERS:
            naming = g.pool.make(Keyword, g, self.fenced)
            return self.through(byte, one_name(g, naming, g.pool.make(Names, _KEYWORDS)))
        return comment(g, byte, self)

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        if ledger.owed:
            return [_declaration(key) for key in sorted(ledger.owed)]
        return (b"```",) if self.begun else (b"locals {}\n",)


def _declaration(key: Key) -> bytes:
    """How what declares something begins."""
    kind, name = key[0], key[-1]
    if kind == "provider":
        return f'provider "{key[1]}" {{\n  alias = "{name}"\n}}\n'.encode()
    if kind == "local":
        return f"locals {{\n  {name} = ".encode()
    if len(key) == 3:
        return f'{kind} "{key[1]}" "{name}" {{\n'.encode()
    if kind in ("var", "module"):
        return f'{"variable" if kind == "var" else kind} "{name}" {{\n'.encode()
    return f'resource "{kind}" "{name}" {{\n'.encode()


_KEYWORDS = (*TOP, *_TYPED, "provider")


class Fence(State):
    """After the opening fence: perhaps a language, then the line's end."""

    __slots__ = ("code", "g")

    def __init__(self, g: Grammar) -> None:
        super().__init__()
        self.g = g
        self.code = expect(g, b"\n", g.pool.make(Top, g, False, True))

    def move(self, byte: int) -> State | None:
        if byte == NEWLINE:
            return self.through(byte, self.code)
        return self.through(byte, one_name(self.g, self, self.g.pool.make(Names, _FENCES)))

    def named(self, name: str) -> Named:
        """After the language."""
        return self.code, None


class Keyword:
    """What kind of block begins."""

    __slots__ = ("fenced", "g")

    def __init__(self, g: Grammar, fenced: bool) -> None:
        self.g, self.fenced = g, fenced

    def named(self, name: str) -> Named:
        """After the keyword."""
        return self.g.pool.make(Header, self.g, self.fenced, name, ()), None


class Header(State):
    """In the labels of a block."""

    __slots__ = ("fenced", "g", "keyword", "labels")
    alphabet = BLANK | frozenset(b'"{')

    def __init__(self, g: Grammar, fenced: bool, keyword: str, labels: tuple[str, ...]) -> None:
        super().__init__()
        self.g, self.fenced, self.keyword, self.labels = g, fenced, keyword, labels

    def _label(self) -> Names | bool:
        """The labels that may come next; whether any may."""
        g, keyword = self.g, self.keyword
        if keyword in _TYPED:
            return g.types[keyword] if not self.labels else len(self.labels) == 1
        if keyword == "provider" and not self.labels:
            return g.pool.make(Names, (*g.schemas.providers, *g.open_providers))
        return keyword in _NAMED and not self.labels

    def parts(self) -> tuple[State, ...]:
        label = self._label()
        if isinstance(label, Names):
            quote = self.g.pool.make(Quote, label.position(""))
            return (one_name(self.g, self, label, quote),)
        return (any_name(self.g, self, QUOTE_ANY_NAME),) if label else ()

    def move(self, byte: int) -> State | None:
        if byte in BLANK:
            return self
        label = self._label()
        if byte == QUOTE and label:
            return (
                one_name(self.g, self, label)
                if isinstance(label, Names)
                else any_name(self.g, self)
            )
        if byte != ord("{") or label:
            return None
        if self.keyword not in (*_TYPED, *_NAMED):
            self.tell(byte, ("open",))
        return open_brace(self._body())

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        return (b'"', b" {\n")

    def named(self, name: str) -> Named:
        """Before the closing quote of a label."""
        g, keyword = self.g, self.keyword
        after = g.pool.make(Header, g, self.fenced, keyword, (*self.labels, name))
        event: Event | None = None
        if self.labels:
            kind = () if keyword == "resource" else (keyword,)
            event = ("declare", *kind, *self.labels, name)
        elif keyword in _NAMED:
            event = ("declare", _KEY.get(keyword, keyword), name)
        return expect(g, b'"', after), event

    def _body(self) -> Body:
        g, keyword = self.g, self.keyword
        if keyword in _TYPED or keyword == "provider":
            spec = g.schemas.spec(keyword, self.labels[0])  # type: ignore[arg-type]
        else:
            spec = TOP[keyword]
        scope = Scope(target=spec if keyword in _TYPED else None)
        up = g.pool.make(TopLevel, g, self.fenced, keyword)
        label = self.labels[0] if keyword in ("provider", "variable") else ""
        return Body(
            g, spec, up, scope, label=label, declares="local" if keyword == "locals" else ""
        )


@dataclass(frozen=True)
class TopLevel:
    """The file, as what a block stands in."""

    g: Grammar
    fenced: bool
    keyword: str

    def closed(self, body: Body) -> Named:
        """After the closing brace."""
        line = self.g.pool.make(Top, self.g, True, self.fenced)
        event: Event | None = None
        if self.keyword == "provider" and "alias" not in body.used:
            event = ("declare", "provider", body.label, "")
        return self.g.pool.make(EndOfLine, self.g, line), event
