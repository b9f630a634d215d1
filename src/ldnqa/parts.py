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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ldnqa.bank import Question
from ldnqa.chunk import CHUNKER_VERSION, call_by_first_name, embedded_text, quote_text, split
from ldnqa.corpus.read import article_digest
from ldnqa.earlier import KEY_BYTES, KEYS, VECTORS, Line, Rows, rows_of
from ldnqa.embedding import Embedding
from ldnqa.encode import Encoder, Vectors
from ldnqa.errors import CorpusError, IndexUnusable
from ldnqa.index import (
    ARTICLES,
    GLOSSARY,
    LEXICAL,
    PASSAGES,
    QUESTIONS,
    STORE,
    VOCABULARY,
    WORDS,
)
from ldnqa.manifest import MANIFEST, Counts, Manifest, check_fit, file_entry
from ldnqa.progress import Pace, Progress, Watcher
from ldnqa.stores import store_type
from ldnqa.swap import sync
from ldnqa.tally import Tally, tally
from ldnqa.text import terms
from ldnqa.types import Article, Asked, GlossaryEntry, Passage
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
    """Everything that is in a build but its articles; passages as they are written down, `arrays` in the order of the
    files of vectors.
    """

    passages: list[Line]
    questions: list[Question]
    arrays: Sequence[Vectors]
    keys: NDArray[np.uint8]
    terms: Tally
    words: Tally
    defined: dict[str, Any]
    readers: Sequence[str]
    vectors: Embedding


def make(source: Source, encoder: Encoder, vectors: Embedding, tell: Watcher) -> Parts:
    """Split the articles, embed what there is to embed and count the words; `tell` hears how far it is."""
    articles, earlier = source.articles, vectors.earlier
    same = [id_ for id_, digest in source.digests.items() if earlier.digests.get(id_) == digest]
    known = frozenset(same)
    lines: list[Line] = []
    changed: list[tuple[int, Passage]] = []
    questions: list[Question] = []
    sizes: dict[str, tuple[int, int, int, int]] = {}
    for done, article in enumerate(articles.values(), start=1):
        if article.id in known:
            own = earlier.passages[earlier.rows[article.id][0]]
        else:
            passages = split(article, encoder.count_tokens, encoder.max_tokens)
            changed += enumerate(passages, start=len(lines))
            own = [Line(passage.id, len(passage.quotes), _line(passage)) for passage in passages]
        of_article = list(_questions(article))
        sizes[article.id] = (len(own), sum(line.quotes for line in own), len(of_article), 1)
        lines += own
        questions += of_article
        tell(Progress("splitting", done, len(articles)))
    questions += [Question("", text) for text in source.unanswered]

    rows = rows_of(sizes)
    totals = (len(lines), sum(line.quotes for line in lines), len(questions), len(articles))
    arrays = [np.empty((total, encoder.dimension), dtype=np.float32) for total in totals]
    keys = np.empty((sum(totals), KEY_BYTES), dtype=np.uint8)
    own_keys = np.split(keys, np.cumsum(totals)[:-1])
    texts = (
        _passage_texts(articles, (passage for _, passage in changed)),
        _quote_texts(articles, (passage for _, passage in changed)),
        (_as_embedded(question, articles) for question in questions if question.article_id not in known),
        (article.title for article in articles.values() if article.id not in known),
    )
    # What can be copied comes first, so that the time left is that of the rest.
    missing = []
    for kind, total in enumerate(totals):
        before, now = ([of[id_][kind] for id_ in same] for of in (earlier.rows, rows))
        vectors.take(kind, before, now, arrays[kind], own_keys[kind])
        taken = np.zeros(total, dtype=bool)
        for part in now:
            taken[part] = True
        missing.append(np.flatnonzero(~taken).tolist())
    done = len(keys) - sum(map(len, missing))
    tell(Progress("encoding", done, len(keys)))
    pace = Pace(len(keys))
    for kind, name in enumerate(("passage", "passage", "question", "question")):
        where = zip(missing[kind], texts[kind], strict=True)
        for more, embedded in vectors.fill(arrays[kind], own_keys[kind], where, name):
            done += more
            tell(pace.progress("encoding", done, embedded))

    terms_of = ((row, _passage_terms(articles[passage.article_id], passage)) for row, passage in changed)
    fresh = {id_: list(_words_of(article)) for id_, article in articles.items() if id_ not in known}
    defined = {
        id_: [*dict.fromkeys(pair for text in fresh[id_] for pair in defined_in(text))] if id_ in fresh else had
        for id_ in articles
        if (had := earlier.defined.get(id_)) or id_ in fresh
    }
    words_of = ((rows[id_][3].start, words_in_letters(texts)) for id_, texts in fresh.items())
    asked = tuple(question.text for question in questions)
    return Parts(
        lines,
        questions,
        arrays,
        keys,
        tally(len(lines), terms_of, earlier.terms, _moved(earlier.terms.size, 0, same, earlier.rows, rows)),
        tally(len(articles), words_of, earlier.words, _moved(earlier.words.size, 3, same, earlier.rows, rows)),
        {id_: pairs for id_, pairs in defined.items() if pairs},
        earlier.readers if asked == earlier.asked else readers_words(asked),
        vectors,
    )


def _line(noun: Article | Passage) -> bytes:
    return noun.model_dump_json().encode() + b"\n"


def _moved(
    size: int, kind: int, same: Iterable[str], before: Mapping[str, Rows], now: Mapping[str, Rows]
) -> NDArray[np.int64]:
    """For each of `size` rows there were of a kind its number now, -1 if its article has changed."""
    moved = np.full(size, -1)
    for id_ in same:
        moved[before[id_][kind]] = np.arange(now[id_][kind].start, now[id_][kind].stop)
    return moved


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
    for name in ("vectors", LEXICAL, WORDS, STORE):
        (folder / name).mkdir()
    with (folder / ARTICLES).open("wb") as file:
        file.writelines(map(_line, source.articles.values()))
    with (folder / PASSAGES).open("wb") as file:
        file.writelines(passage.line for passage in parts.passages)
    (folder / GLOSSARY).write_bytes(source.glossary)
    (folder / QUESTIONS).write_text(json.dumps(parts.questions, ensure_ascii=False), encoding="utf-8")
    for name, array in zip(VECTORS, parts.arrays, strict=True):
        np.save(folder / name, array, allow_pickle=False)
    vocabulary = {"readers": parts.readers, "defined": parts.defined}
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    np.save(folder / KEYS, parts.keys, allow_pickle=False)
    parts.terms.save(folder / LEXICAL)
    parts.words.save(folder / WORDS)
    kept = store_type(store)(encoder.dimension)
    kept.add([passage.id for passage in parts.passages], parts.arrays[0])
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
            quotes=len(parts.arrays[1]),
            questions=len(parts.questions),
        ),
        files={path.relative_to(folder).as_posix(): file_entry(index, str(path.relative_to(index))) for path in files},
    ).sealed()
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for path in (*paths, folder / MANIFEST, folder):
        sync(path)
    return manifest
