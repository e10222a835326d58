"""Which commands of a script count as run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo.intent.shell import runs


@pytest.mark.parametrize(
    "script",
    [
        "npm test",
        "npm test -- --coverage",
        "cd web && npm test",
        "set -e\nnpm ci\nnpm test",
        "CI=1 npm test",
        "sudo npm test",
        "npm run lint; npm test",
        "npm \\\n  test",
        'echo "start" && npm test',
        "if [ -f package.json ]; then npm test; fi",
        "npm test | tee log",
        "npm test || exit 1",
        "npm test # unit tests",
        "cat > x <<EOF\nhello\nEOF\nnpm test",
    ],
)
def test_these_run_it(script: str) -> None:
    assert runs(["npm", "test"], script)


@pytest.mark.parametrize(
    "script",
    [
        "",
        "echo npm test",
        "# npm test",
        "npm test || true",
        "npm test || :",
        "npm test || echo failed",
        "npm test || exit 0",
        "exit 0\nnpm test",
        "false && npm test",
        "if false; then\n  npm test\nfi",
        "cat <<EOF\nnpm test\nEOF",
        "set +e\nnpm test",
        "true npm test",
        "printf 'npm test'",
        "npm install test2",
        'X="npm test"',
        "if npm test; then echo ok; fi",
    ],
)
def test_these_do_not(script: str) -> None:
    assert not runs(["npm", "test"], script)


def test_other_words_may_stand_between() -> None:
    assert runs(["docker", "build", "."], "docker build -t app:1 -f Dockerfile .")
    assert not runs(["docker", "push"], "docker build -t push-me .")


@given(st.text(max_size=300))
def test_no_script_raises(script: str) -> None:
    runs(["npm", "test"], script)
