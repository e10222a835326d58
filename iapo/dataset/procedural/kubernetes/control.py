"""What the API server lets in, from whom and in which order: admission, cluster roles, fair queues."""

from __future__ import annotations

from typing import Any

from iapo.dataset.procedural.kubernetes.form import Form, register_kind
from iapo.dataset.procedural.wording import team

_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")
_RESOURCES = {
    "": ("pods", "services", "configmaps", "nodes", "events", "namespaces"),
    "apps": ("deployments", "statefulsets", "replicasets"),
    "batch": ("jobs", "cronjobs"),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
}
_RBAC = "rbac.authorization.k8s.io/v1"
_ADMISSION = "admissionregistration.k8s.io/v1"
_FLOW = "flowcontrol.apiserver.k8s.io/v1"
_SHARED = "kubernetes/admission"  # one subject of the benchmark


def _rules(form: Form) -> list[dict[str, Any]]:
    rng, rules = form.rng, []
    for group in rng.sample(sorted(_RESOURCES), rng.choice((1, 1, 2))):
        resources = rng.sample(_RESOURCES[group], rng.randint(1, 2))
        verbs = sorted(rng.sample(_VERBS, rng.randint(1, 3)), key=_VERBS.index)
        rules.append({"apiGroups": [group], "resources": resources, "verbs": verbs})
        said = f"{' and '.join(resources)}: {', '.join(verbs)}" if rng.random() < 0.4 else (
            f"{rng.choice(('permission to', 'the right to', 'verbs to'))} {', '.join(verbs)} {' and '.join(resources)}"
        )  # fmt: skip
        form.facts.append(
            said + (f" in the API group {group}" if group else ' in the core API group ("")')
        )
    return rules


def _cluster_role(form: Form) -> None:
    form.set("rules", _rules(form))


def _subject(form: Form) -> dict[str, Any]:
    rng = form.rng
    kind = rng.choice(("ServiceAccount", "User", "Group"))
    if kind == "ServiceAccount":
        account, space = f"{team(rng)}-sa", rng.choice(("default", "monitoring", "platform", "ci"))
        form.say(
            f"the ServiceAccount {account} in namespace {space} as its subject",
            f"subject ServiceAccount {account} (namespace {space})",
        )
        return {"kind": kind, "name": account, "namespace": space}
    who = (
        f"{team(rng)}-{rng.choice(('admins', 'devs', 'ops'))}"
        if kind == "Group"
        else f"{team(rng)}@example.com"
    )
    form.say(f"the {kind} {who} as subject", f"subject {kind} {who}")
    return {"kind": kind, "name": who, "apiGroup": "rbac.authorization.k8s.io"}


def _cluster_role_binding(form: Form) -> None:
    role = form.rng.choice(("view", "edit", "admin", "cluster-admin", f"{team(form.rng)}-reader"))
    form.fixed(
        "roleRef", {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    )
    form.pattern["roleRef"] = {"kind": "ClusterRole", "name": role}
    form.say(
        f"the ClusterRole {role}", f"a roleRef to ClusterRole {role}", f"ClusterRole {role} bound"
    )
    subject = _subject(form)
    form.body["subjects"] = [subject]
    form.pattern["subjects"] = [{k: v for k, v in subject.items() if k != "apiGroup"}]


def _webhook(form: Form) -> None:
    rng = form.rng
    group = rng.choice(sorted(_RESOURCES))
    resource = rng.choice(_RESOURCES[group])
    operations = rng.choice((["CREATE"], ["CREATE", "UPDATE"], ["DELETE"]))
    hook = f"{team(rng)}.example.com"
    service = {
        "name": f"{team(rng)}-webhook",
        "namespace": rng.choice(("security", "platform", "kube-system")),
        "path": rng.choice(("/validate", "/mutate", "/admit")),
    }
    policy = rng.choice(("Fail", "Ignore"))
    rules = [
        {
            "apiGroups": [group],
            "apiVersions": ["v1"],
            "operations": operations,
            "resources": [resource],
        }
    ]
    webhook: dict[str, Any] = {
        "name": hook, "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": policy,
        "clientConfig": {"service": service}, "rules": rules,
    }  # fmt: skip
    form.body["webhooks"] = [webhook]
    form.pattern["webhooks"] = [
        {
            "name": hook, "failurePolicy": policy, "sideEffects": "None", "clientConfig": {"service": service},
            "rules": [{"apiGroups": [group], "operations": operations, "resources": [resource]}],
        }
    ]  # fmt: skip
    form.say(f"a webhook {hook}", f"one webhook named {hook}")
    form.say(
        f"the service {service['name']} in namespace {service['namespace']} at path {service['path']}"
    )
    where = f"API group {group}" if group else 'the core API group ("")'
    form.say(
        f"{' and '.join(operations)} of {resource} in {where}",
        f"rules for {resource} ({where}) on {' and '.join(operations)}",
    )
    form.say(f"failure policy {policy}", f"failurePolicy {policy}")
    form.say("side effects None", "sideEffects: None")


def _admission_policy(form: Form) -> None:
    rng = form.rng
    group, resource = rng.choice(
        (("apps", "deployments"), ("apps", "statefulsets"), ("batch", "jobs"))
    )
    expression = rng.choice(
        ("object.spec.replicas <= 5", "object.spec.replicas <= 10", "has(object.metadata.labels)", "object.metadata.name.startsWith('team-')")
        if group == "apps" else ("has(object.metadata.labels)", "object.spec.parallelism <= 10")
    )  # fmt: skip
    rules = [
        {
            "apiGroups": [group],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE"],
            "resources": [resource],
        }
    ]
    form.fixed("spec.failurePolicy", "Fail")
    form.fixed("spec.matchConstraints", {"resourceRules": rules})
    form.pattern["spec"] = {
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": [group], "operations": ["CREATE", "UPDATE"], "resources": [resource]}
            ]
        }
    }
    form.say(
        f"CREATE and UPDATE of {resource} in the API group {group} matched",
        f"resource rules for {group} {resource} on CREATE and UPDATE",
    )
    form.body["spec"]["validations"] = [{"expression": expression}]
    form.pattern["spec"]["validations"] = [{"expression": expression}]
    form.say(f"the validation expression `{expression}`", f"validation: {expression}")


