"""Names and texts as SQL has them, whatever they hold."""

from __future__ import annotations

_KEYWORDS = """
all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check collate
collation column concurrently constraint create cross default deferrable desc describe distinct do else end except false
fetch for foreign freeze from full glob group having ilike in initially inner intersect into is isnull join lambda lateral
leading left like limit natural not notnull null offset on only or order outer overlaps pivot pivot_longer pivot_wider
placing positional primary qualify references returning right select semi show similar some summarize symmetric table
tablesample then to trailing true union unique unpack unpivot using variadic verbose when where window with
"""
KEYWORDS = frozenset(_KEYWORDS.split())
"""Words that name no table or column of a query in DuckDB, unless they stand in quotes or behind a point."""


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    >>> quoted('order'), quoted('a"b')
    ('"order"', '"a""b"')
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    r"""Return a text as an SQL string.

    >>> literal("it's"), literal("a\0b")
    ("'it''s'", "('a' || chr(0) || 'b')")
    """
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split("\0")]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"
