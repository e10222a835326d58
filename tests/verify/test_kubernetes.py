"""Kubernetes manifests are judged as the API server of the chosen version judges them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from iapo.verify import kubernetes
from iapo.verify.kubernetes import add_crds, check, newest, versions
from iapo.verify.oracles.kubernetes import available, oracle
from iapo.verify.report import Report

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - name: http
              containerPort: 80
          readinessProbe:
            httpGet: {path: /, port: http}
          resources:
            requests: {cpu: 100m, memory: 64Mi}
            limits: {cpu: 0.5, memory: 128Mi}
          volumeMounts:
            - {name: data, mountPath: /data}
      volumes:
        - name: data
          emptyDir: {}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: http}]
"""


def codes(report: Report) -> list[str]:
    return [diagnostic.code for diagnostic in report.errors]


def pod(spec: str) -> str:
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {spec}\n"


def test_a_sound_manifest_is_valid() -> None:
    report = check(DEPLOYMENT + "---\n" + SERVICE)
    assert report.valid is True
    assert report.diagnostics == ()
    assert [m["kind"] for m in report.documents] == ["Deployment", "Service"]


# (what to replace in the sound Deployment, with what, the code, the line)
BROKEN = [
    ("replicas: 2", "replcas: 2", "misspelt-field", 7),
    ("replicas: 2", "frobnicate: 2", "unknown-field", 7),
    ("replicas: 2", "replicas: two", "wrong-type", 7),
    ("replicas: 2", 'replicas: "2"', "wrong-type", 7),
    ("replicas: 2", "replicas: -1", "out-of-range", 7),
    ("replicas: 2", "replicas: 2\n  replicas: 3", "duplicate-key", 8),
    ("apps/v1", "apps/v1beta1", "removed-api", 1),
    ("apps/v1", "v1", "wrong-api-version", 1),
    ("apps/v1", "app/v1", "wrong-api-version", 1),
    ("kind: Deployment", "kind: Deploymnet", "unknown-kind", 2),
    ("  name: web\n", "  name: My_Web\n", "bad-name", 4),
    ("labels: {app: web}\nspec", "labels: {app: 'a b'}\nspec", "bad-label", 5),
    ("matchLabels: {app: web}", "matchLabels: {app: other}", "selector-mismatch", 9),
    ("matchLabels: {app: web}", "matchLabels: {}", "empty-selector", 8),
    ("image: nginx:1.27", "image: ''", "bad-image", 16),
    ("          image: nginx:1.27\n", "", "missing-field", 15),
    ("image: nginx:1.27", "image: nginx:1.27\n          imagePullPolicy: always", "bad-value", 17),
    ("containerPort: 80", "containerPort: 70000", "bad-port", 19),
    ("name: http\n", "name: a-much-too-long-name\n", "bad-port-name", 18),
    ("port: http", "port: web", "undefined-port", 21),
    ("httpGet: {path: /, port: http}", "periodSeconds: 3", "probe-handler", 20),
    ("memory: 64Mi", "memory: 64MB", "bad-quantity", 23),
    ("memory: 64Mi", "memory: 256Mi", "request-over-limit", 23),
    ("memory: 64Mi", "gpu: 1", "unknown-resource", 23),
    ("{name: data, mountPath", "{name: date, mountPath", "undefined-volume", 26),
    ("          emptyDir: {}", "          emptyDir: {}\n          hostPath: {path: /x}", "several-sources", 28),
    ("      containers:", "      restartPolicy: Never\n      containers:", "bad-restart-policy", 14),
    ("  template:", "  strategy: {type: Rolling}\n  template:", "bad-value", 10),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "line"), BROKEN, ids=[f"{b[2]}-{b[1][:20]}" for b in BROKEN]
)
def test_one_mistake_is_one_diagnostic_at_its_place(
    old: str, new: str, code: str, line: int
) -> None:
    text = DEPLOYMENT.replace(old, new, 1)
    assert text != DEPLOYMENT
    report = check(text)
    assert report.valid is False
    assert code in codes(report)
    assert next(d.line for d in report.errors if d.code == code) == line


