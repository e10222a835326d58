"""What is there and what is dead, in each format's parsed documents."""

from __future__ import annotations

from typing import Any

import pytest

from iapo.intent import Intent, match
from iapo.verify import verify
from iapo.verify.report import Format, Report


def share(format: Format, patterns: dict[str, Any], document: Any) -> float:
    documents = tuple(document) if isinstance(document, list) else (document,)
    return match(
        Intent.from_data(patterns, format), Report(format, True, documents=documents)
    ).share


DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web", "tier": "front"}},
            "spec": {
                "serviceAccountName": "runner",
                "containers": [
                    {
                        "name": "web",
                        "image": "nginx:1.27",
                        "ports": [{"containerPort": 80}],
                        "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}},
                        "envFrom": [{"configMapRef": {"name": "settings"}}],
                    }
                ],
            },
        },
    },
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 80}]},
}


def kubernetes(patterns: dict[str, Any], *manifests: Any) -> float:
    return share("kubernetes", patterns, list(manifests))


def test_kubernetes_short_names_quantities_and_selectors() -> None:
    patterns = {
        "web": {
            "kind": "Deployment",
            "name": "web",
            "labels": {"app.kubernetes.io/name": "web"},
            "spec.replicas": 3,
            "podLabels": {"tier": "front"},
            "containers": [{"image": "nginx:1.27", "resources": {"limits": {"cpu": 0.5, "memory": "1024Mi"}}}],
        },
        "service": {"kind": "Service", "spec": {"selector": {"refers": "web"}, "ports": [{"port": 80}]}},
    }  # fmt: skip
    assert kubernetes(patterns, DEPLOYMENT, SERVICE) == 1.0
    astray = {**SERVICE, "spec": {**SERVICE["spec"], "selector": {"app": "api"}}}  # type: ignore[dict-item]
    assert kubernetes(patterns, DEPLOYMENT, astray) < 1.0


def test_kubernetes_strings_are_not_numbers() -> None:
    stringly = {**SERVICE, "spec": {**SERVICE["spec"], "ports": [{"port": "80"}]}}  # type: ignore[dict-item]
    assert (
        kubernetes({"s": {"kind": "Service", "spec": {"ports": [{"port": 80}]}}}, stringly) == 0.0
    )


def test_kubernetes_names_are_followed() -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"A": "1"}}
    patterns = {
        "web": {"kind": "Deployment", "pod": {"refers": "config"}},
        "config": {"kind": "ConfigMap", "data": {"A": "1"}},
    }
    assert kubernetes(patterns, DEPLOYMENT, config) == 1.0
    assert kubernetes(patterns, DEPLOYMENT, {**config, "metadata": {"name": "others"}}) == 0.5


def test_kubernetes_secrets_are_decoded() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, "data": {"password": "aHVudGVyMg=="}}
    assert (
        kubernetes({"s": {"kind": "Secret", "stringData": {"password": "hunter2"}}}, secret) == 1.0
    )


