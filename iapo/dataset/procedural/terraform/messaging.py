"""Queues, topics, event rules and streams."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

SECONDS = (15, 30, 45, 60, 90, 120, 300, 600)


@dataclass(frozen=True)
class Queue(Family):
    """An SQS queue, sometimes with a dead-letter queue."""

    name: str = "terraform/sqs"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)
    receive_counts: tuple[int, ...] = (3, 4, 5, 10)

    def make(self, rng: random.Random) -> Draft:
        queue = name(rng, "jobs", "events", "tasks", "orders")
        body: dict[str, Any] = {"name": queue}
        facts: list[str] = []
        if rng.random() < 0.6:
            seconds = rng.choice(SECONDS)
            body["visibility_timeout_seconds"] = seconds
            facts.append(
                pick(
                    rng,
                    f"a visibility timeout of {seconds} seconds",
                    f"visibility timeout {seconds}s",
                    f"a {seconds} second visibility timeout",
                )
            )
        if rng.random() < 0.35:
            seconds = rng.choice((3600, 86400, 345600, 1209600))
            body["message_retention_seconds"] = seconds
            facts.append(
                pick(
                    rng,
                    f"messages retained for {seconds} seconds",
                    f"a message retention of {seconds} seconds",
                )
            )
        if rng.random() < 0.25:
            body["delay_seconds"] = rng.choice((5, 10, 20))
            facts.append(f"a delay of {body['delay_seconds']} seconds")
        if rng.random() < 0.25:
            body["receive_wait_time_seconds"] = 20
            facts.append(
                pick(rng, "long polling of 20 seconds", "a receive wait time of 20 seconds")
            )
        intent: dict[str, Any] = {"queue": {"resource": "aws_sqs_queue", **body}}
        blocks = []
        if rng.random() < 0.45:
            dead, count = f"{queue}-dlq", rng.choice(self.receive_counts)
            facts.append(
                pick(
                    rng,
                    f"a dead-letter queue {dead} after {count} receives",
                    f"a dead letter queue named {dead} (max receive count {count})",
                    f"failed messages moved to a second queue {dead} after {count} attempts",
                )
            )
            body["redrive_policy"] = Expression(
                "jsonencode({\n"
                "deadLetterTargetArn = aws_sqs_queue.dlq.arn\n"
                f"maxReceiveCount = {count}\n"
                "})"
            )
            blocks.append(resource("aws_sqs_queue", "dlq", {"name": dead}))
            intent["queue"]["redrive_policy"] = {"refers": "dlq"}
            intent["dlq"] = {"resource": "aws_sqs_queue", "name": dead}
        thing = pick(rng, "an SQS queue", "a message queue in SQS", "a standard SQS queue")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=queue),
            output=program(resource("aws_sqs_queue", "queue", body), *blocks),
            intent=intent,
            difficulty=min(3, 1 + (len(body) > 2) + len(blocks)),
        )


@dataclass(frozen=True)
class Topic(Family):
    """An SNS topic with or without a subscription."""

    name: str = "terraform/sns"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        topic = name(rng, "alerts", "events", "alarms", "news")
        body: dict[str, Any] = {"name": topic}
        facts: list[str] = []
        if rng.random() < 0.3:
            body["display_name"] = f"{team(rng).capitalize()} {rng.choice(('alerts', 'news'))}"
            facts.append(f'the display name "{body["display_name"]}"')
        if rng.random() < 0.25:
            body["kms_master_key_id"] = "alias/aws/sns"
            facts.append("encryption with the key alias/aws/sns")
        intent: dict[str, Any] = {"topic": {"resource": "aws_sns_topic", **body}}
        blocks = [resource("aws_sns_topic", "topic", body)]
        kind = rng.choice(("none", "email", "https", "queue"))
        subscription: dict[str, Any] = {"topic_arn": Expression("aws_sns_topic.topic.arn")}
        wanted: dict[str, Any] = {
            "resource": "aws_sns_topic_subscription",
            "topic_arn": {"refers": "topic"},
        }
        if kind in ("email", "https"):
            host = f"{team(rng)}.example.com"
            endpoint = f"ops@{host}" if kind == "email" else f"https://{host}/hook"
            facts.append(
                pick(
                    rng,
                    f"an {kind} subscription for {endpoint}",
                    f"a subscription of protocol {kind} to {endpoint}",
                )
            )
            subscription |= {"protocol": kind, "endpoint": endpoint}
            wanted |= {"protocol": kind, "endpoint": endpoint}
        elif kind == "queue":
            queue = name(rng, "inbox", "consumer")
            facts.append(
                pick(
                    rng,
                    f"an SQS queue {queue} subscribed to it",
                    f"a subscription that delivers to a new sqs queue named {queue}",
                )
            )
            blocks.append(resource("aws_sqs_queue", "queue", {"name": queue}))
            intent["queue"] = {"resource": "aws_sqs_queue", "name": queue}
            subscription |= {"protocol": "sqs", "endpoint": Expression("aws_sqs_queue.queue.arn")}
            wanted |= {"protocol": "sqs", "endpoint": {"refers": "queue"}}
        if kind != "none":
            blocks.append(resource("aws_sns_topic_subscription", "subscription", subscription))
            intent["subscription"] = wanted
        thing = pick(rng, "an SNS topic", "a notification topic in SNS", "an AWS SNS topic")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=topic),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class EventRule(Family):
    """An EventBridge rule on a schedule, with a target that exists or is made."""

    name: str = "terraform/eventbridge"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2, 3)

    def make(self, rng: random.Random) -> Draft:
        rule = name(rng, "nightly", "hourly", "sync", "cleanup", "tick")
        schedule = rng.choice(
            (
                "rate(5 minutes)", "rate(15 minutes)", "rate(1 hour)", "rate(12 hours)", "rate(1 day)",
                "cron(0 2 * * ? *)", "cron(0 12 * * ? *)", "cron(30 6 ? * MON-FRI *)",
            )
        )  # fmt: skip
        facts = [
            pick(
                rng,
                f"the schedule {schedule}",
                f"schedule expression {schedule}",
                f"{schedule} as its schedule",
            )
        ]
        body: dict[str, Any] = {"name": rule, "schedule_expression": schedule}
        intent: dict[str, Any] = {"rule": {"resource": "aws_cloudwatch_event_rule", **body}}
        blocks = [resource("aws_cloudwatch_event_rule", "rule", body)]
        kind = rng.choice(("none", "function", "queue"))
        target: dict[str, Any] = {"rule": Expression("aws_cloudwatch_event_rule.rule.name")}
        wanted: dict[str, Any] = {
            "resource": "aws_cloudwatch_event_target",
            "rule": {"refers": "rule"},
        }
        if kind == "function":
            arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name(rng, 'job')}"
            facts.append(pick(rng, f"{arn} as its target", f"the target {arn}"))
            target["arn"] = wanted["arn"] = arn
        elif kind == "queue":
            queue = name(rng, "jobs", "work")
            facts.append(
                pick(
                    rng,
                    f"a new SQS queue {queue} as target",
                    f"an SQS queue named {queue} as its target",
                )
            )
            blocks.append(resource("aws_sqs_queue", "queue", {"name": queue}))
            intent["queue"] = {"resource": "aws_sqs_queue", "name": queue}
            target["arn"] = Expression("aws_sqs_queue.queue.arn")
            wanted["arn"] = {"refers": "queue"}
        if kind != "none":
            blocks.append(resource("aws_cloudwatch_event_target", "target", target))
            intent["target"] = wanted
        thing = pick(
            rng, "an EventBridge rule", "a scheduled EventBridge rule", "a CloudWatch event rule"
        )
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=rule),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Stream(Family):
    """A Kinesis data stream."""

    name: str = "terraform/kinesis"
    format: Format = "terraform"
    split: str = "novel"
    difficulties: tuple[int, ...] = (1,)

    def make(self, rng: random.Random) -> Draft:
        stream = name(rng, "clicks", "events", "stream")
        shards = rng.choice((1, 2, 4, 8))
        body: dict[str, Any] = {"name": stream, "shard_count": shards}
        facts = [pick(rng, f"{shards} shards", f"a shard count of {shards}")]
        if rng.random() < 0.6:
            hours = rng.choice((24, 48, 72, 168))
            body["retention_period"] = hours
            facts.append(
                pick(rng, f"a retention period of {hours} hours", f"{hours} hours of retention")
            )
        if rng.random() < 0.3:
            body["encryption_type"] = "KMS"
            body["kms_key_id"] = "alias/aws/kinesis"
            facts.append("KMS encryption with alias/aws/kinesis")
        thing = pick(rng, "a Kinesis stream", "a Kinesis data stream")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=stream),
            output=program(resource("aws_kinesis_stream", "stream", body)),
            intent={"stream": {"resource": "aws_kinesis_stream", **body}},
        )


for _family in (Queue(), Topic(), EventRule(), Stream()):
    register(_family)
