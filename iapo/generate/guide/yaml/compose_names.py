"""What a Compose file says of names: services that need one another, networks, volumes, secrets and the like.

Facts (`memory.py`) are tuples: (kind, name) of what is there, and ("closed", kind) once that is all there will be;
("in", service) of the service that is written, ("edge", service, other) of what it needs, ("base", service, other)
of what it extends; ("mount", type) and ("source", name) of a mount in long form, ("extended", name) and
("elsewhere",) of `extends`; ("include",) where other files may have what is not here.
A name with a variable in it names nothing, unless the variable has a default. As
`iapo/verify/compose/links.py` checks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from iapo.generate.guide.automaton import Local
from iapo.generate.guide.yaml.memory import (
    ANY_NAME,
    Facts,
    Memory,
    Naming,
    given,
    owed,
    owing,
    reaches,
    without,
)
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Shape, Struct, changed, of_texts
from iapo.generate.guide.yaml.told import told_form
from iapo.verify.compose.interpolate import expand
from iapo.verify.compose.values import is_path, parse_mount

_SECTIONS = {
    "services": "service", "networks": "network", "volumes": "volume", "secrets": "secret",
    "configs": "config", "models": "model",
}  # fmt: skip
_NAME = Pattern(r"[a-zA-Z0-9._-]+|[a-zA-Z0-9._-]*\$.*", "x")
_LINKED = Pattern(r"[a-zA-Z0-9._-]+(:[a-zA-Z0-9._-]+)?|[a-zA-Z0-9._:-]*\$.*", "x")
_TEXT = Pattern(".+", "x")
_OTHER = "|".join(f"{'service'[:at]}([^{char}:$][^:$]*)?" for at, char in enumerate("service"))
_MODE = Pattern(
    rf"[^:$]+|({_OTHER}|service[^:$]+):.+|service:[a-zA-Z0-9._-]+|(service:[a-zA-Z0-9._-]*|[^:$]*)\$.*",
    "host",
)
_SAME = ("service:", "container:")


def _known(facts: Facts, kind: str) -> tuple[str, ...] | None:
    """The names of a kind that may be referred to; None where any may, for it may yet come."""
    if ("closed", kind) not in facts or (kind, ANY_NAME) in facts or ("include",) in facts:
        return None
    return tuple(sorted({f[1] for f in facts if f[0] == kind} | _given(kind)))


def _given(kind: str) -> set[str]:
    """The names that are there without being written."""
    return {"default"} if kind == "network" else set()


def _referring(facts: Facts, kind: str, text: str) -> Facts | None:
    """What is known once something is referred to; None where it cannot come any more."""
    found = expand(text)
    if found.unset or found.problem is not None or ("include",) in facts:
        return facts
    names = _known(facts, kind)
    if names is not None:
        return facts if found.text in names else None
    return facts if found.text in _given(kind) else owing(facts, kind, found.text)


def _needing(facts: Facts, text: str) -> Facts | None:
    """What is known once the service needs another one; None where that makes a circle."""
    service = _service(facts)
    if reaches(facts, "edge", text, service):
        return None
    found = _referring(facts, "service", text)
    return None if found is None else found | {("edge", service, text)}


def _service(facts: Facts) -> str:
    """The service that is being written."""
    return next((f[1] for f in facts if f[0] == "in"), "")


class _File(Memory):
    def learn(self, name: str, facts: Facts) -> Facts:
        if name == "include":
            return frozenset(f for f in facts if f[0] != "owed") | {("include",)}
        return facts | {("closed", _SECTIONS[name])} if name in _REFERRED else facts

    def settled(self, facts: Facts) -> bool:
        return not any(f[0] == "owed" for f in facts)

    def wanted(self, facts: Facts) -> list[str]:
        return [section for section, kind in _SECTIONS.items() if owed(facts, kind)]


_REFERRED = frozenset(_SECTIONS) - {"services"}


class _Section(Memory):
    """What the file has of a kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def learn(self, name: str, facts: Facts) -> Facts | None:
        facts = given(facts, self.kind, name)
        return without(facts, "in") | {("in", name)} if self.kind == "service" else facts

    def merged(self, facts: Facts) -> Facts:
        return given(facts, self.kind, ANY_NAME)

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, self.kind)

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "in")

    def wanted(self, facts: Facts) -> list[str]:
        return sorted(owed(facts, self.kind))


class _Service(Memory):
    """A service, whose networks and models may be keys. What can name nothing does not come."""

    def barred(self, facts: Facts) -> frozenset[str]:
        return frozenset(key for key in _NAMING if _known(facts, _SECTIONS[key]) == ())

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name in ("networks", "models"):
            names = _known(facts, _SECTIONS[name])
            return shape if names is None else _out_of(shape, names)
        return shape


