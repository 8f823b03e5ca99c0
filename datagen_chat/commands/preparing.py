"""Checks held against the tables of their schema, for commands that say whether it is right, before there is any data."""

from __future__ import annotations

from dataclasses import replace

from datagen_chat.conversation.document import Document


def with_prepared_checks(document: Document) -> Document:
    """Return a document with the problems of its checks' SQL; where there are any, it is not valid."""
    if document.dataset is None or not document.dataset.checks:
        return document
    from datagen_chat.verify.askable import unaskable  # starts a process, for schemas with checks only

    found = tuple(unaskable(document.dataset))
    return replace(document, dataset=None, problems=(*document.problems, *found)) if found else document
