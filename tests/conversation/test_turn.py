"""A turn: scripted replies in, events out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import pytest

from datagen_chat.conversation.ask import without_asides
from datagen_chat.conversation.events import (
    AskedAgain,
    Event,
    NoSchemaFound,
    Outcome,
    Previewed,
    ProblemsFound,
    Prose,
    ReplyFinished,
    SchemaAccepted,
    SchemaExtracted,
    SchemaMended,
    TurnEnded,
    UserSaid,
)
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.turn import Step, answer, begin
from datagen_chat.llm.base import Finished, Message, ProviderError, Reply, TextDelta, Usage
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.script import Script
from tests.conversation.replies import SHOP, reply, shop

E = TypeVar("E")
SMALLER = {"nodes": [{"id": "customer", "rows": 3}]}
WRONG = shop(nodes__0__columns__1__generator={"gaussian": {}})
RIGHT = {"nodes": [{"id": "customer", "columns": [{"name": "tier", "generator": {"choice": {"choices": ["a"]}}}]}]}


class Recorder:
    """A model that gives these replies, and keeps what it was asked."""

    name = "recorder"

    def __init__(self, *replies: str | Reply) -> None:
        self.replies, self.asked = list(replies), list[Sequence[Message]]()

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[TextDelta | Finished]:
        self.asked.append(messages)
        said = self.replies.pop(0)
        yield from (Reply(said) if isinstance(said, str) else said).events()


def events(*replies: str | Reply, request: str = "a shop", session: Session | None = None) -> list[Event]:
    return list(converse(session or Session(), request, Recorder(*replies)))


def of(kind: type[E], found: Iterable[Any]) -> list[E]:
    return [event for event in found if isinstance(event, kind)]


def ended(found: Sequence[Event]) -> TurnEnded:
    [end] = of(TurnEnded, found)
    assert found[-1] is end
    return end


def after(*replies: str | Reply, max_repairs: int = 0) -> Session:
    """Return the session after one turn for each reply."""
    session = Session(Settings(max_repairs=max_repairs))
    for said in replies:
        session = ended(events(said, session=session)).session
    return session


def test_a_question_is_prose_and_ends_the_turn() -> None:
    found = events("How many customers?")
    assert [type(event) for event in found] == [UserSaid, TextDelta, ReplyFinished, Prose, TurnEnded]
    assert ended(found).outcome == "prose"


def test_a_schema_is_extracted_accepted_and_previewed() -> None:
    found = events(reply(SHOP, after="Enjoy."))
    kinds = [type(event) for event in found if not isinstance(event, TextDelta)]
    assert kinds == [UserSaid, ReplyFinished, Prose, SchemaExtracted, SchemaAccepted, Previewed, TurnEnded]
    assert of(Prose, found)[0].text == "Here it is:\n\nEnjoy."
    assert ended(found).outcome == "accepted"


def test_the_preview_holds_real_rows_and_exact_counts() -> None:
    [shown] = of(Previewed, events(reply(SHOP)))
    assert {name: (count.rows, count.is_exact) for name, count in shown.preview.counts.items()} == {
        "customer": (4, True),
        "order": (8, True),
    }
    customer, order = shown.preview.samples
    assert [row[0] for row in customer.rows] == [1, 2, 3, 4]
    assert [row[:2] for row in order.rows] == [(100, 1), (101, 1), (102, 2), (103, 2), (104, 3)]


def test_the_seed_decides_the_rows() -> None:
    one, same, other = (of(Previewed, events(reply(SHOP), session=Session(Settings(seed)))) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_liberties_are_told() -> None:
    [found] = of(
        SchemaExtracted, events(reply('{"version": "1.0", /* a shop */ "metadata": {"name": "x",}, "nodes": [{"columns": 1}]}'))
    )
    assert [liberty.what for liberty in found.liberties] == ["a comment", "a trailing comma"]
    assert found.rung == 1


def test_repairs_are_told_and_the_mended_draft_is_the_version() -> None:
    draft = shop()
    draft["tables"] = draft.pop("nodes")
    found = events(reply(draft))
    assert len(of(SchemaMended, found)[0].mends) == 1
    assert "nodes" in of(SchemaAccepted, found)[0].version.draft


def test_a_second_schema_is_compared_with_the_first_by_name() -> None:
    session = after(reply(SHOP))
    [accepted] = of(SchemaAccepted, events(reply(shop(nodes__0__rows=5)), session=session))
    assert [str(change) for change in accepted.changes] == ["customer: rows 4 → 5"]
    assert accepted.number == 2


def test_the_same_schema_again_is_no_new_version() -> None:
    found = events(reply(SHOP), session=after(reply(SHOP)))
    assert of(SchemaAccepted, found)[0].changes == ()
    assert len(ended(found).session.versions.past) == 1


def test_a_patch_changes_the_last_accepted_schema() -> None:
    session = after(reply(SHOP), reply(SMALLER))
    assert session.versions.current is not None
    assert session.versions.current.dataset.table("customer").rows == 3
    assert len(session.versions.current.dataset.nodes) == 2


def test_a_patch_that_names_nothing_there_is_a_problem_and_changes_nothing() -> None:
    session = after(reply(SHOP))
    found = events(reply({"nodes": [{"id": "custmer", "rows": 3}]}), session=session)
    [problems] = of(ProblemsFound, found)
    assert problems.problems
    assert problems.question.startswith("The ")
    assert ended(found).session.versions == session.versions


def test_an_invalid_schema_keeps_the_last_good_one() -> None:
    session = after(reply(SHOP))
    found = events(reply(WRONG), session=session)
    assert ended(found).outcome == "rejected"
    assert ended(found).session.versions == session.versions


def test_what_is_no_json_is_a_problem_with_its_line() -> None:
    [found] = of(ProblemsFound, events(reply('{"version": "1.0", "nodes": [{"columns": [], "rows": 2*3}]}')))
    assert found.blamed is None
    assert found.problems[0].code == "arithmetic"
    assert found.question.endswith("holds the whole schema.")


def test_a_reply_that_broke_off_is_refused() -> None:
    whole = reply(SHOP)
    [found] = of(ProblemsFound, events(Reply(whole[: len(whole) // 2], "cut")))
    assert [problem.code for problem in found.problems] == ["truncated"]


def test_json_that_is_no_schema_is_shown_as_prose() -> None:
    found = events(reply('{"colour": "red"}', before="One row:"))
    assert '"colour": "red"' in of(Prose, found)[0].text
    assert ended(found).outcome == "prose"


def test_a_recorded_reply_is_never_asked_again() -> None:
    model = Recorder(reply(WRONG), reply(RIGHT))
    found = list(converse(Session(), "a shop", model))
    assert len(model.asked) == 1
    assert of(AskedAgain, found) == []


def test_a_model_that_can_be_asked_corrects_only_what_is_wrong() -> None:
    model = Recorder(reply(WRONG), reply(RIGHT))
    found = list(converse(Session(Settings(max_repairs=2)), "a shop", model))
    assert ended(found).outcome == "accepted"
    assert [message.role for message in model.asked[1]] == ["user", "assistant", "user"]
    assert "customer.tier" in model.asked[1][-1].text
    assert of(SchemaAccepted, found)[0].version.draft["nodes"][1] == SHOP["nodes"][1]


def test_the_history_keeps_the_request_and_a_whole_schema() -> None:
    model = Recorder(reply(WRONG), reply(RIGHT))
    session = ended(list(converse(Session(Settings(max_repairs=2)), "a shop", model))).session
    assert [message.role for message in session.history] == ["user", "assistant"]
    assert [type(event) for event in events(session.history[1].text)].count(SchemaAccepted) == 1


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_a_model_is_asked_again_at_most_so_often(limit: int) -> None:
    wrongs = [reply(shop(nodes__0__columns__1__generator={f"word_{number}": {}})) for number in range(5)]
    model = Recorder(*wrongs)
    found = list(converse(Session(Settings(max_repairs=limit)), "a shop", model))
    assert len(model.asked) == limit + 1
    assert ended(found).outcome == "rejected"


def test_the_same_mistakes_twice_bring_one_clean_start() -> None:
    session = after(reply(SHOP), max_repairs=9)
    model = Recorder(*[reply(WRONG)] * 5)
    found = list(converse(session, "make it wrong", model))
    assert len(model.asked) == 3
    [only] = model.asked[2]
    assert "make it wrong" in only.text
    assert '"customer"' in only.text
    assert ended(found).outcome == "rejected"


def test_prose_instead_of_a_correction_leaves_the_schema_rejected() -> None:
    model = Recorder(reply(WRONG), "I do not know how.")
    assert ended(list(converse(Session(Settings(max_repairs=2)), "a shop", model))).outcome == "rejected"


def test_tokens_of_every_attempt_count() -> None:
    replies = [Reply(reply(WRONG), "end", Usage(10, output=5)), Reply(reply(RIGHT), "end", Usage(20, output=1))]
    found = list(converse(Session(Settings(max_repairs=1)), "a shop", Recorder(*replies)))
    assert ended(found).session.usage == Usage(30, output=6)


def test_a_provider_that_fails_leaves_the_session_as_it_was() -> None:
    def fail(_messages: Sequence[Message]) -> str:
        raise ProviderError("no connection")

    session = after(reply(SHOP))
    with pytest.raises(ProviderError):
        list(converse(session, "more", Script(fail)))
    assert session.turn is None


def test_a_step_does_not_touch_the_session_it_is_given() -> None:
    session = Session()
    step = answer(begin(session, "a shop").session, Reply(reply(SHOP)))
    assert session == Session()
    assert step.session.versions.past


def test_versions_go_back_and_forth() -> None:
    versions = after(reply(SHOP), reply(SMALLER)).versions
    back = versions.undo()
    assert back.current == versions.past[0]
    assert back.redo() == versions
    assert back.push(versions.past[1]).redo() == back.push(versions.past[1])


def test_the_prompt_leads_the_messages_of_every_call() -> None:
    model = Recorder("Which?", "Which?")
    session = Session(prompt="You design schemas.")
    for _ in range(2):
        session = ended(list(converse(session, "a shop", model))).session
    assert [messages[0] for messages in model.asked] == [Message("system", "You design schemas.")] * 2
    assert model.asked[1][: len(model.asked[0])] == model.asked[0]


@pytest.mark.parametrize("hostile", ["\x1b]52;c;aGk=\x07", "[/oops]", "", "```", "{" * 5000, "```json\n" + "[" * 2000])
def test_no_reply_raises(hostile: str) -> None:
    outcome: Outcome = ended(events(hostile)).outcome
    assert outcome in ("prose", "rejected")


@pytest.mark.parametrize("stop", ["end", "unknown"])
@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```json\n{}", "{}"])
def test_missing_closers_are_added_only_where_the_model_has_closed_its_fence_and_finished(stop: Any, fence: str) -> None:
    text = fence.replace("{}", json.dumps(SHOP)[:-2])
    accepted = of(SchemaAccepted, events(Reply(text, stop)))
    assert bool(accepted) == (stop == "end" and fence.endswith("\n```"))


def test_json_that_is_no_schema_is_not_passed_over_in_silence() -> None:
    found = events('Add this:\n\n```json\n{"name": "age", "type": "int"}\n```')
    assert [event.candidate.line for event in of(NoSchemaFound, found)] == [4]
    assert ended(found).outcome == "prose"


def test_prose_alone_misses_no_schema() -> None:
    assert not of(NoSchemaFound, events("How many customers?"))


def test_the_last_of_two_schemas_is_taken_and_said_to_be() -> None:
    both = reply(SHOP) + "\n\nor smaller:\n\n" + reply(shop(nodes__0__rows=2))
    assert [event.passed_over for event in of(SchemaExtracted, events(both))] == [1]


TWO = (
    {"nodes": [{"id": "customer", "rows": 9}]},
    {"nodes": {"order": {"fanout": {"distribution": "constant", "value": 3}}}, "metadata": {"description": "Small."}},
)


def changed(*changes: Any) -> Step:
    """Return what comes of a reply with several changes to the shop."""
    step = answer(begin(Session(Settings(max_repairs=1)), "Go").session, Reply(reply(SHOP)))
    text = "\n\n".join(reply(change, before="And:", after="So.") for change in changes)
    return answer(begin(step.session, "More").session, Reply(text))


def test_all_of_several_partial_changes_are_taken_and_said_to_be() -> None:
    step = changed(*TWO, {"metadata": {"name": "Stall"}})
    [accepted] = of(SchemaAccepted, step.events)
    expected = shop(nodes__0__rows=9, nodes__1__fanout={"distribution": "constant", "value": 3})
    assert accepted.version.draft == {**expected, "metadata": {"name": "Stall", "description": "Small."}}
    assert [(event.parts, event.passed_over) for event in of(SchemaExtracted, step.events)] == [(3, 0)]
    assert [event.text.count("{") for event in of(Prose, step.events)] == [0]


@pytest.mark.parametrize(
    "other",
    [
        {"nodes": [{"id": "customer", "rows": 10}]},
        {"nodes": {"customer": None}},
        {"nodes": {"customer": 5}},
        {"metadata": {"description": "Large."}},
        {"metadata": "Large."},
    ],
)
def test_partial_changes_that_say_different_things_of_the_same_place_are_asked_about(other: Any) -> None:
    step = changed(*TWO, other)
    assert of(AskedAgain, step.events)
    assert not of(SchemaAccepted, step.events)


def test_of_several_partial_changes_those_are_taken_whose_fences_say_that_they_are_changes() -> None:
    step = answer(begin(Session(), "Go").session, Reply(reply(SHOP)))
    text = f"Until now:\n\n```json\n{json.dumps({'nodes': [{'id': 'customer', 'rows': 4}]})}\n```\n\n"
    labelled = reply(TWO[0]).replace("```json", "```json datagen")
    found = answer(begin(step.session, "More").session, Reply(text + labelled))
    assert [event.version.draft for event in of(SchemaAccepted, found.events)] == [shop(nodes__0__rows=9)]


@pytest.mark.parametrize(
    ("wrapped", "left"),
    [
        ({"schema": SHOP}, ""),
        ([SHOP], ""),
        ([[SHOP]], ""),
        ({"data": {"schema": SHOP}}, ""),
        ({"status": "ok", "schema": SHOP}, '"status"'),
        ({"name": "create_schema", "arguments": SHOP, "notes": ["two tables"]}, '"name", "notes"'),
        ({"data": {"schema": SHOP, "summary": {"tables": 2}}, "error": None}, '"error", "summary"'),
        ([{"type": "schema"}, SHOP], "other items"),
    ],
)
@pytest.mark.parametrize("info", ["json datagen", "json"])
def test_the_one_schema_that_stands_in_something_else_is_taken_out_of_it(wrapped: Any, left: str, info: str) -> None:
    found = events(f"```{info}\n{json.dumps(wrapped)}\n```")
    assert [event.version.draft for event in of(SchemaAccepted, found)] == [SHOP]
    mends = [mend for event in of(SchemaMended, found) for mend in event.mends]
    assert [mend.code for mend in mends] == ["not-a-schema"]
    assert mends[0].text.partition(", and left out ")[2] == (f"{left}." if left else "")


@pytest.mark.parametrize(
    "more",
    [
        [SHOP, SHOP],
        {"before": SHOP, "after": SHOP},
        {"schema": SHOP, "checks": []},
        {"schema": SHOP, "changes": {"nodes": [{"id": "customer", "rows": 5}]}},
        {"schema": SHOP, "changes": [{"op": "replace", "path": "/nodes/0/rows", "value": 5}]},
        {"a": {"b": {"c": SHOP}}},
    ],
)
def test_a_schema_beside_which_something_of_a_schema_stands_is_asked_about(more: Any) -> None:
    assert not of(SchemaAccepted, events(f"```json datagen\n{json.dumps(more)}\n```"))


def test_changes_that_stand_in_something_else_are_changes_where_their_fence_says_datagen() -> None:
    step = answer(begin(Session(), "Go").session, Reply(reply(SHOP)))
    wrapped = {"status": "ok", "changes": {"nodes": [{"id": "customer", "rows": 7}]}}
    found = answer(begin(step.session, "More").session, Reply(f"```json datagen\n{json.dumps(wrapped)}\n```")).events
    assert [event.version.dataset.nodes[0].rows for event in of(SchemaAccepted, found)] == [7]


def test_a_schema_whose_rows_cannot_be_made_is_asked_about_and_the_conversation_goes_on() -> None:
    """Only the rows show that none of them fulfils a condition."""
    chosen = {"name": "friend_id", "type": "int", "generator": {"lookup": {"from": "friend.id", "where": "id > 99"}}}
    friend = {
        "id": "friend",
        "kind": "entity",
        "pk": "id",
        "rows": 3,
        "columns": [{"name": "id", "type": "int", "generator": {"sequence": {}}}],
    }
    draft = shop()
    draft["nodes"][1]["columns"].append(chosen)
    draft["nodes"].append(friend)
    found = events(reply(draft), reply(SHOP), session=Session(Settings(max_repairs=1)))
    assert [problem.code for event in of(ProblemsFound, found) for problem in event.problems] == ["condition-unfulfilled"]
    assert ended(found).outcome == "accepted"


@pytest.mark.parametrize(
    "changes",
    [
        '```json datagen\n{"name": "customer", "rows": 999}\n```',
        '```json\n[{"op": "replace", "path": "/nodes/0/rows", "value": 200}]\n```',
    ],
)
def test_json_that_is_meant_for_changes_and_is_none_is_asked_for_in_the_shape_of_the_schema(changes: str) -> None:
    step = answer(begin(Session(Settings(max_repairs=1)), "Go").session, Reply(reply(SHOP)))
    found = answer(begin(step.session, "More").session, Reply(changes))
    [asked] = of(AskedAgain, found.events)
    assert "no schema and no change to one" in asked.question
    assert '"nodes"' in asked.question
    assert "accepted" not in asked.question
    assert "version" not in asked.question
    after = answer(found.session, Reply(reply({"nodes": [{"id": "customer", "rows": 9}]}))).session.versions.current
    assert after is not None
    assert after.draft == shop(nodes__0__rows=9)


def test_a_model_is_told_with_the_next_request_that_its_json_was_left_aside() -> None:
    step = answer(begin(Session(), "Go").session, Reply(reply(SHOP)))
    left = answer(begin(step.session, "More").session, Reply('Done.\n\n```json\n{"customer": {"rows": 999}}\n```'))
    assert of(NoSchemaFound, left.events)
    told = begin(left.session, "Thanks").session.messages[-1].text
    assert "no change to one" in told
    assert without_asides(told) == "Thanks"
