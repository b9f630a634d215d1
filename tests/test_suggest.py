"""What is offered to be asked next can be answered, and leads on from what the reader has just been told."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.types import Turn

QUESTIONS = (
    "What is LDN?",
    "What is the capital of France?",
    "Can I drink alcohol on it?",
    "Does it help MS?",
    "I forgot my dose last night. What now?",
    "Which women responded in the fibromyalgia trials?",
)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def answers(index, policy):
    return [ask(index, question, policy=policy) for question in QUESTIONS]


def test_every_suggestion_is_answered_and_not_by_words_just_read(answers, index, policy):
    assert all(len(answer.follow_up_questions) == 3 for answer in answers)
    for answer in answers:
        read = {source.quote for source in answer.sources}
        for question in answer.follow_up_questions:
            statements = ask(index, question, policy=policy).statements
            assert statements, question
            assert statements[0].text not in read, (answer.question, question)


def test_suggestions_are_about_what_was_asked_and_differ_from_turn_to_turn(answers, index, policy):
    offered = ask(index, "what about breast cancer?", policy=policy).follow_up_questions
    assert not any("breastfeed" in question for question in offered)
    of_disease = ask(index, "Does LDN help in Crohn's disease?", policy=policy).follow_up_questions
    assert any("Crohn" in question or "colitis" in question for question in of_disease)
    every = [question for answer in answers for question in answer.follow_up_questions]
    assert max(map(every.count, every)) <= len(answers) / 3


def test_no_suggestion_asks_again_what_was_asked_by_another_name(index, policy):
    first = ask(index, "What is LDN used for?", policy=policy)
    turn = Turn(question=first.question, source_ids=tuple(source.id for source in first.sources))
    second = ask(index, "And what dose?", policy=policy, history=[turn])
    assert "What is low-dose naltrexone used for?" not in (*first.follow_up_questions, *second.follow_up_questions)
