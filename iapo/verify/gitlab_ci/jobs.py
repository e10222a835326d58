"""What a schema cannot say of a job: what it runs, what excludes what, conditions, durations, caches.

What jobs say of each other is in relations.py. Rules from https://docs.gitlab.com/ci/yaml/ and the refusals that GitLab's linter documents there.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.gitlab_ci.conditions import condition_problem, pattern_problem
from iapo.verify.gitlab_ci.durations import WEEK, seconds
from iapo.verify.gitlab_ci.pipeline import Pipeline
from iapo.verify.gitlab_ci.relations import check_relations, stage_of
from iapo.verify.suggest import closest
from iapo.verify.yaml_source import Path

DEFAULT_STAGES = ("build", "test", "deploy")
MAX_PARALLEL = 200
MAX_JOB_NAME = 255
RESERVED = frozenset(("true", "false", "nil", "types"))
# https://docs.gitlab.com/ci/yaml/#trigger
WITH_TRIGGER = frozenset(
    [
        "trigger",
        "parallel",
        "extends",
        "stage",
        "only",
        "except",
        "rules",
        "variables",
        "inherit",
        "allow_failure",
        "when",
        "needs",
        "resource_group",
        "environment",
        "interruptible",
        "inputs",
        "manual_confirmation",
        "tags",
        "start_in",
    ]
)


# https://docs.gitlab.com/ci/yaml/#cache
_CACHE_KEYS = ("key", "paths", "untracked", "unprotect", "when", "policy", "fallback_keys")
POLICIES = ("pull", "push", "pull-push")


def check_jobs(pipeline: Pipeline) -> None:
    """Check every visible job, and what jobs say of each other."""
    jobs = pipeline.jobs()
    if not jobs and not pipeline.included:
        # Nothing runs by itself, but a file to include may look like this.
        pipeline.unjudged = True
        pipeline.problem(
            "no-jobs",
            "there is no job that runs; this can only be included",
            (),
            severity="warning",
        )
    stages = _stages(pipeline)
    for name, job in jobs.items():
        _job(pipeline, name, job, stages)
    check_relations(pipeline, jobs, stages)


def _stages(pipeline: Pipeline) -> list[str] | None:
    """All stages in order, None where an included file may declare them."""
    declared = pipeline.data.get("stages")
    if isinstance(declared, list):
        names = [str(stage) for stage in declared if not isinstance(stage, (dict, list))]
        return [".pre", *(n for n in names if n not in (".pre", ".post")), ".post"]
    if pipeline.included:
        return None
    return [".pre", *DEFAULT_STAGES, ".post"]


def _job(pipeline: Pipeline, name: str, job: dict[str, Any], stages: list[str] | None) -> None:
    if name in RESERVED:
        pipeline.problem(
            "reserved-name", f'"{name}" cannot be the name of a job', (name,), key=True
        )
    if len(name) > MAX_JOB_NAME:
        pipeline.problem(
            "long-name",
            f"the name of a job is at most {MAX_JOB_NAME} characters",
            (name,),
            key=True,
        )
    complete = name not in pipeline.incomplete
    _what_runs(pipeline, name, job, complete)
    stage = stage_of(job)
    if stage is not None and "$[[" not in stage and (complete or "stage" in job):
        if stages is None:
            if stage not in (".pre", ".post"):
                pipeline.unjudged = pipeline.unjudged or stage not in DEFAULT_STAGES
        elif stage not in stages:
            at: Path = (name, "stage") if "stage" in job else (name,)
            said = f'stage "{stage[:60]}"'
            if "stage" not in job:
                said = f'job "{name[:60]}" names no stage, so it is in "test", which'
            pipeline.problem(
                "undeclared-stage",
                f"{said} is not among stages: {', '.join(stages[1:-1])[:120]}",
                at,
                key="stage" not in job,
            )
    if "rules" in job:
        for key in ("only", "except"):
            if key in job:
                pipeline.problem(
                    "only-beside-rules",
                    f'"{key}" cannot stand beside "rules"; say it in rules:',
                    (name, key),
                    key=True,
                )
        check_rules(pipeline, job["rules"], (name, "rules"))
    for key in ("only", "except"):
        _filter(pipeline, job.get(key), (name, key))
    if job.get("when") == "never":
        pipeline.problem(
            "bad-value", '"never" is for rules; remove the job, or put it in rules:', (name, "when")
        )
    if "start_in" in job and job.get("when") != "delayed":
        pipeline.problem(
            "start-in-without-delayed",
            '"start_in" needs when: delayed',
            (name, "start_in"),
            key=True,
        )
    _durations(pipeline, name, job)
    _values(pipeline, name, job)


def mirrors_pipeline(job: dict[str, Any]) -> bool:
    """Whether a job only shows the status of a pipeline elsewhere: `needs: {pipeline: project}`."""
    needs = job.get("needs")
    entries = needs if isinstance(needs, list) else [needs]
    return any(isinstance(n, dict) and "pipeline" in n and "job" not in n for n in entries)


def _what_runs(pipeline: Pipeline, name: str, job: dict[str, Any], complete: bool) -> None:
    """Exactly one of script, run and trigger; what a trigger job cannot have."""
    present = [key for key in ("script", "run", "trigger") if job.get(key) is not None]
    if not present and mirrors_pipeline(job):
        return
    if not present:
        if not complete:
            return
        if pipeline.included and pipeline.raw.get(name) is not None and "extends" in job:
            return
        if pipeline.included:
            # A file that is included may hold the rest of the job of this name.
            pipeline.unjudged = True
            return
        pipeline.problem(
            "nothing-to-run",
            f'job "{name[:60]}" needs "script:", "run:" or "trigger:"',
            (name,),
            key=True,
        )
    elif len(present) > 1:
        pipeline.problem(
            "conflicting-keywords",
            f'a job has one of "{present[0]}" and "{present[1]}", not both',
            (name, present[1]),
            key=True,
        )
    elif present == ["trigger"]:
        if job.get("when") == "delayed":
            pipeline.problem("bad-value", 'a job with "trigger" cannot be delayed', (name, "when"))
        for key in job:
            if key not in WITH_TRIGGER:
                pipeline.problem(
                    "key-beside-trigger",
                    f'a job with "trigger" runs nothing itself and cannot have "{key[:40]}"',
                    (name, key),
                    key=True,
                )
    elif present == ["run"]:
        for key in ("before_script", "after_script"):
            if key in job:
                pipeline.problem(
                    "conflicting-keywords",
                    f'"{key}" cannot stand beside "run"',
                    (name, key),
                    key=True,
                )
    if job.get("script") in ([], ""):
        pipeline.problem("empty", f'the script of job "{name[:60]}" is empty', (name, "script"))


def check_rules(pipeline: Pipeline, rules: Any, path: Path) -> None:
    """Conditions, delays and exclusive keys of `rules`."""
    if rules == [] and len(path) == 2:
        pipeline.problem("empty", '"rules" is empty; remove it or add a rule', path)
    if not isinstance(rules, list):
        return
    for index, rule in enumerate(rules):
        if not isinstance(rule, dict):
            continue
        at = (*path, index)
        if isinstance(rule.get("if"), str):
            _condition(pipeline, rule["if"], (*at, "if"))
        if rule.get("when") == "delayed" and "start_in" not in rule:
            pipeline.problem("missing-key", 'when: delayed needs "start_in:"', (*at, "when"))
        if "start_in" in rule:
            if rule.get("when") != "delayed":
                pipeline.problem(
                    "start-in-without-delayed",
                    '"start_in" needs when: delayed',
                    (*at, "start_in"),
                    key=True,
                )
            _duration(pipeline, rule["start_in"], (*at, "start_in"), most=WEEK)


def _condition(pipeline: Pipeline, text: str, path: Path) -> None:
    wrong = condition_problem(text[:10_000])
    if wrong:
        pipeline.problem("bad-condition", f'"{text[:60]}": {wrong}', path)


def _filter(pipeline: Pipeline, value: Any, path: Path) -> None:
    if not isinstance(value, dict):
        return
    variables = value.get("variables")
    for index, text in enumerate(variables if isinstance(variables, list) else ()):
        if isinstance(text, str):
            _condition(pipeline, text, (*path, "variables", index))


def _duration(
    pipeline: Pipeline, value: Any, path: Path, *, most: int | None = None, never: bool = False
) -> None:
    if not isinstance(value, str) or "$" in value or (never and value.strip().lower() == "never"):
        return
    length = seconds(value)
    if length is None:
        pipeline.problem(
            "bad-duration",
            f'"{value[:40]}" is no duration; write for example "1 hour 30 minutes"',
            path,
        )
    elif most is not None and length > most:
        pipeline.problem("bad-duration", f'"{value[:40]}" is longer than one week', path)


def _durations(pipeline: Pipeline, name: str, job: dict[str, Any]) -> None:
    _duration(pipeline, job.get("timeout"), (name, "timeout"))
    _duration(pipeline, job.get("start_in"), (name, "start_in"), most=WEEK)
    artifacts = job.get("artifacts")
    if isinstance(artifacts, dict):
        _duration(
            pipeline, artifacts.get("expire_in"), (name, "artifacts", "expire_in"), never=True
        )
    environment = job.get("environment")
    if isinstance(environment, dict):
        at = (name, "environment", "auto_stop_in")
        _duration(pipeline, environment.get("auto_stop_in"), at, never=True)


def check_cache(pipeline: Pipeline, value: Any, path: Path) -> None:
    """Keys of caches, and their policy, which GitLab's schema leaves open."""
    caches = value if isinstance(value, list) else [value]
    for index, cache in enumerate(caches):
        if not isinstance(cache, dict):
            continue
        at = (*path, index) if isinstance(value, list) else path
        for key in cache:
            if key not in _CACHE_KEYS:
                meant = closest(str(key), _CACHE_KEYS)
                hint = f'; did you mean "{meant}"?' if meant else ""
                message = f'"{str(key)[:40]}" is no keyword of a cache{hint}'
                pipeline.problem("unknown-key", message, (*at, key), key=True)
        policy = cache.get("policy")
        if isinstance(policy, str) and "$" not in policy and policy not in POLICIES:
            message = (
                f'a cache\'s policy is {", ".join(POLICIES)} or a variable, not "{policy[:40]}"'
            )
            pipeline.problem("bad-value", message, (*at, "policy"))


