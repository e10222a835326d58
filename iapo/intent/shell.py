"""Which commands a shell script really runs, and would fail on.

A reader of simple commands, not a shell: comments, heredoc bodies, echoed words, scripts
that `exit` before their end, branches of `if false` and commands whose failure is thrown away (`|| true`, `; true`) do
not count. What it cannot read, it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

_MAX_CHARACTERS = 20_000
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\1")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_PREFIXES = {
    "sudo",
    "exec",
    "time",
    "command",
    "env",
    "nice",
    "nohup",
    "then",
    "do",
    "else",
    "!",
    "{",
    "(",
}
_NOTHING = {"true", ":", "echo", "printf", "exit"}
_OPENS, _CLOSES = {"if", "for", "while", "until", "case"}, {"fi", "done", "esac"}
_SHELLS = {"sh", "bash", "ash", "dash"}


def runs(wanted: Sequence[str], script: str) -> bool:
    """Whether `script` runs a command with the words of `wanted`.

    The first word must be the command, the others follow in this order, others may stand between
    (`docker build .` is run by `docker build -t app .`).
    """
    return any(_is(wanted, words) for words in commands(script))


def does_nothing(command: Any) -> bool:
    """Whether a container's command is one that does no work: `true`, `echo hi`, `sleep infinity`.

    Args:
        command: a string, or a list of words.
    """
    words = [str(word) for word in command] if isinstance(command, list) else [str(command)]
    shell = words[0].rsplit("/", 1)[-1] if words else ""
    if shell in _SHELLS and len(words) == 3 and words[1].startswith("-"):
        words = [words[2]]
    script = words[0] if len(words) == 1 else " ".join(words)
    return bool(script.strip()) and all(
        words[0].rsplit("/", 1)[-1] in (*_NOTHING, "sleep") for words in commands(script)
    )


def no_op(script: str) -> bool:
    """Whether nothing in a script has an effect or a failure that is heeded; writing a file is one."""
    return not commands(script) and re.search(r">(?!\s*/dev/null)", script) is None


def commands(script: str) -> list[list[str]]:
    """The simple commands of a script whose failure would be seen, as lists of words.

    None, where it leaves before its end whatever happens: what stands behind was never meant to run.
    """
    found: list[list[str]] = []
    dead_depth = 0  # inside `if false`, and blocks within it
    depth = 0  # of blocks that may or may not run
    heeded, conditional, left = True, False, False
    for words, follower, ends, after in _simple_commands(script[:_MAX_CHARACTERS]):
        if not words:
            continue
        first, sometimes = words[0], conditional
        conditional = follower in ("&&", "||")
        if dead_depth:
            if first == "if":
                dead_depth += 1
            elif first == "fi":
                dead_depth -= 1
            elif first in ("else", "elif") and dead_depth == 1:
                dead_depth = 0
                words = words[1:]
                if not words:
                    continue
            if dead_depth or first == "fi":
                continue
        depth = max(0, depth + (first in _OPENS) - (first in _CLOSES))
        if first in ("if", "while") and len(words) > 1:
            if words[1] == "false" and first == "if":
                dead_depth, depth = 1, depth - 1
            continue  # a condition's failure is not heeded
        if left:
            return []
        if first == "set" and "+e" in words:
            heeded = False
        if first == "set" and any(w.startswith("-") and "e" in w for w in words[1:]):
            heeded = True
        words = _command(words)
        if not words:
            continue
        if words[0] == "exit":
            left = not depth and not sometimes
            continue
        if words[0] == "false" and follower == "&&":
            break
        swallowed = (ends == ";" and after[:1] in (["true"], [":"])) or (
            ends == "||" and bool(after) and after[0] in _NOTHING and after[:2] != ["exit", "1"]
        )
        if heeded and not swallowed and words[0] not in _NOTHING:
            found.append(words)
    return found


def _is(wanted: Sequence[str], words: list[str]) -> bool:
    if not words or words[0].rsplit("/", 1)[-1] != wanted[0].rsplit("/", 1)[-1]:
        return False
    rest = iter(words[1:])
    return all(any(word == want for word in rest) for want in wanted[1:])


def _command(words: list[str]) -> list[str]:
    while words and (words[0] in _PREFIXES or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words


def _simple_commands(script: str) -> list[tuple[list[str], str, str, list[str]]]:
    """(words, operator that follows, operator that ends its chain, words after that) of each."""
    found: list[tuple[list[str], str]] = []
    for line in _logical_lines(script):
        found.extend(_split(line))
    result: list[tuple[list[str], str, str, list[str]]] = []
    ends, after = "", list[str]()  # of the chain of &&, whose failure is heeded or not as one
    following: list[str] = []
    for words, operator in reversed(found):
        if operator != "&&":
            ends, after = operator, following if operator in ("||", ";") else []
        result.append((words, operator, ends, after))
        following = words
    result.reverse()
    return result


def _logical_lines(script: str) -> Iterator[str]:
    lines = script.replace("\\\n", " ").split("\n")
    index = 0
    while index < len(lines):
        line = lines[index]
        index += 1
        yield line
        for _, word in _HEREDOC.findall(line):
            while index < len(lines) and lines[index].strip() != word:
                index += 1
            index += 1


def _split(line: str) -> list[tuple[list[str], str]]:
    """Cut one line at operators; quotes keep words together and are dropped."""
    out: list[tuple[list[str], str]] = []
    words: list[str] = []
    word, quoted, started = "", "", False
    index = 0

    def end_word() -> None:
        nonlocal word, started
        if started:
            words.append(word)
        word, started = "", False

    while index < len(line):
        char = line[index]
        if quoted:
            if char == quoted:
                quoted = ""
            else:
                word += char
        elif char in "'\"":
            quoted, started = char, True
        elif char == "#" and not started:
            break
        elif char.isspace():
            end_word()
        elif char in "&|;":
            end_word()
            operator = char
            if index + 1 < len(line) and line[index + 1] == char:
                operator, index = char * 2, index + 1
            if operator == "&" and index + 1 < len(line) and line[index + 1] == ">":
                index += 1  # a redirection
            else:
                out.append((words.copy(), operator))
                words.clear()
        elif char == "\\" and index + 1 < len(line):
            index += 1
            word, started = word + line[index], True
        else:
            word, started = word + char, True
        index += 1
    end_word()
    out.append((words.copy(), ""))
    return out
