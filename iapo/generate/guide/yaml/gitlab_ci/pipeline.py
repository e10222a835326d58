"""GitLab CI configurations as shapes: GitLab's schema, and what its linter demands beyond it.

From https://docs.gitlab.com/ci/yaml/, as `iapo/verify/gitlab_ci` judges it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import cache
from typing import Any

from iapo.generate.guide.yaml.formed import Form
from iapo.generate.guide.yaml.gitlab_ci import facts
from iapo.generate.guide.yaml.gitlab_ci.conditions import CONDITION, COVERAGE
from iapo.generate.guide.yaml.gitlab_ci.distinct import distinct
from iapo.generate.guide.yaml.gitlab_ci.durations import DELAY, DURATION, LIFETIME
from iapo.generate.guide.yaml.gitlab_ci.inputs import INPUTS
from iapo.generate.guide.yaml.json_schema import JsonSchema
from iapo.generate.guide.yaml.language import Language
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import (
    ANY,
    Choice,
    Demand,
    Fields,
    Group,
    Rules,
    Shape,
    Struct,
    Tie,
    changed,
)
from iapo.verify.gitlab_ci.jobs import POLICIES, RESERVED, WITH_TRIGGER
from iapo.verify.gitlab_ci.pipeline import GLOBAL_KEYS
from iapo.verify.gitlab_ci.structure import MORE_REASONS, schema

_RUNS = ("script", "run", "trigger")


def language() -> Language:
    """YAML as GitLab reads it."""
    made = JsonSchema(_stricter(), _RULES, _mended, forms=_FORMS)
    root = Shape(fields=_root(made))
    steps = (_named(facts.Referred()), _named(facts.Part()))
    return Language(root, old=False, several=False, merges=True, folds=True, reference=steps)


def _stricter() -> dict[str, Any]:
    """GitLab's schema without what only references resolve to, and closed where its linter is."""
    found = copy.deepcopy(schema())
    definitions = found["definitions"]
    for owner in (found, definitions["job_template"], found["properties"]["default"]):
        owner["properties"].pop("!reference", None)
    needs = definitions["job_template"]["properties"]["needs"]["items"]
    needs["oneOf"] = [way for way in needs["oneOf"] if "$ref" not in way]
    definitions["cache_item"]["additionalProperties"] = False
    definitions["cache_item"]["properties"]["policy"] = {"enum": list(POLICIES)}
    workflow = found["properties"]["workflow"]
    workflow["additionalProperties"] = False
    # What is no mapping there is what a reference resolves to.
    rule = workflow["properties"]["rules"]["items"]
    rule.pop("anyOf")
    rule["type"] = "object"
    # The linter flattens lists in lists, and wants something to be left of a script.
    definitions["script"]["oneOf"][1]["items"]["anyOf"][1]["minItems"] = 1
    definitions["image"]["oneOf"][1]["properties"]["entrypoint"]["items"] = {"type": "string"}
    definitions["include_item"]["oneOf"][0].pop("anyOf")
    reasons = [way["const"] for way in definitions["retry_errors"]["oneOf"]]
    definitions["retry_errors"] = {"enum": [*reasons, *sorted(MORE_REASONS)]}
    return found


class _Root(Struct):
    """Global keywords, and jobs of any other name; a dot begins that of a hidden one."""

    hidden: Shape

    def takes(self, name: str, used: frozenset[str]) -> bool:
        return name not in RESERVED and super().takes(name, used)

    def shape(self, name: str) -> Shape:
        if name.startswith("."):
            return self.hidden
        return super().shape(name)


def _root(made: JsonSchema) -> Struct:
    template, name = made.definition("#/definitions/job_template")
    own = made.shape(template, name).fields
    assert isinstance(own, Struct)
    properties: dict[str, Callable[[], Shape]] = {
        key: cache(make) for key, make in own.properties.items()
    }
    properties["inputs"] = lambda: INPUTS
    job = Shape(fields=_job(properties))
    beside = Struct(properties, lambda: ANY, Rules(ties=_DELAYED), memory=facts.HIDDEN)
    top = made.root().fields
    assert isinstance(top, Struct)
    globals_ = {key: make for key, make in top.properties.items() if key in GLOBAL_KEYS - {"spec"}}
    root = _Root(globals_, lambda: job, memory=facts.PIPELINE)
    root.hidden = changed(ANY, fields=beside)
    return root


def _job(properties: dict[str, Callable[[], Shape]]) -> Choice:
    """A job: it runs a script, steps or another pipeline, or has that of a job it extends."""
    when = properties["when"]().words
    runs = changed(properties["when"](), words=tuple(w for w in when if w != "never"))
    starts = changed(runs, words=tuple(w for w in runs.words if w != "delayed"))
    scripts = ("before_script", "after_script")
    ways = []
    for needed, without in (
        ("script", ("run", "trigger")),
        ("run", ("script", "trigger", *scripts)),
        ("trigger", tuple(set(properties) - WITH_TRIGGER)),
        ("extends", _RUNS),
    ):
        shape = starts if needed == "trigger" else runs
        own = {key: make for key, make in properties.items() if key not in without}
        own["when"] = lambda shape=shape: shape  # type: ignore[misc]
        rules = Rules(frozenset({needed}), _FILTERS, _DELAYED, _DELAY)
        ways.append(Struct(own, rules=rules, memory=facts.JOB))
    return Choice(ways)


