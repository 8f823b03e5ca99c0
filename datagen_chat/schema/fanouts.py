"""How many rows each parent row has, as a schema says it: one spread for all, or one for each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from datagen_chat.fanouts import SPREADS, Spread
from datagen_chat.generators.base.uses import Use
from datagen_chat.problems import pointer
from datagen_chat.words import ColumnName, Word, term

DEPTH_LIMIT = 16


class _AnyFanout:
    """The pydantic type of a fanout; `distribution` in it says which, or `case` that it depends on a column."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(read_fanout)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "object", "family": "fanout"}


ANY_FANOUT = _AnyFanout()


class Cases(Word):
    """A fanout for each value of a column of the parent."""

    on: ColumnName = term(
        description='The column that decides: of the parent, or "table.column" of it or of a table above it.',
        also=("column", "by", "field", "key"),
    )
    when: Annotated[dict[str, Annotated[Any, ANY_FANOUT]], Field(min_length=1, max_length=1000)] = term(
        description="The fanout for each value.", also=("cases", "branches", "values", "map")
    )
    else_: Annotated[Any, ANY_FANOUT] = term(
        None, "The fanout for all other values.", alias="else", also=("default", "otherwise")
    )


class CaseFanout(Word):
    """A fanout that depends on a column of the parent."""

    case: Cases = term(description="A fanout for each value of a column.", also=("switch",))


Fanout = Spread | CaseFanout


def read_fanout(value: Any) -> Fanout:
    """Return the fanout that an object describes.

    Raises:
        ValueError: it describes none; the JSON Schema says where and why.
    """
    if isinstance(value, Spread | CaseFanout):
        return value
    if isinstance(value, dict) and "case" in value:
        return CaseFanout.model_validate(value)
    word = value.get("distribution") if isinstance(value, dict) else None
    if not isinstance(word, str) or word not in SPREADS:
        raise ValueError("not a fanout")
    return SPREADS[word].model_validate({name: argument for name, argument in value.items() if name != "distribution"})


def branches(fanout: CaseFanout) -> Mapping[str, Fanout]:
    """Return the fanouts of a case by their pointers, which are relative to it."""
    found = {pointer("case", "when", value): each for value, each in fanout.case.when.items()}
    return found if fanout.case.else_ is None else found | {"/case/else": fanout.case.else_}


def spreads(fanout: Fanout, at: str = "") -> Iterator[tuple[str, Spread]]:
    """Yield every spread that a fanout can come to, with its pointer."""
    if isinstance(fanout, Spread):
        yield at, fanout
    else:
        for inner, each in branches(fanout).items():
            yield from spreads(each, at + inner)


def reach(fanout: Fanout) -> tuple[int, int | None]:
    """Return the fewest and the most rows that one parent can have; None is no limit."""
    ends = [spread.reach() if spread.scale is None else spread.limits() for _, spread in spreads(fanout)]
    highs = [high for _, high in ends]
    return min(low for low, _ in ends), None if None in highs else max(high for high in highs if high is not None)


def fanout_uses(fanout: Fanout, at: str = "") -> Iterator[Use]:
    """Yield the columns of the parent that decide, or multiply the mean."""
    if isinstance(fanout, Spread) and fanout.scale is not None:
        from datagen_chat.generators._formula import uses_of  # most fanouts have no formula

        yield from (use.under(at + "/scale") for use in uses_of(fanout.scale))
    if isinstance(fanout, CaseFanout):
        table, _, column = fanout.case.on.rpartition(".")
        yield Use(at + "/case/on", table or None, column)
        for inner, each in branches(fanout).items():
            yield from fanout_uses(each, at + inner)
