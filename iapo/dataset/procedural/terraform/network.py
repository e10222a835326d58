"""Networks, subnets, security groups, addresses and names."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

_PORTS = {"ssh": 22, "http": 80, "https": 443, "postgres": 5432, "mysql": 3306, "redis": 6379}
_ZONES = ("us-east-1a", "us-east-1b", "us-west-2a", "us-west-2b", "eu-west-1a", "eu-west-1b")


@dataclass(frozen=True)
class Vpc(Family):
    """A VPC, sometimes with one or two subnets and an internet gateway."""

    name: str = "terraform/vpc"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        second = rng.randint(0, 250)
        cidr = f"10.{second}.0.0/16"
        body: dict[str, Any] = {"cidr_block": cidr}
        facts = [pick(rng, f"the CIDR block {cidr}", f"CIDR {cidr}", f"the address range {cidr}")]
        if rng.random() < 0.4:
            body["enable_dns_hostnames"] = True
            facts.append(pick(rng, "DNS hostnames enabled", "DNS hostnames turned on"))
        if rng.random() < 0.4:
            tag = name(rng, "vpc", "network")
            body["tags"] = {"Name": tag}
            facts.append(pick(rng, f"a Name tag of {tag}", f"the tag Name = {tag}"))
        intent: dict[str, Any] = {"vpc": {"resource": "aws_vpc", **body}}
        blocks = [resource("aws_vpc", "main", body)]
        vpc = {"vpc_id": Expression("aws_vpc.main.id")}
        for index in range(rng.choice((0, 0, 1, 1, 2))):
            subnet = {"cidr_block": f"10.{second}.{index + 1}.0/24"}
            said = pick(
                rng,
                f"a subnet {subnet['cidr_block']}",
                f"a subnet with the range {subnet['cidr_block']}",
            )
            if rng.random() < 0.5:
                subnet["availability_zone"] = rng.choice(_ZONES)
                said += f" in {subnet['availability_zone']}"
            facts.append(said)
            label = ("a", "b")[index]
            blocks.append(resource("aws_subnet", label, {**vpc, **subnet}))
            intent[f"subnet_{label}"] = {
                "resource": "aws_subnet",
                "vpc_id": {"refers": "vpc"},
                **subnet,
            }
        if rng.random() < 0.3:
            facts.append(pick(rng, "an internet gateway", "an attached internet gateway"))
            blocks.append(resource("aws_internet_gateway", "gateway", vpc))
            intent["gateway"] = {"resource": "aws_internet_gateway", "vpc_id": {"refers": "vpc"}}
        thing = pick(rng, "a VPC", "an AWS VPC", "a VPC network")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(*blocks),
            intent=intent,
            difficulty=min(3, len(blocks)),
        )


@dataclass(frozen=True)
class SecurityGroup(Family):
    """A security group with ingress rules, sometimes open to the outside."""

    name: str = "terraform/security-group"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        group = name(rng, "web", "db", "app", "bastion")
        body: dict[str, Any] = {"name": group}
        intent: dict[str, Any] = {"resource": "aws_security_group", "name": group}
        facts: list[str] = []
        says: dict[str, str] = {}
        if rng.random() < 0.3:
            vpc = f"vpc-0{rng.randrange(16**8):08x}"
            body["vpc_id"] = intent["vpc_id"] = vpc
            facts.append(pick(rng, f"a place in {vpc}", f"the VPC {vpc}"))
        rules, wanted = [], []
        for service in rng.sample(sorted(_PORTS), rng.choice((1, 1, 2))):
            port = _PORTS[service]
            source = rng.choice(("0.0.0.0/0", "10.0.0.0/8", f"10.{rng.randint(0, 99)}.0.0/16"))
            facts.append(
                pick(
                    rng,
                    f"inbound tcp port {port} from {source}",
                    f"{service} (tcp {port}) allowed from {source}",
                    f"ingress on tcp {port} from {source}",
                )
            )
            rule = {"from_port": port, "to_port": port, "protocol": "tcp", "cidr_blocks": [source]}
            rules.append(Block(rule))
            wanted.append(rule)
        body["ingress"] = rules
        intent["ingress"] = wanted
        if rng.random() < 0.4:
            said = pick(rng, "all outbound traffic allowed", "unrestricted egress", "open egress")
            facts.append(said)
            rule = {"from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}
            body["egress"] = Block(rule)
            intent["egress"] = rule
            says |= {"0": said, "-1": said, "0.0.0.0/0": said}
        thing = pick(rng, "a security group", "an AWS security group", "a VPC security group")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=group),
            output=program(resource("aws_security_group", "group", body)),
            intent={"group": intent},
            difficulty=2 if len(body) < 4 else 3,
            says=says,
        )


@dataclass(frozen=True)
class Dns(Family):
    """A Route 53 zone, a record, or both."""

    name: str = "terraform/route53"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        domain = f"{team(rng)}.{rng.choice(('com', 'io', 'dev', 'org', 'net'))}"
        blocks: list[str] = []
        intent: dict[str, Any] = {}
        facts: list[str] = []
        with_zone = rng.random() < 0.6
        if with_zone:
            blocks.append(resource("aws_route53_zone", "zone", {"name": domain}))
            intent["zone"] = {"resource": "aws_route53_zone", "name": domain}
        if not with_zone or rng.random() < 0.6:
            host = f"{rng.choice(('www', 'api', 'app', 'mail', 'status'))}.{domain}"
            kind = rng.choice(("A", "CNAME"))
            target = (
                f"203.0.113.{rng.randint(1, 250)}" if kind == "A" else f"{team(rng)}.example.net"
            )
            ttl = rng.choice((60, 300, 600, 3600))
            zone_id = f"Z{rng.randrange(10**12):012d}"
            record = {"name": host, "type": kind, "ttl": ttl, "records": [target]}
            zone = Expression("aws_route53_zone.zone.zone_id") if with_zone else zone_id
            blocks.append(resource("aws_route53_record", "record", {"zone_id": zone, **record}))
            intent["record"] = {
                "resource": "aws_route53_record",
                "zone_id": {"refers": "zone"} if with_zone else zone_id,
                **record,
            }
            if with_zone:
                facts.append(
                    pick(
                        rng,
                        f"a type {kind} record {host} that points to {target} with a TTL of {ttl}",
                        f"a record {host} of type {kind} with ttl {ttl} and value {target}",
                    )
                )
            else:
                facts += [
                    pick(rng, f"a TTL of {ttl}", f"ttl {ttl}"),
                    pick(rng, f"the value {target}", f"{target} as its target"),
                    pick(rng, f"the zone id {zone_id}", f"a place in the hosted zone {zone_id}"),
                ]
                thing = (
                    f"a Route 53 {kind} record"
                    if kind == "CNAME"
                    else "a Route 53 record of type A"
                )
                return Draft(
                    instruction=request(rng, "Terraform", thing, facts, name=host),
                    output=program(*blocks),
                    intent=intent,
                    difficulty=2,
                )
        thing = pick(rng, "a Route 53 hosted zone", "a public DNS zone in Route 53")
        naming = ("{thing} for {name}", "{thing} named {name}", "{thing} {name}")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=domain, naming=naming),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Address(Family):
    """An Elastic IP, sometimes for a NAT gateway."""

    name: str = "terraform/eip"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        tag = name(rng, "nat", "gateway", "bastion")
        body: dict[str, Any] = {"domain": "vpc"}
        facts = [pick(rng, "the domain vpc", "vpc as its domain")]
        if rng.random() < 0.7:
            body["tags"] = {"Name": tag}
            facts.append(pick(rng, f"a Name tag of {tag}", f"the tag Name = {tag}"))
        intent: dict[str, Any] = {"address": {"resource": "aws_eip", **body}}
        blocks = [resource("aws_eip", "address", body)]
        if rng.random() < 0.5:
            subnet = f"subnet-0{rng.randrange(16**8):08x}"
            facts.append(
                pick(
                    rng,
                    f"a NAT gateway in {subnet} that uses it",
                    f"a nat gateway using it in {subnet}",
                )
            )
            allocation = Expression("aws_eip.address.id")
            blocks.append(
                resource(
                    "aws_nat_gateway", "nat", {"allocation_id": allocation, "subnet_id": subnet}
                )
            )
            intent["nat"] = {
                "resource": "aws_nat_gateway",
                "allocation_id": {"refers": "address"},
                "subnet_id": subnet,
            }
        thing = pick(rng, "an Elastic IP", "an elastic IP address", "an AWS EIP")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


for _family in (Vpc(), SecurityGroup(), Dns(), Address()):
    register(_family)
