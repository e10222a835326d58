"""What the API server demands of ConfigMaps, Secrets, claims, volumes and storage classes.

From https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iapo.verify.kubernetes.manifest import Findings, Manifest, mapping, text
from iapo.verify.kubernetes.pods import quantity
from iapo.verify.yaml_source import Path

_SECRET_KEYS: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
}
_VOLUME_SETTINGS = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def check_config_map(manifest: Manifest, findings: Findings) -> None:
    """Report keys given twice and a ConfigMap over its size."""
    for key in mapping(manifest.value.get("binaryData")):
        if key in mapping(manifest.value.get("data")):
            message = f'key "{key}" is in both data and binaryData'
            findings.error("duplicate-key", message, manifest, ("binaryData", key))
    _data_size(manifest, findings)


def check_secret(manifest: Manifest, findings: Findings) -> None:
    """Report keys that a Secret of its type lacks."""
    kind = text(manifest.value.get("type"))
    given = {
        **mapping(manifest.value.get("data")),
        **mapping(manifest.value.get("stringData")),
    }
    for key in _SECRET_KEYS.get(kind, ()):
        if key not in given:
            message = f'a Secret of type {kind} needs the key "{key}"'
            findings.error("missing-field", message, manifest, ("data",))
    if kind == "kubernetes.io/basic-auth" and not given.keys() & {"username", "password"}:
        message = f"a Secret of type {kind} needs username or password"
        findings.error("missing-field", message, manifest, ("data",))
    if kind == "kubernetes.io/service-account-token":
        annotations = mapping(manifest.metadata.get("annotations"))
        if not annotations.get("kubernetes.io/service-account.name"):
            message = (
                f"a Secret of type {kind} needs the annotation kubernetes.io/service-account.name"
            )
            findings.error("missing-field", message, manifest, ("metadata",))
    _data_size(manifest, findings)


def _data_size(manifest: Manifest, findings: Findings) -> None:
    size = sum(
        len(value)
        for field in ("data", "binaryData", "stringData")
        for value in mapping(manifest.value.get(field)).values()
        if isinstance(value, str)
    )
    if size > 1_400_000:
        findings.error("too-big", "holds more than 1 MiB", manifest, ("data",))


def check_claim(manifest: Manifest, findings: Findings) -> None:
    """Report what a PersistentVolumeClaim lacks."""
    check_claim_spec(manifest, manifest.spec, ("spec",), findings)


def check_claim_spec(
    manifest: Manifest, spec: dict[str, Any], path: Path, findings: Findings
) -> None:
    """Report what a PersistentVolumeClaim's spec lacks."""
    if not spec.get("accessModes"):
        message = "a claim needs accessModes, e.g. [ReadWriteOnce]"
        findings.error("missing-field", message, manifest, path)
    requests = mapping(mapping(spec.get("resources")).get("requests"))
    size = quantity(requests.get("storage"))
    if "storage" not in requests:
        message = "a claim needs resources.requests.storage, e.g. 10Gi"
        findings.error("missing-field", message, manifest, path)
    elif size is not None and size <= 0:
        at = (*path, "resources", "requests", "storage")
        findings.error("bad-quantity", "storage must be greater than 0", manifest, at)


def check_volume(manifest: Manifest, findings: Findings) -> None:
    """Report what a PersistentVolume lacks or has twice."""
    spec = manifest.spec
    if not spec.get("accessModes"):
        findings.error("missing-field", "a volume needs accessModes", manifest, ("spec",))
    if "storage" not in mapping(spec.get("capacity")):
        findings.error("missing-field", "a volume needs capacity.storage", manifest, ("spec",))
    sources = [k for k in spec if k not in _VOLUME_SETTINGS and spec[k] is not None]
    if not sources:
        message = "a volume needs a source, e.g. hostPath, nfs or csi"
        findings.error("missing-field", message, manifest, ("spec",))
    elif len(sources) > 1:
        message = f"a volume has one source, and this has {', '.join(map(str, sources))}"
        findings.error("several-sources", message, manifest, ("spec", sources[1]))
    if "local" in sources and not spec.get("nodeAffinity"):
        findings.error("missing-field", "a local volume needs nodeAffinity", manifest, ("spec",))


def check_storage_class(manifest: Manifest, findings: Findings) -> None:
    """Report parameters in the wrong place."""
    if "parameters" in manifest.spec:
        message = "parameters stand at the top of a StorageClass, not under spec"
        findings.error("unknown-field", message, manifest, ("spec",))
