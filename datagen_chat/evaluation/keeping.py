"""Live conversations kept as recordings, which later runs play."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import NamedTemporaryFile

from datagen_chat.evaluation.entry import Entry
from datagen_chat.llm.recording import read_calls
from datagen_chat.problems import OutputError, Problem


def file_name(model: str) -> str:
    """Return the name of the file for a model's replies.

    >>> file_name("ollama:qwen2.5:7b"), file_name("openai@http://127.0.0.1:8090/v1:qwen2.5:7b")
    ('ollama-qwen2.5-7b.jsonl', 'qwen2.5-7b.jsonl')
    """
    name = model.partition("://")[2].partition("/")[2].partition(":")[2] or model
    return (re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") or "model") + ".jsonl"


def keep(entry: Entry, folder: Path) -> Path:
    """Write the calls of an entry below a folder, in the place of those of the same case, model and epoch.

    Raises:
        OutputError: they cannot be written.
        ProblemsError: what is there is no recording.
    """
    path = folder / entry.case / file_name(entry.model)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        known = read_calls(path.read_text("utf-8"), str(path)) if path.exists() else ()
        calls = sorted(
            [call for call in known if call.asked.epoch != entry.epoch] + list(entry.calls), key=lambda call: call.asked.epoch
        )
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
            file.writelines(f"{call.line()}\n" for call in calls)
        os.replace(file.name, path)  # noqa: PTH105 - the name of a temporary file is text
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "what is there is no text"
        message = f"The recording {path} cannot be written: {reason}."
        raise OutputError([Problem("", "cannot-write", message, "Choose another folder with --record.")]) from None
    return path
