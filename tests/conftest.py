"""What several test files share."""

from __future__ import annotations

import functools
import math
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

# As many tests run at once as there are cores. Sums that each of them shares out among all cores wait for one another,
# spinning: the 0.03 s that an index takes to find its directions become 2 s. Servers and commands of tests inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np

# A build waits some thirty times until the disk has what it wrote, and the tests build hundreds of times. Where memory
# has room and programs may be run from it, what is temporary lies there.
_MEMORY = Path("/dev/shm")
_ROOM = 6_000_000_000


def pytest_configure():
    """Puts the temporary folders of the tests, and of what they start, in memory; TMPDIR says otherwise."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    there = os.statvfs(_MEMORY)
    if there.f_bavail * there.f_frsize > _ROOM and not there.f_flag & os.ST_NOEXEC:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def pytest_collection_modifyitems(items):
    """The files that drive the browser come last, the largest of them first.

    While a browser is open its event loop runs, and no other test of that process can start its own. `make test` gives
    each core a file at a time in this order, so that what a file shares is made once and the cores end together.
    """
    sizes = Counter(item.path for item in items)
    browse = {item.path for item in items if "browser" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: sizes[item.path] if item.path in browse else math.inf, reverse=True)


@pytest.fixture(scope="session")
def run_python():
    """Runs code in a fresh interpreter and gives back what it printed; fails if it fails."""

    def run(code: str, *args: str) -> str:
        done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def encoder():
    """The real default model."""
    from ldnqa import Settings, load_encoder

    encoder = load_encoder(Settings().model)
    # The model is deterministic (test_encode.py), so a question asked again need not be embedded again.
    encode = functools.cache(lambda text: encoder.encode_passages([text])[0])
    none = encoder.encode_passages([])
    encoder.encode_queries = lambda texts: np.stack([encode(text) for text in texts]) if texts else none
    return encoder


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory, encoder):
    """A real index of the articles that ship with ldnqa, built once for all tests. Tests must not change it.

    What `make serve` and `make test` have built in index/ is not embedded again.
    """
    from ldnqa import build_index
    from ldnqa.settings import packaged_corpus

    folder = tmp_path_factory.mktemp("shipped") / "index"
    built = Path(__file__).parent.parent / "index"
    if (built / "index.json").exists():
        shutil.copytree(built, folder)
    build_index(packaged_corpus(), folder, encoder)
    return folder


@pytest.fixture(scope="session")
def index(index_folder, encoder):
    """That index, opened."""
    from ldnqa import Index

    return Index.open(index_folder, encoder)


@pytest.fixture(scope="session")
def policy():
    """The built-in policy."""
    from ldnqa import load_policy

    return load_policy()


@pytest.fixture(scope="module")
def server():
    """A language model's server that says what a test tells it to."""
    from llm_server import scripted_server

    with scripted_server() as server:
        yield server


@pytest.fixture(scope="module")
def model(server):
    """The language model of that server."""
    from llm_server import MODEL

    from ldnqa.llm import LanguageModel

    return LanguageModel(server.url, MODEL)


@pytest.fixture(scope="session")
def live_site(tmp_path_factory, index_folder):
    """The address of a real `ldnqa serve` of that index, in a process of its own."""
    from serving import serve_process

    # The tests ask faster than a reader may.
    with serve_process(index_folder, tmp_path_factory.mktemp("live"), LDNQA_RATE_LIMIT="off") as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """One browser for all tests that need one; each opens contexts of its own."""
    from browser import CHROMIUM, FLAGS
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def stage():
    """The small site, which misbehaves on command, and a foreign host that embeds it."""
    from stage import Stage

    with Stage() as stage:
        yield stage


@pytest.fixture
def visit(browser, stage):
    """Opens a page of the stage in a fresh context; at the end, no policy was violated and nobody else was called."""
    from stage import Visits

    with Visits(browser, stage) as visits:
        yield visits
