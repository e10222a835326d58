"""Mutants that mean what the reference means, each with the proof; they are no mutants.

Terraform proves it itself: the mutant is accepted and its plan has the same values and references.
Of Kubernetes, the API server fills in documented defaults; https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iapo.dataset import Task
from iapo.verify import verify
from iapo.verify.report import Plan

# Field to its documented default, where leaving it out and giving it are the same.
_DEFAULTS: Mapping[str, str] = {
    "replicas": "1",
    "minReplicas": "1",
    "backoffLimit": "6",
    "failurePolicy": "Fail",
    "globalDefault": "false",
    "periodSeconds": "10",
    "stabilizationWindowSeconds": "0",  # of scaleUp; scaleDown's is 300
}


def proof(task: Task, text: str) -> str:
    """Why the text means the same as the task's reference; empty where it does not, or nobody knows."""
    if task.format == "terraform":
        return _same_plan(task.output, text)
    if task.format == "kubernetes":
        return _default(task.output, text)
    return ""


def _same_plan(reference: str, text: str) -> str:
    plans = [verify(each, "terraform", plan=True).plan for each in (reference, text)]
    if plans[0] is None or plans[1] is None or _planned(plans[0]) != _planned(plans[1]):
        return ""
    return "the plan is the same"


def _planned(plan: Plan) -> Any:
    resources = [(r.address, r.actions, r.values, r.unknown, r.references) for r in plan.resources]
    root = plan.json.get("configuration", {}).get("root_module", {})
    order = [(r.get("address"), r.get("depends_on")) for r in root.get("resources", ())]
    return resources, plan.outputs, plan.variables, order


def _default(reference: str, text: str) -> str:
    """One line gone into a comment, and it gave a documented default."""
    gone = [line.strip() for line in reference.splitlines() if line not in text.splitlines()]
    new = [line.strip() for line in text.splitlines() if line not in reference.splitlines()]
    if len(gone) == 1 and ": " in gone[0] and all(line.startswith("#") for line in new):
        field, value = gone[0].lstrip("- ").split(": ", 1)
        if _DEFAULTS.get(field) == value:
            return f"{field} is {value} by default"
    return ""
