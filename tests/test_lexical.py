"""The word index finds what shares a word, scores it as BM25 says, and never makes anything up."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldnqa.lexical import K1, B, Lexical
from ldnqa.tally import tally
from ldnqa.text import terms

TEXTS = [
    "Naltrexone is taken at bedtime.",
    "Vivid dreams are a common side effect.",
    "Opioids must be stopped before naltrexone is started.",
    "The dose is raised slowly; the dose is 4.5 mg in the end.",
]


def brute_force(texts: list[list[str]], query: list[str]) -> dict[int, float]:
    """BM25 with Lucene's idf, straight from the formula: Kamphuis et al., ECIR 2020, table 1."""
    average = sum(map(len, texts)) / len(texts)
    scores: dict[int, float] = {}
    for term in query:
        containing = sum(term in text for text in texts)
        idf = math.log(1 + (len(texts) - containing + 0.5) / (containing + 0.5))
        for row, text in enumerate(texts):
            count = Counter(text)[term]
            if count:
                part = idf * count / (count + K1 * (1 - B + B * len(text) / average))
                scores[row] = scores.get(row, 0.0) + part
    return scores


def index_of(texts: list[str]) -> Lexical:
    return Lexical.build(terms(text) for text in texts)


def test_finds_what_shares_a_word_best_first() -> None:
    found = index_of(TEXTS).search(Counter(terms("naltrexone at bedtime")), 10)
    assert [row for row, _ in found] == [0, 2]
    assert found[0][1] > found[1][1] > 0


def test_is_not_padded_and_has_no_zero_scores() -> None:
    assert index_of(TEXTS).search(Counter(terms("dreams")), 4) == [(1, pytest.approx(1.0, abs=1.0))]


@pytest.mark.parametrize("query", ["", "what is it", "zebra", "?!"])
def test_nothing_shared_finds_nothing(query: str) -> None:
    assert index_of(TEXTS).search(Counter(terms(query)), 10) == []


def test_a_single_text_can_be_found() -> None:
    [(row, score)] = index_of(TEXTS[:1]).search(Counter(terms("bedtime")), 10)
    assert row == 0
    assert score > 0


@pytest.mark.parametrize("texts", [[], [""], ["", "?"]])
def test_texts_without_words_are_indexed_and_never_found(texts: list[str], tmp_path: Path) -> None:
    index_of(texts).save(tmp_path)
    opened = Lexical.open(tmp_path)
    assert len(opened) == len(texts)
    assert opened.search(Counter(["dose"]), 10) == []


def test_equals_come_in_the_order_of_their_rows() -> None:
    assert [row for row, _ in index_of(["pain"] * 9 + ["sleep"]).search(Counter(["pain"]), 5)] == [0, 1, 2, 3, 4]


def test_allowed_rows_are_chosen_from_before_the_best_are() -> None:
    index = index_of(["pain pain", "pain", "pain relief in winter", "sleep"])
    assert [row for row, _ in index.search(Counter(["pain"]), 1, allowed=[2, 3])] == [2]
    assert index.search(Counter(["pain"]), 1, allowed=[]) == []


def test_what_is_saved_is_plain_and_opens_to_the_same_answers(tmp_path: Path) -> None:
    index = index_of(TEXTS)
    index.save(tmp_path)
    assert {path.suffix for path in tmp_path.iterdir()} == {".npy", ".json"}
    query = terms("which dose of naltrexone")
    assert Lexical.open(tmp_path).search(Counter(query), 10) == index.search(Counter(query), 10)


def test_files_that_do_not_fit_together_do_not_open(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, texts in ((one, TEXTS), (other, TEXTS[:1])):
        folder.mkdir()
        index_of(texts).save(folder)
    (other / "texts.npy").write_bytes((one / "texts.npy").read_bytes())
    with pytest.raises(ValueError, match="fit together"):
        Lexical.open(other)


def test_a_term_is_rarer_the_fewer_texts_have_it() -> None:
    index = index_of(["pain pain", "pain", "pain sleep", "dose"])
    assert 0 < index.rarity("pain") < index.rarity("sleep") == index.rarity("dose") < index.rarity("zebra")
    assert index_of([]).rarity("pain") > 0


words_of_a_small_language = st.sampled_from(["dose", "pain", "sleep", "opioid", "trial", "week"])


@given(
    texts=st.lists(st.lists(words_of_a_small_language, max_size=8), min_size=1, max_size=8),
    query=st.lists(st.one_of(words_of_a_small_language, st.just("zebra")), max_size=5),
    k=st.integers(1, 10),
)
def test_scores_are_those_of_the_formula(texts: list[list[str]], query: list[str], k: int) -> None:
    expected = brute_force(texts, query) if any(texts) else {}
    found = Lexical.build(texts).search(Counter(query), k)
    assert len(found) == min(k, len(expected))
    for row, score in found:
        assert score == pytest.approx(expected[row], rel=1e-4)
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)


@given(
    before=st.lists(st.lists(words_of_a_small_language, max_size=6), max_size=6),
    now=st.lists(st.one_of(st.integers(0, 5), st.lists(words_of_a_small_language, max_size=6)), max_size=6),
)
def test_what_is_taken_over_is_counted_as_if_it_were_counted_anew(
    before: list[list[str]], now: list[int | list[str]]
) -> None:
    old = tally(len(before), enumerate(before))
    kept = np.full(len(before), -1)
    texts, fresh = [], []
    for row, what in enumerate(now):
        if isinstance(what, int) and what < len(before) and kept[what] < 0:
            kept[what] = row
            texts.append(before[what])
        else:
            texts.append([] if isinstance(what, int) else what)
            fresh.append((row, texts[-1]))
    spliced, anew = tally(len(now), fresh, old, kept), tally(len(now), enumerate(texts))
    assert spliced.words == anew.words
    for name in ("starts", "texts", "counts"):
        assert getattr(spliced, name).tobytes() == getattr(anew, name).tobytes()
    assert dict(zip(anew.words, anew.totals().tolist(), strict=True)) == Counter(
        word for text in texts for word in text
    )
