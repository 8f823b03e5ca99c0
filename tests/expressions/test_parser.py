"""Text becomes a tree, or a problem that says at which column and what to write instead; never anything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from datagen_chat.expressions import Expression, Meaning, parse
from datagen_chat.expressions.nodes import (
    Between,
    Binary,
    Call,
    Case,
    Comparison,
    In,
    IsNull,
    Literal,
    Logic,
    Name,
    Node,
    Unary,
)
from datagen_chat.expressions.parser import NESTING_LIMIT, NODE_LIMIT
from datagen_chat.expressions.printing import written
from datagen_chat.expressions.tokens import KEYWORDS, LENGTH_LIMIT
from datagen_chat.problems import Problem
from tests.expressions.samples import COLUMNS, ROWS, VALUES, type_of

A, B, C, D = (Name(None, name) for name in "abcd")
ONE, TWO = Literal(1, "int"), Literal(2, "int")


def tree(code: str) -> Node:
    found = parse(code)
    assert isinstance(found, Expression), found
    return found.root


def text(value: str) -> Literal:
    return Literal(value, "text")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1", ONE),
        ("1.5", Literal(1.5, "float")),
        (".5", Literal(0.5, "float")),
        ("1e3", Literal(1000.0, "float")),
        ("1_000", Literal(1000, "int")),
        ("'it''s'", text("it's")),
        (r"'it\'s'", text("it's")),
        ('"say ""x"""', text('say "x"')),
        (r"'a\n\t\\\u00e9\d'", text("a\n\t\\é\\d")),
        ("'a''b' ", text("a'b")),
        ("True", Literal(True, "bool")),
        ("FALSE", Literal(False, "bool")),
        ("None", Literal(None, "null")),
        ("Order . Total", Name("Order", "Total")),
        ("t.end", Name("t", "end")),
        ("`case`.`x`", Name("case", "x")),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a ** b ** c", Binary("**", A, Binary("**", B, C))),
        ("-a ** 2", Unary("-", Binary("**", A, TWO))),
        ("2 ** -1", Binary("**", TWO, Unary("-", ONE))),
        ("+a", A),
        ("a // b % c", Binary("%", Binary("//", A, B), C)),
        ("a = b", Comparison(("==",), (A, B))),
        ("a <> b", Comparison(("!=",), (A, B))),
        ("a < b <= c", Comparison(("<", "<="), (A, B, C))),
        ("a or b and not c", Logic("or", (A, Logic("and", (B, Unary("not", C)))))),
        ("a || b or c", Logic("or", (Logic("||", (A, B)), C))),
        ("a && !b", Logic("and", (A, Unary("not", B)))),
        ("!a == b", Comparison(("==",), (Unary("not", A), B))),
        ("not a == b", Unary("not", Comparison(("==",), (A, B)))),
        ("a or b or c or d", Logic("or", (A, B, C, D))),
        ("a in (1, 2)", In(A, (ONE, TWO), negated=False)),
        ("a NOT IN [1]", In(A, (ONE,), negated=True)),
        ("a is null", IsNull(A, negated=False)),
        ("a IS NOT NULL and b", Logic("and", (IsNull(A, negated=True), B))),
        ("a between 1 and 2 and b", Logic("and", (Between(A, ONE, TWO, negated=False), B))),
        ("a not between 1 and 2", Between(A, ONE, TWO, negated=True)),
        ("IF(a, b, c)", Case(None, ((A, B),), C)),
        ("b if a else c", Case(None, ((A, B),), C)),
        ("a ? b : c", Case(None, ((A, B),), C)),
        ("case when a then b else c end", Case(None, ((A, B),), C)),
        ("b if a else c if d else 1", Case(None, ((A, B),), Case(None, ((D, C),), ONE))),
        ("a ? b : c ? d : 1", Case(None, ((A, B),), Case(None, ((C, D),), ONE))),
        ("Case a When 1 Then b When 2 Then c End", Case(A, ((ONE, B), (TWO, C)), None)),
        ("ROUND(a, 2)", Call("round", (A, TWO))),
        ("f()", Call("f", ())),
        ("end - a", Binary("-", Name(None, "end"), A)),
    ],
)
def test_every_spelling_means_the_same_tree(code: str, expected: Node) -> None:
    assert tree(code) == expected


