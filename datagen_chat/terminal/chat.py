"""A conversation as it is seen: every event drawn, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from datagen_chat.asked.ledger import missing
from datagen_chat.conversation.ask import causes
from datagen_chat.conversation.events import (
    Advised,
    AskedAgain,
    Event,
    NoSchemaFound,
    Previewed,
    ProblemsFound,
    Prose,
    ReplyFinished,
    SchemaAccepted,
    SchemaExtracted,
    SchemaMended,
    SchemaSteered,
    Stated,
    StatementDropped,
    Tried,
    UserSaid,
)
from datagen_chat.conversation.extract import extract, prose
from datagen_chat.conversation.parse import CLOSERS_ADDED
from datagen_chat.llm.base import Reply, Stop
from datagen_chat.schema.change import Change, Sort
from datagen_chat.schema.model import Dataset
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.problems import draw_notes, draw_problems
from datagen_chat.terminal.prose import draw_speech
from datagen_chat.terminal.schema import draw_preview, draw_tables, headline
from datagen_chat.terminal.screen import Screen
from datagen_chat.terminal.stated import draw_missed

_LINES_SHOWN = 12
_LONGEST = 300
_CHANGES_SHOWN = 40
_REQUEST_LINES = 40
_MARKS: dict[Sort, tuple[str, str]] = {
    "added": ("+", "green"),
    "removed": ("-", "red"),
    "changed": ("~", "yellow"),
    "moved": ("~", "yellow"),
}
_STOPS: dict[Stop, str] = {
    "length": "The reply ran into the model's limit of tokens.",
    "context": "The reply ran into the end of the model's context window.",
    "refusal": "The model declined.",
    "filter": "A filter of the vendor's cut the reply.",
    "tool": "The model wanted to use a tool; there is none here.",
    "other": "The model stopped for a reason of its own.",
    "cut": "The reply broke off.",
}


class ChatView:
    """Draws the events of conversations, one after the other; `is_answered` says that a person is there to answer."""

    is_answered = False

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._dataset: Dataset | None = None
        self._drawn: dict[type, Callable[[Any], None]] = {
            UserSaid: self._user_said,
            Prose: self._prose,
            ReplyFinished: self._reply_finished,
            SchemaExtracted: self._extracted,
            NoSchemaFound: self._nothing_found,
            SchemaMended: self._mended,
            ProblemsFound: self._problems_found,
            AskedAgain: self._asked_again,
            SchemaAccepted: self._accepted,
            Previewed: self._previewed,
            SchemaSteered: self._steered,
            StatementDropped: self._dropped,
            Stated: lambda event: draw_missed(screen, event.lines),
            Advised: self._advised,
            Tried: lambda event: draw_tried(screen, event),
        }

    def begin(self, title: str) -> None:
        """Draw the head of a conversation."""
        self._dataset = None
        if title:
            self._screen.rule(one_line(title))

    def draw(self, event: Event) -> None:
        """Draw one event; the pieces of a reply and the end of a turn have nothing to show."""
        drawn = self._drawn.get(type(event))
        if drawn is not None:
            drawn(event)

    def _user_said(self, event: UserSaid) -> None:
        self._screen.blank()
        draw_speech(self._screen, "You", "bold green", event.text, lines=_REQUEST_LINES)

    def _prose(self, event: Prose) -> None:
        self._screen.blank()
        draw_speech(self._screen, "LLM", "bold magenta", event.text)

    def _reply_finished(self, event: ReplyFinished) -> None:
        said = _STOPS.get(event.reply.stop) or _nothing(event.reply)
        if said:
            self._screen.blank()
            self._screen.say((said, "yellow"))

    def _extracted(self, event: SchemaExtracted) -> None:
        self._screen.blank()
        what = "Schema" if event.candidate.kind == "full" else "Changes to the schema"
        lines = event.candidate.text.count("\n") + 1
        how = "" if event.liberties else " of strict JSON"
        size = "1 line" if lines == 1 else f"{lines:,} lines"
        self._dim(f"{what} found at line {event.candidate.line} of the reply: {size}{how}.")
        if event.parts > 1:
            self._screen.say(
                (f"It is the last of {event.parts} in this reply, which are taken together, in their order.", "yellow")
            )
        elif event.passed_over:
            before = "one before it is" if event.passed_over == 1 else f"{event.passed_over} before it are"
            self._screen.say((f"It is the last of {event.passed_over + 1} in this reply; the {before} passed over.", "yellow"))
        if event.rung == CLOSERS_ADDED:
            message = "The end of its JSON is missing; brackets were added. If anything stood behind them, it is lost."
            self._screen.say((message, "yellow"))
        self._dim_lines([f"read: {one.what} at line {one.line}, column {one.column}" for one in event.liberties])

    def _nothing_found(self, event: NoSchemaFound) -> None:
        line = event.candidate.line
        self._screen.blank()
        self._screen.say(
            (f"The JSON at line {line} of this reply is no schema and no change to one; it was left aside.", "yellow")
        )

    def _mended(self, event: SchemaMended) -> None:
        self._dim_lines([f"mended: {one_line(mend.place)}: {one_line(mend.text)}" for mend in event.mends])

    def _problems_found(self, event: ProblemsFound) -> None:
        found = len(causes(event.problems))
        self._screen.blank()
        self._screen.say((f"The schema is not valid: {'1 problem' if found == 1 else f'{found:,} problems'}.", "bold red"))
        self._screen.blank()
        draw_problems(self._screen, event.problems, event.blamed, limit=_LINES_SHOWN)
        self._screen.blank()
        self._after_problems(event)

    def _after_problems(self, event: ProblemsFound, /) -> None:
        """Draw what follows from problems; of a recorded reply nobody can be asked."""
        wanted = event.question.rpartition("\n")[2]
        self._screen.say((f"A live model would be told so, and asked: {one_line(wanted)}", "dim"), hang=2)
        if self._dataset is not None:
            self._screen.say(("The schema before it still holds.", "dim"))

    def _asked_again(self, event: AskedAgain) -> None:
        self._dim(f"Asked again ({event.attempt}).")

    def _accepted(self, event: SchemaAccepted) -> None:
        dataset, counts = event.version.dataset, event.version.preview.counts
        title = f"Schema {event.number}: "
        self._screen.say((title, "bold green"), (headline(dataset, event.version.preview.total), "bold"), hang=4)
        if not event.is_first or self._dataset is not None:
            self._changes(event)
            self._screen.blank()
        draw_tables(self._screen, dataset, counts)
        if event.notes:
            self._screen.blank()
            draw_notes(self._screen, event.notes, event.version.draft, indent=2, limit=_LINES_SHOWN)
        self._dataset = dataset

    def _changes(self, event: SchemaAccepted) -> None:
        self._screen.blank()
        draw_changes(self._screen, event.changes)

    def _commanded(self, line: str) -> None:
        self._screen.blank()
        draw_speech(self._screen, "You", "bold green", line, lines=1)
        self._screen.blank()

    def _steered(self, event: SchemaSteered) -> None:
        self._commanded(event.line)
        if event.version is None:
            self._dataset = None
            self._screen.say("There is no schema now.")
            return
        self._dataset = event.version.dataset
        title, total = f"Schema {event.number}: ", event.version.preview.total
        self._screen.say((title, "bold green"), (headline(self._dataset, total), "bold"), hang=4)
        if event.changes:
            draw_changes(self._screen, event.changes)
        for words in event.overruled:
            self._no_longer(words)

    def _dropped(self, event: StatementDropped) -> None:
        self._commanded(event.line)
        self._no_longer(event.quote)

    def _no_longer(self, words: str) -> None:
        self._dim(f'No longer asked for: "{one_line(words)[:_LONGEST]}"')

    def _previewed(self, event: Previewed) -> None:
        assert self._dataset is not None
        draw_preview(self._screen, self._dataset, event.preview, event.before)

    def _advised(self, event: Advised) -> None:
        from datagen_chat.terminal.advice import draw_remarks

        draw_remarks(self._screen, event, fixable=self.is_answered)

    def _dim(self, line: str) -> None:
        self._screen.say((line, "dim"), hang=2)

    def _dim_lines(self, lines: list[str]) -> None:
        for line in lines[:_LINES_SHOWN]:
            self._dim(line)
        if len(lines) > _LINES_SHOWN:
            self._dim(f"… and {len(lines) - _LINES_SHOWN:,} more.")


def _nothing(reply: Reply) -> str:
    """Return what is to be said of a reply that shows nothing."""
    if prose(reply.text) or extract(reply.text) is not None:
        return ""
    return "There is nothing in the reply but thoughts." if reply.text.strip() else "The reply is empty."


def draw_changes(screen: Screen, changes: Sequence[Change]) -> None:
    """Draw what changed between two schemas, one line each."""
    if not changes:
        screen.say("Nothing has changed.", indent=2)
        return
    for change in changes[:_CHANGES_SHOWN]:
        mark, style = _MARKS[change.sort]
        screen.say((f"{mark} {one_line(str(change))}", style), indent=2, hang=4)
    if len(changes) > _CHANGES_SHOWN:
        screen.say((f"… and {len(changes) - _CHANGES_SHOWN:,} more changes.", "dim"), indent=2)


def draw_tried(screen: Screen, event: Tried) -> None:
    """Draw what the data says to the checks: how many hold, and each that does not, with what was measured."""
    if event.left_out:
        screen.blank()
        screen.say((event.left_out, "dim"), hang=2)
    missed = [check for check in event.stated if check.state == "fails"]
    if missed:
        screen.blank()
        screen.say(("Asked for and not held by the data:", "bold yellow"))
        for check in missed[:_LINES_SHOWN]:
            words, found = one_line(check.requirement)[:_LONGEST], one_line(missing(check.found, check.wanted))[:_LONGEST]
            screen.say(("✗ ", "red"), f'"{words}": {found}', indent=2, hang=4)
    if not event.checks:
        return
    screen.blank()
    holding, all_ = len(event.checks) - len(event.failed), len(event.checks)
    if not event.failed:
        screen.say(("The check holds." if all_ == 1 else f"Checks: all {all_} hold.", "green"))
        return
    screen.say((f"Checks: {holding} of {all_} hold.", "bold yellow"))
    for check in event.failed[:_LINES_SHOWN]:
        name = one_line(check.requirement or check.name)[:_LONGEST]
        said = one_line(check.found)[:_LONGEST]
        is_plain = check.is_constraint or check.state == "unusable"
        told = said if is_plain else f"{said} instead of {one_line(check.wanted)[:_LONGEST]}"
        screen.say((f"✗ {name}: ", "red"), told, indent=2, hang=4)
    if len(event.failed) > _LINES_SHOWN:
        screen.say((f"… and {len(event.failed) - _LINES_SHOWN:,} more.", "dim"), indent=2)