def _some(names: str, least: int, most: int) -> Group:
    return Group(frozenset(names.split()), least, most)


_FILTERS = (_some("rules only", 0, 1), _some("rules except", 0, 1))
_DELAYED = (Tie("start_in", "when", frozenset({"delayed"})),)
_DELAY = (Demand("when", "delayed", frozenset({"start_in"})),)
_RULES = {
    "rules": Rules(ties=_DELAYED, demands=_DELAY),
    "job_template.environment": Rules(ties=(Tie("on_stop", "action", frozenset({"start", "prepare",
                                                "verify", "access"}), needed=False),)),
    "artifacts": Rules(ties=(Tie("expose_as", "paths"),)),
}  # fmt: skip


def _named(naming: facts.Name) -> Shape:
    return Shape(naming=naming)


_NEED, _WANTED, _BASE = facts.Need(), _named(facts.Wanted()), _named(facts.Base())
_NAME, _STAGE, _NEW_STAGE = _named(facts.Name()), _named(facts.Stage()), _named(facts.NewStage())
_DEPENDENCY = _named(facts.Dependency())
_CONDITION = Shape(text=True, pattern=CONDITION)
_CONDITIONS = Shape(each=lambda: _CONDITION)


def _form(expression: str, *examples: str) -> Form:
    return Pattern(expression, *examples, blocks="none")


def _released() -> str:
    """What a release's time matches."""
    release = schema()["definitions"]["job_template"]["properties"]["release"]
    return str(release["properties"]["released_at"]["pattern"])


_FORMS: dict[str, Form] = {
    r"\.ya?ml$": _form(r".*\.ya?ml", "ci.yml"),
    r"\w\.ya?ml$": _form(r"(https?://.*|[^:]*)\w\.ya?ml", "ci.yml"),
    r"^https?://.+\.ya?ml$": _form(r"https?://.+\.ya?ml", "https://example.com/ci.yml"),
    r"(?:\S/\S|\$\S+)": _form(r".*([^ ]/|\$)[^ ].*", "group/project"),
    r"^(https?://.+|\$[A-Za-z]+)": _form(r"https?://.+|\$[A-Za-z].*", "https://example.com"),
    r"^[^/]*[^./][^/]*$": _form(r"[^/]*[^./][^/]*", "x"),
    r"^[a-zA-Z_][a-zA-Z0-9_]*$": _form(r"[a-zA-Z_]\w*", "x"),
    r"^[a-zA-Z0-9_]+$": _form(r"\w+", "x"),
    r"^sha256-[A-Za-z0-9+/]{43}=$": _form(r"sha256-[A-Za-z0-9+/]{43}="),
    r"^/.+/$": COVERAGE,
    _released(): _form(_released(), "2030-01-31T10:00:00Z"),
}
"""What texts match a pattern of GitLab's schema, by the pattern, which matches anywhere in a text."""
_DISTINCT = ("aud", "options", "pull_policy")
_TIMES: dict[str, Form] = {
    "timeout": DURATION,
    "start_in": DELAY,
    "expire_in": LIFETIME,
    "auto_stop_in": LIFETIME,
}


def _mended(name: str, shape: Shape) -> Shape:
    """A property's value: where it names something that must be there, or has a form of its own."""
    if name in _DISTINCT and shape.items is not None:
        return distinct(shape)
    if name in _TIMES and shape.text:
        return changed(shape, pattern=_TIMES[name])
    if name == "if":
        return _CONDITION
    if name in ("only", "except") and isinstance(shape.fields, Struct):
        own = {**shape.fields.properties, "variables": lambda: _CONDITIONS}
        return changed(shape, fields=Struct(own, rules=shape.fields.rules))
    if name in ("stage", "on_stop"):
        return _STAGE if name == "stage" else _NAME
    if name == "stages":
        item = changed(_NEW_STAGE, each=lambda: _NEW_STAGE, least=1)
        return Shape(each=lambda: item, least=1, settled=facts.stages_settled)
    if name == "extends":
        return changed(_BASE, each=lambda: _BASE, least=1)
    if name == "dependencies":
        return Shape(each=lambda: _DEPENDENCY)
    if name == "needs" and shape.items is not None:
        entry = shape.items.fields
        item = changed(shape.items, text=False, naming=_NEED, fields=_needed(entry))
        # Of a rule's needs nothing more is asked.
        settled = facts.needs_settled if isinstance(entry, Choice) else None
        return changed(shape, each=lambda: item, settled=settled)
    return shape


def _needed(fields: Fields | None) -> Fields | None:
    """An entry of needs, whose job must be there."""
    if isinstance(fields, Choice):
        return Choice([way for own in fields.ways if (way := _needed(own)) is not None])
    if not isinstance(fields, Struct):
        return fields
    return Struct(
        {**fields.properties, "job": lambda: _WANTED}, rules=fields.rules, memory=facts.NEED
    )


__all__ = ["language"]
