"""Across the learned metric questions are alike if they ask for the same; vectors of another model stay as they are."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from fakes import HashedEncoder
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from test_evaluate_tune import folder  # noqa: F401

from ldnqa.bank import Bank, Question
from ldnqa.cli import main
from ldnqa.evaluate.metric import OURS_COUNT, Asked, right_places, teach_metric
from ldnqa.metric import metric_for

DIMENSION, PLACES = 24, 8


def made(rng, of_place):
    """Vectors of questions: a little of the place each belongs to, and much of the way it is put."""
    ways = np.zeros((len(of_place), DIMENSION))
    ways[:, PLACES + 1 :] = rng.normal(size=(len(of_place), DIMENSION - PLACES - 1))
    ways[np.arange(len(of_place)), of_place] += 1.5
    return (ways / np.linalg.norm(ways, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def bank():
    rng = np.random.default_rng(0)
    places = np.repeat(np.arange(PLACES), 40)
    questions = tuple(Question("article", f"question {n}", "part", int(place), 50) for n, place in enumerate(places))
    return Bank(questions, made(rng, places), made(rng, np.full(60, PLACES)))


@pytest.fixture(scope="module")
def metric(bank):
    return teach_metric(bank, unseen(bank, 1))


def unseen(bank, seed):
    places = np.random.default_rng(seed).integers(0, PLACES + 1, 300)
    belongs = np.arange(PLACES + 1) == places[:, np.newaxis]
    rows = bank.seen(made(np.random.default_rng(seed), places))
    return Asked(rows, belongs, np.full(300, OURS_COUNT, np.float32))


def test_it_learns_what_tells_the_places_apart_and_not_how_a_question_is_put(bank, metric):
    asked = unseen(bank, 2)
    first, told_apart = right_places(bank, None, asked)
    first_learned, told_apart_learned = right_places(bank, metric, asked)
    assert first_learned > first + 0.1
    assert told_apart_learned > told_apart


def test_the_same_questions_teach_the_same(bank, metric):
    again = teach_metric(bank, unseen(bank, 1))
    assert np.array_equal(metric.straight, again.straight)
    assert np.array_equal(metric.outer, again.outer)


def test_likeness_is_the_cosine_to_every_question_and_to_the_likest_of_a_place(bank, metric):
    asked = made(np.random.default_rng(3), [PLACES - 1])[0]
    for across in (bank, replace(bank, metric=metric)):
        seen, vain = across.seen(across.vectors), across.seen(across.vain_vectors)
        own = across.seen(np.array([asked]))[0]
        likeness = across.likeness(asked)
        assert np.allclose(likeness.each, seen @ own, atol=1e-5)
        assert np.array_equal(likeness.best, likeness.each.reshape(PLACES, 40).max(axis=1))
        assert likeness.vain == pytest.approx(max(0, (vain @ own).max()), abs=1e-5)
        numbers, cosines = across.likest(np.array([2, 5]), likeness)
        assert [across.place_of(number) for number in numbers] == [2, 5]
        assert np.array_equal(cosines, likeness.best[[2, 5]])
        without = across.likeness(asked, leave_out=int(numbers[0]))
        assert without.best[2] < likeness.best[2]
        assert np.array_equal(np.delete(without.best, 2), np.delete(likeness.best, 2))


def test_where_nothing_is_answered_or_all_is_there_are_no_figures(bank):
    asked = unseen(bank, 2)
    none = Asked(asked.rows[:0], asked.belongs[:0], asked.counts[:0])
    assert np.isnan(right_places(bank, None, none)).all()


@given(arrays(np.float32, 384, elements=st.floats(-1, 1, width=32)).filter(lambda row: np.linalg.norm(row) > 0.1))
def test_a_row_by_itself_is_what_it_is_among_others(encoder, row):
    learned = metric_for(encoder.digest)
    alone = learned.of_one(row)
    assert np.allclose(alone, learned.of_rows(np.array([row, -row]))[0], atol=1e-4)
    assert np.linalg.norm(alone) == pytest.approx(1, abs=1e-4)


def test_vectors_of_another_model_are_compared_as_they_are():
    assert metric_for("another model") is None


def test_the_served_index_asks_across_what_was_learned(index, encoder):
    assert index.bank.metric is metric_for(encoder.digest)
    put_otherwise = encoder.encode_queries(["is it fine with opioid painkillers, low-dose naltrexone?"])[0]
    plain = Bank(index.bank.questions, index.bank.vectors, index.bank.vain_vectors)
    assert not np.array_equal(index.bank.likeness(put_otherwise).best, plain.likeness(put_otherwise).best)


def test_the_command_tells_what_it_does_on_files_left_out_and_writes_what_was_learned(folder, monkeypatch):  # noqa: F811
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: HashedEncoder())
    given_files = ["--conversations", "conversations.yaml", "--index", "index", "--out", "metric.npz"]
    done = CliRunner().invoke(main, ["eval", "metric", *given_files])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["conversations"] in [line["left out"] for line in lines]
    with np.load(folder / "metric.npz") as kept:
        assert str(kept["model"]) == HashedEncoder().digest
