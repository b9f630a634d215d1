"""A build puts exactly the articles that are there in service, and touches only what changed."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import article, section

from ldnqa import earlier as earlier_module
from ldnqa import embedding as embedding_module
from ldnqa import index as index_module
from ldnqa import parts as parts_module
from ldnqa import saving as saving_module
from ldnqa.build import BuildReport, build, build_articles, is_stale, rollback
from ldnqa.chunk import embedded_text
from ldnqa.earlier import Journal
from ldnqa.embedded import as_embedded
from ldnqa.errors import BrokenCorpus, CorpusError, IndexBusy, IndexDamaged, IndexMissing, IndexUnwritable
from ldnqa.index import Index
from ldnqa.manifest import read_pointer
from ldnqa.pieces import KEYS, TEXTS, VECTORS, cut
from ldnqa.progress import Pace, Progress
from ldnqa.types import Article, Asked, GlossaryEntry, Review, ReviewStatus

DOSING = article(section("The usual dose is 1.5 to 4.5 mg at bedtime."), id="dosing", title="What dose is used?")
OPIOIDS = article(section("Opioids must be stopped before naltrexone."), id="opioids", title="Opioids")
COUNTED = [article(section(f"Number {n} is one of many."), id=f"a{n}", title="Counting") for n in range(700)]
HARMS = article(section("Vivid dreams are common.", "Headache is rare."), id="harms", title="Harms")


def make(folder: Path, *articles: Article, encoder: HashedEncoder | None = None, **options: object) -> BuildReport:
    return build_articles(articles, (), folder, encoder or HashedEncoder(), **options)  # type: ignore[arg-type]


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time of change and its bytes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def ids(folder: Path) -> set[str]:
    return {path.name for path in (folder / "builds").iterdir()}


def test_reports_what_it_did(tmp_path: Path) -> None:
    report = make(tmp_path, DOSING, OPIOIDS)
    index = Index.open(tmp_path, HashedEncoder())
    assert report.index_id == index.id
    assert (report.articles, report.passages) == (2, len(index.passages))
    # A quote that is its passage is embedded once; to these come a question, without its mark, and both titles.
    assert report.embedded == len(index.passages) + sum(len(p.quotes) for p in index.passages) - 2 + 1 + 2
    assert (report.reused, report.unchanged) == (0, False)


def test_nothing_changed_writes_nothing(tmp_path: Path) -> None:
    first = make(tmp_path, DOSING, OPIOIDS)
    before, encoder = snapshot(tmp_path), HashedEncoder()
    again = make(tmp_path, OPIOIDS, DOSING, encoder=encoder)
    assert again.unchanged
    assert (again.index_id, again.articles, again.passages) == (first.index_id, 2, first.passages)
    assert (again.embedded, encoder.encoded) == (0, [])
    assert snapshot(tmp_path) == before


def test_only_what_changed_is_embedded_and_the_rest_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    make(tmp_path, DOSING, OPIOIDS)
    old = Index.open(tmp_path, HashedEncoder())
    changed = article(section("Opioids must be stopped a week before naltrexone."), id="opioids", title="Opioids")
    encoder = HashedEncoder()
    report = make(tmp_path, DOSING, changed, encoder=encoder)
    assert encoder.encoded
    assert all("a week before" in text for text in encoder.encoded)
    assert report.embedded == len(encoder.encoded)
    assert report.reused > 0
    new = Index.open(tmp_path, HashedEncoder())
    assert np.array_equal(new.passage_vector("dosing#part:0"), old.passage_vector("dosing#part:0"))


def test_the_id_depends_on_the_articles_and_not_on_the_way_there(tmp_path: Path) -> None:
    make(tmp_path / "stepwise", DOSING)
    make(tmp_path / "stepwise", DOSING, HARMS)
    stepwise = make(tmp_path / "stepwise", OPIOIDS, DOSING)
    assert stepwise.index_id == make(tmp_path / "at-once", DOSING, OPIOIDS).index_id
    assert stepwise.index_id == make(tmp_path / "stepwise", DOSING, OPIOIDS, full=True).index_id


def test_full_embeds_everything_again(tmp_path: Path) -> None:
    first = make(tmp_path, DOSING)
    again = make(tmp_path, DOSING, full=True)
    assert (again.embedded, again.reused, again.unchanged) == (first.embedded, 0, True)
    assert ids(tmp_path) == {first.index_id}


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another title"},
        {"questions": ("What now?",)},
        {"review": Review(status=ReviewStatus.APPROVED)},
        {"subject": ("LDN",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_an_article_is_a_change(tmp_path: Path, change: dict[str, object]) -> None:
    make(tmp_path, DOSING, OPIOIDS)
    changed = OPIOIDS.model_copy(update=change)
    assert not make(tmp_path, DOSING, changed).unchanged
    assert Index.open(tmp_path, HashedEncoder()).articles["opioids"] == changed


def test_a_change_of_the_glossary_is_a_change(tmp_path: Path) -> None:
    make(tmp_path, DOSING)
    entry = GlossaryEntry(term="LDN", definition="Low-dose naltrexone.")
    assert not build_articles([DOSING], [entry], tmp_path, HashedEncoder()).unchanged
    assert Index.open(tmp_path, HashedEncoder()).glossary == (entry,)


def test_a_deleted_article_is_gone(tmp_path: Path) -> None:
    make(tmp_path, DOSING, OPIOIDS)
    make(tmp_path, DOSING)
    index = Index.open(tmp_path, HashedEncoder())
    assert list(index.articles) == ["dosing"]
    assert {passage.article_id for passage in index.passages} == {"dosing"}
    assert index.search_lexical({"opioid": 1.0}, 9) == []
    found = index.search_dense(HashedEncoder().encode_queries(["opioids stopped"])[0], 9)
    assert {id_.split("#")[0] for id_, _ in found} == {"dosing"}


def test_another_model_or_chunker_builds_again_and_reuses_nothing_of_another_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make(tmp_path, DOSING)
    other = make(tmp_path, DOSING, encoder=HashedEncoder(seed="other"))
    assert (other.embedded, other.reused) == (first.embedded, 0)
    Index.open(tmp_path, HashedEncoder(seed="other"))
    for module in (parts_module, saving_module, earlier_module, index_module):
        monkeypatch.setattr(module, "CHUNKER_VERSION", "next")
    newer = make(tmp_path, DOSING, encoder=HashedEncoder(seed="other"))
    assert (newer.embedded, newer.unchanged) == (0, False)


def test_articles_with_the_same_words_share_vectors_and_are_both_found(tmp_path: Path) -> None:
    twins = [article(section("Sleep well."), id=f"twin-{n}", title="Twin") for n in range(40)]
    assert make(tmp_path, *twins).embedded == 2  # the text and the title
    index = Index.open(tmp_path, HashedEncoder())
    assert len(index.search_dense(index.passage_vector("twin-7#part:0"), 99)) == 40


def test_no_article_and_one_id_twice_are_refused(tmp_path: Path) -> None:
    make(tmp_path, DOSING)
    before = snapshot(tmp_path)
    for articles in ([], [OPIOIDS, OPIOIDS]):
        with pytest.raises(CorpusError):
            make(tmp_path, *articles)
    assert snapshot(tmp_path) == before


def test_progress_counts_up_to_the_end_of_every_stage(tmp_path: Path) -> None:
    seen: list[Progress] = []
    make(tmp_path, DOSING, OPIOIDS, progress=seen.append)
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    assert stages == ["splitting", "encoding", "saving", "verifying"]
    for stage in stages:
        of_stage = [progress for progress in seen if progress.stage == stage]
        assert [p.done for p in of_stage] == sorted(p.done for p in of_stage)
        assert {p.total for p in of_stage} == {of_stage[-1].done}
    assert str(seen[-1]) == "verifying 2/2"


def test_progress_tells_rate_and_time_left() -> None:
    assert str(Progress("encoding", 5, 500, 12.4, 40)) == "encoding 5/500, 12 a second, 40 s left"
    assert str(Progress("encoding", 5, 500, 12.4, 250)) == "encoding 5/500, 12 a second, 4 min left"
    assert str(Progress("encoding", 500, 500, 12.4, 0)) == "encoding 500/500"
    assert Pace(10).progress("encoding", 5, 0) == Progress("encoding", 5, 10), "what was known already tells no rate"


def interrupted(folder: Path, at: int, encoder: HashedEncoder) -> None:
    """A build of COUNTED that is stopped when so many vectors are there."""

    def stop(progress: Progress) -> None:
        if progress.stage == "encoding" and progress.done > at:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        # Its texts are short, and a step would take them all.
        patch.setattr(embedding_module, "_AT_A_TIME", 4_000)
        with pytest.raises(KeyboardInterrupt):
            make(folder, *COUNTED, encoder=encoder, progress=stop)


def test_a_build_that_was_interrupted_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier_module, "_WORTH_KEEPING", 100)
    first, second, third = HashedEncoder(), HashedEncoder(), HashedEncoder()
    interrupted(tmp_path / "index", 200, first)
    [journal] = (tmp_path / "index").glob(".vectors-*")
    with journal.open("ab") as file:
        file.write(b"the half of a record")
    interrupted(tmp_path / "index", 400, second)
    report = make(tmp_path / "index", *COUNTED, encoder=third)
    embedded = [*first.encoded, *second.encoded]
    assert min(len(first.encoded), len(second.encoded), len(third.encoded)) > 100
    assert len({*embedded, *third.encoded}) == len(embedded) + len(third.encoded), "no text was embedded twice"
    assert (report.embedded, report.reused) == (len(third.encoded), len(embedded))
    assert not list((tmp_path / "index").glob(".vectors-*"))
    assert make(tmp_path / "at-once", *COUNTED).index_id == report.index_id


def test_a_build_that_takes_nothing_from_another_compares_the_model_with_its_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier_module, "_WORTH_KEEPING", 100)

    class Copy(HashedEncoder):
        compared = 0

        def check_against_original(self, texts: Sequence[str]) -> None:
            self.compared += len(texts)

    encoder = Copy()
    interrupted(tmp_path, 200, encoder)
    make(tmp_path, *COUNTED, encoder=encoder)
    compared = encoder.compared
    assert compared > 10, "its vectors were kept, but nobody had compared them yet"
    make(tmp_path, *COUNTED[1:], encoder=encoder)
    assert encoder.compared == compared
    make(tmp_path, *COUNTED[1:], encoder=encoder, full=True)
    assert encoder.compared == 2 * compared


def test_a_journal_that_is_damaged_or_a_link_is_not_believed(tmp_path: Path) -> None:
    encoder = HashedEncoder()
    journal = Journal(tmp_path, encoder)
    row = encoder.encode_passages(["dose"])[0]
    journal.add({n.to_bytes(32, "big"): row for n in range(2000)})
    [path] = tmp_path.glob(".vectors-*")
    assert len(Journal(tmp_path, encoder).read()) == 2000
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert 990 < len(Journal(tmp_path, encoder).read()) < 1010
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert Journal(tmp_path, encoder).read() == {}


def test_a_build_under_way_keeps_others_out_and_serving_goes_on(tmp_path: Path) -> None:
    old = make(tmp_path, DOSING).index_id
    refused = []

    def meanwhile(progress: Progress) -> None:
        assert Index.open(tmp_path, HashedEncoder()).id == old
        assert make(tmp_path, DOSING).unchanged, "an index that is up to date needs no lock"
        for intrude in (lambda: make(tmp_path, HARMS), lambda: rollback(tmp_path)):
            with pytest.raises(IndexBusy, match="wait for it to end"):
                intrude()
            refused.append(progress)

    new = make(tmp_path, OPIOIDS, progress=meanwhile).index_id
    assert refused
    assert Index.open(tmp_path, HashedEncoder()).id == new


def test_an_error_on_the_way_leaves_the_index_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path, DOSING)
    before = snapshot(tmp_path)
    for stage in ("splitting", "encoding", "saving", "verifying"):

        def fail(progress: Progress, stage: str = stage) -> None:
            if progress.stage == stage:
                raise RuntimeError("no more")

        with pytest.raises(RuntimeError, match="no more"):
            make(tmp_path, DOSING, OPIOIDS, progress=fail)
        assert snapshot(tmp_path) == before
    assert not make(tmp_path, DOSING, OPIOIDS).unchanged


# The digest of "age" says that a piece ends with it, that of no other id here does.
FIRST = article(section("Naltrexone is for adults.", "It is not for children."), id="age", title="Age")


def pieces(folder: Path) -> dict[str, int]:
    """The files of the served build that are pieces, each with the number the disk knows it by."""
    build = folder / "builds" / read_pointer(folder).current
    files = (path for kind in (TEXTS, VECTORS, KEYS) for path in (build / kind).iterdir())
    return {str(path.relative_to(build)): path.stat().st_ino for path in files}


def test_a_piece_of_which_nothing_changed_is_the_same_file_in_the_next_build(tmp_path: Path) -> None:
    make(tmp_path, FIRST, DOSING)
    before = pieces(tmp_path)
    old = Index.open(tmp_path, HashedEncoder())
    make(tmp_path, FIRST, DOSING, HARMS)
    after = pieces(tmp_path)
    assert len(before) == len(after) == 6
    assert len(before.items() & after.items()) == 3, "that of the first article alone"
    assert old.quote_vectors("dosing#part:0").any(), "the build before is served on"
    shutil.rmtree(tmp_path / "builds" / old.id)
    assert list(Index.open(tmp_path, HashedEncoder()).articles) == ["age", "dosing", "harms"]


def test_where_a_file_can_have_one_name_only_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    make(tmp_path / "linked", FIRST, DOSING)
    make(tmp_path / "copied", FIRST, DOSING)
    expected = make(tmp_path / "linked", FIRST, DOSING, HARMS)
    before = pieces(tmp_path / "copied")
    monkeypatch.setattr(os, "link", refuse)
    report = make(tmp_path / "copied", FIRST, DOSING, HARMS)
    assert replace(report, seconds=0) == replace(expected, seconds=0)
    assert not before.items() & pieces(tmp_path / "copied").items()
    assert Index.open(tmp_path / "copied", HashedEncoder()).id == report.index_id


def test_another_article_moves_no_border_between_pieces_but_its_own() -> None:
    ids = sorted(f"article-{n}" for n in range(2000))
    every = cut(ids)
    assert [id_ for piece in every for id_ in piece] == ids
    assert 15 < len(every) < 60
    for gone in (0, 700, 1999):
        left = cut(ids[:gone] + ids[gone + 1 :])
        assert len([piece for piece in every if piece not in left]) <= 2


def test_an_index_of_many_pieces_is_the_same_whichever_way_it_was_built(tmp_path: Path) -> None:
    many = [
        article(
            section(f"Drug {n} is taken at {n} in the morning.", f"Drug {n * 7} is safe."),
            id=f"drug-{n}",
            title=f"{n}?",
        )
        for n in range(250)
    ]
    chance = random.Random(8)
    at_once = make(tmp_path / "at-once", *many)
    for _ in range(4):
        changed = [one.model_copy(update={"title": "Before"}) if chance.random() < 0.01 else one for one in many]
        make(tmp_path / "stepwise", *(one for one in changed if chance.random() < 0.99))
    stepwise = make(tmp_path / "stepwise", *many)
    assert len(pieces(tmp_path / "stepwise")) > 6
    assert stepwise.index_id == at_once.index_id
    assert stepwise.embedded < at_once.embedded / 10
    one, other = (Index.open(tmp_path / name, HashedEncoder()) for name in ("stepwise", "at-once"))
    assert one.passages == other.passages
    for passage in one.passages[::25]:
        text = embedded_text(one.articles[passage.article_id], passage)
        assert np.array_equal(one.passage_vector(passage.id), HashedEncoder().encode_passages([text])[0])
        assert np.array_equal(one.quote_vectors(passage.id), other.quote_vectors(passage.id))
        assert one.search_dense(one.passage_vector(passage.id), 3) == other.search_dense(
            one.passage_vector(passage.id), 3
        )
    some = [passage.id for passage in one.passages[::40]]
    rows = one.passage_vectors[np.array(one.rows_of(some))]
    assert np.array_equal(rows, np.stack([one.passage_vector(id_) for id_ in some]))
    assert np.array_equal(np.asarray(one.passage_vectors)[5:60], one.passage_vectors[5:60])


def test_readers_words_are_embedded_anew_when_a_name_they_use_becomes_another(tmp_path: Path) -> None:
    words = DOSING.sections[0].text
    asked = Asked(section_id="part", start=0, end=len(words), questions=("Is nalmefene as strong?",))
    dosing = DOSING.model_copy(update={"asked": (asked,)})
    other = article(section("Nalmefene is another drug."), id="age", title="Nalmefene", subject=("nalmefene", "Revex"))
    make(tmp_path / "stepwise", dosing, OPIOIDS)
    stepwise = make(tmp_path / "stepwise", dosing, OPIOIDS, other)
    assert stepwise.index_id == make(tmp_path / "at-once", dosing, OPIOIDS, other).index_id
    index = Index.open(tmp_path / "stepwise", HashedEncoder())
    [row] = index.bank.vectors
    # What a reader asks is called by the same name.
    assert as_embedded("Is nalmefene as strong?", index.nicknames) == "Is Revex as strong"
    assert np.array_equal(row, HashedEncoder().encode_queries(["Is Revex as strong"])[0])


def test_three_earlier_builds_are_kept_and_can_be_gone_back_to(tmp_path: Path) -> None:
    made = [
        make(tmp_path, *articles).index_id
        for articles in ([DOSING], [OPIOIDS], [HARMS], [DOSING, HARMS], [DOSING, OPIOIDS])
    ]
    assert ids(tmp_path) == set(made[1:])
    for expected in (made[3], made[2], made[1]):
        assert rollback(tmp_path) == expected
        assert Index.open(tmp_path, HashedEncoder()).id == expected
    with pytest.raises(IndexMissing, match=r"no earlier build.*`ldnqa build"):
        rollback(tmp_path)
    assert Index.open(tmp_path, HashedEncoder()).id == made[1]


def test_going_back_to_articles_that_were_built_before_uses_that_build(tmp_path: Path) -> None:
    first = make(tmp_path, DOSING).index_id
    second = make(tmp_path, OPIOIDS).index_id
    assert make(tmp_path, DOSING).index_id == first
    assert json.loads((tmp_path / "index.json").read_text()) == {"current": first, "earlier": [second]}
    assert ids(tmp_path) == {first, second}


def test_rollback_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="`ldnqa build"):
        rollback(tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_rollback_refuses_a_damaged_build(tmp_path: Path) -> None:
    old = make(tmp_path, DOSING).index_id
    new = make(tmp_path, OPIOIDS).index_id
    [texts] = (tmp_path / "builds" / old / "texts").iterdir()
    with texts.open("ab") as file:
        file.write(b" ")
    with pytest.raises(IndexDamaged, match=r"earlier build cannot go back.*`ldnqa build"):
        rollback(tmp_path)
    assert Index.open(tmp_path, HashedEncoder()).id == new


def test_rollback_mends_a_damaged_current_build(tmp_path: Path) -> None:
    old = make(tmp_path, DOSING).index_id
    shutil.rmtree(tmp_path / "builds" / make(tmp_path, OPIOIDS).index_id)
    with pytest.raises(IndexDamaged, match="`ldnqa rollback"):
        Index.open(tmp_path, HashedEncoder())
    assert rollback(tmp_path) == old
    Index.open(tmp_path, HashedEncoder())


@pytest.mark.parametrize(
    "name", ["index.json", "manifest.json", "keys/*.npy", "vectors/*.npy", "texts/*.jsonl", "store/read.json"]
)
@pytest.mark.parametrize("fault", [lambda p: p.write_bytes(b"{"), Path.unlink], ids=["damaged", "deleted"])
@pytest.mark.parametrize("articles", [[DOSING], [DOSING, OPIOIDS]], ids=["same", "more"])
def test_a_damaged_index_is_mended_by_a_build(
    tmp_path: Path, name: str, fault: Callable[[Path], object], articles: list[Article]
) -> None:
    damaged = make(tmp_path, DOSING).index_id
    [path] = (tmp_path if name == "index.json" else tmp_path / "builds" / damaged).glob(name)
    fault(path)
    report = make(tmp_path, *articles)
    assert report.reused == 0
    index = Index.open(tmp_path, HashedEncoder())
    assert list(index.articles.values()) == articles
    make(tmp_path, HARMS)
    assert not [name for name in ids(tmp_path) if name.startswith(".")]


def test_leftovers_are_cleared_away_and_links_are_not_followed(tmp_path: Path) -> None:
    index, outside = tmp_path / "index", tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    made = make(index, DOSING).index_id
    (index / "README.md").write_text("What this folder is for.")
    (index / "builds" / ".tmp-old").symlink_to(outside, target_is_directory=True)
    (index / "builds" / ("0" * 16)).symlink_to(outside, target_is_directory=True)
    (index / "builds" / ".tmp-build" / "store").mkdir(parents=True)
    (index / "builds" / ".tmp-build" / "link").symlink_to(outside, target_is_directory=True)
    (index / ".tmp-index.json").write_text("{")
    new = make(index, OPIOIDS).index_id
    assert ids(index) == {made, new}
    assert sorted(path.name for path in index.iterdir()) == [".lock", "README.md", "builds", "index.json"]
    assert (outside / "precious").read_text() == "mine"


@pytest.mark.parametrize("odd", ["builds-link", "lock-link", "file", "under-file"])
def test_an_odd_folder_is_refused_and_left_alone(tmp_path: Path, odd: str) -> None:
    index, outside = tmp_path / "index", tmp_path / "outside"
    outside.mkdir()
    if odd == "builds-link":
        index.mkdir()
        (index / "builds").symlink_to(outside, target_is_directory=True)
    elif odd == "lock-link":
        index.mkdir()
        (index / ".lock").symlink_to(outside / "lock")
    else:
        index.write_text("a file")
        index = index / "below" if odd == "under-file" else index
    with pytest.raises(IndexUnwritable, match=r"cannot write to .*`ldnqa build"):
        make(index, DOSING)
    assert list(outside.iterdir()) == []


# --- from files -------------------------------------------------------------------------------------------


def write(corpus: Path, article_id: str, text: str) -> None:
    corpus.mkdir(exist_ok=True)
    (corpus / f"{article_id}.md").write_text(
        f"---\nid: {article_id}\ntitle: What about {article_id}?\nsubject: [low-dose naltrexone, LDN]\n"
        f"review: under_review\nlast_updated: 2025-02-27\n---\n\n## Findings {{tier=research}}\n\n{text}\n",
        encoding="utf-8",
    )


def test_from_a_folder_to_an_answerable_index(tmp_path: Path) -> None:
    corpus, index = tmp_path / "artículos", tmp_path / "índice β"
    write(corpus, "dosing", "The usual dose is 1.5–4.5 mg at bedtime.")
    assert is_stale(corpus, index, HashedEncoder())
    report = build(corpus, index, HashedEncoder())
    assert not is_stale(corpus, index, HashedEncoder())
    assert build(corpus, index, HashedEncoder()).unchanged
    opened = Index.open(index, HashedEncoder())
    assert opened.id == report.index_id
    assert opened.passages[0].text == "The usual dose is 1.5–4.5 mg at bedtime."
    assert opened.questions == (("dosing", "What about dosing?"),)


def test_stale_is_when_a_build_would_change_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write(corpus, "dosing", "The dose is low.")
    build(corpus, index, HashedEncoder())
    assert is_stale(corpus, index, HashedEncoder(seed="other"))
    write(corpus, "harms", "Dreams are vivid.")
    assert is_stale(corpus, index, HashedEncoder())
    (corpus / "harms.md").unlink()
    assert not is_stale(corpus, index, HashedEncoder())
    monkeypatch.setattr(parts_module, "CHUNKER_VERSION", "next")
    assert is_stale(corpus, index, HashedEncoder())
    monkeypatch.undo()
    (index / "index.json").write_text("?")
    assert is_stale(corpus, index, HashedEncoder())


def test_a_broken_corpus_leaves_the_index(tmp_path: Path) -> None:
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    write(corpus, "dosing", "The dose is low.")
    build(corpus, index, HashedEncoder())
    before = snapshot(index)
    write(corpus, "harms", "A claim [@nowhere].")
    with pytest.raises(BrokenCorpus, match=r"harms\.md:11"):
        build(corpus, index, HashedEncoder())
    assert snapshot(index) == before


paragraphs = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60).filter(
    lambda text: text.strip() == text
)


@given(texts=st.lists(st.lists(paragraphs, min_size=1, max_size=3), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_words_they_come_back_exactly(tmp_path: Path, texts: list[list[str]]) -> None:
    articles = [article(section(*text), id=f"a{n}") for n, text in enumerate(texts)]
    report = make(tmp_path, *articles)
    index = Index.open(tmp_path, HashedEncoder())
    assert index.id == report.index_id
    assert list(index.articles.values()) == articles
    for passage in index.passages:
        text = index.articles[passage.article_id].section(passage.section_id).text
        assert text[passage.start : passage.end] == passage.text
        assert index.search_dense(index.passage_vector(passage.id), 1, [passage.id])[0][1] > 0.999


@pytest.mark.model
def test_the_real_model_gives_the_same_index_by_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ldnqa.encode import load_encoder
    from ldnqa.encode.exported import OnnxEncoder

    # Whether an export agrees with its original is for test_encode.py; it takes torch and ten seconds to import it.
    monkeypatch.delattr(OnnxEncoder, "check_against_original")
    encoder = load_encoder()
    build_articles([DOSING], (), tmp_path / "stepwise", encoder)
    stepwise = build_articles([DOSING, OPIOIDS, HARMS], (), tmp_path / "stepwise", encoder)
    assert stepwise.reused > 0
    at_once = build_articles([HARMS, OPIOIDS, DOSING], (), tmp_path / "at-once", encoder)
    assert (at_once.index_id, at_once.reused) == (stepwise.index_id, 0)
    index = Index.open(tmp_path / "stepwise", encoder)
    best = index.search_dense(encoder.encode_queries(["How much should I take in the evening?"])[0], 3)
    assert best[0][0] == "dosing#part:0"
