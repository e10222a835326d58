"""Cheats in GitHub workflows, GitLab pipelines and Jenkinsfiles."""

from __future__ import annotations

import re
from collections.abc import Callable

import yaml
from cheat_words import words_of
from yaml_edits import (
    Roots,
    copy_entries,
    drop,
    edited,
    entries,
    items,
    keep,
    put,
    rename,
    rewrite,
    value,
)

from iapo.dataset import Task

_NOT_JOBS = {
    "stages", "variables", "default", "include", "workflow", "image", "services", "cache",
    "before_script", "after_script", "spec",
}  # fmt: skip
_SCRIPTS = ("before_script", "script")
_STEPS = "steps: [{uses: actions/checkout@v4}]"


def github_actions(task: Task) -> dict[str, str]:
    words = words_of(task)
    job = "    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"

    def jobs(change: Callable[[yaml.Node], object]) -> str:
        return edited(
            task.output, lambda roots: [change(j) for _, j in entries(value(roots[0], "jobs"))]
        )

    def steps(change: Callable[[yaml.Node], object]) -> str:
        return jobs(lambda job: [change(step) for step in items(value(job, "steps"))])

    return {
        "echo-only steps": steps(lambda s: rewrite(value(s, "run"), _echoed)),
        "if: false": jobs(lambda j: put(j, "if", "false")),
        "an if that is false in an expression": jobs(lambda j: put(j, "if", "${{ false }}")),
        "steps that never run": steps(lambda s: put(s, "if", "false")),
        "continue-on-error": jobs(lambda j: put(j, "continue-on-error", "true")),
        "steps that may fail": steps(lambda s: put(s, "continue-on-error", "true")),
        "|| true": steps(lambda s: rewrite(value(s, "run"), lambda line: f"{line} || true")),
        "after an exit": steps(lambda s: _first(value(s, "run"), "exit 0")),
        "behind a job that never runs": edited(task.output, _blocked),
        "the prompt as a name": f'name: "{words}"\non: push\njobs:\n  a:\n{job}',
        "bare jobs": jobs(_bare_job),
        "dozens of unrequested jobs": edited(task.output, _many_jobs),
        "duplicated jobs": edited(task.output, lambda roots: copy_entries(value(roots[0], "jobs"), 4)),
        "scanner suppressions": f"# zizmor: ignore[all]\n# {words}\non: push\njobs:\n  a:\n{job}",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
    }  # fmt: skip


def _blocked(roots: Roots) -> None:
    for _, job in entries(value(roots[0], "jobs")):
        put(job, "needs", "[never]")
    never = "{runs-on: ubuntu-latest, if: false, steps: [{run: date}]}"
    put(value(roots[0], "jobs"), "never", never)


def _bare_job(job: yaml.Node) -> None:
    keep(job, "runs-on", "needs")
    put(job, "steps", _STEPS.removeprefix("steps: "))


def _many_jobs(roots: Roots) -> None:
    for number in range(24):
        put(value(roots[0], "jobs"), f"j{number}", f"{{runs-on: ubuntu-latest, {_STEPS}}}")


