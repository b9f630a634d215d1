"""The fixed words around quotes. They assert nothing medical; a policy file may replace them."""

from __future__ import annotations

import re
from functools import cache, cached_property

from ldnqa.text import words
from ldnqa.types import NonEmpty, Noun, Regimen, Tier


class SmallTalk(Noun):
    """What readers say without asking anything, and what is said in return; what only `opens` a conversation asks
    something where one goes on, as "why?" does.
    """

    said: tuple[NonEmpty, ...]
    answer: NonEmpty
    opens: bool = False


class Wording(Noun):
    """The templates an answer is put together with; the policy file says what each is for."""

    tiers: dict[Tier, NonEmpty]
    again: dict[Tier, NonEmpty]
    regimens: dict[Regimen, NonEmpty]
    other_regimen: NonEmpty
    no_regimen: NonEmpty = "none in particular"
    other_people: NonEmpty = "Nothing quoted here speaks of {people}; what it says may not hold for them."
    disagree: NonEmpty
    side: NonEmpty
    side_said: NonEmpty
    published: NonEmpty
    updated: NonEmpty
    study: NonEmpty
    drafted: NonEmpty = "{where}, put together by a language model: {text} {markers}"
    facts: dict[str, NonEmpty]
    partly: NonEmpty
    abstained: NonEmpty
    missing: NonEmpty
    no_people: NonEmpty = "Nothing that was found speaks of {people}."
    touched: NonEmpty
    approved_only: NonEmpty = (
        "The approved articles do not answer this question. Articles whose review is not finished were not searched."
    )
    asks_dates: NonEmpty = r"(?!)"
    dated: NonEmpty = "“{title}” was last changed on {date}."
    dated_all: NonEmpty = "The articles were last changed between {first} and {last}."
    small_talk: tuple[SmallTalk, ...] = ()
    filling: tuple[NonEmpty, ...] = ()
    look_alikes: tuple[tuple[NonEmpty, ...], ...] = ()

    def in_return(self, message: str, *, opens: bool = False) -> str | None:
        """What is said to a message that is only small talk, which may open a conversation; None for any other."""
        rest = " ".join(words(message)) if any(map(str.isalpha, message)) else ""
        found: list[SmallTalk | None] = [row for row in self.small_talk if row.opens and opens and not rest]
        while rest:
            able = self._small_talk.get(rest.partition(" ")[0], ())
            begins = ((said, row) for said, row in able if f"{rest} ".startswith(f"{said} "))
            said, row = next(begins, ("", None))
            if not said or (row and row.opens and not opens):
                return None
            rest = rest[len(said) :].lstrip()
            found.append(row)
        return next((row.answer for row in self.small_talk if row in found), None)

    @cached_property
    def _small_talk(self) -> dict[str, list[tuple[str, SmallTalk | None]]]:
        """What is said in small talk by its first word, the longest first, and the row it stands in; None for what only
        fills.
        """
        rows: list[SmallTalk | None] = [*self.small_talk, None]
        said = ((said, row) for row in rows for said in (row.said if row else self.filling))
        by_first: dict[str, list[tuple[str, SmallTalk | None]]] = {}
        for one in sorted(said, key=lambda one: -len(one[0])):
            by_first.setdefault(one[0].partition(" ")[0], []).append(one)
        return by_first

    def asks_of_dates(self, message: str) -> bool:
        """Whether a message asks how old the articles are, or when they were changed."""
        return _compiled(self.asks_dates).search(message) is not None

    def label(self, tier: Tier, regimen: Regimen | None, *, again: bool = False) -> str:
        """Where words come from, with the use of the drug they are about: "From the research (low dose)"."""
        words = (self.again if again else self.tiers)[tier]
        return f"{words} ({self.regimens[regimen]})" if regimen else words


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
