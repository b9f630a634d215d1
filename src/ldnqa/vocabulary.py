"""The words the articles use: to put right what a reader mistyped, and to spell out what a reader abbreviated.

Only a word that is in no article, in no word list of the policy and hardly in the language is taken for a slip, so
that a medicine the articles do not know is never read as another that they do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ldnqa.english import frequency
from ldnqa.tally import Tally, tally
from ldnqa.text import STOPWORDS, words

# One slip in a word of 4 to 7 letters, two in a longer one: in shorter words a slip makes another word.
SHORTEST = 4
LONG = 8
# Zipf frequency from which a word is taken for a word: "prednisolone" has 2.1 and "hydroxyzine" 1.7, "symtoms" 1.2.
REAL_WORD = 1.5
# A rarer word may still be a known misspelling: of a word of the articles that is a thousand times as common.
MISSPELLING = 2.2
FAR_MORE_COMMON = 3.0
# Some misspellings are common themselves: "untill" has 3.0, "wierd" 2.6. Two neighbours are swapped or a letter is
# doubled, or single, that should not be; other slips make "weaning" (3.2) of "meaning" and "strep" of "step".
MISSPELT_OFTEN = 3.3
MUCH_MORE_COMMON = 2.0
# One as common as this is no slip for another: "form" has 5.3 and "teh" 3.0.
COMMON_WORD = 3.2
# How words are written where every letter counts; none of these is a word of a question about a medicine, as "bc" is,
# which is birth control as often as "because".
_SHORTHAND = {
    "abt": "about", "coz": "because", "cuz": "because", "enuf": "enough", "happend": "happened", "nite": "night",
    "nites": "nights", "pls": "please", "plz": "please", "ppl": "people", "sumthing": "something", "thru": "through",
    "til": "until", "tho": "though", "tmrw": "tomorrow", "tonite": "tonight", "u": "you", "ur": "your", "wat": "what",
    "wen": "when", "wich": "which", "wil": "will", "wot": "what", "wut": "what",
}  # fmt: skip

# Those that are words without their apostrophe as well ("ill", "its", "were", "wed") are left, and so is "whats",
# which is understood as it is.
_WITHOUT_APOSTROPHE = {
    written.replace("'", "").lower(): written
    for written in (
        "aren't can't couldn't didn't doesn't don't hadn't hasn't haven't isn't shouldn't wasn't weren't won't wouldn't"
        " I'm I've he's she's they're they've we've you're you've that's there's"
    ).split()
}

_SHORT_OF_MARKS = (
    (re.compile(r"\bb4\b", re.IGNORECASE), "before"),
    (re.compile(r"\bn ?= ?(?=\?|$)", re.IGNORECASE), "how many people"),
    (re.compile(r"(?<![\w/])w/o\b", re.IGNORECASE), "without"),
    (re.compile(r"(?<![\w/])w/ ?(?=\w)", re.IGNORECASE), "with "),
    # The illness: "What about ME?", and not "TELL ME".
    (re.compile(r"(?<![A-Z] )(?<![\w/.])ME(?!\.?[\w/'’])(?! [A-Z]{2})"), "ME/CFS"),
    (re.compile(r"\bb/c\b|\bbc(?= (?:of|it|they|i|he|she|the|my)\b)", re.IGNORECASE), "because"),
)
_WRITTEN = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_DOUBLED = re.compile(r"(.)\1")
_WORDS_ALONE = re.compile(r"[^\W\d_]+")
# In a name of fewer words too little else is right.
_WORDS_OF_NAME = 3
_TWO_WORDS = re.compile(r"([^\W\d_]+) ([^\W\d_]+)(?!\S*-)")
_IN_BRACKETS = re.compile(r"\(\s*([A-Z][A-Za-z0-9-]{1,9})s?\s*[;,)]")


@dataclass(frozen=True)
class Vocabulary:
    """`counts` has each word of the articles, in lower case, and how often it stands there; `abbreviations` the
    short forms they define, in lower case, with what they stand for.
    """

    counts: Mapping[str, int]
    abbreviations: Mapping[str, str]
    _slips: dict[tuple[str, int], str | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __contains__(self, word: str) -> bool:
        """Whether the articles use this word; "it's" and "MS-related" are looked up in their parts, too."""
        return word in self.counts or all(part in self.counts for part in re.split(r"['’-]", word))

    def corrected(
        self,
        text: str,
        known: Collection[str] = frozenset(),
        names: Sequence[str] = (),
        together: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """`text` with its slips put right; `known` are further words that are right or may have been meant, `together`
        names of several words by what they are without anything between.

        In one of `names`, of several words, a slip that makes another word ("low does naltrexone") is one, too; a short
        one may have two letters swapped, or run into the next word.
        """

        def right(match: re.Match[str]) -> str:
            written = match.group()
            word = written.lower().replace("’", "'")
            # An injection is given IM.
            if word in self.counts or (written.isupper() and word in _WITHOUT_APOSTROPHE):
                return written
            meant = self._run_together(word, known, names, together) or self._meant(word, frozenset(known))
            if meant is None:
                return written
            return meant.upper() if written.isupper() else meant

        for written, meant in _SHORT_OF_MARKS:
            text = written.sub(meant, text)
        text = _WRITTEN.sub(right, _TWO_WORDS.sub(self._hyphened, text))
        for name in names:
            wanted = _parts_of(name)
            if len(wanted) >= _WORDS_OF_NAME:
                text = _with_name(text, wanted)
        return text

    def _run_together(
        self, word: str, known: Collection[str], names: Sequence[str], together: Mapping[str, str]
    ) -> str | None:
        """The name of several words that was written as one, or the subject's short name with a slip of its own."""
        if len(word) < SHORTEST - 1 or word in STOPWORDS or word in known or word in self:
            return None
        if name := together.get(word):
            return name
        for name in map(str.lower, names):
            joined = _WORDS_ALONE.findall(name)
            if len(joined) > 1 and word == "".join(joined):
                return name
            if len(name) < SHORTEST and name.isalpha():
                rest = word.removeprefix(name)
                swapped = sorted(word) == sorted(name) and OSA.distance(word, name) == 1
                run_on = rest != word and len(rest) >= SHORTEST and rest in self.counts
                # Asked last: how common a word is takes half a second to find out for the first.
                if (swapped or run_on) and not _is_common(word):
                    return name if swapped else f"{name} {rest}"
        # A letter that is left out where two words meet, or doubled.
        if len(word) >= LONG and frequency(word) < REAL_WORD:
            near = process.extractOne(word, together.keys(), scorer=OSA.distance, score_cutoff=1)
            return together[near[0]] if near and len(near[0]) > LONG else None
        return None

    def _hyphened(self, match: re.Match[str]) -> str:
        """Two words as the one they make with a hyphen, if the articles have that and not the two."""
        first, second = match[1].lower(), match[2].lower()
        one = f"{first}-{second}" in self.counts and not (first in self.counts and second in self.counts)
        return f"{match[1]}-{match[2]}" if one else match[0]

    def _meant(self, word: str, known: frozenset[str]) -> str | None:
        if (long := _SHORTHAND.get(word) or _WITHOUT_APOSTROPHE.get(word)) and word not in self and word not in known:
            return long
        if (common := _swapped().get(word)) and word not in self and word not in known and not _is_common(word):
            return common
        if len(word) < SHORTEST or word in STOPWORDS or word in known or word in self:
            return None
        key = (word, hash(known))
        if key not in self._slips:
            if len(self._slips) >= 4096:
                self._slips.clear()
            self._slips[key] = self._nearest(word, known)
        return self._slips[key]

    def _nearest(self, word: str, known: frozenset[str]) -> str | None:
        common = max(frequency(word), frequency(word.removesuffix("s")))
        if common >= MISSPELT_OFTEN:
            return None
        allowed = 1 if len(word) < LONG or common >= MISSPELLING else 2
        choices = [choice for choice in (*self._long_words, *known) if abs(len(choice) - len(word)) <= allowed]
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=allowed, limit=8)
        # Another first letter makes another word, where this is one or two are off: Keflex, lansoprazole, pantoprazole.
        near = [n for n in near if n[0][0] == word[0] or (n[1] == 1 and not common)]
        # The first letter is seldom the slip; among equals the word the articles use most.
        ranked = sorted(near, key=lambda n: (n[1], n[0][0] != word[0], -self.counts.get(n[0], 0), n[0]))
        meant = str(ranked[0][0]) if ranked else None
        if not meant or common < REAL_WORD:
            return meant
        if common < MISSPELLING:
            return meant if frequency(meant) >= common + FAR_MORE_COMMON else None
        return meant if frequency(meant) >= common + MUCH_MORE_COMMON and _is_swap_or_double(word, meant) else None

    @cached_property
    def _long_words(self) -> tuple[str, ...]:
        return tuple(word for word in self.counts if len(word) >= SHORTEST)


