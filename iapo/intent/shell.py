"""Which commands a shell script really runs, and would fail on.

A reader of simple commands, not a shell: comments, heredoc bodies, echoed words, code after
`exit`, branches of `if false` and commands whose failure is thrown away (`|| true`, `; true` is
fine) do not count. What it cannot read, it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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


def runs(wanted: Sequence[str], script: str) -> bool:
    """Whether `script` runs a command with the words of `wanted`.

    The first word must be the command, the others follow in this order, others may stand between
    (`docker build .` is run by `docker build -t app .`).
    """
    return any(_is(wanted, words) for words in commands(script))


def commands(script: str) -> Iterator[list[str]]:
    """The simple commands of a script whose failure would be seen, as lists of words."""
    dead_depth = 0  # inside `if false`, and blocks within it
    heeded = True
    for words, follower, after in _simple_commands(script[:_MAX_CHARACTERS]):
        if not words:
            continue
        first = words[0]
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
        if first in ("if", "while") and len(words) > 1:
            if words[1] == "false" and first == "if":
                dead_depth = 1
            continue  # a condition's failure is not heeded
        if first == "set" and "+e" in words:
            heeded = False
        if first == "set" and any(w.startswith("-") and "e" in w for w in words[1:]):
            heeded = True
        words = _command(words)
        if not words:
            continue
        if words[0] == "exit":
            return
        if words[0] == "false" and follower == "&&":
            return
        swallowed = (
            follower == "||" and bool(after) and after[0] in _NOTHING and after[:2] != ["exit", "1"]
        )
        if heeded and not swallowed and words[0] not in _NOTHING:
            yield words


def _is(wanted: Sequence[str], words: list[str]) -> bool:
    if not words or words[0].rsplit("/", 1)[-1] != wanted[0].rsplit("/", 1)[-1]:
        return False
    rest = iter(words[1:])
    return all(any(word == want for word in rest) for want in wanted[1:])


def _command(words: list[str]) -> list[str]:
    while words and (words[0] in _PREFIXES or _ASSIGNMENT.match(words[0])):
        words = words[1:]
    return words


def _simple_commands(script: str) -> list[tuple[list[str], str, list[str]]]:
    """(words, operator that follows, words after that operator) of each simple command."""
    found: list[tuple[list[str], str]] = []
    for line in _logical_lines(script):
        found.extend(_split(line))
    result = []
    for index, (words, operator) in enumerate(found):
        following = found[index + 1][0] if operator == "||" and index + 1 < len(found) else []
        result.append((words, operator, following))
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
