"""Which edits answer which problem code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from datagen_chat.problems import Problem

Edit = Callable[[Any, Problem], "str | None"]
"""Mends one problem in a draft, in place, and returns a sentence that says so; None when it is not its business."""

REPAIRS: defaultdict[str, list[Edit]] = defaultdict(list)


def repairs(*codes: str) -> Callable[[Edit], Edit]:
    """Register an edit as an answer to these problem codes; edits of one code are tried in the order of their names."""

    def register(edit: Edit) -> Edit:
        for code in codes:
            REPAIRS[code].append(edit)
        return edit

    return register
