"""Passing over patterns that cannot be in a text changes nothing about what is found."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ldnqa import load_policy
from ldnqa.policy.needed import kept, key_of, needed_words, read_needed_words
from ldnqa.policy.phrases import filled_phrases
from ldnqa.policy.sieve import Sieve

POLICY = load_policy()
FLAGS = POLICY.red_flags
OF_FLAGS = list(FLAGS.every_pattern())
OF_LEXICON = list(POLICY.lexicon.every_pattern())


@functools.cache
def texts() -> list[str]:
    """Some of what triage was trained on, questions of ours, and the same with signs that are no ASCII."""
    gold = yaml.safe_load(Path(__file__).with_name("gold.yaml").read_text(encoding="utf-8"))
    some = [phrase.text for phrase in filled_phrases()[::300]] + [entry["question"] for entry in gold]
    return some + [text.replace("s", "ſ").replace("k", "\u212a").replace("i", "İ") for text in some[::9]]


@pytest.mark.parametrize("patterns", [OF_FLAGS, OF_LEXICON], ids=["red flags", "lexicon"])
def test_finds_what_each_pattern_of_the_policy_finds_by_itself(patterns: list[str]) -> None:
    sieve = Sieve(patterns)
    plain = [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
    looked_at = 0
    for text in texts():
        assert list(sieve.all_in(text)) == [n for n, pattern in enumerate(plain) if pattern.search(text)], text
        looked_at += len(sieve.possible(text))
    assert looked_at < len(patterns) * len(texts()) / 4


@settings(max_examples=300, deadline=None)
@given(st.text("abİsSkK\u212a 1-", max_size=12))
def test_finds_what_a_pattern_finds_whatever_it_is_made_of(text: str) -> None:
    patterns = [
        "ab|ba",
        r"\b(?:as|bas?k)\b",
        r"(?=.*ab)s",
        r"(?<!a)bs?(?!k)",
        "a{2,3}b",
        "(?:ab)?sk",
        "[ab]{2}|[^a]s",
        r"(a|b)\1k",
        "ask+?",
        "ſk",
        r"i-?s",
        "b k",
        r"ab s| \bas",
        "k  1|- -",
        r"(?:a b)+s",
        "",
    ]
    sieve = Sieve(patterns)
    assert list(sieve.all_in(text)) == [n for n, p in enumerate(patterns) if re.search(p, text, re.IGNORECASE)]
    assert [(n, m.span()) for n, m in sieve.matches(text)] == [
        (n, m.span()) for n, p in enumerate(patterns) for m in re.finditer(p, text, re.IGNORECASE)
    ]


def test_only_four_signs_beyond_ascii_are_letters_where_case_is_ignored() -> None:
    letter = re.compile("[a-z]", re.IGNORECASE)
    assert [chr(n) for n in range(128, sys.maxunicode + 1) if letter.match(chr(n))] == ["İ", "ı", "ſ", "\u212a"]


def test_a_pattern_that_needs_no_word_says_so() -> None:
    assert needed_words(r"\d+|ab") is None
    assert needed_words(r"\b(?:over|under)dose\b") == {"overdose", "underdose"}


def test_what_is_kept_of_a_pattern_is_what_is_read_off_it() -> None:
    known = [pattern for pattern in {*OF_FLAGS, *OF_LEXICON} if key_of(pattern) in kept()]
    assert all(needed_words(pattern) == read_needed_words(pattern) for pattern in known)
    left = len({*OF_FLAGS, *OF_LEXICON}) - len(known)
    assert left < len(known) / 8, f"{left} patterns slow every start: run python -m ldnqa.policy.keep"
