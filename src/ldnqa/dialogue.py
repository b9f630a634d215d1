"""ask(): the whole story of a question on one screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ldnqa.answerers.chat import with_drafts
from ldnqa.answerers.extractive import MAX_STATEMENTS, Extractive
from ldnqa.asking import topics
from ldnqa.bundles import bundles
from ldnqa.caution import with_caution
from ldnqa.compose import Asked, abstained, answered, urgent
from ldnqa.encode import begin
from ldnqa.errors import InvalidQuestion, UnknownArticle
from ldnqa.followup import Reading, parts, read
from ldnqa.ground import ground, ground_drafted, on_the_drug
from ldnqa.index import Index
from ldnqa.left_out import without
from ldnqa.llm import LanguageModel
from ldnqa.llm.patience import Patience
from ldnqa.notices import caution_for
from ldnqa.policy import Policy
from ldnqa.quotes import unspoken_of
from ldnqa.retrieve import Query, as_embedded, read_query, retrieve
from ldnqa.rewrite import rewritten
from ldnqa.suggest import suggest, unknown_words
from ldnqa.text import names_any
from ldnqa.tokens import names_of
from ldnqa.told import asked_beside, only_tells, told_in
from ldnqa.triage import is_about_a_patient, red_flag, triage
from ldnqa.types import MAX_HISTORY_TURNS, MAX_QUESTION_CHARS, Answer, Audience, Claim, Hit, Turn
from ldnqa.wanted import subject_terms

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def ask(
    index: Index,
    question: str,
    *,
    policy: Policy,
    article_id: str | None = None,
    audience: Audience | None = None,
    history: Sequence[Turn] = (),
    approved_only: bool = False,
    model: LanguageModel | None = None,
) -> Answer:
    """Answer a question from the articles of an index, or say that they do not answer it.

    `article_id` is the article in view: it is preferred, not the only one searched. `history` holds earlier turns,
    newest last; only the last 20 count. The same index and the same request give the same answer, but for how a
    language `model`, if there is one, words a follow-up and what it drafts beside the quotes. It never sees an
    emergency.

    Raises InvalidQuestion (empty, over 2,000 characters, control characters) and UnknownArticle.
    """
    question = checked(question)
    if article_id is not None and article_id not in index.articles:
        raise UnknownArticle(article_id)
    history = tuple(history)[-MAX_HISTORY_TURNS:]

    subject, reading = reading_of(index, policy, question, history, article_id)
    told = told_in(question, [turn.question for turn in history])
    asked = Asked(question, reading.text, article_id, audience, history, approved_only, told)
    # The model reads while the words are looked at.
    for text in dict.fromkeys((reading.own, reading.text)):
        begin(index.encoder.encode_queries, as_embedded(text, index))

    emergency = triage(question, policy, history, index.encoder)
    # Passages help a clinician with a patient, and would only hold up anybody else. What was asked decides, and not who
    # says to be reading: the same question gets the same sources for every audience.
    if emergency and not is_about_a_patient(question, policy):
        return urgent(asked, emergency, index, policy)

    before = [question, *(turn.question for turn in history)]
    cited = [index.passage(id_) for turn in history for id_ in turn.source_ids if index.has_passage(id_)]
    if not emergency and policy.wording.in_return(question):
        # What was talked of before is not answered again, but can be asked more about.
        in_view = index.articles[article_id].title if article_id else subject or question
        about = history[-1].question if history else in_view
        talked_of = read_query(Reading(about, about), index, policy.lexicon, subject)
        suggestions = suggest(index, talked_of, before, policy.lexicon, read=cited, approved_only=approved_only)
        return abstained(asked, index, policy, missing=(), suggestions=suggestions, generator=Extractive.name)

    several = parts(question)
    patience = Patience(model) if model and not emergency else None
    # The reading has words of the question before, which may have been an emergency that is over.
    if patience and red_flag(reading.text, policy, encoder=index.encoder):
        patience = None
    told_apart = names_of(index.subject, policy.wording.look_alikes, policy.lexicon) if patience else None
    if patience and told_apart and len(several) == 1:
        reading = rewritten(reading, subject, index, told_apart, patience)
        asked = replace(asked, standalone=reading.text)

    query = read_query(reading, index, policy.lexicon, subject)
    answerer = Extractive(index)

    def claims_for(query: Query, text: str) -> list[Claim]:
        hits = retrieve(index, query, in_view=article_id, approved_only=approved_only)
        claims = ground(answerer.draft(query, hits, audience), index.articles)
        return on_the_drug(claims, text, policy.wording.look_alikes)

    # Several questions in one are read like turns of a conversation, and the answer says which part it leaves open.
    found: list[tuple[str, list[Claim]]] = []
    for number, part in enumerate(several if len(several) > 1 else ()):
        turns = (*history, *map(as_turn, several[:number]))
        # "... and what dose is used?" is about what stood before the "and".
        own = f"and {part}" if number else part
        subject, read_part = reading_of(index, policy, own, turns, article_id)
        found.append((part, claims_for(read_query(read_part, index, policy.lexicon, subject), read_part.text)))
    claims = share(claims_for(query, reading.text), [claims for _, claims in found])
    if not claims and reading.alone:
        alone = read_query(replace(reading, own=reading.alone), index, policy.lexicon, subject)
        claims = claims_for(alone, reading.text)
    # One thing that no article knows need not silence what is said of the others.
    missing = unknown_words(reading.own, query, index) if not claims else ()
    left = without(reading.text, missing) if not reading.bare and without(question, missing) else None
    if left and topics(left.rest, policy.lexicon, subject_terms(index)):
        rest = read_query(replace(reading, text=left.rest, own=left.rest), index, policy.lexicon, subject)
        claims = claims_for(rest, reading.text)
        found = [(", ".join(left.things), []), (left.rest, claims)]
    unanswered = [part for part, claims in found if not claims]
    unanswered = unanswered if len(unanswered) < len(found) else []
    leading = 1
    rule = caution_for(question, reading.text, told, policy)
    # Where the question has no answer, what was told just now may have one still; another medicine has none.
    just_told = told.now or (history and only_tells(history[-1].question) and names_any(reading.text, index.subject))
    if rule and (claims or (just_told and not query.about_other)):
        passed = [id_ for turn in history if not only_tells(turn.question) for id_ in turn.source_ids]
        cautioned = with_caution(claims, rule, index, policy.lexicon, read=passed, approved_only=approved_only)
        unanswered = unanswered if claims else [asked_beside(question)]
        leading = 2 if cautioned[:1] != claims[:1] else 1
        claims = cautioned
    if patience and told_apart:
        drafts = with_drafts(claims, reading.text, audience, patience)
        claims = ground_drafted(drafts, index.articles, index.encoder.encode_passages, told_apart)

    said = [quote for bundle in bundles(claims, index) for _, quote in bundle]
    suggestions = suggest(index, query, before, policy.lexicon, said=said, read=cited, approved_only=approved_only)
    if claims:
        return answered(
            asked,
            claims,
            index,
            policy,
            generator=answerer.name,
            drafted_by=f"chat:{model.name}" if model else None,
            suggestions=suggestions,
            emergency=emergency,
            unanswered=unanswered,
            leading=leading,
        )
    if emergency:
        return urgent(asked, emergency, index, policy)
    people = unspoken_of(index, query, retrieve(index, query, in_view=article_id, approved_only=approved_only))
    return abstained(
        asked, index, policy, missing=missing, people=people, suggestions=suggestions, generator=answerer.name
    )


def as_turn(question: str) -> Turn:
    """A question as a turn before others."""
    return Turn(question=question)


def share(whole: Sequence[Claim], found: Sequence[Sequence[Claim]]) -> list[Claim]:
    """The claims for several questions: what answers them together, then as many for each as fit into one answer."""
    answered = [claims for claims in found if claims]
    most = max(1, MAX_STATEMENTS // len(answered)) if answered else 0
    kept = [*whole[:1], *(claim for claims in answered for claim in claims[:most])]
    return list(dict.fromkeys(kept if answered else whole))[:MAX_STATEMENTS]


def search(
    index: Index,
    query: str,
    *,
    policy: Policy,
    article_id: str | None = None,
    approved_only: bool = False,
    limit: int = 10,
) -> list[Hit]:
    """The passages that match a query best, best first, whether or not they answer it; `article_id` keeps to one."""
    query = checked(query)
    if article_id is not None and article_id not in index.articles:
        raise UnknownArticle(article_id)
    corrected = index.vocabulary.corrected(query, policy.lexicon.vocabulary)
    wanted = read_query(Reading(corrected, corrected), index, policy.lexicon)
    return retrieve(index, wanted, only_article=article_id, approved_only=approved_only, limit=limit)


def checked(question: str) -> str:
    """The question without the white space around it; InvalidQuestion says what is wrong with it."""
    if not isinstance(question, str):
        raise InvalidQuestion("the question must be text")
    question = question.strip()
    if not question:
        raise InvalidQuestion("the question is empty; write what you want to know")
    if len(question) > MAX_QUESTION_CHARS:
        raise InvalidQuestion(f"the question has {len(question)} characters; at most {MAX_QUESTION_CHARS} are read")
    if _CONTROL.search(question):
        raise InvalidQuestion("the question has control characters; send plain text")
    return question


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
