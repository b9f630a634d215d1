"""Whether a sentence says what a quote says, nothing more and nothing less careful. Every rule here can only refuse.

A sentence may leave out and put together; it may not add, turn round, reorder, or drop what a statement depends on.
Each of its words stands in the quote, in the quote's order; of the quote's sentences that it draws on it keeps every
negation, hedge, condition, population and name; and between its first and its last word it skips no figure, name or
direction, so that no two halves become a new whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from ldnqa.machine import machine_words
from ldnqa.tokens import Names, Token, read_tokens
from ldnqa.wordclasses import BALANCES, MOVABLE, WIDENS, Weight

# Shorter than this says nothing; longer is no sentence.
MIN_WORDS = 3
MAX_WORDS = 60
# What stands in a printed sentence beside letters and figures; anything else is mark-up, a link or a trick.
_PRINTED = re.compile(r"""[\w\s.,;:'’‘"“”()%/+±−–—-]*[.!]?""")
_LINK = re.compile(r"\bhttps?\b|\bwww\b|//|\bjavascript\b|\w\.[a-z]{2,}\b|__|--", re.IGNORECASE)
# Invisible, private and unassigned signs hide a word from a check and not from a reader, or the other way round.
_ODD = frozenset({"Cf", "Cc", "Co", "Cs", "Cn"})
_KEPT = (Weight.HEDGE, Weight.CONDITION, Weight.POPULATION, Weight.NAME)
_NOT_SKIPPED = frozenset({*_KEPT, Weight.FIGURE, Weight.DIRECTION, Weight.NEGATION}) - {Weight.HEDGE}


def refusals(sentence: str, quote: str, names: Names) -> tuple[str, ...]:
    """Why `sentence` may not be said on the strength of `quote`, in words; empty if it may."""
    odd = odd_form(sentence)
    if odd:
        return (odd,)
    said, there = read_tokens(sentence, names), read_tokens(quote, names)
    known = {token.key for token in there}
    added = dict.fromkeys(f"adds a {token.weight}" for token in said if token.key not in known)
    if added:
        return tuple(added)
    fixed = [token for token in said if token.said not in MOVABLE]
    if not fixed:
        return ("says nothing",)
    lead, is_list, _ = quote.partition("\n•")
    lead_in = len({token.line for token in read_tokens(lead, names)}) if is_list else 0
    why: tuple[str, ...] = ("changes the order",)
    for places in _runs(fixed, there):
        why = tuple(dict.fromkeys(_lost(said, there, places, lead_in=lead_in)))
        if not why:
            return ()
    return why


def odd_form(sentence: str) -> str | None:
    """What is odd about the form of a sentence that a model wrote, in words; None if it could stand in print."""
    if not MIN_WORDS <= len(sentence.split()) <= MAX_WORDS:
        return "is no sentence of fair length"
    if any(unicodedata.category(sign) in _ODD for sign in sentence) or not _PRINTED.fullmatch(sentence):
        return "has signs that are not printed"
    if _LINK.search(sentence) or machine_words(sentence):
        return "has a link, or speaks to a machine"
    return None


def _runs(wanted: Sequence[Token], there: Sequence[Token]) -> Iterator[list[int]]:
    """Places of the wanted tokens in `there`, in order: for each place where the last can stand, the closest run."""
    for last, token in enumerate(there):
        if token.key != wanted[-1].key:
            continue
        places = [last]
        for one in reversed(wanted[:-1]):
            before = next((at for at in range(places[-1] - 1, -1, -1) if there[at].key == one.key), None)
            if before is None:
                break
            places.append(before)
        if len(places) == len(wanted):
            yield places[::-1]


def _lost(said: Sequence[Token], there: Sequence[Token], places: Sequence[int], *, lead_in: int) -> Iterator[str]:
    """What is lost if the sentence's words are those at `places`; the first `lead_in` lines say what a list is of."""
    lines = {there[at].line for at in places} | set(range(lead_in))
    drawn = [token for token in there if token.line in lines]
    kept = {token.key for token in said}
    for token in drawn:
        if token.key not in kept and (token.weight in _KEPT or token.line < lead_in):
            yield f"loses a {token.weight}"
    if any(token.said in BALANCES and token.key not in kept for token in there):
        yield "tells one side"
    if _negations(drawn) != _negations(said):
        yield "loses or doubles a negation"
    if any(token.key not in {other.key for other in drawn} for token in said):
        yield "adds what another sentence says"
    for line in lines:
        of_line = [token for token in there if token.line == line]
        first = next((n for n, token in enumerate(of_line) if token.said in WIDENS), len(of_line))
        if any(token.key not in kept for token in of_line[first:]):
            yield "leaves out what is negated"
    name: str | None = None
    for at in range(places[0], places[-1] + 1):
        token = there[at]
        # "LDN ..., because LDN ...": the second one may be "it".
        again = token.weight is Weight.NAME and token.said == name
        if token.weight in _NOT_SKIPPED and at not in places and not again:
            yield f"skips a {token.weight}"
        name = token.said if token.weight is Weight.NAME else name


def _negations(tokens: Sequence[Token]) -> int:
    return sum(token.weight is Weight.NEGATION for token in tokens)
