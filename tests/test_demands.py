"""What is asked decides what may lead: the good is no answer to the harm, nor the mild to the grave."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.asking import meets
from ldnqa.followup import read
from ldnqa.types import Status

HELPS = "LDN brought less pain than placebo in a trial of 31 women."
HARMS = "Depression has been reported in people on naltrexone."


@pytest.mark.parametrize(
    ("question", "text", "able"),
    [
        ("Does LDN help depression?", HELPS, True),
        ("Does LDN cause depression?", HELPS, False),
        ("Does LDN cause depression?", HARMS, True),
        ("Can it make pain worse?", HELPS, False),
        ("What are the serious side effects?", "Most side effects are mild.", False),
        ("What are the serious side effects?", "Serious adverse events were not more frequent.", True),
        ("Which studies found no benefit?", HELPS, False),
        ("Which studies found no benefit?", "A trial of 99 women found no difference.", True),
        ("Who should not take it?", "People who take opioids should avoid LDN.", True),
        ("How long does it take?", HELPS, False),
        ("How long does it take?", "The trial took 12 weeks.", True),
    ],
)
def test_what_a_statement_must_have_to_lead(question, text, able):
    assert meets(question, text) is able


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Does LDN cause depression?", "Depression and suicidal thoughts"),
        ("Can LDN make depression worse?", "Depression and suicidal thoughts"),
        ("What are the serious side effects of LDN?", "Serious adverse events"),
        ("Can LDN be dangerous?", "Serious adverse events"),
        ("What are rare side effects of LDN?", "rare"),
    ],
)
def test_harm_and_gravity_are_answered_by_what_speaks_of_them(index, policy, question, says):
    assert says in ask(index, question, policy=policy).statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    "question", ["Can LDN cause MS?", "Can LDN trigger Crohn's flares?", "Does LDN cause long COVID?"]
)
def test_what_does_good_is_no_answer_to_what_does_harm(index, policy, question):
    assert ask(index, question, policy=policy).status is Status.ABSTAINED


@pytest.mark.parametrize(
    "question",
    [
        "I want to end it all",
        "I want to get it over with",
        "Has a doctor reviewed this?",
        "Is this reliable?",
        "Has this been peer reviewed?",
        "Can I trust this?",
        "Is this medical advice?",
        "Is it wrong that 5.4 mg relieves pain in 95% of patients?",
    ],
)
def test_it_is_not_always_the_medicine(question):
    assert read(question, (), subject="low-dose naltrexone").text == question


@pytest.mark.model
@pytest.mark.parametrize("question", ["Has a doctor reviewed this?", "was this article checked by a clinician?"])
def test_who_asks_about_the_page_is_told_of_the_page(index, policy, question):
    assert "reviewed or approved by a clinician" in ask(index, question, policy=policy).statements[0].text