def _values(pipeline: Pipeline, name: str, job: dict[str, Any]) -> None:
    check_cache(pipeline, job.get("cache"), (name, "cache"))
    if isinstance(job.get("stage"), list):
        message = "a job has one stage, written as text"
        pipeline.problem("wrong-type", message, (name, "stage"))
    coverage = job.get("coverage")
    if isinstance(coverage, str) and coverage.startswith("/") and coverage.rfind("/") > 0:
        wrong = pattern_problem(coverage)
        if wrong:
            pipeline.problem("bad-pattern", wrong, (name, "coverage"))
    parallel = job.get("parallel")
    if isinstance(parallel, dict) and isinstance(parallel.get("matrix"), list):
        total = 0
        for row in parallel["matrix"]:
            size = 1
            for values in row.values() if isinstance(row, dict) else ():
                size *= max(len(values), 1) if isinstance(values, list) else 1
                if size > MAX_PARALLEL:
                    break
            total += size
        if total > MAX_PARALLEL:
            pipeline.problem(
                "too-many",
                f"the matrix makes more than {MAX_PARALLEL} jobs",
                (name, "parallel", "matrix"),
            )
    artifacts = job.get("artifacts")
    if isinstance(artifacts, dict) and "expose_as" in artifacts and not artifacts.get("paths"):
        pipeline.problem(
            "missing-key", '"expose_as" needs "paths:"', (name, "artifacts", "expose_as"), key=True
        )
    environment = job.get("environment")
    if isinstance(environment, dict) and environment.get("action") in (None, "start"):
        return
    if (
        isinstance(environment, dict)
        and "on_stop" in environment
        and environment.get("action") == "stop"
    ):
        pipeline.problem(
            "conflicting-keywords",
            'a job that stops an environment has no "on_stop"',
            (name, "environment", "on_stop"),
            key=True,
        )
