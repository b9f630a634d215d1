# Everything runs from a virtual environment in .venv, installed from requirements.lock.
# On a fresh machine with Python 3.11+ and make: `make serve` and `make test` do all the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: serve test soak audit check bench lock clean
.DEFAULT_GOAL := serve

$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

serve: $(VENV)/installed
	$(BIN)/ldnqa serve

test: $(VENV)/installed check
	$(BIN)/python tests/browser.py
	$(BIN)/python tests/servers.py
	$(BIN)/python -m pytest

# The long forms of the load and fault tests; writes docs/soak.md. Takes some ten minutes of a quiet machine.
soak: $(VENV)/installed
	$(BIN)/python tests/servers.py
	$(BIN)/python tests/soak.py
	$(BIN)/python -m pytest -m soak tests/test_schemathesis.py

# Asks an advisory service about every pinned package; needs the network, so `make test` does without it.
audit: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit
	$(BIN)/python -m pip_audit --no-deps --disable-pip --requirement requirements.lock

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/ldnqa check

# Minutes for the first, a quarter of an hour for the second; the third installs four peers (4 GB) in .cache/peers, once.
# docs/scaling.md says how to read the figures.
bench: $(VENV)/installed
	$(BIN)/ldnqa build
	$(BIN)/python benchmarks/serve.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/peers.py

# torch is pinned by hand: the version whose wheel needs no GPU libraries.
lock: $(VENV)/installed
	$(BIN)/python -m pip install --quiet pip-tools
	echo 'torch==2.13.0' > $(VENV)/torch.txt
	$(BIN)/pip-compile --quiet --extra dev --extra milvus --strip-extras --no-emit-index-url --no-emit-find-links --no-header \
		--no-annotate --constraint $(VENV)/torch.txt --output-file requirements.lock pyproject.toml
	sed -i -e 's/+cpu$$//' -e '/^#/d' -e '/^$$/d' requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info
