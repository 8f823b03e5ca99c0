"""Names and texts as SQL has them, whatever they hold."""

from __future__ import annotations


def quoted(name: str) -> str:
    """Return a name as an SQL identifier.

    >>> quoted('order'), quoted('a"b')
    ('"order"', '"a""b"')
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("\0", "").replace("'", "''") + "'"
