"""A conversation with a model, turn by turn: what is asked, drawn, counted and written down."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

from datagen_chat.commands.prompting import shorter_prompt
from datagen_chat.commands.stopping import stopping, unstopped
from datagen_chat.conversation.events import (
    Event,
    ProblemsFound,
    Prose,
    ReplyFinished,
    SchemaAccepted,
    Tried,
    TurnEnded,
    UserSaid,
)
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.session import Session, Version
from datagen_chat.conversation.stated import try_stated
from datagen_chat.conversation.steer import RETRY, SHORTEN, shorten
from datagen_chat.conversation.turn import Step
from datagen_chat.llm.base import Provider, ProviderError, Stop, TextDelta, cancelled
from datagen_chat.llm.budget import Metered, Spent
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.problems import OutputError, Problem, ProblemsError
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.keyboard import hushed
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.problems import draw_problems
from datagen_chat.terminal.screen import Screen

Result = Literal["prose", "accepted", "rejected", "failed"]


class Stoppable(Protocol):
    """What tries the data of an accepted schema, and ends where it is cancelled."""

    def __call__(self, version: Version, cancellation: Cancellation | None = None) -> Tried:
        """Return what the data says to the checks of a schema."""


class Keeping(Protocol):
    """What writes a conversation down."""

    @property
    def path(self) -> Path:
        """The file."""

    def text(self, journal: Journal) -> str:
        """Return a journal as it is written down, without keys."""

    def hide(self, secret: str) -> None:
        """Keep one more key out of what is written."""

    def keep(self, journal: Journal) -> Path | None:
        """Write a journal in place of what was written before; return the file where it is another one than before.

        Raises:
            OutputError: it cannot be written.
        """


@dataclass
class Talk:
    """A conversation as it is now; a turn replaces its session and its journal.

    `stop` is why the last reply ended, and `is_empty` whether it said nothing, or only thoughts. `unsaid` is a request whose
    reply was stopped, to be sent again or changed. `earlier` is what the conversation took beside what the provider has
    counted, and `unmetered` what others had counted before one that does not count.
    """

    session: Session
    provider: Provider
    view: LiveView
    screen: Screen
    keeper: Keeping
    journal: Journal
    last_request: str = ""
    failure: ProviderError | None = None
    problems: ProblemsFound | None = None
    before: Session | None = None
    trial: Stoppable | None = None
    unsaid: str = ""
    stop: Stop = "end"
    is_empty: bool = False
    earlier: Spent = field(default_factory=Spent)
    unmetered: Spent = field(default_factory=Spent)

    @property
    def counted(self) -> Spent:
        """What this run of the program has spent, with whatever model and in whatever conversation."""
        return self.provider.spent if isinstance(self.provider, Metered) else self.unmetered

    @property
    def spent(self) -> Spent:
        """What the conversation has taken since it was begun, in whatever run of the program."""
        return self.earlier + self.counted

    def say(self, request: str) -> Result:
        """Hold one turn, and return how it ended; when it failed, the session is as it was."""
        with unstopped(), hushed():
            prompt, result = self.session.prompt, self._say(request)
            if result == "failed" and prompt != self.session.prompt:
                self._reopen()
                result = self._say(request)
            return result

    def _say(self, request: str) -> Result:
        self._make_room()
        self.last_request, self.failure, self.problems = request, None, None
        self.before = replace(self.session, spare=None)
        before, said, result = self.spent, list[str](), None
        try:
            with stopping() as cancellation, closing(self._turn(request, cancellation)) as events:
                for event in events:
                    self._hear(event, said)
                    result = event.outcome if isinstance(event, TurnEnded) else result
        except (ProviderError, KeyboardInterrupt) as error:
            self._fail(error if isinstance(error, ProviderError) else cancelled(), "".join(said))
        is_stopped = self.failure is not None and self.failure.kind == "cancelled"
        self.unsaid = request if is_stopped and result is None else ""
        self._count(before)
        self._keep()
        return result or "failed"

    def _make_room(self) -> None:
        """Shorten what the model is told when it fills most of its window."""
        if isinstance(self.provider, Metered) and self.session.history and self.provider.fills(self.session.messages):
            self._shorten()

    def _shorten(self) -> None:
        self.session = shorten(self.session)
        self.journal = self.journal.add("command", SHORTEN)
        self.screen.say(("The conversation fills the model's window; it goes on with the schema and your requests.", "dim"))

    def _turn(self, request: str, cancellation: Cancellation) -> Generator[Event, None, None]:
        trial = None if self.trial is None else partial(self._tried, self.trial, cancellation)
        return converse(self.session, request, self.provider, cancellation, trial)

    def _tried(self, trial: Stoppable, cancellation: Cancellation, version: Version) -> Tried:
        """Try the data of a schema, which may take seconds; Ctrl-C ends it."""
        self.screen.passing("trying the checks on the data …")
        return trial(version, cancellation)

    def steer(self, step: Step, **meta: object) -> None:
        """Take up what a person did to the schema; one that is new is tried like the model's."""
        with unstopped():
            self.session, self.before = step.session, None
            for event in step.events:
                self.view.draw(event)
            self.journal = self.journal.add("command", getattr(step.events[0], "line", ""), **meta)
            self._keep()
        if "schema" in meta and self.trial is not None:
            self._try_changed(self.trial)

    def _try_changed(self, trial: Stoppable) -> None:
        """Try the data of a schema that a person changed, and say what it does not keep; the schema stays as it is."""
        version = self.session.versions.current
        assert version is not None
        with stopping() as cancellation:
            tried = try_stated(partial(self._tried, trial, cancellation), version, self.session)
        self.screen.passing()
        self.view.draw(tried)
        if tried.failed:
            message = "The schema is as you changed it: /edit opens it with its checks, /undo takes the change back."
            self.screen.say((message, "dim"), hang=2)

    def forget(self, spent: Spent) -> None:
        """Know nothing more of the last turn, because the conversation is another one now, which has taken so much."""
        self.earlier = spent - self.counted
        self.last_request, self.failure, self.problems, self.before, self.unsaid = "", None, None, None, ""

    def note(self, line: str) -> None:
        """Write down what a person did that changed no schema."""
        self.journal = self.journal.add("command", line)
        self._keep()

    def change(self, provider: Provider, prompt: str, line: str) -> None:
        """Go on with another model, in this session and when it is taken up again; `line` is what a person wrote for that."""
        with unstopped():
            spent, self.unmetered = self.spent, self.counted
            self.provider = provider
            self.earlier = spent - self.counted
            self._take_prompt(prompt)
            self.journal = replace(self.journal, meta={**self.journal.meta, "model": provider.name})
            self.note(line)

    def _take_prompt(self, prompt: str) -> None:
        self.session = replace(self.session, prompt=prompt)
        self.before = None if self.before is None else replace(self.before, prompt=prompt)

    def retry(self) -> None:
        """Ask the last request again, as if it had not been asked yet.

        Raises:
            ProblemsError: there is none, or the schema was changed since.
        """
        if self.before is None:
            hint = "Say what you need, or what should change."
            raise ProblemsError([Problem("", "nothing-to-retry", "There is no request that could be asked again.", hint)])
        self._reopen()
        result, current = self.say(self.last_request), self.session.versions.current
        self.view.take_back(current)
        if result != "accepted" and current is not None:
            self.screen.say(("The schema is as it was before /retry.", "dim"))

    def _reopen(self) -> None:
        """Go back to before the last request, whose schema stays until another one is accepted."""
        assert self.before is not None
        self.session = self.before.instead_of(self.session)
        self.view.take_back(self.session.versions.current)
        self.journal = self.journal.add("command", RETRY)

    def _hear(self, event: Event, said: list[str]) -> None:
        if isinstance(event, TextDelta):
            said.append(event.text)
        elif isinstance(event, ReplyFinished):
            said.clear()
            self.stop, self.is_empty = event.reply.stop, True
        elif isinstance(event, Prose):
            self.is_empty = False
        elif isinstance(event, TurnEnded):
            self.session = event.session
            self._keep()  # a correction of its data may follow
        elif isinstance(event, ProblemsFound | SchemaAccepted):
            self.problems = event if isinstance(event, ProblemsFound) else None
        self.journal = self.journal.hear(event)
        self.view.draw(event)
        if isinstance(event, UserSaid):
            self._keep()  # whatever becomes of the reply

    def _fail(self, error: ProviderError, said: str) -> None:
        self.failure, self.session = error, self.session.unanswered()
        prompt = shorter_prompt(self.session.prompt, self.provider) if error.kind == "context" else None
        if prompt is not None:
            error.hint = "The prompt itself takes most of that; from here on the model is told its short form."
            self._take_prompt(prompt)
        self.view.failed(error)
        self.journal = self.journal.fail(str(error), error.kind, said)
        if error.kind == "context" and self.session.history:
            self._shorten()
            self.before = None if self.before is None else shorten(self.before)

    def _keep(self) -> None:
        """Write the conversation down; where that fails it goes on, and says so."""
        if self.spent != Spent():
            self.journal = replace(self.journal, meta={**self.journal.meta, "spent": self.spent.written})
        try:
            elsewhere = self.keeper.keep(self.journal)
        except OutputError as error:
            draw_problems(self.screen, error.problems)
            return
        if elsewhere is not None:
            where = one_line(str(elsewhere))
            self.screen.say(("Another program has changed the transcript; this one goes on in ", "yellow"), where, hang=2)

    def _count(self, before: Spent) -> None:
        """Say what the turn took."""
        after = self.spent
        if after.usage == before.usage:
            return
        read, written = after.usage.prompt - before.usage.prompt, after.usage.output - before.usage.output
        about = "about " if after.estimated > before.estimated else ""
        words = [f"{about}{read:,} tokens read", f"{written:,} written"]
        if after.cost:
            words.append(f"{after.dollars} so far")
        self.screen.blank()
        self.screen.say((" · ".join(words), "dim"))
