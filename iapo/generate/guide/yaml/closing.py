"""What to try where a YAML text should come to an end (see `iapo.generate.guide.closing`)."""

from __future__ import annotations

from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.shapes import Fields, Shape

_NAME = "x"
_FORMS = ("1", "2000-01-01T00:00:00Z", "always", "example.com/v1")


def key(fields: Fields, used: frozenset[str], facts: Facts) -> str:
    """A key that is needed, with its colon."""
    wanted = [name for name in fields.memory.wanted(facts) if fields.takes(name, used)]
    missing = [] if fields.complete(used) else fields.missing(used)
    return f"{(wanted + missing or [_NAME])[0]}:"


def values(shape: Shape, facts: Facts) -> list[str]:
    """Short values that could stand in a line, the best first."""
    out = [min(shape.words, key=len)] if shape.words else []
    if shape.integer is not None:
        low, high = shape.integer
        out.append(str(max(low, min(1, high))))
    if shape.number:
        out.append("1")
    if shape.text:
        out.append(_NAME if shape.pattern is None else shape.pattern.examples[0])
    if shape.boolean:
        out.append("false" if shape.never else "true")
    if shape.form is not None:
        out += [form for form in _FORMS if shape.form(form, True)]
    if shape.naming is not None:
        out += shape.naming.likely(facts)
    if shape.embedded is not None and not shape.text:
        out += shape.embedded.likely
    if shape.null:
        out.append("null")
    out += [f'"{text}"' for text in out]
    if shape.fields is not None and shape.fields.complete(frozenset()):
        out.append("{}")
    if shape.each is not None and not shape.least:
        out.append("[]")
    return out


__all__ = ["key", "values"]