def test_replicas_0_is_dead_unless_asked_for() -> None:
    dead = {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": 0}}
    assert kubernetes({"web": {"kind": "Deployment", "name": "web"}}, dead) == 0.0
    asked = {"web": {"kind": "Deployment", "name": "web", "spec": {"replicas": 0}}}
    assert kubernetes(asked, dead) == 1.0


COMPOSE: dict[str, Any] = {
    "services": {
        "web": {
            "image": "app:1",
            "ports": ["8080:80"],
            "environment": ["DATABASE_URL=postgres://app@db:5432/app", "DEBUG=1"],
            "depends_on": {"db": {"condition": "service_healthy"}},
            "healthcheck": {"test": ["CMD", "curl", "-f", "http://localhost"], "interval": "1m30s"},
        },
        "db": {"image": "postgres:16", "volumes": ["data:/var/lib/postgresql/data"]},
    },
    "volumes": {"data": None},
}


def test_a_compose_project_without_a_name_is_one() -> None:
    pattern = {"p": {"project": {"any": True}, "x-shared": {"restart": "always"}}}
    file = {"x-shared": {"restart": "always"}, "services": {"a": {"image": "a:1"}}}
    assert share("compose", pattern, file) == 1.0
    assert share("compose", pattern, {"services": {"a": {"image": "a:1"}}}) == 0.0


def test_compose_spellings_are_one() -> None:
    patterns = {
        "web": {
            "service": "web",
            "ports": ["8080:80"],
            "environment": {"DATABASE_URL": {"refers": "db"}, "DEBUG": 1},
            "depends_on": {"db": {"condition": "service_healthy"}},
            "healthcheck": {"test": {"contains": "curl"}, "interval": "90s"},
        },
        "db": {
            "service": "db",
            "image": {"matches": "^postgres:16"},
            "volumes": [{"refers": "data"}],
        },
        "data": {"volume": "data"},
    }
    assert share("compose", patterns, COMPOSE) == 1.0
    long = {"target": 80, "published": "8080", "protocol": "tcp"}
    services = {**COMPOSE["services"], "web": {**COMPOSE["services"]["web"], "ports": [long]}}
    assert share("compose", patterns, {**COMPOSE, "services": services}) == 1.0


def test_what_stands_beside_a_dead_workload_serves_nobody() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web"},
        "spec": {"ports": [{"port": 80}]},
    }
    asked = {
        "web": {"kind": "Deployment", "name": "web"},
        "service": {"kind": "Service", "name": "web", "spec": {"ports": [{"port": 80}]}},
    }
    dead = {**DEPLOYMENT, "spec": {**DEPLOYMENT["spec"], "replicas": 0}}
    assert kubernetes(asked, DEPLOYMENT, service) == 1.0
    assert kubernetes(asked, service) == pytest.approx(2 / 3)  # may serve what is in the cluster
    assert kubernetes(asked, dead, service) == 0.0


def test_a_service_under_a_profile_is_dead() -> None:
    hidden = {"services": {"db": {"image": "postgres:16", "profiles": ["never"]}}}
    assert share("compose", {"db": {"service": "db", "image": "postgres:16"}}, hidden) == 0.0
    asked = {"db": {"service": "db", "image": "postgres:16", "profiles": ["never"]}}
    assert share("compose", asked, hidden) == 1.0


DOCKERFILE = """\
FROM golang:1.22 AS build
WORKDIR /src
COPY . .
RUN go build -o /app .

FROM alpine:3.20 AS unused
RUN apk add curl

FROM gcr.io/distroless/static
COPY --from=build /app /app
USER nobody
USER nonroot
EXPOSE 8080
ENTRYPOINT ["/app"]
"""


def dockerfile(patterns: dict[str, Any], text: str = DOCKERFILE) -> float:
    return match(Intent.from_data(patterns, "dockerfile"), verify(text, "dockerfile")).share


def test_dockerfile_stages_and_instructions() -> None:
    patterns = {
        "build": {
            "stage": "build",
            "base": {"matches": "^golang:1.22"},
            "run": {"runs": "go build"},
        },
        "copy": {"instruction": "COPY", "from": {"refers": "build"}, "dest": "/app"},
        "user": {"instruction": "USER", "user": "nonroot"},
        "port": {"instruction": "EXPOSE", "ports": [8080]},
        "start": {"instruction": "ENTRYPOINT", "cmd": "/app"},
        "final": {"stage": {"any": True}, "final": True, "base": "gcr.io/distroless/static"},
    }
    assert dockerfile(patterns) == 1.0


def test_unreachable_stages_and_overridden_instructions_are_dead() -> None:
    assert dockerfile({"s": {"stage": "unused", "run": {"runs": "apk add"}}}) == 0.0
    assert dockerfile({"u": {"instruction": "USER", "user": "nobody"}}) == 0.0
    built = "FROM a AS b\nUSER app\nFROM c\nCOPY --from=b /x /x\n"
    assert dockerfile({"u": {"instruction": "USER", "user": "app"}}, built) == 0.0


def test_swallowed_failures_do_not_run() -> None:
    pattern = {"r": {"instruction": "RUN", "run": {"runs": "npm ci"}}}
    assert dockerfile(pattern, "FROM node:20\nRUN npm ci\n") == 1.0
    assert dockerfile(pattern, "FROM node:20\nRUN npm ci || true\n") == 0.0
    assert dockerfile(pattern, "FROM node:20\nRUN echo npm ci\n") == 0.0


