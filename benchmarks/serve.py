"""A real server from cold to 32 clients: time to the first answer, memory, latency, and what a question costs
beyond its embedding.

    python benchmarks/serve.py --index index --rounds 3

Every question is new to the server unless it says "repeated". Figures are medians over rounds, with the lowest and the
highest; ratios come from one run, so that they hold on other machines too.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import ldnqa.api
from ldnqa import Index, Policy, ask, load_encoder, load_policy
from ldnqa.encode import Encoder, Vectors

CLIENTS = (1, 8, 32)
PER_ROUND = 96
_STEMS = (
    "Does low-dose naltrexone help a {} year old with {}?",
    "What dose is used for a {} year old with {}, and when is it taken?",
    "Is it safe for a {} year old to take naltrexone with {}?",
    "How good is the evidence for LDN in a {} year old with {}?",
)
_TOPICS = (
    "fibromyalgia,Crohn's disease,multiple sclerosis,chronic pain,fatigue,opioids,alcohol,sleep,depression,surgery"
)


def questions() -> Iterator[str]:
    """Questions as readers ask them, each different from all before."""
    for number in count():
        topic = _TOPICS.split(",")[number % 10]
        yield _STEMS[number // 10 % len(_STEMS)].format(20 + number // 40, topic)


class Running:
    """A server in a process of its own: what it answers, how long that takes, and its memory.

    Each thread keeps its connection, as a browser does.
    """

    def __init__(self, command: Sequence[str | Path], **options: Any) -> None:
        self.process = subprocess.Popen(command, **options)
        self._kept = threading.local()

    def post(self, url: str, body: object) -> bytes:
        """What it answers to `body`, sent as JSON; OSError while it does not listen or answers with an error."""
        where = urlsplit(url)
        connection = self._kept.__dict__.setdefault(where.netloc, HTTPConnection(where.netloc))
        # A connection that was idle for long may have been closed by the server.
        tries = 1 if connection.sock is None else 2
        while True:
            tries -= 1
            try:
                connection.request("POST", where.path, json.dumps(body), {"content-type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
                break
            except (OSError, HTTPException) as error:
                # The next one begins anew.
                connection.close()
                if not tries:
                    raise ConnectionError(str(error)) from error
        if response.status >= 400:
            raise ConnectionError(f"{url}: {response.status} {response.reason}")
        return answer

    def timed(self, url: str, body: object) -> float:
        """Milliseconds until it has answered."""
        started = time.perf_counter()
        self.post(url, body)
        return (time.perf_counter() - started) * 1000

    def megabytes(self) -> float:
        """Resident memory now."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()


class Server(Running):
    """A running `ldnqa serve`, and how long it took to answer."""

    def __init__(self, index: Path) -> None:
        started = time.perf_counter()
        command = [str(Path(sys.executable).with_name("ldnqa")), "serve", "--index", str(index), "--port", "0"]
        super().__init__(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "LDNQA_LOG": "off"})
        found = re.search(r"http://\S+", self.process.stdout.readline())
        if found is None:
            raise RuntimeError("the server did not start")
        self._url = found.group()
        self.ask("What dose is used?")
        self.cold_seconds = time.perf_counter() - started

    def ask(self, question: str) -> float:
        """Ask, and give the milliseconds it took."""
        return self.timed(self._url + "/v1/ask", {"question": question})


def spread(figures: Sequence[float], digits: int = 1) -> str:
    """Median, lowest and highest."""
    return f"{statistics.median(figures):.{digits}f} ({min(figures):.{digits}f} to {max(figures):.{digits}f})"


def percentile(figures: Sequence[float], share: float) -> float:
    """The figure that this share of all does not exceed."""
    return sorted(figures)[min(len(figures) - 1, int(share * len(figures)))]


def timed(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Milliseconds that a call takes by a clock."""
    started = clock()
    call()
    return (clock() - started) * 1000


class Overheard:
    """An encoder that remembers what it was last asked to embed."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.digest = encoder.digest
        self.text = ""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the encoder does."""
        self.text = texts[0]
        return self._encoder.encode_queries(texts)


def ask_against_encoder(index: Index, policy: Policy, new: Iterator[str], rounds: int) -> None:
    """`ask` in this process beside the bare encoder call for the same question, one after the other.

    By the wall clock, and by the processor time of all threads, which other work on the machine changes less, and which
    does not see that one works while the other does. A question is embedded with other names of what it names, so its
    bare call is given for both texts.
    """
    heard = Overheard(index.encoder)
    ours = replace(index, encoder=heard)  # type: ignore[arg-type]
    for question in (next(new) for _ in range(PER_ROUND)):
        ask(ours, question, policy=policy)
    for name, clock in (("wall", time.perf_counter), ("processor", time.process_time)):
        rows: list[tuple[float, float, float]] = []
        for _ in range(rounds):
            spent = []
            for question in (next(new) for _ in range(PER_ROUND)):
                bare = timed(lambda question=question: index.encoder.encode_queries([question]), clock)
                asked = timed(lambda question=question: ask(ours, question, policy=policy), clock)
                spent.append((bare, timed(lambda: index.encoder.encode_queries([heard.text]), clock), asked))
            bares, named, asks = (statistics.median(column) for column in zip(*spent, strict=True))
            rows.append((bares, named, asks))
        bare, named, asks = zip(*rows, strict=True)
        against = [asked / call for call, _, asked in rows]
        against_named = [asked / call for _, call, asked in rows]
        print(f"bare encoder call, {name} ms p50                {spread(bare)}")
        print(f"the same on the text as embedded              {spread(named)}")
        print(f"ask() in the library, {name} ms p50             {spread(asks)}")
        print(f"ask() / bare call                             {spread(against, 2)}")
        print(f"ask() / bare call on the text as embedded     {spread(against_named, 2)}")


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--index", type=Path, default=Path("index"))
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    # As pip leaves what it installs; an editable install is compiled by its first start, unless Python is told not to.
    for package in (ldnqa, ldnqa.api):
        compileall.compile_dir(Path(package.__file__).parent, quiet=1)
    new = questions()
    index, policy = Index.open(given.index, load_encoder()), load_policy()
    ask_against_encoder(index, policy, new, given.rounds)

    cold, memory = [], []
    latency: dict[str, list[tuple[float, float, float]]] = {}
    for _ in range(given.rounds):
        server = Server(given.index)
        cold.append(server.cold_seconds)
        for clients in CLIENTS:
            for kind in ("new", "repeated"):
                asked = [next(new) if kind == "new" else "Is it safe with opioids?" for _ in range(PER_ROUND)]
                with ThreadPoolExecutor(clients) as readers:
                    started = time.perf_counter()
                    spent = list(readers.map(server.ask, asked))
                    seconds = time.perf_counter() - started
                figures = (percentile(spent, 0.5), percentile(spent, 0.99), len(asked) / seconds)
                latency.setdefault(f"{clients:2} clients, {kind}", []).append(figures)
        memory.append(server.megabytes())
        server.stop()
    print(f"cold start to first answer, s        {spread(cold, 2)}")
    print(f"resident memory after all, MB        {spread(memory, 0)}")
    for name, rounds in latency.items():
        p50, p99, rate = zip(*rounds, strict=True)
        tail = [b / a for a, b in zip(p50, p99, strict=True)]
        print(f"{name:24} ms p50 {spread(p50)}, p99 {spread(p99)}, p99/p50 {spread(tail)}, a second {spread(rate)}")


if __name__ == "__main__":
    main()
