"""The language's reference in Markdown, derived from the models: for the prompt, the documentation and the terminal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from datagen_chat.behaviours.segment_behavior import SegmentBehavior, SegmentEffect
from datagen_chat.behaviours.vintage_behavior import AgeMultiplier, VintageBehavior
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.schema.constraints import Constraints
from datagen_chat.schema.json_schema import Node, annotated_schema
from datagen_chat.schema.model import Column, Dataset, Metadata, Table, Timeframe
from datagen_chat.schema.targets import Targets
from datagen_chat.unfoldings import UNFOLDINGS
from datagen_chat.words import Registered, Word

if TYPE_CHECKING:
    from datagen_chat.expressions import Function

Words = Mapping[str, type[Registered]]
_REMARK = "Any object may also carry a `comment` or `description`; they change nothing. Unknown keys and nulls are errors."
_BEHAVIOURS: Mapping[str, tuple[type[Word], Mapping[str, type[Word]]]] = {
    "segment_behavior": (SegmentBehavior, {"behaviors": SegmentEffect}),
    "vintage_behavior": (VintageBehavior, {"age_based_multipliers": AgeMultiplier}),
}
_MODIFIERS = (
    'A column may have `"modifiers": [{"transform": "<word>", "args": {<arguments>}}, …]`: changes of its values, in order, '
    "after the generator and before clamp, rounding and nulls. Null stays null."
)
_OPERATORS = (
    "+ - * / // % ** || = <> < <= in (…), between … and …, is null, and, or, not, CASE WHEN … THEN … ELSE … END; "
    "text in single quotes; t + days(n) is a time, (t - u) / days(1) a number"
)
_FORMULAS = (
    f"Operators: {_OPERATORS}. Null makes null. Units are 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute' and "
    "'second'; date_diff counts those that begin after a, up to b."
)
_FORMATS = {
    "instant": 'instant "2024-01-01T00:00:00Z"',
    "moment": "instant or column",
    "frequency": 'step such as "D"',
    "expression": "formula",
    "template": "text with {columns}",
}


def reference(*, compact: bool = False) -> str:
    """Return the reference of everything that the language has; `compact` leaves out what an example shows by itself."""
    return "\n".join(_compact() if compact else _full()) + "\n"


def of_word(family: str, word: str) -> str:
    """Return the reference of one word: "generator", "fanout", "law", "modifier" or "unfolding", and its name.

    Raises:
        KeyError: there is no such word.
    """
    families: dict[str, Words] = {"generator": GENERATORS, "fanout": SPREADS, "law": LAWS, "modifier": MODIFIERS}
    families["unfolding"] = UNFOLDINGS
    return "\n".join(_entry(family, word, families[family][word]))


def _full() -> Iterator[str]:
    for title, model, name in (("Dataset", Dataset, None), ("Table", Table, "Table"), ("Column", Column, "Column")):
        yield from (f"## {title}", "", *_arguments(model, _node(name)), "")
        if model is Dataset:
            yield from ("`metadata`, `timeframe`, `constraints` and `targets`:", "")
            for part in (Metadata, Timeframe, Constraints, Targets):
                yield from _arguments(part, _node(part.__name__))
            yield from ("", _REMARK, "")
    yield from ("## Generators", "", 'A column has `"generator": {"<word>": {<arguments>}}` with exactly one word.', "")
    for word, cls in _ordered(GENERATORS):
        yield from (*_entry("generator", word, cls), "")
    yield from ("## Functions of formulas", "", _FORMULAS, "")
    yield from (*_functions(), "")
    yield from ("## Laws of `distribution`", "")
    yield from (_line(word, cls) for word, cls in _ordered(LAWS))
    yield from ("", "## Fanouts", "", "`min` and `max` may bound any of them.", "")
    yield from (_line(word, cls) for word, cls in _ordered(SPREADS))
    yield from ("", "## Instead of a fanout", "")
    for word in UNFOLDINGS:
        yield from (*_unfolding(word), "")
    yield from ("## Behaviours", "", "A table that others hang off may carry them.", "")
    for word, (behaviour, parts) in _BEHAVIOURS.items():
        yield from (*_behaviour(word, behaviour, parts), "")
    yield from ("## Modifiers", "", _MODIFIERS, "")
    for word, cls in MODIFIERS.items():
        yield from (*_entry("modifier", word, cls), "")


_FIRST = (
    "sequence",
    "choice",
    "distribution",
    "datetime_series",
    "faker",
    "lookup",
    "normal",
    "lognormal",
    "uniform",
    "poisson",
)


def _functions() -> Iterator[str]:
    """Yield one line for each subject, with the functions of formulas that belong to it."""
    subjects: dict[str, list[str]] = {}
    for function in _formula_functions().values():
        subject = function.make.__module__.rpartition(".")[2]
        subjects.setdefault(subject, []).append(f"`{function.signature}`{_remark(function.doc)}")
    yield from (f"- {subject.capitalize()}: {', '.join(lines)}." for subject, lines in subjects.items())


def _formula_functions() -> Mapping[str, Function]:
    from datagen_chat.expressions import FUNCTIONS  # with all kernels, which only who reads the reference needs

    return FUNCTIONS


def _remark(doc: str) -> str:
    """Return what a line says after its first clause, which a name and its arguments say as well."""
    _, *more = re.split(r"[;:.] ", doc.rstrip("."), maxsplit=1)
    return f" ({more[0][0].lower()}{more[0][1:]})" if more else ""


def _ordered(words: Words) -> list[tuple[str, type[Registered]]]:
    """Return the words, the everyday ones first."""
    return sorted(words.items(), key=lambda item: (_FIRST.index(item[0]) if item[0] in _FIRST else len(_FIRST), item[0]))


def _node(name: str | None) -> Node:
    whole = annotated_schema()
    node: Node = whole if name is None else whole["$defs"][name]
    return node


def _entry(family: str, word: str, cls: type[Registered]) -> Iterator[str]:
    yield f"### {word}"
    yield _doc(cls)
    yield from _arguments(cls, _node(f"{family}_{word}"))
    yield f"Example: `{json.dumps(cls.example, ensure_ascii=False)}`"


def _unfolding(word: str) -> Iterator[str]:
    """Yield the reference of what makes a table's rows, with that of the objects in it."""
    cls = UNFOLDINGS[word]
    yield from _entry("unfolding", word, cls)
    for place, part in cls.parts.items():
        yield f"Each of `{place}`:"
        yield from _arguments(part, _node(part.__name__))


