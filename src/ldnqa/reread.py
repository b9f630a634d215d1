"""Whether a model's wording of a follow-up asks what the reader asked. Every rule here can only object.

A wording puts the follow-up and the question before it into one. It may drop what the follow-up replaces, and name what
"they" or "the second one" stands for in the words of the passages that were cited; it may bring no name, figure,
negation or direction of its own, lose none, and turn nothing round.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ldnqa.asking import Kind, kind_of, regimens_asked
from ldnqa.restate import odd_form
from ldnqa.text import sentences
from ldnqa.tokens import Names, Token, read_tokens
from ldnqa.wordclasses import Weight

# What "they" stands for is a thing or two; a wording that takes more from a passage tells what the passage says.
MOST_FROM_CITED = 4

_Key = tuple[Weight, str]
# What these are said of decides what is asked: "before" and "not" keep the word behind them.
_TIED = frozenset({Weight.DIRECTION, Weight.NEGATION, Weight.CONDITION})
# Words without a topic that tell who does what to whom or with what, and from which to which.
_LITTLE = re.compile(r"\b(?:from|to|by|into|off|out|with)\b", re.IGNORECASE)
# "Can I" and "should I" ask the same of an article; and the "about" of "what about" says nothing.
_FREE = frozenset({"may", "should", "must", "about"})
_POINTS = re.compile(
    r"\b(?:they|them|their|these|those|that|this|there|ones?|first|second|third|last|former|latter|others?|same)\b",
    re.IGNORECASE,
)
# Of those, what is read as a figure or a topic and yet only points.
_ONLY_POINTS = re.compile(
    r"\b(?:(?:first|second|third|last|former|latter|other|same) ones?|(?:the|this|that|which) ones?"
    r"|(?:first|second|third|former|latter|others?)(?=\W*$))\b",
    re.IGNORECASE,
)
# "And with opioids?" says where its words belong; "and opioids?" leaves it to the question before.
_OWN_PLACE = re.compile(
    r"\W*(?:(?:and|but|or|so|ok(?:ay)?|also|then|what|how|about|if|my|an?|the|any)\W+)*"
    r"(?:in|at|on|with|for|of|by|to|from|under|near|during|while|when|without|before|after)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Followup:
    """A follow-up by itself, the question before it as it is read, and how both are read together without a model.

    `subject` is what "it" means, `cited` has the titles, headings and quotes of what the last answer cited.
    """

    bare: str
    before: str
    together: str
    subject: str | None = None
    cited: tuple[str, ...] = ()

    @property
    def points_back(self) -> bool:
        """Whether something in it may stand for what the last answer said."""
        return bool(_POINTS.search(self.bare))


def objections(wording: str, asked: Followup, names: Names) -> tuple[str, ...]:
    """Why `wording` may not stand for a follow-up, in words; empty if it may."""
    odd = odd_form(wording.removesuffix("?"))
    if odd or not wording.endswith("?") or len(sentences(wording)) != 1:
        return (odd or "is not one question",)
    return tuple(dict.fromkeys(_objections(wording, asked, names)))


@dataclass(frozen=True)
class _Read:
    """The tokens of a wording, of the follow-up and of the question before it; keys of what a wording may name."""

    said: Sequence[Token]
    new: Sequence[Token]
    old: Sequence[Token]
    subject: frozenset[_Key]
    cited: frozenset[_Key]


def _objections(wording: str, asked: Followup, names: Names) -> Iterator[str]:
    read = _read(wording, asked, names)
    subject, own, before = read.subject, _keys(read.new), _keys(read.old)
    added = [token for token in read.said if token.key not in own | before | subject]
    yield from (f"adds a {token.weight}" for token in added if token.key not in read.cited)
    if len(added) > MOST_FROM_CITED:
        yield "tells what a passage says"

    if not _in_order(read.new, read.said):
        yield "loses or turns what is asked"
    for number in {token.line for token in read.old}:
        line = [token for token in read.old if token.line == number]
        of_line = _keys(line) - own
        if not _in_order([token for token in read.said if token.key in of_line], line):
            yield "turns the question before"
    if subject & before - _keys(read.said):
        yield "loses the subject"
    yield from _lost(read, asked, names)
    yield from _untied(read, _stand_ins(asked, read))
    if not _same_little_words(wording, asked, names):
        yield "turns a from and to"

    if kind_of(wording) not in _kinds(asked):
        yield "asks for something else"
    lexicon = names.lexicon
    there, here = (set(regimens_asked(text, asked.subject, lexicon)) for text in (asked.together, wording))
    if there != here:
        yield "is about another use of the drug"


def _read(wording: str, asked: Followup, names: Names) -> _Read:
    said, old = read_tokens(wording, names), read_tokens(asked.before, names)
    new = [one for one in read_tokens(_ONLY_POINTS.sub(" ", asked.bare), names) if one.key != (Weight.HEDGE, "about")]
    subject = _keys(read_tokens(asked.subject or "", names))
    about_other = "medicine" in {kind for kind, _ in names.lexicon.things_in(asked.together)}
    if about_other and not subject & (_keys(new) | _keys(old)):
        subject = frozenset()
    cited = (token for text in asked.cited if asked.points_back for token in read_tokens(text, names))
    return _Read(said, new, old, subject, _keys([token for token in cited if token.weight is Weight.TOPIC]))


def _keys(tokens: Iterable[Token]) -> frozenset[_Key]:
    return frozenset(token.key for token in tokens)


def _in_order(wanted: Sequence[Token], there: Sequence[Token]) -> bool:
    """Whether all wanted tokens stand there, in their order."""
    left = iter([token.key for token in there])
    return all(token.key in left for token in wanted)


def _lost(read: _Read, asked: Followup, names: Names) -> Iterator[str]:
    """What was just asked, the wording has not, and the follow-up puts nothing of its sort in the place of."""
    sorts: dict[_Key, str] = {
        token.key: kind
        for text in (asked.before, asked.bare)
        for kind, named in names.lexicon.things_in(text)
        for token in read_tokens(named, names)
    }

    def count(keys: frozenset[_Key]) -> Counter[str]:
        return Counter(sorts.get(key, key[0]) for key in keys - read.subject if key[1] not in _FREE)

    just_asked = _keys(token for token in read.old if token.line == read.old[-1].line)
    left_out = count(just_asked - _keys(read.said)) - count(_keys(read.new) - _keys(read.old))
    yield from (f"loses a {sort} of the question before" for sort in left_out)


def _stand_ins(asked: Followup, read: _Read) -> frozenset[_Key]:
    """What a follow-up may put in the place of a word before: the first that it names, unless it is "at night"."""
    return frozenset() if _OWN_PLACE.match(asked.bare) else _keys(read.new[:1])


def _untied(read: _Read, stand_ins: frozenset[_Key]) -> Iterator[str]:
    """Which words that keep the word behind them stand before another one, or are gone from before it."""
    own, before = _keys(read.new), _keys(read.old)
    said = _pairs(read.said)
    # The follow-up's "it" may have been named.
    unnamed = _pairs([token for token in read.said if token.key in (own | before) - read.subject])
    new, old = _pairs(read.new), _pairs(read.old)
    for token, behind in said:
        if token.key in own:
            there = {after for other, after in new if other.key == token.key}
            here = {after for other, after in (*said, *unnamed) if other.key == token.key}
        elif token.key in before:
            there = {after for other, after in old if other.key == token.key} | stand_ins
            here = {behind}
        else:
            continue
        if None not in there and not here & there:
            yield f"says a {token.weight} of something else"
    for token, behind in old:
        if token.line == read.old[-1].line and behind in _keys(read.said):
            instead = {other.key for other, after in said if after == behind and other.weight is token.weight}
            if not instead & {token.key, *own}:
                yield f"no longer says a {token.weight} of what it was said of"


def _pairs(tokens: Sequence[Token]) -> list[tuple[Token, _Key | None]]:
    """Each token that keeps the word behind it, with the key of that word; None at the end."""
    followed = zip_longest(tokens, (token.key for token in tokens[1:]))
    return [(token, behind) for token, behind in followed if token.weight in _TIED]


def _same_little_words(wording: str, asked: Followup, names: Names) -> bool:
    """Whether "from", "to", "by" ... stand before the words they stood before, or before words of the follow-up."""

    def pairs(text: str) -> set[tuple[str, _Key]]:
        found = ((m[0].lower(), read_tokens(text[m.end() :], names)[:1]) for m in _LITTLE.finditer(text))
        return {(word, behind[0].key) for word, behind in found if behind}

    there, new, old = pairs(wording), pairs(asked.bare), pairs(asked.before)
    fresh, kept = _keys(read_tokens(asked.bare, names)), _keys(read_tokens(wording, names))
    from_old = {pair for pair in there - new - old if pair[1] in fresh and pair[0] in {word for word, _ in old}}
    return there - from_old <= new | old and {pair for pair in new | old if pair[1] in kept} <= there


def _kinds(asked: Followup) -> frozenset[Kind]:
    """What a wording may ask for: what the follow-up asks for; if that is a bare topic, what was asked before, too."""
    kind = kind_of(asked.bare)
    return frozenset({kind} if kind is not Kind.OPEN else {kind, Kind.LIST, kind_of(asked.before)})
