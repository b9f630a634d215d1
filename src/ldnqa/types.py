"""Every noun of ldnqa, frozen.

Nothing here reads a file, knows a model or speaks HTTP. Two invariants live in the types themselves:
a statement without a source and an answer without a disclaimer cannot be constructed.

All offsets count Unicode code points in a section's text, start inclusive, end exclusive.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from ldnqa.described import Described

MAX_QUESTION_CHARS = 2_000
MAX_HISTORY_TURNS = 20

Offset = Annotated[int, Field(ge=0)]
NonEmpty = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Noun(Described):
    """Base of every noun: immutable, and no field that is not declared.

    The line below a field says what it holds, and is in every JSON schema.
    """

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
        return _RANKS[self]


_RANKS = {tier: rank for rank, tier in enumerate(Tier)}


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
    """The number printed in this article."""
    key: NonEmpty
    """Id of the entry in references.json."""
    title: NonEmpty
    """Title of the work, or a line that says its details were not supplied."""
    authors: str | None = None
    """Who wrote it, as the source gives them."""
    container: str | None = None
    """The journal, book or site it appeared in."""
    year: int | None = None
    """Year of publication."""
    doi: str | None = None
    """Digital object identifier, without the resolver."""
    pmid: str | None = None
    """PubMed id."""
    url: str | None = None
    """Where it can be read."""


class Mark(Noun):
    """A citation mark: the references named right after `text[:at]` of its section."""

    at: Offset
    """Position in the section's text that the mark follows."""
    labels: Annotated[tuple[str, ...], Field(min_length=1)]
    """Labels of the references it names."""


class Span(Noun):
    """A half-open range of a section's text."""

    start: Offset
    """First code point."""
    end: Offset
    """One past the last code point."""

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
    """What the block is."""
    start: Offset
    """First code point of the block in its section's text."""
    end: Offset
    """One past its last code point."""
    items: tuple[Span, ...] = ()
    """Spans of a list's items, without their bullets; empty for anything else."""
    plain: str | None = None
    """The editors' plain-words twin, if they wrote one."""


class EditorNote(Noun):
    """Ties a span of this section to the span of an editorial section that comments on it."""

    start: Offset
    """First code point of the words commented on."""
    end: Offset
    """One past their last code point."""
    section_id: NonEmpty
    """The editorial section that holds the comment."""
    note_start: Offset
    """First code point of the comment in that section's text."""
    note_end: Offset
    """One past its last code point."""


class Asked(Noun):
    """What readers ask that a span of a section answers, in their words. Nobody is shown it; it helps to find."""

    section_id: NonEmpty
    """The section whose words answer."""
    start: Offset
    """First code point of the words that answer."""
    end: Offset
    """One past their last code point."""
    questions: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    """The questions they answer directly, each standing alone."""


class Section(Noun):
    """A part of an article with one tier and one regimen.

    `text` is plain text: blocks separated by blank lines, list items on lines of their own that begin with
    "• ", no markup and no citation marks (those are in `marks`).
    """

    id: NonEmpty
    """Names the section within its article; also its anchor on the page."""
    heading: NonEmpty
    """Heading as printed."""
    tier: Tier
    """Where its statements come from."""
    regimen: Regimen | None = None
    """Which use of the drug it is about; null where it is not about one."""
    text: NonEmpty
    """The plain text that every offset counts in."""
    blocks: tuple[Block, ...] = ()
    """Headings, paragraphs and lists, in reading order."""
    marks: tuple[Mark, ...] = ()
    """Citation marks, in reading order."""
    notes: tuple[EditorNote, ...] = ()
    """Editors' comments on spans of this section."""


class Disclaimer(Noun):
    """The mandated words, fixed; they come from an article or from the site's policy file."""

    id: NonEmpty
    """Names the wording."""
    text: NonEmpty
    """The mandated words, to be shown as they are."""


class ReviewEvent(Noun):
    """One step of an article's review: who said what about exactly which words, and when."""

    status: ReviewStatus
    """Where the article was moved to."""
    by: NonEmpty
    """Who moved it there."""
    on: date
    """When."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the words that were looked at."""
    note: NonEmpty | None = None
    """What the reviewer had to say."""


class Review(Noun):
    """Where an article stands in review. `by` and `on` say who moved it there, and when, if recorded."""

    status: ReviewStatus
    """How far the article has come."""
    by: str | None = None
    """Who moved it there, if recorded."""
    on: date | None = None
    """When, if recorded."""
    history: tuple[ReviewEvent, ...] = ()
    """Everything recorded about its review, oldest first."""


