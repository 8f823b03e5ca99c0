"""A database that answers one question at a time, and can do nothing else.

The questions come from a model. DuckDB's own parser says what they are; all but one SELECT is refused. Files, networks and
extensions are shut, no setting can be changed, nothing can be written, and whatever takes too long is interrupted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

SECONDS = 10.0
LONGEST = 20_000
_MEMORY = "1GB"
_LOCKS = (
    "SET TimeZone = 'UTC'",
    f"SET memory_limit = '{_MEMORY}'",
    "SET threads = 2",
    "SET max_expression_depth = 250",
    "SET temp_directory = ''",
    "SET python_enable_replacements = false",  # else a table could be any variable of this process
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


class RefusedError(Exception):
    """A question was not answered; its text says why."""


class Locked:
    """The tables of a dataset, to be asked."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seconds: float = SECONDS) -> None:
        self._connection = connection
        self._seconds = seconds

    def ask(self, sql: str) -> tuple[Any, ...] | None:
        """Return the first row that a SELECT gives, None if it gives none.

        Raises:
            RefusedError: it is not one SELECT, is wrong, or takes too long.
        """
        import duckdb

        if len(sql) > LONGEST:
            raise RefusedError(f"The statement has more than {LONGEST:,} characters.")
        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise RefusedError("It is not one SELECT.")
            return self._answered(sql)
        except duckdb.InterruptException:
            raise RefusedError(f"It took longer than {self._seconds:g} seconds.") from None
        except (duckdb.Error, RuntimeError, ValueError) as error:
            raise RefusedError(_first_line(error)) from None

    def _answered(self, sql: str) -> tuple[Any, ...] | None:
        watchdog = threading.Timer(self._seconds, self._connection.interrupt)
        watchdog.daemon = True
        self._connection.execute("BEGIN TRANSACTION READ ONLY")
        watchdog.start()
        try:
            found: tuple[Any, ...] | None = self._connection.execute(sql).fetchone()
            return found
        finally:
            watchdog.cancel()
            self._connection.execute("ROLLBACK")


@contextmanager
def locked(statements: Sequence[str], files: Sequence[Path], seconds: float = SECONDS) -> Iterator[Locked]:
    """Yield a database of the tables that some statements of ours make, which read these files and no others."""
    import duckdb

    shut: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    with duckdb.connect(config=shut) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in statements:
            connection.execute(statement)
        connection.execute("SET allowed_paths = $1", [[str(file) for file in files]])
        for lock in _LOCKS:
            connection.execute(lock)
        yield Locked(connection, seconds)


def _first_line(error: Exception) -> str:
    line = str(error).split("\n", 1)[0]
    return line if len(line) <= 300 else f"{line[:299]}…"