def test_a_misspelt_field_names_the_one_meant() -> None:
    error = check(DEPLOYMENT.replace("replicas", "replcas")).errors[0]
    assert 'did you mean "replicas"?' in error.message
    assert (error.line, error.column) == (7, 3)


def test_a_removed_api_says_what_replaced_it_and_when() -> None:
    text = "apiVersion: networking.k8s.io/v1beta1\nkind: Ingress\nmetadata: {name: a}\nspec: {}\n"
    (error,) = check(text).errors
    assert "1.22" in error.message and "networking.k8s.io/v1" in error.message


def test_what_a_version_serves_decides() -> None:
    text = """\
apiVersion: autoscaling/v2beta2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}
"""
    assert check(text, version="1.25").valid is True
    assert codes(check(text, version="1.26")) == ["removed-api"]
    assert codes(check(text)) == ["removed-api"]
    assert newest() == versions()[-1]
    with pytest.raises(ValueError, match="no schemas for Kubernetes"):
        check(text, version="1.2")


POD_RULES = [
    ("{containers: []}", "missing-field"),
    ("{containers: [{name: a, image: b}, {name: a, image: c}]}", "duplicate-name"),
    ("{initContainers: [{name: a, image: b}], containers: [{name: a, image: c}]}", "duplicate-name"),
    ("{containers: [{name: a, image: b, ports: [{containerPort: 1, hostPort: 1}, {containerPort: 2, hostPort: 1}]}]}", "duplicate-port"),
    ("{containers: [{name: a, image: b, ports: [{containerPort: 1, name: x}, {containerPort: 2, name: x}]}]}", "duplicate-name"),
    ("{containers: [{name: a, image: b, env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}", "exclusive-fields"),
    ("{containers: [{name: a, image: b, env: [{name: A, valueFrom: {}}]}]}", "several-sources"),
    ("{containers: [{name: a, image: b, env: [{name: A, value: 1}]}]}", "wrong-type"),
    ("{containers: [{name: a, image: b, livenessProbe: {exec: {command: [x]}, tcpSocket: {port: 1}}}]}", "probe-handler"),
    ("{containers: [{name: a, image: b, livenessProbe: {tcpSocket: {port: '80'}}}]}", "bad-port"),
    ("{containers: [{name: a, image: b, livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}}]}", "out-of-range"),
    ("{containers: [{name: a, image: b}], volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]}", "duplicate-name"),
    ("{containers: [{name: a, image: b}], tolerations: [{operator: Equal, value: x}]}", "missing-field"),
    ("{containers: [{name: a, image: b, securityContext: {privileged: true, allowPrivilegeEscalation: false}}]}", "exclusive-fields"),
    ("{dnsPolicy: None, containers: [{name: a, image: b}]}", "missing-field"),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "code"), POD_RULES)
def test_pods_obey_the_api_server(spec: str, code: str) -> None:
    assert code in codes(check(pod(spec)))


