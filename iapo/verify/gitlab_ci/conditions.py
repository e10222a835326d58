"""The expressions of `rules:if`, `only:variables` and `workflow:rules:if`: their syntax.

The language of https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions: variables,
quoted texts, null, true, false, patterns, `== != =~ !~ && ||` and parentheses. Nothing is evaluated.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_DEPTH = 50
MAX_TOKENS = 100  # GitLab's own limit
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<variable>\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*\})
    | (?P<string>"[^"]*"|'[^']*')
    | (?P<null>(?:null|true|false)(?![A-Za-z0-9_]))
    | (?P<pattern>/(?:\\.|[^/\\\n])+/[ismU]*)
    | (?P<compare>==|!=)
    | (?P<match>=~|!~)
    | (?P<logic>&&|\|\|)
    | (?P<open>\()
    | (?P<close>\))
    | (?P<input>\$\[\[.{0,200}?\]\])
    )""",
    re.VERBOSE,
)
_VALUES = ("variable", "string", "null", "input")


@lru_cache(maxsize=4096)
def condition_problem(text: str) -> str | None:
    """What is wrong with the syntax of a condition, or None."""
    position, depth, tokens = 0, 0, 0
    want_value = True
    after_compare = after_match = False
    while True:
        rest = text[position:]
        if not rest.strip():
            break
        match = _TOKEN.match(text, position)
        if match is None:
            return _lexical(rest.strip())
        position = match.end()
        kind = match.lastgroup or ""
        value = match[kind]
        tokens += 1
        if want_value:
            if kind == "open":
                depth += 1
                if depth > MAX_DEPTH:
                    return f"parentheses are nested deeper than {MAX_DEPTH} levels"
                continue
            if kind == "pattern" and not after_match:
                return f"a pattern such as {value[:30]} stands after =~ or !~"
            if after_match and kind not in ("pattern", "variable", "string", "input"):
                return "after =~ or !~ comes a pattern between slashes, or a variable with one"
            if kind == "pattern":
                if wrong := pattern_problem(value):
                    return wrong
            elif kind not in _VALUES:
                return f'"{value}" stands where a variable or a text is expected'
            want_value = False
            chained = after_compare or after_match
            after_compare = chained
            after_match = False
        elif kind == "close":
            if depth == 0:
                return 'there is a ")" too many'
            depth -= 1
        elif kind in ("compare", "match"):
            if after_compare:
                return "comparisons cannot be chained; join them by && or ||"
            want_value = True
            after_match = kind == "match"
            after_compare = kind == "compare"
        elif kind == "logic":
            want_value = True
            after_compare = after_match = False
        else:
            return f'an operator is missing before "{value[:30]}"'
    if tokens == 0:
        return "it is empty"
    if tokens > MAX_TOKENS:
        return f"it has more than {MAX_TOKENS} parts"
    if want_value:
        return "it ends where a variable or a text is expected"
    return f'{depth} ")" missing' if depth else None


def _lexical(rest: str) -> str:
    first = rest[0]
    if first in "\"'":
        return f"the text that begins with {rest[:20]} is not closed"
    if first == "/":
        return f"the pattern {rest[:20]} is not closed by a slash"
    if first == "=":
        return 'compare with "==", match with "=~"'
    if first in "&|":
        return f'write "{first}{first}"'
    if first == "!":
        return 'there is no negation; use "!=" or "!~"'
    if first == "$":
        return f'"{rest[:20]}" is no variable: $NAME'
    return f'"{rest.split()[0][:30]}" is neither a variable ($NAME) nor a quoted text'


_BROKEN = ("unterminated", "missing )", "unbalanced", "nothing to repeat", "bad character range")


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with `/.../`, as far as every dialect agrees. It is compiled, never matched."""
    body = pattern[1 : pattern.rfind("/")]
    if len(body) > 1000:
        return None
    try:
        re.compile(body)
    except re.error as error:
        if any(word in str(error) for word in _BROKEN):
            return f"the pattern {pattern[:40]} is broken: {error.msg}"
    except (RecursionError, OverflowError):
        return f"the pattern {pattern[:40]} is too deep"
    return None
