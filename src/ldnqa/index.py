"""An opened index: immutable, and exactly what was built, by the model in use. Or it does not open.

Everything is verified before anything is used, so that a damaged or foreign index can never give a wrong answer.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Bank, Question
from ldnqa.chunk import CHUNKER_VERSION, embedded_text
from ldnqa.encode import PARITY, Encoder, Vectors
from ldnqa.errors import IndexDamaged, IndexMismatch, UnknownPassage
from ldnqa.lexical import Lexical
from ldnqa.manifest import BUILDS, Manifest, check_files, check_fit, command, read_manifest, read_pointer
from ldnqa.memory import uncollected
from ldnqa.metric import metric_for
from ldnqa.pieces import Stack, Taken, files_of, let_go, read_vectors
from ldnqa.stores import Store, store_type
from ldnqa.tally import Tally
from ldnqa.types import Article, GlossaryEntry, Passage
from ldnqa.vocabulary import Vocabulary, merged

GLOSSARY = "glossary.json"
QUESTIONS = "questions.json"
# What the quotes' vectors of each piece add up to, so that nobody has to read them all for their mean.
SUMS = "sums.npy"
# Words of each article, counted; what the articles abbreviate, and readers' words, are in the file beside them.
WORDS = "words"
VOCABULARY = "vocabulary.json"
LEXICAL = "lexical"
STORE = "store"

# Up to so many passages the product with every row takes less than a store's way in and out of Python, and than picking
# those that are looked at.
_AT_ONCE_UP_TO = 1_000

_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Index:
    """What questions are answered from.

    `articles` is by id, in order of id; `passages` in that order too. `questions` are (article id, question) with
    `question_vectors` row for row: what editors listed, and titles that are questions, those of an article together;
    `first_questions` are the rows of the first of each, and `askers` which article that is; `article_rows` says which
    one a passage is of. `centre` is the mean of all quote vectors, shape (dimension,), not of length one. `bank` has
    what readers ask. `passage_vectors` has a row for each passage; it lies in several arrays, of which `np.asarray`
    makes one, and `few` is that one if there are few passages. `title_vectors` has a row for each article, in their
    order; `title_rows` says for each passage which of them is its article's, -1 where the title says nothing that the
    text does not begin with. `holders` has for each place of the bank the rows of the passages that hold some of it,
    and behind them as often as need be the number of all passages. `subject` has the names of what more than half of
    the articles are about, the one to show first; it is empty if there is no such thing. `nicknames` are the subjects
    that have several names. Arrays are read-only.
    """

    manifest: Manifest
    encoder: Encoder
    articles: Mapping[str, Article]
    glossary: tuple[GlossaryEntry, ...]
    passages: tuple[Passage, ...]
    passage_vectors: Stack
    questions: tuple[tuple[str, str], ...]
    question_vectors: Vectors
    bank: Bank
    title_vectors: Vectors
    vocabulary: Vocabulary
    centre: Vectors
    _quote_vectors: Stack
    _lexical: Lexical
    _store: Store
    subject: tuple[str, ...] = field(init=False)
    nicknames: tuple[tuple[str, ...], ...] = field(init=False)
    title_rows: NDArray[np.int64] = field(init=False)
    article_rows: NDArray[np.int64] = field(init=False)
    first_questions: NDArray[np.int64] = field(init=False)
    askers: NDArray[np.int64] = field(init=False)
    holders: NDArray[np.int64] = field(init=False)
    few: Vectors | None = field(init=False)
    _rows: Mapping[str, int] = field(init=False)
    _first_quotes: tuple[int, ...] = field(init=False)
    _asked_in: Mapping[str, tuple[tuple[int, ...], ...]] = field(init=False)

    def __post_init__(self) -> None:
        subjects = Counter(article.subject[0] for article in self.articles.values())
        commonest, count = max(subjects.items(), key=lambda item: (item[1], item[0]), default=("", 0))
        shared = [a.subject for a in self.articles.values() if a.subject[0] == commonest]
        names = dict.fromkeys(name for subject in shared for name in subject)
        object.__setattr__(self, "subject", tuple(names) if count * 2 > len(self.articles) else ())
        several = dict.fromkeys(article.subject for article in self.articles.values() if len(article.subject) > 1)
        object.__setattr__(self, "nicknames", tuple(several))
        askers = [article_id for article_id, _ in self.questions]
        first = [n for n, article_id in enumerate(askers) if n == 0 or askers[n - 1] != article_id]
        numbers = {article_id: row for row, article_id in enumerate(self.articles)}
        of_passages = [numbers.get(passage.article_id, -1) for passage in self.passages]
        for name, rows in (
            ("first_questions", first),
            ("askers", [numbers[askers[n]] for n in first]),
            ("article_rows", of_passages),
        ):
            object.__setattr__(self, name, _read_only(np.array(rows, np.int64)))
        titled = {id_: row if _says_more(a) else -1 for row, (id_, a) in enumerate(self.articles.items())}
        title_rows = np.array([titled.get(passage.article_id, -1) for passage in self.passages], np.int64)
        object.__setattr__(self, "title_rows", _read_only(title_rows))
        object.__setattr__(self, "_asked_in", self.bank.places_of(self.passages))
        object.__setattr__(self, "_rows", {passage.id: row for row, passage in enumerate(self.passages)})
        holders = [[self._rows[id_] for id_ in ids] for ids in self.bank.holders(self.passages)]
        most = max(map(len, holders), default=0)
        filled = [rows + [len(self.passages)] * (most - len(rows)) for rows in holders]
        object.__setattr__(self, "holders", _read_only(np.array(filled, np.int64).reshape(len(holders), most)))
        few = len(self.passages) <= _AT_ONCE_UP_TO
        object.__setattr__(self, "few", np.asarray(self.passage_vectors) if few else None)
        object.__setattr__(self, "_first_quotes", tuple(accumulate((len(p.quotes) for p in self.passages), initial=0)))

    @classmethod
    def open(cls, folder: Path, encoder: Encoder) -> Index:
        """The index that the folder's pointer names.

        Raises IndexMissing, IndexDamaged or IndexMismatch (another model, chunker or format, or an encoder that gives
        other vectors than those built); the message names the command that mends it. Takes no lock, writes nothing.
        """
        pointer = read_pointer(folder)
        index = open_build(folder, f"{BUILDS}/{pointer.current}", pointer.current, encoder)
        _check_encoder(folder, index)
        return index

    @property
    def id(self) -> str:
        """Names this index; equal ids mean equal contents."""
        return self.manifest.index_id

    def has_passage(self, passage_id: str) -> bool:
        """Whether there is a passage with this id."""
        return passage_id in self._rows

    def passage(self, passage_id: str) -> Passage:
        """The passage with this id; UnknownPassage if there is none."""
        return self.passages[self._row(passage_id)]

    def passage_vector(self, passage_id: str) -> Vectors:
        """The unit vector of a passage, shape (dimension,): its product with a query's vector is their cosine."""
        return self.passage_vectors[self._row(passage_id)]

    def rows_of(self, passage_ids: Iterable[str]) -> list[int]:
        """The numbers of passages: where they stand in `passages` and `passage_vectors`."""
        try:
            return list(map(self._rows.__getitem__, passage_ids))
        except KeyError as error:
            raise UnknownPassage(error.args[0]) from None

    def quote_vectors(self, passage_id: str) -> Vectors:
        """Unit rows for the quotes of a passage, shape (len(passage.quotes), dimension), in their order."""
        row = self._row(passage_id)
        return self._quote_vectors[self._first_quotes[row] : self._first_quotes[row + 1]]

    def asked_in(self, passage: Passage) -> tuple[tuple[int, ...], ...]:
        """For each quote of a passage the numbers of the bank's places in it."""
        return self._asked_in.get(passage.id) or ((),) * len(passage.quotes)

    def has_term(self, term: str) -> bool:
        """Whether any passage has this term."""
        return term in self._lexical

    def rarity(self, term: str) -> float:
        """How much a term tells, above 0: its inverse document frequency over the passages, highest if none has it."""
        return self._lexical.rarity(term)

    def search_dense(self, vector: Vectors, k: int, allowed: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Up to `k` (passage id, cosine) nearest to a unit vector, best first, of the allowed ids if given."""
        return self._store.search(vector[np.newaxis], k, allowed)[0]

    def nearest(self, vector: Vectors, k: int, allowed: Collection[str] | None = None) -> NDArray[np.int64]:
        """The rows of what `search_dense` finds."""
        return np.array(self.rows_of(id_ for id_, _ in self.search_dense(vector, k, allowed)), np.int64)

    def search_lexical(
        self, terms: Mapping[str, float], k: int, allowed: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Up to `k` (passage id, BM25 score of the weighted terms), best first, of the allowed ids if given."""
        rows = None if allowed is None else self.rows_of(filter(self.has_passage, allowed))
        return [(self.passages[row].id, score) for row, score in self._lexical.search(terms, k, rows)]

    def word_shares(self, terms: Mapping[str, float]) -> NDArray[np.float64]:
        """The BM25 score of every passage for weighted terms, as a share of what a perfect match would score, shape
        (passages,).
        """
        perfect = sum([weight * self.rarity(term) for term, weight in terms.items()])
        return self._lexical.scores(terms) / np.float64(perfect or 1.0)

    def _row(self, passage_id: str) -> int:
        if passage_id not in self._rows:
            raise UnknownPassage(passage_id)
        return self._rows[passage_id]


def open_build(folder: Path, build: str, index_id: str | None, encoder: Encoder, *, just_sealed: bool = False) -> Index:
    """The build in the folder `build`, given relative to the index `folder`, verified in full. Of one that is
    `just_sealed` the checksums have just been made of the files, and are not made again.
    """
    manifest = read_manifest(folder, build, index_id)
    check_fit(folder, manifest, encoder, CHUNKER_VERSION)
    if not just_sealed:
        check_files(folder, build, manifest)
    try:
        with uncollected():
            index = _load(folder / build, manifest, encoder)
        _check_shapes(index)
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        # The checksums hold, so whoever wrote these files wrote them wrong.
        raise IndexDamaged(
            f"the files in {folder / build} do not fit together ({error}); "
            f"{command('build --full', folder)} makes them again"
        ) from error
    return index


def _load(path: Path, manifest: Manifest, encoder: Encoder) -> Index:
    articles: list[Article] = []
    passages: list[Passage] = []
    for piece in manifest.pieces:
        lines = (path / files_of(piece.name)[0]).read_bytes().splitlines()
        articles += map(Article.model_validate_json, lines[: piece.articles])
        passages += map(Passage.model_validate_json, lines[piece.articles :])
    of_passages, of_quotes, of_questions, of_titles = zip(
        *(read_vectors(path, piece) for piece in manifest.pieces), strict=True
    )
    asked, vectors = read_questions(path / QUESTIONS), Stack(of_questions)
    if vectors.shape != (len(asked), manifest.dimension):
        raise ValueError("the counts of questions differ")
    listed = [row for row, question in enumerate(asked) if question.article_id and not question.section_id]
    tied = [row for row, question in enumerate(asked) if question.section_id]
    vain = [row for row, question in enumerate(asked) if not question.article_id]
    added = np.load(path / SUMS, allow_pickle=False).sum(axis=0)
    # The bank keeps what it compares with; readers' questions in full, most of what is mapped, leave memory again.
    bank = Bank(
        tuple(asked[row] for row in tied), Taken(vectors, tied), Taken(vectors, vain), metric_for(encoder.digest)
    )
    question_vectors = _read_only(vectors[listed])
    for rows in of_questions:
        let_go(rows)
    return Index(
        manifest=manifest,
        encoder=encoder,
        articles=MappingProxyType({article.id: article for article in articles}),
        glossary=tuple(map(GlossaryEntry.model_validate, json.loads((path / GLOSSARY).read_bytes()))),
        passages=tuple(passages),
        passage_vectors=Stack(of_passages),
        questions=tuple((asked[row].article_id, asked[row].text) for row in listed),
        question_vectors=question_vectors,
        bank=bank,
        title_vectors=_read_only(np.concatenate(of_titles)),
        vocabulary=_vocabulary(path),
        centre=_read_only((added / max(manifest.counts.quotes, 1)).astype(np.float32)),
        _quote_vectors=Stack(of_quotes),
        _lexical=Lexical.open(path / LEXICAL),
        _store=store_type(manifest.store).open(path / STORE, [passage.id for passage in passages], of_passages),
    )


def _vocabulary(path: Path) -> Vocabulary:
    beside = json.loads((path / VOCABULARY).read_bytes())
    defined = ((short, long) for of_article in beside["defined"].values() for short, long in of_article)
    return merged(Tally.open(path / WORDS), beside["readers"], defined)


def _check_shapes(index: Index) -> None:
    counts, width = index.manifest.counts, index.manifest.dimension
    quotes = index._first_quotes[-1]
    holds = (
        index.articles.keys() == index.manifest.articles.keys()
        and len(index.articles) == counts.articles
        and len(index.passages) == len(index._rows) == len(index._lexical) == len(index._store) == counts.passages
        and all(passage.article_id in index.articles for passage in index.passages)
        and quotes == counts.quotes
        and index.passage_vectors.shape == (counts.passages, width)
        and index._quote_vectors.shape == (quotes, width)
        and index.title_vectors.shape == (counts.articles, width)
        and index.centre.shape == (width,)
    )
    if not holds:
        raise ValueError("the counts of its parts differ")


def _read_only(rows: NDArray[_Kind]) -> NDArray[_Kind]:
    rows.setflags(write=False)
    return rows


def _says_more(article: Article) -> bool:
    title = article.title.rstrip(" .…")
    words = title.count(" ") + 1
    # Of the text only as many words as the title has: it may be long.
    return not " ".join(article.sections[0].text.split(None, words)[:words]).startswith(title)


def _check_encoder(folder: Path, index: Index) -> None:
    """IndexMismatch unless the encoder, whatever its digest says, gives a passage the vector that was built for it."""
    if not index.passages:
        return
    shortest = min(index.passages, key=lambda passage: len(passage.text))
    text = embedded_text(index.articles[shortest.article_id], shortest)
    cosine = float(index.encoder.encode_passages([text])[0] @ index.passage_vector(shortest.id))
    if not cosine >= PARITY:
        raise IndexMismatch(
            f"{index.encoder.name} does not give the passage {shortest.id} the vector that the index in {folder} has "
            f"for it (cosine {cosine:.6f}); {command('build --full', folder)} builds it again with the model in use"
        )


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions as they were written."""
    return tuple(Question(*row) for row in json.loads(path.read_bytes()))
