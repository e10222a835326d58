"""What the API server demands of a LimitRange: bounds and defaults that can all be met at once.

From https://kubernetes.io/docs/concepts/policy/limit-range/.
"""

from __future__ import annotations

from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping
from iapo.verify.kubernetes.pods import quantity
from iapo.verify.yaml_source import Path

# Each must not be greater than those after it.
_RISING = ("min", "defaultRequest", "default", "max")


def check_limit_range(manifest: Manifest, findings: Findings) -> None:
    """Report a resource whose minimum, defaults and maximum contradict one another."""
    for index, item in entries(manifest.spec.get("limits")):
        at: Path = ("spec", "limits", index)
        amounts = {field: mapping(item.get(field)) for field in _RISING}
        for place, low in enumerate(_RISING):
            for high in _RISING[place + 1 :]:
                for resource in amounts[low].keys() & amounts[high].keys():
                    small = quantity(amounts[low][resource])
                    great = quantity(amounts[high][resource])
                    if small is not None and great is not None and small > great:
                        message = f"{low} {resource} is greater than {high} {resource}"
                        findings.error("out-of-range", message, manifest, (*at, low, resource))
