PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin
FONT := /usr/share/fonts/truetype/wqy/wqy-microhei.ttc

.PHONY: run setup test lint bench messages demo system-packages clean

run: $(VENV)/.runtime
	$(BIN)/tanbiao serve --port $(PORT)

setup: $(VENV)/.development

test: $(VENV)/.development system-packages lint
	$(BIN)/pytest -q -n auto --dist loadgroup

lint: $(VENV)/.development
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/mypy

bench: $(VENV)/.development
	@for file in tests/bench/bench_*.py; do \
		echo "== $$file"; $(BIN)/python -m tests.bench.$$(basename $$file .py) || exit 1; done

# Collect the texts of the pages and bring the catalogues up to date; translate what is new by hand.
messages: $(VENV)/.development
	$(BIN)/pybabel -q extract -k _ -k mark --no-location --sort-output --omit-header -o $(VENV)/tanbiao.pot app
	$(BIN)/pybabel -q update -D tanbiao -i $(VENV)/tanbiao.pot -d app/locale --omit-header --no-fuzzy-matching --ignore-obsolete -w 120

# Make the demo registry anew from its tables.
demo: $(VENV)/.development
	$(BIN)/python -m assets.demo.build

$(VENV)/.runtime: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.development: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $(VENV)/.runtime $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo "Python's venv is missing; install it with: apt-get install python3-venv"; exit 1; }

# A browser and a Chinese font, for the tests that look at the pages.
system-packages:
	@{ command -v chromium >/dev/null && test -e $(FONT); } || sh tests/system_packages.sh

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .hypothesis
