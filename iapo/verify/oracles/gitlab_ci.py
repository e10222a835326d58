"""gitlab-ci-local, as the oracle of GitLab CI configurations: does it take a text.

Runs the npm package `gitlab-ci-local`, which resolves a configuration and checks it against GitLab's
schema. Only its listing is asked for (`--list-json`), never a job: in an empty folder that is thrown
away, as the only file there, with an empty environment. It is no
oracle of what it does not look at: `only` beside `rules`, the syntax of conditions it need not
evaluate, durations, and more that GitLab's documentation refuses.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from iapo.verify.oracles.github_actions import Judged, node_package
from iapo.verify.report import Diagnostic, Report, verdict

TOOL = "gitlab-ci-local"
TIMEOUT_SECONDS = 60
_COLOUR = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;.*?(?:\x07|\x1b\\)")
# Includes that cannot be fetched; and the tool's own breakdowns, which say nothing of the text.
_UNDECIDED = re.compile(
    r"could not be fetched|include.{0,40}(?:not found|cannot be found)|ENOENT|ENOTFOUND"
    r"|Command failed|^(?:TypeError|RangeError|ReferenceError)"
)
_NOISE = (
    "Using fallback",
    "Unable to retrieve",
    "Command failed with exit code",
    "fatal: not a git",
)

# Methods of Set that the program uses and node has from version 22 on.
_OLDER_NODE = """
const added = {
  union(o) { return new Set([...this, ...o]); },
  intersection(o) { return new Set([...this].filter((x) => o.has(x))); },
  difference(o) { return new Set([...this].filter((x) => !o.has(x))); },
  isSubsetOf(o) { return [...this].every((x) => o.has(x)); },
  isSupersetOf(o) { return [...o].every((x) => this.has(x)); },
  isDisjointFrom(o) { return ![...this].some((x) => o.has(x)); },
};
for (const [name, method] of Object.entries(added)) Set.prototype[name] ??= method;
"""


@cache
def _program() -> tuple[str, str] | None:
    """node and the program, or None where these or git are not installed."""
    node = shutil.which("node")
    package = node_package(TOOL)
    if node is None or package is None or shutil.which("git") is None:
        return None
    script = package / "dist" / "index.js"
    return (node, str(script)) if script.is_file() else None


def available() -> bool:
    """Whether the oracle can be asked."""
    return _program() is not None


def oracle(text: str) -> Report | None:
    """What gitlab-ci-local says of a configuration; None where it is not installed."""
    judged = judge(text)
    return None if judged is None else judged.report


def judge(text: str) -> Judged | None:
    """The same with the time it took.

    Returns:
        A report whose verdict is None when the tool could not decide: an include it cannot fetch.
    """
    program = _program()
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        # The tool asks git of branches and changes, and breaks down where there is no repository.
        work = Path(shutil.copytree(_repository(), Path(folder) / "work"))
        (work / ".gitlab-ci.yml").write_bytes(text.encode("utf-8", "replace"))
        older = Path(folder) / "older-node.cjs"
        older.write_text(_OLDER_NODE, encoding="utf-8")
        node, script = program
        command = [node, "-r", str(older), script, "--list-json", "--home", folder]
        environment = {**_environment(folder), "NO_COLOR": "1"}
        start = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                cwd=work,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Judged(Report("gitlab-ci", None), TIMEOUT_SECONDS * 1e3)
        milliseconds = (time.perf_counter() - start) * 1e3
    return Judged(_report(done.returncode, done.stderr.decode("utf-8", "replace")), milliseconds)


def _environment(home: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": home,
        "GIT_CEILING_DIRECTORIES": home,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@cache
def _repository() -> Path:
    """A git repository with a branch and a remote, made once, copied for every text."""
    kept = tempfile.TemporaryDirectory()
    atexit.register(kept.cleanup)
    work = Path(kept.name) / "work"
    work.mkdir()
    (work / ".gitlab-ci.yml").write_text("a: {script: b}\n", encoding="utf-8")
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com")
    for arguments in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        (*who, "commit", "-q", "--no-verify", "-m", "pipeline"),
        ("remote", "add", "origin", "https://gitlab.invalid/group/project.git"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
        ("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"),
    ):
        subprocess.run(
            ("git", *arguments),
            cwd=work,
            env=_environment(kept.name),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    return work


def _report(status: int, output: str) -> Report:
    if status == 0:
        return verdict("gitlab-ci", [])
    lines = [_COLOUR.sub("", line).strip() for line in output.splitlines()]
    said = " ".join(line for line in lines if line and not line.startswith(_NOISE))
    if _UNDECIDED.search(said):
        return Report("gitlab-ci", None, (Diagnostic("info", "undecided", said[:400], tool=TOOL),))
    return verdict("gitlab-ci", [Diagnostic("error", "refused", said[:400], tool=TOOL)])
