"""Parts of an expression with the place where they are written, and what is done to all of them alike."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np

from datagen_chat.expressions.core import Builder, Constant, Core
from datagen_chat.expressions.kernels.numbers import Cast, Settle, Whole
from datagen_chat.expressions.kernels.times import Scale
from datagen_chat.expressions.kinds import NUMBERS, SPANS, TIMES, Kind, common, dtype_of
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.nodes import Node
from datagen_chat.expressions.printing import brief
from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY, parse_instant

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?)?", re.ASCII | re.IGNORECASE
)
_SAID: dict[Kind, str] = {"days": "duration", "months": "calendar months"}


@dataclass(frozen=True, slots=True)
class Operand:
    """A part, and the node that it is made from."""

    node: Node
    part: Core

    @property
    def kind(self) -> Kind:
        """The part's kind."""
        return self.part.kind

    @property
    def at(self) -> int:
        """The place of its first character."""
        return self.node.at

    @property
    def text(self) -> str:
        """How it is written, shortened."""
        return brief(self.node)

    def __str__(self) -> str:
        return f"{self.text} ({said(self.kind)})"

    @property
    def is_number(self) -> bool:
        """Whether it is a number; truth values count as 0 and 1."""
        return self.kind in NUMBERS

    @property
    def is_time(self) -> bool:
        """Whether it is a date or datetime."""
        return self.kind in TIMES

    @property
    def is_span(self) -> bool:
        """Whether it is a duration."""
        return self.kind in SPANS

    @property
    def literal(self) -> str | None:
        """The text, where it is one that is written out."""
        return self.part.value if isinstance(self.part, Constant) and isinstance(self.part.value, str) else None


def new_builder() -> Builder:
    """Return a builder that has made nothing."""
    return Builder(Settle())


def said(kind: Kind) -> str:
    """Return a kind's name in messages."""
    return _SAID.get(kind, kind)


def converted(build: Builder, at: int, part: Core, kind: Kind) -> Core:
    """Return a part as a kind that holds all its values."""
    if part.kind == kind:
        return part
    if isinstance(part, Constant) and part.value is None:
        return build.constant(kind, None)
    if kind == "datetime":
        return build.apply(at, kind, Scale(to_date=False), part)
    if kind == "duration":
        return build.apply(at, kind, Whole(np.multiply), part, build.constant("int", DAY))
    return build.apply(at, kind, Cast(dtype_of(kind)), part)


def alike(build: Builder, operands: Sequence[Operand]) -> tuple[Kind, list[Core]] | None:
    """Return operands in their common kind; None when they have none. Texts written out beside times are read as times."""
    kind = common([operand.kind for operand in timed(build, operands)])
    if kind is None:
        return None
    return kind, [converted(build, operand.at, operand.part, kind) for operand in timed(build, operands)]


def timed(build: Builder, operands: Sequence[Operand]) -> list[Operand]:
    """Return operands; where one is a time, texts that are written out as times too."""
    if not any(operand.is_time for operand in operands):
        return list(operands)
    return [operand if operand.literal is None else as_time(build, operand) for operand in operands]


def as_time(build: Builder, operand: Operand) -> Operand:
    """Return a text that is written out as the date or datetime that it names.

    Raises:
        ExpressionError: it names none.
    """
    text = operand.literal or ""
    found = _INSTANT.fullmatch(text.strip())
    try:
        if found and found[2] is None:
            return Operand(operand.node, build.constant("date", parse_instant(f"{found[1]}T00:00Z") // DAY))
        if found:
            return Operand(operand.node, build.constant("datetime", _instant(found)))
    except ValueError:
        pass
    hint = "Write a time such as '2024-01-31' or '2024-01-31T12:00:00Z'."
    raise ExpressionError(operand.at, "expression-value", f"{operand.text} is no time.", hint)


def _instant(found: re.Match[str]) -> int:
    """Return a date, a time of day and a zone as microseconds since 1970 in UTC; without a zone it is UTC."""
    date, minutes, seconds, zone = found.groups()
    moment = parse_instant(f"{date}T{minutes}{seconds or ''}Z")
    if zone in (None, "Z", "z"):
        return moment
    offset = datetime.fromisoformat(f"2000-01-01T00:00{zone}").utcoffset()
    assert offset is not None
    return moment - round(offset.total_seconds()) * 1_000_000


def listed(names: Collection[str], limit: int = 12) -> str:
    """Return names as they stand in a message."""
    found = list(names)
    return ", ".join(found[:limit]) + (" …" if len(found) > limit else "")
