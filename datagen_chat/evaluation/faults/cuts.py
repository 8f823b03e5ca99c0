"""Replies that end too early, at every kind of place and whatever is given as the reason."""

from __future__ import annotations

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import FENCE, Good
from datagen_chat.evaluation.faults.pieces import Sort, a_piece, pieces
from datagen_chat.evaluation.faults.registry import CUT, fault
from datagen_chat.llm.base import Reply


def _cut(good: Good, chance: Chance, length: int) -> Reply:
    """Return the reply up to a place in its JSON."""
    text = good.around("\0")
    return Reply(text[: text.index("\0")] + good.json[:length], chance.pick(CUT))


def _after(good: Good, chance: Chance, *sorts: Sort) -> Reply | None:
    piece = a_piece(good.json, chance, *sorts)
    return None if piece is None else _cut(good, chance, piece.end)


def _inside(good: Good, chance: Chance, sort: Sort) -> Reply | None:
    piece = a_piece(good.json, chance, sort, least=2)
    return None if piece is None else _cut(good, chance, chance.between(piece.start + 1, piece.end - 1))


@fault("asked")
def cut_in_number(good: Good, chance: Chance) -> Reply | None:
    """The reply ends inside a number: 15 of 1500."""
    return _inside(good, chance, "number")


@fault("asked")
def cut_after_number(good: Good, chance: Chance) -> Reply | None:
    """The reply ends right after a number, which may have had more digits."""
    return _after(good, chance, "number")


@fault("asked")
def cut_in_text(good: Good, chance: Chance) -> Reply | None:
    """The reply ends inside a text."""
    return _inside(good, chance, "string")


@fault("asked")
def cut_after_text(good: Good, chance: Chance) -> Reply | None:
    """The reply ends right after a text."""
    return _after(good, chance, "string")


@fault("asked")
def cut_in_key(good: Good, chance: Chance) -> Reply | None:
    """The reply ends inside a key."""
    return _inside(good, chance, "key")


@fault("asked")
def cut_after_key(good: Good, chance: Chance) -> Reply | None:
    """The reply ends between a key and its colon."""
    return _after(good, chance, "key")


@fault("asked")
def cut_in_word(good: Good, chance: Chance) -> Reply | None:
    """The reply ends inside true, false or null."""
    return _inside(good, chance, "word")


@fault("asked")
def cut_after_colon(good: Good, chance: Chance) -> Reply | None:
    """The reply ends after a colon."""
    return _after(good, chance, ":")


@fault("asked")
def cut_after_comma(good: Good, chance: Chance) -> Reply | None:
    """The reply ends after a comma."""
    return _after(good, chance, ",")


@fault("asked")
def cut_after_opening(good: Good, chance: Chance) -> Reply | None:
    """The reply ends after a bracket that opens."""
    return _after(good, chance, "{", "[")


@fault("asked")
def cut_after_closing(good: Good, chance: Chance) -> Reply | None:
    """The reply ends after a bracket that closes, where nothing but more brackets seems to be missing."""
    return _cut(good, chance, chance.pick(pieces(good.json, "}", "]")[:-1]).end)


@fault("asked")
def cut_anywhere(good: Good, chance: Chance) -> Reply | None:
    """The reply ends anywhere in its JSON."""
    return _cut(good, chance, chance.between(1, len(good.json) - 1))


@fault("same")
def cut_before_fence(good: Good, chance: Chance) -> Reply:
    """The reply ends after its JSON, before the fence is closed."""
    return _cut(good, chance, len(good.json))


@fault("same")
def cut_in_fence(good: Good, chance: Chance) -> Reply:
    """The reply ends inside the fence that closes."""
    reply = _cut(good, chance, len(good.json))
    return Reply(f"{reply.text}\n{FENCE[: chance.between(1, 2)]}", reply.stop)


@fault("same")
def cut_after_fence(good: Good, chance: Chance) -> Reply:
    """The reply ends in the prose after its schema."""
    return Reply(good.text[: len(good.text) - chance.between(1, len(good.tail))], chance.pick(CUT))


@fault("prose")
def cut_before_schema(good: Good, chance: Chance) -> Reply:
    """The reply ends in the prose before its schema."""
    return Reply(good.lead[: chance.between(0, len(good.lead))], chance.pick(CUT))


@fault("asked", "prose")
def cut_at_first_key(good: Good, chance: Chance) -> Reply:
    """The reply ends before the first key of its schema is complete."""
    first = pieces(good.json, "key")[0]
    return _cut(good, chance, chance.between(0, first.end - 1))


@fault("asked")
def cut_but_fenced(good: Good, chance: Chance) -> Reply:
    """A server ends the JSON anywhere at a comma, and the fence is closed as if nothing were missing."""
    comma = chance.pick(pieces(good.json, ","))
    return Reply(good.around(good.json[: comma.start + chance.between(0, 1)]), "length")


@fault("asked")
def cut_without_fence(good: Good, chance: Chance) -> Reply:
    """A schema that stands in prose without a fence ends after a bracket that closes."""
    end = chance.pick(pieces(good.json, "}", "]")[:-1]).end
    return Reply(f"{good.lead}\n\n{good.json[:end]}", chance.pick(CUT))
