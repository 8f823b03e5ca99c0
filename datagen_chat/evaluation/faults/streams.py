"""Pieces of the stream that got lost, came twice or changed places; what is left may be another schema in strict JSON."""

from __future__ import annotations

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.pieces import Piece, a_piece, pieces, spliced
from datagen_chat.evaluation.faults.registry import fault
from datagen_chat.llm.base import Reply


def _stretch(good: Good, chance: Chance, most: int) -> tuple[int, int]:
    start = chance.between(0, len(good.json) - 2)
    return start, min(start + chance.between(1, most), len(good.json) - 1)


@fault("same", "asked", "other")
def lost_piece(good: Good, chance: Chance) -> str:
    """A piece of the JSON is lost, of a few characters or of many."""
    start, end = _stretch(good, chance, chance.pick((3, 12, 60, 400)))
    return good.around(spliced(good.json, start, end, ""))


@fault("same", "asked", "other")
def lost_line(good: Good, chance: Chance) -> str | None:
    """Whole lines of the JSON are lost."""
    lines = good.json.split("\n")
    if len(lines) < 3:
        return None
    first = chance.between(1, len(lines) - 2)
    del lines[first : first + chance.between(1, 3)]
    return good.around("\n".join(lines))


@fault("same", "asked", "other")
def lost_tokens(good: Good, chance: Chance) -> str:
    """Some tokens of the JSON in a row are lost."""
    found = pieces(good.json)
    first = chance.between(1, len(found) - 2)
    last = min(first + chance.between(0, 6), len(found) - 2)
    return good.around(spliced(good.json, found[first].start, found[last].end, ""))


@fault("same", "asked", "other")
def lost_end(good: Good, chance: Chance) -> str:
    """Everything from a closing bracket to the last brackets is lost, and the rest is closed as if nothing were missing."""
    found = pieces(good.json)
    close = chance.pick([piece for piece in found if piece.sort in ("}", "]")])
    kept = chance.between(0, 2)
    return good.around(good.json[: close.end] + "".join(piece.sort for piece in found[len(found) - kept :]))


@fault("same", "asked", "other")
def doubled_piece(good: Good, chance: Chance) -> str:
    """A piece of the JSON comes twice, as after a reconnection."""
    start, end = _stretch(good, chance, chance.pick((3, 12, 60, 400)))
    return good.around(spliced(good.json, end, end, good.json[start:end]))


@fault("same", "asked", "other")
def doubled_tokens(good: Good, chance: Chance) -> str:
    """Some tokens of the JSON come twice."""
    found = pieces(good.json)
    first = chance.between(1, len(found) - 2)
    last = min(first + chance.between(0, 8), len(found) - 2)
    start, end = found[first].start, found[last].end
    return good.around(spliced(good.json, end, end, good.json[start:end]))


@fault("same", "asked", "other")
def swapped_tokens(good: Good, chance: Chance) -> str:
    """Some tokens of the JSON have changed places with those after them."""
    found = pieces(good.json)
    first, middle, last = (
        sorted(chance.between(0, len(found) - 1) for _ in range(3)) if chance.one_in(4) else _near(found, chance)
    )
    start, cut, end = found[first].start, found[middle].start, found[last].start
    return good.around(spliced(good.json, start, end, good.json[cut:end] + good.json[start:cut]))


def _near(found: list[Piece], chance: Chance) -> tuple[int, int, int]:
    first = chance.between(0, len(found) - 2)
    middle = min(first + chance.between(1, 4), len(found) - 1)
    return first, middle, min(middle + chance.between(1, 4), len(found) - 1)


@fault("same", "asked", "other")
def one_character(good: Good, chance: Chance) -> str:
    """One character is missing, doubled or another one."""
    at = chance.between(1, len(good.json) - 2)
    return good.around(spliced(good.json, at, at + 1, chance.pick(("", good.json[at] * 2, chance.pick('aZ0_ ".,:{}[]-é\n')))))


@fault("asked", "other", "same")
def one_digit(good: Good, chance: Chance) -> str | None:
    """A digit of a number is missing, doubled or another one."""
    piece = a_piece(good.json, chance, "number", least=2)
    if piece is None:
        return None
    at = chance.between(piece.start, piece.end - 1)
    by = chance.pick(("", good.json[at] * 2, str((ord(good.json[at]) + 1) % 10)))
    if by == "" and good.json[at : piece.end].strip("0") == "" and "." in good.json[piece.start : at]:
        return None
    return good.around(spliced(good.json, at, at + 1, by))


@fault("asked", "prose")
def runs_away(good: Good, chance: Chance) -> Reply:
    """The model repeats a piece of its JSON until it is stopped."""
    start, end = _stretch(good, chance, 80)
    before = good.around("\0").partition("\0")[0]
    return Reply(
        before + good.json[:end] + good.json[start:end] * chance.between(5, 300), chance.pick(("length", "cut", "end"))
    )


@fault("asked", "prose", "same")
def mixed_with_another(good: Good, chance: Chance) -> str:
    """A line of another reply, or a message of the server, stands in the middle of the JSON."""
    piece = chance.pick(pieces(good.json))
    noise = (
        'data: {"choices":[]}',
        "[DONE]",
        "event: ping",
        "<|im_end|>",
        "</s>",
        "Error: rate limit",
        "I apologize, but",
        "undefined",
    )
    return good.around(spliced(good.json, piece.end, piece.end, chance.pick(("\n{}\n", "{}")).format(chance.pick(noise))))
