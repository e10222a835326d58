"""Compose files as shapes: the schema of the Compose Specification, and what Compose checks beyond it.

From https://docs.docker.com/reference/compose-file/, as `iapo/verify/compose` checks it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from iapo.generate.guide.yaml.compose_forms import FORMS
from iapo.generate.guide.yaml.compose_names import MEANT, MEMORIES
from iapo.generate.guide.yaml.formed import fits
from iapo.generate.guide.yaml.json_schema import JsonSchema
from iapo.generate.guide.yaml.language import Language
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Demand, Group, Rules, Shape, Tie, changed, of_texts
from iapo.verify.compose.structure import schema


def language() -> Language:
    """YAML as Compose reads it."""
    root = JsonSchema(schema(), _RULES, _mended, {**MEANT, **FORMS}, MEMORIES).root()
    return Language(root, old=False, several=False, merges=True)


def _some(names: str, least: int, most: int) -> Group:
    return Group(frozenset(names.split()), least, most)


_DEVICE = Rules(groups=(_some("count device_ids", 0, 1),))
_RULES = {
    "": Rules(groups=(_some("services include", 1, 2),)),
    "service": Rules(
        groups=(_some("image build extends provider", 1, 4), _some("network_mode networks", 0, 1))
    ),
    "service.build": Rules(groups=(_some("dockerfile dockerfile_inline", 0, 1),)),
    "config": Rules(
        groups=(
            _some("file environment content", 0, 1),
            _some("file environment content external", 1, 4),
        )
    ),
    "secret": Rules(
        groups=(_some("file environment", 0, 1), _some("file environment external driver", 1, 4))
    ),
    "volume": Rules(
        groups=tuple(
            _some(f"external {other}", 0, 1) for other in ("driver", "driver_opts", "labels")
        )
    ),
    "devices": _DEVICE,
    "gpus": _DEVICE,
    "service.volumes": Rules(
        needed=frozenset({"target"}), demands=(Demand("type", "bind", frozenset({"source"})),)
    ),
    "service.ports": Rules(needed=frozenset({"target"})),
    "development.watch": Rules(
        ties=(Tie("target", "action"),),
        demands=tuple(
            Demand("action", action, frozenset({"target"}))
            for action in ("sync", "sync+restart", "sync+exec")
        ),
    ),
}
# Whole numbers that Compose also takes in quotes.
_WHOLE = frozenset(
    [
        "cpu_count",
        "cpu_period",
        "cpu_quota",
        "cpu_rt_period",
        "cpu_rt_runtime",
        "cpu_shares",
        "replicas",
        "parallelism",
        "max_attempts",
        "max_replicas_per_node",
        "retries",
        "oom_score_adj",
        "pids_limit",
        "target",
        "scale",
        "hard",
        "soft",
    ]
)
# Texts in which a number is often meant: it must be quoted there.
_QUOTED = frozenset({"version", "command", "entrypoint", "test"})
_NAME = "[A-Za-z_][A-Za-z0-9_]{0,99}"
_SAID = "[A-Za-z0-9._-]{0,99}"  # where a variable is missing


def _form(meant: str) -> Callable[[str, bool], bool]:
    """A text of a pattern, or a variable in braces, whose default, if it has one, is of the pattern.

    Offline no variable is set: what stands there only where one is set comes to nothing.
    """
    variable = rf"\$\{{{_NAME}(:?-({meant})|:?\?{_SAID})?\}}"
    return partial(fits, Pattern(f"{meant}|{variable}"))


_TRUTH = _form("true|false|yes|no|on|off")
_NUMBER = _form("[0-9]{1,12}")
_PULL = _form(
    "always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]{1,3}[wdhms]){1,4}"
)
_RESTART = _form("no|always|unless-stopped|on-failure(:[0-9]{1,3})?")
_FORMS = {"restart": _RESTART, "pull_policy": _PULL}


def _mended(name: str, shape: Shape) -> Shape:
    """A property's value, where Compose is stricter than its schema."""
    if name in _FORMS:
        return Shape(form=_FORMS[name])
    if shape.text and shape.boolean and not shape.number:
        return changed(shape, text=False, form=_TRUTH)
    if name in _WHOLE and shape.text and (shape.integer or shape.number):
        low_high = (0, 2**31 - 1) if name != "oom_score_adj" else (-1000, 1000)
        return changed(shape, text=False, number=False, integer=low_high, form=_NUMBER)
    return of_texts(shape, strict=True) if name in _QUOTED and shape.text else shape
