"""What tests of several folders share: the schemas under tests/data, and plans of them."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import parts_of
from datagen_chat.schema.model import Dataset
from tests.apart import MARK, set_apart

# No deadline: a slow machine is no bug. The same examples every time: a failure can be run again.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

# A run in the background is started with interrupts ignored; some tests interrupt themselves, or a program that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

if MARK not in os.environ:  # workers have the folder of who started them
    _FOLDER = TemporaryDirectory(prefix="datagen-tests-")
    set_apart(os.environ, Path(_FOLDER.name))

DATA = Path(__file__).parent / "data"
SCHEMAS = ("ecommerce", "saas", "iot")


def draft(name: str) -> dict[str, Any]:
    """Return a schema of tests/data as it is written."""
    loaded: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return loaded


class _Gone:
    """What stands for a key that is taken out."""

    def __str__(self) -> str:
        return "gone"


GONE = _Gone()


def written(draft: Any, at: str, value: Any) -> Any:
    """Return a draft with one value written at a pointer, or, where it is GONE, taken out."""
    holder = draft
    *path, last = parts_of(at)
    for part in path:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    key = int(last) if isinstance(holder, list) else last
    if value is GONE:
        del holder[key]
    else:
        holder[key] = value
    return draft


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    """Return how to make a plan of a draft."""
    return lambda written, seed=42: Plan(Dataset.model_validate(written), seed)
