"""A folder of Markdown files becomes a Corpus, or a BrokenCorpus that names every fault in it with file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ldnqa.corpus.approval import FILE_NAME as REVIEWS
from ldnqa.corpus.approval import read_reviews, reviewed
from ldnqa.corpus.asked import FOLDER, UNANSWERED, check_files, read_unanswered, with_questions
from ldnqa.corpus.body import read_body
from ldnqa.corpus.draft import DraftSection, assemble
from ldnqa.corpus.frontmatter import read_front_matter, read_glossary, split_front_matter
from ldnqa.corpus.problems import Report, read_utf8
from ldnqa.corpus.references import FILE_NAME as REFERENCES
from ldnqa.corpus.references import Entry, number_references, read_references
from ldnqa.errors import BrokenCorpus, Problem
from ldnqa.types import Article, Corpus, GlossaryEntry

GLOSSARY = "glossary.yaml"
NOT_AN_ARTICLE = "README.md"
# Ten times the longest article we know of; a bigger file is a book or a mistake, and would stall a build.
MAX_ARTICLE_BYTES = 2_000_000


@dataclass(frozen=True)
class Reading:
    """What could be read of a folder, and every fault; `complete` if no article had to be left out."""

    articles: tuple[Article, ...]
    references: Mapping[str, Entry]
    glossary: tuple[GlossaryEntry, ...]
    unanswered: tuple[str, ...]
    problems: tuple[Problem, ...]
    complete: bool


def read_corpus(folder: Path) -> Corpus:
    """Everything in `folder`; BrokenCorpus with all faults if there is any."""
    reading = read_folder(folder)
    if reading.problems:
        raise BrokenCorpus(reading.problems)
    return Corpus(articles=reading.articles, glossary=reading.glossary, unanswered=reading.unanswered)


def read_folder(folder: Path) -> Reading:
    """What can be read of `folder`, articles sorted by id, and all faults; BrokenCorpus if there is no folder."""
    if not folder.is_dir():
        mend = "name a folder with --corpus, or put a first article there with `ldnqa add FILE`"
        raise BrokenCorpus([Problem(folder, 0, "no-corpus", "there is no such folder", mend)])
    report = Report(folder / REFERENCES)
    references = read_references(report.file, report)
    problems = report.problems
    paths = sorted(path for path in folder.glob("*.md") if path.name != NOT_AN_ARTICLE)
    report = Report(folder / REVIEWS)
    reviews = read_reviews(report.file, {path.stem for path in paths}, report)
    problems += report.problems
    articles: list[Article] = []
    for path in paths:
        article, found = _read(path, references)
        problems += found
        if article:
            report = Report(path)
            article = reviewed(article, reviews.get(article.id, ()), report)
            problems += report.problems
            report = Report(folder / FOLDER / f"{article.id}.yaml")
            articles.append(with_questions(article, report.file, report))
            problems += report.problems
    if not paths:
        mend = "put a first article there with `ldnqa add FILE`"
        problems.append(Problem(folder, 0, "no-articles", "there is no article in this folder", mend))
    glossary = _glossary(folder / GLOSSARY, problems)
    report = Report(folder / FOLDER / UNANSWERED)
    unanswered = read_unanswered(report.file, report)
    check_files(folder / FOLDER, [path.stem for path in paths], report)
    problems += report.problems
    in_order = tuple(sorted(articles, key=lambda article: article.id))
    return Reading(in_order, references, glossary, unanswered, tuple(problems), complete=len(articles) == len(paths))


def read_article(path: Path, references: Mapping[str, Entry]) -> Article:
    """The article in `path`, citing `references` (CSL-JSON entries by id); BrokenCorpus with all faults."""
    article, problems = _read(path, references)
    if article is None:
        raise BrokenCorpus(problems)
    return article


def read_own(path: Path, references: Mapping[str, Entry]) -> Article:
    """Like read_article, for a file that is not in its corpus yet and may have any name."""
    article, problems = _read(path, references, named=False)
    if article is None:
        raise BrokenCorpus(problems)
    return article


def article_digest(article: Article) -> str:
    """SHA-256, in hex, of the whole article, its review included."""
    return hashlib.sha256(article.model_dump_json().encode()).hexdigest()


def _read(path: Path, references: Mapping[str, Entry], *, named: bool = True) -> tuple[Article | None, list[Problem]]:
    report = Report(path)
    text = read_utf8(path, report, MAX_ARTICLE_BYTES)
    if text is None or not report.check_characters(text, 1):
        return None, report.problems
    node, body = split_front_matter(text, report)
    values = read_front_matter(node, report) if node is not None else None
    if named and values and values["id"] != path.stem:
        message = f"the article's id is {values['id']!r}, its file {path.name!r}"
        report.error(2, "id-is-not-file-name", message, f"name the file {values['id']}.md, or correct the id")
    sections = read_body(body, set(references), report)
    if not sections and not report.problems:
        report.error(0, "no-section", "the article has no section", "add a heading such as ## Title {tier=research}")
    if values is None or report.problems:
        return None, report.problems
    return make_article(values, sections, references), []


def make_article(values: Mapping[str, object], drafts: list[DraftSection], references: Mapping[str, Entry]) -> Article:
    """An article of checked front matter and sections whose keys all have an entry in `references`."""
    sections, keys = assemble(drafts)
    return Article.model_validate({**values, "sections": sections, "references": number_references(keys, references)})


def _glossary(path: Path, problems: list[Problem]) -> tuple[GlossaryEntry, ...]:
    if not path.exists():
        return ()
    report = Report(path)
    text = read_utf8(path, report, MAX_ARTICLE_BYTES)
    entries = read_glossary(text, report) if text and report.check_characters(text, 1) else ()
    problems += report.problems
    return entries
