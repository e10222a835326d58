"""Image references (distribution/reference), and what may stand for one: stages and variables.

What the value of a variable makes of a reference is left to the verifier.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import Event, Exit, Lexeme, Local, State
from iapo.generate.guide.dockerfile.lines import end
from iapo.generate.guide.dockerfile.pieces import File, Named
from iapo.generate.guide.dockerfile.words import VARIABLE
from iapo.generate.guide.text import DIGITS, NAME, expect, many
from iapo.verify.dockerfile.image import OFFICIAL_IMAGES, reference_fault
from iapo.verify.dockerfile.stages import PREDEFINED_ARGS

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

_LOWER = frozenset(b"abcdefghijklmnopqrstuvwxyz") | DIGITS
_TAG = NAME | {ord(".")}
_DEFAULT = VARIABLE | frozenset(b"._/:-")
_DIGEST = "sha256:"
_DIGITS = 64


class Reference(Local):
    """A place in a reference. Exits: `end`, before what is not of it; ("$", the place after a variable).

    Args:
        part: `host` while it may be one, `path`, `port` while it may be one or a tag, `tag`, `digest`.
        last: what was written last: `a` after what may stand at the end, else the separator, "" at the
            beginning; of a digest how much there is.
        kinds: of the characters that only a host or only a path has, those that there are.
        variables: these may come.
    """

    lasting = True

    def __init__(self, part: str, last: str, kinds: str, variables: bool) -> None:
        super().__init__()
        self.part, self.last, self.kinds, self.variables = part, last, kinds, variables

    def _at(self, part: str, last: str, kinds: str = "") -> Local:
        return reference(part, last, kinds, self.variables, self.textual)

    def move(self, byte: int) -> Local | Exit | None:
        part, whole = self.part, self.last == "a"
        if part == "digest":
            return self._digest(byte)
        if byte == ord("$") and self.variables:
            return Exit(("$", self._at(part, "a", self.kinds)))
        if byte == ord("@") and whole:
            return self._at("digest", "")
        if part == "tag" or (part == "port" and byte not in DIGITS and byte != ord("/")):
            if byte in _TAG and (whole or byte not in b".-"):
                return self._at("tag", "a")
            return end() if whole and byte not in _TAG else None
        if part == "port":
            if byte == ord("/"):
                return self._at("path", "") if whole else None
            return self._at("port", "a")
        found = self._path(byte)
        return found if found is not None or not whole or byte in NAME or byte in b"/." else end()

    def _path(self, byte: int) -> Local | None:
        part, last, kinds = self.part, self.last, self.kinds
        if byte in _LOWER:
            return self._at(part, "a", kinds)
        if byte == ord("-"):
            return self._at(part, "-", kinds) if last in ("a", "-") else None
        if byte == ord("_") and last == "_":
            return self._at(part, "__", kinds)
        if last != "a":
            return None
        if byte in b"._":
            kind = chr(byte)
            known = kinds if part == "path" or kind in kinds else "".join(sorted(kinds + kind))
            return self._at(part, kind, known)
        if byte == ord("/"):
            return None if kinds == "._" else self._at("path", "")
        if byte == ord(":"):
            return self._at("tag" if part == "path" or "_" in kinds else "port", "")
        return None

    def _digest(self, byte: int) -> Local | Exit | None:
        size = len(self.last)
        if size < len(_DIGEST):
            return self._at("digest", self.last + chr(byte)) if _DIGEST[size] == chr(byte) else None
        if size == len(_DIGEST) + _DIGITS:
            return end()
        return self._at("digest", self.last + "0") if byte in b"0123456789abcdef" else None


class NamedReference(Reference):
    """One whose text matters."""

    textual = True


@lru_cache(maxsize=4096)
def reference(part: str, last: str, kinds: str, variables: bool, textual: bool) -> Reference:
    """A place in a reference."""
    return (NamedReference if textual else Reference)(part, last, kinds, variables)


class Image(Lexeme):
    """What FROM names: an image or a stage, perhaps out of variables."""

    __slots__ = ("file", "g", "then")

    def __init__(self, g: Dockerfile, file: File, then: State, local: Local) -> None:
        super().__init__(local)
        self.g, self.file, self.then = g, file, then

    @property
    def final(self) -> bool:
        return isinstance(self.local.next(ord("\n")), Exit) and self.then.final

    def within(self, local: Local, byte: int) -> State:
        return self.g.pool.make(Image, self.g, self.file, self.then, local)

    def leave(self, label: Hashable) -> tuple[State | None, Event | None]:
        if not isinstance(label, tuple):
            return self.then, None
        after = self.g.pool.make(Image, self.g, self.file, self.then, label[1])
        return variable(self.g, self.file, after), None


def image(g: Dockerfile, file: File, then: State) -> State:
    """Before an image."""
    return g.pool.make(Image, g, file, then, reference("host", "", "", True, False))


class Source(Named):
    """What --from names: a stage that there is by now, or an image.

    Args:
        numbers: a stage may be named by its number.
    """

    __slots__ = ("numbers", "then")

    def __init__(
        self, g: Dockerfile, file: File, numbers: bool, then: State, begun: str, local: Local
    ) -> None:
        super().__init__(g, file, begun, local)
        self.numbers, self.then = numbers, then

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(Source, self.g, self.file, self.numbers, self.then, begun, local)

    def named(self, text: str, label: Hashable) -> State | None:
        stages = self.file.stages
        if text in stages:
            return self.then if text != stages[-1] else None
        if text.isdigit() and self.numbers:
            return self.then if len(text) < 4 and int(text) < len(stages) - 1 else None
        an_image = any(mark in text for mark in "/:@.") or text in OFFICIAL_IMAGES
        return self.then if an_image and reference_fault(text) is None else None


def source(g: Dockerfile, file: File, then: State, *, numbers: bool) -> State:
    """Before what --from names."""
    return g.pool.make(Source, g, file, numbers, then, "", reference("host", "", "", False, True))


class StageLetters(Local):
    """A stage's name. Exit: `end`, before what is not of it."""

    textual = True
    lasting = True

    def __init__(self, begun: bool) -> None:
        super().__init__()
        self.begun = begun

    def move(self, byte: int) -> Local | Exit | None:
        if byte in _LOWER or (self.begun and byte in b"_.-"):
            return _LATER if self.begun or byte not in DIGITS else None
        return end() if self.begun and byte not in NAME else None


