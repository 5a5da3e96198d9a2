# Everything starts from a bare checkout: each target sets up what it needs first. `make help` lists them.

PYTHON ?= python3
BIN := .venv/bin
BOOTSTRAP := $(PYTHON) packaging/bootstrap.py
UV := build/uv/bin/uv

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check format bench dist screenshots messages lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: ## the virtual environment, with what the program needs to run
	@$(BOOTSTRAP) app

setup-dev: ## the same, with what tests, checks and builds need
	@$(BOOTSTRAP) dev

run: setup ## start the program (ARGS="--send 'Hello'" passes arguments on)
	@$(BIN)/tuppence $(ARGS)

test: check ## the checks, then all tests (ARGS="-k sidebar" passes arguments on)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

check: setup-dev ## lint, types, layers, resources, translations
	$(BIN)/ruff check desktop packaging tests
	$(BIN)/ruff format --check desktop packaging tests
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/test_resources.py tests/test_translations.py

format: setup-dev ## put the code into its standard form
	$(BIN)/ruff check --fix-only desktop packaging tests
	$(BIN)/ruff format desktop packaging tests

bench: setup-dev ## measure against floors taken in the same run, one JSON line each
	$(BIN)/python -m tests.bench $(ARGS)

dist: setup-dev ## the frozen program in dist/tuppence, tried out without the virtual environment
	$(BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec
	$(BIN)/python packaging/try_frozen.py dist/tuppence

screenshots: setup-dev ## the pictures in docs/screenshots, from the real windows
	$(BIN)/python -m tests.helpers.screenshots docs/screenshots

messages: setup-dev ## bring the translation catalogues up to date with the source
	$(BIN)/python packaging/messages.py extract
	$(BIN)/python packaging/messages.py compile

# Besides the project's own dependencies, the set-up itself needs setuptools (editable install) and babel (catalogues).
lock: ## resolve the dependencies anew into packaging/requirements*.txt
	@test -x $(UV) || ($(PYTHON) -m venv build/uv && build/uv/bin/pip install --quiet uv)
	printf 'setuptools>=77\nbabel>=2.18\n' | $(LOCK) --extra dev --output-file packaging/requirements-dev.txt
	printf 'setuptools>=77\nbabel>=2.18\n' | $(LOCK) --constraint packaging/requirements-dev.txt --output-file packaging/requirements.txt

LOCK := $(UV) pip compile pyproject.toml - --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock" --quiet

clean: ## remove everything that the other targets make
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find desktop packaging tests -name __pycache__ -prune -exec rm -rf {} +
	find resources/locale -name '*.mo' -delete
