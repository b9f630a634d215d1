"""What `ldnqa add` makes of files from elsewhere: every word placed or listed, nothing invented, nothing broken."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from adding import check_added_or_refused
from hypothesis import given, settings
from hypothesis import strategies as st

from ldnqa.corpus.add import add_documents
from ldnqa.corpus.importing import KINDS, import_document
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import ArticleExists, BrokenCorpus, LdnqaError, UnreadableDocument
from ldnqa.types import BlockKind, Regimen, ReviewStatus, Tier

# Our own words about an invented drug, laid out as the pages that editors save.
PAGE = """\
What are the uses of low-dose Velaprine (sodium channel helper)?

Medical Advisory BoardAll pages are looked at by our Medical Advisory Board
Educational purpose only • Exercise caution as content is pending human review
Article Review Status
Submitted
Under Review
Approved

Last updated: March 5, 2024View editorial policy

Personalize

Help us tailor your experience

Which best describes you? We choose words to suit you.

From the Guidelines

Low-dose Velaprine (LDV) is used for itching, at a dose of 1.5 mg to 3.5 mg daily. In 2016 1, which is \
long ago, it calmed the skin.

Reported side effects of LDV include:

  • Yawning
  • Cold hands
  • Loud snoring These effects are mild and pass within a week. They are seen less at night.

From the FDA Drug Label

Velaprine tablets 40 mg are indicated for hiccups. A dose of 40 mg suits \
most adults Treatment of Sneezing Treatment begins with 20 mg

The label names these uses:

  • Hiccups
  • Sneezing There is no word on low doses in this label, though 20 mg may be used at first. 2 2

From the Research

Itching and Sleep

Low-dose velaprine was tried for several things, such as:

  • Itching at night, in adults with type 2 diabetes 3, 4, 5
  • Restless sleep, with scores lower by 12% in one trial 4

How Much

A phase 3 trial of 31 adults found that 2.5 mg calmed 80% of them 5. More trials are needed 3, 5.

Professional Medical Disclaimer

These words are for people who work in health care. They replace no judgment 5.

Have a follow-up question?

Ask us anything 3.
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def said(text: str) -> str:
    """The words of a text without bullets and white space."""
    return " ".join(text.replace("•", " ").split())


def test_a_saved_page_is_read_with_its_title_subject_status_date_and_disclaimer(page):
    article = import_document(page).article
    assert article.id == "uses-low-dose-velaprine"
    assert article.title == "What are the uses of low-dose Velaprine (sodium channel helper)?"
    assert article.subject == ("low-dose velaprine", "LDV")
    assert article.review.status is ReviewStatus.UNDER_REVIEW
    assert article.last_updated == date(2024, 3, 5)
    assert article.disclaimer.id == "professional-medical"
    assert article.disclaimer.text == (
        "These words are for people who work in health care. They replace no judgment 5."
    )


def test_sections_of_a_saved_page_have_tier_and_regimen(page):
    sections = import_document(page).article.sections
    assert [(section.id, section.tier, section.regimen) for section in sections] == [
        ("from-the-guidelines", Tier.GUIDELINE, Regimen.LOW_DOSE),
        ("from-the-fda-drug-label", Tier.DRUG_LABEL, Regimen.STANDARD_DOSE),
        ("from-the-research", Tier.RESEARCH, Regimen.LOW_DOSE),
    ]


def test_the_words_of_a_saved_page_are_kept_but_for_the_marks(page):
    sections = import_document(page).article.sections
    body = PAGE[PAGE.index("From the Guidelines") : PAGE.index("Professional")]
    for mark, without in (
        ("2016 1,", "2016,"),
        ("first. 2 2", "first."),
        ("diabetes 3, 4, 5", "diabetes"),
        ("trial 4", "trial"),
        ("them 5.", "them."),
        ("needed 3, 5.", "needed."),
    ):
        assert body.count(mark) == 1
        body = body.replace(mark, without)
    assert said(" ".join(f"{section.heading} {section.text}" for section in sections)) == said(body)


