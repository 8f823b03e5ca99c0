"""The main moments of a conversation as pictures, recorded while the real code draws them.

`python -m tests.terminal.recorded` writes those in `pictures/`, some of which the README shows. The model is scripted;
everything else is what a person gets.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from datagen_chat.commands.slash import Desk, obey
from datagen_chat.commands.talk import Talk
from datagen_chat.commands.trial import Trial
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.llm.base import Finished, Message, Streamed, TextDelta, Usage
from datagen_chat.llm.budget import Metered
from datagen_chat.llm.prices import prices
from datagen_chat.terminal.live import LiveView
from datagen_chat.terminal.progress import bar
from datagen_chat.terminal.screen import Screen
from tests.cli.test_slash import Nowhere
from tests.conversation.replies import reply

PICTURES = Path(__file__).parent / "pictures"
MODEL = "anthropic:claude-sonnet-5-5"
WIDTHS = (80, 120)
BIKES: dict[str, Any] = {
    "version": "1.0",
    "metadata": {"name": "bikes"},
    "timeframe": {"start": "2025-04-01T00:00:00Z", "end": "2025-09-30T23:59:59Z"},
    "constraints": {"foreign_keys": [{"from": "rental.bike_id", "to": "bike.bike_id"}]},
    "nodes": [
        {
            "id": "bike",
            "kind": "entity",
            "pk": "bike_id",
            "rows": 80,
            "columns": [
                {"name": "bike_id", "type": "int", "generator": {"sequence": {"start": 1}}},
                {
                    "name": "model",
                    "type": "string",
                    "generator": {"choice": {"choices": ["city", "cargo", "e-bike"], "weights": [0.6, 0.1, 0.3]}},
                },
                {
                    "name": "per_hour",
                    "type": "float",
                    "decimals": 2,
                    "generator": {
                        "distribution": {"type": "lognormal", "params": {"mu": 1.6, "sigma": 0.3}, "clamp": [2.5, 12]}
                    },
                },
            ],
        },
        {
            "id": "rental",
            "kind": "fact",
            "pk": "rental_id",
            "parents": ["bike"],
            "fanout": {"distribution": "poisson", "lambda": 90},
            "columns": [
                {"name": "rental_id", "type": "int", "generator": {"sequence": {"start": 1}}},
                {"name": "bike_id", "type": "int", "generator": {"lookup": {"from": "bike.bike_id"}}},
                {"name": "price", "type": "float", "decimals": 2, "generator": {"lookup": {"from": "bike.per_hour"}}},
                {
                    "name": "rider",
                    "type": "string",
                    "null_rate": 0.1,
                    "generator": {"faker": {"method": "name", "locale": "nl_NL"}},
                },
                {
                    "name": "started_at",
                    "type": "datetime",
                    "generator": {"datetime_series": {"within": "timeframe", "freq": "min"}},
                },
            ],
        },
    ],
}
QUESTION = """Two questions first:

