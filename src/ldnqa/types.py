"""Every noun of ldnqa, frozen.

Nothing here reads a file, knows a model or speaks HTTP. Two invariants live in the types themselves:
a statement without a source and an answer without a disclaimer cannot be constructed.

All offsets count Unicode code points in a section's text, start inclusive, end exclusive.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_QUESTION_CHARS = 2_000
MAX_HISTORY_TURNS = 20

Offset = Annotated[int, Field(ge=0)]
NonEmpty = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Noun(BaseModel):
    """Base of every noun: immutable, and no field that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- what an article is made of ---------------------------------------------------------------------------


class Tier(StrEnum):
    """Where a section's statements come from. Declaration order is authority, highest first."""

    GUIDELINE = "guideline"
    DRUG_LABEL = "drug_label"
    RESEARCH = "research"
    EDITORIAL = "editorial"

    @property
    def rank(self) -> int:
        """0 for the highest authority; sort ascending to put guidelines first."""
        return list(Tier).index(self)


class Regimen(StrEnum):
    """Which use of the drug a section is about. They are different things and never stand in for each other."""

    LOW_DOSE = "low_dose"
    STANDARD_DOSE = "standard_dose"
    INJECTION = "injection"


class Audience(StrEnum):
    """Who is reading. Changes order and words, never the evidence."""

    PATIENT = "patient"
    CAREGIVER = "caregiver"
    CLINICIAN = "clinician"
    RESEARCHER = "researcher"


class ReviewStatus(StrEnum):
    """How far an article has come through review."""

    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"


class Reference(Noun):
    """One entry of an article's numbered reference list.

    `label` is the number printed in this article ("1"); `key` is the entry's id in references.json.
    A field the source does not give is null, never a guess.
    """

    label: NonEmpty
    key: NonEmpty
    title: NonEmpty
    authors: str | None = None
    container: str | None = None
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None


class Mark(Noun):
    """A citation mark: the references named right after `text[:at]` of its section."""

    at: Offset
    labels: Annotated[tuple[str, ...], Field(min_length=1)]


class Span(Noun):
    """A half-open range of a section's text."""

    start: Offset
    end: Offset

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"a span must not be empty: {self.start}..{self.end}")
        return self


class BlockKind(StrEnum):
    """What a block of a section's text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"


class Block(Noun):
    """A heading, paragraph or list of a section: `section.text[start:end]`.

    A list block starts at its lead-in ("Common side effects include:"), if it has one, so that no slice of
    it is ever taken for the whole; `items` are the spans of its items without their bullets.
    `plain` is the editors' plain-words twin of the block.
    """

    kind: BlockKind
    start: Offset
    end: Offset
    items: tuple[Span, ...] = ()
    plain: str | None = None


class EditorNote(Noun):
    """Ties a span of this section to the span of an editorial section that comments on it."""

    start: Offset
    end: Offset
    section_id: NonEmpty
    note_start: Offset
    note_end: Offset


class Section(Noun):
    """A part of an article with one tier and one regimen.

    `text` is plain text: blocks separated by blank lines, list items on lines of their own that begin with
    "• ", no markup and no citation marks (those are in `marks`).
    """

    id: NonEmpty
    heading: NonEmpty
    tier: Tier
    regimen: Regimen | None = None
    text: NonEmpty
    blocks: tuple[Block, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[EditorNote, ...] = ()


class Disclaimer(Noun):
    """The mandated words, fixed; they come from an article or from the site's policy file."""

    id: NonEmpty
    text: NonEmpty


class Review(Noun):
    """Where an article stands in review. `by` and `on` say who moved it there, and when, if recorded."""

    status: ReviewStatus
    by: str | None = None
    on: date | None = None


class Article(Noun):
    """One article: sections in reading order and the references they cite, numbered by first mention."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: NonEmpty
    subject: Annotated[tuple[str, ...], Field(min_length=1)]
    audience: tuple[Audience, ...] = ()
    questions: tuple[str, ...] = ()
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    references: tuple[Reference, ...] = ()
    review: Review
    last_updated: date
    disclaimer: Disclaimer | None = None

    def section(self, section_id: str) -> Section:
        """The section with this id; KeyError if there is none."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)


class GlossaryEntry(Noun):
    """A term and what it means in plain words."""

    term: NonEmpty
    definition: NonEmpty


class Corpus(Noun):
    """Everything in a corpus folder: its articles, sorted by id, and its glossary, in the order of the file."""

    articles: Annotated[tuple[Article, ...], Field(min_length=1)]
    glossary: tuple[GlossaryEntry, ...] = ()


class Imported(Noun):
    """What an importer made of a foreign document, and what an editor should look at. Each line of the last three
    begins with the line of the document.

    `references` are the CSL-JSON entries the article needs; `unplaced` is text of the document that found no place;
    `ignored` is page furniture left out on purpose; `guesses` are decisions the document did not spell out.
    """

    article: Article
    references: tuple[dict[str, Any], ...] = ()
    unplaced: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


