"""What the guide for Kubernetes lets through: manifests that the API server takes, and no field it lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import tiny
from guided_texts import assert_refused, random_text, refused
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo.generate.guide import Guide, PromptGuide, guide_for
from iapo.generate.guide.automaton import write
from iapo.generate.guide.closing import ending
from iapo.generate.guide.languages import language_of
from iapo.generate.guide.ledger import Ledger
from iapo.generate.sampling import sample
from iapo.verify import verify
from iapo.verify.yaml_source import load_yaml, resolve_scalar

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.verdicts import invented, kind
from walks.yaml_texts import Walk

TOKENIZER = tiny.tokenizer()


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER, format="kubernetes")


POD = """apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
    - name: web
      image: nginx:1.27
"""


def pod(lines):
    """A pod with more in its spec."""
    return POD + "".join(f"  {line}\n" for line in lines.splitlines())


def container(lines):
    """A pod with more in its container."""
    return POD + "".join(f"      {line}\n" for line in lines.splitlines())


def config(lines):
    """A ConfigMap with data."""
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n"
    return head + "".join(f"  {line}\n" for line in lines.splitlines())


def deployment(spec, kind="Deployment"):
    """A Deployment with something in its spec."""
    head = f"apiVersion: apps/v1\nkind: {kind}\nmetadata:\n  name: web\nspec:\n"
    return head + "".join(f"  {line}\n" for line in spec.splitlines())


SELECTOR = 'selector:\n  matchLabels:\n    app: web\n    tier: "1"\n'
TEMPLATE = """template:
  metadata:
    labels:
      tier: "1"
      app: "web"
      other: x
  spec:
    containers:
    - name: web
      image: nginx
"""
MOUNTS = "volumeMounts:\n- name: data\n  mountPath: /data\n"
CLAIM = """volumeClaimTemplates:
- metadata: {name: data}
  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
"""
STATEFUL = (
    "serviceName: web\n"
    + SELECTOR
    + TEMPLATE
    + "      volumeMounts: [{name: data, mountPath: /d}]\n"
)
SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n"
SCALER = """apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: a}
spec:
  scaleTargetRef: {kind: Deployment, name: a}
  minReplicas: 5
  maxReplicas: """


def cron(schedule):
    """A CronJob with a schedule."""
    pods = "restartPolicy: Never, containers: [{name: a, image: b}]"
    return f"""apiVersion: batch/v1
kind: CronJob
metadata:
  name: a
spec:
  schedule: {schedule}
  jobTemplate: {{spec: {{template: {{spec: {{{pods}}}}}}}}}
"""


WRITABLE = {
    "a selector before its labels": deployment(SELECTOR + TEMPLATE),
    "a selector behind its labels": deployment(TEMPLATE + SELECTOR),
    "labels of another workload": deployment(SELECTOR + TEMPLATE) + "---\n" + deployment(
        "selector: {matchLabels: {app: db}}\n"
        "template:\n  metadata: {labels: {app: db}}\n  spec: {containers: [{name: a, image: b}]}"
    ).replace("name: web", "name: db"),
    "aliases of names": deployment(
        "selector:\n  matchLabels:\n    app: &app web\ntemplate:\n  metadata: {labels: {app: *app}}\n"
        "  spec:\n    containers:\n    - name: *app\n      image: b\n"
        "      volumeMounts:\n      - name: &v data\n        mountPath: /d\n"
        "    volumes:\n    - name: *v\n      emptyDir: {}\n"
    ),
    "what is mounted": container(MOUNTS) + "  volumes:\n  - name: other\n    emptyDir: {}\n"
    "  - name: data\n    emptyDir: {}\n",
    "what is there before it is mounted": POD.replace(
        "  containers", "  volumes:\n  - name: data\n    emptyDir: {}\n  containers")
    + "      volumeMounts: [{name: data, mountPath: /d}]\n",
    "a claim that is mounted": deployment(STATEFUL + CLAIM, "StatefulSet"),
    "a port that a probe names": container(
        "livenessProbe:\n  httpGet: {port: http}\nports:\n- name: http\n  containerPort: 80 # x\n"
        "readinessProbe:\n  tcpSocket:\n    port: http # x"),
    "ports with names": SERVICE + "  - name: a\n    port: 80\n  - port: 81\n    name: b\n",
    "numbers in their order": SCALER + "13\n",
    "schedules": cron("'*/5 0 1,15 jan-MAR mon-5'") + "---\n" + cron("'@daily'").replace("a\n", "b\n", 1),
    "forms of texts": container(
        "env:\n- name: A\n  valueFrom: {fieldRef: {fieldPath: \"metadata.labels['app']\"}}\n"
        "resources:\n  limits: {cpu: 1, memory: 1.5Gi}\n  requests: {cpu: '500m', memory: 1e6}"),
    "base64": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: eHg=\n  b: |\n    eHh4\n  c: ''\n",
    "a deployment and its service": """# Two objects.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # a remark
  labels: {app: web, "tier": 'front'}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: registry.example/web@sha256:abc
        command: ["sh", "-c",
          "exec web"]
        ports:
        - containerPort: 80
          protocol: TCP

