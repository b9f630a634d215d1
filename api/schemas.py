"""What requests and responses look like on the wire, beside the library's own nouns.

Requests are read strictly: a wrong type is an error, never coerced, and so is a field nobody declared. What
is an `Answer`, a `Section` or a `Reference` in the library is exactly that here too.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    WithJsonSchema,
)

from ldnqa.described import Described
from ldnqa.types import (
    MAX_HISTORY_TURNS,
    MAX_QUESTION_CHARS,
    Audience,
    Disclaimer,
    Reference,
    Regimen,
    ReviewStatus,
    Section,
    Tier,
    Turn,
)

# A page of results; more than this is an export, and /v1/articles is the way to get one.
MAX_HITS = 50
DEFAULT_HITS = 10

# Every control character but tab and line feed. Line ends of other systems are made line feeds before.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def _line_ends(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _trimmed_words(value: str) -> str:
    """`value` without the white space around it; ValueError if that leaves nothing, or anything but text."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters other than tab and line break")
    trimmed = value.strip()
    if not trimmed:
        raise ValueError("must not be empty")
    if len(trimmed) > MAX_QUESTION_CHARS:
        raise ValueError(f"must be at most {MAX_QUESTION_CHARS:,} characters long")
    return trimmed


# What is certain to be taken. A little more is: line ends of other systems, and white space around the limit.
_TEXT = r"[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*"
WORDS_SCHEMA: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_QUESTION_CHARS,
    "pattern": rf"^{_TEXT}[^\s\u0000-\u0008\u000b-\u001f\u007f-\u009f]{_TEXT}$",
}
Words = Annotated[str, BeforeValidator(_line_ends), AfterValidator(_trimmed_words), WithJsonSchema(WORDS_SCHEMA)]


def whole(value: object) -> object:
    """A number as JSON has it: 3.0 is as whole as 3. Anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Wire(Described):
    """Base of what is sent and received: immutable, and no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- requests ---------------------------------------------------------------------------------------------


class AskedTurn(Wire):
    """An earlier question of the conversation and the ids of the passages its answer cited. No prose."""

    question: Words
    """The earlier question, as it was asked."""
    source_ids: tuple[str, ...] = ()
    """The `id` of each source of its answer. Ids that the index does not know are ignored."""

    def turn(self) -> Turn:
        """The library's noun for it."""
        return Turn(question=self.question, source_ids=self.source_ids)


class AskRequest(Wire):
    """A question, and what it follows."""

    question: Words
    """What the reader asks: 1 to 2,000 characters after trimming."""
    article_id: str | None = None
    """The article in view: what "it" means and whose words come first. The others are asked too; null for none."""
    audience: Audience | None = None
    """Who is reading. Changes order and words, never the sources."""
    history: Annotated[tuple[AskedTurn, ...], Field(max_length=MAX_HISTORY_TURNS)] = ()
    """Earlier turns of the conversation, newest last."""
    approved_only: StrictBool = False
    """Leave out articles whose review is not finished."""


class SearchRequest(Wire):
    """What to look for in the articles."""

    query: Words
    """Words to look for: 1 to 2,000 characters after trimming."""
    article_id: str | None = None
    """Look in this article alone; null for all of them."""
    approved_only: StrictBool = False
    """Leave out articles whose review is not finished."""
    limit: Annotated[StrictInt, Field(ge=1, le=MAX_HITS), BeforeValidator(whole)] = DEFAULT_HITS
    """How many passages at most."""


# --- responses --------------------------------------------------------------------------------------------


class SectionSummary(Wire):
    """A section without its text."""

    id: str
    """Names the section within its article; also its anchor on the page."""
    heading: str
    """Heading as printed."""
    tier: Tier
    """Where its statements come from."""
    regimen: Regimen | None
    """Which use of the drug it is about; null where it is not about one."""


class ArticleFacts(Wire):
    """What is said of an article wherever it is named."""

    id: str
    """Names the article; also its page."""
    title: str
    """Title as printed, usually a reader's question."""
    subject: tuple[str, ...]
    """Names of what it is about, the one to show first."""
    audience: tuple[Audience, ...]
    """For whom it is written."""
    questions: tuple[str, ...]
    """What a reader can ask of it."""
    review_status: ReviewStatus
    """How far it has come through review."""
    reviewed_by: str | None
    """Who moved it there, if recorded."""
    reviewed_on: date | None
    """When it was moved there, if recorded."""
    last_updated: date
    """Day of its last change."""
    url: str
    """Its page on this site."""


class ArticleSummary(ArticleFacts):
    """An article without its text."""

    sections: tuple[SectionSummary, ...]
    """Its sections in reading order."""


class ArticleList(Wire):
    """The articles that questions are answered from."""

    object: Literal["ldnqa.article_list"] = "ldnqa.article_list"
    """Says what this document is."""
    articles: tuple[ArticleSummary, ...]
    """The articles, by id."""
    disclaimer: Disclaimer
    """The site's mandated words; always show them."""
    index_id: str
    """The index they were read from."""


class ArticleView(ArticleFacts):
    """An article with the exact text that `start` and `end` of a source count in."""

    object: Literal["ldnqa.article"] = "ldnqa.article"
    """Says what this document is."""
    sections: tuple[Section, ...]
    """Its sections in reading order."""
    references: tuple[Reference, ...]
    """Its references, numbered by first mention."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index it was read from."""


class PassageView(Wire):
    """An exact slice of a section, with what is needed to cite it."""

    id: str
    """Article, section and number: "article#section:n". Percent-encode it in an address."""
    article_id: str
    """The article it is a slice of."""
    article_title: str
    """Title of that article."""
    section_id: str
    """The section it is a slice of."""
    heading: str
    """Heading of that section."""
    tier: Tier
    """Where the section's statements come from."""
    regimen: Regimen | None
    """Which use of the drug the section is about; null where it is not about one."""
    start: int
    """First code point in the section's text."""
    end: int
    """One past its last code point."""
    text: str
    """The slice itself."""
    review_status: ReviewStatus
    """How far the article has come through review."""
    last_updated: date
    """Day of the article's last change."""
    url: str
    """Where it can be read on this site."""


class PassageReply(PassageView):
    """A passage, with the words that must be shown beside it."""

    object: Literal["ldnqa.passage"] = "ldnqa.passage"
    """Says what this document is."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index it was read from."""


class SearchHit(PassageView):
    """A passage found for a query."""

    score: float
    """Ranks the hits of one query, best first."""
    cosine: float
    """Likeness of meaning, -1 to 1, comparable across queries."""


class SearchReply(Wire):
    """The passages found for a query."""

    object: Literal["ldnqa.search"] = "ldnqa.search"
    """Says what this document is."""
    query: str
    """The query, trimmed."""
    hits: tuple[SearchHit, ...]
    """What was found, best first."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index that was searched."""


class Health(Wire):
    """Whether the server works."""

    status: Literal["ok"] = "ok"
    """Always "ok"; a server that is not does not say so."""


class FieldError(Wire):
    """One field at fault."""

    field: str
    """Dotted name of the field, "history.0.question"; "body" for the request as a whole."""
    message: str
    """What it must be."""


class Problem(Wire):
    """What went wrong, as RFC 9457 has it. Shows no path, no stack and nothing that was sent but a field's name."""

    type: str
    """Names the kind of problem."""
    title: str
    """The kind of problem in words."""
    status: int
    """The HTTP status."""
    detail: str
    """What to do next."""
    errors: tuple[FieldError, ...] = ()
    """The fields at fault, where fields are."""
    request_id: str | None = None
    """Names the request in the server's log; the X-Request-ID header has it too."""
