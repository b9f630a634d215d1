"""Reading a folder: what an editor writes is what readers are shown, and every slip is named with its line."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ldnqa.corpus.read import article_digest, read_article, read_corpus
from ldnqa.errors import BrokenCorpus
from ldnqa.types import BlockKind, Tier

HEAD = """---
id: zinc
title: What is zinc lozenge therapy?
subject: [zinc lozenges, ZL]
review: under_review
last_updated: 2025-02-27
---
"""
BODY = """
## From the Guidelines {#guide tier=guideline regimen=low_dose}

Some *emphasis* and a [link](https://example.org)
over two lines [@b].

::: plain
Plain words.
:::

::: {.note quote="over two lines"}
A comment [@c].
:::

::: plain
A plain comment.
:::

It helps [@a; @b], which is fine. It does [@a] work.

Reported effects [@a]:

- first
- second
  goes on [@b]

### A subheading

1. step one
2. step two

## Research {tier=research}

Last \\[words\\] & 1.5 mg to 4.5 mg.
"""
ENTRIES = [
    {
        "id": "a",
        "type": "article-journal",
        "title": "Title A",
        "author": [{"given": "Ada", "family": "Byron"}, {"literal": "The Group"}],
        "issued": {"date-parts": [[2013, 2]]},
        "container-title": "Journal",
        "DOI": "10.1/x",
        "PMID": "123",
        "URL": "https://example.org/a",
    },
    {"id": "b", "type": "book", "title": "Title B"},
    {"id": "c", "type": "document", "title": "Title C", "custom": {"supplied": False}},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "references.json").write_text(json.dumps(ENTRIES), encoding="utf-8")
    (tmp_path / "zinc.md").write_text(HEAD + BODY, encoding="utf-8")
    (tmp_path / "README.md").write_text("Not an article.", encoding="utf-8")
    return tmp_path


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(BrokenCorpus) as broken:
        read_corpus(folder)
    assert all(problem.message and problem.mend for problem in broken.value.problems)
    return [(problem.file.name, problem.line, problem.rule) for problem in broken.value.problems]


def test_a_section_has_the_text_and_offsets_that_the_format_promises(folder):
    (article,) = read_corpus(folder).articles
    guide, research, notes = article.sections
    assert guide.text == (
        "Some emphasis and a link over two lines.\n\nIt helps, which is fine. It does work.\n\n"
        "Reported effects:\n• first\n• second goes on\n\nA subheading\n\n• 1. step one\n• 2. step two"
    )
    assert [block.kind for block in guide.blocks] == [
        BlockKind.PARAGRAPH, BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.HEADING, BlockKind.LIST,
    ]  # fmt: skip
    effects = guide.blocks[2]
    assert guide.text[effects.start : effects.end] == "Reported effects:\n• first\n• second goes on"
    assert [guide.text[item.start : item.end] for item in effects.items] == ["first", "second goes on"]
    assert guide.blocks[0].plain == "Plain words."
    assert (research.id, research.tier, research.regimen) == ("research", Tier.RESEARCH, None)
    assert research.text == "Last [words] & 1.5 mg to 4.5 mg."
    assert (notes.id, notes.tier, notes.text, notes.blocks[0].plain) == (
        "editors-notes", Tier.EDITORIAL, "A comment.", "A plain comment.",
    )  # fmt: skip
    (note,) = guide.notes
    assert guide.text[note.start : note.end] == "over two lines"
    assert notes.text[note.note_start : note.note_end] == "A comment."


def test_marks_stand_behind_their_words_and_are_numbered_by_first_mention(folder):
    (article,) = read_corpus(folder).articles
    guide = article.section("guide")
    assert [(guide.text[: mark.at].split()[-1], mark.labels) for mark in guide.marks] == [
        ("lines", ("1",)), ("helps", ("2", "1")), ("does", ("2",)), ("effects", ("2",)), ("on", ("1",)),
    ]  # fmt: skip
    assert [(reference.label, reference.key) for reference in article.references] == [
        ("1", "b"),
        ("2", "a"),
        ("3", "c"),
    ]
    full = article.references[1]
    assert (full.authors, full.container, full.year) == ("Ada Byron, The Group", "Journal", 2013)
    assert (full.doi, full.pmid, full.url) == ("10.1/x", "123", "https://example.org/a")
    assert article.references[0].year is None


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(folder):
    before = read_corpus(folder)
    text = (folder / "zinc.md").read_text(encoding="utf-8")
    (folder / "zinc.md").write_text(text, encoding="utf-8-sig", newline="\r\n")
    assert read_corpus(folder) == before


def test_the_digest_follows_every_word(folder):
    (article,) = read_corpus(folder).articles
    (folder / "zinc.md").write_text(HEAD + BODY.replace("1.5 mg", "1.6 mg"), encoding="utf-8")
    (other,) = read_corpus(folder).articles
    assert article_digest(article) != article_digest(other)
    assert article_digest(article) == article_digest(article.model_copy())


def test_the_glossary_is_read_in_its_order(folder):
    (folder / "glossary.yaml").write_text("- term: zinc\n  definition: A metal.\n", encoding="utf-8")
    assert [entry.term for entry in read_corpus(folder).glossary] == ["zinc"]
    (folder / "glossary.yaml").write_text("- term: a\n  definition: b\n- term: A\n  meaning: b\n", encoding="utf-8")
    assert faults(folder) == [("glossary.yaml", 4, "unknown-key"), ("glossary.yaml", 3, "missing-key")]


def test_articles_come_sorted_and_all_faults_at_once(folder):
    (folder / "alum.md").write_text(HEAD.replace("id: zinc", "id: alum") + BODY, encoding="utf-8")
    assert [article.id for article in read_corpus(folder).articles] == ["alum", "zinc"]
    (folder / "alum.md").write_text(HEAD + BODY.replace("@a", "@q"), encoding="utf-8")
    (folder / "zinc.md").write_text(HEAD.replace("review", "revue") + BODY, encoding="utf-8")
    assert faults(folder) == [
        ("alum.md", 2, "id-is-not-file-name"),
        ("alum.md", 26, "dangling-reference"),
        ("alum.md", 26, "dangling-reference"),
        ("alum.md", 28, "dangling-reference"),
        ("zinc.md", 5, "unknown-key"),
        ("zinc.md", 2, "missing-key"),
    ]


def test_a_missing_or_empty_folder_says_how_to_begin(tmp_path):
    assert faults(tmp_path / "none") == [("none", 0, "no-corpus")]
    assert [rule for _, _, rule in faults(tmp_path)] == ["no-articles"]


# What to replace in the front matter (lines 1 to 7), by what, and the fault: line and rule.
HEAD_FAULTS = [
    ("id: zinc", "id: Zinc", 2, "mistyped-value"),
    ("subject: [zinc lozenges, ZL]", "subject: zinc", 4, "mistyped-value"),
    ("subject: [zinc lozenges, ZL]", "subject: []", 4, "mistyped-value"),
    ("subject: [zinc lozenges, ZL]", "subject: [1, 2]", 4, "mistyped-value"),
    ("under_review", "reviewed", 5, "mistyped-value"),
    ("2025-02-27", "2025-02-30", 6, "bad-yaml|mistyped-value"),
    ("2025-02-27", "yesterday", 6, "mistyped-value"),
    ("2025-02-27", "2025-02-27\naudience: [nurse]", 7, "mistyped-value"),
    ("2025-02-27", "2025-02-27\ntitle: Again", 7, "duplicate-key"),
    ("2025-02-27", "2025-02-27\ndisclaimer: {id: x}", 7, "mistyped-value"),
    ("2025-02-27", "2025-02-27\ndisclaimer: {id: x, text: y, id: z}", 7, "mistyped-value"),
    ("2025-02-27", '2025-02-27\nquestions: ["a\\u202eb"]', 7, "mistyped-value"),
    ("2025-02-27", "2025-02-27\nquestions: [a: b: c]", 7, "bad-yaml"),
    ("title: What is zinc lozenge therapy?\n", "", 2, "missing-key"),
    ("---\nid", "id", 1, "missing-front-matter"),
    ("27\n---\n", "27\n", 1, "missing-front-matter"),
]


@pytest.mark.parametrize(("old", "new", "line", "rule"), HEAD_FAULTS)
def test_a_fault_in_the_front_matter_is_named_with_its_line(folder, old, new, line, rule):
    assert old in HEAD
    (folder / "zinc.md").write_text(HEAD.replace(old, new, 1) + BODY, encoding="utf-8")
    found = faults(folder)
    assert found[0][1] == line
    assert found[0][2] in rule.split("|")


# A body that begins on line 8 of the file, and the fault: line and rule.
BODY_FAULTS = {
    "text before a section": ("text\n\n## A {tier=research}\n\ntext", 8, "text-before-section"),
    "subheading before a section": ("### b\n\n## A {tier=research}\n\ntext", 8, "text-before-section"),
    "no section": ("", 0, "no-section"),
    "no tier": ("## A\n\ntext", 8, "missing-tier"),
    "unknown tier": ("## A {tier=gossip}\n\ntext", 8, "unknown-tier"),
    "unknown regimen": ("## A {tier=research regimen=huge}\n\ntext", 8, "unknown-regimen"),
    "unknown attribute": ("## A {tier=research teir=x}\n\ntext", 8, "unknown-attribute"),
    "attribute twice": ("## A {tier=research tier=guideline}\n\ntext", 8, "unknown-attribute"),
    "a class": ("## A {.wide tier=research}\n\ntext", 8, "unknown-attribute"),
    "attributes on a subheading": ("## A {tier=research}\n\n### B {#b}\n\ntext", 10, "unknown-attribute"),
    "bad id": ("## A {#A_b tier=research}\n\ntext", 8, "bad-id"),
    "section twice": ("## A {tier=research}\n\ntext\n\n## a {tier=research}\n\ntext", 12, "duplicate-section"),
    "reserved id": ("## Editors' notes {tier=editorial}\n\ntext", 8, "reserved-section"),
    "empty section": ("## A {tier=research}\n\n### b", 8, "empty-section"),
    "level one": ("# A\n\n## B {tier=research}\n\ntext", 8, "bad-heading"),
    "level four": ("## A {tier=research}\n\n#### B\n\ntext", 10, "bad-heading"),
    "underlined": ("## A {tier=research}\n\ntext\nmore\n---\n\ntext", 10, "bad-heading"),
    "cited heading": ("## A [@a] {tier=research}\n\ntext", 8, "misplaced-citation"),
    "table": ("## A {tier=research}\n\n|a|b|\n|-|-|\n|1|2|", 10, "unsupported-markup"),
    "fence": ("## A {tier=research}\n\n```\ncode\n```", 10, "unsupported-markup"),
    "indented code": ("## A {tier=research}\n\n    code", 10, "unsupported-markup"),
    "HTML block": ("## A {tier=research}\n\n<div>x</div>", 10, "unsupported-markup"),
    "HTML comment": ("## A {tier=research}\n\ntext\n\n<!-- note -->", 12, "unsupported-markup"),
    "quotation": ("## A {tier=research}\n\n> said", 10, "unsupported-markup"),
    "rule": ("## A {tier=research}\n\ntext\n\n***", 12, "unsupported-markup"),
    "code in a line": ("## A {tier=research}\n\ntext\n`code`", 11, "unsupported-markup"),
    "image": ("## A {tier=research}\n\ntext ![x](y.png)", 10, "unsupported-markup"),
    "HTML in a line": ("## A {tier=research}\n\ntext<br>", 10, "unsupported-markup"),
    "link definition": ("## A {tier=research}\n\n[a]: https://example.org", 10, "unsupported-markup"),
    "unclosed div": ("## A {tier=research}\n\ntext\n\n::: plain\ntwin", 12, "unclosed-div"),
    "stray end": ("## A {tier=research}\n\ntext\n\n:::", 12, "unclosed-div"),
    "unknown div": ("## A {tier=research}\n\ntext\n\n::: warning\nx\n:::", 12, "unknown-div"),
    "unknown key on a note": ("## A {tier=research}\n\ntext\n\n::: {.note by=me}\nx\n:::", 12, "unknown-div"),
    "div in a div": ("## A {tier=research}\n\ntext\n\n:::: plain\n::: plain\nx\n:::\n::::", 13, "bad-div"),
    "twin of nothing": ("## A {tier=research}\n\n::: plain\nx\n:::\n\ntext", 10, "twin-of-nothing"),
    "twin of a heading": ("## A {tier=research}\n\ntext\n\n### B\n\n::: plain\nx\n:::", 14, "twin-of-nothing"),
    "two twins": ("## A {tier=research}\n\ntext\n\n::: plain\nx\n:::\n\n::: plain\ny\n:::", 16, "second-twin"),
    "long twin": ("## A {tier=research}\n\ntext\n\n::: plain\nx\n\ny\n:::", 12, "bad-twin"),
    "cited twin": ("## A {tier=research}\n\ntext\n\n::: plain\nx [@a]\n:::", 12, "misplaced-citation"),
    "note quote": ('## A {tier=research}\n\ntext\n\n::: {.note quote="test"}\nx\n:::', 12, "note-quote"),
    "note quote twice": ('## A {tier=research}\n\ntext\n\n::: {.note quote="t"}\nx\n:::', 12, "note-quote"),
    "note on nothing": ("## A {tier=research}\n\n::: note\nx\n:::\n\ntext", 10, "note-on-nothing"),
    "empty note": ("## A {tier=research}\n\ntext\n\n::: note\n:::", 12, "bad-note"),
    "nested list": ("## A {tier=research}\n\n- a\n  - b", 10, "nested-list"),
    "two paragraphs in an item": ("## A {tier=research}\n\n- a\n\n  b", 10, "bad-list-item"),
    "cut lead-in": ("## A {tier=research}\n\nSuch as:\n\n::: plain\nx\n:::\n\n- a", 16, "split-lead-in"),
    "bullet sign": ("## A {tier=research}\n\ntext\n• a\n• b", 11, "bullet-character"),
    "dangling": ("## A {tier=research}\n\ntext\nmore [@a; @nobody].", 11, "dangling-reference"),
    "malformed": ("## A {tier=research}\n\ntext [see @a, p. 3].", 10, "malformed-citation"),
    "comma for semicolon": ("## A {tier=research}\n\ntext [@a, @b].", 10, "malformed-citation"),
    "bare key": ("## A {tier=research}\n\nas @a found.", 10, "malformed-citation"),
    "footnote": ("## A {tier=research}\n\ntext[^1].", 10, "malformed-citation"),
    "citation first": ("## A {tier=research}\n\n[@a] text.", 10, "citation-first"),
    "control character": ("## A {tier=research}\n\ntext\x07", 10, "control-character"),
    "control character by entity": ("## A {tier=research}\n\nte&#x2028;xt", 10, "control-character"),
    "reordering character": ("## A {tier=research}\n\n50 \u202emg", 10, "control-character"),
}


@pytest.mark.parametrize("name", BODY_FAULTS)
def test_a_fault_in_the_body_is_named_with_its_line(folder, name):
    body, line, rule = BODY_FAULTS[name]
    (folder / "zinc.md").write_text(HEAD + body, encoding="utf-8")
    assert (("zinc.md", line, rule)) in faults(folder)


def test_bytes_that_are_not_utf8_are_named_with_their_line(folder):
    (folder / "zinc.md").write_bytes((HEAD + BODY).encode() + b"caf\xe9\n")
    assert faults(folder) == [("zinc.md", (HEAD + BODY).count("\n") + 1, "not-utf-8")]


def test_a_file_that_is_too_large_or_cannot_be_read_is_named(folder):
    (folder / "zinc.md").write_text(HEAD + BODY + "More.\n" * 400_000, encoding="utf-8")
    (folder / "alum.md").symlink_to(folder / "nowhere")
    assert [(file, rule) for file, _, rule in faults(folder)] == [("alum.md", "unreadable"), ("zinc.md", "too-large")]


@pytest.mark.parametrize("text", ["- " * 5_000, "[" * 20_000, "a: " + "{a: " * 5_000, "- term:\tzinc"])
def test_a_glossary_that_is_no_yaml_is_a_fault_however_it_is_broken(folder, text):
    (folder / "glossary.yaml").write_text(text, encoding="utf-8")
    assert [(file, rule) for file, _, rule in faults(folder)] == [("glossary.yaml", "bad-yaml")]


REFERENCE_FAULTS = [
    ('[\n{"id": "a" "type": "book"}]', 2, "bad-json"),
    ("{}", 1, "bad-references"),
    ('[{"type": "book", "title": "x"}]', 1, "bad-reference"),
    ('[{"id": "a",\n"id": "b", "type": "book", "title": "x"}]', 2, "duplicate-key"),
    (
        '[{"id": "a", "type": "book", "title": "x"},\n{"id": "a", "type": "book", "title": "x"}]',
        2,
        "duplicate-reference",
    ),
    ('[{"id": "a", "type": "book"}]', 1, "bad-reference"),
    ('[{"id": "a", "title": "x"}]', 1, "bad-reference"),
    ('[\n{"id": "a", "type": "book", "title": "x", "DOI": 7}]', 2, "bad-reference"),
    ('[{"id": "a", "type": "book", "title": "x", "PMID": "PMC1"}]', 1, "bad-reference"),
    ('[{"id": "a", "type": "book", "title": "x", "author": "Byron"}]', 1, "bad-reference"),
    ('[{"id": "a", "type": "book", "title": "x", "issued": 2013}]', 1, "bad-reference"),
]


@pytest.mark.parametrize(("text", "line", "rule"), REFERENCE_FAULTS)
def test_a_fault_in_the_references_is_named_with_its_line(folder, text, line, rule):
    (folder / "references.json").write_text(text, encoding="utf-8")
    assert ("references.json", line, rule) in faults(folder)


def test_one_article_can_be_read_alone(folder):
    entries = {entry["id"]: entry for entry in ENTRIES}
    assert read_article(folder / "zinc.md", entries).title == "What is zinc lozenge therapy?"
    with pytest.raises(BrokenCorpus, match="no reference has the id 'c'"):
        read_article(folder / "zinc.md", {"a": entries["a"], "b": entries["b"]})


def test_the_example_in_the_description_of_the_format_is_in_the_format(tmp_path):
    description = Path(__file__).parents[1] / "docs" / "article-format.md"
    example = description.read_text(encoding="utf-8").split("```markdown\n")[1].split("```")[0]
    (tmp_path / "ldn-indications.md").write_text(example, encoding="utf-8")
    keys = set(re.findall(r"@([\w-]+)", example))
    entries = [{"id": key, "type": "book", "title": key} for key in keys]
    (tmp_path / "references.json").write_text(json.dumps(entries), encoding="utf-8")
    (article,) = read_corpus(tmp_path).articles
    assert [section.id for section in article.sections] == ["from-the-guidelines", "editors-notes"]