_NAMING = ("models", "secrets", "configs")


@lru_cache(maxsize=256)
def _out_of(shape: Shape, names: tuple[str, ...]) -> Shape:
    """The same where the keys of a mapping are out of some names."""
    fields = shape.fields
    if not isinstance(fields, Struct):
        return shape
    value = fields.shape(ANY_NAME)
    return changed(shape, fields=Struct(dict.fromkeys(names, lambda: value), rules=fields.rules))


class _Keys(Memory):
    """Keys that name something of a kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def learn(self, name: str, facts: Facts) -> Facts | None:
        if self.kind == "service":
            return _needing(facts, name)
        return _referring(facts, self.kind, name)


class _Mounted(Memory):
    """A mount in long form: what it mounts is a volume if its type says so."""

    decides = frozenset({"type"})

    def choose(self, name: str, value: str, facts: Facts) -> Facts:
        return facts | {("mount", value)} if name == "type" else facts

    def barred(self, facts: Facts) -> frozenset[str]:
        named = ("mount", "volume") in facts and _known(facts, "volume") == ()
        return frozenset({"source"}) if named else frozenset()

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name != "type" or self._done(facts | {("mount", "volume")}) is not None:
            return shape
        return changed(shape, words=tuple(word for word in shape.words if word != "volume"))

    def settled(self, facts: Facts) -> bool:
        return self._done(facts) is not None

    def outside(self, facts: Facts) -> Facts:
        found = self._done(facts)
        return without(facts, "mount", "source") if found is None else found

    @staticmethod
    def _done(facts: Facts) -> Facts | None:
        sources = [f[1] for f in facts if f[0] == "source"]
        rest = without(facts, "mount", "source")
        mounted = sources and ("mount", "volume") in facts
        return _referring(rest, "volume", sources[0]) if mounted else rest


class _Extending(Memory):
    """The service that another one extends, unless it is of another file."""

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("elsewhere",)} if name == "file" else facts

    def settled(self, facts: Facts) -> bool:
        return self._done(facts) is not None

    def outside(self, facts: Facts) -> Facts:
        found = self._done(facts)
        return without(facts, "extended", "elsewhere") if found is None else found

    def wanted(self, facts: Facts) -> list[str]:
        return [] if self.settled(facts) else ["file"]

    @staticmethod
    def _done(facts: Facts) -> Facts | None:
        bases = [f[1] for f in facts if f[0] == "extended"]
        rest = without(facts, "extended", "elsewhere")
        return rest if ("elsewhere",) in facts or not bases else _extending(rest, bases[0])


def _extending(facts: Facts, text: str) -> Facts | None:
    """What is known once the service extends another one; None where that makes a circle."""
    service = _service(facts)
    if reaches(facts, "base", text, service):
        return None
    # Other files may have what is mounted or needed, but not what is extended.
    found = _referring(facts - {("include",)}, "service", text)
    return None if found is None else found | {("base", service, text)} | (facts & {("include",)})


class _Reference:
    """A text that names something of a kind."""

    pattern = _NAME

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return told_form(self.pattern, quote, mark, flow, old=False)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return _known(facts, self.kind)

    def likely(self, facts: Facts) -> list[str]:
        return list(_fitting(self, facts))

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return _referring(facts, self.kind, name)

    def aliased(self, facts: Facts) -> Facts:
        return facts


@lru_cache(maxsize=256)  # a search for an end asks at each letter of a name, and the facts stay
def _fitting(naming: _Reference, facts: Facts) -> tuple[str, ...]:
    """The names that a reference may have, those that are owed first."""
    names = naming.only(facts)
    if names is None:
        names = (*sorted(f[1] for f in facts if f[0] == naming.kind), "x")
    names = (*sorted(owed(facts, naming.kind)), *names)
    return tuple(name for name in names if naming.learn(name, facts) is not None)


class _Needed(_Reference):
    """A service that is needed, and not by itself in a circle."""

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return _needing(facts, name)


class _Linked(_Needed):
    """The same with something behind a colon, perhaps: an alias, a mode."""

    pattern = _LINKED

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return facts if name.startswith(_SAME[1:]) else super().learn(name.partition(":")[0], facts)


class _Base(_Reference):
    """The service that is extended, of this file or, where that may yet be said, of another one."""

    def __init__(self, whole: bool) -> None:
        super().__init__("service")
        self.whole = whole

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return _extending(facts, name) if self.whole else facts | {("extended", name)}


class _Space(_Reference):
    """A mode, of a network and the like; it may be that of another service."""

    pattern = _MODE

    def likely(self, facts: Facts) -> list[str]:
        return ["host", *(f"service:{name}" for name in super().likely(facts))]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        mode, colon, other = name.partition(":")
        return _needing(facts, other) if colon and mode == "service" else facts


class _Source(_Reference):
    """What a mount in long form mounts."""

    pattern = _TEXT

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return super().only(facts) if ("mount", "volume") in facts else None

    def learn(self, name: str, facts: Facts) -> Facts | None:
        volume = ("mount", "volume") in facts
        return None if volume and _referring(facts, "volume", name) is None else (
            facts | {("source", name)}
        )  # fmt: skip


class _Mount(_Reference):
    """What is mounted where: `volume:/path`, `./folder:/path`, `/path`."""

    def __init__(self) -> None:
        super().__init__("volume")

    def local(self, quote: str, mark: str, flow: bool, facts: Facts) -> Local:
        return told_form(_mounts(_known(facts, "volume")), quote, mark, flow, old=False)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return None

    def likely(self, facts: Facts) -> list[str]:
        names = _known(facts, "volume") or tuple(sorted(f[1] for f in facts if f[0] == "volume"))
        return [*(f"{name}:/{name}" for name in names), "./x:/x", "x:/x", "/x"]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        found = expand(name)
        if found.unset or found.problem is not None:
            return facts
        mount = parse_mount(found.text)
        if isinstance(mount, str):
            return None
        source = mount[0]
        if not source or is_path(source):
            return facts
        return _referring(facts, "volume", source)


@lru_cache(maxsize=256)
def _mounts(volumes: tuple[str, ...] | None) -> Pattern:
    """What is mounted where: a path, of which a letter before a colon may be the drive, or a volume."""
    name = "[a-zA-Z0-9_-][a-zA-Z0-9._-]*"
    if volumes is not None:
        name = "|".join(map(re.escape, volumes)) or r"\$"
    path = "([a-zA-Z]:)?[^:$]+"
    source = rf"([a-zA-Z]:[^:$]*|[./~\\][^:$]*|{name})"
    # A path alone is where something without a name is mounted, whatever it looks like.
    return Pattern(
        rf"{path}|{source}(:{path}){{1,2}}|(({path})?|{source}:({path})?|{source}:{path}:)\$.*",
        "/x",
        lasting=volumes is None,
    )


def _texts(naming: Naming) -> Callable[[Shape], Shape]:
    """Texts, or the items of a list that are texts, name something."""
    return partial(of_texts, text=False, naming=naming)


def _with_source(kind: str) -> Callable[[Shape], Shape]:
    """Names of a kind, alone or as the source of a mapping."""
    naming = _Reference(kind)

    def meant(shape: Shape) -> Shape:
        items = shape.items
        assert items is not None and isinstance(items.fields, Struct)
        old = items.fields
        source = Shape(naming=naming)
        fields = Struct(
            {**old.properties, "source": lambda: source},
            lambda: old.shape("x-"),
            old.rules,
            prefixes=old.prefixes,
        )
        named = changed(items, text=False, naming=naming, fields=fields)
        return changed(shape, each=lambda: named)

    return meant


MEMORIES: Mapping[str, Memory] = {
    "": _File(),
    **{f".{section}.*": _Section(kind) for section, kind in _SECTIONS.items()},
    "service": _Service(),
    "service.depends_on.*": _Keys("service"),
    "service.networks.*": _Keys("network"),
    "service.models.*": _Keys("model"),
    "service.volumes": _Mounted(),
    "service.extends": _Extending(),
}
"""What is remembered of the mappings of a file, by their names (see `JsonSchema`)."""

_LINKS, _SPACE = _texts(_Linked("service")), _texts(_Space("service"))
MEANT: Mapping[str, Callable[[Shape], Shape]] = {
    "service.depends_on": _texts(_Needed("service")),
    "service.links": _LINKS,
    "service.volumes_from": _LINKS,
    "service.networks": _texts(_Reference("network")),
    "service.models": _texts(_Reference("model")),
    "service.secrets": _with_source("secret"),
    "service.configs": _with_source("config"),
    "service.volumes": _texts(_Mount()),
    "service.source": _texts(_Source("volume")),
    "service.extends": _texts(_Base(whole=True)),
    "service.service": _texts(_Base(whole=False)),
    **dict.fromkeys(("service.network_mode", "service.ipc", "service.pid", "service.uts"), _SPACE),
}
"""What the texts of a service's properties name, by their places."""


__all__ = ["MEANT", "MEMORIES"]
