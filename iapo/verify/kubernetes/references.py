"""Objects of one file that refer to one another: a Service to pods, an Ingress to Services, and so on."""

from __future__ import annotations

from collections.abc import Sequence

from iapo.verify.kubernetes.manifest import Findings, Manifest


def check_references(manifests: Sequence[Manifest], findings: Findings, *, complete: bool) -> None:
    """Report references to what the file does not define though it defines such things.

    Args:
        complete: every manifest could be judged; a custom resource may create what seems missing.
    """
    _check_duplicates(manifests, findings)


def _check_duplicates(manifests: Sequence[Manifest], findings: Findings) -> None:
    seen: dict[tuple[str, str, str, str], Manifest] = {}
    for manifest in manifests:
        if not manifest.name:
            continue
        key = (manifest.group, manifest.kind, manifest.namespace, manifest.name)
        if key in seen:
            line = seen[key].document.locate(seen[key].root)[0]
            message = (
                f"{manifest.title} is defined twice (first on line {line}); rename or remove one"
            )
            findings.error("duplicate-object", message, manifest, ("metadata", "name"))
        seen[key] = manifest
