"""Texts of which it matters what they say.

Most free text is a lexeme whose contents nobody asks for (`iapo.generate.guide.automaton`). Of these the place
they stand in keeps what is written; `said` makes of that what YAML reads.
"""

from __future__ import annotations

import json
from functools import lru_cache

from iapo.generate.guide.automaton import Exit, Local
from iapo.generate.guide.yaml.formed import Form, formed
from iapo.generate.guide.yaml.scalars import Block, Quoted, plain, quoted


class Told(Local):
    """A position in a text that is told. Exits: those of the text.

    Args:
        decides: what it says decides what may come after it. Where it does not, tokens that go beyond its end
            need not be looked at one by one, each for what it says.
    """

    def __init__(self, inner: Local, decides: bool) -> None:
        super().__init__()
        self.lasting = inner.lasting  # type: ignore[misc]
        self.textual = decides  # type: ignore[misc]
        self.inner = inner

    @property
    def lead(self) -> bool:
        """Of a block scalar: whether it may not end yet."""
        return bool(getattr(self.inner, "lead", False))

    def move(self, byte: int) -> Local | Exit | None:
        found = self.inner.next(byte)
        return told(found, self.textual) if isinstance(found, Local) else found


@lru_cache(maxsize=8192)
def told(inner: Local, decides: bool) -> Told:
    """A position in a text that is told."""
    return Told(inner, decides)


def told_form(form: Form, quote: str, mark: str, flow: bool, *, old: bool) -> Told:
    """Before a text of a form, or after its quote. `old`: YAML 1.1, in which it may not begin like a number."""
    inner = quoted(quote) if quote else plain("", mark, flow, old, old)
    return told(formed(inner, form), decides=True)


def said(raw: str, local: Local, kind: str) -> str:
    """What a text says that is written whole.

    Args:
        raw: its bytes, one a character.
        local: where it ended.
        kind: of a plain scalar, what it is read as; empty for others.
    """
    while not isinstance(local, Quoted | Block) and hasattr(local, "inner"):
        local = local.inner
    text = raw.encode("latin-1").decode("utf-8", "replace")
    if isinstance(local, Quoted):
        if local.quote == "'":
            return text.removesuffix("'").replace("''", "'")
        try:
            return str(json.loads(f'"{text}"'))
        except ValueError:
            return text
    text = text.strip()
    if kind == "null":
        return "null"
    if kind == "bool":
        return text.lower()
    return "1" if kind in ("int", "float") and not _decimal(text) else text


def _decimal(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()


__all__ = ["Told", "said", "told", "told_form"]
