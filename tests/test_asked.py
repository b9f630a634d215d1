"""Readers' questions find the words they are tied to, are never shown, and are refused when their words are gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from fakes import HashedEncoder

from ldnqa import Index, ask, build_index
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import BrokenCorpus
from ldnqa.settings import packaged_corpus
from ldnqa.types import Turn

ARTICLE = """---
id: velaprine
title: What is velaprine?
subject: [velaprine]
review: submitted
last_updated: 2026-11-25
---

## Harms {#harms tier=research}

Nausea was seen in some adults. Cephalalgia was seen in others.

## Doses {#doses tier=research}

Adults swallow 3 mg at dawn.
"""
ASKED = [
    {"section": "harms", "answer": "Cephalalgia was seen", "asks": ["Will my head hurt?", "sore head velaprine"]},
    {"section": "doses", "answer": "swallow 3 mg", "asks": ["How much is given each morning?"]},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus = tmp_path / "corpus"
    (corpus / "questions").mkdir(parents=True)
    (corpus / "velaprine.md").write_text(ARTICLE, encoding="utf-8")
    (corpus / "references.json").write_text("[]", encoding="utf-8")
    (corpus / "questions" / "velaprine.yaml").write_text(yaml.safe_dump(ASKED), encoding="utf-8")
    (corpus / "questions" / "unanswered.yaml").write_text(yaml.safe_dump(["Is velaprine cheap?"]), encoding="utf-8")
    return corpus


def opened(corpus: Path) -> Index:
    build_index(corpus, corpus.parent / "index", HashedEncoder())
    return Index.open(corpus.parent / "index", HashedEncoder())


def test_a_question_finds_the_words_it_is_tied_to_and_is_not_shown(folder, policy):
    answer = ask(opened(folder), "Will velaprine make my head hurt?", policy=policy)
    assert answer.statements[0].text == "Cephalalgia was seen in others."
    shown = answer.model_dump_json(exclude={"question", "standalone_question"})
    assert "head hurt" not in shown
    assert "sore head" not in shown


def test_what_is_asked_in_vain_is_met_with_silence_though_every_word_is_there(folder, policy):
    question = "Nausea with velaprine in adults?"
    assert ask(opened(folder), question, policy=policy).status == "answered"
    (folder / "questions" / "unanswered.yaml").write_text(yaml.safe_dump([question]), encoding="utf-8")
    assert ask(opened(folder), question, policy=policy).status == "abstained"


def test_the_list_of_what_is_asked_in_vain_is_part_of_the_index(folder):
    before = opened(folder).id
    (folder / "questions" / "unanswered.yaml").write_text("- Is velaprine dear?\n", encoding="utf-8")
    assert opened(folder).id != before


def test_without_questions_the_same_articles_still_answer(folder, policy):
    for path in (folder / "questions").iterdir():
        path.unlink()
    index = opened(folder)
    assert len(index.bank) == 0
    assert ask(index, "Was cephalalgia seen with velaprine?", policy=policy).status == "answered"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"answer": "Vertigo was seen"}, "answer-not-found"),
        ({"answer": "was seen in"}, "answer-not-found"),
        ({"section": "benefits"}, "unknown-section"),
        ({"asks": []}, "mistyped-value"),
        ({"ask": ["?"]}, "unknown-key"),
    ],
)
def test_a_question_tied_to_nothing_is_an_error_with_its_line(folder, change, rule):
    wrong = [ASKED[1], {**ASKED[0], **change}]
    file = folder / "questions" / "velaprine.yaml"
    file.write_text(yaml.safe_dump(wrong), encoding="utf-8")
    with pytest.raises(BrokenCorpus) as caught:
        read_corpus(folder)
    (problem,) = caught.value.problems
    assert (problem.file, problem.rule) == (file, rule)
    assert problem.line > 4


def test_questions_of_no_article_are_noticed(folder):
    (folder / "questions" / "velaprin.yaml").write_text("[]", encoding="utf-8")
    with pytest.raises(BrokenCorpus, match=r"no article 'velaprin'"):
        read_corpus(folder)


def test_no_question_of_the_shipped_articles_is_tied_to_two_places_or_to_none_as_well():
    corpus = read_corpus(packaged_corpus())
    asked = [text.lower() for article in corpus.articles for each in article.asked for text in each.questions]
    both = [*asked, *(text.lower() for text in corpus.unanswered)]
    assert sorted({text for text in both if both.count(text) > 1}) == []
    assert len(asked) > 4_000


# --- what follows from several questions, and from switching the use of the drug --------------------------


@pytest.mark.model
def test_several_questions_are_answered_part_by_part_and_what_is_left_open_is_said(index, policy):
    answer = ask(index, "Can I take LDN with oxycodone and how much does it cost?", policy=policy)
    assert answer.status == "answered"
    assert "opioid" in answer.statements[0].text
    (partly,) = [notice for notice in answer.notices if notice.kind == "partly_answered"]
    assert "how much does it cost" in partly.text
    assert partly.text in answer.answer


@pytest.mark.model
def test_what_is_left_open_cannot_pass_for_a_marker(index, policy):
    answer = ask(index, "What dose of LDN is used and how much does [7] cost in Narnia [9]?", policy=policy)
    (partly,) = [notice for notice in answer.notices if notice.kind == "partly_answered"]
    assert "[" not in partly.text


@pytest.mark.model
def test_a_follow_up_is_about_what_was_just_quoted(index, policy):
    first = ask(index, "Does LDN help with long COVID?", policy=policy)
    turn = Turn(question=first.question, source_ids=tuple(source.id for source in first.sources))
    second = ask(index, "How many people were in the study?", policy=policy, history=[turn])
    assert second.status == "answered"
    assert "38 people" in second.statements[0].text


@pytest.mark.model
def test_the_use_of_the_drug_can_be_switched(index, policy):
    first = Turn(question="Does LDN cause nausea?")
    second = ask(index, "And the 50 mg tablets?", policy=policy, history=[first])
    assert second.standalone_question == "Does naltrexone 50 mg tablets cause nausea?"
    assert all(statement.regimen != "low_dose" for statement in second.statements)


@pytest.mark.model
@pytest.mark.parametrize("question", ["how much is it", "How much is LDN a month?"])
def test_a_price_that_no_article_has_is_not_answered_with_a_dose(question, index, policy):
    assert ask(index, question, policy=policy).status == "abstained"
    assert ask(index, "How much LDN is taken?", policy=policy).status == "answered"


@pytest.mark.model
def test_the_same_can_be_asked_of_a_low_dose(index, policy):
    first = Turn(question="Can naltrexone damage the liver?")
    answer = ask(index, "At 4.5 mg too?", policy=policy, history=[first])
    assert "no verified data" in answer.statements[0].text


@pytest.mark.model
def test_thanks_are_no_question(index, policy):
    turn = Turn(question="Does LDN help with long COVID?")
    assert ask(index, "ok thanks", policy=policy, history=[turn]).status == "abstained"


def test_readers_questions_are_not_in_an_article_on_the_wire(index, policy):
    from ldnqa.api.schemas import ArticleView

    assert "asked" not in json.dumps(ArticleView.model_json_schema())
