"""The steps of a job: what runs a script, what uses an action with its inputs, what goes on in parallel."""

from __future__ import annotations

from functools import cache, cached_property

from iapo.generate.guide.yaml.github_actions import facts
from iapo.generate.guide.yaml.github_actions.scalars import (
    Make,
    condition,
    environment,
    flag,
    minutes,
    named,
    of,
    or_expression,
    script,
    shell,
    some,
    text,
)
from iapo.generate.guide.yaml.shapes import ANY, Choice, Fields, Rules, Shape, Struct
from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.actions import ALWAYS, known_actions

_STEP = contexts.STEP
_DOCKER = "docker://"


@cache
def steps() -> Shape:
    """The steps of a job, or those that go on in parallel."""
    item = Shape(fields=_step())
    return Shape(each=lambda: item, least=1, settled=facts.paid("step"))


def _step() -> Fields:
    common: dict[str, Make] = {
        "id": of(Shape(naming=facts.Identity())),
        "if": lambda: condition(contexts.STEP_IF),
        "name": lambda: text(_STEP, empty=True),
        "env": lambda: environment(_STEP),
        "continue-on-error": lambda: flag(_STEP),
        "timeout-minutes": lambda: minutes(_STEP),
        "background": lambda: flag(_STEP),
    }
    runs: dict[str, Make] = {
        "run": lambda: script(_STEP),
        "shell": lambda: shell(_STEP),
        "working-directory": lambda: text(_STEP),
    }
    parallel: dict[str, Make] = {
        **dict.fromkeys(("wait", "wait-all", "cancel"), lambda: ANY),
        "parallel": steps,
    }
    inputs = or_expression(named(of(text(_STEP, empty=True))), _STEP)
    uses: dict[str, Make] = {
        "uses": of(
            Shape(
                naming=facts.Name(
                    "uses", _action, "a/b@v1", "actions/checkout@v4", "actions/cache@v4"
                )
            )
        ),
        "with": of(inputs),
    }
    return Choice(
        [
            Struct({**common, **runs}, rules=Rules(frozenset({"run"})), memory=facts.STEP),
            _Using({**common, **uses}, rules=Rules(frozenset({"uses"})), memory=facts.STEP),
            _Parallel(
                {**common, **parallel},
                rules=Rules(groups=(some(" ".join(parallel), 1, 1),)),
                memory=facts.STEP,
            ),
        ]
    )


class _Parallel(Struct):
    """A step that goes on beside others or waits for them, for which a key without a value will do."""

    def shape(self, name: str) -> Shape:
        return self.properties[name]()


class _Using(Struct):
    """A step that uses an action; of an action that is known, the inputs it declares."""

    def open(self, used: frozenset[str]) -> tuple[str, ...]:
        # What the inputs are, the action says.
        return tuple(n for n in super().open(used) if n != "with" or "uses" in used)

    def choose(self, name: str, value: str) -> Fields:
        known = known_actions().get(value) if name == "uses" else None
        if known is None or known.get("inputs") is None:
            return self
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = self._declared(value)
        return found

    @cached_property
    def _known(self) -> dict[str, Fields]:
        return {}

    def _declared(self, action: str) -> Fields:
        about = known_actions()[action]
        program = script(_STEP) if action.startswith("actions/github-script@") else text(_STEP)
        made: dict[str, Make] = {
            name: of(program if name == "script" else text(_STEP, empty=True))
            for name in (*about["inputs"], *ALWAYS)
        }
        required = frozenset(about["required"])
        inputs = Struct(made, rules=Rules(required, least=1))
        shape = or_expression(Shape(fields=inputs), _STEP)
        needed = frozenset({"uses", "with"} if required else {"uses"})
        own = {**self.properties, "with": of(shape)}
        return Struct(own, rules=Rules(needed), memory=facts.STEP)


def _action(phase: str, char: str) -> str | None:
    """`owner/repository@ref`, perhaps with a path, `./path`, or `docker://image`."""
    if phase in ("@", "+ref"):
        return "+ref" if char.isalnum() or char in "._-+/" else None
    if phase == "" or phase.startswith("="):
        written = phase[1:] + char
        if _DOCKER.startswith(written):
            return "=" + written
        if phase == "=" + _DOCKER:
            return "image" if char in ":@/" else "+image"
        if char in ":" or phase.endswith((":", "/")):
            return None
        phase = "owner" if phase else ""
    if phase.endswith("image"):
        return "image" if char == ":" else "+image"
    if char == "@":
        return "@" if phase in ("repository", "path") else None
    if char == "/":
        return _BEHIND_A_SLASH.get(phase)
    if not (char.isalnum() or char in "_.-"):
        return None
    return "." if char == "." and not phase else _BEHIND_A_LETTER.get(phase)


_BEHIND_A_SLASH = {
    ".": "+here", "owner": "/", "repository": "//", "path": "path", "+here": "+here",
}  # fmt: skip
_BEHIND_A_LETTER = {
    "": "owner", ".": "owner", "owner": "owner", "/": "repository", "repository": "repository",
    "//": "path", "path": "path", "+here": "+here",
}  # fmt: skip


__all__ = ["steps"]
