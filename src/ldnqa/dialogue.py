"""ask(): the whole story of a question on one screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ldnqa.answerers.chat import with_drafts
from ldnqa.answerers.extractive import Extractive
from ldnqa.asked import Asked, questions_in
from ldnqa.bundles import bundles
from ldnqa.compose import abstained, answered, urgent
from ldnqa.embedded import as_embedded
from ldnqa.encode import beside
from ldnqa.errors import InvalidQuestion, UnknownArticle
from ldnqa.findings import find, reading_of, with_danger
from ldnqa.followup import stands_as_it_is
from ldnqa.ground import ground_drafted
from ldnqa.index import Index
from ldnqa.lead import unspoken_of
from ldnqa.llm import LanguageModel
from ldnqa.llm.patience import Patience
from ldnqa.picked import picked
from ldnqa.policy import Policy
from ldnqa.query import Words, look_ahead, read_query, read_words
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.rewrite import rewritten
from ldnqa.suggest import suggest
from ldnqa.tokens import names_of
from ldnqa.triage import is_about_a_patient, red_flag, triage
from ldnqa.types import MAX_HISTORY_TURNS, MAX_QUESTION_CHARS, Answer, Audience, Hit, Notice, Turn

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class _ByWords(NamedTuple):
    """What a request says that needs no vector of the question: what "it" is, how the question is read, and what that
    asks; a notice if it tells of an emergency.
    """

    subject: str | None
    reading: Reading
    asked: Asked
    said: Words
    emergency: Notice | None


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
    meant, turns = picked(question, history, index) if history else (question, history)

    def read_by_words(how: tuple[str | None, Reading] | None = None) -> _ByWords:
        subject, reading = how or reading_of(index, policy, meant, turns, article_id)
        asked = Asked.of(
            meant,
            reading.text,
            policy,
            article_id=article_id,
            audience=audience,
            history=turns,
            approved_only=approved_only,
        )
        said = look_ahead(read_words(reading, index, policy.lexicon, subject), index)
        return _ByWords(subject, reading, asked, said, triage(question, policy, history, index.encoder))

    # The model reads while the words are looked at: most questions as they stand, the others when it is known how.
    # Several in one are looked up together and each by itself, of which the first mostly stands as it is.
    parts = questions_in(question)
    first = _as_it_stands(parts[0], index) if len(parts) > 1 and not history else []
    if not history and (whole := _as_it_stands(question, index)):
        by_words = beside(read_by_words, index.encoder.encode_queries, [*whole, *first])
    else:
        how = reading_of(index, policy, meant, turns, article_id)
        texts = [as_embedded(text, index.nicknames) for text in how[1].looked_up]
        by_words = beside(lambda: read_by_words(how), index.encoder.encode_queries, [*texts, *first])
    subject, reading, asked, said, emergency = by_words

    # Passages help a clinician with a patient, and would only hold up anybody else. What was asked decides, and not who
    # says to be reading: the same question gets the same sources for every audience.
    if emergency and not is_about_a_patient(question, policy):
        return urgent(asked, emergency, index, policy)

    before = [question, *(turn.question for turn in history)]
    cited = [index.passage(id_) for turn in history for id_ in turn.source_ids if index.has_passage(id_)]
    if not emergency and asked.small_talk:
        # What was talked of before is not answered again, but can be asked more about.
        in_view = index.articles[article_id].title if article_id else subject or question
        about = history[-1].question if history else in_view
        talked_of = read_query(Reading(about, about), index, policy.lexicon, subject)
        suggestions = suggest(index, talked_of, before, policy.lexicon, read=cited, approved_only=approved_only)
        return abstained(asked, index, policy, missing=(), suggestions=suggestions, generator=Extractive.name)

    patience = Patience(model) if model and not emergency else None
    # The reading has words of the question before, which may have been an emergency that is over.
    if patience and red_flag(reading.text, policy, encoder=index.encoder):
        patience = None
    told_apart = names_of(index.subject, policy.wording.look_alikes, policy.lexicon) if patience else None
    if patience and told_apart and len(asked.several) == 1:
        reading = rewritten(reading, subject, index, told_apart, patience)
        asked = asked.read_as(reading.text, policy)
        said = read_words(reading, index, policy.lexicon, subject)

    found = with_danger(find(asked, said, subject, index, policy), asked, index, policy)
    claims = found.claims
    if patience and told_apart:
        drafts = with_drafts(claims, reading.text, audience, patience)
        claims = ground_drafted(drafts, index.articles, index.encoder.encode_passages, told_apart)

    told_so = bundles(claims, index, found.leading)
    quoted = [quote for bundle in told_so for _, quote in bundle]
    suggestions = suggest(
        index, found.query, before, policy.lexicon, said=quoted, read=cited, approved_only=approved_only
    )
    if claims:
        return answered(
            asked,
            claims,
            told_so,
            index,
            policy,
            topics=found.query.topics,
            generator=Extractive.name,
            drafted_by=f"chat:{model.name}" if model else None,
            suggestions=suggestions,
            emergency=emergency,
            unanswered=found.unanswered,
        )
    if emergency:
        return urgent(asked, emergency, index, policy)
    asked_of = found.query.people
    hits = retrieve(index, found.query, in_view=article_id, approved_only=approved_only) if asked_of else []
    return abstained(
        asked,
        index,
        policy,
        missing=found.missing,
        people=unspoken_of(index, found.query, hits),
        suggestions=suggestions,
        generator=Extractive.name,
    )


def _as_it_stands(question: str, index: Index) -> list[str]:
    """A first question as it is embedded, if it is likely to be looked up as it is written."""
    stands = stands_as_it_is(question, index.subject, index.vocabulary)
    return [as_embedded(question, index.nicknames)] if stands else []


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
