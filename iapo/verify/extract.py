"""The code in a model's answer: out of fences and out of prose.

A model asked for "only the code" still wraps it in Markdown or adds a sentence. This finds the
code and says what else there was, so that the reward can charge for it. It never repairs code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from iapo.verify.report import Format

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w.+-]*)[^\n`]*$", re.MULTILINE)
_SPECIAL = re.compile(r"<\|(?:im_end|im_start|endoftext|eot_id|end)\|>|</s>")

_LANGUAGES: dict[Format, frozenset[str]] = {
    "terraform": frozenset({"hcl", "terraform", "tf"}),
    "kubernetes": frozenset({"yaml", "yml", "kubernetes", "k8s", "json"}),
    "dockerfile": frozenset({"dockerfile", "docker"}),
    "compose": frozenset({"yaml", "yml", "compose", "docker-compose"}),
    "github-actions": frozenset({"yaml", "yml"}),
    "gitlab-ci": frozenset({"yaml", "yml"}),
    "jenkins": frozenset({"groovy", "jenkins", "jenkinsfile"}),
}
# The first line of code, for answers in which a sentence stands before unfenced code.
_STARTS: dict[Format, re.Pattern[str]] = {
    "terraform": re.compile(
        r'(?:resource|data|variable|output|module|provider|check|ephemeral)\s+"|'
        r"(?:terraform|locals|moved|import|removed)\s*\{|#|//|/\*"
    ),
    "kubernetes": re.compile(r"---|#|(?:apiVersion|kind|metadata|spec)\s*:|\{"),
    "dockerfile": re.compile(r"#|(?:FROM|ARG)\s+\S", re.IGNORECASE),
    "compose": re.compile(r"---|#|(?:services|version|name|networks|volumes|x-[\w-]+)\s*:"),
    "github-actions": re.compile(
        r"---|#|(?:name|on|run-name|permissions|env|jobs)\s*:|[\"']on[\"']\s*:"
    ),
    "gitlab-ci": re.compile(r"---|#|[\w.\"' -]{1,60}:(?:\s|$)"),
    "jenkins": re.compile(
        r"#!|//|/\*|@Library|pipeline\s*\{|node\b|def\s|import\s|properties\s*\("
    ),
}


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in an answer.

    Attributes:
        code: the code; the whole answer where nothing marks it.
        prose: whether anything but code stood around it.
        blocks: how many fenced blocks there were; 0 for an answer without fences.
        language: the fence's language word, lower case, or None.
        truncated: a fence was opened and never closed.
    """

    code: str
    prose: bool = False
    blocks: int = 0
    language: str | None = None
    truncated: bool = False


def extract_code(text: str, format: Format | None = None) -> Extraction:
    """Find the code in what a model wrote.

    With several fenced blocks the first whose language fits the format is taken (the first of all
    where none fits): a model may not pick its best of many answers. A sentence before or after
    unfenced code is left out of the code when the format tells where code can begin.
    """
    text = _SPECIAL.split(text.replace("\r\n", "\n"), maxsplit=1)[0]
    blocks, outside, open_ended = _fenced(text)
    if blocks:
        fitting = _LANGUAGES.get(format, frozenset()) if format else frozenset()
        chosen = next((b for b in blocks if b[0] in fitting), blocks[0])
        return Extraction(
            code=chosen[1],
            prose=bool(outside.strip()),
            blocks=len(blocks),
            language=chosen[0] or None,
            truncated=open_ended,
        )
    code, prose = _without_prose(text, format)
    return Extraction(code=code, prose=prose)


def fits_fence(language: str, format: Format) -> bool:
    """Whether a fence with this language word, in lower case, can hold code of the format."""
    return language in _LANGUAGES[format]


def _fenced(text: str) -> tuple[list[tuple[str, str]], str, bool]:
    """Fenced blocks as (language, code), the text outside of them, whether the last stays open."""
    blocks: list[tuple[str, str]] = []
    outside: list[str] = []
    position = 0
    while opening := _FENCE.search(text, position):
        outside.append(text[position : opening.start()])
        start = min(opening.end() + 1, len(text))
        closing = re.compile(
            rf"^[ \t]{{0,3}}{re.escape(opening[1][0])}{{{len(opening[1])},}}[ \t]*$", re.MULTILINE
        ).search(text, start)
        language = opening[2].lower()
        if closing is None:
            blocks.append((language, text[start:]))
            return blocks, "".join(outside), True
        blocks.append((language, text[start : closing.start()]))
        position = closing.end()
    outside.append(text[position:])
    return blocks, "".join(outside), False


def _without_prose(text: str, format: Format | None) -> tuple[str, bool]:
    if format is None:
        return text, False
    starts = _STARTS[format]
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None or starts.match(lines[first].lstrip("\ufeff")):
        return text, False
    begin = next((i for i, line in enumerate(lines) if starts.match(line)), None)
    if begin is None or not _is_sentence(lines[first]):
        return text, False
    return "\n".join(lines[begin:]), True


def _is_sentence(line: str) -> bool:
    words = re.findall(r"[A-Za-z']+", line)
    return len(words) >= 3 and not re.search(r"[{}=]", line)