_FIRST, _LATER = StageLetters(False), StageLetters(True)


class StageName(Named):
    """The name that FROM gives to a stage; no two have the same."""

    __slots__ = ()

    @property
    def final(self) -> bool:
        after = self.named(self.begun, "end") if self.begun else None
        return after is not None and after.final

    def again(self, begun: str, local: Local) -> State:
        return self.g.pool.make(StageName, self.g, self.file, begun, local)

    def named(self, text: str, label: Hashable) -> State | None:
        return None if text in self.file.stages else self.g.staged(self.file, text)


def stage_name(g: Dockerfile, file: File) -> State:
    """Before the name of a stage."""
    return g.pool.make(StageName, g, file, "", _FIRST)


class Variable(State):
    """A variable that FROM sees, its dollar written.

    Args:
        begun: what is written of its name, with a brace where there is one.
    """

    __slots__ = ("begun", "file", "g", "then")

    def __init__(self, g: Dockerfile, file: File, then: State, begun: str) -> None:
        super().__init__()
        self.g, self.file, self.then, self.begun = g, file, then, begun

    @property
    def final(self) -> bool:
        return self.begun in self._names and self.then.final

    @property
    def _names(self) -> frozenset[str]:
        return self.file.args | PREDEFINED_ARGS

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        name = text.removeprefix("{")
        if text == "{" or (name and any(known.startswith(name) for known in self._names)):
            return self.g.pool.make(Variable, self.g, self.file, self.then, text)
        if self.begun in self._names:
            return None if byte in VARIABLE else self.through(byte, self.then)
        if self.begun.removeprefix("{") not in self._names:
            return None
        if byte == ord(":"):
            return expect(self.g, b"-", many(self.g, _DEFAULT, expect(self.g, b"}", self.then)))
        return self.then if byte == ord("}") else None


def variable(g: Dockerfile, file: File, then: State) -> State:
    """Before the name of a variable."""
    return g.pool.make(Variable, g, file, then, "")


__all__ = ["image", "source", "stage_name", "variable"]
