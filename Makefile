# Everything a developer does with this project, as one verb each; `make help` lists them.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
ARGS ?=
ARTICLES ?= ../shared/bench/articles.jsonl
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo run test lint type bench sbom audit clean

help: ## List the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

demo: $(VENV)/runtime ## Watch Wirewatch catch a copied story (ARGS=--once for a run that ends)
	@$(BIN)/wirewatch demo $(ARGS)

run: $(VENV)/runtime ## Run the service (ARGS="--config wirewatch.toml")
	@$(BIN)/wirewatch run $(ARGS)

test: $(VENV)/dev ## Run all tests: Kafka, Chromium and the embedded broker are real (ARGS="-k feeds" for some)
	@tests/install-tools.sh
	@echo "make test: running all tests, about eight minutes on 2 cores"
	@$(BIN)/python -m pytest --numprocesses=3 --dist=loadgroup $(ARGS)

lint: $(VENV)/dev ## Check style, format and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

type: $(VENV)/dev ## Check types, strictly
	@$(BIN)/mypy

bench: $(VENV)/dev ## Quality on labelled articles that the model has not seen (ARTICLES=FILE.jsonl)
	@echo "make bench: comparing articles and training ten models, about a minute on 2 cores"
	@$(BIN)/wirewatch evaluate $(ARTICLES) --cross-validate

sbom: $(VENV)/dev ## List every package that ships with a service, with its hash, as CycloneDX (build/sbom.json)
	@mkdir -p build && $(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-file build/sbom.json requirements.lock

audit: $(VENV)/dev ## Ask the registry which of these packages have known faults (needs the network)
	@$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement requirements.lock

clean: ## Remove what the other verbs made
	@rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: Python 3.11 or newer is needed, with its venv module; found: $(PYTHON). Name one: make PYTHON=python3.11 …" >&2; \
	  exit 1; }
	@"$(PYTHON)" -m venv $(VENV) && touch $@

$(VENV)/runtime: requirements.lock pyproject.toml | $(VENV)/python
	@echo "make: installing Wirewatch and the packages that it needs into $(VENV), about a minute"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@echo "make: compiling the loops of matching, once, 10 seconds"
	@$(BIN)/python -m compileall -q monitor agents && $(BIN)/python -m monitor.match.warm
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "make: installing the packages for tests into $(VENV), about a minute"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
