"""The sections of a pipeline and of a stage, and how they hang together.

https://www.jenkins.io/doc/book/pipeline/syntax/#declarative-pipeline
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iapo.generate.guide.automaton import State
from iapo.generate.guide.jenkins.axes import AXES, EXCLUDES
from iapo.generate.guide.jenkins.calls import (
    NESTED,
    SETTING,
    Calls,
    Flagged,
    OneOf,
    Steps,
    boolean,
    head,
)
from iapo.generate.guide.jenkins.environment import Assigned
from iapo.generate.guide.jenkins.places import then
from iapo.generate.guide.jenkins.sections import Kind, PlainText, Quote, Section, Used, opened
from iapo.verify.jenkinsfile import catalog
from iapo.verify.jenkinsfile.catalog import Signature

if TYPE_CHECKING:
    from iapo.generate.guide.jenkins.language import Jenkinsfile

_WORK = frozenset({"steps", "stages", "parallel", "matrix"})
_PARALLEL = frozenset({"parallel", "matrix"})
_ALONE = frozenset({"agent", "tools"})  # not beside `parallel` and `matrix`
_STAGE = b"stage('x') { steps { echo 'x' } }\n"
_AXES = {"axes": AXES, "excludes": EXCLUDES}


class Post(Kind):
    """`post`."""

    def names(self, used: Used) -> Iterable[str]:
        return catalog.POST_CONDITIONS - used

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"always { echo 'x' }\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        return opened(g, NESTED, section.ended(name))


class Stages(Kind):
    """`stages` and `parallel`, whose entries are stages. `within`: in `parallel` or `matrix`."""

    def __init__(self, within: bool) -> None:
        self.within = within

    def names(self, used: Used) -> Iterable[str]:
        return ("stage",)

    def needed(self, used: Used) -> Iterable[bytes]:
        return (_STAGE,)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        return then(g, "(", g.pool.make(Quote, g, section, StageName, True), lines=False)


class StageName(PlainText):
    """The name of a stage, which no other has in the same section."""

    __slots__ = ()

    def written(self, text: str) -> State | None:
        g, section = self.g, self.section
        if text in section.used:
            return None
        assert isinstance(section.kind, Stages)
        stage = STAGES[section.kind.within]
        return then(g, ")", opened(g, stage, section.ended(text)))


class Stage(Kind):
    """`stage`. `within`: in `parallel` or `matrix`."""

    def __init__(self, within: bool) -> None:
        self.within = within

    def names(self, used: Used) -> Iterable[str]:
        left = set(catalog.STAGE_SECTIONS - used)
        if used & _WORK:
            left -= _WORK
        if self.within or used & _ALONE:
            left -= _PARALLEL
        return left - _ALONE if used & _PARALLEL else left

    def whole(self, used: Used) -> bool:
        return bool(used & _WORK)

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"steps { echo 'x' }\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        return _part(g, section, name, self.within)


class Pipeline(Kind):
    """`pipeline`."""

    def names(self, used: Used) -> Iterable[str]:
        return catalog.TOP_SECTIONS - used

    def whole(self, used: Used) -> bool:
        return used >= {"agent", "stages"}

    def needed(self, used: Used) -> Iterable[bytes]:
        if "agent" not in used:
            yield b"agent any\n"
        yield b"stages { " + _STAGE.rstrip() + b" }\n"

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        return _part(g, section, name, False)


class Matrix(Kind):
    """`matrix`."""

    def names(self, used: Used) -> Iterable[str]:
        return catalog.MATRIX_SECTIONS - used

    def whole(self, used: Used) -> bool:
        return used >= {"axes", "stages"}

    def needed(self, used: Used) -> Iterable[bytes]:
        if "axes" not in used:
            yield b"axes { axis { name 'X'; values 'x' } }\n"
        yield b"stages { " + _STAGE.rstrip() + b" }\n"

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State | None:
        if name in _AXES:
            return opened(g, _AXES[name], section.ended(name))
        return _part(g, section, name, True)


class Agent(Kind):
    """`agent { ... }`."""

    def names(self, used: Used) -> Iterable[str]:
        return () if used else catalog.AGENTS

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"label 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        after = section.ended(name)
        inner = opened(g, SETTINGS[name], after)
        return head(g, after, SETTING, "", block=inner)


class Settings(Kind):
    """The settings of an agent; those that a plugin adds may have any."""

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        self.free = signature.open

    def names(self, used: Used) -> Iterable[str]:
        return {*self.signature.required, *self.signature.optional} - used

    def whole(self, used: Used) -> bool:
        return used >= {*self.signature.required}

    def needed(self, used: Used) -> Iterable[bytes]:
        return [f"{name} 'x'\n".encode() for name in self.signature.required if name not in used]

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        after = section.ended(name)
        inner = opened(g, self, after) if self.free else None
        return head(g, after, SETTING, "", block=inner)


class Tools(Kind):
    """`tools`."""

    def names(self, used: Used) -> Iterable[str]:
        return (catalog.TOOLS | catalog.PLUGIN_TOOLS) - {"dependency-check"}

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"jdk 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        return head(g, section.ended(""), SETTING, "")


class Libraries(Kind):
    """`libraries`."""

    def names(self, used: Used) -> Iterable[str]:
        return ("lib",)

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"lib('x')\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        return head(g, section.ended(""), SETTING, "")


class Input(Kind):
    """`input`."""

    def names(self, used: Used) -> Iterable[str]:
        return catalog.INPUT_FIELDS - used

    def whole(self, used: Used) -> bool:
        return "message" in used

    def needed(self, used: Used) -> Iterable[bytes]:
        return (b"message 'x'\n",)

    def entry(self, g: Jenkinsfile, section: Section, name: str) -> State:
        if name == "parameters":
            return opened(g, Calls("parameters"), section.ended(name))
        return head(g, section.ended(name), SETTING, "")


class AgentHead(OneOf):
    """After `agent`: `any`, `none` or a block."""

    __slots__ = ()

    def begin(self, byte: int) -> State | None:
        if byte == ord("{"):
            return opened(self.g, AGENT, self.after).next(byte)
        return super().begin(byte)


STEPS = (Steps(sole=True), NESTED)
STAGES = (Stage(False), Stage(True))
PIPELINE, AGENT = Pipeline(), Agent()
SETTINGS = {name: Settings(signature) for name, signature in catalog.AGENTS.items()}


def _part(g: Jenkinsfile, section: Section, name: str, within: bool) -> State | None:
    """What follows the name of a section."""
    after = section.ended(name)
    if name == "agent":
        return g.pool.make(AgentHead, g, tuple(catalog.ZERO_ARGUMENT_AGENTS), after)
    if name == "failFast":
        return boolean(g, after)
    kinds: dict[str, Kind] = {
        "environment": _ENVIRONMENT,
        "input": _INPUT,
        "libraries": _LIBRARIES,
        "matrix": _MATRIX,
        "options": _OPTIONS[not isinstance(section.kind, Pipeline)],
        "parallel": _STAGES[True],
        "parameters": _PARAMETERS,
        "post": _POST,
        "stages": _STAGES[within],
        "steps": STEPS[within],
        "tools": _TOOLS,
        "triggers": _TRIGGERS,
        "when": _WHEN,
    }
    return opened(g, kinds[name], after)


_ENVIRONMENT, _WHEN = Assigned(), Flagged()
_INPUT, _LIBRARIES, _MATRIX, _POST, _TOOLS = Input(), Libraries(), Matrix(), Post(), Tools()
_OPTIONS = (Calls("options"), Calls("stage options"))
_PARAMETERS, _TRIGGERS = Calls("parameters"), Calls("triggers")
_STAGES = (Stages(False), Stages(True))

__all__ = ["PIPELINE"]
