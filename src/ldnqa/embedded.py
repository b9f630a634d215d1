"""What of an article is embedded, and what is counted; the same for the same article whatever is beside it.

Only readers' own words depend on more: on the names of all subjects, each of which is called by its shortest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ldnqa.bank import Question
from ldnqa.chunk import call_by_first_name, call_by_short_name, matched_text, quote_text
from ldnqa.text import terms
from ldnqa.types import Article, Asked, Passage

Subject = tuple[str, ...]


def subjects_of(articles: Iterable[Article]) -> tuple[Subject, ...]:
    """The subjects that have several names, each once."""
    return tuple(dict.fromkeys(article.subject for article in articles if len(article.subject) > 1))


def questions_of(article: Article) -> Iterator[Question]:
    """What the article says it answers: its title if that is a question and what its editors listed, each once; then
    what readers ask that its parts answer.
    """
    titles = [article.title] if article.title.rstrip().endswith("?") else []
    for text in dict.fromkeys([*titles, *article.questions]):
        yield Question(article.id, text)
    for asked in article.asked:
        for text in asked.questions:
            yield Question(article.id, text, asked.section_id, asked.start, asked.end)


def as_embedded(question: str, subjects: Iterable[Subject]) -> str:
    """A question as it is embedded: with every subject by its short name, and without the mark at its end, which one
    reader in two leaves out.
    """
    for subject in subjects:
        question = call_by_short_name(question, subject)
    return question.rstrip("?.! ")


def quote_texts(article: Article, passages: Iterable[Passage]) -> Iterator[str]:
    """The quotes of an article's passages as they are embedded."""
    for passage in passages:
        section = article.section(passage.section_id)
        for span in passage.quotes:
            yield quote_text(article, section, span)


def passage_terms(article: Article, passage: Passage) -> list[str]:
    """What a passage is found by: its terms, and once each those that readers ask for it with."""
    own = terms(matched_text(article, passage))
    asked = (asked for asked in article.asked if _touches(asked, passage))
    texts = (call_by_first_name(text, article.subject) for each in asked for text in each.questions)
    more = dict.fromkeys(term for text in texts for term in terms(text))
    return [*own, *(term for term in more if term not in set(own))]


def _touches(asked: Asked, passage: Passage) -> bool:
    return asked.section_id == passage.section_id and asked.start < passage.end and passage.start < asked.end


def words_of(article: Article) -> Iterator[str]:
    """Everything of an article whose words a reader may take up."""
    yield from (article.title, *article.subject, *article.questions)
    for section in article.sections:
        yield from (section.heading, section.text)
