"""Emergencies are recognised before anything is retrieved, and answered with fixed words.

Where the encoder is at hand, the policy's rules and its learned half are weighed against each other; without it rules
decide first, and words know what no rule says. Who is reading changes nothing: the same question in the same
conversation raises the same flag.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ldnqa.encode import Encoder, query_vector
from ldnqa.policy import Policy, RedFlag
from ldnqa.policy.learned import learned
from ldnqa.policy.meaning import meaning
from ldnqa.policy.red_flags import RedFlags, Thresholds, WithMeaning
from ldnqa.stages import stage
from ldnqa.text import fold_space
from ldnqa.types import Notice, NoticeKind, Turn

# An emergency stays one for this many turns, whatever is asked; after that the reader has turned to something else.
STAYS_URGENT = 2

# What no rule knows and the learned half finds with less than these log-odds stays one only until a question as calm as
# the other: of the emergencies in the open halves one in thirty-five is that faint, of the false alarms half.
_FAINT, _CALM_AGAIN = 1.0, -2.5

# The encoder judges the sentences, or two neighbours, whose words alarm most: a page of text costs no more than that.
_MOST_SENTENCES = 12

_TOO_SHORT = 3
# What is left of a sentence whose calm clauses are gone says something from this many words on.
_ENOUGH_WORDS = 6

# Log-odds further from nought say no more: what is learned is never that sure of what it has not seen.
MOST = 6.0

# A question of more words than the first is a long one: of the practice turns, one in twenty-five is. Beyond the second
# length says no more: hardly any question was longer when its weight was fitted.
_LONG_FROM, _LONGEST = 30, 120

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

    `history` holds the earlier turns, newest last. With the encoder that the policy's weights were learned with, what a
    question means counts beside rules and words.
    """
    raised, now = _raised(question, policy, encoder)
    if raised or not history:
        return raised
    earlier = [_raised(turn.question, policy, encoder) for turn in history[-STAYS_URGENT:]]
    stays = [flag for flag, odds in earlier if flag and (odds >= _FAINT or now > _CALM_AGAIN)]
    if stays:
        return None if policy.red_flags.is_over(_plain(question)) else stays[-1]
    return _raised_together(history[-1].question, question, policy, encoder)


def is_about_a_patient(question: str, policy: Policy) -> bool:
    """Whether a clinician asks about a patient: then the passages are of use even in an emergency."""
    return policy.red_flags.is_about_a_patient(_plain(question))


class Evidence(NamedTuple):
    """What speaks for an emergency in one question: whether a rule fires, and log-odds of the learned half.

    `part` is that of words and meaning in the sentence that says most, `words` and `meaning` are those of the whole
    question. In a long one they count for something else: `longer` is nought for most questions, and grows with the
    logarithm of the words beyond that. Evidence is weighed by the policy's `with_meaning`.
    """

    rule: float
    part: float
    words: float
    meaning: float
    longer: float
    longer_part: float
    longer_meaning: float


class Parts(NamedTuple):
    """A question taken apart: the whole on one line, what a reader of sentences can judge, and the rule that fires.

    `certain` says whether the rule is to be followed whatever else the question says.
    """

    whole: str
    sentences: tuple[str, ...]
    ruled: RedFlag | None
    certain: bool


def taken_apart(question: str, policy: Policy) -> Parts:
    """The question without the clauses that are calm: its sentences, and each two neighbours together."""
    flags = policy.red_flags
    whole = _plain(question)
    sentences = _sentences(whole)
    alarming = [_alarming(sentence, flags) for sentence in sentences]
    texts = [
        *filter(None, alarming),
        *(f"{one} {next_one}" for one, next_one in pairwise(alarming) if one and next_one),
    ]
    ruled, certain = _rule(texts, flags)
    said = [text for text in texts if len(text.split()) >= (_FEWEST_WORDS if text in sentences else _ENOUGH_WORDS)]
    if len(said) > _MOST_SENTENCES:
        said = sorted(said, key=lambda text: -learned().judge(text)[0])[:_MOST_SENTENCES]
    return Parts(whole, tuple(said), ruled, certain)


def _rule(texts: Sequence[str], flags: RedFlags) -> tuple[RedFlag | None, bool]:
    """The first rule that fires on one of the texts, and whether it is certain; one that is goes before others."""
    able = [(flags.rules[n], text) for n, text in sorted((n, text) for text in texts for n in flags.able(text))]
    certain = next((flag for flag, text in able if flag.is_certain(text)), None)
    ruled = certain or next((flag for flag, text in able if flag.fires(text)), None)
    return ruled, certain is not None


