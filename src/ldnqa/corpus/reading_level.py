"""How hard a text is to read, as the school grade (US) whose pupils can read it."""

from __future__ import annotations

import re

from ldnqa.text import sentences

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*")
_VOWELS = re.compile(r"[aeiouyáéíóúäöü]+")
# An e that is not spoken: at the end of a word, and in -es and -ed unless they make a syllable (boxes, treated).
_SILENT = re.compile(r"(?<=[^aeiouyl])e$|(?<=[aeiouy]l)e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyszxcgh])es$")


def syllables(word: str) -> int:
    """How many syllables a word has, estimated from its letters; a number in digits counts as one."""
    spoken = _SILENT.sub("", word.lower())
    return max(1, len(_VOWELS.findall(spoken)))


def grade(text: str) -> float:
    """The Flesch-Kincaid grade level; a list's items count as sentences; 0 for a text without words.

    0.39 words per sentence + 11.8 syllables per word - 15.59: Kincaid, Fishburne, Rogers and Chissom, Derivation of
    new readability formulas for Navy enlisted personnel, Research Branch Report 8-75, 1975.
    """
    found = _WORD.findall(text)
    if not found:
        return 0.0
    spoken = sum(syllables(word) for word in found)
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * spoken / len(found) - 15.59
