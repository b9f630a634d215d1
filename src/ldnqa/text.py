"""Pure functions on text: sentences, words, slugs. Offsets count code points; nothing here changes a quoted word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

import sentencex
import Stemmer

from ldnqa.types import Span

# Function words carry no topic. The list is ours and short on purpose: "not", "no", "without", "before" and
# "after" stay in, because in medicine they are the topic.
STOPWORDS = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does doing for from get gets got had has
    have having he her hers him his how i if in into is it its me my of on or our ours she should so some such than
    that the their theirs them then there these they this those through to too us was we were what when where which
    while who whom whose why will with would you your yours tell please know want need also just
    im ive id youre theyre whats whos wheres hows thats theres its dont doesnt didnt isnt cant couldnt wont thanks
    thank hello hi hey
    """.split()
)

# Every question looks at the same few hundred quotes and names again: a third of its time was reading them anew.
# About 10 MB when full of passages.
_REMEMBERED = 4096
# More different words than most corpora have: stemming each once makes indexing words three times as fast.
_WORDS = 1 << 16

_WORD = re.compile(r"\d+(?:[.,]\d+)*%?|[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\W_]+")
# "My husband is in recovery", behind a question; "I want to know what dose" asks another one.
_TELLS = re.compile(
    r"\s+(?:(?:and|but|so|because|as)\W+)*(?:i|we|my|our|he|she|his|her|they)(?:['’]\w+)?\s+"
    r"(?!.*\b(?:what|which|how|whether|why|wonder\w*|know|ask\w*|meant?)\b)\S+\s+\S",
    re.IGNORECASE,
)
_STARTS_IN_MID_SENTENCE = re.compile(r"[a-z0-9(±<>=]")
_ENDS_A_LINE = re.compile(r"\n\s*")


def sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text`, without the white space around them, in order and without overlap.

    Boundaries come from sentencex; a cut whose right side goes on in lower case or with a figure ("approx. 5 mg")
    is undone, and a line break always ends a sentence.
    """
    spans: list[Span] = []
    for line_start, line_end in _lines(text):
        line = text[line_start:line_end]
        cuts: list[tuple[int, int]] = []
        for boundary in sentencex.get_sentence_boundaries("en", line):
            start, end = boundary["start_index"], boundary["end_index"]
            if cuts and _STARTS_IN_MID_SENTENCE.match(line[start:end].lstrip()):
                cuts[-1] = (cuts[-1][0], end)
            else:
                cuts.append((start, end))
        for start, end in cuts:
            stripped = _strip(text, line_start + start, line_start + end)
            if stripped:
                spans.append(stripped)
    return spans


def _lines(text: str) -> list[tuple[int, int]]:
    """Start and end of each line of `text` that has something on it."""
    bounds, start = [], 0
    for found in _ENDS_A_LINE.finditer(text):
        bounds.append((start, found.start()))
        start = found.end()
    bounds.append((start, len(text)))
    return [(a, b) for a, b in bounds if b > a]


def _strip(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start=start, end=end) if end > start else None


def without_told_behind(question: str) -> str:
    """`question` without what it only tells behind its last question mark: that asks nothing and demands nothing."""
    asks, mark, behind = question.strip().rpartition("?")
    return asks + mark if mark and _TELLS.match(behind) else question


def fold_space(text: str) -> str:
    """`text` with each run of white space made one space: the only change a quote may see for display."""
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """The words and figures of `text` in lower case, in order; "4.5" and "32%" are one word each."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower().replace("’", "'"))


def terms(text: str) -> list[str]:
    """What `text` is matched on: its words without function words, each reduced to its stem (Snowball, English)."""
    return list(_terms(text))


@lru_cache(_REMEMBERED)
def _terms(text: str) -> tuple[str, ...]:
    return tuple(term for term in map(_term, words(text)) if term)


@lru_cache(_WORDS)
def _term(word: str) -> str:
    """The term a word is matched as; empty for one that carries no topic."""
    bare = word.removesuffix("'s")
    return "" if bare.replace("'", "") in STOPWORDS else _stem(bare)


# The articles' sentences come again with every question; stemming them each time took most of the time of ranking.
@lru_cache(maxsize=50_000)
def term_set(text: str) -> frozenset[str]:
    """The terms of a text, each once."""
    return frozenset(terms(text))


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


def slug(text: str) -> str:
    """`text` as an id: lower-case ASCII words joined by hyphens; "section" if nothing is left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_text.lower().replace("'", ""))) or "section"


@lru_cache(_REMEMBERED)
def names(text: str, term: str) -> bool:
    """Whether `text` has `term` as whole words, singular or plural, without regard to case."""
    # Most texts have most terms nowhere, which this tells ten times as fast.
    if term.isascii() and term.lower() not in plain_case(text):
        return False
    return _name(term).search(text) is not None


def names_any(text: str, names_of_one: Sequence[str]) -> bool:
    """Whether `text` has one of the names, written with or without hyphens."""
    return any(names(text.replace("-", " "), name.replace("-", " ")) for name in names_of_one)


@lru_cache(_REMEMBERED)
def plain_case(text: str) -> str:
    """`text` with each sign that `re` takes for an ASCII letter when case is ignored as that letter in lower case.

    So words of ASCII letters that are not in it are not found in `text` by any pattern.
    """
    return text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")


@lru_cache(_REMEMBERED)
def _name(term: str) -> re.Pattern[str]:
    return _names((term,))


@lru_cache
def any_name(terms: tuple[str, ...]) -> re.Pattern[str]:
    """What finds one of the terms, at least one, as `names` does."""
    return _names(terms)


def _names(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?:s|es)?(?!\w)", re.IGNORECASE)
