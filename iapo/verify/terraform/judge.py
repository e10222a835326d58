"""Judges one Terraform program, inside a worker: lays it out, serves its schemas, asks Terraform.

What is out of reach is stood in for, so that the rest is still judged: a registry module becomes an
empty one with the same arguments and outputs, an unknown provider one that accepts anything, and
`required_version` is overridden. Overriding files are Terraform's own mechanism
(https://developer.hashicorp.com/terraform/language/files/override), so lines stay as written.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from iapo.verify.report import Diagnostic, Plan, Report, verdict
from iapo.verify.terraform import codes, stand_ins
from iapo.verify.terraform.addresses import (
    SLOTS,
    STUB_PROVIDER,
    slot_address,
    socket_name,
)
from iapo.verify.terraform.catalogue import (
    PREFERRED,
    REGISTRY,
    CatalogueEntry,
    canonical_source,
    load_schema,
)
from iapo.verify.terraform.core import Core, Output
from iapo.verify.terraform.grpc_server import GrpcServer
from iapo.verify.terraform.permissive import extended_schema, permissive_schema
from iapo.verify.terraform.program import Module, Program, reads_beyond_itself, survey
from iapo.verify.terraform.provider import GIANT, ProviderServer, Served
from iapo.verify.terraform.provider_functions import undeclared
from iapo.verify.terraform.versions import choose_version

_BUILTIN = "terraform.io/builtin/terraform"


class WornOutError(RuntimeError):
    """This worker is of no further use, which says nothing of the program: another must take it.

    It has used up its addresses for unknown providers, or Terraform has lost its provider servers.
    """


def names_giant(text: str, type: str, kinds: Collection[str]) -> bool:
    """Whether a module's text may use a type whose schema is a giant as these kinds.

    Types whose names merely begin with it (`aws_wafv2_web_acl_association`) do not count, nor does a
    data source of its name where only the resource is a giant.
    """
    if type not in text:
        return False
    before = "" if "data" in kinds else r'(?<!data ")(?<!data\.)'
    return re.search(rf"(?<!\w){before}{re.escape(type)}(?!\w)", text) is not None


# What Terraform says when it cannot talk to a provider server, whatever the program.
_SERVERS_LOST = re.compile(
    r"failed to (?:load plugin schemas|obtain provider schema|instantiate provider)"
    r"|plugin (?:did not respond|error|exited)|request cancelled"
    r"|reattachment process not found|timeout while waiting for plugin|rpc error",
    re.IGNORECASE,
)


def _give_up_if_lost(found: Iterable[Mapping[str, Any]]) -> None:
    """Raises `WornOutError` if Terraform could not talk to a provider server."""
    for entry in found:
        if _SERVERS_LOST.match(str(entry.get("summary"))):
            raise WornOutError(f"{entry['summary']}: {entry.get('detail', '')}")


@dataclass
class _Provision:
    """Which provider serves which local name of a program, and what could not be had."""

    overrides: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    unjudged: bool = False


class Judge:
    """Keeps the provider servers of one worker. Its current folder is the program's folder."""

    def __init__(
        self, core: Core, folder: Path, entries: Iterable[CatalogueEntry], *, confined: bool
    ) -> None:
        self._core = core
        self._folder = folder
        self._confined = confined
        self._plugins = GrpcServer()
        self._servers: dict[str, ProviderServer] = {}
        self._beside: str | None = None
        self._kept: dict[tuple[CatalogueEntry, frozenset[str] | None], str] = {}
        self._entries: dict[str, list[CatalogueEntry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.source, []).append(entry)
        (folder / ".." / "s").mkdir(exist_ok=True)
        self._servers[STUB_PROVIDER] = ProviderServer(self._plugins, socket_name(STUB_PROVIDER))
        self._servers[STUB_PROVIDER].served = Served(stand_ins.stub_schema())

    def check(self, files: Mapping[str, str], *, plan: bool = False) -> Report:
        """Judge a program given as relative paths to texts; see `iapo.verify.verify`."""
        self._plugins.hang_up()
        program = survey(files)
        single = len(files) == 1
        if not self._confined:
            place = reads_beyond_itself(files)
            if place is not None:
                note = Diagnostic(
                    "warning",
                    "unsafe-path",
                    "a file function takes a path that is not plainly inside the program's folder; "
                    "this system cannot confine it, so the program was not run",
                    place[1],
                    None,
                    "terraform",
                    None if single else place[0],
                )
                return verdict("terraform", [note], unjudged=True)
        provision = self._provide(program, single)
        self._read_from(provision, frozenset())
        self._lay_out(program, provision)
        output = self._core.run(["validate", "-json", "-no-color"])
        found = self._read(output)
        _give_up_if_lost(found)
        # An override declares every provider, so Terraform does not miss what the program left out.
        found += [
            undeclared(call)
            for module in program.modules.values()
            for call in module.functions
            if call.local in module.providers - module.declared
        ]
        diagnostics = self._diagnostics(found, provision, single)
        planned: Plan | None = None
        if plan and not any(d.severity == "error" for d in diagnostics):
            from iapo.verify.terraform import plan as planner

            planned, more = planner.make(self._core, self._folder, program)
            blocks = planner.blocks_read(program) if planner.lacks_elements(more) else None
            if blocks:
                # Schemas do not tell which blocks a provider fills in by itself
                # (`master_auth[0].cluster_ca_certificate`): what is read of them is unknown.
                self._read_from(provision, blocks)
                planned, more = planner.make(self._core, self._folder, program)
            _give_up_if_lost(more)
            # Values that stand in may be why a plan fails, so it never makes a program invalid.
            noted = [
                replace(d, severity="warning") for d in self._diagnostics(more, provision, single)
            ]
            diagnostics += [d for d in noted if d not in diagnostics]
        return self._report(program, diagnostics, provision, planned)

    # -- what is served ------------------------------------------------------------------------

    def _provide(self, program: Program, single: bool) -> _Provision:
        provision = _Provision()
        owners: dict[str, list[tuple[Module, str]]] = {}
        for module in program.modules.values():
            for local in module.providers - {"terraform"}:
                required = module.required.get(local)
                source = canonical_source(
                    required.source if required and required.source else local
                )
                owners.setdefault(source, []).append((module, local))
        for source, users in sorted(owners.items()):
            if source == _BUILTIN:
                continue
            if source in self._entries:
                address = self._serve_known(source, users, provision, single)
            else:
                address = self._serve_unknown(source, users, provision, single)
            provision.renamed[address] = source
            for module, local in users:
                provision.overrides.setdefault(module.folder, {})[local] = address
        return provision

    def _serve_known(
        self, source: str, users: list[tuple[Module, str]], provision: _Provision, single: bool
    ) -> str:
        constraints = [
            module.required[local].version for module, local in users if local in module.required
        ]
        entries = self._entries[source]
        by_version = {entry.version: entry for entry in entries}
        version, allowed = choose_version(
            list(by_version),
            ",".join(c for c in constraints if c),
            PREFERRED.get(source, entries[-1].version),
        )
        if not allowed:
            provision.notes.append(
                Diagnostic(
                    "info",
                    "provider-version-approximated",
                    f"judged with {source.rsplit('/', 1)[1]} {version}, the nearest version at hand",
                    tool="terraform",
                )
            )
        entry = by_version[version]
        schema = load_schema(entry)
        kinds = schema.giants(GIANT)
        named = [
            g for g in sorted(kinds) if any(names_giant(m.text, g, kinds[g]) for m, _ in users)
        ]
        # Without what is in its giant types, with one of them, or with all.
        shown = frozenset(named) if len(named) <= 1 else None
        if not entry.whole:
            extended = extended_schema(schema, users[0][1], [m for m, _ in users])
            if extended is not None:
                line, path = _first_named(extended.missing, users)
                self._unjudged(
                    provision,
                    "not-in-schema",
                    f"the schema of {source.removeprefix(REGISTRY + '/')} at hand does not hold "
                    f"{', '.join(extended.missing)}: how it is used was not judged "
                    "(`iapo schemas add` brings a full one)",
                    line,
                    None if single else path,
                )
                return self._serve(Served(extended, shown))
        key = (entry, shown)
        if key not in self._kept:
            self._kept[key] = self._serve(Served(schema, shown))
        return self._kept[key]

    def _serve(self, served: Served) -> str:
        """Serve a schema under an address that no other has had."""
        number = len(self._servers) - 1  # one is the stub provider's
        if number >= SLOTS:
            raise WornOutError
        address = slot_address(number)
        self._servers[address] = ProviderServer(self._plugins, socket_name(address))
        self._servers[address].served = served
        return address

    def _serve_unknown(
        self, source: str, users: list[tuple[Module, str]], provision: _Provision, single: bool
    ) -> str:
        name = source.rsplit("/", 1)[1]
        schema = permissive_schema(name, users[0][1], [m for m, _ in users])
        place = _first_use(users)
        if place is not None:
            self._unjudged(
                provision,
                "unknown-provider",
                f"no schema for provider {source.removeprefix(REGISTRY + '/')}: what it defines "
                "was not judged (`iapo schemas add` brings one)",
                place[0],
                None if single else place[1],
            )
        return self._serve(Served(schema))

    @staticmethod
    def _unjudged(
        provision: _Provision, code: str, message: str, line: int | None, path: str | None
    ) -> None:
        """Note what could not be judged, and that there will be no verdict of True."""
        provision.unjudged = True
        provision.notes.append(Diagnostic("warning", code, message, line, None, "terraform", path))

    def _read_from(self, provision: _Provision, blocks: frozenset[tuple[str, str]]) -> None:
        """Have this program's providers plan these (type, block) pairs as unknown if left out."""
        for address in provision.renamed:
            served = self._servers[address].served
            if served is not None:
                served.read = blocks

    # -- what Terraform finds on disk ----------------------------------------------------------

    def _lay_out(self, program: Program, provision: _Provision) -> None:
        """Make the folder hold this program, what stands in beside it, and nothing else."""
        wanted = self._files(program, provision)
        # Most programs are served as the last one was, and then this file stays.
        beside, self._beside = self._beside, None
        stays = (
            {stand_ins.OVERRIDE} if beside and wanted.get(stand_ins.OVERRIDE) == beside else set()
        )
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry)
                elif entry.name not in stays:
                    Path(entry).unlink()
        for path, text in wanted.items():
            if path in stays:
                continue
            target = self._folder / path
            if "/" in path:
                target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        if stand_ins.OVERRIDE not in program.files:  # a program's own file may change for a plan
            self._beside = wanted.get(stand_ins.OVERRIDE)

    def _files(self, program: Program, provision: _Provision) -> dict[str, str]:
        """All files of the folder by their path in it."""
        files = dict(program.files)
        stubs = stand_ins.module_stubs(program)
        for folder, module in program.modules.items():
            override = stand_ins.override_file(
                module, provision.overrides.get(folder, {}), stubs.sources.get(folder, {})
            )
            for name, body in override.items():
                files[f"{folder}/{name}" if folder else name] = json.dumps(body)
        files |= {path: json.dumps(body) for path, body in stubs.files.items()}
        if program.installed or program.absent:
            files[".terraform/modules/modules.json"] = json.dumps(stubs.manifest)
        for key, call in program.absent.items():
            self._unjudged(
                provision,
                "module-not-installed",
                f"module {key} comes from {call.source or 'a computed source'}, which is not in "
                "this program's folder: what it holds was not judged",
                call.line,
                None if len(program.files) == 1 else call.path,
            )
        return files

    # -- what Terraform says -------------------------------------------------------------------

    @staticmethod
    def _read(output: Output) -> list[dict[str, Any]]:
        try:
            document = json.loads(output.stdout)
            found: list[dict[str, Any]] = document["diagnostics"]
        except (ValueError, KeyError, TypeError):
            message = (output.stderr or output.stdout).strip()[:2000]
            return [{"severity": "error", "summary": "Terraform failed", "detail": message}]
        return found

    def _diagnostics(
        self, found: list[dict[str, Any]], provision: _Provision, single: bool
    ) -> list[Diagnostic]:
        out = []
        for entry in found:
            for address, source in provision.renamed.items():
                for key in ("summary", "detail"):
                    entry[key] = str(entry.get(key, "")).replace(
                        address.removeprefix(REGISTRY + "/"), source.removeprefix(REGISTRY + "/")
                    )
            place = entry.get("range") or {}
            if stand_ins.is_ours(str(place.get("filename", ""))):
                entry["range"] = None
            out.append(codes.to_diagnostic(entry, single=single))
        # Terraform walks maps: what it says of one place comes in any order.
        return sorted(out, key=lambda d: d.message)

    def _report(
        self,
        program: Program,
        diagnostics: list[Diagnostic],
        provision: _Provision,
        planned: Plan | None,
    ) -> Report:
        unjudged = provision.unjudged or any(d.code == "missing-file" for d in diagnostics)
        errors = [d for d in diagnostics if d.severity == "error"]
        parts, faulty = _parts(program, errors)
        return verdict(
            "terraform",
            diagnostics + provision.notes,
            parses=not any(codes.is_syntax(d.code) for d in errors),
            parts=parts,
            faulty_parts=faulty,
            unjudged=unjudged,
            plan=planned,
        )