class Article(Noun):
    """One article: sections in reading order and the references they cite, numbered by first mention."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    """Names the article; also its file and its page."""
    title: NonEmpty
    """Title as printed, usually a reader's question."""
    subject: Annotated[tuple[str, ...], Field(min_length=1)]
    """Names of what it is about, the one to show first."""
    audience: tuple[Audience, ...] = ()
    """For whom it is written."""
    questions: tuple[str, ...] = ()
    """What a reader can ask of it."""
    asked: tuple[Asked, ...] = ()
    """What readers ask that spans of its sections answer."""
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    """Sections in reading order."""
    references: tuple[Reference, ...] = ()
    """References, numbered by first mention."""
    review: Review
    """Where it stands in review."""
    last_updated: date
    """Day of its last change."""
    disclaimer: Disclaimer | None = None
    """Its own mandated words; null where the site's apply."""

    def section(self, section_id: str) -> Section:
        """The section with this id; KeyError if there is none."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)


class GlossaryEntry(Noun):
    """A term and what it means in plain words."""

    term: NonEmpty
    """A word or abbreviation that the answer uses."""
    definition: NonEmpty
    """What it means in plain words."""


class Corpus(Noun):
    """Everything in a corpus folder: its articles, sorted by id, its glossary, in the order of the file, and questions
    that readers ask and none of the articles answers.
    """

    articles: Annotated[tuple[Article, ...], Field(min_length=1)]
    glossary: tuple[GlossaryEntry, ...] = ()
    unanswered: tuple[NonEmpty, ...] = ()


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
    """Article, section and number: "article#section:n"."""
    article_id: NonEmpty
    """The article it is a slice of."""
    section_id: NonEmpty
    """The section it is a slice of."""
    start: Offset
    """First code point in the section's text."""
    end: Offset
    """One past its last code point."""
    text: NonEmpty
    """The slice itself."""
    quotes: tuple[Span, ...] = ()
    """Spans of the section that can be quoted safely."""


class Hit(Noun):
    """A passage found for a query. `score` ranks hits of one query; `cosine` compares across queries (-1 to 1)."""

    passage: Passage
    """What was found."""
    score: float
    """Ranks the hits of one query, best first."""
    cosine: float
    """Likeness of meaning, -1 to 1, comparable across queries."""


# --- what a reader asks and gets --------------------------------------------------------------------------


class Turn(Noun):
    """An earlier question of the conversation and the ids of the passages its answer cited. No prose."""

    question: Annotated[str, Field(min_length=1, max_length=MAX_QUESTION_CHARS)]
    """The earlier question, as it was asked."""
    source_ids: tuple[str, ...] = ()
    """Ids of the passages its answer cited."""


class Quote(Noun):
    """Exact words of one section: `section.text[start:end] == text`, found through passage `passage_id`."""

    passage_id: NonEmpty
    """The passage it was found through."""
    article_id: NonEmpty
    """The article it stands in."""
    section_id: NonEmpty
    """The section it stands in."""
    start: Offset
    """First code point in the section's text."""
    end: Offset
    """One past its last code point."""
    text: NonEmpty
    """The exact words."""


class Drafted(Noun):
    """A sentence that a language model made of quotes. Without a quote there is none."""

    text: NonEmpty
    """The sentence."""
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1)]
    """The exact words it rests on, each of them by itself."""


class Claim(Noun):
    """What an answerer wants to say, and the quotes it rests on. Without a quote there is no claim."""

    text: NonEmpty
    """What is said."""
    quotes: Annotated[tuple[Quote, ...], Field(min_length=1)]
    """The exact words it rests on."""
    drafted: tuple[Drafted, ...] = ()
    """What a language model made of them, to be shown beside them if it holds."""


class CitedReference(Reference):
    """A reference as a source cites it.

    `cited_by` is "quote" if its mark stands inside the quoted words, "paragraph" if the quoted words carry no
    mark of their own and it is marked elsewhere in the same paragraph or list.
    """

    cited_by: Literal["quote", "paragraph"] = "quote"
    """Whether the mark stands in the quoted words or elsewhere in their paragraph or list."""


