"""`RUN --mount`: the keys that each type takes, and their values.

https://docs.docker.com/reference/dockerfile/#run---mount
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import State
from iapo.generate.guide.dockerfile.pieces import File, checked, choice, part
from iapo.generate.guide.dockerfile.references import source
from iapo.generate.guide.dockerfile.values import number, octal, size
from iapo.generate.guide.dockerfile.words import One
from iapo.verify.dockerfile.mounts import MOUNT_KEYS

if TYPE_CHECKING:
    from iapo.generate.guide.dockerfile.language import Dockerfile

_OWNER = frozenset({"mode", "uid", "gid"})
TAKES = {
    "bind": frozenset({"source", "target", "from", "readonly", "readwrite"}),
    "cache": _OWNER | {"id", "source", "target", "from", "readonly", "readwrite", "sharing"},
    "tmpfs": frozenset({"target", "size"}),
    "secret": _OWNER | {"id", "source", "target", "required", "env"},
    "ssh": _OWNER | {"id", "target", "required"},
}
SWITCHES = frozenset({"readonly", "readwrite", "required"})
_AFTER_TYPE = frozenset({"required", "size"})  # BuildKit judges them by the type so far
_EXCLUDING = ({"id", "source"}, {"readonly", "readwrite"})
KEYS = {name: name for names in TAKES.values() for name in names} | MOUNT_KEYS | {"type": "type"}
_END = frozenset(b" \t\n")


class Mount(State):
    """Before or in a key.

    Args:
        used: the keys that are written, but for the type.
        kind: the type, "" before it is written.
        begun: what is written of a key.
    """

    __slots__ = ("begun", "file", "g", "kind", "then", "used")

    def __init__(
        self, g: Dockerfile, file: File, then: State, used: frozenset[str], kind: str, begun: str
    ) -> None:
        super().__init__()
        self.g, self.file, self.then = g, file, then
        self.used, self.kind, self.begun = used, kind, begun

    @property
    def _kinds(self) -> list[str]:
        """The types that it may be."""
        return [k for k in ([self.kind] if self.kind else TAKES) if self.used <= TAKES[k]]

    def _takes(self, name: str) -> bool:
        """Whether a key may come."""
        used = self.used
        if name == "type":
            return not self.kind
        if name in used or (name in _AFTER_TYPE and not self.kind):
            return False
        if self.kind == "secret" and any(name in pair and used & pair for pair in _EXCLUDING):
            return False
        return any(name in TAKES[kind] for kind in self._kinds)

    def move(self, byte: int) -> State | None:
        text = self.begun + chr(byte)
        if any(key.startswith(text) and self._takes(name) for key, name in KEYS.items()):
            return self.g.pool.make(Mount, self.g, self.file, self.then, self.used, self.kind, text)
        name = KEYS.get(self.begun, "")
        if not name or not self._takes(name):
            return None
        if byte == ord("="):
            return self._value(name)
        return self.through(byte, self._after(name, self.kind)) if name in SWITCHES else None

    def _after(self, name: str, kind: str) -> State:
        used = self.used if name == "type" else self.used | {name}
        return self.g.pool.make(After, self.g, self.file, self.then, used, kind)

    def _value(self, name: str) -> State:
        g, file, after = self.g, self.file, self._after(name, self.kind)
        if name == "type":
            return choice(g, {kind: self._after("type", kind) for kind in self._kinds})
        if name in SWITCHES:
            return choice(g, {"true": after, "false": after})
        if name == "sharing":
            return choice(g, dict.fromkeys(("shared", "private", "locked"), after))
        if name == "from":
            return source(g, file, after, numbers=False)
        if name == "size":
            return checked(g, size, after)
        if name in _OWNER:
            return checked(g, octal if name == "mode" else number, after)
        return g.pool.make(Text, g, file, name == "target", after)


class Text(State):
    """The first byte of a value; a target is not the root."""

    __slots__ = ("file", "g", "target", "then")

    def __init__(self, g: Dockerfile, file: File, target: bool, then: State) -> None:
        super().__init__()
        self.g, self.file, self.target, self.then = g, file, target, then

    def move(self, byte: int) -> State | None:
        if byte == ord("/") and self.target:
            return self.g.pool.make(Text, self.g, self.file, False, self.then)
        if byte in _END or byte in b",\\" or (byte == ord("/") and self.target):
            return None
        return part(self.g, self.file, One(False, b","), self.then).next(byte)


class After(State):
    """After a key and its value."""

    __slots__ = ("file", "g", "kind", "then", "used")

    def __init__(
        self, g: Dockerfile, file: File, then: State, used: frozenset[str], kind: str
    ) -> None:
        super().__init__()
        self.g, self.file, self.then, self.used, self.kind = g, file, then, used, kind

    @property
    def _whole(self) -> bool:
        used, kind = self.used, self.kind or "bind"
        if not used <= TAKES[kind]:
            return False
        if kind == "secret":
            return bool(used & {"id", "source", "target"})
        return kind == "ssh" or "target" in used

    def move(self, byte: int) -> State | None:
        g, file = self.g, self.file
        if byte == ord(","):
            return g.pool.make(Mount, g, file, self.then, self.used, self.kind, "")
        return self.through(byte, self.then) if self._whole else None


def mount(g: Dockerfile, file: File, then: State) -> State:
    """Before the value of --mount."""
    return g.pool.make(Mount, g, file, then, frozenset(), "", "")


__all__ = ["mount"]
