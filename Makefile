# Needs only python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/qinghe

.PHONY: demo test lint fuzz bench validate clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   judge the example company's bill"
	@echo "make test   the default test suite"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make fuzz   thousands of damaged bills (some minutes)"
	@echo "make bench  govern check against a bare scan of the same bill"
	@echo "make validate  SARIF and JUnit against the validators of their field (needs npm, network)"

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
	@$(BIN)/python -m pytest -q -n auto --dist loadfile

lint: $(VENV)/.lint
	@$(BIN)/ruff check src tests benchmarks examples
	@$(BIN)/ruff format --check src tests benchmarks examples
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fuzz: $(VENV)/.test
	@$(BIN)/python -m pytest -q -m slow

bench: $(VENV)/.installed
	@$(BIN)/python benchmarks/check_against_scan.py

# The schemas belong to OASIS and to Jenkins, so they are fetched and not kept here; a file at hand
# is used as it is: make validate SARIF_SCHEMA=… JUNIT_XSD=…
VALIDATORS := $(VENV)/validators
SARIF_SCHEMA ?= $(VALIDATORS)/sarif-schema-2.1.0.json
JUNIT_XSD ?= $(VALIDATORS)/junit-10.xsd
MULTITOOL := $(VALIDATORS)/node_modules/.bin/sarif-multitool
FETCH := curl --fail --silent --show-error --location --create-dirs --output

$(VALIDATORS)/sarif-schema-2.1.0.json:
	@$(FETCH) $@ https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json

$(VALIDATORS)/junit-10.xsd:
	@$(FETCH) $@ https://raw.githubusercontent.com/jenkinsci/xunit-plugin/8c515de2804b3fd591a3b0f1ff8908a1b1a41887/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd

# The package's own script makes its program executable; npm may be set up to run no scripts.
$(MULTITOOL):
	@npm install --silent --no-save --no-audit --no-fund --prefix $(VALIDATORS) @microsoft/sarif-multitool@5.7.0
	@chmod u+x $(VALIDATORS)/node_modules/@microsoft/sarif-multitool-*/Sarif.Multitool

validate: $(VENV)/.test $(MULTITOOL) $(SARIF_SCHEMA) $(JUNIT_XSD)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check jsonschema lxml
	@$(BIN)/python tests/report/validate.py --multitool $(MULTITOOL) \
		--sarif-schema $(SARIF_SCHEMA) --junit-xsd $(JUNIT_XSD)

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
