"""`ldnqa eval`: figures on stdout, nothing else there with --json, a page and a record where asked for."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from fakes import HashedEncoder
from test_evaluate import CORPUS, QRELS, QUERIES
from test_evaluate_beir import write_beir

from ldnqa.cli import main


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs `ldnqa eval ...` in an empty folder with a data set `set`, and a model that needs no loading."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: HashedEncoder())
    write_beir(tmp_path / "set", CORPUS, QUERIES, QRELS)
    return lambda *args: CliRunner().invoke(main, ["eval", *args])


def test_retrieval_builds_the_index_once_and_prints_one_object(run, tmp_path):
    first = run("retrieval", "--dataset", "set", "--json")
    again = run("retrieval", "--dataset", "set", "--json")
    assert first.exit_code == again.exit_code == 0
    figures, repeated = json.loads(first.stdout), json.loads(again.stdout)
    assert figures["metrics"] == repeated["metrics"]
    assert "Built" in first.stderr
    assert "Built" not in again.stderr
    assert len(list((tmp_path / ".cache" / "ldnqa-eval").iterdir())) == 1


def test_a_report_comes_with_its_record(run, tmp_path):
    done = run("retrieval", "--dataset", "set", "--index", "there", "--report", "out/page.html", "--date", "2025-02-27")
    assert done.exit_code == 0
    record = json.loads((tmp_path / "out" / "page.json").read_text(encoding="utf-8"))
    assert (record["date"], record["dataset"], record["model"]) == ("2025-02-27", "set", HashedEncoder().name)
    assert record["index_id"] in (tmp_path / "out" / "page.html").read_text(encoding="utf-8")
    assert len(record["questions"]) == len(QUERIES)
    assert (tmp_path / "there" / "builds").is_dir()


def test_gold_lists_what_was_missed(run, tmp_path):
    run("retrieval", "--dataset", "set", "--index", "there")
    (tmp_path / "own.yaml").write_text("- {id: lost, question: 'What causes gout?', article: d3, contains: never said}")
    done = run("gold", "own.yaml", "--index", "there")
    assert done.exit_code == 0
    assert "lost: What causes gout?" in done.stdout
    assert json.loads(run("gold", "own.yaml", "--index", "there", "--json").stdout)["misses"] == ["lost"]


def test_a_fault_is_told_in_a_sentence(run):
    done = run("retrieval", "--dataset", "set", "--split", "test")
    assert done.exit_code == 1
    assert "the splits there are: dev" in done.stderr
    assert "Traceback" not in done.stderr
