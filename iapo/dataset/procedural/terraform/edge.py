"""What stands between the internet and a service: rules of security groups, firewalls, CDNs, CORS."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import listed, name, pick, request, team
from iapo.verify.report import Format

_PORTS = (
    (22, "SSH"),
    (80, "HTTP"),
    (443, "HTTPS"),
    (3306, "MySQL"),
    (5432, "Postgres"),
    (6379, "Redis"),
)
_NETWORKS = (
    "10.0.0.0/16",
    "10.20.0.0/16",
    "172.16.0.0/12",
    "192.168.10.0/24",
    "203.0.113.0/24",
    "0.0.0.0/0",
)


@dataclass(frozen=True)
class SecurityRules(Family):
    """A security group whose rules are resources of their own, as the provider wants them today."""

    name: str = "terraform/security-group-rules"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)
    shared: str = "terraform/security-group"

    def make(self, rng: random.Random) -> Draft:
        group = name(rng, "web", "db", "cache", "app")
        body: dict[str, Any] = {"name": group}
        facts: list[str] = []
        if rng.random() < 0.5:
            body["description"] = f"Access to {team(rng)}"
            facts.append(f'the description "{body["description"]}"')
        if rng.random() < 0.4:
            body["vpc_id"] = f"vpc-0{rng.randrange(16**5):05x}"
            facts.append(pick(rng, f"in {body['vpc_id']}", f"the VPC {body['vpc_id']}"))
        intent: dict[str, Any] = {"group": {"resource": "aws_security_group", **body}}
        blocks = [resource("aws_security_group", "group", body)]
        own = Expression("aws_security_group.group.id")
        for port, service in rng.sample(_PORTS, rng.choice((1, 1, 2))):
            network, label = rng.choice(_NETWORKS), service.lower()
            facts.append(
                pick(
                    rng,
                    f"{service} (tcp {port}) allowed from {network}",
                    f"an ingress rule for tcp port {port} from {network}",
                    f"{service} on {port}/tcp open to {network}",
                )
            )
            rule = {"cidr_ipv4": network, "ip_protocol": "tcp", "from_port": port, "to_port": port}
            blocks.append(
                resource(
                    "aws_vpc_security_group_ingress_rule", label, {"security_group_id": own, **rule}
                )
            )
            intent[label] = {
                "resource": "aws_vpc_security_group_ingress_rule",
                "security_group_id": {"refers": "group"},
                **rule,
            }
        if rng.random() < 0.4:
            facts.append(
                pick(rng, "all traffic out, to 0.0.0.0/0", "egress to 0.0.0.0/0 unrestricted")
            )
            out = {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}
            blocks.append(
                resource(
                    "aws_vpc_security_group_egress_rule", "all", {"security_group_id": own, **out}
                )
            )
            intent["all"] = {
                "resource": "aws_vpc_security_group_egress_rule",
                "security_group_id": {"refers": "group"},
                "cidr_ipv4": "0.0.0.0/0",
            }
        rules = pick(rng, "with one rule resource each", "rules as resources of their own", "")
        return Draft(
            instruction=request(
                rng,
                "Terraform",
                "a security group",
                [*facts, *([rules] if rules else [])],
                name=group,
            ),
            output=program(*blocks),
            intent=intent,
            difficulty=min(3, len(blocks)),
        )


_MANAGED = (
    ("AWSManagedRulesCommonRuleSet", "the common rule set"),
    ("AWSManagedRulesSQLiRuleSet", "the SQL injection rules"),
    ("AWSManagedRulesKnownBadInputsRuleSet", "the known bad inputs"),
    ("AWSManagedRulesAmazonIpReputationList", "the IP reputation list"),
)


@dataclass(frozen=True)
class WebFirewall(Family):
    """A web ACL with managed rules or a rate limit."""

    name: str = "terraform/waf"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        acl = name(rng, "acl", "waf")
        rules: list[Block] = []
        wanted: list[dict[str, Any]] = []
        facts: list[str] = [pick(rng, "the scope REGIONAL", "scope REGIONAL, for a load balancer")]
        if rng.random() < 0.4:
            limit = rng.choice((500, 1000, 2000, 5000))
            facts.append(f"a rule rate-limit that blocks an IP after {limit} requests")
            statement = {"limit": limit, "aggregate_key_type": "IP"}
            rules.append(
                _rule("rate-limit", 1, "action", "block", "rate_based_statement", statement)
            )
            wanted.append(
                {"name": "rate-limit", "statement": {"rate_based_statement": {"limit": limit}}}
            )
        for rule, words in rng.sample(_MANAGED, 1 if rules else rng.choice((1, 2))):
            facts.append(pick(rng, f"the managed group {rule}", f"{words} of AWS ({rule})"))
            statement = {"name": rule, "vendor_name": "AWS"}
            number = len(rules) + 1
            rules.append(
                _rule(
                    rule,
                    number,
                    "override_action",
                    "none",
                    "managed_rule_group_statement",
                    statement,
                )
            )
            wanted.append({"statement": {"managed_rule_group_statement": {"name": rule}}})
        body = {
            "name": acl,
            "scope": "REGIONAL",
            "default_action": Block({"allow": Block({})}),
            "rule": rules,
            "visibility_config": _visible(acl),
        }
        return Draft(
            instruction=request(
                rng, "Terraform", pick(rng, "a WAFv2 web ACL", "a web ACL in WAF"), facts, name=acl
            ),
            output=program(resource("aws_wafv2_web_acl", "acl", body)),
            intent={
                "acl": {
                    "resource": "aws_wafv2_web_acl",
                    "name": acl,
                    "scope": "REGIONAL",
                    "rule": wanted,
                }
            },
            difficulty=3,
        )


def _visible(metric: str) -> Block:
    return Block(
        {
            "cloudwatch_metrics_enabled": True,
            "metric_name": metric,
            "sampled_requests_enabled": True,
        }
    )


def _rule(
    title: str, priority: int, kind: str, action: str, statement: str, body: dict[str, Any]
) -> Block:
    return Block(
        {
            "name": title,
            "priority": priority,
            kind: Block({action: Block({})}),
            "statement": Block({statement: Block(body)}),
            "visibility_config": _visible(title),
        }
    )


@dataclass(frozen=True)
class Distribution(Family):
    """A CloudFront distribution before a host."""

    name: str = "terraform/cloudfront"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (3,)

    def make(self, rng: random.Random) -> Draft:
        host = f"{team(rng)}.{rng.choice(('example.com', 'example.org', 'internal.example.net'))}"
        policy = rng.choice(("redirect-to-https", "https-only"))
        body: dict[str, Any] = {"enabled": True}
        wanted: dict[str, Any] = {"resource": "aws_cloudfront_distribution", "enabled": True}
        facts = [
            pick(
                rng,
                f"the origin {host}, over HTTPS only (https-only)",
                f"origin {host}, https-only",
            ),
            pick(rng, f"viewers: {policy}", f"the viewer protocol policy {policy}"),
            pick(rng, "enabled", "switched on: enabled"),
        ]
        if rng.random() < 0.4:
            price = rng.choice(("PriceClass_100", "PriceClass_200", "PriceClass_All"))
            facts.append(pick(rng, f"{price}", f"the price class {price}"))
            body["price_class"] = wanted["price_class"] = price
        if rng.random() < 0.4:
            facts.append("index.html as its root object")
            body["default_root_object"] = wanted["default_root_object"] = "index.html"
        body |= {
            "origin": Block(
                {
                    "domain_name": host,
                    "origin_id": "origin",
                    "custom_origin_config": Block(
                        {
                            "http_port": 80,
                            "https_port": 443,
                            "origin_protocol_policy": "https-only",
                            "origin_ssl_protocols": ["TLSv1.2"],
                        }
                    ),
                }
            ),
            "default_cache_behavior": Block(
                {
                    "target_origin_id": "origin",
                    "viewer_protocol_policy": policy,
                    "allowed_methods": ["GET", "HEAD"],
                    "cached_methods": ["GET", "HEAD"],
                    # Amazon's own policy "CachingOptimized".
                    "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
                }
            ),
            "restrictions": Block({"geo_restriction": Block({"restriction_type": "none"})}),
            "viewer_certificate": Block({"cloudfront_default_certificate": True}),
        }
        wanted |= {
            "origin": {
                "domain_name": host,
                "custom_origin_config": {"origin_protocol_policy": "https-only"},
            },
            "default_cache_behavior": {"viewer_protocol_policy": policy},
        }
        thing = pick(rng, "a CloudFront distribution", "a CDN with CloudFront")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(resource("aws_cloudfront_distribution", "cdn", body)),
            intent={"cdn": wanted},
            difficulty=3,
        )


@dataclass(frozen=True)
class BrowserBucket(Family):
    """A bucket that pages of other origins may use."""

    name: str = "terraform/s3-cors"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2,)
    shared: str = "terraform/s3"

    def make(self, rng: random.Random) -> Draft:
        bucket = name(rng, "uploads", "assets", "media")
        origin = f"https://{team(rng)}.example.com"
        methods = rng.choice((["GET"], ["GET", "HEAD"], ["PUT"], ["PUT", "POST"], ["GET", "PUT"]))
        rule: dict[str, Any] = {"allowed_methods": methods, "allowed_origins": [origin]}
        facts = [
            pick(
                rng,
                f"CORS: {listed(rng, methods)} from {origin}",
                f"a CORS rule that lets {origin} {listed(rng, methods)}",
            )
        ]
        if rng.random() < 0.4:
            rule["max_age_seconds"] = rng.choice((300, 600, 3000, 3600))
            facts.append(f"a max age of {rule['max_age_seconds']} seconds for it")
        if rng.random() < 0.3:
            rule["allowed_headers"] = ["*"]
            facts.append("all headers (*) allowed")
        return Draft(
            instruction=request(
                rng, "Terraform", pick(rng, "an S3 bucket", "a bucket"), facts, name=bucket
            ),
            output=program(
                resource("aws_s3_bucket", "bucket", {"bucket": bucket}),
                resource(
                    "aws_s3_bucket_cors_configuration",
                    "cors",
                    {"bucket": Expression("aws_s3_bucket.bucket.id"), "cors_rule": Block(rule)},
                ),
            ),
            intent={
                "bucket": {"resource": "aws_s3_bucket", "bucket": bucket},
                "cors": {
                    "resource": "aws_s3_bucket_cors_configuration",
                    "bucket": {"refers": "bucket"},
                    "cors_rule": rule,
                },
            },
            difficulty=2,
        )


for _family in (SecurityRules(), WebFirewall(), Distribution(), BrowserBucket()):
    register(_family)
