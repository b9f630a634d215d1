"""How common a word is in English: the same as the package says whose list it is, for less memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wordfreq import zipf_frequency

from ldnqa.english import frequency
from ldnqa.text import words

ROOT = Path(__file__).parent.parent
WORDS = sorted({word for path in (ROOT / "corpus").glob("*.md") for word in words(path.read_text()) if word.isalpha()})


def test_every_word_of_the_articles_is_as_common_as_the_list_has_it():
    assert len(WORDS) > 1_000
    assert {word: frequency(word) for word in WORDS} == {word: zipf_frequency(word, "en") for word in WORDS}


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_so_is_any_word_and_one_that_nobody_writes_is_unheard_of(word):
    assert frequency(word) == zipf_frequency(word, "en")


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=3))
def test_a_word_with_hyphens_is_rarer_than_its_parts(parts):
    joined = frequency("-".join(parts))
    assert joined == zipf_frequency("-".join(parts), "en")
    assert joined <= min(map(frequency, parts))


@pytest.mark.parametrize("word", ["symtoms", "naltrexonee", "ibuprofin"])
def test_a_slip_is_less_common_than_what_was_meant(word):
    assert frequency(word) < frequency({"s": "symptoms", "n": "naltrexone", "i": "ibuprofen"}[word[0]])
