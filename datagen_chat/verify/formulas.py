"""Formulas as SQL, where both say the same beyond doubt; what rounding could decide otherwise is not told.

Numbers are computed as doubles. Only columns and what is written out are compared with each other: where two computed numbers
nearly meet, the last bit would decide.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from typing import Literal as OneOf

from datagen_chat.expressions.nodes import (
    Between,
    Binary,
    Call,
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
from datagen_chat.frozen import dataclass
from datagen_chat.sql import literal
from datagen_chat.verify.sql import listed, number
from datagen_chat.words import ColumnType

Kind = OneOf["number", "text", "bool", "time", "day", "length", "days", "null"]
_KINDS: dict[ColumnType, Kind] = {
    "int": "number",
    "float": "number",
    "string": "text",
    "bool": "bool",
    "datetime": "time",
    "date": "day",
}
_SIGNS = {"==": "=", "=": "=", "!=": "<>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_PARTS = ("year", "month", "day", "hour", "minute", "quarter")
_LENGTHS = {"days": "to_days", "hours": "to_hours", "minutes": "to_minutes"}
_TEXTS = {"lower": "lower", "upper": "upper", "length": "length", "len": "length"}


class UntoldError(Exception):
    """A formula that is not told in SQL; its text says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """A formula in SQL. It `is_exact` where its value is the same to the last bit: a column, or what is written out.

    `whole` is a whole number's SQL as it is, not as a double.
    """

    sql: str
    kind: Kind
    is_exact: bool = True
    whole: str = ""


