"""What a manifest says of names: labels that pods are selected by, volumes that are mounted, ports of probes.

Facts (`memory.py`) are tuples. Of a workload: ("wanted", label, value) of its selector, ("label", label, value) of its
pods, ("labelled",) once those are closed, ("key", label) of the label whose value is written, ("claims",) once the
claims of a StatefulSet are begun. Of a pod: ("volume", name) of volumes and claims, ("volumes",) once the volumes
are begun, ("container", name). Of a container: ("port", name), ("ports",), ("path", path) where something is mounted.
Of a ConfigMap: ("datum", key). Of numbers in order: ("number", field, number).
Of a Service: ("served",) after its first port, ("nameless",) after one without a name, ("named",) inside of one with a
name, ("port", name). As `iapo/verify/kubernetes` checks it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from iapo.generate.guide.yaml.kubernetes_definitions import (
    MEMORIES as DEFINITION_MEMORIES,
)
from iapo.generate.guide.yaml.kubernetes_definitions import (
    NAMINGS as DEFINITION_NAMINGS,
)
from iapo.generate.guide.yaml.kubernetes_facts import Name, New, Ordered
from iapo.generate.guide.yaml.kubernetes_forms import DNS_LABEL, LABEL_VALUE, PORT_NAME, SUBDOMAIN
from iapo.generate.guide.yaml.memory import (
    ANY_NAME,
    Facts,
    Memory,
    Naming,
    owed,
    owing,
    without,
)
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import (
    Rules,
    Shape,
    Struct,
    changed,
    required,
)

_PATH = Pattern(".+", "/x")

Labels = frozenset[tuple[str, str]]


def _pairs(facts: Facts, kind: str) -> Labels:
    return frozenset((f[1], f[2]) for f in facts if f[0] == kind)


class _Labels(Memory):
    """Labels whose values are told. `kind`: of the facts."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def learn(self, name: str, facts: Facts) -> Facts:
        return without(facts, "key") | {("key", name)}

    def merged(self, facts: Facts) -> Facts:
        return facts | {("label", ANY_NAME, "")} if self.kind == "label" else facts

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "key")


class _Template(Memory):
    """The template of a workload's pods."""

    def outside(self, facts: Facts) -> Facts:
        return facts | {("labelled",)}


class _Workload(Memory):
    """What selects its pods: the labels that are selected by are those of the pods, whichever come first."""

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name == "template" and (wanted := _pairs(facts, "wanted")):
            return _labelled(shape, wanted)
        if name == "selector" and ("labelled",) in facts:
            labels = _pairs(facts, "label")
            return shape if (ANY_NAME, "") in labels else _selecting(shape, labels)
        return shape

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "wanted", "label", "labelled", "volume", "claims")


class _Replicated(_Workload):
    """A ReplicationController: it selects by labels alone, or by those of its pods."""

    def barred(self, facts: Facts) -> frozenset[str]:
        unlabelled = ("labelled",) in facts and not _pairs(facts, "label")
        return frozenset({"selector"} if unlabelled else ())


class _Stateful(_Workload):
    """A workload whose pods also mount what its claims make."""

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("claims",)} if name == "volumeClaimTemplates" else facts

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name == "volumeClaimTemplates":
            return _paying(shape, "volume", bool(owed(facts, "volume")))
        return super().shaped(name, shape, facts)

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, "volume")

    def wanted(self, facts: Facts) -> list[str]:
        return ["volumeClaimTemplates"] if owed(facts, "volume") else []


@lru_cache(maxsize=64)
def _paying(shape: Shape, kind: str, due: bool) -> Shape:
    """A sequence that gives what is owed of a kind. `due`: something is."""
    paid = changed(shape, settled=lambda facts: not owed(facts, kind))
    return changed(paid, null=False, least=1) if due else paid


@lru_cache(maxsize=256)
def _labelled(shape: Shape, wanted: Labels) -> Shape:
    """A pod template with some labels."""
    template = _struct(shape)
    metadata = template.properties["metadata"]()
    own = _struct(metadata)
    labels = own.properties["labels"]()
    free = _struct(labels)
    asked = {key: _exactly(value) for key, value in wanted}
    mapping = Struct(
        asked, lambda: free.shape(ANY_NAME), Rules(frozenset(asked)), memory=free.memory
    )
    given_ = required(changed(labels, fields=mapping))
    with_labels = _with(own, {"labels": lambda: given_})
    named = required(changed(metadata, fields=with_labels))
    return required(changed(shape, fields=_with(template, {"metadata": lambda: named})))


def _with(old: Struct, more: Mapping[str, Callable[[], Shape]]) -> Struct:
    """The same with other shapes of some keys, which are needed."""
    rules = old.rules
    needed = Rules(rules.needed | set(more), rules.groups, rules.ties, rules.demands, rules.least)
    return Struct({**old.properties, **more}, rules=needed, memory=old.memory)