1. How many bikes are there, and how often is each of them rented in a season?
2. Which kinds? I would take **city**, **cargo** and **e-bikes**."""
WRONG = {"nodes": [{"id": "rental", "columns": [{"name": "price", "generator": {"lookup": {"from": "bike.hourly_price"}}}]}]}
RIGHT = {"nodes": [{"id": "rental", "columns": [{"name": "price", "generator": {"lookup": {"from": "bike.per_hour"}}}]}]}
HALF = {
    "checks": [
        {
            "name": "cargo",
            "requirement": "a quarter of the bikes are cargo bikes",
            "sql": "SELECT avg(CAST(model = 'cargo' AS INT)) FROM bike",
            "between": [0.2, 0.3],
        }
    ]
}
MORE = {"nodes": [{"id": "bike", "columns": [{"name": "model", "generator": {"choice": {"weights": [0.55, 0.2, 0.25]}}}]}]}


class Scripted:
    """A model that says these things, one after the other, and counts its tokens."""

    name = MODEL

    def __init__(self, replies: Sequence[str]) -> None:
        self._replies = list(replies)

    def stream(self, messages: Sequence[Message], cancellation: object = None) -> Iterator[Streamed]:
        text = self._replies.pop(0)
        yield TextDelta(text)
        yield Finished("end", Usage(1200, 11_000, 0, len(text) // 4), MODEL)


class Stage:
    """A screen whose drawing is recorded, and what is said and done on it."""

    def __init__(self, width: int, *replies: str) -> None:
        self.screen = Screen(StringIO(), width=width, styled=True)
        self.screen.console.record = True
        provider = Metered(Scripted(replies), prices({}))
        session = Session(Settings(max_repairs=2))
        talk = Talk(session, provider, LiveView(self.screen, is_typed=True), self.screen, Nowhere(), Journal(), trial=Trial(42))
        self.desk = Desk(talk, lambda _name, _spent: provider)

    def enter(self, line: str) -> None:
        """Say or do something; it stands on the screen as it was typed."""
        self.screen.line(Text.assemble(("You   ", "bold green"), line))
        if line.startswith("/"):
            self.screen.blank()
            obey(self.desk, line)
        elif line:
            self.desk.talk.say(line)
        self.screen.blank()

    def forget(self) -> None:
        """Let what was drawn so far be no part of the picture."""
        self.screen.console.export_text(clear=True)

    def picture(self, title: str) -> str:
        """Return what was drawn as SVG, which asks for nothing on the network."""
        plain = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        return self.screen.console.export_svg(title=title, theme=DIMMED_MONOKAI, code_format=plain, unique_id="datagen")


def welcome(width: int) -> str:
    stage = Stage(width)
    stage.screen.say(("datagen", "bold"), f" — {MODEL}")
    stage.screen.say(("Say what data you need. /help lists what else there is; Ctrl-D leaves.", "dim"))
    stage.screen.blank()
    stage.enter("/help")
    return stage.picture("datagen chat")


def question(width: int) -> str:
    stage = Stage(width, QUESTION)
    stage.enter("Test data for our bike rental, please.")
    return stage.picture("It asks what it needs to know")


def card(width: int) -> str:
    stage = Stage(width, reply(BIKES, before="Here it is; riders are Dutch:"))
    stage.enter("80 bikes, about 90 rentals each. Those kinds.")
    return stage.picture("A schema, checked, with its first rows")


def problem(width: int) -> str:
    drawn = json.loads(json.dumps(BIKES))
    drawn["nodes"][1]["columns"][2]["generator"] = {"distribution": {"type": "uniform", "params": {"low": 3, "high": 9}}}
    stage = Stage(width, reply(drawn), reply(WRONG, before="The price of a rental is now the bike's."), reply(RIGHT, before=""))
    stage.enter("bikes")
    stage.forget()
    stage.enter("Take the price from the bike.")
    return stage.picture("What is wrong is said, and asked again")


def check(width: int) -> str:
    stage = Stage(
        width, reply(BIKES), reply(HALF, before="I added a check for that."), reply(MORE, before="Weights corrected.")
    )
    stage.enter("bikes")
    stage.forget()
    stage.enter("A quarter should be cargo bikes.")
    return stage.picture("The data is made, and asked whether it keeps the promise")


def cost(width: int) -> str:
    stage = Stage(width, reply(BIKES))
    stage.enter("bikes")
    stage.forget()
    stage.enter("/cost")
    return stage.picture("/cost")


def generating(width: int) -> str:
    stage, now = Stage(width), iter([0.0, 0.0, *(float(second) for second in range(1, 60))])
    stage.screen.line(Text.assemble(("You   ", "bold green"), "/generate output"))
    stage.screen.blank()
    running = bar(stage.screen, 7_280_000, get_time=lambda: next(now))
    for rows in (1_000_000, 1_200_000, 1_100_000):
        running.told("rental", rows)
    stage.screen.console.print(running.drawn.get_renderable())
    return stage.picture("/generate")


MOMENTS = {
    "welcome": welcome,
    "question": question,
    "card": card,
    "problem": problem,
    "check": check,
    "cost": cost,
    "generating": generating,
}


def words(svg: str) -> str:
    """Return what is written in a picture."""
    return " ".join("".join(re.findall(r"<text [^>]*>([^<]*)", svg)).replace("&#160;", " ").split())


def main() -> None:
    """Write the pictures into their folder, or into one that is named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawn in MOMENTS.items():
        for width in WIDTHS:
            (folder / f"{name}-{width}.svg").write_text(drawn(width), "utf-8")


if __name__ == "__main__":
    main()
