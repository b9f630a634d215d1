"""Where the caution about a danger that the reader told of stands among the claims, through `with_caution`."""

from __future__ import annotations

import pytest

from ldnqa.caution import answer_to, with_caution
from ldnqa.policy import load_policy

pytestmark = pytest.mark.model

POLICY = load_policy()
LIVER = next(rule for rule in POLICY.notices if rule.asks and "hepatitis" in rule.asks)


def claims_for(index, question):
    return list(answer_to(question, index, POLICY.lexicon, approved_only=False))


def test_it_stands_behind_a_lead_about_the_danger_unless_it_must_come_first(index):
    claims = claims_for(index, "Are naltrexone levels higher in people with cirrhosis?")
    (caution, *_) = claims_for(index, LIVER.asks)
    assert with_caution(claims, LIVER, index, POLICY.lexicon, first=False)[:2] == [claims[0], caution]
    assert with_caution(claims, LIVER, index, POLICY.lexicon)[:2] == [caution, claims[0]]


def test_a_lead_that_is_the_caution_itself_is_said_once(index):
    caution = claims_for(index, LIVER.asks)[:1]
    rule = LIVER.model_copy(update={"unless": None})
    for first in (True, False):
        assert with_caution(caution, rule, index, POLICY.lexicon, first=first) == caution
