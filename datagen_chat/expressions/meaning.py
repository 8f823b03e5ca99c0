"""What an expression means where its columns have types: its kind, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import numpy as np

from datagen_chat.expressions.arithmetic import arithmetic, negative
from datagen_chat.expressions.core import (
    Builder,
    Column,
    Constant,
    Core,
    Nullable,
    Scalar,
    can_be_null,
    in_order,
    may_fail,
)
from datagen_chat.expressions.deciding import both, compare, is_in, is_missing, opposite, select, truth
from datagen_chat.expressions.functions import ALIASES, FUNCTIONS, Call, Function
from datagen_chat.expressions.functions.texts import spelled_out
from datagen_chat.expressions.kernels.logic import Select
from datagen_chat.expressions.kernels.numbers import Elementwise, Settle
from datagen_chat.expressions.kernels.texts import Concat
from datagen_chat.expressions.kinds import KIND_OF_TYPE, SPANS, TIMES, Kind
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.nodes import (
    Between,
    Binary,
    Case,
    Comparison,
    In,
    IsNull,
    Literal,
    Logic,
    Name,
    Node,
    Unary,
)
from datagen_chat.expressions.nodes import Call as CallNode
from datagen_chat.expressions.operands import Operand, listed, new_builder
from datagen_chat.expressions.program import Evaluator, program
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, did_you_mean
from datagen_chat.words import ColumnType

TypeOf = Callable[[str | None, str], ColumnType | None]
Outcomes = tuple[Scalar, ...] | None

_OUTCOME_LIMIT = 1 << 12

_NOW = "There is no present in a dataset: write timeframe.end, or name a column."
_WAVE = 'Weigh the values by hour or month with the modifier "seasonality".'
_TEMPLATE = "Use the generator template, which has formats: {n:05}, {price:.2f}, {started_at:%Y-%m}."
_INSTEAD = {
    "avg": 'Make a column with {"aggregate": {"of": "table.column", "op": "mean"}}, or write (a + b) / 2.',
    "sum": 'Make a column with {"aggregate": {"of": "table.column", "op": "sum"}}, or write a + b.',
    "count": 'Make a column with {"aggregate": {"of": "table.column", "op": "count"}}.',
    "cast": "Write round(x) for a whole number, concat(x) for text, date(x) for a date.",
    "float": "Write the number itself; / always gives a float.",
    "str": "Write concat(x).",
    "string": "Write concat(x).",
    "format": _TEMPLATE,
    "strftime": _TEMPLATE,
    "to_char": _TEMPLATE,
    "date_format": _TEMPLATE,
    "lpad": _TEMPLATE,
    "sin": _WAVE,
    "cos": _WAVE,
    "pi": _WAVE,
    "now": _NOW,
    "today": _NOW,
    "current_date": _NOW,
    "current_timestamp": _NOW,
    "random": 'Draw in another column, with the generator "distribution" or "choice".',
    "rand": 'Draw in another column, with the generator "distribution" or "choice".',
    "uniform": 'Draw in another column, with the generator "distribution" or "choice".',
    "datediff": "Write date_diff('day', earlier, later).",
    "timedelta": "Write days(n), hours(n), minutes(n) or seconds(n).",
    "dayofweek": "Write dow(t), where 0 is Monday.",
    "weekday": "Write dow(t), where 0 is Monday.",
    "mod": "Write a % b.",
    "split": "Use substring, left, right or replace.",
}


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """An expression whose kinds agree."""

    root: Core

    @property
    def kind(self) -> Kind:
        """The kind of its values."""
        return self.root.kind

    def can_be_null(self, nullable: Nullable) -> bool:
        """Return whether a value can be null, given which columns can be.

        Values that are null because a row divides by zero or the like do not count: they are told at run time.
        """
        return can_be_null(self.root, nullable)

    @property
    def may_fail(self) -> bool:
        """Whether rows in which no column is null may well be null: where they divide by zero and the like."""
        return may_fail(self.root)

    def columns(self) -> Iterator[Column]:
        """Yield the columns that the values are made from, each once."""
        yield from (part for part in in_order(self.root) if isinstance(part, Column))

    def outcomes(self, outcomes_of: Callable[[str | None, str], Outcomes], nullable: Nullable) -> Outcomes:
        """Return all values that can come out, null included, where they are few and known; numbers and texts only.

        `outcomes_of` gives the same of a column, `nullable` whether it can be null.
        """
        found = _outcomes(self.root, outcomes_of)
        if found is not None and self.can_be_null(nullable):
            found[None] = None
        return None if found is None or len(found) > _OUTCOME_LIMIT else tuple(found)

    def compile(self, type_: ColumnType | None = None) -> Evaluator:
        """Return what makes the values for rows, ready for a column of a type that they fit; as they are without one.

        For an int column, floats that leave 64 bits are null; 0 and 1 become truth values in a bool column.
        """
        build, kind = new_builder(), self.kind
        if type_ is not None and kind == "null":
            return program(build.constant(KIND_OF_TYPE[type_], None))
        if type_ == "bool" and kind == "int":
            return program(build.apply(0, "bool", Elementwise(np.not_equal), self.root, build.constant("int", 0)))
        if type_ == "int" and kind == "float":
            return program(build.apply(0, "float", Settle(2.0**63), self.root))
        return program(self.root)


def _outcomes(root: Core, outcomes_of: Callable[[str | None, str], Outcomes]) -> dict[Scalar, None] | None:
    """Return the values of a constant, a column, or a choice of such; True and False of any other condition."""
    if isinstance(root, Constant):
        return None if root.kind in (*TIMES, *SPANS, "months") else {root.value: None}
    if isinstance(root, Column):
        known = outcomes_of(root.table, root.name)
        return None if known is None else dict.fromkeys(known)
    if isinstance(root.operation, Select):
        parts = [_outcomes(part, outcomes_of) for part in root.inputs[root.operation.conditions :]]
        found = [part for part in parts if part is not None]
        return None if len(found) < len(parts) else {value: None for part in found for value in part}
    return {True: None, False: None} if root.kind == "bool" else None


def understand(root: Node, type_of: TypeOf, known: Collection[str] = ()) -> Meaning | tuple[Problem, ...]:
    """Return what an expression means, or everything that is wrong with it.

    `type_of` gives the type of a column, or None when there is none; `known` are the names it could have, for hints.
    """
    reader = _Reader(type_of, known)
    operand = reader.read(root)
    if operand is not None and not reader.problems:
        return Meaning(reader.build.settled(operand.part))
    return tuple(reader.problems)


class _Reader:
    """Gives every node its meaning, and gathers what is wrong; a node above something wrong has none."""

    def __init__(self, type_of: TypeOf, known: Collection[str]) -> None:
        self.build: Builder = new_builder()
        self.problems: list[Problem] = []
        self._type_of, self._known = type_of, known

    def read(self, node: Node) -> Operand | None:
        """Return a node's meaning, or None after a problem."""
        try:
            part = _RULES[type(node)](self, node)
        except ExpressionError as mistake:
            if mistake.problem not in self.problems:
                self.problems.append(mistake.problem)
            return None
        return None if part is None else Operand(node, part)

    def _all(self, nodes: Iterable[Node]) -> list[Operand] | None:
        """Return the meanings of nodes, or None when one has none; every node is read."""
        found = [self.read(node) for node in nodes]
        known = [operand for operand in found if operand is not None]
        return known if len(known) == len(found) else None

    def _conditions(self, nodes: Iterable[Node]) -> list[Core] | None:
        found = [self._condition(node) for node in nodes]
        known = [part for part in found if part is not None]
        return known if len(known) == len(found) else None

    def _condition(self, node: Node) -> Core | None:
        """Return a node that only decides: whole numbers count as true where they are not 0."""
        if isinstance(node, Logic) and node.sign != "||":
            parts = self._conditions(node.operands)
            return None if parts is None else both(self.build, node.at, parts, node.sign == "or")
        operand = self.read(node)
        if operand is None:
            return None
        try:
            return truth(self.build, operand, "as a condition")
        except ExpressionError as mistake:
            self.problems.append(mistake.problem)
            return None

    def literal(self, node: Literal) -> Core:
        """Return a constant."""
        return self.build.constant(node.kind, node.value)

    def name(self, node: Name) -> Core:
        """Return a column."""
        type_ = self._type_of(node.table, node.column)
        if type_ is not None:
            return self.build.column(KIND_OF_TYPE[type_], node.table, node.column)
        name = node.column if node.table is None else f"{node.table}.{node.column}"
        hint = did_you_mean(name, self._known)
        if not hint and node.column in self._known:
            hint = f"Write {node.column}."
        if not hint:
            hint = f"The columns are {listed(self._known)}." if self._known else "Name a column of the row."
        raise ExpressionError(node.at, "expression-name", f"There is no column {name}.", hint)

    def unary(self, node: Unary) -> Core | None:
        """Return a number with its sign turned, or the opposite of a condition."""
        if node.sign == "not":
            part = self._condition(node.operand)
            return None if part is None else opposite(self.build, node.at, part)
        operand = self.read(node.operand)
        return None if operand is None else negative(self.build, node.at, operand)

    def binary(self, node: Binary) -> Core | None:
        """Return two operands joined by an operator."""
        found = self._all((node.left, node.right))
        return None if found is None else arithmetic(self.build, node.at, node.sign, *found)

    def logic(self, node: Logic) -> Core | None:
        """Return truth values joined by `and` or `or`, or texts joined by `||`."""
        found = self._all(node.operands)
        if found is None:
            return None
        if node.sign == "||" and any(operand.kind == "text" for operand in found):
            return self._joined(node, found)
        for operand in found:
            if operand.kind not in ("bool", "null"):
                raise _not_a_truth(node, operand)
        return both(self.build, node.at, [operand.part for operand in found], node.sign != "and")

    def _joined(self, node: Logic, operands: list[Operand]) -> Core:
        for operand in operands:
            if operand.kind == "bool":
                hint = "Put brackets around the texts that are joined, or write concat(…)."
                raise ExpressionError(operand.at, "expression-kind", f"|| joins texts, and {operand} is none.", hint)
        call = Call(self.build, node.at, FUNCTIONS["concat"], tuple(operands))
        return self.build.apply(node.at, "text", Concat(), *(spelled_out(call, operand) for operand in operands))

    def comparison(self, node: Comparison) -> Core | None:
        """Return whether all comparisons hold; comparing for equality with a null that is written out asks for null.

        Of two nulls that are written out nothing is asked: they make null, as any two nulls do.
        """
        if len(node.signs) == 1 and (asked := _asks_for_null(node)) is not None:
            return self.build.constant("bool", None) if _is_null(asked.operand) else self.is_null(asked)
        found = self._all(node.operands)
        if found is None:
            return None
        pairs = zip(node.signs, found, found[1:], strict=False)
        parts = [compare(self.build, left.at, sign, left, right) for sign, left, right in pairs]
        return both(self.build, node.at, parts, deciding=False)

    def is_in(self, node: In) -> Core | None:
        """Return whether a value is one of several."""
        found = self._all((node.operand, *node.members))
        if found is None:
            return None
        part = is_in(self.build, node.at, found[0], found[1:])
        return opposite(self.build, node.at, part) if node.negated else part

    def is_null(self, node: IsNull) -> Core | None:
        """Return whether a value is null."""
        operand = self.read(node.operand)
        return None if operand is None else is_missing(self.build, node.at, operand, node.negated)

    def between(self, node: Between) -> Core | None:
        """Return whether a value lies within two bounds."""
        found = self._all((node.operand, node.low, node.high))
        if found is None:
            return None
        operand, low, high = found
        parts = [compare(self.build, node.at, sign, operand, end) for sign, end in ((">=", low), ("<=", high))]
        part = both(self.build, node.at, parts, deciding=False)
        return opposite(self.build, node.at, part) if node.negated else part

    def case(self, node: Case) -> Core | None:
        """Return the value of the first branch whose condition holds."""
        conditions = self._branch_conditions(node)
        values = self._all(value for _, value in node.branches)
        otherwise = None if node.otherwise is None else self.read(node.otherwise)
        if conditions is None or values is None or (node.otherwise is not None and otherwise is None):
            return None
        return select(self.build, node.at, conditions, values, otherwise)

    def _branch_conditions(self, node: Case) -> list[Core] | None:
        if node.operand is None:
            return self._conditions(condition for condition, _ in node.branches)
        operand, found = self.read(node.operand), self._all(condition for condition, _ in node.branches)
        if operand is None or found is None:
            return None
        return [compare(self.build, each.at, "==", operand, each) for each in found]

    def call(self, node: CallNode) -> Core | None:
        """Return what a function gives."""
        operands = self._all(node.arguments)
        function = FUNCTIONS.get(ALIASES.get(node.name, node.name))
        if function is None:
            hint = _INSTEAD.get(node.name) or did_you_mean(node.name, [*FUNCTIONS, *ALIASES])
            hint = hint or f"The functions are {', '.join(FUNCTIONS)}."
            raise ExpressionError(node.at, "expression-function", f"There is no function {node.name[:40]}.", hint)
        _check_count(node, function)
        return None if operands is None else function.make(Call(self.build, node.at, function, tuple(operands)))


