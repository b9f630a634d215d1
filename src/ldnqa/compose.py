"""The only place an Answer is made. Every one has its disclaimer; every statement has its source.

Connecting words are fixed and assert nothing medical; everything else is quoted or comes from the policy files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from ldnqa.asking import people_told_of, silent_terms, topics
from ldnqa.bundles import bundles
from ldnqa.cite import cite, plain_words
from ldnqa.conflict import Clash, clashes, conflict_of
from ldnqa.index import Index
from ldnqa.notices import raise_notices
from ldnqa.policy import Policy
from ldnqa.prose import paragraphs, study_weight, where
from ldnqa.quotes import subject_terms
from ldnqa.stages import stage
from ldnqa.text import names
from ldnqa.told import Told
from ldnqa.types import (
    Answer,
    Audience,
    Claim,
    Conflict,
    Disclaimer,
    GlossaryEntry,
    Notice,
    NoticeKind,
    Source,
    Statement,
    Status,
    Turn,
)

# So many characters of a reader's own words are repeated.
MAX_PART = 200
_NOTHING_TOLD = Told()
_NO_MARKER = str.maketrans("[]", "()")


@dataclass(frozen=True)
class Asked:
    """Everything a request says, and how its question was read."""

    question: str
    standalone: str
    article_id: str | None
    audience: Audience | None
    history: tuple[Turn, ...]
    approved_only: bool
    told: Told = _NOTHING_TOLD


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
    unanswered: Sequence[str] = (),
    drafted_by: str | None = None,
    leading: int = 1,
) -> Answer:
    """An answer made of grounded claims: the first leads, the others follow by tier, each with its editor's notes.
    After a caution two are `leading`: it, and what leads by itself.

    Where the sources disagree on what was asked, both sides are quoted below. `unanswered` are the parts of the
    question, in the reader's words, that the claims leave open.
    """
    said = bundles(claims, index, leading)
    sources: list[Source] = []
    # Numbered in one order for everybody, whatever order a reader gets them in.
    drafts = {claim.quotes[0]: " ".join(one.text for one in claim.drafted) for claim in claims if claim.drafted}
    stated = [
        [_state(text, cite(quote, sources, index), index, drafts.get(quote)) for text, quote in bundle]
        for bundle in said
    ]
    about = subject_terms(index)
    groups = topics(asked.standalone, policy.lexicon, about)
    silent = silent_terms(policy.lexicon.generic_terms, about)
    quoted = [quote for quotes in said for _, quote in quotes]
    found = clashes(groups, quoted, index, silent, approved_only=asked.approved_only)
    quoted_above = len(sources)
    conflicts: list[Conflict] = []
    disagreements: list[str] = []
    for clash in found:
        conflict, words = _disagree(clash, sources, quoted_above, index, policy)
        conflicts.append(conflict)
        disagreements.append(words)

    first = [emergency] if emergency else []
    partly = _partly(unanswered, policy)
    statements = _for_reader(stated, asked.audience, leading)
    lines = [
        *(notice.text for notice in first),
        *_other_regimen(asked, statements, policy),
        *_other_people(asked, sources, policy),
        *paragraphs(statements, sources, asked.audience, policy.wording),
        *disagreements,
        *(notice.text for notice in partly),
    ]
    return _answer(
        asked,
        index,
        policy,
        status=Status.URGENT if emergency else Status.ANSWERED,
        answer="\n\n".join(lines),
        statements=statements,
        sources=sources,
        conflicts=conflicts,
        notices=[*first, *partly, *raise_notices(asked.question, asked.standalone, sources, policy, asked.told)],
        suggestions=suggestions,
        generator=drafted_by if drafted_by and any(statement.drafted for statement in statements) else generator,
    )


@stage("compose")
def abstained(
    asked: Asked,
    index: Index,
    policy: Policy,
    *,
    missing: Sequence[str],
    people: Sequence[str] = (),
    suggestions: Sequence[str],
    generator: str,
) -> Answer:
    """An honest "the articles do not answer this": what was missing, and what can be asked instead.

    `missing` are words that no article has, `people` those asked about of whom nothing that was found speaks.
    """
    named = ", ".join(f"“{word}”" for word in missing)
    why = policy.wording.missing.format(words=named) if missing else policy.wording.touched
    if people and not missing:
        why = policy.wording.no_people.format(people=", ".join(people))
    lines = [policy.wording.abstained, why]
    return _answer(
        asked,
        index,
        policy,
        status=Status.ABSTAINED,
        answer=" ".join(lines),
        notices=raise_notices(asked.question, asked.standalone, (), policy, asked.told),
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
    conflicts: Sequence[Conflict] = (),
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
        conflicts=tuple(conflicts),
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


def _partly(unanswered: Sequence[str], policy: Policy) -> list[Notice]:
    """What the claims leave open, in the reader's words, which must not look like a marker of ours."""
    if not unanswered:
        return []
    words = " ".join(unanswered).translate(_NO_MARKER)
    part = words if len(words) <= MAX_PART else words[:MAX_PART].rstrip() + " …"
    return [Notice(kind=NoticeKind.PARTLY_ANSWERED, text=policy.wording.partly.format(part=part))]


