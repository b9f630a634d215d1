"""What is measured is what is served, and a figure means what its name says."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import given
from hypothesis import strategies as st
from test_evaluate_beir import write_beir

from ldnqa import Index
from ldnqa.dialogue import ask
from ldnqa.evaluate.beir import article_id, index_beir
from ldnqa.evaluate.measures import (
    auroc,
    auroc_with_interval,
    mean_with_interval,
    ranking_scores,
    relevant_from,
    risk_at,
    risk_coverage,
)
from ldnqa.evaluate.report import retrieval_page
from ldnqa.evaluate.retrieval import index_folder, misses, run_retrieval
from ldnqa.evaluate.serving import Clock, finder
from ldnqa.query import read_query
from ldnqa.reading import Reading
from ldnqa.retrieve import DEPTH, READ, retrieve
from ldnqa.types import Turn

CORPUS = [
    {"_id": "D 1", "title": "Gout", "text": "Gout is a painful swelling of a joint.\n\nUric acid crystals cause gout."},
    {"_id": "D-2", "title": "Influenza", "text": "Influenza is caused by a virus. Fever and cough are its symptoms."},
    {"_id": "d3", "title": "Migraine", "text": "Migraine is a throbbing headache on one side. Light makes it worse."},
]
QUERIES = [
    {"_id": "q1", "text": "What causes gout?", "metadata": {"answerability": "ANSWERABLE"}},
    {
        "_id": "q2",
        "text": "and its symptoms?",
        "metadata": {"history": [{"role": "user", "text": "What is influenza?"}], "answerability": "ANSWERABLE"},
    },
    {"_id": "q3", "text": "Who won the <b>football</b> match?", "metadata": {"answerability": "UNANSWERABLE"}},
    {"_id": "q4", "text": "Is it bad?", "metadata": {"answerability": "UNDERSPECIFIED"}},
    {"_id": "q5", "text": "What makes a headache worse?", "metadata": {"answerability": "ANSWERABLE"}},
]
QRELS = [("q1", "D 1", 1), ("q2", "D-2", 1), ("q5", "d3", 1), ("q5", "D 1", 0)]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    return write_beir(tmp_path_factory.mktemp("beir") / "set", CORPUS, QUERIES, QRELS)


@pytest.fixture(scope="module")
def beir_index(dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("beir-index")
    index_beir(dataset, folder, HashedEncoder())
    return Index.open(folder, HashedEncoder())


def test_a_run_prints_its_figures_under_their_names(dataset, beir_index, policy):
    figures = run_retrieval(dataset, beir_index, policy).figures()
    assert set(figures) == {"metrics", "intervals", "latency_ms", "n", "index_id"}
    assert list(figures["metrics"]) == ["nDCG@10", "R@5", "R@10", "RR@10", "AUROC"] == list(figures["intervals"])
    assert figures["n"] == 3
    assert figures["index_id"] == beir_index.id
    assert figures["metrics"]["RR@10"] == 1.0
    assert figures["metrics"]["AUROC"] == 1.0
    assert set(figures["latency_ms"]) >= {"reading", "encoding", "dense", "lexical", "fusion", "quotes", "support"}
    json.dumps(figures, allow_nan=False)


def test_a_run_asks_what_ask_would_ask(dataset, beir_index, policy):
    asked = {a.id: a for a in run_retrieval(dataset, beir_index, policy).asked}
    history = (Turn(question="What is influenza?"),)
    answer = ask(beir_index, "and its symptoms?", policy=policy, history=history)
    assert asked["q2"].reading == answer.standalone_question
    assert asked["q2"].ranked[0] == article_id("D-2")


@pytest.mark.model
def test_reading_deeper_for_documents_changes_nothing_that_an_answer_reads(index, policy):
    question = "What are the side effects of LDN?"
    query = read_query(Reading(question, question), index, policy.lexicon)
    assert retrieve(index, query, limit=DEPTH)[:READ] == retrieve(index, query)


def test_questions_whose_answerability_is_unclear_are_counted_and_left_out(dataset, beir_index, policy):
    run = run_retrieval(dataset, beir_index, policy)
    assert run.answerability == {"ANSWERABLE": 3, "UNANSWERABLE": 1, "UNDERSPECIFIED": 1}
    assert run.curve[-1].coverage == 1.0
    assert run.curve[-1].risk == pytest.approx(1 / 4)


def test_a_set_without_answerability_has_no_auroc(tmp_path, beir_index, policy):
    bare = [{"_id": q["_id"], "text": q["text"]} for q in QUERIES]
    run = run_retrieval(write_beir(tmp_path / "bare", CORPUS, bare, QRELS), beir_index, policy)
    assert run.metrics["AUROC"] is None
    assert run.intervals["AUROC"] is None
    assert "no such questions" in retrieval_page(run)


def test_in_a_graded_set_grade_one_is_not_relevant(tmp_path, beir_index, policy):
    graded = [("q1", "D 1", 1), ("q1", "d3", 2), ("q2", "D-2", 1)]
    run = run_retrieval(write_beir(tmp_path / "graded", CORPUS, QUERIES, graded), beir_index, policy)
    assert run.rel == 2
    assert run.n == 1
    assert {a.id: a.relevant for a in run.asked}["q1"] == ("d3",)


def test_a_limit_asks_the_first_questions_only(dataset, beir_index, policy):
    told = []
    run = run_retrieval(dataset, beir_index, policy, limit=2, progress=lambda *p: told.append(p))
    assert [a.id for a in run.asked] == ["q1", "q2"]
    assert told == [(1, 2), (2, 2)]


def test_the_same_run_twice_gives_the_same_figures(dataset, beir_index, policy):
    runs = [run_retrieval(dataset, beir_index, policy).record(date="2025-02-27") for _ in range(2)]
    for record in runs:
        del record["latency_ms"]
    assert runs[0] == runs[1]


def test_each_corpus_and_model_has_an_index_folder_of_its_own(dataset, tmp_path):
    other = write_beir(tmp_path / "other", CORPUS[:2])
    encoders = HashedEncoder(), HashedEncoder(seed="other")
    assert len({index_folder(tmp_path, set_, encoder) for set_ in (dataset, other) for encoder in encoders}) == 4


def test_the_report_stands_alone_and_shows_words_as_words(dataset, beir_index, policy):
    run = run_retrieval(dataset, beir_index, policy)
    page = retrieval_page(run, dataset="<script>alert(1)</script>", date="2025-02-27")
    assert "<script" not in page
    assert not re.search(r"""(?:src|href|url)\s*[=(]|@import|https?:""", page)
    for shown in (beir_index.id, beir_index.encoder.name, "2025-02-27", "1 underspecified", "3 / 1", "<svg"):
        assert shown in page


def test_misses_are_the_questions_without_a_relevant_document_up_front(tmp_path, beir_index, policy):
    wrong = write_beir(tmp_path / "wrong", CORPUS, QUERIES, [("q1", "absent <i>", 1), ("q2", "D-2", 1)])
    run = run_retrieval(wrong, beir_index, policy)
    assert [a.id for a in misses(run)] == ["q1"]
    assert "not found" in retrieval_page(run)


def test_every_stage_has_one_time_a_question_and_together_they_are_not_more_than_the_whole(beir_index, policy):
    clock = Clock()
    find = finder(beir_index, policy, clock)
    for question in ("What causes gout?", "Is it bad?"):
        find(question)
    assert {len(lap) for lap in clock.laps.values()} == {2}
    for n, total in enumerate(clock.laps["total"]):
        assert sum(lap[n] for stage, lap in clock.laps.items() if stage != "total") <= total


def test_ranking_measures_are_what_they_are_called():
    judged = {"q": {"a": 3, "b": 2, "c": 1, "d": 0}}
    ranked = {"q": ["c", "x", "b", "d", "e", "a"], "unjudged": ["a"]}
    scores = ranking_scores(judged, ranked, relevant_from(judged))
    assert scores["R@5"] == {"q": 0.5}
    assert scores["R@10"] == {"q": 1.0}
    assert scores["RR@10"] == {"q": pytest.approx(1 / 3)}
    gains = 1 + 2 / np.log2(4) + 3 / np.log2(7)
    assert scores["nDCG@10"] == {"q": pytest.approx(gains / (3 + 2 / np.log2(3) + 1 / np.log2(4)))}


def test_a_question_that_finds_nothing_scores_nothing():
    scores = ranking_scores({"q": {"a": 1}, "r": {"a": 1}}, {"q": [], "r": ["a"]}, 1)
    assert {name: values["q"] for name, values in scores.items()} == dict.fromkeys(scores, 0.0)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40))
def test_auroc_counts_the_pairs_in_the_right_order(rows):
    found = auroc(np.array([float(s) for s, _ in rows]), np.array([p for _, p in rows]))
    pairs = [(a, b) for a, p in rows if p for b, q in rows if not q]
    wanted = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs) if pairs else None
    assert found == (pytest.approx(wanted) if pairs else None)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_curve_ends_with_every_question_answered(rows):
    support, wrong = [s for s, _ in rows], [w for _, w in rows]
    points = risk_coverage(support, wrong)
    assert points[-1].coverage == 1.0
    assert points[-1].risk == pytest.approx(sum(wrong) / len(wrong))
    assert [p.coverage for p in points] == sorted({p.coverage for p in points})
    for point in points:
        answered = [w for s, w in rows if s >= point.support]
        assert point.coverage == pytest.approx(len(answered) / len(rows))
        assert point.risk == pytest.approx(sum(answered) / len(answered))
    assert risk_at(points, 1.0) == points[-1].risk


def test_intervals_hold_the_figure_and_do_not_change_between_runs():
    values = [0.0, 1.0, 1.0, 0.5] * 10
    figure, pair = mean_with_interval(values)
    assert pair[0] < figure < pair[1]
    assert mean_with_interval(values) == (figure, pair)
    assert mean_with_interval([]) == (None, None)
    assert auroc_with_interval([0.1, 0.2], [True, True]) == (None, None)