OBJECT_RULES = [
    ("v1", "Service", "spec: {ports: [{port: 1}, {port: 2}]}", "missing-field"),
    ("v1", "Service", "spec: {ports: [{port: 1, name: a}, {port: 1, name: b}]}", "duplicate-port"),
    ("v1", "Service", "spec: {type: ExternalName}", "missing-field"),
    ("v1", "Service", "spec: {type: Loadbalancer, ports: [{port: 1}]}", "bad-value"),
    ("v1", "Service", "spec: {ports: [{port: 1, nodePort: 30000}]}", "exclusive-fields"),
    ("v1", "Service", "spec: {type: NodePort, ports: [{port: 1, nodePort: 8080}]}", "bad-port"),
    ("batch/v1", "Job", "spec: {template: {spec: {containers: [{name: a, image: b}]}}}", "bad-restart-policy"),
    ("batch/v1", "CronJob", "spec: {schedule: '* * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}}}", "bad-schedule"),
    ("networking.k8s.io/v1", "Ingress", "spec: {rules: [{http: {paths: [{path: a, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]}", "bad-path"),
    ("networking.k8s.io/v1", "Ingress", "spec: {rules: [{host: 'http://x', http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 1}}}}]}}]}", "bad-host"),
    ("networking.k8s.io/v1", "Ingress", "spec: {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {}}}}]}}]}", "several-sources"),
    ("networking.k8s.io/v1", "Ingress", "spec: {rules: [{http: {paths: [{path: /, backend: {service: {name: a, port: {number: 1}}}}]}}]}", "missing-field"),
    ("autoscaling/v2", "HorizontalPodAutoscaler", "spec: {minReplicas: 5, maxReplicas: 2, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: a}}", "out-of-range"),
    ("policy/v1", "PodDisruptionBudget", "spec: {minAvailable: 1, maxUnavailable: 1}", "exclusive-fields"),
    ("v1", "PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}", "missing-field"),
    ("v1", "PersistentVolumeClaim", "spec: {accessModes: [ReadWriteSometimes], resources: {requests: {storage: 1Gi}}}", "bad-value"),
    ("v1", "Secret", "data: {a: 'not base64!'}", "bad-format"),
    ("v1", "Secret", "type: kubernetes.io/tls\nstringData: {tls.crt: a}", "missing-field"),
    ("v1", "ConfigMap", "data: {'a b': c}", "bad-key"),
    ("v1", "ConfigMap", "data: {a: 1}", "wrong-type"),
    ("rbac.authorization.k8s.io/v1", "Role", "rules: [{apiGroups: [''], resources: [pods], verbs: []}]", "missing-field"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: a}\nsubjects: [{kind: ServiceAccount, name: a}]", "missing-field"),
]  # fmt: skip


@pytest.mark.parametrize(("api", "kind", "body", "code"), OBJECT_RULES)
def test_each_kind_obeys_the_api_server(api: str, kind: str, body: str, code: str) -> None:
    text = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: a}}\n{body}\n"
    assert code in codes(check(text))


REFERENCES = [
    (SERVICE.replace("app: web", "app: wbe"), "selects-nothing"),
    ("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: wbe}}\n", "undefined-reference"),
    ("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: b}\nspec: {minAvailable: 1, selector: {matchLabels: {app: api}}}\n", "selects-nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("other", "code"), REFERENCES)
def test_a_reference_inside_a_file_must_hit(other: str, code: str) -> None:
    assert codes(check(DEPLOYMENT + "---\n" + other)) == [code]
    assert check(other).errors == ()  # alone, it may refer to what the cluster has


def test_labels_that_pods_get_while_they_run_do_not_count() -> None:
    for label in ("statefulset.kubernetes.io/pod-name: web-0", "role: primary"):
        report = check(DEPLOYMENT + "---\n" + SERVICE.replace("app: web", f"app: web, {label}"))
        assert report.valid is True, label


def test_an_ingress_must_name_a_port_that_its_service_has() -> None:
    ingress = """\
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  rules:
    - http:
        paths:
          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}
"""
    assert codes(check(SERVICE + ingress)) == ["undefined-port"]
    assert check(SERVICE + ingress.replace("8080", "80")).valid is True


def test_a_secret_kept_elsewhere_is_no_error() -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\nstringData: {a: b}\n---\n"
    text = secret + pod(
        "{containers: [{name: a, image: b, envFrom: [{secretRef: {name: database-login}}]}]}"
    )
    report = check(text)
    assert report.valid is True
    assert [d.code for d in report.diagnostics] == ["undefined-reference"]


def test_lists_are_taken_apart() -> None:
    item = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}"
    report = check(
        f"apiVersion: v1\nkind: List\nitems:\n- {item}\n- {item.replace('data', 'dta')}\n"
    )
    assert len(report.documents) == 2
    assert report.errors[0].line == 5
    assert report.sound == 0.5
    assert (
        check("apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: a}}]").valid is True
    )


def test_json_is_read_as_well() -> None:
    assert (
        check('{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}').valid is True
    )


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n---\n", "- a\n", "kind: Pod\n", "a: [\n"]
)
def test_what_is_no_manifest_is_invalid(text: str) -> None:
    report = check(text)
    assert report.valid is False
    assert report.sound == 0.0 or not report.parses or report.documents == ()


CRD = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %(plural)s.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: %(plural)s, kind: %(kind)s}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          required: [spec]
          properties:
            spec:
              type: object
              required: [size]
              properties:
                size: {type: integer, minimum: 1}
                port: {x-kubernetes-int-or-string: true}
