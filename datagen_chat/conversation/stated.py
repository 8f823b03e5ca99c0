"""What a person stated in a conversation, held against its schema."""

from __future__ import annotations

from dataclasses import replace

from datagen_chat.asked.ledger import Entry, Held, Line, lines, standing
from datagen_chat.asked.reading import read
from datagen_chat.conversation.ask import tell_open
from datagen_chat.conversation.session import Session, Version


def entries(session: Session) -> tuple[Entry, ...]:
    """Return the statements that stand: those that led to the schemas so far, and those of the messages since."""
    past = [heard for version in session.versions.past for heard in version.heard]
    return standing((*past, *session.heard))


def stated(session: Session) -> tuple[Line, ...]:
    """Return the statements that stand with what the schema makes of each; none where there is no schema."""
    current, past = session.versions.current, session.versions.past
    if current is None:
        return ()
    return lines(entries(session), held(current), held(past[-2]) if len(past) > 1 else None)


def held(version: Version) -> Held:
    """Return a version as statements are held against it."""
    return Held(version.dataset, version.draft, version.preview)


def hear(session: Session, request: str) -> Session:
    """Return a session that has taken up what a message states."""
    last = session.history[-1] if session.history else None
    question = last.text if last is not None and last.role == "assistant" else ""
    return replace(session, heard=(*session.heard, read(request, question)))


def remind(session: Session) -> tuple[Session, str]:
    """Return what the model is to be told of statements that its schema does not hold, and the session that has told it.

    Each of them is told once; what the last message states speaks for itself.
    """
    said = {one for one in session.heard[-1] if not hasattr(one, "stem")} if session.heard else set()
    missed = [
        line
        for line in stated(session)
        if line.tie.state == "open" and line.statement not in said and line.statement.quote not in session.reminded
    ]
    if not missed:
        return session, ""
    reminded = (*session.reminded, *(line.statement.quote for line in missed))
    return replace(session, reminded=reminded), tell_open(missed)
