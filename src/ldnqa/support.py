"""How likely it is that a passage supports a claim, and what in the claim it cannot support whatever the likelihood.

The likelihood is a small regression on signs anybody can recompute; the refusals are hard, and come first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ldnqa.corpus.figures import Figure, figures, number_words
from ldnqa.encode import Vectors
from ldnqa.text import sentences, terms
from ldnqa.tokens import Names, read_tokens
from ldnqa.wordclasses import Weight

# Logistic regression of "an expert finds the claim completely supported", fitted by `ldnqa eval grounding --fit` on
# ExpertQA and K-QA: the weight of each sign. docs/llm.md has what it gives on questions left out.
SIGNS = {
    "nearest": 0.74,  # cosine of the claim to the nearest sentence of the passage
    "about": 2.04,  # cosine of the claim to the mean of its sentences
    "phrases": 1.95,  # share of the claim's runs of four letters that the passage has
    "together": 1.02,  # share of the claim's terms that one run of three sentences has
    "length": 1.1,  # logarithm of the number of its terms: a long claim that scores as high rests on more
}
INTERCEPT = -5.45
# Precision comes first: on questions left out, precision and recall are .83 and .53 from here on, .80 and .62 from .65
# on, .84 and .40 from .75 on.
SUPPORTED_FROM = 0.7
# Facts that belong together stand in neighbouring sentences.
_TOGETHER = 3
_LETTERS = 4


# Texts to unit rows, as `Encoder.encode_passages` gives them.
Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Support:
    """How a passage stands to a claim: the likelihood that it supports it, the signs of that, and what refuses it."""

    likelihood: float
    signs: dict[str, float]
    refusals: tuple[str, ...]

    @property
    def is_given(self) -> bool:
        """Whether the claim may be called supported."""
        return not self.refusals and self.likelihood >= SUPPORTED_FROM


def support_of(claim: str, passage: str, encode: Embed, names: Names) -> Support:
    """How far `passage` supports `claim`. Both must have words."""
    signs = read_signs(claim, passage, encode)
    likelihood = 1 / (1 + math.exp(-INTERCEPT - sum(weight * signs[name] for name, weight in SIGNS.items())))
    return Support(likelihood, signs, tuple(unsupported(claim, passage, names)))


def unsupported(claim: str, passage: str, names: Names) -> Iterable[str]:
    """What a claim has of its own that nothing makes up for: a figure, unit, name, negation or direction."""
    given = [*figures(passage), *number_words(passage)]
    if not all(_has(given, figure) for figure in figures(claim)):
        yield "figure"
    said, there = read_tokens(claim, names), read_tokens(passage, names)
    known = {token.key for token in there}
    if any(token.weight is Weight.NAME and token.key not in known for token in said):
        yield "name"
    weights = {token.weight for token in there}
    if any(token.weight is Weight.NEGATION for token in said) and Weight.NEGATION not in weights:
        yield "negation"
    ways = {token.said for token in there if token.weight is Weight.DIRECTION}
    opposite = {"up": "down", "down": "up", "better": "worse", "worse": "better"}
    for way in {token.said for token in said if token.weight is Weight.DIRECTION}:
        if way not in ways and opposite.get(way) in ways:
            yield "direction"


def _has(given: Sequence[Figure], figure: Figure) -> bool:
    """Whether a figure is given with its unit; where nothing is given in that unit, without one will do."""
    units = {other.unit for other in given if other.value == figure.value}
    if figure.unit is None or figure.unit in units:
        return bool(units)
    return None in units and all(other.unit != figure.unit for other in given)


def read_signs(claim: str, passage: str, encode: Embed) -> dict[str, float]:
    """The signs of SIGNS for a claim and a passage, each 0 to 1 but for the length."""
    parts = sentence_texts(passage)
    vectors = encode([claim, *parts])
    cosines = vectors[1:] @ vectors[0]
    mean = vectors[1:].mean(axis=0)
    wanted = frozenset(terms(claim))
    runs = [frozenset(terms(" ".join(parts[at : at + _TOGETHER]))) for at in range(len(parts))]
    letters = _letters(claim)
    return {
        "nearest": float(cosines.max()),
        "about": float(mean @ vectors[0] / (np.linalg.norm(mean) or 1.0)),
        "phrases": len(letters & _letters(passage)) / len(letters) if letters else 0.0,
        "together": max(len(wanted & run) for run in runs) / len(wanted) if wanted else 0.0,
        "length": math.log1p(len(wanted)),
    }


def sentence_texts(passage: str) -> Sequence[str]:
    """The sentences of a passage; the whole of it if it has none."""
    return [passage[span.start : span.end] for span in sentences(passage)] or [passage]


def _letters(text: str) -> frozenset[str]:
    flat = re.sub(r"\W+", " ", text.lower()).strip()
    return frozenset(flat[at : at + _LETTERS] for at in range(len(flat) - _LETTERS + 1))
