"""A folder in the BEIR layout -> articles, questions and judgements. What is read is cleaned, never guessed at.

`corpus.jsonl[.gz]` has {_id, title, text}, `queries.jsonl[.gz]` {_id, text, metadata}, `qrels/<split>.tsv` a header
row and then query id, document id and grade. A document becomes an article of its own, so that it is split, embedded
and found as any other article is.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ldnqa.build import BuildReport, build_articles
from ldnqa.encode import Encoder
from ldnqa.errors import BrokenDataset
from ldnqa.progress import Watcher
from ldnqa.text import slug
from ldnqa.types import (
    MAX_HISTORY_TURNS,
    MAX_QUESTION_CHARS,
    Article,
    Block,
    BlockKind,
    Review,
    ReviewStatus,
    Section,
    Tier,
    Turn,
)

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"

# Every article has a day of its last change, and these documents give none; the day means nothing and never varies.
_NO_DATE = date(1970, 1, 1)
# The heading of a text that has none of its own.
_HEADING = "Text"
# A document without a title is called by its first words: enough of them to say what it is about.
_TITLE_WORDS = 8
# A title stands before every passage when it is embedded: a longer one would leave no room for the passage.
_TITLE_CHARS = 200
# The time to find the quotes of a passage grows with its section, so a section of a long document ends at this size.
_SECTION_CHARS = 20_000
_SLUG_CHARS = 60

_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a data set: its id, words, the questions before it, and what is said of its answerability.

    `answerability` is in upper case as the set gives it, or "" where it says nothing.
    """

    id: str
    text: str
    history: tuple[Turn, ...] = ()
    answerability: str = ""


def article_id(document_id: str) -> str:
    """The id of the article made of a document: its own if it may be one, else a slug and a digest of it."""
    if len(document_id) <= _SLUG_CHARS and _ID.fullmatch(document_id):
        return document_id
    digest = hashlib.sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    return f"{slug(document_id)[:_SLUG_CHARS].strip('-')}-{digest}"


def articles_from_beir(folder: Path) -> Iterator[Article]:
    """One article for each document that has any words, in the order of the corpus.

    Of documents with the same id the first one counts. Raises BrokenDataset for a missing file or a bad line.
    """
    seen: set[str] = set()
    for where, row in _rows(_existing(folder / CORPUS)):
        document_id = _id_of(row, where)
        made = _article(document_id, _text_of(row, "title", where), _text_of(row, "text", where))
        if made and document_id not in seen:
            seen.add(document_id)
            yield made


def read_questions(folder: Path) -> list[Question]:
    """The questions, in their order; of two with the same id the first. Raises BrokenDataset.

    `metadata.history` is a list of turns, {role, text} or plain strings; the words of the assistant are left out,
    as the service is never sent them. What the service would refuse is mended as a client would: a question too
    long is cut, control characters go, and only the last turns are kept.
    """
    questions: dict[str, Question] = {}
    for where, row in _rows(_existing(folder / QUERIES)):
        id_ = _id_of(row, where)
        metadata = row.get("metadata") or {}
        text = _askable(_text_of(row, "text", where))
        if not text or not isinstance(metadata, dict):
            continue
        turns = [Turn(question=said) for said in map(_askable, _user_turns(metadata.get("history"))) if said]
        label = str(metadata.get("answerability") or "").strip().upper()
        questions.setdefault(id_, Question(id_, text, tuple(turns[-MAX_HISTORY_TURNS:]), label))
    return list(questions.values())


def read_judgements(folder: Path, split: str) -> dict[str, dict[str, int]]:
    """Question id -> document id -> grade, 0 for judged and useless. Raises BrokenDataset."""
    path = folder / QRELS / f"{split}.tsv"
    if not path.is_file():
        known = sorted(p.stem for p in (folder / QRELS).glob("*.tsv"))
        raise BrokenDataset(f"{path} is missing; the splits there are: {', '.join(known) or 'none'}")
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            parts = line.rstrip("\r\n").split("\t")
            if not line.strip():
                continue
            try:
                query, document, grade = parts
                judged.setdefault(query, {})[document] = int(grade)
            except ValueError as error:
                if number > 1:
                    raise BrokenDataset(f"{path}:{number}: a line is query id, document id, grade, by tabs") from error
    return judged


def index_beir(folder: Path, index: Path, encoder: Encoder, *, progress: Watcher | None = None) -> BuildReport:
    """Build or bring up to date the index of a BEIR corpus in the folder `index`; only new texts are embedded.

    Raises BrokenDataset, and what `build_articles` raises.
    """
    return build_articles(articles_from_beir(folder), (), index, encoder, progress=progress)


