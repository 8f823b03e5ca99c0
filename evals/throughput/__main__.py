"""`python -m evals.throughput`: run the benchmark, print the tables, and write them as JSON and Markdown."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .chatting import measure_chat
from .kernels import SIZE, Kernel, measure_kernels
from .language import QUICK_SIZES, SHARES_ROWS, SIZES, measure_language, time_shares
from .registry import CONTENDERS, Contender, find_place
from .report import Report, as_json, as_markdown, this_machine
from .rounds import Settings, measure, warm_up
from .startup import measure_startup
from .workload import Size, read_size, scaled_schema

LATEST = Path(__file__).with_name("latest.json")
STARTUP_RUNS = 7
LONGEST_SECONDS = 60.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; a contender that is not installed, or fails, is a line in the table."""
    given = _parser().parse_args(arguments)
    sizes, settings = given.sizes, Settings(given.runs, LONGEST_SECONDS, _tell)
    if given.quick:
        sizes, settings = [Size(100_000)], Settings(1, 0, _tell)
    if given.large:
        sizes = [*sizes, Size(100_000_000)]
    place = find_place(given.peers)
    machine = this_machine()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="datagen-bench-", dir=given.scratch) as folder:
        scratch = Path(folder)
        if not given.quick:
            warm_up(given.contenders, place, scratch)
        for size in sizes:
            for format_ in given.formats:
                outcomes += measure(size, format_, given.contenders, place, scratch, settings)
        wanted = (QUICK_SIZES if given.quick else SIZES) if "language" in given.parts and place.datagen else ()
        language = measure_language(place, wanted, settings.runs, scratch, _tell)
    shares = time_shares(QUICK_SIZES[0] if given.quick else SHARES_ROWS) if wanted else []
    runs = 1 if given.quick else STARTUP_RUNS
    startups = [*measure_startup(place, runs), *measure_chat(place, runs)] if "startup" in given.parts else []
    kernels = _kernels(given.quick) if "kernels" in given.parts and place.datagen else []
    report = Report(machine, dict(place.versions), settings.runs, outcomes, startups, kernels, language, shares)
    given.output.parent.mkdir(parents=True, exist_ok=True)
    given.output.write_text(json.dumps(as_json(report), indent=2) + "\n")
    given.output.with_suffix(".md").write_text(as_markdown(report))
    print(as_markdown(report))
    return 0


def _kernels(quick: bool) -> list[Kernel]:
    return measure_kernels(scaled_schema(Size(100_000) if quick else SIZE))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.throughput", description="Measure Datagen beside others.")
    parser.add_argument("--sizes", type=_sizes, default="1M,10M", help="order items (default 1M,10M)")
    parser.add_argument("--formats", type=lambda text: text.split(","), default="parquet,csv", help="default parquet,csv")
    parser.add_argument("--contenders", type=_contenders, default="all", help=f"some of {', '.join(_names())}; default all")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, of which the median counts (default 3)")
    parser.add_argument(
        "--parts", type=lambda text: text.split(","), default="startup,kernels,language", help="what else to measure"
    )
    parser.add_argument("--large", action="store_true", help="also 100 M order items; takes minutes and 15 GB of disk")
    parser.add_argument("--quick", action="store_true", help="one run at 100 k: shows that the benchmark works, no figures")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable), help="the Python that has the other tools")
    parser.add_argument("--scratch", type=Path, help="where outputs are written and removed (default: the temporary folder)")
    parser.add_argument("--output", type=Path, default=LATEST, help="the JSON file; Markdown goes beside it")
    return parser


def _names() -> list[str]:
    return [contender.name for contender in CONTENDERS]


def _sizes(text: str) -> list[Size]:
    return [read_size(part) for part in text.split(",")]


def _contenders(text: str) -> list[Contender]:
    wanted = _names() if text == "all" else text.split(",")
    if unknown := set(wanted) - set(_names()):
        raise argparse.ArgumentTypeError(f"no contender is called {', '.join(sorted(unknown))}")
    return [contender for contender in CONTENDERS if contender.name in wanted]


if __name__ == "__main__":
    sys.exit(main())
