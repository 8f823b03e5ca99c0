"""A writer that writes nothing: rows are made, hashed and counted as always."""

from __future__ import annotations

from datagen_chat.sinks.base import WHOLE, Block, Part, TableShape


class Nowhere:
    """The writer of a dataset, of each of its tables, and of each part of them."""

    def table(self, shape: TableShape, part: Part = WHOLE) -> Nowhere:  # noqa: ARG002
        """Return the writer of a table."""
        return self

    def write(self, block: Block) -> None:
        """Take a block of rows."""

    def close(self) -> None:
        """Finish."""

    def abort(self) -> None:
        """Give up."""

    def files(self, table: str, parts: int = 1) -> tuple[str, ...]:  # noqa: ARG002
        """Return the files of a table: none."""
        return ()
