"""What Groovy's expressions stand in: arguments, lists and maps, parentheses, choices.

Which arguments a step takes is known from `iapo.verify.jenkinsfile.catalog`; a step that is not known
takes any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from iapo.generate.guide.automaton import OUT, State
from iapo.generate.guide.jenkins.places import Frame, then
from iapo.generate.guide.text import NEWLINE
from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.catalog import Signature

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

COMMA = ord(",")


def nameless(takes: Signature | None, form: str) -> bool:
    """Whether an argument without a name may come (see `Arguments`)."""
    if takes is None:
        return True
    if takes.open:
        return form != "named"
    return not form and len(takes.required) < 2 and bool(takes.required or takes.optional)


class Arguments(Frame):
    """What a call takes.

    Args:
        takes: what it takes; None for anything.
        step: its name, where it is a step whose arguments have a kind.
        used: names that are written.
        form: `named` or `plain` once the first argument is written; without parentheses `first` while
            that is one operand.
    """

    __slots__ = ("form", "step", "takes", "used")

    def __init__(
        self,
        g: Jenkinsfile,
        blocks: bool,
        feeds: bool,
        takes: Signature | None,
        step: str,
        used: frozenset[str] = frozenset(),
        form: str = "",
    ) -> None:
        super().__init__(g, blocks, feeds)
        self.takes, self.step, self.used, self.form = takes, step, used, form

    def _with(self, used: frozenset[str], form: str) -> Arguments:
        """The same with other names, or in another form."""
        raise NotImplementedError

    @property
    def plain(self) -> bool:
        """Whether an argument without a name may come."""
        return nameless(self.takes, self.form)

    @property
    def names(self) -> tuple[str, ...]:
        takes = self.takes
        if takes is None or self.plain:
            return ()
        return tuple(sorted({*takes.required, *takes.optional} - self.used))

    @property
    def more(self) -> bool:
        """Whether a comma may come."""
        return self.plain or (self.form == "named" and bool(self.names))

    @property
    def whole(self) -> bool:
        """Whether all that is required is there."""
        takes = self.takes
        if takes is None or takes.open or self.form == "plain":
            return True
        return set(takes.required) <= self.used

    @property
    def needed(self) -> tuple[str, ...]:
        if self.whole or self.takes is None:
            return ()
        return tuple(name for name in self.takes.required if name and name not in self.used)

    def key(self, text: str) -> State | None:
        takes = self.takes
        if text in self.used or (takes is not None and self.form == "plain"):
            return None
        if takes is not None and not takes.open and text not in (*takes.required, *takes.optional):
            return None
        frame = self._with(self.used | {text}, "named")
        value = self.g.operand(frame, feeds=True, want=want(self.step, text))
        return then(self.g, ":", value, lines=False)

    def element(self) -> Frame:
        return self if self.form == "plain" else self._with(self.used, "plain")

    def begin(self) -> State:
        """Before an argument."""
        takes = self.takes
        sole = takes.required[0] if takes is not None and len(takes.required) == 1 else ""
        return self.g.operand(self, first=True, feeds=True, want=want(self.step, sole))


class Call(Arguments):
    """Arguments in parentheses."""

    __slots__ = ()
    lines: ClassVar[bool] = True

    def _with(self, used: frozenset[str], form: str) -> Call:
        parts = (self.blocks, self.feeds, self.takes, self.step, used, form)
        return self.g.pool.make(Call, self.g, *parts)

    def over(self, byte: int) -> State | None:
        if byte == ord(")"):
            return OUT if self.whole else None
        return self.begin() if byte == COMMA and self.more else None

    def empty(self, byte: int) -> State | None:
        return OUT if byte == ord(")") and self.whole else None


class Command(Arguments):
    """Arguments without parentheses.

    Args:
        up: the statement that they may be in.
        after: says what follows the byte that ends them.
    """

    __slots__ = ("after", "up")

    def __init__(
        self,
        g: Jenkinsfile,
        up: Frame | None,
        after: State,
        blocks: bool,
        takes: Signature | None,
        step: str,
        used: frozenset[str] = frozenset(),
        form: str = "",
    ) -> None:
        super().__init__(g, blocks, up is None or up.feeds, takes, step, used, form)
        self.up, self.after = up, after

    def _with(self, used: frozenset[str], form: str) -> Command:
        parts = (self.up, self.after, self.blocks, self.takes, self.step, used, form)
        return self.g.pool.make(Command, self.g, *parts)

    @property
    def final(self) -> bool:
        return self.whole and self.after.final

    def over(self, byte: int) -> State | None:
        if byte == COMMA:
            after = self._with(self.used, "plain") if self.form == "first" else self
            return after.begin() if self.more else None
        return self.after.next(byte) if self.whole else None

    def element(self) -> Frame:
        return self._with(self.used, "plain" if self.form or self.up is None else "first")

    def operated(self) -> Frame:
        return self._with(self.used, "plain") if self.form == "first" else self

    @property
    def declares(self) -> Frame | None:
        return self.up if self.form == "first" else None

    def arrow(self, kind: str) -> State | None:
        sole = self.form == "first" and kind == "name" and self.up is not None
        return self.up.arrow(kind) if sole and self.up is not None else None


def want(step: str, name: str) -> str:
    """What a constant must be that is an argument of a step."""
    if (step, name) in catalog.NUMBER_ARGUMENTS:
        return "number"
    if name == "unit" and step in ("timeout", "sleep"):
        return "unit"
    return "text" if (step, name) in catalog.TEXT_ARGUMENTS else ""


class Listed(Frame):
    """A list or a map in brackets.

    Args:
        form: `list` or `map` once that is known; `list?` in a first element, `map?` in a key.
    """

    __slots__ = ("form",)
    lines: ClassVar[bool] = True

    def __init__(self, g: Jenkinsfile, blocks: bool, feeds: bool, form: str = "") -> None:
        super().__init__(g, blocks, feeds)
        self.form = form

    def _with(self, form: str) -> Frame:
        return self.g.pool.make(Listed, self.g, self.blocks, self.feeds, form)

    def key(self, text: str) -> State | None:
        if self.form == "list":
            return None
        return then(self.g, ":", self.g.operand(self._with("map"), feeds=True), lines=False)

    @property
    def sole(self) -> bool:
        return self.form == "map?"

    def operated(self) -> Frame:
        return self._with("list") if self.form == "list?" else self

    def element(self) -> Frame:
        return self._with({"": "list?", "map": "map?"}.get(self.form, self.form))

    def over(self, byte: int) -> State | None:
        form = self.form
        if byte == ord(":"):
            keyed = form in ("list?", "map?")
            return self.g.operand(self._with("map"), feeds=True) if keyed else None
        if form == "map?":
            return None
        if byte == ord("]"):
            return OUT
        after = self._with(form.removesuffix("?"))
        return self.g.operand(after, first=True) if byte == COMMA else None

    def empty(self, byte: int) -> State | None:
        if byte == ord(":") and not self.form:
            return then(self.g, "]", OUT)
        return OUT if byte == ord("]") else None


class Indexed(Frame):
    """An index in brackets."""

    __slots__ = ()
    lines: ClassVar[bool] = True

    def over(self, byte: int) -> State | None:
        return OUT if byte == ord("]") else None


class Grouped(Frame):
    """An expression in parentheses."""

    __slots__ = ()
    lines: ClassVar[bool] = True

    def over(self, byte: int) -> State | None:
        return OUT if byte == ord(")") else None


class Chosen(Frame):
    """Between the question mark and the colon of a choice."""

    __slots__ = ("up",)

    def __init__(self, g: Jenkinsfile, up: Frame) -> None:
        super().__init__(g, up.blocks, up.feeds)
        self.up = up

    def over(self, byte: int) -> State | None:
        other = self.g.operand(self.up, feeds=True)
        if byte == ord(":"):
            return other
        return then(self.g, ":", other) if byte == NEWLINE else None


__all__ = ["Arguments", "Call", "Chosen", "Command", "Grouped", "Indexed", "Listed", "nameless"]
