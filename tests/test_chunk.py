"""Passages are exact, whole and short enough; quotes keep what gives them their meaning."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import article, section

from ldnqa.chunk import embedded_text, quotable_spans, split
from ldnqa.types import BlockKind


def count(text: str) -> int:
    """A tokenizer for tests: words and marks."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def quotes(*blocks) -> list[str]:
    made = section(*blocks)
    return [made.text[quote.start : quote.end] for _, quote in quotable_spans(made)]


def test_a_sentence_that_stands_alone_is_quoted_alone():
    assert quotes("LDN is taken at night. Opioids must be stopped first.") == [
        "LDN is taken at night.",
        "Opioids must be stopped first.",
    ]


@pytest.mark.parametrize(
    "opening",
    [
        "These effects pass.",
        "It fades.",
        "They were mild.",
        "This was rare.",
        "In that trial, few stopped.",
        "Such doses help.",
    ],
)
def test_a_sentence_that_leans_back_brings_what_it_leans_on(opening):
    assert f"Dreams were vivid. {opening}" in quotes(f"Dreams were vivid. {opening}")
    assert opening not in quotes(f"Dreams were vivid. {opening}")


@pytest.mark.parametrize(
    "opening", ["However, one trial failed.", "But few were treated.", "Nevertheless it is unproven."]
)
def test_a_sentence_that_is_taken_back_is_never_quoted_without_that(opening):
    for quote in quotes(f"Pain was relieved. {opening} Nausea was rare."):
        assert ("Pain was relieved." in quote) <= (opening in quote)


def test_a_list_is_never_quoted_without_its_lead_in():
    assert quotes(["Must not be taken by people:", "on opioids", "in withdrawal"]) == [
        "Must not be taken by people:\n• on opioids\n• in withdrawal"
    ]


def test_an_item_of_a_long_list_is_quoted_from_the_lead_in_on():
    items = [f"{word} " * 40 + "end" for word in ("alpha", "beta", "gamma", "delta")]
    found = quotes(["Contraindicated in:", *items])
    assert len(found) == 4
    assert all(quote.startswith("Contraindicated in:") for quote in found)


def test_a_sentence_that_leans_on_a_list_brings_the_list():
    assert "Effects:\n• dreams\n\nThese are mild." in quotes(["Effects:", "dreams"], "These are mild.")


def test_nothing_leans_across_a_subheading():
    assert "They are mild." in quotes("Pain fell.", "# Side effects", "They are mild.")


def test_short_blocks_join_and_long_ones_are_cut_between_sentences():
    sentence = "Pain fell by about a third among the women who took the drug every night. "
    passages = split(article(section("Short one.", "Short two.", sentence * 30)), count, 256)
    assert passages[0].text.startswith("Short one.\n\nShort two.")
    assert len(passages) > 2
    assert all(passage.text.rstrip().endswith(".") for passage in passages)


def test_the_subheading_is_context_and_every_name_of_the_subject_is_its_first_where_passages_are_matched():
    made = article(section("# Dosing", "LDN is taken at night."))
    (passage,) = split(made, count, 256)
    assert passage.text == "LDN is taken at night."
    assert embedded_text(made, passage) == "low-dose naltrexone, Part, Dosing: low-dose naltrexone is taken at night."


WORD = st.sampled_from("pain dose 4.5 mg not However, These Vivid trial Crohn’s naïve • … e.g. women:".split())
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(lambda words: " ".join(words) + ".")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join)
LIST = st.tuples(st.sampled_from(["", "It includes:"]), st.lists(SENTENCE, min_size=1, max_size=12)).map(
    lambda made: [made[0], *made[1]]
)
BLOCKS = st.lists(st.one_of(PARAGRAPH, LIST, WORD.map(lambda word: f"# {word}")), min_size=1, max_size=8)


@given(BLOCKS, st.integers(min_value=24, max_value=300))
def test_every_passage_is_an_exact_slice_within_the_limit_and_no_word_is_lost(blocks, max_tokens):
    made = article(section(*blocks))
    part = made.sections[0]
    passages = split(made, count, max_tokens)
    assert [p.id for p in passages] == [f"made#part:{n}" for n in range(len(passages))]
    for passage in passages:
        assert part.text[passage.start : passage.end] == passage.text
        assert count(embedded_text(made, passage)) <= max_tokens
    headings = [b for b in part.blocks if b.kind is BlockKind.HEADING]
    inside = set().union(*(range(p.start, p.end) for p in passages), *(range(b.start, b.end) for b in headings))
    assert all(c.isspace() or i in inside or c == "•" for i, c in enumerate(part.text))


@given(BLOCKS)
def test_every_word_can_be_quoted_and_every_quote_belongs_to_a_passage(blocks):
    made = article(section(*blocks))
    part = made.sections[0]
    quotable = [quote for _, quote in quotable_spans(part)]
    carried = {quote for passage in split(made, count, 256) for quote in passage.quotes}
    assert carried == set(quotable)
    for block in part.blocks:
        if block.kind is not BlockKind.HEADING:
            assert any(q.start <= block.start and q.end > block.start for q in quotable)
    for quote in quotable:
        text = part.text[quote.start : quote.end]
        assert text == text.strip()