def _first_use(users: list[tuple[Module, str]]) -> tuple[int | None, str | None] | None:
    """Where a provider is first used, if it is: by a resource, a function's call, its own block."""
    for module, local in users:
        for path, block in module.blocks:
            first = block.labels[0] if block.labels else ""
            if block.type == "provider" and first == local:
                return block.line, path
            if (block.type, first, local) in module.types:
                return block.line, path
        for call in module.functions:
            if call.local == local:
                return call.line, call.path
        if any(owner == local for _, _, owner in module.types):
            return None, None
    return None


def _first_named(
    names: Iterable[str], users: list[tuple[Module, str]]
) -> tuple[int | None, str | None]:
    """Where an ephemeral type or a function of these names first stands; None, None in JSON."""
    wanted = set(names)
    places = [
        (block.line, path)
        for module, _ in users
        for path, block in module.blocks
        if block.type == "ephemeral" and wanted.intersection(block.labels[:1])
    ]
    places += [
        (call.line, call.path)
        for module, local in users
        for call in module.functions
        if call.local == local and call.name in wanted
    ]
    return min(places, default=(None, None))


def _parts(program: Program, errors: list[Diagnostic]) -> tuple[int, int]:
    """How many top-level blocks the program has, and how many of them carry an error."""
    spans: list[tuple[str, int, int]] = []
    total = 0
    for module in program.modules.values():
        for path, block in module.blocks:
            spans.append((path, block.line, block.last_line))
        total += len(module.blocks) + sum(len(body) for body in module.json_bodies)
    faulty: set[int] = set()
    elsewhere = 0
    for error in errors:
        hit = [
            at
            for at, (path, first, last) in enumerate(spans)
            if error.line is not None and first <= error.line <= last and error.path in (None, path)
        ]
        faulty.update(hit[:1])
        elsewhere += not hit
    return max(total, 1), len(faulty) + elsewhere
