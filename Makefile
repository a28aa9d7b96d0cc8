# Needs only python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXAMPLE := examples/qinghe
# One more than there are cores: some tests wait, for a process, a clock or a server.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(1 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))')
PIP := -m pip install --quiet --disable-pip-version-check
# What is locked, by its hash, whatever has been released since; make lock looks for newer versions.
LOCKED := $(PIP) --require-hashes -r requirements/build.txt -r
OURSELVES := $(PIP) --no-deps --no-build-isolation -e .

.PHONY: demo test test-oldest test-newest lint fuzz worlds mutants bench validate schemas lock clean
.DEFAULT_GOAL := help

help:
	@echo "make demo   judge the example company's bill"
	@echo "make test   the default test suite, about five minutes on two cores; TESTS=tests/ledger for a part of it"
	@echo "make test-oldest, make test-newest  with the lowest and the newest versions allowed"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make fuzz   thousands of damaged bills (half an hour; TESTS=… for a part of it)"
	@echo "make worlds  ten thousand simulated retirements, held against what truly happened"
	@echo "make mutants  every change of what decides must be noticed by a test"
	@echo "make schemas  write the schemas of policies and other files anew"
	@echo "make lock   look for newer versions, and lock them (needs network)"
	@echo "make bench  what govern costs beside hand-written queries (ROWS=10000000 RUNS=3)"
	@echo "make validate  SARIF, JUnit and our schemas by the validators of their field (npm, network)"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "govern needs Python 3.11 or newer; try: make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed: $(VENV)/.made pyproject.toml requirements/run.txt requirements/build.txt
	@$(BIN)/python $(LOCKED) requirements/run.txt
	@$(BIN)/python $(OURSELVES)
	@touch $@

$(VENV)/.test: $(VENV)/.installed requirements/dev.txt
	@$(BIN)/python $(LOCKED) requirements/dev.txt
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@touch $@

# The example has findings, so govern ends with 1 there; any other code is a failure of the demo.
demo: $(VENV)/.installed
	@cd $(EXAMPLE) && { code=0; ../../$(BIN)/govern check --as-of 2026-10-05 || code=$$?; \
		if [ $$code -ne 1 ]; then echo "unexpected exit code $$code"; exit 1; fi; \
		echo "exit code 1: findings"; }

# What was skipped is told with its reason: a keyring that wasn't there is no keyring that works.
test: $(VENV)/.test
	@echo "the default suite takes about five minutes on two cores; TESTS=tests/ledger runs a part of it"
	@$(BIN)/python -m pytest -q -rs -n $(WORKERS) --dist worksteal $(TESTS)

# The tools are the locked ones; what govern runs on is the lowest, or newest, that it allows.
.venv-oldest/.made .venv-newest/.made: pyproject.toml requirements/dev.txt .ci/lowest.py
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python $(LOCKED) requirements/dev.txt
	@$(@D)/bin/python $(OURSELVES)
	@touch $@

test-oldest: .venv-oldest/.made
	@.venv-oldest/bin/python .ci/lowest.py > .venv-oldest/lowest.txt
	@.venv-oldest/bin/python $(PIP) -r .venv-oldest/lowest.txt
	@.venv-oldest/bin/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

# Looked for on every run: a release of this morning is in.
test-newest: .venv-newest/.made
	@.venv-newest/bin/python $(PIP) --upgrade --upgrade-strategy eager --no-build-isolation -e .
	@.venv-newest/bin/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

lint: $(VENV)/.lint
	@$(BIN)/ruff check src tests benchmarks examples
	@$(BIN)/ruff format --check src tests benchmarks examples
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fuzz: $(VENV)/.test
	@$(BIN)/python -m pytest -q -m slow -n auto $(TESTS)

# Retirements through verify's own functions, and through the command line; docs/proof.md has the figures.
WORLDS ?= 750 200
worlds: $(VENV)/.test
	@PYTHONPATH=tests $(BIN)/python -m worlds $(WORLDS)

# MUTANTS=judge/audit/silence for one module; MUTANTS=--wider holds what its own tests don't notice
# against all tests that run the line.
mutants: $(VENV)/.test
	@rm -rf .mutants
	@PYTHONPATH=tests:src $(BIN)/python -m mutants $(MUTANTS)

# What editors know of the files that people write; a test holds that nobody forgot it.
schemas: $(VENV)/.installed
	@$(BIN)/govern policy schema --into schemas

# The peers have a Python of their own, so that govern runs with what it needs and nothing else.
.venv-bench/.made: pyproject.toml
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python $(PIP) -e '.[bench]'
	@touch $@

# A minute or so; docs/performance.md is made with ROWS=1000000 and ROWS=10000000.
ROWS ?= 100000
RUNS ?= 3
bench: $(VENV)/.installed .venv-bench/.made
	@$(BIN)/python benchmarks/bench.py --rows $(ROWS) --runs $(RUNS) --peers .venv-bench/bin/python

# Versions and hashes for every platform and Python that govern runs on; no address of any index.
LOCK := .venv-lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --upgrade --custom-compile-command "make lock"
lock:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python $(PIP) --upgrade uv
	@$(LOCK) pyproject.toml --extra test --extra lint requirements/build.in -o requirements/dev.txt
	@$(LOCK) -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	@$(LOCK) -c requirements/dev.txt requirements/build.in -o requirements/build.txt

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

AJV := $(VALIDATORS)/ajv/node_modules

$(AJV)/.made:
	@npm install --silent --no-save --no-audit --no-fund --prefix $(VALIDATORS)/ajv ajv@8.20.0 ajv-formats@3.0.1
	@touch $@

validate: $(VENV)/.test $(MULTITOOL) $(SARIF_SCHEMA) $(JUNIT_XSD) $(AJV)/.made
	@NODE_PATH=$(AJV) node tests/project/compile_schemas.cjs schemas/*.json
	@$(BIN)/python $(PIP) lxml
	@$(BIN)/python tests/report/validate.py --multitool $(MULTITOOL) \
		--sarif-schema $(SARIF_SCHEMA) --junit-xsd $(JUNIT_XSD)

clean:
	rm -rf $(VENV) .venv-oldest .venv-newest .venv-lock .mutants build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
