"""One task of each format for the reward's tests, and the weakest answer that still is honest."""

from __future__ import annotations

from typing import Any

from iapo.dataset import Task
from iapo.dataset.benchmark import category_of
from iapo.intent import Intent
from iapo.rewards.format import ONE_FENCE, PROSE, UNCANONICAL
from iapo.verify.report import Format

# The weakest honest answer: the real tool accepts it, it meets half of the intent and adds nothing
# else, stands in a fence with a sentence of prose, and half of its lines are badly laid out.
LAYOUT = UNCANONICAL + (1 - UNCANONICAL) / 2
WEAKEST_HONEST = 0.4 * 1.0 + 0.3 * 0.5 + 0.3 * (ONE_FENCE * PROSE * LAYOUT)


def _task(format: Format, instruction: str, output: str, intent: dict[str, Any]) -> Task:
    return Task(
        id=f"test/{format}",
        category=category_of(format),
        format=format,
        instruction=instruction,
        input="",
        output=output,
        intent=Intent.from_data(intent, format),
        family=f"test/{format}",
        split="test",
    )


TASKS: dict[str, Task] = {
    "terraform": _task(
        "terraform",
        "Create an S3 bucket named acme-audit-logs with force destroy on, versioning Enabled and "
        "the tag Team = audit.",
        """\
resource "aws_s3_bucket" "logs" {
  bucket        = "acme-audit-logs"
  force_destroy = true

  tags = {
    Team = "audit"
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}
""",
        {
            "bucket": {
                "resource": "aws_s3_bucket",
                "bucket": "acme-audit-logs",
                "force_destroy": True,
                "tags": {"Team": "audit"},
            },
            "versioning": {
                "resource": "aws_s3_bucket_versioning",
                "bucket": {"refers": "bucket"},
                "versioning_configuration": {"status": "Enabled"},
            },
        },
    ),
    "kubernetes": _task(
        "kubernetes",
        "Run 3 replicas of nginx:1.27 as the Deployment web with a cpu limit of 500m and a Service "
        "web on port 80 in front of it.",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 3
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1.27
          ports:
            - containerPort: 80
          resources:
            limits:
              cpu: 500m
---
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80
      targetPort: 80
""",
        {
            "web": {
                "kind": "Deployment",
                "name": "web",
                "spec": {"replicas": 3},
                "containers": [{"image": "nginx:1.27", "resources": {"limits": {"cpu": "500m"}}}],
            },
            "service": {
                "kind": "Service",
                "name": "web",
                "spec": {"selector": {"refers": "web"}, "ports": [{"port": 80}]},
            },
        },
    ),
    "dockerfile": _task(
        "dockerfile",
        "A Dockerfile for a Node service: build with npm ci and npm run build on node:20, run "
        "dist/server.js as user node, expose 3000.",
        """\
FROM node:20 AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:20-slim
WORKDIR /app
COPY --from=build /app/dist ./dist
USER node
EXPOSE 3000
CMD ["node", "dist/server.js"]
""",
        {
            "build": {
                "stage": {"any": True},
                "base": {"matches": "^node:20"},
                "run": [{"runs": "npm ci"}, {"runs": "npm run build"}],
            },
            "user": {"instruction": "USER", "user": "node"},
            "port": {"instruction": "EXPOSE", "ports": ["3000"]},
            "start": {"instruction": "CMD", "cmd": {"contains": "dist/server.js"}},
        },
    ),
    "compose": _task(
        "compose",
        "Compose file: app runs shop:1 on port 8080:80 and starts once db, a postgres:16 with the "
        "volume data on /var/lib/postgresql/data, is up.",
        """\
services:
  app:
    image: shop:1
    ports:
      - "8080:80"
    depends_on:
      - db
  db:
    image: postgres:16
    volumes:
      - data:/var/lib/postgresql/data
volumes:
  data:
""",
        {
            "app": {
                "service": "app",
                "image": "shop:1",
                "ports": ["8080:80"],
                "depends_on": {"refers": "db"},
            },
            "db": {"service": "db", "image": "postgres:16", "volumes": [{"refers": "data"}]},
            "data": {"volume": "data"},
        },
    ),
    "github-actions": _task(
        "github-actions",
        "On every push to main, a job test on ubuntu-latest checks out the code and runs npm ci "
        "and npm test.",
        """\
name: ci
on:
  push:
    branches:
      - main
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - run: npm test
""",
        {
            "push": {"on": "push", "branches": ["main"]},
            "test": {
                "job": "test",
                "runs-on": "ubuntu-latest",
                "steps": [{"action": "actions/checkout"}],
                "script": [{"runs": "npm ci"}, {"runs": "npm test"}],
            },
        },
    ),
    "gitlab-ci": _task(
        "gitlab-ci",
        "GitLab pipeline with the stage test: a job unit in python:3.12 that runs pip install -r "
        "requirements.txt and pytest.",
        """\
stages:
  - test

unit:
  stage: test
  image: python:3.12
  script:
    - pip install -r requirements.txt
    - pytest
""",
        {
            "all": {"pipeline": "pipeline", "stages": ["test"]},
            "unit": {
                "job": "unit",
                "stage": "test",
                "image": {"name": "python:3.12"},
                "script": [{"runs": "pip install -r requirements.txt"}, {"runs": "pytest"}],
            },
        },
    ),
    "jenkins": _task(
        "jenkins",
        "Jenkins pipeline on any agent with the stages Build (make) and Test (make test); always "
        "collect reports/*.xml with junit after Test.",
        """\
pipeline {
    agent any
    stages {
        stage('Build') {
            steps {
                sh 'make'
            }
        }
        stage('Test') {
            steps {
                sh 'make test'
            }
            post {
                always {
                    junit 'reports/*.xml'
                }
            }
        }
    }
}
""",
        {
            "agent": {"pipeline": "pipeline", "agent": {"any": True}},
            "build": {"stage": "Build", "script": {"runs": "make"}},
            "test": {
                "stage": "Test",
                "script": {"runs": "make test"},
                "post": {"always": [{"junit": "reports/*.xml"}]},
            },
        },
    ),
}
