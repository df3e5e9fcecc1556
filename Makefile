# `make demo` runs a whole migration on this machine; `make test` runs the tests. Everything else is below.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

# What the demo must never see: with these unset it can only talk to the embedded sandbox.
CLEAN_ENV := env -u JIRA_URL -u JIRA_USER -u JIRA_TOKEN -u OPENPROJECT_URL -u OPENPROJECT_API_KEY -u J2O_ENV

# A stamp for each interpreter: another PYTHON makes the environment anew.
INTERPRETER := $(subst /,_,$(PYTHON))
READY := $(VENV)/ready-$(INTERPRETER)
INSTALLED := $(VENV)/installed-$(INTERPRETER)
DEVELOP := $(VENV)/develop-$(INTERPRETER)

# Where this is set, every process that a test starts would compile j2o anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help environment demo test test-long properties chaos benchmarks lint docs reference fidelity pictures wheel-test clean

help:
	@echo "make demo        install into $(VENV) and migrate the generated Jira into the generated OpenProject"
	@echo "make test        the tests, on two cores"
	@echo "make test-long   the tests that take minutes"
	@echo "make properties  the property tests, with examples that were not tried before"
	@echo "make chaos       rounds of kills and faults, then source and target compared (ROUNDS=500, SEED=1, JOBS=2)"
	@echo "make benchmarks  what checking, mapping and writing cost, against their goals"
	@echo "make environment what the tests need, into $(VENV)"
	@echo "make lint        ruff, mypy --strict on j2o_core, the import contract"
	@echo "make docs        a strict build of the documentation into site/; fails where the reference is out of date"
	@echo "make reference   bring the generated reference in docs/reference up to date"
	@echo "make fidelity    migrate a Jira with everything and write docs/reference/fidelity.md from what arrived"
	@echo "make pictures    take the pictures of the dashboard in docs/how-to anew (needs Chromium)"
	@echo "make wheel-test  build the wheel and use it outside of this folder"
	@echo "make clean       remove what the above left behind (not the ledger in .j2o)"
	@echo "PYTHON=python3.9 picks the interpreter, VENV=folder the environment"

environment: $(DEVELOP)

demo: $(INSTALLED)
	@$(CLEAN_ENV) $(BIN)/j2o run specs/demo.yaml

test: $(DEVELOP)
	$(BIN)/python -m pytest -q -n 4 --dist loadgroup --durations=25

# Other examples each time.
properties: $(DEVELOP)
	J2O_PROPERTIES=searching $(BIN)/python -m pytest -q -n 2 -m hypothesis

test-long: $(DEVELOP)
	$(BIN)/python -m pytest -q -n 2 --dist loadgroup -m "long or newest or oldest"

ROUNDS ?= 20
SEED ?= 1
# rounds at once; without a number as many as there are cores
JOBS ?=

chaos: $(DEVELOP)
	@$(BIN)/python -m tests.chaos.rounds --rounds $(ROUNDS) --seed $(SEED) $(addprefix --jobs ,$(JOBS))

benchmarks: $(DEVELOP)
	@failed=0; for script in tests/benchmarks/*.py; do $(BIN)/python $$script || failed=1; done; exit $$failed

lint: $(DEVELOP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The reference tells of our own plugins alone, whatever else is installed here.
OURS := J2O_DISABLE_PLUGINS= J2O_PLUGINS=archive,jira,openproject,sandbox

docs: $(DEVELOP)
	@$(OURS) $(BIN)/j2o docs build --check || { echo "bring it up to date with: make reference" >&2; exit 1; }
	$(BIN)/python -m mkdocs build --strict --quiet

# What arrives where, from what the comparisons of a Jira with everything see; about five minutes.
fidelity: $(DEVELOP)
	FIDELITY=write $(BIN)/python -m pytest -q -n0 -m "long or newest or oldest" tests/comparison/test_everything.py
	$(BIN)/python -m tests.comparison.page

# What the documentation shows of the dashboard, of a migration in the sandbox; about a minute.
pictures: $(DEVELOP)
	$(BIN)/python -m tests.browser.pictures docs/how-to

reference: $(DEVELOP)
	@$(OURS) $(BIN)/j2o docs build

wheel-test: $(DEVELOP)
	$(BIN)/python -m pytest -q -m wheel tests/wheel

clean:
	rm -rf $(VENV) .venv-3.9 .venv-3.13 .artifacts build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find j2o_core plugins tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 9))' || { \
	  echo "j2o needs Python 3.9 or newer; name one with: make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
	  echo "$(PYTHON) cannot make environments (Debian, Ubuntu: install python3-venv)" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade pip
	@touch $@

$(INSTALLED): $(READY) pyproject.toml
	@echo "installing j2o into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(DEVELOP): $(READY) pyproject.toml
	@echo "installing j2o and its development tools into $(VENV)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable ".[dev]"
	@touch $@ $(INSTALLED)
