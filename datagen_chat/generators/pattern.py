"""Texts that match a pattern."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, ClassVar

import pyarrow as pa
from pydantic import StringConstraints

from datagen_chat.generators._distinct import distinct_numbers
from datagen_chat.generators.base import CATEGORY_LIMIT, Generator
from datagen_chat.generators.base.facts import Facts, Layout, Texts
from datagen_chat.generators.base.rows import Numbering, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.patterns.language import characters, is_unambiguous
from datagen_chat.patterns.parser import TEXT_LIMIT, PatternError, parse
from datagen_chat.patterns.writer import RANKS, Writer
from datagen_chat.problems import Problem
from datagen_chat.values import Text
from datagen_chat.words import Scalar, term

OUTCOME_LIMIT = 256
COMBINED = 1 << 20
"""More texts than these say nothing in a combination with other columns."""


class Pattern(Generator, word="pattern"):
    """Text that matches a regular expression: codes, postcodes. Repetition has bounds: no * or +."""

    fills: ClassVar = ("string",)
    advice: ClassVar = "Write the pattern so that no text can come about in two ways, such as [ab]{2} instead of (a|b|ab)."

    regex: Annotated[str, StringConstraints(max_length=TEXT_LIMIT)] = term(
        description="The expression: characters, classes, groups, alternatives, {3} and {2,5}; it is the whole text.",
        also=("pattern", "regexp", "expression", "re", "format"),
    )

    also: ClassVar = ("regex", "regexify", "regexp", "regular_expression", "from_regex", "regex_string", "reverse_regex")
    example: ClassVar = {"pattern": {"regex": "[A-Z]{3}-\\d{5}"}}

    def check(self, facts: Facts) -> Iterator[Problem]:  # noqa: ARG002
        """Yield why the expression is no pattern of ours."""
        try:
            parse(self.regex)
        except PatternError as error:
            yield Problem("/regex", error.code, error.message, error.hint)

    def capacity(self, facts: Facts) -> int | None:  # noqa: ARG002
        """Return how many texts the pattern tells apart, if no text comes about in two ways."""
        writer = self._writer()
        return writer.ranks if writer is not None and is_unambiguous(parse(self.regex)) else None

    def signs(self) -> frozenset[str] | None:
        """Return the characters of the pattern."""
        try:
            return characters(parse(self.regex))
        except PatternError:
            return None

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...] | None:  # noqa: ARG002
        """Return the texts of a small pattern."""
        pool = self._pool(OUTCOME_LIMIT)
        return None if pool is None else tuple(dict.fromkeys(pool.to_pylist()))

    def layout(self, facts: Facts) -> Layout:
        """Return that few values repeat where the pattern has few texts."""
        return "plain" if facts.is_unique or self._pool(CATEGORY_LIMIT) is None else "category"

    def texts(self, facts: Facts) -> Texts:
        """Return the mean length, and how many texts a small pattern has."""
        if self._writer() is None:
            return Texts()
        pool = None if facts.is_unique else self._pool(CATEGORY_LIMIT)
        return Texts(parse(self.regex).usual, math.inf if pool is None else len(pool))

    def _pool(self, limit: int) -> pa.StringArray | None:
        """Return all texts, if they are equally likely and not more than a limit."""
        writer = self._writer()
        return writer.pool if writer and writer.pool is not None and len(writer.pool) <= limit else None

    def _writer(self) -> Writer | None:
        try:
            return writer_of(self.regex)
        except PatternError:
            return None

    def numbered(self, facts: Facts) -> int | None:
        """Return how many texts are drawn from in a combination that must not repeat, if none comes about in two ways."""
        return None if self.capacity(facts) is None else writer_of(self.regex, COMBINED).ranks

    def numbering(self, scope: Scope) -> Numbering:
        """Return texts by their ranks; characters that the ranks do not tell are drawn."""
        key, writer = scope.key("text"), writer_of(self.regex, COMBINED)
        return Numbering(writer.ranks, lambda rows, numbers: writer.write(key, rows.numbers, numbers))

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: the choices that a text is made of are drawn, or follow from a number that no other row has."""
        key, writer = scope.key("text"), writer_of(self.regex)
        if not scope.is_unique:
            return lambda rows: writer.write(key, rows.numbers)
        rank = distinct_numbers(scope, writer.ranks)

        def sample(rows: Rows) -> Text:
            return writer.write(key, rows.numbers, rank(rows))

        return sample


@lru_cache(maxsize=64)
def writer_of(regex: str, most: int = RANKS) -> Writer:
    """Return what writes the texts of a pattern, telling no more than `most` of them apart.

    Raises:
        PatternError: it is none.
    """
    return Writer(parse(regex), most)
