"""Roles, users, keys and secrets."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

_SERVICES = {
    "lambda": "Lambda", "ec2": "EC2", "ecs-tasks": "ECS tasks", "codebuild": "CodeBuild",
    "states": "Step Functions", "glue": "Glue", "events": "EventBridge",
}  # fmt: skip
_POLICIES = (
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonSQSFullAccess",
    "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess",
    "arn:aws:iam::aws:policy/CloudWatchLogsFullAccess",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
)


def assume_role(service: str) -> tuple[Expression, dict[str, Any]]:
    """A trust policy for an AWS service: as an expression, and as an intent."""
    text = (
        "jsonencode({\n"
        'Version = "2012-10-17"\n'
        "Statement = [{\n"
        'Effect = "Allow"\n'
        'Action = "sts:AssumeRole"\n'
        f'Principal = {{ Service = "{service}.amazonaws.com" }}\n'
        "}]\n"
        "})"
    )
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    return Expression(text), {"json": {"Statement": [statement]}}


@dataclass(frozen=True)
class Role(Family):
    """An IAM role that a service assumes, sometimes with a managed policy attached."""

    name: str = "terraform/iam-role"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        role, service = name(rng, "role", "worker", "runner", "exec"), rng.choice(sorted(_SERVICES))
        said = pick(
            rng,
            f"trust for {service}.amazonaws.com",
            f"{_SERVICES[service]} ({service}.amazonaws.com) as the service that may assume it",
            f"a trust policy that allows {service}.amazonaws.com to assume it",
        )
        facts = [said]
        policy, wanted = assume_role(service)
        blocks = [resource("aws_iam_role", "role", {"name": role, "assume_role_policy": policy})]
        intent: dict[str, Any] = {
            "role": {"resource": "aws_iam_role", "name": role, "assume_role_policy": wanted}
        }
        if rng.random() < 0.55:
            arn = rng.choice(_POLICIES)
            facts.append(
                pick(
                    rng,
                    f"the managed policy {arn} attached",
                    f"{arn} attached to it",
                    f"a policy attachment for {arn}",
                )
            )
            attached = {"role": Expression("aws_iam_role.role.name"), "policy_arn": arn}
            blocks.append(resource("aws_iam_role_policy_attachment", "policy", attached))
            intent["policy"] = {
                "resource": "aws_iam_role_policy_attachment",
                "role": {"refers": "role"},
                "policy_arn": arn,
            }
        thing = pick(rng, "an IAM role", "an AWS IAM role", "a service role in IAM")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=role),
            output=program(*blocks),
            intent=intent,
            difficulty=1 + len(blocks),
            says={"Allow": said, "sts:AssumeRole": said},
        )


@dataclass(frozen=True)
class User(Family):
    """An IAM user, group, or a user with a policy attached."""

    name: str = "terraform/iam-user"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        user = f"{team(rng)}-{rng.choice(('deployer', 'reader', 'bot', 'admin', 'auditor'))}"
        kind = rng.choice(("user", "user", "group"))
        body: dict[str, Any] = {"name": user}
        facts: list[str] = []
        if rng.random() < 0.5:
            path = rng.choice(("/system/", "/teams/", "/service/"))
            body["path"] = path
            facts.append(pick(rng, f"the path {path}", f"{path} as its path"))
        if kind == "user" and rng.random() < 0.4:
            body["force_destroy"] = True
            facts.append(pick(rng, "force destroy enabled", "force_destroy set to true"))
        blocks = [resource(f"aws_iam_{kind}", kind, body)]
        intent: dict[str, Any] = {kind: {"resource": f"aws_iam_{kind}", **body}}
        if rng.random() < 0.4:
            arn = rng.choice(_POLICIES[:5])
            facts.append(pick(rng, f"{arn} attached", f"the policy {arn} attached to it"))
            attached = {kind: Expression(f"aws_iam_{kind}.{kind}.name"), "policy_arn": arn}
            blocks.append(resource(f"aws_iam_{kind}_policy_attachment", "policy", attached))
            intent["policy"] = {
                "resource": f"aws_iam_{kind}_policy_attachment",
                kind: {"refers": kind},
                "policy_arn": arn,
            }
        return Draft(
            instruction=request(rng, "Terraform", f"an IAM {kind}", facts, name=user),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Key(Family):
    """A KMS key, sometimes with an alias."""

    name: str = "terraform/kms"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        description = f"Key for {team(rng)} {rng.choice(('data', 'logs', 'backups', 'secrets'))}"
        body: dict[str, Any] = {"description": description}
        facts = [pick(rng, f'the description "{description}"', f'description "{description}"')]
        if rng.random() < 0.5:
            days = rng.choice((7, 10, 14, 20, 30))
            body["deletion_window_in_days"] = days
            facts.append(
                pick(rng, f"a deletion window of {days} days", f"a {days} day deletion window")
            )
        if rng.random() < 0.5:
            body["enable_key_rotation"] = True
            facts.append(pick(rng, "key rotation enabled", "automatic key rotation"))
        blocks = [resource("aws_kms_key", "key", body)]
        intent: dict[str, Any] = {"key": {"resource": "aws_kms_key", **body}}
        if rng.random() < 0.5:
            alias = f"alias/{name(rng, 'key', 'data')}"
            facts.append(pick(rng, f"the alias {alias}", f"an alias {alias} that points to it"))
            target = {"name": alias, "target_key_id": Expression("aws_kms_key.key.key_id")}
            blocks.append(resource("aws_kms_alias", "alias", target))
            intent["alias"] = {
                "resource": "aws_kms_alias",
                "name": alias,
                "target_key_id": {"refers": "key"},
            }
        thing = pick(rng, "a KMS key", "an encryption key in KMS", "an AWS KMS key")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Secret(Family):
    """A Secrets Manager secret, sometimes with a value that is generated."""

    name: str = "terraform/secretsmanager"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        secret = f"{team(rng)}/{rng.choice(('db', 'api', 'smtp', 'admin'))}/{rng.choice(('password', 'token'))}"
        body: dict[str, Any] = {"name": secret}
        facts: list[str] = []
        if rng.random() < 0.5:
            days = rng.choice((0, 7, 14, 30))
            body["recovery_window_in_days"] = days
            facts.append(
                pick(rng, f"a recovery window of {days} days", f"recovery window {days} days")
            )
        if rng.random() < 0.4:
            body["description"] = f"Credentials of {team(rng)}"
            facts.append(f'the description "{body["description"]}"')
        blocks = [resource("aws_secretsmanager_secret", "secret", body)]
        intent: dict[str, Any] = {"secret": {"resource": "aws_secretsmanager_secret", **body}}
        if rng.random() < 0.4:
            length = rng.choice((16, 20, 24, 32))
            facts.append(
                pick(
                    rng,
                    f"a random password of {length} characters stored in it",
                    f"a generated {length} character random password as its value",
                )
            )
            blocks.append(resource("random_password", "password", {"length": length}))
            version = {
                "secret_id": Expression("aws_secretsmanager_secret.secret.id"),
                "secret_string": Expression("random_password.password.result"),
            }
            blocks.append(resource("aws_secretsmanager_secret_version", "value", version))
            intent["password"] = {"resource": "random_password", "length": length}
            intent["value"] = {
                "resource": "aws_secretsmanager_secret_version",
                "secret_id": {"refers": "secret"},
                "secret_string": {"refers": "password"},
            }
        thing = pick(rng, "a Secrets Manager secret", "a secret in AWS Secrets Manager")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=secret),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Parameter(Family):
    """An SSM parameter."""

    name: str = "terraform/ssm"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1,)

    def make(self, rng: random.Random) -> Draft:
        path = f"/{team(rng)}/{rng.choice(('url', 'level', 'flag', 'host', 'version'))}"
        kind = rng.choice(("String", "String", "SecureString", "StringList"))
        value = rng.choice(("enabled", "debug", "info", "v1", "v2", "a,b,c", "db.example.com"))
        if kind == "StringList":
            value = "a,b,c"
        body: dict[str, Any] = {"name": path, "type": kind, "value": value}
        facts = [
            pick(rng, f"type {kind}", f"the type {kind}"),
            pick(rng, f"the value {value}", f'value "{value}"'),
        ]
        if rng.random() < 0.3:
            body["tier"] = rng.choice(("Standard", "Advanced"))
            facts.append(f"tier {body['tier']}")
        thing = pick(rng, "an SSM parameter", "a Parameter Store parameter", "an AWS SSM parameter")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=path),
            output=program(resource("aws_ssm_parameter", "parameter", body)),
            intent={"parameter": {"resource": "aws_ssm_parameter", **body}},
        )


@dataclass(frozen=True)
class GithubTrust(Family):
    """A role that workflows of one repository may take on without a password."""

    name: str = "terraform/github-trust"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (3,)
    shared: str = "terraform/iam-role"

    def make(self, rng: random.Random) -> Draft:
        role, repository = name(rng, "deploy", "ci"), f"{team(rng)}/{team(rng)}"
        subject = (
            f"repo:{repository}:{rng.choice(('*', 'ref:refs/heads/main', 'environment:prod'))}"
        )
        issuer = "token.actions.githubusercontent.com"
        provider = f"arn:aws:iam::123456789012:oidc-provider/{issuer}"
        facts = [
            pick(rng, f"the subject {subject}", f"trust in {subject} only"),
            pick(rng, f"the existing provider {provider}", f"the OIDC provider {provider}"),
        ]
        policy = Expression(
            "jsonencode({\n"
            'Version = "2012-10-17"\n'
            "Statement = [{\n"
            'Effect = "Allow"\n'
            'Action = "sts:AssumeRoleWithWebIdentity"\n'
            f'Principal = {{ Federated = "{provider}" }}\n'
            "Condition = {\n"
            f'StringLike = {{ "{issuer}:sub" = "{subject}" }}\n'
            "}\n}]\n})"
        )
        thing = pick(
            rng,
            "an IAM role for GitHub Actions",
            "a role that GitHub Actions can assume",
            "a CI role for GitHub",
        )
        statement = {
            "Principal": {"Federated": provider},
            "Condition": {"StringLike": {f"{issuer}:sub": subject}},
        }
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=role),
            output=program(
                resource("aws_iam_role", "role", {"name": role, "assume_role_policy": policy})
            ),
            intent={
                "role": {
                    "resource": "aws_iam_role",
                    "name": role,
                    "assume_role_policy": {"json": {"Statement": [statement]}},
                }
            },
            difficulty=3,
        )


for _family in (GithubTrust(), Role(), User(), Key(), Secret(), Parameter()):
    register(_family)
