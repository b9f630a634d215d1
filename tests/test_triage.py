"""Emergencies are met at once with fixed words; look-alikes are answered as questions."""

from __future__ import annotations

import pytest

from ldnqa.policy import load_policy
from ldnqa.triage import triage
from ldnqa.types import NoticeKind

POLICY = load_policy()

EMERGENCIES = [
    "I took too many oxycodone pills",
    "My husband overdosed on naltrexone",
    "I took an overdose",
    "my friend has taken a heroin overdose",
    "I think she might have overdosed",
    "my son swallowed my naltrexone",
    "Our toddler got into the bottle of pills",
    "I want to kill myself",
    "i don't want to be alive anymore",
    "feeling suicidal since I started LDN",
    "He won't wake up after taking methadone",
    "she is unresponsive",
    "I took LDN after my oxycodone and now I'm shaking and vomiting",
    "My patient is in precipitated withdrawal after naltrexone, what now?",
    "grandma took her naltrexone with her morphine patch on and now she is confused and throwing up",
    "he's on suboxone, someone gave him LDN and he's sweating and agitated",
    "I can’t breathe",
    "my lips are turning blue",
    "my throat is swelling up after the first dose",
    "I have chest pain and took naltrexone",
    "his speech is slurred and his face is drooping",
    "the bleeding won't stop",
]

LOOK_ALIKES = [
    "Why is overdose a risk after stopping naltrexone?",
    "Does LDN kill cancer cells?",
    "Can it cause chest pain?",
    "What is precipitated withdrawal?",
    "Is suicidal thinking a side effect?",
    "Can I take it with oxycodone?",
    "My daughter takes LDN for Crohn's, is it safe?",
    "Can children take LDN?",
    "How long before surgery should I stop?",
    "I am dying to know whether it works",
    "Can naltrexone make someone on methadone sick?",
    "Why does LDN cause vomiting in people who take oxycodone?",
    "Does it help with shortness of breath in long COVID?",
    "What happens if I take too much?",
    "Is it safe after a stroke last year?",
]


@pytest.mark.parametrize("question", EMERGENCIES)
def test_an_emergency_gets_the_emergency_notice(question):
    notice = triage(question, POLICY)
    assert notice is not None
    assert notice.kind is NoticeKind.EMERGENCY
    assert "{" not in notice.text


@pytest.mark.parametrize("question", EMERGENCIES)
def test_capitals_do_not_hide_an_emergency(question):
    assert triage(question.upper(), POLICY) == triage(question, POLICY)


@pytest.mark.parametrize("question", LOOK_ALIKES)
def test_a_look_alike_is_left_to_the_articles(question):
    assert triage(question, POLICY) is None
