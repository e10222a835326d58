"""Plausible values: what a name, an address, an ARN or a schedule looks like.

A `Spec` is data (it is shipped, see `recipes.py`): a list whose first item says what it is.

    ["text", KIND]            a string of one of the kinds below
    ["enum", VALUE, ...]      one of these
    ["int", LOW, HIGH, STEP]  a round number from LOW to HIGH
    ["bool"]
    ["list", SPEC, MOST]      one to MOST values
    ["map"]                   labels or tags
    ["arn", SERVICE, NOUN]    an Amazon resource name of a service that has no kind of its own
    ["policy", ACTION, KIND]  an IAM policy document; KIND is identity or resource
    ["ref", TYPE, ATTRIBUTE, SPEC or null]  a reference, or where that is asked for, a literal
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from iapo.dataset.procedural.wording import name, team

Spec = Sequence[Any]
ACCOUNTS = ("123456789012", "111122223333", "210987654321", "444455556666")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")
GOOGLE_REGIONS = ("us-central1", "europe-west1", "europe-west4", "us-east1", "asia-northeast1")
AZURE_REGIONS = (
    "westeurope", "northeurope", "eastus", "westus2", "uksouth", "germanywestcentral",
)  # fmt: skip
_NOUNS = (
    "api", "web", "worker", "events", "jobs", "store", "main", "core", "edge", "backend", "batch",
    "reports", "gateway", "sync", "index", "feed", "portal", "cache", "stage", "app",
)  # fmt: skip
_PURPOSES = (
    "for the {} team", "used by {}", "{} workloads", "managed by {}", "{} production traffic",
    "shared with {}", "owned by {}", "{} integration", "nightly {} runs", "{} service",
)  # fmt: skip
_INTEGERS = (
    1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 15, 16, 20, 24, 25, 30, 32, 40, 45, 48, 50, 60, 64, 80, 90, 100,
    120, 128, 150, 180, 200, 250, 256, 300, 365, 400, 443, 500, 512, 600, 900, 1000, 1024, 1200,
    1500, 1800, 2000, 2048, 3000, 3600, 4096, 5000, 7200, 8080, 8192, 10000, 14400, 16384, 20000,
    28800, 43200, 50000, 65536, 86400, 100000, 172800, 259200, 345600, 604800, 1000000, 1209600,
)  # fmt: skip


def hexadecimal(rng: random.Random, digits: int) -> str:
    """Lower-case hexadecimal digits."""
    return f"{rng.randrange(16**digits):0{digits}x}"


def _plain(rng: random.Random) -> str:
    return name(rng, *_NOUNS)


def _uuid(rng: random.Random) -> str:
    text = hexadecimal(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _arn(service: str, rest: str) -> Callable[[random.Random], str]:
    def draw(rng: random.Random) -> str:
        region = "" if service in ("iam", "s3") else rng.choice(REGIONS[:3])
        account = "" if service == "s3" else rng.choice(ACCOUNTS)
        tail = rest.replace("{name}", _plain(rng)).replace("{uuid}", _uuid(rng))
        return f"arn:aws:{service}:{region}:{account}:{tail.replace('{hex}', hexadecimal(rng, 16))}"

    return draw


def _id(prefix: str) -> Callable[[random.Random], str]:
    return lambda rng: f"{prefix}-0{hexadecimal(rng, 8)}"


def _one(*values: str) -> Callable[[random.Random], str]:
    return lambda rng: rng.choice(values)


def _address(rng: random.Random) -> str:
    return f"10.{rng.randint(0, 250)}.{rng.randint(0, 15) * 16}.{rng.randint(4, 250)}"


def _network(bits: int) -> Callable[[random.Random], str]:
    def draw(rng: random.Random) -> str:
        third = 0 if bits == 16 else rng.randint(0, 15) * 16
        return f"10.{rng.randint(0, 250)}.{third}.0/{bits}"

    return draw


def _description(rng: random.Random) -> str:
    text = rng.choice(_PURPOSES).format(team(rng))
    return text[0].upper() + text[1:] if rng.random() < 0.6 else text


def _title(rng: random.Random) -> str:
    return _plain(rng).replace("-", " ").title()


_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _weekly(rng: random.Random) -> str:
    day, hour = rng.choice(_DAYS), rng.randint(0, 20)
    return f"{day}:{hour:02}:00-{day}:{hour + 2:02}:00"


def _daily(rng: random.Random) -> str:
    hour = rng.randint(0, 20)
    return f"{hour:02}:00-{hour + 2:02}:00"


def _camel(rng: random.Random) -> str:
    return _title(rng).replace(" ", "")


def _clock(rng: random.Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.choice((0, 15, 30, 45)):02}"


KINDS: dict[str, Callable[[random.Random], str]] = {
    "name": _plain,
    "name_": lambda rng: _plain(rng).replace("-", "_"),
    "word": team,
    "letters": lambda rng: (team(rng) + rng.choice(_NOUNS))[:12],
    "short": lambda rng: f"{team(rng)}{rng.randint(1, 99):02}",
    "storage": lambda rng: f"st{team(rng)}{hexadecimal(rng, 4)}",
    "camel": _camel,
    "title": _title,
    "upper": lambda rng: f"{team(rng)}_{rng.choice(_NOUNS)}".upper(),
    "description": _description,
    "value": lambda rng: f"{team(rng)}-{rng.randint(100, 999)}",
    "domain": lambda rng: f"{team(rng)}.example.com",
    "host": lambda rng: f"{rng.choice(_NOUNS)}.{team(rng)}.example.com",
    "dns": lambda rng: f"{team(rng)}.example.com.",
    "email": lambda rng: f"{team(rng)}@example.com",
    "url": lambda rng: f"https://{team(rng)}.example.com/{rng.choice(_NOUNS)}",
    "phone": lambda rng: f"+1555010{rng.randint(1000, 9999)}",
    "ip": _address,
    "public-ip": lambda rng: f"203.0.113.{rng.randint(1, 250)}",
    "cidr16": _network(16),
    "cidr24": _network(24),
    "cidr28": _network(28),
    "cidr-tunnel": lambda rng: f"169.254.{rng.randint(10, 200)}.{rng.randint(0, 60) * 4}/30",
    "cidr-public": lambda rng: f"203.0.113.{rng.randint(1, 250)}/32",
    "port": lambda rng: str(rng.choice((80, 443, 3306, 5432, 6379, 8080, 8443))),
    "account": lambda rng: rng.choice(ACCOUNTS),
    "region": lambda rng: rng.choice(REGIONS),
    "zone": lambda rng: rng.choice(REGIONS) + rng.choice("ab"),
    "uuid": _uuid,
    "hex": lambda rng: hexadecimal(rng, 12),
    "digits": lambda rng: str(rng.randint(10**11, 10**12 - 1)),
    "alnum": lambda rng: hexadecimal(rng, 10),
    "path": lambda rng: f"/{rng.choice(_NOUNS)}",
    "folder": lambda rng: f"/{team(rng)}/",
    "prefix": lambda rng: f"{team(rng)}/",
    "key": lambda rng: f"{team(rng)}/{rng.choice(_NOUNS)}.json",
    "zip": lambda rng: f"{team(rng)}/{rng.choice(_NOUNS)}.zip",
    "bucket": lambda rng: f"{team(rng)}-{rng.choice(_NOUNS)}-{rng.randint(100, 999)}",
    "s3-uri": lambda rng: f"s3://{team(rng)}-{rng.choice(_NOUNS)}/{rng.choice(_NOUNS)}/",
    "image": lambda rng: f"registry.example.com/{team(rng)}/{rng.choice(_NOUNS)}:1.{rng.randint(0, 9)}",
    "username": lambda rng: f"{team(rng)}_{rng.choice(('admin', 'app', 'reader', 'svc'))}",
    "password": lambda rng: f"Pw-{hexadecimal(rng, 10)}-Zz9",
    "version": lambda rng: f"{rng.randint(1, 4)}.{rng.randint(0, 9)}.{rng.randint(0, 9)}",
    "version2": lambda rng: f"{rng.randint(1, 4)}.{rng.randint(0, 9)}",
    "date": lambda rng: f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
    "timestamp": lambda rng: f"2027-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}T{_clock(rng)}:00Z",
    "clock": _clock,
    "weekly": _weekly,
    "daily": _daily,
    "rate": lambda rng: rng.choice(("rate(5 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)")),
    "cron-aws": lambda rng: f"cron({rng.choice((0, 15, 30))} {rng.randint(0, 23)} * * ? *)",
    "cron": lambda rng: f"{rng.choice((0, 15, 30))} {rng.randint(0, 23)} * * *",
    "seconds": lambda rng: f"{rng.choice((10, 30, 60, 120, 300, 600, 3600))}s",
    "days-s": lambda rng: f"{rng.choice((1, 3, 7, 14, 30)) * 86400}s",
    "iso-minutes": _one("PT1M", "PT5M", "PT10M", "PT15M", "PT30M", "PT1H"),
    "iso-days": _one("P1D", "P3D", "P7D", "P14D", "P30D", "P90D"),
    "language": _one("en", "de", "fr", "es", "ja"),
    "locale": _one("en-US", "en-GB", "de-DE", "fr-FR"),
    "timezone": _one("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"),
    "content-type": _one("application/json", "text/plain", "text/html", "application/xml"),
    "instance-type": _one("t3.micro", "t3.small", "t3.medium", "m5.large", "c5.large", "m6i.xlarge"),
    "dotted": lambda rng: f"{team(rng)}.{rng.choice(_NOUNS)}",
    # Amazon's resource names.
    "arn-role": _arn("iam", "role/{name}"),
    "arn-policy": _arn("iam", "policy/{name}"),
    "arn-user": _arn("iam", "user/{name}"),
    "arn-root": lambda rng: f"arn:aws:iam::{rng.choice(ACCOUNTS)}:root",
    "arn-key": _arn("kms", "key/{uuid}"),
    "arn-topic": _arn("sns", "{name}"),
    "arn-queue": _arn("sqs", "{name}"),
    "arn-bucket": _arn("s3", "{name}"),
    "arn-function": _arn("lambda", "function:{name}"),
    "arn-certificate": _arn("acm", "certificate/{uuid}"),
    "arn-secret": _arn("secretsmanager", "secret:{name}"),
    "arn-stream": _arn("kinesis", "stream/{name}"),
    "arn-firehose": _arn("firehose", "deliverystream/{name}"),
    "arn-log-group": _arn("logs", "log-group:/{name}"),
    "arn-table": _arn("dynamodb", "table/{name}"),
    "arn-cluster": _arn("ecs", "cluster/{name}"),
    "arn-db": _arn("rds", "db:{name}"),
    "arn-db-cluster": _arn("rds", "cluster:{name}"),
    "arn-lb": _arn("elasticloadbalancing", "loadbalancer/app/{name}/{hex}"),
    "arn-target-group": _arn("elasticloadbalancing", "targetgroup/{name}/{hex}"),
    "arn-listener": _arn("elasticloadbalancing", "listener/app/{name}/{hex}/{hex}"),
    "arn-subnet": _arn("ec2", "subnet/subnet-{hex}"),
    "arn-security-group": _arn("ec2", "security-group/sg-{hex}"),
    "arn-vpc": _arn("ec2", "vpc/vpc-{hex}"),
    "arn-file-system": _arn("elasticfilesystem", "file-system/fs-{hex}"),
    # Amazon's identifiers.
    **{
        f"id-{prefix}": _id(prefix)
        for prefix in (
            "vpc", "subnet", "sg", "i", "ami", "rtb", "igw", "nat", "vgw", "tgw", "tgw-attach",
            "tgw-rtb", "eni", "eipalloc", "vol", "snap", "lt", "vpce", "acl", "fs", "fsap", "pl",
            "pcx", "cgw", "dopt", "eigw", "ipam", "ipam-pool", "ipam-scope", "lgw", "lgw-rtb", "fsx",
            "cr", "cvpn-endpoint", "vpce-svc", "d", "r", "ou", "p", "o", "vai", "vatp", "agw",
        )
    },
    "id-zone": lambda rng: "Z" + hexadecimal(rng, 13).upper(),
    # Google and Azure.
    "google-region": lambda rng: rng.choice(GOOGLE_REGIONS),
    "google-zone": lambda rng: rng.choice(GOOGLE_REGIONS) + "-" + rng.choice("bc"),
    "google-project": lambda rng: f"{team(rng)}-{rng.choice(('prod', 'dev', 'data'))}-{rng.randint(100, 999)}",
    "google-member": lambda rng: rng.choice(("user", "group")) + f":{team(rng)}@example.com",
    "google-account": lambda rng: f"{team(rng)}-app@{team(rng)}-prod.iam.gserviceaccount.com",
    "machine-type": _one("e2-micro", "e2-small", "e2-medium", "e2-standard-2", "n2-standard-4", "n1-standard-1"),
    "google-image": _one("debian-cloud/debian-12", "ubuntu-os-cloud/ubuntu-2204-lts", "cos-cloud/cos-stable"),
    "azure-region": lambda rng: rng.choice(AZURE_REGIONS),
    "azure-group": lambda rng: f"rg-{team(rng)}-{rng.choice(('prod', 'dev', 'test', 'shared'))}",
    "vm-size": _one("Standard_B1s", "Standard_B2s", "Standard_D2s_v3", "Standard_DS1_v2", "Standard_F2"),
}  # fmt: skip


TRUSTED = (
    "lambda.amazonaws.com", "ec2.amazonaws.com", "glue.amazonaws.com", "states.amazonaws.com",
    "events.amazonaws.com", "codebuild.amazonaws.com", "firehose.amazonaws.com",
)  # fmt: skip
"""Services that assume roles."""


def text(rng: random.Random, kind: str) -> str:
    """A string of a kind."""
    return KINDS[kind](rng)


def integers(low: float, high: float, step: int = 1) -> list[int]:
    """Round numbers from `low` to `high`, at most two dozen, all multiples of `step`."""
    found = [n for n in _INTEGERS if low <= n <= high and n % step == 0]
    if not found:
        first = -(-int(low) // step) * step
        found = [n for n in range(first, first + 5 * step, step) if low <= n <= high]
    return found[:24]


def draw(rng: random.Random, spec: Spec) -> Any:
    """A value for a spec that is neither a reference nor a policy."""
    head = spec[0]
    if head == "text":
        return text(rng, spec[1])
    if head == "enum":
        return rng.choice(spec[1:])
    if head == "int":
        return rng.choice(integers(*spec[1:]))
    if head == "arn":
        return _arn(spec[1], f"{spec[2]}/{{name}}")(rng)
    if head == "bool":
        return rng.random() < 0.75
    if head == "list":
        wanted = rng.randint(1, spec[2])
        values = dict.fromkeys(draw(rng, spec[1]) for _ in range(wanted))
        return list(values)
    if head == "map":
        keys = rng.sample(("env", "team", "service", "tier"), rng.choice((1, 1, 2)))
        return {key: rng.choice(_LABELS[key]) for key in keys}
    raise ValueError(f"no value can be drawn for {head!r}")


_LABELS = {
    "env": ("prod", "dev", "staging", "test"),
    "team": ("payments", "platform", "search", "data"),
    "service": ("checkout", "billing", "catalog", "login"),
    "tier": ("frontend", "backend", "storage"),
}
