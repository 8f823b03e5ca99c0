"""A walk through states."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from datagen_chat.generators.base.rows import Rows
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.problems import Problem, did_you_mean, note, pointer, shown
from datagen_chat.unfoldings._dwell import ANY_DWELL, Dwell
from datagen_chat.unfoldings.base import Above, Unfolding, When
from datagen_chat.words import Truth, Weight, Word, term

if TYPE_CHECKING:
    from datagen_chat.unfoldings._walks import Route

STATE_LIMIT = 500
ROW_LIMIT = 10_000
Shares = Annotated[dict[str, Weight], Field(min_length=1, max_length=STATE_LIMIT)]


class Station(Word):
    """A state: how long it lasts and what follows, or that it is terminal."""

    dwell: Annotated[Dwell, ANY_DWELL] | None = term(
        None,
        'How long it lasts: {"distribution": "uniform", "min": 7, "max": 30, "unit": "day"}; any law will do.',
        also=("duration", "stay", "dwell_time", "time", "holding_time", "sojourn"),
    )
    next: Shares | None = term(
        None,
        "The states that follow, with their weights.",
        also=("transitions", "to", "next_states", "targets", "transition", "goes_to"),
    )
    terminal: Truth = term(
        False, "Whether nothing follows.", also=("final", "is_terminal", "is_final", "absorbing", "end_state", "end")
    )


class StateTransitionModel(Unfolding, word="state_transition_model"):
    """Each parent walks from state to state: one row for each state that it enters.

    The walk is a Markov chain, the generator `state` reads its rows, and their times rise. It ends in a terminal state, at the
    timeframe's end or after max_rows.
    """

    one: ClassVar = "walk"
    parts: ClassVar = {"states": Station}

    initial: Shares = term(
        description="The states in which walks begin, with their weights.",
        also=("initial_state", "start_state", "initial_states", "starting_state", "initial_distribution"),
    )
    states: Annotated[dict[str, Station], Field(min_length=1, max_length=STATE_LIMIT)] = term(
        description="The states by name.", also=("state", "nodes")
    )
    max_rows: Annotated[int, Field(ge=1, le=ROW_LIMIT)] = term(
        50, "The most rows of one parent.", also=("max_steps", "max_transitions", "limit", "max_length", "max_states")
    )

    also: ClassVar = ("state_machine", "state_model", "markov_chain", "state_transitions", "states_model", "transition_model")
    example: ClassVar[Mapping[str, object]] = {
        "initial": {"trial": 1.0},
        "states": {
            "trial": {
                "dwell": {"distribution": "uniform", "min": 7, "max": 30, "unit": "day"},
                "next": {"active": 0.6, "cancelled": 0.4},
            },
            "active": {"dwell": {"distribution": "exponential", "scale": 90, "unit": "day"}, "next": {"cancelled": 1.0}},
            "cancelled": {"terminal": True},
        },
        "max_rows": 12,
    }

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the states, sorted: what is drawn must not depend on the order in which an object's keys are written."""
        return tuple(sorted(self.states))

    @property
    def distinct_fields(self) -> frozenset[str]:
        """The fields that no two rows of one parent share: the name among them where no way leads back to a state."""
        from graphlib import CycleError, TopologicalSorter

        try:
            TopologicalSorter({name: _positive(state.next or {}) for name, state in self.states.items()}).prepare()
        except CycleError:
            return super().distinct_fields
        return super().distinct_fields | {"name"}

    def reach(self) -> int:
        """Return max_rows."""
        return self.max_rows

    def check_more(self, above: Above) -> Iterator[Problem]:
        """Yield states that are unknown, without a way on, or never entered, and weights that are no shares."""
        problems = [*self._check_shares("/initial", self.initial)]
        for name, state in self.states.items():
            at = pointer("states", name)
            problems += [problem.under(at) for problem in _check_state(name, state)]
            if state.next is not None:
                problems += self._check_shares(at + "/next", state.next)
        yield from problems
        if not any(problem.is_error for problem in problems):
            yield from self._check_ways(above)

    def _check_shares(self, at: str, shares: Mapping[str, float]) -> Iterator[Problem]:
        """Yield what is wrong with weights of states."""
        for name in shares:
            if name not in self.states:
                hint = did_you_mean(name, self.states) or f"The states are {', '.join(map(shown, list(self.states)[:20]))}."
                yield Problem(at + pointer(name), "unknown-state", f"There is no state {shown(name)}.", hint)
        total = math.fsum(shares.values())
        if not total > 0:
            yield Problem(at, "weights-zero", "The weights add up to zero.", "Make at least one weight positive.")
        elif max(shares.values()) <= 1 and abs(total - 1) > 0.01:
            yield note(at, "weights-sum", f"The weights add up to {total:.4g}; they are scaled to add up to 1.")

    def _check_ways(self, above: Above) -> Iterator[Problem]:
        """Yield notes on states that no walk enters, and on walks that only the end of time or max_rows can stop."""
        entered = self._reached(_positive(self.initial))
        for name in self.states:
            if name not in entered:
                hint = "Add it to the next of a state, or remove it."
                yield note(pointer("states", name), "state-unreachable", f"No walk comes to the state {shown(name)}.", hint)
        trapped = [name for name in entered if not any(self.states[other].terminal for other in self._reached([name]))]
        has_end = self.ends(above) != When()
        if trapped and (len(trapped) < len(entered) or not has_end):
            what = f"the end or {self.max_rows} rows" if has_end else f"{self.max_rows} rows"
            message = f"From {_listed(trapped)} no walk comes to a terminal state: it goes on until {what}."
            yield note(pointer("states", trapped[0]), "no-way-out", message, "Add a terminal state to what follows.")

    def _reached(self, names: list[str]) -> list[str]:
        """Return the states that can be entered from some states on, those included."""
        found = dict.fromkeys(names)
        waiting = list(found)
        while waiting:
            following = [name for name in _positive(self.states[waiting.pop()].next or {}) if name not in found]
            found |= dict.fromkeys(following)
            waiting += following
        return list(found)

    def routes(self, scope: TableScope, above: Above) -> Callable[[Rows], Route]:  # noqa: ARG002
        """Return the chain, which is the same for all parents."""
        from datagen_chat.tables import Discrete
        from datagen_chat.unfoldings._chain import Chain, Stays, Successors

        states = [self.states[name] for name in self.names]
        nexts = [{} if state.terminal else state.next or {} for state in states]
        chain = Chain(
            names=self.names,
            longest=self.max_rows,
            initial=Discrete([self.initial.get(name, 0.0) for name in self.names]),
            successors=Successors([_numbered(following, self.names) for following in nexts]),
            stays=Stays([None if state.terminal else state.dwell for state in states]),
            first_key=scope.key("first state"),
            step_key=lambda step: scope.key(f"step {step}"),
        )
        return lambda parents: chain  # noqa: ARG005


