"""Who may do what: Roles, RoleBindings, ServiceAccounts."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called, series
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import NAMESPACES
from iapo.dataset.procedural.wording import name, pick
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml
from iapo.verify.report import Format

_GROUP = "rbac.authorization.k8s.io"
_TARGETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ("pods", "services", "configmaps", "secrets", "endpoints", "events")),
    ("apps", ("deployments", "statefulsets", "replicasets")),
    ("batch", ("jobs", "cronjobs")),
)
_VERBS = (("get",), ("get", "list"), ("get", "list", "watch"), ("create", "delete"),
          ("get", "update", "patch"), ("list", "watch"), ("get", "create"))  # fmt: skip


def _rule(rng: random.Random) -> tuple[dict[str, Any], str]:
    group, kinds = rng.choice(_TARGETS)
    resources = rng.sample(kinds, rng.choice((1, 1, 2)))
    verbs = rng.choice(_VERBS)
    rule = {"apiGroups": Flow([group]), "resources": Flow(resources), "verbs": Flow(verbs)}
    what = series(resources) + (f" ({group} API group)" if group else "")
    may = ", ".join(verbs)
    return rule, pick(rng, f"{may} on {what}", f"the verbs {may} for {what}")


def _asked(rule: dict[str, Any]) -> dict[str, Any]:
    wanted = {"resources": list(rule["resources"]), "verbs": {"equal": list(rule["verbs"])}}
    return wanted | ({"apiGroups": list(rule["apiGroups"])} if rule["apiGroups"][0] else {})


@dataclass(frozen=True)
class Role(Family):
    """A Role (or ClusterRole) alone."""

    name: str = "kubernetes/role"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        kind = rng.choice(("Role", "Role", "ClusterRole"))
        label = name(rng, "reader", "viewer", "editor", "deployer", "operator")
        metadata: dict[str, Any] = {"name": label}
        pattern: dict[str, Any] = {"kind": kind, "name": label}
        rule, said = _rule(rng)
        rules, facts = [rule], [said]
        if rng.random() < 0.3:
            other, said = _rule(rng)
            if other["resources"] != rule["resources"]:
                rules.append(other)
                facts.append(said)
        if kind == "Role" and rng.random() < 0.6:
            metadata["namespace"] = rng.choice(NAMESPACES)
            pattern["namespace"] = metadata["namespace"]
            facts.append(f"namespace {metadata['namespace']}")
        pattern["rules"] = [_asked(each) for each in rules]
        manifest = {
            "apiVersion": f"{_GROUP}/v1",
            "kind": kind,
            "metadata": metadata,
            "rules": rules,
        }
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, f"a {kind}", label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"role": pattern},
            difficulty=1 if len(facts) < 2 else 2,
        )


@dataclass(frozen=True)
class Binding(Family):
    """A Role bound to a user, a group or a ServiceAccount of its own."""

    name: str = "kubernetes/rbac"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (3, 4)

    def make(self, rng: random.Random) -> Draft:
        space = rng.choice(NAMESPACES)
        role = name(rng, "reader", "viewer", "deployer", "operator")
        binding = f"{role}-{pick(rng, 'binding', 'users', 'access')}"
        rule, said = _rule(rng)
        kind = rng.choice(("User", "Group", "ServiceAccount"))
        who = pick(rng, "jane", "ops-team", "developers", "ci-bot", "deploy-bot", "alice", "sre")
        subject: dict[str, Any] = {"kind": kind, "name": who}
        subject |= {"namespace": space} if kind == "ServiceAccount" else {"apiGroup": _GROUP}
        documents: list[dict[str, Any]] = []
        intent: dict[str, Any] = {}
        wanted: Any = {"kind": kind, "name": who}
        word = {"User": "user", "Group": "group", "ServiceAccount": "ServiceAccount"}[kind]
        facts = [
            f"namespace {space}",
            said,
            pick(rng, f"a grant to the {word} {who}", f"subject: {word} {who}"),
        ]
        thing = ""
        difficulty = 3
        if kind == "ServiceAccount" and rng.random() < 0.6:
            meta = {"name": who, "namespace": space}
            documents.append({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
            intent["account"] = {"kind": "ServiceAccount", "name": who, "namespace": space}
            wanted = {"kind": kind, "name": {"refers": "account"}}
            thing = f"{called(rng, 'a ServiceAccount', who)}, "
            difficulty = 4
        documents.append(
            {"apiVersion": f"{_GROUP}/v1", "kind": "Role",
             "metadata": {"name": role, "namespace": space}, "rules": [rule]}
        )  # fmt: skip
        documents.append(
            {"apiVersion": f"{_GROUP}/v1", "kind": "RoleBinding",
             "metadata": {"name": binding, "namespace": space}, "subjects": [subject],
             "roleRef": {"kind": "Role", "name": role, "apiGroup": _GROUP}}
        )  # fmt: skip
        intent["role"] = {"kind": "Role", "name": role, "namespace": space, "rules": [_asked(rule)]}
        intent["binding"] = {
            "kind": "RoleBinding", "name": binding, "namespace": space,
            "subjects": [wanted], "roleRef": {"refers": "role"},
        }  # fmt: skip
        what = f"{thing}{called(rng, 'a Role', role)} and {called(rng, 'a RoleBinding', binding)}"
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(*documents),
            intent=intent,
            difficulty=difficulty,
        )


@dataclass(frozen=True)
class ServiceAccount(Family):
    """A ServiceAccount with some of an annotation, pull secrets, no token."""

    name: str = "kubernetes/serviceaccount"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "sa", "bot", "runner", "deployer", "account")
        metadata: dict[str, Any] = {"name": label}
        manifest: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": metadata,
        }
        pattern: dict[str, Any] = {"kind": "ServiceAccount", "name": label}
        facts: list[str] = []
        for feature in rng.sample(("namespace", "role", "token", "pull"), rng.randint(1, 3)):
            if feature == "namespace":
                metadata["namespace"] = rng.choice(NAMESPACES)
                pattern["namespace"] = metadata["namespace"]
                facts.append(f"namespace {metadata['namespace']}")
            elif feature == "role":
                key = "eks.amazonaws.com/role-arn"
                arn = f"arn:aws:iam::{rng.randint(10**11, 10**12 - 1)}:role/{name(rng, 'role')}"
                metadata["annotations"] = pattern["annotations"] = {key: arn}
                facts.append(f"the annotation {key}: {arn}")
            elif feature == "token":
                manifest["automountServiceAccountToken"] = False
                pattern["automountServiceAccountToken"] = False
                facts.append(
                    pick(rng, "automounting of the token off", "automountServiceAccountToken false")
                )
            else:
                secret = pick(rng, "regcred", "registry-key", "pull-secret", "ghcr-login")
                manifest["imagePullSecrets"] = [{"name": secret}]
                pattern["imagePullSecrets"] = [{"name": secret}]
                facts.append(
                    pick(rng, f"the image pull secret {secret}", f"imagePullSecrets {secret}")
                )
        what = called(rng, pick(rng, "a ServiceAccount", "a service account"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(manifest),
            intent={"account": pattern},
            difficulty=1 if len(facts) < 3 else 2,
        )


register(Role())
register(Binding())
register(ServiceAccount())
