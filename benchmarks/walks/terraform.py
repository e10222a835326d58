"""A random Terraform program: at every place one of the continuations that the guide allows."""

from __future__ import annotations

import random
from typing import Any

from iapo.generate.guide.automaton import State
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.terraform import (
    access,
    blocks,
    constructors,
    expression,
    loops,
    pieces,
    program,
)
from iapo.generate.guide.terraform.builtin import TOP
from iapo.generate.guide.terraform.grammar import Grammar
from iapo.generate.guide.terraform.lexemes import Opening
from iapo.generate.guide.terraform.shapes import BOOL, fits
from iapo.generate.guide.terraform.templates import Heredoc, Literal, NumberLiteral, Quoted
from iapo.generate.guide.text import Remark

MOST = 12_000  # bytes
TIRED = 3_000  # bytes after which only what must be written is
WORDS = ("alpha", "bravo", "carol", "delta", "echo", "fox", "golf", "hotel")
RARE = frozenset(
    {
        "count",
        "for_each",
        "provider",
        "provisioner",
        "connection",
        "lifecycle",
        "depends_on",
        "ephemeral",
        "nullable",
    }
)


class Walk:
    """One program, byte by byte."""

    def __init__(self, grammar: Grammar, rng: random.Random, literals: float) -> None:
        self.grammar, self.rng, self.literals = grammar, rng, literals
        self.state: State = program.start(grammar)
        self.ledger = Ledger()
        self.text = bytearray()
        self.blocks = rng.randint(1, 3)
        self.depth = 0
        self.wanted: set[str] = set()
        self.typed: set[str] = set()

    def allowed(self) -> list[int]:
        """The bytes that may come."""
        out = []
        for byte in range(9, 127):
            if self.state.next(byte) is not None:
                events = (self.state.events or {}).get(byte, ())
                if self.ledger.follow(events) is not None:
                    out.append(byte)
        return out

    def put(self, text: str) -> bool:
        """Write a text as far as the guide lets it; whether all of it was written."""
        for byte in text.encode():
            after = self.state.next(byte)
            ledger = self.ledger.follow((self.state.events or {}).get(byte, ()))
            if after is None or ledger is None:
                return False
            self.state, self.ledger = after, ledger
            self.text.append(byte)
        return True

    def run(self) -> str | None:
        """A whole program; None where it grew too long."""
        while len(self.text) < MOST:
            state = self.state
            if isinstance(state, program.Top) and self.over():
                return self.text.decode()
            self.step(state)
        return None

    @property
    def tired(self) -> bool:
        """Whether to bring things to an end."""
        return len(self.text) > TIRED

    def over(self) -> bool:
        """Whether to end here."""
        enough = self.tired or self.text.count(b"\n}\n") >= self.blocks
        return self.state.final and self.ledger.settled and enough

    def step(self, state: State) -> None:
        """One choice."""
        rng = self.rng
        if isinstance(state, program.Top):
            self.block()
        elif isinstance(state, blocks.Line):
            self.line(state)
        elif isinstance(state, expression.Operand):
            self.operand(state)
        elif isinstance(state, expression.Tail):
            self.tail(state)
        elif isinstance(state, loops.OrFor):
            self.operand_or_close()
        elif isinstance(state, constructors.Keys):
            self.key(state)
        elif isinstance(state, Quoted):
            self.put(rng.choice(WORDS) + str(rng.randint(0, 99)) + '"')
        elif isinstance(state, Remark):
            self.put("a remark")
            self.put("*/") or self.put("\n")
        elif isinstance(state, expression.Number):
            self.put(str(rng.randint(0, 9)) + " ")
        elif isinstance(state, Heredoc):
            self.put(f"{rng.choice(WORDS)}\n{state.marker}\n")
        elif isinstance(state, (Literal, NumberLiteral)):
            self.random("$")
        elif isinstance(state, pieces.AnyName):
            self.name(state)
        else:
            self.random("#/`;~")

    def random(self, avoided: str = "") -> None:
        """Any byte that may come, but rather not these, and no space where something else may."""
        allowed = self.allowed()
        some = [b for b in allowed if chr(b) not in avoided + " \t\r\n"]
        some = some or [b for b in allowed if chr(b) in " \n"] or allowed
        if not some:
            raise AssertionError(f"nothing may come after {bytes(self.text[-200:]).decode()!r}")
        self.put(chr(self.rng.choice(some)))

    def block(self) -> None:
        """The head of a block: one that is owed, or a new one."""
        rng = self.rng
        enough = self.tired or self.text.count(b"\n}\n") >= self.blocks
        if self.ledger.owed and (enough or rng.random() < 0.3):
            key = min(self.ledger.owed)
            if key[0] == "provider":
                self.put(f'provider "{key[1]}" {{\n  alias = "{key[2]}"\n')
            elif key[0] == "local":
                self.put(f"locals {{\n  {key[1]} = ")
            elif len(key) == 2 and key[0] in ("var", "module"):
                self.put(f'{"variable" if key[0] == "var" else "module"} "{key[1]}" {{\n')
            else:
                kind = key[0] if len(key) == 3 else "resource"
                self.put(f'{kind} "{key[-2]}" "{key[-1]}" {{\n')
            return
        kind = rng.choice(("resource",) * 6 + ("data", "variable", "output", "locals"))
        name = f"{rng.choice(WORDS)}{len(self.text)}"
        if kind in ("resource", "data"):
            type_ = rng.choice(self.grammar.types[kind].names)
            self.put(f'{kind} "{type_}" "{name}" {{\n')
        elif kind == "locals":
            self.put("locals {\n")
        else:
            self.put(f'{kind} "{name}" {{\n')

    def line(self, line: blocks.Line) -> None:
        """An argument, a block, or the closing brace."""
        rng, body = self.rng, line.body
        missing = sorted(body.spec.required - body.used)
        for group in body.spec.groups:
            if not group & body.used:
                missing += sorted(n for n in group if n in body.names)[:1]
        if body.declares and not body.used:
            missing = [f"{rng.choice(WORDS)}{len(self.text)}"]
        typed = body.spec is TOP["variable"] and body.label not in self.wanted
        closing = not missing and (self.tired or rng.random() < 0.4 or not body.names.names)
        if closing and self.put("}\n"):
            return
        names = missing or [n for n in body.names.names if n not in RARE or rng.random() < 0.1]
        if body.spec is TOP["variable"] and not typed:
            names = [n for n in names if n in ("description", "sensitive", "validation")]
        if not names:
            self.put("}\n")
            return
        name = rng.choice(names)
        if typed and name in ("type", "default", "ephemeral", "nullable"):
            self.typed.add(body.label)
        item = body.item(name)
        assert item is not None, name
        if item.block is not None and (
            item.shape is None or rng.random() < 0.5 or name in body.used
        ):
            if item.labels:
                self.put(f'  {name} "')
            else:
                self.put(f"  {name} {{\n")
        elif name == "dynamic":
            self.put(f'  dynamic "{rng.choice(body.dynamics.names)}" {{\n')
        else:
            self.put(f"  {name} = ")

    def operand(self, state: expression.Operand) -> None:
        """The beginning of a value."""
        rng, place = self.rng, state.place
        if not isinstance(state.local, Opening):
            self.word()
            return
        allowed = {chr(b) for b in self.allowed()}
        listing = isinstance(place, (constructors.Items, expression.Call))
        if listing and rng.random() < 0.3 and self.close("])"):
            return
        self.depth += 1
        wanted = place.wanted if state.ops == expression.FRESH else None
        kind = wanted.kind if wanted is not None else "number"
        free = not (wanted is not None and wanted.choices)
        owed = place.mention(10)
        if owed is not None and not self.ledger.allows(owed) and self.put(f"var.{owed[-1]} "):
            return
        if "v" in allowed and place.scope.mode == "values" and free and (
            rng.random() > (0.9 if self.tired else self.literals) or self.depth % 12 == 0
        ):  # fmt: skip
            self.put("var.")
            return
        if place.scope.mode != "values":
            plain = wanted is not None and wanted.kind == "string" and self.put('"')
            if not plain:
                self.random('(-!<"#/')
            return
        if kind == "any":
            kind = rng.choice(("string", "number", "bool", "list", "map"))
        wanted_text = {"string": '"', "number": str(rng.randint(1, 30)), "bool": "true",
                       "list": "[", "set": "[", "map": "{", "object": "{", "iterable": "[", "keys": "{"}[kind]  # fmt: skip
        if not self.put(wanted_text):
            self.random("-!<#/")

    def word(self) -> None:
        """More of an identifier, or what ends it."""
        allowed = [chr(b) for b in self.allowed()]
        some = [c for c in allowed if c.isalnum() or c == "_"]
        ends = [c for c in allowed if c in ".(\n,]})"] or [" "]
        self.put(self.rng.choice(some or ends))

    def close(self, brackets: str) -> bool:
        """Close what is open, where that may be."""
        return any(self.put(bracket) for bracket in brackets)

    def operand_or_close(self) -> None:
        """After an opening bracket."""
        if self.rng.random() < 0.2 and self.close("]}"):
            return
        assert isinstance(self.state, loops.OrFor)
        inner = self.state.other
        if isinstance(inner, constructors.Keys):
            self.key(inner)
        else:
            assert isinstance(inner, expression.Operand)
            self.operand(inner)

    def owes(self, place: Any) -> bool:
        """Whether the expression has yet to refer to something."""
        event = place.mention(10)
        return event is not None and not self.ledger.allows(event)

    def tail(self, tail: expression.Tail) -> None:
        """After a value: mostly its end."""
        allowed = [chr(b) for b in self.allowed()]
        place = tail.place
        compares = not self.tired and fits(BOOL, place.wanted) and self.rng.random() < 0.05
        if compares and "=" in allowed and self.put(" == "):
            return
        ends = [c for c in allowed if c in ("" if place.newlines else "\n") + ",]})"]
        closing = [c for c in ends if c in "]})"]
        if closing and self.rng.random() < 0.7:
            ends = closing
        if ends:
            self.put(self.rng.choice(ends))
        elif "=" in allowed and tail.ops == expression.FRESH and self.owes(place):
            self.put(" == ")
        elif "?" in allowed and self.rng.random() < 0.5:
            self.put("?")
        else:
            self.random("#/`~&|+-*%<>!?")

    def key(self, keys: constructors.Keys) -> None:
        """A key of an object, or its end."""
        fields = keys.wanted.fields
        if fields is None:
            if self.rng.random() < 0.5 and self.put("}"):
                return
            self.put(f"{self.rng.choice(WORDS)}{len(self.text)} = ")
            return
        missing = sorted(keys.wanted.required - keys.given)
        left = missing or sorted(fields.keys() - keys.given)
        if not missing and (not left or self.rng.random() < 0.6) and self.put("}"):
            return
        self.put(self.rng.choice(left) + " = ")

    def name(self, name: pieces.AnyName) -> None:
        """A name: one that is declared, where it is referred to; else a new one."""
        rng, then = self.rng, name.then
        if isinstance(then, access.Referred):
            known = [
                k[-1]
                for k in self.ledger.uses
                if k[: len(then.key)] == then.key and k[-1] not in self.typed
            ]
            chosen = rng.choice([*known, f"{rng.choice(WORDS)}{rng.randint(0, 9)}"])
            if then.key == ("var",):
                self.wanted.add(chosen)
            self.put(chosen)
        else:
            self.put(f"{rng.choice(WORDS)}{len(self.text)}")
        after = [b for b in self.allowed() if b not in b"abcdefghijklmnopqrstuvwxyz"]
        if not any(chr(b) in ' ="\n,]})' for b in after):
            self.random("0123456789_-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        else:
            wanted = "\n,]})" if isinstance(then, access.Referred) else '="\n,]})'
            ends = [b for b in after if chr(b) in wanted] or [ord(" ")]
            self.put(chr(rng.choice(ends)))
