# Each target does all its own set-up: an environment in .venv from the exact lock, with uv where it is there.
SHELL := bash
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help demo chat run test unit check harness bench pictures lock clean
.DEFAULT_GOAL := help

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: requirements.lock pyproject.toml
	@if uv --version >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python '>=3.11' .venv && \
	  uv pip sync --quiet --compile-bytecode --python $(BIN)/python requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --editable . ; \
	else \
	  $(PYTHON) -m venv .venv && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable . ; \
	fi
	@touch $@

demo: .venv/ready  ## the bot in a simulated Discord in the browser: needs no network, token or account
	@$(BIN)/rootwatch demo

chat: .venv/ready  ## ask in the terminal: fills an SQLite database first, needs no token
	@$(BIN)/rootwatch chat

run: .venv/ready  ## the Discord bot (DISCORD_TOKEN in the environment)
	@$(BIN)/rootwatch run

# four workers even on two cores: the tests wait for databases, servers and processes half of their time
test: .venv/ready  ## the whole test suite, in parallel
	$(BIN)/pytest -rs -n 4 --dist worksteal

unit: .venv/ready  ## the tests without a database, in seconds
	$(BIN)/pytest tests/unit

check: .venv/ready  ## lint, format, types, import rules, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -rs -n 4 --dist worksteal

# KILLS=300 for a longer run, SEED=... for one that was seen, OPTIONS="--topologies sqlite" for a part of it
KILLS ?= 60
harness: .venv/ready  ## the real process against faulty stand-ins, killed at random moments (needs ../shared)
	$(BIN)/python -m tests.harness --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(OPTIONS)

bench: .venv/ready  ## the figures of docs/figures.md
	$(BIN)/python bench/run.py

pictures: .venv/ready  ## take all pictures and docs/pictures.md again (needs ../shared and Chromium)
	eval "$$(bash ../shared/pictures/browser.sh $(BIN)/python)" && $(BIN)/python docs/images/take.py

lock: .venv/ready  ## write requirements.lock anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --group dev pyproject.toml -o requirements.lock

clean:  ## remove the environment and caches, not the database
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
