"""The long forms of the load and fault tests. `make soak` runs them one after the other and writes docs/soak.md.

A part named on the command line runs alone (`python tests/soak.py kills`); the figures of the others stay. A figure
that must be 0 and is not fails the run, once the report is written.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from live import HERE
from soak_faults import disk, kills, workers
from soak_load import hostile, load, memory, reloads
from test_schemathesis import soak as schemathesis

FIGURES = HERE.parent / "docs" / "soak.json"
REPORT = HERE.parent / "docs" / "soak.md"

PARTS: dict[str, Callable[[Path], dict[str, object]]] = {
    "load": load,
    "hostile": hostile,
    "reloads": reloads,
    "kills": kills,
    "disk": disk,
    "workers": workers,
    "memory": memory,
    "schemathesis": schemathesis,
}
# Wherever one of these stands in the figures it must be 0.
MUST_BE_NONE = {"failures", "failed", "failed_or_mixed", "lost", "answers_failed", "answered_5xx", "faults_logged"}
# Memory is flat if the last quarter of the questions left it no larger than the first did, within this part of it:
# the heap of a server that does nothing wanders as far.
FLAT = 0.05


def main() -> None:
    """Runs the parts named, or all, and writes the report; SystemExit if a part did not come out as it must."""
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    wrong = []
    for name in sys.argv[1:] or PARTS:
        print(f"{name}: {PARTS[name].__doc__}", flush=True)
        os.environ.pop("TEST_REAL_MODEL", None)
        started, busy, own = time.monotonic(), busy_seconds(), own_seconds()
        with tempfile.TemporaryDirectory(prefix="ldnqa-soak-") as folder:
            found = PARTS[name](Path(folder))
        took = time.monotonic() - started
        others = max(0.0, busy_seconds() - busy - (own_seconds() - own)) / took
        when = datetime.now(UTC).date().isoformat()
        figures[name] = {"on": when, "cores_busy_with_others": round(others, 1), "seconds": round(took), **found}
        print(json.dumps(figures[name]), flush=True)
        wrong += [f"{name}: {what}" for what in faults(found)]
        figures = {part: figures[part] for part in PARTS if part in figures}
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
        write_report(figures)
    if wrong:
        sys.exit("\n".join(wrong))


def faults(found: dict[str, object]) -> list[str]:
    """What in the figures of a part is not as it must be."""
    wrong = []
    for key, value in found.items():
        if isinstance(value, dict):
            wrong += faults(value)
        elif key in MUST_BE_NONE and value:
            wrong.append(f"{key} is {value}")
        elif key == "mib_after_each_quarter" and value[-1] > value[0] * (1 + FLAT):
            wrong.append(f"memory grew: {value}")
    return wrong


def busy_seconds() -> float:
    """Seconds that the cores of this machine have worked since it was started, all together."""
    user, nice, system, _idle, _waiting, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Those of them that this process and its ended children worked."""
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in spent)


def write_report(figures: dict[str, dict[str, object]]) -> None:
    """docs/soak.md out of the figures."""
    lines = [
        "# Soak: the service under load and faults",
        "",
        "Written by `make soak` (`tests/soak.py`); the short forms run in `make test` (`tests/test_reload.py`,",
        "`test_feedback.py`, `test_faults.py`, `test_operation.py`, `test_schemathesis.py`).",
        "",
        f"Each part ran on a machine of {os.cpu_count()} cores, which clients and server shared with other work:",
        "`cores busy with others` says how many of them that took on average. So times are an upper bound, and counts",
        "are what counts.",
    ]
    for name, found in figures.items():
        lines += ["", f"## {name}", "", PARTS[name].__doc__ or "", "", "| Figure | Value |", "|---|---|"]
        for key, value in found.items():
            for label, shown in value.items() if isinstance(value, dict) else [("", value)]:
                shown = round(shown, 1) if isinstance(shown, float) else shown
                lines.append(f"| {' '.join(filter(None, (key, label))).replace('_', ' ')} | {shown} |")
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
