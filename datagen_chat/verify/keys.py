"""Claims about keys: that they do not repeat, that they lead somewhere, and how many rows a table has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from datagen_chat.problems import pointer
from datagen_chat.schema.index import Place
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.claims import Claim, Kind
from datagen_chat.verify.questions import Exactly, NoRow
from datagen_chat.verify.sql import listed


def key_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of the numbers of its rows, its keys and its unique sets."""
    yield from _row_counts(basis)
    for at, table in basis.tables:
        yield _distinct("primary-key", f"{at}/pk", ((table.id, table.pk),))
    yield from _foreign_keys(basis)
    sets = basis.index.unique_sets
    for k, places in enumerate(sets):
        yield _distinct("unique", pointer("constraints", "unique", k), places)
    for at, table, column in basis.columns:
        place = (table.id, column.name)
        if column.unique and column.name != table.pk and (place,) not in sets:
            yield _distinct("unique", f"{at}/unique", (place,))


def _row_counts(basis: Basis) -> Iterator[Claim]:
    for at, table in basis.tables:
        if table.rows is not None or not table.parents:
            rows = table.standing_rows()
            question = Exactly(quoted(table.id), "count(*)", rows, "row" if rows == 1 else "rows")
            yield Claim("rows", f"{at}/rows", table.id, table.id, f"has {question.number:,} {question.unit}").asking(question)


def _distinct(kind: Kind, at: str, places: tuple[Place, ...]) -> Claim:
    """Return the claim that columns of one table do not repeat together; a null repeats nothing."""
    table, names = places[0][0], [column for _, column in places]
    requirement = "has no value twice" if len(names) == 1 else f"never has the same {' and '.join(names)} twice"
    place = f"{table}.{names[0]}" if len(names) == 1 else f"{table} ({', '.join(names)})"
    return Claim(kind, at, table, place, requirement).asking(repeated(table, names), *places)


def repeated(table: str, names: Sequence[str]) -> NoRow:
    """Return that columns of a table do not repeat together; a null repeats nothing."""
    cells = [quoted(name) for name in names]
    there = " AND ".join(f"{cell} IS NOT NULL" for cell in cells)
    times = "times"
    while times in names:
        times += "_"
    inner = f"SELECT {listed(cells)}, count(*) AS {quoted(times)} FROM {quoted(table)} WHERE {there} GROUP BY {listed(cells)}"  # noqa: S608 - names are letters, digits and underscores
    return NoRow(f"({inner})", f"{quoted(times)} > 1", (*cells, quoted(times)))


def _foreign_keys(basis: Basis) -> Iterator[Claim]:
    declared = len(basis.index.dataset.constraints.foreign_keys)
    for k, (child, parent) in enumerate(basis.index.foreign_keys()):
        at = pointer("constraints", "foreign_keys", k) if k < declared else f"{basis.at(child)}/generator"
        (table, column), (above, key) = child, parent
        source = f"{quoted(table)} AS t0 ANTI JOIN {quoted(above)} AS t1 ON t0.{quoted(column)} = t1.{quoted(key)}"
        question = NoRow(source, f"t0.{quoted(column)} IS NOT NULL", basis.shown(table, column, alias="t0"))
        requirement = f"points at a row of {above}"
        yield Claim("foreign-key", at, table, ".".join(child), requirement).asking(question, child, parent)
