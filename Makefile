# run: the product with its demo · test: every check CI runs · bench: the benchmarks · clean: all but your data goes

SHELL := /bin/sh
READY := .venv/.ready
BIN := .venv/bin

.PHONY: run test bench bench-validate bench-store clean chromium
.DEFAULT_GOAL := run

run: $(READY)
	@exec $(BIN)/python app.py --demo

test: $(READY) chromium
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n auto --dist loadfile --durations=10

bench: $(READY)
	@exec $(BIN)/python -m bench

bench-validate: $(READY)
	@exec $(BIN)/python -m bench validate

bench-store: $(READY)
	@exec $(BIN)/python -m bench store

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp makes the second run instant and free of the network; it is older than the lock when the lock changes.
$(READY): requirements.lock
	@python=; for each in python3.13 python3.12 python3.11 python3; do \
	  if $$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.11 or newer is needed; found: $$(python3 --version 2>/dev/null || echo none)" >&2; exit 1; \
	fi; \
	$(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || $$python -m venv --clear .venv || { \
	  echo "$$python cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@echo "Installing what requirements.lock names into .venv; this happens once."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock || { \
	  echo "The packages could not be installed; the first time, this needs the network." >&2; exit 1; }
	@touch $(READY)

# The browser tests need a Chromium: $CHROMIUM, or the first one on the path, or Debian's.
chromium:
	@if [ -n "$$CHROMIUM" ]; then exit 0; fi; \
	for each in chromium chromium-browser google-chrome google-chrome-stable; do \
	  command -v $$each >/dev/null && exit 0; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Debian's chromium for the browser tests."; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	else \
	  echo "The browser tests need a Chromium: install one (Debian: apt-get install chromium) or name it in CHROMIUM." >&2; exit 1; \
	fi
