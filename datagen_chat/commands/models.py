"""`datagen models`: what an address serves."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from datagen_chat.llm.address import URLS, Address, parse
from datagen_chat.llm.base import ProviderError
from datagen_chat.llm.choice import choose
from datagen_chat.llm.connect import connect
from datagen_chat.llm.listing import Served
from datagen_chat.llm.prices import UNKNOWN, Prices, dollars, prices
from datagen_chat.problems import Problem
from datagen_chat.terminal.cells import count
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_rows
from datagen_chat.terminal.problems import draw_notes
from datagen_chat.terminal.schema import numbers, words
from datagen_chat.terminal.screen import Screen, stderr, stdout

PATIENCE_SECONDS = 20.0


def run(options: argparse.Namespace) -> int:
    """List the models of an address, or of what is connected."""
    environment = os.environ
    address, notes = _asked(options.model, environment)
    provider = connect(address, environment, patience=PATIENCE_SECONDS)
    draw_notes(stderr(), (*notes, *provider.notes))
    models = sorted(provider.served(), key=lambda model: model.name)
    table = prices(environment)
    if options.json:
        sys.stdout.write(json.dumps([_json(address, model, table) for model in models], indent=2, ensure_ascii=False) + "\n")
    else:
        _draw(stdout(), address, models, table)
    return 0


def _asked(name: str | None, environment: Mapping[str, str]) -> tuple[Address, Sequence[Problem]]:
    if name is not None:
        address = parse(f"{name}:" if name in URLS else name)
        if address.protocol in ("replay", "random"):
            raise ProviderError(f"{address.name} serves no models.", "recording")
        return address, ()
    choice = choose(environment)
    return choice.address, choice.notes


def _json(address: Address, model: Served, table: Prices) -> dict[str, Any]:
    name = replace(address, model=model.name).name
    rate = next(iter(table.row(name).rates), None)
    return {
        "model": name,
        "window": _window(name, model, table),
        "input": rate.input if rate else None,
        "output": rate.output if rate else None,
    }


def _window(name: str, model: Served, table: Prices) -> int | None:
    """Return a model's window where somebody knows it: the server, or the table."""
    return model.window or table.row(name).window


def _draw(screen: Screen, address: Address, models: Sequence[Served], table: Prices) -> None:
    screen.say((f"{address.url} serves {len(models):,} {'model' if len(models) == 1 else 'models'}.", "bold"))
    if not models:
        return
    screen.blank()
    names = [replace(address, model=model.name).name for model in models]
    windows = [_window(name, model, table) for name, model in zip(names, models, strict=True)]
    rates = [next(iter(table.row(name).rates), None) for name in names]
    ladders = [words("model", [one_line(model.name) for model in models])]
    if any(windows):
        ladders.append(numbers("window", [count(window) if window else UNKNOWN for window in windows]))
    if any(rates):
        ladders.append(numbers("input/M", [dollars(rate.input if rate else None) for rate in rates]))
        ladders.append(numbers("output/M", [dollars(rate.output if rate else None) for rate in rates]))
    draw_rows(screen, ladders, key="model")
    screen.blank()
    screen.command("To use one:", f"datagen chat --model {names[0]}")
    if any(rates):
        screen.say((f"Dollars per million tokens, as of {table.date}.", "dim"))