def _is_swap_or_double(written: str, meant: str) -> bool:
    """Whether two words differ in two neighbouring letters that are swapped, or in letters that are doubled."""
    undoubled, meant_undoubled = (_DOUBLED.sub(r"\1", word) for word in (written, meant))
    return sorted(written) == sorted(meant) or undoubled == meant_undoubled


@cache
def _parts_of(name: str) -> list[str]:
    return re.split(r"[\s-]+", name.lower())


def _with_name(text: str, wanted: Sequence[str]) -> str:
    """`text` where all words of a name but one stand in their order, with that one put right if it is near."""
    written = list(_WORDS_ALONE.finditer(text))
    for at in range(len(written) - len(wanted) + 1):
        there = written[at : at + len(wanted)]
        other = [n for n, word in enumerate(there) if word.group().lower() != wanted[n]]
        if len(other) == 1 and (slip := there[other[0]]) and len(wanted[other[0]]) >= SHORTEST:
            meant = wanted[other[0]]
            if OSA.distance(slip.group().lower(), meant) == 1:
                return text[: slip.start()] + meant + text[slip.end() :]
    return text


def vocabulary_of(texts: Iterable[str], asked: Iterable[str] = ()) -> Vocabulary:
    """The vocabulary of the articles' texts, and of what readers ask, whose words count if the language has them."""
    found = list(texts)
    counted = tally(1, [(0, words_in_letters(found))])
    return merged(counted, readers_words(asked), (pair for text in found for pair in defined_in(text)))


