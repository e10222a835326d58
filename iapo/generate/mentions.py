"""What a request mentions, and how much of it an answer takes up: names and values, and telling words.

With no task there is no intent to match an answer with. What people write out (`acme-logs`, 8080,
10.0.0.0/16) they want to see again; that is all this looks for, and it decides only between answers
that fare alike otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from iapo.verify.report import Format

_QUOTED = re.compile(r"`([^`\n]{1,120})`|\"([^\"\n]{1,120})\"|(?<!\w)'([^'\n]{1,120})'(?!\w)")
_NAMED = re.compile(r"\b(?:named|called|name)\s+(?:is\s+|it\s+)?([\w][\w./:@-]*)")
# Anything with a digit, or with punctuation inside: names, images, paths, addresses, numbers.
_VALUE = re.compile(r"(?<![\w./@-])[\w./@$*~-](?:[\w./:@$*,=+-]*[\w/*])?")
_WORD = re.compile(r"[A-Za-z]{4,}")
# Words that say how to answer, not what.
_SILENT = {
    "with", "from", "into", "that", "this", "then", "them", "they", "there", "their", "have",
    "has", "been", "will", "would", "should", "could", "create", "write", "make", "give",
    "please", "need", "needs", "want", "wants", "using", "which", "what", "when", "where",
    "whose", "also", "only", "just", "each", "every", "both", "some", "same", "other", "named",
    "called", "name", "file", "code", "terraform", "kubernetes", "docker", "dockerfile",
    "compose", "manifest", "workflow", "pipeline", "github", "actions", "gitlab", "jenkins",
    "jenkinsfile", "yaml", "declarative", "simple", "basic", "small", "thank", "thanks", "hello",
    "keep", "minimal", "nothing", "else", "runs", "uses", "used",
}  # fmt: skip
_NO_VALUES = {
    "docker-compose", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml",
    ".gitlab-ci.yml", "gitlab-ci", "github-actions", "ci/cd", "multi-stage", "k8s",
}  # fmt: skip
_SERVICE = re.compile(r"[A-Z]{1,4}\d{1,2}")  # S3, EC2: told in other letters by types
_COMMENTS: dict[bool, re.Pattern[str]] = {
    True: re.compile(r"/\*.*?\*/|(?<!\S)(?:#|//)[^\n]*", re.DOTALL),
    False: re.compile(r"(?<!\S)#[^\n]*"),
}
_SLASHES = ("terraform", "jenkins")  # formats in which // and /* begin comments
_VALUE_WEIGHT = 2.0


@dataclass(frozen=True)
class Mentions:
    """What a request mentions.

    Attributes:
        values: names, numbers, addresses and quoted text, as they are written.
        words: the other telling words, lower case, without a plural's s.
    """

    values: tuple[str, ...]
    words: tuple[str, ...]

    def missing(self, code: str, format: Format) -> tuple[str, ...]:
        """The values that the code does not have, comments aside."""
        text = _spoken(code, format)
        return tuple(value for value in self.values if not _holds(text, value))

    def share(self, code: str, format: Format) -> float:
        """How much of it the code takes up, in [0, 1]; a value weighs as much as two words."""
        text = _spoken(code, format)
        lower = text.lower()
        have = _VALUE_WEIGHT * sum(_holds(text, value) for value in self.values)
        have += sum(word in lower for word in self.words)
        total = _VALUE_WEIGHT * len(self.values) + len(self.words)
        return have / total if total else 1.0


def mentions_of(words: str) -> Mentions:
    """What a request mentions, in its order."""
    found: dict[str, None] = {}
    for match in _QUOTED.finditer(words):
        found.update(dict.fromkeys(group for group in match.groups() if group))
    prose = _QUOTED.sub(" ", words)
    found.update(dict.fromkeys(m[1].rstrip(".:,") for m in _NAMED.finditer(prose)))
    for match in _VALUE.finditer(prose):
        text = match[0].rstrip(".:,")
        if text.lower() in _NO_VALUES or _SERVICE.fullmatch(text):
            continue
        if re.search(r"\d", text) or re.search(r"\w[/:@_.=-]+\w|^/\w", text):
            found[text] = None
    rest = prose
    for value in found:
        rest = _finder(value).sub(" ", rest)
    spoken = [word.lower().removesuffix("s") for word in _WORD.findall(rest)]
    telling = [word for word in spoken if word not in _SILENT and f"{word}s" not in _SILENT]
    telling += [word.lower() for word in _SERVICE.findall(rest)]
    return Mentions(tuple(found), tuple(dict.fromkeys(telling)))


def _spoken(code: str, format: Format) -> str:
    return _COMMENTS[format in _SLASHES].sub(" ", code)


def _holds(text: str, value: str) -> bool:
    return _finder(value).search(text) is not None


@cache
def _finder(value: str) -> re.Pattern[str]:
    """The value by itself: 80 is not in 8080, web not in web-public."""
    body = r"\s+".join(re.escape(part) for part in value.split())
    return re.compile(rf"(?<![\w-]){body}(?![\w-])")
