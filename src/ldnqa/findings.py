"""How a question is read -> the claims that answer it, part by part where it has parts, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ldnqa.answerers.extractive import MAX_STATEMENTS, Extractive
from ldnqa.asked import Asked
from ldnqa.asking import topics
from ldnqa.caution import with_caution
from ldnqa.embedded import as_embedded
from ldnqa.encode import embed
from ldnqa.followup import read
from ldnqa.ground import ground, looks_alike, on_the_drug
from ldnqa.index import Index
from ldnqa.left_out import without
from ldnqa.policy import Policy
from ldnqa.query import Query, Words, read_query, with_vectors
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.stories import asks_what_helps, story_in
from ldnqa.suggest import unknown_words
from ldnqa.text import names, names_any
from ldnqa.told import asked_beside, may_take, only_tells
from ldnqa.types import Claim, Turn
from ldnqa.wanted import subject_terms


class Finding(NamedTuple):
    """Grounded claims, of which the first `leading` stay first; the parts of the question that they leave `unanswered`,
    and where there are none the words that are `missing` in all articles. `query` is the question as it was looked up.
    """

    query: Query
    claims: list[Claim]
    unanswered: list[str]
    missing: tuple[str, ...] = ()
    leading: int = 1


def find(asked: Asked, said: Words, subject: str | None, index: Index, policy: Policy) -> Finding:
    """What answers a question and each of its parts, else a story's question alone, or what is known of a list."""
    reading = said.reading
    answerer = Extractive(index)
    drug = policy.lexicon.drug

    def claims_for(query: Query, text: str) -> list[Claim]:
        hits = retrieve(index, query, in_view=asked.article_id, approved_only=asked.approved_only)
        claims = ground(answerer.draft(query, hits, asked.audience), index.articles)
        # "What has naloxone to do with it? And methylnaltrexone?": the second is what is asked about now.
        bare = reading.bare or ""
        names_one = looks_alike(bare, policy.wording.look_alikes) or (drug and names(bare, drug))
        newest = bare if names_one else text
        return on_the_drug(claims, newest, policy.wording.look_alikes)

    query = with_vectors(said, index)
    # Several questions in one are read like turns of a conversation, and the answer says which part it leaves open.
    found: list[tuple[str, list[Claim]]] = []
    parts = []
    several = asked.several
    for number, part in enumerate(several if len(several) > 1 else ()):
        turns = (*asked.history, *(Turn(question=before) for before in several[:number]))
        # "... and what dose is used?" is about what stood before the "and".
        own = f"and {part}" if number else part
        parts.append((part, *reading_of(index, policy, own, turns, asked.article_id)))
    looked_up = (as_embedded(text, index.nicknames) for *_, reading in parts for text in reading.looked_up)
    embed(index.encoder.encode_queries, looked_up)
    for part, of_part, read_part in parts:
        found.append((part, claims_for(read_query(read_part, index, policy.lexicon, of_part), read_part.text)))
    claims = share(claims_for(query, reading.text), [claims for _, claims in found])
    other = query.about_other
    for instead in reading.instead:
        passed = other if other and not names(instead.own, other) else None
        # "I have lupus. Does LDN help?" is not answered by what it does in others.
        if claims or (passed and asks_what_helps(instead.own) and _is_condition(passed, policy)):
            continue
        claims = claims_for(read_query(instead, index, policy.lexicon, subject), reading.text)
        if claims and passed:
            found = [(passed, []), (instead.own, claims)]
    # One thing that no article knows need not silence what is said of the others.
    missing = unknown_words(reading.own, query, index) if not claims else ()
    left = without(reading.text, missing) if not reading.bare and without(asked.question, missing) else None
    # What is left must name something beside the use of the drug.
    if left and topics(left.rest, policy.lexicon, subject_terms(index) | policy.lexicon.regimen_terms(left.rest)):
        rest = read_query(replace(reading, text=left.rest, own=left.rest), index, policy.lexicon, subject)
        claims = claims_for(rest, reading.text)
        found = [(", ".join(left.things), []), (left.rest, claims)]
    if missing and (story := story_in(reading.own)):
        # Of a story only what it asks about is missed.
        missing = tuple(word for word in missing if word in story.asks)
    unanswered = [part for part, claims in found if not claims]
    return Finding(query, claims, unanswered if len(unanswered) < len(found) else [], missing)


def _is_condition(thing: str, policy: Policy) -> bool:
    return any(kind == "condition" for kind, _ in policy.lexicon.things_in(thing))


def with_danger(found: Finding, asked: Asked, index: Index, policy: Policy) -> Finding:
    """The claims behind what the articles say of a danger that the reader has told of, if they say anything."""
    told, rule, history = asked.told, asked.caution, asked.history
    # Where the question has no answer, what was told just now may have one still; another medicine has none, but an
    # opioid that was taken matters beside it. And what warns is said again to who asks whether to take it.
    again = may_take(asked.question)
    just_told = (
        told.now
        or again
        or (history and only_tells(history[-1].question) and names_any(asked.standalone, index.subject))
    )
    other = found.query.about_other
    of_other = other is not None and (rule is None or not rule.when.told_class or other in asked_beside(asked.question))
    if rule is None or not (found.claims or (just_told and not of_other)):
        return found
    passed = [id_ for turn in history if not (again or only_tells(turn.question)) for id_ in turn.source_ids]
    # Who asks whether to take it is met with the danger; who asks more is told that, if it is about the danger too.
    first = again or (only_tells(asked.question) and "?" not in asked.question)
    claims = with_caution(
        found.claims, rule, index, policy.lexicon, read=passed, approved_only=asked.approved_only, first=first
    )
    unanswered = found.unanswered if found.claims else [asked_beside(asked.question)]
    leading = 2 if claims[:2] != found.claims[:2] else 1
    return found._replace(claims=claims, unanswered=unanswered, leading=leading)


def share(whole: Sequence[Claim], found: Sequence[Sequence[Claim]]) -> list[Claim]:
    """The claims for several questions: what answers them together, then as many for each as fit into one answer."""
    answered = [claims for claims in found if claims]
    if not answered:
        return list(whole[:MAX_STATEMENTS])
    most = max(1, MAX_STATEMENTS // len(answered))
    kept = [*whole[:1], *(claim for claims in answered for claim in claims[:most])]
    return list(dict.fromkeys(kept))[:MAX_STATEMENTS]


def reading_of(
    index: Index, policy: Policy, question: str, history: Sequence[Turn], article_id: str | None
) -> tuple[str | None, Reading]:
    """What "it" means, and how the question is read after its history."""
    subject = subject_in_view(index, article_id, history)
    reading = read(
        question,
        history,
        subject=subject,
        other_names=index.subject,
        lexicon=policy.lexicon,
        vocabulary=index.vocabulary,
        page=index.articles[article_id].title if article_id else None,
    )
    return subject, reading


def subject_in_view(index: Index, article_id: str | None, history: Sequence[Turn] = ()) -> str | None:
    """What "it" means: the subject of the article in view, else of what was last cited, else of most articles."""
    if article_id is not None:
        return index.articles[article_id].subject[0]
    for turn in reversed(history):
        for source_id in turn.source_ids:
            article = index.articles.get(source_id.partition("#")[0])
            if article is not None:
                return article.subject[0]
    return index.subject[0] if index.subject else None