def _check_state(name: str, state: Station) -> Iterator[Problem]:
    """Yield what is wrong with one state; pointers are relative to it."""
    if state.dwell is not None:
        yield from (problem.under("/dwell") for problem in state.dwell.check())
    if state.terminal:
        if state.next is not None:
            message = f"The state {shown(name)} is terminal, but something follows it."
            yield Problem("/next", "terminal-with-next", message, "Remove next, or remove terminal.")
        if state.dwell is not None:
            message = f"The state {shown(name)} is terminal: it lasts for ever, and its dwell changes nothing."
            yield note("/dwell", "dwell-unused", message, "Remove dwell, or name the states that follow.")
        return
    if state.next is None:
        message = f"Nothing follows the state {shown(name)}, and it is not terminal."
        yield Problem("/next", "state-without-next", message, 'Add next: the states that follow; or "terminal": true.')
    if state.dwell is None:
        hint = 'Add "dwell": {"distribution": "exponential", "scale": 5, "unit": "day"}, with a law and numbers that fit.'
        yield Problem("/dwell", "missing-dwell", f"Nothing says how long the state {shown(name)} lasts.", hint)


def _numbered(shares: Mapping[str, float], names: tuple[str, ...]) -> dict[int, float]:
    """Return weights of states by the states' numbers, in their order."""
    return {number: shares[name] for number, name in enumerate(names) if name in shares}


def _positive(shares: Mapping[str, float]) -> list[str]:
    return [name for name, weight in shares.items() if weight > 0]


def _listed(names: list[str]) -> str:
    return ", ".join(map(shown, names[:8])) + (" …" if len(names) > 8 else "")
