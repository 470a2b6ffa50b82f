# Three commands: `make reproduce`, `make test`, `make book`. Each makes its own environment first.
SHELL := /bin/bash
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(CURDIR)/.uv/bin:$(PATH)
export TF_CPP_MIN_LOG_LEVEL := 3
export DVC_NO_ANALYTICS := 1
.PHONY: env reproduce test unit study book release bench real-check browser clean

env: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@command -v uv >/dev/null || { echo "bootstrapping uv into .uv/"; $(PYTHON) -m venv .uv && .uv/bin/pip install --quiet uv; }
	uv sync --quiet --frozen --compile-bytecode --all-extras --all-groups --python-preference only-system --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

reproduce: env
	@ki67 reproduce

book: env
	@ki67 book

test: env unit study

unit: env
	ruff check .
	mypy
	pytest -q -m "not study and not browser"

study: env
	pytest -q -m study

browser: env
	pytest -q -m browser

release: env
	@ki67 release

bench: env
	@ki67 bench
	@ki67 bench-score

real-check: env
	@ki67 real-check $(REAL)

clean:
	rm -rf build generated data frames models .ki67 .dvc/cache .dvc/tmp .mypy_cache .ruff_cache .pytest_cache .hypothesis
