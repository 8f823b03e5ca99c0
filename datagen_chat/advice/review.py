"""The review: all remarks on a schema, the most important first."""

from __future__ import annotations

from collections.abc import Mapping

from datagen_chat.advice.base import REMARKS, Advice, Study
from datagen_chat.engine.estimate import estimate
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset

MOST = 12
_OF_DRAWS = ("clamp-heap", "negative", "codes-twice")
"""Remarks on what a column draws: they are left out where another one says that it should not be drawn at all."""


def advise(dataset: Dataset, rows: Mapping[str, float] | None = None, most: int = MOST) -> tuple[Advice, ...]:
    """Return what a reviewer would say of a valid schema, the most important first; `rows` are expected of each table."""
    study = Study(dataset, Index(with_behaviours(dataset)), estimate(dataset).rows if rows is None else rows)
    found = {advice.key: advice for remarks in REMARKS for advice in remarks(study)}
    settled = {_column(advice.at) for advice in found.values() if advice.code not in _OF_DRAWS}
    kept = [advice for advice in found.values() if advice.code not in _OF_DRAWS or _column(advice.at) not in settled]
    return tuple(sorted(kept, key=lambda advice: -advice.weight)[:most])


def _column(at: str) -> str:
    """Return the pointer of the column that a pointer leads into."""
    return "/".join(at.split("/")[:5])
