"""Random YAML under the guide, knowing nothing of the format but what the guide allows."""

from __future__ import annotations

import random

from iapo.generate.guide import fence
from iapo.generate.guide.automaton import State
from iapo.generate.guide.yaml import block, flow, frames, keys, language, lines, named, values
from iapo.generate.guide.yaml.formed import chars, fits
from iapo.generate.guide.yaml.memory import Facts
from iapo.generate.guide.yaml.scalars import readable
from iapo.generate.guide.yaml.shapes import Fields, Shape
from walks import expressions
from walks.writing import MOST, Writing

RARE = frozenset({"extends", "include"})  # what they need is in other places
WORDS = ("alpha", "bravo", "carol", "delta", "echo", "fox", "golf", "hotel")


def single(state: State) -> State:
    """Of several positions at once the one that goes on: with a key, not with a plain text before it."""
    if not isinstance(state, frames.Either):
        return state
    return next((s for s in state.states if isinstance(s, (block.Value, lines.Line))), state)


class Walk(Writing):
    """One text, piece by piece."""

    def __init__(self, g: language.Language, rng: random.Random) -> None:
        super().__init__(g.start(), rng)
        self.g = g
        self.documents = rng.randint(1, 2) if g.several else 1

    def must(self, *texts: str) -> None:
        """Write one of some texts."""
        for text in texts:
            if self.put(text):
                return
        state = type(self.state).__name__
        raise AssertionError(f"{state} takes none of {texts} after\n{self.text[-600:]}")

    def run(self) -> str | None:
        """A whole text; None where it grew too long."""
        while len(self.text) < MOST:
            line = single(self.state)
            if isinstance(line, lines.Line) and self.over(line):
                return self.text
            self.step()
        return None

    def over(self, line: lines.Line) -> bool:
        """Whether to end here."""
        if self.tired or not line.final:
            return line.final
        if self.text.count("---\n") + 1 < self.documents:
            return False
        over = line.top.up is None or not any(f.more for f in line._frames() if f.up is not None)
        return over or self.rng.random() < 0.2

    def step(self) -> None:
        """One choice."""
        state, rng = self.state, self.rng
        state = single(state)
        if isinstance(state, fence.Start):
            self.state = self.g.code(False)
        elif isinstance(state, lines.Line):
            self.line(state)
        elif isinstance(state, block.Value):
            self.value(state)
        elif isinstance(state, block.Dash):
            items = state.top.shape.items
            assert items is not None
            if items.nested and not items.text and rng.random() < 0.1:
                self.must("\n")
            else:
                self.must(" ")
        elif isinstance(state, block.Node):
            self.node(state.shape, state.column, state.top.known.facts)
        elif isinstance(state, block.Tail):
            self.put(" # a remark\n") if rng.random() < 0.05 else self.must("\n")
        elif expressions.inside(state):
            if not any(self.put(text) for text in expressions.tries(state, rng)):
                self.random()
        elif isinstance(state, keys.FreeKey):
            self.must('":', "':", ":", "a")
        elif isinstance(state, named.Named):
            # In a name without quotes a quote is a character like others, and outside brackets a
            # comma: they would go on for ever.
            ends = [getattr(state.local, "quote", "") or "\n", *(",]" if state.top.flow else "")]
            workflow, action = "/b/.github/workflows/a.yml@v1", "/b@v1"
            self.must(*ends, "/.github/workflows/a.yml@v1", workflow, action, " {0}", "a", "1")
        elif isinstance(state, flow.Open):
            self.opened(state.frame)
        elif isinstance(state, flow.Value):
            self.node(state.shape, -1, state.frame.known.facts)
        elif isinstance(state, flow.After):
            closing = rng.random() < 0.7 and any(self.put(b) for b in "]}")
            if not closing:
                self.must(*((", ", "]", "}") if rng.random() < 0.5 else (", ", "}", "]")))
        else:
            self.random()

    def line(self, line: lines.Line) -> None:
        """What stands in a line."""
        rng, top, pending = self.rng, line.top, line.pending
        if rng.random() < 0.02 and self.put("# a remark\n"):
            return
        if pending is not None and pending.nested and (top.up is None or not pending.null
                                                       or rng.random() < 0.9):  # fmt: skip
            indent = 0 if top.up is None else top.indent + rng.choice((2, 2, 4))
            if pending.each is not None and (pending.fields is None or rng.random() < 0.5):
                same = isinstance(top, block.Mapping) and rng.random() < 0.5
                self.must(" " * (top.indent if same else indent) + "-")
            else:
                assert pending.fields is not None
                self.key(pending.fields, frozenset(), " " * indent, top.known.facts)
            return
        frames = [f for f in line._frames() if f.more]
        if all(f.up is None for f in frames):
            self.must("---\n")
            return
        inner = [f for f in frames if f.up is not None]
        frame = inner[0] if not inner[0].closable else rng.choice(inner)
        if self.tired and inner[0].closable:
            # Whatever is open and whole is closed, the innermost that is not is gone on with.
            frame = inner[-1]
        if isinstance(frame, block.Sequence):
            self.must(" " * frame.indent + "-")
        else:
            assert isinstance(frame, block.Mapping)
            self.key(frame.fields, frame.used, " " * frame.indent, frame.known.facts)

    def key(self, fields: Fields, used: frozenset[str], before: str, facts: Facts) -> None:
        """A key and its colon."""
        rng = self.rng
        names = list(frames.names(fields, used, facts))
        if not fields.complete(used) and (self.tired or rng.random() < 0.7):
            names = [n for n in fields.missing(used) if n in names]
        names = [n for n in names if n not in RARE or rng.random() < 0.1] or names
        wanted = [name for name in fields.memory.wanted(facts) if fields.takes(name, used)]
        if wanted and (self.tired or rng.random() < 0.7):
            names = wanted
        if not names and fields.prefixes:
            names = [f"{fields.prefixes[0]}{rng.choice(WORDS)}{len(self.text)}"]
        if fields.free and not names:
            free = "app" if fields.takes("app", used) else f"{rng.choice(WORDS)}{len(self.text)}"
            # A container's resources are known ones, or a domain's.
            names = [free if fields.takes(free, used) else f"example.com/{free}"]
        if rng.random() < 0.1:
            name = rng.choice(names)
            if self.put(f'{before}"{name}":'):
                return
        rng.shuffle(names)
        # What a service needs it may not be itself: then another name.
        other = [f"other{len(self.text)}"] if fields.free else []
        self.must(*(f"{before}{name}:" for name in (*names, *other)))

    def value(self, value: block.Value) -> None:
        """After a colon."""
        shape, rng = value.shape, self.rng
        plain = shape.text or (shape.literal and not (shape.null and shape.nested))
        if shape.nested and not (plain and (self.tired or rng.random() < 0.5)):
            short = rng.random() < 0.1 and (
                shape.each is not None or self.closable(shape, value.top.known.facts)
            )
            self.must(" " if short else "\n")
        else:
            self.must(" ")

    def written(self, text: str) -> tuple[str, ...]:
        """A text with and without quotes; only with them where it would not be read as a text."""
        said = text.replace("\\", "\\\\").replace('"', '\\"')
        quoted = f'"{said}"'
        if not readable(text, self.g.old) or self.rng.random() < 0.3:
            return (quoted,)
        return text, quoted

    def word(self, shape: Shape) -> str:
        """A free text: a word, or, where one has no such form, what the form lets through."""
        word = self.rng.choice(WORDS) if not shape.strict else "alpha"
        pattern = shape.pattern
        if pattern is None or fits(pattern, word, whole=True):
            return word
        if self.rng.random() < 0.5:
            return self.rng.choice(pattern.examples)
        text, place = "", pattern.start
        while len(text) < 20 and (not place.whole or self.rng.random() < 0.5):
            more = chars(place)
            after = place.after(char := self.rng.choice(more)) if more else None
            if after is None:
                break
            text, place = text + char, after
        return text + place.shortest

    @staticmethod
    def closable(shape: Shape, facts: Facts) -> bool:
        """Whether it may be an empty mapping."""
        fields = shape.fields
        return fields is not None and (
            fields.complete(frozenset()) and fields.memory.settled(facts)
        )

    def node(self, shape: Shape, column: int, facts: Facts) -> None:
        """A value, in its line."""
        rng = self.rng
        kinds = [k for k, there in (
            ("text", shape.text), ("words", shape.words), ("form", shape.form), ("integer", shape.integer),
            ("number", shape.number), ("boolean", shape.boolean),
            ("name", shape.naming), ("expression", shape.embedded and not shape.text),
            ("mapping", shape.fields is not None and column >= 0), ("sequence", shape.each),
            ("braces", shape.fields is not None and column < 0),
        ) if there]  # fmt: skip
        if ("integer" in kinds and "text" in kinds) or ("number" in kinds and "text" in kinds):
            kinds.remove("text")
        scalars = [k for k in kinds if k not in ("mapping", "sequence", "braces")]
        if self.tired and scalars:
            kinds = scalars
        if "mapping" in kinds and rng.random() < 0.9:
            kinds = ["mapping"]
        kind = rng.choice(kinds or ["null"])
        if kind == "text":
            word = self.word(shape)
            if shape.embedded is not None and rng.random() < 0.4:
                self.must(rng.choice(("alpha ${{ ", '"${{ ', "${{ ", "'${{ ")), "alpha")
            else:
                self.must(*self.written(word))
        elif kind == "name":
            assert shape.naming is not None
            names = [*shape.naming.likely(facts), f"{rng.choice(WORDS)}{len(self.text)}"]
            if not self.tired:
                rng.shuffle(names)
            self.must(*(text for name in names for text in self.written(name)))
        elif kind == "expression":
            begins = ["${{ ", '"${{ ', "'${{ "]
            if not (shape.fields or shape.each or shape.literal):
                begins += ["github.ref == ", '"github.ref == ', "'github.ref == "]
            rng.shuffle(begins)
            self.must(*begins)
        elif kind == "words":
            word = rng.choice(shape.words)
            self.must(*((word, f'"{word}"') if rng.random() < 0.7 else (f'"{word}"', word)))
        elif kind in ("integer", "number"):
            low, high = shape.integer or (0, 100)
            number = rng.randint(
                max(low, 1) if high >= 1 else low, max(min(high, max(low, 1) + 98), low)
            )
            self.must(str(number))
        elif kind == "form":
            self.must('"')
            while isinstance(self.state, values.Atom):
                if rng.random() < 0.3 or not (self.put('"') or self.put("}")):
                    self.must(rng.choice(self.allowed() or ["more of it"]))
        elif kind == "boolean":
            self.must(*(("true", "false") if rng.random() < 0.5 else ("false", "true")))
        elif kind == "mapping":
            assert shape.fields is not None
            self.key(shape.fields, frozenset(), "", facts)
        elif kind == "braces":
            self.must("{}" if self.closable(shape, facts) else "{")
        elif kind == "sequence":
            self.must(*(("-", "[") if column >= 0 and rng.random() < 0.5 else ("[", "-")))
        else:
            self.must("null")

    def opened(self, frame: frames.Frame) -> None:
        """After an opening bracket or a comma."""
        if isinstance(frame, flow.FlowSequence):
            items = frame.shape.items
            assert items is not None
            if frame.closable and self.rng.random() < 0.2 and self.put("]"):
                return
            if items.fields is not None and not items.text:
                self.must("{")
            else:
                self.node(items, -1, frame.known.facts)
        else:
            assert isinstance(frame, flow.FlowMapping)
            if frame.closable and (self.rng.random() < 0.3 or not frame.more) and self.put("}"):
                return
            self.key(frame.fields, frame.used, "", frame.known.facts)

    def random(self) -> None:
        """Any byte that may come, rather one that ends something."""
        allowed = self.allowed()
        if not allowed:
            state = type(self.state).__name__
            raise AssertionError(f"nothing may come in {state} after\n{self.text[-600:]}")
        self.must(allowed[0])

    def allowed(self) -> list[str]:
        """The characters that may come, those that end something first."""
        every = (*b"\n]},: ", *range(33, 127))
        return [chr(b) for b in every if self.state.next(b) is not None]
