"""ldnqa beside txtai, Haystack, LangChain and LlamaIndex: one model, the same passages, questions and machine, one run.

    python benchmarks/peers.py --index index --rounds 3 [--only txtai ...]

Each peer gets a virtual environment of its own under --venvs (made on the first run, from the Python package index) and
runs behind FastAPI (peer.py); ldnqa runs as `ldnqa serve`. Two things are asked of ldnqa: `search`, which is what the
peers do, and `ask`, which reads emergencies, ranks quotes and composes a cited answer besides. Every question is new.
Figures are medians over rounds with the lowest and the highest; ratios are of figures of the same round.
What each of them finds is measured by quality.py.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from serve import Running, percentile, questions, spread

from ldnqa import Index, load_encoder
from ldnqa.chunk import embedded_text
from ldnqa.encode import Encoder, _default_folder
from ldnqa.stores.faiss import FaissStore

# The first line installs the torch that needs no GPU libraries, before anything pulls another.
PACKAGES = {
    "txtai": "txtai",
    "haystack": "haystack-ai sentence-transformers-haystack faiss-haystack",
    "langchain": "langchain-community langchain-huggingface sentence-transformers faiss-cpu",
    "llamaindex": "llama-index-core llama-index-embeddings-huggingface llama-index-vector-stores-faiss faiss-cpu",
}
FIRST = "torch==2.13.0"
BESIDES = "fastapi uvicorn"
CLIENTS = (1, 8, 32)
PEER = Path(__file__).with_name("peer.py")
_OFFLINE = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def installed(name: str, venvs: Path) -> Path:
    """The Python of a peer's virtual environment, made if need be."""
    python = venvs / name / "bin" / "python"
    done = venvs / name / "installed"
    if not done.exists():
        print(f"installing {name}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venvs / name], check=True)
        for packages in (FIRST, f"{FIRST} {PACKAGES[name]} {BESIDES}"):
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages.split()], check=True)
        done.touch()
    return python


def build_seconds(python: Path, name: str, passages: Sequence[tuple[str, str]], folder: Path) -> float:
    """Seconds a peer takes to embed, index and save passages, its imports left out."""
    given = folder / f"{name}.json"
    given.write_text(json.dumps(passages), encoding="utf-8")
    command = [python, PEER, name, "build", _default_folder(), given, folder / name]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=_OFFLINE)
    return float(done.stdout.split()[-1])


class Served(Running):
    """A running server: how long it took to the first answer, what it answers, and its memory."""

    def __init__(self, command: Sequence[str | Path], url: str, body: Callable[[str], dict[str, object]]) -> None:
        started = time.perf_counter()
        super().__init__(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_OFFLINE)
        self._url, self._body = url, body
        while True:
            try:
                self.answer("What dose is used?")
                break
            except OSError:
                if self.process.poll() is not None or time.perf_counter() - started > 300:
                    raise RuntimeError(f"{command[0]} did not start") from None
                time.sleep(0.02)
        self.cold_seconds = time.perf_counter() - started

    def also(self, url: str, body: Callable[[str], dict[str, object]]) -> Callable[[str], float]:
        """The milliseconds of a question asked at another address of the same server."""
        return lambda question: self.timed(url, body(question))

    def answer(self, question: str) -> object:
        """What it answers."""
        return json.loads(self.post(self._url, self._body(question)))

    def milliseconds(self, question: str) -> float:
        """How long an answer takes."""
        return self.timed(self._url, self._body(question))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def load(ask: Callable[[str], float], new: Iterator[str], clients: int, count: int) -> tuple[float, float, float]:
    """(p50 and p99 in milliseconds, answers a second) of `count` new questions from so many clients at once."""
    asked = [next(new) for _ in range(count)]
    with ThreadPoolExecutor(clients) as readers:
        started = time.perf_counter()
        spent = list(readers.map(ask, asked))
        seconds = time.perf_counter() - started
    return percentile(spent, 0.5), percentile(spent, 0.99), count / seconds


