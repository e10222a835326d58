"""Names of objects: RFC 1123 labels and subdomains, and the kinds with rules of their own.

From https://kubernetes.io/docs/concepts/overview/working-with-objects/names/.
"""

from __future__ import annotations

import re

from iapo.verify.kubernetes.manifest import Findings, Manifest
from iapo.verify.yaml_source import Path

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?\Z")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_LABEL_1035 = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?\Z")
# Kinds whose names only have to fit into a URL path.
_PATH_NAMES = frozenset({"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"})
_LABEL_NAMES = frozenset({"Service", "Namespace"})
_NAMELESS = frozenset(
    {
        "Binding",
        "Eviction",
        "Scale",
        "TokenRequest",
        "TokenReview",
        "SubjectAccessReview",
        "SelfSubjectAccessReview",
        "SelfSubjectRulesReview",
        "SelfSubjectReview",
        "LocalSubjectAccessReview",
    }
)
_CLUSTER_SCOPED = frozenset(
    {
        "Namespace",
        "Node",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
        "StorageClass",
        "CustomResourceDefinition",
        "PriorityClass",
        "IngressClass",
        "RuntimeClass",
        "CSIDriver",
        "CSINode",
        "VolumeAttachment",
        "APIService",
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "CertificateSigningRequest",
    }
)


def check_name(manifest: Manifest, findings: Findings, minor: int) -> None:
    """Report a name that the API server refuses. `minor`: of the Kubernetes version."""
    kind, metadata = manifest.kind, manifest.metadata
    if kind in _NAMELESS or manifest.group in ("authentication.k8s.io", "authorization.k8s.io"):
        return
    name = metadata.get("name")
    if not name and not metadata.get("generateName"):
        message = f"{kind} needs metadata.name"
        findings.error("missing-field", message, manifest, ("metadata",))
        return
    if not isinstance(name, str) or not name:
        return
    path: Path = ("metadata", "name")
    if kind in _PATH_NAMES:
        if name in (".", "..") or "/" in name or "%" in name:
            findings.error(
                "bad-name", f'name "{name[:80]}" must not contain / or %', manifest, path
            )
        return
    if kind in _LABEL_NAMES:
        pattern = _LABEL_1035 if kind == "Service" and minor < 34 else _LABEL
        if len(name) > 63 or not pattern.match(name):
            message = f'name "{name[:80]}" of a {kind} must be at most 63 lower case letters, digits or "-"'
            findings.error("bad-name", _name_hint(message, name), manifest, path)
    elif len(name) > 253 or not _SUBDOMAIN.match(name):
        message = (
            f'name "{name[:80]}" must be lower case letters, digits, "-" or ".", as RFC 1123 has it'
        )
        findings.error("bad-name", _name_hint(message, name), manifest, path)
    elif kind == "CronJob" and len(name) > 52:
        message = "the name of a CronJob must be at most 52 characters; its jobs add 11"
        findings.error("bad-name", message, manifest, path)
    if kind in _CLUSTER_SCOPED and metadata.get("namespace"):
        message = f"{kind} belongs to no namespace; leave metadata.namespace out"
        findings.warning("cluster-scoped", message, manifest, ("metadata", "namespace"))


def _name_hint(message: str, name: str) -> str:
    fixed = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")[:63]
    return f'{message}; e.g. "{fixed}"' if fixed and fixed != name else message
