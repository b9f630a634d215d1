"""What a claim may say: its quotes' words, whole, with their figures and negations, about the drug asked about."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ldnqa.chunk import quotable_spans
from ldnqa.corpus.read import read_corpus
from ldnqa.ground import ground, is_whole, on_the_drug, says_no_more
from ldnqa.policy import load_policy
from ldnqa.settings import packaged_corpus
from ldnqa.types import Claim, Quote, Span

ARTICLES = {article.id: article for article in read_corpus(packaged_corpus()).articles}
PAGE = ARTICLES["ldn-indications"].section("from-the-guidelines")


def quote(start, end, section=PAGE, article="ldn-indications"):
    return Quote(
        passage_id=f"{article}#{section.id}:0",
        article_id=article,
        section_id=section.id,
        start=start,
        end=end,
        text=section.text[start:end],
    )


def around(words, before=0, after=0):
    start = PAGE.text.index(words)
    return quote(start - before, start + len(words) + after)


@pytest.mark.parametrize(
    ("said", "given", "kept"),
    [
        ("4.5mg a day", "4.50 mg a day", True),
        ("4.5 milligrams", "4.5 mg", True),
        ("45 mg", "4.5 mg", False),
        ("100 mg", "10 mg", False),
        ("5 g", "5 mg", False),
        ("7 to 10 days", "at least 7 to 10 days", True),
        ("7 to 10 hours", "at least 7 to 10 days", False),
        ("It is effective.", "It is not effective.", False),
        ("It is not effective.", "It is effective.", False),
        ("It isn't effective.", "It is not effective.", True),
        ("−0.34 points", "−0.34 points (p = 0.27)", True),
    ],
)
def test_a_statement_has_no_figure_unit_or_negation_of_its_own(said, given, kept):
    assert says_no_more(said, [given]) is kept


@given(
    value=st.decimals(min_value="0.1", max_value="999", places=1),
    other=st.decimals(min_value="0.1", max_value="999", places=1),
)
def test_one_figure_never_passes_for_another(value, other):
    assert says_no_more(f"a dose of {value} mg", [f"a dose of {other} mg"]) is (value == other)


def test_every_quotable_span_of_the_corpus_is_whole():
    for article in ARTICLES.values():
        for section in article.sections:
            for _, span in quotable_spans(section, _notes(article, section)):
                assert is_whole(quote(span.start, span.end, section, article.id), ARTICLES)


def _notes(article, section):
    return frozenset(
        Span(start=n.note_start, end=n.note_end)
        for s in article.sections
        for n in s.notes
        if n.section_id == section.id
    )


@pytest.mark.parametrize(
    "cut",
    [
        around("a fast heartbeat (tachycardia)"),
        around("vivid dreams"),
        around("1.5 mg to 4.5 mg a day"),
        around("LDN can set off withdrawal symptoms in them"),
        around("Most side effects of LDN are mild"),
    ],
    ids=lambda cut: cut.text,
)
def test_a_quote_that_is_cut_short_is_not_said(cut):
    assert not ground([Claim(text=cut.text, quotes=(cut,))], ARTICLES)


@given(st.data())
def test_any_other_cut_of_a_section_is_refused(data):
    """A slice is whole only if it begins and ends where safe quotes do."""
    start = data.draw(st.integers(0, len(PAGE.text) - 2))
    end = data.draw(st.integers(start + 1, len(PAGE.text)))
    assume(PAGE.text[start:end].strip())
    spans = [span for _, span in quotable_spans(PAGE)]
    inside = [s for s in spans if s.start < end and start < s.end]
    edges = all(start <= s.start and s.end <= end for s in inside)
    assert is_whole(quote(start, end), ARTICLES) is (bool(inside) and edges)


def test_a_whole_quote_is_said_and_a_changed_one_is_not():
    span = quotable_spans(PAGE)[0][1]
    whole = quote(span.start, span.end)
    assert ground([Claim(text=whole.text, quotes=(whole,))], ARTICLES)
    assert not ground([Claim(text=whole.text.replace("is an", "is not an"), quotes=(whole,))], ARTICLES)
    moved = whole.model_copy(update={"start": whole.start + 1, "end": whole.end + 1})
    assert not ground([Claim(text=moved.text, quotes=(moved,))], ARTICLES)


def test_a_question_about_a_look_alike_is_not_answered_with_naltrexone():
    rows = load_policy().wording.look_alikes
    naltrexone = quote(*_first("naltrexone (LDN)"))
    claim = Claim(text=naltrexone.text, quotes=(naltrexone,))
    assert on_the_drug([claim], "What dose of naltrexone is used?", rows) == [claim]
    for name in ("naloxone", "Narcan", "methylnaltrexone", "nalmefene"):
        assert not on_the_drug([claim], f"What dose of {name} is used?", rows)


def _first(words):
    span = next(s for _, s in quotable_spans(PAGE) if words in PAGE.text[s.start : s.end])
    return span.start, span.end
