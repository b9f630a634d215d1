"""What a reader leaves out is put back, and only that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldnqa.followup import standalone
from ldnqa.types import Turn

LDN = "low-dose naltrexone"
USED_FOR = (Turn(question="What is LDN used for?"),)


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("How does it work?", "How does low-dose naltrexone work?"),
        ("Can I take this drug with oxycodone?", "Can I take low-dose naltrexone with oxycodone?"),
        ("What did the FINAL trial find, and who was in it?", "What did the FINAL trial find, and who was in it?"),
        ("What are the side effects?", "What are the side effects?"),
        ("What dose of low-dose naltrexone is it?", "What dose of low-dose naltrexone is it?"),
        ("What is the capital of France?", "What is the capital of France?"),
    ],
)
def test_a_pronoun_is_read_as_the_subject(question, reading):
    assert standalone(question, (), LDN) == reading


@pytest.mark.parametrize(
    "question", ["And what dose?", "why?", "and for MS?", "How long?", "What about children?", "yes"]
)
def test_a_short_question_that_leans_is_read_after_the_one_before(question):
    assert standalone(question, USED_FOR, None) == f"What is LDN used for? {question}"


def test_a_question_that_stands_alone_does_not_drag_the_old_topic_along():
    question = "Which painkillers are safe before planned surgery?"
    assert standalone(question, USED_FOR, LDN) == question


def test_a_question_that_only_says_it_needs_the_subject_and_not_the_question_before():
    assert standalone("How does it work?", USED_FOR, LDN) == "How does low-dose naltrexone work?"
    assert standalone("And does it work for MS?", USED_FOR, None) == "What is LDN used for? And does it work for MS?"


@pytest.mark.parametrize("name", ["LDN", "low dose naltrexone", "Low-dose naltrexone"])
def test_when_the_subject_is_named_the_pronoun_is_something_else(name):
    question = f"My uncle has cancer. Could {name} cure it?"
    assert standalone(question, (), LDN, ("low-dose naltrexone", "LDN")) == question


def test_without_a_subject_or_history_nothing_is_put_in():
    assert standalone("How does it work?", (), None) == "How does it work?"


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_any_question_has_a_reading(question):
    assert standalone(question, USED_FOR, LDN).strip()
