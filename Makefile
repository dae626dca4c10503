# `make eval` and `make test` are all a newcomer needs; each sets up .venv by itself.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_OPTIONS := --disable-pip-version-check --retries 5 --timeout 60
PIP := $(BIN)/python -m pip $(PIP_OPTIONS)
LITELLM ?= .venv-litellm
PROXY ?= .venv-proxy
PROVIDER ?=
GOLDEN ?= golden/coding
SAMPLES ?= 5

.DEFAULT_GOAL := help
.PHONY: help eval test test-sdks compatibility test-real lint format bench record dist dist-check clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $(PYTHON) is older than 3.11; choose another with: make PYTHON=python3.12 …" >&2; exit 1; }
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -q --upgrade 'pip>=25.1'

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@echo "installing pytest-aiassert"
	@$(PIP) install -q -e . && touch $@

$(VENV)/.installed-dev: pyproject.toml tests/sdks/official.txt | $(VENV)/.installed
	@echo "installing what the tests and linters need"
	@$(PIP) install -q --group dev -c tests/sdks/official.txt -e . && touch $@ $(VENV)/.installed

$(LITELLM)/.installed: pyproject.toml tests/sdks/litellm.txt
	@echo "installing litellm, which needs an older openai, into $(LITELLM)"
	@$(PYTHON) -m venv $(LITELLM)
	@$(LITELLM)/bin/python -m pip install -q --upgrade 'pip>=25.1'
	@$(LITELLM)/bin/python -m pip $(PIP_OPTIONS) install -q -r tests/sdks/litellm.txt -e '.[serve]' && touch $@

$(PROXY)/.installed: tests/sdks/proxy.txt
	@echo "installing litellm's proxy into $(PROXY)"
	@$(PYTHON) -m venv $(PROXY)
	@$(PROXY)/bin/python -m pip install -q --upgrade 'pip>=25.1'
	@$(PROXY)/bin/python -m pip $(PIP_OPTIONS) install -q -r tests/sdks/proxy.txt && touch $@

eval: $(VENV)/.installed ## judge the recorded replies in examples/, offline; writes build/ai-report.*
	@mkdir -p build
	@$(BIN)/python -m pytest --ai-eval examples \
	  --ai-report=build/ai-report.html --ai-report=build/ai-report.md --ai-report=build/ai-report.json

test: $(VENV)/.installed-dev ## the whole test suite, with branch coverage
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term --cov-report=html:build/coverage

test-sdks: $(LITELLM)/.installed ## the tests of SDKs that need another environment: litellm, openai 2
	@$(LITELLM)/bin/python -m pytest tests/sdks -q -W default

compatibility: $(VENV)/.installed-dev $(LITELLM)/.installed ## run the tests of all SDKs; rewrites docs/reference/compatibility.md
	@mkdir -p build
	@COMPATIBILITY=build/official.json $(BIN)/python -m pytest tests/sdks -q
	@COMPATIBILITY=build/litellm.json $(LITELLM)/bin/python -m pytest tests/sdks -q -W default
	@$(BIN)/python -m tests.sdks.compatibility build/official.json build/litellm.json

lint: $(VENV)/.installed-dev ## import-linter, ruff, ruff format, mypy strict, pyright strict
	@$(BIN)/lint-imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/pyright --warnings

format: $(VENV)/.installed-dev ## let ruff write what it can
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

bench: $(VENV)/.installed-dev ## measure against peers, side by side; rewrites docs/benchmarks.md's tables
	@$(BIN)/python -m benchmarks

record: $(VENV)/.installed ## record a golden set: make record PROVIDER=openai+http://HOST:PORT/v1:MODEL [GOLDEN=golden/coding]
	@PROVIDER='$(PROVIDER)' scripts/with-model sh -c '$(BIN)/aiassert record $(GOLDEN) --provider "$$PROVIDER" --samples $(SAMPLES)'

test-real: $(VENV)/.installed-dev ## tests against a real model: make test-real PROVIDER=openai+http://HOST:PORT/v1:MODEL
	@$(MAKE) --no-print-directory $(PROXY)/.installed || rm -rf $(PROXY)
	@PROVIDER='$(PROVIDER)' scripts/with-model $(BIN)/python scripts/with_proxy.py $(PROXY)/bin/litellm \
	  $(BIN)/python -m pytest tests/real -m real

dist: $(VENV)/.installed-dev ## build sdist and wheel into dist/
	@rm -rf dist && $(BIN)/python -m build -q && ls dist

dist-check: $(VENV)/.installed-dev ## install the wheel beside openai, deepeval and pytest-xdist; takes minutes
	@$(BIN)/python -m pytest tests/packaging -m beside

clean: ## remove what these targets made
	rm -rf $(VENV) $(LITELLM) $(PROXY) build dist .coverage*
