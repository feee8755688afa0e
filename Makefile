# One line of help per task stands behind its `##`; `make` alone prints them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NODE_PEERS := tests/interop/node_modules/.installed
CHECKED := src tests

# What the documentation's reference part is made with.
DOCS_COMMAND ?= PYTHONPATH=src $(BIN)/python -m tests.docs.generate
# How many processes share the tests; `make test PYTEST_WORKERS=0` runs them in one. One more than there are processors,
# for a third of the time they wait: for databases, for servers to stop, for answers that are late on purpose.
PYTEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# More words for pytest, for instance `make test PYTEST_ARGS="-k refund"`.
PYTEST_ARGS ?=

export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help run test lint format types docs bench requirements clean servers

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk -F ':.*## ' '{ printf "  %-14s %s\n", $$1, $$2 }'

run: .venv/.run-installed ## Install what is missing, then serve a demonstration campus on this machine
	@exec $(BIN)/errand demo

test: .venv/.dev-installed $(NODE_PEERS) servers lint types ## Check style, types and imports, then run the whole suite
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --ignore=tests/bench $(PYTEST_ARGS)

lint: .venv/.dev-installed ## Check style and the direction of imports
	$(BIN)/ruff check $(CHECKED)
	$(BIN)/ruff format --check $(CHECKED)
	$(BIN)/lint-imports

format: .venv/.dev-installed ## Format the code and repair what can be repaired safely
	$(BIN)/ruff check --fix-only $(CHECKED)
	$(BIN)/ruff format $(CHECKED)

types: .venv/.dev-installed ## Check types with mypy and pyright, both strict
	$(BIN)/mypy
	$(BIN)/pyright

docs: .venv/.dev-installed ## Write docs/reference anew from the tables in the domain
	$(DOCS_COMMAND)

bench: .venv/.dev-installed servers ## Measure claim, settlement and hall against their floors
	PYTHONPATH=src $(BIN)/python -m tests.bench

requirements: .venv/.dev-installed ## Resolve requirements/*.txt anew (UPGRADE=1 for the newest)
	$(call compile,run,--group build)
	$(call compile,dev,--group dev)
	$(BIN)/python -m tests.architecture.rules requirements/*.txt

# Both files are made from pyproject.toml alone. No index host is written into them: where packages come from is
# the business of whoever installs. `dev` holds `run` with the very same versions, so one environment serves both.
compile = $(BIN)/uv pip compile pyproject.toml $(2) --quiet --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make requirements" \
	$(if $(UPGRADE),--upgrade) $(if $(filter dev,$(1)),--constraints requirements/run.txt) \
	--output-file requirements/$(1).txt

clean: ## Remove the environment, caches and the demonstration's data
	rm -rf $(dir $(NODE_PEERS))
	rm -rf .demo .venv var build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# PostgreSQL, MariaDB, Redis and Chromium from Debian's packages: installed where that is allowed, named in one line where not.
servers: .venv/.dev-installed
	@$(BIN)/python -m tests.servers.install

# Client libraries of another language, to try ours against: where Node is missing, so are the tests that ask them.
$(NODE_PEERS): tests/interop/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then \
		echo "Installing the client libraries in Node that the tests ask…"; \
		(cd $(<D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null) && touch $@; \
	else \
		echo "Node is skipped: node or npm is not installed (Debian: apt-get install nodejs npm)"; test "$${CI:-}" != true; \
	fi

.venv/.run-installed: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the service needs…"
	@$(call install,run)
	@touch $@

.venv/.dev-installed: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing what the service and its tests need…"
	@$(call install,dev)
	@touch $@

# The build tools are among the hashed requirements, so nothing unchecked is fetched for the editable install.
install = $(PIP) install --require-hashes --requirement requirements/$(1).txt \
	&& $(PIP) install --no-deps --no-build-isolation --editable .

# Debian keeps venv's seed in a package of its own: fetch it where we may, else say what to do.
.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or say make PYTHON=…" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; $(PYTHON) is older." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			export DEBIAN_FRONTEND=noninteractive; \
			apt-get update -qq && apt-get install -qq -y --no-install-recommends python3-venv >/dev/null; \
		else \
			echo "Python's venv is missing. On Debian: sudo apt-get install python3-venv" >&2; exit 1; \
		fi; }
	@"$(PYTHON)" -m venv .venv
