# Three commands: `make reproduce`, `make test`, `make book`. Each makes its own environment first.
SHELL := /bin/bash
PYTHON ?= python3
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(CURDIR)/.uv/bin:$(PATH)
export TF_CPP_MIN_LOG_LEVEL := 3
export DVC_NO_ANALYTICS := 1
# A process a core, one thread each; a file's tests stay together and share what they build.
TOGETHER := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 pytest -q -n logical --dist loadscope --no-loadscope-reorder
.PHONY: env reproduce test lint tests unit study book readme release bench bench-client app-check real-check browser typescript axe clean

env: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@command -v uv >/dev/null || { echo "bootstrapping uv into .uv/"; $(PYTHON) -m venv .uv && .uv/bin/pip install --quiet uv; }
	uv sync --quiet --frozen --compile-bytecode --all-extras --all-groups --python-preference only-system --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

reproduce: env
	@ki67 reproduce

book: env
	@ki67 book

readme: env
	@ki67 readme

# Side by side: what is written, and what it does. Where all tests run, the study starts first on one core and the others share the rest.
test: env
	@$(MAKE) --no-print-directory --jobs 2 lint tests

lint: env
	ruff check .
	mypy

tests: env
	$(TOGETHER) -m "not browser and not webkit"

unit: env
	$(TOGETHER) -m "not study and not browser and not webkit"

study: env
	pytest -q -m study

browser: env
	pytest -q -m browser

release: env
	@ki67 release

bench: env
	@ki67 bench
	@ki67 bench-score
	@ki67 bench-slide

bench-client: env
	@ki67 bench-client

app-check: env
	pytest -q -m webkit
	@ki67 app-check

real-check: env
	@ki67 real-check $(REAL)

# The compiler that checks the types of the client's JavaScript; it runs on Playwright's own Node.
typescript: build/typescript/package/lib/tsc.js

build/typescript/package/lib/tsc.js:
	@mkdir -p build/typescript
	curl -fsSL -o build/typescript.tgz https://registry.npmjs.org/typescript/-/typescript-5.4.5.tgz
	@echo "154fae77169f04155ac52d521ac59abb07c9be29ea3744732adbf9f14abb2440  build/typescript.tgz" | sha256sum --quiet --check
	@tar -xzf build/typescript.tgz -C build/typescript && rm build/typescript.tgz && touch $@

# What finds barriers for people who see, hear or move otherwise; the tests of the client's screens ask it.
axe: build/axe/package/axe.min.js

build/axe/package/axe.min.js:
	@mkdir -p build/axe
	curl -fsSL -o build/axe.tgz https://registry.npmjs.org/axe-core/-/axe-core-4.14.1.tgz
	@echo "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745  build/axe.tgz" | sha256sum --quiet --check
	@tar -xzf build/axe.tgz -C build/axe && rm build/axe.tgz && touch $@

clean:
	rm -rf build generated data frames patches sections heat models .ki67 .dvc/cache .dvc/tmp .mypy_cache .ruff_cache .pytest_cache .hypothesis
