"""A folder of Markdown files becomes a Corpus, or a BrokenCorpus that names every fault in it with file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from ldnqa.corpus.approval import FILE_NAME as REVIEWS
from ldnqa.corpus.approval import read_reviews, reviewed
from ldnqa.corpus.body import read_body
from ldnqa.corpus.draft import DraftSection, assemble
from ldnqa.corpus.frontmatter import key_line, read_front_matter, read_glossary, split_front_matter
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
class Page:
    """An article, and what it was made of: the drafts and the front matter know their lines."""

    path: Path
    article: Article
    drafts: tuple[DraftSection, ...]
    front_matter: yaml.Node


@dataclass(frozen=True)
class Reading:
    """All that could be read of a folder, and every fault; `complete` if each of its articles could be read."""

    folder: Path
    pages: tuple[Page, ...]
    references: Mapping[str, Entry]
    glossary: tuple[GlossaryEntry, ...]
    problems: tuple[Problem, ...]
    complete: bool


def read_corpus(folder: Path) -> Corpus:
    """Everything in `folder`; BrokenCorpus with all faults if there is any."""
    reading = read_folder(folder)
    if reading.problems:
        raise BrokenCorpus(reading.problems)
    articles = sorted((page.article for page in reading.pages), key=lambda article: article.id)
    return Corpus(articles=tuple(articles), glossary=reading.glossary)


def read_folder(folder: Path) -> Reading:
    """Everything in `folder` that can be read, in the order of its file names, beside all faults."""
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
    pages: list[Page] = []
    for path in paths:
        report = Report(path)
        page = _read(report, references)
        if page:
            article = reviewed(page.article, reviews.get(path.stem, ()), key_line(page.front_matter, "review"), report)
            pages.append(replace(page, article=article))
        problems += report.problems
    if not paths:
        mend = "put a first article there with `ldnqa add FILE`"
        problems.append(Problem(folder, 0, "no-articles", "there is no article in this folder", mend))
    glossary = _glossary(folder / GLOSSARY, problems)
    return Reading(folder, tuple(pages), references, glossary, tuple(problems), complete=len(pages) == len(paths))


def read_article(path: Path, references: Mapping[str, Entry]) -> Article:
    """The article in `path`, citing `references` (CSL-JSON entries by id); BrokenCorpus with all faults."""
    report = Report(path)
    page = _read(report, references)
    if page is None:
        raise BrokenCorpus(report.problems)
    return page.article


def article_digest(article: Article) -> str:
    """SHA-256, in hex, of the whole article, its review included."""
    content = json.dumps(article.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def _read(report: Report, references: Mapping[str, Entry]) -> Page | None:
    path = report.file
    text = read_utf8(path, report, MAX_ARTICLE_BYTES)
    if text is None or not report.check_characters(text, 1):
        return None
    node, body = split_front_matter(text, report)
    values = read_front_matter(node, report) if node is not None else None
    if values and values["id"] != path.stem:
        message = f"the article's id is {values['id']!r}, its file {path.name!r}"
        report.error(2, "id-is-not-file-name", message, f"name the file {values['id']}.md, or correct the id")
    sections = read_body(body, set(references), report)
    if not sections and not report.problems:
        report.error(0, "no-section", "the article has no section", "add a heading such as ## Title {tier=research}")
    if node is None or values is None or report.problems:
        return None
    return Page(path, make_article(values, sections, references), tuple(sections), node)


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