def test_lists_subheadings_and_run_together_lines_are_told_apart(page):
    guide, label, research = import_document(page).article.sections
    effects = guide.blocks[1]
    assert guide.text[effects.start : effects.end].startswith("Reported side effects of LDV include:\n• Yawning")
    assert [guide.text[item.start : item.end] for item in effects.items] == ["Yawning", "Cold hands", "Loud snoring"]
    assert guide.text[guide.blocks[2].start :].startswith("These effects are mild")
    assert [label.text[item.start : item.end] for item in label.blocks[1].items] == ["Hiccups", "Sneezing"]
    headings = [block for block in research.blocks if block.kind is BlockKind.HEADING]
    assert [research.text[block.start : block.end] for block in headings] == ["Itching and Sleep", "How Much"]


def test_marks_point_at_references_that_are_recorded_as_not_supplied(page):
    imported = import_document(page)
    research = imported.article.section("from-the-research")
    assert [(research.text[: mark.at].split()[-1], mark.labels) for mark in research.marks] == [
        ("diabetes", ("3", "4", "5")), ("trial", ("4",)), ("them", ("5",)), ("needed", ("3", "5")),
    ]  # fmt: skip
    assert imported.references[2] == {
        "id": "uses-low-dose-velaprine-3",
        "type": "document",
        "title": "Reference 3 of the original page (list not supplied)",
        "custom": {"supplied": False},
    }
    assert len(imported.references) == 5


def test_furniture_is_left_out_and_listed_with_its_line(page):
    imported = import_document(page)
    assert imported.unplaced == ()
    lines = {int(remark.split(":")[0].removeprefix("line ")) for remark in imported.ignored}
    assert lines == {3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 54, 56}
    assert any("'Loud snoring'" in guess for guess in imported.guesses)


def test_what_has_no_place_is_listed(page):
    page.write_text(PAGE.replace("Personalize\n", "A line of gossip.\n"), encoding="utf-8")
    assert import_document(page).unplaced == ("line 12: A line of gossip.",)


def test_without_the_caution_the_page_is_only_submitted_and_without_a_date_has_that_of_the_file(page):
    text = PAGE.replace("pending human review", "good").replace("Last updated: March 5, 2024", "")
    page.write_text(text, encoding="utf-8")
    os.utime(page, (0, datetime(2023, 1, 2, 12, tzinfo=UTC).timestamp()))
    imported = import_document(page)
    assert imported.article.review.status is ReviewStatus.SUBMITTED
    assert imported.article.last_updated == date(2023, 1, 2)
    assert any("no date found" in guess for guess in imported.guesses)


def test_a_source_that_is_not_known_gets_the_lowest_tier_and_is_pointed_out(page):
    page.write_text(PAGE.replace("From the Guidelines", "From the Grapevine"), encoding="utf-8")
    imported = import_document(page)
    assert imported.article.section("from-the-grapevine").tier is Tier.EDITORIAL
    assert any("Grapevine" in guess and "editorial" in guess for guess in imported.guesses)


@pytest.mark.parametrize("heading", ["From the Drug Label", "From Drug Labels", "From the Prescribing Information"])
def test_other_names_of_a_source_are_understood(page, heading):
    page.write_text(PAGE.replace("From the FDA Drug Label", heading), encoding="utf-8")
    assert import_document(page).article.sections[1].tier is Tier.DRUG_LABEL


def test_a_printed_reference_list_is_kept(page):
    listing = "References\n\n1. Doe A. Calm skin. 2016.\n2. Label of velaprine.\n3. C.\n4. D.\n5. E.\n6. F.\n\n"
    page.write_text(PAGE.replace("Professional Medical", listing + "Professional Medical"), encoding="utf-8")
    imported = import_document(page)
    assert imported.article.references[0].title == "Doe A. Calm skin. 2016."
    assert imported.unplaced == ("reference 6, cited nowhere: F.",)


SUBJECTS = [
    ("What are the side effects of velaprine?", ("velaprine",)),
    ("Is low-dose Velaprine safe in pregnancy?", ("low-dose velaprine", "LDV")),
    ("How does Velaprine work?", ("velaprine",)),
    ("Can I take velaprine with grapefruit?", ("velaprine",)),
    ("Velaprine and sleep", ("velaprine",)),
    ("Treatment of Grumm's itch", ("Grumm's itch",)),
]


@pytest.mark.parametrize(("title", "names"), SUBJECTS)
def test_the_subject_comes_from_the_title_and_never_gets_the_abbreviation_of_another(page, title, names):
    page.write_text(PAGE.replace(PAGE.split("\n")[0], title), encoding="utf-8")
    assert import_document(page).article.subject == names


