"""Which resources an argument refers to, followed through locals, variables, outputs and for_each.

Read from the `configuration` part of the plan document, which Terraform itself resolved as far as
names go; locals and `dynamic` blocks are not in it and are read from the program's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from iapo.verify.terraform import hcl
from iapo.verify.terraform.program import Module, Program

_INDEX = re.compile(r'\[(?:[^\[\]"]|"(?:[^"\\]|\\.)*")*\]')
_TRAVERSAL = re.compile(
    r'(?<![\w.-])((?:data\.)?[^\W\d][\w-]*(?:\.[^\W\d][\w-]*|\.\d+|\.\*|\[(?:\d+|\*|"[^"]*"|[\w.]+)\])+)'
)
_MAX_STEPS = 2000


class Resolver:
    """Answers for one plan document. References that lead nowhere are left out."""

    def __init__(self, document: Mapping[str, Any], program: Program) -> None:
        self._program = program
        self._root: dict[str, Any] = document.get("configuration", {}).get("root_module", {})
        self._found: dict[str, dict[str, tuple[str, ...]]] = {}
        self._folders = {"": "", **program.installed}
        self._locals: dict[str, dict[str, list[str]]] = {}
        self._steps = 0

    def of(self, address: str, values: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """Argument path (`ingress.0.security_groups`) to the addresses it refers to."""
        plain = _INDEX.sub("", address)
        path, name = _split(plain)
        module = self._module(path)
        if module is None:
            return {}
        resource = next((r for r in module.get("resources", []) if r.get("address") == name), None)
        out: dict[str, tuple[str, ...]] = {}
        if resource is None:
            return out
        each = [
            ref
            for key in ("for_each_expression", "count_expression")
            for ref in resource.get(key, {}).get("references", [])
        ]
        self._steps = 0
        self._walk(resource.get("expressions", {}), "", path, each, out)
        for where, refs in self._dynamic(path, name, values):
            self._put(out, where, refs, path, each)
        return out

    def _walk(
        self, part: Any, where: str, path: str, each: list[str], out: dict[str, tuple[str, ...]]
    ) -> None:
        if isinstance(part, list):
            for at, item in enumerate(part):
                self._walk(item, f"{where}.{at}", path, each, out)
        elif isinstance(part, dict):
            if isinstance(part.get("references"), list):
                self._put(out, where, part["references"], path, each)
            elif "constant_value" not in part:
                for name, inner in part.items():
                    self._walk(inner, f"{where}.{name}" if where else name, path, each, out)

    def _put(
        self,
        out: dict[str, tuple[str, ...]],
        where: str,
        refs: Iterable[str],
        path: str,
        each: list[str],
    ) -> None:
        found = self._resolve(refs, path, each)
        if found:
            out[where] = tuple(sorted(set(out.get(where, ())) | found))

    def _resolve(self, refs: Iterable[str], path: str, each: Iterable[str] = ()) -> set[str]:
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        waiting = [(ref, path) for ref in refs]
        own_each = list(each)
        while waiting and self._steps < _MAX_STEPS:
            self._steps += 1
            ref, here = waiting.pop()
            if (ref, here) in seen:
                continue
            seen.add((ref, here))
            words = _INDEX.sub("", ref).split(".")
            head = words[0]
            if head in ("each", "count") and here == path:
                waiting += [(r, here) for r in own_each]
            elif head == "local" and len(words) > 1:
                waiting += [(r, here) for r in self._local(here, words[1])]
            elif head == "var" and len(words) > 1 and here:
                parent, _, name = here.rpartition(".")
                call = (self._module(parent) or {}).get("module_calls", {}).get(name, {})
                given = call.get("expressions", {}).get(words[1], {})
                waiting += [(r, parent) for r in _all_references(given)]
            elif head == "module" and len(words) > 2:
                inner = f"{here}.{words[1]}" if here else words[1]
                output = (self._module(inner) or {}).get("outputs", {}).get(words[2], {})
                waiting += [(r, inner) for r in _all_references(output.get("expression", {}))]
            else:
                name = ".".join(words[:3] if head == "data" else words[:2])
                if self._declared(here, name):
                    found.add(_prefix(here) + name)
        return found

    def _module(self, path: str) -> dict[str, Any] | None:
        here: dict[str, Any] | None = self._root
        for name in path.split(".") if path else ():
            here = (here or {}).get("module_calls", {}).get(name, {}).get("module")
        return here

    def _declared(self, path: str, name: str) -> bool:
        key = f"#{path}"
        if key not in self._found:
            resources = (self._module(path) or {}).get("resources", [])
            self._found[key] = {r["address"]: () for r in resources}
        return name in self._found[key]

    def _local(self, path: str, name: str) -> list[str]:
        if path not in self._locals:
            found: dict[str, list[str]] = {}
            module = self._source(path)
            for _, block in module.blocks if module is not None else ():
                if block.type == "locals":
                    for key, argument in block.arguments.items():
                        found[key] = traversals(argument.tokens)
            for body in module.json_bodies if module is not None else ():
                parts = body.get("locals", [])
                for part in parts if isinstance(parts, list) else [parts]:
                    for key, value in part.items() if isinstance(part, dict) else ():
                        found[key] = _in_text(str(value))
            self._locals[path] = found
        return self._locals[path].get(name, [])

    def _source(self, path: str) -> Module | None:
        folder = self._folders.get(path)
        return self._program.modules.get(folder) if folder is not None else None

    def _dynamic(
        self, path: str, name: str, values: Mapping[str, Any]
    ) -> list[tuple[str, list[str]]]:
        """References inside `dynamic` blocks, for each block they expand to."""
        module = self._source(path)
        words = name.split(".")
        kind, labels = ("data", words[1:]) if words[0] == "data" else ("resource", words)
        out: list[tuple[str, list[str]]] = []
        for _, block in module.blocks if module is not None else ():
            if block.type == kind and list(block.labels) == labels:
                _collect(block, values, "", {}, out, 0)
        return out


def _collect(
    block: hcl.Block,
    values: Any,
    where: str,
    iterators: dict[str, list[str]],
    out: list[tuple[str, list[str]]],
    depth: int,
) -> None:
    if depth > 20 or not isinstance(values, Mapping):
        return
    used: dict[str, int] = {}
    for inner in block.blocks:
        dynamic = inner.type == "dynamic" and bool(inner.labels)
        name = inner.labels[0] if dynamic else inner.type
        planned = values.get(name)
        planned = planned if isinstance(planned, list) else [planned]
        first = used.get(name, 0)
        known = dict(iterators)
        bodies = [inner]
        count = 1
        if dynamic:
            each = inner.arguments.get("for_each")
            label = inner.arguments.get("iterator")
            iterator = label.tokens[0].text if label is not None and label.tokens else name
            known[iterator] = traversals(each.tokens) if each is not None else []
            bodies = list(inner.children("content"))
            count = max(len(planned) - first, 0)
        used[name] = first + count
        for at in range(first, min(first + count, len(planned), first + 50)):
            place = f"{where}{name}.{at}"
            for body in bodies:
                if known:
                    for argument in body.arguments.values():
                        refs = []
                        for ref in traversals(argument.tokens):
                            refs += known.get(ref.split(".")[0].split("[")[0], [ref])
                        out.append((f"{place}.{argument.name}", refs))
                _collect(body, planned[at], place + ".", known, out, depth + 1)


def traversals(tokens: Iterable[hcl.Token]) -> list[str]:
    """What an expression refers to: `local.x`, `aws_vpc.main.id`, `module.net.ids[0]`."""
    parts: list[str] = []
    for token in tokens:
        if token.kind in ("string", "heredoc"):
            inside = re.findall(r"[$%]\{(.*?)\}", token.text, re.DOTALL)
            # In an index the quotes stay: aws_x.y["a"].
            parts.append(
                token.text if parts and parts[-1].endswith("[") else " " + " ".join(inside) + " "
            )
        elif token.text in (".", "[", "]") or (parts and parts[-1][-1:] in (".", "[")):
            parts.append(token.text)
        else:
            parts.append((" " if parts and parts[-1] not in (".", "[") else "") + token.text)
    return _in_text("".join(parts))


def _in_text(text: str) -> list[str]:
    return [found for found in _TRAVERSAL.findall(text) if "." in found]


def _all_references(part: Any) -> list[str]:
    out: list[str] = []
    waiting = [part]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting += here
        elif isinstance(here, dict):
            if isinstance(here.get("references"), list):
                out += here["references"]
            else:
                waiting += here.values()
    return out


def _split(address: str) -> tuple[str, str]:
    """`module.a.module.b.aws_x.y` as (`a.b`, `aws_x.y`)."""
    words = address.split(".")
    path = []
    while len(words) > 2 and words[0] == "module":
        path.append(words[1])
        words = words[2:]
    return ".".join(path), ".".join(words)


def _prefix(path: str) -> str:
    return "".join(f"module.{name}." for name in path.split(".")) if path else ""
