"""The kinds that stand alone: storage, scheduling, admission, discovery, API extensions and more."""

from __future__ import annotations

from typing import Any

from iapo.dataset.procedural.family import register
from iapo.dataset.procedural.kubernetes.form import Form, FormFamily
from iapo.dataset.procedural.pools import CPU, MEMORY, PORTS, app_name, own_image, server_image
from iapo.dataset.procedural.wording import team

_SIZES = ("1Gi", "5Gi", "10Gi", "20Gi", "50Gi", "100Gi", "500Gi")
_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany")
_CLASSES = ("standard", "fast-ssd", "gp3", "nfs", "premium", "slow")
_VERBS = ("get", "list", "watch", "create", "update", "patch", "delete")
_RESOURCES = {
    "": ("pods", "services", "configmaps", "nodes", "events", "namespaces"),
    "apps": ("deployments", "statefulsets", "replicasets"),
    "batch": ("jobs", "cronjobs"),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
}


def _storage_class(form: Form) -> None:
    rng = form.rng
    drivers = {
        "ebs.csi.aws.com": ("type", ("gp3", "io2")),
        "pd.csi.storage.gke.io": ("type", ("pd-ssd", "pd-balanced")),
        "disk.csi.azure.com": ("skuName", ("Premium_LRS", "StandardSSD_LRS")),
        "kubernetes.io/no-provisioner": None,
        "nfs.csi.k8s.io": ("server", ("nfs.example.com",)),
    }
    driver = rng.choice(sorted(drivers))
    form.set(
        "provisioner", driver, "the provisioner {v}", "{v} as the provisioner", "provisioner {v}"
    )
    known = drivers[driver]
    if known and rng.random() < 0.6:
        key, values = known
        form.set(
            f"parameters.{key}",
            rng.choice(values),
            f"the parameter {key}: {{v}}",
            f"parameter {key}={{v}}",
        )
    form.maybe(
        0.5,
        "reclaimPolicy",
        rng.choice(("Retain", "Delete")),
        "reclaim policy {v}",
        "the reclaim policy {v}",
    )
    binding = rng.choice(("WaitForFirstConsumer", "Immediate"))
    form.maybe(0.5, "volumeBindingMode", binding, "volume binding mode {v}", "binding mode {v}")
    form.maybe(
        0.35, "allowVolumeExpansion", True, "volume expansion allowed", "allowVolumeExpansion on"
    )


def _persistent_volume(form: Form) -> None:
    rng = form.rng
    form.set(
        "spec.capacity.storage",
        rng.choice(_SIZES),
        "a capacity of {v}",
        "{v} of storage",
        "capacity {v}",
    )
    mode = rng.choice(_MODES)
    form.set("spec.accessModes", [mode])
    form.say(f"access mode {mode}", f"{mode} access")
    source = rng.choice(("nfs", "hostPath", "local"))
    path = f"/{rng.choice(('data', 'exports', 'mnt', 'srv'))}/{team(rng)}"
    if source == "nfs":
        server = f"{team(rng)}.example.com"
        form.set("spec.nfs", {"server": server, "path": path})
        form.say(f"the NFS export {path} of {server}", f"NFS server {server}, path {path}")
    elif source == "hostPath":
        form.set("spec.hostPath.path", path, "the host path {v}", "hostPath {v}")
    else:
        node = f"{team(rng)}-node-{rng.randint(1, 9)}"
        form.set("spec.local.path", path, "the local path {v}", "a local volume at {v}")
        terms = [
            {
                "matchExpressions": [
                    {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
                ]
            }
        ]
        form.set("spec.nodeAffinity.required.nodeSelectorTerms", terms)
        form.say(
            f"required node affinity: kubernetes.io/hostname In {node}",
            f"node affinity that requires kubernetes.io/hostname In [{node}]",
        )
    form.maybe(
        0.5,
        "spec.storageClassName",
        rng.choice(_CLASSES),
        "storage class {v}",
        "the storage class {v}",
    )
    policy = rng.choice(("Retain", "Delete"))
    form.maybe(
        0.5,
        "spec.persistentVolumeReclaimPolicy",
        policy,
        "reclaim policy {v}",
        "a reclaim policy of {v}",
    )


def _priority_class(form: Form) -> None:
    rng = form.rng
    form.set(
        "value",
        rng.choice((100, 1000, 5000, 10000, 100000, 1000000)),
        "a value of {v}",
        "value {v}",
        "priority {v}",
    )
    form.maybe(0.3, "globalDefault", rng.random() < 0.4, "globalDefault: {v}", "global default {v}")
    form.maybe(
        0.4,
        "preemptionPolicy",
        rng.choice(("Never", "PreemptLowerPriority")),
        "preemption policy {v}",
        "preemptionPolicy {v}",
    )
    form.maybe(
        0.5,
        "description",
        f"For {team(rng)} workloads",
        'the description "{v}"',
        'description "{v}"',
    )


def _runtime_class(form: Form) -> None:
    rng = form.rng
    form.set(
        "handler",
        rng.choice(("runsc", "kata", "kata-qemu", "nvidia", "crun")),
        "the handler {v}",
        "handler {v}",
    )
    if rng.random() < 0.4:
        key, value = rng.choice((("sandbox", "true"), ("runtime", "gvisor"), ("gpu", "nvidia")))
        form.set(
            f"scheduling.nodeSelector.{key}",
            value,
            f"scheduling on nodes labelled {key}={{v}}",
            f"the node selector {key}: {{v}}",
        )
    if rng.random() < 0.4:
        form.set(
            "overhead.podFixed.memory",
            rng.choice(MEMORY),
            "a pod overhead of {v} memory",
            "pod overhead memory {v}",
        )


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


def _limit_range(form: Form) -> None:
    rng = form.rng
    limits: dict[str, Any] = {"type": "Container"}
    memory, cpu = rng.choice(MEMORY), rng.choice(CPU)
    form.say("limits of type Container", "type Container", "a Container limit")
    limits["default"] = {"memory": memory}
    said = f"a default memory limit of {memory}"
    if rng.random() < 0.5:
        limits["default"]["cpu"] = cpu
        said += f" and cpu limit of {cpu}"
    form.facts.append(said)
    if rng.random() < 0.5:
        limits["max"] = {"memory": "4Gi"}
        form.say("a maximum of 4Gi memory", "max memory 4Gi")
    form.set("spec.limits", [limits])


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


def _container(form: Form) -> dict[str, Any]:
    rng = form.rng
    image, port = server_image(rng)
    form.say(f"the image {image}", f"image {image}", f"a container that runs {image}")
    container: dict[str, Any] = {"name": "app", "image": image}
    if rng.random() < 0.5:
        container["ports"] = [{"containerPort": port}]
        form.say(f"container port {port}", f"port {port} opened")
    return container


def _asked(container: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in container.items() if key != "name"}


def _replica_set(form: Form) -> None:
    rng = form.rng
    app = form.label
    replicas = rng.randint(2, 6)
    form.say(f"{replicas} replicas", f"a replica count of {replicas}")
    container = _container(form)
    form.body["spec"] = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": app}},
        "template": {"metadata": {"labels": {"app": app}}, "spec": {"containers": [container]}},
    }
    form.pattern |= {"spec": {"replicas": replicas}, "containers": [_asked(container)]}


