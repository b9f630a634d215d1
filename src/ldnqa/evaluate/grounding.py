"""Claims with passages that experts found to support them, or not -> how often the support check agrees.

Two sets are read, each as it was published: ExpertQA (a claim and the evidence it cites; supported is "Complete") and
K-QA (a claim and an answer; supported is "Entailment"). What cannot be checked is counted and not guessed: evidence
that is an address without any text, and judgements of "N/A".
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import BrokenDataset
from ldnqa.evaluate.measures import auroc, interval
from ldnqa.restate import refusals
from ldnqa.support import SIGNS, SUPPORTED_FROM, Support, sentence_texts, support_of
from ldnqa.tokens import Names

# Each set: its file, the field of the question, how its rows are read, and the judgement that means "supported".
EXPERTQA, KQA = "expertqa.jsonl", "k-qa-nli.jsonl"
# Below this, what is left of a piece of evidence without its address is a heading at most.
_LEAST_TEXT = 40
_AT_A_TIME = 128
FOLDS = 10
SEED = 0
_PULL = 0.1
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim, the passage it is to rest on, and the experts' word. `group` keeps the claims of a question together."""

    of: str
    group: str
    claim: str
    passage: str
    label: str
    supported: bool


@dataclass(frozen=True, slots=True)
class GroundingRun:
    """The support check's word on every claim, and whether the strict rules for drafted sentences would let it pass."""

    judged: tuple[Judged, ...]
    found: tuple[Support, ...]
    restated: tuple[bool, ...]
    left_out: dict[str, int]
    model: str

    def figures(self) -> dict[str, Any]:
        """What `ldnqa eval grounding --json` prints: the check on everything, on each set, and the errors by kind."""
        sets = sorted({one.of for one in self.judged})
        return {
            "n": len(self.judged),
            "left_out": self.left_out,
            "model": self.model,
            "supported_from": SUPPORTED_FROM,
            **self._measured(None),
            "sets": {name: self._measured(name) for name in sets},
            "restated": self._restated(),
            "errors": self.errors(),
        }

    def errors(self) -> dict[str, dict[str, int]]:
        """Claims wrongly called supported, by the experts' word; and those wrongly refused, by what refused them."""
        pairs = list(zip(self.judged, self.found, strict=True))
        accepted = Counter(f"{one.of}: {one.label}" for one, s in pairs if s.is_given and not one.supported)
        refused = Counter(", ".join(s.refusals) or "too unlike" for one, s in pairs if one.supported and not s.is_given)
        rightly = Counter(
            ", ".join(s.refusals) or "too unlike" for one, s in pairs if not one.supported and not s.is_given
        )
        return {
            "wrongly accepted": dict(accepted.most_common()),
            "wrongly refused": dict(refused.most_common()),
            "rightly refused": dict(rightly.most_common()),
        }

    def _measured(self, of: str | None) -> dict[str, Any]:
        rows = [n for n, one in enumerate(self.judged) if of in (None, one.of)]
        truth = np.array([self.judged[n].supported for n in rows])
        said = np.array([self.found[n].is_given for n in rows])
        likely = np.array([self.found[n].likelihood for n in rows])
        precision, recall, f1 = rates(truth, said)
        of_precision = interval(len(rows), lambda drawn: rates(truth[drawn], said[drawn])[0])
        of_recall = interval(len(rows), lambda drawn: rates(truth[drawn], said[drawn])[1])
        return {
            "claims": len(rows),
            "share_supported": float(truth.mean()) if len(rows) else None,
            "precision": precision,
            "recall": recall,
            "f1": f1,
            "auroc": auroc(likely, truth),
            "intervals": {"precision": of_precision, "recall": of_recall},
        }

    def _restated(self) -> dict[str, Any]:
        truth = np.array([one.supported for one in self.judged])
        precision, recall, f1 = rates(truth, np.array(self.restated))
        return {"said": sum(self.restated), "precision": precision, "recall": recall, "f1": f1}