class Statement(Noun):
    """One thing the answer says. `text` is verbatim; `plain` is the editors' plain-words twin, if they wrote one."""

    text: NonEmpty
    """Words of the article, verbatim."""
    plain: str | None = None
    """The editors' plain-words twin, if they wrote one."""
    drafted: str | None = None
    """What a language model made of `text`, checked against it; null unless the site has set one up."""
    tier: Tier
    """Where the words come from."""
    regimen: Regimen | None = None
    """Which use of the drug they are about; null where they are not about one."""
    source_indexes: Annotated[tuple[int, ...], Field(min_length=1)]
    """Numbers of the sources it rests on."""


class Source(Noun):
    """Where a statement's words stand: `section.text[start:end] == quote`."""

    index: Annotated[int, Field(ge=1)]
    """Its number in this answer, counted from 1."""
    id: NonEmpty
    """Id of the passage; send it back in a turn's source_ids."""
    article_id: NonEmpty
    """The article the words stand in."""
    article_title: NonEmpty
    """Title of that article."""
    section_id: NonEmpty
    """The section they stand in."""
    heading: NonEmpty
    """Heading of that section."""
    tier: Tier
    """Where the section's statements come from."""
    regimen: Regimen | None = None
    """Which use of the drug the section is about."""
    quote: NonEmpty
    """The exact words."""
    start: Offset
    """First code point of the quote in the section's text."""
    end: Offset
    """One past its last code point."""
    references: tuple[CitedReference, ...] = ()
    """References cited with these words."""
    review_status: ReviewStatus
    """How far the article has come through review."""
    last_updated: date
    """Day of the article's last change."""
    url: NonEmpty
    """Where the words can be read on this site."""


class Conflict(Noun):
    """Sources that disagree on one topic, higher tier first."""

    topic: NonEmpty
    """What the sources disagree about."""
    summary: NonEmpty
    """The disagreement in one line."""
    source_indexes: Annotated[tuple[int, ...], Field(min_length=2)]
    """Numbers of the sources, higher authority first."""


class NoticeKind(StrEnum):
    """What a notice is about."""

    EMERGENCY = "emergency"
    OPIOID_INTERACTION = "opioid_interaction"
    OTHER_REGIMEN = "other_regimen"
    OTHER_PEOPLE = "other_people"
    PARTLY_ANSWERED = "partly_answered"
    PERSONAL_DECISION = "personal_decision"
    OFF_LABEL = "off_label"
    REVIEW_PENDING = "review_pending"
    OLD_SOURCE = "old_source"

    @property
    def place(self) -> Literal["alarm", "limit", "note"]:
        """Where it is shown: a danger above everything, what the answer lacks right above its words, the rest below."""
        if self in (NoticeKind.EMERGENCY, NoticeKind.OPIOID_INTERACTION):
            return "alarm"
        about_the_answer = (NoticeKind.OTHER_REGIMEN, NoticeKind.OTHER_PEOPLE, NoticeKind.PARTLY_ANSWERED)
        return "limit" if self in about_the_answer else "note"


class Notice(Noun):
    """Fixed wording from the policy files, shown above or below the words of the answer, never left out."""

    kind: NoticeKind
    """What the notice is about."""
    text: NonEmpty
    """Fixed, reviewed wording, with labels where `other_regimen` and `other_people` name what was asked about, and with
    the reader's own words in `partly_answered`."""


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
    """Names the answer; the same request to the same index gives the same id."""
    object: Literal["ldnqa.answer"] = "ldnqa.answer"
    """Says what this document is."""
    status: Status
    """How the question came out."""
    question: NonEmpty
    """The question as it was asked, trimmed."""
    standalone_question: NonEmpty
    """The question with what it leaves unsaid filled in from the conversation."""
    answer: NonEmpty
    """What a person reads: plain text with [n] markers that name sources."""
    statements: tuple[Statement, ...] = ()
    """What the answer says, one verbatim piece each."""
    sources: tuple[Source, ...] = ()
    """The exact words behind the statements, numbered from 1."""
    conflicts: tuple[Conflict, ...] = ()
    """Where sources disagree."""
    notices: tuple[Notice, ...] = ()
    """Warnings to show with the answer, most urgent first."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    glossary: tuple[GlossaryEntry, ...] = ()
    """Terms of the answer in plain words."""
    follow_up_questions: tuple[str, ...] = ()
    """Questions that can be answered from here."""
    generator: NonEmpty
    """How the answer was made."""
    index_id: NonEmpty
    """The index that gave it."""

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
