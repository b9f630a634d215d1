"""What a person at a terminal sees."""

from __future__ import annotations

import json
import shutil

import pytest
from click.testing import CliRunner

from ldnqa.cli import main
from ldnqa.settings import packaged_corpus

pytestmark = pytest.mark.model


@pytest.fixture(autouse=True)
def loaded(encoder, monkeypatch):
    """The model is the real one, and is loaded once for all commands."""
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: encoder)


def run(*args, text=None):
    return CliRunner().invoke(main, [str(arg) for arg in args], input=text)


def test_an_answer_shows_numbered_quotes_tier_status_and_disclaimer(index_folder):
    shown = run("ask", "--index", index_folder, "What dose is used, and when is it taken?")
    assert shown.exit_code == 0
    folded = " ".join(shown.output.split())
    assert "From the guidelines (low dose): “" in folded
    assert "1.5 mg to 4.5 mg a day taken at bedtime.” [1]" in folded
    assert "| guideline | low dose | under review | last updated 2025-02-27" in folded
    assert "1. Reference 1 of the original page (list not supplied) (cited by the same paragraph)" in folded
    assert "This information is intended for healthcare professionals." in folded


def test_json_is_the_answer_of_the_http_contract(index_folder):
    shown = run("ask", "--index", index_folder, "--json", "What is the capital of France?")
    answer = json.loads(shown.stdout)
    assert answer["object"] == "ldnqa.answer"
    assert answer["status"] == "abstained"
    assert answer["sources"] == []
    assert answer["disclaimer"]["text"]


def test_without_a_question_it_is_a_conversation(index_folder):
    shown = run("ask", "--index", index_folder, text="What is LDN used for?\nAnd what dose?\n\nnever read\n")
    assert shown.exit_code == 0
    assert "Read as: What is LDN used for? And what dose?" in shown.output
    assert "never read" not in shown.output


def test_a_missing_index_names_the_command_that_makes_it(tmp_path):
    shown = run("ask", "--index", tmp_path / "nowhere", "Is it safe?")
    assert shown.exit_code == 1
    assert "ldnqa build" in shown.output


def test_a_broken_corpus_is_refused_with_file_line_and_mend_and_the_old_index_stays(tmp_path, index_folder):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    shutil.copytree(packaged_corpus(), corpus)
    shutil.copytree(index_folder, index)
    article = corpus / "ldn-indications.md"
    article.write_text(article.read_text().replace("[@ldn-indications-1]", "[@no-such-key]"))
    before = (index / "index.json").read_bytes()
    shown = run("build", "--corpus", corpus, "--index", index)
    assert shown.exit_code == 1
    assert f"{article}:" in shown.output
    assert "no-such-key" in shown.output
    assert (index / "index.json").read_bytes() == before
    assert run("ask", "--index", index, "Is it safe?").exit_code == 0


def test_an_edit_is_built_incrementally_and_can_be_rolled_back(tmp_path, index_folder):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    shutil.copytree(packaged_corpus(), corpus)
    shutil.copytree(index_folder, index)
    assert "up to date" in run("build", "--corpus", corpus, "--index", index).output
    before = json.loads((index / "index.json").read_text())["current"]
    article = corpus / "ldn-indications.md"
    article.write_text(article.read_text().replace("4.5 mg a day taken at bedtime", "4.5 mg a day taken at nightfall"))
    built = run("build", "--corpus", corpus, "--index", index)
    assert "Built index" in built.output
    question = "What dose of LDN is used for long-lasting neuropathic pain?"
    assert "nightfall" in run("ask", "--index", index, question).output
    assert before in run("rollback", "--index", index).output
    assert "nightfall" not in run("ask", "--index", index, question).output


def test_an_article_approved_and_then_edited_is_shown_under_review_again(tmp_path, index_folder):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    shutil.copytree(packaged_corpus(), corpus)
    shutil.copytree(index_folder, index)

    def status_of_the_leading_source():
        assert run("build", "--corpus", corpus, "--index", index).exit_code == 0
        answer = json.loads(run("ask", "--index", index, "--json", "How long does LDN take to work?").stdout)
        assert answer["sources"][0]["article_id"] == "ldn-dosing"
        return answer["sources"][0]["review_status"], "review_pending" in {n["kind"] for n in answer["notices"]}

    run("review", "ldn-dosing", "--status", "approved", "--by", "Test Reviewer", "--corpus", corpus)
    assert status_of_the_leading_source()[0] == "approved"
    article = corpus / "ldn-dosing.md"
    article.write_text(article.read_text().replace("varies between studies", "varies much between studies"))
    assert status_of_the_leading_source() == ("under_review", True)
