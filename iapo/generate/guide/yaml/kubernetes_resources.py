"""What resources may be called: those of a container, of a claim, of a quota.

Of a container they are those of Kubernetes, and a vendor's behind its domain; of a quota or a range any. They are
no longer than such names are: https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/.
"""

from __future__ import annotations

from collections.abc import Mapping

from iapo.generate.guide.yaml.formed import fits
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Rules, Shape, Struct, changed

_WORD = "[A-Za-z0-9]([-_.]?[A-Za-z0-9]){0,62}"
_VENDORS = rf"[a-z0-9]([-.]?[a-z0-9]){{0,62}}/{_WORD}"
RESOURCES: Mapping[str, Pattern] = {
    "resources": Pattern(
        rf"cpu|memory|ephemeral-storage|hugepages-[1-9][0-9]{{0,5}}([KMGT]i)?|{_VENDORS}",
        "cpu",
        "memory",
    ),
    "quota": Pattern(rf"{_WORD}|{_VENDORS}", "pods", "limits.cpu"),
}
"""Kinds of resources to what they may be called."""


class _Resources(Struct):
    """Resources, which have names of a form."""

    def takes(self, name: str, used: frozenset[str]) -> bool:
        assert self.spelling is not None
        return name not in used and fits(self.spelling, name, whole=True)


def keyed(shape: Shape, kind: str) -> Shape:
    """A mapping whose keys are resources of a kind."""
    assert shape.fields is not None
    amount = shape.fields.shape("storage")
    if kind == "storage":
        only = Struct({"storage": lambda: amount}, rules=Rules(frozenset({"storage"})))
        return changed(shape, fields=only, null=False)
    known = ("cpu", "memory", "ephemeral-storage") if kind == "resources" else ()
    fields = _Resources(dict.fromkeys(known, lambda: amount), lambda: amount)
    fields.spelling = RESOURCES[kind]
    return changed(shape, fields=fields)


__all__ = ["keyed"]
