# The front door. `make train` and `make test` install what they need into .venv and run.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
OUTPUT ?= iapo-model
TRAIN_FLAGS ?=

.PHONY: help install train model test test-all check format bench clean

help:            ## What each target does
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## */  make \1\t/' | expand -t 22

install: $(VENV)/.train $(VENV)/.test  ## Create .venv with pinned dependencies

# One stamp a purpose: installed again only when what is asked for changes.
$(VENV)/.train: pyproject.toml constraints.txt
	$(call install,train)

$(VENV)/.test: pyproject.toml constraints.txt
	$(call install,train$(comma)dev$(comma)oracle$(comma)policy$(comma)trl$(comma)harvest)

comma := ,
define install
	@$(PYTHON) -c 'import sys; sys.exit("IAPO needs Python 3.10 or newer; try make PYTHON=python3.11" if sys.version_info < (3, 10) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing iapo[$(1)] into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[$(1)]"
	@touch $@
endef

train: $(VENV)/.train  ## Fine-tune the embedded model: warm start, then GRPO (about 20 minutes on 2 cores)
	$(BIN)/iapo train --preset laptop --output $(OUTPUT) $(TRAIN_FLAGS)

model: $(VENV)/.train  ## Make the adapter in models/ again, from nothing (about four and a half hours)
	$(BIN)/iapo train --config runs/supervised.yaml --output out/b
	$(BIN)/iapo train --config runs/broad.yaml --model out/b --output out/b2
	$(BIN)/iapo train --config runs/worded.yaml --model out/b2 --output out/b4
	$(BIN)/iapo train --config runs/common.yaml --model out/b4 --output out/b5
	$(BIN)/iapo train --config runs/more_common.yaml --model out/b5 --output out/c5
	$(BIN)/python scripts/ship_adapter.py out/c5

test: $(VENV)/.test  ## The tests, without the slow ones
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not slow"

test-all: $(VENV)/.test  ## Every test
	$(BIN)/python -m pytest

check: $(VENV)/.test  ## Lint, format and strict types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.test  ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.test  ## Every measurement of benchmarks/, one table each
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script --json benchmarks/results/$$(basename $$script .py).json || exit 1; done

clean:  ## Remove what the targets made, but not trained models
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
