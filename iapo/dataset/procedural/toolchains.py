"""Languages as pipelines know them: how to set them up, install, test, lint and build."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Toolchain:
    """One language.

    Attributes:
        label: as prompts call it.
        action, version_key: GitHub's setup action and its input for the version.
        versions: that it comes in.
        image: container image; the version is its tag.
        suffix: of the image's tag.
        installs, tests, lints, builds: commands for each step.
        cache: value for the setup action's `cache`; empty where it has none.
        folder: what is worth caching between runs.
        lock: file that names what is installed.
        artifact: what a build leaves.
        images: containers with the tools, where image, version and suffix do not make one.
    """

    label: str
    action: str
    version_key: str
    versions: tuple[str, ...]
    image: str
    suffix: str
    installs: tuple[str, ...]
    tests: tuple[str, ...]
    lints: tuple[str, ...]
    builds: tuple[str, ...]
    cache: str
    folder: str
    lock: str
    artifact: str
    images: tuple[str, ...] = ()

    def container(self, rng: random.Random) -> str:
        """An image with the tools, as a registry names it."""
        if self.images:
            return rng.choice(self.images)
        return f"{self.image}:{rng.choice(self.versions)}{self.suffix}"


PYTHON = Toolchain(
    "Python", "actions/setup-python", "python-version", ("3.10", "3.11", "3.12", "3.13"),
    "python", "-slim",
    ("pip install -r requirements.txt", "pip install -e .", "pip install .[dev]"),
    ("pytest", "python -m pytest -q", "pytest tests/", "python -m unittest", "pytest --maxfail=1"),
    ("ruff check .", "flake8 src", "mypy src", "black --check .", "pylint app"),
    ("python -m build", "python setup.py sdist"),
    "pip", ".cache/pip", "requirements.txt", "dist/",
)  # fmt: skip
NODE = Toolchain(
    "Node", "actions/setup-node", "node-version", ("18", "20", "22"), "node", "-alpine",
    ("npm ci", "npm install", "yarn install --frozen-lockfile"),
    ("npm test", "npm run test:unit", "npx jest --ci", "npx vitest run", "yarn test"),
    ("npm run lint", "npx eslint .", "npx prettier --check .", "npx tsc --noEmit"),
    ("npm run build", "yarn build", "npx vite build"),
    "npm", "node_modules/", "package-lock.json", "dist/",
)  # fmt: skip
GO = Toolchain(
    "Go", "actions/setup-go", "go-version", ("1.21", "1.22", "1.23"), "golang", "",
    ("go mod download", "go mod tidy"),
    ("go test ./...", "go test -race ./...", "go test -v ./..."),
    ("go vet ./...", "gofmt -l .", "golangci-lint run", "staticcheck ./..."),
    ("go build ./...", "go build -o bin/app .", "make build"),
    "", "pkg/mod", "go.sum", "bin/",
)  # fmt: skip
JAVA = Toolchain(
    "Java", "actions/setup-java", "java-version", ("11", "17", "21"), "maven",
    "", ("mvn -B dependency:go-offline", "./mvnw -q validate"),
    ("mvn test", "mvn -B verify", "./mvnw test", "./gradlew test"),
    ("mvn checkstyle:check", "./gradlew spotlessCheck", "mvn spotbugs:check"),
    ("mvn package", "mvn -B package -DskipTests", "./gradlew build"),
    "maven", ".m2/repository", "pom.xml", "target/",
    ("maven:3.9-eclipse-temurin-17", "maven:3.9-eclipse-temurin-21", "gradle:8-jdk21"),
)  # fmt: skip
RUBY = Toolchain(
    "Ruby", "ruby/setup-ruby", "ruby-version", ("3.1", "3.2", "3.3"), "ruby", "-slim",
    ("bundle install", "bundle install --jobs 4"),
    ("bundle exec rspec", "rake test", "bundle exec rake spec"),
    ("bundle exec rubocop", "rubocop --parallel"),
    ("gem build app.gemspec", "bundle exec rake build"),
    "", "vendor/bundle", "Gemfile.lock", "pkg/",
)  # fmt: skip
TOOLCHAINS = (PYTHON, NODE, GO, JAVA, RUBY)
# Without Java, whose setup action also needs a distribution.
SIMPLE = (PYTHON, NODE, GO, RUBY)

DEPLOYS = (
    "./deploy.sh", "make deploy", "kubectl apply -f k8s/", "npm run deploy", "./scripts/release.sh",
    "ansible-playbook site.yml", "helm upgrade --install app ./chart", "./deploy.sh --all",
    "aws s3 sync dist/ s3://site", "fly deploy", "terraform apply -auto-approve", "rsync -a dist/ web:/srv",
)  # fmt: skip
ENVIRONMENTS = ("production", "staging", "preview", "qa", "demo", "live", "sandbox")
