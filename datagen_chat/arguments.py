"""What may be written behind `datagen`: the commands and their options, and what each has to look like."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from datagen_chat import __version__

USAGE = 2
"""The exit code of wrong input."""

FORMATS = ("parquet", "csv", "jsonl", "duckdb")

_DESCRIPTION = "Design a relational dataset in conversation with a language model, then generate it at any size."
_EXAMPLES = """\
examples:
  datagen chat "a shop with customers and orders"
  datagen chat --from-transcript FILE --save schemas
  datagen sample schemas/shop.json --table order
  datagen generate schemas/shop.json --seed 42 -o output
  datagen report schemas/shop.json --data output

exit codes:
  0 done; 1 data does not keep its schema; 2 wrong input; 3 the language model failed or declined;
  4 a conversation ended with a schema that is not valid; 5 the model asked a question;
  6 a recorded conversation comes to something else; 70 an error in datagen itself; 129 hung up;
  130 interrupted; 143 terminated
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors name the nearest word, and where to read more."""

    def __init__(self, *arguments: Any, fill: Callable[[argparse.ArgumentParser], None] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._fill = fill

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        """Parse arguments; only now are those of a command declared, of which a run needs one."""
        self.fill()
        return super().parse_known_args(*arguments, **options)

    def fill(self) -> None:
        """Declare the arguments, if that is still to be done."""
        fill, self._fill = self._fill, None
        if fill is not None:
            fill(self)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and leave."""
        from datagen_chat.terminal.screen import stderr

        screen = stderr()
        screen.say(("datagen: ", "bold"), f"{message}{self._meant(message)}", hang=2)
        screen.say(f"Try: {self.prog} --help", hang=2)
        raise SystemExit(USAGE)

    def _meant(self, message: str) -> str:
        from datagen_chat.problems import nearest

        said = re.search(r"invalid choice: '([^']{1,100})'|unrecognized arguments: (-\S{1,100})", message)
        known = self._commands() if said and said[1] else self._flags()
        found = nearest(said[1] or said[2], known) if said else ()
        return f'. Did you mean "{found[0]}"?' if found else ""

    def _commands(self) -> list[str]:
        return [name for action in self._actions if isinstance(action.choices, dict) for name in action.choices]

    def _flags(self) -> list[str]:
        """Return every flag of this parser and of its commands."""
        below = [parser for action in self._actions if isinstance(action.choices, dict) for parser in action.choices.values()]
        for parser in below:
            parser.fill()
        return [flag for parser in (self, *below) for action in parser._actions for flag in action.option_strings]


def _whole(least: int, most: int) -> Callable[[str], int]:
    """Return how an option's whole number is read; 1_000, 10k, 5M and 2G are numbers too."""

    def number(said: str) -> int:
        found = re.fullmatch(r"([+-]?\d[\d_]{0,30})([kKMG]?)", said)
        if found is None:
            raise argparse.ArgumentTypeError(f"{said[:40]!r} is not a whole number")
        value = int(found[1].replace("_", "")) * {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}[found[2]]
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{value} is not between {least} and {most}")
        return value

    return number


def _rows(said: str) -> tuple[int, int | None]:
    """Return the first row and the end, which is not included, of "100:110", "100:", ":10" or "100"."""
    found = re.fullmatch(r"(\d{0,18})(:?)(\d{0,18})", said)
    if found is None or not (found[1] or found[3]):
        raise argparse.ArgumentTypeError(f"{said[:40]!r} is not a range of rows such as 100:110")
    first = int(found[1] or 0)
    stop = int(found[3]) if found[3] else (None if found[2] else first + 1)
    if stop is not None and stop <= first:
        raise argparse.ArgumentTypeError(f"{said[:40]!r} ends before it starts")
    return first, stop


