"""Object, block, file and image storage."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request
from iapo.verify.report import Format

ZONES = ("us-east-1a", "us-east-1b", "us-west-2a", "eu-west-1b", "eu-central-1a", "ap-south-1a")


@dataclass(frozen=True)
class Bucket(Family):
    """An S3 bucket with some of versioning, encryption, expiry, a public access block, tags."""

    name: str = "terraform/s3"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)
    most_features: int = 3
    days: tuple[int, ...] = (7, 14, 30, 60, 90, 180, 365)

    def make(self, rng: random.Random) -> Draft:
        bucket = name(rng, "logs", "assets", "backups", "uploads", "exports", "reports", "data")
        body: dict[str, Any] = {"bucket": bucket}
        facts: list[str] = []
        says: dict[str, str] = {}
        blocks: list[str] = []
        intent: dict[str, Any] = {"bucket": {"resource": "aws_s3_bucket", "bucket": bucket}}
        target = {"bucket": Expression("aws_s3_bucket.bucket.id")}
        features = rng.sample(
            ["versioning", "encryption", "expiry", "private", "destroy"],
            rng.randint(0, self.most_features),
        )
        if "destroy" in features:
            body["force_destroy"] = True
            facts.append(pick(rng, "force destroy turned on", "force_destroy enabled"))
            intent["bucket"]["force_destroy"] = True
        if "versioning" in features:
            said = pick(rng, "versioning enabled", "versioning turned on", "object versioning")
            facts.append(said)
            says["Enabled"] = said
            blocks.append(
                resource(
                    "aws_s3_bucket_versioning",
                    "versioning",
                    {**target, "versioning_configuration": Block({"status": "Enabled"})},
                )
            )
            intent["versioning"] = {
                "resource": "aws_s3_bucket_versioning",
                "bucket": {"refers": "bucket"},
                "versioning_configuration": {"status": "Enabled"},
            }
        if "encryption" in features:
            algorithm = rng.choice(("AES256", "aws:kms"))
            facts.append(
                pick(
                    rng,
                    f"{algorithm} server-side encryption",
                    f"default encryption with {algorithm}",
                    f"encryption using {algorithm}",
                )
            )
            default = {"sse_algorithm": algorithm}
            blocks.append(
                resource(
                    "aws_s3_bucket_server_side_encryption_configuration",
                    "encryption",
                    {
                        **target,
                        "rule": Block({"apply_server_side_encryption_by_default": Block(default)}),
                    },
                )
            )
            intent["encryption"] = {
                "resource": "aws_s3_bucket_server_side_encryption_configuration",
                "bucket": {"refers": "bucket"},
                "rule": {"apply_server_side_encryption_by_default": default},
            }
        if "expiry" in features:
            days = rng.choice(self.days)
            facts.append(
                pick(
                    rng,
                    f"a lifecycle rule that expires objects after {days} days",
                    f"objects expiring after {days} days",
                    f"an expiration of {days} days",
                )
            )
            rule = {
                "id": "expire",
                "status": "Enabled",
                "filter": Block({}),
                "expiration": Block({"days": days}),
            }
            blocks.append(
                resource(
                    "aws_s3_bucket_lifecycle_configuration",
                    "lifecycle",
                    {**target, "rule": Block(rule)},
                )
            )
            says.setdefault("Enabled", facts[-1])
            intent["lifecycle"] = {
                "resource": "aws_s3_bucket_lifecycle_configuration",
                "bucket": {"refers": "bucket"},
                "rule": {"status": "Enabled", "expiration": {"days": days}},
            }
        if "private" in features:
            facts.append(pick(rng, "all public access blocked", "a full public access block"))
            settings = (
                "block_public_acls",
                "block_public_policy",
                "ignore_public_acls",
                "restrict_public_buckets",
            )
            said = facts[-1]
            blocks.append(
                resource(
                    "aws_s3_bucket_public_access_block",
                    "private",
                    {**target, **dict.fromkeys(settings, True)},
                )
            )
            says["True"] = said
            intent["private"] = {
                "resource": "aws_s3_bucket_public_access_block",
                "bucket": {"refers": "bucket"},
                **dict.fromkeys(settings, True),
            }
        thing = pick(rng, "an S3 bucket", "a bucket", "an AWS S3 bucket", "an S3 storage bucket")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=bucket),
            output=program(resource("aws_s3_bucket", "bucket", body), *blocks),
            intent=intent,
            difficulty=min(3, 1 + len(blocks)),
            says=says,
        )


@dataclass(frozen=True)
class Volume(Family):
    """An EBS volume."""

    name: str = "terraform/ebs"
    format: Format = "terraform"
    sizes: tuple[int, ...] = (8, 10, 20, 40, 50, 80, 100, 200, 500)

    def make(self, rng: random.Random) -> Draft:
        zone, size = rng.choice(ZONES), rng.choice(self.sizes)
        body: dict[str, Any] = {"availability_zone": zone, "size": size}
        facts = [
            pick(rng, f"{size} GiB of space", f"a size of {size} GB", f"{size} GiB"),
            pick(rng, f"availability zone {zone}", f"a place in {zone}", f"{zone} as its zone"),
        ]
        if rng.random() < 0.6:
            body["type"] = rng.choice(
                ("gp2", "gp3", "st1", "sc1") if size >= 200 else ("gp2", "gp3")
            )
            facts.append(pick(rng, f"type {body['type']}", f"volume type {body['type']}"))
        if rng.random() < 0.4:
            body["encrypted"] = True
            facts.append(pick(rng, "encryption enabled", "encryption at rest"))
        if rng.random() < 0.4:
            tag = name(rng, "data", "db", "cache")
            body["tags"] = {"Name": tag}
            facts.append(pick(rng, f"a Name tag of {tag}", f"the tag Name = {tag}"))
        thing = pick(rng, "an EBS volume", "an AWS EBS volume", "an EBS disk")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(resource("aws_ebs_volume", "volume", body)),
            intent={"volume": {"resource": "aws_ebs_volume", **body}},
            difficulty=1 if len(body) < 4 else 2,
        )


@dataclass(frozen=True)
class FileSystem(Family):
    """An EFS file system, sometimes with an access point."""

    name: str = "terraform/efs"
    format: Format = "terraform"
    split: str = "novel"

    def make(self, rng: random.Random) -> Draft:
        token = name(rng, "files", "share", "home")
        body: dict[str, Any] = {"creation_token": token}
        facts = [pick(rng, f"the creation token {token}", f"creation token {token}")]
        if rng.random() < 0.5:
            body["encrypted"] = True
            facts.append(pick(rng, "encryption enabled", "encryption at rest"))
        if rng.random() < 0.5:
            body["performance_mode"] = rng.choice(("generalPurpose", "maxIO"))
            facts.append(f"performance mode {body['performance_mode']}")
        if rng.random() < 0.4:
            body["throughput_mode"] = rng.choice(("bursting", "elastic"))
            facts.append(f"{body['throughput_mode']} throughput mode")
        intent: dict[str, Any] = {"files": {"resource": "aws_efs_file_system", **body}}
        blocks = [resource("aws_efs_file_system", "files", body)]
        if rng.random() < 0.4:
            facts.append(pick(rng, "an access point for it", "an access point"))
            target = {"file_system_id": Expression("aws_efs_file_system.files.id")}
            blocks.append(resource("aws_efs_access_point", "access", target))
            intent["access"] = {
                "resource": "aws_efs_access_point",
                "file_system_id": {"refers": "files"},
            }
        thing = pick(rng, "an EFS file system", "an elastic file system (EFS)")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class ImageRepository(Family):
    """An ECR repository."""

    name: str = "terraform/ecr"
    format: Format = "terraform"

    def make(self, rng: random.Random) -> Draft:
        repository = name(rng, "api", "worker", "frontend", "proxy", "jobs")
        body: dict[str, Any] = {"name": repository}
        intent: dict[str, Any] = {"resource": "aws_ecr_repository", "name": repository}
        facts: list[str] = []
        says: dict[str, str] = {}
        if rng.random() < 0.6:
            said, value = rng.choice(
                (("immutable tags", "IMMUTABLE"), ("mutable image tags", "MUTABLE"))
            )
            body["image_tag_mutability"] = intent["image_tag_mutability"] = value
            facts.append(said)
        if rng.random() < 0.4:
            body["force_delete"] = intent["force_delete"] = True
            facts.append(pick(rng, "force delete enabled", "force_delete on"))
        if rng.random() < 0.6:
            said = pick(rng, "image scanning on push", "scan on push", "scans of every push")
            facts.append(said)
            says["True"] = said
            body["image_scanning_configuration"] = Block({"scan_on_push": True})
            intent["image_scanning_configuration"] = {"scan_on_push": True}
        thing = pick(rng, "an ECR repository", "a container registry repository in ECR")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=repository),
            output=program(resource("aws_ecr_repository", "repository", body)),
            intent={"repository": intent},
            difficulty=1 if len(body) < 3 else 2,
            says=says,
        )


for _family in (Bucket(), Volume(), FileSystem(), ImageRepository()):
    register(_family)
