"""A conversation while it happens: prose as its lines are finished, and one passing line for what is not ready to be drawn."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from datagen_chat.conversation.events import (
    AskedAgain,
    Event,
    ProblemsFound,
    Prose,
    ReplyFinished,
    SchemaAccepted,
    Tried,
    TurnEnded,
    UserSaid,
)
from datagen_chat.conversation.extract import prose
from datagen_chat.conversation.session import Session, Version
from datagen_chat.conversation.sketch import Sketch
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.base import Noted, ProviderError, ReasoningDelta, TextDelta, Waiting
from datagen_chat.terminal.chat import ChatView, draw_tried
from datagen_chat.terminal.clean import clean, one_line
from datagen_chat.terminal.problems import draw_notes
from datagen_chat.terminal.prose import Speech, draw_speech
from datagen_chat.terminal.schema import draw_tables, headline
from datagen_chat.terminal.screen import Screen

_THINKING = "the model is thinking …"
_TICK_SECONDS = 1.0
_RECALLED_LINES = 20
_PAUSE_SECONDS = 0.05  # between two states of the passing line; more of them nobody sees


class LiveView(ChatView):
    """Draws the events of a conversation with a model while it is held.

    `is_typed` says that a person's requests stand on the screen already, because they were typed there; `told` is what they can
    do about an error.
    """

    is_answered = True

    def __init__(self, screen: Screen, *, is_typed: bool = False, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__(screen)
        self.is_typed = is_typed
        self.told: Callable[[ProviderError], str] = lambda error: error.hint
        self._seconds = seconds
        self._next, self._passing = 0.0, ""
        self._lock, self._is_ticking = threading.RLock(), False
        self._silence: tuple[str, float] | None = None  # what is shown while the model says nothing, and since when
        self._sketch = Sketch()
        self._speech: Speech | None = None
        self._shown: Counter[str] = Counter()
        self._gap = 0
        self._failing: Tried | None = None  # what the schema does not keep, while the model is asked to correct it
        self._is_correction = self._is_same = False
        self._drawn |= {
            TextDelta: self._text,
            ReasoningDelta: self._thinking,
            Waiting: self._waiting,
            Noted: self._noted,
            Tried: self._tried,
            TurnEnded: self._turn_ended,
        }

    def draw(self, event: Event) -> None:
        """Draw one event, as wide as the terminal is by now."""
        with self._lock:
            if not isinstance(event, ReasoningDelta):
                self._silence = None
            self._screen.measure()
            super().draw(event)

    def _user_said(self, event: UserSaid) -> None:
        self._failing, self._is_correction = None, False
        if not self.is_typed:
            super()._user_said(event)
        self._listen()

    def _commanded(self, line: str, /) -> None:
        """Draw nothing: it stands where it was typed."""

    def _tried(self, event: Tried) -> None:
        self._failing, self._is_same = event if event.failed else None, False
        draw_tried(self._screen, event)

    def _accepted(self, event: SchemaAccepted) -> None:
        super()._accepted(event)
        self._is_same = not event.changes

    def _turn_ended(self, _event: TurnEnded) -> None:
        """Draw once more what a schema does not keep that came back as it was; it is not tried again."""
        if self._failing is not None and self._is_same and self._is_correction:
            draw_tried(self._screen, self._failing)
        self._is_same = False
        self._screen.passing()

    def _asked_again(self, event: AskedAgain) -> None:
        super()._asked_again(event)
        self._is_correction = event.is_about_data
        self._listen()

    def _listen(self) -> None:
        """Be ready for the next reply."""
        self._sketch, self._speech, self._gap = Sketch(), None, 0
        self._shown.clear()
        self._next, self._passing = 0.0, ""
        self._wait_in("waiting for the model …", self._seconds())
        self._next = 0.0  # the first piece of the reply is shown at once

    def _wait_in(self, words: str, since: float) -> None:
        """Show that nothing is said yet, and once a second for how long."""
        self._silence = (words, since)
        self._pass(words)
        if self._screen.is_live and not self._is_ticking:
            self._is_ticking = True
            threading.Thread(target=self._tick, daemon=True).start()

    def _tick(self) -> None:
        while self.tick():
            time.sleep(_TICK_SECONDS)

    def tick(self) -> bool:
        """Show how long the model has said nothing, and return whether it still says nothing."""
        with self._lock:
            self._is_ticking = self._silence is not None
            if self._silence is not None and (passed := int(self._seconds() - self._silence[1])):
                self._pass(f"{self._silence[0]} {passed} s")
            return self._is_ticking

    def _text(self, event: TextDelta) -> None:
        for line in self._sketch.feed(event.text):
            self._say(line)
        if self._sketch.is_in_schema:
            self._pass(_progress(self._sketch, self._screen.width))
        elif pending := self._sketch.pending.strip():
            self._pass(f"      {_end_of(pending, self._screen.width - 8)}")

    def _say(self, line: str) -> None:
        """Draw a line of prose; blank ones only when another one follows."""
        if not line.strip():
            self._gap += 1
            return
        if self._speech is None:
            self._screen.blank()
            self._speech = Speech(self._screen, "LLM", "bold magenta")
        elif self._gap:
            self._screen.blank()
        self._gap, self._passing = 0, ""  # what passed is drawn over
        self._shown[line.strip()] += 1
        self._speech.line(line)

    def _reply_finished(self, event: ReplyFinished) -> None:
        for line in self._sketch.finish():
            self._say(line)
        self._screen.passing()
        super()._reply_finished(event)

    def _prose(self, event: Prose) -> None:
        """Draw what was kept back while it streamed and turned out to be prose."""
        missing = [line for line in event.text.split("\n") if line.strip() and not self._was_shown(line)]
        if missing:
            for line in missing:
                self._say(line)

    def _was_shown(self, line: str) -> bool:
        seen = self._shown[line.strip()] > 0
        self._shown[line.strip()] -= seen
        return seen

    def _thinking(self, _event: ReasoningDelta) -> None:
        if self._silence is None:
            self._pass(_THINKING)
        elif self._silence[0] != _THINKING:
            self._wait_in(_THINKING, self._silence[1])

    def _waiting(self, event: Waiting) -> None:
        self._next = 0.0
        self._pass(f"asked again in {event.seconds:.0f} s ({event.attempt} of {event.attempts} failed): {event.reason}")

    def _noted(self, event: Noted) -> None:
        draw_notes(self._screen, (event.problem,))

    def _after_problems(self, _event: ProblemsFound, /) -> None:
        if self._dataset is not None:
            self._screen.say(("The schema before it still holds.", "dim"))

    def recall(self, session: Session, conversation: Conversation) -> None:
        """Draw how far a conversation has come that is taken up again."""
        requests = [turn.text for turn in conversation.turns if turn.role == "user"]
        many = "1 request" if len(requests) == 1 else f"{len(requests):,} requests"
        self._screen.say((one_line(conversation.title[:200] or "A conversation"), "bold"), f" — {many} so far", hang=2)
        if requests:
            self._screen.say(("The last one: ", "dim"), one_line(requests[-1][:300]), hang=2)
        version = session.versions.current
        self.take_back(version)
        if version is not None:
            self._screen.say(
                (f"Schema {len(session.versions.past)}: ", "bold green"),
                (headline(version.dataset, version.preview.total), "bold"),
                hang=4,
            )
            draw_tables(self._screen, version.dataset, version.preview.counts)
        said = next((turn.text for turn in reversed(conversation.turns) if turn.role == "assistant"), "")
        if words := prose(said):
            self._screen.blank()
            draw_speech(self._screen, "LLM", "bold magenta", words, lines=_RECALLED_LINES)

    def take_back(self, version: Version | None) -> None:
        """Know that the schema is another one by now, without drawing it."""
        self._dataset = None if version is None else version.dataset

    def failed(self, error: ProviderError) -> None:
        """Draw that a reply did not come, or broke off; what came of it stays on the screen."""
        with self._lock:
            self._silence = None
        for line in self._sketch.finish():
            self._say(line)
        self._screen.blank()
        self._screen.say((one_line(str(error)), "yellow" if error.kind == "cancelled" else "bold red"), hang=2)
        for line in clean(self.told(error)).splitlines():
            self._screen.say(line, hang=2)

    def _pass(self, line: str) -> None:
        now = self._seconds()
        if now >= self._next and line != self._passing:
            self._next, self._passing = now + _PAUSE_SECONDS, line
            self._screen.passing(line)


def _progress(sketch: Sketch, width: int) -> str:
    """Return the tables that are written so far, the last ones where there is no room for all."""
    tables = [f"{one_line(table.name)}({table.columns})" for table in sketch.outline.tables]
    shown: list[str] = []
    room = width - len("schema: … …") - 2
    for table in reversed(tables):
        room -= len(table) + 1
        if room < 0 and shown:
            break
        shown.insert(0, table)
    return " ".join(["schema:", *["…"] * (len(shown) < len(tables)), *shown, "…"])


def _end_of(line: str, room: int) -> str:
    return line if len(line) <= room else f"…{line[1 - max(room, 2) :]}"
