"""Whether the program keeps its own word: every row can be made, the same twice, and every key is there."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.schema.index import Index
from datagen_chat.verify.locked import Locked, RefusedError

NAME = "generation"


def grade(evidence: Evidence) -> Grade:
    """Return whether the data could be made twice with the same hash, and all of its keys hold."""
    data, version = evidence.data, evidence.held.version
    if data.error:
        return failed(NAME, f"The data could not be made: {data.error}")
    if data.database is None or version is None:
        return left_out(NAME, data.left_out)
    if data.hashes[0] != data.hashes[1]:
        return failed(NAME, "The same seed made other rows when they were cut otherwise.")
    broken = list(_broken(data.database, Index(version.dataset)))
    return failed(NAME, broken[0]) if broken else passed(NAME)


def _broken(database: Locked, index: Index) -> Iterator[str]:
    """Yield what is wrong with the keys of the data."""
    for name, table in index.tables.items():
        twice = _number(database, f'SELECT count(*) - count(DISTINCT "{table.pk}") FROM "{name}"')  # noqa: S608 - names are letters, digits and underscores
        if twice != 0:
            yield f"{twice} rows of {name} have no key of their own."
    for (child, column), (parent, key) in index.foreign_keys():
        lost = f'c."{column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{parent}" p WHERE p."{key}" = c."{column}")'  # noqa: S608 - see above
        count = _number(database, f'SELECT count(*) FROM "{child}" c WHERE {lost}')  # noqa: S608 - see above
        if count != 0:
            yield f"{count} rows of {child} refer by {column} to no row of {parent}."


def _number(database: Locked, sql: str) -> object:
    try:
        row = database.ask(sql)
    except RefusedError as error:
        return str(error)
    return None if row is None else row[0]
