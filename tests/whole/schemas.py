"""Arbitrary schemas of the whole language, drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from datagen_chat.arbitrary.schemas import schema
from datagen_chat.chance import Chance


class Drawn:
    """Numbers that hypothesis chooses."""

    def __init__(self, draw: Callable[..., int]) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(st.integers(0, bound - 1))


@st.composite
def schemas(draw: Callable[..., Any]) -> dict[str, Any]:
    """Return a schema; it is valid, but for what only the whole of it decides."""
    return schema(Chance(Drawn(draw)))
