# `make demo` and `make test` need Python 3.11 or newer and nothing else; both build .venv the first time.
# PYTHON=/path/to/python3.12 picks another interpreter.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= 2
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint format bench evals evals-live prompt test-report test-wheel clean

help:
	@echo "make demo        replay a recorded conversation, and generate what it designed"
	@echo "make test        lint, types and all tests"
	@echo "make lint        ruff and mypy only"
	@echo "make format      let ruff put the code in order"
	@echo "make bench       measure the throughput"
	@echo "make evals       grade the recorded conversations, and write the scoreboard in evals/README.md"
	@echo "make evals-live  hold the cases with a model: make evals-live MODEL=ollama:qwen3:8b"
	@echo "make prompt      write the generated parts of the prompt again"
	@echo "make test-report look at the page of a report in a headless Chromium"
	@echo "make test-wheel  install the built wheel into an empty environment and use it"
	@echo "make clean       remove what these targets made"

# Each stamp stands for one `pip install`; pip runs again only when pyproject.toml changes.
.venv/made:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Datagen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	@touch $@

.venv/package: .venv/made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: .venv/made pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv/package $@

.venv/bench: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

demo: .venv/package
	$(BIN)/datagen chat --from-transcript transcripts/ecommerce.md --save output/demo
	@echo
	$(BIN)/datagen generate output/demo/coffee-shop.json --seed 42 -o output/demo/coffee-shop

lint: .venv/dev
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

test: lint
	$(BIN)/python -m pytest -n $(JOBS)

format: .venv/dev
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

bench: .venv/bench
	$(BIN)/python -m evals.throughput

evals: .venv/package
	$(BIN)/datagen eval --write

evals-live: .venv/package
	$(BIN)/datagen eval --live $(if $(MODEL),--model $(MODEL))

prompt: .venv/dev
	$(BIN)/python -m datagen_chat.conversation.prompt

# Debian calls the browser chromium: apt-get install chromium
test-report: .venv/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[browser]'
	$(BIN)/python -m pytest tests/browser

test-wheel: .venv/dev
	$(BIN)/python tests/packaging/use_wheel.py

clean:
	rm -rf .venv output build dist .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