def _replication_controller(form: Form) -> None:
    _replica_set(form)
    form.body["spec"]["selector"] = {"app": form.label}


def _pod(form: Form) -> None:
    rng = form.rng
    container = _container(form)
    spec: dict[str, Any] = {"containers": [container]}
    asked: dict[str, Any] = {}
    if rng.random() < 0.4:
        memory = rng.choice(MEMORY)
        container["resources"] = {"limits": {"memory": memory}}
        form.say(f"a memory limit of {memory}", f"memory limited to {memory}")
    if rng.random() < 0.4:
        policy = rng.choice(("Always", "OnFailure", "Never"))
        spec["restartPolicy"] = asked["restartPolicy"] = policy
        form.say(f"restart policy {policy}", f"restartPolicy {policy}")
    if rng.random() < 0.3:
        seconds = rng.choice((5, 10, 45, 60))
        spec["terminationGracePeriodSeconds"] = asked["terminationGracePeriodSeconds"] = seconds
        form.say(
            f"a termination grace period of {seconds} seconds",
            f"{seconds}s termination grace period",
        )
    if rng.random() < 0.25:
        key, value = rng.choice((("disktype", "ssd"), ("pool", "batch"), ("arch", "arm64")))
        spec["nodeSelector"] = asked["nodeSelector"] = {key: value}
        form.say(f"the node selector {key}={value}", f"nodes labelled {key}: {value}")
    form.body["spec"] = spec
    form.pattern |= {"containers": [_asked(container)], **({"spec": asked} if asked else {})}


def _pod_template(form: Form) -> None:
    rng = form.rng
    app, image = form.label, own_image(rng)
    form.say(f"the image {image}", f"image {image}")
    value = rng.choice(("backend", "frontend", "batch"))
    form.say(f"the pod label tier={value}", f"pods labelled tier: {value}")
    form.body["template"] = {
        "metadata": {"labels": {"tier": value}},
        "spec": {"containers": [{"name": app, "image": image}]},
    }
    form.pattern["template"] = {
        "metadata": {"labels": {"tier": value}},
        "spec": {"containers": [{"image": image}]},
    }


def _csi_driver(form: Form) -> None:
    rng = form.rng
    form.label = f"csi.{team(rng)}.example.com"
    form.set(
        "spec.attachRequired", rng.random() < 0.5, "attachRequired {v}", "attach required: {v}"
    )
    form.maybe(
        0.6,
        "spec.podInfoOnMount",
        rng.random() < 0.5,
        "podInfoOnMount {v}",
        "pod info on mount: {v}",
    )
    policy = rng.choice(("File", "None", "ReadWriteOnceWithFSType"))
    form.maybe(0.5, "spec.fsGroupPolicy", policy, "fsGroup policy {v}", "fsGroupPolicy {v}")
    form.maybe(
        0.4, "spec.storageCapacity", True, "storage capacity tracking on", "storageCapacity: true"
    )


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


