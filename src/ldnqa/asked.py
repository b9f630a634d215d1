"""A request, how its question was read, and what its words call for: all that needs no vector and no article.

It is told while the question is embedded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ldnqa.notices import called_for, caution_for
from ldnqa.people import people_told_of
from ldnqa.policy import Policy
from ldnqa.policy.load import NoticeRule
from ldnqa.stories import ASKS, QUESTION_WORD
from ldnqa.text import fold_space, terms
from ldnqa.told import Told, told_in
from ldnqa.types import Audience, Turn

_NEXT_QUESTION = re.compile(
    rf"(?<=\?)\s+(?=\w)|[,;]?\s+(?:and|also|or)(?: also)?,?\s+(?={QUESTION_WORD})", re.IGNORECASE
)


@dataclass(frozen=True)
class Asked:
    """Everything a request says, how its question was read, and what its words call for.

    `small_talk` is said to a question that asks nothing, `several` are the questions in it, `rules` those of the
    notices it calls for, `caution` the one that asks for what the articles say of a danger told of, and `people` the
    groups that somebody told of is in.
    """

    question: str
    standalone: str
    article_id: str | None
    audience: Audience | None
    history: tuple[Turn, ...]
    approved_only: bool
    told: Told
    small_talk: str | None
    several: tuple[str, ...]
    rules: tuple[NoticeRule, ...]
    caution: NoticeRule | None
    people: tuple[str, ...]

    @classmethod
    def of(
        cls,
        question: str,
        standalone: str,
        policy: Policy,
        *,
        article_id: str | None = None,
        audience: Audience | None = None,
        history: tuple[Turn, ...] = (),
        approved_only: bool = False,
    ) -> Asked:
        """What is asked by a request whose question was read as `standalone`."""
        told = told_in(question, [turn.question for turn in history])
        return cls(
            question,
            standalone,
            article_id,
            audience,
            history,
            approved_only,
            told,
            small_talk=policy.wording.in_return(question, opens=not history),
            several=questions_in(question),
            rules=called_for(question, standalone, told, policy),
            caution=caution_for(question, standalone, told, policy),
            people=tuple(people_told_of(f"{standalone}\n{told.before}", policy.lexicon)),
        )

    def read_as(self, standalone: str, policy: Policy) -> Asked:
        """The same with the question read otherwise."""
        request = {name: getattr(self, name) for name in ("article_id", "audience", "history", "approved_only")}
        return Asked.of(self.question, standalone, policy, **request)


def questions_in(question: str) -> tuple[str, ...]:
    """The questions that are asked in one, each of which names something; the whole where it is one question."""
    found = [part.strip(" ,;") for part in _NEXT_QUESTION.split(fold_space(question))]
    asks = [bool(ASKS.match(part)) and bool(terms(part)) for part in found]
    return tuple(found) if len(found) > 1 and all(asks) else (question,)