def _check_count(node: CallNode, function: Function) -> None:
    count = len(node.arguments)
    if count < function.least or (function.most is not None and count > function.most):
        message = f"{function.name} is given {count} {'argument' if count == 1 else 'arguments'}."
        hint = f"Write {function.signature}."
        if function.name in ("min", "max") and count == 1:
            hint += f' The {function.name} over many rows is made by the generator "aggregate".'
        raise ExpressionError(node.at, "expression-arguments", message, hint)


def _not_a_truth(node: Logic, operand: Operand) -> ExpressionError:
    message = f"{node.sign} joins true or false, and {operand} is neither."
    if operand.is_number:
        hint = f"Write {operand.text} != 0, or coalesce(a, b) for the first value that is not null."
    else:
        hint = f"Compare it: {operand.text} == …."
    return ExpressionError(operand.at, "expression-kind", message, hint)


def _asks_for_null(node: Comparison) -> IsNull | None:
    """Return `x == null` as `x is null`: what it says is not what equality with null gives, which is null."""
    left, right = node.operands
    if node.signs[0] not in ("==", "!="):
        return None
    for one, other in ((left, right), (right, left)):
        if _is_null(other):
            return IsNull(one, node.signs[0] == "!=", node.at)
    return None


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


_RULES: dict[type, Callable[[_Reader, Any], Core | None]] = {
    Literal: _Reader.literal,
    Name: _Reader.name,
    Unary: _Reader.unary,
    Binary: _Reader.binary,
    Logic: _Reader.logic,
    Comparison: _Reader.comparison,
    In: _Reader.is_in,
    IsNull: _Reader.is_null,
    Between: _Reader.between,
    Case: _Reader.case,
    CallNode: _Reader.call,
}
