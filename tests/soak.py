"""The long forms of the load and fault tests. `make soak` runs them one after the other and writes docs/soak.md.

A part named on the command line runs alone (`python tests/soak.py kills`); the figures of the others stay.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from live import HERE, QUESTIONS, Load, Postgres, ask, point, postgres, served, two_editions, until
from servers import PROGRAMS

from ldnqa.feedback import FeedbackStore

CLIENTS = 64
LOAD_SECONDS = 60
RELOADS = 50
KILLS = 20
MEMORY_QUESTIONS = 20_000
MEMORY_BURST_SECONDS = 10
FEEDBACK = {"answer_id": "ans_931686ee2c436a24842e", "rating": "up", "comment": "soak"}

FIGURES = HERE.parent / "docs" / "soak.json"
REPORT = HERE.parent / "docs" / "soak.md"

_WRK_HEAD = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local n = 0
local function ask(question) return wrk.format(nil, "/v1/ask", nil, '{"question": "' .. question .. '"}') end
"""
_WRK_SAME = """
local questions = {QUESTIONS}
request = function()
  n = n + 1
  return ask(questions[n % #questions + 1])
end
"""
_WRK_OTHER = """
local threads = 0
function setup(thread) threads = threads + 1; thread:set("number", threads) end
local words = {"dose", "sleep", "pain", "food", "milk", "alcohol", "opioids", "surgery", "pregnancy", "dreams", "liver"}
function init(arguments) burst = arguments[1]; math.randomseed(burst * 100 + number) end
request = function()
  n = n + 1
  local one, other = words[math.random(#words)], words[math.random(#words)]
  return ask("What about " .. one .. " and " .. other .. ", " .. burst .. " " .. number .. " " .. n .. "?")
end
"""
_WRK_DONE = """
done = function(summary, latency)
  io.write(string.format("FIGURES %d %d %d %d %d %d %.1f %.1f\\n", summary.requests, summary.errors.connect,
    summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


def resident_mib(pid: int) -> float:
    """Memory of a process that is in RAM."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def wrk(address: str, script: Path, seconds: int, clients: int, *arguments: str) -> dict[str, float]:
    """wrk asks for some seconds: requests, failures, p50 and p99 in milliseconds."""
    options = ["-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script]
    command = [PROGRAMS["wrk"], *options, address, "--", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = re.search(r"FIGURES (.+)", done.stdout).group(1).split()
    return {
        "requests": int(figures[0]),
        "failures": sum(map(int, figures[1:6])),
        "p50_ms": float(figures[6]),
        "p99_ms": float(figures[7]),
    }


def load(folder: Path) -> dict[str, object]:
    """64 clients for 60 s, the real model."""
    index = folder / "index"
    with_real_model(index)
    script = folder / "ask.lua"
    same = _WRK_SAME.replace("QUESTIONS", ", ".join(map(json.dumps, QUESTIONS)))
    script.write_text(_WRK_HEAD + same + _WRK_DONE)
    with served(folder, index, watch_seconds=0) as server:
        before = resident_mib(server.process.pid)
        found = wrk(server.address, script, LOAD_SECONDS, CLIENTS)
        return {**found, "mib_before": before, "mib_after": resident_mib(server.process.pid)}


def reloads(folder: Path) -> dict[str, object]:
    """50 reloads on SIGHUP under 64 clients, everything real but the model: answers name the index they are from."""
    index = folder / "index"
    a, b = two_editions(index)
    with served(folder, index, watch_seconds=0) as server:
        before = resident_mib(server.process.pid)
        with Load(server.address, (a, b), CLIENTS) as clients:
            for n in range(1, RELOADS + 1):
                point(index, *((b, a) if n % 2 else (a, b)))
                os.kill(server.process.pid, signal.SIGHUP)
                until(lambda n=n: server.logged().count("index in service") >= n, f"reload {n}")
        return {
            "reloads": RELOADS,
            "requests": sum(clients.replies.values()) + len(clients.wrong),
            "failed_or_mixed": len(clients.wrong),
            "from_each_index": [clients.replies["A"], clients.replies["B"]],
            **percentiles(clients.seconds),
            "mib_before": before,
            "mib_after": resident_mib(server.process.pid),
        }


def kills(folder: Path) -> dict[str, object]:
    """20 times SIGKILL of the server while 8 clients send feedback: what was acknowledged and is not there."""
    index = folder / "index"
    two_editions(index)
    found = {"sqlite": killed_over(folder, index, f"sqlite:///{folder / 'feedback.sqlite3'}", KILLS)}
    with postgres() as database:
        found["postgresql"] = killed_over(folder, index, database.url, KILLS // 2, database)
    return found


def killed_over(folder: Path, index: Path, url: str, times: int, database: Postgres | None = None) -> dict[str, object]:
    """Kills the server so often, and PostgreSQL too if that is the database; rows acknowledged, stored and lost."""
    acknowledged: set[str] = set()
    database_kills = 0
    for n in range(times):
        with served(folder, index, feedback=url) as server:
            stop, threads = threading.Event(), []

            def send(address: str = server.address, stop: threading.Event = stop) -> None:
                with httpx.Client(base_url=address, timeout=30) as client:
                    while not stop.is_set():
                        try:
                            reply = client.post("/v1/feedback", json=FEEDBACK)
                        except httpx.HTTPError:
                            return
                        if reply.status_code == 201:
                            acknowledged.add(reply.json()["id"])

            threads = [threading.Thread(target=send) for _ in range(8)]
            for thread in threads:
                thread.start()
            goal = len(acknowledged) + random.randint(20, 200)
            until(lambda goal=goal: len(acknowledged) >= goal, "feedback")
            if database and n % 2:
                database.stop()
                database_kills += 1
                database.start()
                again = len(acknowledged) + 20
                until(lambda again=again: len(acknowledged) >= again, "feedback after the database came back")
            server.process.kill()
            server.process.wait()
            stop.set()
            for thread in threads:
                thread.join()
    store = FeedbackStore(url)
    stored = store.ids()
    store.close()
    return {
        "server_kills": times,
        "database_kills": database_kills,
        "acknowledged": len(acknowledged),
        "stored": len(stored),
        "lost": len(acknowledged - stored),
    }


def workers(folder: Path) -> dict[str, object]:
    """SIGKILL of one of two workers, five times, under clients that open a connection for each question."""
    index = folder / "index"
    two_editions(index)
    with served(folder, index, watch_seconds=0, workers=2) as server:
        served_, failed, stop = [], [], threading.Event()

        def reader() -> None:
            while not stop.is_set():
                try:
                    served_.append(ask_once(server.address))
                except httpx.HTTPError as error:
                    failed.append(repr(error))

        threads = [threading.Thread(target=reader) for _ in range(8)]
        for thread in threads:
            thread.start()
        for n in range(1, 6):
            children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
            running = [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
            os.kill(running[n % len(running)], signal.SIGKILL)
            until(lambda n=n: server.logged().count("worker died") >= n, "its death to be noticed")
            more = len(served_) + 50
            until(lambda more=more: len(served_) >= more, "answers after it")
        stop.set()
        for thread in threads:
            thread.join()
    return {"kills": 5, "clients": 8, "answered": sum(s == 200 for s in served_), "cut_off": len(failed)}


def ask_once(address: str) -> int:
    """The status of one question on a connection of its own."""
    with httpx.Client(base_url=address, timeout=60) as client:
        return ask(client, QUESTIONS[0]).status_code


def memory(folder: Path) -> dict[str, object]:
    """20,000 questions, each another one, from 8 clients: memory after each quarter."""
    index = folder / "index"
    two_editions(index)
    script = folder / "ask.lua"
    script.write_text(_WRK_HEAD + _WRK_OTHER + _WRK_DONE)
    with served(folder, index, watch_seconds=0, log="off") as server:
        after, asked, failed, burst = [], 0, 0, 0
        while asked < MEMORY_QUESTIONS:
            burst += 1
            found = wrk(server.address, script, MEMORY_BURST_SECONDS, 8, str(burst))
            asked, failed = asked + int(found["requests"]), failed + int(found["failures"])
            if asked >= (len(after) + 1) * MEMORY_QUESTIONS // 4:
                after.append(round(resident_mib(server.process.pid), 1))
    return {"questions": asked, "failed": failed, "mib_after_each_quarter": after}


def with_real_model(index: Path) -> tuple[str, str]:
    """Two editions built with the real model; servers started from now on use it."""
    from ldnqa import Settings, load_encoder

    os.environ["TEST_REAL_MODEL"] = "1"
    return two_editions(index, load_encoder(Settings().model))


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    cuts = statistics.quantiles(seconds, n=100)
    return {"p50_ms": round(1000 * cuts[49], 1), "p99_ms": round(1000 * cuts[98], 1)}


PARTS: dict[str, Callable[[Path], dict[str, object]]] = {
    "load": load,
    "reloads": reloads,
    "kills": kills,
    "workers": workers,
    "memory": memory,
}


def main() -> None:
    """Runs the parts named, or all, and writes the report."""
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for name in sys.argv[1:] or PARTS:
        print(f"{name}: {PARTS[name].__doc__}", flush=True)
        os.environ.pop("TEST_REAL_MODEL", None)
        busy = os.getloadavg()[0]
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="ldnqa-soak-") as folder:
            found = PARTS[name](Path(folder))
        took = round(time.monotonic() - started)
        when = datetime.now(UTC).date().isoformat()
        figures[name] = {"on": when, "load_before": round(busy, 1), "seconds": took, **found}
        print(json.dumps(figures[name]), flush=True)
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
        write_report(figures)


def write_report(figures: dict[str, dict[str, object]]) -> None:
    """docs/soak.md out of the figures."""
    lines = [
        "# Soak: the service under load and faults",
        "",
        "Written by `make soak` (`tests/soak.py`); the short forms run in `make test` (`tests/test_reload.py`,",
        "`test_feedback.py`, `test_faults.py`, `test_operation.py`). Each part ran on a machine of "
        f"{os.cpu_count()} cores; `load_before` is",
        "what it was busy with beside it (1.0 is one core), so times are an upper bound and counts are what counts.",
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
