"""A schema as text: canonical for hashes, pretty for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import WithJsonSchema
from pydantic.fields import FieldInfo

from datagen_chat.fanouts import Spread
from datagen_chat.generators import Generator
from datagen_chat.instants import show_instant
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import Json, read
from datagen_chat.unfoldings._dwell import Dwell
from datagen_chat.words import Word

NOT_ROWS = ("comment", "description", "metadata")


def as_draft(dataset: Dataset) -> dict[str, Any]:
    """Return a dataset as JSON, without what it leaves at its default."""
    return _fields(dataset, ())


def _written(value: Any, skipped: tuple[str, ...]) -> Any:
    """Return a word, or what stands in one, as JSON."""
    if isinstance(value, Generator):
        return {value.word: _fields(value, skipped)}
    if isinstance(value, Spread | Dwell):
        return {"distribution": value.word} | _fields(value, skipped)
    if isinstance(value, Word):
        return _fields(value, skipped)
    if isinstance(value, Mapping):
        return {key: _written(part, skipped) for key, part in value.items()}
    return [_written(part, skipped) for part in value] if isinstance(value, list | tuple) else value


def _fields(word: Word, skipped: tuple[str, ...]) -> dict[str, Any]:
    found = {}
    for name, field in type(word).model_fields.items():
        value = getattr(word, name)
        is_default = not field.is_required() and value == field.get_default(call_default_factory=True, validated_data={})
        if name not in skipped and not is_default:
            is_instant = _is_instant(field) and isinstance(value, int)
            found[field.alias or name] = show_instant(value) if is_instant else _written(value, skipped)
    return found | (word.__pydantic_extra__ or {})


def _is_instant(field: FieldInfo) -> bool:
    options = [part for option in get_args(field.annotation) for part in get_args(option)]  # what may be left out
    schemas = (part.json_schema for part in (*field.metadata, *options) if isinstance(part, WithJsonSchema))
    return any(schema is not None and schema.get("format") in ("instant", "moment") for schema in schemas)


def canonical(schema: Dataset | Json) -> str:
    """Return the one text of all schemas that make the same rows.

    Keys are sorted and numbers short; defaults, remarks and metadata are left out. A draft that is not valid is written
    as it is, with sorted keys and short numbers.
    """
    dataset = schema if isinstance(schema, Dataset) else read(schema).dataset
    plain = schema if dataset is None else _fields(dataset, NOT_ROWS)
    return json.dumps(shortest(plain), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def schema_hash(schema: Dataset | Json) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(schema).encode("utf-8", "surrogatepass")).hexdigest()


def shortest(value: Any) -> Any:
    """Return a JSON value with whole numbers written as such."""
    if isinstance(value, dict):
        return {key: shortest(part) for key, part in value.items()}
    if isinstance(value, list):
        return [shortest(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


_TABLE = ("nodes", "*")
_UNFOLDED = {
    (),
    ("metadata",),
    ("timeframe",),
    ("constraints",),
    ("constraints", "foreign_keys"),
    ("checks",),
    ("targets",),
    ("targets", "weekend_share"),
    ("targets", "mean_in_range"),
    ("targets", "composite_effect"),
    ("nodes",),
    _TABLE,
    (*_TABLE, "columns"),
}


def dump(draft: Json) -> str:
    """Return a draft as people like to read it: two spaces, one line per column, key and setting.

    >>> print(dump({"version": "1.0", "nodes": [{"id": "a", "columns": [{"name": "x"}]}]}))
    {
      "version": "1.0",
      "nodes": [
        {
          "id": "a",
          "columns": [
            {"name": "x"}
          ]
        }
      ]
    }
    """
    return _pretty(draft, ())


def _pretty(value: Any, place: tuple[str, ...]) -> str:
    if place not in _UNFOLDED or not value or not isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    inner, outer = "\n" + "  " * (len(place) + 1), "\n" + "  " * len(place)
    if isinstance(value, dict):
        lines = [f"{json.dumps(key, ensure_ascii=False)}: {_pretty(part, (*place, key))}" for key, part in value.items()]
        return "{" + inner + f",{inner}".join(lines) + outer + "}"
    return "[" + inner + f",{inner}".join(_pretty(part, (*place, "*")) for part in value) + outer + "]"