def merged(counted: Tally, readers: Iterable[str], defined: Iterable[tuple[str, str]]) -> Vocabulary:
    """The vocabulary of what was counted and of readers' words; of two long forms of a short one the first counts."""
    counts = Counter(dict(zip(counted.words, counted.totals().tolist(), strict=True)))
    counts.update(readers)
    abbreviations: dict[str, str] = {}
    for short, long in defined:
        abbreviations.setdefault(short.lower(), long)
    return Vocabulary(dict(sorted(counts.items())), dict(sorted(abbreviations.items())))


def words_in_letters(texts: Iterable[str]) -> list[str]:
    """The words of texts that begin with no figure, in their order."""
    return [word for text in texts for word in words(text) if not word[0].isdigit()]


def readers_words(asked: Iterable[str]) -> list[str]:
    """The words readers ask with that are common enough in the language to be no slips, each once, in order."""
    readers = {word for text in asked for word in words(text) if word.isalpha() and len(word) >= SHORTEST}
    return [word for word in sorted(readers) if frequency(word) >= COMMON_WORD]


def defined_in(text: str) -> list[tuple[str, str]]:
    """(short form, long form) for each "long form (SHORT)" in `text`.

    The long form is the shortest run of words before the bracket that has the letters of the short form in order, the
    first of them at the start of a word: Schwartz and Hearst, "A simple algorithm for identifying abbreviation
    definitions in biomedical text", Pacific Symposium on Biocomputing 2003.
    """
    found = []
    for match in _IN_BRACKETS.finditer(text):
        short = match.group(1)
        before = re.split(r"[.;:()\n]", text[: match.start()])[-1].rstrip()
        reach = min(len(short) + 5, 2 * len(short))
        long = _long_form(short, " ".join(before.split()[-reach:]))
        if long:
            found.append((short, long))
    return found


def _long_form(short: str, before: str) -> str | None:
    place = len(before)
    for number, letter in reversed(list(enumerate(short.lower()))):
        if not letter.isalnum():
            continue
        place -= 1
        while place >= 0 and (
            before[place].lower() != letter or (number == 0 and place > 0 and before[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
    long = before[place:]
    return long if len(long) > len(short) and short.lower() not in long.lower().split() else None


def _is_common(word: str) -> bool:
    return frequency(word) >= COMMON_WORD


@cache
def _swapped() -> dict[str, str]:
    """Common words by what they are with two neighbouring letters swapped: "teh" is "the", "waht" is "what"."""
    return {
        slip: word
        for word in sorted(STOPWORDS)
        if len(word) > 2
        for at in range(len(word) - 1)
        if (slip := f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}") not in STOPWORDS
    }
