"""Pieces of a build that no earlier one has: articles split or taken over one by one, and all their texts embedded.

What an unchanged article has in the served build is copied bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Question
from ldnqa.chunk import call_by_short_name, embedded_text, split
from ldnqa.earlier import Line, Own, rows_of, sizes
from ldnqa.embedded import Subject, as_embedded, questions_of, quote_texts
from ldnqa.embedding import Embedding
from ldnqa.encode import Encoder, Vectors
from ldnqa.manifest import Piece
from ldnqa.pieces import KEY_BYTES, OF_QUESTIONS, OF_QUOTES, OF_TITLES, by_kind, kinds
from ldnqa.progress import Pace, Progress, Watcher
from ldnqa.types import Article, Passage


@dataclass(frozen=True, slots=True)
class Fresh:
    """A piece that no earlier build has: its lines, and its vectors and their keys by kind."""

    lines: list[bytes]
    vectors: Vectors
    keys: NDArray[np.uint8]


class Part(NamedTuple):
    """An article of a fresh piece, or none for the questions that no article answers: what there is of it in the served
    build, or its passages.
    """

    article: Article | None
    own: Own | None
    passages: list[Passage]
    lines: list[Line]
    questions: list[Question]


def part_of(article: Article, digest: str, vectors: Embedding, encoder: Encoder) -> Part:
    """An article of a fresh piece, taken over if nothing of it has changed since `digest`, else split."""
    questions = list(questions_of(article))
    own = vectors.earlier.own(article.id) if vectors.earlier.digests.get(article.id) == digest else None
    if own:
        return Part(article, own, [], own.lines, questions)
    passages = split(article, encoder.count_tokens, encoder.max_tokens)
    lines = [Line(passage.id, len(passage.quotes), line_of(passage)) for passage in passages]
    return Part(article, None, passages, lines, questions)


def sizes_of(part: Part) -> tuple[int, int, int, int]:
    """How many vectors of each kind there are of an article."""
    return sizes(part.lines, len(part.questions), int(part.article is not None))


def embed(
    pieces: list[Piece],
    parts: Mapping[str, list[Part]],
    vectors: Embedding,
    encoder: Encoder,
    subjects: Sequence[Subject],
    as_named: bool,
    tell: Watcher,
) -> dict[str, Fresh]:
    """The fresh pieces: those of which the `parts` are given. `as_named` says that the names of all `subjects` are as
    they were. What is known comes first, so that the time left is that of the rest.
    """
    total = sum(sum(kinds(piece)) for piece in pieces)
    wanted: list[tuple[Part, list[Vectors], list[NDArray[np.uint8]]]] = []
    fresh: dict[str, Fresh] = {}
    done = 0
    for piece in pieces:
        if piece.name not in parts:
            vectors.take(vectors.earlier.pieces[piece.name].keys)
            done += sum(kinds(piece))
            continue
        rows = np.empty((sum(kinds(piece)), encoder.dimension), dtype=np.float32)
        keys = np.empty((len(rows), KEY_BYTES), dtype=np.uint8)
        of_piece = parts[piece.name]
        lines = [line_of(part.article) for part in of_piece if part.article]
        fresh[piece.name] = Fresh([*lines, *(line.line for part in of_piece for line in part.lines)], rows, keys)
        for part, at in zip(of_piece, rows_of([sizes_of(part) for part in of_piece]), strict=True):
            own_rows = [kind[own] for kind, own in zip(by_kind(rows, piece), at, strict=True)]
            own_keys = [kind[own] for kind, own in zip(by_kind(keys, piece), at, strict=True)]
            wanted.append((part, own_rows, own_keys))
            for kind in range(len(at)):
                if part.own and _known(part, kind, as_named):
                    own_rows[kind][:] = part.own.vectors[kind]
                    own_keys[kind][:] = part.own.keys[kind]
                    vectors.take(own_keys[kind])
                    done += len(own_rows[kind])
    tell(Progress("encoding", done, total))
    pace = Pace(total)
    for kind, name in enumerate(("passage", "passage", "question", "question")):
        texts = (
            each
            for part, rows, keys in wanted
            if not _known(part, kind, as_named)
            for each in zip(rows[kind], keys[kind], _texts(part, kind, subjects), strict=True)
        )
        for more, embedded in vectors.fill(texts, name):
            done += more
            tell(pace.progress("encoding", done, embedded))
    return fresh


def _known(part: Part, kind: int, as_named: bool) -> bool:
    """Whether the vectors of a kind are those of the served build; questions only if all names are as then."""
    return part.own is not None and (kind != OF_QUESTIONS or as_named or not part.questions)


def _texts(part: Part, kind: int, subjects: Sequence[Subject]) -> Iterable[str]:
    """What is embedded of an article, for each of its vectors of a kind."""
    if kind == OF_QUESTIONS:
        return (as_embedded(question.text, subjects) for question in part.questions)
    if part.article is None:
        return ()
    if kind == OF_TITLES:
        return (call_by_short_name(part.article.title, part.article.subject),)
    if kind == OF_QUOTES:
        return quote_texts(part.article, part.passages)
    return (embedded_text(part.article, passage) for passage in part.passages)


def line_of(noun: Article | Passage) -> bytes:
    """How an article or a passage is written down."""
    return noun.model_dump_json().encode() + b"\n"
