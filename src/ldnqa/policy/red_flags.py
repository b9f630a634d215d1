"""Red flags: what a question must say to be met with fixed words at once, and those words with a country's numbers.

The file red_flags.yaml says all of it; a pattern that does not compile or a slot nobody filled stops the start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, model_validator

from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.needed import needed_words
from ldnqa.policy.sieve import Sieve
from ldnqa.types import NonEmpty, Noun

DEFAULT_COUNTRY = "international"
_LISTS = ("calm", "quiet", "patient", "over")
_OF_A_RULE = ("patterns", "certain", "unless")
_SLOT = re.compile(r"\{[a-z_]+\}")

Patterns = tuple[NonEmpty, ...]


class RedFlag(Noun):
    """One kind of emergency: fires when a pattern is found in a text and no `unless` is.

    What one of the `certain` patterns finds is an emergency whatever else the question says.
    """

    id: NonEmpty
    patterns: Patterns = ()
    certain: Patterns = ()
    unless: Patterns = ()
    text: NonEmpty

    @model_validator(mode="after")
    def _can_fire(self) -> RedFlag:
        if not self.patterns and not self.certain:
            raise ValueError(f"the rule {self.id} has no patterns")
        return self

    def fires(self, text: str) -> bool:
        """Whether `text` describes this emergency."""
        return self._all.found(text) and not self._unless.found(text)

    def is_certain(self, text: str) -> bool:
        """Whether it does so beyond doubt."""
        return self._certain.found(text) and not self._unless.found(text)

    @cached_property
    def _all(self) -> Sieve:
        return Sieve((*self.patterns, *self.certain))

    @cached_property
    def _certain(self) -> Sieve:
        return Sieve(self.certain)

    @cached_property
    def _unless(self) -> Sieve:
        return Sieve(self.unless)


class WithMeaning(Noun):
    """How much each sign of an emergency counts where the encoder is at hand; `triage.Evidence` says what they are.

    Without the last three a long question is weighed like a short one.
    The encoder is asked only if a rule fires or the words of a sentence or of the whole reach `asked_from`.
    """

    rule: float
    part: float
    words: float
    meaning: float
    start: float
    asked_from: float
    longer: float = 0.0
    longer_part: float = 0.0
    longer_meaning: float = 0.0

    def odds(self, evidence: Mapping[str, float]) -> float:
        """The log-odds of an emergency, from the value of each sign."""
        return self.start + sum(float(getattr(self, name)) * value for name, value in evidence.items())


class Thresholds(Noun):
    """From which log-odds on the learned half raises a flag; see `Learned.judge` and `Meaning.judge`.

    Words alone raise one from `alarm_from`, with a likeliest flag from `margin_from`.
    """

    alarm_from: float
    margin_from: float
    with_meaning: WithMeaning | None = None


class RedFlags(Noun):
    """Everything triage goes by. Without `learned`, only the rules decide."""

    rules: Annotated[tuple[RedFlag, ...], Field(min_length=1)]
    calm: Patterns = ()
    quiet: Patterns = ()
    patient: Patterns = ()
    over: Patterns = ()
    learned: Thresholds | None = None

    def every_pattern(self) -> Iterator[str]:
        """The patterns of all lists and rules."""
        for name in _LISTS:
            yield from getattr(self, name)
        for rule in self.rules:
            for name in _OF_A_RULE:
                yield from getattr(rule, name)

    def able(self, text: str) -> list[int]:
        """The numbers of the rules that may fire on `text`, in their order; all others do not."""
        rules, sieve = self._patterns
        return list(dict.fromkeys(rules[number] for number in sieve.possible(text)))

    def is_calm(self, text: str) -> bool:
        """Whether `text` speaks of what lies behind, was never there, or is only imagined."""
        return self._calm.found(text)

    def is_quiet(self, sentence: str) -> bool:
        """Whether a sentence speaks, as a whole, of what is no danger; its clauses by themselves may not say so."""
        return self._quiet.found(sentence)

    def is_about_a_patient(self, text: str) -> bool:
        """Whether a clinician asks about a patient."""
        return self._patient.found(text)

    def is_over(self, text: str) -> bool:
        """Whether a question after an emergency says that it is over, or turns to something else."""
        return self._over.found(text)

    @cached_property
    def _patterns(self) -> tuple[list[int], Sieve]:
        """Every pattern by which a rule fires, and for each the number of its rule."""
        all_of_it = [(n, pattern) for n, rule in enumerate(self.rules) for pattern in (*rule.patterns, *rule.certain)]
        return [n for n, _ in all_of_it], Sieve(pattern for _, pattern in all_of_it)

    @cached_property
    def _calm(self) -> Sieve:
        return Sieve(self.calm)

    @cached_property
    def _quiet(self) -> Sieve:
        return Sieve(self.quiet)

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
                    **{name: [fill(pattern) for pattern in rule.get(name, ())] for name in _OF_A_RULE},
                    "text": fill(rule["text"]),
                }
                for rule in data["rules"]
            ],
        }
    )
    for pattern in flags.every_pattern():
        needed_words(pattern)
    return flags
