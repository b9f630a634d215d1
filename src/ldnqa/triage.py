"""Emergencies are recognised before anything is retrieved, and answered with fixed words.

The policy's rules decide first; the learned half of the policy knows what no rule says. Who is reading changes nothing:
the same question in the same conversation raises the same flag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ldnqa.policy import Policy, RedFlag
from ldnqa.policy.learned import learned
from ldnqa.text import fold_space
from ldnqa.types import Notice, NoticeKind, Turn

# An emergency stays one for this many turns; after that the reader has long turned to something else.
STAYS_URGENT = 3

_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.](?=\S)[^.!?;\n]*)*[.!?;\n]*")


def triage(question: str, policy: Policy, history: Sequence[Turn] = ()) -> Notice | None:
    """The emergency notice for a question that cannot wait, None for every other question."""
    flag = red_flag(question, policy, history)
    return Notice(kind=NoticeKind.EMERGENCY, text=flag.text) if flag else None


def red_flag(question: str, policy: Policy, history: Sequence[Turn] = ()) -> RedFlag | None:
    """The red flag a question raises: by itself, with the question before it, or because it goes on about one.

    `history` holds the earlier turns, newest last. The first rule of the policy that fires decides.
    """
    raised = _raised(question, policy)
    if raised or not history:
        return raised
    flags = policy.red_flags
    if not flags.goes_on_about_it(_plain(question)):
        return _raised_together(history[-1].question, question, policy)
    for turn in reversed(history[-STAYS_URGENT:]):
        if earlier := _raised(turn.question, policy):
            return earlier
    return _raised_together(history[-1].question, question, policy)


def is_about_a_patient(question: str, policy: Policy) -> bool:
    """Whether a clinician asks about a patient: then the passages are of use even in an emergency."""
    return policy.red_flags.is_about_a_patient(_plain(question))


def _raised(question: str, policy: Policy) -> RedFlag | None:
    """What a text raises by itself, sentence by sentence, then each two neighbours together."""
    flags = policy.red_flags
    texts = [text for text in _parts(_plain(question)) if not flags.is_calm(text)]
    for flag in flags.rules:
        if any(flag.fires(text) for text in texts):
            return flag
    if flags.learned is None:
        return None
    for text in texts:
        likeliest, alarm, margin = learned().judge(text)
        if alarm >= flags.learned.alarm_from and margin >= flags.learned.margin_from:
            return next((flag for flag in flags.rules if flag.id == likeliest), None)
    return None


def _raised_together(before: str, question: str, policy: Policy) -> RedFlag | None:
    """What two questions raise only together: "Can I take LDN with oxycodone?" "I took both and now I am shaking"."""
    flags = policy.red_flags
    joined = f"{_plain(before).rstrip('.?! ')}, {_plain(question)}"
    if flags.is_calm(joined):
        return None
    return next((flag for flag in flags.rules if flag.fires(joined)), None)


def _plain(text: str) -> str:
    """The text on one line with plain apostrophes and spaces."""
    return fold_space(text.replace("’", "'").replace("‘", "'"))


def _parts(text: str) -> Iterator[str]:
    """The sentences of a text, and each two neighbouring ones."""
    sentences = [found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip()]
    yield from sentences
    for one, next_one in zip(sentences, sentences[1:], strict=False):
        yield f"{one} {next_one}"
