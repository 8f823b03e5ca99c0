"""What a model is told about its mistakes: names instead of indices, one line for one cause, no more than it can use."""

from __future__ import annotations

from datagen_chat.conversation.ask import ask_afresh, ask_again, ask_patch, ask_whole
from datagen_chat.problems import Problem, note
from datagen_chat.schema.naming import place
from tests.conversation.replies import SHOP, shop

TYPE = Problem(
    "/nodes/1/columns/2/generator/distribution/type", "not-one-of", '"gaussian" is not allowed.', 'Did you mean "normal"?'
)
LOOKUP = Problem("/nodes/1/columns/1/generator/lookup/from", "unknown-reference", 'There is no column "user.id".', "Write it.")


def test_it_names_places_counts_problems_and_asks_for_parts() -> None:
    assert ask_again(SHOP, [TYPE, LOOKUP]) == "\n".join(
        [
            "The schema has 2 problems. Everything else is accepted; do not repeat it.",
            '1. order.amount → generator.distribution.type: "gaussian" is not allowed. Did you mean "normal"?',
            '2. order.customer_id → generator.lookup.from: There is no column "user.id". Write it.',
            "Reply with one ```json datagen block that holds only the corrected parts.",
        ]
    )


def test_places_of_one_cause_share_a_line() -> None:
    many = [Problem(f"/nodes/0/columns/{number}", "x", "Wrong.") for number in range(9)]
    lines = ask_again(SHOP, many).split("\n")
    assert lines[0].startswith("The schema has 1 problem.")
    assert lines[1] == "1. customer.customer_id, customer.tier, customer.#3 and 6 more: Wrong."


def test_at_most_ten_are_listed_and_the_rest_counted() -> None:
    lines = ask_again(SHOP, [Problem("/nodes", f"code-{number}", f"Wrong {number}.") for number in range(13)]).split("\n")
    assert len(lines) == 13
    assert lines[-2] == "(3 more problems are not listed.)"


def test_notes_are_not_asked_about() -> None:
    assert "1 problem." in ask_again(SHOP, [TYPE, note("/nodes", "n", "Nice.")])


def test_a_line_stays_short_whatever_a_schema_holds() -> None:
    told = ask_again(SHOP, [Problem("/nodes", "x", "y" * 100_000)])
    assert max(map(len, told.split("\n"))) < 420


def test_a_text_that_cannot_be_read_is_asked_for_whole() -> None:
    told = ask_whole([Problem("", "truncated", "line 3, column 1: the text ends.", "Send it again.")])
    assert told.split("\n") == [
        "The JSON in your reply cannot be read.",
        "1. line 3, column 1: the text ends. Send it again.",
        "Reply with one ```json datagen block that holds the whole schema.",
    ]


def test_changes_that_cannot_be_applied_are_asked_for_again() -> None:
    told = ask_patch({"nodes": [{"id": "custmer"}]}, [Problem("/nodes/0", "unknown-table", "There is no table custmer.")])
    assert told.startswith("The changes have 1 problem; none of them was made.\n1. custmer: There is no table")


def test_a_clean_start_holds_the_schema_the_request_and_the_mistakes() -> None:
    told = ask_afresh("add a column", SHOP, [TYPE])
    assert "```json datagen\n{" in told
    assert "\n\nadd a column\n\n" in told
    assert told.endswith('- "gaussian" is not allowed. Did you mean "normal"?')
    assert ask_afresh("a shop", None, [TYPE]).startswith("a shop\n\n")


def test_places_are_named_by_what_stands_there() -> None:
    assert place(SHOP, "/constraints/foreign_keys/0/to") == "constraints.foreign_keys[order.customer_id].to"
    assert place(SHOP, "/nodes/7/columns/2/type") == "#8.#3 → type"
    assert place(SHOP, "/nodes/9") == "table #10"
    assert place(
        shop(nodes__0__columns__1__generator={"choice": {"choices": [1]}}), "/nodes/0/columns/1/generator/choice/choices/0"
    ) == ("customer.tier → generator.choice.choices[0]")


def test_places_of_a_document_that_is_no_schema_are_still_said() -> None:
    for draft in (None, [], 3, {"nodes": 3}, {"nodes": [3]}, {"nodes": [{"id": ["x"], "columns": {}}]}):
        for at in ("", "/nodes", "/nodes/0", "/nodes/0/columns/1/name", "/nodes/x/y", "/a~1b", "/nodes/²"):
            assert place(draft, at)
