"""What a schema promises of its data: keys, sets that do not repeat, ranges, orders, patterns and lists.

Promises are checked on the output, and kept by the draws where these can.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from datagen_chat.words import (
    COLUMN_PATTERN,
    NAME_PATTERN,
    REFERENCE_PATTERN,
    TEXT_LIMIT,
    AnyScalar,
    ColumnName,
    Given,
    Name,
    Reference,
    Text,
    Word,
    term,
)


class ForeignKey(Word):
    """A column that holds keys of another table."""

    from_: Reference = term(
        description='The referring column, "child.column".', also=("child", "source", "column"), alias="from"
    )
    to: Reference = term(description='The key it refers to, "parent.column".', also=("parent", "target", "references", "ref"))


def _unique(value: Any) -> Any:
    if isinstance(value, str | list):
        columns = (value,) if isinstance(value, str) else tuple(value)
        if not all(isinstance(column, str) and re.fullmatch(REFERENCE_PATTERN, column) for column in columns):
            raise ValueError("not columns of tables")
        return UniqueSet.model_validate({"columns": columns}).of_one_table()
    if isinstance(value, dict) and "table" not in value:
        raise ValueError("no table")
    return UniqueSet.model_validate(value).of_one_table()


class UniqueSet(Word):
    """Columns of one table whose values together do not repeat."""

    table: Name | None = term(None, "The table.", also=("node", "entity"))
    columns: Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=20)] = term(
        description="Its columns.", also=("fields", "keys", "attrs")
    )

    def of_one_table(self) -> UniqueSet:
        """Return the same set written with its table, as it is however it was spelled; unchanged where it spans several."""
        tables = {table for table, _ in self.places()}
        if len(tables) > 1:
            return self
        return self.model_copy(update={"table": tables.pop(), "columns": tuple(column for _, column in self.places())})

    def places(self) -> tuple[tuple[str, str], ...]:
        """Return the columns as (table, column)."""
        whole = [column if self.table is None or "." in column else f"{self.table}.{column}" for column in self.columns]
        return tuple((table, column) for table, _, column in (name.partition(".") for name in whole))


UNIQUE = {
    "type": ["string", "array", "object"],
    "pattern": REFERENCE_PATTERN,
    "items": {"type": "string", "pattern": REFERENCE_PATTERN},
    "minItems": 1,
    "maxItems": 20,
    "properties": {
        "table": {"type": "string", "pattern": NAME_PATTERN, "names": "table"},
        "columns": {"type": "array", "items": {"type": "string", "pattern": COLUMN_PATTERN}, "minItems": 1, "maxItems": 20},
        **{remark: {"type": "string", "maxLength": TEXT_LIMIT} for remark in ("comment", "description")},
    },
    "required": ["table", "columns"],
    "additionalProperties": False,
}
AnyUnique = Annotated[UniqueSet, PlainValidator(_unique), WithJsonSchema(UNIQUE)]
_ATTR = ("column", "field", "attribute", "on", "target")


class Range(Word):
    """Bounds of a number or a time."""

    attr: Reference = term(description='The column, "table.column".', also=_ATTR)
    min: Given = term(None, "The smallest value.", also=("low", "minimum", "from", "start", "gte", "ge"))
    max: Given = term(None, "The largest value.", also=("high", "maximum", "to", "end", "lte", "le"))


Side = Annotated[Text, WithJsonSchema({"type": "string", "maxLength": TEXT_LIMIT, "names": "column"})]


class Inequality(Word):
    """An order of two columns of a row, or of a row and its parent."""

    left: Side = term(description='A column, "table.column".', also=("a", "from", "column", "lhs"))
    op: Literal["<", "<=", ">", ">=", "==", "!="] = term(
        description="How they compare.", also=("operator", "comparison", "cmp")
    )
    right: Side = term(description='A column, "table.column".', also=("b", "to", "value", "rhs"))


class PatternRule(Word):
    """A regular expression that text must match."""

    attr: Reference = term(description='The column, "table.column".', also=_ATTR)
    regex: Text = term(description="The regular expression; it must match the whole text.", also=("pattern", "matches"))


class EnumRule(Word):
    """The only values that a column may have."""

    attr: Reference = term(description='The column, "table.column".', also=_ATTR)
    values: tuple[AnyScalar, ...] | None = term(None, "The values.", also=("choices", "allowed", "in"))
    enum_ref: Reference | None = term(None, "A column that holds the values.", also=("ref", "choices_ref"))


class Constraints(Word):
    """Promises about the data, checked on the output."""

    foreign_keys: Annotated[tuple[ForeignKey, ...], Field(max_length=10_000)] = term(
        (), "Which columns hold keys of which tables.", also=("fks", "foreignKeys")
    )
    unique: Annotated[tuple[AnyUnique, ...], Field(max_length=10_000)] = term(
        (),
        'Columns without repeated values, as "table.column"; several that do not repeat together as {"table", "columns"}.',
        also=("uniques", "uniqueness"),
    )
    ranges: Annotated[tuple[Range, ...], Field(max_length=10_000)] = term((), "Bounds of columns.", also=("range", "bounds"))
    inequalities: Annotated[tuple[Inequality, ...], Field(max_length=10_000)] = term(
        (), "Orders of two columns.", also=("inequality", "comparisons", "orderings")
    )
    pattern: Annotated[tuple[PatternRule, ...], Field(max_length=10_000)] = term(
        (), "Regular expressions that columns match.", also=("patterns", "regex")
    )
    enum: Annotated[tuple[EnumRule, ...], Field(max_length=10_000)] = term((), "The only values of columns.", also=("enums",))


class ColumnRules(Word):
    """Promises about one column's text or values."""

    pattern: Text | None = term(None, "A regular expression that the whole text matches.", also=("regex", "matches"))
    enum: tuple[AnyScalar, ...] | None = term(None, "The only values.", also=("values", "allowed", "in", "choices"))
    enum_ref: Reference | None = term(None, "A column that holds the only values.", also=("ref", "values_ref", "choices_ref"))
