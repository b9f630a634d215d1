"""A small site to test the service against: two articles on an invented substance, and an `ask` that knows them.

Everything here is made of the library's real types, so whatever the service does with them it does with the
real thing too. What only the real thing can show (that answers are right) is tested where `ask` is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ldnqa.api.deps import Resources
from ldnqa.errors import UnknownArticle, UnknownPassage
from ldnqa.types import (
    Answer,
    Article,
    Audience,
    Block,
    BlockKind,
    CitedReference,
    Conflict,
    Disclaimer,
    EditorNote,
    GlossaryEntry,
    Hit,
    Mark,
    Notice,
    NoticeKind,
    Passage,
    Reference,
    Regimen,
    Review,
    ReviewStatus,
    Section,
    Source,
    Span,
    Statement,
    Status,
    Tier,
    Turn,
)

SITE_DISCLAIMER = Disclaimer(id="site", text="Site words: this is not medical advice.")
ARTICLE_DISCLAIMER = Disclaimer(id="examplol-own", text="Article words: for professionals only.")
HOSTILE = '<script>document.title = "owned"</script> & <img src=x onerror=alert(1)> "quoted" \'so\''


def section(
    section_id: str, heading: str, tier: Tier, regimen: Regimen | None, *parts: str | list[str] | tuple[str, str]
) -> Section:
    """A section of paragraphs (str), lists with lead-in (list) and (subheading, "") pairs; "[1]" is a mark."""
    text, blocks, marks = "", [], []

    def add(words: str) -> Span:
        nonlocal text
        start = len(text)
        for piece in re.split(r"(\[\d+\])", words):
            if re.fullmatch(r"\[\d+\]", piece):
                marks.append(Mark(at=len(text), labels=(piece[1:-1],)))
            else:
                text += piece
        return Span(start=start, end=len(text))

    for part in parts:
        text += "\n\n" if text else ""
        if isinstance(part, list):
            lead = add(part[0])
            items = []
            for item in part[1:]:
                text += "\n• "
                items.append(add(item))
            blocks.append(Block(kind=BlockKind.LIST, start=lead.start, end=len(text), items=tuple(items)))
        elif isinstance(part, tuple):
            span = add(part[0])
            blocks.append(Block(kind=BlockKind.HEADING, start=span.start, end=span.end))
        else:
            words, _, plain = part.partition("||")
            span = add(words)
            blocks.append(Block(kind=BlockKind.PARAGRAPH, start=span.start, end=span.end, plain=plain or None))
    return Section(
        id=section_id,
        heading=heading,
        tier=tier,
        regimen=regimen,
        text=text,
        blocks=tuple(blocks),
        marks=tuple(marks),
    )


def _examplol() -> Article:
    guidelines = section(
        "from-the-guidelines",
        "From the Guidelines",
        Tier.GUIDELINE,
        Regimen.LOW_DOSE,
        "Examplol is used at a dose of 3 to 4 units[1], taken at bedtime. It was compared with placebol[2].||"
        "You take 3 to 4 units before you sleep.",
        ["Common side effects include:", "yawning", "vivid dreams[2]", "a 😀 mood"],
    )
    label = section(
        "from-the-label",
        "From the Label",
        Tier.DRUG_LABEL,
        Regimen.STANDARD_DOSE,
        "The label gives a dose of 50 units once daily.",
        ("Who should not take it", ""),
        "Examplol must not be taken with otherol, as it may cause hiccups[1].",
    )
    notes = section(
        "editors-notes",
        "Editor’s notes",
        Tier.EDITORIAL,
        None,
        "The study behind this figure had nine members.",
    )
    at = guidelines.text.index("3 to 4 units")
    noted = EditorNote(
        start=at, end=at + len("3 to 4 units"), section_id=notes.id, note_start=0, note_end=len(notes.text)
    )
    return Article(
        id="examplol-uses",
        title="What is low-dose examplol used for?",
        subject=("low-dose examplol", "LDE"),
        audience=(Audience.CLINICIAN,),
        questions=("What dose is used?", "What are the side effects?"),
        sections=(guidelines.model_copy(update={"notes": (noted,)}), label, notes),
        references=(
            Reference(label="1", key="examplol-uses-1", title="Reference 1 of the original page (list not supplied)"),
            Reference(
                label="2",
                key="author2017",
                title="Examplol and placebol",
                authors="A. Author",
                container="Journal of Examples",
                year=2017,
                doi="10.1000/182",
                pmid="12345678",
            ),
        ),
        review=Review(status=ReviewStatus.UNDER_REVIEW),
        last_updated=date(2025, 2, 27),
        disclaimer=ARTICLE_DISCLAIMER,
    )


def _hostile() -> Article:
    body = section("body", HOSTILE, Tier.RESEARCH, None, f"Dose of hostilol: {HOSTILE}[1]", [HOSTILE, HOSTILE])
    return Article(
        id="hostilol",
        title=f"Hostilol {HOSTILE}",
        subject=(HOSTILE,),
        questions=(HOSTILE,),
        sections=(body,),
        references=(Reference(label="1", key="x", title=HOSTILE, url="javascript:alert(1)", doi='"><script>'),),
        review=Review(status=ReviewStatus.SUBMITTED),
        last_updated=date(2025, 1, 2),
    )


@dataclass(frozen=True)
class TinyIndex:
    """An index of whole blocks as passages."""

    id: str
    articles: Mapping[str, Article]
    glossary: tuple[GlossaryEntry, ...] = (
        GlossaryEntry(term="placebol", definition="A treatment that does nothing, given for comparison."),
        GlossaryEntry(term="hiccup", definition="A sudden breath that one did not mean to take."),
        GlossaryEntry(term="DOSE", definition="Never meant here: the articles have the word in small letters only."),
        GlossaryEntry(term="<b>", definition=HOSTILE),
    )

    @property
    def passages(self) -> list[Passage]:
        return [
            Passage(
                id=f"{article.id}#{part.id}:{n}",
                article_id=article.id,
                section_id=part.id,
                start=block.start,
                end=block.end,
                text=part.text[block.start : block.end],
            )
            for article in self.articles.values()
            for part in article.sections
            for n, block in enumerate(part.blocks)
            if block.kind is not BlockKind.HEADING
        ]

    def passage(self, passage_id: str, /) -> Passage:
        for passage in self.passages:
            if passage.id == passage_id:
                return passage
        raise UnknownPassage(passage_id)


@dataclass(frozen=True)
class TinyPolicy:
    """A policy that has a disclaimer and nothing else."""

    disclaimer: Disclaimer = SITE_DISCLAIMER


INDEX = TinyIndex("index-of-the-tests", {article.id: article for article in (_examplol(), _hostile())})


def search(query: str, *, article_id: str | None = None, approved_only: bool = False, limit: int = 10) -> list[Hit]:
    """Passages that share words with the query, most words first."""
    if article_id is not None and article_id not in INDEX.articles:
        raise UnknownArticle(article_id)
    asked = set(re.findall(r"\w+", query.lower())) - {"what", "is", "the", "are", "of", "it", "a", "and"}
    hits = []
    for passage in INDEX.passages:
        article = INDEX.articles[passage.article_id]
        shared = len(asked & set(re.findall(r"\w+", passage.text.lower())))
        if not shared or article_id not in (None, passage.article_id):
            continue
        if approved_only and article.review.status is not ReviewStatus.APPROVED:
            continue
        hits.append(Hit(passage=passage, score=float(shared), cosine=shared / (1 + len(asked))))
    return sorted(hits, key=lambda hit: -hit.score)[:limit]


def ask(
    question: str,
    *,
    article_id: str | None = None,
    audience: Audience | None = None,
    history: Sequence[Turn] = (),
    approved_only: bool = False,
) -> Answer:
    """A valid answer: the passages that share words with the question and those before it; "overdose" is urgent."""
    standalone = " ".join([*(turn.question for turn in history[-1:]), question])
    hits = search(standalone, article_id=article_id, approved_only=approved_only)
    article = INDEX.articles[article_id] if article_id else next(iter(INDEX.articles.values()))
    common = {
        "id": "ans_1",
        "question": question,
        "standalone_question": standalone,
        "disclaimer": article.disclaimer or SITE_DISCLAIMER,
        "generator": "extractive",
        "index_id": INDEX.id,
        "follow_up_questions": article.questions,
    }
    if "overdose" in question:
        notice = Notice(kind=NoticeKind.EMERGENCY, text="Call your emergency number now.")
        return Answer(status=Status.URGENT, answer=notice.text, notices=(notice,), **common)
    if "poison" in question:
        words = "Call 112 or 1-800-222-1222 now, and keep the 50 mg package."
        notice = Notice(kind=NoticeKind.EMERGENCY, text=words)
        return Answer(status=Status.URGENT, answer=notice.text, notices=(notice,), **common)
    if not hits:
        return Answer(status=Status.ABSTAINED, answer="The articles do not answer this question.", **common)
    sources, statements = [], []
    for index, hit in enumerate(hits, start=1):
        cited = INDEX.articles[hit.passage.article_id]
        part = cited.section(hit.passage.section_id)
        block = next(block for block in part.blocks if block.start == hit.passage.start)
        sources.append(
            Source(
                index=index,
                id=hit.passage.id,
                article_id=cited.id,
                article_title=cited.title,
                section_id=part.id,
                heading=part.heading,
                tier=part.tier,
                regimen=part.regimen,
                quote=hit.passage.text,
                start=hit.passage.start,
                end=hit.passage.end,
                references=tuple(
                    CitedReference(**reference.model_dump())
                    for reference in cited.references
                    if any(reference.label in mark.labels and block.start < mark.at <= block.end for mark in part.marks)
                ),
                review_status=cited.review.status,
                last_updated=cited.last_updated,
                url=f"/articles/{cited.id}#{part.id}",
            )
        )
        statements.append(
            Statement(
                text=hit.passage.text,
                plain=block.plain,
                tier=part.tier,
                regimen=part.regimen,
                source_indexes=(index,),
            )
        )
    disagree = len(sources) > 1
    # What is quoted is of adults, and the answer says so first.
    other = [Notice(kind=NoticeKind.OTHER_PEOPLE, text="Nothing quoted here speaks of children.")]
    limits = other if "child" in question else []
    return Answer(
        status=Status.ANSWERED,
        answer=" ".join([*(n.text for n in limits), *(f"{s.text} [{s.source_indexes[0]}]" for s in statements)]),
        statements=tuple(statements),
        sources=tuple(sources),
        conflicts=(Conflict(topic="dose", summary="Two sections differ.", source_indexes=(1, 2)),) if disagree else (),
        notices=(
            *limits,
            Notice(kind=NoticeKind.REVIEW_PENDING, text="The review of this article is not finished."),
        ),
        glossary=(GlossaryEntry(term="LDE", definition="Low-dose examplol."),),
        **common,
    )


def resources() -> Resources:
    """The small site, ready to serve."""
    return Resources(index=INDEX, policy=TinyPolicy(), ask=ask, search=search)
