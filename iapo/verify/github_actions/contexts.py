"""What expressions may use where: contexts, functions, and the shape of each context.

Facts from https://docs.github.com/actions/reference/workflows-and-actions/contexts (the context
availability table and the description of every context) and from
https://docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions#functions.
"""

from __future__ import annotations

from dataclasses import dataclass

from iapo.verify.github_actions.types import (
    ANY,
    BOOL,
    LOOSE,
    NUMBER,
    STRING,
    STRINGS,
    ArrayType,
    ObjectType,
    Type,
)


@dataclass(frozen=True)
class Place:
    """A key of the workflow where expressions are evaluated, and what they may use there."""

    key: str
    contexts: frozenset[str]
    functions: frozenset[str] = frozenset()


def _place(key: str, contexts: str, functions: str = "") -> Place:
    return Place(key, frozenset(contexts.split()), frozenset(functions.split()))


_STATUS = "always cancelled failure success"
_JOB = "github inputs matrix needs strategy vars"
_STEP = "env github inputs job matrix needs runner secrets steps strategy vars"

NOWHERE = _place("here", "")
RUN_NAME = _place("run-name", "github inputs vars")
CONCURRENCY = _place("concurrency", "github inputs vars")
ENV = _place("env", "github inputs secrets vars")
CALL_DEFAULT = _place("on.workflow_call.inputs.<id>.default", "github inputs vars")
CALL_OUTPUT = _place("on.workflow_call.outputs.<id>.value", "github inputs jobs vars")
JOB_CONCURRENCY = _place("jobs.<id>.concurrency", _JOB)
JOB_CONTAINER = _place("jobs.<id>.container", _JOB)
JOB_SERVICES = _place("jobs.<id>.services", _JOB)
CREDENTIALS = _place("container credentials", _JOB + " env secrets")
CONTAINER_ENV = _place("container env", _JOB + " env job runner secrets")
JOB_CONTINUE = _place("jobs.<id>.continue-on-error", _JOB)
JOB_DEFAULTS = _place("jobs.<id>.defaults.run", _JOB + " env")
JOB_ENV = _place("jobs.<id>.env", _JOB + " secrets")
JOB_ENVIRONMENT = _place("jobs.<id>.environment", _JOB)
JOB_ENVIRONMENT_URL = _place("jobs.<id>.environment.url", _JOB + " env job runner steps")
JOB_IF = _place("jobs.<id>.if", "github inputs needs vars", _STATUS)
JOB_NAME = _place("jobs.<id>.name", _JOB)
JOB_OUTPUT = _place("jobs.<id>.outputs.<id>", _STEP)
JOB_RUNS_ON = _place("jobs.<id>.runs-on", _JOB)
JOB_SECRET = _place("jobs.<id>.secrets.<id>", _JOB + " secrets")
JOB_STRATEGY = _place("jobs.<id>.strategy", "github inputs needs vars")
JOB_TIMEOUT = _place("jobs.<id>.timeout-minutes", _JOB)
JOB_WITH = _place("jobs.<id>.with.<id>", _JOB)
STEP = _place("jobs.<id>.steps", _STEP, "hashfiles")
STEP_IF = _place(
    "jobs.<id>.steps.if",
    "env github inputs job matrix needs runner steps strategy vars",
    _STATUS + " hashfiles",
)
SPECIAL_FUNCTIONS = frozenset((_STATUS + " hashfiles").split())

_GITHUB = [
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "action_status",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "output",
    "path",
    "ref",
    "ref_name",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "repositoryurl",
    "run_attempt",
    "run_id",
    "run_number",
    "secret_source",
    "server_url",
    "sha",
    "state",
    "step_summary",
    "token",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
]
GITHUB: dict[str, Type] = {
    **dict.fromkeys(_GITHUB, STRING),
    "artifact_cache_size_limit": NUMBER,
    "event": LOOSE,
    "ref_protected": BOOL,
    "retention_days": NUMBER,
}
_SERVICE = ObjectType({"id": STRING, "network": STRING, "ports": STRINGS})
NONE = ObjectType({})
CONTEXTS: dict[str, Type] = {
    "github": ObjectType(GITHUB),
    "env": STRINGS,
    "job": ObjectType(
        {
            "check_run_id": NUMBER,
            "container": ObjectType({"id": STRING, "network": STRING}),
            "services": ObjectType({}, _SERVICE),
            "status": STRING,
            "workflow_ref": STRING,
            "workflow_sha": STRING,
            "workflow_repository": STRING,
            "workflow_file_path": STRING,
        }
    ),
    "jobs": LOOSE,
    "steps": NONE,
    "runner": ObjectType(
        dict.fromkeys(
            ["name", "os", "arch", "temp", "tool_cache", "debug", "environment", "workspace"],
            STRING,
        )
    ),
    "secrets": STRINGS,
    "strategy": ObjectType(
        {"fail-fast": BOOL, "job-index": NUMBER, "job-total": NUMBER, "max-parallel": NUMBER}, ANY
    ),
    "matrix": NONE,
    "needs": NONE,
    "inputs": NONE,
    "vars": STRINGS,
}


@dataclass(frozen=True)
class Signature:
    """Parameters of a function; `more`: the last may be given several times."""

    shown: str
    parameters: tuple[Type, ...]
    returns: Type
    more: bool = False


FUNCTIONS: dict[str, tuple[Signature, ...]] = {
    "contains": (
        Signature("contains(string, string)", (STRING, STRING), BOOL),
        Signature("contains(array, any)", (ArrayType(ANY), ANY), BOOL),
    ),
    "startswith": (Signature("startsWith(string, string)", (STRING, STRING), BOOL),),
    "endswith": (Signature("endsWith(string, string)", (STRING, STRING), BOOL),),
    "format": (Signature("format(string, any...)", (STRING, ANY), STRING, more=True),),
    "join": (
        Signature("join(array of strings, string)", (ArrayType(STRING), STRING), STRING),
        Signature("join(array of strings)", (ArrayType(STRING),), STRING),
    ),
    "tojson": (Signature("toJSON(any)", (ANY,), STRING),),
    "fromjson": (Signature("fromJSON(string)", (STRING,), ANY),),
    "hashfiles": (Signature("hashFiles(string...)", (STRING,), STRING, more=True),),
    "case": (Signature("case(bool, any, any...)", (BOOL, ANY, ANY), ANY, more=True),),
    "success": (Signature("success()", (), BOOL),),
    "always": (Signature("always()", (), BOOL),),
    "cancelled": (Signature("cancelled()", (), BOOL),),
    "failure": (Signature("failure()", (), BOOL),),
}

# What an outsider controls; in a script it is code of theirs.
# https://docs.github.com/actions/concepts/security/script-injections
_UNTRUSTED = """
github.head_ref
github.event.issue.title github.event.issue.body
github.event.pull_request.title github.event.pull_request.body
github.event.pull_request.head.ref github.event.pull_request.head.label
github.event.pull_request.head.repo.default_branch
github.event.comment.body github.event.review.body github.event.review_comment.body
github.event.pages.*.page_name
github.event.commits.*.message github.event.commits.*.author.email github.event.commits.*.author.name
github.event.head_commit.message github.event.head_commit.author.email
github.event.head_commit.author.name
github.event.discussion.title github.event.discussion.body
"""
UNTRUSTED = frozenset(tuple(path.split(".")) for path in _UNTRUSTED.split())
