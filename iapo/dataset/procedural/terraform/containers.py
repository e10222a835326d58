"""Containers on ECS, and what becomes of old images in ECR."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

_SIZES = ((256, 512), (256, 1024), (512, 1024), (1024, 2048), (2048, 4096))
_IMAGES = (
    ("nginx:1.27", 80), ("httpd:2.4", 80), ("redis:7.4", 6379), ("grafana/grafana:11.2.0", 3000),
    ("traefik:v3.1", 80), ("rabbitmq:3.13", 5672), ("ghcr.io/acme/api:1.8.2", 8080),
    ("ghcr.io/acme/web:2.0.1", 3000),
)  # fmt: skip


@dataclass(frozen=True)
class Fargate(Family):
    """A task definition for Fargate, sometimes with the service that runs it and its cluster."""

    name: str = "terraform/ecs"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 4)

    def make(self, rng: random.Random) -> Draft:
        task = name(rng, "web", "api", "worker")
        image, port = rng.choice(_IMAGES)
        if rng.random() < 0.3:
            image = (
                f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{team(rng)}:1.{rng.randint(0, 9)}"
            )
        cpu, memory = rng.choice(_SIZES)
        container = team(rng)
        facts = [
            pick(
                rng, f"{cpu} CPU units and {memory} MiB of memory", f"cpu {cpu} and memory {memory}"
            ),
            pick(
                rng,
                f"one container {container} of the image {image} on port {port}",
                f"a container {container} from {image} that listens on {port}",
            ),
        ]
        body = {
            "family": task,
            "requires_compatibilities": ["FARGATE"],
            "network_mode": "awsvpc",
            "cpu": str(cpu),
            "memory": str(memory),
            "container_definitions": Expression(
                "jsonencode([{\n"
                f"name = {json.dumps(container)}\n"
                f"image = {json.dumps(image)}\n"
                "essential = true\n"
                f"portMappings = [{{ containerPort = {port} }}]\n"
                "}])"
            ),
        }
        wanted = {
            "name": container,
            "image": image,
            "portMappings": [{"containerPort": port}],
        }
        intent: dict[str, Any] = {
            "task": {
                "resource": "aws_ecs_task_definition",
                "family": task,
                "requires_compatibilities": ["FARGATE"],
                "cpu": cpu,
                "memory": memory,
                "container_definitions": {"json": [wanted]},
            }
        }
        blocks = [resource("aws_ecs_task_definition", "task", body)]
        thing = pick(rng, "an ECS task definition for Fargate", "a Fargate task definition")
        if rng.random() < 0.55:
            thing = pick(
                rng,
                "an ECS service on Fargate with its task definition",
                "a Fargate service and its task",
            )
            blocks += _service(rng, task, facts, intent)
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=task),
            output=program(*blocks),
            intent=intent,
            difficulty=2 if len(blocks) == 1 else 4,
        )


def _service(
    rng: random.Random, service: str, facts: list[str], intent: dict[str, Any]
) -> list[str]:
    """The service of a task definition, in a new cluster."""
    cluster, count = name(rng, "cluster", "apps"), rng.choice((1, 2, 3, 4))
    subnet, group = f"subnet-0{rng.randrange(16**5):05x}", f"sg-0{rng.randrange(16**5):05x}"
    facts += [
        pick(rng, f"a new cluster {cluster}", f"a cluster of its own, {cluster}"),
        pick(rng, f"{count} copies", f"a desired count of {count}"),
        pick(rng, f"the subnet {subnet} and the security group {group}", f"{group} in {subnet}"),
    ]
    intent["cluster"] = {"resource": "aws_ecs_cluster", "name": cluster}
    intent["service"] = {
        "resource": "aws_ecs_service",
        "name": service,
        "cluster": {"refers": "cluster"},
        "task_definition": {"refers": "task"},
        "desired_count": count,
        "launch_type": "FARGATE",
        "network_configuration": {"subnets": [subnet], "security_groups": [group]},
    }
    return [
        resource("aws_ecs_cluster", "cluster", {"name": cluster}),
        resource(
            "aws_ecs_service",
            "service",
            {
                "name": service,
                "cluster": Expression("aws_ecs_cluster.cluster.id"),
                "task_definition": Expression("aws_ecs_task_definition.task.arn"),
                "desired_count": count,
                "launch_type": "FARGATE",
                "network_configuration": Block({"subnets": [subnet], "security_groups": [group]}),
            },
        ),
    ]


@dataclass(frozen=True)
class ImageLifecycle(Family):
    """A repository of images that throws old ones away."""

    name: str = "terraform/ecr-lifecycle"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2,)
    shared: str = "terraform/ecr"

    def make(self, rng: random.Random) -> Draft:
        repository = f"{team(rng)}/{team(rng)}"
        untagged = rng.random() < 0.5
        number = rng.choice((3, 7, 14, 30) if untagged else (5, 10, 20, 50))
        selection: dict[str, Any] = (
            {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days"}
            if untagged
            else {"tagStatus": "any", "countType": "imageCountMoreThan"}
        )
        fact = (
            pick(
                rng,
                f"a lifecycle policy that expires untagged images after {number} days",
                f"untagged images gone {number} days after they were pushed",
            )
            if untagged
            else pick(
                rng,
                f"a lifecycle policy that keeps the last {number} images",
                f"no more than {number} images: older ones expire",
            )
        )
        rule = {**selection, "countNumber": number}
        written = "\n".join(f"{key} = {json.dumps(value)}" for key, value in rule.items())
        policy = Expression(
            "jsonencode({\nrules = [{\nrulePriority = 1\nselection = {\n"
            f'{written}\n}}\naction = {{\ntype = "expire"\n}}\n}}]\n}})'
        )
        # That images expire is all that is asked; the other words of a rule follow from it.
        asked = {"tagStatus": "untagged"} if untagged else {}
        return Draft(
            instruction=request(
                rng,
                "Terraform",
                pick(
                    rng, "an ECR repository", "a repository in ECR", "a container registry in ECR"
                ),
                [fact],
                name=repository,
            ),
            output=program(
                resource("aws_ecr_repository", "repository", {"name": repository}),
                resource(
                    "aws_ecr_lifecycle_policy",
                    "policy",
                    {
                        "repository": Expression("aws_ecr_repository.repository.name"),
                        "policy": policy,
                    },
                ),
            ),
            intent={
                "repository": {"resource": "aws_ecr_repository", "name": repository},
                "policy": {
                    "resource": "aws_ecr_lifecycle_policy",
                    "repository": {"refers": "repository"},
                    "policy": {
                        "json": {"rules": [{"selection": {**asked, "countNumber": number}}]}
                    },
                },
            },
            difficulty=2,
        )


for _family in (Fargate(), ImageLifecycle()):
    register(_family)
