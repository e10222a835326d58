"""Workflows as shapes: their keys, what these exclude and need, and where which expressions may stand.

As `iapo/verify/github_actions` judges them, of whose tables these are made; from
https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from iapo.generate.guide.yaml.github_actions import facts
from iapo.generate.guide.yaml.github_actions.events import events
from iapo.generate.guide.yaml.github_actions.scalars import (
    Make,
    condition,
    environment,
    flag,
    mapping,
    minutes,
    named,
    of,
    or_expression,
    shell,
    text,
    texts,
    words,
)
from iapo.generate.guide.yaml.github_actions.sites import Expressions
from iapo.generate.guide.yaml.github_actions.steps import steps
from iapo.generate.guide.yaml.github_actions.strategy import strategy
from iapo.generate.guide.yaml.language import Language
from iapo.generate.guide.yaml.shapes import ANY, Choice, Rules, Shape, Struct, changed
from iapo.verify.github_actions import contexts
from iapo.verify.github_actions.contexts import NOWHERE, Place
from iapo.verify.github_actions.workflow import SCOPES


def language() -> Language:
    """YAML as GitHub reads workflows."""
    own: dict[str, Make] = {
        "name": lambda: text(empty=True),
        "run-name": lambda: text(contexts.RUN_NAME),
        "on": events,
        "permissions": _permissions,
        "env": lambda: environment(contexts.ENV),
        "defaults": lambda: _defaults(NOWHERE),
        "concurrency": lambda: _concurrency(contexts.CONCURRENCY),
        "jobs": lambda: named(_job, memory=facts.JOBS),
    }
    return Language(
        mapping(own, "on jobs"),
        old=False,
        several=False,
        merges=False,
        folds=True,
    )


def _permissions() -> Shape:
    scopes: dict[str, Make] = {name: of(words(sorted(levels))) for name, levels in SCOPES.items()}
    return changed(mapping(scopes, empty=True), words=("read-all", "write-all"))


def _defaults(place: Place) -> Shape:
    run: dict[str, Make] = {
        "shell": lambda: shell(place),
        "working-directory": lambda: text(place),
    }
    return mapping({"run": lambda: mapping(run)}, "run")


def _concurrency(place: Place) -> Shape:
    own: dict[str, Make] = {
        "group": lambda: text(place),
        "cancel-in-progress": lambda: flag(place),
        "queue": lambda: ANY,
    }
    return _either(text(place), mapping(own, "group"))


def _either(scalar: Shape, collection: Shape) -> Shape:
    """A scalar or a collection."""
    return changed(scalar, fields=collection.fields, each=collection.each, least=collection.least)


def _job() -> Shape:
    return _JOB


def _made() -> Shape:
    common: dict[str, Make] = {
        "name": lambda: text(contexts.JOB_NAME, empty=True),
        "needs": _needs,
        "permissions": _permissions,
        "concurrency": lambda: _concurrency(contexts.JOB_CONCURRENCY),
        "if": lambda: condition(contexts.JOB_IF),
        "strategy": strategy,
    }
    own: dict[str, Make] = {
        "runs-on": _runner,
        "environment": _environment,
        "outputs": lambda: named(
            lambda: text(contexts.JOB_OUTPUT, empty=True), memory=facts.OUTPUTS
        ),
        "env": lambda: environment(contexts.JOB_ENV),
        "defaults": lambda: _defaults(contexts.JOB_DEFAULTS),
        "steps": steps,
        "timeout-minutes": lambda: minutes(contexts.JOB_TIMEOUT),
        "continue-on-error": lambda: flag(contexts.JOB_CONTINUE),
        "container": lambda: _container(contexts.JOB_CONTAINER, service=False),
        "services": _services,
        "snapshot": lambda: ANY,
    }
    secrets = named(lambda: text(contexts.JOB_SECRET, empty=True))
    call: dict[str, Make] = {
        "uses": of(Shape(naming=facts.Name("", _workflow, "./.github/workflows/x.yml"))),
        "with": lambda: named(lambda: text(contexts.JOB_WITH, empty=True)),
        "secrets": of(changed(secrets, words=("inherit",))),
    }
    common = {key: of(make()) for key, make in common.items()}
    ways = [
        Struct({**common, **more}, rules=Rules(frozenset(needed.split())), memory=facts.JOB)
        for more, needed in ((own, "runs-on steps"), (call, "uses"))
    ]
    return Shape(fields=Choice(ways))


def _needs() -> Shape:
    alone, item = Shape(naming=facts.Need(True)), Shape(naming=facts.Need(False))
    return changed(alone, each=lambda: item, least=1, settled=facts.paid("need"))


def _runner() -> Shape:
    place = contexts.JOB_RUNS_ON
    own: dict[str, Make] = {
        "group": lambda: text(place),
        "labels": lambda: texts(place, wanted="label"),
    }
    return changed(texts(place, wanted="label"), fields=mapping(own).fields)


def _container(place: Place, *, service: bool) -> Shape:
    def plain() -> Shape:
        return text(place, empty=True)

    listed = Shape(each=lambda: text(place), embedded=Expressions(place, "any"))
    credentials: dict[str, Make] = {
        "username": lambda: text(contexts.CREDENTIALS),
        "password": lambda: Shape(embedded=Expressions(contexts.CREDENTIALS)),
    }
    own: dict[str, Make] = {
        "image": lambda: text(place, empty=service),
        "credentials": of(
            or_expression(mapping(credentials, "username password"), contexts.CREDENTIALS)
        ),
        "env": lambda: environment(contexts.CONTAINER_ENV),
        "ports": of(listed),
        "volumes": of(listed),
        "options": plain,
        **(dict.fromkeys(("entrypoint", "command"), plain) if service else {}),
    }
    return _either(text(place, empty=service, wanted="any"), mapping(own, "image"))


def _services() -> Shape:
    place = contexts.JOB_SERVICES
    service = _container(place, service=True)
    return or_expression(named(of(service)), place, "any")


def _environment() -> Shape:
    place = contexts.JOB_ENVIRONMENT
    own: dict[str, Make] = {
        "name": lambda: text(place),
        "url": lambda: text(contexts.JOB_ENVIRONMENT_URL),
        "deployment": lambda: flag(place),
    }
    return _either(text(place), mapping(own, "name"))


_HERE, _FOLDER, _ENDINGS = "./.github/workflows/", ".github/workflows/", (".yml", ".yaml")


def _workflow(phase: str, char: str) -> str | None:
    """`./.github/workflows/file.yml`, or `owner/repository/.github/workflows/file.yml@ref`.

    Phases hold what was written; of a file's name only what may become its ending, so that there are few.
    """
    if phase.startswith(("+@", "@")):
        return "+@" if char.isalnum() or char in "._-+/" else None
    if phase.lstrip("+").startswith(("here:", "there:")):
        kind, _, file = phase.lstrip("+").partition(":")
        if char == "@" and kind == "there" and file.endswith(_ENDINGS):
            return "@"
        if char in "/@\"'":
            return None
        file += char
        ending = next(file[i:] for i in range(len(file) + 1) if _begins_an_ending(file[i:]))
        file = ending if ending == file else "x" + ending
        whole = kind == "here" and file.endswith(_ENDINGS) and file not in _ENDINGS
        return ("+" if whole else "") + f"{kind}:{file}"
    if not (char.isalnum() or char in "/._-"):
        return None
    written = phase + char
    if written.startswith("."):
        if written == _HERE:
            return "here:"
        return written if _HERE.startswith(written) else None
    owner, _, rest = written.partition("/")
    repository, slash, folder = rest.partition("/")
    if slash:
        if not repository or not _FOLDER.startswith(folder):
            return None
        return "there:" if folder == _FOLDER else f"o/r/{folder}"
    if not owner:
        return None
    return "o/r" if rest else "o/" if "/" in written else "o"


def _begins_an_ending(text: str) -> bool:
    return any(ending.startswith(text) for ending in _ENDINGS)


_JOB = _made()

__all__ = ["language"]
