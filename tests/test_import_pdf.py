"""What becomes of a PDF with a text layer: its words in reading order, and every guess said, by page."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_pdf import pdf

from ldnqa.corpus.add import add_documents
from ldnqa.corpus.importing import import_document
from ldnqa.corpus.read import read_corpus
from ldnqa.types import BlockKind, Tier

FIRST = [
    "Hiccup Guide 2022",
    "What is velaprine used for?",
    "Introduction",
    "Velaprine is a medicine for hiccups. It was first looked at for sneezing, and nal-",
    "beprine is its older sister. Nalbeprine and low-dose",
    "velaprine differ in strength, so that a low-",
    "dose tablet must not be mixed up with others, nor with hepa-",
    "tic remedies of any other kind that a reader may know.",
    "It is sold as a tablet.",
    "The side effects that were seen most often in those who took velaprine include:",
    "• yawning, which may last a whole",
    "day",
    "• cold hands",
    "Results",
    "In one trial of 31 adults it stopped hiccups in 58% [1]. More trials are needed, as said",
    "Page 1",
]
SECOND = [
    "Hiccup Guide 2022",
    "by everybody who took part in them.",
    "References",
    "1. First F. Counting hiccups in",
    "adults. Hiccup Lett 2001.",
    "2. Second S. The book.",
    "Page 2",
]
THIRD = ["Hiccup Guide 2022", "Page 3"]


@pytest.fixture
def written(tmp_path) -> Path:
    path = tmp_path / "guide.pdf"
    path.write_bytes(pdf([FIRST, SECOND, THIRD], title="What is Velaprine used for?"))
    return path


def test_a_pdf_becomes_an_editorial_article_below_its_headings(written):
    article = import_document(written).article
    assert (article.id, article.title) == ("velaprine-used", "What is Velaprine used for?")
    assert [(section.heading, section.tier) for section in article.sections] == [
        ("Introduction", Tier.EDITORIAL),
        ("Results", Tier.EDITORIAL),
    ]


def test_lines_are_joined_and_a_broken_word_only_where_the_document_has_it_whole(written):
    imported = import_document(written)
    text = imported.article.sections[0].text
    assert "nalbeprine is its older sister" in text
    assert "so that a low-dose tablet" in text
    assert "hepa-tic remedies of any other kind that a reader may know. It is sold" in text
    guesses = " ".join(imported.guesses)
    assert "page 1: nal-beprine, broken at the end of a line, is nalbeprine" in guesses
    assert "hepa-tic may be only a break" in guesses
    assert "compare every page" in guesses


def test_a_list_has_its_lead_in_and_a_paragraph_goes_on_over_the_page(written):
    first, second = import_document(written).article.sections
    effects = next(block for block in first.blocks if block.kind is BlockKind.LIST)
    assert [first.text[item.start : item.end] for item in effects.items] == [
        "yawning, which may last a whole day",
        "cold hands",
    ]
    assert second.text == (
        "In one trial of 31 adults it stopped hiccups in 58%. More trials are needed, as said by everybody who took "
        "part in them."
    )


def test_references_and_margins_are_told_from_the_text(written):
    imported = import_document(written)
    assert [entry["title"] for entry in imported.references] == [
        "First F. Counting hiccups in adults. Hiccup Lett 2001."
    ]
    assert imported.unplaced == ("reference 2, cited nowhere: Second S. The book.",)
    assert [remark for remark in imported.ignored if "Guide" in remark] == [
        f"page {number}: Hiccup Guide 2022" for number in (1, 2, 3)
    ]
    assert "page 2: Page 2" in imported.ignored


def test_a_heading_that_names_its_source_gives_the_tier(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf([["Velaprine", "From the FDA Drug Label", "Velaprine tablets are for hiccups in adults only."]])
    )
    (section,) = import_document(path).article.sections
    assert section.tier is Tier.DRUG_LABEL


def test_a_page_without_text_is_pointed_out_and_the_first_line_is_the_title(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([["Velaprine at a glance", "It helps against hiccups."], []], title="scan0001"))
    imported = import_document(path)
    assert imported.article.title == "Velaprine at a glance"
    assert any(remark.startswith("page 2: no text") for remark in imported.unplaced)
    assert any("taken for the title" in guess for guess in imported.guesses)
    assert any("scan0001" in remark for remark in imported.ignored)


def test_a_pdf_stands_in_the_corpus_and_reads_back_the_same(written, tmp_path):
    (imported,) = add_documents([written], tmp_path / "corpus")
    assert read_corpus(tmp_path / "corpus").articles == (imported.article,)
