"""GitHub Actions workflows: would GitHub accept this file, and would it do what it seems to say.

Checked: the structure of a workflow (keys, types, what excludes what), events with their activity
types, filters, cron schedules and globs, permissions, shells, the form of `uses:`, inputs of
well-known actions, manual and reusable workflow inputs, `needs` (undefined, twice, in a circle),
step ids, the matrix; and every `${{ }}`: syntax, functions and their arguments, types, which context
may be used where, and whether `needs.x`, `steps.x`, `matrix.y`, `inputs.z` and outputs exist.
YAML is read as version 1.2 (`on` is a text); anchors are allowed, merge keys are not.

Not checked: what lives outside the file (local actions, other workflows, secrets, runner labels),
and the scripts of `run:` steps beyond the expressions in them.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.github_actions.contexts import GITHUB
from iapo.verify.github_actions.events import Triggers, check_events
from iapo.verify.github_actions.jobs import check_jobs
from iapo.verify.github_actions.semantics import Scope
from iapo.verify.github_actions.types import ANY, STRING, ObjectType, Type
from iapo.verify.github_actions.walk import TOOL, Walk, scalar_text
from iapo.verify.github_actions.workflow import check_top
from iapo.verify.report import Diagnostic, Report, verdict
from iapo.verify.yaml_source import YamlStream, load_yaml

__all__ = ["check", "check_stream"]


def check(text: str, *, path: str | None = None) -> Report:
    """Judge a workflow.

    Args:
        text: the whole file.
        path: its path, which changes nothing in the verdict.

    Returns:
        `documents` holds one dictionary: the workflow, `on` always a mapping of event to its
        configuration (or None). Parts are the jobs and the top level.
    """
    return check_stream(load_yaml(text, version="1.2", merge=False, tool=TOOL), text)


def check_stream(stream: YamlStream, text: str) -> Report:
    """Judge a workflow that is read already, `text` being what it was read from."""
    problems = list(stream.problems)
    if not stream.documents or not stream.parses:
        if not problems:
            problems.append(Diagnostic("error", "empty", "the workflow is empty", 1, 1, TOOL))
        return verdict("github-actions", problems, parses=False)
    document = stream.documents[0]
    walk = Walk(document, text)
    if problems:
        walk.faulty.add(None)
    if len(stream.documents) > 1:
        line = stream.documents[1].line
        walk.problem_at("several-documents", "a workflow is one YAML document", line, 1)
    workflow = document.value
    if not isinstance(workflow, dict) or not workflow:
        walk.problem("wrong-type", "a workflow must be a mapping with on: and jobs:", ())
        return verdict("github-actions", problems + walk.problems, parses=False)
    triggers = check_events(walk, workflow["on"]) if "on" in workflow else Triggers()
    common = _common_contexts(triggers)
    walk.scope = Scope(common, {"inputs": "no event declares it"})
    check_top(walk, workflow)
    jobs = check_jobs(walk, workflow["jobs"], triggers, common) if "jobs" in workflow else 0
    return verdict(
        "github-actions",
        problems + walk.problems,
        parts=jobs + 1,
        faulty_parts=len(walk.faulty),
        documents=(_normalised(workflow),),
    )


def _common_contexts(triggers: Triggers) -> dict[str, Type]:
    """The contexts that depend on the events alone."""
    common: dict[str, Type] = {}
    if triggers.inputs is not None:
        common["inputs"] = ObjectType(triggers.inputs)
    if triggers.dispatch is not None:
        given: dict[str, Type] = dict.fromkeys(triggers.dispatch, STRING)
        event = ObjectType({"inputs": ObjectType(given)}, ANY)
        common["github"] = ObjectType({**GITHUB, "event": event})
    if triggers.secrets is not None:
        given = dict.fromkeys(
            (*triggers.secrets, "github_token", "actions_step_debug", "actions_runner_debug"),
            STRING,
        )
        common["secrets"] = ObjectType(given)
    return common


def _normalised(workflow: dict[Any, Any]) -> dict[Any, Any]:
    """The workflow with `on` as a mapping."""
    events = workflow.get("on")
    if isinstance(events, list):
        events = {scalar_text(e): None for e in events if not isinstance(e, (dict, list))}
    elif events is not None and not isinstance(events, dict):
        events = {scalar_text(events): None}
    return {**workflow, "on": events} if "on" in workflow else workflow