def _behaviour(word: str, cls: type[Word], parts: Mapping[str, type[Word]]) -> Iterator[str]:
    """Yield the reference of a behaviour, with that of the objects in it."""
    yield from (f"### {word}", _doc(cls))
    for place, part in {"": cls, **parts}.items():
        yield from [f"Each of `{place}`:"] if place else []
        yield from _arguments(part, _node(part.__name__))
    yield f"Example: `{json.dumps({word: cast('Any', cls).example}, ensure_ascii=False)}`"


def _line(word: str, cls: type[Registered]) -> str:
    shared = cast("type[Word]", cls.__mro__[1]).model_fields
    own = [
        _argument(name, field.is_required())
        for name, field in cls.arguments().items()
        if field.is_required() or name not in shared
    ]
    return f"- `{word}` ({', '.join(own)}): {_doc(cls)} `{json.dumps(cls.example)}`" if own else f"- `{word}`: {_doc(cls)}"


def _doc(cls: type[Word]) -> str:
    return " ".join((cls.__doc__ or "").split())


def _argument(name: str, required: bool) -> str:
    return name if required else f"{name}?"


def _arguments(cls: type[Word], node: Node) -> Iterator[str]:
    """Yield one line for each argument: its name, its type, its default unless it is nothing, and what it says."""
    for name, field in cls.arguments().items():
        notes = [_type(node["properties"][name])]
        if field.is_required():
            notes.append("required")
        elif isinstance(field.default, str | int | float) and field.default is not None:
            notes.append(f"default {json.dumps(field.default)}")
        yield f"- `{name}` ({', '.join(filter(None, notes))}): {field.description}"


