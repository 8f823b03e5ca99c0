"""Faults: what happens to good replies on their way from a model, by family, each with what must come of it."""

import pkgutil
from importlib import import_module

from datagen_chat.evaluation.faults.registry import MUTATIONS, Mutation, Outcome
from datagen_chat.evaluation.faults.run import FaultResult, run

for _module in pkgutil.iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["MUTATIONS", "FaultResult", "Mutation", "Outcome", "run"]
