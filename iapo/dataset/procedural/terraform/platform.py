"""HTTP APIs before functions, search domains, ETL jobs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

_ACCOUNT = "123456789012"


@dataclass(frozen=True)
class HttpApi(Family):
    """An HTTP API before a function: integration, route, stage."""

    name: str = "terraform/api-gateway"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (4,)

    def make(self, rng: random.Random) -> Draft:
        api = name(rng, "api")
        arn = f"arn:aws:lambda:eu-west-1:{_ACCOUNT}:function:{name(rng, 'handler')}"
        route = f"{rng.choice(('GET', 'POST', 'PUT', 'ANY'))} /{team(rng)}"
        facts = [
            pick(
                rng, f"the route {route} to the Lambda function {arn}", f"{route} answered by {arn}"
            ),
            pick(
                rng,
                "a stage $default that deploys by itself",
                "an automatically deployed $default stage",
            ),
        ]
        own = Expression("aws_apigatewayv2_api.api.id")
        integration = {"integration_type": "AWS_PROXY", "integration_uri": arn}
        thing = pick(rng, "an API Gateway v2 HTTP API", "an HTTP API in API Gateway", "an HTTP API")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=api),
            output=program(
                resource("aws_apigatewayv2_api", "api", {"name": api, "protocol_type": "HTTP"}),
                resource(
                    "aws_apigatewayv2_integration",
                    "function",
                    {"api_id": own, **integration, "payload_format_version": "2.0"},
                ),
                resource(
                    "aws_apigatewayv2_route",
                    "route",
                    {
                        "api_id": own,
                        "route_key": route,
                        "target": Expression(
                            '"integrations/${aws_apigatewayv2_integration.function.id}"'
                        ),
                    },
                ),
                resource(
                    "aws_apigatewayv2_stage",
                    "default",
                    {"api_id": own, "name": "$default", "auto_deploy": True},
                ),
            ),
            intent={
                "api": {"resource": "aws_apigatewayv2_api", "name": api, "protocol_type": "HTTP"},
                "function": {
                    "resource": "aws_apigatewayv2_integration",
                    "api_id": {"refers": "api"},
                    "integration_uri": arn,
                },
                "route": {
                    "resource": "aws_apigatewayv2_route",
                    "api_id": {"refers": "api"},
                    "route_key": route,
                    "target": {"refers": "function"},
                },
                "stage": {
                    "resource": "aws_apigatewayv2_stage",
                    "api_id": {"refers": "api"},
                    "name": "$default",
                    "auto_deploy": True,
                },
            },
            difficulty=4,
        )


@dataclass(frozen=True)
class SearchDomain(Family):
    """An OpenSearch domain."""

    name: str = "terraform/opensearch"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        domain = name(rng, "search", "logs")[:28]
        version = rng.choice(("OpenSearch_2.11", "OpenSearch_2.13", "OpenSearch_1.3"))
        kind, count = (
            rng.choice(("t3.small.search", "m6g.large.search", "r6g.large.search")),
            rng.choice((1, 2, 3)),
        )
        size = rng.choice((10, 20, 50, 100))
        body: dict[str, Any] = {
            "domain_name": domain,
            "engine_version": version,
            "cluster_config": Block({"instance_type": kind, "instance_count": count}),
            "ebs_options": Block({"ebs_enabled": True, "volume_size": size}),
        }
        wanted: dict[str, Any] = {
            "resource": "aws_opensearch_domain",
            "domain_name": domain,
            "engine_version": version,
            "cluster_config": {"instance_type": kind, "instance_count": count},
            "ebs_options": {"volume_size": size},
        }
        facts = [
            pick(rng, f"the engine {version}", f"{version}"),
            pick(rng, f"{count} x {kind}", f"an instance count of {count} of type {kind}"),
            pick(rng, f"EBS volumes of {size} GiB", f"{size} GB of EBS storage a node"),
        ]
        for block, words in (
            ("encrypt_at_rest", "encryption at rest enabled"),
            ("node_to_node_encryption", "node to node encryption enabled"),
        ):
            if rng.random() < 0.4:
                facts.append(words)
                body[block] = Block({"enabled": True})
                wanted[block] = {"enabled": {"equal": True}}
        thing = pick(rng, "an OpenSearch domain", "a search cluster with OpenSearch")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=domain),
            output=program(resource("aws_opensearch_domain", "domain", body)),
            intent={"domain": wanted},
            difficulty=2 + (len(facts) > 3),
        )


@dataclass(frozen=True)
class EtlJob(Family):
    """A Glue job with a role that exists."""

    name: str = "terraform/glue"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        job = name(rng, "etl", "load", "export")
        role = f"arn:aws:iam::{_ACCOUNT}:role/{name(rng, 'glue')}"
        script = f"s3://{team(rng)}-scripts/{team(rng)}.py"
        worker, count = rng.choice(("G.1X", "G.2X", "G.025X")), rng.choice((2, 4, 5, 10))
        version = rng.choice(("4.0", "5.0"))
        body = {
            "name": job,
            "role_arn": role,
            "glue_version": version,
            "worker_type": worker,
            "number_of_workers": count,
            "command": Block({"script_location": script}),
        }
        facts = [
            pick(rng, f"the script {script}", f"{script} as its script"),
            pick(rng, f"the role {role}", f"running as {role}"),
            pick(rng, f"Glue version {version}", f"version {version} of Glue"),
            pick(rng, f"{count} workers of type {worker}", f"{count} {worker} workers"),
        ]
        return Draft(
            instruction=request(
                rng, "Terraform", pick(rng, "a Glue job", "an ETL job in Glue"), facts, name=job
            ),
            output=program(resource("aws_glue_job", "job", body)),
            intent={
                "job": {
                    "resource": "aws_glue_job",
                    **body,
                    "command": {"script_location": script},
                }
            },
            difficulty=2,
        )


for _family in (HttpApi(), SearchDomain(), EtlJob()):
    register(_family)
