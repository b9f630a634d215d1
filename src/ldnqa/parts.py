"""What a build is made from, what it is made of, and how that is written down.

The same source and encoder give the same bytes: nothing here depends on time, on chance or on earlier builds, except
that pieces and vectors which are known already are not made again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Question
from ldnqa.chunk import CHUNKER_VERSION
from ldnqa.corpus.read import article_digest
from ldnqa.earlier import Earlier
from ldnqa.embedded import Subject, passage_terms, questions_of, subjects_of, words_of
from ldnqa.embedding import Embedding
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import CorpusError, IndexUnusable
from ldnqa.fresh import Fresh, Part, embed, part_of, sizes_of
from ldnqa.manifest import Manifest, Piece, check_fit
from ldnqa.pieces import KINDS, OF_PASSAGES, OF_QUOTES, by_kind, cut, name_of
from ldnqa.progress import Progress, Watcher
from ldnqa.tally import Tally, tally
from ldnqa.types import Article, GlossaryEntry, Passage
from ldnqa.vocabulary import defined_in, readers_words, words_in_letters


@dataclass(frozen=True, slots=True)
class Source:
    """Articles by id and in that order, their digests, the glossary as it is written, and the questions that no article
    answers.
    """

    articles: dict[str, Article]
    digests: dict[str, str]
    glossary: bytes
    unanswered: tuple[str, ...]

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """The subjects that have several names."""
        return subjects_of(self.articles.values())

    @property
    def subjects_digest(self) -> str:
        """SHA-256, in hex, of all their names."""
        return hashlib.sha256(json.dumps(self.subjects).encode()).hexdigest()

    @property
    def unanswered_digest(self) -> str:
        """SHA-256, in hex, of the questions that no article answers."""
        return hashlib.sha256("\n".join(self.unanswered).encode()).hexdigest()


def source_of(articles: Iterable[Article], glossary: Sequence[GlossaryEntry], unanswered: Sequence[str] = ()) -> Source:
    """What a build is made from; CorpusError for no articles or an id given twice."""
    ordered = sorted(articles, key=lambda article: article.id)
    if not ordered:
        raise CorpusError("there is no article to index; put one in the corpus with `ldnqa add FILE`")
    by_id = {article.id: article for article in ordered}
    if len(by_id) != len(ordered):
        raise CorpusError("two articles have the same id; give one of them another")
    entries = json.dumps([entry.model_dump(mode="json") for entry in glossary], ensure_ascii=False, indent=1)
    digests = {id_: article_digest(article) for id_, article in by_id.items()}
    return Source(by_id, digests, entries.encode(), tuple(unanswered))


def describes(manifest: Manifest, source: Source, encoder: Encoder, store: str, index: Path) -> bool:
    """Whether a build with this manifest is the one that would be made of all this."""
    try:
        check_fit(index, manifest, encoder, CHUNKER_VERSION)
    except IndexUnusable:
        return False
    made_from = (manifest.articles, manifest.glossary, manifest.unanswered, manifest.store, manifest.model)
    glossary = hashlib.sha256(source.glossary).hexdigest()
    return made_from == (source.digests, glossary, source.unanswered_digest, store, encoder.name)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that is in a build. Those of `pieces` that are not `fresh` are taken over from the served one; `sums`
    has what the quotes of each add up to.
    """

    pieces: list[Piece]
    fresh: dict[str, Fresh]
    sums: NDArray[np.float64]
    questions: list[Question]
    terms: Tally
    words: Tally
    defined: dict[str, Any]
    readers: Sequence[str]
    vectors: Embedding

    def passage_vectors(self) -> list[Vectors]:
        """The vectors of the passages, an array for each piece."""
        return [
            by_kind(fresh.vectors, piece)[OF_PASSAGES]
            if (fresh := self.fresh.get(piece.name))
            else self.vectors.earlier.pieces[piece.name].vectors[OF_PASSAGES]
            for piece in self.pieces
        ]


