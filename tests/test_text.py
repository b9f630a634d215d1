"""Sentences are exact slices, and the words matched on are the words that matter."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldnqa.text import fold_space, names, sentences, slug, terms


def cut(text):
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One trial. Two trials.", ["One trial.", "Two trials."]),
        ("Pain fell (p=.016). No. 3 did not.", ["Pain fell (p=.016).", "No. 3 did not."]),
        ("It was 1.5 mg vs. 4.5 mg daily.", ["It was 1.5 mg vs. 4.5 mg daily."]),
        ("Take approx. 5 mg. Then stop.", ["Take approx. 5 mg.", "Then stop."]),
        ("Younger et al. found it in e.g. women.", ["Younger et al. found it in e.g. women."]),
        ("Effects:\n• headache\n• dreams", ["Effects:", "• headache", "• dreams"]),
        ("Naïve patients – 12. Café next.", ["Naïve patients – 12.", "Café next."]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text, expected):
    assert cut(text) == expected


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_sentences_are_ordered_slices_that_lose_no_word(text):
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    pieces = cut(text)
    assert all(piece == piece.strip() and piece for piece in pieces)
    assert "".join("".join(piece.split()) for piece in pieces) == "".join(text.split())


def test_negations_and_figures_are_matched_on_and_function_words_are_not():
    assert terms("What is not safe at 4.5 mg, or 32%?") == ["not", "safe", "4.5", "mg", "32%"]


def test_inflections_meet():
    assert terms("patients' doses") == terms("the patient's dose")


@given(st.text(max_size=50))
def test_a_slug_is_always_an_id(text):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug(text))


def test_names_are_found_as_whole_words():
    assert names("Two cytokines fell.", "cytokine")
    assert not names("Methylnaltrexone is another drug.", "naltrexone")


def test_folding_changes_white_space_only():
    assert fold_space("a\n\n b\tc ") == "a b c"
