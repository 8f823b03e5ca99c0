"""What the process does that answers questions of a model: one JSON object in a line each way.

It first gets the statements that make the tables, then questions, as texts; one in an object is prepared and not asked. The
system limits its memory and forbids it to write files; the database is shut besides. What gets past all that ends this process,
and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from datagen_chat.verify.allowed import why_refused

if TYPE_CHECKING:
    import duckdb

_MEMORY = "1GB"
_ADDRESSES = 4 << 30
_LONGEST_TEXT = 10_000
_LOCKS = (
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
    f"SET memory_limit = '{_MEMORY}'",
    "SET threads = 2",
    "SET max_expression_depth = 250",
    "SET temp_directory = ''",
    "SET python_enable_replacements = false",  # else a table could be any variable of this process
    "SET enable_external_access = false",
    "SET lock_configuration = true",
)


def main() -> None:
    """Answer questions until there are no more."""
    import duckdb

    _limit()
    # The answers have the stream for themselves: DuckDB draws a bar on standard output when a query takes seconds.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    setting = json.loads(sys.stdin.readline())
    shut: dict[str, Any] = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}
    with duckdb.connect(config=shut) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for statement in setting["statements"]:
            connection.execute(statement)
        connection.execute("SET allowed_paths = $1", [setting["files"]])
        found = connection.execute("SELECT view_name, internal FROM duckdb_views()").fetchall()
        for lock in _LOCKS:
            connection.execute(lock)
        database = _Database(connection, dict(found), setting["seconds"], setting["files"])
        _say({"ready": True}, answers)
        for line in sys.stdin:
            question = json.loads(line)
            is_asked = isinstance(question, str)
            _say(database.answer(question if is_asked else question["prepare"], is_asked=is_asked), answers)


def _say(answer: dict[str, Any], answers: IO[str]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _limit() -> None:
    """Let the system hold this process to some memory and to writing nothing; what a system lacks is left out."""
    with suppress(ImportError):
        import resource

        limits = {"RLIMIT_AS": _ADDRESSES, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0}
        for name, most in limits.items():
            with suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (most, most))


class _Database:
    """The tables, asked one question at a time; `views` are all that there are, and whether DuckDB itself has them."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, views: Mapping[str, bool], seconds: float, files: Sequence[str]
    ) -> None:
        self._connection, self._seconds = connection, seconds
        self._tables = [name for name, is_internal in views.items() if not is_internal]
        self._reserved = [name for name, is_internal in views.items() if is_internal]
        self._paths = sorted({*files, *(str(Path(file).parent) for file in files)}, key=len, reverse=True)

    def answer(self, sql: str, *, is_asked: bool) -> dict[str, Any]:
        """Return the first row of a SELECT, or why there is none; of one that is not asked, of how it would be."""
        import duckdb

        try:
            statements = self._connection.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                return {"refused": "It is not one SELECT."}
            row = self._connection.execute("SELECT json_serialize_sql($1::VARCHAR)", [sql]).fetchone()
            refused = why_refused(json.loads(row[0] if row else "{}"), self._tables, self._reserved)
            return {"refused": refused} if refused else self._asked(sql if is_asked else f"EXPLAIN {sql}")
        except duckdb.InterruptException:
            return {"refused": f"It took longer than {self._seconds:g} seconds."}
        except MemoryError:
            return {"refused": "It needs too much memory."}
        except (duckdb.Error, RuntimeError, ValueError, RecursionError) as error:
            return {"refused": self._told(error)}

    def _asked(self, sql: str) -> dict[str, Any]:
        """Return the first value of the first row, and whether there is more than it."""
        watchdog = threading.Timer(self._seconds, self._connection.interrupt)
        watchdog.daemon = True
        self._connection.execute("BEGIN TRANSACTION READ ONLY")
        watchdog.start()
        try:
            rows = self._connection.execute(sql).fetchmany(2)
            more = "rows" if len(rows) > 1 else "columns" if rows and len(rows[0]) > 1 else ""
            return {"row": [_sent(value) for value in rows[0][:1]] if rows else None, "more": more}
        finally:
            watchdog.cancel()
            self._connection.execute("ROLLBACK")

    def _told(self, error: Exception) -> str:
        """Return the first line of an error, without the places of files."""
        line = str(error).split("\n", 1)[0]
        for path in self._paths:
            line = line.replace(path, "…")
        return line if len(line) <= 300 else f"{line[:299]}…"


def _sent(value: Any) -> dict[str, Any]:
    """Return a value with its type; one that JSON and we have no form for is text."""
    if isinstance(value, str):
        return {"text": value[:_LONGEST_TEXT]}
    if value is None or isinstance(value, bool | int | float):
        return {"plain": value}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"text": str(value)[:_LONGEST_TEXT]}
