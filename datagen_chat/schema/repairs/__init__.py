"""Repairs: each answers one problem code with one edit that changes spelling, never meaning."""

import pkgutil
from importlib import import_module

from datagen_chat.schema.repairs.registry import REPAIRS, Edit, repairs

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["REPAIRS", "Edit", "repairs"]
