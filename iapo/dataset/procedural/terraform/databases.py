"""Tables, database instances and caches."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format


@dataclass(frozen=True)
class Table(Family):
    """A DynamoDB table, on demand or provisioned."""

    name: str = "terraform/dynamodb"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        table = name(rng, "sessions", "orders", "users", "items", "locks")
        key = rng.choice(("id", "user_id", "order_id", "LockID", "pk", "email"))
        keys = [(key, "S")]
        body: dict[str, Any] = {"name": table}
        facts = [
            pick(
                rng,
                f"the hash key {key} (string)",
                f"a string hash key {key}",
                f"{key} of type S as its hash key",
            )
        ]
        says = {"S": facts[0]}
        if rng.random() < 0.65:
            said = pick(rng, "on-demand billing", "on-demand capacity", "pay per request billing")
            facts.append(said)
            says["PAY_PER_REQUEST"] = said
            body["billing_mode"] = "PAY_PER_REQUEST"
        else:
            read, write = rng.choice((1, 5, 10)), rng.choice((1, 5, 20))
            facts.append(
                pick(
                    rng,
                    f"a read capacity of {read} and a write capacity of {write}",
                    f"read capacity {read} and write capacity {write}",
                )
            )
            body |= {"read_capacity": read, "write_capacity": write}
        body["hash_key"] = key
        if rng.random() < 0.35:
            sort = rng.choice(("created_at", "version", "sk"))
            kind = rng.choice(("S", "N"))
            said = f"a range key {sort} ({'string' if kind == 'S' else 'number'})"
            facts.append(said)
            says[kind] = said
            body["range_key"] = sort
            keys.append((sort, kind))
        intent: dict[str, Any] = {"resource": "aws_dynamodb_table", **body}
        attributes = [{"name": key_name, "type": kind} for key_name, kind in keys]
        body["attribute"] = [Block(attribute) for attribute in attributes]
        intent["attribute"] = attributes
        if rng.random() < 0.35:
            field = rng.choice(("expires_at", "ttl"))
            facts.append(pick(rng, f"TTL enabled on {field}", f"time to live enabled by {field}"))
            body["ttl"] = Block({"attribute_name": field, "enabled": True})
            intent["ttl"] = {"attribute_name": field, "enabled": True}
        if rng.random() < 0.3:
            facts.append(
                pick(rng, "point-in-time recovery enabled", "point in time recovery enabled")
            )
            body["point_in_time_recovery"] = Block({"enabled": True})
            intent["point_in_time_recovery"] = {"enabled": True}
        thing = pick(rng, "a DynamoDB table", "an AWS DynamoDB table")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=table),
            output=program(resource("aws_dynamodb_table", "table", body)),
            intent={"table": intent},
            difficulty=min(3, len(body) - 3),
            says=says,
        )


@dataclass(frozen=True)
class Database(Family):
    """An RDS instance."""

    name: str = "terraform/rds"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2,)

    def make(self, rng: random.Random) -> Draft:
        identifier = name(rng, "db", "sql", "store")
        engine, version = rng.choice(
            (("postgres", "16.3"), ("postgres", "15.7"), ("mysql", "8.0"), ("mariadb", "10.11"))
        )
        size, user = rng.choice((20, 50, 100, 200)), f"{team(rng)}_admin"
        body: dict[str, Any] = {
            "identifier": identifier,
            "engine": engine,
            "engine_version": version,
            "instance_class": rng.choice(("db.t3.micro", "db.t3.small", "db.m5.large")),
            "allocated_storage": size,
            "username": user,
            "manage_master_user_password": True,
            "skip_final_snapshot": True,
        }
        facts = [
            pick(rng, f"engine {engine} {version}", f"{engine} version {version}"),
            pick(
                rng,
                f"class {body['instance_class']}",
                f"the instance class {body['instance_class']}",
            ),
            pick(rng, f"{size} GB of storage", f"{size} GiB allocated storage"),
            pick(rng, f"the master user {user}", f"username {user}"),
            pick(rng, "a master password managed by AWS", "a managed master password"),
            pick(rng, "no final snapshot", "the final snapshot skipped"),
        ]
        says = {"True": facts[-1]}
        if rng.random() < 0.4:
            body["multi_az"] = True
            facts.append(pick(rng, "multi-AZ on", "a multi-AZ deployment"))
        if rng.random() < 0.4:
            body["storage_encrypted"] = True
            facts.append(pick(rng, "encrypted storage", "storage encryption"))
        if rng.random() < 0.3:
            days = rng.choice((1, 7, 14, 30))
            body["backup_retention_period"] = days
            facts.append(
                pick(rng, f"backups kept for {days} days", f"{days} days of backup retention")
            )
        thing = pick(rng, "an RDS instance", "an RDS database instance", "a managed RDS database")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=identifier),
            output=program(resource("aws_db_instance", "database", body)),
            intent={"database": {"resource": "aws_db_instance", **body}},
            difficulty=2,
            says=says,
        )


@dataclass(frozen=True)
class Cache(Family):
    """An ElastiCache cluster."""

    name: str = "terraform/elasticache"
    format: Format = "terraform"
    split: str = "novel"
    difficulties: tuple[int, ...] = (1,)

    def make(self, rng: random.Random) -> Draft:
        cluster = name(rng, "cache", "sessions")[:40]
        engine = rng.choice(("redis", "memcached"))
        nodes = 1 if engine == "redis" else rng.choice((1, 2, 3))
        body: dict[str, Any] = {
            "cluster_id": cluster,
            "engine": engine,
            "node_type": rng.choice(("cache.t3.micro", "cache.t3.small", "cache.m5.large")),
            "num_cache_nodes": nodes,
        }
        facts = [
            pick(rng, f"engine {engine}", f"{engine} as its engine"),
            pick(rng, f"node type {body['node_type']}", f"nodes of type {body['node_type']}"),
            f"{nodes} cache node{'s' if nodes > 1 else ''}",
        ]
        if rng.random() < 0.4:
            body["port"] = 6379 if engine == "redis" else 11211
            facts.append(f"port {body['port']}")
        thing = pick(rng, "an ElastiCache cluster", "a cache cluster in ElastiCache")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=cluster),
            output=program(resource("aws_elasticache_cluster", "cache", body)),
            intent={"cache": {"resource": "aws_elasticache_cluster", **body}},
        )


for _family in (Table(), Database(), Cache()):
    register(_family)
