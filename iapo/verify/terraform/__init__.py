"""Terraform programs judged by Terraform itself, in process, attached to schema-only providers."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iapo.verify.terraform.judge import Judge

_WARM_UP = 'resource "aws_s3_bucket" "a" {}\ndata "aws_iam_policy_document" "b" {}\n'


def open_judge(folder: Path) -> Judge:
    """Confine this process to a folder and make it ready to judge Terraform programs.

    Raises:
        iapo.verify.terraform.core.CoreMissingError: no Terraform is installed.
        iapo.errors.DamagedPackageError: a data file of this package is missing or damaged.
        RuntimeError: a sound program is not found valid.
    """
    from iapo.verify import confinement
    from iapo.verify.terraform import catalogue, core, judge, planning, rules

    entries = catalogue.preload()
    rules.preload()
    planning.preload()
    binary = os.environ.get("IAPO_TERRAFORM_BINARY") or None
    programs = [Path(binary)] if binary else []
    walls = confinement.confine(folder, confinement.Limits(), programs=programs)
    home = folder / "p"
    home.mkdir(exist_ok=True)
    os.chdir(home)
    terraform = core.open_core(binary)
    ready = judge.Judge(terraform, Path(), entries, confined=walls.files)
    # A first program loads what is loaded lazily, before the root is changed.
    first = ready.check({"main.tf": _WARM_UP}, plan=True)
    if first.valid is not True or first.plan is None:
        said = "; ".join(d.message for d in first.diagnostics) or "nothing"
        raise RuntimeError(
            f"Terraform does not judge as it should; of a sound program it says: {said}"
        )
    if not programs:
        confinement.change_root(folder)
    gc.freeze()  # schemas and rules stay: no collection need look at them again
    return ready
