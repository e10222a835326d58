"""How parts find each other: endpoints, ingress classes, leases, and APIs beside the own ones."""

from __future__ import annotations

from iapo.dataset.procedural.kubernetes.form import Form, register_kind
from iapo.dataset.procedural.pools import PORTS, app_name
from iapo.dataset.procedural.wording import team


def _ingress_class(form: Form) -> None:
    rng = form.rng
    form.set(
        "spec.controller",
        rng.choice(("k8s.io/ingress-nginx", "traefik.io/ingress-controller", "haproxy.org/ingress-controller", "ingress.k8s.aws/alb", "example.com/ingress-controller")),
        "the controller {v}", "controller {v}", "{v} as its controller",
    )  # fmt: skip
    if rng.random() < 0.35:
        value = {
            "apiGroup": "k8s.example.com",
            "kind": "IngressParameters",
            "name": f"{team(rng)}-lb",
        }
        form.set("spec.parameters", value)
        form.say(
            f"parameters from the {value['kind']} {value['name']} of API group {value['apiGroup']}"
        )


def _endpoint_slice(form: Form) -> None:
    rng = form.rng
    service, port = app_name(rng), rng.choice(PORTS)
    form.set("addressType", "IPv4", "address type {v}", "addressType {v}")
    addresses = [
        f"10.{rng.randint(0, 99)}.{rng.randint(0, 99)}.{n}"
        for n in rng.sample(range(2, 250), rng.randint(1, 2))
    ]
    form.set("endpoints", [{"addresses": [address]} for address in addresses])
    form.say(f"endpoints {' and '.join(addresses)}", f"the addresses {' and '.join(addresses)}")
    form.set("ports", [{"name": "http", "port": port, "protocol": "TCP"}])
    form.say(f"a TCP port {port} named http", f"port http ({port}/TCP)")
    form.label = f"{service}-{rng.randint(1, 9)}"


def _endpoints(form: Form) -> None:
    rng = form.rng
    address, port = (
        f"10.{rng.randint(0, 99)}.{rng.randint(0, 99)}.{rng.randint(2, 250)}",
        rng.choice(PORTS),
    )
    form.set("subsets", [{"addresses": [{"ip": address}], "ports": [{"port": port}]}])
    form.say(
        f"the address {address} and port {port}",
        f"{address}:{port}",
        f"a subset with {address} on port {port}",
    )


def _lease(form: Form) -> None:
    rng = form.rng
    form.set(
        "spec.holderIdentity",
        f"{team(rng)}-{rng.randint(0, 5)}",
        "the holder identity {v}",
        "holder {v}",
        "holderIdentity {v}",
    )
    form.set(
        "spec.leaseDurationSeconds",
        rng.choice((15, 30, 40, 60)),
        "a lease duration of {v} seconds",
        "lease duration {v}s",
    )
    form.maybe(
        0.3,
        "spec.leaseTransitions",
        rng.randint(1, 5),
        "{v} lease transitions",
        "leaseTransitions {v}",
    )


def _custom_resource(form: Form) -> None:
    rng = form.rng
    singular, group = (
        rng.choice(
            (
                "backup",
                "tenant",
                "widget",
                "queue",
                "certificate",
                "pipeline",
                "database",
                "cluster",
            )
        ),
        f"{team(rng)}.example.com",
    )
    plural, kind = f"{singular}s", singular.capitalize()
    scope, version = (
        rng.choice(("Namespaced", "Cluster")),
        rng.choice(("v1", "v1alpha1", "v1beta1")),
    )
    key, type = rng.choice(
        (
            ("size", "integer"),
            ("schedule", "string"),
            ("paused", "boolean"),
            ("replicas", "integer"),
        )
    )
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {key: {"type": type}}}},
    }
    form.label = f"{plural}.{group}"
    names = {"kind": kind, "plural": plural, "singular": singular}
    form.body["spec"] = {
        "group": group, "scope": scope, "names": names,
        "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
    }  # fmt: skip
    form.pattern["spec"] = {
        "group": group, "scope": scope, "names": {"kind": kind, "plural": plural},
        "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": {"properties": {"spec": {"properties": {key: {"type": type}}}}}}}],
    }  # fmt: skip
    form.say(f"the group {group}", f"API group {group}")
    form.say(f"kind {kind} (plural {plural})", f"the kind {kind} with plural {plural}")
    form.say(f"scope {scope}", f"{scope} scope")
    form.say(
        f"the version {version}, served and stored", f"version {version} (served, storage version)"
    )
    form.say(
        f"spec.{key} of type {type}",
        f"a spec field {key} of type {type}",
        f"a {type} {key} in its spec",
    )


def _api_service(form: Form) -> None:
    rng = form.rng
    group, version = f"{team(rng)}.example.com", rng.choice(("v1", "v1beta1"))
    form.label = f"{version}.{group}"
    form.set("spec.group", group, "the group {v}", "group {v}")
    form.set("spec.version", version, "version {v}", "the version {v}")
    form.fixed("spec.groupPriorityMinimum", 100)
    form.fixed("spec.versionPriority", 100)
    form.pattern["spec"] |= {"groupPriorityMinimum": 100, "versionPriority": 100}
    form.say(
        "a group priority minimum and version priority of 100",
        "priorities of 100 (group minimum and version)",
    )
    service = {
        "name": f"{team(rng)}-apiserver",
        "namespace": rng.choice(("kube-system", "platform")),
    }
    form.set("spec.service", service)
    form.say(
        f"the service {service['name']} in namespace {service['namespace']}",
        f"service {service['name']} ({service['namespace']})",
    )
    form.maybe(
        0.4,
        "spec.insecureSkipTLSVerify",
        True,
        "TLS verification skipped (insecureSkipTLSVerify)",
        "insecureSkipTLSVerify on",
    )


register_kind(
    "IngressClass",
    "networking.k8s.io/v1",
    ("an IngressClass", "an ingress class (IngressClass)"),
    _ingress_class,
    ("public", "internal", "edge"),
)
register_kind(
    "EndpointSlice",
    "discovery.k8s.io/v1",
    ("an EndpointSlice", "an endpoint slice (EndpointSlice)"),
    _endpoint_slice,
    ("slice",),
    namespaced=True,
)
register_kind(
    "Endpoints",
    "v1",
    ("an Endpoints object", "Endpoints"),
    _endpoints,
    ("db", "legacy", "external"),
    namespaced=True,
)
register_kind(
    "Lease",
    "coordination.k8s.io/v1",
    ("a Lease", "a coordination Lease"),
    _lease,
    ("leader", "lock"),
    namespaced=True,
)
register_kind(
    "CustomResourceDefinition",
    "apiextensions.k8s.io/v1",
    ("a CustomResourceDefinition", "a CRD (CustomResourceDefinition)"),
    _custom_resource,
)
register_kind(
    "APIService",
    "apiregistration.k8s.io/v1",
    ("an APIService", "an aggregated APIService"),
    _api_service,
)
