"""What readers ask, each question tied to the words that answer it, and what they ask in vain.

Invariant: a question finds places of the articles and is never shown or quoted; without any, every likeness is 0.
Readers' questions are likest to other readers' questions, so this tells more than the articles' own words do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.encode import Vectors, unit
from ldnqa.metric import Metric
from ldnqa.pieces import Taken
from ldnqa.types import Passage


class Question(NamedTuple):
    """A question that the articles answer, `section.text[start:end]` of one of them if a place is given; of no article
    (""), one that none of them answers.
    """

    article_id: str
    text: str
    section_id: str = ""
    start: int = 0
    end: int = 0


Place = tuple[str, str, int, int]

# BLAS has the product of a block of rows at once, in half the time of row by row. It would share out blocks of so many
# figures and more among all cores (see `encode.products`).
_SHARED_OUT = 9_216


@dataclass(frozen=True, eq=False)
class Bank:
    """Questions that are tied to places, those of one place together, and questions that nothing answers.

    `vectors` has a unit row for each of `questions`, `vain_vectors` one for each that nothing answers. They are
    compared across `metric`, or as they are.
    """

    questions: tuple[Question, ...]
    vectors: Vectors | Taken
    vain_vectors: Vectors | Taken
    metric: Metric | None = None
    places: tuple[Place, ...] = field(init=False)
    _first: NDArray[np.int64] = field(init=False)
    _at_places: NDArray[np.int64] = field(init=False)
    _centre: Vectors = field(init=False)
    _across_centre: Vectors = field(init=False)

    def __post_init__(self) -> None:
        places = [_place(question) for question in self.questions]
        first = [row for row, place in enumerate(places) if row == 0 or place != places[row - 1]]
        centre = np.asarray(self.vectors).mean(axis=0) if places else np.zeros(self.vectors.shape[1], np.float32)
        object.__setattr__(self, "places", tuple(places[row] for row in first))
        object.__setattr__(self, "_first", np.array(first, dtype=np.int64))
        object.__setattr__(self, "_at_places", _in_lines(np.array([*first, len(places)], dtype=np.int64)))
        object.__setattr__(self, "_centre", centre)
        rows, vain = (self.seen(vectors) for vectors in (self.vectors, self.vain_vectors))
        # Those asked in vain behind the others.
        object.__setattr__(self, "_across_centre", _in_blocks(np.concatenate([rows, vain])))

    def __len__(self) -> int:
        return len(self.questions)

    def seen(self, vectors: Vectors | Taken) -> Vectors:
        """Rows of the model's vectors as they are compared: unit rows."""
        rows = _units(_across(np.asarray(vectors), self._centre))
        return self.metric.of_rows(rows) if self.metric else rows

    def likeness(self, vector: Vectors, leave_out: int | None = None) -> Likeness:
        """How like the questions are to a question's unit vector, as if the one of number `leave_out` were not there.

        What points to the centre of all questions is left out, so that naming what everybody asks about does not count,
        nor leaving it out.
        """
        if not self.places:
            return NOTHING
        across = unit(_across_one(vector, self._centre))
        each: Vectors = (self._across_centre @ (self.metric.of_one(across) if self.metric else across)).reshape(-1)
        if leave_out is not None:
            each[leave_out] = -1
        tied, end = len(self.questions), len(self.questions) + len(self.vain_vectors)
        vain = float(each[tied:end].max(initial=0))
        return Likeness(np.maximum.reduceat(each[:tied], self._first), vain, each[:tied])

    def likest(self, places: NDArray[np.int64], likeness: Likeness) -> tuple[NDArray[np.int64], Vectors]:
        """For each place the number of its likest question, and the cosine of that."""
        lines = self._at_places[places]
        found = lines[np.arange(len(lines)), likeness.each[lines].argmax(axis=1)]
        return found, likeness.each[found]

    def at_place(self, place: int) -> range:
        """The numbers of the questions of a place."""
        return range(self._at_places[place, 0], self._at_places[place, -1] + 1)

    def place_of(self, question: int) -> int:
        """The place of the question of that number."""
        return int(np.searchsorted(self._first, question, side="right")) - 1

    def places_of(self, passages: Iterable[Passage]) -> Mapping[str, tuple[tuple[int, ...], ...]]:
        """For each passage by id, the places in each of its quotes, in their order."""
        by_section: dict[tuple[str, str], list[int]] = {}
        for number, (article_id, section_id, _, _) in enumerate(self.places):
            by_section.setdefault((article_id, section_id), []).append(number)
        return {
            passage.id: tuple(
                tuple(n for n in near if self.places[n][2] < quote.end and quote.start < self.places[n][3])
                for quote in passage.quotes
            )
            for passage in passages
            if (near := by_section.get((passage.article_id, passage.section_id)))
        }

    def holders(self, passages: Iterable[Passage]) -> tuple[tuple[str, ...], ...]:
        """For each place the ids of the passages that hold some of it."""
        by_section: dict[tuple[str, str], list[Passage]] = {}
        for passage in passages:
            by_section.setdefault((passage.article_id, passage.section_id), []).append(passage)
        return tuple(
            tuple(p.id for p in by_section.get((article_id, section_id), ()) if start < p.end and p.start < end)
            for article_id, section_id, start, end in self.places
        )


class Likeness(NamedTuple):
    """Of each place the cosine of its likest question; `vain` is the cosine of the likest question that nothing
    answers, 0 if there is none so like, and `each` has that of every other.
    """

    best: Vectors
    vain: float
    each: Vectors


NOTHING = Likeness(np.empty(0, np.float32), 0.0, np.empty(0, np.float32))


def first_greatest(values: NDArray[np.generic], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in `values` the greatest of each group stands first; groups follow each other, and none is empty."""
    starts = lengths.cumsum() - lengths
    greatest = np.flatnonzero(values == np.repeat(np.maximum.reduceat(values, starts), lengths))
    return greatest[greatest.searchsorted(starts)]


def _place(question: Question) -> Place:
    return question.article_id, question.section_id, question.start, question.end


def _in_lines(borders: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers from each border to the next, a line each, which is filled up with the last of them."""
    counts = np.diff(borders)
    lines: NDArray[np.int64] = borders[:-1, np.newaxis] + np.minimum(
        np.arange(counts.max(initial=0)), counts[:, np.newaxis] - 1
    )
    return lines


def _across(rows: Vectors, centre: Vectors) -> Vectors:
    """What of the rows does not point to the centre."""
    length = np.float32(centre @ centre)
    return rows - (rows @ centre / length)[:, np.newaxis] * centre if length else rows


def _across_one(row: Vectors, centre: Vectors) -> Vectors:
    """The same for one row, in a few steps."""
    length = np.vecdot(centre, centre)
    return row - centre * (np.vecdot(row, centre) / length) if length else row


def _units(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1
    units: Vectors = (rows / lengths).astype(np.float32)
    return units


def _in_blocks(rows: Vectors) -> Vectors:
    """The same rows, and rows of zeros at the end, in as many blocks as are needed."""
    at_once = max(1, (_SHARED_OUT - 1) // rows.shape[1])
    padded = np.zeros((-len(rows) % at_once + len(rows), rows.shape[1]), np.float32)
    padded[: len(rows)] = rows
    return padded.reshape(-1, at_once, rows.shape[1])
