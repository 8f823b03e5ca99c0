"""The formats that datasets can be written in, by name; each is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from datagen_chat.problems import OutputError, Problem, did_you_mean, shown
from datagen_chat.sinks.base import Sink

FORMATS: Mapping[str, str] = {
    "parquet": "datagen_chat.sinks.parquet",
    "csv": "datagen_chat.sinks.csv",
    "jsonl": "datagen_chat.sinks.jsonl",
    "duckdb": "datagen_chat.sinks.duckdb",
}
"""The module of each format; it holds the format's `SINK`."""


def sink(format_: str) -> Sink:
    """Return the sink of a format.

    Raises:
        OutputError: no format has this name.
    """
    if format_ not in FORMATS:
        hint = did_you_mean(format_, FORMATS) or f"Use one of {', '.join(FORMATS)}."
        raise OutputError([Problem("", "unknown-format", f"{shown(format_)} is not a format.", hint)])
    found: Sink = import_module(FORMATS[format_]).SINK
    return found
