"""Question + history -> standalone question: what the reader means, said so that it can be looked up alone.

The reading is shown to the reader, so it only ever puts in words the reader used before or the name of what the
articles are about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.stages import stage
from ldnqa.text import fold_space, names, terms
from ldnqa.types import Turn

# A question with at most this many words that carry a topic may lean on the one before it; longer ones stand alone.
LEANING_TERMS = 3

_GOES_ON = re.compile(
    r"(?:and|but|or|so|ok(?:ay)?|yes|no|also|then|what about|how about|what if|why(?: not)?|more|tell me more)\b",
    re.IGNORECASE,
)
_OPENS_LEANING = re.compile(
    r"(?:how (?:long|much|often|soon|so)|when|who|which|really|are you sure|any(?:thing)? else"
    r"|is that|is this|are those|are these)\b",
    re.IGNORECASE,
)
_SUBJECT_PRONOUN = re.compile(
    r"\b(?:(?:this|that|the|my) (?:drug|medicine|medication|treatment|pill)|it|this(?! (?:article|page|study)))\b"
    r"(?!['’]s\b)",
    re.IGNORECASE,
)
# "What did the trial find, and how many were in it?": the pronoun stands for something named before it.
_NAMED_BEFORE = re.compile(r"\b(?:trial|study|review|paper|article|analysis|report|label|page)\b", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:it|this|that|these|those|they|them|one|ones|same|other|first|second)\b", re.IGNORECASE)


@stage("standalone")
def standalone(question: str, history: Sequence[Turn], subject: str | None, other_names: Sequence[str] = ()) -> str:
    """The question with what it leaves out put back.

    "It", "this drug" and the like are read as `subject`, the name of what is being talked about, when there is one and
    the question does not name it by that or by one of `other_names`: then "it" is something else. A short question
    that leans on the conversation in any other way is read together with the question before it.
    """
    own = fold_space(question)
    if subject and not _names_any(own, (subject, *other_names)):
        named = _name_subject(own, subject)
        if named != own and not _GOES_ON.match(own):
            return named
    if not (history and leans(own)):
        return own
    before = fold_space(history[-1].question)
    reading = f"{before if before.endswith(('?', '.', '!')) else before + '?'} {own}"
    if subject and not _names_any(reading, (subject, *other_names)):
        reading = _name_subject(reading, subject)
    return reading


def _names_any(text: str, subject: Sequence[str]) -> bool:
    """Whether `text` has one of the names, written with or without hyphens."""
    return any(names(text.replace("-", " "), name.replace("-", " ")) for name in subject)


def _name_subject(text: str, subject: str) -> str:
    """`text` with its first pronoun read as the subject, unless it stands for something `text` has named."""
    pronoun = _SUBJECT_PRONOUN.search(text)
    if pronoun is None or _NAMED_BEFORE.search(text, 0, pronoun.start()):
        return text
    return text[: pronoun.start()] + subject + text[pronoun.end() :]


def leans(question: str) -> bool:
    """Whether a question cannot be understood without the one before it."""
    topic = terms(question)
    if not topic:
        return True
    if len(topic) > LEANING_TERMS:
        return False
    signs = (_GOES_ON.match(question), _OPENS_LEANING.match(question), _POINTS_BACK.search(question))
    return any(signs) or len(topic) == 1
