"""Replies with more in them than one schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import FENCE, Good
from datagen_chat.evaluation.faults.pieces import pieces
from datagen_chat.evaluation.faults.registry import fault


def _older(good: Good, chance: Chance) -> str:
    """Return the JSON with one thing different, as a version before it would have been."""
    draft = json.loads(good.json)
    node = chance.pick([node for node in draft["nodes"] if node.get("columns")])
    node["columns"].append({"name": "older", "type": "int", "generator": {"constant": {"value": 1}}})
    return json.dumps(draft, indent=2)


def _block(value: Any, info: str = "json") -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2)
    return f"{FENCE}{info}\n{text}\n{FENCE}"


def _row(good: Good, chance: Chance) -> dict[str, Any]:
    """Return what a row of one of the tables might look like."""
    columns = chance.pick([node for node in good.draft["nodes"] if node.get("columns")])["columns"]
    return {column["name"]: chance.pick((1, "Ada", 9.5, None, "2024-01-01T00:00:00Z")) for column in columns}


def _rows(good: Good, chance: Chance) -> str:
    rows = [_row(good, chance) for _ in range(chance.between(1, 3))]
    table = str(good.draft["nodes"][0]["id"])
    return _block(chance.pick((rows, rows[0], {table: rows}, "\n".join(map(json.dumps, rows)))))


@fault("same")
def older_before(good: Good, chance: Chance) -> str:
    """The version before stands first, the new one after it."""
    return f"Before it was:\n\n{_block(_older(good, chance))}\n\nNow:\n\n{good.text}"


@fault("same", "asked")
def draft_then_better(good: Good, chance: Chance) -> str:
    """A schema breaks off, the model excuses itself and begins again."""
    cut = good.json[: chance.pick(pieces(good.json)[5:]).end]
    closing = chance.pick((f"\n{FENCE}\n", "\n"))
    return f"{FENCE}json\n{cut}{closing}\nSorry, let me start over.\n\n{good.text}"


@fault("same")
def same_twice(good: Good, chance: Chance) -> str:
    """The same schema stands in the reply twice, once perhaps on one line."""
    again = chance.pick((good.json, json.dumps(good.draft), json.dumps(good.draft, indent=4)))
    return f"{_block(again)}\n\nAnd once more:\n\n{good.text}"


@fault("same")
def rows_after(good: Good, chance: Chance) -> str:
    """Rows as they might come out follow the schema."""
    return f"{good.text}\n\nA few rows:\n\n{_rows(good, chance)}"


@fault("same")
def rows_before(good: Good, chance: Chance) -> str:
    """Rows as they might come out stand before the schema."""
    return f"Rows would look so:\n\n{_rows(good, chance)}\n\n{good.text}"


@fault("same")
def rows_in_prose(good: Good, chance: Chance) -> str:
    """A row stands in the prose, in braces and without a fence."""
    row = json.dumps(_row(good, chance))
    return chance.pick((f"A row: {row}\n\n{good.text}", f"{good.text}\n\nA row: {row}"))


@fault("same")
def braces_in_prose(good: Good, chance: Chance) -> str:
    """The prose has braces, quotes and back quotes of its own."""
    prose = chance.pick(
        (
            'Use {name} or `{"a": 1}`.',
            "It's 5\" {wide} and {'x'}.",
            "In {curly} [square] braces } {.",
            "`{`",
            "{{ jinja }}",
            "A ``` in the text.",
            "{",
        )
    )
    return replace(good, lead=f"{prose} {good.lead}", tail=f"{good.tail} {prose}").text


@fault("same")
def part_after(good: Good, chance: Chance) -> str | None:
    """A part of the schema is shown again after it, to explain it."""
    if good.is_patch:
        return None
    node = chance.pick(good.draft["nodes"])
    column = chance.pick(node["columns"])
    part = chance.pick((node, column, {"columns": [column]}, column["generator"], {"id": node["id"], "columns": [column]}))
    return f"{good.text}\n\nNote this part:\n\n{_block(part)}"


@fault("same")
def other_languages_after(good: Good, chance: Chance) -> str:
    """Commands, SQL, a table or a diagram follow the schema."""
    blocks = (
        _block("datagen generate schema.json", "bash"),
        _block("SELECT * FROM orders WHERE tags = '{\"a\": 1}';", "sql"),
        "| table | rows |\n|---|---|\n| a | 1 |",
        _block("erDiagram\n  CUSTOMER ||--o{ ORDER : places", "mermaid"),
        _block("import json\nprint(json.dumps({'a': 1}))", "python"),
    )
    return f"{good.text}\n\n{chance.pick(blocks)}"


@fault("same")
def thinking_before(good: Good, chance: Chance) -> str:
    """The model thinks aloud first, with drafts of the schema."""
    tag = chance.pick(("think", "thinking", "reasoning", "thought"))
    draft = chance.pick((_block(_older(good, chance)), _older(good, chance), good.json[: len(good.json) // 2], "{maybe}"))
    opening = chance.pick((f"<{tag}>\n", ""))
    return f"{opening}Let me see. {draft}\nNo, better so.\n</{tag}>\n\n{good.text}"


@fault("prose", "asked")
def only_thinking(good: Good, chance: Chance) -> str:
    """The schema stands in what the model thinks, and the reply is empty or says that it is done."""
    closing = chance.pick(("</think>", ""))
    return f"<think>\n{good.text}\n{closing}{'I am done.' if closing else ''}"


@fault("prose")
def question_instead(good: Good, chance: Chance) -> str:
    """The reply asks back, with braces or an example of a value."""
    asks = (
        "How many {rows} do you need?",
        'Should a status be `{"open", "closed"}`?',
        'Like this? `{"price": 10}`',
        "¿Cuántos clientes?",
    )
    return f"{chance.pick(asks)}\n\n{good.tail}"


@fault("same")
def another_tongue(good: Good, chance: Chance) -> str:
    """The prose is in another language."""
    leads = (
        "Voilà le schéma :",
        "以下是架构：",
        "Вот схема:",
        "إليك المخطط:",
        "Hier ist das „Schema“:",
        "これがスキーマです。",
    )
    return replace(good, lead=chance.pick(leads), tail="Was soll anders sein? «Nichts»").text


@fault("same", "asked", "other")
def newer_then_older(good: Good, chance: Chance) -> str | None:
    """The new version stands first and the one before after it: the last one is taken, and the reply says so."""
    return None if good.is_patch else f"{good.text}\n\nFor comparison, the old one:\n\n{_block(_older(good, chance))}"
