"""Verification: text in, verdict and diagnostics out, offline.

`verify` judges one text, `verify_many` a batch over sandboxed workers, `verify_path` a file or a
Terraform module directory.
"""

from __future__ import annotations

from iapo.verify.report import (
    CATEGORIES,
    FORMATS,
    Diagnostic,
    Format,
    Plan,
    PlannedResource,
    Report,
)

__all__ = [
    "CATEGORIES",
    "FORMATS",
    "Diagnostic",
    "Format",
    "Plan",
    "PlannedResource",
    "Report",
]
