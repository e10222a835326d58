"""A Dockerfile's instructions as a grammar in text: GBNF, as llama.cpp reads it, and XGrammar in vLLM.

https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md

It is made from the tables that the guide and the verifier have: instructions, flags, mounts, signals.
What needs memory it does not say: which stages and variables there are, that a flag stands once. A
here-document ends with its name, so there is a rule for each of a few names, and one in an instruction.
The escape character is the backslash.
"""

from __future__ import annotations

from collections.abc import Iterable

from iapo.generate.guide.dockerfile.flags import VARIANTS, WORDS
from iapo.generate.guide.dockerfile.instructions import ARRAYS, NO_TRIGGERS, STOP_SIGNALS
from iapo.generate.guide.dockerfile.mounts import KEYS, SWITCHES, TAKES
from iapo.verify.dockerfile.image import ARCHITECTURES, SYSTEMS
from iapo.verify.dockerfile.parser import INSTRUCTIONS
from iapo.verify.dockerfile.reader import FLAGS

HEREDOCS = ("EOF", "EOT", "END")
"""The names that a here-document may have."""

_WITH_HEREDOC = ("ADD", "COPY", "RUN")
_HEAD = r"""
root ::= head* blank* from rest*
head ::= (blank+ | comment | blank* arg)? "\n"
rest ::= "\n" (blank+ | comment | blank* instruction)?
comment ::= blank* "#" [^\n]*
blank ::= [ \t]
gap ::= (blank | joint)+
space ::= (blank | joint)*
joint ::= "\\" blank* "\n" (blank* ("#" [^\n]*)? "\n")*
""".strip().splitlines()
_TEXTS = r"""
escaped ::= "\\" blank* [^ \t\n]
single ::= "'" ([^'\n] | joint)* "'"
double ::= "\"" ([^"\\\n] | "\\" [^\n] | joint)* "\""
quoted ::= single | double | escaped | joint
bare ::= [^-[ \t\n\\'"#] | "-" [^- \t\n\\'"]
item ::= [^\\\n'"] | quoted
text ::= (bare | quoted) item*
test ::= "[" "["? gap ([-!$] | (single | double) gap [-=!]) item*
command ::= text | test
string ::= "\"" ([^"\\\n] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""
path-string ::= "\"" [^"\\\n]+ "\""
variable ::= "$" ([A-Za-z_] [A-Za-z0-9_]* | "{" [A-Za-z_] [^}\n \t]* "}")
name ::= [A-Za-z_] [A-Za-z0-9_]*
word-end ::= ([^ \t\n\\'"] | single | double | escaped)*
word ::= ([^-[< \t\n\\'"] | "-" [^- \t\n\\'"<] | single | double | escaped) word-end
value ::= ([^ \t\n\\'"] | single | double | escaped)+
pair ::= ([^ \t\n\\'"=] | single | double)+ "=" value?
pairs ::= pair (gap pair)* | [^-[ \t\n\\'"=#] [^ \t\n\\'"=]* gap item+
declared ::= name ("=" value?)?
port ::= variable word-end | [0-9]{1,5} ("-" [0-9]{1,5})? ("/" ("tcp" | "udp" | "sctp"))?
image ::= ([A-Za-z0-9] | variable) ([A-Za-z0-9._/:@+-] | variable)*
stage ::= [a-z] [a-z0-9_.-]*
duration ::= "0" | ([0-9]{1,5} ("." [0-9]+)? ("ms" | "h" | "m" | "s"))+
mode ::= [0-7]{3,4} | change ("," change)*
change ::= [ugoa]* [-+=] [rwxXst]*
number ::= [0-9]{1,5}
bool ::= "true" | "false"
key-value ::= [^, \t\n\\'"]+
""".strip().splitlines()
_VALUES = {
    "checksum": '"sha256:" [0-9a-f]{64}',
    "chmod": "mode | variable",
    "interval": "duration",
    "retries": "number",
    "start-interval": "duration",
    "start-period": "duration",
    "timeout": "duration",
    "mount": "mount",
    "platform": "platform | variable",
}
_KEY_VALUES = {
    "sharing": '"shared" | "private" | "locked"',
    "mode": "[0-7]{1,4}",
    "uid": "number",
    "gid": "number",
    "size": "[1-9] [0-9]* [kmg]? [b]?",
}


def grammar() -> str:
    """The grammar, a rule a line, its start `root`."""
    lines = [*_HEAD, _rule("instruction", (_lower(n) for n in sorted(INSTRUCTIONS)))]
    triggers = sorted(INSTRUCTIONS - NO_TRIGGERS)
    bodies = {
        "ARG": "declared (gap declared)*",
        "ENV": "pairs",
        "EXPOSE": "port (gap port)*",
        "FROM": f"image (gap {_word('AS')} gap stage)?",
        "HEALTHCHECK": f"{_word('NONE')} | {_word('CMD')} gap ({_command('HEALTHCHECK')})",
        "LABEL": "pairs",
        "MAINTAINER": "text",
        "ONBUILD": " | ".join(map(_lower, triggers)),
        "STOPSIGNAL": _choice(STOP_SIGNALS),
        "USER": "text",
        "WORKDIR": "text",
    }
    for name in sorted(INSTRUCTIONS):
        body = bodies.get(name) or _command(name)
        flags = f"({_lower(name)}-flag gap)* " if name in FLAGS else ""
        lines.append(f"{_lower(name)} ::= {_word(name)} gap {flags}({body}) space")
        if name in FLAGS:
            lines.append(
                _rule(f"{_lower(name)}-flag", [_flag(*item) for item in FLAGS[name].items()])
            )
    lines += [_rule(f"mount-{kind}", [_keys(kind)]) for kind in TAKES]
    lines.append(_rule("mount", _mounts()))
    system, machine = _choice(SYSTEMS), _choice(ARCHITECTURES)
    lines.append(f'platform ::= ({system}) "/" ({machine}) ("/" ({_choice(VARIANTS)}))?')
    lines += _TEXTS
    for heredoc in HEREDOCS:
        lines += _heredoc(heredoc)
    lines += _heredoc_uses()
    return "\n".join(lines) + "\n"


