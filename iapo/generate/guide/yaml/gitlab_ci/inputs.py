"""The inputs of a GitLab CI job: a default of the input's type, which is a text where none is named."""

from __future__ import annotations

from iapo.generate.guide.yaml.shapes import (
    ANY,
    BOOLEAN,
    INTEGER,
    TEXT,
    Rules,
    Shape,
    Struct,
    Tie,
    changed,
)


class _Input(Struct):
    """One input. Without a type, or before it, its default is a text."""

    def shape(self, name: str) -> Shape:
        if name == "default":
            return _DEFAULTS[dict(self._chosen).get("type", "string")]
        if name == "type" and "default" in self._written:
            return _ONLY_TEXT
        return super().shape(name)


_NUMBER = changed(INTEGER, number=True)
_DEFAULTS = {
    "string": TEXT,
    "number": _NUMBER,
    "boolean": BOOLEAN,
    "array": Shape(each=lambda: ANY),
}
_TYPE, _ONLY_TEXT = Shape(words=tuple(_DEFAULTS)), Shape(words=("string",))
_SCALAR = changed(_NUMBER, text=True, boolean=True)
_OPTIONS = Shape(each=lambda: _SCALAR)
_INPUT = Shape(
    fields=_Input(
        {
            "default": lambda: TEXT,
            "description": lambda: TEXT,
            "options": lambda: _OPTIONS,
            "regex": lambda: TEXT,
            "type": lambda: _TYPE,
        },
        rules=Rules(
            frozenset({"default"}),
            ties=(Tie("default", "type", frozenset(_DEFAULTS), needed=False),),
        ),
    )
)
INPUTS = Shape(fields=Struct({}, lambda: _INPUT))

__all__ = ["INPUTS"]
