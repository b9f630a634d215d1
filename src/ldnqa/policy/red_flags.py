"""Red flags: what a question must say to be met with fixed words at once, and those words with a country's numbers.

The file red_flags.yaml says all of it; a pattern that does not compile or a slot nobody filled stops the start.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.sieve import Sieve
from ldnqa.types import NonEmpty, Noun

DEFAULT_COUNTRY = "international"
_LISTS = ("calm", "patient", "over")
_SLOT = re.compile(r"\{[a-z_]+\}")

Patterns = tuple[NonEmpty, ...]


class RedFlag(Noun):
    """One kind of emergency: fires when a pattern is found in a text and no `unless` is."""

    id: NonEmpty
    patterns: Annotated[Patterns, Field(min_length=1)]
    unless: Patterns = ()
    text: NonEmpty

    def fires(self, text: str) -> bool:
        """Whether `text` describes this emergency."""
        return self._patterns.found(text) and not self._unless.found(text)

    @cached_property
    def _patterns(self) -> Sieve:
        return Sieve(self.patterns)

    @cached_property
    def _unless(self) -> Sieve:
        return Sieve(self.unless)


class Thresholds(Noun):
    """From which log-odds on the learned half raises a flag; see `Learned.judge` and `Meaning.judge`.

    Words alone raise one from `alarm_from`, with a likeliest flag from `margin_from`. Where there is an encoder, words
    and meaning in sum raise one from `with_meaning_from`, unless the meaning speaks against it by more than
    `meaning_from`; it is asked only where the words reach `meaning_asked_from`.
    """

    alarm_from: float
    margin_from: float
    with_meaning_from: float | None = None
    meaning_from: float = -math.inf
    meaning_asked_from: float = -math.inf


class RedFlags(Noun):
    """Everything triage goes by. Without `learned`, only the rules decide."""

    rules: Annotated[tuple[RedFlag, ...], Field(min_length=1)]
    calm: Patterns = ()
    patient: Patterns = ()
    over: Patterns = ()
    learned: Thresholds | None = None

    def is_calm(self, text: str) -> bool:
        """Whether `text` speaks of what lies behind, was never there, or is only imagined."""
        return self._calm.found(text)

    def is_about_a_patient(self, text: str) -> bool:
        """Whether a clinician asks about a patient."""
        return self._patient.found(text)

    def is_over(self, text: str) -> bool:
        """Whether a question after an emergency says that it is over, or turns to something else."""
        return self._over.found(text)

    @cached_property
    def _calm(self) -> Sieve:
        return Sieve(self.calm)

    @cached_property
    def _patient(self) -> Sieve:
        return Sieve(self.patient)

    @cached_property
    def _over(self) -> Sieve:
        return Sieve(self.over)


class Numbers(Noun):
    """Whom to call in one country, in whole sentences, and where the numbers were taken from."""

    emergency: NonEmpty
    poison: NonEmpty
    crisis: NonEmpty
    sources: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]


def read_red_flags(data: Mapping[str, Any], lexicon: Lexicon, country: str) -> RedFlags:
    """The red flags of a file, slots filled. KeyError, TypeError, ValueError or re.error if it cannot be used."""
    numbers = {code: Numbers.model_validate(entry) for code, entry in data["numbers"].items()}
    if country not in numbers:
        raise ValueError(
            f"there are no numbers for the country {country!r}; there are for {', '.join(sorted(numbers))}"
        )
    opioids = lexicon.classes["opioid"].members if "opioid" in lexicon.classes else ("opioid",)
    slots: dict[str, str] = {
        **data["words"],
        "opioid": "|".join(map(re.escape, opioids)),
        **numbers[country].model_dump(include={"emergency", "poison", "crisis"}),
    }

    def fill(text: str) -> str:
        for slot, value in slots.items():
            text = text.replace(f"{{{slot}}}", value)
        if left := _SLOT.search(text):
            raise ValueError(f"nothing fills {left[0]}")
        return text

    flags = RedFlags.model_validate(
        {
            "learned": data.get("learned"),
            **{name: [fill(pattern) for pattern in data.get(name, ())] for name in _LISTS},
            "rules": [
                {
                    **rule,
                    "patterns": [fill(pattern) for pattern in rule["patterns"]],
                    "unless": [fill(pattern) for pattern in rule.get("unless", ())],
                    "text": fill(rule["text"]),
                }
                for rule in data["rules"]
            ],
        }
    )
    of_rules = (pattern for rule in flags.rules for pattern in (*rule.patterns, *rule.unless))
    for pattern in (*flags.calm, *flags.patient, *flags.over, *of_rules):
        re.compile(pattern, re.IGNORECASE)
    return flags
