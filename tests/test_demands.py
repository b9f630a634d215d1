"""What is asked decides what may lead: the good is no answer to the harm, nor the mild to the grave."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.asking import meets
from ldnqa.followup import read
from ldnqa.types import Status, Turn

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
        ("Can LDN be dangerous?", "should avoid LDN"),
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


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "result", "verdict"),
    [
        ("Did pain improve in the FINAL trial?", "pain fell by 1.3 points", "so LDN was not shown to be better"),
        ("Did LDN help in long COVID?", "Six of seven measures", "cannot show that the improvement came from LDN"),
        (
            "What share of people with ME/CFS responded to LDN?",
            "73.9%",
            "cannot show that the improvement came from LDN",
        ),
    ],
)
def test_a_result_is_quoted_with_the_verdict_on_it(index, policy, question, result, verdict):
    (said,) = (s.text for s in ask(index, question, policy=policy).statements if result in s.text)
    assert verdict in said


@pytest.mark.model
def test_the_second_of_two_questions_is_about_what_the_first_is_about(index, policy):
    answer = ask(index, "Does LDN help MS and what dose is used?", policy=policy)
    assert not any("neuropathic pain" in statement.text for statement in answer.statements)
    assert policy.wording.partly.format(part="what dose is used?") in answer.answer


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question", "says"),
    [
        ("Does naltrexone hurt the liver?", "at LDN doses?", "the editors found no verified data"),
        ("How is LDN started?", "what if I forget one?", "missed"),
    ],
)
def test_what_goes_on_keeps_what_it_is_about(index, policy, before, question, says):
    answer = ask(index, question, policy=policy, history=[Turn(question=before)])
    assert says in answer.statements[0].text
