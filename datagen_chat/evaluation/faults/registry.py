"""What can happen to a good reply: every class of faults, what it does, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Reply, Stop

Outcome = Literal["same", "asked", "prose", "other"]
"""What comes of a faulty reply: the schema that was meant, a problem that the model is told, no schema, or another schema."""

Mutate = Callable[[Good, Chance], "Reply | str | None"]
"""Makes one faulty reply of a good one; a plain text is one that was finished, None says that it has no such place."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A class of faults; `must` holds the outcomes that are right.

    Where it may be `other`, the reply itself says another schema, in strict JSON: nobody can know, but the difference is shown.
    """

    name: str
    family: str
    what: str
    must: frozenset[Outcome]
    mutate: Mutate


MUTATIONS: dict[str, Mutation] = {}


def fault(*must: Outcome) -> Callable[[Mutate], Mutate]:
    """Register a class of faults under its function's name; its docstring says what it does."""

    def register(mutate: Mutate) -> Mutate:
        name, family = mutate.__name__, mutate.__module__.rpartition(".")[2]
        assert name not in MUTATIONS, name
        what = (mutate.__doc__ or "").strip().partition("\n")[0]
        MUTATIONS[name] = Mutation(name, family, what, frozenset(must), mutate)
        return mutate

    return register


CUT: tuple[Stop, ...] = ("length", "cut", "end")
"""How a reply that was cut may end: at the limit of tokens, without a reason, or as if it were finished."""
