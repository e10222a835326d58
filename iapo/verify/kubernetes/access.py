"""What the API server demands of roles and role bindings, beyond their schemas.

From https://kubernetes.io/docs/reference/access-authn-authz/rbac/.
"""

from __future__ import annotations

from iapo.verify.kubernetes.manifest import Findings, Manifest, entries, mapping
from iapo.verify.yaml_source import Path


def check_role(manifest: Manifest, findings: Findings) -> None:
    """Report rules of a role without groups or resources."""
    for index, rule in entries(manifest.value.get("rules")):
        at: Path = ("rules", index)
        urls = rule.get("nonResourceURLs")
        if urls:
            if manifest.kind == "Role":
                message = "nonResourceURLs need a ClusterRole: they belong to no namespace"
                findings.error("not-allowed-here", message, manifest, (*at, "nonResourceURLs"))
            if rule.get("resources") or rule.get("apiGroups"):
                message = "a rule is about resources or about nonResourceURLs, not both"
                findings.error("exclusive-fields", message, manifest, (*at, "nonResourceURLs"))
            continue
        if not rule.get("apiGroups"):
            message = 'a rule needs apiGroups; the core group is ""'
            findings.error("missing-field", message, manifest, at)
        if not rule.get("resources"):
            findings.error("missing-field", "a rule needs resources", manifest, at)


def check_role_binding(manifest: Manifest, findings: Findings) -> None:
    """Report subjects and roles that a binding cannot bind."""
    role = mapping(manifest.value.get("roleRef"))
    if manifest.kind == "ClusterRoleBinding" and role.get("kind") == "Role":
        message = "a ClusterRoleBinding must refer to a ClusterRole"
        findings.error("bad-value", message, manifest, ("roleRef", "kind"))
    for field in ("kind", "name"):
        if role and not role.get(field) and field in role:
            findings.error("missing-field", f"roleRef needs {field}", manifest, ("roleRef", field))
    for index, subject in entries(manifest.value.get("subjects")):
        at: Path = ("subjects", index)
        kind, group = subject.get("kind"), subject.get("apiGroup")
        if kind == "ServiceAccount":
            if manifest.kind == "ClusterRoleBinding" and not subject.get("namespace"):
                message = "a ServiceAccount as subject of a ClusterRoleBinding needs namespace"
                findings.error("missing-field", message, manifest, at)
            if group:
                message = 'apiGroup of a ServiceAccount must be "" or left out'
                findings.error("bad-value", message, manifest, (*at, "apiGroup"))
        elif kind in ("User", "Group") and group not in (None, "", "rbac.authorization.k8s.io"):
            message = f"apiGroup of a {kind} must be rbac.authorization.k8s.io"
            findings.error("bad-value", message, manifest, (*at, "apiGroup"))
