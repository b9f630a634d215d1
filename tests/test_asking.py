"""Each kind of question is known by how it is asked, and answered first by what it asks for."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.asking import Kind, answers_kind, kind_of, topics
from ldnqa.policy import load_policy


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Does LDN help fibromyalgia?", Kind.YES_NO),
        ("is it safe", Kind.YES_NO),
        ("What dose of LDN is used?", Kind.DOSE),
        ("How much LDN do people take?", Kind.DOSE),
        ("How many mg are in a tablet?", Kind.DOSE),
        ("What side effects does low dose naltrexone have?", Kind.LIST),
        ("How long does LDN take to work?", Kind.HOW_LONG),
        ("How many women responded?", Kind.HOW_MANY),
        ("How much did pain fall?", Kind.HOW_MANY),
        ("What share of patients stopped?", Kind.HOW_MANY),
        ("When is it taken?", Kind.WHEN),
        ("Who must not take it?", Kind.WHO),
        ("Why is LDN compounded?", Kind.WHY),
        ("and why?", Kind.WHY),
        ("Is LDN better than amitriptyline?", Kind.COMPARE),
        ("How does LDN differ from standard naltrexone?", Kind.COMPARE),
        ("Is naloxone the same as naltrexone?", Kind.COMPARE),
        ("Which conditions has it been studied in?", Kind.LIST),
        ("What did the FINAL trial find?", Kind.RESULT),
        ("FINAL trial", Kind.RESULT),
        ("What is LDN used for? And how much is taken?", Kind.DOSE),
        ("Tell me about LDN", Kind.OPEN),
        ("When should the last dose be?", Kind.WHEN),
        ("After the last dose, how long until surgery?", Kind.HOW_LONG),
        ("Has there been any study of the dose in children?", Kind.YES_NO),
        ("How much above the usual level was it?", Kind.HOW_MANY),
        ("Is the right dose the same for everyone?", Kind.YES_NO),
    ],
)
def test_the_kind_of_a_question(question, kind):
    assert kind_of(question) is kind


def test_what_answers_a_kind():
    assert answers_kind(Kind.DOSE, "The dose is 4.5 mg a day.")
    assert not answers_kind(Kind.DOSE, "The dose is low.")
    assert answers_kind(Kind.LIST, "Side effects:\n• headache\n• dreams")
    assert answers_kind(Kind.WHY, "It is compounded, since no manufacturer sells it.")
    assert answers_kind(Kind.OPEN, "Anything.")


def test_topics_leave_out_the_subject_and_what_only_asks():
    found = topics("Does LDN help people with MS?", load_policy().lexicon, frozenset({"ldn"}))
    assert len(found) == 1
    assert "sclerosi" in found[0]


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "leads_with"),
    [
        ("What dose of LDN is used, and when is it taken?", "1.5 mg to 4.5 mg a day taken at bedtime"),
        ("What did the FINAL trial of LDN in fibromyalgia find?", "not shown to be better on the primary outcome"),
        ("Is LDN better than amitriptyline?", "neither drug was shown to be better"),
        ("What are the common side effects of LDN?", "• headache"),
        ("Who must not take naltrexone tablets?", "must not be taken by people who"),
        ("Is naloxone the same as naltrexone?", "are other medicines than naltrexone"),
        ("Does LDN work for Crohn's disease?", "is not settled"),
        ("Does LDN help in multiple sclerosis?", "disagree"),
        ("How fast do they bump it up?", "No standard schedule for raising LDN"),
        ("What sort of complaints do people get LDN for?", "is an indication for low-dose naltrexone"),
        ("Did everybody stick with it till the end?", "stop"),
        ("Can LDN be used if my kidneys are shot?", "kidney disease"),
        ("Why does LDN come from a compounding pharmacy?", "since no manufacturer sells"),
        ("How long do LDN capsules keep?", "for 360 days"),
    ],
)
def test_an_answer_leads_with_what_was_asked_for(index, policy, question, leads_with):
    answer = ask(index, question, policy=policy)
    assert leads_with in answer.statements[0].text
