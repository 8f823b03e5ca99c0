"""Frozen dataclasses that are made in less time: a command makes more than a hundred of them before its work.

`dataclasses` writes six methods of each class as source text and compiles them. Three are left to it here; those that show,
compare and hash a value are the same for all classes, but for the names of the fields. To type checkers this is the standard
library's `dataclass`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter
    from reprlib import recursive_repr

    def dataclass(*, frozen, slots=False, eq=True, kw_only=False):
        """Return what makes a class a frozen dataclass, as `dataclasses.dataclass` does with the same arguments.

        >>> @dataclass(frozen=True, slots=True)
        ... class Point:
        ...     x: int
        ...     y: int = 0
        >>> Point(1), Point(1) == Point(1, y=0), {Point(1): "a"}[Point(1)], dataclasses.replace(Point(1), y=2)
        (Point(x=1, y=0), True, 'a', Point(x=1, y=2))
        """
        if not frozen:
            raise TypeError("dataclasses that are not frozen come from the standard library")

        def made(cls):
            cls.__doc__ = cls.__doc__ or cls.__name__  # else a signature would be written there, which takes longest of all
            cls = dataclasses.dataclass(frozen=True, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            methods = {"__repr__": _show} | (_comparisons(dataclasses.fields(cls)) if eq else {})
            own = vars(cls)
            for name, method in methods.items():
                if own.get(name) is None:  # a class with an `__eq__` of its own has None for `__hash__`
                    setattr(cls, name, method)
            return cls

        return made

    def _comparisons(fields):
        """Return the methods that compare values by their fields."""
        compared = [field.name for field in fields if field.compare]
        values = attrgetter(*compared) if len(compared) > 1 else lambda value: tuple(getattr(value, name) for name in compared)

        def equal(self, other):
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def hashed(self):
            return hash(values(self))

        return {"__eq__": equal, "__hash__": hashed}

    @recursive_repr()
    def _show(self):
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"
