"""What a schema says once it is valid: frozen models of the dataset, its tables and their columns.

These models are the one definition of the language. The JSON Schema, the reference in the prompt and the known aliases
are derived from them and from the words that they hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializeAsAny,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from datagen_chat.behaviours.segment_behavior import SegmentBehavior
from datagen_chat.behaviours.vintage_behavior import VintageBehavior
from datagen_chat.generators._intervals import Interval
from datagen_chat.generators.base import ANY_GENERATOR, Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.uses import Use
from datagen_chat.instants import Grid
from datagen_chat.modifiers import MODIFIERS, Modifier
from datagen_chat.modifiers.base import Made
from datagen_chat.problems import pointer
from datagen_chat.rounding import round_half_even
from datagen_chat.schema.constraints import ColumnRules, Constraints
from datagen_chat.schema.fanouts import ANY_FANOUT, Fanout, fanout_uses
from datagen_chat.schema.targets import Targets
from datagen_chat.unfoldings import UNFOLDINGS, Unfolding
from datagen_chat.words import (
    ColumnType,
    Count,
    Float,
    Frequency,
    Given,
    Name,
    Scalar,
    Share,
    TableName,
    Text,
    Truth,
    Word,
    term,
)

TABLE_LIMIT = 500
COLUMN_LIMIT = 1000
DEFAULT_ROWS = 1000
Kind = Literal["entity", "fact", "vocab"]


ModifierName = Annotated[str, WithJsonSchema({"type": "string", "enum": sorted(MODIFIERS)})]


class _AnyModifier:
    """The pydantic type of a modifier's arguments; `transform` beside them says which modifier."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(Modifier)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "modifier", "named_by": "transform"}


class Change(Word):
    """A modifier and its arguments."""

    transform: ModifierName = term(
        description="The modifier.", also=("type", "modifier", "name", "op", "operation", "function", "kind")
    )
    args: Annotated[SerializeAsAny[Modifier], _AnyModifier()] = term(
        None, "Its arguments, where it has any.", also=("params", "parameters", "arguments", "options", "kwargs")
    )

    @model_validator(mode="before")
    @classmethod
    def _read_modifier(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("args", {}), dict):
            if not isinstance(data.get("transform"), str) or data["transform"] not in MODIFIERS:
                raise ValueError("no such modifier")
            return data | {"args": MODIFIERS[data["transform"]].model_validate(data.get("args", {}))}
        return data


class Metadata(Word):
    """What the dataset is called; any other text is kept."""

    model_config = ConfigDict(extra="allow")

    name: Text = term(description="The dataset's name.", min_length=1, also=("title",))
    __pydantic_extra__: dict[str, Text] = Field(init=False)


class Timeframe(Interval):
    """The window that the dataset covers."""

    freq: Frequency | None = term(None, "The usual step of time, such as H or D.", also=("frequency",))


class Check(Word):
    """A requirement as a statement that is tried on the data."""

    name: Text = term(description="A short name.", min_length=1, also=("id", "check"))
    requirement: Text | None = term(None, "What was asked for, in the person's words.", also=("text", "because", "label"))
    sql: Text = term(description="One SELECT over the tables.", also=("query", "statement", "select"))
    equals: Given = term(None, "What the query must give.", also=("expected", "eq", "equal", "value", "expect"))
    between: tuple[Float, Float] | None = term(None, "The bounds of what it gives, both included.", also=("range", "in_range"))
    min: Float | None = term(None, "The least that it may give.", also=("at_least", "minimum", "gte"))
    max: Float | None = term(None, "The most that it may give.", also=("at_most", "maximum", "lte"))
    empty: Truth | None = term(None, "true: the query must find no row.", also=("is_empty", "no_rows"))


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

    unique: Truth = term(False, "Whether no value may repeat.", also=("is_unique", "distinct"))
    modifiers: Annotated[tuple[Change, ...], Field(max_length=20)] = term(
        (), "Changes of the values, in order.", also=("transforms", "transformations", "modifier")
    )

    constraints: ColumnRules | None = term(
        None, "Promises about the column, checked on the output.", also=("constraint", "rules", "validation", "checks")
    )

    def uses(self) -> Iterator[Use]:
        """Yield the columns that the values depend on; pointers are relative to the column."""
        at = pointer("generator", self.generator.word)
        yield from (use.under(at) for use in self.generator.uses())
        for k, change in enumerate(self.modifiers):
            yield from (use.under(pointer("modifiers", k, "args")) for use in change.args.uses())

    def rewritten(self) -> Column:
        """Return the same column with as few modifiers as its generator can do without."""
        generator, left = self.generator, list[Change]()
        for change in self.modifiers:
            better = change.args.rewritten(generator) if not left else None
            generator = better or generator
            left += [] if better else [change]
        if len(left) == len(self.modifiers):
            return self
        return self.model_copy(update={"generator": generator, "modifiers": tuple(left)})

    @property
    def made_type(self) -> ColumnType:
        """The type that the generator is to make: the column's own, unless modifiers turn another one into it."""
        type_ = self.type
        for change in reversed(self.modifiers):
            type_ = change.args.wants(type_)
        is_converted = any(change.args.converts for change in self.modifiers)
        return self.generator.fills[0] if is_converted and type_ not in self.generator.fills else type_

    @property
    def places(self) -> int | None:
        """The decimals that a float is rounded to; None where it stays as it is made."""
        if self.type != "float":
            return None
        places = self.generator.places()
        for change in self.modifiers:
            places = change.args.rounded_to(places)
        return places if self.decimals is None else self.decimals

    def layout(self, facts: Facts) -> Layout:
        """Return how the values lie in a file: a hint for encoders."""
        layout = self.generator.layout(facts)
        for change in self.modifiers:
            layout = change.args.layout(layout)
        return layout

    def grid(self, timeframe: tuple[int, int] | None) -> Grid | None:
        """Return the grid that all values lie on, if they are times that do."""
        return None if self.modifiers else self.generator.grid(timeframe)

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:
        """Return all values that can come out, null included, where they are few and known; else None."""
        made = Made(self.generator.makes(facts), self.generator.outcomes(facts))
        for change in self.modifiers:
            made = change.args.makes(made)
        return made.outcomes if made.outcomes is None else tuple(dict.fromkeys(map(self.kept, made.outcomes)))

    def kept(self, value: Scalar) -> Scalar:
        """Return a value as it is after rounding."""
        if self.places is None or not isinstance(value, float):
            return value
        return float(round_half_even(np.array([value]), self.places)[0])

    @property
    def may_be_null(self) -> bool:
        """Whether the column can hold a null."""
        return self.nullable or self.null_rate > 0

    @property
    def leaves_out(self) -> bool:
        """Whether a parent may have no rows because there is nothing for the column to choose from."""
        return self.generator.leaves_out and not self.may_be_null