class _Exact(Name):
    """A label's value that is known; a name and no word, for which an alias may stand as well."""

    def __init__(self, value: str) -> None:
        super().__init__(LABEL_VALUE)
        self.value = value

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return (self.value,)

    def likely(self, facts: Facts) -> list[str]:
        return [self.value]


def _exactly(value: str) -> Callable[[], Shape]:
    shape = Shape(naming=_Exact(value))
    return lambda: shape


@lru_cache(maxsize=256)
def _selecting(shape: Shape, labels: Labels) -> Shape:
    """A selector of pods that have some labels and no others."""
    own = {key: _exactly(value) for key, value in labels}
    fields = _struct(shape)
    if "matchLabels" not in fields.names:
        return changed(shape, fields=Struct(own, rules=Rules(least=1)))
    if not own:
        return changed(shape, fields=_less(fields, "matchLabels"))
    inner = fields.properties["matchLabels"]()
    exact = changed(inner, fields=Struct(own, rules=Rules(least=1)))
    properties = {**fields.properties, "matchLabels": lambda: exact}
    return changed(shape, fields=Struct(properties, rules=fields.rules))


def _less(fields: Struct, name: str) -> Struct:
    rest = {key: make for key, make in fields.properties.items() if key != name}
    return Struct(rest, rules=fields.rules, memory=fields.memory)


def _struct(shape: Shape) -> Struct:
    assert isinstance(shape.fields, Struct)
    return shape.fields


class _Pod(Memory):
    """A pod. `claiming`: of a StatefulSet, whose claims may yet be what is mounted."""

    def __init__(self, claiming: bool) -> None:
        self.claiming = claiming

    def _owing(self, facts: Facts) -> bool:
        more = self.claiming and ("claims",) not in facts
        return not more and bool(owed(facts, "volume"))

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("volumes",)} if name == "volumes" else facts

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name != "volumes" or (self.claiming and ("claims",) not in facts):
            return shape
        return _paying(shape, "volume", self._owing(facts))

    def settled(self, facts: Facts) -> bool:
        return not self._owing(facts)

    def wanted(self, facts: Facts) -> list[str]:
        return ["volumes"] if self._owing(facts) else []

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "volumes", "container", "volume")


class _Container(Memory):
    """A container. What mounts something is left out where there is nothing to mount."""

    def __init__(self, claiming: bool) -> None:
        self.claiming = claiming

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("ports",)} if name == "ports" else facts

    def barred(self, facts: Facts) -> frozenset[str]:
        names = _mountable(facts, self.claiming)
        return _MOUNTING if names is not None and not names else frozenset()

    def shaped(self, name: str, shape: Shape, facts: Facts) -> Shape:
        if name == "ports":
            return _paying(shape, "port", bool(owed(facts, "port")))
        return shape

    def settled(self, facts: Facts) -> bool:
        return not owed(facts, "port")

    def wanted(self, facts: Facts) -> list[str]:
        return ["ports"] if owed(facts, "port") else []

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "port", "ports", "path")


_MOUNTING = frozenset({"volumeMounts", "volumeDevices"})


def _mountable(facts: Facts, claiming: bool) -> tuple[str, ...] | None:
    """The names of what may be mounted; None where any may, for it may yet come."""
    yet = ("volumes",) not in facts or (claiming and ("claims",) not in facts)
    if yet or ("volume", ANY_NAME) in facts:
        return None
    return tuple(sorted(f[1] for f in facts if f[0] == "volume"))


class _ContainerPort(Memory):
    def wanted(self, facts: Facts) -> list[str]:
        return ["name"] if owed(facts, "port") else []


class _ServicePort(Memory):
    """A port of a Service: where there are several, each has a name."""

    def learn(self, name: str, facts: Facts) -> Facts:
        return facts | {("named",)} if name == "name" else facts

    def settled(self, facts: Facts) -> bool:
        return ("served",) not in facts or ("named",) in facts

    def wanted(self, facts: Facts) -> list[str]:
        return [] if self.settled(facts) else ["name"]

    def outside(self, facts: Facts) -> Facts:
        more = set() if ("named",) in facts else {("nameless",)}
        return without(facts, "named") | {("served",)} | more


class _Data(Memory):
    """A ConfigMap, each of whose keys is in one of its mappings."""

    def outside(self, facts: Facts) -> Facts:
        return without(facts, "datum")


class _Datum(Memory):
    def learn(self, name: str, facts: Facts) -> Facts | None:
        return None if ("datum", name) in facts else facts | {("datum", name)}


DATUM = _Datum()


class _Service(Memory):
    def outside(self, facts: Facts) -> Facts:
        return without(facts, "served", "nameless", "port")


class _Label(Name):
    """The value of a label, of a kind."""

    def __init__(self, kind: str) -> None:
        super().__init__(LABEL_VALUE)
        self.kind = kind

    def learn(self, name: str, facts: Facts) -> Facts | None:
        keys = [f[1] for f in facts if f[0] == "key"]
        return facts | {(self.kind, keys[0], name)}

    def aliased(self, facts: Facts) -> Facts:
        return facts | {("label", ANY_NAME, "")} if self.kind == "label" else facts