def make(source: Source, encoder: Encoder, vectors: Embedding, tell: Watcher) -> Parts:
    """Split the articles, embed what there is to embed and count the words; `tell` hears how far it is."""
    articles, earlier = source.articles, vectors.earlier
    parts: dict[str, list[Part]] = {}
    pieces: list[Piece] = []
    done = 0
    for name, ids in _cuts(source).items():
        if name in earlier.pieces:
            pieces.append(earlier.pieces[name].piece)
            continue
        of_piece = parts[name] = []
        for id_ in ids:
            of_piece.append(part_of(articles[id_], source.digests[id_], vectors, encoder))
            done += 1
            tell(Progress("splitting", done, len(articles)))
        if not ids:
            of_piece.append(Part(None, None, [], [], [Question("", text) for text in source.unanswered]))
        totals = np.sum([sizes_of(part) for part in of_piece], axis=0).tolist()
        pieces.append(Piece(name=name, **dict(zip(KINDS, totals, strict=True))))
    tell(Progress("splitting", len(articles), len(articles)))

    as_named = earlier.subjects == source.subjects_digest
    fresh = embed(pieces, parts, vectors, encoder, source.subjects, as_named, tell)
    sums = [
        earlier.pieces[piece.name].sum
        if piece.name not in fresh
        else by_kind(fresh[piece.name].vectors, piece)[OF_QUOTES].sum(axis=0, dtype=np.float64)
        for piece in pieces
    ]
    questions = [question for article in articles.values() for question in questions_of(article)]
    questions += [Question("", text) for text in source.unanswered]
    asked = tuple(question.text for question in questions)
    terms, words, new = _count(pieces, parts, earlier)
    texts = {article.id: list(words_of(article)) for article in new}
    defined = {
        id_: [*dict.fromkeys(pair for text in texts[id_] for pair in defined_in(text))] if id_ in texts else had
        for id_ in articles
        if (had := earlier.defined.get(id_)) or id_ in texts
    }
    return Parts(
        pieces,
        fresh,
        np.stack(sums),
        questions,
        terms,
        words,
        {id_: pairs for id_, pairs in defined.items() if pairs},
        earlier.readers if asked == earlier.asked else readers_words(asked),
        vectors,
    )


def _count(
    pieces: Sequence[Piece], parts: Mapping[str, Sequence[Part]], earlier: Earlier
) -> tuple[Tally, Tally, list[Article]]:
    """The terms of each passage, the words of each article, and the articles that were counted anew for them."""
    moved_terms, moved_words = (np.full(counted.size, -1) for counted in (earlier.terms, earlier.words))
    new: list[tuple[int, Article, int, list[Passage]]] = []
    row = number = 0
    for piece in pieces:
        if piece.name not in parts:
            held = earlier.pieces[piece.name]
            moved_terms[held.passage :][: piece.passages] = np.arange(row, row + piece.passages)
            moved_words[held.article :][: piece.articles] = np.arange(number, number + piece.articles)
            row, number = row + piece.passages, number + piece.articles
            continue
        for part in parts[piece.name]:
            if part.own:
                moved_terms[part.own.passage :][: len(part.lines)] = np.arange(row, row + len(part.lines))
                moved_words[part.own.article] = number
            elif part.article:
                new.append((number, part.article, row, part.passages))
            row, number = row + len(part.lines), number + (part.article is not None)
    terms = (
        (at, passage_terms(article, passage))
        for _, article, first, passages in new
        for at, passage in enumerate(passages, start=first)
    )
    words = ((at, words_in_letters(words_of(article))) for at, article, _, _ in new)
    return (
        tally(row, terms, earlier.terms, moved_terms),
        tally(number, words, earlier.words, moved_words),
        [article for _, article, _, _ in new],
    )


def _cuts(source: Source) -> dict[str, list[str]]:
    """The ids of each piece by its name, and last a piece without any, if there are questions that nothing answers."""
    cuts = {}
    for ids in cut(source.articles):
        made_from = [f"{id_} {source.digests[id_]}" for id_ in ids]
        if any(source.articles[id_].asked for id_ in ids):
            made_from.append(source.subjects_digest)
        cuts[name_of(made_from)] = ids
    if source.unanswered:
        cuts[name_of([*source.unanswered, source.subjects_digest])] = []
    return cuts
