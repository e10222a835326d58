"""Work that ends: Jobs and CronJobs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.asking import MANIFEST, ask, called
from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.kubernetes.workloads import image_fact
from iapo.dataset.procedural.pools import own_image, schedule
from iapo.dataset.procedural.wording import name, pick
from iapo.dataset.procedural.yaml_writer import Flow, to_yaml
from iapo.verify.report import Format

_COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("python:3.12-slim", ("python cleanup.py", "python -m jobs.report", "python sync.py --all")),
    ("python:3.11", ("python manage.py migrate", "python manage.py clearsessions")),
    ("busybox:1.36", ("date", "wget http://api/health", "ls /data")),
    ("node:20-alpine", ("node cleanup.js", "node import.js --full")),
    ("alpine:3.20", ("sleep 30", "df -h", "wget http://web/ping")),
    ("postgres:16", ("pg_dump -h db orders", "vacuumdb --all")),
    ("perl:5.38", ("perl report.pl",)),
    ("bitnami/kubectl:1.30", ("kubectl get pods", "kubectl delete jobs --all")),
    ("curlimages/curl:8.8.0", ("curl -f http://gateway/refresh", "curl http://api/tick")),
    ("ruby:3.3", ("ruby digest.rb", "rake db:migrate")),
)


def _task(rng: random.Random) -> tuple[dict[str, Any], list[str]]:
    """The container of a job, without its name, and the facts that ask for it."""
    if rng.random() < 0.25:
        image = own_image(rng)
        command = pick(rng, "/app/run", "./migrate up", "/bin/export --all", "./bin/task daily")
    else:
        image, commands = rng.choice(_COMMANDS)
        command = rng.choice(commands)
    said = pick(rng, f"the command `{command}`", f"command: {command}", f'the command "{command}"')
    return {"image": image, "command": Flow(command.split())}, [image_fact(rng, image), said]


def _asked(container: dict[str, Any]) -> dict[str, Any]:
    return {"image": container["image"], "command": {"equal": list(container["command"])}}


@dataclass(frozen=True)
class Job(Family):
    """A Job with some of retries, completions, parallelism, a deadline, a time to live."""

    name: str = "kubernetes/job"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (1, 2, 3)
    most_features: int = 3

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "migrate", "import", "backfill", "report", "cleanup", "seed", "export")
        container, facts = _task(rng)
        spec: dict[str, Any] = {}
        restart = rng.choice(("Never", "OnFailure"))
        pattern: dict[str, Any] = {
            "kind": "Job",
            "name": label,
            "containers": [_asked(container)],
            "pod": {"restartPolicy": restart},
        }
        facts.append(pick(rng, f"restartPolicy {restart}", f"restart policy {restart}"))
        options: tuple[tuple[str, tuple[int, ...], tuple[str, ...]], ...] = (
            ("backoffLimit", (1, 2, 3, 4, 5), ("a backoff limit of {}", "backoffLimit {}")),
            ("completions", (2, 3, 5, 8, 10), ("{} completions", "completions: {}")),
            ("parallelism", (2, 3, 4, 5), ("a parallelism of {}", "parallelism {}")),
            ("ttlSecondsAfterFinished", (60, 100, 300, 600, 3600, 86400),
             ("ttlSecondsAfterFinished {}", "a TTL of {} seconds after it finished")),
            ("activeDeadlineSeconds", (120, 300, 900, 1800, 7200),
             ("an active deadline of {} seconds", "activeDeadlineSeconds {}")),
        )  # fmt: skip
        chosen = rng.sample(options, rng.randint(0, self.most_features))
        for key, values, words in chosen:
            spec[key] = rng.choice(values)
            facts.append(rng.choice(words).format(spec[key]))
        if spec:
            pattern["spec"] = dict(spec)
        manifest = {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": label},
            "spec": {
                **spec,
                "template": {
                    "spec": {
                        "containers": [{"name": label, **container}],
                        "restartPolicy": restart,
                    }
                },
            },
        }
        what = called(rng, pick(rng, "a Job", "a Kubernetes Job", "a one-off Job"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(manifest),
            intent={"job": pattern},
            difficulty=min(3, 1 + len(chosen)),
        )


@dataclass(frozen=True)
class CronJob(Family):
    """A CronJob, its schedule given as cron or in words."""

    name: str = "kubernetes/cronjob"
    format: Format = "kubernetes"
    difficulties: tuple[int, ...] = (2, 3)

    def make(self, rng: random.Random) -> Draft:
        label = name(rng, "backup", "report", "cleanup", "sync", "digest", "rotate", "refresh")
        container, facts = _task(rng)
        cron, said, says = schedule(rng)
        facts.append(pick(rng, f"runs {said}", f"a run {said}") if says else f"its runs {said}")
        spec: dict[str, Any] = {"schedule": cron}
        options: tuple[tuple[str, tuple[Any, ...], tuple[str, ...]], ...] = (
            ("concurrencyPolicy", ("Forbid", "Replace"),
             ("concurrencyPolicy {}", "concurrency policy {}")),
            ("successfulJobsHistoryLimit", (1, 2, 5),
             ("successfulJobsHistoryLimit {}", "a history of {} successful jobs")),
            ("failedJobsHistoryLimit", (2, 3, 4),
             ("failedJobsHistoryLimit {}", "a history of {} failed jobs")),
            ("startingDeadlineSeconds", (60, 120, 200, 300),
             ("startingDeadlineSeconds {}", "a starting deadline of {} seconds")),
        )  # fmt: skip
        chosen = rng.sample(options, rng.randint(0, 2))
        for key, values, words in chosen:
            spec[key] = rng.choice(values)
            facts.append(rng.choice(words).format(spec[key]))
        restart = rng.choice(("Never", "OnFailure"))
        facts.append(pick(rng, f"restartPolicy {restart}", f"restart policy {restart}"))
        pattern = {
            "kind": "CronJob",
            "name": label,
            "spec": dict(spec),
            "containers": [_asked(container)],
            "pod": {"restartPolicy": restart},
        }
        pod = {"containers": [{"name": label, **container}], "restartPolicy": restart}
        manifest = {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": label},
            "spec": {**spec, "jobTemplate": {"spec": {"template": {"spec": pod}}}},
        }
        what = called(rng, pick(rng, "a CronJob", "a Kubernetes CronJob"), label)
        return Draft(
            instruction=ask(rng, MANIFEST, what, facts, direct=True),
            output=to_yaml(manifest),
            intent={"cronjob": pattern},
            difficulty=2 if len(chosen) < 2 else 3,
            says=says,
        )


register(Job())
register(CronJob())
