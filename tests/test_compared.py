"""What is known of articles without reading them: nothing, once anything that reading depends on has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import HashedEncoder

import ldnqa.api.serve
import ldnqa.encode
from ldnqa import compared, rollback
from ldnqa.build import bring_up_to_date, build
from ldnqa.cli import main
from ldnqa.compared import is_known
from ldnqa.errors import BrokenCorpus

ARTICLE = """---
id: dosing
title: What about doses?
subject: [low-dose naltrexone, LDN]
review: under_review
last_updated: 2025-02-27
---

## Findings {tier=research}

The usual dose is 1.5 mg at bedtime.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "questions").mkdir(parents=True)
    (folder / "dosing.md").write_text(ARTICLE, encoding="utf-8")
    (folder / "glossary.yaml").write_text("- {term: LDN, definition: Low-dose naltrexone.}\n")
    (folder / "questions" / "unanswered.yaml").write_text("- Is it vegan?\n")
    return folder


@pytest.fixture
def index(tmp_path: Path, corpus: Path) -> Path:
    build(corpus, tmp_path / "index", HashedEncoder())
    return tmp_path / "index"


def knows(corpus: Path, index: Path, **encoder: str) -> bool:
    return is_known(corpus, index, HashedEncoder(**encoder), "faiss")


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "one figure": lambda corpus: edited(corpus / "dosing.md", "1.5 mg", "4.5 mg"),
    "one definition": lambda corpus: edited(corpus / "glossary.yaml", "Low-dose", "Low dose"),
    "one question": lambda corpus: edited(corpus / "questions" / "unanswered.yaml", "vegan", "halal"),
    "an article more": lambda corpus: (corpus / "new.md").write_text(ARTICLE.replace("dosing", "new")),
    "an article less": lambda corpus: (corpus / "dosing.md").unlink(),
    "another name": lambda corpus: (corpus / "dosing.md").rename(corpus / "doses.md"),
    "references": lambda corpus: (corpus / "references.json").write_text("[]"),
    "reviews": lambda corpus: (corpus / "reviews.json").write_text("{}"),
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_to_the_articles_is_noticed(corpus: Path, index: Path, change: Callable[[Path], object]) -> None:
    assert knows(corpus, index)
    kept = shutil.copytree(corpus, corpus.parent / "kept")
    change(corpus)
    assert not knows(corpus, index)
    shutil.rmtree(corpus, ignore_errors=True)
    kept.rename(corpus)
    assert knows(corpus, index)


def test_another_model_store_or_build_is_noticed(corpus: Path, index: Path) -> None:
    assert not knows(corpus, index, seed="other")
    assert not is_known(corpus, index, HashedEncoder(), "milvus")
    edited(corpus / "dosing.md", "1.5 mg", "4.5 mg")
    build(corpus, index, HashedEncoder())
    assert knows(corpus, index)
    rollback(index)
    assert not knows(corpus, index)


def test_another_program_is_noticed(corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared, "_CODE", shutil.copytree(compared._CODE, tmp_path / compared._CODE.name))
    assert knows(corpus, index)
    with (compared._CODE / "corpus" / "body.py").open("a") as file:
        file.write("\n")
    assert not knows(corpus, index)


def test_another_version_of_a_package_is_noticed(
    corpus: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "pyyaml-99.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert not knows(corpus, index)


@pytest.mark.parametrize("spoiled", ["", "?", None, b"\xff"], ids=["empty", "foreign", "missing", "not text"])
def test_a_note_that_is_lost_is_written_when_the_articles_have_been_read(
    corpus: Path, index: Path, spoiled: str | bytes | None
) -> None:
    (note,) = (path for path in index.iterdir() if path.name not in {".lock", "builds", "index.json"})
    whole = note.read_bytes()
    note.unlink()
    if spoiled is not None:
        note.write_bytes(spoiled if isinstance(spoiled, bytes) else spoiled.encode())
    assert not knows(corpus, index)
    assert bring_up_to_date(corpus, index, HashedEncoder()) is None
    assert note.read_bytes() == whole
    assert knows(corpus, index)


def test_a_broken_corpus_is_never_known(corpus: Path, index: Path) -> None:
    edited(corpus / "dosing.md", "tier=research", "tier=rumour")
    for _ in range(2):
        with pytest.raises(BrokenCorpus):
            bring_up_to_date(corpus, index, HashedEncoder())
        assert not knows(corpus, index)


def test_what_is_served_is_what_the_articles_say_at_the_start(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = []
    monkeypatch.setattr(ldnqa.encode, "load_encoder", lambda *_: HashedEncoder())
    monkeypatch.setattr(ldnqa.api.serve, "serve", lambda settings, encoder: served.append(settings.index))

    def started() -> str:
        done = CliRunner().invoke(main, ["serve", "--corpus", str(corpus), "--index", str(tmp_path / "served")])
        assert done.exit_code == 0, done.output
        return done.output

    assert "Built index" in started()
    assert started() == ""
    edited(corpus / "dosing.md", "1.5 mg", "4.5 mg")
    assert "Built index" in started()
    edited(corpus / "dosing.md", "tier=research", "tier=rumour")
    assert all("serving the index as it was" in started() for _ in range(2))
    assert len(served) == 5
