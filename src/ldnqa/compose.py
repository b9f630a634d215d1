"""The only place an Answer is made. Every one has its disclaimer; every statement has its source.

Connecting words are fixed and assert nothing medical; everything else is quoted or comes from the policy files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache

from ldnqa.asked import Asked
from ldnqa.asking import silent_terms
from ldnqa.bundles import Bundle
from ldnqa.cite import cite, plain_words
from ldnqa.conflict import Clash, clashes, conflict_of
from ldnqa.index import Index
from ldnqa.memory import Same
from ldnqa.notices import raise_notices
from ldnqa.policy import Policy
from ldnqa.prose import paragraphs, where
from ldnqa.stages import stage
from ldnqa.text import names
from ldnqa.types import (
    Answer,
    Claim,
    Conflict,
    Disclaimer,
    GlossaryEntry,
    Notice,
    NoticeKind,
    Regimen,
    Source,
    Statement,
    Status,
    Tier,
)
from ldnqa.wanted import subject_terms

# So many characters of a reader's own words are repeated.
MAX_PART = 200
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=True)
_NO_MARKER = str.maketrans("[]", "()")
# Most urgent first.
_PLACES = ("alarm", "limit", "note")


@stage("compose")
def answered(
    asked: Asked,
    claims: Sequence[Claim],
    said: Sequence[Bundle],
    index: Index,
    policy: Policy,
    *,
    topics: Sequence[frozenset[str]],
    generator: str,
    suggestions: Sequence[str] = (),
    emergency: Notice | None = None,
    unanswered: Sequence[str] = (),
    drafted_by: str | None = None,
) -> Answer:
    """An answer made of grounded claims, as they are `said`: in order, each with its editor's notes (`bundles`).

    Where the sources disagree on the `topics` of the question, both sides are quoted below. `unanswered` are the parts
    of the question, in the reader's words, that the claims leave open.
    """
    sources: list[Source] = []
    drafts = {claim.quotes[0]: " ".join(one.text for one in claim.drafted) for claim in claims if claim.drafted}
    # Said in one order to everybody, which their numbers follow.
    statements = [
        _state(text, cite(quote, sources, index), index, drafts.get(quote)) for bundle in said for text, quote in bundle
    ]
    silent = silent_terms(policy.lexicon.generic_terms, subject_terms(index))
    quoted = [quote for quotes in said for _, quote in quotes]
    found = clashes(topics, quoted, index, silent, approved_only=asked.approved_only)
    quoted_above = len(sources)
    conflicts: list[Conflict] = []
    disagreements: list[str] = []
    for clash in found:
        conflict, words = _disagree(clash, sources, quoted_above, index, policy)
        conflicts.append(conflict)
        disagreements.append(words)

    first = [emergency] if emergency else []
    partly = _partly(unanswered, policy)
    limits = [*_other_regimen(asked, statements, policy), *_other_people(asked, sources, policy)]
    raised = raise_notices(asked.rules, sources, policy)
    lines = [
        *(notice.text for notice in [*first, *limits]),
        *paragraphs(statements, sources, asked.audience, policy),
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
        notices=sorted([*first, *limits, *partly, *raised], key=lambda notice: _PLACES.index(notice.kind.place)),
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
    wording = policy.wording
    if small_talk := asked.small_talk:
        # What was asked before is not asked again.
        asked, lines = asked.read_as(asked.question, policy), [small_talk]
    elif asked.standalone == asked.question and wording.asks_of_dates(asked.question):
        lines = [_dates(asked.article_id, index, policy)]
    elif asked.approved_only:
        lines = [wording.approved_only]
    elif missing:
        lines = [wording.abstained, wording.missing.format(words=", ".join(f"“{word}”" for word in missing))]
    elif people:
        lines = [wording.abstained, wording.no_people.format(people=", ".join(people))]
    else:
        lines = [wording.abstained, wording.touched]
    return _answer(
        asked,
        index,
        policy,
        status=Status.ABSTAINED,
        answer=" ".join(lines),
        notices=raise_notices(asked.rules, (), policy),
        suggestions=suggestions,
        generator=generator,
    )


def _dates(article_id: str | None, index: Index, policy: Policy) -> str:
    """When the article in view, or else all of them, were last changed."""
    if article_id:
        article = index.articles[article_id]
        return policy.wording.dated.format(title=article.title, date=article.last_updated)
    dates = [article.last_updated for article in index.articles.values()]
    return policy.wording.dated_all.format(first=min(dates), last=max(dates))


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
    return "ans_" + hashlib.sha256(_CANONICAL.encode(request).encode()).hexdigest()[:20]


def _disclaimer(asked: Asked, sources: Sequence[Source], index: Index, policy: Policy) -> Disclaimer:
    """That of the article in view; else the one all cited articles share; else the site's."""
    in_view = index.articles[asked.article_id].disclaimer if asked.article_id else None
    if in_view:
        return in_view
    cited = [index.articles[id_].disclaimer or policy.disclaimer for id_ in {source.article_id for source in sources}]
    return cited[0] if cited and all(one == cited[0] for one in cited[1:]) else policy.disclaimer