Read = Callable[[str | None, str], tuple[str, ColumnType]]
"""Gives a column in SQL, and its type."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells formulas over columns that `read` knows."""

    read: Read

    def tell(self, node: Node) -> Told:
        """Return a formula in SQL.

        Raises:
            UntoldError: SQL could come to another value.
        """
        told: Told = _WAYS[type(node)](self, node)
        return told

    def _name(self, node: Name) -> Told:
        sql, type_ = self.read(node.table, node.column)
        if type_ == "int":
            return Told(f"CAST({sql} AS DOUBLE)", "number", whole=sql)
        return Told(sql, _KINDS[type_])

    def _literal(self, node: Literal) -> Told:
        return _written(node)

    def _among(self, node: In) -> Told:
        first, *members = self._compared(node.operand, *node.members)
        return Told(f"({first} {'NOT ' if node.negated else ''}IN ({listed(members)}))", "bool")

    def _null(self, node: IsNull) -> Told:
        return Told(f"({self.tell(node.operand).sql} IS {'NOT ' if node.negated else ''}NULL)", "bool")

    def _between(self, node: Between) -> Told:
        one, low, high = self._compared(node.operand, node.low, node.high)
        return Told(f"({one} {'NOT ' if node.negated else ''}BETWEEN {low} AND {high})", "bool")

    def _unary(self, node: Unary) -> Told:
        operand = self.tell(node.operand)
        if node.sign == "not" and operand.kind == "bool":
            return Told(f"(NOT {operand.sql})", "bool")
        if node.sign == "not":
            raise UntoldError("not of what is not true or false")
        if operand.kind != "number":
            raise UntoldError("a sign before what is no number")
        return Told(f"(-{operand.sql})" if node.sign == "-" else operand.sql, "number", operand.is_exact)

    def _binary(self, node: Binary) -> Told:
        left, right = self.tell(node.left), self.tell(node.right)
        if {left.kind, right.kind} == {"number"} and node.sign in ("+", "-", "*", "/"):
            under = f"nullif({right.sql}, 0)" if node.sign == "/" else right.sql
            return Told(f"({left.sql} {node.sign} {under})", "number", is_exact=False)
        if left.kind in ("time", "day") and right.kind in ("length", "days") and node.sign in ("+", "-"):
            kind: Kind = "day" if left.kind == "day" and right.kind == "days" else "time"
            return Told(f"({left.sql} {node.sign} {right.sql})", kind)
        raise UntoldError(f"{node.sign} of what is not told")

    def _logic(self, node: Logic) -> Told:
        operands = [self.tell(operand) for operand in node.operands]
        if any(operand.kind != "bool" for operand in operands):
            raise UntoldError(f"{node.sign} of what is not true or false")
        sign = {"and": " AND ", "or": " OR "}.get(node.sign)
        if sign is None:
            raise UntoldError(f"{node.sign} between conditions")
        return Told(f"({sign.join(operand.sql for operand in operands)})", "bool")

    def _comparison(self, node: Comparison) -> Told:
        if len(node.signs) == 1 and node.signs[0] in ("==", "!="):
            left, right = sorted(node.operands, key=_is_null)
            if _is_null(right) and not _is_null(left):  # asks whether it is null, as the language has it and SQL has not
                return self._null(IsNull(left, node.signs[0] == "!=", node.at))
        words = self._compared(*node.operands)
        pairs = zip(words, node.signs, words[1:], strict=False)
        return Told(f"({' AND '.join(f'{one} {_SIGNS[sign]} {two}' for one, sign, two in pairs)})", "bool")

    def _compared(self, *nodes: Node) -> list[str]:
        """Return operands of one kind, to be compared: texts beside times as times.

        Raises:
            UntoldError: they are of several kinds, or computed.
        """
        operands = [self.tell(node) for node in nodes]
        if not all(operand.is_exact for operand in operands):
            raise UntoldError("a comparison of computed numbers, which the last bit could decide")
        kinds = {operand.kind for operand in operands} - {"null"}
        if kinds & {"time", "day"}:
            return [_as_time(operand) for operand in operands]
        if len(kinds) > 1:
            raise UntoldError("values of different kinds beside each other")
        return [operand.sql for operand in operands]

    def _case(self, node: Case) -> Told:
        conditions: list[str] = []
        for condition, _ in node.branches:
            asked = condition if node.operand is None else Comparison(("==",), (node.operand, condition))
            found = self.tell(asked)
            if found.kind != "bool":
                raise UntoldError("a condition that is not true or false")
            conditions.append(found.sql)
        values = [self.tell(value) for _, value in node.branches]
        values.append(Told("NULL", "null") if node.otherwise is None else self.tell(node.otherwise))
        words, kind = self._values(values)
        branches = " ".join(f"WHEN {condition} THEN {word}" for condition, word in zip(conditions, words, strict=False))
        return Told(f"(CASE {branches} ELSE {words[-1]} END)", kind, all(value.is_exact for value in values))

    def _values(self, values: list[Told]) -> tuple[list[str], Kind]:
        """Return values of one kind, and the kind."""
        kinds = {value.kind for value in values} - {"null"}
        if len(kinds) > 1 or kinds & {"length", "days"}:
            raise UntoldError("values of different kinds beside each other")
        return [value.sql for value in values], kinds.pop() if kinds else "null"

    def _call(self, node: Call) -> Told:
        name, arguments = node.name, [self.tell(argument) for argument in node.arguments]
        kinds = [argument.kind for argument in arguments]
        if name in ("if", "iif", "iff") and len(arguments) == 3 and kinds[0] == "bool":
            (one, two), kind = self._values(arguments[1:])
            return Told(
                f"(CASE WHEN {arguments[0].sql} THEN {one} ELSE {two} END)", kind, all(a.is_exact for a in arguments[1:])
            )
        if name in ("coalesce", "ifnull", "nvl") and arguments:
            words, kind = self._values(arguments)
            return Told(f"coalesce({listed(words)})", kind, all(argument.is_exact for argument in arguments))
        if name in ("min", "least", "max", "greatest") and len(arguments) > 1:
            words, kind = self._values(arguments)
            function = "least" if name in ("min", "least") else "greatest"
            return Told(f"{function}({listed(words)})", kind, all(argument.is_exact for argument in arguments))
        if name == "abs" and kinds == ["number"]:
            return Told(f"abs({arguments[0].sql})", "number", arguments[0].is_exact)
        if name in _TEXTS and kinds == ["text"]:
            return Told(f"{_TEXTS[name]}({arguments[0].sql})", "number" if _TEXTS[name] == "length" else "text")
        if name in _PARTS and len(kinds) == 1 and kinds[0] in ("time", "day"):
            return Told(f"{name}({arguments[0].sql})", "number", arguments[0].is_exact)
        if name in _LENGTHS and len(arguments) == 1 and arguments[0].whole:
            return Told(f"{_LENGTHS[name]}(CAST({arguments[0].whole} AS INTEGER))", "days" if name == "days" else "length")
        raise UntoldError(f"{name} is not told in SQL")


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _written(node: Literal) -> Told:
    if node.value is None:
        return Told("NULL", "null")
    if isinstance(node.value, bool):
        return Told("true" if node.value else "false", "bool")
    if isinstance(node.value, str):
        return Told(literal(node.value), "text")
    whole = str(node.value) if isinstance(node.value, int) else ""
    return Told(number(float(node.value)), "number", whole=whole)


def _as_time(told: Told) -> str:
    """Return an operand that stands beside a time as one."""
    if told.kind == "text" and told.sql.startswith("'"):
        try:
            moment = datetime.fromisoformat(told.sql.strip("'").removesuffix("Z"))
        except ValueError:
            raise UntoldError("a text beside a time") from None
        return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"
    if told.kind not in ("time", "day", "null"):
        raise UntoldError("values of different kinds beside each other")
    return told.sql


_WAYS: dict[type, Callable[[Teller, Any], Told]] = {
    Literal: Teller._literal,
    Name: Teller._name,
    Unary: Teller._unary,
    Binary: Teller._binary,
    Logic: Teller._logic,
    Comparison: Teller._comparison,
    In: Teller._among,
    IsNull: Teller._null,
    Between: Teller._between,
    Case: Teller._case,
    Call: Teller._call,
}
