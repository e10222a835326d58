"""The names a user imports."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from types import ModuleType

import iapo


def test_every_public_name_is_what_it_says_whatever_was_imported_before() -> None:
    for module in ("iapo.generate", "iapo.train", "iapo.verify"):
        import_module(module)
    for name in iapo.__all__:
        assert not isinstance(getattr(iapo, name), ModuleType), name


def test_importing_is_quick_and_needs_no_torch() -> None:
    code = (
        "import sys, time; began = time.process_time(); import iapo;"
        "print(time.process_time() - began < 0.3, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