def _partly(unanswered: Sequence[str], policy: Policy) -> list[Notice]:
    """What the claims leave open, in the reader's words, which must not look like a marker of ours."""
    if not unanswered:
        return []
    words = " ".join(unanswered).translate(_NO_MARKER)
    part = words if len(words) <= MAX_PART else words[:MAX_PART].rstrip() + " …"
    return [Notice(kind=NoticeKind.PARTLY_ANSWERED, text=policy.wording.partly.format(part=part))]


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


def _other_regimen(asked: Asked, statements: Sequence[Statement], policy: Policy) -> list[Notice]:
    """Says so if what leads is about another use of the drug than the one asked about, and nothing is about that one.

    What is about no use in particular is about the one asked about too, if it leads or names it.
    """
    wanted = policy.lexicon.regimens_in(asked.standalone)
    found = {statement.regimen for statement in statements}
    named = {use for one in statements if one.regimen is None for use in policy.lexicon.regimens_in(one.text)}
    if not wanted or statements[0].regimen is None or (found | named) & set(wanted):
        return []
    wording = policy.wording
    told = [wording.regimens[regimen] for regimen in wording.regimens if regimen in found]
    told += [wording.no_regimen] if None in found else []
    text = wording.other_regimen.format(found=", ".join(told), asked=", ".join(wording.regimens[r] for r in wanted))
    return [Notice(kind=NoticeKind.OTHER_REGIMEN, text=text)]


def _other_people(asked: Asked, sources: Sequence[Source], policy: Policy) -> list[Notice]:
    """Says so if people are told of, now or before, by their age or state, of whom no quote speaks."""
    if not asked.people:
        return []
    places = "\n".join(f"{source.quote}\n{source.heading}\n{source.article_title}" for source in sources)
    spoken_of = {group for _, group in policy.lexicon.people_in(places)}
    others = [group for group in asked.people if group not in spoken_of]
    text = policy.wording.other_people.format(people=", ".join(others))
    return [Notice(kind=NoticeKind.OTHER_PEOPLE, text=text)] if others else []


def _state(text: str, source: Source, index: Index, drafted: str | None) -> Statement:
    return _stated(text, plain_words(source, index), drafted, source.tier, source.regimen, source.index)


# The articles' quotes come again with every question.
@lru_cache(maxsize=4_096)
def _stated(
    text: str, plain: str | None, drafted: str | None, tier: Tier, regimen: Regimen | None, number: int
) -> Statement:
    return Statement(text=text, plain=plain, drafted=drafted, tier=tier, regimen=regimen, source_indexes=(number,))


def _glossary(statements: Sequence[Statement], index: Index) -> tuple[GlossaryEntry, ...]:
    """The glossary's terms that the statements use, in the glossary's order."""
    listed = Same(index.glossary)
    used = frozenset[int]().union(*(_used(statement.text, listed) for statement in statements))
    return tuple(index.glossary[number] for number in sorted(used))


@lru_cache(maxsize=4_096)
def _used(text: str, listed: Same[tuple[GlossaryEntry, ...]]) -> frozenset[int]:
    """The numbers of a glossary's entries whose terms a text uses."""
    return frozenset(number for number, entry in enumerate(listed.it) if names(text, entry.term))
