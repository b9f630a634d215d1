"""Which words stand for which: drug classes, synonyms, and the names of each regimen. Matches whole words only."""

from __future__ import annotations

import re
from functools import cache, cached_property

from pydantic import Field

from ldnqa.text import terms, words
from ldnqa.types import NonEmpty, Noun, Regimen


class WordClass(Noun):
    """A class of drugs: what the articles call it, and the names readers use for its members."""

    name: NonEmpty
    members: tuple[NonEmpty, ...]


class Aspect(Noun):
    """A way of asking that shares no word with the answer, and the words the articles use for it."""

    asked: NonEmpty
    names: tuple[NonEmpty, ...]


class Lexicon(Noun):
    """The word lists of a site's policy."""

    classes: dict[str, WordClass] = Field(default_factory=dict)
    synonyms: tuple[tuple[NonEmpty, ...], ...] = ()
    aspects: tuple[Aspect, ...] = ()
    generic: str = ""
    regimens: dict[Regimen, tuple[NonEmpty, ...]] = Field(default_factory=dict)
    kinds: dict[str, tuple[NonEmpty, ...]] = Field(default_factory=dict)
    of_itself: tuple[NonEmpty, ...] = ()

    def classes_in(self, text: str) -> list[str]:
        """Ids of the classes named in `text`, themselves or by a member, in the order of the file."""
        return [id for id, pattern in self._class_patterns.items() if pattern.search(text)]

    def other_names(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """(words of `text`, other names for them): a drug's class, a condition's synonyms, what an aspect is called.

        Only names that do not stand in `text` themselves are given; a match without any is left out.
        """
        found: list[tuple[str, tuple[str, ...]]] = []
        for id, pattern in self._class_patterns.items():
            found.extend((match.group(), (self.classes[id].name,)) for match in pattern.finditer(text))
        for names, pattern in self._synonym_patterns:
            found.extend((match.group(), names) for match in pattern.finditer(text))
        for aspect, pattern in self._aspect_patterns:
            # What stands between the words of the pattern ("take ibuprofen with") is a topic of its own.
            own = frozenset(terms(re.sub(r"\\[a-zA-Z]|\W", " ", aspect.asked)))
            for match in pattern.finditer(text):
                said = " ".join(word for word in words(match.group()) if frozenset(terms(word)) & own)
                found.append((said, aspect.names))
        kept = [(said, tuple(n for n in names if not _pattern([n]).search(text))) for said, names in found]
        return [(said, names) for said, names in kept if names]

    def regimens_in(self, text: str) -> list[Regimen]:
        """The regimens `text` names, in the order of the file."""
        return [regimen for regimen, pattern in self._regimen_patterns.items() if pattern.search(text)]

    def regimens_said(self, text: str) -> tuple[Regimen, ...]:
        """`regimens_in` for a text of the articles, which comes again with every question: it is remembered."""
        if text not in self._said:
            self._said[text] = tuple(self.regimens_in(text))
        return self._said[text]

    def regimen_words(self, text: str) -> list[tuple[Regimen, str]]:
        """(regimen, words of `text`) for each name of a regimen in `text`, in the order they stand there."""
        found = [(m.start(), r, m.group()) for r, p in self._regimen_patterns.items() for m in p.finditer(text)]
        return [(regimen, named) for _, regimen, named in sorted(found)]

    def things_in(self, text: str) -> list[tuple[str, str]]:
        """(kind, words of `text`) for each thing of a known kind that `text` names, in the order they are named."""
        return [(kind, named) for _, kind, named in self.places_of_things(text)]

    def places_of_things(self, text: str) -> list[tuple[int, str, str]]:
        """(start, kind, words of `text`) for each thing of a known kind that `text` names, in the order of places."""
        return sorted((m.start(), kind, m.group()) for kind, p in self._kind_patterns.items() for m in p.finditer(text))

    def asked_about(self, text: str) -> str | None:
        """The thing of a known kind that `text` asks about by itself ("the symptoms of MS"); None if there is none."""
        for kind, pattern in self._kind_patterns.items():
            for asked in self.of_itself:
                before, _, after = asked.partition("THING")
                found = re.search(f"(?:{before}){pattern.pattern}(?:{after})", text, re.IGNORECASE)
                if found:
                    return next(named for of_kind, named in self.things_in(found.group()) if of_kind == kind)
        return None

    @cached_property
    def _said(self) -> dict[str, tuple[Regimen, ...]]:
        return {}

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of the names in these lists, in lower case."""
        classes = (name for c in self.classes.values() for name in (c.name, *c.members))
        rows = (*self.synonyms, *self.regimens.values(), *self.kinds.values())
        return frozenset(w for name in (*classes, *(n for row in rows for n in row)) for w in words(name))

    @cached_property
    def generic_terms(self) -> frozenset[str]:
        """Terms that ask rather than name a topic."""
        return frozenset(terms(self.generic))

    @cached_property
    def _class_patterns(self) -> dict[str, re.Pattern[str]]:
        return {id: _pattern([c.name, *c.members]) for id, c in self.classes.items()}

    @cached_property
    def _synonym_patterns(self) -> list[tuple[tuple[str, ...], re.Pattern[str]]]:
        return [(names, _pattern(names)) for names in self.synonyms]

    @cached_property
    def _kind_patterns(self) -> dict[str, re.Pattern[str]]:
        """Things of a kind are those named for it and the classes and synonyms its names stand for."""
        patterns = {}
        for kind, listed in self.kinds.items():
            own = frozenset(name.lower() for name in listed)
            rows = [row for row in self.synonyms if own & {name.lower() for name in row}]
            classes = [c.members for c in self.classes.values() if c.name.lower() in own]
            patterns[kind] = _pattern([*listed, *(name for row in (*rows, *classes) for name in row)])
        return patterns

    @cached_property
    def _aspect_patterns(self) -> list[tuple[Aspect, re.Pattern[str]]]:
        return [(aspect, re.compile(aspect.asked, re.IGNORECASE)) for aspect in self.aspects]

    @cached_property
    def _regimen_patterns(self) -> dict[Regimen, re.Pattern[str]]:
        # "50mg" and "low-dose" are written with and without what stands between.
        return {
            regimen: re.compile(_pattern(names).pattern.replace(r"\ ", "[ -]?"), re.IGNORECASE)
            for regimen, names in self.regimens.items()
        }


def _pattern(names: list[str] | tuple[str, ...]) -> re.Pattern[str]:
    return _compiled(tuple(names))


# The names of the lists come again with every question, and are more than `re` remembers by itself.
@cache
def _compiled(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})s?(?!\w)", re.IGNORECASE)