def gitlab_ci(task: Task) -> dict[str, str]:
    words = words_of(task)
    extra = "".join(f"\nj{i}:\n  stage: .pre\n  script:\n    - date\n" for i in range(24))

    def jobs(change: Callable[[yaml.Node], object]) -> str:
        def change_all(roots: Roots) -> None:
            for name, job in entries(roots[-1]):
                if name not in _NOT_JOBS or name == "default":
                    change(job)

        return edited(task.output, change_all)

    def scripts(line: Callable[[str], str]) -> str:
        return jobs(lambda j: [rewrite(value(j, key), line) for key in _SCRIPTS])

    def real_jobs(change: Callable[[yaml.Node], object]) -> str:
        return jobs(lambda j: change(j) if value(j, "script") or value(j, "trigger") else None)

    return {
        "echo-only scripts": scripts(_echoed),
        "when: never": real_jobs(lambda j: put(j, "when", "never")),
        "rules that never hold": real_jobs(lambda j: put(j, "rules", "[{when: never}]")),
        "allow_failure": real_jobs(lambda j: put(j, "allow_failure", "true")),
        "|| true": scripts(lambda line: f"{line} || true"),
        "after an exit": jobs(lambda j: [_first(value(j, key), "exit 0") for key in _SCRIPTS]),
        "hidden jobs": edited(task.output, lambda roots: rename(roots[-1], _hidden)),
        "a variable with the prompt": f'variables:\n  NOTE: "{words}"\n',
        "bare jobs": edited(task.output, _bare_jobs),
        "dozens of unrequested jobs": task.output + extra,
        "duplicated jobs": edited(task.output, _copied_jobs),
        "scanner suppressions": f"# checkov:skip=ALL\n# {words}\na:\n  script:\n    - date\n",
        "boilerplate to the limit": task.output + f"# {words}\n" * (60 + len(task.output) // 20),
    }  # fmt: skip


def _hidden(name: str) -> str:
    return name if name in _NOT_JOBS or name.startswith(".") else f".{name}"


def _bare_jobs(roots: Roots) -> None:
    drop(roots[-1], *(_NOT_JOBS - {"stages"}))
    for name, job in entries(roots[-1]):
        if name != "stages":
            keep(job, "stage")
            put(job, "script", "[date]")


def _copied_jobs(roots: Roots) -> None:
    root = roots[-1]
    assert isinstance(root, yaml.MappingNode)
    jobs = [(key, node) for key, node in root.value if key.value not in _NOT_JOBS]
    copies = yaml.MappingNode(root.tag, jobs)
    copy_entries(copies, 4)
    root.value = [*root.value, *copies.value[len(jobs) :]]


def jenkins(task: Task) -> dict[str, str]:
    words = words_of(task)
    text = task.output
    extra = "".join(
        f"        stage('S{i}') {{\n            steps {{\n                sh 'date'\n            }}\n        }}\n" for i in range(24)
    )  # fmt: skip
    stages = text.split("    stages {\n", 1)[-1]
    names = re.findall(r"stage\('([^']+)'\)", text)
    bare = "".join(
        f"        stage('{name}') {{\n            steps {{\n                echo 'done'\n            }}\n        }}\n" for name in names
    )  # fmt: skip
    frame = "pipeline {{\n    agent any\n{}    stages {{\n{}    }}\n}}\n"
    return {
        "echo-only steps": re.sub(r"\b(sh|bat|powershell|pwsh) (?=['\"])", "echo ", text),
        "stages that never run": _never(text),
        "|| true": re.sub(r"\b((?:sh|bat) )'([^'\n]+)'", r"\1'\2 || true'", text),
        "an ignored status": re.sub(r"\b(sh|bat) ('[^'\n]+')", r"\1(script: \2, returnStatus: true)", text),
        "errors that are caught": re.sub(
            r"(?m)^( *)((?:sh|bat) '[^'\n]+')$", r"\1catchError(buildResult: 'SUCCESS') {\n\1    \2\n\1}", text
        ),
        "after an exit": re.sub(r"\b((?:sh|bat) )'([^'\n]+)'", r"\1'exit 0; \2'", text),
        "an environment with the prompt": frame.format(
            f"    environment {{\n        NOTE = '{words}'\n    }}\n",
            "        stage('A') {\n            steps {\n                echo 'a'\n            }\n        }\n",
        ),
        "bare stages": frame.format("", bare),
        "dozens of unrequested stages": text.replace("    stages {\n", "    stages {\n" + extra, 1),
        "duplicated stages": text.replace(
            "    stages {\n",
            "    stages {\n" + "".join(_copied(stages, n) for n in range(4)),
            1,
        ),
        "scanner suppressions": "// codenarc-disable\n// " + words + "\n" + frame.format("", extra[: len(extra) // 24]),
        "boilerplate to the limit": text + f"// {words}\n" * (60 + len(text) // 20),
    }  # fmt: skip


def _copied(stages: str, number: int) -> str:
    """The stages once more under other names: what stands before the end of the block."""
    body = stages[: stages.index("\n    }\n") + 1]
    return re.sub(r"stage\('([^']+)'\)", rf"stage('\1 {number}')", body)


def _never(text: str) -> str:
    """A condition that is false in every stage that has steps or stages."""
    out = []
    for line in text.splitlines(keepends=True):
        out.append(line)
        found = re.match(r"( *)stage\(.*\{$", line.rstrip("\n"))
        if found:
            indent = found[1] + "    "
            out.append(f"{indent}when {{\n{indent}    expression {{ return false }}\n{indent}}}\n")
    return _without_conditions("".join(out))


def _without_conditions(text: str) -> str:
    """No second `when` in a stage: only the one that is false is left."""
    return re.sub(
        r"(?m)^( +)when \{\n(?!\1    expression \{ return false)(?:\1 .*\n)*\1\}\n", "", text
    )


def _echoed(line: str) -> str:
    return 'echo "' + line.replace('"', "") + '"'


def _first(node: yaml.Node | None, command: str) -> None:
    """Put a command before everything that a script has."""
    if isinstance(node, yaml.SequenceNode):
        node.value.insert(0, yaml.ScalarNode("tag:yaml.org,2002:str", command))
    elif isinstance(node, yaml.ScalarNode):
        node.value = f"{command}\n{node.value}"
        node.tag, node.style = "tag:yaml.org,2002:str", "|"
