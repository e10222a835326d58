"""Terraform's library called directly: what it prints is what is read, command after command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Terraform's library stays in a process for good, so it gets one of its own.
_SCRIPT = """
import json, os, sys
if sys.argv[1] == "no memfd":
    del os.memfd_create
from iapo.verify.terraform.core import LibraryCore
library = LibraryCore()
long, short = library.run(["-help"]), library.run(["version", "-json"])
wrong = library.run(["validate", "-no-such-flag"])
before = len(os.listdir("/dev/fd"))
for _ in range(20):
    library.run(["version"])
print(json.dumps([long, short, wrong, len(os.listdir("/dev/fd")) - before]))
"""


@pytest.mark.parametrize("memory", ["memfd", "no memfd"])
def test_commands_one_after_another_are_read_whole_and_leave_nothing_open(
    memory: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, memory],
        cwd=tmp_path,
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    long, short, wrong, opened = json.loads(done.stdout)
    assert (long[0], short[0], wrong[0]) == (0, 0, 1)
    assert "Usage: terraform" in long[1]
    assert len(long[1]) > len(short[1])  # and the rest of the longer one is gone
    assert json.loads(short[1])["terraform_version"].count(".") == 2
    assert "-no-such-flag" in wrong[2]
    assert opened < 10  # of 40; Go closes some a little later
