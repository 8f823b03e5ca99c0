"""Functions of text."""

from __future__ import annotations

from datagen_chat.expressions.core import Core
from datagen_chat.expressions.functions.base import Call, function
from datagen_chat.expressions.kernels.texts import Change, Concat, Length, Matches, Spell
from datagen_chat.expressions.kinds import TYPE_OF_KIND
from datagen_chat.expressions.operands import Operand, converted
from datagen_chat.expressions.printing import factor

_LONGEST = 10_000


@function("lower(text)", "The text in lower case.")
def _lower(call: Call) -> Core:
    return _change(call, "lower")


@function("upper(text)", "The text in upper case.")
def _upper(call: Call) -> Core:
    return _change(call, "upper")


@function("trim(text)", "The text without blanks at its ends.", also=("strip",))
def _trim(call: Call) -> Core:
    return _change(call, "trim")


@function("length(text)", "How many characters the text has.", also=("len", "char_length"))
def _length(call: Call) -> Core:
    return call.build.apply(call.at, "int", Length(), call.text(0))


@function("concat(a, …)", "All arguments joined as text; numbers and times are written out.")
def _concat(call: Call) -> Core:
    parts = [spelled_out(call, operand) for operand in call.operands]
    return parts[0] if len(parts) == 1 else call.build.apply(call.at, "text", Concat(), *parts)


@function("substring(text, start[, length])", "A part of the text; the first character is number 1.", also=("substr",))
def _substring(call: Call) -> Core:
    start = call.whole(1, 1, _LONGEST) - 1
    return _change(call, "slice", start, start + call.whole(2, 0, _LONGEST) if len(call) == 3 else None)


@function("left(text, length)", "The first characters.")
def _left(call: Call) -> Core:
    return _change(call, "slice", 0, call.whole(1, 0, _LONGEST))


@function("right(text, length)", "The last characters.")
def _right(call: Call) -> Core:
    count = call.whole(1, 0, _LONGEST)
    return _change(call, "slice", -count, None) if count else _change(call, "slice", 0, 0)


@function("replace(text, old, new)", "The text with every old part replaced by the new one.")
def _replace(call: Call) -> Core:
    new = call.operands[2]
    if new.literal is None:
        raise call.wrong(new, "a text that is written out", "Write it in quotes.")
    return _change(call, "replace", call.word(1), new.literal)


@function("starts_with(text, part)", "Whether the text starts with a part.", also=("startswith", "prefix"))
def _starts_with(call: Call) -> Core:
    return _matches(call, "starts_with")


@function("ends_with(text, part)", "Whether the text ends with a part.", also=("endswith", "suffix"))
def _ends_with(call: Call) -> Core:
    return _matches(call, "ends_with")


@function("contains(text, part)", "Whether the text contains a part.")
def _contains(call: Call) -> Core:
    return _matches(call, "match_substring")


def spelled_out(call: Call, operand: Operand) -> Core:
    """Return an argument as text, numbers and times written out."""
    if operand.kind in ("text", "null"):
        return converted(call.build, operand.at, operand.part, "text")
    type_ = TYPE_OF_KIND.get(operand.kind)
    if type_ is None:
        raise call.wrong(operand, "texts, numbers and times", f"Write concat({factor(operand.node)} / days(1), …).")
    return call.build.apply(operand.at, "text", Spell(type_), operand.part)


def _change(call: Call, name: str, *arguments: int | str | None) -> Core:
    return call.build.apply(call.at, "text", Change(name, arguments), call.text(0))


def _matches(call: Call, name: str) -> Core:
    return call.build.apply(call.at, "bool", Matches(name, call.word(1)), call.text(0))
