"""Emergencies are recognised before anything is retrieved, and answered with fixed words."""

from __future__ import annotations

from collections.abc import Sequence

from ldnqa.policy import Policy, RedFlag
from ldnqa.types import Notice, NoticeKind, Turn


def triage(question: str, policy: Policy, history: Sequence[Turn] = ()) -> Notice | None:
    """The emergency notice for a question that cannot wait, None for every other question."""
    flag = red_flag(question, policy, history)
    return Notice(kind=NoticeKind.EMERGENCY, text=flag.text) if flag else None


def red_flag(question: str, policy: Policy, history: Sequence[Turn] = ()) -> RedFlag | None:
    """The first red flag of the policy that fires; typographic apostrophes count as plain ones."""
    text = question.replace("’", "'")
    return next((flag for flag in policy.red_flags if flag.fires(text)), None)
