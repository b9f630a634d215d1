"""The library's nouns as the responses of the read endpoints. Pure: an article or passage in, a document out."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ldnqa.types import Article, Audience, Passage, Reference, ReviewStatus

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


# What schema.org calls the readers; a researcher has no name of their own there.
_AUDIENCES = {Audience.PATIENT: "Patient", Audience.CAREGIVER: "Caregiver", Audience.CLINICIAN: "Clinician"}
_STATUSES = {
    ReviewStatus.SUBMITTED: "Submitted",
    ReviewStatus.UNDER_REVIEW: "Under review",
    ReviewStatus.APPROVED: "Approved",
}


def medical_web_page(article: Article) -> dict[str, Any]:
    """What search engines are told of an article's page (schema.org/MedicalWebPage); a review only if it approved."""
    review = article.review
    approved = review.status is ReviewStatus.APPROVED
    found = {
        "@context": "https://schema.org",
        "@type": "MedicalWebPage",
        "name": article.title,
        "url": article_url(article.id),
        "inLanguage": "en",
        "dateModified": article.last_updated.isoformat(),
        "creativeWorkStatus": _STATUSES[review.status],
        "lastReviewed": review.on.isoformat() if approved and review.on else None,
        "reviewedBy": {"@type": "Person", "name": review.by} if approved and review.by else None,
        "about": {"@type": "MedicalEntity", "name": article.subject[0], "alternateName": list(article.subject[1:])},
        "audience": [
            {"@type": "MedicalAudience", "audienceType": _AUDIENCES[audience]}
            for audience in article.audience
            if audience in _AUDIENCES
        ],
        "citation": [_creative_work(reference) for reference in article.references],
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _creative_work(reference: Reference) -> dict[str, Any]:
    found = {
        "@type": "CreativeWork",
        "name": reference.title,
        "identifier": f"doi:{reference.doi}" if reference.doi else None,
        "datePublished": str(reference.year) if reference.year else None,
    }
    return {name: value for name, value in found.items() if value is not None}
