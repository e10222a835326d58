"""GitLab CI configurations: would GitLab's linter accept this `.gitlab-ci.yml`.

Checked: the shape of everything (keywords, types, values) by GitLab's own schema; stages that are not
declared; `needs`, `dependencies`, `extends`, `on_stop` and `!reference` that name nothing, go in
circles or point to later stages; jobs with nothing to run, or with keywords that exclude each other
(`only` beside `rules`, `script` beside `trigger`); the syntax of `rules:if`; durations; patterns; the
size of a matrix; the header `spec: inputs:` and every `$[[ inputs.x ]]`. References, anchors, merge
keys and `extends` are resolved first, as GitLab does.

Not checked: what `include` brings. Where the verdict depends on that, it is None. Shell scripts are
not read, variables are not expanded, and no rule is evaluated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from iapo.verify.gitlab_ci.inputs import check_header, check_interpolations
from iapo.verify.gitlab_ci.jobs import check_cache, check_jobs, check_rules
from iapo.verify.gitlab_ci.pipeline import TOOL, Pipeline
from iapo.verify.gitlab_ci.resolve import REFERENCE, resolve, texts_as_keys, with_defaults
from iapo.verify.gitlab_ci.structure import check_structure
from iapo.verify.report import Diagnostic, Report, verdict
from iapo.verify.suggest import fresh_budget
from iapo.verify.yaml_source import YamlStream, load_yaml

__all__ = ["check", "check_stream"]

MAX_JOBS = 5000  # GitLab itself stops far below this


def check(text: str, *, path: str | None = None) -> Report:
    """Judge a configuration.

    Args:
        text: the whole file.
        path: its path, which changes nothing in the verdict.

    Returns:
        `documents` holds one dictionary: global keywords as written, hidden jobs under their names,
        each visible job with references, `extends` and `default` folded in. Parts are the jobs and
        the top level.
    """
    tags = frozenset((REFERENCE,))
    return check_stream(load_yaml(text, version="1.2", merge=True, tags=tags, tool=TOOL), text)


def check_stream(stream: YamlStream, text: str) -> Report:
    """Judge a configuration that is read already, `text` being what it was read from."""
    fresh_budget()
    # GitLab keeps the last of two equal keys: a mistake nearly always, yet no refusal.
    problems = [
        replace(p, severity="warning") if p.code == "duplicate-key" else p for p in stream.problems
    ]
    documents = stream.documents
    if not documents or not stream.parses:
        if not problems:
            problems.append(Diagnostic("error", "empty", "the configuration is empty", 1, 1, TOOL))
        return verdict("gitlab-ci", problems, parses=False)
    declared: set[str] = set()
    header = documents[0].value
    if len(documents) > 1 or (isinstance(header, dict) and set(header) == {"spec"}):
        declared, found = check_header(documents[0])
        problems += found
        if len(documents) > 2:
            problems.append(
                Diagnostic(
                    "error",
                    "several-documents",
                    "a configuration is one document, with at most a spec: header before it",
                    documents[2].line,
                    1,
                    TOOL,
                )
            )
    document = documents[min(1, len(documents) - 1)]
    if not isinstance(document.value, dict):
        problems.append(
            Diagnostic(
                "error",
                "wrong-type",
                "a configuration must be a mapping of keywords and jobs",
                document.line,
                1,
                TOOL,
            )
        )
        return verdict("gitlab-ci", problems, parses=False)
    if "$[[" in text:
        problems += check_interpolations(text, declared, document.line)
    return _judge(document, problems)


def _judge(document: Any, problems: list[Diagnostic]) -> Report:
    if len(document.value) > MAX_JOBS:
        message = f"more than {MAX_JOBS} jobs and keywords"
        many = Diagnostic("error", "too-many", message, document.line, 1, TOOL)
        return verdict("gitlab-ci", [*problems, many], parses=False)
    raw = texts_as_keys(document.value)
    pipeline = Pipeline(document, raw, included=raw.get("include") is not None)
    if any(p.severity == "error" for p in problems):
        pipeline.faulty.add("")
    resolve(pipeline)
    check_structure(pipeline)
    workflow = pipeline.data.get("workflow")
    if isinstance(workflow, dict):
        check_rules(pipeline, workflow.get("rules"), ("workflow", "rules"))
    check_cache(pipeline, pipeline.data.get("cache"), ("cache",))
    default = pipeline.data.get("default")
    if isinstance(default, dict):
        check_cache(pipeline, default.get("cache"), ("default", "cache"))
    check_jobs(pipeline)
    parts = sum(pipeline.is_job(name) for name in raw) + 1
    return verdict(
        "gitlab-ci",
        problems + pipeline.problems,
        parts=parts,
        faulty_parts=len(pipeline.faulty),
        unjudged=pipeline.unjudged,
        documents=(with_defaults(pipeline),),
    )
