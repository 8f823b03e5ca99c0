"""Frozen dataclasses are those of the standard library, in all that can be seen of them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import field
from typing import Any

import pytest

from datagen_chat import frozen


def made_by(dataclass: Any) -> dict[str, type[Any]]:
    """Return some classes as a decorator makes them."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """A place."""

        x: int
        y: int = 0

    @dataclass(frozen=True, slots=True)
    class One:
        value: Any

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True)
    class Loose:
        names: list[str] = field(default_factory=list)
        hidden: int = field(default=1, repr=False)
        ignored: int = field(default=2, compare=False)

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        first: int
        second: int = 2

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        x: int = 0

    @dataclass(frozen=True, slots=True)
    class Alike:
        x: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Alike)

        def __hash__(self) -> int:
            return 7

        def __repr__(self) -> str:
            return f"alike {self.x}"

    @dataclass(frozen=True, slots=True)
    class Deep(Point):
        z: int = 5

    @dataclass(frozen=True)
    class Checked:
        x: int

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("below zero")

    found = (Point, One, Empty, Loose, Named, Itself, Alike, Deep, Checked)
    return {each.__name__: each for each in found}


OURS, THEIRS = made_by(frozen.dataclass), made_by(dataclasses.dataclass)

SEEN: dict[str, Callable[[dict[str, type[Any]]], Any]] = {
    "text": lambda of: [
        repr(of["Point"](1)),
        repr(of["One"]("a")),
        repr(of["Empty"]()),
        repr(of["Loose"]()),
        repr(of["Deep"](1)),
    ],
    "equal": lambda of: [
        of["Point"](1) == of["Point"](1, y=0),
        of["Point"](1) == of["Point"](2),
        of["Empty"]() == of["Empty"](),
    ],
    "not of one class": lambda of: [of["Point"](1) == of["Deep"](1), of["Point"](1) == (1, 0), of["Point"](1) != of["One"](1)],
    "not a number": lambda of: [of["One"](nan) == of["One"](nan) for nan in [float("nan")]],
    "hash": lambda of: [hash(of["Point"](1, 2)) == hash(of["Point"](1, 2)), hash(of["Alike"](1))],
    "in a set": lambda of: len({of["Point"](1), of["Point"](1), of["Point"](2), of["Itself"](), of["Itself"]()}),
    "left out of comparing": lambda of: [of["Loose"](ignored=3) == of["Loose"](), of["Loose"](hidden=3) == of["Loose"]()],
    "its own methods": lambda of: [of["Alike"](1) == of["Alike"](2), repr(of["Alike"](1))],
    "by identity": lambda of: [of["Itself"]() == of["Itself"](), [each == each for each in [of["Itself"]()]]],
    "a list for each": lambda of: [of["Loose"]().names, of["Loose"]().names is of["Loose"]().names],
    "by name": lambda of: dataclasses.asdict(of["Named"](second=3, first=1)),
    "replaced": lambda of: repr(dataclasses.replace(of["Deep"](1), z=6, x=2)),
    "matched": lambda of: [of["Point"].__match_args__, of["Named"].__match_args__],
    "fields": lambda of: [(each.name, each.type, each.init) for each in dataclasses.fields(of["Loose"])],
    "slots": lambda of: [hasattr(of[name](1), "__dict__") for name in ("Point", "Deep", "Checked")],
    "copied": lambda of: [copy.copy(of["Point"](1, 2)) == of["Point"](1, 2), copy.deepcopy(of["Loose"](["a"])).names],
    "docstring": lambda of: of["Point"].__doc__,
}


@pytest.mark.parametrize("what", SEEN)
def test_what_is_seen_of_a_frozen_dataclass_is_what_the_standard_library_shows(what: str) -> None:
    assert SEEN[what](OURS) == SEEN[what](THEIRS)


WRONG: dict[str, Callable[[dict[str, type[Any]]], object]] = {
    "set": lambda of: setattr(of["Point"](1), "x", 2),
    "set another": lambda of: setattr(of["Loose"](), "other", 2),
    "delete": lambda of: delattr(of["Point"](1), "x"),
    "too few": lambda of: of["Point"](),
    "too many": lambda of: of["Point"](1, 2, 3),
    "unknown": lambda of: of["Point"](1, w=2),
    "not by name": lambda of: of["Named"](1),
    "checked": lambda of: of["Checked"](-1),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_goes_wrong_with_a_frozen_dataclass_is_said_as_the_standard_library_says_it(what: str) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError)) as theirs:
        WRONG[what](THEIRS)
    with pytest.raises(type(theirs.value)) as ours:
        WRONG[what](OURS)
    assert str(ours.value) == str(theirs.value)


@frozen.dataclass(frozen=True, slots=True)
class Kept:
    x: int
    names: tuple[str, ...] = ()


def test_frozen_dataclasses_are_pickled() -> None:
    assert pickle.loads(pickle.dumps(Kept(1, ("a",)))) == Kept(1, ("a",))


def test_a_dataclass_that_is_not_frozen_is_refused() -> None:
    with pytest.raises(TypeError, match="not frozen"):
        frozen.dataclass(frozen=False)
