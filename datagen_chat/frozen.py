"""Frozen dataclasses that are made in a quarter of the time: a command makes more than a hundred of them before its work.

`dataclasses` writes six methods of each class as source text and compiles them. Only `__init__` has to be: the others are the
same for all classes, but for the names of the fields. To type checkers this is the standard library's `dataclass`.
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
            cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
            fields = dataclasses.fields(cls)
            methods = {
                "__init__": _initialiser(cls, fields),
                "__repr__": _show,
                "__setattr__": _refuse_to_set,
                "__delattr__": _refuse_to_delete,
            }
            methods |= {"__getstate__": _state, "__setstate__": _restore} if slots else {}
            methods |= _comparisons(fields) if eq else {}
            own = vars(cls)
            for name, method in methods.items():
                if own.get(name) is None:  # a class with an `__eq__` of its own has None for `__hash__`
                    setattr(cls, name, method)
            return cls

        return made

    def _initialiser(cls, fields):
        """Return `__init__`: the one method whose parameters differ."""
        names = {"put": object.__setattr__, "missing": dataclasses.MISSING}
        given, by_name, lines = [], [], []
        for field in fields:
            name, default, value = field.name, "", field.name
            if field.default is not dataclasses.MISSING:
                names[f"default_{name}"] = field.default
                default = f"=default_{name}"
            elif field.default_factory is not dataclasses.MISSING:
                names[f"make_{name}"] = field.default_factory
                default, value = "=missing", f"make_{name}() if {name} is missing else {name}"
            (by_name if field.kw_only else given).append(name + default)
            lines.append(f" put(self, {name!r}, {value})")
        if hasattr(cls, "__post_init__"):
            lines.append(" self.__post_init__()")
        parameters = ", ".join(["self", *given, *(["*", *by_name] if by_name else [])])
        made = {}
        exec("\n".join([f"def __init__({parameters}):", *(lines or [" pass"])]), names, made)  # noqa: S102 - names of fields, as `dataclasses` does
        initialiser = made["__init__"]
        initialiser.__qualname__ = f"{cls.__qualname__}.__init__"
        return initialiser

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

    def _refuse_to_set(_self, name, _value):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _refuse_to_delete(_self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def _state(self):
        return [getattr(self, field.name) for field in dataclasses.fields(self)]

    def _restore(self, state):
        for field, value in zip(dataclasses.fields(self), state, strict=True):
            object.__setattr__(self, field.name, value)