---
kind: Service
apiVersion: v1
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    -   name: http
        port: 80
        targetPort: http
    -
      name: metrics
      port: 9090
      targetPort: 9090
""",
    "fields in order of the alphabet": """apiVersion: v1
data:
  key: value
kind: ConfigMap
metadata:
  name: c
""",
    "JSON": """{
  "apiVersion": "v1", "kind": "Namespace",
  "metadata": {"name":"a", "labels": {}}
}
""",
    "JSON on one line": '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"a"}}',
    "block scalars": config(
        "run.sh: |\n  #!/bin/sh\n  if true; then\n    echo \"a: b\"\n  fi\n\nfolded: >-\n    some\n    text"
    ),
    "quoted texts": config(r"""a: "8080"
b: 'it''s'
c: "tab\t \u00e9"
"d.e": plain text, with:nothing"""),
    "an address without quotes": pod("hostAliases:\n- ip: 10.0.0.1\n  hostnames: [a]"),
    "a document after dashes": "---\n" + POD + "---\n" + POD.replace("web", "db"),
    "an empty document": POD + "---\n---\n" + POD.replace("web", "db"),
    "nothing after the last dashes": POD + "---\n",
    "no line feed at the end": POD.rstrip("\n"),
    "a list": "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n"
    "  metadata:\n    name: a\n",
    "an anchor and its alias": POD.replace("name: web\nspec", "name: &n web\nspec").replace(
        "- name: web", "- name: *n"
    ),
    "nothing for null": container("resources:") ,
    "octal modes": pod("volumes:\n- name: v\n  secret:\n    secretName: s\n    defaultMode: 0400"),
    "a comment further in than what it follows": container(
        "env:\n- name: A\n  value: b\n  # value: c\nports:\n- containerPort: 80"
    ),
    "a variable's value that begins like a number": container(
        "env:\n- name: MAX_HEAP_SIZE\n  value: 512M\n- name: KEY\n  value: 8312a4c5-1d\n"
        "- name: WORD\n  value: truecolor"
    ),
    "vendors' resources": container("resources:\n  limits:\n    nvidia.com/gpu: 1\n    cpu: 500m"),
    "a probe in an init container that stays": pod(
        "initContainers:\n- name: i\n  image: i\n  readinessProbe:\n    exec:\n      command: [a]\n"
        "  restartPolicy: Always"
    ),
    "a time": POD.replace("  name: web\nspec", "  name: web\n  creationTimestamp: null\nspec"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITABLE)
def test_what_is_valid_can_be_written(guide, name):
    text = WRITABLE[name]
    assert refused(guide, text) is None
    report = verify(text, "kubernetes")
    assert report.valid is True, report.diagnostics


REFUSED = {
    "a template without the labels that are selected": (
        deployment(SELECTOR + TEMPLATE.replace('      app: "web"\n', "")), "other: x\n    "),
    "another value of a label": (deployment(SELECTOR + TEMPLATE.replace('"web"', "api")), "app: "),
    "no labels where some are selected": (
        deployment(SELECTOR + "template:\n  spec:\n    containers:\n    - name: a\n      image: b"), "<end>"),
    "a selector of other labels": (deployment(TEMPLATE + SELECTOR.replace("tier", "tire")), "  ti"),
    "a volume that is not there": (container(MOUNTS), "<end>"),
    "volumes without the one that is mounted": (
        container(MOUNTS) + "  volumes:\n  - name: other\n", "<end>"),
    "a mount of none of the volumes": (
        POD.replace("  containers", "  volumes:\n  - name: a\n  containers")
        + "      volumeMounts:\n      - name: b", "- name: "),
    "mounts where there are no volumes": (
        pod("volumes: []\ninitContainers:\n- name: a\n  volumeMounts"), "  "),
    "a mount of no claim": (deployment(STATEFUL, "StatefulSet"), "<end>"),
    "a path that is mounted on twice": (
        container(MOUNTS + "- name: data\n  mountPath: /data\n"), "mountPath: /data"),
    "a volume twice": (pod("volumes:\n- name: a\n- name: a\n"), "- name: a"),
    "a container twice": (POD + "    - name: web\n", "- name: web"),
    "a probe of a port that is not there": (
        container("livenessProbe:\n  httpGet: {port: http}"), "<end>"),
    "a probe of a port without name": (
        container("ports:\n- containerPort: 80\nlivenessProbe:\n  httpGet: {port: http}"), "port: "),
    "a port of several without name": (
        SERVICE + "  - port: 80\n    name: a\n  - port: 81\n---", "port: 81\n"),
    "a port behind one without name": (SERVICE + "  - port: 80\n  - name", "port: 80\n  "),
    "numbers out of order": (SCALER + "3\n", "maxReplicas: 3"),
    "no quantity": (container("resources:\n  limits:\n    cpu: alot"), "cpu: "),
    "a name with capitals": (POD.replace("- name: web", "- name: Web"), "- name: "),
    "no label": (deployment(SELECTOR.replace("web", "'a b'")), "app: 'a"),
    "no base64": (
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  a: eHg\n", "a: eHg"),
    "a field that is not handed down": (
        container("env:\n- name: A\n  valueFrom: {fieldRef: {fieldPath: spec.host"), "fieldPath: spec."),
    "no schedule": (cron("daily"), "schedule: "),
    "a day that is none": (cron("'0 0 32 * *'"), "0 0 3"),
    "a key in both mappings": (config("a: b").replace("\ndata:", "\nbinaryData:\n  a: eHg=\ndata:"), "  a"),
    "a kind that does not exist": ("apiVersion: v1\nkind: Podd", "kind: Pod"),
    "a kind of another group": ("apiVersion: apps/v1\nkind: Service", "kind: S"),
    "an apiVersion without such a kind": ("kind: Ingress\napiVersion: extensions", "apiVersion: "),
    "an apiVersion that is gone": ("apiVersion: batch/v1b", "apiVersion: batch/v1"),
    "a custom kind": ("apiVersion: monitoring.coreos.com/v1", "apiVersion: "),
    "a spec before the kind": ("apiVersion: v1\nspec", "v1\ns"),
    "a field that does not exist": (container("imagePullPolice"), "imagePullPolic"),
    "a field of another place": (pod("replicas: 2"), "  re"),
    "a field twice": (POD + "metadata", "nginx:1.27\n"),
    "a name twice among labels": (POD.replace("name: web\nspec", "labels:\n    a: b\n    a: c"), "a"),
    "no name": (POD.replace("  name: web\nspec", "  labels:\n    a: b\nspec"), "a: b\n"),
    "nothing where something is needed": (POD.replace("  name: web\n", ""), "metadata:\n"),
    "a container without image": (
        POD.replace("      image: nginx:1.27\n", "") + "---", "- name: web\n"),
    "the end without what is needed": (POD[: POD.index("spec:")], "<end>"),
    "a text for a number": (container("ports:\n- containerPort: http"), "containerPort: "),
    "a number in quotes": (container('ports:\n- containerPort: "80"'), "containerPort: "),
    "a port that is none": (container("ports:\n- containerPort: 70000"), "containerPort: 7000"),
    "a number for a variable's value": (
        container("env:\n- name: PORT\n  value: 8080\n"), "value: 8080"),
    "a truth value for a variable's value": (
        container("env:\n- name: A\n  value: true\n"), "value: true"),
    "a number for an argument": (container("args:\n- -p\n- 8080"), "- -p\n      - "),
    "a truth value for a label": (
        POD.replace("name: web\nspec", "labels:\n    a: true\nspec"), "a: tru"),
    "another number for a text": (container("workingDir: 12\n"), "workingDir: 12"),
    "yes for a text": (container("workingDir: yes\n"), "workingDir: yes"),
    "a text for a truth value": (pod("hostNetwork: maybe"), "hostNetwork: "),
    "a word that is none of the words": (container("imagePullPolicy: Allways"), "imagePullPolicy: Al"),
    "a mapping for a list": (POD.replace("    - name", "      name"), "  "),
    "a list for a mapping": (POD.replace("  name: web\nspec", "- name\nspec"), "metadata:\n"),
    "two sources of a volume": (
        pod("volumes:\n- name: v\n  emptyDir: {}\n  hostPath"), "emptyDir: {}\n    "),
    "two handlers of a probe": (
        container("livenessProbe:\n  tcpSocket:\n    port: 80\n  httpGet"), "port: 80\n        "),
    "a probe without handler": (
        container("livenessProbe:\n  periodSeconds: 5\nports"), "periodSeconds: 5\n      "),
    "values where none are taken": (
        pod("tolerations:\n- operator: Exists\n  value"), "operator: Exists\n    "),
    "an indentation that fits nothing": (POD + "   hostNetwork", "nginx:1.27\n   "),
    "an indentation that is too far": (pod("hostNetwork: true\n  hostPID"), "true\n   "),
    "a tab": ("apiVersion: v1\nkind: Pod\nmetadata:\n\tname", "metadata:\n"),
    "a colon and a space in a plain text": (container("workingDir: a: b"), "workingDir: a:"),
    "text after a quoted text": (container('workingDir: "a" b'), 'workingDir: "a" '),
    "an alias of nothing": (container("workingDir: *a"), "workingDir: "),
    "a restart policy that a deployment cannot have": (
        WRITABLE["a deployment and its service"].split("---")[0].rstrip("\n")
        + "\n      restartPolicy: OnFailure", "restartPolicy: "),
    "dashes and no document": ("---\n---\n---\n---", "---\n---\n---\n"),
    "prose before": ("Here is", ""),
    "prose after": (POD + "This is", "nginx:1.27\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    assert_refused(guide, *REFUSED[name])


def test_an_answer_may_stand_in_a_fence_and_ends_with_it(guide):
    assert refused(guide, f"```yaml\n{POD}```\n") is None
    assert refused(guide, f"```\n{POD}```") is None
    assert refused(guide, f"```yaml\n{POD}").endswith("<end>")
    assert refused(guide, f"```yaml\n{POD}```\nThis is").endswith("```\n")


def test_a_custom_kind_is_writable_where_the_request_names_it():
    text = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: m\nspec:\n  a: [1]\n"
    named = guide_for(TOKENIZER, "kubernetes", stop=[0], request="a ServiceMonitor for my app")
    assert refused(named, text) is None
    assert refused(named, text.replace("Monitor", "Mon")).endswith("kind: ServiceMon")
    assert refused(named, POD) is None
    assert (
        refused(guide_for(TOKENIZER, "kubernetes", stop=[0], request="a monitor"), text) is not None
    )


@pytest.mark.parametrize("number", range(12))
def test_a_random_text_is_valid_but_for_rules_of_values(guide, number):
    text = random_text(Walk, guide, number)
    report = verify(text, "kubernetes")
    assert kind(report) in ("valid", "value rules"), (text, report.errors)
    assert invented(report) == []


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789.+-_eExob~truefalsnyTinN:# ,[]{}'\"&*!|>%@`", min_size=1, max_size=12))
def test_a_value_is_written_only_where_it_is_read_as_a_text(guide, text):
    """What YAML reads as a number or a truth value needs quotes; nothing at all is allowed."""
    whole = config(f"a: {text}")
    if refused(guide, whole) is None:
        stream = load_yaml(whole, version="1.1", text_keys=True)
        assert stream.parses
        (value,) = stream.documents[0].value["data"].values()
        assert value is None or isinstance(value, str)


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789.+-_eExob~", min_size=1, max_size=8))
def test_what_a_plain_number_is_is_known(guide, text):
    """An image name may be any plain text, as long as YAML 1.1 reads it as a text."""
    taken = refused(guide, POD.replace("nginx:1.27", text)) is None
    assert taken <= isinstance(resolve_scalar(text, "1.1"), str)
    if text[0].isdigit() and "_" not in text:
        assert taken == isinstance(resolve_scalar(text, "1.1"), str)


def test_each_prompt_of_a_batch_has_the_guide_of_its_format(guide):
    model = tiny.model(spread=4.0)
    terraform = Guide(TOKENIZER)
    guides = {"kubernetes": guide, "terraform": terraform}
    formats = ["terraform", "jenkins", "kubernetes"]
    groups = sample(
        model, [(5, 6, 7)] * 3, group_size=2, max_new_tokens=20, stop=guide.stop,
        guide=PromptGuide(guides, formats, 2),
    )  # fmt: skip
    for group, format in zip(groups, formats, strict=True):
        for completion in group:
            text = TOKENIZER.decode(completion.tokens, skip_special_tokens=True)
            follows = {f: refused(g, text) in (None, text + "<end>") for f, g in guides.items()}
            assert follows == {
                "terraform": format == "terraform",
                "kubernetes": format == "kubernetes",
            }


def test_a_resource_of_no_domain_is_closed_without_a_long_search() -> None:
    begun = container("resources:\n  limits:\n    something").rstrip("\n")
    state, _ = write(language_of("kubernetes").start(), begun.encode())
    assert state is not None
    assert ending(state, Ledger()) == b"/0: 1"


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_resource_is_one_of_kubernetes_or_of_a_domain(guide, quote) -> None:
    begun = container(f"resources:\n  limits:\n    {quote}").rstrip("\n")
    for name in ("cpu", "hugepages-2Mi", "nvidia.com/gpu", "example.com/Mig-1g.5gb"):
        assert refused(guide, f"{begun}{name}{quote}: 1\n") is None, name
    for name, until in (("CPU", ""), ("storage:", "storage"), ("hugepages-:", "hugepages-")):
        assert_refused(guide, begun + name, quote + until)
    found = refused(guide, begun + "a" * 200)
    assert found is not None and len(found) <= len(begun) + 63


def test_a_quota_s_resources_are_as_long_as_names_are(guide) -> None:
    begun = "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: a\nspec:\n  hard:\n    "
    for name in ("pods", "limits.cpu", "count/deployments.apps", "requests.nvidia.com/gpu"):
        assert refused(guide, f"{begun}{name}: 1\n") is None, name
    assert refused(guide, begun + "a" * 200) is not None