HTML = """<!DOCTYPE html><html><head><title>Site | Velaprine</title><script>var x = "<p>no</p>";</script>
<style>p {color: red}</style></head><body><nav>Home About</nav><p>Outside.</p><main>
<h1>Is velaprine safe?</h1><p>Last updated: 5 March 2024</p>
<h2>From the Guidelines</h2><p>It is <b>mostly</b> safe<sup>1,2</sup>, at 10<sup>9</sup> cells/L &amp; up.</p>
<p>Do not use in:</p><ul><li>babies<sup><a href="#r1">[1]</a></sup></li><li><p>horses</p></li></ul>
<h3>Details</h3><div>Loose words<br>on two lines.</div><table><tr><td>a</td><td>b</td></tr></table>
<h2>Key points</h2><p>None.</p><img alt="a chart" src="x.png">
<h2>References</h2><ol><li>First paper.</li><li>Second paper.</li></ol>
<h2>Medical Disclaimer</h2><p>Ask a doctor.</p>
<h2>Have a follow-up question?</h2><p>Ask.</p></main><footer>Imprint</footer></body></html>"""


def test_html_is_arranged_by_the_same_rules(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(HTML, encoding="utf-8")
    imported = import_document(path)
    article = imported.article
    assert (article.id, article.subject, article.last_updated) == ("velaprine-safe", ("velaprine",), date(2024, 3, 5))
    assert [(section.id, section.tier) for section in article.sections] == [
        ("from-the-guidelines", Tier.GUIDELINE),
        ("key-points", Tier.EDITORIAL),
    ]
    guide = article.sections[0]
    assert guide.text == (
        "It is mostly safe, at 10⁹ cells/L & up.\n\nDo not use in:\n• babies\n• horses\n\n"
        "Details\n\nLoose words on two lines."
    )
    assert [(guide.text[: mark.at].split()[-1], mark.labels) for mark in guide.marks] == [
        ("safe", ("1", "2")), ("babies", ("1",)),
    ]  # fmt: skip
    assert [reference.title for reference in article.references] == ["First paper.", "Second paper."]
    assert article.disclaimer.text == "Ask a doctor."
    assert [remark.split(": ", 1)[1] for remark in imported.unplaced] == ["table: a b", "image: a chart"]
    ignored = " ".join(imported.ignored)
    assert all(words in ignored for words in ("Home About", "<script>", "<style>", "Imprint", "Outside."))


def test_the_same_page_saved_as_html_gives_the_same_sections(page, tmp_path):
    def element(line: str) -> str:
        if line.startswith("  •"):
            return f"<ul><li>{line.strip(' •')}</li></ul>"
        tag = "p" if len(line) >= 40 or line.endswith((".", ":")) else "h3"
        tag = "h2" if line.startswith("From") or line.endswith("Disclaimer") else tag
        return f"<{tag}>{line}</{tag}>"

    head, *lines = PAGE.split("\n")
    body = "\n".join(element(line) for line in lines if line)
    saved = tmp_path / "page.html"
    saved.write_text(f"<html><body><h1>{head}</h1>{body}</body></html>", encoding="utf-8")
    assert import_document(saved).article == import_document(page).article


MARKDOWN = """---
title: Velaprine at a glance
date: 2024-03-05
tags: [a, b]
---

Some words *before* any heading.

## Research

It works [1].

1. first
   - nested
2. second

> Quoted.

```
code here
```

## What else

More, see <b>below</b>. ![a chart](x.png)

| a | b |
|---|---|
| 1 | 2 |
"""


def test_foreign_markdown_is_placed_by_its_headings_and_the_rest_is_listed(tmp_path):
    path = tmp_path / "note.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    imported = import_document(path)
    article = imported.article
    assert (article.title, article.last_updated) == ("Velaprine at a glance", date(2024, 3, 5))
    assert [(section.heading, section.tier) for section in article.sections] == [
        ("Velaprine at a glance", Tier.EDITORIAL),
        ("Research", Tier.RESEARCH),
        ("What else", Tier.EDITORIAL),
    ]
    assert article.sections[1].text == "It works.\n\n• first\n• nested\n• second\n\nQuoted."
    listed = " ".join(imported.unplaced)
    assert all(words in listed for words in ("line 19: code: code here", "HTML: <b>", "a chart", "a | b | 1 | 2"))
    assert "tags" in " ".join(imported.ignored)


def test_our_own_format_is_held_to_its_rules_and_taken_as_it_is(page, tmp_path):
    add_documents([page], tmp_path / "one")
    copied = tmp_path / "one" / "uses-low-dose-velaprine.md"
    add_documents([copied], tmp_path / "two")
    assert read_corpus(tmp_path / "two") == read_corpus(tmp_path / "one")
    copied.write_text(copied.read_text(encoding="utf-8").replace("tier=research", "tier=rumour"), encoding="utf-8")
    with pytest.raises(BrokenCorpus, match="unknown tier 'rumour'"):
        add_documents([copied], tmp_path / "three")


BAD_FILES = [
    ("a.docx", b"PK", "no importer for this kind"),
    ("a", b"{}", "no importer for this kind"),
    ("a.txt", b"", "no text"),
    ("a.txt", b" \n ", "no text"),
    ("a.txt", b"abc\0def", "not a text file"),
    ("a.txt", b"one\ncaf\xe9", ":2: not UTF-8"),
    ("a.txt", "Title\n\nText.".encode("utf-16"), "not UTF-8"),
    ("a.txt", b"Title\n\n" + b"a" * 200_000, ":3: a line of"),
    ("a.txt", b"Title only", "no text of an article"),
    ("a.html", b"<p>No title</p>", "neither an <h1> nor a <title>"),
    ("a.html", b"<h1>T</h1>" + b"<div>" * 5_000 + b"x", "nested too deeply"),
    ("a.txt", b"a" * 10_000_001, "save the article alone"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD_FILES)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableDocument, match=message):
        import_document(tmp_path / name)


def test_an_unknown_kind_names_all_known_kinds_and_a_missing_file_itself(tmp_path):
    (tmp_path / "a.doc").write_text("x", encoding="utf-8")
    with pytest.raises(UnreadableDocument) as error:
        import_document(tmp_path / "a.doc")
    assert all(suffix in str(error.value) for kind in KINDS for suffix in kind.suffixes)
    with pytest.raises(UnreadableDocument, match=r"none\.txt"):
        import_document(tmp_path / "none.txt")
    with pytest.raises(UnreadableDocument):
        import_document(tmp_path)


def test_a_file_without_a_suffix_is_known_by_how_it_begins(page, tmp_path):
    bare = tmp_path / "page"
    for text in (PAGE, HTML, MARKDOWN):
        bare.write_text(text, encoding="utf-8")
        assert import_document(bare).article.sections


def test_added_articles_stand_in_the_corpus_with_their_references(page, tmp_path):
    folder = tmp_path / "new" / "corpus"
    (imported,) = add_documents([page], folder)
    assert read_corpus(folder).articles == (imported.article,)
    assert sorted(path.name for path in folder.iterdir()) == ["references.json", "uses-low-dose-velaprine.md"]
    other = tmp_path / "other.html"
    other.write_text(HTML, encoding="utf-8")
    add_documents([other], folder)
    assert [article.id for article in read_corpus(folder).articles] == ["uses-low-dose-velaprine", "velaprine-safe"]


def test_an_article_is_replaced_only_by_force_and_references_stay_as_editors_left_them(page, tmp_path):
    folder = tmp_path / "corpus"
    add_documents([page], folder)
    entries = json.loads((folder / "references.json").read_text(encoding="utf-8"))
    entries[0] = {"id": entries[0]["id"], "type": "book", "title": "What it really is"}
    (folder / "references.json").write_text(json.dumps(entries), encoding="utf-8")
    page.write_text(PAGE.replace("hiccups", "yawns"), encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ArticleExists, match="--force"):
        add_documents([page], folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (imported,) = add_documents([page], folder, force=True)
    assert "yawns" in imported.article.sections[1].text
    assert imported.article.references[0].title == "What it really is"
    assert any("kept" in guess for guess in imported.guesses)


def test_if_one_document_fails_nothing_is_added(page, tmp_path):
    folder = tmp_path / "corpus"
    (tmp_path / "bad.txt").write_bytes(b"\0")
    with pytest.raises(UnreadableDocument):
        add_documents([page, tmp_path / "bad.txt"], folder)
    assert not folder.exists()
    copy = tmp_path / "copy.txt"
    copy.write_bytes(page.read_bytes())
    with pytest.raises(ArticleExists, match="two of the files"):
        add_documents([page, copy], folder)


def test_a_corpus_with_a_fault_is_left_as_it_is(page, tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "draft.md").write_text("not yet", encoding="utf-8")
    with pytest.raises(BrokenCorpus) as broken:
        add_documents([page], folder)
    assert broken.value.problems[0].file == folder / "draft.md"
    assert [path.name for path in folder.iterdir()] == ["draft.md"]


FRAGMENTS = [
    *PAGE.split("\n"),
    *[
        "",
        "",
        "# A",
        "## From the Research",
        "### b",
        "- x",
        "* [@a]",
        "1. y",
        "• • z",
        "•",
        "> q",
        "```",
        "---",
        "***",
    ],
    *[
        "::: plain",
        ":::",
        "<p>p</p>",
        "<h2>From the Guidelines</h2>",
        "<ul><li>",
        "</ul>",
        "<table><td>c",
        "<sup>1</sup>",
    ],
    *[
        "Word<sup>2</sup>",
        "{#id}",
        "a: b",
        "&#x2028;",
        "&#7;",
        "\u202e",
        "\ue000",
        "[1]",
        "1 2",
        "5",
        "x [1] [2].",
        "It is 1:",
    ],
    *["From the X", "Disclaimer", "References", "1. Ref", "<!-- c -->", "<h1>T</h1>", "<title>U</title>", "|a|", "|-|"],
]


@settings(max_examples=200, deadline=None)
@given(
    lines=st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), max_size=25),
    suffix=st.sampled_from([".txt", ".md", ".html", ""]),
)
def test_any_file_is_either_added_or_refused_with_a_reason(lines, suffix, tmp_path_factory):
    folder = tmp_path_factory.mktemp("any")
    path = folder / f"page{suffix}"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    check_added_or_refused(path)


