"""Plausible values: what a data source answers, and what a variable without a value stands in for.

Chosen so that programs plan as they would in an ordinary account: three availability zones, a
12-digit account id, identifiers of the right shape. Every value is fixed, so that plans repeat.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from iapo.verify.terraform.policy_document import policy_json

ACCOUNT = "123456789012"
REGION = "us-east-1"
_HEX = "0123456789abcdef0"


def _region_of(provider_configuration: Any) -> str:
    if isinstance(provider_configuration, Mapping):
        region = provider_configuration.get("region")
        if isinstance(region, str) and region:
            return region
    return REGION


def _ids(prefix: str, count: int = 3) -> list[str]:
    return [f"{prefix}-{n:x}{_HEX[1:]}" for n in range(count)]


_Special = Callable[[Mapping[str, Any], str], dict[str, Any]]


def _zones(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    excluded = set(config.get("exclude_names") or ())
    zones = [region + letter for letter in "abc" if region + letter not in excluded]
    short = "".join(p[0] if not p[-1].isdigit() else p for p in region.split("-"))
    return {
        "id": region,
        "names": zones,
        "zone_ids": [f"{short}-az{n}" for n in range(1, len(zones) + 1)],
        "group_names": [region],
    }


def _caller(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    return {
        "id": ACCOUNT,
        "account_id": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:user/example",
        "user_id": "AIDAEXAMPLEEXAMPLE",
    }


def _region(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    name = config.get("name") or config.get("region") or region
    return {
        "id": name,
        "name": name,
        "region": name,
        "endpoint": f"ec2.{name}.amazonaws.com",
        "description": "US East (N. Virginia)",
    }


def _partition(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    return {
        "id": "aws",
        "partition": "aws",
        "dns_suffix": "amazonaws.com",
        "reverse_dns_prefix": "com.amazonaws",
    }


def _policy(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    text, minified = policy_json(config)
    return {"id": "1234567890", "json": text, "minified_json": minified}


def _several(prefix: str, *names: str) -> _Special:
    return lambda config, region: {"id": region, **dict.fromkeys(names, _ids(prefix))}


# A recent version of each database engine that a version is asked of.
_ENGINES = {
    "postgres": "17.4", "aurora-postgresql": "16.6", "mysql": "8.0.41",
    "aurora-mysql": "8.0.mysql_aurora.3.08.0", "mariadb": "11.4.4", "docdb": "5.0.0",
    "neptune": "1.4.1.0", "oracle-ee": "19.0.0.0.ru-2025-01.rur-2025-01.r1",
    "sqlserver-ex": "16.00.4175.1.v1",
}  # fmt: skip
_KUBERNETES = "1.33"


def _engine(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    version = config.get("version") or _ENGINES.get(str(config.get("engine")), "8.0")
    return {
        "id": version,
        "version": version,
        "version_actual": version,
        "engine_version": version,
        "parameter_group_family": f"{config.get('engine')}{version.partition('.')[0]}",
    }


def _parameter(config: Mapping[str, Any], region: str) -> dict[str, Any]:
    """AWS publishes the newest images as parameters: /aws/service/ami-amazon-linux-latest/..."""
    name = str(config.get("name"))
    value = f"ami-{_HEX}" if re.search(r"\bami\b|image_id", name) else "example"
    return {"id": name, "value": value, "insecure_value": value}


_SPECIAL: Mapping[str, _Special] = {
    "aws_rds_engine_version": _engine,
    "aws_rds_orderable_db_instance": _engine,
    "aws_ssm_parameter": _parameter,
    "aws_eks_addon_version": lambda config, region: {"version": "v1.20.0-eksbuild.1"},
    "aws_availability_zones": _zones,
    "aws_caller_identity": _caller,
    "aws_region": _region,
    "aws_partition": _partition,
    "aws_iam_policy_document": _policy,
    "aws_subnets": _several("subnet", "ids"),
    "aws_subnet_ids": _several("subnet", "ids"),
    "aws_vpcs": _several("vpc", "ids"),
    "aws_security_groups": _several("sg", "ids", "arns", "vpc_ids"),
    "aws_instances": _several("i", "ids"),
    "aws_ami_ids": _several("ami", "ids"),
    "aws_route_tables": _several("rtb", "ids"),
}

# What an `id` looks like, by the last words of a type or an argument's name.
_PREFIXES = {
    "vpc": "vpc", "subnet": "subnet", "security_group": "sg", "instance": "i", "ami": "ami",
    "image": "ami", "route_table": "rtb", "internet_gateway": "igw", "nat_gateway": "nat",
    "vpn_gateway": "vgw", "transit_gateway": "tgw", "network_interface": "eni", "eip": "eipalloc",
    "allocation": "eipalloc", "ebs_volume": "vol", "volume": "vol", "ebs_snapshot": "snap",
    "snapshot": "snap", "launch_template": "lt", "vpc_endpoint": "vpce", "network_acls": "acl",
    "efs_file_system": "fs", "file_system": "fs", "prefix_list": "pl", "vpc_peering_connection": "pcx",
    "customer_gateway": "cgw", "vpc_dhcp_options": "dopt",
}  # fmt: skip


def _noun(type: str, name: str) -> str | None:
    """The identifier that an argument called `x_id` (or `id` in type `aws_x`) has."""
    noun = name[:-3] if name.endswith("_id") else type.split("_", 1)[-1] if name == "id" else ""
    for length in range(len(noun.split("_"))):
        prefix = _PREFIXES.get("_".join(noun.split("_")[length:]))
        if prefix:
            return f"{prefix}-{_HEX}"
    return None


def _arn(type: str, region: str) -> str:
    words = type.split("_")
    service = words[1] if len(words) > 1 else "service"
    if service == "iam":
        return f"arn:aws:iam::{ACCOUNT}:{words[-1]}/example"
    if service == "s3":
        return "arn:aws:s3:::example"
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{'-'.join(words[2:]) or service}/example"


def text_value(type: str, name: str, region: str = REGION) -> str:
    """A plausible string for an argument of a type, by its name."""
    found = _noun(type, name)
    if found is not None:
        return found
    if name == "arn" or name.endswith("_arn"):
        return _arn(type if name == "arn" else "aws_" + name[:-4], region)
    by_name = {
        "account_id": ACCOUNT, "owner_id": ACCOUNT, "aws_account_id": ACCOUNT, "region": region,
        "aws_region": region, "availability_zone": region + "a", "az": region + "a",
        "partition": "aws", "dns_suffix": "amazonaws.com", "json": "{}", "policy": "{}",
        "secret_string": '{"username":"example","password":"example-password"}',
        "instance_type": "t3.micro", "instance_class": "db.t3.micro", "environment": "dev",
        "project_id": "example-project", "project": "example-project", "location": "eastus",
        "response_body": "{}", "body": "{}", "result": "example", "url": "https://example.com",
        "private_ip": "10.0.0.10", "public_ip": "203.0.113.10", "state": "available",
        "status": "available", "root_device_name": "/dev/xvda", "root_device_type": "ebs",
        "architecture": "x86_64", "virtualization_type": "hvm", "owner": ACCOUNT,
        "subscription_id": "00000000-0000-0000-0000-000000000000",
        "tenant_id": "00000000-0000-0000-0000-000000000000",
        "creation_date": "2024-01-01T00:00:00.000Z", "email": "ops@example.com",
        "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAM",
        "cidr": "10.0.0.0/16", "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
        "zone_id": "Z0123456789ABCDEFGHIJ", "kms_key_id": "1234abcd-12ab-34cd-56ef-1234567890ab",
        "output_base64sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "output_path": "example.zip",
    }  # fmt: skip
    if name in by_name:
        return by_name[name]
    if name == "version" or name.endswith("_version"):
        kubernetes = re.search(r"kubernetes|_eks_|container|node|master", type + name)
        return f"{_KUBERNETES}.0" if kubernetes else "1.0.0"
    if "cidr" in name:
        return "10.0.0.0/24" if "subnet" in name else "10.0.0.0/16"
    if name.endswith(("_ip", "ip_address")):
        return "10.0.0.10"
    if "dns" in name or "domain" in name or name.endswith(("endpoint", "hostname", "fqdn")):
        return "example.com"
    if "password" in name or "secret" in name or "token" in name:
        return "example-Passw0rd"
    if name.endswith("email"):
        return "ops@example.com"
    if name.endswith("zone") and name.startswith(("availability", "az")):
        return region + "a"
    if re.search(r"instance_(type|size)$", name):
        return "t3.micro"
    if name.endswith("url"):
        return "https://example.com"
    return "example"


def of_type(kind: Any, type: str, name: str, region: str = REGION) -> Any:
    """A plausible value of a cty type (`"string"`, `["list", "number"]`, `["object", {...}]`)."""
    if isinstance(kind, list):
        head, inner = kind[0], kind[1]
        if head in ("list", "set"):
            if isinstance(inner, list):
                return [of_type(inner, type, name, region)]
            return [of_type(inner, type, re.sub(r"s$", "", name), region)]
        if head == "map":
            return {}
        if head == "tuple":
            return [of_type(part, type, name, region) for part in inner]
        return {key: of_type(part, type, key, region) for key, part in inner.items()}
    if kind == "number":
        return 1
    if kind == "bool":
        return False
    if kind == "string":
        return text_value(type, name, region)
    return None


def fill(
    type: str, config: dict[str, Any], block: Mapping[str, Any], provider_configuration: Any
) -> dict[str, Any]:
    """The state a data source answers: its arguments, and plausible values where none was given.

    Args:
        type: e.g. `aws_ami`.
        config: its arguments, wholly known; changed in place.
        block: its schema.
        provider_configuration: the `provider` block's values; the region is taken from there.
    """
    region = _region_of(provider_configuration)
    special = _SPECIAL.get(type)
    known = special(config, region) if special is not None else {}
    attributes = block.get("attributes", {})
    if type == "aws_secretsmanager_secret_version":
        config.setdefault("secret_string", None)
    for name, attribute in attributes.items():
        if config.get(name) is not None or not (attribute.get("computed") or name == "id"):
            continue
        if name in known:
            config[name] = known[name]
        elif name == "tags" or name == "tags_all":
            config[name] = {}
        elif "nested_type" in attribute:
            config[name] = _nested(attribute["nested_type"], type, region)
        else:
            config[name] = of_type(attribute["type"], type, name, region)
    return config


def _nested(nested: Mapping[str, Any], type: str, region: str) -> Any:
    item = {
        name: _nested(a["nested_type"], type, region)
        if "nested_type" in a
        else of_type(a["type"], type, name, region)
        for name, a in nested["attributes"].items()
    }
    if nested["nesting_mode"] in ("list", "set"):
        return [item]
    return {} if nested["nesting_mode"] == "map" else item
