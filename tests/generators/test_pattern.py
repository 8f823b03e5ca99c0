"""Patterns: every text matches as Python's own engine sees it, choices are even, and where unique no text comes twice."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.draws import key
from datagen_chat.engine.plan import Plan
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.pattern import Pattern
from datagen_chat.patterns.language import distinct_texts, is_unambiguous
from datagen_chat.patterns.parser import LENGTH_LIMIT, STEPS_LIMIT, TEXT_LIMIT, PatternError, parse
from datagen_chat.patterns.writer import RANKS, Writer
from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from datagen_chat.values import Text
from tests.engine.test_promises import words_of
from tests.statistics.test_generators import table, within

PlanOf = Callable[..., Plan]
KEY = key(1, "pattern")


def texts(regex: str, rows: Any, ranks: Any = None) -> list[str]:
    made = Writer(parse(regex)).write(KEY, rows, ranks)
    return [str(word) for word in words_of(made)]


ATOMS = st.sampled_from(
    ["a", "b", "Z", "7", "-", "_", " ", "é", "日", "\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "\\.", "\\\\", "."]
)
CLASSES = st.sampled_from(["[a-c]", "[A-Z0-9_]", "[^x]", "[^\\d\\s]", "[-+]", "[a-]", "[\\]\\[]", "[à-ü]", "[\\w.]", "[ab^]"])
TIMES = st.sampled_from(["", "", "", "?", "{2}", "{0}", "{1,3}", "{,2}", "{2,5}", "??", "{1,2}?"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    groups = st.builds("({}{}){}".format, st.sampled_from(["", "?:", "?P<name>"]), inner, TIMES)
    options = st.lists(inner, min_size=2, max_size=4).map("|".join).map("(?:{})".format)
    series = st.lists(st.builds("{}{}".format, ATOMS | CLASSES, TIMES), min_size=1, max_size=4).map("".join)
    return series | groups | options | st.lists(inner, min_size=1, max_size=3).map("".join)


PATTERNS = st.recursive(ATOMS | CLASSES, grown, max_leaves=12).filter(lambda text: text.count("<name>") < 2)


@settings(max_examples=300)
@given(PATTERNS)
def test_every_text_matches(regex: str) -> None:
    try:
        parse(regex)
    except PatternError:
        return
    assert [text for text in texts(regex, range(40)) if not re.fullmatch(regex, text)] == []


@settings(max_examples=200)
@given(PATTERNS, st.integers(0, 10**9))
def test_a_pattern_that_tells_its_texts_apart_never_repeats_one(regex: str, start: int) -> None:
    try:
        node = parse(regex)
    except PatternError:
        return
    writer = Writer(node)
    assert 1 <= writer.ranks <= min(node.count, RANKS)
    if not is_unambiguous(node):
        return
    first = start % writer.ranks
    ranks = np.arange(first, min(first + 2000, writer.ranks), dtype=np.int64)
    made = texts(regex, range(len(ranks)), ranks)
    assert len(set(made)) == len(ranks)
    assert [text for text in made[:40] if not re.fullmatch(regex, text)] == []


@settings(max_examples=100)
@given(PATTERNS, st.integers(0, 10**9), st.integers(0, 300))
def test_a_text_depends_on_nothing_but_its_row(regex: str, start: int, length: int) -> None:
    try:
        parse(regex)
    except PatternError:
        return
    whole = texts(regex, range(start, start + length))
    cut = length // 3
    assert texts(regex, range(start, start + cut)) + texts(regex, range(start + cut, start + length)) == whole
    numbers = np.arange(start, start + length, dtype=np.int64)[::-1]
    assert texts(regex, numbers) == whole[::-1]


AB = st.recursive(
    st.sampled_from(["a", "b", "[ab]"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner | st.just(""), min_size=2, max_size=3).map("|".join).map("({})".format),
        st.builds("({}){}".format, inner, st.sampled_from(["?", "{2}", "{0,2}", "{1,3}"])),
    ),
    max_leaves=6,
)


@settings(max_examples=200)
@given(AB)
def test_the_number_of_different_texts_is_that_of_all_texts_that_match(regex: str) -> None:
    try:
        node = parse(regex)
    except PatternError:
        return
    if node.longest > 8:
        return
    every = ("".join(word) for length in range(node.longest + 1) for word in product("ab", repeat=length))
    assert distinct_texts(node) == sum(re.fullmatch(regex, word) is not None for word in every)


@pytest.mark.parametrize(
    ("regex", "count"),
    [
        ("[A-Z]{3}-\\d{5}", 26**3 * 10**5),
        ("PD\\d{12}DE", 10**12),
        ("SN-[A-F0-9]{8}", 16**8),
        ("[A-F][0-4]\\.[0-3]\\d", 6 * 5 * 4 * 10),
        ("990[89]\\d", 20),
        ("[1-9]\\d{4}", 90_000),
        ("(ANNA|ANTON)", 2),
        ("^(?:a|b){1,3}$", 2 + 4 + 8),
        ("a{0,3}", 4),
    ],
)
def test_a_pattern_promises_as_many_texts_as_it_has(regex: str, count: int) -> None:
    assert Writer(parse(regex)).ranks == count
    assert is_unambiguous(parse(regex))


@pytest.mark.parametrize("regex", ["(?:[^b]{60}){0}x", "(.{9}){0,0}z?"])
def test_what_is_written_not_at_all_costs_nothing(regex: str) -> None:
    assert {len(text) for text in texts(regex, range(40))} <= {0, 1}


def test_one_of_very_many_characters_is_written() -> None:
    firsts = (*range(0x4E00, 0x9A00, 1000), *range(0x20000, 0x2D000, 1000))
    regex = "No [" + "".join(f"{chr(first)}-{chr(first + 999)}" for first in firsts) + "]{2}"

    assert [text for text in texts(regex, range(200)) if not re.fullmatch(regex, text)] == []


@pytest.mark.parametrize("regex", ["(a|ab)(c|bc)", "(a?|b?)c", "(|)x", "(a?){2}", "a{1,3}a{1,3}", "a|a", "(.{0,30}x){10}"])
def test_texts_that_come_about_in_two_ways_are_not_promised(regex: str) -> None:
    assert not is_unambiguous(parse(regex))
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": regex}}}
    assert [problem.code for problem in read(table([column], 2)).errors] == ["unique-not-made"]


@pytest.mark.parametrize(("regex", "code"), [("([", "pattern-syntax"), ("a*", "pattern-unbounded")])
def test_of_a_pattern_that_is_refused_it_is_not_said_whether_its_texts_repeat(regex: str, code: str) -> None:
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": regex}}}
    assert [problem.code for problem in read(table([column], 2)).errors] == [code]
    keyed = table([column], 2)
    keyed["nodes"][0]["pk"] = "x"
    assert [problem.code for problem in read(keyed).errors] == [code]


@pytest.mark.parametrize("regex", ["[1-9]\\d{2}", "([ab]{1,3}-){2}[é日]?", "(x|[0-9]{2}){2}", "[a-c]{0,4}|[x-z]{2,4}\\d"])
def test_a_unique_column_takes_every_text_once(plan_of: PlanOf, regex: str) -> None:
    count = Writer(parse(regex)).ranks
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": regex}}}
    assert read(table([column], count)).problems == ()
    made = words_of(plan_of(table([column], count)).tables["t"].rows(range(count)).values("x"))
    assert len(set(made)) == count
    assert all(re.fullmatch(regex, str(text)) for text in made)
    [problem] = read(table([column], count + 1)).errors
    assert problem.code == "too-few-values"
    assert f"{count} different" in problem.message
    assert f"{count + 1} rows" in problem.message


def test_a_pattern_of_more_texts_than_can_be_counted_still_never_repeats_one(plan_of: PlanOf) -> None:
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": "([a-z]{20}|[0-9]{20})!{0,3}"}}}
    made = words_of(plan_of(table([column], 20_000)).tables["t"].rows(range(20_000)).values("x"))
    assert len(set(made)) == 20_000
    # Characters beyond those that the ranks tell apart are drawn: the last ones vary too.
    last = {str(text).rstrip("!")[-2:] for text in made}
    assert len(last) > 700


def test_rows_that_turn_out_too_many_are_refused_when_they_are_made(plan_of: PlanOf) -> None:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    code = {"name": "code", "type": "string", "unique": True, "generator": {"pattern": {"regex": "[a-c]"}}}
    part = {"id": "part", "kind": "fact", "pk": "id", "parents": ["t"], "columns": [key, code]}
    draft = table([], 10)
    draft["nodes"].append(part | {"fanout": {"distribution": "poisson", "lambda": 2}})
    owner = plan_of(draft).tables["part"]
    assert owner.row_count > 3
    assert len(set(words_of(owner.rows(range(3)).values("code")))) == 3
    with pytest.raises(SchemaError, match="only 3 different values"):
        owner.rows(range(4)).values("code")


@pytest.mark.parametrize("rows", [60_000])
def test_alternatives_are_equally_likely_whatever_there_is_to_choose_within(rows: int) -> None:
    made = texts("x|[0-9]{2}|(a|b){1,3}", range(rows))
    assert within(made.count("x") / rows, 1 / 3, rows)
    assert within(sum(text.isdigit() for text in made) / rows, 1 / 3, rows)
    lengths = Counter(len(text) for text in made if text[0] in "ab")
    assert all(within(lengths[length] / rows, 1 / 9, rows) for length in (1, 2, 3))
    assert within(made.count("ab") / rows, 1 / 9 / 4, rows)


@pytest.mark.parametrize("regex", ["[a-z]{4}", "[a-z]{2,6}", "([a-z]|[0-9]){3}", "[a-z0-9é]{7}"])
def test_characters_are_equally_likely_in_every_place(regex: str) -> None:
    rows = 30_000
    made = texts(regex, range(rows))
    for place in range(2):
        seen = Counter(text[place] for text in made)
        options = 36 if "|" in regex else 37 if "é" in regex else 26
        assert len(seen) == options
        shares = {c: (1 / 52 if c.isalpha() else 1 / 20) if "|" in regex else 1 / options for c in seen}
        # Up to 37 shares in two places of four patterns: five standard errors of each.
        assert all(within(count / rows, shares[c], rows, 5) for c, count in seen.items())


def test_neighbouring_places_are_independent() -> None:
    rows = 40_000
    pairs = Counter(text[3:5] for text in texts("[ab]{8}", range(rows)))
    assert all(within(pairs[pair] / rows, 0.25, rows) for pair in ("aa", "ab", "ba", "bb"))


def test_unique_texts_are_spread_over_the_pattern(plan_of: PlanOf) -> None:
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": "[A-Z]{3}-\\d{5}"}}}
    rows = 26_000
    made = [str(text) for text in words_of(plan_of(table([column], rows)).tables["t"].rows(range(rows)).values("x"))]
    for place in (0, 2):
        seen = Counter(text[place] for text in made)
        assert all(abs(seen[c] - 1000) < 5 * math.sqrt(1000) for c in map(chr, range(65, 91)))


def test_few_texts_are_codes_into_one_pool() -> None:
    writer = Writer(parse("Berlin|Köln|Hamburg"))
    first, again = (writer.write(KEY, rows) for rows in (range(5), range(5, 9)))
    assert isinstance(first, Text)
    assert first.codes is not None
    assert first.words is again.words
    assert sorted(first.words.to_pylist()) == ["Berlin", "Hamburg", "Köln"]


REFUSED = [
    ("a+", "pattern-unbounded", "a{1,10}"),
    ("(ab)*", "pattern-unbounded", "(ab){0,10}"),
    ("[0-9]{4,}", "pattern-unbounded", "[0-9]{4,14}"),
    ("(?=a)b", "pattern-unsupported", "Spell out"),
    ("(?!a)b", "pattern-unsupported", "Spell out"),
    ("(?<=a)b", "pattern-unsupported", "Spell out"),
    ("(?<!a)b", "pattern-unsupported", "Spell out"),
    ("(?i)abc", "pattern-unsupported", "Spell out"),
    ("(\\d)\\1", "pattern-unsupported", "Spell out"),
    ("(?P<a>b)(?P=a)", "pattern-unsupported", "Spell out"),
    ("\\bfoo", "pattern-unsupported", "Write the characters"),
    ("[[:alpha:]]", "pattern-unsupported", "A-Za-z"),
    ("a\\q", "pattern-unsupported", "Write the characters"),
    ("a$b", "pattern-syntax", "only at its start"),
    ("a^", "pattern-syntax", "only at its start"),
    ("(^a)", "pattern-syntax", "only at its start"),
    ("(a", "pattern-syntax", "Add a )"),
    ("a)", "pattern-syntax", "\\)"),
    ("[a", "pattern-syntax", "Add a ]"),
    ("[z-a]", "pattern-syntax", "a-z"),
    ("[]", "pattern-syntax", "Name those"),
    ("a{3,2}", "pattern-syntax", "{2,3}"),
    ("a{2}{3}", "pattern-syntax", "group"),
    ("{name}", "pattern-syntax", "\\{"),
    ("?a", "pattern-syntax", "\\?"),
    ("a\\", "pattern-syntax", "\\\\"),
    ("a\tb", "pattern-syntax", "Leave it out"),
    ("", "pattern-syntax", "Write what"),
    ("^$", "pattern-syntax", "Write what"),
    ("a{101}", "pattern-too-large", "100"),
    ("(a{100}){11}", "pattern-too-large", str(LENGTH_LIMIT)),
    ("(" * 21 + "a" + ")" * 21, "pattern-too-large", "fewer groups"),
    ("(" + "|".join(f"{c}{{1,2}}" for c in "abcdefghijklmnopqrstuvwxyz") + "){100}", "pattern-too-large", "alternatives"),
    ("[\u0100-\u24ff]", "pattern-too-large", "Name the characters"),
]


@pytest.mark.parametrize(("regex", "code", "hint"), REFUSED)
def test_what_is_refused_is_named_with_what_to_write_instead(regex: str, code: str, hint: str) -> None:
    column = {"name": "x", "type": "string", "generator": {"pattern": {"regex": regex}}}
    [problem] = read(table([column], 5)).errors
    assert (problem.at, problem.code) == ("/nodes/0/columns/1/generator/pattern/regex", code)
    assert hint in problem.hint


def test_a_text_longer_than_a_pattern_may_be_is_refused() -> None:
    column = {"name": "x", "type": "string", "generator": {"pattern": {"regex": "a" * (TEXT_LIMIT + 1)}}}
    assert [problem.code for problem in read(table([column], 5)).errors] == ["too-long"]


@settings(max_examples=300)
@given(st.text(alphabet="ab0\\[](){}|?*+-^$.,:<=!Pdw1é\n", max_size=40) | st.text(max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    refused = list(Pattern(regex=text).check(cast("Facts", None)))
    for problem in refused:
        assert problem.message.endswith(".")
        assert problem.hint
        assert "\n" not in problem.message + problem.hint
    if not refused:
        assert parse(text).steps <= STEPS_LIMIT
        assert len(texts(text, range(3))) == 3


@pytest.mark.parametrize(
    "regex", ["(" * 20 + "a?" + ")?" * 20, "(.{0,9}|" * 20 + "x" + "){0,2}" * 6 + ")" * 14, "(a?){99}" * 10]
)
def test_what_takes_other_engines_for_ever_is_answered_at_once(regex: str) -> None:
    started = time.process_time()
    column = {"name": "x", "type": "string", "unique": True, "generator": {"pattern": {"regex": regex}}}
    assert read(table([column], 5)).errors
    assert time.process_time() - started < 5
