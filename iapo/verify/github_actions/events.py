"""The `on:` section: which events, their activity types and filters, inputs of manual and called runs.

Facts from https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
and https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.filters import cron_problem, glob_problem
from iapo.verify.github_actions.semantics import named
from iapo.verify.github_actions.types import ANY, BOOL, NUMBER, STRING, ObjectType, Type
from iapo.verify.github_actions.walk import Walk, is_expression, scalar_text
from iapo.verify.yaml_source import Path

_PULL_REQUEST = (
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize converted_to_draft "
    "ready_for_review locked unlocked milestoned demilestoned review_requested review_request_removed "
    "auto_merge_enabled auto_merge_disabled enqueued dequeued"
)
# Activity types by event; "" for events that have none.
EVENTS: dict[str, frozenset[str]] = {
    name: frozenset(types.split())
    for name, types in {
        "branch_protection_rule": "created edited deleted",
        "check_run": "created rerequested completed requested_action",
        "check_suite": "completed",
        "create": "",
        "delete": "",
        "deployment": "",
        "deployment_status": "",
        "discussion": "created edited deleted transferred pinned unpinned labeled unlabeled locked"
        " unlocked category_changed answered unanswered",
        "discussion_comment": "created edited deleted",
        "fork": "",
        "gollum": "",
        "image_version": "",
        "issue_comment": "created edited deleted",
        "issues": "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned"
        " labeled unlabeled locked unlocked milestoned demilestoned typed untyped",
        "label": "created edited deleted",
        "merge_group": "checks_requested",
        "milestone": "created closed opened edited deleted",
        "page_build": "",
        "project": "created closed reopened edited deleted",
        "project_card": "created moved converted edited deleted",
        "project_column": "created updated moved deleted",
        "public": "",
        "pull_request": _PULL_REQUEST,
        "pull_request_review": "submitted edited dismissed",
        "pull_request_review_comment": "created edited deleted",
        "pull_request_target": _PULL_REQUEST,
        "push": "",
        "registry_package": "published updated",
        "release": "published unpublished created edited deleted prereleased released",
        "status": "",
        "watch": "started",
        "workflow_run": "completed requested in_progress",
    }.items()
}
_SPECIAL = ("schedule", "workflow_dispatch", "workflow_call", "repository_dispatch")
_REF_EVENTS = ("merge_group", "push", "pull_request", "pull_request_target", "workflow_run")
FILTERS: dict[str, tuple[str, ...]] = {
    "branches": _REF_EVENTS,
    "branches-ignore": _REF_EVENTS,
    "tags": ("push",),
    "tags-ignore": ("push",),
    "paths": ("push", "pull_request", "pull_request_target"),
    "paths-ignore": ("push", "pull_request", "pull_request_target"),
}
_EVENT_KEYS = ("types", *FILTERS, "workflows")
MAX_DISPATCH_INPUTS = 25


@dataclass
class Triggers:
    """What the rest of the workflow must know of its events.

    Attributes:
        inputs: the `inputs` context, None when no event gives any.
        dispatch: names of manual inputs, None without `workflow_dispatch`.
        secrets: those a called workflow declares, None when any may be there.
        outputs: values of the outputs of a called workflow, with their paths.
    """

    names: set[str] = field(default_factory=set)
    inputs: dict[str, Type] | None = None
    dispatch: set[str] | None = None
    secrets: set[str] | None = None
    outputs: list[tuple[Any, Path]] = field(default_factory=list)


def check_events(walk: Walk, value: Any) -> Triggers:
    """Check the value of `on`."""
    triggers = Triggers()
    path: Path = ("on",)
    if isinstance(value, dict):
        for name, config in walk.mapping(value, path, '"on"').items():
            _event(walk, scalar_text(name), config, (*path, name), triggers)
    elif isinstance(value, list):
        for index, item in enumerate(walk.sequence(value, path, '"on"')):
            name = walk.text(item, (*path, index), "an event")
            if name is not None:
                _bare_event(walk, name, (*path, index), triggers)
    else:
        name = walk.text(value, path, '"on"')
        if name is not None:
            _bare_event(walk, name, path, triggers)
    return triggers


def _bare_event(walk: Walk, name: str, path: Path, triggers: Triggers) -> None:
    if name == "schedule":
        walk.problem("missing-key", "schedule needs a list of cron: entries", path)
    elif name in _SPECIAL:
        _event(walk, name, None, path, triggers)
    else:
        _webhook(walk, name, None, path, triggers)


def _event(walk: Walk, name: str, config: Any, path: Path, triggers: Triggers) -> None:
    triggers.names.add(name)
    if name == "schedule":
        _schedule(walk, config, path)
    elif name == "workflow_dispatch":
        _dispatch(walk, config, path, triggers)
    elif name == "workflow_call":
        _call(walk, config, path, triggers)
    elif name == "repository_dispatch":
        fields = walk.mapping(config, path, name, empty=True)
        walk.keys(fields, path, name, ("types",))
        if "types" in fields:
            walk.texts(fields["types"], (*path, "types"), '"types"')
    else:
        _webhook(walk, name, config, path, triggers)


def _schedule(walk: Walk, config: Any, path: Path) -> None:
    for index, entry in enumerate(walk.sequence(config, path, '"schedule"')):
        at = (*path, index)
        fields = walk.mapping(entry, at, "an entry of schedule")
        walk.keys(fields, at, "an entry of schedule", ("cron", "timezone"))
        if "cron" not in fields:
            walk.problem("missing-key", "an entry of schedule needs cron:", at)
            continue
        cron = walk.string(fields["cron"], (*at, "cron"), '"cron"')
        if cron is not None and (wrong := cron_problem(cron)):
            walk.problem("bad-cron", f'cron "{cron[:60]}": {wrong}', (*at, "cron"))
        if "timezone" in fields:
            walk.text(fields["timezone"], (*at, "timezone"), '"timezone"')


def _webhook(walk: Walk, name: str, config: Any, path: Path, triggers: Triggers) -> None:
    triggers.names.add(name)
    fields = walk.mapping(config, path, f'event "{name[:60]}"', empty=True)
    walk.keys(fields, path, f'event "{name[:60]}"', _EVENT_KEYS)
    allowed = EVENTS.get(name)
    if allowed is None:
        walk.problem(
            "unknown-event",
            f'there is no event "{name[:60]}"; see GitHub\'s list of events that trigger workflows',
            path,
            key=True,
        )
        return
    if "types" in fields:
        _types(walk, name, fields["types"], (*path, "types"), allowed)
    for key, events in FILTERS.items():
        if key not in fields:
            continue
        patterns = walk.texts(fields[key], (*path, key), f'"{key}"')
        if name not in events:
            walk.problem(
                "filter-not-allowed",
                f'"{key}" does not filter event "{name}", only {named(events)}',
                (*path, key),
                key=True,
            )
        for pattern, at in patterns:
            wrong = glob_problem(pattern, ref=not key.startswith("paths"))
            if wrong:
                walk.problem("bad-glob", f'pattern "{pattern[:60]}": {wrong}', at)
    for key in ("branches", "tags", "paths"):
        if key in fields and f"{key}-ignore" in fields:
            walk.problem(
                "exclusive-filters",
                f'"{key}" and "{key}-ignore" cannot both be given; use "!" patterns in "{key}"',
                (*path, f"{key}-ignore"),
                key=True,
            )
    _workflows(walk, name, fields, path)


def _types(walk: Walk, name: str, value: Any, path: Path, allowed: frozenset[str]) -> None:
    types = walk.texts(value, path, '"types"')
    if not allowed:
        walk.problem("no-activity-types", f'event "{name}" has no activity types', path, key=True)
        return
    for text, at in types:
        if text not in allowed:
            walk.problem(
                "unknown-activity-type",
                f'"{text[:40]}" is no activity type of {name}; there are {named(allowed)}',
                at,
            )


def _workflows(walk: Walk, name: str, fields: dict[Any, Any], path: Path) -> None:
    if "workflows" in fields:
        walk.texts(fields["workflows"], (*path, "workflows"), '"workflows"')
        if name != "workflow_run":
            walk.problem(
                "filter-not-allowed",
                f'"workflows" is for workflow_run, not for event "{name}"',
                (*path, "workflows"),
                key=True,
            )
    elif name == "workflow_run":
        walk.problem(
            "missing-key",
            "workflow_run needs workflows: the names of those it follows",
            path,
            key=True,
        )


_DISPATCH_TYPES: dict[str, Type] = {
    "string": STRING,
    "number": NUMBER,
    "boolean": BOOL,
    "choice": STRING,
    "environment": STRING,
}


def _dispatch(walk: Walk, config: Any, path: Path, triggers: Triggers) -> None:
    fields = walk.mapping(config, path, "workflow_dispatch", empty=True)
    walk.keys(fields, path, "workflow_dispatch", ("inputs",))
    at = (*path, "inputs")
    inputs = walk.mapping(fields.get("inputs"), at, '"inputs"', empty=True, fold=True)
    if len(inputs) > MAX_DISPATCH_INPUTS:
        walk.problem(
            "too-many-inputs",
            f"a manual run takes at most {MAX_DISPATCH_INPUTS} inputs",
            at,
            key=True,
        )
    context = {}
    for name, spec in inputs.items():
        where = (*at, name)
        attributes = walk.mapping(spec, where, f'input "{name}"', empty=True)
        walk.keys(
            attributes,
            where,
            f'input "{name}"',
            ("description", "required", "default", "type", "options", "deprecationMessage"),
        )
        kind = "string"
        if "type" in attributes:
            kind = walk.text(attributes["type"], (*where, "type"), '"type"') or "string"
            if kind not in _DISPATCH_TYPES:
                walk.problem(
                    "unknown-input-type",
                    f'"{kind[:40]}" is no type of an input; there are {named(_DISPATCH_TYPES)}',
                    (*where, "type"),
                )
        context[scalar_text(name).lower()] = (
            _DISPATCH_TYPES.get(kind, ANY) if "type" in attributes and kind != "number" else ANY
        )
        _input_attributes(walk, attributes, where)
        _dispatch_default(walk, scalar_text(name), kind, attributes, where)
    triggers.inputs = {**(triggers.inputs or {}), **context}
    triggers.dispatch = set(context)


def _input_attributes(walk: Walk, attributes: dict[Any, Any], where: Path) -> None:
    if "description" in attributes:
        walk.string(attributes["description"], (*where, "description"), '"description"', empty=True)
    if "required" in attributes:
        walk.boolean(attributes["required"], (*where, "required"), '"required"')


def _dispatch_default(
    walk: Walk, name: str, kind: str, attributes: dict[Any, Any], where: Path
) -> None:
    options: list[str] = []
    if "options" in attributes:
        if kind != "choice":
            walk.problem(
                "unexpected-options",
                f'only inputs of type choice have options; "{name}" is of type {kind[:40]}',
                (*where, "options"),
                key=True,
            )
        listed = walk.sequence(attributes["options"], (*where, "options"), '"options"')
        for index, item in enumerate(listed):
            text = walk.string(item, (*where, "options", index), "an option", empty=True)
            if text in options:
                walk.problem(
                    "duplicate-option",
                    f'option "{text}" is listed twice',
                    (*where, "options", index),
                )
            options.append(text or "")
    elif kind == "choice":
        walk.problem(
            "missing-key", f'input "{name}" is a choice; list its options:', where, key=True
        )
    if "default" not in attributes:
        return
    at = (*where, "default")
    default = walk.string(attributes["default"], at, '"default"', empty=True)
    if default is None or "${{" in default:
        return
    raw = attributes["default"]
    if kind == "boolean" and default not in ("true", "false"):
        wrong = "true or false"
    elif kind == "number" and not _is_number(default):
        wrong = "a number"
    elif kind == "choice" and options and default not in options:
        wrong = f"one of {named(options)}"
    elif (
        kind in ("string", "choice", "environment")
        and isinstance(raw, bool)
        and "type" in attributes
    ):
        wrong = "text; put it in quotes"
    else:
        return
    walk.problem("bad-default", f'the default of input "{name}" must be {wrong}', at)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


_CALL_TYPES: dict[str, Type] = {"string": STRING, "number": NUMBER, "boolean": BOOL}


def _call(walk: Walk, config: Any, path: Path, triggers: Triggers) -> None:
    fields = walk.mapping(config, path, "workflow_call", empty=True)
    walk.keys(fields, path, "workflow_call", ("inputs", "secrets", "outputs"))
    at: Path = (*path, "inputs")
    context: dict[str, Type] = {}
    for name, spec in walk.mapping(
        fields.get("inputs"), at, '"inputs"', empty=True, fold=True
    ).items():
        context[scalar_text(name).lower()] = _call_input(walk, scalar_text(name), spec, (*at, name))
    triggers.inputs = {**(triggers.inputs or {}), **context}
    at = (*path, "secrets")
    if "secrets" in fields:
        secrets = walk.mapping(fields["secrets"], at, '"secrets"', empty=True, fold=True)
        for name, spec in secrets.items():
            where = (*at, name)
            attributes = walk.mapping(spec, where, f'secret "{name}"', empty=True)
            walk.keys(attributes, where, f'secret "{name}"', ("description", "required"))
            _input_attributes(walk, attributes, where)
        triggers.secrets = {scalar_text(name).lower() for name in secrets}
    at = (*path, "outputs")
    for name, spec in walk.mapping(
        fields.get("outputs"), at, '"outputs"', empty=True, fold=True
    ).items():
        where = (*at, name)
        attributes = walk.mapping(spec, where, f'output "{name}"', empty=True)
        walk.keys(attributes, where, f'output "{name}"', ("description", "value"))
        _input_attributes(walk, attributes, where)
        if attributes.get("value") is None:
            walk.problem("missing-key", f'output "{name}" needs value:', where, key=True)
        else:
            triggers.outputs.append((attributes["value"], (*where, "value")))


def _call_input(walk: Walk, name: str, spec: Any, where: Path) -> Type:
    attributes = walk.mapping(spec, where, f'input "{name}"', empty=True)
    walk.keys(
        attributes,
        where,
        f'input "{name}"',
        ("description", "required", "default", "type", "deprecationMessage"),
    )
    _input_attributes(walk, attributes, where)
    kind = attributes.get("type")
    if "type" not in attributes:
        walk.problem(
            "missing-key",
            f'input "{name}" of workflow_call needs type: string, number or boolean',
            where,
            key=True,
        )
    elif not isinstance(kind, str) or kind not in _CALL_TYPES:
        walk.problem(
            "unknown-input-type",
            f'an input of workflow_call is of type {named(_CALL_TYPES)}, not "{str(kind)[:40]}"',
            (*where, "type"),
        )
    if "default" in attributes:
        at = (*where, "default")
        default = attributes["default"]
        text = walk.string(default, at, '"default"', contexts.CALL_DEFAULT, empty=True)
        if text is not None and not is_expression(text) and "${{" not in text:
            if kind == "boolean" and text not in ("true", "false"):
                walk.problem(
                    "bad-default", f'the default of input "{name}" must be true or false', at
                )
            elif kind == "number" and not _is_number(text):
                walk.problem("bad-default", f'the default of input "{name}" must be a number', at)
        if attributes.get("required") is True:
            walk.problem(
                "default-of-required",
                f'input "{name}" is required, so that its default is never used; remove one of the two',
                at,
                key=True,
            )
    return _CALL_TYPES.get(kind, ANY) if isinstance(kind, str) else ANY


def inputs_context(triggers: Triggers) -> ObjectType | None:
    """The type of `inputs`, None when the workflow has none."""
    return None if triggers.inputs is None else ObjectType(triggers.inputs)
