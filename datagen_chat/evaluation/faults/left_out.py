"""Replies in which something stands for what the model did not write."""

from __future__ import annotations

import json
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import a_piece, pieces, spliced
from datagen_chat.evaluation.faults.registry import fault

_COMMENTS = (
    "// ... rest of the columns unchanged", "// the remaining tables stay as they are", "/* other columns omitted */",
    "# same as before", "// (existing columns here)", "// etc.", "// more tables follow", "// unchanged", "/* ... */",
    "// keep all other columns", "// as above", "// columns as in the previous version", "// your columns here",
)  # fmt: skip
_WORDS = (
    "...", "…", "... rest unchanged ...", "same as above", "unchanged", "[remaining columns]", "etc.", "(as before)",
    "<rest of the columns>", "and so on",
)  # fmt: skip


def _shortened(good: Good, chance: Chance) -> tuple[dict[str, Any], list[Any]]:
    """Return the draft with some columns left out of one table, and the columns that are left."""
    draft = json.loads(good.json)
    columns = chance.pick(draft["nodes"])["columns"]
    del columns[chance.between(1, len(columns)) :]
    return draft, columns


def _with_mark(draft: Any, mark: str) -> str:
    return json.dumps(draft, indent=2, ensure_ascii=False).replace('"\\u0000"', "\0").replace("\0", mark)


@fault("asked")
def comment_for_columns(good: Good, chance: Chance) -> str:
    """A comment stands for the last columns of a table."""
    draft, columns = _shortened(good, chance)
    columns.append("\0")
    return good.around(_with_mark(draft, chance.pick(_COMMENTS)))


@fault("asked")
def dots_for_columns(good: Good, chance: Chance) -> str:
    """Dots stand for the last columns of a table."""
    draft, columns = _shortened(good, chance)
    columns.append("\0")
    return good.around(
        _with_mark(draft, chance.pick(("...", "…", "...,", "[...]", "{...}", "{ … }", "....", ". . .", "<...>")))
    )


@fault("asked")
def text_for_columns(good: Good, chance: Chance) -> str:
    """A text in quotes stands among the columns for the last ones."""
    draft, columns = _shortened(good, chance)
    columns.append(chance.pick(_WORDS))
    return good.around(json.dumps(draft, indent=2))


@fault("asked")
def text_for_table(good: Good, chance: Chance) -> str:
    """A text stands in the place of all columns of a table."""
    draft = json.loads(good.json)
    chance.pick(draft["nodes"])["columns"] = chance.pick(
        (*_WORDS, [_WORDS[3]], None, [None], [{}]) if good.is_patch else (*_WORDS, [], {})
    )
    return good.around(json.dumps(draft, indent=2))


@fault("asked")
def object_for_columns(good: Good, chance: Chance) -> str:
    """An object that says so stands for the last columns of a table."""
    draft, columns = _shortened(good, chance)
    columns.append(
        chance.pick(({"...": "..."}, {"name": "..."}, {"comment": "... other columns"}, {"…": None}, {"name": "etc"}))
    )
    return good.around(json.dumps(draft, indent=2))


@fault("asked")
def dots_for_choices(good: Good, chance: Chance) -> str | None:
    """Dots stand at the end of a list of plain values."""
    ends = [end for item, end in zip(pieces(good.json), pieces(good.json)[1:], strict=False)
            if end.sort == "]" and item.sort in ("string", "number")]  # fmt: skip
    if not ends:
        return None
    at = chance.pick(ends).start
    return good.around(spliced(good.json, at, at, chance.pick((", ...", ", …", " ...", ', "..."', ", etc", ", etc."))))


@fault("asked")
def dots_in_objects(good: Good, chance: Chance) -> str | None:
    """Dots stand among the keys of an object."""
    comma = a_piece(good.json, chance, ",")
    dots = (", ...,", ", …,", ' , "...": "...",', ", ...rest,", ', "...": null,')
    return None if comma is None else good.around(spliced(good.json, comma.start, comma.end, chance.pick(dots)))


@fault("asked")
def value_to_fill_in(good: Good, chance: Chance) -> str | None:
    """A sign to fill in stands for a value."""
    piece = a_piece(good.json, chance, "number")
    signs = (
        "<number>",
        '"<number>"',
        "?",
        "TBD",
        '"TBD"',
        "{{rows}}",
        '"{{rows}}"',
        "...",
        '"..."',
        "N",
        "$ROWS",
        "___",
        "[N]",
    )
    return None if piece is None else good.around(spliced(good.json, piece.start, piece.end, chance.pick(signs)))


@fault("asked")
def empty_value(good: Good, chance: Chance) -> str | None:
    """A value is missing after its colon."""
    piece = a_piece(good.json, chance, "number", "string", "word")
    if piece is None or good.json[: piece.start].rstrip()[-1:] != ":":
        return None
    return good.around(spliced(good.json, piece.start, piece.end, ""))