"""


def test_a_custom_resource_without_its_definition_is_not_judged() -> None:
    report = check("apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1}\n")
    assert report.valid is None
    assert [d.code for d in report.diagnostics] == ["unknown-custom-resource"]


def test_a_custom_resource_is_judged_by_a_definition_in_the_same_file() -> None:
    crd = CRD % {"plural": "gadgets", "kind": "Gadget"}
    gadget = "---\napiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a}\nspec: %s\n"
    assert check(crd + gadget % "{size: 2, port: http}").valid is True
    assert codes(check(crd + gadget % "{size: 0}")) == ["schema"]
    assert codes(check(crd + gadget % "{size: 1, sze: 1}")) == ["misspelt-field"]
    assert codes(check(crd + gadget % "{}")) == ["missing-field"]


def test_a_users_definitions_can_be_added(tmp_path: Path) -> None:
    gizmo = "apiVersion: example.com/v1\nkind: Gizmo\nmetadata: {name: a}\nspec: {size: big}\n"
    assert check(gizmo).valid is None
    (tmp_path / "crd.yaml").write_text(CRD % {"plural": "gizmos", "kind": "Gizmo"})
    assert add_crds(tmp_path) == 1
    assert codes(check(gizmo)) == ["wrong-type"]
    with pytest.raises(ValueError, match="no CustomResourceDefinition"):
        (tmp_path / "crd.yaml").write_text(SERVICE)
        add_crds(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        pod("{containers: " + "[" * 3000 + "}"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: " + "x" * 1_900_000 + "}",
        "apiVersion: v1\nkind: List\nitems: [" + "{a: b}," * 20000 + "]",
        CRD.replace("minimum: 1", "pattern: '(a+)+$'").replace("integer", "string")
        % {"plural": "evils", "kind": "Evil"}
        + "---\napiVersion: example.com/v1\nkind: Evil\nmetadata: {name: a}\nspec: {size: "
        + "a" * 5000
        + "b}\n",
        CRD % {"plural": "refs", "kind": "Ref"}
        + "                ref: {$ref: 'file:///etc/passwd'}\n",
    ],
    ids=["depth", "size", "many", "pattern", "reference"],
)
def test_hostile_manifests_are_judged_quickly(text: str) -> None:
    start = time.process_time()
    check(text)
    assert time.process_time() - start < 2


def test_every_version_judges() -> None:
    for version in versions():
        assert check(DEPLOYMENT + "---\n" + SERVICE, version=version).valid is True


def test_the_verdict_beyond_parsing_is_fast() -> None:
    stream = kubernetes.load_yaml(DEPLOYMENT, version="1.1", text_keys=True)
    kubernetes.check_stream(stream)
    best = 1.0
    for _ in range(20):
        start = time.perf_counter()
        kubernetes.check_stream(stream)
        best = min(best, time.perf_counter() - start)
    assert best < 0.005


@pytest.mark.skipif(not available(), reason="kubernetes-validate is not installed")
def test_the_oracle_agrees_about_schemas() -> None:
    assert oracle(DEPLOYMENT + "---\n" + SERVICE).valid is True  # type: ignore[union-attr]
    for old, new in [("replicas: 2", "replcas: 2"), ("replicas: 2", "replicas: two")]:
        text = DEPLOYMENT.replace(old, new)
        assert check(text).valid is oracle(text).valid is False  # type: ignore[union-attr]


NETWORK_POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: n}
spec: {podSelector: {}, ingress: [{from: [{ipBlock: %s}]}]}
"""


