"""What a build costs beside the encoder: from nothing, with nothing changed, and after one edit.

    python benchmarks/rebuild.py --corpus FOLDER --articles 2500

The folder is a corpus in the BEIR layout. A stand-in gives the vectors, as wide as the default model's and from each
text's digest, so that the seconds of processor time are those of everything else. Medians over rounds, with the lowest
and the highest.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from serve import spread

from ldnqa.build import BuildReport, build_articles
from ldnqa.encode import Vectors
from ldnqa.evaluate.beir import articles_from_beir
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


def seconds(build: Callable[[], BuildReport]) -> tuple[float, BuildReport]:
    """Processor time of a build."""
    started = time.process_time()
    report = build()
    return time.process_time() - started, report


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--articles", type=int, default=2500)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    articles = list(islice(articles_from_beir(given.corpus), given.articles))
    encoder = StandIn()
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        first, report = seconds(lambda: build_articles(articles, (), index, encoder))
        print(f"{report.articles} articles, {report.passages} passages, {report.embedded} texts")
        same, once = [], []
        for number in range(1, given.rounds + 1):
            same.append(seconds(lambda: build_articles(articles, (), index, encoder))[0])
            place = number * len(articles) // (given.rounds + 1)
            articles[place] = edited(articles[place], number)
            spent, report = seconds(lambda: build_articles(articles, (), index, encoder))
            once.append(spent)
    print(f"from nothing, s of processor time         {first:.1f}")
    print(f"nothing changed                           {spread(same, 2)}")
    print(f"after one edit ({report.embedded} texts embedded)      {spread(once, 2)}")
    print(f"most memory, MB                           {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}")


if __name__ == "__main__":
    main()
