"""Emergencies are recognised before anything is retrieved, and answered with fixed words.

The policy's rules decide first; the learned half of the policy knows what no rule says. Who is reading changes nothing:
the same question in the same conversation raises the same flag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ldnqa.encode import Encoder, query_vector
from ldnqa.policy import Policy, RedFlag
from ldnqa.policy.learned import learned
from ldnqa.policy.meaning import meaning
from ldnqa.policy.red_flags import RedFlags, Thresholds
from ldnqa.stages import stage
from ldnqa.text import fold_space
from ldnqa.types import Notice, NoticeKind, Turn

# An emergency stays one for this many turns, whatever is asked; after that the reader has turned to something else.
STAYS_URGENT = 2

_TOO_SHORT = 3
# What is left of a sentence whose calm clauses are gone says something from this many words on.
_ENOUGH_WORDS = 6

# What is learned tells nothing of a fragment ("and 6-beta-naltrexol?"); rules may.
_FEWEST_WORDS = 3

_CLAUSE = re.compile(r"(?<=[,;])\s+|\s+(?=(?:and|but)\b)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.](?=\S)[^.!?;\n]*)*[.!?;\n]*")


@stage("triage")
def triage(
    question: str, policy: Policy, history: Sequence[Turn] = (), encoder: Encoder | None = None
) -> Notice | None:
    """The emergency notice for a question that cannot wait, None for every other question."""
    flag = red_flag(question, policy, history, encoder)
    return Notice(kind=NoticeKind.EMERGENCY, text=flag.text) if flag else None


def red_flag(
    question: str, policy: Policy, history: Sequence[Turn] = (), encoder: Encoder | None = None
) -> RedFlag | None:
    """The red flag a question raises: by itself, with the question before it, or because it goes on about one.

    `history` holds the earlier turns, newest last. The first rule of the policy that fires decides. With the encoder
    that the policy's weights were learned with, what a question means counts beside its words.
    """
    raised = _raised(question, policy, encoder)
    if raised or not history:
        return raised
    earlier = [_raised(turn.question, policy, encoder) for turn in history[-STAYS_URGENT:]]
    if any(earlier):
        over = policy.red_flags.is_over(_plain(question))
        return None if over else next(flag for flag in reversed(earlier) if flag)
    return _raised_together(history[-1].question, question, policy)


def is_about_a_patient(question: str, policy: Policy) -> bool:
    """Whether a clinician asks about a patient: then the passages are of use even in an emergency."""
    return policy.red_flags.is_about_a_patient(_plain(question))


def _raised(question: str, policy: Policy, encoder: Encoder | None) -> RedFlag | None:
    """What a text raises by itself, sentence by sentence, then each two neighbours together."""
    flags = policy.red_flags
    sentences = _sentences(_plain(question))
    alarming = [_alarming(sentence, flags) for sentence in sentences]
    texts = [
        *filter(None, alarming),
        *(f"{one} {next_one}" for one, next_one in pairwise(alarming) if one and next_one),
    ]
    for flag in flags.rules:
        if any(flag.fires(text) for text in texts):
            return flag
    if flags.learned is None:
        return None
    for text in texts:
        words = len(text.split())
        if words < _FEWEST_WORDS or (text not in sentences and words < _ENOUGH_WORDS):
            continue
        if likeliest := _learned(text, flags.learned, encoder):
            return next((flag for flag in flags.rules if flag.id == likeliest), None)
    return None


def _learned(text: str, limits: Thresholds, encoder: Encoder | None) -> str | None:
    """The id of the flag that the learned half thinks a text should raise."""
    alarm, odds = learned().judge(text)
    raised = alarm >= limits.alarm_from and max(odds.values()) >= limits.margin_from
    if encoder and limits.with_meaning_from is not None and alarm >= limits.meaning_asked_from:
        known = meaning()
        if known.encoder == encoder.digest:
            more, meant = known.judge(query_vector(encoder.encode_queries, text))
            raised = alarm + more >= limits.with_meaning_from and more >= limits.meaning_from
            odds = {flag: odd + meant.get(flag, 0.0) for flag, odd in odds.items()}
    return max(odds, key=odds.__getitem__) if raised else None


def _raised_together(before: str, question: str, policy: Policy) -> RedFlag | None:
    """What two questions raise only together: "Can I take LDN with oxycodone?" "I took both and now I am shaking"."""
    flags = policy.red_flags
    now = _alarming(_plain(question), flags)
    joined = f"{now.rstrip('.?! ')}, {_plain(before)}"
    return next((flag for flag in flags.rules if flag.fires(joined)), None)


def _plain(text: str) -> str:
    """The text on one line with plain apostrophes and spaces."""
    return fold_space(text.replace("’", "'").replace("‘", "'"))


def _sentences(text: str) -> list[str]:
    """The sentences of a text on one line; full stops inside figures and words end none."""
    return [found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip()]


def _alarming(sentence: str, flags: RedFlags) -> str:
    """The sentence without the clauses that speak of what lies behind, was never there, or is only imagined."""
    clauses: list[str] = []
    for piece in _CLAUSE.split(sentence):
        # "Three years ago, I ...": what is too short to say anything belongs to what it stands before.
        if clauses and len(clauses[-1].split()) <= _TOO_SHORT:
            clauses[-1] += f" {piece}"
        else:
            clauses.append(piece)
    return " ".join(clause for clause in clauses if not flags.is_calm(clause))
