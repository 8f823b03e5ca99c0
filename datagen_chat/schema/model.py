"""What a schema says once it is valid: frozen models of the dataset, its tables and their columns.

These models are the one definition of the language. The JSON Schema, the reference in the prompt and the known aliases
are derived from them and from the words that they hold.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from datagen_chat.fanouts import SPREADS, Spread
from datagen_chat.generators.base import ANY_GENERATOR, Generator
from datagen_chat.generators.datetime_series import Interval
from datagen_chat.words import ColumnType, Count, Frequency, Name, Reference, Share, Text, Truth, Word, term

TABLE_LIMIT = 500
COLUMN_LIMIT = 1000
DEFAULT_ROWS = 1000
Kind = Literal["entity", "fact", "vocab"]


class _AnySpread:
    """The pydantic type of a fanout; `distribution` in it says which."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_spread)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "fanout"}


def read_spread(value: Any) -> Spread:
    """Return the fanout that an object describes.

    Raises:
        ValueError: it describes none; the JSON Schema says where and why.
    """
    if isinstance(value, Spread):
        return value
    word = value.get("distribution") if isinstance(value, dict) else None
    if not isinstance(word, str) or word not in SPREADS:
        raise ValueError("not a fanout")
    return SPREADS[word].model_validate({name: argument for name, argument in value.items() if name != "distribution"})


class Metadata(Word):
    """What the dataset is called; any other text is kept."""

    model_config = ConfigDict(extra="allow")

    name: Text = term(description="The dataset's name.", min_length=1, also=("title",))
    __pydantic_extra__: dict[str, Text] = Field(init=False)


class Timeframe(Interval):
    """The window that the dataset covers."""

    freq: Frequency | None = term(None, "The usual step of time, such as H or D.", also=("frequency",))


class ForeignKey(Word):
    """A column that holds keys of another table."""

    from_: Reference = term(
        description='The referring column, "child.column".', also=("child", "source", "column"), alias="from"
    )
    to: Reference = term(description='The key it refers to, "parent.column".', also=("parent", "target", "references", "ref"))


class Constraints(Word):
    """Promises about the data, checked on the output."""

    foreign_keys: Annotated[tuple[ForeignKey, ...], Field(max_length=10_000)] = term(
        (), "Which columns hold keys of which tables.", also=("fks", "foreignKeys")
    )
    unique: Annotated[tuple[Reference, ...], Field(max_length=10_000)] = term(
        (), 'Columns without repeated values, as "table.column".', also=("uniques",)
    )


class Column(Word):
    """One column of a table."""

    name: Name = term(
        description="Letters, digits and underscores, starting with a letter; unique in its table.",
        also=("id", "column", "field"),
    )
    type: ColumnType = term(description="The type of the values; datetimes are UTC.", also=("dtype", "data_type", "datatype"))
    generator: Annotated[Generator, ANY_GENERATOR] = term(
        description="What makes the values: an object with exactly one key.", also=("gen", "generate", "provider")
    )
    nullable: Truth = term(False, "Whether nulls that the generator makes are allowed.", also=("null", "optional"))
    null_rate: Share = term(
        0.0, "The share of rows made null; implies nullable.", also=("null_probability", "null_fraction", "missing_rate")
    )
    decimals: Annotated[int, Field(ge=0, le=15)] | None = term(
        None,
        "Places that a float is rounded to; default 2, or more where the spread is below 1.",
        also=("precision", "digits", "round", "decimal_places"),
    )

    @property
    def may_be_null(self) -> bool:
        """Whether the column can hold a null."""
        return self.nullable or self.null_rate > 0


class Table(Word):
    """One table: an entity that stands alone, or a fact whose rows hang off the rows of a parent."""

    id: Name = term(
        description="The table's name: letters, digits and underscores, starting with a letter.",
        also=("name", "table", "table_name"),
    )
    kind: Kind = term(
        description='"entity" stands alone; "fact" hangs off parents, or is events; "vocab" is a fixed list.', also=("type",)
    )
    pk: Name = term(description="The name of the primary key column.", also=("primary_key", "primaryKey", "key"))
    rows: Count | None = term(
        None,
        "Entities: the number of rows (default 1000). Facts: the exact total, spread over parents as fanout says.",
        also=("count", "row_count", "num_rows", "size", "n"),
    )
    parents: Annotated[tuple[Name, ...], Field(max_length=20)] = term(
        (), "Facts: the tables that its rows hang off; fanout multiplies the first.", also=("parent", "depends_on")
    )
    fanout: Annotated[Spread, _AnySpread()] | None = term(
        None,
        "Facts: how many rows each row of the first parent has; default exactly 1.",
        also=("cardinality", "fan_out", "multiplicity"),
    )
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=COLUMN_LIMIT)] = term(
        description="The columns.", also=("fields", "attributes")
    )

    def column(self, name: str) -> Column:
        """Return the column of this name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class Dataset(Word):
    """A relational dataset, fully described."""

    version: Literal["1.0"] = term(description='The version of the language, "1.0".', also=("schema_version",))
    metadata: Metadata = term(description="What the dataset is called.", also=("meta", "info"))
    timeframe: Timeframe | None = term(None, "The window that the dataset covers.", also=("time_frame", "timerange", "period"))
    constraints: Constraints = term(Constraints.model_construct(), "Promises about the data.")
    nodes: Annotated[tuple[Table, ...], Field(min_length=1, max_length=TABLE_LIMIT)] = term(
        description="The tables.", also=("tables", "entities", "models")
    )

    def table(self, name: str) -> Table:
        """Return the table of this name.

        Raises:
            KeyError: there is none.
        """
        for table in self.nodes:
            if table.id == name:
                return table
        raise KeyError(name)

    @property
    def window(self) -> tuple[int, int] | None:
        """The timeframe in microseconds since 1970, if there is one."""
        return None if self.timeframe is None else (self.timeframe.start, self.timeframe.end)
