# Two commands are enough for a start: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: run test test-all cover check format bench clean

run: $(VENV)/.installed
	$(BIN)/znx serve --demo

test: $(VENV)/.installed-test
	$(BIN)/python -m tests.tools
	$(BIN)/python -m pytest -n 3 --dist worksteal -m "not slow"

test-all: $(VENV)/.installed-test
	$(BIN)/python -m tests.tools
	$(BIN)/python -m pytest -n 3 --dist worksteal

cover: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" --cov --cov-report=term:skip-covered

check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks.short

clean:
	rm -rf $(VENV) build dist .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/pip constraints.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -r constraints.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/.installed constraints-test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r constraints-test.txt
	touch $@
