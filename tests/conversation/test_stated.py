"""What a person stated goes along with a conversation: to the model, through undo, and into a session taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.events import Stated, Tried, TurnEnded, UserSaid
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.resume import restore
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.stated import entries, stated, taken_back
from datagen_chat.conversation.steer import adopt, drop, redo, shorten, undo
from datagen_chat.conversation.transcript import parse, render
from datagen_chat.conversation.turn import answer, begin
from datagen_chat.llm.base import Message, Reply
from datagen_chat.llm.script import Script
from datagen_chat.schema.read import read
from tests.conversation.replies import SHOP, reply, shop

NINE = {"nodes": [{"id": "customer", "rows": 9}]}
PLATINUM = {"nodes__0__columns__1__generator": {"choice": {"choices": ["gold", "base", "platinum"]}}}
AMOUNTS = {"nodes__1__columns__2__generator": {"distribution": {"type": "uniform", "params": {"low": 2, "high": 99}}}}
YEAR = {"timeframe": {"start": "2026-01-01T00:00:00Z", "end": "2026-12-31T00:00:00Z", "freq": "D"}}
START = Session(Settings(max_repairs=2))


class Told:
    """A conversation with a model of a few replies, and what it was told."""

    def __init__(self, session: Session = START) -> None:
        self.session, self.journal, self.asked = session, Journal(), list[str]()

    def say(self, request: str, given: str) -> list[Stated]:
        """Hold a turn, and return what it said of the person's statements."""

        def replied(messages: Sequence[Message]) -> str:
            self.asked.append(messages[-1].text)
            return given

        found: list[Stated] = []
        for event in converse(self.session, request, Script(replied)):
            self.journal = self.journal.hear(event)
            self.session = event.session if isinstance(event, TurnEnded) else self.session
            found += [event] if isinstance(event, Stated) else []
        return found

    @property
    def quotes(self) -> list[str]:
        return [entry.statement.quote for entry in entries(self.session)]


def test_an_accepted_schema_comes_with_what_was_stated_so_far() -> None:
    talk = Told()
    assert talk.say("a shop with 4 customers", "How many orders?") == []
    [found] = talk.say("- 3 orders per customer", reply(SHOP))
    assert [(line.quote, line.tie.state) for line in found.lines] == [
        ("4 customers", "held"),
        ("3 orders per customer", "open"),
    ]


def test_a_conversation_without_numbers_says_nothing_of_statements() -> None:
    assert Told().say("a shop", reply(SHOP)) == []


def test_the_model_is_told_once_what_its_schema_does_not_hold() -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say("and a name for each of them", "Fine.")
    talk.say("thanks", "You are welcome.")
    assert talk.asked == [
        "5 customers",
        'Asked for and not yet held:\n- "5 customers": customer has 4 rows\n\nand a name for each of them',
        "thanks",
    ]


def test_what_the_request_itself_states_is_not_told_twice() -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say("make it 6 customers", reply(NINE))
    assert talk.asked[-1] == "make it 6 customers"


def test_a_change_that_breaks_an_earlier_statement_is_pointed_out_and_told() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    [found] = talk.say("platinum as a tier, please", reply(shop(nodes__0__rows=9, **PLATINUM)))
    assert [line.reason for line in found.lines] == ["customer has 9 rows; the schema before held it"]
    talk.say("go on", "Fine.")
    assert talk.asked[-1].startswith('Asked for and not yet held:\n- "4 customers": customer has 9 rows')


@pytest.mark.parametrize(("law", "state"), [({"mu": 8, "sigma": 0.1}, "holds"), ({"mu": 8, "sigma": 4}, "fails")])
def test_the_data_decides_what_the_schema_does_not(law: dict[str, float], state: str) -> None:
    draft = shop(nodes__1__columns__2__generator={"distribution": {"type": "normal", "params": law}})
    model = Script(lambda _messages: reply(draft))
    events = list(converse(START, "4 customers, amounts between 5 and 9 euros", model, trial=Trial(42)))
    [tried] = [event for event in events if isinstance(event, Tried)]
    assert [(check.requirement, check.state) for check in tried.stated] == [("amounts between 5 and 9 euros", state)]
    assert tried.checks == ()
    [ended] = [event for event in events if isinstance(event, TurnEnded)]
    lines = {line.quote: line.tie.state for line in stated(ended.session, tried)}
    assert lines == {"4 customers": "held", "amounts between 5 and 9 euros": "held" if state == "holds" else "open"}


