"""Real Faker, made a pure function: one value for one seed, on the reference day, whatever else runs in the process."""

from __future__ import annotations

import datetime
import functools
import logging
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple

from datagen_chat.faking.clock import StoppedDate, StoppedDatetime, StoppedModule
from datagen_chat.frozen import dataclass

_LOCK = threading.RLock()
_HELD: list[Any] = []
"""The generator that the stand-ins draw from while they are in place."""
_NAMES: list[_Name] = []
"""The names to stand in for: found again when a generator has loaded more of Faker."""
_CLOCKS: dict[Any, Any] = {datetime.datetime: StoppedDatetime, datetime.date: StoppedDate, datetime: StoppedModule()}
FAILURES = (Exception,)
"""What Faker's methods raise when they cannot do what they were asked; `postcode_in_state` raises the bare class."""
_SILENT = logging.Logger("silent", logging.CRITICAL + 1)


class _Quiet:
    """The module `warnings`, without a voice."""

    def warn(self, *_: Any, **__: Any) -> None:
        """Say nothing."""


class _Name(NamedTuple):
    """A global name in one of Faker's modules that reaches the clock, the shared randomness or the user's screen."""

    space: dict[str, Any]
    name: str
    found: Any

    def stand_in(self, source: Relay) -> Any:
        if isinstance(self.found, logging.Logger):
            return _SILENT
        if self.found is warnings:
            return _Quiet()
        if _is_clock(self.found):
            return _CLOCKS[self.found]
        if self.found is random:
            return source
        # The method is looked up at each call: the relay's target changes while the stand-in stays.
        return lambda *args, **named: getattr(source, self.found.__name__)(*args, **named)


class Relay:
    """The randomness that a generator holds for good, because its providers may keep it: what is asked goes to `target`."""

    target: Random

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


@functools.cache
def generator(locale: str) -> Any:
    """Return a Faker generator of this locale that shares nothing with the user's own."""
    from faker import Factory, Generator

    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Factory.create(locale, generator=Generator(locale=locale))  # type: ignore[arg-type]
        _NAMES[:] = _leaks()
    made.random = Relay()  # type: ignore[assignment]
    made._is_seeded = True
    return made


def _leaks() -> list[_Name]:
    """Return the names to stand in for in all of Faker's modules that are loaded."""
    names = ("choice", "choices", "randint", "random", "randrange", "sample", "uniform")
    shared = {id(random), id(warnings), *(id(getattr(random, name)) for name in names)}
    found = []
    for name, module in list(sys.modules.items()):
        if name.startswith("faker.providers."):
            space = vars(module)
            for key, value in space.items():
                if id(value) in shared or _is_clock(value) or isinstance(value, logging.Logger):
                    found.append(_Name(space, key, value))
    return found


def _is_clock(value: Any) -> bool:
    return value is datetime or value is datetime.datetime or value is datetime.date


@contextmanager
def still(faker: Any) -> Iterator[None]:
    """Make Faker live on the reference day and draw only from its relay, for this block; one thread at a time."""
    with _LOCK:
        if _HELD:
            yield
            return
        names = tuple(_NAMES)
        _HELD.append(faker)
        for leak in names:
            leak.space[leak.name] = leak.stand_in(faker.random)
        try:
            yield
        finally:
            _HELD.clear()
            for leak in names:
                leak.space[leak.name] = leak.found


@dataclass(frozen=True, slots=True)
class Call:
    """A Faker method that makes one real value out of one source of randomness."""

    faker: Any
    made: Callable[..., Any]
    args: Mapping[str, Any]

    def __call__(self, source: Random) -> Any:
        """Return one value."""
        with still(self.faker):
            self.faker.random.target = source
            return self.made(**self.args)


def caller(method: str, locale: str, args: Mapping[str, Any]) -> Call:
    """Return a method of a locale, to be called with these arguments."""
    faker = generator(locale)
    return Call(faker, getattr(faker, method), args)