def corpus_digest(folder: Path) -> str:
    """SHA-256 of the corpus file as it lies there; BrokenDataset if there is none."""
    with _existing(folder / CORPUS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _article(document_id: str, title: str, text: str) -> Article | None:
    title = " ".join(title.split())
    paragraphs = [piece for part in _BLANK_LINE.split(text) for piece in _pieces(_lines(part))]
    paragraphs = paragraphs or [title]
    if not paragraphs[0]:
        return None
    name = _short(title or " ".join(paragraphs[0].split()[:_TITLE_WORDS]))
    return Article(
        id=article_id(document_id),
        title=title or name,
        subject=(name,),
        sections=tuple(_sections(paragraphs)),
        review=Review(status=ReviewStatus.SUBMITTED),
        last_updated=_NO_DATE,
    )


def _sections(paragraphs: list[str]) -> Iterator[Section]:
    number, first = 0, 0
    while first < len(paragraphs):
        last, size = first + 1, len(paragraphs[first])
        while last < len(paragraphs) and size + len(paragraphs[last]) < _SECTION_CHARS:
            size += len(paragraphs[last])
            last += 1
        text, blocks = "", []
        for paragraph in paragraphs[first:last]:
            start = len(text) + 2 if text else 0
            text = f"{text}\n\n{paragraph}" if text else paragraph
            blocks.append(Block(kind=BlockKind.PARAGRAPH, start=start, end=len(text)))
        number += 1
        yield Section(id=f"text-{number}", heading=_HEADING, tier=Tier.RESEARCH, text=text, blocks=tuple(blocks))
        first = last


def _lines(paragraph: str) -> str:
    """The paragraph with each line trimmed and single-spaced; line breaks stay, as lines are often titles and items."""
    return "\n".join(line for line in (" ".join(line.split()) for line in paragraph.split("\n")) if line)


def _pieces(paragraph: str) -> Iterator[str]:
    """The paragraph, or if it is longer than a section may be, runs of its words that are not."""
    while len(paragraph) > _SECTION_CHARS:
        cut = max(paragraph.rfind(space, 1, _SECTION_CHARS) for space in " \n")
        cut = cut if cut > 0 else _SECTION_CHARS
        yield paragraph[:cut].strip()
        paragraph = paragraph[cut:].strip()
    if paragraph:
        yield paragraph


def _short(name: str) -> str:
    return name if len(name) <= _TITLE_CHARS else name[:_TITLE_CHARS].rsplit(" ", 1)[0]


def _askable(text: str) -> str:
    """A question as the service takes it."""
    return " ".join(text.split())[:MAX_QUESTION_CHARS].strip()


def _user_turns(history: Any) -> Iterator[str]:
    for turn in history if isinstance(history, list) else ():
        if isinstance(turn, str):
            yield clean(turn)
        elif isinstance(turn, dict) and str(turn.get("role", "user")).lower() in {"user", "human"}:
            yield clean(str(turn.get("text") or turn.get("content") or ""))


def clean(text: str) -> str:
    """`text` without characters that nobody sees, and with one kind of line end."""
    return _SURROGATE.sub("\ufffd", _UNSEEN.sub("", _LINE_END.sub("\n", text)))


def _existing(path: Path) -> Path:
    """The file or its gzipped twin."""
    for candidate in (path, path.with_name(path.name + ".gz")):
        if candidate.is_file():
            return candidate
    raise BrokenDataset(f"{path} is missing, and so is {path.name}.gz; a BEIR folder has corpus, queries and qrels")


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file and line, object) of every line that is not blank."""
    number = 0
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        try:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    where = f"{path}:{number}"
                    row = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
                    if not isinstance(row, dict):
                        raise BrokenDataset(f"{where}: a line must be a JSON object")
                    yield where, row
        except (json.JSONDecodeError, OSError, EOFError) as error:
            raise BrokenDataset(f"{path}:{number}: no JSON can be read here ({error})") from error


def _id_of(row: dict[str, Any], where: str) -> str:
    id_ = row.get("_id")
    if not isinstance(id_, str | int) or str(id_) == "":
        raise BrokenDataset(f"{where}: there is no _id; every line needs one")
    return str(id_)


def _text_of(row: dict[str, Any], key: str, where: str) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, str):
        raise BrokenDataset(f"{where}: {key} must be text")
    return clean(value or "")
