"""Build the wheel, install it into an empty environment and use it: `make test-wheel`. Needs the package index."""

# ruff: noqa: T201 - it is run by hand, and says what it does

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """Return what a command prints."""
    print("$", *command, flush=True)
    return subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    """Do all of it below a temporary folder, whose name has a space on purpose."""
    with tempfile.TemporaryDirectory(prefix="datagen wheel ") as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
        [wheel] = folder.glob("*.whl")
        venv.create(folder / "env", with_pip=True)
        program = folder / "env" / "bin" / "python"
        run(program, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel, cwd=folder)
        where = "from datagen_chat.shipped import folder; print(folder('transcripts'), end='')"
        transcripts = Path(run(program, "-c", where, cwd=folder))
        assert folder / "env" in transcripts.parents, transcripts
        datagen = program.with_name("datagen")
        print(run(datagen, "--version", cwd=folder), end="")
        for transcript in sorted(transcripts.glob("*.md")):
            run(datagen, "chat", "--from-transcript", transcript, "--save", folder / "schemas", cwd=folder)
        schemas = sorted((folder / "schemas").glob("*.json"))
        for schema in schemas:
            for format_ in ("parquet", "csv", "jsonl", "duckdb"):
                run(datagen, "generate", schema, "--format", format_, "-o", folder / schema.stem / format_, cwd=folder)
        assert schemas
        print(f"The wheel works: {len(schemas)} schemas in every format.")


if __name__ == "__main__":
    main()