def command_line() -> argparse.ArgumentParser:
    """Return what reads the arguments; those of a command are declared when it is named."""
    made = _Parser("datagen", description=_DESCRIPTION, epilog=_EXAMPLES, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--version", action="version", version=f"datagen {__version__}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND")
    for name, (about, fill) in COMMANDS.items():
        commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.", fill=fill)
    return made


def _dollars(said: str) -> float:
    """Return an amount of money."""
    found = re.fullmatch(r"\$?(\d{1,9}(?:\.\d{1,6})?)", said)
    if found is None:
        raise argparse.ArgumentTypeError(f"{said[:40]!r} is not an amount such as 0.50")
    return float(found[1])


def _add_chat(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("message", nargs="?", metavar="MESSAGE", help="what to say first; without it, type it, or pipe it in")
    parser.add_argument("--model", metavar="NAME", help="such as anthropic:MODEL, openai:MODEL, ollama:MODEL or replay:FILE")
    parser.add_argument("-m", dest="say", metavar="MESSAGE", help="say this, write the schema to standard output, and leave")
    parser.add_argument("--schema", metavar="FILE", help="begin with this schema")
    parser.add_argument("--resume", action="store_true", default=None, help="take up the last conversation")
    parser.add_argument(
        "--transcript", type=_place, metavar="FILE", help="where to keep the conversation (default: your data folder)"
    )
    parser.add_argument(
        "--max-repairs",
        type=_whole(0, 20),
        metavar="N",
        help="ask so often for a wrong schema (default: 2)",
    )
    parser.add_argument("--max-cost", type=_dollars, metavar="DOLLARS", help="stop before calls go beyond this")
    parser.add_argument("--no-try", action="store_true", help="do not try the checks of accepted schemas on their data")
    _add_no_advice(parser)
    parser.add_argument("--from-transcript", metavar="FILE", help="replay the conversations in a Markdown file")
    parser.add_argument("--conversation", type=_whole(1, 10**6), metavar="N", help="replay only the N-th conversation")
    parser.add_argument(
        "--continue", dest="go_on", action="store_true", default=None, help="go on with the recorded conversation, with a model"
    )
    parser.add_argument(
        "--check", action="store_true", default=None, help="say only what differs from the recorded results; then exit with 6"
    )
    parser.add_argument("--update", action="store_true", default=None, help="write the results into the file")
    parser.add_argument(
        "--record", type=_place, metavar="FOLDER", help="record every call in this folder, named as its case, for evals"
    )
    parser.add_argument(
        "--save", type=_place, metavar="FOLDER", help="write each conversation's last valid schema to a file there"
    )
    _add_seed(parser)


def _place(text: str) -> str:
    """Return the name of a file or a folder, which standard input and output are not."""
    if not text.strip():
        raise argparse.ArgumentTypeError("the name is empty")
    if text == "-":
        raise argparse.ArgumentTypeError("a file or folder is needed here, not a stream; ./- is one called -")
    return text


def _add_generate(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_seed(parser)
    parser.add_argument(
        "-o", "--output", type=_place, default="output", metavar="FOLDER", help="where to write (default: output)"
    )
    parser.add_argument("--format", default="parquet", choices=FORMATS, help="what to write (default: parquet)")
    parser.add_argument(
        "--workers",
        type=_whole(1, 256),
        default=1,
        metavar="N",
        help="how many work at once, each on parts of its own of large tables (default: 1)",
    )
    parser.add_argument("--verify", action="store_true", help="hold what was written against the schema")
    limit = _whole(1, 10**15)
    parser.add_argument("--max-rows", type=limit, default=10**8, metavar="N", help="refuse larger datasets (default: 100M)")
    parser.add_argument("--block-rows", type=_whole(1, 10**7), help=argparse.SUPPRESS)


def _add_validate(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument("--data", type=_place, metavar="FOLDER", help="hold the data in this folder against the schema")
    _add_data_format(parser)
    parser.add_argument(
        "--report", type=_place, metavar="FILE", help="where the report on the data goes (default: report.json beside it)"
    )
    parser.add_argument("--json", action="store_true", help="write what was found as JSON")
    _add_no_advice(parser)


def _add_data_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, help="what the data is read as, where the folder holds it in several")


def _add_no_advice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-advice", action="store_true", help="leave out what a reviewer would say of the schema")


def _add_sample(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    _add_seed(parser)
    parser.add_argument("--table", metavar="NAME", help="only this table")
    parser.add_argument(
        "-n", type=_whole(1, 10**6), metavar="N", help="rows of each table (default: 5; at most 1000, or 1M as csv or jsonl)"
    )
    parser.add_argument("--rows", type=_rows, metavar="A:B", help="rows A up to but not including B; the first is row 0")
    parser.add_argument(
        "--format", default="table", choices=("table", "csv", "jsonl"), help="how to show them (default: table)"
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    _add_file(parser)
    parser.add_argument("--data", required=True, type=_place, metavar="FOLDER", help="where generate wrote the data")
    _add_data_format(parser)
    parser.add_argument(
        "-o", "--output", type=_place, default="report.html", metavar="FILE", help="where to write (default: report.html)"
    )


def _add_eval(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="[score | compare]", title="what else it does")
    score = actions.add_parser("score", help="grade the conversations of a log again, without a model")
    score.add_argument("old", metavar="LOG", help="a log that datagen eval wrote")
    score.add_argument("--log", type=_place, metavar="FILE", help="write the new grades into a log of their own")
    _add_folder(score)
    _add_board(score, ("table", "markdown", "json"))
    compare = actions.add_parser("compare", help="show which grades became others from one log to another")
    compare.add_argument("before", metavar="A", help="a log")
    compare.add_argument("after", metavar="B", help="another one")
    _add_board(compare, ("table", "json"))
    parser.add_argument("--suite", action="append", choices=("transcripts", "recordings", "faults"), help="only this suite")
    parser.add_argument("--case", action="append", metavar="NAME", help="only cases of this name; * stands for anything")
    parser.add_argument("--tag", action="append", metavar="TAG", help="only cases with this tag")
    parser.add_argument("--model", metavar="NAME", help="only this model's recordings; with --live, the model to ask")
    parser.add_argument("--live", action="store_true", help="ask a model, and write a log")
    parser.add_argument("--epochs", type=_whole(1, 1000), metavar="K", help="hold every case so often (default: 1)")
    parser.add_argument("--max-cost", type=_dollars, metavar="DOLLARS", help="stop before calls go beyond this")
    parser.add_argument("--max-repairs", type=_whole(0, 20), metavar="N", help="ask so often for a wrong schema (default: 2)")
    parser.add_argument("--record", type=_place, metavar="FOLDER", help="keep the live conversations as recordings there")
    parser.add_argument("--log", type=_place, metavar="FILE", help="where to write the log (with --live by default: output)")
    parser.add_argument("--resume", metavar="LOG", help="go on with a run that was interrupted")
    parser.add_argument("--write", action="store_true", help="write the scoreboard into the README of the folder")
    _add_folder(parser)
    _add_board(parser, ("table", "markdown", "json"))
    _add_seed(parser)


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=_place, metavar="FOLDER", help="holds cases and recordings (default: Datagen's own)")


def _add_board(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    parser.add_argument("--format", default="table", choices=formats, help="how to show what was found (default: table)")


def _add_schema(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the command takes no arguments."""


def _add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="the address to ask, such as ollama: or openai@http://HOST:PORT/v1 (default: what is connected)",
    )
    parser.add_argument("--json", action="store_true", help="write them as JSON")


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="SCHEMA", help='a schema file, or "-" for standard input')
    parser.add_argument("--strict", action="store_true", help="take only strict JSON in the language's own spelling")


def _add_seed(parser: argparse.ArgumentParser) -> None:
    seed = _whole(-(2**63), 2**63 - 1)
    parser.add_argument("--seed", type=seed, default=42, metavar="N", help="the same seed makes the same rows (default: 42)")


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "chat": ("hold a conversation, and see every schema in it with real rows", _add_chat),
    "generate": ("write all rows of a schema to files", _add_generate),
    "validate": ("check a schema or data, and say what is wrong with it", _add_validate),
    "sample": ("show some rows of a schema, as generate would write them", _add_sample),
    "report": ("write a page that shows a dataset and its data", _add_report),
    "models": ("list the language models that an address serves", _add_models),
    "eval": ("measure the chat on recorded conversations, or with a model", _add_eval),
    "schema": ("write the JSON Schema of the language", _add_schema),
}
