"""What of a conversation goes along with a question, and what of a question is nobody else's."""

from __future__ import annotations

import pytest

from ldnqa.query import read_query
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve

pytestmark = pytest.mark.model
BEFORE = "Does LDN help with Crohn's disease?"


def query(index, policy, own, *earlier):
    return read_query(Reading(own, own, earlier), index, policy.lexicon, "low-dose naltrexone")


def test_the_conversation_counts_as_far_as_a_question_needs_it(index, policy):
    leaning = query(index, policy, "How many took part?", BEFORE)
    alone = query(index, policy, "What are common side effects of low-dose naltrexone (LDN)?", BEFORE)
    assert 0 <= alone.terms.get("crohn", 0) < leaning.terms["crohn"] < 1
    assert retrieve(index, leaning)[0].passage.article_id == "ldn-crohns-colitis"
    assert retrieve(index, alone)[0].passage.article_id != "ldn-crohns-colitis"


def test_without_a_conversation_a_question_is_only_itself(index, policy):
    own = query(index, policy, "How many took part?")
    assert own.vector == pytest.approx(own.own_vector, abs=1e-6)
    assert set(own.terms.values()) == {1.0}


def test_a_medicine_that_no_article_names_is_something_else(index, policy):
    assert query(index, policy, "Is ibuprofen safe with LDN?").about_other == "ibuprofen"
    assert query(index, policy, "Can I take LDN with Percocet?").about_other is None
    assert query(index, policy, "What are the symptoms of MS?").about_other == "MS"


@pytest.mark.parametrize(
    ("question", "age"),
    [
        ("My sister (41) has Crohn's disease. Is there anything to LDN?", "41"),
        ("Is LDN safe for a 12-year-old?", "12"),
        ("Mum is 80, can she take LDN?", "80"),
        ("fibro (34f), does LDN help", "34"),
    ],
)
def test_an_age_is_no_word_to_look_for(index, policy, question, age):
    assert age not in query(index, policy, question).terms


@pytest.mark.parametrize("question", ["Is LDN (1) safe and (2) cheap?", "Is 50 mg safe?", "Was it 31 women or 99?"])
def test_a_figure_that_is_no_age_is_looked_for(index, policy, question):
    assert set(query(index, policy, question).terms) & {"1", "2", "50", "31", "99"}
