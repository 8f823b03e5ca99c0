"""The commands of a conversation: each does what its help says, or says what is wrong, and the conversation goes on."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.commands.connecting import Connector
from datagen_chat.commands.slash import COMMANDS, Desk, complete
from datagen_chat.commands.talk import Talk
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.resume import restore
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.transcript import parse, render
from datagen_chat.llm.base import Message, MissingReplyError
from datagen_chat.llm.script import Script
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.screen import Screen
from tests.advice.schemas import FAULTY
from tests.cli.desks import say_at
from tests.conftest import draft
from tests.conversation.replies import SHOP, reply, shop
from tests.terminal.screens import Memory

AMOUNT = "nodes__1__columns__2__generator__distribution"
MORE = reply({"nodes": [{"id": "customer", "rows": 9}]}, before="Done.")


class Nowhere:
    """Keeps nothing."""

    path = Path("talk.md")

    def text(self, journal: Journal) -> str:
        """Return what would be kept."""
        return render(journal.transcript)

    def keep(self, journal: Journal) -> None:
        """Write nothing."""


class Table:
    """A desk in memory, with what was asked of the model and what is on the screen."""

    def __init__(self, *replies: str, max_repairs: int = 0, advice: bool = False) -> None:
        self.replies, self.asked, self.file = list(replies), list[str](), Memory()
        screen = Screen(self.file, width=100)
        provider = Script(self._answer)
        session = Session(Settings(max_repairs=max_repairs, advice=advice))
        talk = Talk(session, provider, LiveView(screen), screen, Nowhere(), Journal())
        self.desk = Desk(talk, lambda name, _spent: Script(self._answer, name), {"DATAGEN_HOME": "nowhere"})

    def _answer(self, messages: Any) -> str:
        found: list[Message] = list(messages)
        self.asked.append(found[-1].text)
        if not self.replies:
            raise MissingReplyError("There is no further reply.")
        return self.replies.pop(0)

    def say(self, *lines: str) -> str:
        """Say or do these things, and return what the last one showed."""
        return say_at(self.desk, self.file, *lines)

    @property
    def draft(self) -> Any:
        version = self.desk.talk.session.versions.current
        return None if version is None else version.draft


def test_help_names_every_command() -> None:
    shown = Table().say("/help")
    assert all(f"{name} " in shown or f"{name}\n" in shown for name in COMMANDS)


@pytest.mark.parametrize(
    "name", sorted(set(COMMANDS) - {"/help", "/quit", "/transcript", "/model", "/cost", "/problems", "/resume", "/key"})
)
def test_a_command_that_needs_a_schema_says_so_without_one(name: str) -> None:
    shown = Table().say(f"{name} customer.rows 5" if name == "/set" else name)
    assert "[no-schema]" in shown or "[nothing-" in shown


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("/sampel", "unknown-command"),
        ("/undo twice", "too-many-words"),
        ("/sample custmer", "unknown-table"),
        ("/sample customer 0", "too-few-rows"),
        ("/sample customer -3", "too-few-rows"),
        ("/sample customer 1001", "too-many-rows"),
        ("/set nothing.rows 5", "unknown-table"),
        ("/set customer.tier.generator.choice.choices.0 x", "part-of-list"),
        ("/set customer.teir.null_rate 0.1", "unknown-column"),
        ("/schema nothing", "unknown-table"),
        ("/set customer.rows", "no-value"),
        ("/set customer 5", "no-value"),
        ("/set customer.rows -3", "too-small"),
        ("/generate out --format parket", "unknown-format"),
        ('/save "shop.json', "open-quote"),
        ("/save a\0b", "bad-name"),
        ("/save -", "bad-name"),
        ("/export \ud800", "bad-name"),
        (f"/export {'n' * 300}", "name-too-long"),
        (f"/report {'n' * 300}", "name-too-long"),
        ("/diff", "no-difference"),
        ("/diff 2", "unknown-version"),
        ("/diff 1 1 1", "too-many-words"),
        ("/help sampel", "unknown-command"),
        ("/resume 3", "unknown-session"),
        ("/key", "no-keys"),
        ("/resume no-such.md", "no-such-file"),
        ("/redo", "nothing-undone"),
        ("/fix", "no-number"),
        ("/fix all", "no-number"),
        ("/fix 1", "no-such-fix"),
    ],
)
def test_a_wrong_command_is_told_and_changes_nothing(line: str, code: str) -> None:
    table = Table(reply(SHOP))
    assert f"[{code}" in table.say("a shop", line)
    assert table.draft == SHOP


def test_asked_lists_what_was_stated_and_what_holds_it() -> None:
    table = Table(reply(SHOP), MORE)
    assert "stated no numbers" in table.say("a shop", "/asked")
    shown = table.say("10 customers, 60 lecturers and 2 orders per customer", "/asked")
    assert '✗ "10 customers": customer has 9 rows  customer → rows' in shown
    assert '? "60 lecturers": nothing in the schema is called so' in shown
    assert '✓ "2 orders per customer": each row of customer has 2 of order, 2 on average  order → fanout' in shown
    assert "1 held, 1 not held, 1 not found" in shown


def test_asked_drop_takes_back_a_statement_of_which_the_model_is_told_no_more() -> None:
    table = Table(reply(SHOP), "Fine.", "Fine.")
    table.say("10 customers, 60 lecturers and 2 orders per customer")
    assert 'No longer asked for: "10 customers"' in table.say("/asked drop 1")
    assert "[no-such-statement" in table.say("/asked drop 3")
    assert "[no-number" in table.say("/asked drop")
    shown = table.say("/asked")
    assert "10 customers" not in shown
    assert '1 ? "60 lecturers"' in shown
    table.say("a phone, too", "thanks")
    assert table.asked[1:] == ["a phone, too", "thanks"]


def test_asked_measures_what_the_schema_alone_does_not_decide() -> None:
    normal = {"distribution": {"type": "normal", "params": {"mu": 8, "sigma": 4}}}
    table = Table(reply(shop(nodes__1__columns__2__generator=normal)))
    shown = table.say("amounts between 5 and 9 euros", "/asked")
    assert '✗ "amounts between 5 and 9 euros": 5 rows are not so  order.amount' in shown


def test_setting_a_value_says_which_statement_it_overrules() -> None:
    table = Table(reply(SHOP))
    assert 'No longer asked for: "4 customers"' in table.say("a shop with 4 customers", "/set customer.rows 9")


def test_a_change_by_hand_is_tried_as_a_reply_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    four = {"name": "four", "requirement": "four customers", "sql": "SELECT count(*) FROM customer", "equals": 4}
    table = Table(reply({**SHOP, "checks": [four]}))
    table.desk.talk.trial = Trial(42)
    said = table.say("a shop", "/set customer.rows 9")
    assert "✗ four customers: 9 instead of 4" in said
    assert "/undo takes the change back" in said
    path = tmp_path / "editor"
    path.write_text('#!/bin/sh\nsed -i \'s/"rows": 9/"rows": 5/\' "$1"\n')
    path.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(path))
    assert "✗ four customers: 5 instead of 4" in table.say("/edit")
    assert table.draft["nodes"][0]["rows"] == 5


def test_a_schema_that_comes_back_as_it_was_still_fails_its_checks() -> None:
    five = {"name": "five", "requirement": "five customers", "sql": "SELECT count(*) FROM customer", "equals": 5}
    wrong = reply({**SHOP, "checks": [five]})
    table = Table(wrong, wrong, max_repairs=1)
    table.desk.talk.trial = Trial(42)
    said = table.say("a shop")
    assert said.count("✗ five customers: 4 instead of 5") == 2
    assert said.rindex("Nothing has changed") < said.rindex("✗ five customers")


def test_undo_and_redo_walk_the_versions_and_the_model_hears_of_it() -> None:
    table = Table(reply(SHOP), MORE, "Fine.")
    table.say("a shop", "nine customers", "/undo")
    assert table.draft == SHOP
    assert "→ 1: Shop" in table.say("/versions")
    assert "~ customer: rows 9 → 4" in table.say("/redo", "/undo")
    table.say("go on")
    assert table.asked[-1].startswith("This is the schema as it is now, with what I changed in it myself:")
    assert json.dumps(SHOP["nodes"][0]["rows"]) in table.asked[-1]
    assert table.asked[-1].endswith("go on")


def test_undoing_the_first_schema_leaves_none() -> None:
    table = Table(reply(SHOP), "Fine.")
    assert "no schema now" in table.say("a shop", "/undo")
    assert table.draft is None
    table.say("go on")
    assert "there is none now" in table.asked[-1]


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("/set customer.rows 7", {"nodes__0__rows": 7}),
        ("/set metadata.name Big shop", {"metadata__name": "Big shop"}),
        (
            "/set order.amount.generator.distribution.params.high 20",
            {f"{AMOUNT}__params__high": 20},
        ),
    ],
)
def test_set_changes_one_value(line: str, changes: dict[str, Any]) -> None:
    table = Table(reply(SHOP))
    table.say("a shop", line)
    assert table.draft == shop(**changes)


def test_edit_takes_up_what_the_editor_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(reply(SHOP))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": 4/"rows": 6/\'')
    assert "rows 4 → 6" in table.say("a shop", "/edit")
    assert table.draft == shop(nodes__0__rows=6)
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": 6/"rows": -6/\'')
    assert "Nothing was changed." in table.say("/edit")
    monkeypatch.setenv("EDITOR", "no-such-editor-anywhere")
    assert "[no-editor]" in table.say("/edit")
    assert table.draft == shop(nodes__0__rows=6)


def test_rows_are_sampled_and_counted() -> None:
    table = Table(reply(SHOP))
    shown = table.say("a shop", "/sample customer 3")
    assert "the first 3 of 4 rows" in shown
    assert "order" not in shown
    assert re.search(r"all +12 +≈1\.\d kB", table.say("/rows"))
    table.desk.talk.screen.width = 40
    assert json.loads(table.say("/schema order"))["nodes"] == [SHOP["nodes"][1]]


def test_a_schema_is_generated_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = Table(reply(SHOP))
    assert "datagen generate shop.json --seed 42 -o out --format csv" in table.say("a shop", "/generate out --format csv")
    assert len((tmp_path / "out" / "order.csv").read_text().splitlines()) == 9
    assert "Saved shop.json" in table.say("/save")
    assert json.loads((tmp_path / "shop.json").read_text()) == SHOP
    (tmp_path / "package.json").write_text("{}")
    assert "[in-the-way]" in table.say("/save package.json")


def test_files_for_others_are_as_readable_as_the_mask_of_the_user_lets_them_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = os.umask(0o007)
    try:
        Table(reply(SHOP)).say("a shop", "/save", "/report", "/export")
    finally:
        os.umask(before)
    files = [path for path in tmp_path.rglob("*") if path.suffix in (".json", ".html", ".sql", ".md")]
    assert {path.name for path in files} >= {"shop.json", "shop.html", "tables.sql"}
    assert {path.name: path.stat().st_mode & 0o777 for path in files} == dict.fromkeys((path.name for path in files), 0o660)


def test_save_replaces_an_earlier_schema_of_the_same_dataset_and_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = Table(reply(SHOP))
    table.say("a shop", "/save", "/set customer.rows 5")
    assert "Replaced shop.json" in table.say("/save")
    assert json.loads(Path("shop.json").read_text())["nodes"][0]["rows"] == 5
    for before in (json.dumps({**SHOP, "metadata": {"name": "Bikes"}}), "not JSON"):
        Path("bikes.json").write_text(before)
        told = table.say("/save bikes.json")
        assert "[in-the-way]" in told
        assert "another name" in told
        assert Path("bikes.json").read_text() == before


def test_files_are_named_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    Table(reply(SHOP)).say("a shop", "/save ~/shop.json", "/generate ~/data", "/export ~/all")
    assert {path.name for path in tmp_path.iterdir()} == {"shop.json", "data", "all"}


def test_tables_and_columns_are_renamed_by_setting_their_names() -> None:
    table = Table(reply(SHOP))
    table.say("a shop", "/set customer.id client", "/set order.amount.name price")
    assert [node["id"] for node in table.draft["nodes"]] == ["client", "order"]
    assert "client" in json.dumps(table.draft["nodes"][1])
    assert "customer." not in json.dumps(table.draft["nodes"][1])
    assert "price" in [column["name"] for column in table.draft["nodes"][1]["columns"]]


def test_setting_what_is_so_already_makes_no_version() -> None:
    table = Table(reply(SHOP))
    assert "Nothing was changed" in table.say("a shop", "/set customer.rows 4")
    assert len(table.desk.talk.session.versions.past) == 1


def test_more_rows_than_are_made_are_told_when_they_are_set() -> None:
    table = Table(reply(SHOP))
    assert "beyond the limit of 100.0 M rows" in table.say("a shop", "/set customer.rows 99999999999")
    assert "write /save" in table.say("/generate")


def test_asked_lists_apart_what_was_stated_with_an_undone_request_whatever_is_said_after_it() -> None:
    table = Table(reply(SHOP), MORE, "Which?", reply({"nodes": [{"id": "order", "fanout": {"min": 1, "max": 3}}]}))
    back = 'Taken back with /undo: "9 customers"'
    assert back not in table.say("a shop", "9 customers", "/asked")
    assert table.say("/undo", "/asked") == f"{back}; /redo brings it back.\n"
    assert f"{back}; /redo brings it back." in table.say("more tiers", "/asked")
    assert back not in table.say("/redo", "/asked")
    shown = table.say("/undo", "2 orders per customer", "/asked")
    assert '"2 orders per customer": ' in shown
    assert f"{back}; say it again to ask for it." in shown
    table.replies.append(MORE)
    shown = table.say("9 customers", "/asked")
    assert '✓ "9 customers": ' in shown
    assert "Taken back" not in shown


def test_asked_knows_what_was_taken_back_with_the_only_schema() -> None:
    table = Table(reply(SHOP))
    shown = table.say("a shop with 4 customers", "/undo", "/asked")
    assert shown == 'Taken back with /undo: "4 customers"; /redo brings it back.\n'
    assert '✓ "4 customers"' in table.say("/redo", "/asked")


def test_retry_asks_again_as_if_nothing_had_been_said() -> None:
    table = Table(reply(SHOP), MORE, reply({"nodes": [{"id": "customer", "rows": 5}]}))
    table.say("a shop", "more customers", "/retry")
    assert table.draft == shop(nodes__0__rows=5)
    assert len(table.desk.talk.session.versions.past) == 2
    assert [message.text for message in table.desk.talk.session.history if message.role == "user"] == [
        "a shop",
        "more customers",
    ]


@pytest.mark.parametrize("again", [None, "Which countries?", reply(shop(nodes__0__rows=-1))])
def test_a_schema_stays_until_a_retry_brings_another_one(again: str | None) -> None:
    table = Table(reply(SHOP), *([again] if again else []), reply({"nodes": [{"id": "customer", "rows": 5}]}))
    assert "as it was before" in table.say("a shop", "/retry")
    session = table.desk.talk.session
    assert table.draft == SHOP
    assert (
        restore(Session(Settings(max_repairs=0)), *parse(render(table.desk.talk.journal.transcript)).conversations) == session
    )
    if again is not None:
        table.say("all of them")
        assert table.asked[-1].startswith("This is the schema as it is now, with what I changed in it myself:")
        assert table.draft == shop(nodes__0__rows=5)
        return
    table.say("/retry")
    assert [message.text for message in table.desk.talk.session.history if message.role == "user"] == ["a shop"]


def test_problems_of_the_last_reply_are_shown_again() -> None:
    table = Table(reply(shop(nodes__0__rows=-1)), reply(SHOP))
    assert "customer → rows" in table.say("a shop", "/problems")
    assert "no problems" in table.say("a shop", "/problems")


def test_another_model_goes_on_with_the_conversation() -> None:
    table = Table(reply(SHOP), MORE)
    assert "script:other" in table.say("a shop", "/model script:other")
    table.say("nine customers")
    assert table.draft == shop(nodes__0__rows=9)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("/und", ["/undo"]),
        ("/sample cust", ["customer"]),
        ("/set order.a", ["order.amount"]),
        ("/undo c", []),
        ("/set order.amount.", ["order.amount.name", "order.amount.type", "order.amount.generator"]),
        ("/set order.amount.generator.distribution.params.h", ["order.amount.generator.distribution.params.high"]),
        ("/set time", ["timeframe"]),
        ("/set order.rows.x.y", []),
        ("/set order.amount 5", []),
        ("/generate out --format p", ["parquet"]),
        ("/generate out --f", ["--format"]),
        ("/diff ", ["1"]),
        ("/help un", ["undo"]),
        ("/model ol", ["ollama:"]),
        ("/save tests/data/exam", ["tests/data/example_conversation.md"]),
        ("/sample customer or", []),
        ("customer", []),
    ],
)
def test_commands_and_names_are_completed(before: str, words: list[str]) -> None:
    table = Table(reply(SHOP))
    table.say("a shop")
    assert list(complete(table.desk, before)) == words


def test_quit_leaves(tmp_path: Path) -> None:
    table = Table()
    table.say("/quit")
    assert table.desk.is_left


def test_checks_are_tried_when_asked_for() -> None:
    checks = [
        {"name": "four", "sql": "SELECT count(*) FROM customer", "equals": 4},
        {"name": "none", "sql": "SELECT * FROM customer", "empty": True},
        {"name": "odd", "sql": "DROP TABLE customer", "equals": 1},
    ]
    shown = Table(reply({**SHOP, "checks": checks})).say("a shop", "/check")
    assert "Checks: 1 of 3 hold." in shown
    assert "✓ four: 4" in shown
    assert "✗ none: 1 instead of no row" in shown
    assert "✗ odd: It is not one SELECT." in shown


def test_fixes_are_applied_by_their_numbers_as_one_change_that_can_be_undone() -> None:
    table = Table(reply(draft("saas")), "Fine.")
    shown = table.say("subscriptions", "/advice")
    assert "2. The 3 names of plan are drawn one by one from 3" in shown
    assert '/fix 2: {"nodes": [{"id": "plan"' in shown
    fixed = table.say("/fix 2, 1")
    assert "~ plan.name: choice Starter/Professional/Enterprise → enum_list" in fixed
    assert "~ payment.amount: distribution normal" in fixed
    left = table.say("/advice")
    assert "plan" not in left
    assert left.startswith("1. ")
    table.say("/undo")
    assert table.draft == draft("saas")
    table.say("go on")
    assert table.asked[-1].startswith("This is the schema as it is now, with what I changed in it myself:")


def test_a_remark_without_a_fix_says_what_to_do() -> None:
    table = Table(reply(FAULTY["table-unused"]))
    assert "[no-fix]" in table.say("countries", "/fix 1")
    assert table.draft == FAULTY["table-unused"]


def test_a_schema_without_faults_gets_no_remark() -> None:
    assert "nothing to say" in Table(reply(SHOP)).say("a shop", "/advice")


def test_a_model_that_cannot_be_connected_is_told_with_what_to_do_and_the_old_one_stays() -> None:
    table = Table("Fine.")
    before, table.desk.connect = table.desk.talk.provider, Connector(table.desk.talk.screen, {}).another
    shown = table.say("/model openai:gpt")
    assert "There is no key for openai." in shown
    assert "Set OPENAI_API_KEY" in shown
    assert table.desk.talk.provider is before


def test_help_says_more_of_one_command() -> None:
    shown = Table().say("/help set")
    assert shown.startswith("/set PATH VALUE\n")
    assert "The model is told of the change" in shown
    assert "/undo" not in shown


def test_versions_are_compared_by_their_numbers() -> None:
    table = Table(reply(SHOP), MORE, reply({"nodes": [{"id": "customer", "rows": 20}]}))
    table.say("a shop", "nine", "twenty")
    assert table.say("/diff") == "  ~ customer: rows 9 → 20\n"
    assert table.say("/diff 1") == "  ~ customer: rows 4 → 20\n"
    assert table.say("/diff 2 1") == "  ~ customer: rows 9 → 4\n"
    table.say("/undo")
    assert table.say("/diff 2 3") == "  ~ customer: rows 9 → 20\n"


def test_what_was_edited_and_is_wrong_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(reply(SHOP))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": 4/"rows": -6/\'')
    assert "/edit opens it again" in table.say("a shop", "/edit")
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": -6/"rows": 6, ]/\'')
    assert "/edit opens it again" in table.say("/edit")
    assert table.draft == SHOP
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": 6, ]/"rows": 6/\'')
    assert "rows 4 → 6" in table.say("/edit")
    monkeypatch.setenv("EDITOR", "true")
    assert table.say("/edit") == "Nothing was changed.\n"


def test_a_schema_that_stayed_wrong_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(reply(shop(nodes__0__rows=-1)))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", 'sed -i \'s/"rows": -1/"rows": 7/\'')
    assert "Schema 1: Shop" in table.say("a shop", "/edit")
    assert table.draft == shop(nodes__0__rows=7)


def test_an_editor_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table(reply(SHOP))
    monkeypatch.delenv("VISUAL", raising=False)
    for editor in ("false", "rm", "truncate -s 0"):
        monkeypatch.setenv("EDITOR", editor)
        assert "Nothing was changed." in table.say("a shop" if table.replies else "/problems", "/edit")
    assert table.draft == SHOP


def test_a_schema_is_exported_for_programs_databases_and_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = Table(reply(SHOP))
    assert "Written shop/tables.sql" in table.say("a shop", "/export")
    assert {path.name for path in Path("shop").iterdir()} == {"schema.json", "tables.sql", "README.md", "conversation.md"}
    assert json.loads(Path("shop/schema.json").read_text()) == SHOP
    assert parse(Path("shop/conversation.md").read_text()).conversations[0].turns[0].text == "a shop"
    assert "Written" in table.say("/set customer.rows 5", "/export")
    assert json.loads(Path("shop/schema.json").read_text())["nodes"][0]["rows"] == 5
    Path("mine").mkdir()
    Path("mine/README.md").write_text("My notes.")
    assert "[in-the-way]" in table.say("/export mine")
    assert Path("mine/README.md").read_text() == "My notes."


def test_another_conversation_is_listed_and_taken_up(tmp_path: Path) -> None:
    table = Table(reply(SHOP))
    table.desk.environment = {"DATAGEN_HOME": str(tmp_path)}
    assert "no other conversation" in table.say("a shop", "/resume")
    other = Journal("A bank", meta={"seed": 7}).add("user", "a bank").add("assistant", reply(shop(metadata__name="Bank")))
    path = tmp_path / "sessions" / "20260101-000000-1.md"
    path.parent.mkdir()
    path.write_text(render(other.add("user", "and loans").transcript))
    (tmp_path / "sessions" / "broken.md").write_text("nothing")
    assert "A bank" in table.say("/resume")
    shown = table.say("/resume 1")
    assert "2 requests so far" in shown
    assert "Schema 1: Bank" in shown
    assert table.draft == shop(metadata__name="Bank")
    assert (table.desk.talk.unsaid, table.desk.talk.session.settings.seed) == ("and loans", 7)
    assert table.desk.talk.keeper.path == path
    table.replies.append(MORE)
    table.say("nine customers")
    assert [turn.role for turn in parse(path.read_text()).conversations[0].turns][:4] == ["user", "assistant", "user", "result"]
    assert "no other" in table.say("/resume")


def test_the_numbers_of_listed_conversations_stay_and_the_older_ones_are_counted(tmp_path: Path) -> None:
    table = Table(reply(SHOP))
    table.desk.environment = {"DATAGEN_HOME": str(tmp_path)}
    (tmp_path / "sessions").mkdir()
    for number in range(17):
        path = tmp_path / "sessions" / f"202601{number + 1:02}-000000-1.md"
        journal = Journal(f"Title {number} {'of many words' * 5}").add("user", "a bank").add("assistant", f"Question {number}?")
        path.write_text(render(journal.transcript))
        os.utime(path, (1000 + number, 1000 + number))
    table.desk.talk.screen.width = 80
    shown = table.say("/resume")
    assert max(map(len, shown.split("\n"))) <= 80
    assert "15" in shown
    assert "Title 1 " not in shown
    assert "2 older ones" in shown
    assert "Question 14?" in table.say("/resume 3")  # what the model asked last stands there again
    assert "Question 15?" in table.say("/resume 2")
    assert "[same-session]" in table.say("/resume 2")
    assert "Title 0 " in table.say("/resume all")
    assert "Question 0?" in table.say("/resume 16")


def test_a_page_is_written_of_the_schema_and_data_made_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = Table(reply(SHOP))
    assert "Written to shop.html" in table.say("a shop", "/report")
    assert [path.name for path in tmp_path.iterdir()] == ["shop.html"]
    page = (tmp_path / "shop.html").read_text("utf-8")
    assert "datagen generate shop.json --seed 42" in page
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    assert "[in-the-way]" in table.say("/report mine.html")


def test_a_page_is_not_written_of_more_rows_than_a_trial_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "[too-many-rows]" in Table(reply(shop(nodes__0__rows=2_000_001))).say("a shop", "/report")
    assert list(tmp_path.iterdir()) == []


def test_a_card_shows_three_new_remarks_with_their_fixes_and_repeats_none() -> None:
    table = Table(reply(draft("saas")), reply({"nodes": [{"id": "user", "rows": 900}]}), advice=True)
    shown = " ".join(table.say("subscriptions").split())
    assert "1. payment.amount is drawn apart from plan.monthly_price" in shown
    assert "/fix 3" in shown
    assert "/fix 4" not in shown
    assert "… and 4 more: /advice" in shown
    assert "reviewer" not in table.say("/fix 1")
    assert "names of plan" not in table.say("more users")
