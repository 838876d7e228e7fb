# Every target sets up what it needs by itself: Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
DATA ?= ../shared/bench

# What test-fast leaves out: tests that measure time, build language data, or read benchmark data or the whole package.
SLOW_FILES := *_floor.py *_built.py *_keys.py *_corpus_files.py *_capture.py *_repair_languages.py *_same_bytes.py
SLOW_TESTS := linear or _time or megabytes or holes or is_listed or had_back or overwritten

.PHONY: help ingest test test-fast same-bytes lint format docs pictures bench train stress clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "cityreports needs Python 3.11 to 3.13; name one with 'make PYTHON=python3.12 ...'"; exit 3; }
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "Setting up the tools for tests ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,bench]'
	@touch $@

ingest: $(VENV)/.run ## process raw/ into processed/ (more options: make ingest ARGS="--workers 4")
	@$(BIN)/cityreports ingest $(ARGS)

test: $(VENV)/.dev ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

test-fast: $(VENV)/.dev ## run the unit tests that take seconds (under a minute in all)
	@$(BIN)/python -m pytest $(SLOW_FILES:%=--ignore-glob='%') -k 'not ($(SLOW_TESTS))' tests/unit $(ARGS)

same-bytes: $(VENV)/.dev ## whether the working tree gives the outputs of HEAD (make same-bytes ARGS="FOLDER --against REVISION")
	@$(BIN)/python -m tests.same_bytes $(ARGS)

lint: $(VENV)/.dev ## style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/.dev ## put the code in its format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(VENV)/.dev ## write the generated sections of README.md, CONTRIBUTING.md and docs/
	@$(BIN)/python -m tests.docs

pictures: $(VENV)/.dev ## make the pictures of the documentation from processed/ (needs chromium)
	@$(BIN)/python -m tests.readme.pictures

bench: $(VENV)/.bench ## measure quality and speed (make bench DATA=folder of benchmark data)
	@$(BIN)/python -m tests.benchmarks "$(DATA)" $(ARGS)

train: $(VENV)/.bench ## train the classifier of web pages (make train DATA=folder of benchmark data)
	@$(BIN)/python -m tests.benchmarks.html_train "$(DATA)"

stress: $(VENV)/.dev ## run the long tests: kills, poisoned documents, a full disk
	@$(BIN)/python -m pytest -m stress $(ARGS)

clean: ## delete what was made (processed/ and the environment)
	@find processed -mindepth 1 -not -name README.md -delete
	@rm -rf $(VENV) build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
