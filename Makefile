# `make run` and `make test` are each the one set-up command; everything lives in $(VENV) and build/.
# PYTHON=/path/to/python chooses the interpreter, otherwise tools/venv.sh looks for one.

VENV ?= .venv
PYTHON ?=
BIN := $(VENV)/bin
SECONDS_EACH ?= 20
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Directories are listed too: their time changes when a file comes or goes.
SOURCES := $(shell find src meson.build meson.options LICENSE README.md ! -path '*/__pycache__*')

PIP := $(BIN)/python -m pip install --quiet
# For programs that look for others of their environment.
IN := PATH="$(abspath $(BIN)):$$PATH"
# Each header must do alone: no Python.h, nothing that another one happened to include.
HEADER_CHECK := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-unused-function -Wno-unused-variable -fsyntax-only

.PHONY: help run test check bench publish gate instructions sanitize fuzz cross clean

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "%-13s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/.installed ## Build, install and show what toolrig does, on Python's own library.
	$(BIN)/toolrig demo "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"

test: $(VENV)/.test ## Build, install and run the whole test suite (ARGS= goes to pytest).
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev ## Run every linter and type checker.
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(IN) $(BIN)/cython-lint src
	$(CC) $(HEADER_CHECK) -x c src/toolrig/_native/c/*.h
	$(BIN)/mypy
	MYPYPATH=src:benchmarks $(BIN)/mypy benchmarks/*.py
	$(BIN)/stubtest toolrig._native --mypy-config-file pyproject.toml --allowlist tools/stubtest.allow --ignore-unused-allowlist --ignore-disjoint-bases
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --no-progress .github/workflows
	$(BIN)/actionlint .github/workflows/*.yml
	$(BIN)/python -m pip check

bench: $(VENV)/.peers ## Measure every claim beside the twins, Python packages, and Rust, Go and Node programs.
	$(IN) $(BIN)/python benchmarks/run.py $(ARGS)

publish: $(VENV)/.peers ## Bring the last bench of a clean commit into README, benchmarks/README and the chart.
	$(IN) $(BIN)/python benchmarks/publish.py

gate: $(VENV)/.peers ## Hold the bounds of benchmarks/budgets.toml, as before a release.
	$(IN) $(BIN)/python benchmarks/gate.py $(ARGS)

instructions: $(VENV)/.bench ## Hold only the instruction counts of benchmarks/budgets.toml; needs valgrind.
	$(IN) $(BIN)/python benchmarks/instructions.py

sanitize: ## Run the native half of the suite under ASan and UBSan.
	PYTHON="$(PYTHON)" tools/sanitize.sh $(ARGS)

fuzz: ## Fuzz each fuzz/fuzz_* for SECONDS_EACH seconds.
	PYTHON="$(PYTHON)" tools/fuzz.sh $(SECONDS_EACH)

cross: $(VENV)/.cross ## Compile the kernels for the platforms this machine is not.
	$(IN) $(BIN)/python tools/cross_check.py

clean: ## Remove everything that make made.
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# Another PYTHON= than the one that made the environment makes it anew.
ifneq ($(PYTHON),)
ifneq ($(PYTHON),$(shell cat $(VENV)/.python 2>/dev/null))
.PHONY: $(VENV)/.python
endif
endif

$(VENV)/.python:
	@PYTHON="$(PYTHON)" tools/venv.sh $(VENV)
	@echo "$(PYTHON)" > $@

$(VENV)/.needs: $(VENV)/.python pyproject.toml
	$(PIP) ninja $$($(BIN)/python tools/pyproject.py requires)
	@touch $@

# The wheel is built without isolation, in a folder that stays: an edit recompiles only what it touches.
$(VENV)/.installed: $(VENV)/.needs $(SOURCES)
	$(IN) $(PIP) --no-build-isolation --config-settings=build-dir=$(VENV)/build .
	@touch $@

# One stamp an extra of pyproject.toml.
$(VENV)/.test $(VENV)/.dev $(VENV)/.bench $(VENV)/.cross: $(VENV)/.%: $(VENV)/.installed
	@$(BIN)/python tools/pyproject.py extra $* > $(VENV)/$*.txt
	@cmp -s $(VENV)/$*.txt $(VENV)/$*.done || $(PIP) -r $(VENV)/$*.txt
	@mv $(VENV)/$*.txt $(VENV)/$*.done
	@touch $@

# Peers that have no wheel for some interpreters are left out there, and named in the table.
$(VENV)/.peers: $(VENV)/.bench
	@for peer in $$($(BIN)/python tools/pyproject.py extra peers); do \
	  $(PIP) --only-binary :all: "$$peer" || echo "left out: $$peer has no wheel for this interpreter"; done
	@touch $@
