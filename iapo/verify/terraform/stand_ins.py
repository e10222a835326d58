"""Files laid beside a program to stand in for what cannot be had: overriding files, empty modules."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iapo.verify.terraform.addresses import STUB_PROVIDER
from iapo.verify.terraform.entries import REGISTRY
from iapo.verify.terraform.permissive import PermissiveSchema
from iapo.verify.terraform.program import Module, Program

OVERRIDE = "zzzz_iapo_override.tf.json"
_STUBS = ".iapo-modules"
STUB_TYPE, STUB_NAME = "iapo_stand_in", "module"


@dataclass
class Stubs:
    """Empty modules in the place of absent ones.

    Attributes:
        files: path to JSON body.
        sources: folder of the calling module, to the name of its call, to the new source.
        manifest: what `terraform init` would write to `.terraform/modules/modules.json`.
    """

    files: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, dict[str, str]] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)


def stub_schema() -> PermissiveSchema:
    """The provider of the empty modules: one resource with an unknown value of no type."""
    anything = {"anything": {"type": "dynamic", "computed": True}}
    return PermissiveSchema(
        "stand-in", {("provider", ""): {}, ("resource", STUB_TYPE): {"attributes": anything}}
    )


def is_ours(path: str) -> bool:
    """Whether a file is one that is laid beside the program."""
    return posixpath.basename(path) == OVERRIDE or path.startswith(_STUBS)


def module_stubs(program: Program) -> Stubs:
    """An empty module for every call whose source is out of reach, and the manifest of all calls.

    It takes the arguments that the call gives, and has every output the caller reads; its outputs
    are unknown until apply.
    """
    stubs = Stubs()
    entries = [{"Key": "", "Source": "", "Dir": "."}]
    folders = {"": "", **program.installed}
    for key, folder in program.installed.items():
        parent = folders[key.rpartition(".")[0]]
        call = next(c for c in program.modules[parent].calls if c.name == key.rpartition(".")[2])
        entries.append({"Key": key, "Source": call.source or "", "Dir": folder or "."})
    for number, (key, call) in enumerate(program.absent.items()):
        parent = folders[key.rpartition(".")[0]]
        module = program.modules[parent]
        stub = f"{_STUBS}/{number}"
        source = f"iapo/stand-in{number}/local"
        outputs = set(
            re.findall(
                rf"module\.{re.escape(call.name)}(?:\[[^\]\n]*\])?\.([^\W\d][\w-]*)", module.text
            )
        )
        unknown = {"value": f"${{{STUB_TYPE}.{STUB_NAME}.anything}}"}
        parts = {
            "terraform": {"required_providers": {"iapo": {"source": STUB_PROVIDER}}},
            "variable": {name: {"default": None} for name in call.arguments},
            "resource": {STUB_TYPE: {STUB_NAME: {}}},
            "output": dict.fromkeys(sorted(outputs), unknown),
        }
        # JSON syntax takes no empty object for blocks.
        stubs.files[f"{stub}/main.tf.json"] = {key: body for key, body in parts.items() if body}
        stubs.sources.setdefault(parent, {})[call.name] = source
        entries.append(
            {"Key": key, "Source": f"{REGISTRY}/{source}", "Version": "1.0.0", "Dir": stub}
        )
    stubs.manifest = {"Modules": entries}
    return stubs


def override_file(
    module: Module, providers: Mapping[str, str], sources: Mapping[str, str]
) -> dict[str, Any]:
    """The overriding files of one module folder: name to JSON body; none where nothing needs it.

    Args:
        providers: local name of a provider to the address it is served under.
        sources: name of a module call to its new source.
    """
    terraform: dict[str, Any] = {}
    if providers:
        terraform["required_providers"] = {n: {"source": a} for n, a in providers.items()}
    if "required_version" in module.text:
        terraform["required_version"] = ">= 0.0.1"
    body: dict[str, Any] = {"terraform": terraform} if terraform else {}
    if sources:
        # A registry source, since only that may stand beside a version constraint.
        body["module"] = {n: {"source": s, "version": ">= 0.0.1"} for n, s in sources.items()}
    return {OVERRIDE: body} if body else {}
