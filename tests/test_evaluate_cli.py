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


TRIAGE = """
urgent: {urgent}
questions:
  breathing:
    - {first}
    - I can't breathe
    - ['What is LDN?', "I can't breathe"]
"""


def test_triage_counts_what_is_stopped_for_and_names_no_line_that_is_held_back(run, tmp_path):
    (tmp_path / "calls.yaml").write_text(TRIAGE.format(urgent="true", first="What is a breath?"), encoding="utf-8")
    (tmp_path / "calm.yaml").write_text(TRIAGE.format(urgent="false", first="What is a breath?"), encoding="utf-8")
    done = run("triage", "calls.yaml", "calm.yaml", "--words-only", "--json")
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["recall"] == {"open": 0.5, "held": 1.0}
    assert figures["false_alarms"] == {"open": 0.5, "held": 1.0}
    assert figures["n"]["emergencies"] == {"open": 2, "held": 1}
    assert sum(figures["confusion"]["emergencies"]["breathing"].values()) == 3
    assert [miss["asked"] for miss in figures["misses"]] == [["What is a breath?"], ["What is LDN?", "I can't breathe"]]
    told = run("triage", "calls.yaml", "calm.yaml").stdout
    assert "emergencies stopped for, open half: 1 of 2 (50.0%)" in told
    assert "look-alikes stopped for, held half: 1 of 1 (100.0%)" in told
    assert told.count("“") == 2
    (tmp_path / "calm.yaml").write_text(TRIAGE.format(urgent="true", first="I can't breathe"), encoding="utf-8")
    assert "- none" in run("triage", "calm.yaml", "--words-only").stdout


@pytest.mark.parametrize("text", ["just words", "{urgent: true, questions: {x: [[]]}}", "urgent: ["])
def test_a_file_that_is_no_suite_is_refused_by_name(run, tmp_path, text):
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    done = run("triage", "bad.yaml", "--words-only")
    assert done.exit_code == 1
    assert "bad.yaml" in done.stderr
