"""Who picks something of a list that was just shown is told of that, and goes on picking."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.types import Status, Turn

pytestmark = pytest.mark.model

STUDIED = "Which diseases has low-dose naltrexone been studied in?"
DIFFER = "On which points do the sources on LDN contradict each other?"


def talk(index, policy, *questions):
    """The answer to the last question, each asked after the ones before it as a client asks them."""
    history = ()
    for question in questions:
        answer = ask(index, question, policy=policy, history=history)
        history = (*history, Turn(question=question, source_ids=tuple(source.id for source in answer.sources)))
    return answer


@pytest.mark.parametrize(
    ("questions", "means"),
    [
        ((STUDIED, "Tell me more about the second one."), "Tell me more about multiple sclerosis."),
        ((STUDIED, "what about the third?"), "low-dose naltrexone: Crohn's disease?"),
        ((STUDIED, "Tell me more about the second one.", "and the third?"), "Tell me more about Crohn's disease."),
        ((STUDIED, "and the last on that list"), "Crohn's disease"),
        ((STUDIED, "and number 1?"), "fibromyalgia?"),
        ((DIFFER, "take the second one - explain", "now the one on cytokines"), "now whether LDN lowers cytokines"),
        ((DIFFER, "does LDN help fibromyalgia?", "and the one on cytokines?"), "and whether LDN lowers cytokines?"),
        ((DIFFER, "take the second one - explain"), "take whether LDN eases pain in multiple sclerosis - explain"),
    ],
)
def test_what_is_picked_of_a_list_is_told_of(index, policy, questions, means):
    answer = talk(index, policy, *questions)
    assert means.lower() in answer.standalone_question.lower()
    assert answer.status is Status.ANSWERED
    named = policy.lexicon.first_names_in(means, "condition")
    assert named <= policy.lexicon.first_names_in(answer.statements[0].text, "condition")


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("what about the ninth one?", "ninth one"),
        ("and the second trial?", "second trial"),
        ("How long do they last?", "last?"),
        ("what comes first?", "first?"),
        ("was it more than a third?", "a third?"),
        ("We saw five doctors. The last one wants to try it, is it safe?", "The last one wants"),
    ],
)
def test_what_a_list_has_not_is_not_picked(index, policy, question, kept):
    assert kept in talk(index, policy, STUDIED, question).standalone_question


def test_nothing_is_picked_where_no_list_was_shown(index, policy):
    before = "Does LDN ease pain in multiple sclerosis?"
    answer = talk(index, policy, before, "How many people were in the second one?")
    assert answer.standalone_question == f"{before} How many people were in the second one?"
