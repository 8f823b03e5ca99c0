"""Replies that are too large in one way or another."""

from __future__ import annotations

import json

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import a_piece, spliced
from datagen_chat.evaluation.faults.registry import fault
from datagen_chat.llm.base import Reply

_MANY = 200_000


@fault("asked")
def deep_nesting(good: Good, chance: Chance) -> str | None:
    """A value lies inside thousands of brackets."""
    piece = a_piece(good.json, chance, "number", "string")
    depth = chance.pick((70, 1000, _MANY))
    opening, closing = chance.pick((("[", "]"), ('{"a":', "}")))
    return (
        None
        if piece is None
        else good.around(spliced(good.json, piece.start, piece.end, opening * depth + "1" + closing * depth))
    )


@fault("asked")
def giant_text(good: Good, chance: Chance) -> str | None:
    """A text has more than a million characters."""
    piece = a_piece(good.json, chance, "string")
    return (
        None
        if piece is None
        else good.around(spliced(good.json, piece.start, piece.end, json.dumps(chance.pick("a ") * (1 << 20))))
    )


@fault("asked", "other")
def giant_number(good: Good, chance: Chance) -> str | None:
    """A number has thousands of digits, or is larger than anything that can be made; a weight may be that large."""
    piece = a_piece(good.json, chance, "number")
    numbers = ("9" * 5000, "1e400", "9" * 30, "-" + "9" * 30, "1e-400")
    return None if piece is None else good.around(spliced(good.json, piece.start, piece.end, chance.pick(numbers)))


@fault("asked", "same")
def giant_space(good: Good, chance: Chance) -> str:
    """The JSON has more space in it than a reply can have."""
    return good.around(good.json.replace(",", "," + chance.pick(" \n\t") * (_MANY * 6 // good.json.count(",")), -1))


@fault("asked")
def many_columns(good: Good, chance: Chance) -> str:
    """A table has more columns than a table can have."""
    draft = json.loads(good.json)
    columns = chance.pick(draft["nodes"])["columns"]
    columns += [columns[-1] | {"name": f"c{number}"} for number in range(5000)]
    return good.around(json.dumps(draft))


@fault("asked", "prose")
def only_brackets(good: Good, chance: Chance) -> Reply:
    """The reply goes on with the same sign without an end."""
    sign = chance.pick(("{", "[", '{"a":', "`", '"', "\\", "/*", '{"nodes":['))
    return Reply(f"{good.lead}\n{sign * 50_000}", "length")
