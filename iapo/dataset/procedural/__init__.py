"""Endless tasks from small generators, one file for each family or group of families.

Item `i` of `procedural_dataset(seed, ...)` depends only on the seed, `i` and the configuration.
Families of the split `novel` never appear in `train` or `test`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from iapo.dataset.procedural.family import FAMILIES, Draft, Family, register
from iapo.dataset.procedural.providers.families import register_services
from iapo.dataset.procedural.sampling import Balance, procedural_dataset

__all__ = ["FAMILIES", "Balance", "Draft", "Family", "procedural_dataset", "register"]

# Every module in these packages registers its families when it is imported.
for _package in (found.name for found in pkgutil.iter_modules(__path__) if found.ispkg):
    _folder = import_module(f"{__name__}.{_package}")
    for _module in sorted(found.name for found in pkgutil.iter_modules(_folder.__path__)):
        import_module(f"{__name__}.{_package}.{_module}")
# After the written ones, whose names come first.
register_services()
