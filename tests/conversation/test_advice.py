"""What a reviewer would say of an accepted schema: shown, told to the model once with the next request, never as an error."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.conversation.events import Advised, Event, Tried, TriedCheck, TurnEnded
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.session import Session, Settings, Version
from datagen_chat.conversation.steer import adopt, shorten
from datagen_chat.llm.base import Message, Reply
from datagen_chat.llm.replay import Exchange, Replay
from datagen_chat.llm.script import Script
from datagen_chat.schema.read import read
from tests.conftest import draft
from tests.conversation.replies import SHOP, reply

START = Session(Settings(advice=True, max_repairs=2))


class Held:
    """A conversation, with what the model was asked."""

    def __init__(self, session: Session = START) -> None:
        self.session, self.asked, self.events = session, list[str](), list[Event]()

    def say(self, request: str, *replies: str, failing: int = 0) -> str:
        """Say something, and return what the model was asked first."""
        left, told = list(replies), len(self.asked)

        def answer(messages: Sequence[Message]) -> str:
            self.asked.append(messages[-1].text)
            return left.pop(0)

        fails = iter([True] * failing)

        def trial(_version: Version) -> Tried:
            state = "fails" if next(fails, False) else "holds"
            return Tried((TriedCheck("c", "", "SELECT 1", state, "2", "1"),))  # type: ignore[arg-type]

        for event in converse(self.session, request, Script(answer), None, trial):
            self.events.append(event)
            self.session = event.session if isinstance(event, TurnEnded) else self.session
        return self.asked[told]


def test_an_accepted_schema_is_reviewed_where_that_is_wanted() -> None:
    held = Held()
    held.say("readings", reply(draft("iot")))
    [advised] = [event for event in held.events if isinstance(event, Advised)]
    assert [advice.code for advice in advised.advice] == ["ticks-twice"]
    without = Held(Session())
    without.say("readings", reply(draft("iot")))
    assert [event for event in without.events if isinstance(event, Advised)] == []
    assert without.say("more", "Fine.") == "more"


def test_the_model_is_told_what_matters_once_and_asked_for_nothing() -> None:
    held = Held()
    assert held.say("a shop", reply(draft("ecommerce"))) == "a shop"
    told = held.say("nine customers", "Fine.")
    assert told.endswith("\n\nnine customers")
    assert "order.total_amount is drawn, not summed over order_item" in told
    assert "no error" in told
    assert "only where it fits what I ask for" in told
    assert len(told) < 1200
    rest = held.say("ten customers", "Fine.")
    assert "order_date before customer.signup_date" in rest
    assert "order.total_amount" not in rest
    assert "clamp" not in rest
    assert held.say("eleven customers", "Fine.") == "eleven customers"


def test_a_person_who_settles_a_remark_leaves_nothing_to_be_told() -> None:
    held = Held()
    held.say("readings", reply(draft("iot")))
    shop = read(SHOP).dataset
    assert shop is not None
    held.session = adopt(held.session, shop, SHOP, "/edit").session
    told = held.say("go on", "Fine.")
    assert told.startswith("This is the schema as it is now, with what I changed in it myself:")
    assert "reviewer" not in told


def test_remarks_wait_while_the_model_corrects_its_data() -> None:
    held = Held()
    held.say("readings", reply(draft("iot")), "I cannot.", failing=1)
    assert "reviewer" not in held.asked[1]
    assert "SELECT 1 must give 2" in held.asked[1]
    assert "reading" in held.say("go on", "Fine.").partition("reviewer would say")[2]


def test_a_shortened_conversation_keeps_the_requests_without_the_remarks() -> None:
    held = Held()
    held.say("readings", reply(draft("iot")))
    held.say("and humidity", "Fine.")
    assert "- and humidity\n" in shorten(held.session).aside
    assert "reviewer" not in shorten(held.session).aside


def test_a_recorded_conversation_is_found_again_below_the_remarks() -> None:
    exchanges = [Exchange("readings", (Reply(reply(draft("iot"))),)), Exchange("more", (Reply("Fine."),))]
    provider, session, last = Replay(exchanges), START, ""
    for request in ("readings", "more"):
        for event in converse(session, request, provider):
            session = event.session if isinstance(event, TurnEnded) else session
            last = session.history[-1].text if session.history else last
    assert last == "Fine."


def remarked(held: Held) -> list[str]:
    return [advice.place for advice in held.session.review() if advice.code == "codes-twice"]


def test_nothing_is_said_of_values_that_may_repeat_as_the_person_said() -> None:
    people = draft("ecommerce")
    customers = next(table for table in people["nodes"] if any(column["name"] == "email" for column in table["columns"]))
    email = next(column for column in customers["columns"] if column["name"] == "email")
    customers["rows"] = 5000
    email.pop("unique", None)
    people["constraints"].pop("unique", None)
    place = f"{customers['id']}.email"
    held = Held()
    held.say("a shop with 5000 customers", reply(people))
    assert place in remarked(held)
    held.say("emails can repeat", reply(people))
    assert place not in remarked(held)
    held.say("no, emails must be unique", reply(people))
    assert place in remarked(held)
