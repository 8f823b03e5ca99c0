"""What a person types: lines with a history, edited in place. Only here is prompt_toolkit known, and only when it is needed."""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

PROMPT = "You   "
_AGAIN_SECONDS = 2.0
_ONCE_MORE = "Ctrl-C once more leaves."
_DEAF_SECONDS = 1.0  # the second of two quick Ctrl-C must not clear the text that the first one put back

Complete = Callable[[str], Iterable[str]]
"""From what stands before the cursor to the words that may take the place of its last one."""


class Keyboard(Protocol):
    """Where a person's words come from."""

    def read(self, text: str = "") -> str | None:
        """Return what is entered next, None when the person leaves; `text` stands there to begin with."""

    @property
    def entered(self) -> str | None:
        """What was entered, as soon as that is so; None before."""

    def is_stopped(self) -> bool:
        """Return whether Ctrl-C was pressed since, while the terminal still took it for a key like others."""


class Typed:
    """A keyboard in a terminal: Enter sends, Alt-Enter breaks the line, Ctrl-C clears or leaves, Ctrl-D leaves."""

    def __init__(
        self,
        history: Path | None,
        complete: Complete,
        redact: Callable[[str], str],
        *,
        styled: bool,
        shown: Callable[[], None] = lambda: None,
    ) -> None:
        self._hint = ""
        self._entered: str | None = None
        self._shown_text = ""  # a terminal that can do nothing does not draw what stands there to begin with
        self._left_at = float("-inf")
        self._is_put_back, self._deaf_until = False, float("-inf")
        self._styled = styled
        self._shown: Callable[[], None] | None = shown
        self._session = self._opened(history, complete, redact)
        self._session.app.after_render += self._rendered

    def read(self, text: str = "") -> str | None:
        """Return what is entered next, None when the person leaves."""
        self._hint, self._entered = "", None
        self._is_put_back, self._deaf_until = bool(text), float("inf") if text else float("-inf")
        try:
            return self._prompted(text)
        except EOFError:
            return None

    @property
    def entered(self) -> str | None:
        """What was entered, as soon as that is so; None before."""
        return self._entered

    def is_stopped(self) -> bool:
        """Return whether Ctrl-C was pressed since; what else was typed stays for the next prompt."""
        from prompt_toolkit.input.typeahead import get_typeahead, store_typeahead
        from prompt_toolkit.keys import Keys

        given = self._session.input
        typed = get_typeahead(given)
        with given.raw_mode():
            if select.select([given.fileno()], [], [], 0)[0]:
                typed += given.read_keys()
        store_typeahead(given, [press for press in typed if press.key != Keys.ControlC])
        return any(press.key == Keys.ControlC for press in typed)

    def _prompted(self, text: str) -> str:
        """Return what is entered next; a terminal that can do nothing has keys of its own, among which Ctrl-C is an interrupt.

        Raises:
            EOFError: the person leaves.
        """
        from prompt_toolkit.utils import is_dumb_terminal

        while is_dumb_terminal():
            self._rendered(None)
            self._shown_text = text
            try:
                return self._session.prompt(default=text)
            except KeyboardInterrupt:
                if self._entered is not None:
                    raise
                text = self._left(self._session.default_buffer.text)
        return self._session.prompt(default=text)

    def _left(self, text: str) -> str:
        """Return what stays of a line that Ctrl-C was pressed in.

        Raises:
            EOFError: there was nothing in it, for the second time.
        """
        now = time.monotonic()
        if now < self._deaf_until:
            return text
        if not text:
            if now - self._left_at < _AGAIN_SECONDS:
                raise EOFError
            self._left_at, self._hint = now, _ONCE_MORE
        return ""

    def _opened(self, history: Path | None, complete: Complete, redact: Callable[[str], str]) -> PromptSession[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import InMemoryHistory
        from prompt_toolkit.output import ColorDepth

        return PromptSession(
            message=self._message,
            history=InMemoryHistory() if history is None else _history(history, redact),
            multiline=True,
            prompt_continuation=" " * len(PROMPT),
            key_bindings=self._keys(),
            completer=_completer(complete),
            complete_while_typing=False,
            enable_open_in_editor=True,
            color_depth=None if self._styled else ColorDepth.DEPTH_1_BIT,
        )

    def _message(self) -> StyleAndTextTuples:
        hint: StyleAndTextTuples = [("", f"{self._hint}\n")] if self._hint else []
        return [*hint, ("bold ansigreen" if self._styled else "", PROMPT), ("", self._shown_text)]

    def _keys(self) -> KeyBindings:
        from prompt_toolkit.key_binding import KeyBindings

        keys = KeyBindings()

        @keys.add("enter")
        def _(event: KeyPressEvent) -> None:
            if event.current_buffer.text.strip():
                self._entered = event.current_buffer.text
                event.current_buffer.validate_and_handle()

        @keys.add("escape", "enter")
        def _(event: KeyPressEvent) -> None:
            event.current_buffer.insert_text("\n")

        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            self._interrupted(event)

        return keys

    def _rendered(self, _application: object) -> None:
        if self._is_put_back:
            self._is_put_back, self._deaf_until = False, time.monotonic() + _DEAF_SECONDS
        if self._shown is not None:
            shown, self._shown = self._shown, None
            shown()

    def _interrupted(self, event: KeyPressEvent) -> None:
        try:
            if not self._left(event.current_buffer.text):
                event.current_buffer.reset()
        except EOFError:
            event.app.exit(exception=EOFError)


def _is_typed_to() -> bool:
    """Return whether what is typed comes to this program: it has a terminal, and is not in the background."""
    try:
        return sys.stdin.isatty() and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # the terminal is none that programs are in the background of
        return False


@contextmanager
def hushed() -> Iterator[None]:
    """Let what is typed meanwhile not show, because it would stand in the middle of a reply; the next prompt has it.

    What is pasted meanwhile arrives there in one piece: the terminal is to mark it, and hands on more than a line.
    """
    if sys.platform == "win32" or not _is_typed_to():
        yield
        return
    import termios

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    quiet = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(number, termios.TCSANOW, quiet)
    _mark_pastes("h")
    try:
        yield
    finally:
        _mark_pastes("l")
        termios.tcsetattr(number, termios.TCSANOW, before)


def _mark_pastes(mode: str) -> None:
    if sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb"):
        sys.stdout.write(f"\x1b[?2004{mode}")
        sys.stdout.flush()


def ask(question: str, is_secret: Callable[[str], bool], *, styled: bool) -> str | None:
    """Return the answer to a question, None when the person leaves; what looks like a secret is not shown, and none is kept."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import DummyHistory
    from prompt_toolkit.output import ColorDepth

    depth = None if styled else ColorDepth.DEPTH_1_BIT
    session: PromptSession[str] = PromptSession(history=DummyHistory(), color_depth=depth)
    session.is_password = Condition(lambda: is_secret(session.default_buffer.text))
    try:
        return session.prompt([("bold ansigreen" if styled else "", question)])
    except EOFError:
        return None


def _completer(complete: Complete) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completion
    from prompt_toolkit.completion import Completer as Base
    from prompt_toolkit.document import Document

    class Completing(Base):
        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:  # noqa: ARG002
            before = document.text_before_cursor
            length = len(before) - max(before.rfind(" "), before.rfind("\n")) - 1
            yield from (Completion(word, start_position=-length) for word in complete(before))

    return Completing()


def _history(path: Path, redact: Callable[[str], str]) -> FileHistory:
    """Return the history in a file that nobody else can read, without keys that were pasted."""
    from prompt_toolkit.history import FileHistory

    class Redacted(FileHistory):
        def store_string(self, string: str) -> None:
            super().store_string(redact(string))

    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    path.chmod(0o600)
    return Redacted(str(path))