def _admission_binding(form: Form) -> None:
    rng = form.rng
    form.set(
        "spec.policyName",
        f"{team(rng)}-policy",
        "the policy {v}",
        "policy name {v}",
        "policyName {v}",
    )
    action = rng.choice(("Deny", "Warn", "Audit"))
    form.set("spec.validationActions", [action])
    form.say(f"validation action {action}", f"the action {action}")
    if rng.random() < 0.5:
        value = rng.choice(("prod", "staging"))
        form.set("spec.matchResources.namespaceSelector.matchLabels", {"env": value})
        form.say(f"namespaces labelled env={value} only", f"a namespace selector env: {value}")


def _priority_level(form: Form) -> None:
    rng = form.rng
    form.set("spec.type", "Limited", "type {v}", "the type {v}")
    form.set(
        "spec.limited.nominalConcurrencyShares",
        rng.choice((10, 20, 30, 50, 100)),
        "{v} nominal concurrency shares",
        "nominalConcurrencyShares {v}",
    )
    form.set(
        "spec.limited.limitResponse.type", "Reject", "limit response {v}", "a limit response of {v}"
    )


def _flow_schema(form: Form) -> None:
    rng = form.rng
    level = rng.choice(("workload-low", "workload-high", "global-default"))
    form.set(
        "spec.priorityLevelConfiguration.name",
        level,
        "the priority level {v}",
        "priority level configuration {v}",
    )
    form.set(
        "spec.matchingPrecedence",
        rng.choice((500, 1000, 2000, 8000)),
        "matching precedence {v}",
        "a matching precedence of {v}",
    )
    kind = rng.choice(("ByUser", "ByNamespace"))
    form.maybe(
        0.6,
        "spec.distinguisherMethod.type",
        kind,
        "the distinguisher method {v}",
        "distinguisher {v}",
    )


def _signing_request(form: Form) -> None:
    rng = form.rng
    signer = rng.choice(("kubernetes.io/kube-apiserver-client", "example.com/internal"))
    form.set("spec.signerName", signer, "the signer {v}", "signer name {v}")
    form.set("spec.request", "LS0tLS1CRUdJTg==", "the request {v}", "request {v} (base64)")
    form.set("spec.usages", ["client auth"])
    form.say("usage client auth", "the usage client auth")
    form.maybe(
        0.5,
        "spec.expirationSeconds",
        rng.choice((3600, 86400, 604800)),
        "an expiration of {v} seconds",
        "expirationSeconds {v}",
    )


register_kind(
    "ClusterRole",
    _RBAC,
    ("a ClusterRole", "an RBAC ClusterRole"),
    _cluster_role,
    ("reader", "operator", "viewer"),
)
register_kind(
    "ClusterRoleBinding",
    _RBAC,
    ("a ClusterRoleBinding", "an RBAC ClusterRoleBinding"),
    _cluster_role_binding,
    ("binding", "access"),
)
register_kind(
    "ValidatingWebhookConfiguration",
    _ADMISSION,
    ("a ValidatingWebhookConfiguration", "a validating webhook (ValidatingWebhookConfiguration)"),
    _webhook,
    ("validator", "checks"),
    shared=_SHARED,
)
register_kind(
    "MutatingWebhookConfiguration",
    _ADMISSION,
    ("a MutatingWebhookConfiguration", "a mutating webhook (MutatingWebhookConfiguration)"),
    _webhook,
    ("mutator", "injector"),
    shared=_SHARED,
)
register_kind(
    "ValidatingAdmissionPolicy",
    _ADMISSION,
    ("a ValidatingAdmissionPolicy",),
    _admission_policy,
    ("policy", "guard"),
    shared=_SHARED,
)
register_kind(
    "ValidatingAdmissionPolicyBinding",
    _ADMISSION,
    ("a ValidatingAdmissionPolicyBinding",),
    _admission_binding,
    ("binding",),
    shared=_SHARED,
)
register_kind(
    "PriorityLevelConfiguration",
    _FLOW,
    ("a PriorityLevelConfiguration",),
    _priority_level,
    ("level", "fair"),
)
register_kind("FlowSchema", _FLOW, ("a FlowSchema",), _flow_schema, ("flow", "clients"))
register_kind(
    "CertificateSigningRequest",
    "certificates.k8s.io/v1",
    ("a CertificateSigningRequest", "a certificate signing request (CertificateSigningRequest)"),
    _signing_request,
    ("csr", "client"),
)
