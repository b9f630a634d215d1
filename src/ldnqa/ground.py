"""Drops every claim its quotes do not support. Nothing is repaired: what fails is not said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ldnqa.stages import stage
from ldnqa.types import Article, Claim, Quote


@stage("ground")
def ground(claims: Iterable[Claim], articles: Mapping[str, Article]) -> list[Claim]:
    """The claims that say exactly what one of their quotes says, every quote exact in its section."""
    return [
        claim
        for claim in claims
        if all(is_exact(quote, articles) for quote in claim.quotes)
        and any(claim.text == quote.text for quote in claim.quotes)
    ]


def is_exact(quote: Quote, articles: Mapping[str, Article]) -> bool:
    """Whether `section.text[start:end] == text` holds for the section the quote names."""
    article = articles.get(quote.article_id)
    if article is None or all(section.id != quote.section_id for section in article.sections):
        return False
    text = article.section(quote.section_id).text
    return quote.start < quote.end <= len(text) and text[quote.start : quote.end] == quote.text
