"""Log groups, metrics of them, and alarms."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Block, Expression, program, resource
from iapo.dataset.procedural.wording import name, pick, request, team
from iapo.verify.report import Format

_METRICS = (
    ("AWS/EC2", "CPUUtilization", (70, 80, 90)),
    ("AWS/RDS", "CPUUtilization", (75, 85, 95)),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", (100, 500, 1000)),
    ("AWS/Lambda", "Errors", (1, 5, 10)),
    ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", (10, 20, 50)),
)


@dataclass(frozen=True)
class LogGroup(Family):
    """A CloudWatch log group, sometimes with a stream."""

    name: str = "terraform/log-group"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        group = rng.choice(("/aws/lambda/", "/ecs/", "/app/", "")) + name(rng, "api", "jobs")
        days = rng.choice((1, 3, 7, 14, 30, 60, 90, 365))
        body: dict[str, Any] = {"name": group, "retention_in_days": days}
        facts = [
            pick(
                rng,
                f"a retention of {days} days",
                f"logs kept for {days} days",
                f"retention set to {days} days",
                f"{days}-day retention",
            )
        ]
        if rng.random() < 0.25:
            body["log_group_class"] = "INFREQUENT_ACCESS"
            facts.append("the class INFREQUENT_ACCESS")
        if rng.random() < 0.25:
            body["skip_destroy"] = True
            facts.append(pick(rng, "skip destroy turned on", "skip_destroy set"))
        intent: dict[str, Any] = {"group": {"resource": "aws_cloudwatch_log_group", **body}}
        blocks = [resource("aws_cloudwatch_log_group", "group", body)]
        if rng.random() < 0.3:
            stream = f"{team(rng)}-stream"
            facts.append(pick(rng, f"a log stream {stream}", f"a log stream named {stream} in it"))
            inner = {
                "name": stream,
                "log_group_name": Expression("aws_cloudwatch_log_group.group.name"),
            }
            blocks.append(resource("aws_cloudwatch_log_stream", "stream", inner))
            intent["stream"] = {
                "resource": "aws_cloudwatch_log_stream",
                "name": stream,
                "log_group_name": {"refers": "group"},
            }
        thing = pick(rng, "a CloudWatch log group", "a log group in CloudWatch", "a log group")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=group),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


@dataclass(frozen=True)
class Alarm(Family):
    """A CloudWatch metric alarm, sometimes notifying a new topic."""

    name: str = "terraform/alarm"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        alarm = name(rng, "errors", "cpu", "backlog", "alarm")
        namespace, metric, thresholds = rng.choice(_METRICS)
        threshold, periods = rng.choice(thresholds), rng.choice((1, 2, 3))
        seconds, statistic = rng.choice((60, 300)), rng.choice(("Average", "Maximum", "Sum"))
        said = pick(
            rng,
            f"a threshold greater than {threshold}",
            f"an alarm state when the value is greater than {threshold}",
        )
        body: dict[str, Any] = {
            "alarm_name": alarm,
            "namespace": namespace,
            "metric_name": metric,
            "statistic": statistic,
            "comparison_operator": "GreaterThanThreshold",
            "threshold": threshold,
            "period": seconds,
            "evaluation_periods": periods,
        }
        facts = [
            pick(rng, f"the metric {metric} of {namespace}", f"{namespace} metric {metric}"),
            f"the {statistic} statistic",
            said,
            pick(rng, f"a period of {seconds} seconds", f"{seconds} second periods"),
            f"{periods} evaluation period{'s' if periods > 1 else ''}",
        ]
        intent: dict[str, Any] = {"alarm": {"resource": "aws_cloudwatch_metric_alarm", **body}}
        blocks = []
        if rng.random() < 0.35:
            topic = f"{team(rng)}-alerts"
            facts.append(
                pick(
                    rng,
                    f"a new SNS topic {topic} as alarm action",
                    f"notifications sent to a new SNS topic {topic}",
                )
            )
            body["alarm_actions"] = Expression("[aws_sns_topic.topic.arn]")
            blocks.append(resource("aws_sns_topic", "topic", {"name": topic}))
            intent["alarm"]["alarm_actions"] = {"refers": "topic"}
            intent["topic"] = {"resource": "aws_sns_topic", "name": topic}
        thing = pick(rng, "a CloudWatch alarm", "a metric alarm", "a CloudWatch metric alarm")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=alarm),
            output=program(resource("aws_cloudwatch_metric_alarm", "alarm", body), *blocks),
            intent=intent,
            difficulty=2 + len(blocks),
            says={"GreaterThanThreshold": said},
        )


@dataclass(frozen=True)
class MetricFilter(Family):
    """A metric that counts lines of a log, sometimes with its alarm."""

    name: str = "terraform/log-metric"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (2, 3)
    shared: str = "terraform/log-group"

    def make(self, rng: random.Random) -> Draft:
        group, metric = f"/{team(rng)}/{team(rng)}", f"{team(rng).capitalize()}Errors"
        space, word = (
            f"{team(rng).capitalize()}/Logs",
            rng.choice(("ERROR", "FATAL", "Timeout", "panic")),
        )
        title = name(rng, "errors")
        facts = [
            pick(
                rng,
                f"a metric filter {title} for the pattern {word}",
                f"a filter {title} that counts {word}",
            ),
            pick(
                rng,
                f"the metric {metric} with value 1 in the namespace {space}",
                f"{metric} in {space}, 1 a line",
            ),
        ]
        counted = {"name": metric, "namespace": space, "value": "1"}
        intent: dict[str, Any] = {
            "group": {"resource": "aws_cloudwatch_log_group", "name": group},
            "filter": {
                "resource": "aws_cloudwatch_log_metric_filter",
                "name": title,
                "log_group_name": {"refers": "group"},
                "pattern": {"contains": word},
                "metric_transformation": counted,
            },
        }
        blocks = [
            resource("aws_cloudwatch_log_group", "group", {"name": group}),
            resource(
                "aws_cloudwatch_log_metric_filter",
                "filter",
                {
                    "name": title,
                    "log_group_name": Expression("aws_cloudwatch_log_group.group.name"),
                    "pattern": word,
                    "metric_transformation": Block(counted),
                },
            ),
        ]
        if rng.random() < 0.4:
            alarm, most, seconds = name(rng, "alarm"), rng.choice((1, 5, 10)), rng.choice((60, 300))
            facts.append(
                f"an alarm {alarm} when the sum over {seconds} seconds is above {most} "
                "(GreaterThanThreshold, 1 period, Sum)"
            )
            body: dict[str, Any] = {
                "alarm_name": alarm,
                "comparison_operator": "GreaterThanThreshold",
                "evaluation_periods": 1,
                "metric_name": metric,
                "namespace": space,
                "period": seconds,
                "statistic": "Sum",
                "threshold": most,
            }
            blocks.append(resource("aws_cloudwatch_metric_alarm", "alarm", body))
            intent["alarm"] = {"resource": "aws_cloudwatch_metric_alarm", **body}
        thing = pick(rng, "a CloudWatch log group", "a log group")
        return Draft(
            instruction=request(rng, "Terraform", thing, facts, name=group),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


for _family in (MetricFilter(), LogGroup(), Alarm()):
    register(_family)
