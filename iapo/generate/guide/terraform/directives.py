"""Directives of templates: `%{ if }`, `%{ else }`, `%{ endif }`, `%{ for }`, `%{ endfor }`.

https://developer.hashicorp.com/terraform/language/expressions/strings#directives
"""

from __future__ import annotations

from iapo.generate.guide.automaton import State
from iapo.generate.guide.terraform import expression, templates
from iapo.generate.guide.terraform.grammar import Scope
from iapo.generate.guide.terraform.lexemes import BLANK, NAME_AFTER_BLANK
from iapo.generate.guide.terraform.pieces import LoopNames, any_name
from iapo.generate.guide.terraform.shapes import ANY, BOOL, Shape
from iapo.generate.guide.text import expect, many


def start(template: templates.Template) -> State:
    """After `%{`."""
    g = template.g
    return g.pool.make(templates.Strip, g, many(g, BLANK, g.pool.make(Directive, template, "")))


class Directive(State):
    """The keyword of a directive, some letters of which are written."""

    __slots__ = ("begun", "template")

    def __init__(self, template: templates.Template, begun: str) -> None:
        super().__init__()
        self.template, self.begun = template, begun

    def move(self, byte: int) -> State | None:
        known = _keywords(self.template.nest)
        if self.begun in known and byte in _AFTER_KEYWORD:
            return self.through(byte, self._keyword(self.begun))
        begun = self.begun + chr(byte)
        if any(k.startswith(begun) for k in known):
            return self.template.g.pool.make(Directive, self.template, begun)
        return None

    def _keyword(self, keyword: str) -> State | None:
        template = self.template
        g, scope, nest = template.g, template.scope, template.nest
        if keyword == "if":
            then = g.pool.make(Opened, template, ("if", scope), scope)
            return expression.operand(g, g.pool.make(templates.Value, g, then, scope, BOOL))
        if keyword == "for":
            names = g.pool.make(LoopNames, g, g.pool.make(Loop, template), ())
            return any_name(g, names, NAME_AFTER_BLANK)
        if keyword == "else":
            return g.pool.make(Plain, template, scope, (*nest[:-1], ("else", scope)))
        return g.pool.make(Plain, template, nest[-1][1], nest[:-1])


_AFTER_KEYWORD = BLANK | frozenset(b"~}")


def _keywords(nest: templates.Nest) -> tuple[str, ...]:
    """The directives that may come where these are open."""
    inner = nest[-1][0] if nest else ""
    closing = {"if": ("else", "endif"), "else": ("endif",), "for": ("endfor",)}
    return ("if", "for", *closing.get(inner, ()))


class Plain(State):
    """After the keyword of a directive that has no expression: spaces and a `}`."""

    __slots__ = ("nest", "scope", "template")

    def __init__(self, template: templates.Template, scope: Scope, nest: templates.Nest) -> None:
        super().__init__()
        self.template, self.scope, self.nest = template, scope, nest

    def move(self, byte: int) -> State | None:
        if byte in BLANK:
            return self
        after = self.template.resumed(self.scope, self.nest, alone=False)
        if byte == ord("~"):
            return expect(self.template.g, b"}", after)
        return after if byte == ord("}") else None


class Opened:
    """Where the head of a directive ends that an `endif` or `endfor` will close."""

    __slots__ = ("frame", "inner", "template")

    def __init__(
        self, template: templates.Template, frame: tuple[str, Scope], inner: Scope
    ) -> None:
        self.template, self.frame, self.inner = template, frame, inner

    def closed(self, value: Shape) -> State:
        """After the `}`."""
        nest = (*self.template.nest, self.frame)
        return self.template.resumed(self.inner, nest, alone=False)


class Loop:
    """A `%{ for }`."""

    __slots__ = ("template",)

    def __init__(self, template: templates.Template) -> None:
        self.template = template

    def over(self, names: tuple[str, ...]) -> State:
        """Before what it goes through."""
        template, g = self.template, self.template.g
        inner = template.scope.with_names(*names)
        then = g.pool.make(Opened, template, ("for", template.scope), inner)
        return expression.operand(g, g.pool.make(templates.Value, g, then, template.scope, ANY))
