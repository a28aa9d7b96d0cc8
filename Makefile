# Needs only python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/qinghe

.PHONY: demo test lint fuzz bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   judge the example company's bill"
	@echo "make test   the default test suite"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make fuzz   thousands of damaged bills (some minutes)"
	@echo "make bench  govern check against a bare scan of the same bill"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "govern needs Python 3.11 or newer; try: make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

$(VENV)/.lint: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[lint]'
	@touch $@

# The example has findings, so govern ends with 1 there; any other code is a failure of the demo.
demo: $(VENV)/.installed
	@cd $(EXAMPLE) && { code=0; ../../$(BIN)/govern check --as-of 2026-10-05 || code=$$?; \
		if [ $$code -ne 1 ]; then echo "unexpected exit code $$code"; exit 1; fi; \
		echo "exit code 1: findings"; }

test: $(VENV)/.test
	@$(BIN)/python -m pytest -q

lint: $(VENV)/.lint
	@$(BIN)/ruff check src tests benchmarks examples
	@$(BIN)/ruff format --check src tests benchmarks examples
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fuzz: $(VENV)/.test
	@$(BIN)/python -m pytest -q -m slow

bench: $(VENV)/.installed
	@$(BIN)/python benchmarks/check_against_scan.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
