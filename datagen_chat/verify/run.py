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
from datagen_chat.verify.data import find_data
from datagen_chat.verify.fanouts import fanout_claims
from datagen_chat.verify.keys import key_claims
from datagen_chat.verify.locked import locked
from datagen_chat.verify.opened import Opened, opened
from datagen_chat.verify.orders import order_claims
from datagen_chat.verify.presence import lacking, presence
from datagen_chat.verify.shares import share_claims
from datagen_chat.verify.sums import sum_claims


def verify(dataset: Dataset, folder: Path, schema_hash: str | None = None) -> Verification:
    """Return what the data in a folder says to everything that a valid schema claims of it.

    Data whose manifest has another hash than the schema was made from another one, which a note then says.

    Raises:
        ProblemsError: there is no data at all.
    """
    data = find_data(folder, [table.id for table in dataset.nodes])
    with opened(data, dataset.nodes) as tables, locked(tables.statements, tables.files) as database:
        if any(True for _ in checks_of(dataset)):
            database.start()
        basis = Basis(dataset, Index(bound(with_behaviours(dataset))), tables.readings)
        claims = without(tuple(claims_of(basis)), *lacking(basis, tables))
        findings = [*presence(basis, tables), *ask(claims, tables.connection)]
        rows = _rows(tables)
        findings += tried(dataset, database)
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
        notes,
    )


def tried_checks(dataset: Dataset, folder: Path) -> list[Finding]:
    """Return what the data in a folder says to the checks and targets of a dataset alone."""
    data = find_data(folder, [table.id for table in dataset.nodes])
    with opened(data, dataset.nodes) as tables, locked(tables.statements, tables.files) as database:
        return list(tried(dataset, database))


def claims_of(basis: Basis) -> Iterator[Claim]:
    """Yield everything that a schema claims of its data, but for its checks."""
    yield from key_claims(basis)
    yield from column_claims(basis)
    yield from order_claims(basis)
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
