"""How many of the rewritings that people made of follow-up questions the rules for a model's wording let through.

    python benchmarks/rewrites.py FOLDER

`FOLDER` has `trec-cast.jsonl` (TREC CAsT 2019 to 2022: `year`, `topic`, `turn`, `raw`, `manual`) and
`mtrag-human.jsonl` (MTRAG: `user_turns`, `last`, `rewrite`). People did not write under these rules, and about
anything; what is refused here would be a follow-up that is read as without a model.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from ldnqa.followup import read
from ldnqa.policy import load_policy
from ldnqa.reread import Followup, objections
from ldnqa.tokens import names_of
from ldnqa.types import MAX_HISTORY_TURNS, MAX_QUESTION_CHARS, Turn

SHOWN = 6

Rewriting = tuple[list[str], str, str]


def cast(path: Path) -> Iterator[Rewriting]:
    """(questions before, question, rewriting) of every turn but the first of each conversation."""
    turns = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for _, group in groupby(turns, key=lambda turn: (turn["year"], turn["topic"])):
        asked: list[str] = []
        for turn in group:
            if asked:
                yield list(asked), turn["raw"], turn["manual"]
            asked.append(turn["raw"])


def mtrag(path: Path) -> Iterator[Rewriting]:
    """The same."""
    for line in path.read_text(encoding="utf-8").splitlines():
        turn = json.loads(line)
        if len(turn["user_turns"]) > 1:
            yield turn["user_turns"][:-1], turn["last"], turn["rewrite"]


def main(folder: Path) -> None:
    """Prints a line for each set, and what the refused ones were refused for."""
    lexicon = load_policy().lexicon
    names = names_of((), (), lexicon)
    for name, rewritings in {
        "TREC CAsT": cast(folder / "trec-cast.jsonl"),
        "MTRAG": mtrag(folder / "mtrag-human.jsonl"),
    }.items():
        every = leaning = passed = 0
        why: Counter[str] = Counter()
        for before, question, rewriting in rewritings:
            every += 1
            history = [Turn(question=text[:MAX_QUESTION_CHARS]) for text in before[-MAX_HISTORY_TURNS:]]
            reading = read(question, history, lexicon=lexicon)
            if reading.bare is None:
                continue
            leaning += 1
            # Some end without a mark; a model is told to ask.
            wording = f"{rewriting.strip().rstrip('.?')}?"
            objected = objections(wording, Followup(reading.bare, reading.earlier[0], reading.text), names)
            passed += not objected
            why.update(objected)
        print(f"{name}: of {every:,} follow-ups {leaning:,} lean on the one before; of their rewritings {passed} pass")
        print("   ", "; ".join(f"{reason} {count}" for reason, count in why.most_common(SHOWN)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
