"""What a build costs: from nothing, with nothing changed, after one edit, and to open and search what was built.

    python benchmarks/rebuild.py --corpus FOLDER --articles 2500
    python benchmarks/rebuild.py --corpus FOLDER --articles 20000 --real --index PLACE

The folder is a corpus in the BEIR layout. A stand-in gives the vectors, as wide as the default model's and from each
text's digest, so that the seconds of processor time are those of everything but the encoder. With --real the default
model gives them, and the build is held against the bare encoder (bare.py). With --index what is built is kept there, so
that a run that was killed goes on when it is started again. Medians over rounds, with the lowest and the highest.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from bare import Beside, Clock
from serve import spread

from ldnqa import Index, load_encoder
from ldnqa.build import BuildReport, build_articles
from ldnqa.encode import Encoder, Vectors
from ldnqa.encode.exported import OnnxEncoder
from ldnqa.evaluate.beir import articles_from_beir
from ldnqa.progress import Progress, Watcher
from ldnqa.text import words
from ldnqa.types import Article


class StandIn:
    """An encoder whose vectors mean nothing and cost nothing."""

    name, dimension, max_tokens = "stand-in", 384, 256
    digest = hashlib.sha256(b"stand-in").hexdigest()

    def count_tokens(self, text: str) -> int:
        """About as many as the default model's."""
        return len(words(text)) + 2

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, the same for the same text."""
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        rows = [np.random.default_rng(seed).standard_normal(self.dimension, dtype=np.float32) for seed in seeds]
        units = np.stack(rows) if rows else np.empty((0, self.dimension), dtype=np.float32)
        return units / np.linalg.norm(units, axis=1, keepdims=True)

    encode_passages = encode_queries


def edited(article: Article, number: int) -> Article:
    """The article with another last sentence."""
    last = article.sections[-1]
    text = f"{last.text} This was edited {number} times."
    blocks = (*last.blocks[:-1], last.blocks[-1].model_copy(update={"end": len(text)}))
    section = last.model_copy(update={"text": text, "blocks": blocks})
    return article.model_copy(update={"sections": (*article.sections[:-1], section)})


def watched() -> Watcher:
    """Tells how far a build is, now and then."""
    heard = ("", 0.0)

    def tell(progress: Progress) -> None:
        nonlocal heard
        if progress.stage != heard[0] or time.monotonic() - heard[1] > 20:
            heard = progress.stage, time.monotonic()
            print(f"{time.strftime('%H:%M:%S')} {progress}, {megabytes('VmRSS')} MB", file=sys.stderr, flush=True)

    return tell


def megabytes(what: str) -> int:
    """Memory of this process: now (VmRSS) or at most (VmHWM), mapped files included."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith(what)).split()[1]) // 1024


def forget_most() -> None:
    """From now on VmHWM says what is the most from now on."""
    Path("/proc/self/clear_refs").write_text("5")


class Measured:
    """Figures of equal blocks of code: seconds by the wall and of processor time, and the most memory."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._spent: list[tuple[float, float]] = []
        self._most: list[int] = []

    def __enter__(self) -> None:
        forget_most()
        self._clock = Clock()

    def __exit__(self, *_: object) -> None:
        self._spent.append(self._clock())
        self._most.append(megabytes("VmHWM"))

    @property
    def last(self) -> tuple[float, float]:
        """Seconds of the last call (wall, processor)."""
        return self._spent[-1]

    def __str__(self) -> str:
        wall, processor = zip(*self._spent, strict=True)
        return (
            f"{self.name:18} s by the wall {spread(wall, 2)}, of processor time {spread(processor, 2)}; "
            f"most memory {max(self._most)} MB"
        )


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--articles", type=int, default=2500)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--real", action="store_true", help="embed with the default model, which takes an hour for 12,000"
    )
    options.add_argument("--index", type=Path, help="keep what is built in this folder, and go on with what is there")
    given = options.parse_args()
    articles = list(islice(articles_from_beir(given.corpus), given.articles))
    encoder: Encoder = StandIn()
    if given.real:
        model = load_encoder()
        if not isinstance(model, OnnxEncoder):
            raise SystemExit("the default model could not be exported, so there is no bare encoder to compare with")
        encoder = Beside(model)
    with tempfile.TemporaryDirectory() as scratch:
        index = given.index or Path(scratch) / "index"

        def build() -> BuildReport:
            return build_articles(articles, (), index, encoder, progress=tell)

        tell: Watcher | None = watched()
        first, same, once = Measured("from nothing"), Measured("nothing changed"), Measured("after one edit")
        opening, searching = Measured("opening"), Measured("one search")
        before = megabytes("VmRSS")
        with first:
            report = build()
        print(f"{report.articles} articles, {report.passages} passages, {report.embedded} texts, {report.reused} known")
        print(f"{'before that':18} memory {before} MB")
        print(first, flush=True)
        if isinstance(encoder, Beside):
            encoder.report(first.last)
        tell = None
        for number in range(1, given.rounds + 1):
            with same:
                build()
            place = number * len(articles) // (given.rounds + 1)
            articles[place] = edited(articles[place], number)
            with once:
                embedded = build().embedded
            with opening:
                opened = Index.open(index, encoder)
            question = opened.articles[articles[place].id].title
            with searching:
                opened.search_dense(encoder.encode_queries([question])[0], 10)
            del opened  # a build has not another index beside it
    print(same)
    print(once, f"; {embedded} texts embedded", sep="")
    print(opening)
    print(searching)


if __name__ == "__main__":
    main()
