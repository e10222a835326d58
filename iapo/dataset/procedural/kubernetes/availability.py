"""How many pods there are: autoscalers and disruption budgets."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.pools import app_name
from iapo.dataset.procedural.wording import pick
from iapo.dataset.procedural.yaml_writer import to_yaml
from iapo.verify.report import Format


@dataclass(frozen=True)
class Autoscaler(Family):
    """A HorizontalPodAutoscaler on CPU or memory."""

    name: str = "kubernetes/hpa"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        target = app_name(rng)
        label = pick(rng, target, f"{target}-hpa", f"{target}-scaler")
        kind = rng.choice(("Deployment", "Deployment", "StatefulSet"))
        least = rng.randint(1, 5)
        most = least + rng.randint(2, 15)
        metrics = []
        facts = [
            pick(rng, f"the {kind} {target} as its target", f"scale target {kind} {target}"),
            pick(rng, f"{least} to {most} replicas", f"min {least} and max {most} replicas",
                 f"minReplicas {least} and maxReplicas {most}"),
        ]  # fmt: skip
        for resource in rng.choice((("cpu",), ("cpu",), ("memory",), ("cpu", "memory"))):
            share = rng.choice((50, 55, 60, 65, 70, 75, 80, 85, 90))
            metrics.append(
                {"type": "Resource",
                 "resource": {"name": resource,
                              "target": {"type": "Utilization", "averageUtilization": share}}}
            )  # fmt: skip
            facts.append(
                pick(rng, f"{share}% average {resource} utilization",
                     f"an average {resource} utilization of {share} percent",
                     f"a target of {share}% {resource} utilization")
            )  # fmt: skip
        spec: dict[str, Any] = {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": target},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": metrics,
        }
        wanted = {
            "scaleTargetRef": {"kind": kind, "name": target},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{"resource": each["resource"]} for each in metrics],
        }
        manifest = {
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": label}, "spec": spec,
        }  # fmt: skip
        thing = pick(rng, "a HorizontalPodAutoscaler", "an HPA", "a horizontal pod autoscaler")
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, thing, label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"hpa": {"kind": "HorizontalPodAutoscaler", "name": label, "spec": wanted}},
            difficulty=1 + len(metrics),
        )


@dataclass(frozen=True)
class DisruptionBudget(Family):
    """A PodDisruptionBudget."""

    name: str = "kubernetes/pdb"
    format: Format = "kubernetes"
    split: str = "novel"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        app = app_name(rng)
        label = f"{app}-{pick(rng, 'pdb', 'budget', 'guard')}"
        key, word = rng.choice((("minAvailable", "available"), ("maxUnavailable", "unavailable")))
        bound: int | str = rng.choice((1, 2, 3, "25%", "50%", "60%"))
        least = "at least" if key == "minAvailable" else "at most"
        spec = {key: bound, "selector": {"matchLabels": {"app": app}}}
        facts = [
            pick(rng, f"{least} {bound} pods {word}", f"{key} {bound}", f"{key} set to {bound}"),
            pick(rng, f"the selector app={app}", f"pods labelled app={app}"),
        ]
        manifest = {
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
            "metadata": {"name": label}, "spec": spec,
        }  # fmt: skip
        thing = pick(rng, "a PodDisruptionBudget", "a PDB", "a pod disruption budget")
        return Draft(
            instruction=ask(rng, MANIFEST, called(rng, thing, label), facts, direct=True),
            output=to_yaml(manifest),
            intent={"budget": {"kind": "PodDisruptionBudget", "name": label, "spec": spec}},
            difficulty=1,
        )


register(Autoscaler())
register(DisruptionBudget())
