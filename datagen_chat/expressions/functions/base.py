"""How a function is declared, and what it may ask of its arguments."""

from __future__ import annotations

from collections.abc import Callable

from datagen_chat.expressions.core import Builder, Constant, Core
from datagen_chat.expressions.kinds import Kind, common
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.operands import Operand, as_time, converted
from datagen_chat.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A function's arguments where it is called. Every method raises a `ExpressionError` for an argument that will not do."""

    build: Builder
    at: int
    function: Function
    operands: tuple[Operand, ...]

    def __len__(self) -> int:
        return len(self.operands)

    def number(self, place: int, kind: Kind | None = None) -> Core:
        """Return an argument that is a number, in a kind that holds it; its own, but for truth values, unless one is named."""
        operand = self.operands[place]
        if not (operand.is_number or operand.kind == "null"):
            raise self.wrong(operand, "a number")
        wanted = kind or common((operand.kind, "int"))
        assert wanted is not None
        if common((operand.kind, wanted)) != wanted:
            raise self.wrong(operand, "a whole number", f"Write round({operand.text}).")
        return converted(self.build, operand.at, operand.part, wanted)

    def text(self, place: int) -> Core:
        """Return an argument that is text."""
        operand = self.operands[place]
        if operand.kind not in ("text", "null"):
            raise self.wrong(operand, "text", f"Write concat({operand.text}) to make it text.")
        return converted(self.build, operand.at, operand.part, "text")

    def time(self, place: int) -> Operand:
        """Return an argument that is a date or datetime, or a text that is written out as one."""
        operand = self.operands[place]
        if operand.literal is not None:
            return as_time(self.build, operand)
        if operand.kind == "null":
            return Operand(operand.node, self.build.constant("datetime", None))
        if not operand.is_time:
            raise self.wrong(operand, "a date or datetime")
        return operand

    def whole(self, place: int, least: int, most: int) -> int:
        """Return an argument that is a whole number, the same in every row."""
        operand = self.operands[place]
        value = operand.part.value if isinstance(operand.part, Constant) else None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            wanted = f"a whole number from {least} to {most}, written out"
            raise self.wrong(operand, wanted, f"Write such a number, not a column: {self.function.signature}.")
        return value

    def word(self, place: int) -> str:
        """Return an argument that is a text, the same in every row and not empty."""
        operand = self.operands[place]
        if not operand.literal:
            raise self.wrong(operand, "a text that is written out", "Write it in quotes.")
        return operand.literal

    def wrong(self, operand: Operand, wanted: str, hint: str = "") -> ExpressionError:
        """Return what to raise when an argument is not what it should be."""
        message = f"{self.function.name} wants {wanted}, not {operand}."
        return ExpressionError(operand.at, "expression-kind", message, hint or f"Write {self.function.signature}.")


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how it is called, what it gives, and what other languages call it."""

    name: str
    signature: str
    doc: str
    least: int
    most: int | None
    also: tuple[str, ...]
    make: Callable[[Call], Core]


FUNCTIONS: dict[str, Function] = {}
"""Every function by its name."""

ALIASES: dict[str, str] = {}
"""What other languages call a function, by that name."""


def function(
    signature: str, doc: str, also: tuple[str, ...] = ()
) -> Callable[[Callable[[Call], Core]], Callable[[Call], Core]]:
    """Declare a function: `signature` as in `round(x[, places])`, with `…` where any number of arguments may follow."""
    name, _, rest = signature.removesuffix(")").partition("(")
    parameters = rest.count(",") + 1
    optional = sum(part.partition("]")[0].count(",") for part in rest.split("[")[1:])
    endless = "…" in rest
    least, most = parameters - optional - endless, None if endless else parameters

    def declare(make: Callable[[Call], Core]) -> Callable[[Call], Core]:
        FUNCTIONS[name] = Function(name, signature, doc, least, most, also, make)
        ALIASES.update(dict.fromkeys(also, name))
        return make

    return declare
