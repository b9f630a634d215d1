"""Approved means these words: an edit takes an approval away, taking the edit back brings it back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, reject
from hypothesis import strategies as st
from makers import article, section
from pydantic import ValidationError

from ldnqa.cli import main
from ldnqa.corpus.add import add_documents
from ldnqa.corpus.approval import standing, words_digest
from ldnqa.corpus.read import read_corpus
from ldnqa.corpus.review import record_review
from ldnqa.errors import BadRequest, BrokenCorpus, UnknownArticle
from ldnqa.types import (
    Article,
    Audience,
    Block,
    BlockKind,
    Disclaimer,
    EditorNote,
    Mark,
    Reference,
    Regimen,
    Review,
    ReviewEvent,
    ReviewStatus,
    Section,
    Span,
    Tier,
)

SUBMITTED, UNDER_REVIEW, APPROVED = ReviewStatus
TEXT = """---
id: zinc
title: What is zinc?
subject: [zinc]
review: submitted
last_updated: 2025-02-27
---

## Facts {#facts tier=research}

Zinc is a metal [@a], and some lozenges have it.

::: plain
Zinc is a metal.
:::
"""
ENTRIES = [{"id": "a", "type": "book", "title": "About zinc"}]
DAY = date(2026, 3, 4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "zinc.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "references.json").write_text(json.dumps(ENTRIES), encoding="utf-8")
    return tmp_path


def review_of(folder: Path) -> Review:
    return read_corpus(folder).articles[0].review


def write(folder: Path, old: str, new: str) -> None:
    assert old in TEXT
    (folder / "zinc.md").write_text(TEXT.replace(old, new), encoding="utf-8")


def faults(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(BrokenCorpus) as broken:
        read_corpus(folder)
    assert all(problem.message and problem.mend for problem in broken.value.problems)
    return [(problem.file.name, problem.line, problem.rule) for problem in broken.value.problems]


# --- what is recorded ---


def test_without_a_record_the_front_matter_says_where_an_article_stands(folder):
    assert review_of(folder) == Review(status=SUBMITTED)


def test_a_review_is_recorded_beside_the_article_and_changes_nothing_in_it(folder):
    event = record_review(folder, "zinc", UNDER_REVIEW, " Ann\tLee ", DAY, note="Ask about\nthe dose.")
    assert (event.status, event.by, event.on, event.note) == (UNDER_REVIEW, "Ann Lee", DAY, "Ask about the dose.")
    later = record_review(folder, "zinc", APPROVED, "Bo Wu", date(2026, 3, 5))
    review = review_of(folder)
    assert (review.status, review.by, review.on) == (APPROVED, "Bo Wu", date(2026, 3, 5))
    assert review.history == (event, later)
    assert event.digest == later.digest == words_digest(read_corpus(folder).articles[0])
    assert (folder / "zinc.md").read_text(encoding="utf-8") == TEXT
    assert {path.name for path in folder.iterdir()} == {"zinc.md", "references.json", "reviews.json"}


def test_the_record_has_a_line_for_each_thing_and_is_sorted_by_article(folder):
    (folder / "alum.md").write_text(TEXT.replace("id: zinc", "id: alum"), encoding="utf-8")
    record_review(folder, "zinc", SUBMITTED, "Zoë", DAY)
    before = (folder / "reviews.json").read_text(encoding="utf-8").splitlines()
    record_review(folder, "alum", SUBMITTED, "Ann", DAY)
    after = (folder / "reviews.json").read_text(encoding="utf-8").splitlines()
    assert [line for line in after if line not in before] == ['  "alum": [', '      "by": "Ann",', "  ],"]
    assert '      "by": "Zoë",' in after
    assert list(json.loads("\n".join(after))) == ["alum", "zinc"]


def test_the_day_is_today_unless_given(folder):
    before = date.today()
    assert before <= record_review(folder, "zinc", SUBMITTED, "Ann").on <= date.today()


@pytest.mark.parametrize("article_id", ["tin", "../zinc", "zinc.md", "", "README"])
def test_an_unknown_article_cannot_be_reviewed(folder, article_id):
    (folder / "README.md").write_text("Not an article.", encoding="utf-8")
    with pytest.raises(UnknownArticle):
        record_review(folder, article_id, SUBMITTED, "Ann", DAY)
    assert not (folder / "reviews.json").exists()


@pytest.mark.parametrize("by", ["", " \n", "Ann\x00", "\u202eAnn"])
def test_a_reviewer_has_a_name(folder, by):
    with pytest.raises(BadRequest, match="--by"):
        record_review(folder, "zinc", SUBMITTED, by, DAY)


def test_a_review_is_neither_in_the_future_nor_before_the_last_one(folder):
    with pytest.raises(BadRequest, match="yet to come"):
        record_review(folder, "zinc", SUBMITTED, "Ann", date(2999, 1, 1))
    record_review(folder, "zinc", SUBMITTED, "Ann", DAY)
    with pytest.raises(BadRequest, match="2026-03-04"):
        record_review(folder, "zinc", APPROVED, "Ann", date(2026, 3, 3))


def test_a_broken_article_or_record_is_not_written_over(folder):
    (folder / "reviews.json").write_text("[", encoding="utf-8")
    with pytest.raises(BrokenCorpus):
        record_review(folder, "zinc", SUBMITTED, "Ann", DAY)
    assert (folder / "reviews.json").read_text(encoding="utf-8") == "["
    (folder / "reviews.json").unlink()
    write(folder, "[@a]", "[@b]")
    with pytest.raises(BrokenCorpus):
        record_review(folder, "zinc", SUBMITTED, "Ann", DAY)


# --- what it makes of the status ---


def test_an_edit_takes_an_approval_away_and_the_same_words_bring_it_back(folder):
    record_review(folder, "zinc", APPROVED, "Ann", DAY)
    write(folder, "some lozenges", "most lozenges")
    dropped = review_of(folder)
    assert (dropped.status, dropped.by, dropped.on, len(dropped.history)) == (UNDER_REVIEW, None, None, 1)
    write(folder, "some lozenges", "some lozenges")
    assert review_of(folder).status is APPROVED
    write(folder, "some lozenges", "most lozenges")
    record_review(folder, "zinc", APPROVED, "Bo", DAY)
    assert (review_of(folder).status, review_of(folder).by) == (APPROVED, "Bo")


def test_a_changed_reference_takes_the_approval_of_what_cites_it_away(folder):
    record_review(folder, "zinc", APPROVED, "Ann", DAY)
    (folder / "references.json").write_text(json.dumps([{**ENTRIES[0], "DOI": "10.1000/x"}]), encoding="utf-8")
    assert review_of(folder).status is UNDER_REVIEW


def test_what_no_reader_sees_may_change(folder):
    record_review(folder, "zinc", APPROVED, "Ann", DAY)
    write(folder, "and some lozenges have it", "and *some*\nlozenges   have it")
    assert review_of(folder).status is APPROVED
    write(folder, "last_updated: 2025-02-27", "last_updated: 2025-02-28\naudience: [clinician]")
    assert review_of(folder).status is APPROVED


def test_a_front_matter_cannot_approve_its_article(folder):
    write(folder, "review: submitted", "review: approved")
    assert faults(folder) == [("zinc.md", 5, "unproven-approval")]
    record_review(folder, "zinc", APPROVED, "Ann", DAY)
    assert review_of(folder).status is APPROVED
    edited = TEXT.replace("review: submitted", "review: approved").replace("some", "most")
    (folder / "zinc.md").write_text(edited, encoding="utf-8")
    assert faults(folder) == [("zinc.md", 5, "unproven-approval")]
    (folder / "zinc.md").write_text(edited.replace("most", "some"), encoding="utf-8")
    record_review(folder, "zinc", UNDER_REVIEW, "Ann", DAY)
    assert faults(folder) == [("zinc.md", 5, "unproven-approval")]


# --- a record that cannot be ---

GOOD = {"status": "approved", "by": "Ann", "on": "2026-03-04", "digest": "0" * 64}


def event(**more: object) -> str:
    return json.dumps({**GOOD, **more})


RECORDS = [
    ("{", 1, "bad-json"),
    ('{\n"zinc": [}', 2, "bad-json"),
    ("[]", 1, "bad-reviews"),
    ("3", 1, "bad-reviews"),
    ('{\n"zinc": {}}', 2, "bad-reviews"),
    (f'{{"zinc": [],\n"tin": [{event()}]}}', 2, "unknown-article"),
    ('{"zinc": [],\n"zinc": []}', 2, "duplicate-key"),
    ('{"zinc": [\n3]}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(status="fine")}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(by="")}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(by=3)}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(by=None)}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(on="2026-02-30")}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(on="2999-01-01")}]}}', 2, "future-date"),
    (f'{{"zinc": [{event()},\n{event(on="2026-03-03")}]}}', 2, "disordered-review"),
    (f'{{"zinc": [\n{event(digest="abc")}]}}', 2, "mistyped-value"),
    (f'{{"zinc": [\n{event(by="Ann 🙂")}]}}', 2, "bad-json"),
    (f'{{"zinc": [\n{event(who="Ann")}]}}', 2, "unknown-key"),
    ('{"zinc": [\n{"status": "approved", "by": "Ann", "on": "2026-03-04"}]}', 2, "missing-key"),
    ('{"zinc": [\n\t{"by": "Ann",\n\t"by": "Bo"}]}', 3, "duplicate-key"),
]


@pytest.mark.parametrize(("record", "line", "rule"), RECORDS)
def test_a_fault_in_the_record_is_named_with_its_line(folder, record, line, rule):
    (folder / "reviews.json").write_text(record, encoding="utf-8")
    assert ("reviews.json", line, rule) in faults(folder)


# --- the promise itself, for any text and any edit ---

SIGNS = st.characters(categories=["L", "N", "P", "Zs", "Sm"], exclude_characters="•")
LABEL = Section(
    id="label",
    heading="Label",
    tier=Tier.DRUG_LABEL,
    regimen=Regimen.STANDARD_DOSE,
    text="Effects:\n• headache\n• dreams",
    blocks=(
        Block(
            kind=BlockKind.LIST, start=0, end=28, items=(Span(start=11, end=19), Span(start=22, end=28)), plain="Ow."
        ),
    ),
    marks=(Mark(at=7, labels=("1",)),),
)
FACTS = section("# Zinc", "Zinc is not a drug.").model_copy(
    update={"notes": (EditorNote(start=6, end=10, section_id="editors-notes", note_start=0, note_end=6),)}
)
WHOLE = article(
    FACTS,
    LABEL,
    section("A note.", id="editors-notes", tier=Tier.EDITORIAL),
    questions=("What is zinc?",),
    disclaimer=Disclaimer(id="fixed", text="Fixed words."),
    references=(Reference(label="1", key="a", title="T", authors="A", container="C", doi="D", pmid="1", url="U"),),
)  # fmt: skip
SEEN = [
    ("title",), ("subject", 0), ("questions", 0), ("disclaimer", "text"),
    *[("references", 0, name) for name in ("label", "title", "authors", "container", "doi", "pmid", "url")],
    *[("sections", number, name) for number in range(3) for name in ("heading", "text")],
    ("sections", 1, "blocks", 0, "plain"), ("sections", 1, "marks", 0, "labels", 0),
]  # fmt: skip


def at(data, path, new=None):
    """The value at the end of `path`, replaced by `new` if given."""
    for step in path[:-1]:
        data = data[step]
    if new is not None:
        data[path[-1]] = new
    return data[path[-1]]


def status_of(changed: Article, approved: Article) -> ReviewStatus:
    event = ReviewEvent(status=APPROVED, by="Ann", on=DAY, digest=words_digest(approved))
    return standing(SUBMITTED, [event], words_digest(changed)).status


@given(st.sampled_from(SEEN), st.data())
def test_any_edit_of_one_visible_character_takes_the_approval_away(path, data):
    content = WHOLE.model_dump(mode="json")
    old = at(content, path)
    place = data.draw(st.integers(0, len(old)), label="place")
    sign = data.draw(SIGNS | st.just(""), label="sign")
    new = old[:place] + sign + old[place + data.draw(st.integers(0, 1), label="signs taken") :]
    at(content, path, new)
    try:
        changed = Article.model_validate(content)
    except ValidationError:
        reject()  # Nothing is left of a text that must say something.
    assert status_of(changed, WHOLE) is (APPROVED if new == old else UNDER_REVIEW)
    at(content, path, old)
    assert status_of(Article.model_validate(content), WHOLE) is APPROVED


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("sections", 1, "tier"), Tier.RESEARCH),
        (("sections", 1, "regimen"), Regimen.LOW_DOSE),
        (("sections", 1, "regimen"), None),
        (("sections", 1, "blocks", 0, "plain"), None),
        (("sections", 1, "blocks", 0, "kind"), BlockKind.PARAGRAPH),
        (("sections", 1, "marks"), []),
        (("sections", 0, "notes"), []),
        (("references", 0, "year"), 2001),
        (("references",), []),
        (("disclaimer",), None),
        (("questions",), []),
    ],
)
def test_what_is_seen_besides_the_words_counts_as_well(path, new):
    content = WHOLE.model_dump()
    step = content
    for name in path[:-1]:
        step = step[name]
    step[path[-1]] = new
    assert status_of(Article.model_validate(content), WHOLE) is UNDER_REVIEW


@given(st.dates(), st.sampled_from(SUBMITTED.__class__), st.sets(st.sampled_from(Audience)))
def test_the_review_the_date_and_the_audience_do_not_count(last_updated, status, audience):
    changed = WHOLE.model_copy(
        update={"last_updated": last_updated, "review": Review(status=status), "audience": tuple(audience)}
    )
    assert words_digest(changed) == words_digest(WHOLE)


def test_the_digest_stays_the_same_from_version_to_version():
    # If this fails, every approval on record is lost: keep the old form for them, or raise the form's number knowingly.
    assert words_digest(WHOLE) == "3e4d88575396275d94e39cda7ff49bb0976b68bab6716602149469ccbc615fbd"


EVENTS = st.lists(st.tuples(st.sampled_from(SUBMITTED.__class__), st.sampled_from("abc")), max_size=5)


@given(st.sampled_from(SUBMITTED.__class__), EVENTS, st.sampled_from("abc"))
def test_approved_always_means_that_the_latest_event_approved_these_words(claimed, steps, now):
    events = [ReviewEvent(status=status, by="Ann", on=DAY, digest=sign * 64) for status, sign in steps]
    review = standing(claimed, events, now * 64)
    approved = bool(steps) and steps[-1] == (APPROVED, now)
    assert (review.status is APPROVED) == approved
    assert review.history == tuple(events)


# --- the command ---


def test_the_command_records_a_review_and_says_so(folder):
    args = ["review", "zinc", "--status", "approved", "--by", "Ann", "--on", "2026-03-04", "--corpus", str(folder)]
    done = CliRunner().invoke(main, args)
    assert done.exit_code == 0
    assert "zinc: approved by Ann on 2026-03-04" in done.stdout
    assert review_of(folder).status is APPROVED


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tin", "--status", "approved", "--by", "Ann"], "tin"),
        (["zinc", "--status", "great", "--by", "Ann"], "under_review"),
        (["zinc", "--status", "approved"], "--by"),
        (["zinc", "--status", "approved", "--by", " "], "--by"),
        (["zinc", "--status", "approved", "--by", "Ann", "--on", "2026-02-30"], "2026-02-30"),
        (["zinc", "--status", "approved", "--by", "Ann", "--on", "2999-01-01"], "yet to come"),
    ],
)
def test_the_command_says_what_is_wrong(folder, args, said):
    done = CliRunner().invoke(main, ["review", *args, "--corpus", str(folder)])
    assert done.exit_code != 0
    assert said in done.stderr
    assert not (folder / "reviews.json").exists()


def test_adding_another_article_keeps_approvals_and_replacing_one_does_not(folder, tmp_path):
    record_review(folder, "zinc", APPROVED, "Dr. Vey", DAY)
    (folder / "zinc.md").write_text(TEXT.replace("review: submitted", "review: approved"), encoding="utf-8")
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    copper = drafts / "copper.md"
    copper.write_text(TEXT.replace("zinc", "copper").replace(" [@a]", ""), encoding="utf-8")
    add_documents([copper], folder)
    assert {a.id: a.review.status for a in read_corpus(folder).articles} == {"copper": SUBMITTED, "zinc": APPROVED}

    edited = drafts / "zinc.md"
    edited.write_text(TEXT.replace("a metal", "a white metal").replace(" [@a]", ""), encoding="utf-8")
    add_documents([edited], folder, force=True)
    assert {a.id: a.review.status for a in read_corpus(folder).articles} == {"copper": SUBMITTED, "zinc": UNDER_REVIEW}