TEMPLATES = [
    *[
        "{}",
        "Short {}",
        "A sentence with {} in it.",
        "  • {}",
        "    ◦ {}",
        "• {} These words with {} follow it.",
        "Lead {}:",
    ],
    *[
        "From the {}",
        "From the Research",
        "Disclaimer",
        "{} Disclaimer",
        "References",
        "3. {}",
        "{} 1, 2",
        "",
        "",
        "# {}",
    ],
    *[
        "## {}",
        "#### {}",
        "> {}",
        "- {}",
        "1. {}",
        "   - {}",
        "    {}",
        "```\n{}\n```",
        "|{}|b|\n|-|-|\n|c|{}|",
        "[x]: {}",
    ],
    *["<p>{}</p>", "<h1>{}</h1>", "<h2>{}</h2>", "<ul><li>{}", "</ul>", "<div>{}<p>{}</p>{}</div>", "<b>{}</b>"],
    *["<td>{}", "<nav>{}</nav>", "<dl><dt>{}<dd>{}</dl>", "<title>{}</title>", "<sup>{}</sup>", "<main>{}", "</main>"],
    *[
        "<pre>{}</pre>",
        "Have a follow-up question?",
        "Which best describes you? {}",
        "![{}](a)",
        "`{}`",
        "<!-- {}",
        "-->",
    ],
]


@settings(max_examples=200, deadline=None)
@given(
    templates=st.lists(st.sampled_from(TEMPLATES), min_size=3, max_size=15),
    suffix=st.sampled_from([".txt", ".md", ".html"]),
)
def test_no_word_of_a_document_is_lost_without_a_trace(templates, suffix, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / f"page{suffix}"
    words = iter(f"word{number}" for number in range(1000))
    text = "\n".join(template.format(*(next(words) for _ in range(template.count("{}")))) for template in templates)
    path.write_text(text, encoding="utf-8")
    try:
        imported = import_document(path)
    except LdnqaError:
        return
    found = imported.model_dump_json()
    shown = re.sub(r"<!--.*?(-->|$)", "", text, flags=re.DOTALL) if suffix == ".html" else text
    assert [word for word in re.findall(r"word\d+", shown) if not re.search(rf"{word}(?!\d)", found)] == []