def test_a_model_whose_checks_fail_is_told_of_statements_too() -> None:
    checks = [{"name": "gold", "sql": "SELECT count(*) FROM customer WHERE tier = 'gold'", "equals": 99}]
    asked: list[str] = []

    def answered(messages: Sequence[Message]) -> str:
        asked.append(messages[-1].text)
        return reply(SHOP | {"checks": checks}) if len(asked) == 1 else "I leave it so."

    list(converse(START, "5 customers", Script(answered), trial=Trial(42)))
    assert asked[1].splitlines()[2:4] == ["Asked for and not yet held:", '- "5 customers": customer has 4 rows']


def test_undoing_a_schema_takes_back_what_was_asked_for_with_it() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    talk.say("9 customers", reply(NINE))
    assert talk.quotes == ["9 customers"]
    back = undo(talk.session).session
    assert [line.quote for line in stated(back)] == ["4 customers"]
    assert [line.quote for line in stated(redo(back).session)] == ["9 customers"]


def test_what_was_taken_back_stays_so_when_the_session_is_taken_up_again() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    talk.say("9 customers and 3 orders per customer", reply(NINE))
    talk.session, talk.journal = undo(talk.session).session, talk.journal.add("command", "/undo")
    assert [entry.statement.quote for entry in taken_back(talk.session).returning] == [
        "9 customers",
        "3 orders per customer",
    ]
    talk.say("5 customers", reply({"nodes": [{"id": "customer", "rows": 5}]}))
    assert talk.quotes == ["5 customers"]
    assert [entry.statement.quote for entry in taken_back(talk.session).gone] == ["3 orders per customer"]
    [conversation] = parse(render(talk.journal.transcript)).conversations
    assert restore(START, conversation) == talk.session


def test_what_a_person_sets_by_hand_overrules_what_they_stated() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    draft = shop(nodes__0__rows=7)
    step = adopt(talk.session, read(draft).valid(), draft, "/set customer.rows 7")
    assert [getattr(event, "overruled", ()) for event in step.events] == [("4 customers",)]
    assert entries(step.session) == ()
    assert [entry.statement.quote for entry in entries(undo(step.session).session)] == ["4 customers"]


def test_a_shortened_history_keeps_what_was_stated_and_tells_it_again() -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say("more tiers", "Which?")
    talk.session = shorten(talk.session)
    assert "- more tiers" in talk.session.aside
    assert "Asked for" not in talk.session.aside
    talk.say("platinum", "Fine.")
    assert talk.asked[-1].endswith('Asked for and not yet held:\n- "5 customers": customer has 4 rows\n\nplatinum')


def test_statements_are_restored_with_the_session() -> None:
    talk = Told()
    talk.say("a shop, 5 customers", reply(SHOP))
    talk.say("2 orders per customer", "Fine.")
    [conversation] = parse(render(talk.journal.transcript)).conversations
    assert restore(START, conversation) == talk.session


def test_what_the_program_asks_by_itself_is_no_statement_of_a_person() -> None:
    session = answer(begin(START, "4 customers").session, Reply(reply(SHOP), "end")).session
    question = "The schema is accepted, but 1 check does not hold on the data that it makes: 7 customers."
    events = list(converse(session, question, Script(lambda _messages: "Fine."), is_persons=False))
    assert not any(isinstance(event, UserSaid) for event in events)
    [ended] = [event for event in events if isinstance(event, TurnEnded)]
    assert [entry.statement.quote for entry in entries(ended.session)] == ["4 customers"]


@pytest.mark.parametrize(
    ("said", "later", "changes"),
    [
        ("4 customers", "bigger, please", {"nodes__0__rows": 9}),
        ("4 customers", "double the number of customers", {"nodes__0__rows": 8}),
        ("4 customers", "give me tons of customers", {"nodes__0__rows": 900}),
        ("4 customers", "Great. A few buyers would be better, with platinum ones", {"nodes__0__rows": 8, **PLATINUM}),
        ("4 customers", "add platinum and lots of customers", {"nodes__0__rows": 8, **PLATINUM}),
        ("4 customers", "what about nine times that", {"nodes__0__rows": 36}),
        ("amounts from 1 to 9", "double all amounts", AMOUNTS),
        ("amounts from 1 to 9", "dearer orders", AMOUNTS),
        ("amounts from 1 to 9", "dearer", AMOUNTS),
        ("amounts from 1 to 9", "wholesale customers", AMOUNTS),  # what else may have changed for these?
        ("20% of customers are gold", "most are base", {"nodes__0__columns__1__generator__choice__weights": [0.1, 0.9]}),
        ("20% of customers are gold", "far fewer gold ones", {"nodes__0__columns__1__generator__choice__weights": [0.1, 0.9]}),
        ("2 orders per customer", "customers should order more often", {"nodes__1__fanout__value": 5}),
        ("all of 2024", "start two years later", YEAR),
        ("tiers: gold, base", "call the tiers a and b", {"nodes__0__columns__1__generator__choice__choices": ["a", "b"]}),
    ],
)  # fmt: skip
def test_a_change_that_answers_a_request_breaks_nothing(said: str, later: str, changes: dict[str, Any]) -> None:
    talk = Told()
    [before] = talk.say(said, reply(SHOP))
    assert [line.tie.state for line in before.lines] == ["held"]
    found = [line for event in talk.say(later, reply(shop(**changes))) for line in event.lines]
    assert [line.tie.state for line in found if line.tie.state != "unsure"] == []
    talk.say("go on", "Fine.")
    talk.say("a table of plans, too", reply(shop(metadata__name="Plans", **changes)))
    assert talk.asked[2:] == ["go on", "a table of plans, too"]