class _AnyUnfolding:
    """The pydantic type of what makes a table's rows instead of a fanout; its module is imported when a table has one."""

    def __init__(self, word: str) -> None:
        self.word = word

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": f"unfolding_{self.word}"}

    def read(self, value: Any) -> Unfolding:
        """Return the unfolding that an object describes."""
        return value if isinstance(value, Unfolding) else UNFOLDINGS[self.word].model_validate(value)


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
    fanout: Annotated[Fanout, ANY_FANOUT] | None = term(
        None,
        "Facts: how many rows each row of the first parent has; default exactly 1.",
        also=("cardinality", "fan_out", "multiplicity"),
    )
    state_transition_model: Annotated[Unfolding, _AnyUnfolding("state_transition_model")] | None = term(
        None,
        "Facts, instead of fanout: each row of the first parent walks from state to state, one row for each.",
        also=("state_machine", "state_model", "markov_chain", "state_transitions", "states_model", "transition_model"),
    )
    stage_config: Annotated[Unfolding, _AnyUnfolding("stage_config")] | None = term(
        None,
        "Facts, instead of fanout: each row of the first parent passes the stages of a funnel, one row for each.",
        also=("funnel", "funnel_config", "stages_config", "journey", "stage_model"),
    )
    modifiers: Annotated[tuple[Change, ...], Field(max_length=20)] = term(
        (),
        "Facts: multiply or effect, which scale the fanout; names are those of the first parent's columns.",
        also=("transforms", "transformations", "modifier"),
    )
    segment_behavior: SegmentBehavior | None = term(
        None,
        "A category of its rows that scales the fanout and the values of the facts below.",
        also=("segment_behaviour", "segments_behavior", "segmentation"),
    )
    vintage_behavior: VintageBehavior | None = term(
        None,
        "An age of its rows that scales the fanout and the values of the facts below.",
        also=("vintage_behaviour", "cohort_behavior", "age_behavior"),
    )
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=COLUMN_LIMIT)] = term(
        description="The columns.", also=("fields", "attributes")
    )

    def standing_rows(self) -> int:
        """Return the number of rows of a table that hangs off no other: as it says, as its lists give, or the default."""
        if self.rows is not None:
            return self.rows
        return min((len(values) for values in self.lists().values()), default=DEFAULT_ROWS)

    def lists(self) -> dict[str, tuple[Scalar, ...]]:
        """Return the lists whose k-th value is that of the k-th row, by the columns that have them."""
        written = ((column.name, column.generator.listed()) for column in self.columns)
        return {name: values for name, values in written if values is not None}

    def counted_by(self) -> Iterator[Use]:
        """Yield the columns of the first parent, or of those above it, that the number of rows depends on."""
        if self.fanout is not None:
            yield from (use.under("/fanout") for use in fanout_uses(self.fanout))
        for k, change in enumerate(self.modifiers):
            yield from (use.under(pointer("modifiers", k, "args")) for use in change.args.uses())
        for k, column in enumerate(self.columns):
            yield from (use.under(pointer("columns", k, "generator")) for use in column.generator.counted_by())

    @property
    def is_ticking(self) -> bool:
        """Whether the rows of a parent are the ticks of its window: regular times, and nothing else says how many."""
        is_free = bool(self.parents) and self.rows is None and self.fanout is None and not self.is_unfolded
        return is_free and any(column.generator.is_regular for column in self.columns)

    @property
    def is_shaped(self) -> bool:
        """Whether columns of the parent have a say in the number of its rows, or windows that they limit."""
        limited = any(column.generator.limits_rows for column in self.columns)
        return limited or self.is_unfolded or bool(self.modifiers) or any(True for _ in self.counted_by())

    @property
    def unfolding(self) -> Unfolding | None:
        """The walk or the journey that makes the rows, instead of a fanout."""
        return self.state_transition_model or self.stage_config

    @property
    def is_unfolded(self) -> bool:
        """Whether a walk or a journey makes the rows, instead of a fanout."""
        return self.unfolding is not None

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

    checks: Annotated[tuple[Check, ...], Field(max_length=500)] = term(
        (), "Requirements as SQL that is tried on the data.", also=("assertions", "tests", "validations")
    )
    targets: Targets = term(
        Targets.model_construct(), "What the data is to come to, checked on the output.", also=("goals", "objectives")
    )
    dag: Annotated[tuple[tuple[TableName, ...], ...], Field(max_length=TABLE_LIMIT)] = term(
        (), "An order of the tables in layers; it is never needed."
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
