"""`ldnqa add` with many files and folders: in order, one line each, all or nothing, nothing replaced unasked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from make_pdf import pdf

from ldnqa.cli import main
from ldnqa.corpus.add import Progress, add_documents
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import ArticleExists, NoImporter, UnreadableDocument

DATA = Path(__file__).parent / "data"


@pytest.fixture
def folder(tmp_path) -> Path:
    """A folder as an editor keeps it: sources, a picture, notes of the machine."""
    top = tmp_path / "sources"
    (top / "trials").mkdir(parents=True)
    (top / ".git").mkdir()
    (top / ".git" / "config.md").write_text("# not an article", encoding="utf-8")
    shutil.copy(DATA / "velaprine-label.xml", top / "label.xml")
    shutil.copy(DATA / "velaprine-trial.xml", top / "trials" / "trial.nxml")
    (top / "guide.pdf").write_bytes(pdf([["A guide to hiccups", "Drink water slowly."]]))
    (top / "box.jpg").write_bytes(b"\xff\xd8")
    (top / "catalogue.xml").write_text("<catalogue/>", encoding="utf-8")
    (top / "README.md").write_text("# What is here", encoding="utf-8")
    return top


def test_a_folder_is_added_with_all_below_it_and_the_rest_is_skipped_with_a_word(folder, tmp_path):
    seen: list[Progress] = []
    added = add_documents([folder], tmp_path / "corpus", progress=seen.append)
    assert [imported.article.id for imported in added] == [
        "guide-hiccups", "velaprine-label-c0ffee00", "low-dose-velaprine-hiccups-vivo",
    ]  # fmt: skip
    assert len(read_corpus(tmp_path / "corpus").articles) == 3
    names = ["README.md", "box.jpg", "catalogue.xml", "guide.pdf", "label.xml", "trial.nxml"]
    assert [progress.path.name for progress in seen] == names
    assert [progress.done for progress in seen] == [1, 2, 3, 4, 5, 6]
    assert {progress.path.name for progress in seen if progress.skipped} == {"README.md", "box.jpg", "catalogue.xml"}
    assert all("\n" not in str(progress) for progress in seen)


def test_a_file_named_itself_is_never_skipped(folder, tmp_path):
    with pytest.raises(NoImporter, match=r"box\.jpg"):
        add_documents([folder / "label.xml", folder / "box.jpg"], tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


def test_one_broken_file_in_a_folder_stops_all(folder, tmp_path):
    (folder / "trials" / "late.xml").write_text("<article>", encoding="utf-8")
    with pytest.raises(UnreadableDocument, match=r"late\.xml"):
        add_documents([folder], tmp_path / "corpus")
    assert not (tmp_path / "corpus").exists()


def test_nothing_is_replaced_without_force(folder, tmp_path):
    add_documents([folder], tmp_path / "corpus")
    before = {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()}
    with pytest.raises(ArticleExists, match="--force"):
        add_documents([folder], tmp_path / "corpus")
    assert {path.name: path.read_bytes() for path in (tmp_path / "corpus").iterdir()} == before
    assert len(add_documents([folder], tmp_path / "corpus", force=True)) == 3


def test_a_file_given_twice_is_added_once(folder, tmp_path):
    assert len(add_documents([folder, folder / "label.xml", folder], tmp_path / "corpus")) == 3


def test_a_folder_without_documents_says_so(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableDocument, match="no file"):
        add_documents([tmp_path / "empty"], tmp_path / "corpus")
    (tmp_path / "empty" / "a.jpg").write_bytes(b"x")
    with pytest.raises(UnreadableDocument, match="none of the files"):
        add_documents([tmp_path / "empty"], tmp_path / "corpus")


def test_a_link_that_leads_in_a_circle_is_not_followed(folder, tmp_path):
    (folder / "trials" / "again").symlink_to(folder, target_is_directory=True)
    assert len(add_documents([folder], tmp_path / "corpus")) == 3


def test_the_command_shows_one_line_for_each_document(folder, tmp_path):
    result = CliRunner().invoke(main, ["add", str(folder), "--corpus", str(tmp_path / "corpus")])
    assert result.exit_code == 0, result.output
    assert f"5/6 {folder / 'label.xml'}" in result.output
    assert "box.jpg: skipped, no importer" in result.output
    assert "Look the articles over" in result.output
    again = CliRunner().invoke(main, ["add", str(folder), "--corpus", str(tmp_path / "corpus")])
    assert again.exit_code == 1
    assert "--force" in again.output