def _type(node: Node) -> str:
    """Return the type of a value in words."""
    if "$ref" in node:
        target = _node(node["$ref"].rpartition("/")[2])
        return _FAMILIES.get(target["family"], "object") if "family" in target else f"{{{_shown_keys(target)}}}"
    if "enum" in node:
        return "|".join(str(word) for word in node["enum"])
    if "format" in node:
        return _FORMATS[node["format"]]
    types = node.get("type", "object")
    if types == "object" and isinstance(node.get("additionalProperties"), dict):
        return f"{{name: {_type(node['additionalProperties'])}}}"
    if types == "array":
        return f"list of {_type(node.get('items') or node['prefixItems'][0])}"
    if isinstance(types, list) and "number" in types:
        return "value"
    if types == "object" and isinstance(node.get("additionalProperties"), dict):
        return f"{_type(node['additionalProperties'])} by name"
    return " or ".join(_TYPES.get(name, name) for name in ([types] if isinstance(types, str) else types))


_FAMILIES = {"generator": "generator"}
_TYPES = {"integer": "whole number", "boolean": "true|false", "string": "text"}


def _shown_keys(node: Node) -> str:
    required = node.get("required", ())
    return ", ".join(_argument(name, name in required) for name in node["properties"] if name not in ("comment", "description"))


def _compact() -> Iterator[str]:
    yield f"Dataset: {{{_keys(Dataset)}}}; metadata {{{_keys(Metadata)}}}; timeframe {{{_keys(Timeframe)}}};"
    yield 'constraints {"foreign_keys": [{"from": "child.column", "to": "parent.column"}], "unique": ["table.column"]}.'
    yield f"Table: {{{_keys(Table)}}}, kind {_type(_node('Table')['properties']['kind'])}."
    yield f"Column: {{{_keys(Column)}}}, type {_type(_node('Column')['properties']['type'])}."
    yield "A `?` marks what may be left out. Instants are UTC with a Z. Generators, exactly one per column:"
    yield from (f"- {_shape(cls)}: {_doc(cls)}" for _, cls in _ordered(GENERATORS))
    yield f"Formulas: {_OPERATORS}; {', '.join(_formula_functions())}."
    yield "`modifiers` of a column is a list such as `" + json.dumps([MODIFIERS["jitter"].example]) + "`, of"
    yield "; ".join(f"{word} {{{_keys(cls)}}}" for word, cls in MODIFIERS.items()) + "."
    yield "Laws: " + "; ".join(f"{word} {{{_keys(cls)}}}" for word, cls in _ordered(LAWS)) + "."
    yield (
        "Fanouts: "
        + "; ".join(json.dumps(cls.example) for _, cls in _ordered(SPREADS))
        + '; "min" and "max" may bound any of them.'
    )
    walk = UNFOLDINGS["state_transition_model"]  # funnels are rarer than the room that they take here
    yield f"Instead of a fanout: `{json.dumps({walk.word: walk.example})}`: {_doc(walk).partition('.')[0]}."


def _keys(cls: type[Word]) -> str:
    return ", ".join(_argument(name, field.is_required()) for name, field in cls.arguments().items())


def _shape(cls: type[Registered]) -> str:
    """Return a word's example, and the names of the arguments that it does not show."""
    shown: Any = cls.example[cls.word]
    more = [name for name in cls.arguments() if name not in shown]
    return f"`{json.dumps(cls.example, ensure_ascii=False)}`" + (f" (also {', '.join(more)})" if more else "")
