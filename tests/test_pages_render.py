"""Cutting an article into segments loses no word and adds none, whatever is quoted."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from service_fakes import INDEX

from ldnqa.api.render import Cite, page_article, segments
from ldnqa.api.terms import with_terms
from ldnqa.types import Block, BlockKind, GlossaryEntry, Mark, Span

ARTICLES = list(INDEX.articles.values())


def spans_of(length):
    ends = st.tuples(st.integers(0, length), st.integers(0, length)).filter(lambda ends: ends[0] != ends[1])
    return ends.map(lambda ends: Span(start=min(ends), end=max(ends)))


@st.composite
def texts_and_spans(draw):
    text = draw(st.text(min_size=1, max_size=80))
    quotes = draw(st.dictionaries(st.integers(1, 9), spans_of(len(text)), max_size=5))
    positions = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    start, end = draw(st.just((0, len(text))) | spans_of(len(text)).map(lambda span: (span.start, span.end)))
    cites = [(at, Cite(label="1", anchor="a", target="t")) for at in positions if start <= at <= end]
    return text, start, end, quotes, cites


def words_of(blocks):
    for block in blocks:
        yield block.words
        yield from block.items


@given(texts_and_spans())
def test_segments_put_together_are_the_text(case):
    text, start, end, quotes, cites = case
    cut = segments(text, start, end, quotes, cites)
    assert "".join(segment.text for segment in cut) == text[start:end]
    assert sum(len(segment.cites) for segment in cut) == len(cites)
    at = start
    for segment in cut:
        for number, span in quotes.items():
            inside = span.start <= at and at + len(segment.text) <= span.end
            assert (number in segment.quotes) == inside
        at += len(segment.text)


@given(texts_and_spans())
def test_the_marked_words_of_a_quote_are_exactly_the_quote(case):
    text, _, _, quotes, cites = case
    cut = segments(text, 0, len(text), quotes, cites)
    for number, span in quotes.items():
        assert "".join(segment.text for segment in cut if number in segment.quotes) == text[span.start : span.end]
        assert sum(number in segment.opens for segment in cut) == 1
        assert sum(number in segment.closes for segment in cut) == 1


@given(st.data())
def test_a_page_has_every_word_of_its_article_whatever_is_quoted(data):
    article = data.draw(st.sampled_from(ARTICLES))
    quotes = {}
    for number in range(1, data.draw(st.integers(0, 4)) + 1):
        section = data.draw(st.sampled_from(article.sections))
        quotes[number] = (section.id, data.draw(spans_of(len(section.text))))
    page = page_article(article, quotes)
    for part in page.sections:
        shown = "".join(segment.text for words in words_of(part.blocks) for segment in words)
        assert re.sub(r"[\s•]", "", shown) == re.sub(r"[\s•]", "", part.section.text)
        for number, (section_id, span) in quotes.items():
            flat = [segment for words in words_of(part.blocks) for segment in words]
            marked = "".join(segment.text for segment in flat if number in segment.quotes)
            if section_id != part.section.id:
                assert marked == ""
                continue
            quote = part.section.text[span.start : span.end]
            assert re.sub(r"[\s•]", "", marked) == re.sub(r"[\s•]", "", quote)
            assert sum(number in segment.opens for segment in flat) == bool(marked)


@given(st.data())
def test_words_that_no_block_covers_are_shown_too(data):
    section = data.draw(st.sampled_from(ARTICLES[0].sections))
    kept = data.draw(st.lists(st.sampled_from(section.blocks), unique=True))
    blocks = tuple(sorted(kept, key=lambda block: block.start))
    article = ARTICLES[0].model_copy(update={"sections": (section.model_copy(update={"blocks": blocks, "notes": ()}),)})
    (part,) = page_article(article).sections
    shown = "".join(segment.text for words in words_of(part.blocks) for segment in words)
    assert re.sub(r"[\s•]", "", shown) == re.sub(r"[\s•]", "", section.text)


def test_every_mark_is_shown_after_its_words_and_linked_both_ways():
    article = ARTICLES[0]
    page = page_article(article)
    for part in page.sections:
        shown = [
            (cite.label, segment.text) for words in words_of(part.blocks) for segment in words for cite in segment.cites
        ]
        wanted = [(label, mark.at) for mark in part.section.marks for label in mark.labels]
        assert [label for label, _ in shown] == [label for label, _ in wanted]
        for (_, text), (_, at) in zip(shown, wanted, strict=True):
            assert part.section.text[:at].endswith(text)
    anchors = {
        cite.anchor: cite.target
        for part in page.sections
        for words in words_of(part.blocks)
        for segment in words
        for cite in segment.cites
    }
    back = {anchor: entry.anchor for entry in page.references for anchor in entry.cited_from}
    assert anchors == back


def test_a_mark_at_the_edge_of_the_text_is_still_shown():
    section = ARTICLES[0].sections[1]
    end = len(section.text)
    block = Block(kind=BlockKind.PARAGRAPH, start=0, end=end)
    marks = (Mark(at=0, labels=("1",)), Mark(at=end, labels=("2", "nine")))
    odd = section.model_copy(update={"blocks": (block,), "marks": marks})
    (part,) = page_article(ARTICLES[0].model_copy(update={"sections": (odd,)})).sections
    cites = [cite for segment in part.blocks[0].words for cite in segment.cites]
    assert sorted((cite.label, cite.target) for cite in cites if cite.target) == [("1", "ref_1"), ("2", "ref_2")]
    assert [cite.label for cite in cites if cite.target is None] == ["nine"]


@given(st.data())
def test_linking_the_glossary_changes_no_word(data):
    article = data.draw(st.sampled_from(ARTICLES))
    text = article.sections[0].text
    spans = data.draw(st.lists(spans_of(len(text)), max_size=6))
    terms = {text[span.start : span.end].strip().lower() for span in spans} - {""}
    glossary = [GlossaryEntry(term=term, definition="x") for term in sorted(terms)]
    quotes = {1: (article.sections[0].id, data.draw(spans_of(len(text))))}
    plain = page_article(article, quotes)
    linked = with_terms(plain, glossary)
    places = [anchor for term in linked.terms for anchor in term.used_at]
    found = []
    for before, after in zip(plain.sections, linked.sections, strict=True):
        for old, new in zip(words_of(before.blocks), words_of(after.blocks), strict=True):
            for segment, same in zip(old, new, strict=True):
                assert segment.text == same.text == "".join(run.text for run in same.runs)
                assert (segment.opens, segment.closes, segment.cites) == (same.opens, same.closes, same.cites)
                found += [run.anchor for run in same.runs if run.anchor]
    assert sorted(found) == sorted(places)
    assert len(set(places)) == len(places)


def test_a_term_is_a_whole_word_the_longest_one_and_an_abbreviation_only_in_capitals():
    glossary = [GlossaryEntry(term=term, definition="x") for term in ("dream", "vivid dream", "YAWNING", "side")]
    page = with_terms(page_article(ARTICLES[0]), glossary)
    assert [term.entry.term for term in page.terms] == ["side", "vivid dream"]
