"""The review: all remarks on a schema, the most important first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datagen_chat.advice.base import REMARKS, Advice, Study
from datagen_chat.engine.estimate import estimate
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset

MOST = 12
_OF_DRAWS = ("clamp-heap", "negative", "codes-twice")


def advise(dataset: Dataset, rows: Mapping[str, float] | None = None, most: int = MOST) -> tuple[Advice, ...]:
    """Return what a reviewer would say of a valid schema, the most important first; `rows` are expected of each table."""
    study = Study(dataset, Index(with_behaviours(dataset)), estimate(dataset).rows if rows is None else rows)
    found = {advice.key: advice for remarks in REMARKS for advice in remarks(study)}
    ordered = sorted(found.values(), key=lambda advice: -advice.weight)
    return tuple(advice for advice in ordered if not _is_moot(advice, ordered))[:most]


def _is_moot(advice: Advice, others: Sequence[Advice]) -> bool:
    """Return whether a remark is about what a column draws, while another one says that it should not be drawn at all."""
    if advice.code not in _OF_DRAWS:
        return False
    return any(advice.at.startswith(f"{other.at}/") and other.code not in _OF_DRAWS for other in others)
