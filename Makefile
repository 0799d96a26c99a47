# Set-up needs python3 (3.11 or newer), make and the package index. Everything lives in .venv.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
CONSTRAINTS := constraints.txt
# one more than cores, since some tests wait for other processes
WORKERS ?= 3

.PHONY: help setup run demo test soak check format screenshots bench clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.runtime: pyproject.toml $(CONSTRAINTS)
	$(PYTHON) -c 'import sys; sys.exit("Tillbridge needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[postgresql]'
	@touch $@

.venv/.dev: .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[postgresql,dev]'
	@touch $@

setup: .venv/.runtime ## Install into .venv (command: .venv/bin/tillbridge)

run: setup ## Open the console; the training shop when nothing is connected; without a terminal the demo
	@if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then exec $(BIN)/tillbridge; else exec $(BIN)/tillbridge demo; fi

demo: setup ## Run the six flows headless against the simulators
	@$(BIN)/tillbridge demo

test: .venv/.dev ## Run the test suite
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not soak and not bench"

soak: .venv/.dev ## Run everything at full size
	$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal -m "not bench"

check: .venv/.dev ## Format, lint, types and import contracts
	$(BIN)/ruff format --check src tests screenshots
	$(BIN)/ruff check src tests screenshots
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/.dev ## Format the source
	$(BIN)/ruff format src tests screenshots
	$(BIN)/ruff check --fix-only src tests screenshots

screenshots: .venv/.dev ## Draw every panel again into screenshots/
	$(BIN)/python screenshots/make.py

bench: .venv/.dev ## Measure ratios and write tests/benchmarks/RESULTS.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) -e '.[bench]'
	$(BIN)/python -m tests.benchmarks

clean: ## Remove what was made
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
