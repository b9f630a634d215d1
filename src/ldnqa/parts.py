"""What a build is made from, what it is made of, and how that is written down.

The same source and encoder give the same bytes: nothing here depends on time, on chance or on earlier builds, except
that vectors which are known already are not computed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Question
from ldnqa.chunk import CHUNKER_VERSION, call_by_first_name, embedded_text, quote_text, split
from ldnqa.corpus.read import article_digest
from ldnqa.earlier import KEY_BYTES, KEYS
from ldnqa.embedding import Embedding
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import CorpusError, IndexUnusable
from ldnqa.index import (
    ARTICLES,
    GLOSSARY,
    LEXICAL,
    PASSAGE_VECTORS,
    PASSAGES,
    QUESTION_VECTORS,
    QUESTIONS,
    QUOTE_VECTORS,
    STORE,
    TITLE_VECTORS,
    VOCABULARY,
)
from ldnqa.lexical import Lexical
from ldnqa.manifest import MANIFEST, Counts, Manifest, check_fit, file_entry
from ldnqa.progress import Pace, Progress, Watcher
from ldnqa.stores import store_type
from ldnqa.swap import sync
from ldnqa.text import terms
from ldnqa.types import Article, Asked, GlossaryEntry, Passage
from ldnqa.vocabulary import Vocabulary, vocabulary_of


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
    """Everything that is in a build, in memory."""

    passages: list[Passage]
    questions: list[Question]
    passage_vectors: Vectors
    quote_vectors: Vectors
    question_vectors: Vectors
    title_vectors: Vectors
    keys: NDArray[np.uint8]
    lexical: Lexical
    vocabulary: Vocabulary
    vectors: Embedding


def make(source: Source, encoder: Encoder, vectors: Embedding, tell: Watcher) -> Parts:
    """Split the articles, embed what there is to embed and index the words; `tell` hears how far it is."""
    articles, earlier = source.articles, vectors.earlier
    same = {id_ for id_, digest in source.digests.items() if earlier.digests.get(id_) == digest}
    passages: list[Passage] = []
    for done, article in enumerate(articles.values(), start=1):
        if article.id in same:
            passages += earlier.passages[article.id]
        else:
            passages += split(article, encoder.count_tokens, encoder.max_tokens)
        tell(Progress("splitting", done, len(articles)))
    questions = [question for article in articles.values() for question in _questions(article)]
    questions += [Question("", text) for text in source.unanswered]

    owners = (
        [passage.article_id for passage in passages],
        [passage.article_id for passage in passages for _ in passage.quotes],
        [question.article_id for question in questions],
        list(articles),
    )
    arrays = [np.empty((len(of_kind), encoder.dimension), dtype=np.float32) for of_kind in owners]
    keys = np.empty((sum(map(len, owners)), KEY_BYTES), dtype=np.uint8)
    changed = [passage for passage in passages if passage.article_id not in same]
    texts = (
        _passage_texts(articles, changed),
        _quote_texts(articles, changed),
        (_as_embedded(question, articles) for question in questions if question.article_id not in same),
        (article.title for article in articles.values() if article.id not in same),
    )
    own_keys = np.split(keys, np.cumsum([len(array) for array in arrays])[:-1])
    # What can be copied comes first, so that the time left is that of the rest.
    missing = [vectors.take(kind, same, owners[kind], arrays[kind], own_keys[kind]) for kind in range(len(arrays))]
    done = len(keys) - sum(map(len, missing))
    tell(Progress("encoding", done, len(keys)))
    pace = Pace(len(keys))
    for kind, name in enumerate(("passage", "passage", "question", "question")):
        where = zip(missing[kind], texts[kind], strict=True)
        for more, embedded in vectors.fill(arrays[kind], own_keys[kind], where, name):
            done += more
            tell(pace.progress("encoding", done, embedded))
    lexical = Lexical.build(_passage_terms(articles[passage.article_id], passage) for passage in passages)
    asked_texts = (question.text for question in questions)
    vocabulary = vocabulary_of((text for article in articles.values() for text in _words_of(article)), asked_texts)
    quotes_at, questions_at, titles_at = arrays[1:]
    return Parts(passages, questions, arrays[0], quotes_at, questions_at, titles_at, keys, lexical, vocabulary, vectors)


def _questions(article: Article) -> Iterator[Question]:
    """What the article says it answers: its title if that is a question and what its editors listed, each once; then
    what readers ask that its parts answer.
    """
    titles = [article.title] if article.title.rstrip().endswith("?") else []
    for text in dict.fromkeys([*titles, *article.questions]):
        yield Question(article.id, text)
    for asked in article.asked:
        for text in asked.questions:
            yield Question(article.id, text, asked.section_id, asked.start, asked.end)


def _as_embedded(question: Question, articles: Mapping[str, Article]) -> str:
    """A question's text; readers' own words with every subject by its first name, as a question is embedded."""
    if question.article_id and not question.section_id:
        return question.text
    text = question.text
    for subject in dict.fromkeys(article.subject for article in articles.values()):
        text = call_by_first_name(text, subject)
    return text


def _passage_terms(article: Article, passage: Passage) -> list[str]:
    """What a passage is found by: its terms, and once each those that readers ask for it with."""
    own = terms(embedded_text(article, passage))
    asked = (asked for asked in article.asked if _touches(asked, passage))
    texts = (call_by_first_name(text, article.subject) for each in asked for text in each.questions)
    more = dict.fromkeys(term for text in texts for term in terms(text))
    return [*own, *(term for term in more if term not in set(own))]


def _touches(asked: Asked, passage: Passage) -> bool:
    return asked.section_id == passage.section_id and asked.start < passage.end and passage.start < asked.end


def _words_of(article: Article) -> Iterator[str]:
    """Everything of an article whose words a reader may take up."""
    yield from (article.title, *article.subject, *article.questions)
    for section in article.sections:
        yield from (section.heading, section.text)


def _passage_texts(articles: Mapping[str, Article], passages: Iterable[Passage]) -> Iterator[str]:
    return (embedded_text(articles[passage.article_id], passage) for passage in passages)


def _quote_texts(articles: Mapping[str, Article], passages: Iterable[Passage]) -> Iterator[str]:
    for passage in passages:
        article = articles[passage.article_id]
        section = article.section(passage.section_id)
        for span in passage.quotes:
            yield quote_text(article, section, span)


def save(parts: Parts, source: Source, encoder: Encoder, store: str, index: Path, made: str) -> Manifest:
    """Write every file into the folder `made`, relative to `index`, the manifest last, and wait for the disk."""
    folder = index / made
    for name in ("vectors", LEXICAL, STORE):
        (folder / name).mkdir()
    with (folder / ARTICLES).open("w", encoding="utf-8") as file:
        file.writelines(article.model_dump_json() + "\n" for article in source.articles.values())
    with (folder / PASSAGES).open("w", encoding="utf-8") as file:
        file.writelines(passage.model_dump_json() + "\n" for passage in parts.passages)
    (folder / GLOSSARY).write_bytes(source.glossary)
    (folder / QUESTIONS).write_text(json.dumps(parts.questions, ensure_ascii=False, indent=1), encoding="utf-8")
    np.save(folder / PASSAGE_VECTORS, parts.passage_vectors, allow_pickle=False)
    np.save(folder / QUOTE_VECTORS, parts.quote_vectors, allow_pickle=False)
    np.save(folder / QUESTION_VECTORS, parts.question_vectors, allow_pickle=False)
    np.save(folder / TITLE_VECTORS, parts.title_vectors, allow_pickle=False)
    vocabulary = {"counts": parts.vocabulary.counts, "abbreviations": parts.vocabulary.abbreviations}
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), encoding="utf-8")
    np.save(folder / KEYS, parts.keys, allow_pickle=False)
    parts.lexical.save(folder / LEXICAL)
    kept = store_type(store)(encoder.dimension)
    kept.add([passage.id for passage in parts.passages], parts.passage_vectors)
    kept.save(folder / STORE)

    paths = sorted(folder.rglob("*"))
    files = [path for path in paths if path.is_file()]
    manifest = Manifest(
        model=encoder.name,
        model_digest=encoder.digest,
        dimension=encoder.dimension,
        max_tokens=encoder.max_tokens,
        chunker=CHUNKER_VERSION,
        store=store,
        articles=source.digests,
        glossary=hashlib.sha256(source.glossary).hexdigest(),
        unanswered=source.unanswered_digest,
        counts=Counts(
            articles=len(source.articles),
            passages=len(parts.passages),
            quotes=len(parts.quote_vectors),
            questions=len(parts.questions),
        ),
        files={path.relative_to(folder).as_posix(): file_entry(index, str(path.relative_to(index))) for path in files},
    ).sealed()
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for path in (*paths, folder / MANIFEST, folder):
        sync(path)
    return manifest
