"""International standard book numbers: the registration ranges as branches of a grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking import catalog
from datagen_chat.faking.compiled import compile_grammar
from datagen_chat.faking.decimals import forms
from datagen_chat.faking.grammar import CHECK, Branch, Check, Grammar, Part, Pool
from datagen_chat.faking.source import Source

DIGITS = 12
"""Digits of an ISBN-13 before its check digit."""


def isbn(length: int) -> Callable[[Mapping[str, Any], Key], Source]:
    """Return the kernel of ISBNs of 10 or 13 digits."""
    return lambda args, key: compile_grammar(grammar(length, args.get("separator", "-")), key)


@lru_cache(maxsize=8)
def grammar(length: int, separator: str) -> Grammar:
    """Return the grammar of ISBNs: each prefix and group as likely as the others, registrants by the size of their range.

    Source:
        ISO 2108: ISBN-13 weighs digits 1, 3, 1, 3 ... modulo 10; ISBN-10 weighs them 10, 9, 8 ... modulo 11, with X for ten.
    """
    rules = catalog.facts("isbn")
    pools: dict[Pool, int] = {}
    branches = []
    for prefix, groups in rules.items():
        for group, ranges in groups.items():
            for share, registrant, width in _registrants(ranges):
                free = DIGITS - len(prefix) - len(group) - width
                ((_, publication),) = forms(0, 10**free - 1, free, "publication")
                atoms = [prefix, group, registrant, publication]
                weight = share / len(rules) / len(groups)
                branches.append(_branch(atoms if length == DIGITS + 1 else atoms[1:], separator, weight, length, pools))
    return Grammar(tuple(pools), tuple(branches))


def _registrants(ranges: list[tuple[str, str, int]]) -> Iterator[tuple[float, tuple[str | Pool, ...], int]]:
    for low, high, width in ranges:
        first, last = int(low[:width]), int(high[:width])
        share = (int(high) - int(low) + 1) / 10 ** len(low)
        for count, parts in forms(first, last, width, "registrant"):
            yield share * count / (last - first + 1), parts, width


def _branch(atoms: list[Any], separator: str, weight: float, length: int, pools: dict[Pool, int]) -> Branch:
    parts: list[Part] = []
    residues: list[tuple[int, ...]] = []
    at = constant = 0
    for element in atoms:
        for atom in element if isinstance(element, tuple) else (element,):
            sums = tuple(_sum(word, at, length) for word in (atom.words if isinstance(atom, Pool) else (atom,)))
            at += len(atom.words[0] if isinstance(atom, Pool) else atom)
            parts.append(pools.setdefault(atom, len(pools)) if isinstance(atom, Pool) else atom)
            residues.append(sums if isinstance(atom, Pool) else ())
            constant += 0 if isinstance(atom, Pool) else sums[0]
        parts.append(separator)
        residues.append(())
    return Branch(weight, (*parts, CHECK), Check(_check_words(length, constant), (*residues, ())))


def _sum(digits: str, at: int, length: int) -> int:
    weights = [1 + 2 * (n % 2) for n in range(DIGITS)] if length == DIGITS + 1 else range(10, 1, -1)
    return sum(int(digit) * weights[at + n] for n, digit in enumerate(digits))


def _check_words(length: int, constant: int) -> tuple[str, ...]:
    modulus = 10 if length == DIGITS + 1 else 11
    return tuple("0123456789X"[-(constant + total) % modulus] for total in range(modulus))
