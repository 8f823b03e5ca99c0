"""The fixes of remarks, applied to a schema one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.advice.base import Advice
from datagen_chat.advice.review import advise
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import Json, read


@dataclass(frozen=True, slots=True)
class Fixed:
    """A draft after fixes: those that were applied, or the problems of the first one that does not fit it.

    A fix whose remark an earlier one has settled is not applied.
    """

    draft: Json
    dataset: Dataset
    applied: tuple[Advice, ...] = ()
    problems: tuple[Problem, ...] = ()


def fixed(draft: Json, dataset: Dataset, wanted: Sequence[Advice]) -> Fixed:
    """Return a valid draft with the fixes of some remarks on it; the one given stays as it is."""
    done = Fixed(draft, dataset)
    for advice in wanted:
        now = advice if not done.applied else _again(advice, done.dataset)
        if now is None or now.fix is None:
            continue
        patched = apply_patch(done.draft, now.fix)
        reading = read(patched.draft)
        if patched.problems or reading.dataset is None:
            return Fixed(draft, dataset, problems=patched.problems or reading.problems)
        done = Fixed(patched.draft, reading.dataset, (*done.applied, now))
    return done


def _again(advice: Advice, dataset: Dataset) -> Advice | None:
    """Return a remark as it is made of a changed schema; None where it is made no more."""
    return next((one for one in advise(dataset, most=1000) if one.key == advice.key), None)
