"""What quotes have of a question by its words alone: most of their signs, told while the model is at work.

The quotes of a small index lie in one block that every question is held against; of a large one those that were found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ldnqa.asking import FIGURES, Kind, answers_kind, asks_for_evidence, tiers_asked
from ldnqa.encode import Vectors
from ldnqa.index import Index
from ldnqa.leading import SIGNS
from ldnqa.numbered import Bits, Numbered, Shares
from ldnqa.policy import Lexicon
from ldnqa.quotable import OF_A_PASSAGE, OF_A_QUOTE, OWN_SIGNS, Quotable, Quotation, is_known, numbers_of, quotable
from ldnqa.text import names
from ldnqa.types import Regimen, Tier
from ldnqa.wanted import Wanted, Weighted

Rows = NDArray[np.float64]

# So many passages are held against a question at once: it takes .3 ms, and the model is at work for six more.
MOST_PASSAGES = 400

# Where each sign stands among SIGNS.
AT = {name: column for column, name in enumerate(SIGNS)}
_OWN_COLUMNS = [AT[name] for name in OWN_SIGNS]


@dataclass(frozen=True, eq=False)
class Block:
    """The quotes of `passages` one after the other, a row each: the `rows` of each passage, and `whose` they are.
    Passages overlap: `first` is the row that has a quote first. `texts` are those of all passages, and `at_quotes` and
    `at_passages` where those of each quote and of its passage begin. `subjects` are those of all articles, each once,
    and `of_subject` has the number of each quote's.
    """

    passages: tuple[Quotable, ...]
    quotations: tuple[Quotation, ...] = field(init=False)
    rows: tuple[range, ...] = field(init=False)
    whose: NDArray[np.int64] = field(init=False)
    first: list[int] = field(init=False)
    signs: Rows = field(init=False)
    vectors: Vectors = field(init=False)
    lengths: Vectors = field(init=False)
    texts: Numbered = field(init=False)
    at_quotes: NDArray[np.int64] = field(init=False)
    at_passages: NDArray[np.int64] = field(init=False)
    subjects: tuple[tuple[str, ...], ...] = field(init=False)
    of_subject: NDArray[np.int64] = field(init=False)
    _fits: dict[Kind, Rows] = field(init=False, default_factory=dict)
    _other_use: dict[tuple[Regimen, ...], tuple[Lexicon, Rows]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        parts = self.passages
        quotations = tuple(quotation for passage in parts for quotation in passage.quotes)
        counts = [len(passage.quotes) for passage in parts]
        starts = np.cumsum([0, *counts])
        rows = tuple(range(start, end) for start, end in pairwise(starts.tolist()))
        whose = np.repeat(np.arange(len(parts)), counts)
        first: dict[tuple[str, str, int, int], int] = {}
        places = ((quote.article_id, quote.section_id, quote.start, quote.end) for quote, _ in quotations)
        signs = np.zeros((len(quotations), len(SIGNS)))
        signs[:, _OWN_COLUMNS] = np.concatenate([passage.signs for passage in parts])
        signs[:, AT["editorial"]] = np.array([passage.section.tier is Tier.EDITORIAL for passage in parts])[whose]
        at_quotes = OF_A_PASSAGE * (whose + 1) + OF_A_QUOTE * np.arange(len(quotations))
        subjects = list(dict.fromkeys(passage.article.subject for passage in parts))
        of_subject = np.array([subjects.index(passage.article.subject) for passage in parts], np.int64)
        values = {
            "subjects": tuple(subjects),
            "of_subject": of_subject[whose],
            "quotations": quotations,
            "rows": rows,
            "whose": whose,
            "first": [first.setdefault(place, row) for row, place in enumerate(places)],
            "signs": signs,
            "vectors": np.concatenate([passage.vectors for passage in parts]),
            "lengths": np.concatenate([passage.lengths for passage in parts]),
            "texts": Numbered.joined([passage.texts for passage in parts]),
            "at_quotes": at_quotes,
            "at_passages": OF_A_PASSAGE * whose + OF_A_QUOTE * starts[whose],
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def rows_of(self, passages: Iterable[int]) -> tuple[list[int], list[int]]:
        """The rows of these passages' quotes, in their order, each quote where it is found first; and for each row
        the place of its passage among these.
        """
        found: dict[int, tuple[int, int]] = {}
        for place, passage in enumerate(passages):
            for row in self.rows[passage]:
                found.setdefault(self.first[row], (row, place))
        return [row for row, _ in found.values()], [place for _, place in found.values()]

    def places_of(self, rows: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        """Which of these rows' quotes readers ask for, the bank's places in all of these, and how many are in each."""
        in_each = [self.quotations[row].places for row in rows]
        asked_for = [number for number, places in enumerate(in_each) if places]
        return (
            asked_for,
            [place for places in in_each for place in places],
            [len(places) for places in in_each if places],
        )

    def fits(self, kind: Kind) -> Rows:
        """For each quote whether it has what a question of this kind asks for."""
        found = self._fits.get(kind)
        if found is None:
            found = np.array([answers_kind(kind, quotation.quote.text) for quotation in self.quotations], np.float64)
            self._fits[kind] = found
        return found

    def other_use(self, regimens: tuple[Regimen, ...], lexicon: Lexicon) -> Rows:
        """For each quote whether, by its own words or else by its section, it is about no use of the drug of these."""
        known = self._other_use.get(regimens)
        if known is None or known[0] is not lexicon:
            sections = [self.passages[number].section for number in self.whose.tolist()]
            about = [
                lexicon.regimens_in(quotation.quote.text) or ([section.regimen] if section.regimen else [])
                for quotation, section in zip(self.quotations, sections, strict=True)
            ]
            others = [bool(uses) and not any(use in regimens for use in uses) for uses in about]
            known = self._other_use[regimens] = (lexicon, np.array(others, np.float64))
        return known[1]


class Said(Protocol):
    """What of a question is told by its words: `ldnqa.query` has two that do, before and after its vectors."""

    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def regimens(self) -> tuple[Regimen, ...]: ...  # noqa: D102
    @property
    def lexicon(self) -> Lexicon: ...  # noqa: D102
    @property
    def wanted(self) -> Wanted: ...  # noqa: D102
    @property
    def wanted_in_all(self) -> Weighted: ...  # noqa: D102


class Spoken(NamedTuple):
    """What the quotes of a block have of a question: a row of SIGNS for each, of which those by words are told, and the
    `bits` of its words in its place, as `shares` counts them.
    """

    block: Block
    signs: Rows
    bits: Bits
    shares: Shares


_blocks: WeakKeyDictionary[Index, Block] = WeakKeyDictionary()


def whole_block(index: Index) -> Block | None:
    """All quotes of a small index; None if there are too many. The first question of an index does not wait for it."""
    found = _blocks.get(index)
    if found is None and 0 < len(index.passages) <= MOST_PASSAGES and is_known(index):
        found = _blocks.setdefault(index, Block(tuple(quotable(index, passage) for passage in index.passages)))
    return found


def spoken(said: Said, block: Block, index: Index) -> Spoken:
    """What the quotes of a block have of a question."""
    text, wanted = said.text, said.wanted
    signs = block.signs.copy()
    signs[:, AT["figure_asked"]] = said.kind in FIGURES
    signs[:, AT["yes_no"]] = said.kind is Kind.YES_NO
    signs[:, AT["evidence_asked"]] = asks_for_evidence(text)
    signs[:, AT["fits_kind"]] = block.fits(said.kind)
    if said.regimens:
        signs[:, AT["other_regimen"]] = block.other_use(said.regimens, said.lexicon)
    # Most articles have their subject in common, and naming it has nothing to do with the passage.
    others = [
        not (any(names(text, name) for name in subject) or not set(subject).isdisjoint(index.subject))
        for subject in (block.subjects if index.subject else ())
    ]
    if any(others):
        signs[:, AT["other_subject"]] = np.array(others, np.float64)[block.of_subject]
    tiers = tiers_asked(text)
    if tiers:
        signs[:, AT["another_tier"]] = _each(block, [passage.section.tier not in tiers for passage in block.passages])
    shares = Shares([said.wanted_in_all, wanted.alone, wanted.topics])
    bits = shares.found(block.texts, numbers_of(index))
    have = shares.of(bits)
    signs[:, AT["passage_coverage"]] = have[block.at_passages, 0]
    signs[:, AT["heading_coverage"]] = have[block.at_passages + 1, 1]
    signs[:, AT["coverage"]] = have[block.at_quotes, 0]
    signs[:, AT["coverage_in_place"]] = have[block.at_quotes + 1, 1]
    signs[:, AT["named"]] = have[block.at_quotes + 2, 2]
    return Spoken(block, signs, bits[block.at_quotes + 1], shares)


def _each(block: Block, of_passages: Sequence[bool]) -> Rows:
    """What is so of a passage, for each of its quotes."""
    return np.array(of_passages, np.float64)[block.whose]
