"""What readers add to a question, take back or leave out: through `ask`, on the articles that come with ldnqa."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.types import Status, Turn

pytestmark = pytest.mark.model


def last_of(index, policy, *questions):
    history: list[Turn] = []
    for question in questions:
        answer = ask(index, question, policy=policy, history=history)
        history.append(Turn(question=question, source_ids=tuple(source.id for source in answer.sources)))
    return answer


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        # A figure is looked for where the condition is that was asked about.
        (("Was LDN compared with amitriptyline in diabetic nerve pain?", "in which doses"), "rose from 2 mg to 4 mg"),
        (("Can LDN be combined with hydrocodone?", "why not"), "can set off withdrawal"),
        (("Does LDN harm the liver?", "no wait, I meant the 50 mg tablets"), "liver"),
        (("Is there any study of the levothyroxine dose in people who begin LDN?",), "thyroid hormone dispensed"),
        (("I take methadone. After my last dose, how long until naltrexone is possible?",), "methadone"),
        (("I'm having my appendix out in May and I'm on LDN. When do I stop it?",), "before surgery"),
        (
            ("Gran (80) takes 50 mg naltrexone and is due a hernia repair. How many days before does she stop?",),
            "surgery",
        ),
        (("May I take naltrexone while I'm expecting?",), "pregnan"),
        (("By how much are naltrexone levels raised in cirrhotics?",), "5 to 10 times"),
        (("Can I have a lager on naltrexone?",), "alcohol"),
    ],
)
def test_what_leads_the_answer_to_the_last_of_them(index, policy, questions, says):
    answer = last_of(index, policy, *questions)
    assert answer.status is Status.ANSWERED
    assert says in answer.statements[0].text


@pytest.mark.parametrize(
    "question",
    [
        "What is methadone's half-life?",
        "How bad is tramadol withdrawal?",
        "My boyfriend takes LDN and we're trying to conceive. Does it lower his sperm count?",
    ],
)
def test_what_is_asked_of_another_medicine_or_a_man_is_not_answered_with_what_is_said_of_others(
    index, policy, question
):
    assert last_of(index, policy, question).status is Status.ABSTAINED


def test_a_question_that_names_the_articles_own_medicine_is_about_that(index, policy):
    answer = last_of(index, policy, "How long after the end of opioid withdrawal can I start naltrexone tablets?")
    assert answer.status is Status.ANSWERED
