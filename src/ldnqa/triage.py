"""Emergencies are recognised before anything is retrieved, and answered with fixed words."""

from __future__ import annotations

from ldnqa.policy import Policy
from ldnqa.stages import stage
from ldnqa.types import Notice, NoticeKind


@stage("triage")
def triage(question: str, policy: Policy) -> Notice | None:
    """The emergency notice for a question that cannot wait, None for every other question.

    The first red flag of the policy that fires decides; typographic apostrophes count as plain ones.
    """
    text = question.replace("’", "'")
    for flag in policy.red_flags:
        if flag.fires(text):
            return Notice(kind=NoticeKind.EMERGENCY, text=flag.text)
    return None
