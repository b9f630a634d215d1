"""The only place an Answer is made. Every one has its disclaimer; every statement has its source.

Connecting words are fixed and assert nothing medical; everything else is quoted or comes from the policy files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from ldnqa.cite import cite, note_quote, plain_words
from ldnqa.conflict import find_conflicts, notes_on
from ldnqa.index import Index
from ldnqa.notices import raise_notices
from ldnqa.policy import Policy
from ldnqa.stages import stage
from ldnqa.text import names
from ldnqa.types import (
    Answer,
    Audience,
    Claim,
    Disclaimer,
    GlossaryEntry,
    Notice,
    Regimen,
    Source,
    Statement,
    Status,
    Tier,
    Turn,
)

TIER_LABELS = {
    Tier.GUIDELINE: "From the guidelines",
    Tier.DRUG_LABEL: "From the FDA drug label",
    Tier.RESEARCH: "From the research",
    Tier.EDITORIAL: "Editor's note",
}
REGIMEN_LABELS = {
    Regimen.LOW_DOSE: "low dose",
    Regimen.STANDARD_DOSE: "standard dose",
    Regimen.INJECTION: "injection",
}
# More than this many statements, editor's notes included, nobody reads to the end.
MAX_STATEMENTS = 6
PLAIN_FIRST = frozenset({Audience.PATIENT, Audience.CAREGIVER})


@dataclass(frozen=True)
class Asked:
    """Everything a request says, and how its question was read."""

    question: str
    standalone: str
    article_id: str | None
    audience: Audience | None
    history: tuple[Turn, ...]
    approved_only: bool


@stage("compose")
def answered(
    asked: Asked,
    claims: Sequence[Claim],
    index: Index,
    policy: Policy,
    *,
    generator: str,
    suggestions: Sequence[str] = (),
    emergency: Notice | None = None,
) -> Answer:
    """An answer made of grounded claims: the first leads, the others follow by tier, each with its editor's notes."""
    kept = _as_many_as_can_be_read(claims, index)
    sources: list[Source] = []
    statements: list[Statement] = []
    for claim in [*kept[:1], *sorted(kept[1:], key=lambda claim: _order(claim, kept[0], index))]:
        cited = [cite(quote, sources, index) for quote in claim.quotes]
        _state(statements, claim.text, cited, index)
        for source in cited:
            for note in notes_on(source, index.articles):
                quote = note_quote(source, note, index)
                if quote is not None:
                    _state(statements, quote.text, [cite(quote, sources, index)], index)

    first = [emergency] if emergency else []
    return _answer(
        asked,
        index,
        policy,
        status=Status.URGENT if emergency else Status.ANSWERED,
        answer="\n\n".join([*(notice.text for notice in first), *_lines(statements, asked.audience)]),
        statements=statements,
        sources=sources,
        notices=[*first, *raise_notices(asked.question, asked.standalone, sources, policy)],
        suggestions=suggestions,
        generator=generator,
    )


@stage("compose")
def abstained(
    asked: Asked,
    index: Index,
    policy: Policy,
    *,
    missing: Sequence[str],
    suggestions: Sequence[str],
    generator: str,
) -> Answer:
    """An honest "the articles do not answer this": what was missing, and what can be asked instead."""
    lines = ["The articles here do not answer this question."]
    if missing:
        named = ", ".join(f"“{word}”" for word in missing)
        lines.append(f"Nothing in them mentions {named}.")
    else:
        lines.append("They touch on some of its words, but no passage answers it.")
    return _answer(
        asked,
        index,
        policy,
        status=Status.ABSTAINED,
        answer=" ".join(lines),
        notices=raise_notices(asked.question, asked.standalone, (), policy),
        suggestions=suggestions,
        generator=generator,
    )


@stage("compose")
def urgent(asked: Asked, notice: Notice, index: Index, policy: Policy) -> Answer:
    """The fixed words for an emergency, at once and alone."""
    return _answer(asked, index, policy, status=Status.URGENT, answer=notice.text, notices=[notice], generator="policy")


