"""Which words stand for which: drug classes, synonyms, and the names of each regimen. Matches whole words only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, cached_property, lru_cache
from typing import TypeVar

from pydantic import Field

from ldnqa.policy.sieve import Sieve
from ldnqa.text import plain_case, terms, without_told_behind, words
from ldnqa.types import NonEmpty, Noun, Regimen

# "Tramadol 50 mg", "25 mg tablets of quetiapine", "my sertraline is 50 mg".
_A_DOSE = re.compile(r"\d ?(?:mg|milligrams?)\b", re.IGNORECASE)
_DOSE_OF = (
    r"\b(?:{thing})\b(?: (?:is|was|at|of|from|only|just|about|dose|tablets?|capsules?|pills?|a|my)\b){{0,3}}[ (]*"
    r"\d+(?:\.\d+)? ?(?:mg|milligrams?)\b(?! (?:of )?(?:naltrexone|ldn))"
    # "From 10 mg to 25 mg or 50 mg" are all of it.
    r"(?:,? (?:to|or|and) \d+(?:\.\d+)? ?(?:mg|milligrams?)\b(?! (?:of )?(?:naltrexone|ldn)))*"
    r"|\b\d+(?:\.\d+)? ?(?:mg|milligrams?)(?: (?:tablets?|capsules?|pills?|of|a|dose))* (?:of )?(?:{thing})\b"
)
_BEHIND_QUESTION = re.compile(r"(?<=\?)\s+")
# Texts whose other names are kept: those of a conversation.
_TEXTS = 64
# Whose classes and uses of the drug are: the articles' quotes come again with every question.
_QUOTES = 4_096

K = TypeVar("K")


class WordClass(Noun):
    """A class of drugs: what the articles call it, if they do, and the names readers use for its members.

    `stems` are regular expressions for names of members that no list has: all that end in -codone are opioids.
    """

    name: NonEmpty | None = None
    members: tuple[NonEmpty, ...]
    stems: tuple[NonEmpty, ...] = ()


class Aspect(Noun):
    """A way of asking that shares no word with the answer, and the words the articles use for it."""

    asked: NonEmpty
    names: tuple[NonEmpty, ...]


class Demand(Noun):
    """A way of asking, and what a statement must have to lead the answer, whatever else speaks for it; what is `asked`
    itself where nothing else is said.
    """

    asked: NonEmpty
    has: NonEmpty | None = None


class Lexicon(Noun):
    """The word lists of a site's policy."""

    classes: dict[str, WordClass] = Field(default_factory=dict)
    synonyms: tuple[tuple[NonEmpty, ...], ...] = ()
    aspects: tuple[Aspect, ...] = ()
    generic: str = ""
    regimens: dict[Regimen, tuple[NonEmpty, ...]] = Field(default_factory=dict)
    unless_named: dict[Regimen, tuple[NonEmpty, ...]] = Field(default_factory=dict)
    kinds: dict[str, tuple[NonEmpty, ...]] = Field(default_factory=dict)
    people: tuple[tuple[NonEmpty, ...], ...] = ()
    of_itself: tuple[NonEmpty, ...] = ()
    right: tuple[NonEmpty, ...] = ()
    demands: tuple[Demand, ...] = ()

    def classes_in(self, text: str) -> list[str]:
        """Ids of the classes named in `text`, themselves or by a member, in the order of the file."""
        return list(self._classes_of(text))

    @cached_property
    def _classes_of(self) -> Callable[[str], tuple[str, ...]]:
        return _kept(tuple(self.classes), self._class_patterns)

    def other_names(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """(words of `text`, other names for them): a drug's class, a condition's synonyms, what an aspect is called.

        Only names that do not stand in `text` themselves are given; a match without any is left out.
        """
        return list(self._names_of(text))

    @cached_property
    def _names_of(self) -> Callable[[str], tuple[tuple[str, tuple[str, ...]], ...]]:
        # A question is read alone, after the questions before it, and where an answer is put together.
        return lru_cache(_TEXTS)(self._other_names)

    def _other_names(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        classes = list(self.classes.values())
        found: list[tuple[str, tuple[str, ...]]] = []
        found += [
            (m.group(), (name,)) for number, m in self._class_patterns.matches(text) if (name := classes[number].name)
        ]
        found += [(m.group(), self.synonyms[number]) for number, m in self._synonym_patterns.matches(text)]
        for number, match in self._aspect_patterns.matches(text):
            # What stands between the words of the pattern ("take ibuprofen with") is a topic of its own.
            own = self._words_of_aspects[number]
            said = " ".join(word for word in words(match.group()) if frozenset(terms(word)) & own)
            found.append((said, self.aspects[number].names))
        kept = [(said, tuple(name for name in names if not _is_in(name, text))) for said, names in found]
        return tuple((said, names) for said, names in kept if names)

    def aspects_in(self, text: str) -> tuple[str, ...]:
        """What the articles call what `text` asks for in words of its own."""
        return tuple(name for number in self._aspect_patterns.all_in(text) for name in self.aspects[number].names)

    def regimens_in(self, text: str) -> list[Regimen]:
        """The regimens `text` names, in the order of the file."""
        return list(self._regimens_of(text) or self._regimens_behind(text))

    @cached_property
    def _regimens_of(self) -> Callable[[str], tuple[Regimen, ...]]:
        return _kept(tuple(self.regimens), self._regimen_patterns, self._without_other_doses)

    @cached_property
    def _regimens_behind(self) -> Callable[[str], tuple[Regimen, ...]]:
        return _kept(tuple(self.unless_named), self._patterns_unless_named)

    def regimen_words(self, text: str) -> list[tuple[Regimen, str]]:
        """(regimen, words of `text`) for each name of a regimen in `text`, in the order they stand there."""
        named = self._regimen_patterns.matches(self._without_other_doses(text))
        regimens = list(self.regimens if named else self.unless_named)
        found = [
            (m.start(), regimens[number], m.group()) for number, m in named or self._patterns_unless_named.matches(text)
        ]
        return [(regimen, said) for _, regimen, said in sorted(found)]

    def regimen_terms(self, text: str) -> frozenset[str]:
        """The terms of the names of regimens in `text`."""
        return frozenset(terms(" ".join(said for _, said in self.regimen_words(text))))

    @cached_property
    def drug(self) -> str:
        """What the names of all regimens share: the drug, whatever its use; empty where they share nothing."""
        of_each = [words(names[0]) for names in self.regimens.values()]
        return " ".join(word for word in of_each[0] if all(word in others for others in of_each)) if of_each else ""

    def _without_other_doses(self, text: str) -> str:
        """`text` with the doses of other medicines blanked: 50 mg of tramadol are no use of ours."""
        if not self.regimens or not _A_DOSE.search(text):
            return text
        ours = frozenset(words(self.drug))
        medicines = [thing for kind, thing in self.things_in(text) if kind == "medicine"]
        medicines += [found.group() for _, found in self._class_patterns.matches(text)]
        others = [
            re.escape(thing)
            for thing in medicines
            if ours.isdisjoint(words(thing)) and not self._regimen_patterns.all_in(thing)
        ]
        if not others:
            return text
        of_other = re.compile(_DOSE_OF.format(thing="|".join(others)), re.IGNORECASE)
        return of_other.sub(lambda match: " " * len(match.group()), text)

    def things_in(self, text: str) -> list[tuple[str, str]]:
        """(kind, words of `text`) for each thing of a known kind that `text` names, in the order they are named."""
        return [(kind, named) for _, kind, named in self.places_of_things(text)]

    def told_of(self, text: str) -> list[tuple[str, str]]:
        """`things_in`, and the situations that `text` tells of in other words: a knee replacement is surgery."""
        found = self.things_in(text)
        named = (name for name in self.aspects_in(text) if name in self.kinds.get("situation", ()))
        kinds = {kind for kind, _ in found}
        return [*found, *(("situation", name) for name in dict.fromkeys(named) if "situation" not in kinds)]

    def places_of_things(self, text: str) -> list[tuple[int, str, str]]:
        """(start, kind, words of `text`) for each thing of a known kind that `text` names, in the order of places."""
        kinds = list(self.kinds)
        return sorted((m.start(), kinds[number], m.group()) for number, m in self._kind_patterns.matches(text))

    def first_names_in(self, text: str, kind: str) -> frozenset[str]:
        """The things of a kind that `text` names, each by the first of its names, in lower case."""
        named = (thing.lower() for of_kind, thing in self.things_in(text) if of_kind == kind)
        first = self._first_names
        return frozenset(first.get(thing) or first.get(thing.removesuffix("s"), thing) for thing in named)

    def people_in(self, text: str) -> list[tuple[int, str]]:
        """(start, group) for each of the groups of people that `text` names, by any name."""
        return [(m.start(), self.people[number][0]) for number, m in self._people_patterns.matches(text)]

    def demanded_by(self, question: str) -> frozenset[int]:
        """The numbers of the demands that the last of the questions in `question` makes of what leads its answer."""
        question = without_told_behind(question)
        *_, last = _BEHIND_QUESTION.split(question.strip())
        # "Does LDN cause depression? And the 50 mg one?" asks the first again.
        alone = frozenset(terms(last)) - self.generic_terms - self.regimen_terms(last)
        its_own = frozenset(self._demand_patterns.all_in(last))
        return its_own if its_own or alone else frozenset(self._demand_patterns.all_in(question))

    def has(self, demanded: frozenset[int], text: str) -> bool:
        """Whether `text` meets all of these demands."""
        return not demanded or demanded <= set(self._met_patterns.all_in(text))

    def asked_about(self, text: str) -> str | None:
        """The thing of a known kind that `text` asks about by itself ("the symptoms of MS"); None if there is none."""
        # With all names of a kind in it a pattern takes 20 ms to compile: first for what stands around a thing.
        able = [parts for parts in self._around_things if all(_part(part).search(text) for part in parts)]
        for number in self._kind_patterns.all_in(text) if able else ():
            for before, after in able:
                found = _asking(before, self._kind_patterns.patterns[number], after).search(text)
                if found:
                    kind = list(self.kinds)[number]
                    return next(named for of_kind, named in self.things_in(found.group()) if of_kind == kind)
        return None

    def every_pattern(self) -> Iterator[str]:
        """The patterns that are looked for in questions and quotes."""
        for sieve in (
            self._class_patterns,
            self._synonym_patterns,
            self._kind_patterns,
            self._people_patterns,
            self._aspect_patterns,
            self._demand_patterns,
            self._met_patterns,
            self._regimen_patterns,
        ):
            yield from sieve.patterns

    def compiling(self) -> Iterator[re.Pattern[str]]:
        """Every pattern of `asked_about`, which are long, each compiled when it is come to."""
        for thing in self._kind_patterns.patterns:
            for before, after in self._around_things:
                yield _asking(before, thing, after)

    @cached_property
    def _around_things(self) -> list[tuple[str, str]]:
        """What stands before and behind a thing that is asked about by itself."""
        return [(before, after) for before, _, after in (asked.partition("THING") for asked in self.of_itself)]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the names in these lists, in lower case: none of them is a slip of the pen."""
        return frozenset(w for name in self._every_name for w in words(name))

    @cached_property
    def run_together(self) -> dict[str, str]:
        """The names of several words in these lists, by what they are without anything between: "sideeffects"."""
        names = {"".join(parts): name for name in self._every_name if len(parts := words(name)) > 1}
        return {joined: name for joined, name in names.items() if joined.isalpha()}

    @cached_property
    def _every_name(self) -> tuple[str, ...]:
        classes = (name for c in self.classes.values() for name in (c.name or "", *c.members))
        rows = (*self.synonyms, *self.regimens.values(), *self.kinds.values(), self.right)
        return (*classes, *(name for row in rows for name in row))

    @cached_property
    def terms_within_names(self) -> frozenset[str]:
        """Terms of the names of several words that members of classes have: Tylenol 3 is an opioid, Tylenol is none."""
        members = (name for c in self.classes.values() for name in c.members)
        return frozenset(term for name in members if len(words(name)) > 1 for term in terms(name))

    @cached_property
    def generic_terms(self) -> frozenset[str]:
        """Terms that ask rather than name a topic."""
        return frozenset(terms(self.generic))

    @cached_property
    def _first_names(self) -> dict[str, str]:
        return {name.lower(): row[0].lower() for row in reversed(self.synonyms) for name in row}

    @cached_property
    def _class_patterns(self) -> Sieve:
        return Sieve(_one_of(patterns) for patterns in self._class_names.values())

    @cached_property
    def _class_names(self) -> dict[str, list[str]]:
        """By a class's name the patterns for it and its members."""
        return {
            (c.name or id_).lower(): [*map(_loosely, (*([c.name] if c.name else ()), *c.members)), *c.stems]
            for id_, c in self.classes.items()
        }

    @cached_property
    def _synonym_patterns(self) -> Sieve:
        return Sieve(map(_any_of, self.synonyms))

    @cached_property
    def _kind_patterns(self) -> Sieve:
        """Things of a kind are those named for it and the classes and synonyms its names stand for."""
        return Sieve(map(self._standing_for, self.kinds.values()))

    @cached_property
    def _people_patterns(self) -> Sieve:
        return Sieve(map(self._standing_for, self.people))

    def _standing_for(self, listed: Sequence[str]) -> str:
        own = frozenset(name.lower() for name in listed)
        rows = [row for row in self.synonyms if own & {name.lower() for name in row}]
        names = [*listed, *(name for row in rows for name in row)]
        members = [pattern for name, patterns in self._class_names.items() if name in own for pattern in patterns]
        return _one_of([*map(re.escape, names), *members])

    @cached_property
    def _aspect_patterns(self) -> Sieve:
        return Sieve(aspect.asked for aspect in self.aspects)

    @cached_property
    def _demand_patterns(self) -> Sieve:
        return Sieve(demand.asked for demand in self.demands)

    @cached_property
    def _met_patterns(self) -> Sieve:
        return Sieve(demand.has or demand.asked for demand in self.demands)

    @cached_property
    def _words_of_aspects(self) -> list[frozenset[str]]:
        return [frozenset(terms(re.sub(r"\\[a-zA-Z]|\W", " ", aspect.asked))) for aspect in self.aspects]

    @cached_property
    def _regimen_patterns(self) -> Sieve:
        # "50mg" and "low-dose" are written with and without what stands between.
        return Sieve(re.sub(r"\\[ -]", "[ -]?", _any_of(names)) for names in self.regimens.values())

    @cached_property
    def _patterns_unless_named(self) -> Sieve:
        return Sieve(map(_one_of, self.unless_named.values()))


def _kept(listed: tuple[K, ...], patterns: Sieve, read: Callable[[str], str] = str) -> Callable[[str], tuple[K, ...]]:
    """Those of a list whose patterns are found in a text as it is `read`, looked for once."""
    return lru_cache(_QUOTES)(lambda text: tuple(listed[number] for number in patterns.all_in(read(text))))


def _any_of(names: Sequence[str]) -> str:
    """A pattern for any of these names as whole words, singular or plural; the longest that fits is found."""
    return _one_of([re.escape(name) for name in names])


def _one_of(patterns: Sequence[str]) -> str:
    """A pattern for any of these as whole words, as `_any_of` has it of names."""
    by_first: dict[str, list[str]] = {}
    for pattern in sorted(patterns, key=len, reverse=True):
        by_first.setdefault(pattern[0].lower() if pattern[0].isalnum() else "", []).append(pattern)
    # By their first letter: of hundreds of names a word is only compared with those that begin like it.
    others = by_first.pop("", [])
    grouped = (f"{letter}(?:{'|'.join(name[1:] for name in names)})" for letter, names in by_first.items())
    return rf"(?<!\w)(?:{'|'.join([*grouped, *others])})s?(?!\w)"


def _loosely(name: str) -> str:
    """A pattern for a name with and without what stands between its parts: "MS-Contin", "cocodamol", "Tylenol3"."""
    return re.escape(name).replace(r"\ ", "[ -]?").replace(r"\-", "[ -]?")


def _is_in(name: str, text: str) -> bool:
    if name.isascii() and name.lower() not in plain_case(text):
        return False
    return _compiled(name).search(text) is not None


# The names of the lists come again with every question, and are more than `re` remembers by itself.
@cache
def _compiled(name: str) -> re.Pattern[str]:
    return re.compile(_any_of([name]), re.IGNORECASE)


@cache
def _part(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _asking(before: str, thing: str, after: str) -> re.Pattern[str]:
    return re.compile(f"(?:{before}){thing}(?:{after})", re.IGNORECASE)
