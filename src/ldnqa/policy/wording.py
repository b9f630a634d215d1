"""The fixed words around quotes. They assert nothing medical; a policy file may replace them."""

from __future__ import annotations

from ldnqa.types import NonEmpty, Noun, Regimen, Tier


class Wording(Noun):
    """The templates an answer is put together with; the policy file says what each is for."""

    tiers: dict[Tier, NonEmpty]
    again: dict[Tier, NonEmpty]
    regimens: dict[Regimen, NonEmpty]
    other_regimen: NonEmpty
    no_regimen: NonEmpty = "none in particular"
    other_people: NonEmpty = "Nothing quoted here speaks of {people}; it is about other people."
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
    look_alikes: tuple[tuple[NonEmpty, ...], ...] = ()

    def label(self, tier: Tier, regimen: Regimen | None, *, again: bool = False) -> str:
        """Where words come from, with the use of the drug they are about: "From the research (low dose)"."""
        words = (self.again if again else self.tiers)[tier]
        return f"{words} ({self.regimens[regimen]})" if regimen else words