def test_a_heredoc_is_the_script_of_its_run_only_where_no_command_reads_it() -> None:
    pattern = {"r": {"instruction": "RUN", "run": {"runs": "npm ci"}}}
    assert dockerfile(pattern, "FROM node:20\nRUN <<EOF\nset -e\nnpm ci\nEOF\n") == 1.0
    assert dockerfile(pattern, "FROM node:20\nRUN <<EOF\n# npm ci\ntrue\nEOF\n") == 0.0
    assert dockerfile(pattern, "FROM node:20\nRUN cat <<EOF\nnpm ci\nEOF\n") == 0.0


WORKFLOW: dict[str, Any] = {
    "name": "ci",
    "on": {"push": {"branches": ["main"]}, "schedule": [{"cron": "0 3 * * *"}]},
    "env": {"CI": "1"},
    "jobs": {
        "test": {
            "runs-on": "ubuntu-latest",
            "steps": [
                {"uses": "actions/checkout@v4"},
                {"uses": "actions/setup-node@v4", "with": {"node-version": 20}},
                {"run": "npm ci\nnpm test"},
            ],
        },
        "deploy": {
            "runs-on": "ubuntu-latest",
            "needs": "test",
            "environment": "production",
            "steps": [{"run": "./deploy.sh"}],
        },
    },
}
CI: dict[str, Any] = {
    "push": {"on": "push", "branches": ["main"]},
    "nightly": {"on": "schedule", "cron": "0 3 * * *"},
    "test": {
        "job": "test",
        "runs-on": "ubuntu-latest",
        "env": {"CI": 1},
        "steps": [{"action": "actions/setup-node", "with": {"node-version": "20"}}],
        "script": [{"runs": "npm ci"}, {"runs": "npm test"}],
    },
    "deploy": {"job": "deploy", "needs": {"refers": "test"}, "environment": {"name": "production"}},
}


def test_github_jobs_triggers_and_scripts() -> None:
    assert share("github-actions", CI, WORKFLOW) == 1.0


@pytest.mark.parametrize(
    "change",
    [{"if": False}, {"if": "${{ false }}"}, {"continue-on-error": True}],
)
def test_dead_github_jobs_take_those_that_need_them_along(change: dict[str, Any]) -> None:
    test = {**WORKFLOW["jobs"]["test"], **change}
    dead = {**WORKFLOW, "jobs": {**WORKFLOW["jobs"], "test": test}}
    assert share("github-actions", CI, dead) == 0.0


def test_a_job_that_only_echoes_earns_nothing_and_nor_do_its_triggers() -> None:
    jobs = {
        "test": {
            **WORKFLOW["jobs"]["test"],
            "steps": [{"uses": "actions/checkout@v4"}, {"run": "echo npm ci && echo npm test"}],
        }
    }
    asked = {name: CI[name] for name in ("push", "test")}
    assert share("github-actions", asked, {**WORKFLOW, "jobs": jobs}) == 0.0


def test_a_step_under_continue_on_error_is_dead() -> None:
    steps = [{"run": "npm test", "continue-on-error": True}]
    jobs = {"test": {"runs-on": "ubuntu-latest", "steps": steps}}
    asked = {"test": {"job": "test", "script": {"runs": "npm test"}}}
    assert share("github-actions", asked, {**WORKFLOW, "jobs": jobs}) == 0.0


PIPELINE: dict[str, Any] = {
    "stages": ["build", "test"],
    "default": {"image": "python:3.12"},
    "variables": {"PIP": "1"},
    ".base": {"before_script": ["pip install -r requirements.txt"]},
    "unit": {
        "extends": ".base",
        "stage": "test",
        "script": ["pytest"],
        "artifacts": {"expire_in": "1 week"},
    },
}


def test_gitlab_inheritance_and_durations() -> None:
    patterns = {
        "all": {"pipeline": "pipeline", "stages": ["build", "test"]},
        "unit": {
            "job": "unit",
            "stage": "test",
            "image": {"name": "python:3.12"},
            "script": [{"runs": "pip install"}, {"runs": "pytest"}],
            "variables": {"PIP": 1},
            "artifacts": {"expire_in": "7 days"},
        },
    }
    assert share("gitlab-ci", patterns, PIPELINE) == 1.0


