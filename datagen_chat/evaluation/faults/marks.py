"""Brackets, commas, colons and quotes that are missing, doubled or others."""

from __future__ import annotations

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import a_piece, pieces, spliced
from datagen_chat.evaluation.faults.registry import fault

_OTHER = {"{": "[", "[": "{", "}": "]", "]": "}"}


@fault("same", "asked")
def missing_bracket(good: Good, chance: Chance) -> str:
    """One bracket is missing."""
    piece = chance.pick(pieces(good.json, "{", "}", "[", "]"))
    return good.around(spliced(good.json, piece.start, piece.end, ""))


@fault("same", "asked")
def missing_brackets(good: Good, chance: Chance) -> str:
    """Two brackets that close are missing, one after the other or not."""
    text = good.json
    for piece in sorted(chance.some(pieces(text, "}", "]"), 2, 2), key=lambda piece: -piece.start):
        text = spliced(text, piece.start, piece.end, "")
    return good.around(text)


@fault("same", "asked")
def missing_last_brackets(good: Good, chance: Chance) -> str:
    """The last brackets are missing, and the model says that it was done."""
    last = [piece.start for piece in pieces(good.json)[-4:] if piece.sort in ("}", "]")]
    return good.around(good.json[: chance.pick(last)])


@fault("same", "asked")
def doubled_bracket(good: Good, chance: Chance) -> str:
    """One bracket stands twice."""
    piece = chance.pick(pieces(good.json, "{", "}", "[", "]"))
    return good.around(spliced(good.json, piece.start, piece.start, piece.sort))


@fault("same", "asked")
def stray_bracket(good: Good, chance: Chance) -> str:
    """A bracket stands between any two pieces."""
    piece = chance.pick(pieces(good.json))
    return good.around(spliced(good.json, piece.end, piece.end, chance.pick("{}[]")))


@fault("asked")
def wrong_bracket(good: Good, chance: Chance) -> str:
    """One bracket is of the other kind."""
    piece = chance.pick(pieces(good.json, "{", "}", "[", "]"))
    return good.around(spliced(good.json, piece.start, piece.end, _OTHER[piece.sort]))


@fault("asked", "same")
def swapped_brackets(good: Good, chance: Chance) -> str:
    """Two neighbouring brackets have changed places."""
    text = good.json
    pairs = [(one, two) for one, two in zip(pieces(text), pieces(text)[1:], strict=False)
             if {one.sort, two.sort} <= set("{}[]") and one.sort != two.sort]  # fmt: skip
    one, two = chance.pick(pairs)
    return good.around(spliced(spliced(text, two.start, two.end, one.sort), one.start, one.end, two.sort))


@fault("same", "asked", "other")
def missing_comma(good: Good, chance: Chance) -> str:
    """One comma is missing, or all commas at the ends of lines; of 5,6 it leaves 56."""
    if chance.one_in(5):
        return good.around(good.json.replace(",\n", "\n"))
    piece = chance.pick(pieces(good.json, ","))
    return good.around(spliced(good.json, piece.start, piece.end, ""))


@fault("asked")
def doubled_comma(good: Good, chance: Chance) -> str:
    """One comma stands twice, or one stands first in a list."""
    piece = chance.pick(pieces(good.json, ",", "[", "{"))
    return good.around(spliced(good.json, piece.end, piece.end, ","))


@fault("asked")
def missing_colon(good: Good, chance: Chance) -> str:
    """One colon is missing, or is a comma."""
    piece = chance.pick(pieces(good.json, ":"))
    return good.around(spliced(good.json, piece.start, piece.end, chance.pick(("", ","))))


@fault("asked", "same")
def missing_quote(good: Good, chance: Chance) -> str | None:
    """One quote is missing."""
    piece = a_piece(good.json, chance, "key", "string")
    if piece is None:
        return None
    at = chance.pick((piece.start, piece.end - 1))
    return good.around(spliced(good.json, at, at + 1, ""))


@fault("asked", "same")
def stray_quote(good: Good, chance: Chance) -> str:
    """A quote stands where none belongs."""
    piece = chance.pick(pieces(good.json))
    return good.around(spliced(good.json, piece.end, piece.end, chance.pick(('"', "'", "”", "`"))))


@fault("asked", "same")
def missing_value(good: Good, chance: Chance) -> str:
    """A key has lost its value and its colon, or a value its key."""
    piece = chance.pick(pieces(good.json, "key"))
    colon = good.json.index(":", piece.end)
    start, end = chance.pick(((piece.start, colon + 1), (piece.start, piece.end), (colon, colon + 2)))
    return good.around(spliced(good.json, start, end, ""))
