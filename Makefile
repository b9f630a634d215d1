# Everything runs from a virtual environment in .venv, installed from requirements.lock.
# On a fresh machine with Python 3.11+ and make: `make serve` and `make test` do all the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Bytecode is written when a module is first imported, and only of what is imported: pip would compile all of torch, one
# file after the other. Without it each of the hundreds of processes that the tests start would compile ldnqa for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test ready audited tools index docs notebooks coverage soak audit check mutation bench lock clean
.DEFAULT_GOAL := serve

# Every package that is needed stands in requirements.lock, so nothing is left to resolve; `make check` sees whether they fit.
# An older pip compares each of a package's hundreds of files with each kind of machine, and takes three times as long.
# One installer waits for the network while the others unpack. setuptools is among what they install.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) pip==26.3
	grep -v '^#' requirements.lock | xargs -P 3 -n 16 $(PIP) --no-compile --no-deps
	$(PIP) --quiet --no-deps --no-build-isolation --editable .
	touch $@

serve: $(VENV)/installed
	$(BIN)/ldnqa serve

# The tests need all that is made ready. What waits for the network leaves the cores to the rest meanwhile.
test:
	$(MAKE) --no-print-directory --jobs 4 --output-sync=target ready
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

ready: tools index check audited

audited: $(VENV)/installed
	$(BIN)/python tests/audit.py

tools:
	$(PYTHON) tests/browser.py
	$(PYTHON) tests/servers.py

index: $(VENV)/installed
	$(BIN)/ldnqa build

# Pages that are made from the code (docs/make). A test fails while one of them is stale.
docs: $(VENV)/installed
	$(BIN)/python docs/make

# Runs the notebooks again on the index as it is now, and keeps what they printed and drew.
notebooks: index
	$(BIN)/python notebooks/run.py

# Lines of src/ and api/ that the tests reach, servers and commands in processes of their own included.
coverage: $(VENV)/installed
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

# The long forms of the load and fault tests; writes docs/soak.md. Takes half an hour of a quiet machine, and root for a full disk.
soak: $(VENV)/installed
	$(BIN)/python tests/servers.py
	$(BIN)/python tests/soak.py

# Asks an advisory service about every pinned package, and fails without an answer; `make test` goes on without one.
audit: $(VENV)/installed
	$(BIN)/python tests/audit.py --insist

check: $(VENV)/installed
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/ldnqa check

# Breaks what is most dangerous to get wrong in a thousand small ways and counts which of them the quick tests notice;
# docs/testing.md says what they do. Half an hour of a quiet machine.
mutation: $(VENV)/installed
	$(PYTHON) -m venv $(VENV)/mutation
	$(VENV)/mutation/bin/python -m pip install --quiet --disable-pip-version-check mutmut==3.8.1
	echo "import site; site.addsitedir('$$($(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")')" \
		> $$(echo $(VENV)/mutation/lib/python3.*/site-packages)/ldnqa-tests.pth
	$(VENV)/mutation/bin/python tests/mutation.py run

# Minutes for the first, a quarter of an hour for the second; the third installs four peers (4 GB) in .cache/peers, once.
# docs/scaling.md says how to read the figures.
bench: index
	$(BIN)/python benchmarks/serve.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/peers.py

# Pinned by hand: the torch whose wheel needs no GPU libraries, the last soupsieve that runs on Python 3.11.0.
lock: $(VENV)/installed
	$(PIP) pip-tools
	printf 'torch==2.13.0\nsoupsieve==2.10\n' > $(VENV)/by-hand.txt
	$(BIN)/pip-compile --quiet --extra dev --extra milvus --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-header \
		--no-annotate --constraint $(VENV)/by-hand.txt --output-file requirements.lock pyproject.toml
	sed -i -e 's/+cpu$$//' -e '/^#/d' -e '/^$$/d' requirements.lock
	LC_ALL=C sort --output requirements.lock requirements.lock

clean:
	rm -rf $(VENV) build dist mutants *.egg-info
