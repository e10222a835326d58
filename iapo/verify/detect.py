"""Which format a text is in, told by the file's name first and by its content where the name is silent.

It answers None rather than guess: a YAML file that carries the marks of no format, or of two, has
to be named by the caller (`--format`).
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from iapo.verify.report import Format

_LOOKED_AT = 200_000  # characters; the marks of a format stand well before this

_TERRAFORM_BLOCK = re.compile(
    r'^(?:resource|data|ephemeral)\s+"?[\w-]+"?\s+"?[\w-]+"?\s*\{'
    r'|^(?:variable|output|module|provider|check)\s+"?[\w-]+"?\s*\{'
    r"|^(?:terraform|locals|moved|import|removed)\s*\{",
    re.MULTILINE,
)
_DOCKER_FROM = re.compile(r"^\s*FROM\s+\S+", re.MULTILINE | re.IGNORECASE)
_DOCKER_OTHER = re.compile(
    r"^(?:ARG|RUN|COPY|ADD|CMD|ENTRYPOINT|WORKDIR|ENV|EXPOSE|USER|LABEL|VOLUME|HEALTHCHECK|ONBUILD"
    r"|STOPSIGNAL|SHELL)\s+\S",
    re.MULTILINE,
)
_PIPELINE = re.compile(r"^\s*pipeline\s*\{", re.MULTILINE)
_SCRIPTED = re.compile(
    r"^\s*(?:node|podTemplate|properties)\s*(?:\([^)\n]{0,200}\)?\s*\{?|\{)|^@Library\b",
    re.MULTILINE,
)
_TOP_KEY = re.compile(r"""^(["']?)([A-Za-z_.$][\w .$/@:-]{0,80}?)\1\s*:(?:\s|$)""", re.MULTILINE)
_JOB_KEYWORD = re.compile(
    r"^[ ]{1,8}(?:script|stage|before_script|after_script|extends|rules|only|trigger|artifacts"
    r"|needs)\s*:",
    re.MULTILINE,
)

_GITLAB_TOP = {
    "stages", "before_script", "after_script", "include", "default", "workflow", "image",
    "variables", "cache", "pages", "spec",
}  # fmt: skip
# Keys of other tools' files that look like one of ours: kubeconfig, Bitbucket, Azure, CloudFormation.
_FOREIGN = (
    {"clusters", "contexts", "users"},
    {"pipelines", "image"},
    {"pipelines", "definitions"},
    {"pool", "stages"},
    {"Resources"},
)
_FOREIGN_API = re.compile(r"^apiVersion:\s*[\"']?skaffold/", re.MULTILINE)
_LISTED_SERVICES = re.compile(r"^services:[ \t]*(?:\[|(?:#.*)?\n\s*- )", re.MULTILINE)
_COMPOSE_OTHER = {"version", "name", "networks", "volumes", "configs", "secrets", "include"}


def detect_format(text: str, path: str | None = None) -> Format | None:
    """Name the format of a text.

    Args:
        text: the whole file.
        path: its name or path, if it has one; only the name is looked at, nothing is opened.

    Returns:
        The format, or None where neither the name nor the content tells.
    """
    by_name = _by_name(path) if path else None
    if by_name is not None:
        return by_name
    return _by_content(text[:_LOOKED_AT].removeprefix("\ufeff"))


def _by_name(path: str) -> Format | None:
    pure = PurePosixPath(path.replace("\\", "/"))
    name, folders = pure.name.lower(), [part.lower() for part in pure.parts[:-1]]
    if name.endswith((".tf", ".tf.json", ".tofu")):
        return "terraform"
    stem = name.split(".")[0]
    if name.endswith(".dockerignore"):
        return None
    if stem in ("dockerfile", "containerfile") or name.endswith((".dockerfile", ".containerfile")):
        return "dockerfile"
    if stem == "jenkinsfile" or name.endswith(".jenkinsfile"):
        return "jenkins"
    if not name.endswith((".yml", ".yaml")):
        return None
    if name.endswith((".gitlab-ci.yml", ".gitlab-ci.yaml")):
        return "gitlab-ci"
    if re.match(r"(?:docker-)?compose(?:[.-].*)?\.ya?ml$", name):
        return "compose"
    if folders[-2:] == [".github", "workflows"]:
        return "github-actions"
    return None


def _by_content(text: str) -> Format | None:
    if _PIPELINE.search(text) and "stage" in text:
        return "jenkins"
    if _TERRAFORM_BLOCK.search(text):
        return "terraform"
    yaml_format = _yaml_format(text)
    if yaml_format is not None:
        return yaml_format
    if _DOCKER_FROM.search(text) and not _TOP_KEY.search(text.split("\n", 1)[0]):
        return "dockerfile"
    if _SCRIPTED.search(text):
        return "jenkins"
    if len(_DOCKER_OTHER.findall(text)) >= 2:
        return "dockerfile"
    return None


def _yaml_format(text: str) -> Format | None:
    """By top-level keys, read with a pattern so that a file that is not quite YAML is told too."""
    keys = {match[2] for match in _TOP_KEY.finditer(text)}
    if not keys:
        # A List or manifest indented or written as JSON still names both.
        if re.search(r'"apiVersion"\s*:', text) and re.search(r'"kind"\s*:', text):
            return "kubernetes"
        return None
    if any(foreign <= keys for foreign in _FOREIGN) or _FOREIGN_API.search(text):
        return None
    marks: set[Format] = set()
    if (
        {"apiVersion", "kind"} <= keys
        or ({"kind", "metadata"} <= keys)
        or ({"apiVersion", "metadata"} <= keys)
    ):
        marks.add("kubernetes")
    if "on" in keys and "jobs" in keys:
        marks.add("github-actions")
    listed = _LISTED_SERVICES.search(text)  # as other tools have them; Compose has a mapping
    if "services" in keys and not listed and not keys & {"jobs", "stages", "script"}:
        others = keys - _COMPOSE_OTHER - {"services"}
        if all(key.startswith("x-") for key in others):
            marks.add("compose")
    if not marks and _JOB_KEYWORD.search(text) and "jobs" not in keys:
        marks.add("gitlab-ci")
    if not marks and len(keys & _GITLAB_TOP) >= 2 and "stages" in keys:
        marks.add("gitlab-ci")
    if not marks and "jobs" in keys and re.search(r"^\s+runs-on\s*:", text, re.MULTILINE):
        marks.add("github-actions")
    return marks.pop() if len(marks) == 1 else None