class _Mounted(Name):
    """The volume that is mounted."""

    def __init__(self, claiming: bool) -> None:
        super().__init__(DNS_LABEL)
        self.claiming = claiming

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        return _mountable(facts, self.claiming)

    def likely(self, facts: Facts) -> list[str]:
        only = self.only(facts)
        if only is not None:
            return list(only)
        return [*sorted({f[1] for f in facts if f[0] == "volume"} | owed(facts, "volume")), "x"]

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return owing(facts, "volume", name)


class _Probed(Name):
    """The port that a probe asks, by its name."""

    def __init__(self) -> None:
        super().__init__(PORT_NAME)

    def only(self, facts: Facts) -> tuple[str, ...] | None:
        if ("ports",) not in facts or ("port", ANY_NAME) in facts:
            return None
        return tuple(sorted(f[1] for f in facts if f[0] == "port"))

    def likely(self, facts: Facts) -> list[str]:
        only = self.only(facts)
        return ["x"] if only is None else list(only)

    def learn(self, name: str, facts: Facts) -> Facts | None:
        return owing(facts, "port", name)


_PODS = ("", "always", "once")
_SELECTING = ("DeploymentSpec", "ReplicaSetSpec", "DaemonSetSpec")

MEMORIES: Mapping[tuple[str, str], Memory] = {
    **{(short, ""): _Workload() for short in _SELECTING},
    ("ReplicationControllerSpec", ""): _Replicated(),
    ("StatefulSetSpec", ""): _Stateful(),
    **{("PodTemplateSpec", variant): _Template() for variant in ("always", "stateful")},
    **{("PodSpec", variant): _Pod(claiming=False) for variant in _PODS},
    ("PodSpec", "stateful"): _Pod(claiming=True),
    **{("Container", variant): _Container(claiming=False) for variant in ("", "init")},
    **{
        ("Container", variant): _Container(claiming=True)
        for variant in ("stateful", "init stateful")
    },
    ("EphemeralContainer", ""): _Container(claiming=False),
    ("EphemeralContainer", "stateful"): _Container(claiming=True),
    ("ContainerPort", ""): _ContainerPort(),
    ("ServicePort", ""): _ServicePort(),
    ("ServiceSpec", ""): _Service(),
    ("HorizontalPodAutoscalerSpec", ""): Ordered("minReplicas", "maxReplicas"),
    ("ConfigMap", "object"): _Data(),
    **DEFINITION_MEMORIES,
}
"""Definition and variant to what is remembered of it."""

_SELECTED = (_Labels("wanted"), _Label("wanted"))
NAMED_VALUES: Mapping[tuple[str, str, str], tuple[Memory, Naming]] = {
    ("LabelSelector", "workload", "matchLabels"): _SELECTED,
    ("ReplicationControllerSpec", "", "selector"): _SELECTED,
    ("ObjectMeta", "labelled", "labels"): (_Labels("label"), _Label("label")),
}
"""Definition, variant and field of mappings whose values are told; what is remembered of them."""

_CONTAINER, _PORT, _SERVED = (
    New("container", DNS_LABEL), New("port", PORT_NAME), New("port", DNS_LABEL),
)  # fmt: skip
NAMINGS: Mapping[tuple[str, str, str], Naming] = {
    ("Volume", "", "name"): New("volume", DNS_LABEL),
    ("ObjectMeta", "claim", "name"): New("volume", SUBDOMAIN),
    **{
        (short, variant, "name"): _Mounted(claiming=variant == "stateful")
        for short in ("VolumeMount", "VolumeDevice")
        for variant in ("", "stateful")
    },
    **{
        (short, variant, "name"): _CONTAINER
        for short in ("Container", "EphemeralContainer")
        for variant in ("", "init", "stateful", "init stateful")
    },
    ("VolumeMount", "", "mountPath"): New("path", _PATH),
    ("VolumeMount", "stateful", "mountPath"): New("path", _PATH),
    ("ContainerPort", "", "name"): _PORT,
    ("ServicePort", "", "name"): _SERVED,
    ("HTTPGetAction", "probe", "port"): _Probed(),
    ("TCPSocketAction", "probe", "port"): _Probed(),
    **DEFINITION_NAMINGS,
}
"""Definition, variant and field of texts that name something."""


def named_values(shape: Shape, memory: Memory, naming: Naming) -> Shape:
    """A mapping whose values are told."""
    fields = _struct(shape)
    value = changed(fields.shape(ANY_NAME), text=False, naming=naming)
    return changed(shape, fields=Struct({}, lambda: value, fields.rules, memory=memory))


def all_named(facts: Facts) -> bool:
    """Whether a Service may have another port, for those before have names."""
    return ("nameless",) not in facts


__all__ = ["DATUM", "MEMORIES", "NAMED_VALUES", "NAMINGS", "all_named", "named_values"]
