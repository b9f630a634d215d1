"""Notices stand where they are needed, in fixed words, and read differently for nobody."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.notices import called_for, raise_notices
from ldnqa.policy import load_policy
from ldnqa.told import told_in
from ldnqa.types import Audience, NoticeKind

POLICY = load_policy()


def raised(question):
    return raise_notices(called_for(question, question, told_in(question), POLICY), (), POLICY)


def kinds(question):
    return [notice.kind for notice in raised(question)]


@pytest.mark.parametrize(
    "question",
    [
        "Should I stop my oxycodone?",
        "can I take it with alcohol",
        "Is it safe for my mother?",
        "Should my daughter start LDN?",
        "I’m taking LDN and want to have a baby",
        "my husband takes methadone",
        "Is it ok to skip a dose?",
        "Do I need to taper?",
    ],
)
def test_a_personal_decision_gets_information_and_not_an_instruction(question):
    shown = [n for n in raised(question) if n.kind is NoticeKind.PERSONAL_DECISION]
    assert len(shown) == 1
    assert "ask the person who prescribes" in shown[0].text
    assert "not an instruction" in shown[0].text


@pytest.mark.parametrize("question", ["What is LDN?", "How many women took part?", "Does LDN ease pain?"])
def test_a_general_question_is_no_personal_decision(question):
    assert NoticeKind.PERSONAL_DECISION not in kinds(question)


@pytest.mark.model
def test_opioids_in_the_question_or_in_the_quotes_bring_the_warning(index, policy):
    for question in ("Can I take tramadol with LDN?", "Who must not take naltrexone tablets?"):
        shown = [notice.kind for notice in ask(index, question, policy=policy).notices]
        assert shown.count(NoticeKind.OPIOID_INTERACTION) == 1
    shown = [notice.kind for notice in ask(index, "How long do LDN capsules keep?", policy=policy).notices]
    assert NoticeKind.OPIOID_INTERACTION not in shown
    assert NoticeKind.OFF_LABEL in shown
    assert NoticeKind.REVIEW_PENDING in shown


@pytest.mark.model
def test_a_source_much_older_than_its_article_is_named_as_old(index, policy):
    old = ask(index, "Does LDN help in multiple sclerosis?", policy=policy)
    assert NoticeKind.OLD_SOURCE in [notice.kind for notice in old.notices]
    new = ask(index, "What did the FINAL trial of LDN in fibromyalgia find?", policy=policy)
    newest = [max((r.year or 0 for r in s.references), default=0) for s in new.sources]
    if all(year == 0 or year > 2016 for year in newest):
        assert NoticeKind.OLD_SOURCE not in [notice.kind for notice in new.notices]


@pytest.mark.model
def test_each_reader_gets_the_words_of_their_own_first(index, policy):
    question = "What did the FINAL trial of LDN in fibromyalgia find?"
    answers = {audience: ask(index, question, policy=policy, audience=audience) for audience in Audience}
    lead = answers[Audience.PATIENT].statements[0]
    first = {audience: answer.answer.split("\n\n")[0] for audience, answer in answers.items()}
    assert lead.plain
    assert first[Audience.PATIENT].startswith(lead.plain)
    assert first[Audience.PATIENT].index(lead.plain) < first[Audience.PATIENT].index(f"“{lead.text}”")
    assert first[Audience.CLINICIAN].startswith("In these words: ")
    assert "p = 0.27" in first[Audience.CLINICIAN].splitlines()[0]
    assert "doi:10.1016/" in first[Audience.RESEARCHER].splitlines()[0]
    assert any(entry.term == "placebo" for entry in answers[Audience.PATIENT].glossary)