_ADMISSION, _FLOW = "admissionregistration.k8s.io/v1", "flowcontrol.apiserver.k8s.io/v1"
_RBAC, _STORAGE = "rbac.authorization.k8s.io/v1", "storage.k8s.io/v1"
# Kinds that are a subject of the benchmark together.
_SHARED = {_ADMISSION: "kubernetes/admission"}
# Kind, API version, words for it, how it is drawn, ends of its name, whether it has a namespace.
_KINDS = (
    ("StorageClass", _STORAGE, ("a StorageClass", "a storage class"), _storage_class, ("ssd", "storage", "disk"), False),
    ("CSIDriver", _STORAGE, ("a CSIDriver", "a CSIDriver object"), _csi_driver, (), False),
    ("PersistentVolume", "v1", ("a PersistentVolume", "a PersistentVolume (PV)"), _persistent_volume, ("pv", "volume", "data"), False),
    ("PriorityClass", "scheduling.k8s.io/v1", ("a PriorityClass", "a priority class (PriorityClass)"), _priority_class, ("high", "low", "critical", "batch"), False),
    ("RuntimeClass", "node.k8s.io/v1", ("a RuntimeClass", "a runtime class (RuntimeClass)"), _runtime_class, ("sandbox", "runtime"), False),
    ("IngressClass", "networking.k8s.io/v1", ("an IngressClass", "an ingress class (IngressClass)"), _ingress_class, ("public", "internal", "edge"), False),
    ("LimitRange", "v1", ("a LimitRange", "a LimitRange object"), _limit_range, ("limits", "defaults"), True),
    ("ClusterRole", _RBAC, ("a ClusterRole", "an RBAC ClusterRole"), _cluster_role, ("reader", "operator", "viewer"), False),
    ("ClusterRoleBinding", _RBAC, ("a ClusterRoleBinding", "an RBAC ClusterRoleBinding"), _cluster_role_binding, ("binding", "access"), False),
    ("EndpointSlice", "discovery.k8s.io/v1", ("an EndpointSlice", "an endpoint slice (EndpointSlice)"), _endpoint_slice, ("slice",), True),
    ("Endpoints", "v1", ("an Endpoints object", "Endpoints"), _endpoints, ("db", "legacy", "external"), True),
    ("Lease", "coordination.k8s.io/v1", ("a Lease", "a coordination Lease"), _lease, ("leader", "lock"), True),
    ("ValidatingWebhookConfiguration", _ADMISSION, ("a ValidatingWebhookConfiguration", "a validating webhook (ValidatingWebhookConfiguration)"), _webhook, ("validator", "checks"), False),
    ("MutatingWebhookConfiguration", _ADMISSION, ("a MutatingWebhookConfiguration", "a mutating webhook (MutatingWebhookConfiguration)"), _webhook, ("mutator", "injector"), False),
    ("ValidatingAdmissionPolicy", _ADMISSION, ("a ValidatingAdmissionPolicy",), _admission_policy, ("policy", "guard"), False),
    ("ValidatingAdmissionPolicyBinding", _ADMISSION, ("a ValidatingAdmissionPolicyBinding",), _admission_binding, ("binding",), False),
    ("CustomResourceDefinition", "apiextensions.k8s.io/v1", ("a CustomResourceDefinition", "a CRD (CustomResourceDefinition)"), _custom_resource, (), False),
    ("APIService", "apiregistration.k8s.io/v1", ("an APIService", "an aggregated APIService"), _api_service, (), False),
    ("ReplicaSet", "apps/v1", ("a ReplicaSet",), _replica_set, ("web", "api", "worker"), True),
    ("ReplicationController", "v1", ("a ReplicationController",), _replication_controller, ("web", "legacy"), True),
    ("Pod", "v1", ("a Pod", "a plain Pod", "a single Pod"), _pod, ("debug", "runner", "shell", "job"), True),
    ("PodTemplate", "v1", ("a PodTemplate",), _pod_template, ("template",), True),
    ("PriorityLevelConfiguration", _FLOW, ("a PriorityLevelConfiguration",), _priority_level, ("level", "fair"), False),
    ("FlowSchema", _FLOW, ("a FlowSchema",), _flow_schema, ("flow", "clients"), False),
    ("CertificateSigningRequest", "certificates.k8s.io/v1", ("a CertificateSigningRequest", "a certificate signing request (CertificateSigningRequest)"), _signing_request, ("csr", "client"), False),
)  # fmt: skip
for _kind, _api, _things, _fill, _suffixes, _namespaced in _KINDS:
    register(
        FormFamily(
            name=f"kubernetes/{_kind.lower()}",
            kind=_kind,
            api=_api,
            thing=_things,
            fill=_fill,
            suffixes=_suffixes,
            namespaced=_namespaced,
            weight=0.5,
            shared=_SHARED.get(_api, ""),
        )
    )
