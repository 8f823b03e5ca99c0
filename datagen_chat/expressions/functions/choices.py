"""Functions that choose between their arguments."""

from __future__ import annotations

from datagen_chat.expressions.core import Core
from datagen_chat.expressions.deciding import extreme, first_known, select, truth, unless_equal
from datagen_chat.expressions.functions.base import Call, function


@function("if(condition, then, otherwise)", "then where the condition holds, else otherwise.", also=("iif", "iff"))
def _if(call: Call) -> Core:
    condition, then, otherwise = call.operands
    return select(call.build, call.at, [truth(call.build, condition, "as a condition")], [then], otherwise)


@function("min(a, b, …)", "The least of several values of one kind; nulls count only where all are null.", also=("least",))
def _min(call: Call) -> Core:
    return extreme(call.build, call.at, "min", call.operands)


@function(
    "max(a, b, …)", "The greatest of several values of one kind; nulls count only where all are null.", also=("greatest",)
)
def _max(call: Call) -> Core:
    return extreme(call.build, call.at, "max", call.operands)


@function("coalesce(a, b, …)", "The first argument that is not null.", also=("ifnull", "nvl"))
def _coalesce(call: Call) -> Core:
    return first_known(call.build, call.at, call.operands)


@function("nullif(a, b)", "a, or null where a equals b.")
def _nullif(call: Call) -> Core:
    return unless_equal(call.build, call.at, *call.operands)
