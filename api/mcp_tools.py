"""What the tools of the MCP door do. Knows no MCP: arguments in, a document and its text out.

`search` and `fetch` have the shapes that connectors expect; `ask` gives the answer of `POST /v1/ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from ldnqa.errors import UnknownPassage
from ldnqa.types import Answer, Article, Disclaimer, Reference, Regimen, ReviewStatus, Section, Tier

from .chat_text import write
from .deps import Resources
from .routes import answer_to
from .schemas import AskRequest, Wire, Words
from .views import article_url, passage_view, section_url


class SearchArguments(Wire):
    """What to look for."""

    query: Words
    """Words to look for: 1 to 2,000 characters after trimming."""


class FetchArguments(Wire):
    """What to read."""

    id: str
    """Id of a search result, of an article, or of a section as "article#section"."""


class Metadata(Wire):
    """What is known of a text beside its words."""

    article_id: str
    """The article it is from."""
    section_id: str | None = None
    """The section it is; null for a whole article."""
    tier: Tier | None = None
    """Where the section's statements come from; null for a whole article."""
    regimen: Regimen | None = None
    """Which use of the drug the section is about; null where it is not about one."""
    start: int | None = None
    """First code point of the passage in the text; null where no passage was asked for."""
    end: int | None = None
    """One past its last code point."""
    review_status: ReviewStatus
    """How far the article has come through review."""
    last_updated: date
    """Day of the article's last change."""
    references: tuple[Reference, ...] = ()
    """What the text cites."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index it was read from."""


class Found(Wire):
    """A passage found for a query."""

    id: str
    """Names the passage; fetch it by this."""
    title: str
    """Article and section it stands in."""
    url: str
    """Where it can be read."""
    text: str
    """The passage itself."""
    metadata: Metadata
    """What is known of it."""


class Results(Wire):
    """The passages found for a query, best first. A hit is not an answer."""

    results: tuple[Found, ...]
    """What was found."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index that was searched."""


class Document(Wire):
    """A section, or a whole article."""

    id: str
    """The id that was asked for."""
    title: str
    """Article, and section if it is one."""
    text: str
    """The exact words. A passage is given with the whole of its section, so that no lead-in and no limit is lost."""
    url: str
    """Where they can be read."""
    metadata: Metadata
    """What is known of them."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: what it takes and gives, what it is for, and the call that does it."""

    takes: type[BaseModel]
    gives: type[BaseModel]
    about: str
    call: Callable[[Any, Resources, str], tuple[BaseModel, str]]


def search(asked: SearchArguments, served: Resources, site: str) -> tuple[BaseModel, str]:
    """The passages nearest to a query."""
    found = []
    for hit in served.search(asked.query):
        article = served.index.articles[hit.passage.article_id]
        seen = passage_view(hit.passage, article)
        section = article.section(seen.section_id)
        about = _metadata(article, served, section).model_copy(update={"start": seen.start, "end": seen.end})
        title = f"{article.title} | {section.heading}"
        found.append(Found(id=seen.id, title=title, url=site + seen.url, text=seen.text, metadata=about))
    return _as_json(Results(results=tuple(found), disclaimer=served.policy.disclaimer, index_id=served.index.id))


def fetch(asked: FetchArguments, served: Resources, site: str) -> tuple[BaseModel, str]:
    """The section that a passage or section id names, or the article that an article id does."""
    article_id, _, rest = asked.id.partition("#")
    article = served.index.articles.get(article_id)
    if article is not None and not rest:
        text = "\n\n".join(f"{section.heading}\n\n{section.text}" for section in article.sections)
        url = site + article_url(article.id)
        return _as_json(
            Document(id=asked.id, title=article.title, text=text, url=url, metadata=_metadata(article, served))
        )
    sections = {section.id: section for section in article.sections} if article else {}
    place = {}
    if rest not in sections:
        passage = served.index.passage(asked.id)
        article, rest = served.index.articles[passage.article_id], passage.section_id
        place = {"start": passage.start, "end": passage.end}
    if article is None:
        raise UnknownPassage(asked.id)
    section = article.section(rest)
    return _as_json(
        Document(
            id=asked.id,
            title=f"{article.title} | {section.heading}",
            text=section.text,
            url=site + section_url(article.id, section.id),
            metadata=_metadata(article, served, section).model_copy(update=place),
        )
    )


def ask(asked: AskRequest, served: Resources, site: str) -> tuple[BaseModel, str]:
    """The answer, and as its text what a person reads."""
    answer = answer_to(asked, served)
    return answer, write(answer, site).text


def _metadata(article: Article, served: Resources, section: Section | None = None) -> Metadata:
    cited = {label for mark in section.marks for label in mark.labels} if section else None
    return Metadata(
        article_id=article.id,
        section_id=section.id if section else None,
        tier=section.tier if section else None,
        regimen=section.regimen if section else None,
        review_status=article.review.status,
        last_updated=article.last_updated,
        references=tuple(r for r in article.references if cited is None or r.label in cited),
        disclaimer=served.disclaimer(article),
        index_id=served.index.id,
    )


def _as_json(document: BaseModel) -> tuple[BaseModel, str]:
    """Connectors read the text, and it is JSON to them."""
    return document, document.model_dump_json()


TOOLS: Mapping[str, Tool] = {
    "search": Tool(
        SearchArguments,
        Results,
        "Find passages of the medical articles nearest to a query, best first. A hit is not an answer: use `ask` "
        "for that, or `fetch` a hit to read the section it stands in.",
        search,
    ),
    "fetch": Tool(
        FetchArguments,
        Document,
        "Read a section, or a whole article, by the id of a search result, a section or an article.",
        fetch,
    ),
    "ask": Tool(
        AskRequest,
        Answer,
        "Ask a question of the medical articles. The answer is made of exact quotes with their sources, or says "
        "that the articles do not answer it. Show its notices, its sources and its disclaimer with it, unchanged.",
        ask,
    ),
}