def _for_reader(stated: Sequence[Sequence[Statement]], audience: Audience | None, leading: int) -> list[Statement]:
    """The statements in the order for a reader: a clinician gets within a tier what has most study facts first."""
    leads, rest = stated[:leading], list(stated[leading:])
    tiers = [bundle[0].tier for bundle in rest]
    rest.sort(key=lambda bundle: (tiers.index(bundle[0].tier), -study_weight(audience, bundle[0].text)))
    return [statement for bundle in (*leads, *rest) for statement in bundle]


def _disagree(clash: Clash, sources: list[Source], stated: int, index: Index, policy: Policy) -> tuple[Conflict, str]:
    """A conflict, and how it reads: its topic and each side, quoted unless it has been stated above."""
    wording = policy.wording
    cited = [cite(quote, sources, index) for quote in clash.quotes]
    lines = [wording.disagree.format(topic=clash.topic)]
    for source in cited:
        above = [other for other in sources[:stated] if source.quote in other.quote]
        template = wording.side_said if above else wording.side
        line = template.format(where=where(source, wording), quote=source.quote, marker=f"[{source.index}]")
        lines.append(line)
    return conflict_of(clash, cited, [where(source, wording) for source in cited]), "\n".join(lines)


def _other_regimen(asked: Asked, statements: Sequence[Statement], policy: Policy) -> list[str]:
    """A line that says so if everything that was found is about another use of the drug than the one asked about."""
    wanted = policy.lexicon.regimens_in(asked.standalone)
    found = {statement.regimen for statement in statements}
    if not wanted or None in found or found & set(wanted):
        return []
    regimens = policy.wording.regimens
    told = ", ".join(regimens[regimen] for regimen in regimens if regimen in found)
    return [policy.wording.other_regimen.format(found=told, asked=", ".join(regimens[r] for r in wanted))]


def _other_people(asked: Asked, sources: Sequence[Source], policy: Policy) -> list[str]:
    """A line that says so if people are told of, now or before, by their age or state, of whom no quote speaks."""
    told_of = people_told_of(f"{asked.standalone}\n{asked.told.before}", policy.lexicon)
    places = "\n".join(f"{source.quote}\n{source.heading}\n{source.article_title}" for source in sources)
    spoken_of = {group for _, group in policy.lexicon.people_in(places)} if told_of else set()
    others = [group for group in told_of if group not in spoken_of]
    return [policy.wording.other_people.format(people=", ".join(others))] if others else []


def _state(text: str, source: Source, index: Index, drafted: str | None) -> Statement:
    return Statement(
        text=text,
        plain=plain_words(source, index),
        drafted=drafted,
        tier=source.tier,
        regimen=source.regimen,
        source_indexes=(source.index,),
    )


def _glossary(statements: Sequence[Statement], index: Index) -> tuple[GlossaryEntry, ...]:
    """The glossary's terms that the statements use, in the glossary's order."""
    said = " ".join(statement.text for statement in statements)
    return tuple(entry for entry in index.glossary if names(said, entry.term))