# --- what an index is made of -----------------------------------------------------------------------------


class Passage(Noun):
    """What is retrieved: an exact slice, `section.text[start:end] == text`.

    `id` is "article#section:n". `quotes` are the spans of the section that can be quoted out of this passage
    without losing a negation, a lead-in or what a pronoun stands for; each touches the passage, but may begin
    before it where a safe quote must.
    """

    id: NonEmpty
    article_id: NonEmpty
    section_id: NonEmpty
    start: Offset
    end: Offset
    text: NonEmpty
    quotes: tuple[Span, ...] = ()


class Hit(Noun):
    """A passage found for a query. `score` ranks hits of one query; `cosine` compares across queries (-1 to 1)."""

    passage: Passage
    score: float
    cosine: float


# --- what a reader asks and gets --------------------------------------------------------------------------


class Turn(Noun):
    """An earlier question of the conversation and the ids of the passages its answer cited. No prose."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
    source_ids: tuple[str, ...] = ()


class Quote(Noun):
    """Exact words of one section: `section.text[start:end] == text`, found through passage `passage_id`."""

    passage_id: NonEmpty
    article_id: NonEmpty
    section_id: NonEmpty
    start: Offset
    end: Offset
    text: NonEmpty


class Claim(Noun):
    """What an answerer wants to say, and the quotes it rests on. Without a quote there is no claim."""

    text: NonEmpty
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1)]


class CitedReference(Reference):
    """A reference as a source cites it.

    `cited_by` is "quote" if its mark stands inside the quoted words, "paragraph" if the quoted words carry no
    mark of their own and it is marked elsewhere in the same paragraph or list.
    """

    cited_by: Literal["quote", "paragraph"] = "quote"


class Statement(Noun):
    """One thing the answer says. `text` is verbatim; `plain` is the editors' plain-words twin, if they wrote one."""

    text: NonEmpty
    plain: str | None = None
    tier: Tier
    regimen: Regimen | None = None
    source_indexes: Annotated[tuple[int, ...], Field(min_length=1)]


class Source(Noun):
    """Where a statement's words stand: `section.text[start:end] == quote`."""

    index: Annotated[int, Field(ge=1)]
    id: NonEmpty
    article_id: NonEmpty
    article_title: NonEmpty
    section_id: NonEmpty
    heading: NonEmpty
    tier: Tier
    regimen: Regimen | None = None
    quote: NonEmpty
    start: Offset
    end: Offset
    references: tuple[CitedReference, ...] = ()
    review_status: ReviewStatus
    last_updated: date
    url: NonEmpty


class Conflict(Noun):
    """Sources that disagree on one topic, higher tier first."""

    topic: NonEmpty
    summary: NonEmpty
    source_indexes: Annotated[tuple[int, ...], Field(min_length=2)]


class NoticeKind(StrEnum):
    """What a notice is about."""

    EMERGENCY = "emergency"
    OPIOID_INTERACTION = "opioid_interaction"
    PERSONAL_DECISION = "personal_decision"
    OFF_LABEL = "off_label"
    REVIEW_PENDING = "review_pending"


class Notice(Noun):
    """Fixed wording from the policy files, shown above or below the answer."""

    kind: NoticeKind
    text: NonEmpty


class Status(StrEnum):
    """How a question came out."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    URGENT = "urgent"


class Answer(Noun):
    """The whole reply to one question, the same on every surface.

    Statements point at sources by `index`, counted from 1. An abstention has no statement and no source.
    `answer` is the text a person reads, with [n] markers. `index_id` names the index that gave it: the same
    index and the same request give the same bytes.
    """

    id: NonEmpty
    object: Literal["ldnqa.answer"] = "ldnqa.answer"
    status: Status
    question: NonEmpty
    standalone_question: NonEmpty
    answer: NonEmpty
    statements: tuple[Statement, ...] = ()
    sources: tuple[Source, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notices: tuple[Notice, ...] = ()
    disclaimer: Disclaimer
    glossary: tuple[GlossaryEntry, ...] = ()
    follow_up_questions: tuple[str, ...] = ()
    generator: NonEmpty
    index_id: NonEmpty

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        known = [source.index for source in self.sources]
        if known != list(range(1, len(known) + 1)):
            raise ValueError(f"sources must be numbered 1..n in order, got {known}")
        cited = {i for statement in self.statements for i in statement.source_indexes}
        cited |= {i for conflict in self.conflicts for i in conflict.source_indexes}
        if cited != set(known):
            raise ValueError(f"cited sources {sorted(cited)} are not the listed sources {known}")
        if self.status is Status.ANSWERED and not self.statements:
            raise ValueError("an answered question needs at least one statement")
        if self.status is Status.ABSTAINED and (self.statements or self.sources):
            raise ValueError("an abstention shows no statement and no source")
        return self
