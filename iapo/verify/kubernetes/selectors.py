"""Label selectors: whether they are well formed, and which labels they hold for.

From https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/.
"""

from __future__ import annotations

from typing import Any

from iapo.verify.kubernetes.manifest import Findings, Manifest, entries
from iapo.verify.yaml_source import Path


def expression_holds(expression: dict[str, Any], labels: dict[str, Any]) -> bool:
    """Whether a matchExpression of a label selector holds for labels."""
    key, operator = expression.get("key"), expression.get("operator")
    values = expression.get("values")
    values = values if isinstance(values, list) else []
    if operator == "In":
        return key in labels and labels[key] in values
    if operator == "NotIn":
        return key not in labels or labels[key] not in values
    if operator == "Exists":
        return key in labels
    return key not in labels if operator == "DoesNotExist" else True


def check_label_selector(
    manifest: Manifest, selector: dict[str, Any], path: Path, findings: Findings
) -> None:
    """Report matchExpressions that have values where they must not, or lack them."""
    for index, expression in entries(selector.get("matchExpressions")):
        at = (*path, "matchExpressions", index)
        operator, values = expression.get("operator"), expression.get("values")
        if operator in ("In", "NotIn") and not values:
            findings.error("missing-field", f"operator {operator} needs values", manifest, at)
        if operator in ("Exists", "DoesNotExist") and values:
            findings.error("exclusive-fields", f"operator {operator} takes no values", manifest, at)
