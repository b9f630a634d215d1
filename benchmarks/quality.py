"""What ldnqa and its peers find: nDCG@10 over the same passages, by the same model, of a BEIR data set.

    python benchmarks/quality.py FOLDER... [--only txtai ...] [--given]

Every peer embeds all passages, is served and is asked every question, as in peers.py, so that none is fast by doing
less. With --given the passages' vectors are those of ldnqa's index, which saves each peer some minutes: it embeds and
searches all the same what is asked. A question goes to them with the one before it, which the makers of the sets found
best for a model alone; documents rank by their best passage. Exact cosine over the index's own vectors stands beside
them, and ldnqa as served, which reads the whole conversation.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from peers import PACKAGES, PEER, Served, build_seconds, free_port, installed

from ldnqa import Index, load_encoder, load_policy
from ldnqa.chunk import embedded_text
from ldnqa.encode import _default_folder
from ldnqa.evaluate.beir import Question, article_id, index_beir, read_judgements, read_questions
from ldnqa.evaluate.measures import mean, ranking_scores, relevant_from
from ldnqa.evaluate.retrieval import index_folder, run_retrieval

# Passages asked for; those of ten documents are among them unless one document has most of them.
DEPTH = 50


def asked(question: Question) -> str:
    """A question for those who read no conversation."""
    return " ".join([*(turn.question for turn in question.history[-1:]), question.text])


def ndcg(folder: Path, search: Callable[[str], Sequence[str]]) -> float | None:
    """nDCG@10 of documents by their best passage; `search` gives passage ids, best first."""
    judged = {
        id_: {article_id(document): grade for document, grade in grades.items()}
        for id_, grades in read_judgements(folder, "dev").items()
    }
    rel = relevant_from(judged)
    ranked = {}
    for question in read_questions(folder):
        # Those that `ldnqa eval retrieval` counts.
        if any(grade >= rel for grade in judged.get(question.id, {}).values()):
            owners = [passage.split("#")[0] for passage in search(asked(question))]
            ranked[question.id] = list(dict.fromkeys(owners))[:10]
    return mean(list(ranking_scores(judged, ranked, rel)["nDCG@10"].values()))


def of_peer(
    name: str, python: Path, folder: Path, passages: Sequence[tuple[str, str]], rows: np.ndarray | None
) -> float | None:
    """A peer's, whose passages have the vectors `rows`, or those it makes."""
    with tempfile.TemporaryDirectory() as scratch:
        made, texts, vectors = (Path(scratch) / each for each in (name, "passages.json", "vectors.npy"))
        if rows is None:
            seconds = build_seconds(python, name, passages, Path(scratch))
            print(f"{name}: {len(passages) / seconds:.1f} passages embedded a second", file=sys.stderr, flush=True)
        else:
            texts.write_text(json.dumps(passages), encoding="utf-8")
            np.save(vectors, rows)
            subprocess.run(
                [python, PEER, name, "given", _default_folder(), texts, made, vectors], check=True, capture_output=True
            )
        port = free_port()
        command = [python, PEER, name, "serve", _default_folder(), made, str(port)]
        served = Served(command, f"http://127.0.0.1:{port}/search", lambda text: {"question": text, "limit": DEPTH})
        try:
            return ndcg(folder, served.answer)
        finally:
            served.stop()


def main() -> None:
    """Prints the figures as they come."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("datasets", type=Path, nargs="+")
    options.add_argument("--venvs", type=Path, default=Path(".cache/peers"))
    options.add_argument(
        "--indexes", type=Path, default=Path(".cache/ldnqa-eval"), help="where `ldnqa eval` keeps them"
    )
    options.add_argument("--only", nargs="*", choices=sorted(PACKAGES), default=sorted(PACKAGES))
    options.add_argument("--given", action="store_true", help="give the peers the vectors of the passages")
    given = options.parse_args()
    encoder, policy = load_encoder(), load_policy()
    for folder in given.datasets:
        place = index_folder(given.indexes, folder, encoder)
        index_beir(folder, place, encoder)
        index = Index.open(place, encoder)
        passages = [(p.id, embedded_text(index.articles[p.article_id], p)) for p in index.passages]
        rows = np.asarray(index.passage_vectors)

        def cosine(text: str, index: Index = index, rows: np.ndarray = rows) -> list[str]:
            best = np.argsort(-(rows @ index.encoder.encode_queries([text])[0]), kind="stable")[:DEPTH]
            return [index.passages[row].id for row in best]

        def tell(name: str, figure: float | None, folder: Path = folder) -> None:
            print(f"nDCG@10, {folder.name:12} {name:14} {figure:.3f}", flush=True)

        tell("exact cosine", ndcg(folder, cosine))
        tell("ldnqa, served", run_retrieval(folder, index, policy).metrics["nDCG@10"])
        for name in given.only:
            tell(
                name,
                of_peer(name, installed(name, given.venvs.absolute()), folder, passages, rows if given.given else None),
            )


if __name__ == "__main__":
    main()
