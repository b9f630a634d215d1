"""Drops every claim its quotes do not support. Nothing is repaired: what fails is not said.

Four guards: a quote is exact; it is whole, so that no qualifier is cut off; a claim says nothing that its quotes do not
say, figures, units and negations included; and a claim is about the drug that was asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ldnqa.chunk import quotable_spans
from ldnqa.corpus.figures import missing_figures
from ldnqa.memory import Same
from ldnqa.restate import refusals
from ldnqa.stages import stage
from ldnqa.support import Embed, support_of
from ldnqa.text import any_name, fold_space, names, plain_case
from ldnqa.tokens import Names
from ldnqa.types import Article, Claim, Quote, Span

_NEGATION = re.compile(r"\b(?:not|no|never|none|nor|neither|without|cannot|nobody|nothing)\b|n['’]t\b", re.IGNORECASE)
# Sections remembered cut up; a passage of a section is asked for again and again.
_SECTIONS = 256
# Claims remembered with what they quote, by some hundred words each.
_CLAIMS = 4096


@stage("ground")
def ground(claims: Iterable[Claim], articles: Mapping[str, Article]) -> list[Claim]:
    """The claims that say what one of their quotes says, every quote exact and whole in its section."""
    those = Same(articles)
    return [claim for claim in claims if _holds(Same(claim), those)]


# The articles' quotes come again with every question, and so do claims that are nothing but a quote.
@lru_cache(maxsize=_CLAIMS)
def _holds(of: Same[Claim], those: Same[Mapping[str, Article]]) -> bool:
    claim, articles = of.it, those.it
    return (
        all(is_exact(quote, articles) and is_whole(quote, articles) for quote in claim.quotes)
        and any(claim.text == quote.text for quote in claim.quotes)
        and says_no_more(claim.text, [quote.text for quote in claim.quotes])
    )


def is_exact(quote: Quote, articles: Mapping[str, Article]) -> bool:
    """Whether `section.text[start:end] == text` holds for the section the quote names."""
    article = articles.get(quote.article_id)
    return article is not None and _is_exact(Same(article), Same(quote))


# The articles' quotes come again with every question.
@lru_cache(maxsize=_CLAIMS)
def _is_exact(article: Same[Article], quote: Same[Quote]) -> bool:
    place = quote.it
    text = next((section.text for section in article.it.sections if section.id == place.section_id), "")
    return place.start < place.end <= len(text) and text[place.start : place.end] == place.text


def is_whole(quote: Quote, articles: Mapping[str, Article]) -> bool:
    """Whether a quote cuts nothing off: each sentence, list or note it touches is in it, with all that one needs.

    What a sentence needs (the lead-in of its list, what "these" stands for, the "however" behind it) is the chunker's
    to say; see `chunk.quotable_spans`.
    """
    return _is_whole(Same(articles[quote.article_id]), Same(quote))


@lru_cache(maxsize=_CLAIMS)
def _is_whole(article: Same[Article], quote: Same[Quote]) -> bool:
    start, end = quote.it.start, quote.it.end
    spans = _spans(article, quote.it.section_id)
    touched = [safe for core, safe in spans if core.start < end and start < core.end]
    return bool(touched) and all(start <= safe.start and safe.end <= end for safe in touched)


@lru_cache(maxsize=_SECTIONS)
def _spans(article: Same[Article], section_id: str) -> list[tuple[Span, Span]]:
    notes = frozenset(
        Span(start=note.note_start, end=note.note_end)
        for section in article.it.sections
        for note in section.notes
        if note.section_id == section_id
    )
    return quotable_spans(article.it.section(section_id), notes)


def says_no_more(text: str, quotes: Sequence[str]) -> bool:
    """Whether every figure with its unit and every negation of `text` stands in the quotes, and none of them is lost.

    "4.5mg", "4.50 mg" and "4.5 milligrams" are the same figure; "5 mg" and "5 g" are not.
    """
    return _says_no_more(text, " ".join(map(fold_space, quotes)))


# Quotes are claims of their own, word for word, and come again with every question like the last.
@lru_cache(maxsize=_CLAIMS)
def _says_no_more(text: str, given: str) -> bool:
    said, there = len(_NEGATION.findall(text)), len(_NEGATION.findall(given))
    return not missing_figures(text, given) and said <= there and (said > 0) == (there > 0)


def ground_drafted(
    claims: Iterable[Claim], articles: Mapping[str, Article], encode: Embed, told_apart: Names
) -> list[Claim]:
    """The claims with those drafted sentences that each quote they cite supports by itself; see `restate`, `support`.

    A sentence that cites words which are not said is not said either.
    """
    kept = list(claims)
    said = {quote for claim in kept for quote in claim.quotes}

    def holds(text: str, quote: Quote) -> bool:
        exact = quote in said and is_exact(quote, articles) and is_whole(quote, articles)
        return (
            exact
            and not refusals(text, quote.text, told_apart)
            and support_of(text, quote.text, encode, told_apart).is_given
        )

    return [
        claim.model_copy(
            update={"drafted": tuple(d for d in claim.drafted if all(holds(d.text, quote) for quote in d.quotes))}
        )
        if claim.drafted
        else claim
        for claim in kept
    ]


def looks_alike(question: str, look_alikes: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The rows of `look_alikes` that a question names."""
    plain = plain_case(question)
    # Most questions name none, which this tells five times as fast.
    able = (row for row in look_alikes if any(not name.isascii() or name.lower() in plain for name in row))
    return [row for row in able if any_name(tuple(row)).search(question)]


def on_the_drug(claims: Iterable[Claim], question: str, look_alikes: Sequence[Sequence[str]]) -> list[Claim]:
    """The claims that name each drug with a look-alike name that the question names.

    `look_alikes` has the names of one such drug in each row. What is said of naltrexone answers nothing about naloxone.
    """
    asked = looks_alike(question, look_alikes)
    return [
        claim
        for claim in claims
        if all(any(names(quote.text, name) for quote in claim.quotes for name in row) for row in asked)
    ]
