"""Times and flags of what became of a row that contradict its status, because they are drawn apart from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.likely import is_bernoulli, shares_of
from datagen_chat.advice.names import any_of, words
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.problems import shown
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table

_ENDS = any_of("canceled refunded returned terminated churned failed rejected expired")
"""What becomes of few rows, and is not followed by anything else."""
_FILLERS = any_of("is was has been at on date time datetime flag")
_LEAST = 0.05


@remarks
def apart_from_status(study: Study) -> Iterator[Advice]:
    """Yield the times and flags that say of rows what their status does not."""
    for table in study.dataset.nodes:
        for column in table.columns:
            end = _end_of(column)
            found = None if end is None else _status(study, table, column, end)
            if found is not None:
                yield from _contradicted(study, (table.id, column.name), *found)


def _end_of(column: Column) -> str | None:
    """Return what a drawn time or flag says has become of a row."""
    is_drawn = is_bernoulli(column.generator) or (
        isinstance(column.generator, DatetimeSeries) and not column.generator.limits_rows
    )
    said = [_spelled(word) for word in words(column.name) if word not in _FILLERS]
    return said[0] if is_drawn and not column.modifiers and len(said) == 1 and said[0] in _ENDS else None


def _spelled(word: str) -> str:
    return word.replace("cancelled", "canceled")


def _status(study: Study, table: Table, own: Column, end: str) -> tuple[str, str, float] | None:
    """Return the column that has such an end among its values, that value and its share; None where it is not one column."""
    found = []
    for column in table.columns:
        shares = shares_of(study.index, (table.id, column.name)) if column.type == "string" and column is not own else None
        for value, share in (shares or {}).items():
            if isinstance(value, str) and [_spelled(word) for word in words(value)] == [end]:
                found.append((column.name, value, share))
    return found[0] if len(found) == 1 else None


def _contradicted(study: Study, place: Place, status: str, value: str, share: float) -> Iterator[Advice]:
    column = study.index.columns[place]
    said = column.generator.p if is_bernoulli(column.generator) else 1 - column.null_rate
    wrong = said * (1 - share) + ((1 - said) * share if column.type == "bool" else 0.0)
    if wrong < _LEAST:
        return
    rows = study.rows[place[0]]
    what = "says otherwise" if column.type == "bool" else f"has a time though {status} is another"
    yield Advice(
        "status-contradicted",
        study.pointers[place],
        named(place),
        f"{named(place)} is drawn apart from {status}, which is {shown(value, 40)} in {percent(share)} of the rows: in "
        f"{percent(wrong)} it {what}, about {many(wrong * rows)} of {many(rows)}.",
        "A row contradicts itself.",
        f"Let it follow from {status}.",
        _following(study, place, status, value),
        weight=82,
    )


def _following(study: Study, place: Place, status: str, value: str) -> Patch | None:
    """Return the patch that makes a flag, or a time, of a status."""
    column = study.index.columns[place]
    if column.type == "bool":
        quoted = value.replace("'", "''")
        return of_column(place, {"generator": {"expression": {"code": f"{status} = '{quoted}'"}}, **_without_nulls(column)})
    if not study.may_turn_null(place):
        return None
    from datagen_chat.schema.canonical import as_draft

    written = as_draft(study.dataset.model_copy(update={"nodes": (study.dataset.table(place[0]),)}))
    own = next(each for each in written["nodes"][0]["columns"] if each["name"] == place[1])
    case = {"case": {"on": status, "when": {value: own["generator"]}}}
    return of_column(place, {"generator": case, "nullable": True, **_without_nulls(column)})


def _without_nulls(column: Column) -> Mapping[str, Any]:
    return {"null_rate": None} if column.null_rate else {}
