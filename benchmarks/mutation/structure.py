"""Mutants out of a reference alone: what any reader of it would call broken.

A required argument dropped, a reference redirected, a part removed, a selector renamed, another type
of the same service. What is required comes from the providers' schemas and from each format's tool.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

from iapo.dataset import load_benchmark
from iapo.dataset.procedural.providers import recipes

from .outline import Entry, Outline, occurrences

_PASSED = ("local.", "var.", "module.", "each.")  # what a Terraform reference may pass on its way
Made = tuple[str, str, str]  # kind, what changed, text

_REQUIRED: Mapping[str, frozenset[str]] = {
    "kubernetes": frozenset({
        "apiVersion", "kind", "metadata", "selector", "template", "containers", "image", "roleRef",
        "scaleTargetRef", "maxReplicas", "schedule", "jobTemplate", "accessModes", "provisioner",
        "containerPort", "mountPath", "verbs", "webhooks", "restartPolicy",
    }),
    "compose": frozenset({"image", "build"}),
    "dockerfile": frozenset({"FROM"}),
    "github-actions": frozenset({"on", "runs-on", "steps", "using", "run", "uses"}),
    "gitlab-ci": frozenset({"script", "trigger"}),
    "jenkins": frozenset({"agent", "stages", "steps"}),
}  # fmt: skip
_SELECTORS = {"selector", "matchLabels", "podSelector", "namespaceSelector", "nodeSelector", "matchExpressions"}  # fmt: skip
_OTHER_WORD: Mapping[str, Mapping[str, str]] = {
    "kubernetes": {
        "Deployment": "StatefulSet", "StatefulSet": "Deployment", "DaemonSet": "Deployment",
        "Job": "CronJob", "CronJob": "Job", "Role": "ClusterRole", "ClusterRole": "Role",
        "RoleBinding": "ClusterRoleBinding", "ClusterRoleBinding": "RoleBinding",
        "ConfigMap": "Secret", "Secret": "ConfigMap", "Service": "Endpoints", "Pod": "PodTemplate",
        "ResourceQuota": "LimitRange", "LimitRange": "ResourceQuota", "Ingress": "IngressClass",
        "PersistentVolume": "PersistentVolumeClaim", "PersistentVolumeClaim": "PersistentVolume",
    },
    "dockerfile": {
        "CMD": "ONBUILD CMD", "ENTRYPOINT": "ONBUILD ENTRYPOINT", "COPY": "ONBUILD COPY", "ENV": "ARG", "ARG": "ENV",
        "EXPOSE": "ONBUILD EXPOSE", "USER": "ONBUILD USER", "HEALTHCHECK": "ONBUILD HEALTHCHECK", "VOLUME": "WORKDIR",
    },
    "compose": {
        "image": "container_name", "ports": "expose", "command": "entrypoint",
        "environment": "labels", "depends_on": "links", "volumes": "tmpfs",
        "secrets": "configs", "networks": "extra_hosts", "entrypoint": "command",
    },
    "github-actions": {
        "push": "pull_request", "pull_request": "push", "schedule": "workflow_dispatch",
        "workflow_dispatch": "workflow_call", "release": "workflow_dispatch", "branches": "tags",
        "tags": "branches", "container": "services", "env": "defaults",
    },
    "gitlab-ci": {
        "script": "after_script", "before_script": "after_script", "only": "except",
        "artifacts": "cache", "cache": "artifacts", "rules": "only", "image": "services",
        "paths": "exclude", "needs": "dependencies",
    },
    "jenkins": {
        "always": "failure", "success": "failure", "failure": "success", "sh": "echo",
        "junit": "archiveArtifacts", "archiveArtifacts": "stash", "branch": "tag",
        "cron": "pollSCM", "pollSCM": "cron", "environment": "options", "parallel": "stages",
    },
}  # fmt: skip
_TRAVERSAL = re.compile(r"(?<![\w.\"-])(?:data\.[a-z0-9_]+|[a-z]+(?:_[a-z0-9]+)+)\.[A-Za-z_][\w-]*(?:\[[^]\n]*\])?(?:\.[A-Za-z_]\w*)*")  # fmt: skip


def structure_mutants(outline: Outline) -> Iterator[Made]:
    """(kind, what changed, text)."""
    yield from _required(outline)
    yield from _references(outline)
    yield from _removed(outline)
    yield from _selectors(outline)
    yield from _types(outline)


def redirected(
    outline: Outline, what: str, part: str, keys: list[str], target: str
) -> Iterator[Made]:
    """The references of one part to another made to mean something else, one by one."""
    if outline.format == "terraform":
        names = [target.removeprefix("data.").removeprefix("provider."), *_PASSED]
        keyed = any(part in e.parts and {*keys[-1:]} <= {*e.path} for e in outline.entries)
        for start, end in _traversals(outline):
            entry = outline.innermost(start, end)
            inside = entry is not None and part in entry.parts
            held = any(name and name in outline.text[start:end] for name in names)
            here = entry is not None and ({*keys[-1:]} <= {*entry.path} or not keyed)
            if inside and held and here:
                yield "reference redirected", what, _elsewhere(outline, start, end)
        return
    name = re.split(r"/|stage |[a-z]+ ", target, maxsplit=1)[-1]
    for start, end in occurrences(outline.text, name):
        entry = outline.innermost(start, end)
        own = entry is not None and (part in entry.parts) and part != target
        keyed = entry is not None and {*keys[-2:]} <= {*entry.path}
        if outline.format == "dockerfile":
            keyed = re.search(r"(from=|FROM )\Z", outline.text[:start], re.IGNORECASE) is not None
        if own and (keyed or outline.format == "gitlab-ci"):
            yield "reference redirected", what, outline.replaced(start, end, name + "-b")
    if outline.format == "kubernetes":
        for entry in outline.entries:
            chosen = {"selector", "podSelector"}.intersection(keys, entry.path)
            if part in entry.parts and chosen and _is_scalar(outline, entry):
                yield "reference redirected", what, _renamed(outline, entry)


def _traversals(outline: Outline) -> list[tuple[int, int]]:
    found = [m.span() for m in _TRAVERSAL.finditer(outline.text)]
    found += [
        m.span()
        for m in re.finditer(r"(?<![\w.])(?:local|module|var|each|aws)\.[\w.]+", outline.text)
    ]
    return [span for span in found if _is_code(outline, *span)]


def _is_code(outline: Outline, start: int, end: int) -> bool:
    """Whether a span is an expression and no text of a string or comment."""
    line = outline.text[outline.text.rfind("\n", 0, start) + 1 : start]
    inside_string = line.count('"') % 2 == 1 and line.rfind("${") <= line.rfind('"')
    return not inside_string and "#" not in line


def _elsewhere(outline: Outline, start: int, end: int) -> str:
    """The program with a reference to another part of the type, or else to something outside."""
    words = outline.text[start:end]
    steps = words.removeprefix("data.").split(".")
    here = ".".join(steps[:2]).split("[", 1)[0]
    others = [
        part.label
        for part in outline.parts
        if part.label.startswith(steps[0] + ".") and part.label != here
    ]
    if words.startswith("aws."):
        return outline.replaced(start, end, "aws")  # the default configuration of the provider
    if others and not words.startswith("data."):
        return outline.replaced(start, end, words.replace(here, others[0], 1))
    if outline.text[start - 2 : start] == "${":
        return outline.replaced(start - 2, end + 1, "other")
    return outline.replaced(start, end, '"other"')


def _required(outline: Outline) -> Iterator[Made]:
    for entry in outline.entries:
        if outline.format == "terraform":
            type = entry.parts[0].split(".")[0]
            if type not in recipes.types() or len(entry.path) != 1:
                continue
            body = recipes.recipe(type).body
            if entry.path[0] not in {*body.required, *body.needed}:
                continue
        elif not _is_required(outline, entry):
            continue
        what = f"{entry.parts[-1]}: {'.'.join(entry.path)}"
        yield "required argument dropped", what, outline.without(entry)


def _is_required(outline: Outline, entry: Entry) -> bool:
    if not entry.path or entry.path[-1] not in _REQUIRED[outline.format]:
        return False
    # Keys that share a name with a required one and are none: `selector` of a rule, for one.
    elsewhere = entry.path[-1] in ("selector", "kind", "template") and entry.path not in (
        ("spec", "selector"), ("spec", "template"), ("kind",),
    )  # fmt: skip
    return _is_keyed(outline, entry) and not (outline.format == "kubernetes" and elsewhere)


def _is_keyed(outline: Outline, entry: Entry) -> bool:
    """Whether it is an entry of a mapping and not an item of a list below it."""
    text = outline.text[entry.start : entry.end].lstrip(" \n,{")
    return text.startswith((entry.path[-1], f'"{entry.path[-1]}', f"'{entry.path[-1]}"))


def _references(outline: Outline) -> Iterator[Made]:
    if outline.format == "terraform":
        for start, end in _traversals(outline):
            what = f"{outline.text[start:end]} on line {outline.text.count(chr(10), 0, start) + 1}"
            yield "reference redirected", what, _elsewhere(outline, start, end)
        return
    for entry in outline.entries:
        if not entry.path or not _is_reference(outline, entry):
            continue
        what = f"{entry.parts[-1]}: {'.'.join(entry.path)} on line {outline.text.count(chr(10), 0, entry.value_start) + 1}"
        yield "reference redirected", what, _renamed(outline, entry)


_NAMING = {
    "serviceAccountName", "serviceName", "claimName", "secretName", "storageClassName",
    "ingressClassName", "priorityClassName", "volumeName", "runtimeClassName",
}  # fmt: skip
_NAMING_PARENT = {
    "configMapRef", "configMapKeyRef", "configMap", "secretRef", "secretKeyRef", "service",
    "scaleTargetRef", "roleRef", "subjects", "imagePullSecrets", "claimRef",
}  # fmt: skip


def _is_reference(outline: Outline, entry: Entry) -> bool:
    if not _is_scalar(outline, entry):
        return False
    key, parent = entry.path[-1], entry.path[-2] if len(entry.path) > 1 else ""
    if outline.format == "kubernetes":
        return key in _NAMING or (key == "name" and parent in _NAMING_PARENT)
    if outline.format == "compose":
        return key in ("depends_on", "networks", "secrets") and parent != ""
    if outline.format in ("github-actions", "gitlab-ci"):
        return key in ("needs", "dependencies", "extends")
    return False


def _is_scalar(outline: Outline, entry: Entry) -> bool:
    value = outline.text[entry.value_start : entry.value_end]
    return bool(value) and "\n" not in value and not value.startswith(("{", "["))


def _renamed(outline: Outline, entry: Entry) -> str:
    value = outline.text[entry.value_start : entry.value_end]
    quote = value[-1] if value[-1] in "'\"" else ""
    new = value.removesuffix(quote) + "-b" + quote
    return outline.replaced(entry.value_start, entry.value_end, new)


def _removed(outline: Outline) -> Iterator[Made]:
    for part in outline.parts:
        if part.label.startswith(("terraform", "locals", "moved", "import", "removed")):
            continue
        yield "part removed", part.label, outline.without(part)
    if outline.format == "dockerfile":
        for entry in outline.entries:
            yield "part removed", entry.parts[-1], outline.without(entry)


def _selectors(outline: Outline) -> Iterator[Made]:
    if outline.format != "kubernetes":
        return
    for entry in outline.entries:
        template = "template" in entry.path and entry.path[-2:-1] == ("labels",)
        if (_SELECTORS.intersection(entry.path[:-1]) or template) and _is_scalar(outline, entry):
            what = f"{entry.parts[-1]}: {'.'.join(entry.path)}"
            yield "selector renamed", what, _renamed(outline, entry)


def _types(outline: Outline) -> Iterator[Made]:
    if outline.format == "terraform":
        yield from _terraform_types(outline)
        return
    words = _OTHER_WORD[outline.format]
    for entry in outline.entries:
        if outline.format == "kubernetes":
            value = outline.text[entry.value_start : entry.value_end]
            if entry.path == ("kind",) and value in words:
                text = outline.replaced(entry.value_start, entry.value_end, words[value])
                yield "another type", f"{entry.parts[-1]} as {words[value]}", text
            continue
        key = entry.path[-1] if entry.path else ""
        at = outline.text.find(key, entry.start, entry.end)
        if (
            key in words
            and at >= 0
            and (outline.format == "dockerfile" or _is_keyed(outline, entry))
        ):
            text = outline.replaced(at, at + len(key), words[key])
            yield "another type", f"{entry.parts[-1]}: {key} as {words[key]}", text


def _terraform_types(outline: Outline) -> Iterator[Made]:
    known = {*recipes.types(), *_types_of_benchmark()}
    for part in outline.parts:
        type, _, name = part.label.partition(".")
        same = [other for other in known if other != type and _service(other) == _service(type)]
        near = difflib.get_close_matches(type, sorted(same), n=1, cutoff=0.0)
        if not near or not re.search(rf'resource "{type}" "{name}"', outline.text):
            continue
        text = outline.text.replace(f'resource "{type}" "{name}"', f'resource "{near[0]}" "{name}"')
        text = re.sub(rf"(?<![\w.]){type}\.{name}\b", f"{near[0]}.{name}", text)
        yield "another type", f"{part.label} as {near[0]}", text


def _service(type: str) -> str:
    return "_".join(type.split("_")[:2])


def _types_of_benchmark() -> set[str]:
    text = "\n".join(task.output for task in load_benchmark() if task.format == "terraform")
    return set(re.findall(r'(?m)^resource "(\w+)"', text))