@pytest.mark.parametrize(
    "change",
    [{"when": "never"}, {"rules": [{"when": "never"}]}, {"allow_failure": True}],
)
def test_dead_gitlab_jobs(change: dict[str, Any]) -> None:
    dead = {**PIPELINE, "unit": {**PIPELINE["unit"], **change}}
    assert share("gitlab-ci", {"u": {"job": "unit", "script": {"runs": "pytest"}}}, dead) == 0.0


JENKINSFILE = """\
pipeline {
    agent any
    stages {
        stage('Test') {
            steps {
                sh './gradlew test'
            }
        }
        stage('Deploy') {
            when {
                branch 'main'
            }
            steps {
                dir('ops') {
                    sh 'make deploy'
                }
            }
        }
    }
}
"""


def test_jenkins_stages_and_nested_steps() -> None:
    patterns = {
        "test": {"stage": "Test", "script": {"runs": "./gradlew test"}},
        "deploy": {"stage": "Deploy", "when": {"any": True}, "script": {"runs": "make deploy"}},
    }
    intent = Intent.from_data(patterns, "jenkins")
    assert match(intent, verify(JENKINSFILE, "jenkins")).share == 1.0
    echoing = JENKINSFILE.replace("sh './gradlew test'", "echo './gradlew test'")
    assert match(intent, verify(echoing, "jenkins")).share == 0.6


JENKINS_MORE = """\
pipeline {
    agent any
    options {
        timeout(time: 1, unit: 'HOURS')
    }
    stages {
        stage('Never') {
            when {
                expression { return false }
            }
            steps {
                sh 'make'
            }
        }
        stage('Both') {
            parallel {
                stage('A') {
                    steps {
                        script {
                            sh 'make a'
                        }
                    }
                    post {
                        always {
                            junit '*.xml'
                        }
                    }
                }
                stage('B') {
                    steps {
                        sh(script: 'make b', returnStatus: true)
                    }
                }
            }
        }
    }
}
"""


def test_jenkins_options_parallel_stages_and_dead_steps() -> None:
    report = verify(JENKINS_MORE, "jenkins")
    assert report.valid, report.diagnostics

    def holds(pattern: dict[str, Any]) -> bool:
        return match(Intent.from_data({"p": pattern}, "jenkins"), report).share == 1.0

    assert holds({"pipeline": "pipeline", "options": {"timeout": {"time": 1, "unit": "HOURS"}}})
    assert holds({"stage": "Both", "parallel": ["A", "B"]})
    assert holds(
        {"stage": "A", "script": {"runs": "make a"}, "post": {"always": [{"junit": "*.xml"}]}}
    )
    assert not holds({"stage": "B", "script": {"runs": "make b"}})
    assert not holds({"stage": "Never", "script": {"runs": "make"}})


@pytest.mark.parametrize(
    "format", ["kubernetes", "compose", "dockerfile", "github-actions", "gitlab-ci", "jenkins"]
)
@pytest.mark.parametrize(
    "document",
    [None, 3, "x", [], {}, [[]], {"services": 3}, {"jobs": {"a": 1}}, {"kind": ["a"]}, {"stages": [1, {"steps": 2}]},
     {"spec": 4, "kind": "Deployment"}, {"services": {"a": {"ports": 3, "environment": 4, "healthcheck": {"test": 1}}}},
     {"on": {"push": [1, {"a": 2}]}, "jobs": {"x": {"steps": {"a": 1}, "needs": {"b": 1}}}},
     {"a": {"script": {"x": 1}, "rules": 3, "extends": {"a": 1}, "image": []}}],
)  # fmt: skip
def test_documents_of_any_shape_do_not_raise(format: Format, document: Any) -> None:
    selector = {
        "kubernetes": {"kind": "Deployment", "name": "x"},
        "compose": {"service": "a", "ports": ["80:80"]},
        "dockerfile": {"instruction": "RUN", "run": {"runs": "x"}},
        "github-actions": {"job": "x", "steps": [{"run": "y"}]},
        "gitlab-ci": {"job": "a", "script": {"runs": "x"}},
        "jenkins": {"stage": "a", "steps": [{"sh": "x"}]},
    }[format]
    assert 0.0 <= share(format, {"p": selector}, document) <= 1.0
