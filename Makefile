# The commands of this repository. `make run` is enough to see it work, `make test` to trust a change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TEST_WORKERS ?= 4
MODULE ?= ledger
MUTANTS_AT_ONCE ?= 2
LOCK ?= requirements/dev.lock
# Files with compiled inner loops: what runs needs some of them, the tests need all.
LOOPS := $(sort $(shell grep -rl --include='*.py' 'domain.tours.compiled import' domain))
LOOPS_TO_RUN := $(filter-out domain/tours/%,$(LOOPS))
ROOMS := domain application projections interfaces infra tests
export UV_PYTHON_DOWNLOADS := never
# Some images forbid compiled files; every process that starts would then compile the whole product again.
export PYTHONDONTWRITEBYTECODE :=
ifdef PORT
export VEHICAID_PORT := $(PORT)
endif
ifdef DEMO
export VEHICAID_DEMO := $(DEMO)
endif

.DEFAULT_GOAL := help
.PHONY: help venv run check test test-all mutants bench lock format openapi sdk sbom clean

help:  ## Say what there is.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

venv: $(VENV)/.synced  ## Make .venv and install what the lock file says.

$(VENV)/.synced: $(LOCK) infra/setup/venv.sh
	@sh infra/setup/venv.sh "$(PYTHON)" "$(VENV)" "$(LOCK)"

$(VENV)/.loops-to-run: $(VENV)/.synced domain/tours/compiled.py $(LOOPS_TO_RUN)
	@$(BIN)/python -m infra.setup.compile_loops $(LOOPS_TO_RUN) && touch $@

$(VENV)/.loops: $(VENV)/.loops-to-run $(LOOPS)
	@$(BIN)/python -m infra.setup.compile_loops $(LOOPS) && touch $@

run: venv $(VENV)/.loops-to-run  ## Run everything on http://127.0.0.1:8000 (PORT= another one, DEMO=0 without people).
	@exec $(BIN)/vehicaid up

check: venv $(VENV)/.loops  ## Formatting, lint, types, import rules and the tests that need no server.
	@$(BIN)/ruff format --check --quiet $(ROOMS)
	@$(BIN)/ruff check --quiet $(ROOMS)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@TEST_EFFORT=quick $(BIN)/pytest -q -n $(TEST_WORKERS) -m "not servers and not slow"

test: venv $(VENV)/.loops  ## Every test that is not marked slow, with a sample of its cases where they are many.
	@TEST_EFFORT=quick $(BIN)/pytest -q -n $(TEST_WORKERS) --dist worksteal -m "not slow"

test-all: venv $(VENV)/.loops  ## Every test, the long ones too, with all of its cases.
	@$(BIN)/pytest -q -n $(TEST_WORKERS) --dist worksteal

mutants: venv  ## Change one thing at a time: does a test notice? MODULE=ledger, payment, refund, payout, invoice, dispute or reserve.
	@$(BIN)/mutmut run --max-children $(MUTANTS_AT_ONCE) "domain.$(MODULE)*" && $(BIN)/mutmut results

bench: venv $(VENV)/.loops  ## All benchmarks; exit 1 when a bar is missed.
	@$(BIN)/vehicaid bench all

format: venv  ## Put everything into one style.
	@$(BIN)/ruff format --quiet $(ROOMS)
	@$(BIN)/ruff check --quiet --fix $(ROOMS)

lock: venv  ## Resolve the dependencies anew into both lock files.
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
		pyproject.toml -o requirements/runtime.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q \
		--extra dev pyproject.toml -o requirements/dev.lock

openapi: venv  ## Write docs/openapi.json from the routes.
	@$(BIN)/vehicaid openapi

sdk: venv  ## Write the Python client into build/sdk.
	@$(BIN)/vehicaid sdk build/sdk

sbom: venv  ## Write of which libraries the product is made to sbom.json (CycloneDX).
	@$(BIN)/python -m infra.setup.sbom requirements/runtime.lock "$$($(BIN)/python -c 'from infra.version import version; print(version())')" > sbom.json

clean:  ## Remove the environment and the caches; the data in .vehicaid stay.
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache mutants