def rates(truth: np.ndarray, said: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Precision, recall and F1 of what is said to be supported; None where there is nothing to divide by."""
    right = int((truth & said).sum())
    precision = right / int(said.sum()) if said.any() else None
    recall = right / int(truth.sum()) if truth.any() else None
    f1 = 2 * right / (int(said.sum()) + int(truth.sum())) if said.any() or truth.any() else None
    return precision, recall, f1


def read_judged(folder: Path) -> tuple[list[Judged], dict[str, int]]:
    """The claims of a folder and how many were left out, by reason; BrokenDataset if it has neither file."""
    left_out: Counter[str] = Counter()
    judged: list[Judged] = []
    for name, read in ((EXPERTQA, _expertqa), (KQA, _kqa)):
        if (folder / name).is_file():
            judged += list(read(folder / name, left_out))
    if not judged:
        raise BrokenDataset(f"{folder}: no claims here; put {EXPERTQA} or {KQA} there, as they are published")
    return judged, dict(left_out)


def _expertqa(path: Path, left_out: Counter[str]) -> Iterator[Judged]:
    for row in _rows(path, {"question", "claim", "evidence", "support"}):
        evidence = [re.sub(r"https?://\S+", " ", re.sub(r"^\s*\[\d+\]", " ", piece)) for piece in row["evidence"]]
        passage = "\n".join(piece.strip() for piece in evidence).strip()
        claim = re.sub(r"\s*\[\d+\]|[*#]+", "", row["claim"]).strip()
        if len(passage) < _LEAST_TEXT or not claim:
            left_out["no text to check"] += 1
        elif row["support"] == "N/A":
            left_out["not judged"] += 1
        else:
            supported = row["support"] == "Complete"
            yield Judged("expertqa", row["question"], claim, passage, row["support"], supported)


def _kqa(path: Path, left_out: Counter[str]) -> Iterator[Judged]:
    for row in _rows(path, {"Question", "claim", "answer", "majority_label"}):
        if not row["claim"].strip() or not row["answer"].strip():
            left_out["no text to check"] += 1
            continue
        label = row["majority_label"]
        yield Judged("k-qa", row["Question"], row["claim"].strip(), row["answer"], label, label == "Entailment")


def _rows(path: Path, needed: set[str]) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise BrokenDataset(f"{path}:{number}: this line is no JSON object: {error}") from error
            missing = needed - set(row)
            if missing:
                raise BrokenDataset(f"{path}:{number}: no {', '.join(sorted(missing))} in this line")
            yield row


def run_grounding(
    folder: Path, encoder: Encoder, names: Names, progress: Callable[[int, int], None] = lambda done, total: None
) -> GroundingRun:
    """The support check on every claim of a folder. `progress` is told (texts embedded, of how many)."""
    judged, left_out = read_judged(folder)
    texts = list(dict.fromkeys(text for one in judged for text in (one.claim, *sentence_texts(one.passage))))
    vectors: dict[str, Vectors] = {}
    for at in range(0, len(texts), _AT_A_TIME):
        some = texts[at : at + _AT_A_TIME]
        vectors.update(zip(some, encoder.encode_passages(some), strict=True))
        progress(len(vectors), len(texts))

    # Each text is embedded once: the same answer serves a dozen claims.
    def known(some: Sequence[str]) -> Vectors:
        return np.stack([vectors[text] for text in some])

    found = tuple(support_of(one.claim, one.passage, known, names) for one in judged)
    restated = tuple(
        any(not refusals(one.claim, text, names) for text in sentence_texts(one.passage)) for one in judged
    )
    return GroundingRun(tuple(judged), found, restated, left_out, encoder.name)


def fit(run: GroundingRun) -> dict[str, Any]:
    """Weights fitted to the run, and what weights fitted to other questions do on those left out.

    The refusals apply on top, as they do when serving.
    """
    from sklearn.linear_model import LogisticRegression

    signs = np.array([[support.signs[name] for name in SIGNS] for support in run.found])
    truth = np.array([one.supported for one in run.judged])
    clear = np.array([not support.refusals for support in run.found])
    # A sign that is the same for every claim has no spread to count in.
    spread = np.where(signs.std(axis=0) > _LEAST, signs.std(axis=0), 1.0)

    def fitted(rows: np.ndarray) -> LogisticRegression:
        return LogisticRegression(C=_PULL, max_iter=5_000).fit(signs[rows] / spread, truth[rows])

    groups = sorted({(one.of, one.group) for one in run.judged})
    order = np.random.default_rng(SEED).permutation(len(groups))
    fold_of = {groups[place]: number % FOLDS for number, place in enumerate(order)}
    fold = np.array([fold_of[one.of, one.group] for one in run.judged])
    likely = np.zeros(len(truth))
    for number in range(FOLDS):
        out = fold == number
        likely[out] = fitted(~out).predict_proba(signs[out] / spread)[:, 1]
    model = fitted(np.ones(len(truth), dtype=bool))
    sets = np.array([one.of for one in run.judged])
    return {
        "signs": dict(zip(SIGNS, (model.coef_[0] / spread).round(2).tolist(), strict=True)),
        "intercept": round(float(model.intercept_[0]), 2),
        "left out": {
            name: {
                "auroc": auroc(likely[rows], truth[rows]),
                "at": {
                    str(least): rates(truth[rows], (likely[rows] >= least) & clear[rows])
                    for least in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
                },
            }
            for name, rows in (("all", sets != ""), *((name, sets == name) for name in sorted(set(sets.tolist()))))
        },
    }


def told(figures: dict[str, Any]) -> str:
    """The figures as plain text."""
    lines = []
    for name, part in (("all", figures), *figures["sets"].items()):
        shown = {
            key: "none" if part[key] is None else f"{part[key]:.3f}" for key in ("precision", "recall", "f1", "auroc")
        }
        pairs = {key: f" [{pair[0]:.3f}, {pair[1]:.3f}]" if pair else "" for key, pair in part["intervals"].items()}
        lines.append(
            f"{name:10} {part['claims']:5} claims, {100 * (part['share_supported'] or 0):.1f}% supported: precision "
            f"{shown['precision']}{pairs['precision']}, recall {shown['recall']}{pairs['recall']}, F1 {shown['f1']}, "
            f"AUROC {shown['auroc']}"
        )
    strict = figures["restated"]
    lines.append(f"drafted    {strict['said']} claims would pass the rules for drafted sentences")
    for kind, counts in figures["errors"].items():
        lines.append(f"{kind}: " + ("; ".join(f"{name} {n}" for name, n in counts.items()) or "none"))
    lines.append("left out: " + ("; ".join(f"{why} {n}" for why, n in figures["left_out"].items()) or "none"))
    return "\n".join(lines)
