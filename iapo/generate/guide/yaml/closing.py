"""What to try where a YAML text should come to an end (see `iapo.generate.guide.closing`)."""

from __future__ import annotations

from iapo.generate.guide.yaml.frames import names
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.shapes import Fields, Shape

_NAME = "x"
_FREE = (_NAME, *(f"{_NAME}{n}" for n in range(1, 10)), "example.com/x")
_FORMS = ("1", "2000-01-01T00:00:00Z", "always", "example.com/v1")
_FEW = 4


def keys(fields: Fields, used: frozenset[str], facts: Facts) -> list[str]:
    """Keys to try, with their colons, the best first: those that pay what is owed, those that are needed; where any
    will do, those whose value is short."""
    known = names(fields, used, facts)
    wanted = [name for name in fields.memory.wanted(facts) if fields.takes(name, used)]
    missing = [] if fields.complete(used) else fields.missing(used)
    found = [*wanted, *(name for name in missing if fields.takes(name, used))]
    if not found:
        found = sorted(known, key=lambda name: (_long(fields.shape(name), facts), len(name)))
    for begun in ("", *fields.prefixes) if fields.free or fields.prefixes else ():
        found += [begun + name for name in _FREE if fields.takes(begun + name, used)][:1]
    found = [name for name in found if name in known or name not in fields.names]
    return [f"{name}:" for name in dict.fromkeys(found)][:_FEW]


def _long(shape: Shape, facts: Facts) -> bool:
    """Whether a value is more than a scalar in a line."""
    return values(shape, facts)[:1] in ([], ["{}"], ["[]"])


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
    fields = shape.fields
    if fields is not None and fields.complete(frozenset()) and not fields.memory.wanted(facts):
        out.append("{}")
    if shape.each is not None and not shape.least:
        out.append("[]")
    return out


__all__ = ["keys", "values"]