def test_blocks_of_addresses() -> None:
    good = "{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}"
    assert check(NETWORK_POLICY % good).valid is True
    for wrong in (
        "{cidr: 10.0.0.0}",
        "{cidr: 10.0.0.0/33}",
        "{cidr: 10.0.0.0/8, except: [192.168.0.0/16]}",
        "{cidr: 10.0.0.0/8, except: [10.0.0.0/8]}",
        '{cidr: 10.0.0.0/8, except: ["2001:db8::/64"]}',
    ):
        assert codes(check(NETWORK_POLICY % wrong)) == ["bad-address"], wrong


def test_addresses_of_services_and_pods() -> None:
    service = SERVICE.replace("spec:\n", "spec:\n  clusterIP: 10.0.0\n  externalIPs: [a.b]\n")
    assert codes(check(service)) == ["bad-address"] * 2
    spec = "hostAliases: [{ip: localhost, hostnames: [a]}], dnsConfig: {nameservers: [dns.google]}"
    report = check(pod(f"{{{spec}, containers: [{{name: a, image: b}}]}}"))
    assert codes(report) == ["bad-address"] * 2


@pytest.mark.parametrize(
    ("source", "valid"),
    [
        ("fieldRef: {fieldPath: status.podIP}", True),
        ("fieldRef: {fieldPath: \"metadata.labels['a.b/c']\"}", True),
        ("resourceFieldRef: {resource: limits.cpu}", True),
        ("fieldRef: {fieldPath: pod.name}", False),
        ("fieldRef: {fieldPath: metadata.labels}", False),
        ("resourceFieldRef: {resource: cpu}", False),
    ],
)
def test_what_the_downward_api_hands_down(source: str, valid: bool) -> None:
    environment = f"env: [{{name: X, valueFrom: {{{source}}}}}]"
    report = check(pod(f"{{containers: [{{name: a, image: b, {environment}}}]}}"))
    assert report.valid is valid


def test_bounds_of_a_limit_range_rise() -> None:
    text = (
        "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l}\n"
        "spec: {limits: [{type: Container, default: {cpu: %s}, max: {cpu: 1}}]}\n"
    )
    assert check(text % "500m").valid is True
    assert codes(check(text % "2")) == ["out-of-range"]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("failurePolicy: {}", "Fail", "Nope"),
        ("sideEffects: {}", "None", "Nothing"),
        ('rules: [{{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [{}]}}]', "CREATE", "MAKE"),
        ('rules: [{{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE], scope: {}}}]',
         "Namespaced", "Everywhere"),
    ],
)  # fmt: skip
def test_a_webhooks_words_are_those_of_the_api(field: str, good: str, bad: str) -> None:
    hook = {"name: pods.acme.io", "admissionReviewVersions: [v1]", "sideEffects: None",
            "clientConfig: {service: {name: hook, namespace: default}}"}  # fmt: skip

    def judged(word: str) -> Report:
        lines = [*sorted(x for x in hook if not x.startswith(field[:8])), field.format(word)]
        return check(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
            "metadata:\n  name: hook\nwebhooks:\n  - " + "\n    ".join(lines) + "\n",
        )

    assert judged(good).valid is True
    assert [d.code for d in judged(bad).errors] == ["bad-value"]


def test_a_bindings_actions_are_those_of_the_api() -> None:
    text = (
        "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\n"
        "metadata:\n  name: b\nspec:\n  policyName: p\n  validationActions: [{}]\n"
    )
    assert check(text.format("Deny, Audit")).valid is True
    assert [d.code for d in check(text.format("Nope")).errors] == ["bad-value"]
