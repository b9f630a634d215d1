"""Where sources disagree, an answer shows both sides; where they do not, it shows no conflict."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from ldnqa import ask
from ldnqa.types import Tier

pytestmark = pytest.mark.model

CASES = yaml.safe_load((Path(__file__).parent / "conflicts.yaml").read_text(encoding="utf-8"))
RANK = list(Tier)


@pytest.mark.parametrize("case", CASES["disagreements"], ids=lambda case: case["question"])
def test_a_disagreement_that_is_asked_about_is_shown_with_both_sides(index, policy, case):
    answer = ask(index, case["question"], policy=policy)

    def quoted(conflict):
        return [" ".join(answer.sources[i - 1].quote.split()) for i in conflict.source_indexes]

    shown = [c for c in answer.conflicts if all(any(side in q for q in quoted(c)) for side in case["sides"])]
    assert shown, [(c.topic, quoted(c)) for c in answer.conflicts]
    for conflict in shown:
        sources = [answer.sources[i - 1] for i in conflict.source_indexes]
        # Both sides, their tiers and dates are there to be seen, the higher tier first.
        assert [RANK.index(source.tier) for source in sources] == sorted(RANK.index(s.tier) for s in sources)
        for source in sources:
            assert f"[{source.index}]" in conflict.summary
            assert source.last_updated.isoformat() in conflict.summary
            assert source.quote in answer.answer
        assert conflict.topic in answer.answer


def test_there_are_enough_of_them():
    assert len(CASES["disagreements"]) >= 12
    assert len(set(CASES["no_disagreement"])) >= 100


def test_no_conflict_is_invented(index, policy):
    invented = {
        question: [conflict.topic for conflict in answer.conflicts]
        for question in CASES["no_disagreement"]
        if (answer := ask(index, question, policy=policy)).conflicts
    }
    assert not invented


def test_a_conflict_reads_the_same_for_every_audience(index, policy):
    answers = [
        ask(index, "Does LDN ease pain in multiple sclerosis?", policy=policy, audience=audience)
        for audience in (None, "patient", "caregiver", "clinician", "researcher")
    ]
    assert all(answer.conflicts == answers[0].conflicts for answer in answers)


def test_an_unapproved_side_is_not_shown_to_who_wants_approved_articles_only(index, policy):
    answer = ask(index, "Does LDN ease pain in multiple sclerosis?", policy=policy, approved_only=True)
    assert not answer.conflicts