def _rule(name: str, ways: Iterable[str]) -> str:
    return f"{name} ::= {' | '.join(ways)}"


def _lower(name: str) -> str:
    return name.lower()


def _quote(text: str) -> str:
    return f'"{text}"'


def _choice(words: Iterable[str]) -> str:
    """One of some words; longer ones first, where one begins another."""
    return " | ".join(_quote(word) for word in sorted(words, key=lambda w: (-len(w), w)))


def _word(name: str) -> str:
    """A keyword in upper or lower case."""
    return f"({_quote(name)} | {_quote(name.lower())})"


def _command(name: str) -> str:
    """The arguments of an instruction that takes an array, and of those that take a text, too."""
    array, text = ARRAYS[name]
    string = "path-string" if array.paths else "string"
    more = f"(space {_quote(',')} space {string})"
    strings = f"{string} {more * max(0, array.least - 1)} {more}*"
    inside = f"space {strings} space" if array.least else f"space ({strings} space)?"
    ways = [f"{_quote('[')} {inside} {_quote(']')}"]
    if name in _WITH_HEREDOC:
        ways.append("run-heredoc" if name == "RUN" else "file-heredoc")
    if array.shell is not None:
        ways.append("run-command" if name == "RUN" else "command")
    elif text is not None:
        ways.append("word gap word (gap word)*" if array.least > 1 else "word (gap word)*")
    return " | ".join(ways)


def _flag(flag: str, kind: str) -> str:
    if kind == "bool":
        return f'"--{flag}" ("=" bool)?'
    value = _choice(WORDS[flag]) if flag in WORDS else _VALUES.get(flag, "value")
    return f'"--{flag}=" ({value})'


def _keys(kind: str) -> str:
    """A key of a mount of some type, with its value."""
    ways = []
    for key, name in sorted(KEYS.items()):
        if name not in TAKES[kind]:
            continue
        if name in SWITCHES:
            ways.append(f'"{key}" ("=" bool)?')
        else:
            ways.append(f'"{key}=" ({_KEY_VALUES.get(name, "key-value")})')
    return " | ".join(ways)


def _mounts() -> list[str]:
    """What `--mount` may say: the type may stand anywhere, and is `bind` where it does not stand."""
    named = [f'(mount-{k} ",")* "type={k}" ("," mount-{k})*' for k in TAKES]
    return [*named, 'mount-bind ("," mount-bind)*']


def _heredoc(name: str) -> list[str]:
    """What follows `<<` and `<<-` where a here-document has some name."""
    rule = name.lower()
    begun = f'("{name}" | "\'{name}\'" | "\\"{name}\\"")'
    out = []
    for dash, kept, before in (("", "", ""), ("-", "\\t", "[\\t]* ")):
        # A line that is not the name: it ends too early, goes on otherwise, or is longer.
        other = [f"[^{name[0]}\\n{kept}] [^\\n]*", ""]
        for size in range(1, len(name)):
            other += [f'"{name[:size]}"', f'"{name[:size]}" [^{name[size]}\\n] [^\\n]*']
        other.append(f'"{name}" [^\\n]+')
        ways = " | ".join(way for way in other if way)
        tail = "dashed" if dash else "plain"
        out.append(f'{rule}-{tail}-line ::= {before}({ways})? "\\n"')
        out.append(f'{rule}-{tail}-end ::= "\\n" {rule}-{tail}-line* {before}"{name}"')
    out.append(f"{rule}-opened ::= {begun}")
    return out


def _heredoc_uses() -> list[str]:
    """RUN and COPY with one here-document, the rest of whose line may say more."""
    lines = [
        r"""run-item ::= [^<\\\n'"] | "<" ([^<\\\n'"] | quoted) | quoted""",
        r"""run-text ::= ([^-<[ \t\n\\'"#] | "-" [^-< \t\n\\'"] | quoted) run-item*""",
        r"""run-test ::= "[" "["? gap ([-!$] | (single | double) gap [-=!]) run-item*""",
        "run-command ::= run-text | run-test",
    ]
    run, file = [], []
    for name in map(str.lower, HEREDOCS):
        for mark, tail in (("<<", "plain"), ("<<-", "dashed")):
            body = f"{name}-{tail}-end"
            run.append(f'"{mark}" {name}-opened (blank run-item*)? {body}')
            file.append(f'"{mark}" {name}-opened gap word {body}')
    lines.append(f"run-heredoc ::= run-text? ({' | '.join(run)})")
    lines.append(_rule("file-heredoc", file))
    return lines


__all__ = ["HEREDOCS", "grammar"]
