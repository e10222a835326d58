"""Compose files as shapes: the schema of the Compose Specification, and what Compose checks beyond it.

From https://docs.docker.com/reference/compose-file/, as `iapo/verify/compose` checks it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from iapo.generate.guide.yaml.compose_forms import FORMS
from iapo.generate.guide.yaml.compose_names import MEANT, MEMORIES
from iapo.generate.guide.yaml.json_schema import JsonSchema
from iapo.generate.guide.yaml.language import Language
from iapo.generate.guide.yaml.shapes import Demand, Group, Rules, Shape, Tie, changed
from iapo.verify.compose.interpolate import expand
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
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(:?[-?+][A-Za-z0-9._-]*)?\}")
_DEFAULTING = re.compile(
    r"\$\{[A-Za-z_][A-Za-z0-9_]*:?(?P<operator>[-?+])(?P<word>[A-Za-z0-9._-]*)"
)
_MOST_VARIABLE = 100  # of a variable's name, or of what is said where it is missing
_TRUTHS = ("true", "false", "yes", "no", "on", "off")


def _form(
    words: tuple[str, ...], pattern: str, stem: str = "", unfinished: str = ""
) -> Callable[[str, bool], bool]:
    """A text out of some words, of a pattern, or a variable.

    Args:
        stem: what a text of the pattern begins with.
        unfinished: another pattern, of what can become such a text.
    """
    form, growing = re.compile(pattern), re.compile(unfinished)

    def meant(text: str) -> bool:
        return text in words or form.fullmatch(text) is not None

    def begun(text: str) -> bool:
        prefix = any(word.startswith(text) for word in (*words, stem))
        return prefix or meant(text) or growing.fullmatch(text) is not None

    def fits(text: str, whole: bool) -> bool:
        if text.startswith("$"):
            return _variable(text, whole) and _defaulted(text, meant, begun)
        return meant(text) if whole else begun(text)

    return fits


def _variable(text: str, whole: bool) -> bool:
    """Whether a text is a variable in braces, or begins one."""
    if whole or text.endswith("}"):
        return _VARIABLE.fullmatch(text) is not None
    found = _DEFAULTING.fullmatch(text)
    free = not text.endswith(":") if found is None else found["operator"] == "?"
    if free and len(text) > _MOST_VARIABLE:
        return False
    begun = text[2:] or "A"
    open_ = f"${{{begun}"
    return text in ("$", "${") or (
        text.startswith("${")
        and any(_VARIABLE.fullmatch(open_ + rest) is not None for rest in ("}", "-}"))
    )


def _defaulted(text: str, meant: Callable[[str], bool], begun: Callable[[str], bool]) -> bool:
    """Whether a variable has no default, or one that may stand there, or the beginning of one."""
    if text.endswith("}"):
        expanded = expand(text)
        return bool(expanded.unset or expanded.problem) or meant(expanded.text)
    found = _DEFAULTING.fullmatch(text)
    if found is None or found["operator"] == "?":
        return True
    # Offline no variable is set: what stands there only where one is set comes to nothing.
    return meant("") if found["operator"] == "+" else begun(found["word"])


_NEVER = r"(?!)"
_TRUTH = _form(_TRUTHS, _NEVER)
_NUMBER = _form((), r"[0-9]{1,12}")
_PULL = _form(
    ("always", "never", "build", "if_not_present", "missing", "refresh", "daily", "weekly"),
    r"every_([0-9]{1,3}[wdhms])+",
    "every_",
    r"every_([0-9]{1,3}[wdhms])*[0-9]{0,3}",
)
_RESTART = _form(("no", "always", "unless-stopped", "on-failure"), r"on-failure:[0-9]{0,3}")
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
    if name in _QUOTED and shape.text:
        items = shape.items
        shape = changed(shape, strict=True)
        if items is not None:
            closed = changed(items, strict=True)
            shape = changed(shape, each=lambda: closed)
    return shape
