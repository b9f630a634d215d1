"""The library's nouns as the responses of the read endpoints. Pure: an article or passage in, a document out."""

from __future__ import annotations

from urllib.parse import quote

from ldnqa.types import Article, Passage

from .deps import Resources
from .schemas import ArticleSummary, ArticleView, PassageView, SectionSummary


def article_url(article_id: str) -> str:
    """The address of an article's page on this site."""
    return f"/articles/{quote(article_id, safe='')}"


def section_url(article_id: str, section_id: str) -> str:
    """The address of a section on its article's page."""
    return f"{article_url(article_id)}#{quote(section_id, safe='')}"


def article_summary(article: Article) -> ArticleSummary:
    """An article without its text."""
    return ArticleSummary(
        id=article.id,
        title=article.title,
        subject=article.subject,
        audience=article.audience,
        questions=article.questions,
        review_status=article.review.status,
        reviewed_by=article.review.by,
        reviewed_on=article.review.on,
        last_updated=article.last_updated,
        url=article_url(article.id),
        sections=tuple(
            SectionSummary(id=section.id, heading=section.heading, tier=section.tier, regimen=section.regimen)
            for section in article.sections
        ),
    )


def article_view(article: Article, resources: Resources) -> ArticleView:
    """An article with its text, references and disclaimer."""
    known = article_summary(article).model_dump(exclude={"sections"})
    return ArticleView(
        **known,
        sections=article.sections,
        references=article.references,
        disclaimer=resources.disclaimer(article),
        index_id=resources.index.id,
    )


def passage_view(passage: Passage, article: Article) -> PassageView:
    """A passage with what is needed to cite it."""
    section = article.section(passage.section_id)
    return PassageView(
        id=passage.id,
        article_id=article.id,
        article_title=article.title,
        section_id=section.id,
        heading=section.heading,
        tier=section.tier,
        regimen=section.regimen,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        review_status=article.review.status,
        last_updated=article.last_updated,
        url=section_url(article.id, section.id),
    )
