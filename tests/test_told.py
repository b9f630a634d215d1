"""What a reader has told is not forgotten, and what it makes dangerous is said first."""

from __future__ import annotations

import pytest

from ldnqa import ask, load_policy
from ldnqa.told import told_in
from ldnqa.types import NoticeKind, Status, Turn

LEXICON = load_policy().lexicon


@pytest.mark.parametrize(
    "text",
    [
        "I take methadone. How do I start LDN?",
        "I'm on buprenorphine, how should LDN be titrated?",
        "My patient takes morphine: which LDN dose to begin with?",
        "I have a fentanyl patch. How much LDN for fibromyalgia?",
        "I take levothyroxine, duloxetine and sometimes tramadol for flares.",
        "I stopped methadone a year ago",
        "My doctor has prescribed LDN and my mother, 82, still uses oxycodone at night",
        "A patient on extended-release oxycodone has a prescription for LDN",
        "i no longer take codeine",
        "On suboxone since May. Is LDN ok?",
        "Would LDN help her? She is on tramadol",
        "Dad (71) takes codeine at night. Could he have LDN?",
        "My sister is on LDN and is taking tramadol for her knee",
        "Took two tramadol this morning. When can I begin with LDN?",
        "I take methadone for heroin addiction",
        "I have been clean off oxycodone for 5 days",
        "I'm scared she'll be sick because she is on methadone",
    ],
)
def test_a_statement_tells(text):
    assert "opioid" in LEXICON.classes_in(told_in(text).now)
    assert "opioid" in LEXICON.classes_in(told_in("What dose?", [text]).before)


@pytest.mark.parametrize(
    "text",
    [
        "Does LDN help with oxycodone addiction?",
        "Can I take LDN with tramadol?",
        "I'm on LDN, can I take codeine?",
        "I am wondering about methadone",
        "I have never taken opioids",
        "I don't take opioids. Is LDN an opioid?",
        "I'm not on morphine",
        "Should my mother take oxycodone?",
        "Why do people on opioids avoid LDN?",
        "Had anybody in the trial taken codeine?",
        "My brother takes naltrexone tablets to stay off heroin",
        "He has been in recovery from heroin for four years",
        "She gets the naltrexone shot for opioid addiction",
        "He has stopped naltrexone and I'm terrified he'll use heroin again",
    ],
)
def test_a_question_or_a_denial_tells_nothing(text):
    assert LEXICON.classes_in(told_in(text).now) == []


def test_what_was_told_of_one_is_not_told_of_another():
    told = ["I take methadone.", "My sister has Crohn's."]
    assert "methadone" not in told_in("Would LDN help her?", told).before
    assert "methadone" in told_in("And how would I start it?", told).before
    assert "oxycodone" in told_in("how does she start?", ["My mum takes oxycodone", "she wants to try LDN"]).before
    assert "oxycodone" not in told_in("and for my brother?", ["My mum takes oxycodone"]).before
    assert "pregnant" in told_in("Can it harm my baby?", ["I'm pregnant."]).before


def asked(index, policy, *questions):
    """The answer to the last of some questions, asked in turn like a client asks them."""
    history = []
    for question in questions:
        answer = ask(index, question, policy=policy, history=history)
        history.append(Turn(question=question, source_ids=tuple(source.id for source in answer.sources)))
    return answer


def warned(answer):
    return NoticeKind.OPIOID_INTERACTION in [notice.kind for notice in answer.notices]


@pytest.mark.model
def test_what_was_told_turns_ago_still_warns_and_is_quoted_once(index, policy):
    told = ["I take methadone.", "How long do LDN capsules keep?"]
    kept = asked(index, policy, *told)
    assert warned(kept)
    assert "opioid" not in kept.statements[0].text
    start = asked(index, policy, *told, "What dose of LDN should I start with?")
    assert warned(start)
    assert "People who take opioid medicines should avoid LDN" in start.statements[0].text
    assert any("begun at 1.5 mg" in statement.text for statement in start.statements)
    after = asked(index, policy, *told, "What dose of LDN should I start with?", "What are the side effects of LDN?")
    assert warned(after)
    assert "headache" in after.statements[0].text
    other = asked(index, policy, *told, "What is the dose of LDN for my sister?")
    assert not other.statements or "should avoid LDN" not in other.statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "first", "then"),
    [
        ("I take methadone. How do I start LDN?", "People who take opioid medicines should avoid LDN", "1.5 mg"),
        ("I use codeine for pain; does LDN help fibromyalgia?", "should avoid LDN", "fibromyalgia disagree"),
        ("I have liver failure and MS. Does LDN help MS?", "no verified", "multiple sclerosis disagree"),
        ("I have cirrhosis, can I take LDN?", "no verified", "5 to 10 times higher"),
        ("I have hepatitis. Can I take naltrexone 50 mg?", "disagree on liver disease", "hepatitis"),
        (
            "My wife is having an operation in May. Does LDN help her MS?",
            "before surgery",
            "multiple sclerosis disagree",
        ),
        (
            "I drink two pints every day. What is the dose of naltrexone 50 mg for me?",
            "not to drink alcohol",
            "50 mg a day",
        ),
    ],
)
def test_the_danger_that_a_reader_tells_of_is_said_before_what_is_asked(index, policy, question, first, then):
    statements = [" ".join(statement.text.split()) for statement in ask(index, question, policy=policy).statements]
    assert first in statements[0]
    assert any(then in text for text in statements[1:])


@pytest.mark.model
def test_where_only_the_danger_has_an_answer_the_rest_is_said_to_have_none(index, policy):
    answer = asked(index, policy, "I'm pregnant.", "can I take LDN?")
    assert answer.status is Status.ANSWERED
    assert "pregnancy, breastfeeding" in answer.statements[0].text
    assert "can I take LDN?" in next(n.text for n in answer.notices if n.kind is NoticeKind.PARTLY_ANSWERED)


@pytest.mark.model
def test_a_general_question_gets_no_caution(index, policy):
    dangers = ("should avoid LDN", "no verified", "surgery", "alcohol")
    for question in (
        "Is LDN an opioid?",
        "Does LDN block opioid receptors?",
        "I'm not pregnant. Does LDN cause nausea?",
        "I had surgery years ago. Does LDN help fibromyalgia?",
        "I drink plenty of tea. Can I take LDN for fibromyalgia?",
    ):
        answer = ask(index, question, policy=policy)
        assert not any(said in s.text for s in answer.statements[:1] for said in dangers)


@pytest.mark.model
def test_people_told_of_before_are_not_forgotten(index, policy):
    answer = asked(index, policy, "My child is 9.", "What is the dose of LDN?")
    assert policy.wording.other_people.format(people="children") in answer.answer


def test_no_caution_is_about_another_use_than_the_one_told_of(index, policy):
    for told in (
        "My mate takes naltrexone to stay off heroin and has kidney disease.",
        "I take oxycodone and get Vivitrol.",
    ):
        answer = asked(index, policy, f"{told} Is that safe?")
        assert answer.statements
        assert "LDN" not in answer.statements[0].text
