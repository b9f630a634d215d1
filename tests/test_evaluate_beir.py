"""A BEIR folder, however untidy, becomes articles and questions that the rest of ldnqa can work with."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from fakes import HashedEncoder
from hypothesis import given
from hypothesis import strategies as st

from ldnqa import Index
from ldnqa.errors import BrokenDataset
from ldnqa.evaluate.beir import article_id, articles_from_beir, index_beir, read_judgements, read_questions
from ldnqa.types import Article


def write_beir(folder, corpus, queries=(), qrels=()):
    """A BEIR folder of these rows; `qrels` are (query, document, grade)."""
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus.jsonl", corpus), ("queries.jsonl", queries)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in qrels)]
    (folder / "qrels" / "dev.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def articles(tmp_path, *rows):
    return list(articles_from_beir(write_beir(tmp_path / "set", rows)))


def test_a_document_becomes_an_article_of_its_own(tmp_path):
    (made,) = articles(tmp_path, {"_id": "MED-1", "title": "Gout", "text": "It hurts.\n\nIt comes\tat  night."})
    assert made.title == "Gout"
    assert made.subject == ("Gout",)
    (section,) = made.sections
    assert section.text == "It hurts.\n\nIt comes at night."
    assert [section.text[b.start : b.end] for b in section.blocks] == ["It hurts.", "It comes at night."]


def test_a_document_without_title_is_called_by_its_first_words(tmp_path):
    (made,) = articles(tmp_path, {"_id": "1", "text": "Uric acid crystals in the joints cause the pain of gout."})
    assert made.title == made.subject[0] == "Uric acid crystals in the joints cause the"


def test_a_document_without_text_says_its_title_and_one_without_either_is_left_out(tmp_path):
    made = articles(tmp_path, {"_id": "1", "title": "Gout", "text": " "}, {"_id": "2", "title": "", "text": "\n\u200b"})
    assert [article.sections[0].text for article in made] == ["Gout"]


def test_of_documents_with_one_id_the_first_counts(tmp_path):
    made = articles(tmp_path, {"_id": "a", "text": "First."}, {"_id": "a", "text": "Second."})
    assert [article.sections[0].text for article in made] == ["First."]


def test_a_huge_document_is_read_whole_and_in_sections_of_a_size_that_can_be_searched(tmp_path):
    words = [f"word{n}" for n in range(20_000)]
    (made,) = articles(tmp_path, {"_id": "1", "title": "Long", "text": " ".join(words)})
    assert " ".join(section.text for section in made.sections).split() == words
    assert max(len(section.text) for section in made.sections) <= 20_000


@given(st.lists(st.text(min_size=1), unique=True, max_size=20))
def test_every_document_id_gives_an_article_id_of_its_own(ids):
    made = [article_id(id_) for id_ in ids]
    assert len(set(made)) == len(ids)
    assert all(re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", id_) for id_ in made)


@given(st.text(), st.text())
def test_whatever_the_text_the_article_is_whole(tmp_path_factory, title, text):
    folder = write_beir(tmp_path_factory.mktemp("set"), [{"_id": "x y", "title": title, "text": text}])
    for article in articles_from_beir(folder):
        assert Article.model_validate_json(article.model_dump_json()) == article
        for section in article.sections:
            assert "\n\n".join(section.text[b.start : b.end] for b in section.blocks) == section.text


def test_a_gzipped_corpus_is_read(tmp_path):
    write_beir(tmp_path / "set", [])
    plain = tmp_path / "set" / "corpus.jsonl"
    plain.unlink()
    plain.with_name("corpus.jsonl.gz").write_bytes(gzip.compress(b'\xef\xbb\xbf{"_id": "1", "text": "Gout."}\n\n'))
    assert len(list(articles_from_beir(tmp_path / "set"))) == 1


def test_history_keeps_what_the_reader_said(tmp_path):
    history = [{"role": "user", "text": "What is gout?"}, {"role": "assistant", "text": "A disease."}, "And why?"]
    query = {"_id": "1", "text": "how\x00 long", "metadata": {"history": history, "answerability": "partial"}}
    (question,) = read_questions(write_beir(tmp_path / "set", [], [query]))
    assert [turn.question for turn in question.history] == ["What is gout?", "And why?"]
    assert question.text == "how long"
    assert question.answerability == "PARTIAL"


def test_questions_no_service_would_take_are_cut_to_what_it_takes(tmp_path):
    history = [{"role": "user", "text": f"Question {n}?"} for n in range(30)]
    rows = [{"_id": "1", "text": "pain " * 1_000, "metadata": {"history": history}}, {"_id": "2", "text": " "}]
    (question,) = read_questions(write_beir(tmp_path / "set", [], rows))
    assert len(question.text) <= 2_000
    assert len(question.history) == 20
    assert question.history[-1].question == "Question 29?"


def test_judgements_skip_the_header(tmp_path):
    folder = write_beir(tmp_path / "set", [], [], [("q", "d", 2), ("q", "e", 0)])
    assert read_judgements(folder, "dev") == {"q": {"d": 2, "e": 0}}


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: (f / "corpus.jsonl").unlink(), "corpus.jsonl is missing"),
        (lambda f: (f / "corpus.jsonl").write_text('{"_id": "1"}\n{"_id":'), "corpus.jsonl:2"),
        (lambda f: (f / "corpus.jsonl").write_text('{"text": "Gout."}\n'), "corpus.jsonl:1: there is no _id"),
        (lambda f: (f / "corpus.jsonl").write_text('{"_id": "1", "text": 3}\n'), "text must be text"),
        (lambda f: (f / "corpus.jsonl").write_text("[]\n"), "must be a JSON object"),
        (lambda f: (f / "queries.jsonl").unlink(), "queries.jsonl is missing"),
        (lambda f: (f / "qrels" / "dev.tsv").rename(f / "qrels" / "test.tsv"), "the splits there are: test"),
        (lambda f: (f / "qrels" / "dev.tsv").write_text("header\nq d 1\n"), "dev.tsv:2"),
    ],
)
def test_what_is_wrong_with_a_data_set_is_said_with_file_and_line(tmp_path, spoil, says):
    folder = write_beir(tmp_path / "set", [{"_id": "1", "text": "Gout."}], [{"_id": "q", "text": "Gout?"}])
    spoil(folder)
    with pytest.raises(BrokenDataset, match=says):
        [list(articles_from_beir(folder)), read_questions(folder), read_judgements(folder, "dev")]


def test_the_index_of_a_corpus_is_built_once_and_then_only_what_changed(tmp_path):
    encoder = HashedEncoder()
    rows = [{"_id": "A 1", "title": "Gout", "text": "It hurts."}, {"_id": "A-1", "title": "Flu", "text": "A cough."}]
    folder = write_beir(tmp_path / "set", rows)
    first = index_beir(folder, tmp_path / "index", encoder)
    again = index_beir(folder, tmp_path / "index", encoder)
    assert (first.articles, first.unchanged, again.unchanged) == (2, False, True)
    assert set(Index.open(tmp_path / "index", encoder).articles) == {article_id("A 1"), article_id("A-1")}

    (folder / "corpus.jsonl").write_text(json.dumps(rows[0]) + "\n" + json.dumps({**rows[1], "text": "Fever."}))
    changed = index_beir(folder, tmp_path / "index", encoder)
    assert changed.reused > 0
    assert changed.embedded > 0
