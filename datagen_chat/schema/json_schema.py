"""The JSON Schema of the language, derived from its models.

It is written so that an error points at the exact place: there is no oneOf and no anyOf. A generator is an object with one
property per word; laws and fanouts are chosen by if/then on the key that names them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.instants import parse_instant, parse_step
from datagen_chat.laws import LAWS
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.schema.fanouts import CaseFanout
from datagen_chat.schema.model import Dataset
from datagen_chat.unfoldings import UNFOLDINGS
from datagen_chat.unfoldings._dwell import DWELLS, Dwell
from datagen_chat.words import FORMULA_PATTERN, Registered, Word

if TYPE_CHECKING:
    from jsonschema import FormatChecker

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESS = "urn:datagen:schema:1.0"

Node = dict[str, Any]
Words = Mapping[str, type[Registered] | type[Dwell]]
FAMILIES: Mapping[str, Words] = {
    "generator": GENERATORS,
    "fanout": SPREADS,
    "law": LAWS,
    "modifier": MODIFIERS,
    "unfolding": UNFOLDINGS,
    "dwell": DWELLS,
}
_BOUNDS = {"ge": ("minimum", max), "gt": ("exclusiveMinimum", max), "le": ("maximum", min), "lt": ("exclusiveMaximum", min)}
_OURS = ("also", "advice", "family", "synonyms", "names", "rows_of")


def json_schema() -> Node:
    """Return the JSON Schema (draft 2020-12) of a dataset."""
    schema: Node = {"$schema": DIALECT, "$id": ADDRESS, "title": "Datagen schema 1.0"}
    schema |= _public(annotated_schema())
    return schema


@cache
def annotated_schema() -> Node:
    """Return the same schema with what hints and repairs need.

    `also` holds a property's other names, `synonyms` what other values mean, `family` which words an object is made of,
    `advice` the hint for a value of the wrong shape.
    """
    parts: Node = {"dataset": Dataset.model_json_schema(schema_generator=_Plain)}
    for family, words in FAMILIES.items():
        parts |= {f"{family}_{word}": cls.model_json_schema(schema_generator=_Plain) for word, cls in words.items()}
    parts["CaseFanout"] = CaseFanout.model_json_schema(schema_generator=_Plain)
    for part in list(parts.values()):
        parts |= part.pop("$defs", {})
    parts = {name: _tidy(part) for name, part in parts.items()}
    parts["generator"] = _keyed("generator", GENERATORS)
    parts["fanout"] = _tagged("fanout", "distribution", SPREADS, parts, {"case": CaseFanout})
    parts["dwell"] = _tagged("dwell", "distribution", DWELLS, parts, {})
    return {**parts.pop("dataset"), "$defs": dict(sorted(parts.items()))}


def formats() -> FormatChecker:
    """Return the checker of the formats that the schema names."""
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    checker.checks("instant", raises=ValueError)(lambda value: not isinstance(value, str) or parse_instant(value) is not None)
    checker.checks("moment", raises=ValueError)(lambda value: not isinstance(value, str) or _is_moment(value))
    checker.checks("frequency", raises=ValueError)(lambda value: not isinstance(value, str) or parse_step(value) is not None)
    return checker


def _is_moment(text: str) -> bool:
    return re.fullmatch(FORMULA_PATTERN, text) is not None or parse_instant(text) is not None


class _Plain(GenerateJsonSchema):
    """pydantic's schemas without defaults; an optional property is left out, never null."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> Node:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Node:
        return self.generate_inner(schema["schema"])


def _keyed(family: str, words: Words) -> Node:
    """Return the schema of an object with exactly one key, a word of the family."""
    return {
        "type": "object",
        "family": family,
        "properties": {word: {"$ref": f"#/$defs/{family}_{word}", "also": list(words[word].also)} for word in sorted(words)},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _tagged(family: str, tag: str, words: Words, parts: Node, others: Mapping[str, type[Word]]) -> Node:
    """Return the schema of an object whose key `tag` is the word that the other keys belong to; or whose key is another's."""
    named = {"type": "string", "enum": sorted(words), "synonyms": _synonyms(words), "also": ["type", "kind", "dist", "name"]}
    for word in words:
        parts[f"{family}_{word}"]["properties"][tag] = named
    choices = [_when(tag, word, {"$ref": f"#/$defs/{family}_{word}"}) for word in sorted(words)]
    properties = {tag: named}
    for key, cls in others.items():
        properties[key] = parts[cls.__name__]["properties"][key]
        lacking = {"properties": {tag: named}, "required": [tag]}
        choices.append({"if": {"required": [key]}, "then": {"$ref": f"#/$defs/{cls.__name__}"}, "else": lacking})
    required = {} if others else {"required": [tag]}
    return {"type": "object", "family": family, "properties": properties, **required, "allOf": choices}


def _synonyms(words: Words) -> dict[str, str]:
    return {other: word for word in sorted(words) for other in words[word].also}


def _when(tag: str, word: str, then: Node) -> Node:
    return {"if": {"properties": {tag: {"const": word}}, "required": [tag]}, "then": then}


def _tidy(node: Node) -> Node:
    """Return a schema without titles and unions, with bounds by their standard names and families in place."""
    node = {key: value for key, value in node.items() if key not in ("title", "default")}
    for short, (name, tighter) in _BOUNDS.items():
        if short in node:
            bound = node.pop(short)
            node[name] = tighter(bound, node.get(name, bound))
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "anyOf" in node:
        node |= _merged(node.pop("anyOf"))
    if node.get("family") and "named_by" not in node:
        node = {"$ref": f"#/$defs/{node.pop('family')}"} | {key: value for key, value in node.items() if key != "type"}
    return _place_named({key: _tidy_value(key, value) for key, value in node.items()})


def _tidy_value(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: _tidy(part) for name, part in value.items()}
    if key == "prefixItems":
        return [_tidy(part) for part in value]
    return _tidy(value) if key in ("items", "additionalProperties") and isinstance(value, dict) else value


def _merged(options: list[Node]) -> Node:
    """Return one schema for a union whose options have different types: each keyword only bears on its own type."""
    merged: Node = {}
    types: list[str] = []
    for option in options:
        own = option["type"]
        types += own if isinstance(own, list) else [own]
        merged |= option
    return merged | {"type": types}


def _place_named(node: Node) -> Node:
    """Return an object's schema with a property whose word another property names turned into if/then."""
    for name, part in node.get("properties", {}).items():
        if tag := part.pop("named_by", None):
            family = part.pop("family")
            words = sorted(FAMILIES[family])
            node["allOf"] = [_when(tag, word, _arguments_of(family, word, name)) for word in words]
            node["properties"][tag]["synonyms"] = _synonyms(FAMILIES[family])
    return node


def _arguments_of(family: str, word: str, name: str) -> Node:
    """Return that a property holds a word's arguments, and must be there where the word needs any."""
    needed = any(field.is_required() for field in FAMILIES[family][word].arguments().values())
    then: Node = {"properties": {name: {"$ref": f"#/$defs/{family}_{word}"}}}
    return then | {"required": [name]} if needed else then


def _public(node: Any) -> Any:
    """Return a schema without the keywords that only this program knows."""
    if isinstance(node, list):
        return [_public(part) for part in node]
    if not isinstance(node, dict):
        return node
    named = ("properties", "$defs")
    kept = {key: value for key, value in node.items() if key not in _OURS}
    return {
        key: {name: _public(part) for name, part in value.items()} if key in named else _public(value)
        for key, value in kept.items()
    }
