"""What becomes of a research article in JATS: its text, its citations as marks, its reference list as entries."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ldnqa.corpus.add import add_documents
from ldnqa.corpus.importing import import_document
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import NoImporter, UnreadableDocument
from ldnqa.types import BlockKind, Regimen, Tier

TRIAL = Path(__file__).parent / "data" / "velaprine-trial.xml"
ID = "low-dose-velaprine-hiccups-vivo"


def paper(body: str, tmp_path: Path, refs: int = 5, head: str = "") -> Path:
    """A small article with this body, and references 1 to `refs`."""
    listed = "".join(
        f'<ref id="B{n}"><label>{n}</label><mixed-citation>Work {n}.</mixed-citation></ref>' for n in range(1, refs + 1)
    )
    path = tmp_path / "paper.xml"
    path.write_text(
        f"<article><front><article-meta><title-group><article-title>Small</article-title></title-group>{head}"
        f"</article-meta></front><body><sec><title>Text</title>{body}</sec></body>"
        f"<back><ref-list>{listed}</ref-list></back></article>",
        encoding="utf-8",
    )
    return path


def cited(body: str, tmp_path: Path) -> list[tuple[str, list[str]]]:
    """The words before each mark of a paragraph, and what is cited there, without the article itself."""
    article = import_document(paper(f"<p>{body}</p>", tmp_path)).article
    keys = {reference.label: reference.key for reference in article.references}
    (section,) = article.sections
    return [
        (section.text[: mark.at], numbers)
        for mark in section.marks
        if (numbers := [keys[label].removeprefix("small-") for label in mark.labels if keys[label] != "small"])
    ]


def x(rid: str, printed: str) -> str:
    return f'<xref ref-type="bibr" rid="{rid}">{printed}</xref>'


@pytest.fixture(scope="module")
def imported():
    return import_document(TRIAL)


def test_an_article_says_who_wrote_it_when_and_where(imported):
    article = imported.article
    assert (article.id, article.title) == (ID, "Low-dose velaprine for hiccups in vivo: a made-up trial")
    assert article.last_updated == date(2021, 3, 9)
    assert article.subject == ("velaprine", "hiccups")
    assert imported.references[0] == {
        "id": ID,
        "type": "article-journal",
        "title": article.title,
        "author": [{"family": "Quill", "given": "Ada B."}, {"literal": "The Hiccup Group"}],
        "container-title": "Journal of Imaginary Medicine",
        "issued": {"date-parts": [[2021, 3, 9]]},
        "volume": "12",
        "issue": "3",
        "page": "45-52",
        "PMID": "99999991",
        "DOI": "10.99999/jim.2021.7",
    }


def test_abstract_and_body_are_research_and_each_block_cites_the_article(imported):
    article = imported.article
    assert [section.heading for section in article.sections] == [
        "Abstract", article.title, "1. Introduction", "Methods", "Results 2",
    ]  # fmt: skip
    assert {(section.tier, section.regimen) for section in article.sections} == {(Tier.RESEARCH, Regimen.LOW_DOSE)}
    for section in article.sections:
        for block in section.blocks:
            labels = {label for mark in section.marks if block.start < mark.at <= block.end for label in mark.labels}
            assert ("1" in labels) is (block.kind is not BlockKind.HEADING)
    abstract = article.sections[0]
    assert abstract.text.startswith("Background\n\nHiccups are a nuisance.\n\nResults\n\nVelaprine 2.5 mg stopped")


def test_citations_become_marks_where_they_stand(imported):
    section = imported.article.section("1-introduction")
    keys = {reference.label: reference.key.removeprefix(f"{ID}-") for reference in imported.article.references}
    assert section.text.startswith(
        "Hiccups are common, and last long. Quill (2015) disagrees, as does reference 2.\n\nSome report 10⁹ hiccups;"
    )
    assert [
        (section.text[: mark.at].split()[-1], [keys[label] for label in mark.labels]) for mark in section.marks
    ] == [
        ("common", ["1", "2"]),
        ("long.", ["1", "2", "3", "4"]),
        ("(2015", ["3"]),
        ("2", ["2", ID]),
        ("Some", ["2", "3", "4"]),
        ("[9]", [ID]),
    ]
    assert any("not in the reference list" in remark for remark in imported.unplaced)
    assert any("all 4 listed" in guess for guess in imported.guesses)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"pain [{x('B1', '1')}], so", [("pain", ["1"])]),
        (f"pain [{x('B1', '1')}-{x('B3', '3')}].", [("pain", ["1", "2", "3"])]),
        (f"pain [{x('B1', '1')},{x('B3', '3')}–{x('B5', '5')}].", [("pain", ["1", "3", "4", "5"])]),
        (f"pain{x('B2', '<sup>2</sup>')} and", [("pain", ["2"])]),
        (f"pain <sup>{x('B1 B2 B3', '1-3')}</sup>.", [("pain", ["1", "2", "3"])]),
        (f"pain {x('B1', '[1-3]')}.", [("pain", ["1", "2", "3"])]),
        (f"pain ({x('B1', '1')}; {x('B2', '2')}).", [("pain", ["1", "2"])]),
        (f"as {x('B1', 'One et al. (2001)')} said", [("as One et al. (2001)", ["1"])]),
        (f"see reference {x('B4', '4')} for", [("see reference 4", ["4"])]),
        (f"[{x('B4', '4')}] says so", [("[4", ["4"])]),
        (f"(see {x('B4', '4')}) so", [("(see 4", ["4"])]),
    ],
)
def test_only_printed_numbers_in_brackets_or_raised_go(body, expected, tmp_path):
    assert cited(body, tmp_path) == expected


def test_entries_have_what_the_list_gives_and_the_rest_as_a_note(imported):
    entries = {entry["id"].removeprefix(f"{ID}-"): entry for entry in imported.references}
    assert entries["1"] == {
        "id": f"{ID}-1", "type": "article-journal", "title": "Counting hiccups", "container-title": "Hiccup Lett",
        "author": [{"family": "First", "given": "F."}, {"literal": "et al."}], "issued": {"date-parts": [[2001]]},
        "volume": "1", "issue": "2", "page": "3-9", "DOI": "10.99999/hl.1", "PMID": "99999992",
    }  # fmt: skip
    assert (entries["2"]["type"], entries["2"]["title"]) == ("book", "The book of hiccups")
    assert entries["2"]["note"].endswith("2010. Third printing.")
    assert entries["3"] == {"id": f"{ID}-3", "type": "document", "title": "Quill A. A letter that was never sent."}
    assert entries["4"]["URL"] == "https://hiccups.example/today"
    assert "issued" not in entries["4"]
    assert "5" not in entries
    assert any("cited nowhere" in remark and "Nobody cites me" in remark for remark in imported.unplaced)


def test_lists_notes_and_formulas_keep_their_words(imported):
    text = imported.article.section("methods").text
    assert "Doses were:\n• 1. 1 mg, then\n• 2. 2.5 mg for 8 weeks.\n\n" in text
    assert "at night (between 9 and 11 pm)." in text
    assert "if p<0.05, by [formula]." in text
    assert "line 48: formula: (1) a b" in imported.unplaced


def test_a_table_has_its_caption_as_its_lead_in_and_its_notes_below(imported):
    text = imported.article.sections[-1].text
    assert (
        "Table 1. Hiccups after 8 weeks:\n"
        "• No hiccups; Velaprine (n=31): 18 (58%); Placebo (n=30): 6 (20%)ᵃ\n"
        "• Yawning ≥ 1×; Velaprine (n=31): 4 (13%); Placebo (n=30): 1 (3%)\n\n"
        "a One left early.\n\nI slept again."
    ) in text


def test_figures_thanks_and_the_front_are_listed(imported):
    unplaced = " ".join(imported.unplaced)
    assert "figure: Figure 1 Hiccups by week." in unplaced
    assert "acknowledgements: Acknowledgments We thank the hiccupers." in unplaced
    ignored = " ".join(imported.ignored)
    assert "Institute of Invention" in ignored
    assert "E." in ignored


def test_what_is_tied_to_another_article_is_pointed_out(tmp_path):
    head = '<related-article related-article-type="retracted-article" xlink:href="x"/>'
    path = paper("<p>Text.</p>", tmp_path, head=head.replace(" xlink:href", " href"))
    assert any("retracted-article" in guess for guess in import_document(path).guesses)


def test_the_article_stands_in_the_corpus_and_reads_back_the_same(tmp_path):
    (imported,) = add_documents([TRIAL], tmp_path)
    assert read_corpus(tmp_path).articles == (imported.article,)


def test_named_signs_are_read_and_unknown_ones_refused(tmp_path):
    path = paper("<p>&alpha; &ge; 1&nbsp;mg &lt; 2</p>", tmp_path)
    assert import_document(path).article.sections[0].text == "α ≥ 1 mg < 2"
    path = paper("<p>&velaprine;</p>", tmp_path)
    with pytest.raises(UnreadableDocument, match="&velaprine;"):
        import_document(path)


def test_other_xml_is_refused_by_name(tmp_path):
    (tmp_path / "a.xml").write_text("<book/>", encoding="utf-8")
    with pytest.raises(NoImporter, match="<book>"):
        import_document(tmp_path / "a.xml")
    (tmp_path / "a.xml").write_text("<article><title>x</title></article>", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="article-meta"):
        import_document(tmp_path / "a.xml")
