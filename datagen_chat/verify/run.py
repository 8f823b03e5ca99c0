"""A verification: everything that a schema claims, asked of data that lies in files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.unfoldings import bound
from datagen_chat.verify.asking import ask, without
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.checks import checks_of, tried
from datagen_chat.verify.claims import Claim, Finding, Verification
from datagen_chat.verify.columns import column_claims
from datagen_chat.verify.computed import computed_claims
from datagen_chat.verify.damage import damaged
from datagen_chat.verify.data import Data, DataError, find_data
from datagen_chat.verify.families import family_claims
from datagen_chat.verify.fanouts import fanout_claims
from datagen_chat.verify.keys import key_claims
from datagen_chat.verify.locked import locked
from datagen_chat.verify.opened import Opened, opened
from datagen_chat.verify.orders import order_claims
from datagen_chat.verify.presence import lacking, presence
from datagen_chat.verify.shares import share_claims
from datagen_chat.verify.sums import sum_claims
from datagen_chat.verify.ticks import tick_claims
from datagen_chat.verify.values import value_claims


def verify(dataset: Dataset, folder: Path, schema_hash: str | None = None, format_: str | None = None) -> Verification:
    """Return what the data in a folder, in a format if one is named, says to everything that a valid schema claims of it.

    Data whose manifest has another hash than the schema was made from another one, which a note then says.

    Raises:
        ProblemsError: there is no data at all, or a file of it cannot be read.
    """
    data = find_data(folder, [table.id for table in dataset.nodes], format_)
    with opened(data, dataset.nodes) as tables, locked(tables.statements, tables.files) as database:
        if any(True for _ in checks_of(dataset)):
            database.start()
        basis = Basis(dataset, Index(bound(with_behaviours(dataset))), tables.readings)
        claims = without(tuple(claims_of(basis)), *lacking(basis, tables))
        findings = [*presence(basis, tables), *ask(claims, tables.connection)]
        rows = _rows(tables)
        findings += tried(dataset, database)
        if any(finding.state == "unusable" for finding in findings):
            _check_whole(data, dataset, tables)
    made = data.manifest
    notes = ("The data was made from another schema.",) if made and schema_hash not in (None, made.schema_hash) else ()
    return Verification(
        dataset.metadata.name,
        str(folder),
        data.format,
        tuple(findings),
        tables.preamble,
        rows,
        made.seed if made else None,
        made.schema_hash if made else None,
        (*notes, *data.notes),
    )


def _check_whole(data: Data, dataset: Dataset, tables: Opened) -> None:
    """Make sure that it is not for a file that claims cannot be asked; text was read to its end when it was opened.

    Raises:
        DataError: a file cannot be read to its end.
    """
    whole = [table for table in dataset.nodes if table.id in tables.readings and not tables.readings[table.id].problem]
    problems = damaged(data, whole, tables.connection) if data.format in ("parquet", "duckdb") else ()
    if problems:
        raise DataError(problems)


def promised(dataset: Dataset, folder: Path, *, is_part: bool = False) -> list[Finding]:
    """Return what the data in a folder says to the checks, targets and constraints of a dataset.

    Keys and unique sets, which are kept by construction, are among them only where they fail. Of the first rows of each table,
    `is_part`, only what single rows say is asked.
    """
    data = find_data(folder, [table.id for table in dataset.nodes])
    with opened(data, dataset.nodes) as tables, locked(tables.statements, tables.files) as database:
        if not is_part:
            database.start()
        basis = Basis(dataset, Index(bound(with_behaviours(dataset))), tables.readings)
        claims = [claim for claim in promises_of(basis) if not is_part or _is_of_rows(claim)]
        kept = [one for one in ask(claims, tables.connection) if one.state != "skipped" and not _is_sure(one)]
        return kept if is_part else [*tried(dataset, database), *kept]


def has_promises(dataset: Dataset) -> bool:
    """Return whether a dataset promises what only its data can tell."""
    rules = dataset.constraints
    columns = any(column.constraints is not None for table in dataset.nodes for column in table.columns)
    said = rules.ranges or rules.inequalities or rules.pattern or rules.enum
    return bool(said) or columns or any(True for _ in checks_of(dataset))


def promises_of(basis: Basis) -> Iterator[Claim]:
    """Yield what the constraints of a schema, and of its columns, claim."""
    for claim in (*key_claims(basis), *column_claims(basis), *order_claims(basis)):
        if "/constraints/" in claim.at or claim.kind == "unique":
            yield claim


def _is_of_rows(claim: Claim) -> bool:
    """Return whether a claim is about single rows, and rows that they lead to, so that some rows say something."""
    is_own = all(table == claim.table for table, _ in claim.reads)
    return claim.kind in ("range", "pattern", "inequality") or (claim.kind == "enum" and is_own)


def _is_sure(finding: Finding) -> bool:
    """Return whether a finding is that a key or a unique set holds, as it must."""
    return finding.state == "holds" and finding.claim.kind in ("foreign-key", "unique", "primary-key")


def claims_of(basis: Basis) -> Iterator[Claim]:
    """Yield everything that a schema claims of its data, but for its checks."""
    yield from key_claims(basis)
    yield from column_claims(basis)
    yield from value_claims(basis)
    yield from family_claims(basis)
    yield from order_claims(basis)
    yield from tick_claims(basis)
    yield from sum_claims(basis)
    yield from computed_claims(basis)
    yield from share_claims(basis)
    yield from fanout_claims(basis)


def _rows(tables: Opened) -> dict[str, int]:
    """Return the rows of the tables that can be read."""
    import duckdb

    counts = {}
    for name, reading in tables.readings.items():
        if not reading.problem:
            try:
                row = tables.connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 - names are letters, digits and underscores
            except duckdb.Error:
                continue
            counts[name] = int(row[0]) if row is not None else 0
    return counts