def evidence(parts: Parts, encoder: Encoder) -> Evidence:
    """What speaks for an emergency, by the encoder that the policy's weights were learned with."""
    odds = {text: (learned().judge(text)[0], _meaning(text, encoder)[0]) for text in (parts.whole, *parts.sentences)}
    words, means = odds[parts.whole]
    loudest = max((sum(odds[text]) for text in parts.sentences), default=-MOST)
    rule, part, meant = float(parts.ruled is not None), _bounded(loudest), _bounded(means)
    longer = math.log(min(max(len(parts.whole.split()), _LONG_FROM), _LONGEST) / _LONG_FROM)
    return Evidence(rule, part, _bounded(words), meant, longer, longer * part, longer * meant)


def _raised(question: str, policy: Policy, encoder: Encoder | None) -> tuple[RedFlag | None, float]:
    """What a text raises by itself, and its log-odds; what a rule finds, or words alone, has the highest that count.

    With the encoder most rules alone raise nothing: they read no context.
    """
    flags = policy.red_flags
    parts = taken_apart(question, policy)
    if parts.certain or flags.learned is None or len(parts.whole.split()) < _FEWEST_WORDS:
        return parts.ruled, MOST if parts.ruled else 0.0
    texts = (parts.whole, *parts.sentences)
    if (weights := _weights(flags, encoder)) and encoder:
        calm = parts.ruled is None and max(learned().judge(text)[0] for text in texts) < weights.asked_from
        odds = -MOST if calm else weights.odds(evidence(parts, encoder)._asdict())
        if odds <= 0:
            return None, odds
        likeliest: str | None = _likeliest(texts, encoder)
    else:
        likeliest, odds = _likeliest_by_words(parts.sentences, flags.learned), MOST
    if parts.ruled:
        return parts.ruled, MOST
    return next((flag for flag in flags.rules if flag.id == likeliest), None), odds


def _raised_together(before: str, question: str, policy: Policy, encoder: Encoder | None) -> RedFlag | None:
    """What two questions raise only together: "Can I take LDN with oxycodone?" "I took both and now I am shaking"."""
    flags = policy.red_flags
    now = _alarming(_plain(question), flags)
    joined = f"{now.rstrip('.?! ')}, {_plain(before)}"
    ruled, certain = _rule([joined], flags)
    if ruled and not certain and encoder and (weights := _weights(flags, encoder)):
        found = evidence(Parts(joined, (joined,), ruled, False), encoder)
        return ruled if weights.odds(found._asdict()) > 0 else None
    return ruled


def _weights(flags: RedFlags, encoder: Encoder | None) -> WithMeaning | None:
    """The weights of evidence, if the encoder is the one they were fitted for."""
    weights = flags.learned.with_meaning if flags.learned else None
    return weights if weights and encoder and meaning().encoder == encoder.digest else None


def _likeliest(texts: Sequence[str], encoder: Encoder) -> str:
    """The id of the flag that the learned half thinks the most alarming of these texts should raise."""
    odds = []
    for text in texts:
        said, meant = learned().judge(text)[1], _meaning(text, encoder)[1]
        odds.append({flag: said[flag] + meant.get(flag, 0.0) for flag in said})
    loudest = max(odds, key=lambda each: max(each.values()))
    return max(loudest, key=loudest.__getitem__)


def _likeliest_by_words(texts: Sequence[str], limits: Thresholds) -> str | None:
    """The id of the flag that the first of these texts with alarming words should raise."""
    for text in texts:
        alarm, odds = learned().judge(text)
        if alarm >= limits.alarm_from and max(odds.values()) >= limits.margin_from:
            return max(odds, key=odds.__getitem__)
    return None


def _meaning(text: str, encoder: Encoder) -> tuple[float, dict[str, float]]:
    return meaning().judge(query_vector(encoder.encode_queries, text))


def _bounded(odds: float) -> float:
    return max(-MOST, min(MOST, odds))


def _plain(text: str) -> str:
    """The text on one line with plain apostrophes and spaces."""
    return fold_space(text.replace("’", "'").replace("‘", "'"))


def _sentences(text: str) -> list[str]:
    """The sentences of a text on one line; full stops inside figures and words end none."""
    return [found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip()]


def _alarming(sentence: str, flags: RedFlags) -> str:
    """The sentence without the clauses that speak of what lies behind, was never there, or is only imagined."""
    if flags.is_quiet(sentence):
        return ""
    clauses: list[str] = []
    for piece in _CLAUSE.split(sentence):
        # "Three years ago, I ...": what is too short to say anything belongs to what it stands before.
        if clauses and len(clauses[-1].split()) <= _TOO_SHORT:
            clauses[-1] += f" {piece}"
        else:
            clauses.append(piece)
    return " ".join(clause for clause in clauses if not flags.is_calm(clause))
