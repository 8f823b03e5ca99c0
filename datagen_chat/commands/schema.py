"""`datagen schema`: the JSON Schema of the language."""

from __future__ import annotations

import argparse
import json
import sys

from datagen_chat.schema.json_schema import json_schema


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 - every command is called alike
    """Write the JSON Schema to standard output."""
    sys.stdout.write(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
    return 0
