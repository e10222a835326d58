"""hadolint's rules on the commands of RUN, read as simple shell words.

The shell is not parsed: commands are cut at `;`, `&&`, `||`, `|`, `&` and line ends outside quotes.
What is inside `$(...)`, backquotes or an `eval` is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from iapo.verify.dockerfile.instructions import Fields
from iapo.verify.dockerfile.parser import Instruction

MAX_SCRIPT = 20_000  # characters
_TOKEN = re.compile(
    r"(?P<cut>\|\||&&|;;?|\||&(?!>)|\n|[(){}](?=\s|\Z))"
    r"|(?P<word>(?:\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|>&|&>|[^\s'\"\\;&|]+|['\"\\])+)",
    re.DOTALL,
)
_KEYWORDS = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!", "time", "exec"))
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_POINTLESS = frozenset(
    ("free", "ifconfig", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim")
)
_ASSUME_YES = re.compile(r"-[a-zA-Z]*y|--yes|--assume-yes|-qq|-q=2|--quiet=2")
_QUIET_WGET = re.compile(r"--progress|-[a-zA-Z]*q|--quiet|-nv|--no-verbose")
_APK_VALUE_OPTIONS = ("-t", "--virtual", "-X", "--repository")

Finding = tuple[str, str]  # code, message


@dataclass
class RunScript:
    """The commands of one RUN.

    Attributes:
        script: the text that the shell gets.
        commands: its simple commands, each a list of words, assignments in front left out.
        piped: whether one command is piped into another.
        environment: names of variables that the stage sets.
        mounts: targets of its --mount flags.
    """

    script: str
    commands: list[list[str]] = field(default_factory=list)
    piped: bool = False
    environment: frozenset[str] = frozenset()
    mounts: tuple[str, ...] = ()

    def caches(self, word: str) -> bool:
        """Whether a mount keeps a path with this word out of the image."""
        return any(word in target for target in self.mounts)

    def programs(self) -> set[str]:
        return {command[0] for command in self.commands}


def read_script(instruction: Instruction, fields: Fields, environment: frozenset[str]) -> RunScript:
    """Cut the shell form of a RUN into commands; nothing of an exec form or a huge script."""
    script = instruction.value
    if instruction.heredocs and script.lstrip().startswith("<<"):
        script = instruction.heredocs[0].content
    mounts = tuple(mount.get("target", "") for mount in fields.get("mounts", ()))
    read = RunScript(script, environment=environment, mounts=mounts)
    if instruction.array is not None or len(script) > MAX_SCRIPT:
        return read
    command: list[str] = []
    for found in _TOKEN.finditer(script):
        word = found[0]
        if found.lastgroup == "cut":
            read.piped = read.piped or word == "|"
            if command:
                read.commands.append(command)
                command = []
        elif command:
            command.append(word)
        elif word not in _KEYWORDS and not _ASSIGNMENT.match(word):
            command.append(word.rpartition("/")[2].strip("'\""))
    if command:
        read.commands.append(command)
    return read


def lint_script(run: RunScript, pipefail: bool) -> Iterator[Finding]:
    """What hadolint would say of the commands of one RUN."""
    if run.piped and not pipefail and "pipefail" not in run.script:
        yield (
            "no-pipefail",
            'a failure before a | goes unseen; add SHELL ["/bin/bash", "-o", "pipefail", "-c"] '
            "[DL4006]",
        )
    for program, *arguments in run.commands:
        if program in _POINTLESS:
            yield "pointless-command", f"`{program}` makes no sense in an image [DL3001]"
        elif program in _RULES:
            yield from _RULES[program](run, arguments)


def _plain(arguments: list[str]) -> list[str]:
    return [argument for argument in arguments if not argument.startswith("-")]


def _lint_cd(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if len(run.commands) == 1:
        yield "cd", "`cd` ends with its RUN; use WORKDIR [DL3003]"
    elif arguments:
        yield "cd", "use WORKDIR to change the directory, or a subshell [DL3003]"


def _lint_sudo(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    yield "sudo", "RUN is root already; leave sudo out, or use USER [DL3004]"


def _lint_apt(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    yield "apt", "`apt` is for people; use apt-get in scripts [DL3027]"


def _lint_apt_get(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if "install" not in arguments:
        return
    options = [argument for argument in arguments if argument.startswith("-")]
    if not any(_ASSUME_YES.match(option) for option in options):
        yield "apt-no-yes", "apt-get install waits for an answer; add -y [DL3014]"
    if "--no-install-recommends" not in options and "APT::Install-Recommends" not in run.script:
        yield "apt-recommends", "add --no-install-recommends to apt-get install [DL3015]"
    names = [n for n in arguments[arguments.index("install") + 1 :] if re.match(r"[a-z0-9]", n)]
    if any("=" not in name and "/" not in name and not name.endswith(".deb") for name in names):
        yield "apt-unpinned", "name versions: apt-get install package=version [DL3008]"
    if "/var/lib/apt/lists" not in run.script and not run.caches("apt"):
        yield "apt-lists", "remove /var/lib/apt/lists/* in the same RUN [DL3009]"


def _lint_apk(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if "add" not in arguments:
        return
    if "--no-cache" not in arguments and not run.caches("apk"):
        yield "apk-cache", "add --no-cache to apk add [DL3019]"
    names: list[str] = []
    value = False
    for argument in arguments[arguments.index("add") + 1 :]:
        if not value and not argument.startswith("-"):
            names.append(argument)
        value = not value and argument in _APK_VALUE_OPTIONS
    if any(not re.search(r"[=<>~]|[/.$]", name) for name in names):
        yield "apk-unpinned", "name versions: apk add package=version [DL3018]"


def _lint_pip(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if arguments[:1] != ["install"]:
        return
    cached = run.caches("pip") or run.caches(".cache") or "PIP_NO_CACHE_DIR" in run.environment
    if "--no-cache-dir" not in arguments and not cached:
        yield "pip-cache", "add --no-cache-dir to pip install [DL3042]"
    if any(
        re.match(r"-[rcei]|--(?:requirement|constraint|editable|index-url)", a) for a in arguments
    ):
        return
    if any(not re.search(r"==|[<>~]=|[@/.$]", name) for name in _plain(arguments[1:])):
        yield "pip-unpinned", "name versions: pip install package==1.2.3 [DL3013]"


def _lint_npm(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if arguments[:1] in (["install"], ["i"]) and any(
        not re.search(r"(?!^)@|[/.$]", name) for name in _plain(arguments[1:])
    ):
        yield "npm-unpinned", "name versions: npm install package@1.2.3 [DL3016]"


def _lint_gem(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if arguments[:1] not in (["install"], ["i"]):
        return
    pinned = re.search(r":\d| -v|--version", " ".join(arguments))
    if _plain(arguments[1:]) and not pinned:
        yield "gem-unpinned", "name versions: gem install name:1.2 [DL3028]"


def _lint_yum(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if "install" not in arguments:
        return
    if not any(_ASSUME_YES.match(a) for a in arguments if a.startswith("-")):
        yield "yum-no-yes", "yum install waits for an answer; add -y [DL3030]"
    if not re.search(r"clean all|rm -rf /var/cache/(?:yum|dnf)", run.script):
        yield "yum-cache", "run `yum clean all` in the same RUN [DL3032]"


def _lint_wget(run: RunScript, arguments: list[str]) -> Iterator[Finding]:
    if arguments and not any(_QUIET_WGET.match(argument) for argument in arguments):
        yield "wget-progress", "wget fills the log; add --progress=dot:giga or -q [DL3047]"


_RULES: dict[str, Callable[[RunScript, list[str]], Iterator[Finding]]] = {
    "apk": _lint_apk,
    "apt": _lint_apt,
    "apt-get": _lint_apt_get,
    "cd": _lint_cd,
    "gem": _lint_gem,
    "npm": _lint_npm,
    "pip": _lint_pip,
    "pip3": _lint_pip,
    "sudo": _lint_sudo,
    "wget": _lint_wget,
    "yum": _lint_yum,
}
