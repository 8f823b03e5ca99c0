"""Templates in other notations: other signs around names, lists of parts, names in other letters' case."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, columns_of, holder_of, is_word, tables_of
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.templates.parser import rename

_SIGNS = (
    r"(?<!\{)\{\{\s*([A-Za-z][\w.]*)\s*\}\}(?!\})",  # {{name}}
    r"\$\{\s*([A-Za-z][\w.]*)\s*\}",  # ${name}
    r"#\{\s*([A-Za-z][\w.]*)\s*\}",  # #{name}
    r"%\(([A-Za-z]\w*)\)s",
    r"<([A-Za-z][\w.]*)>",
    r"\[([A-Za-z][\w.]*)\]",
    r"\$([A-Za-z][\w.]*)",
    r"(?<!\w):([A-Za-z]\w*)",
)
_METHOD = re.compile(r"\{([A-Za-z][\w.]*)\.(upper|lower)\(\)\}", re.ASCII)
_PARTS = ("columns", "fields", "parts", "values", "args", "items")
_SEPARATORS = ("separator", "sep", "delimiter", "joiner", "with")


@repairs("template-mustache", "template-dollar", "template-constant")
def put_in_braces(draft: Json, problem: Problem) -> str | None:
    """Write names that stand in other signs in braces: {{name}}, ${name}, %(name)s, <name>."""
    template, key = holder_of(draft, problem.at)
    known, text = _known(draft, problem.at), template[key]
    for signs in _SIGNS:
        names = re.findall(signs, text, re.ASCII)
        if names and known.issuperset(names):
            template[key] = re.sub(signs, r"{\1}", text, flags=re.ASCII)
            return f"Wrote {', '.join(dict.fromkeys(names))} in single braces."
    return None


@repairs("template-marked")
def unmark(draft: Json, problem: Problem) -> str | None:
    """Turn f'{a} {b}', as Python marks a format, into {a} {b}."""
    template, key = holder_of(draft, problem.at)
    template[key] = template[key][2:-1]
    return "Took the format out of its quotes."


@repairs("template-syntax")
def name_letters(draft: Json, problem: Problem) -> str | None:
    """Turn {name.upper()} into {name:upper}."""
    template, key = holder_of(draft, problem.at)
    if key != "format" or not is_word(draft, problem.at.rpartition("/")[0], "template"):
        return None
    written, count = _METHOD.subn(r"{\1:\2}", template[key])
    if not count:
        return None
    template[key] = written
    return "Wrote the letters' case of names behind a colon."


@repairs("wrong-type")
def join_parts(draft: Json, problem: Problem) -> str | None:
    """Turn a list of columns and texts into a template."""
    template, key = holder_of(draft, problem.at)
    if key != "format" or not is_word(draft, problem.at.rpartition("/")[0], "template"):
        return None
    text = _joined(draft, problem.at, template[key], "")
    if text is None:
        return None
    template[key] = text
    return "Wrote the parts as one text."


@repairs("missing-key")
def join_columns(draft: Json, problem: Problem) -> str | None:
    """Turn {"columns": ["a", "b"], "separator": " "} into a template."""
    template, key = holder_of(draft, problem.at)
    if key != "format" or not is_word(draft, problem.at.rpartition("/")[0], "template"):
        return None
    listed = next((name for name in _PARTS if name in template), None)
    between = next((name for name in _SEPARATORS if name in template), None)
    separator = template.get(between, "")
    text = _joined(draft, problem.at, template.get(listed), separator) if isinstance(separator, str) else None
    if text is None:
        return None
    for name in filter(None, (listed, between)):
        del template[name]
    template[key] = text
    return f"Wrote {listed} as one text."


def _joined(draft: Json, at: str, parts: Any, separator: str) -> str | None:
    if not isinstance(parts, list) or not parts or not all(isinstance(part, str) for part in parts):
        return None
    known = _known(draft, at)
    return separator.join(f"{{{part}}}" if part in known else part.replace("{", "{{").replace("}", "}}") for part in parts)


@repairs("unknown-column", "unknown-reference")
def match_case_in_braces(draft: Json, problem: Problem) -> str | None:
    """Write names in a template as they stand where they are given, where only the case differs."""
    template, key = holder_of(draft, problem.at)
    if key != "format" or not is_word(draft, problem.at.rpartition("/")[0], "template"):
        return None
    known = _known(draft, problem.at)
    meant = {name.lower(): name for name in known}

    def change(table: str | None, column: str) -> tuple[str | None, str]:
        written = column if table is None else f"{table}.{column}"
        found = written if written in known else meant.get(written.lower(), written)
        return found.rpartition(".")[0] or None, found.rpartition(".")[2]

    before, template[key] = template[key], rename(template[key], change)
    return None if template[key] == before else "Wrote the names of the template as they are given."


def _known(draft: Json, at: str) -> set[str]:
    """Return the names of columns that a template at a place can mean: those of its own table, and all with their tables'."""
    table, _ = holder_of(draft, at.rpartition("/columns/")[0] + "/columns")
    own = {str(column.get("name")) for column in columns_of(table)}
    return own | {f"{other.get('id')}.{column.get('name')}" for other in tables_of(draft) for column in columns_of(other)}
