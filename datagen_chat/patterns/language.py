"""How many different texts a pattern has: its choices are as many only where no text comes about in two ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from datagen_chat.patterns.nodes import Chars, Node, Options, Repeat, Series

WORK_LIMIT = 200_000
"""So many characters on edges are looked at before the answer is given up."""

States = frozenset[int]


@lru_cache(maxsize=256)
def characters(node: Node) -> frozenset[str]:
    """Return the characters that a node's texts are made of."""
    match node:
        case Chars(choices):
            return frozenset(choices)
        case Series(parts) | Options(parts):
            return frozenset().union(*map(characters, parts))
        case Repeat(part):
            return characters(part)


@lru_cache(maxsize=256)
def is_unambiguous(node: Node) -> bool:
    """Return whether every text comes about by one sequence of choices only; False also where it takes long to tell."""
    return node.count == distinct_texts(node)


def distinct_texts(node: Node) -> int | None:
    """Return how many different texts a node has, or None where it takes long to tell.

    The texts are followed character by character through all states that they can have reached, which is one set of states
    for each text. It is enough to know how many texts have reached each set.

    >>> from datagen_chat.patterns.parser import parse
    >>> distinct_texts(parse("(a|ab)(c|bc)"))
    3
    """
    automaton = _Automaton()
    end = automaton.add(node, 0)
    reached: Mapping[States, int] = {automaton.closed((0,)): 1}
    total = 0
    while reached and automaton.work < WORK_LIMIT:
        total += sum(count for states, count in reached.items() if end in states)
        after: dict[States, int] = defaultdict(int)
        for states, count in reached.items():
            for target, chars in automaton.steps(states).items():
                after[target] += count * chars
        reached = after
    return None if reached else total


class _Automaton:
    """States, numbered from 0, with edges that take one of some characters, or none."""

    def __init__(self) -> None:
        self._edges: list[list[tuple[tuple[str, ...], int]]] = [[]]
        self._free: list[list[int]] = [[]]
        self._known: dict[States, Mapping[States, int]] = {}
        self.work = 0

    def _new(self) -> int:
        self._edges.append([])
        self._free.append([])
        return len(self._edges) - 1

    def add(self, node: Node, start: int) -> int:
        """Return the state that the texts of a node lead to from another state."""
        match node:
            case Chars(choices):
                end = self._new()
                self._edges[start].append((choices, end))
                return end
            case Series(parts):
                for part in parts:
                    start = self.add(part, start)
                return start
            case Options(options):
                ends = [self.add(option, self._after(start)) for option in options]
            case Repeat(part, low, high):
                ends = [start]
                for _ in range(high):
                    ends.append(self.add(part, self._after(ends[-1])))
                ends = ends[low:]
        end = self._new()
        for each in ends:
            self._free[each].append(end)
        return end

    def _after(self, start: int) -> int:
        """Return a new state that is reached from another without a character."""
        state = self._new()
        self._free[start].append(state)
        return state

    def closed(self, states: Iterable[int]) -> States:
        """Return the states that are reached from some without a character."""
        found, waiting = set[int](), list(states)
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting += self._free[state]
                self.work += 1
        return frozenset(found)

    def steps(self, states: States) -> Mapping[States, int]:
        """Return where one more character leads, and how many characters lead there."""
        if states not in self._known:
            targets: dict[str, tuple[int, ...]] = defaultdict(tuple)
            for state in states:
                for chars, target in self._edges[state]:
                    self.work += len(chars)
                    for char in chars:
                        targets[char] += (target,)
            groups: dict[tuple[int, ...], int] = defaultdict(int)
            for group in targets.values():
                groups[group] += 1
            found: dict[States, int] = defaultdict(int)
            for group, count in groups.items():
                found[self.closed(group)] += count
            self._known[states] = found
        return self._known[states]
