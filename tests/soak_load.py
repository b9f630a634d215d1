"""The soak under load: what readers wait, and what the server keeps, while thousands of questions are asked.

The clients are wrk's. No question is asked twice, so none is answered from what the server remembers.
"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import threading
from collections import Counter
from pathlib import Path

from hostile import MALFORMED, OVERSIZED, compressed, connected, first_reply, rest
from live import Load, Served, point, served, two_editions, until
from servers import PROGRAMS

CLIENTS = 64
LOAD_SECONDS = 60
RELOADS = 50
SLOW_CLIENTS = 200
MEMORY_QUESTIONS = 20_000
MEMORY_BURST_SECONDS = 10

_WRK = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local n, threads = 0, 0
local words = {"dose", "sleep", "pain", "food", "milk", "alcohol", "opioids", "surgery", "pregnancy", "dreams", "liver"}
function setup(thread) threads = threads + 1; thread:set("number", threads) end
function init(arguments) burst = arguments[1]; math.randomseed(burst * 100 + number) end
request = function()
  n = n + 1
  local one, other = words[math.random(#words)], words[math.random(#words)]
  local question = "What about " .. one .. " and " .. other .. ", " .. burst .. " " .. number .. " " .. n .. "?"
  return wrk.format(nil, "/v1/ask", nil, '{"question": "' .. question .. '"}')
end
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


def wrk(address: str, folder: Path, seconds: int, clients: int, burst: int = 1) -> dict[str, float]:
    """wrk asks new questions for some seconds: requests, failures, p50 and p99 in milliseconds."""
    script = folder / "ask.lua"
    script.write_text(_WRK)
    options = ["-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", script]
    command = [PROGRAMS["wrk"], *options, address, "--", str(burst)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = re.search(r"FIGURES (.+)", done.stdout).group(1).split()
    return {
        "requests": int(figures[0]),
        "failures": sum(map(int, figures[1:6])),
        "p50_ms": float(figures[6]),
        "p99_ms": float(figures[7]),
    }


def load(folder: Path) -> dict[str, object]:
    """64 clients for 60 s, the real model, each question another one."""
    index = folder / "index"
    with_real_model(index)
    with served(folder, index, watch_seconds=0) as server:
        before = resident_mib(server.process.pid)
        found = wrk(server.address, folder, LOAD_SECONDS, CLIENTS)
        return {**found, "mib_before": before, "mib_after": resident_mib(server.process.pid)}


def hostile(folder: Path) -> dict[str, object]:
    """64 clients for 60 s beside 200 that never finish a head and four that send what is broken, too long or packed."""
    index = folder / "index"
    two_editions(index)
    done: Counter[str] = Counter()
    stop = threading.Event()
    attacks = {"malformed": MALFORMED, "oversized": OVERSIZED, "compressed": [compressed()]}

    def attack(server: Served) -> None:
        while not stop.is_set():
            for kind, requests in attacks.items():
                for data in requests:
                    reply = first_reply(server, data)
                    done[kind] += 1
                    # 501 is the answer to a transfer coding that nobody has.
                    done["answered_5xx"] += reply is not None and reply[0] >= 500 and reply[0] != 501

    def dawdle(server: Served) -> None:
        while not stop.is_set():
            with connected(server) as connection:
                connection.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nX-Slow: ")
                done["slow"] += 1
                rest(connection)

    with served(folder, index, watch_seconds=0) as server:
        before = resident_mib(server.process.pid)
        threads = [threading.Thread(target=attack, args=(server,)) for _ in range(4)]
        threads += [threading.Thread(target=dawdle, args=(server,)) for _ in range(SLOW_CLIENTS)]
        for thread in threads:
            thread.start()
        found = wrk(server.address, folder, LOAD_SECONDS, CLIENTS)
        stop.set()
        for thread in threads:
            thread.join()
        faults = sum('"level": "error"' in line for line in server.logged().splitlines())
        after = resident_mib(server.process.pid)
    return {
        **found,
        "sent": dict(sorted(done.items())),
        "faults_logged": faults,
        "mib_before": before,
        "mib_after": after,
    }


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


def memory(folder: Path) -> dict[str, object]:
    """20,000 questions, each another one, from 8 clients: memory after each quarter."""
    index = folder / "index"
    two_editions(index)
    with served(folder, index, watch_seconds=0, log="off") as server:
        after, asked, failed, burst = [], 0, 0, 0
        while asked < MEMORY_QUESTIONS:
            burst += 1
            found = wrk(server.address, folder, MEMORY_BURST_SECONDS, 8, burst)
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