@pytest.mark.parametrize(
    ("code", "message", "hint"),
    [
        ("", "column 1: Expected a value, found the end.", "Write a value there."),
        ("1 +", "column 4: Expected a value, found the end.", "Write a value there."),
        ("a b", 'column 3: Expected an operator or the end, found "b".', ""),
        ("f(a", "column 4: Expected ) or a comma, found the end.", ""),
        ("(a", "column 3: Expected ) at the end of the brackets, found the end.", ""),
        ("'abc", "column 1: The quote ' is never closed.", "Add ' at its end."),
        ("a.b.c", "column 4: .c cannot follow here.", "Write column, table.column or function(arguments)."),
        ("a ^ 2", "column 3: ^ is no part of an expression.", "Write ** for a power."),
        ("a ≥ 2", "column 3: ≥ is no part of an expression.", "Write >=."),
        ("‘a’", "column 1: ‘ is no part of an expression.", "Use straight quotes: '…'."),
        ("a like 'b%'", 'column 3: Expected an operator or the end, found "like".', "Write starts_with(text, 'A')"),
        ("a in ()", "column 3: Nothing is in an empty list.", "Write the values inside the brackets."),
        ("a is 5", "column 6: Expected null after is", ""),
        ("a not b", 'column 7: Expected in or between after not, found "b".', ""),
        ("case end", "column 9: Expected when, found the end.", ""),
        ("9223372036854775808", "column 1: ", "Use a number that fits 64 bits."),
        ("1e999", "column 1: ", "Use a number that fits 64 bits."),
        (r"'\ud800'", "column 1: The text holds half of a surrogate pair.", "Write the character itself."),
        ("a\x00b", "column 2: U+0000 is no part of an expression.", ""),
    ],
)
def test_a_mistake_is_told_with_its_column_and_what_to_write(code: str, message: str, hint: str) -> None:
    found = parse(code)
    assert isinstance(found, Problem)
    assert (found.at, found.code.startswith("expression-")) == ("", True)
    assert found.message.startswith(message)
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    "code",
    [
        "(" * 5000 + "a" + ")" * 4000,
        "-" * 9000 + "1",
        "not " * 2000 + "a",
        "a" + "**a" * 3000,
        "a" + " if a else a" * 700,
        "f(" * 3000,
        "a" + "+a" * 4000,
        "a or " * 1999 + "a",
        "case when " * 900,
        "a < " * 2400 + "a",
        "a" * (LENGTH_LIMIT + 1),
        "1" * 9000,
        "'" * 9999,
        "a in (" * 1500,
    ],
)
def test_what_is_too_large_is_a_problem(code: str) -> None:
    found = parse(code)
    assert isinstance(found, Problem)
    assert found.hint


def test_what_is_just_within_the_limits_is_read() -> None:
    assert isinstance(parse("-" * (NESTING_LIMIT - 1) + "1"), Expression)
    assert isinstance(parse(" or ".join("a" * (NODE_LIMIT - 1))), Expression)
    assert isinstance(parse("'" + "x" * (LENGTH_LIMIT - 2) + "'"), Expression)


@pytest.mark.parametrize("code", ["+ a - 1 ", "* a / 2 ", "|| a "])
def test_a_chain_of_operators_is_not_nested(code: str) -> None:
    assert isinstance(parse("a " + code * 70), Expression)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("(a + " * 70 + "a" + ")" * 70, "nested more than 64 deep"),
        ("(" * 70 + "a" + " + a) * a" * 70, "nested more than 64 deep"),
        ("a" + " + a" * 200, "operators in a row"),
    ],
)
def test_what_is_nested_or_goes_on_and_on_is_a_problem(code: str, message: str) -> None:
    found = parse(code)
    assert isinstance(found, Problem)
    assert message in found.message


NAMES = st.sampled_from([*COLUMNS, "q", "end", "Case", "if", "a1_"])
SCALARS: SearchStrategy[Node] = st.one_of(
    st.integers(0, 2**63 - 1).map(lambda value: Literal(value, "int")),
    st.floats(0, allow_nan=False, allow_infinity=False).map(lambda value: Literal(value, "float")),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda value: Literal(value, "text")),
    st.sampled_from([Literal(True, "bool"), Literal(False, "bool"), Literal(None, "null")]),
    st.builds(Name, st.none() | NAMES, NAMES),
)


def larger(inner: SearchStrategy[Node]) -> SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    branches = st.lists(st.tuples(inner, inner), min_size=1, max_size=2).map(tuple)
    compared = several.flatmap(
        lambda parts: st.builds(
            Comparison,
            st.lists(st.sampled_from(["==", "<", ">="]), min_size=len(parts) - 1, max_size=len(parts) - 1).map(tuple),
            st.just(parts),
        )
    )
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "not"]), inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or", "||"]), several),
        compared,
        st.builds(In, inner, several, st.booleans()),
        st.builds(IsNull, inner, st.booleans()),
        st.builds(Between, inner, inner, inner, st.booleans()),
        st.builds(Case, st.none() | inner, branches, st.none() | inner),
        st.builds(Call, st.sampled_from(["round", "f", "left"]), st.lists(inner, max_size=3).map(tuple)),
    )


TREES = st.recursive(SCALARS, larger, max_leaves=12)


@given(TREES)
def test_a_tree_is_read_back_from_its_canonical_spelling(root: Node) -> None:
    once = tree(written(root))
    # A chain of the same operator in brackets at its start is written, and read, without them.
    assert written(once) == written(root)
    assert tree(written(once)) == once


def test_only_brackets_that_change_nothing_get_lost() -> None:
    assert tree("(a or b) or c") == tree("a or b or c") != tree("a or (b or c)")


PIECES = st.sampled_from(
    [*COLUMNS, *KEYWORDS, *"+-*/%()[],.?:<>=!'\"`", "**", "//", "<=", "==", "||", "&&", "1", "2.5", "'x'", "'2024-01-01'",
     "round", "concat", "days", "min", "date_diff", " ", "\n", "é", "\\", "\x00", "\ud800"]
)  # fmt: skip


@given(st.text() | st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_no_text_raises_anything(code: str) -> None:
    found = parse(code)
    if isinstance(found, Expression):
        understood = found.understand(type_of, list(COLUMNS))
        if isinstance(understood, Meaning):
            assert len(understood.compile()(lambda _, name: VALUES[name], ROWS)) == ROWS
        assert tree(str(found)) == found.root
        assert all(1 <= name.at + 1 <= len(code) for name in found.names)


def test_names_are_told_once_in_the_order_in_which_they_stand() -> None:
    found = parse("b.x + a * b.x - A")
    assert isinstance(found, Expression)
    assert [(name.table, name.column, name.at) for name in found.names] == [("b", "x", 0), (None, "a", 6), (None, "A", 16)]
