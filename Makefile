# make help tells what there is. Two variables may be set on the command line:
#   PYTHON  a Python >= 3.10; left alone, 3.11 is taken where there is one (the lock is for 3.11)
#   TORCH   what pip is told for torch, e.g. TORCH="torch==2.13.0 --index-url URL" for a build
#           without CUDA; left alone, pip's own choice for this machine
SHELL := /bin/sh
TORCH ?= torch==2.13.0
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3 python3.12 python3.13 python3.10 python; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$p && break; done)
endif
PY := .venv/bin/python
HTML := _build/html
PAGES := $(HTML)/.complete
TRY := $(HTML)/_static/try/model
NOWHERE := http://127.0.0.1:9

export HF_HUB_OFFLINE = 1
export PYTHONUNBUFFERED = 1

.PHONY: help setup book test check torture lint types execute pages try bundle verify repository clean
.DEFAULT_GOAL := help

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

setup:  ## make .venv and install everything (about 2 minutes the first time)
	@test -n "$(PYTHON)" || { echo "make: no Python >= 3.10 found; install one, or say" \
	  "make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) tools/make_venv.py --torch "$(TORCH)"

book: setup  ## run the chapters that changed and build the pages: _build/html/index.html
	@$(PY) -m tools.book execute
	@$(MAKE) --no-print-directory -s $(PAGES)
	@echo "book: open $(HTML)/index.html"

test: lint types pages  ## lint, types, pages, unit tests, doctests, nbval with the stored outputs
	@echo "test: unit tests, doctests, nbval over the chapters that changed"
	@$(PY) -m tools.book test

torture: setup  ## 100,000 bad inputs over all entry points and the shell (below half an hour)
	@OMP_NUM_THREADS=1 $(PY) -m tools.torture --json _build/torture.json

check: lint  ## the quick loop, about a minute: lint, format, types, core tests, doctests
	@echo "check: types; tests and doctests of ltp_core that are quick and start no process"
	@mkdir -p _build; $(PY) -m mypy --no-error-summary > _build/types.log 2>&1 & types=$$!; \
	  $(PY) -m pytest -q -n 2 -p no:nbval -m "not second and not slow and not browser and not process" tests/core ltp_core; \
	  tests=$$?; wait $$types && echo "types: clean" || { cat _build/types.log; exit 1; }; exit $$tests

lint: setup  ## ruff: rules and format
	@echo "lint: ruff"
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet . && echo "lint: clean"

# With another Python come other versions, and numpy's stubs differ from one to the next.
types: setup  ## mypy --strict over ltp_core, where the lock holds (Python 3.11)
	@$(PY) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "types: left out; they are checked on Python 3.11, with the versions of the lock"; exit 0; }; \
	  $(PY) -m mypy --no-error-summary && echo "types: clean"

execute: setup  ## run the chapters that changed, in place
	@$(PY) -m tools.book execute

verify: setup  ## run the chapters that changed and compare all that is stored, widgets too
	@$(PY) -m tools.book verify

pages: setup  ## build the pages from the stored outputs, no chapter is run (about 25 seconds)
	@$(MAKE) --no-print-directory -s $(PAGES)

# Always from nothing: Sphinx does not repeat a warning about a page it has cached. And without a
# network: what would be fetched goes nowhere, and fails.
$(PAGES): $(shell find book ltp_core -type f -not -path '*/.ipynb_checkpoints/*' -not -path '*/__pycache__/*' 2>/dev/null) _config.yml \
          $(wildcard tools/site/*.py ltp_book/explorers/try_it.* ltp_book/explorers/shared.* tools/site/model/*)
	@echo "pages: building $(HTML) from the stored outputs (about 25 seconds)"
	@rm -rf $(HTML) _build/.doctrees && mkdir -p _build
	@http_proxy=$(NOWHERE) https_proxy=$(NOWHERE) .venv/bin/jupyter-book build book --config _config.yml --path-output . -W -n --keep-going -q > _build/pages.log 2>&1 \
	  || { cat _build/pages.log >&2; exit 1; }
	@$(PY) -m tools.site.model --no-training --lay $(TRY) > /dev/null
	@echo "pages: done"; touch $@

try: pages  ## train what the page Try it shows, and lay it into the pages (about 12 minutes, once)
	@$(PY) -m tools.site.model --lay $(TRY)

bundle: pages  ## for a class without a network: wheels, pages, notebooks in _build/bundle (0.5 GB)
	@rm -rf _build/bundle && $(PY) -m tools.classroom.bundle --torch "$(TORCH)" --out _build/bundle

repository:  ## make repository URL=https://github.com/you/ltp: put your address everywhere
	@$(PYTHON) -m tools.site.set_repository "$(URL)"

clean:  ## remove .venv, _build and caches
	rm -rf .venv _build .pytest_cache .ruff_cache .hypothesis dist
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
