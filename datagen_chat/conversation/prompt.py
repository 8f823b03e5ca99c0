"""The system prompt: what a model is told before the first request, read from the shipped Markdown file.

`python -m datagen_chat.conversation.prompt` writes the file's generated parts again.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from datagen_chat.shipped import folder

_COMPACT = re.compile(r"^<!-- compact:begin -->\n(.*?)^<!-- compact:end -->$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"^<!-- [a-z-]+:(?:begin|end) -->\n", re.MULTILINE)


def prompt_file() -> Path:
    """Return the path of the prompt, as people read it and copy it."""
    return folder("prompts") / "SCHEMA_GENERATION_PROMPT.md"


@cache
def system_prompt(compact: bool = False) -> str:
    """Return the prompt, or its short variant for a small context window; the same text at every call, so that caches hold."""
    text = prompt_file().read_text("utf-8")
    return _MARK.sub("", _compact_part(text) if compact else full_part(text)).strip() + "\n"


def full_part(text: str) -> str:
    r"""Return what stands below the line of the prompt file: what people copy into a chat.

    >>> full_part("How to use it.\n\n---\n\nYou are ...\n")
    '\nYou are ...\n'
    """
    return text.partition("\n---\n")[2]


def _compact_part(text: str) -> str:
    found = _COMPACT.search(text)
    assert found is not None, "the prompt file has no compact variant"
    return found[1]


def refreshed(text: str) -> str:
    """Return the text of the prompt file with the references of the language, as it is now, between their marks."""
    from datagen_chat.schema.reference import reference

    full = re.sub("^#", "##", reference(), flags=re.MULTILINE)  # it stands below a heading of the prompt
    return _between("compact-reference", reference(compact=True), _between("reference", full, text))


def _between(name: str, part: str, text: str) -> str:
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
    marked = re.compile(f"^{begin}.*?^{end}", re.DOTALL | re.MULTILINE)
    text, count = marked.subn(lambda _: f"{begin}{part.strip()}\n{end}", text)
    assert count == 1, f"the prompt has {count} parts named {name}"
    return text


if __name__ == "__main__":
    prompt_file().write_text(refreshed(prompt_file().read_text("utf-8")), "utf-8")
