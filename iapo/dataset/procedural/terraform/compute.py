"""Instances, functions and scheduled capacity."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.terraform.identity import assume_role
from iapo.dataset.procedural.wording import name, pick, request
from iapo.verify.report import Format

_INSTANCES = ("t3.micro", "t3.small", "t3.medium", "t4g.small", "m5.large", "c6i.large", "r5.large")
_RUNTIMES = {
    "python3.12": "main.handler", "python3.11": "app.handler", "nodejs20.x": "index.handler",
    "nodejs18.x": "index.handler", "java21": "Main::handle", "provided.al2023": "bootstrap",
}  # fmt: skip


@dataclass(frozen=True)
class Instance(Family):
    """An EC2 instance."""

    name: str = "terraform/ec2"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        ami, size = f"ami-0{rng.randrange(16**8):08x}", rng.choice(_INSTANCES)
        body: dict[str, Any] = {"ami": ami, "instance_type": size}
        intent: dict[str, Any] = {"resource": "aws_instance", **body}
        facts = [
            pick(rng, f"the AMI {ami}", f"image {ami}", f"ami {ami}"),
            pick(rng, f"instance type {size}", f"the size {size}", f"a {size} instance type"),
        ]
        if rng.random() < 0.3:
            body["key_name"] = intent["key_name"] = name(rng, "key")
            facts.append(
                pick(rng, f"the key pair {body['key_name']}", f"key name {body['key_name']}")
            )
        if rng.random() < 0.3:
            body["subnet_id"] = intent["subnet_id"] = f"subnet-0{rng.randrange(16**8):08x}"
            facts.append(
                pick(rng, f"a place in {body['subnet_id']}", f"subnet {body['subnet_id']}")
            )
        if rng.random() < 0.25:
            body["monitoring"] = intent["monitoring"] = True
            facts.append(pick(rng, "detailed monitoring", "monitoring enabled"))
        if rng.random() < 0.4:
            tag = name(rng, "web", "worker", "bastion", "db")
            body["tags"] = intent["tags"] = {"Name": tag}
            facts.append(pick(rng, f"a Name tag of {tag}", f"the tag Name = {tag}"))
        if rng.random() < 0.35:
            disk: dict[str, Any] = {"volume_size": rng.choice((10, 20, 30, 50, 100))}
            said = f"a {disk['volume_size']} GiB root volume"
            if rng.random() < 0.5:
                disk["volume_type"] = rng.choice(("gp3", "gp2"))
                said += f" of type {disk['volume_type']}"
            facts.append(said)
            body["root_block_device"] = Block(disk)
            intent["root_block_device"] = disk
        thing = pick(rng, "an EC2 instance", "an AWS instance", "a virtual machine on EC2")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(resource("aws_instance", "server", body)),
            intent={"server": intent},
            difficulty=1 if len(body) < 4 else 2,
        )


@dataclass(frozen=True)
class Function(Family):
    """A Lambda function with a role that exists or is made."""

    name: str = "terraform/lambda"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        function = name(rng, "resize", "notify", "parse", "export", "webhook")
        runtime = rng.choice(sorted(_RUNTIMES))
        archive = rng.choice(("function.zip", "build.zip", "lambda.zip", "dist/app.zip"))
        body: dict[str, Any] = {
            "function_name": function,
            "runtime": runtime,
            "handler": _RUNTIMES[runtime],
            "filename": archive,
        }
        facts = [
            pick(rng, f"runtime {runtime}", f"the {runtime} runtime"),
            pick(rng, f"handler {body['handler']}", f"the handler {body['handler']}"),
            pick(rng, f"code from {archive}", f"the package {archive}", f"{archive} as its code"),
        ]
        if rng.random() < 0.5:
            body["timeout"] = rng.choice((5, 10, 30, 60, 120))
            facts.append(
                pick(rng, f"a timeout of {body['timeout']} seconds", f"timeout {body['timeout']}s")
            )
        if rng.random() < 0.5:
            body["memory_size"] = rng.choice((128, 256, 512, 1024))
            facts.append(
                pick(
                    rng, f"{body['memory_size']} MB of memory", f"memory size {body['memory_size']}"
                )
            )
        intent: dict[str, Any] = {"function": {"resource": "aws_lambda_function", **body}}
        says: dict[str, str] = {}
        blocks: list[str] = []
        if rng.random() < 0.4:
            role = f"{function}-role"
            policy, wanted = assume_role("lambda")
            said = pick(
                rng,
                f"a new IAM role {role} that lambda.amazonaws.com may assume",
                f"its own IAM role named {role}, assumed by lambda.amazonaws.com",
            )
            facts.append(said)
            says = {"Allow": said, "sts:AssumeRole": said}
            blocks.append(
                resource("aws_iam_role", "role", {"name": role, "assume_role_policy": policy})
            )
            intent["role"] = {
                "resource": "aws_iam_role",
                "name": role,
                "assume_role_policy": wanted,
            }
            body["role"] = Expression("aws_iam_role.role.arn")
            intent["function"]["role"] = {"refers": "role"}
        else:
            arn = f"arn:aws:iam::123456789012:role/{name(rng, 'lambda')}"
            facts.append(pick(rng, f"the role {arn}", f"role {arn}"))
            body["role"] = arn
            intent["function"]["role"] = arn
        if rng.random() < 0.3:
            variables = {
                rng.choice(("STAGE", "LOG_LEVEL", "MODE")): rng.choice(("prod", "debug", "fast"))
            }
            key, value = next(iter(variables.items()))
            facts.append(
                pick(
                    rng,
                    f"the environment variable {key}={value}",
                    f"{key} set to {value} in its environment",
                )
            )
            body["environment"] = Block({"variables": variables})
            intent["function"]["environment"] = {"variables": variables}
        thing = pick(rng, "a Lambda function", "an AWS Lambda function", "a Lambda")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=function),
            output=program(resource("aws_lambda_function", "function", body), *blocks),
            intent=intent,
            difficulty=2 + len(blocks),
            says=says,
        )


for _family in (Instance(), Function()):
    register(_family)
