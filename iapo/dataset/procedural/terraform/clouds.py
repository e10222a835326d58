"""Alerts of Azure Monitor and custom roles of Google Cloud."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, program, resource
from iapo.dataset.procedural.wording import listed, name, pick, request, team
from iapo.verify.report import Format

_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class AzureAlert(Family):
    """A metric alert of Azure Monitor."""

    name: str = "terraform/azurerm-alert"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (3,)
    shared: str = "terraform/azurerm-monitoring"

    def make(self, rng: random.Random) -> Draft:
        alert, group = name(rng, "alert"), f"rg-{team(rng)}"
        kind, namespace, metric = rng.choice(
            (
                ("virtualMachines", "Microsoft.Compute", "Percentage CPU"),
                ("storageAccounts", "Microsoft.Storage", "Transactions"),
                ("servers", "Microsoft.Sql", "cpu_percent"),
            )
        )
        scope = f"/subscriptions/{_GUID}/resourceGroups/{group}/providers/{namespace}/{kind}/{team(rng)}"
        how = rng.choice(("Average", "Maximum", "Total"))
        than, most = rng.choice(("GreaterThan", "GreaterThanOrEqual")), rng.choice((75, 80, 90, 95))
        criteria = {
            "metric_namespace": f"{namespace}/{kind}",
            "metric_name": metric,
            "aggregation": how,
            "operator": than,
            "threshold": most,
        }
        facts = [
            pick(rng, f"in the resource group {group}", f"the resource group {group}"),
            f"the scope {scope}",
            pick(
                rng,
                f"{metric} of {namespace}/{kind}, {how}, {than} {most}",
                f"the criterion {how} of {metric} ({namespace}/{kind}) {than} {most}",
            ),
        ]
        body: dict[str, Any] = {"name": alert, "resource_group_name": group, "scopes": [scope]}
        if rng.random() < 0.5:
            body["severity"] = rng.choice((0, 1, 2, 4))
            facts.append(f"severity {body['severity']}")
        return Draft(
            instruction=request(
                rng,
                "Terraform",
                pick(rng, "an Azure metric alert", "a metric alert in Azure Monitor"),
                facts,
                name=alert,
            ),
            output=program(
                resource(
                    "azurerm_monitor_metric_alert", "alert", {**body, "criteria": Block(criteria)}
                )
            ),
            intent={
                "alert": {"resource": "azurerm_monitor_metric_alert", **body, "criteria": criteria}
            },
            difficulty=3,
        )


@dataclass(frozen=True)
class GoogleRole(Family):
    """A custom role of a Google project."""

    name: str = "terraform/google-custom-role"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2,)
    shared: str = "terraform/google-iam"
    permissions: tuple[str, ...] = (
        "storage.objects.get", "storage.objects.list", "storage.buckets.list", "pubsub.topics.publish",
        "compute.instances.get", "compute.instances.list", "compute.instances.start",
        "compute.instances.stop", "logging.logEntries.create", "secretmanager.versions.access",
        "bigquery.jobs.create", "bigquery.tables.getData",
    )  # fmt: skip

    def make(self, rng: random.Random) -> Draft:
        first, second = team(rng), rng.choice(("Reader", "Operator", "Writer", "Starter"))
        role, title = f"{first}{second}", f"{first.capitalize()} {second.lower()}"
        granted = rng.sample(self.permissions, rng.choice((1, 2, 3)))
        body = {"role_id": role, "title": title, "permissions": granted}
        facts = [
            pick(rng, f'the title "{title}"', f'title "{title}"'),
            pick(
                rng,
                f"{listed(rng, granted)} and no more",
                f"the permissions {listed(rng, granted)}",
            ),
        ]
        if rng.random() < 0.4:
            body["project"] = f"{team(rng)}-prod"
            facts.append(
                pick(rng, f"in the project {body['project']}", f"project {body['project']}")
            )
        thing = pick(
            rng, "a custom IAM role for a Google Cloud project", "a custom role on Google Cloud"
        )
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=role),
            output=program(resource("google_project_iam_custom_role", "role", body)),
            intent={"role": {"resource": "google_project_iam_custom_role", **body}},
            difficulty=2,
        )


for _family in (AzureAlert(), GoogleRole()):
    register(_family)