@pytest.mark.parametrize(
    "later",
    [
        "add platinum to the tiers",
        "Great, thanks! Customers can be platinum, too.",  # of the customers only what they can be is said
        "30% of the customers are platinum",
        "2 orders per customer, and platinum ones",
    ],
)
def test_a_change_beside_what_was_asked_for_breaks_what_was_stated(later: str) -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    found = talk.say(later, reply(shop(nodes__0__rows=9, **PLATINUM)))
    assert [line.tie.state for event in found for line in event.lines if line.quote == "4 customers"] == ["open"]


def test_a_change_that_the_model_proposed_and_the_person_wanted_breaks_nothing() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    talk.say("who may be platinum?", "Gold ones. Shall I make nine of them?")
    [found] = talk.say("yes, and add platinum", reply(shop(nodes__0__rows=9, **PLATINUM)))
    assert [line.tie.state for line in found.lines] == ["unsure"]


def test_what_the_schema_never_had_stays_missing_whatever_changes() -> None:
    talk = Told()
    talk.say("60 lecturers", reply(SHOP))
    [found] = talk.say("bigger, please", reply(NINE))
    assert [line.tie.state for line in found.lines] == ["unplaced"]


def test_what_the_last_message_states_is_never_doubted_for_it() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    [found] = talk.say("no, 9 customers", reply(shop(nodes__0__rows=7)))
    assert [(line.quote, line.tie.state) for line in found.lines] == [("9 customers", "open")]


def test_what_the_schema_did_not_hold_when_it_was_asked_otherwise_is_not_told() -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say("the customers should rather be a dozen", reply(shop(nodes__0__rows=13)))
    talk.say("go on", "Fine.")
    assert talk.asked == ["5 customers", "the customers should rather be a dozen", "go on"]


def test_what_a_later_message_makes_larger_is_not_missed_in_the_first_schema() -> None:
    talk = Told()
    talk.say("5 customers", "And the orders?")
    [found] = talk.say("2 orders per customer, and make the customers thrice as many", reply(shop(nodes__0__rows=15)))
    assert [line.tie.state for line in found.lines] == ["unsure", "held"]


def test_a_doubt_goes_with_the_schema_that_is_taken_back_and_stays_when_the_session_is_taken_up_again() -> None:
    talk = Told()
    talk.say("4 customers", reply(SHOP))
    talk.say("far bigger", reply(NINE))
    assert [line.tie.state for line in stated(undo(talk.session).session)] == ["held"]
    [conversation] = parse(render(talk.journal.transcript)).conversations
    assert restore(START, conversation) == talk.session
    assert [line.tie.state for line in stated(talk.session)] == ["unsure"]


def test_what_was_dropped_stays_so_when_the_session_is_taken_up_again_and_can_be_stated_again() -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    step = drop(talk.session, "5 customers")
    talk.session, talk.journal = step.session, talk.journal.add("command", getattr(step.events[0], "line", ""))
    assert talk.quotes == []
    talk.say("go on", "Fine.")
    assert talk.asked[-1] == "go on"
    [conversation] = parse(render(talk.journal.transcript)).conversations
    assert restore(START, conversation) == talk.session
    talk.say("5 customers, please", "Fine.")
    assert talk.quotes == ["5 customers"]


@pytest.mark.parametrize(
    "later",
    [
        "customers are fine as they are",
        "keep it so",
        "leave everything as is, please",
        "a phone, too; never mind the customers",
        "ok",
    ],
)
def test_what_a_message_leaves_as_it_is_is_no_longer_told(later: str) -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say(later, "Fine.")
    talk.say("a table of plans", "Fine.")
    assert talk.asked == ["5 customers", later, "a table of plans"]


@pytest.mark.parametrize("later", ["amounts are fine, add plans", "Looks fine, add plans", "the customers aren't fine"])
def test_what_a_message_does_not_leave_as_it_is_is_told(later: str) -> None:
    talk = Told()
    talk.say("5 customers", reply(SHOP))
    talk.say(later, "Fine.")
    assert '- "5 customers": customer has 4 rows' in talk.asked[-1]