def _answer(
    asked: Asked,
    index: Index,
    policy: Policy,
    *,
    status: Status,
    answer: str,
    generator: str,
    statements: Sequence[Statement] = (),
    sources: Sequence[Source] = (),
    notices: Sequence[Notice] = (),
    suggestions: Sequence[str] = (),
) -> Answer:
    return Answer(
        id=_answer_id(asked, index.id),
        status=status,
        question=asked.question,
        standalone_question=asked.standalone,
        answer=answer,
        statements=tuple(statements),
        sources=tuple(sources),
        conflicts=find_conflicts(sources, index.articles),
        notices=tuple(notices),
        disclaimer=_disclaimer(asked, sources, index, policy),
        glossary=_glossary(statements, index),
        follow_up_questions=tuple(suggestions),
        generator=generator,
        index_id=index.id,
    )


def _answer_id(asked: Asked, index_id: str) -> str:
    request = {
        "question": asked.question,
        "article_id": asked.article_id,
        "audience": asked.audience,
        "history": [turn.model_dump() for turn in asked.history],
        "approved_only": asked.approved_only,
        "index_id": index_id,
    }
    canonical = json.dumps(request, sort_keys=True, ensure_ascii=True)
    return "ans_" + hashlib.sha256(canonical.encode()).hexdigest()[:20]


def _disclaimer(asked: Asked, sources: Sequence[Source], index: Index, policy: Policy) -> Disclaimer:
    """That of the article in view; else the one all cited articles share; else the site's."""
    in_view = index.articles[asked.article_id].disclaimer if asked.article_id else None
    if in_view:
        return in_view
    cited = {index.articles[source.article_id].disclaimer or policy.disclaimer for source in sources}
    return cited.pop() if len(cited) == 1 else policy.disclaimer


def _as_many_as_can_be_read(claims: Sequence[Claim], index: Index) -> list[Claim]:
    """The first claims that with their editor's notes make at most MAX_STATEMENTS statements; at least one claim."""
    kept: list[Claim] = []
    said = 0
    for claim in claims:
        said += 1 + sum(len(notes_on(quote, index.articles)) for quote in claim.quotes)
        if kept and said > MAX_STATEMENTS:
            break
        kept.append(claim)
    return kept


def _order(claim: Claim, lead: Claim, index: Index) -> tuple[bool, int]:
    """What is about the lead's regimen, or about none, comes first; then by tier."""
    section, leading = (index.articles[c.quotes[0].article_id].section(c.quotes[0].section_id) for c in (claim, lead))
    return section.regimen not in (None, leading.regimen), section.tier.rank


def _state(statements: list[Statement], text: str, cited: Sequence[Source], index: Index) -> None:
    """Add a statement unless its words have been said."""
    if any(statement.text == text for statement in statements):
        return
    first = cited[0]
    statements.append(
        Statement(
            text=text,
            plain=plain_words(first, index),
            tier=first.tier,
            regimen=first.regimen,
            source_indexes=tuple(source.index for source in cited),
        )
    )


# --- words around them ------------------------------------------------------------------------------------


def _lines(statements: Sequence[Statement], audience: Audience | None) -> list[str]:
    """One paragraph a statement: where it comes from, what it says, its markers; plain words first for lay readers."""
    lines = []
    said: set[str] = set()
    for statement in statements:
        label = TIER_LABELS[statement.tier]
        if statement.regimen:
            label += f" ({REGIMEN_LABELS[statement.regimen]})"
        markers = "".join(f"[{i}]" for i in statement.source_indexes)
        line = f"{label}: “{statement.text}” {markers}"
        if audience in PLAIN_FIRST and statement.plain and statement.plain not in said:
            said.add(statement.plain)
            line = f"{statement.plain} {markers}\n{line}"
        lines.append(line)
    return lines


def _glossary(statements: Sequence[Statement], index: Index) -> tuple[GlossaryEntry, ...]:
    """The glossary's terms that the statements use, in the glossary's order."""
    said = " ".join(statement.text for statement in statements)
    return tuple(entry for entry in index.glossary if names(said, entry.term))