def limits(encoder: Encoder, passages: Sequence[tuple[str, str]], new: Iterator[str], count: int) -> dict[str, float]:
    """What cannot be beaten: the bare encoder call and the bare FAISS search, in milliseconds, p50."""
    store = FaissStore([id_ for id_, _ in passages], [encoder.encode_passages([text for _, text in passages])])
    encoded, searched = [], []
    for question in (next(new) for _ in range(count)):
        a = time.perf_counter()
        vector = encoder.encode_queries([question])
        b = time.perf_counter()
        store.search(vector, 10)
        encoded.append((b - a) * 1000)
        searched.append((time.perf_counter() - b) * 1000)
    return {"bare encoder call": statistics.median(encoded), "bare FAISS search": statistics.median(searched)}


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--index", type=Path, default=Path("index"))
    options.add_argument("--rounds", type=int, default=3)
    # So many that the first ones, which every server answers more slowly, do not decide.
    options.add_argument("--questions", type=int, default=192)
    options.add_argument("--passages", type=int, help="embed so many passages and not all, where time is short")
    options.add_argument("--venvs", type=Path, default=Path(".cache/peers"))
    options.add_argument("--only", nargs="*", choices=sorted(PACKAGES), default=sorted(PACKAGES))
    given = options.parse_args()
    pythons = {name: installed(name, given.venvs.absolute()) for name in given.only}
    encoder = load_encoder()
    index = Index.open(given.index, encoder)
    passages = [(p.id, embedded_text(index.articles[p.article_id], p)) for p in index.passages]
    passages = passages[: given.passages]
    new = questions()
    figures: dict[str, dict[str, list[float]]] = {}

    def note(name: str, what: str, value: float) -> None:
        print(f"{name}: {what} {value:.2f}", file=sys.stderr, flush=True)
        figures.setdefault(what, {}).setdefault(name, []).append(value)

    for round_ in range(given.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            started = time.perf_counter()
            encoder.encode_passages([text for _, text in passages])
            note("ldnqa", "texts embedded a second", len(passages) / (time.perf_counter() - started))
            for what, value in limits(encoder, passages[:50], new, given.questions).items():
                note("the limit", f"{what}, ms", value)
            for name, python in pythons.items():
                seconds = build_seconds(python, name, passages, Path(scratch))
                note(name, "texts embedded a second", len(passages) / seconds)
            for name in ("ldnqa", *pythons):
                measure(name, pythons.get(name), given, Path(scratch), new, note, passages, index)
        print(f"round {round_ + 1} of {given.rounds}", file=sys.stderr, flush=True)
    for what, by_name in figures.items():
        for name, values in by_name.items():
            print(f"{what:44} {name:14} {spread(values, 2)}")
        ours = by_name.get("ldnqa") or by_name.get("ldnqa search")
        others = {name: values for name, values in by_name.items() if name in pythons}
        if ours and others:
            pick = max if "a second" in what else min
            best = pick(others, key=lambda name: statistics.median(others[name]))
            print(
                f"{what:44} {'ldnqa/' + best:14} {spread([a / b for a, b in zip(ours, others[best], strict=True)], 2)}"
            )


def measure(
    name: str,
    python: Path | None,
    given: argparse.Namespace,
    scratch: Path,
    new: Iterator[str],
    note: Callable[[str, str, float], None],
    passages: Sequence[tuple[str, str]],
    index: Index,
) -> None:
    """One server of one round: cold start, latency at each number of clients, memory, and what it finds."""
    port = free_port()
    if python is None:
        ldnqa = Path(sys.executable).with_name("ldnqa")
        command: list[str | Path] = [ldnqa, "serve", "--index", given.index, "--port", str(port)]
        served = Served(command, f"http://127.0.0.1:{port}/v1/ask", lambda question: {"question": question})
        search = served.also(f"http://127.0.0.1:{port}/v1/search", lambda question: {"query": question})
        asks = {"ldnqa": served.milliseconds, "ldnqa search": search}
    else:
        command = [python, PEER, name, "serve", _default_folder(), scratch / name, str(port)]
        served = Served(command, f"http://127.0.0.1:{port}/search", lambda question: {"question": question})
        asks = {name: served.milliseconds}
    note(name, "cold start to first answer, s", served.cold_seconds)
    for clients in CLIENTS:
        for who, ask in asks.items():
            p50, p99, rate = load(ask, new, clients, given.questions)
            note(who, f"{clients} clients, p50 ms", p50)
            note(who, f"{clients} clients, p99 ms", p99)
            note(who, f"{clients} clients, p99 / p50", p99 / p50)
            note(who, f"{clients} clients, answers a second", rate)
    note(name, "resident memory, MB", served.megabytes())
    if python is not None:
        same = [agreement(served.answer(question), question, passages, index) for _, question in index.questions[:20]]
        note(name, "share of cosine's ten nearest found", statistics.fmean(same))
    served.stop()


def agreement(found: object, question: str, passages: Sequence[tuple[str, str]], index: Index) -> float:
    """The share of the ten nearest passages by exact cosine that a peer found."""
    cosines = index.passage_vectors[: len(passages)] @ index.encoder.encode_queries([question])[0]
    nearest = {passages[row][0] for row in np.argsort(-cosines, kind="stable")[:10]}
    return len(nearest & set(found if isinstance(found, list) else ())) / len(nearest)


if __name__ == "__main__":
    main()
