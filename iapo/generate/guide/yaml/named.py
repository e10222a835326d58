"""Scalars that name something: a step's id, the job that is needed, the action that is used.

A form says which names are well-formed; what the format remembers (`memory.py`) says which may come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache

from iapo.generate.guide.automaton import Event, Exit, Lexeme, Local, State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.yaml.formed import Formed
from iapo.generate.guide.yaml.frames import Frame
from iapo.generate.guide.yaml.memory import Naming
from iapo.generate.guide.yaml.scalars import SPACE, readable
from iapo.generate.guide.yaml.told import Told

_TRIED = ("x", "1", *map(chr, range(32, 127)))

Step = Callable[[str, str], str | None]
"""What a character makes of a name's phase: the next one, None where it may not come. The first phase is
empty; a name may end in those that begin with `+`."""


class Form(Local):
    """A name of a form. Exits: `close` after its quote, `end` before what ends it.

    Args:
        phase: of the name; before it `gap`, where a space must come, and `lead`, where one may.
    """

    textual = True
    lasting = True

    def __init__(self, step: Step, phase: str, quote: str, flow: bool) -> None:
        super().__init__()
        self.step, self.phase, self.quote, self.flow = step, phase, quote, flow

    @property
    def rest(self) -> str:
        """What makes it whole, in few characters."""
        return _rest(self.step, "" if self.phase in ("gap", "lead") else self.phase)

    def move(self, byte: int) -> Local | Exit | None:
        char, whole = chr(byte), self.phase.startswith("+")
        if self.phase in ("gap", "lead"):
            if byte == SPACE:
                return form(self.step, "lead", "", self.flow)
            return form(self.step, "", "", self.flow).next(byte) if self.phase == "lead" else None
        if self.quote and char == self.quote:
            return Exit("close") if whole else None
        bracket = self.flow and not self.quote and char in ",[]{}"
        phase = self.step(self.phase, char) if 0x20 <= byte < 0x7F and not bracket else None
        if phase is not None:
            return form(self.step, phase, self.quote, self.flow)
        ends = not self.quote and char in (" \n,]}" if self.flow else " \n")
        ends = ends or (char == "#" and self.phase.endswith(" "))
        return Exit("end", consumed=False) if ends and whole else None


@lru_cache(maxsize=4096)
def form(step: Step, phase: str, quote: str, flow: bool) -> Form:
    """A position in a name."""
    return Form(step, phase, quote, flow)


@lru_cache(maxsize=1024)
def _rest(step: Step, phase: str) -> str:
    """What makes a name whole, in as few characters as any."""
    waiting, seen = deque([(phase, "")]), {phase}
    while waiting:
        here, text = waiting.popleft()
        if here.startswith("+"):
            return text
        for char in _TRIED:
            after = step(here, char)
            if after is not None and after not in seen:
                seen.add(after)
                waiting.append((after, text + char))
    return ""


def identifier(phase: str, char: str) -> str | None:
    """A letter or `_`, then letters, digits, `_` and `-`."""
    if char.isalpha() or char == "_":
        return "+"
    return "+" if phase and (char.isdigit() or char == "-") else None


class Named(Lexeme):
    """A name, its beginning written."""

    __slots__ = ("g", "naming", "text", "top")

    def __init__(self, top: Frame, naming: Naming, text: str, local: Local) -> None:
        super().__init__(local)
        self.top, self.naming, self.text, self.g = top, naming, text, top.g

    @property
    def final(self) -> bool:
        found = self.next(ord("\n"))
        return found is not None and found.final

    def within(self, local: Local, byte: int) -> State:
        text = (self.text + chr(byte)).lstrip(" ")
        return self.g.pool.make(Named, self.top, self.naming, text, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        more = b""
        if isinstance(label, tuple) and isinstance(label[1], bytes):
            label, more = label
        if label not in ("close", *_UNQUOTED):
            return None, None
        text = (self.text + more.decode("latin-1")).strip(" ").rstrip("\"'")
        return _done(self.top, self.naming, text, label in _UNQUOTED), None

    def ends(self, ledger: Ledger) -> Iterable[bytes]:
        local = self.local.inner if isinstance(self.local, Told) else self.local
        assert isinstance(local, Form | Formed)
        rest, quote = local.rest, local.quote
        ends = [quote] if quote else ["}", "]", ",", "\n"] if self.top.flow else ["\n"]
        begun, likely = self.text.lstrip(" "), self.naming.likely(self.top.known.facts)
        further = [name[len(begun) :] for name in likely if name.startswith(begun)]
        here = [rest] if rest else ends
        found = [*here, *further[:_FEW]] if begun in likely else [*further[:_FEW], *here]
        return [text.encode("latin-1") for text in (*found, "x", "1") if text]


_FEW = 4  # names to go on with where a text should come to an end
_UNQUOTED = ("end", ("plain", "str"))


class OneOf(State):
    """A name out of some, its beginning written."""

    __slots__ = ("begun", "g", "names", "naming", "quote", "top")

    def __init__(
        self, top: Frame, naming: Naming, names: tuple[str, ...], begun: str, quote: str
    ) -> None:
        super().__init__()
        self.top, self.naming, self.names, self.g = top, naming, names, top.g
        self.begun, self.quote = begun, quote

    @property
    def final(self) -> bool:
        found = self.next(ord("\n"))
        return found is not None and found.final

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(name.startswith(text) for name in self.names):
            return self.g.pool.make(OneOf, self.top, self.naming, self.names, text, self.quote)
        if self.begun not in self.names:
            return None
        if self.quote:
            return (
                _done(self.top, self.naming, self.begun, False) if text[-1] == self.quote else None
            )
        ends = b" \n,]}" if self.top.flow else b" \n"
        if byte in ends and readable(self.begun, self.g.old):
            return self.through(byte, _done(self.top, self.naming, self.begun, True))
        return None


def _done(top: Frame, naming: Naming, name: str, spaced: bool) -> State | None:
    facts = naming.learn(name, top.known.facts)
    return None if facts is None else top.told(facts).decided(name).done(spaced)


def leading(top: Frame, naming: Naming, mark: str) -> tuple[State, ...]:
    """Before a name without quotes that may be any; `mark`: see `Form`."""
    if naming.only(top.known.facts) is not None:
        return ()
    local = naming.local("", mark, top.flow, top.known.facts)
    return (top.g.pool.make(Named, top, naming, "", local),)


def named(top: Frame, naming: Naming, byte: int, bare: bool) -> State | None:
    """After the first byte of a name; `bare`: but for what `leading` is for."""
    make, quote = top.g.pool.make, chr(byte) if byte in b"\"'" else ""
    names = naming.only(top.known.facts)
    found: State
    if bare and names is None and not quote:
        return None
    if names is not None:
        found = make(OneOf, top, naming, names, "", quote)
    else:
        local = naming.local(quote, "", top.flow, top.known.facts)
        found = make(Named, top, naming, "", local)
    return found if quote else found.next(byte)


__all__ = ["Form", "Named", "OneOf", "Step", "form", "identifier", "leading", "named"]
