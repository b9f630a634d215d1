"""schemathesis against a real server: every operation of the OpenAPI document, all its checks, all its phases.

The short form runs with the other tests; the long one, of at least `SOAK_CASES` cases, is a part of `make soak`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from serving import serve_process

from ldnqa import build_index, load_encoder
from ldnqa.settings import packaged_corpus

pytestmark = pytest.mark.model

SOAK_CASES = 5_000


def check(site, folder, *options):
    """How many cases schemathesis generated; fails with its report unless all of them passed."""
    settings = str(Path(__file__).with_name("schemathesis.toml"))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", settings, "run", f"{site}/openapi.json"]
    command += ["--checks", "all", "--no-color"]
    done = subprocess.run([*command, *options], cwd=folder, capture_output=True, text=True, check=False)
    report = done.stdout + done.stderr
    counted = re.search(r"(\d+) generated, (\d+) passed", report)
    assert done.returncode == 0, report
    assert counted, report
    assert counted[1] == counted[2], report
    print(report[report.index("Test Phases") :])
    return int(counted[1])


def test_every_operation_keeps_its_word(live_site, tmp_path):
    assert check(live_site, tmp_path, "--max-examples", "10", "--generation-deterministic") > 100


# Of the one operation that streams by its Accept header. No link leads from it to itself, so there is no state to test.
STREAMS = ("--include-path=/v1/ask", "--header=Accept: text/event-stream", "--phases=examples,coverage,fuzzing")


def test_so_do_the_streams(live_site, tmp_path):
    assert check(live_site, tmp_path, "--max-examples", "10", "--generation-deterministic", *STREAMS) > 10


def soak(folder: Path) -> dict[str, object]:
    """Cases that schemathesis made of the OpenAPI document, stateful ones too, and how many of them failed."""
    index = folder / "index"
    build_index(packaged_corpus(), index, load_encoder())
    many = ("--max-examples", "700", "--generation-database", "none")
    with serve_process(index, folder, LDNQA_RATE_LIMIT="off") as site:
        found = {"operations": check(site, folder, *many), "streams": check(site, folder, *many, *STREAMS)}
    cases = sum(found.values())
    assert cases >= SOAK_CASES, found
    # `check` fails with schemathesis's own report otherwise.
    return {"cases": cases, **found, "failed": 0}
