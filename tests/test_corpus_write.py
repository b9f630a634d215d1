"""What is written can be read back, whatever signs the words hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ldnqa.corpus.draft import DraftBlock, DraftNote, DraftSection, Words
from ldnqa.corpus.read import make_article, read_article
from ldnqa.corpus.write import write_article
from ldnqa.types import Article, Audience, BlockKind, Disclaimer, Regimen, Review, ReviewStatus, Tier

KEYS = ["smith2020", "a", "x-1", "10.1/a_b"]
ENTRIES = {key: {"id": key, "type": "book", "title": f"About {key}"} for key in KEYS}
AWKWARD = [
    *"#*_`~>+-=|:\\[](){}<>!&@\"'.,;%/$^•",
    *["[@a]", "[@", "[x](y)", "![i](j)", "<b>", "</p>", "<!--", "&amp;", "&#35;", "1.", "12) ", ":::", "::: plain"],
    *["```", "~~~", "---", "***", "- ", "+ ", "# ", "## ", "\\[", "\\", "|a|", "http://a.b/_c_", "a@b.org", "@a"],
    *["1.5 mg", "µg", "é", "e\u0301", "日本", "🦠", "א", "\u200b", "\u200d", "\u00a0", "\u2009", " ", "  ", "a", "No"],
    *[
        "[^1]",
        "[a]: b",
        "{#id}",
        "{",
        "}",
        "p < 0.05",
        "R&D",
        "<5",
        "::",
        "‘q’",
        " tier=x",
        "yes",
        "null",
        "2025-01-01",
    ],
]
UNWANTED = "\ufeff\ufffd\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NOISE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=UNWANTED), max_size=5)


def tidy(text: str) -> str:
    """A text as the reader leaves it: no space around it or twice in it, and no bullet in front."""
    text = text.strip()
    while "  " in text:
        text = text.replace("  ", " ")
    return text.lstrip("•‣◦⁃▪● \u00a0\u2009").strip()


LINES = st.lists(st.sampled_from(AWKWARD) | NOISE, min_size=1, max_size=8).map("".join).map(tidy).filter(bool)
LINES = LINES.filter(lambda text: text == tidy(text))


@st.composite
def words(draw: st.DrawFn, ending: str = "", cited: bool = True) -> Words:
    text = (tidy(draw(LINES).rstrip(":： \u00a0\u2009")) or "x") + ending
    if not cited:
        return Words(text)
    places = [at for at in range(1, len(text) + 1) if not text[at - 1].isspace()]
    chosen = sorted(draw(st.lists(st.sampled_from(places), max_size=2, unique=True)))
    keys = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True).map(tuple)
    return Words(text, tuple((at, draw(keys)) for at in chosen))


@st.composite
def blocks(draw: st.DrawFn, cited: bool = True) -> DraftBlock:
    if draw(st.booleans()):
        return DraftBlock(BlockKind.PARAGRAPH, words=draw(words(cited=cited)))
    lead = draw(st.none() | words(ending=":", cited=cited))
    items = tuple(draw(st.lists(words(cited=cited), min_size=1, max_size=3)))
    return DraftBlock(BlockKind.LIST, words=lead, items=items)


TWINS = st.none() | blocks(cited=False).map(lambda block: block.text)


@st.composite
def sections(draw: st.DrawFn, number: int) -> DraftSection:
    tier, regimen = draw(st.sampled_from(Tier)), draw(st.none() | st.sampled_from(Regimen))
    section = DraftSection(f"part-{number}", draw(LINES), tier, regimen)
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.integers(0, 3)) == 0:
            section.blocks.append(DraftBlock(BlockKind.HEADING, words=Words(draw(LINES))))
        block = draw(blocks())
        block.plain = draw(TWINS)
        if draw(st.integers(0, 3)) == 0:
            quote = draw(st.none() | st.sampled_from(block.text.split("\n")))
            if quote is None or block.text.count(quote) == 1:
                block.notes.append(DraftNote(quote, draw(words()), plain=draw(TWINS)))
        section.blocks.append(block)
    return section


@st.composite
def articles(draw: st.DrawFn) -> Article:
    drafts = [draw(sections(number)) for number in range(draw(st.integers(1, 2)))]
    values = {
        "id": "some-article",
        "title": draw(LINES),
        "subject": draw(st.lists(LINES, min_size=1, max_size=3)),
        "review": Review(status=draw(st.sampled_from(ReviewStatus))),
        "last_updated": draw(st.dates(min_value=date(1000, 1, 1))),
        "audience": draw(st.lists(st.sampled_from(Audience), max_size=2)),
        "questions": draw(st.lists(LINES, max_size=2)),
        "disclaimer": draw(st.none() | st.builds(Disclaimer, id=st.just("site-words"), text=LINES)),
    }
    return make_article(values, drafts, ENTRIES)


@settings(max_examples=150, deadline=None)
@given(article=articles())
def test_reading_what_was_written_gives_the_same_article(article, tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "some-article.md"
    for encoding, newline in (("utf-8", "\n"), ("utf-8-sig", "\r\n")):
        path.write_text(write_article(article), encoding=encoding, newline=newline)
        assert read_article(path, ENTRIES) == article


def test_what_the_format_cannot_hold_is_refused():
    draft = DraftSection("s", "S", Tier.RESEARCH, blocks=[DraftBlock(BlockKind.PARAGRAPH, words=Words("Text."))])
    review = Review(status=ReviewStatus.APPROVED, by="N. N.")
    values = {"id": "a", "title": "A", "subject": ["a"], "last_updated": date(2025, 1, 1), "review": review}
    with pytest.raises(ValueError, match="who reviewed"):
        write_article(make_article(values, [draft], {}))
