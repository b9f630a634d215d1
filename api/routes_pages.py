"""The pages: articles with the box that asks them, rendered on the server, complete without a script.

What an address asks is asked under the same rules as `POST /v1/ask`; how it is drawn is for `templates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from ldnqa.errors import InvalidQuestion, UnknownArticle
from ldnqa.types import Answer, Audience, Span

from .conversation import LIST_OF_ARTICLES, Conversation, Unreadable, read_request
from .deps import Resources, Served
from .render import page_article
from .schemas import FieldError, Problem
from .templates import PAGES, page
from .terms import with_terms
from .views import article_url, medical_web_page

# More suggestions than this are a list to read instead of a help to start.
MAX_SUGGESTIONS = 6
# The article that says how articles are written and reviewed, if the site has one.
EDITORIAL_POLICY = "editorial-policy"
# Those to whom the editors' plain words are shown first, the article's own below them.
PLAIN_FIRST = (Audience.PATIENT, Audience.CAREGIVER)

router = APIRouter(include_in_schema=False)

Turns = Annotated[list[str], Query(default_factory=list)]


@router.get("/")
@router.get(LIST_OF_ARTICLES)
def list_of_articles(served: Served, turn: Turns, question: str | None = None, audience: str = "") -> Response:
    """All articles, those of the highest authority first, and the box that asks them all."""
    articles = sorted(served.index.articles.values(), key=lambda article: (article.sections[0].tier.rank, article.id))
    asked = _asked(served, None, question, audience, turn)
    disclaimer = served.policy.disclaimer
    values = {"articles": articles, "disclaimer": disclaimer, "invitation": "Ask all of the articles"}
    return page("articles.html", {**values, **_box(asked, ())}, status=asked.status)


@router.get("/articles/{article_id}")
def article(article_id: str, served: Served, turn: Turns, question: str | None = None, audience: str = "") -> Response:
    """An article, its ask box, and the answer if the address asks something."""
    found = served.index.articles.get(article_id)
    if found is None:
        raise UnknownArticle(article_id)
    asked = _asked(served, article_id, question, audience, turn)
    quotes = {
        source.index: (source.section_id, Span(start=source.start, end=source.end))
        for source in (asked.answer.sources if asked.answer else ())
        if source.article_id == article_id
    }
    values = {
        "page": with_terms(page_article(found, quotes), served.index.glossary),
        "article": found,
        "disclaimer": served.disclaimer(found),
        "policy": article_url(EDITORIAL_POLICY) if EDITORIAL_POLICY in served.index.articles else None,
        "described": medical_web_page(found),
        "invitation": "Have a follow-up question?",
    }
    return page("article.html", {**values, **_box(asked, found.questions)}, status=asked.status)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asked, and what came of it: an answer, mistakes to mend, or neither if it asked nothing."""

    before: Conversation
    answer: Answer | None = None
    question: str = ""
    errors: tuple[FieldError, ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows it."""
        return 422 if self.errors else 200


def _asked(served: Resources, article_id: str | None, question: str | None, audience: str, turns: list[str]) -> Asked:
    """Asks what a page's address asks, under the same rules as the JSON endpoint."""
    try:
        # An address without a question still carries a conversation, which is read by the same rules.
        request = read_request(article_id, "?" if question is None else question, audience, turns)
    except Unreadable as unreadable:
        return Asked(Conversation(article_id), question=question or "", errors=unreadable.errors)
    before = Conversation(article_id, request.audience, request.history)
    if question is None:
        return Asked(before)
    history = tuple(earlier.turn() for earlier in request.history)
    try:
        answer = served.ask(request.question, article_id=article_id, audience=request.audience, history=history)
    except InvalidQuestion:
        error = FieldError(field="question", message="Please ask a question in words.")
        return Asked(before, question=question, errors=(error,))
    return Asked(before, answer)


def _box(asked: Asked, questions: tuple[str, ...]) -> dict[str, Any]:
    """What the ask box shows; `questions` are its suggestions as long as nothing has been asked."""
    answer, before = asked.answer, asked.before
    after = before.after(answer) if answer else before
    suggested = answer.follow_up_questions if answer else questions
    return {
        "answer": answer,
        "plain_first": after.audience in PLAIN_FIRST,
        "spare_words": _spare_words(answer) if answer else [],
        "earlier": before.earlier(),
        "conversation": after,
        "suggestions": [(words, after.address(words)) for words in suggested[:MAX_SUGGESTIONS]],
        "question": asked.question,
        "errors": asked.errors,
    }


def _spare_words(answer: Answer) -> list[str]:
    """The paragraphs of an answer without statements that are not shown as a notice or disclaimer anyway."""
    if answer.statements:
        return []
    shown = {notice.text.strip() for notice in answer.notices} | {answer.disclaimer.text.strip()}
    return [words for words in answer.answer.split("\n\n") if words.strip() and words.strip() not in shown]


@router.get("/docs")
def docs(request: Request) -> Response:
    """The OpenAPI document as a page: no script, and nothing fetched from anywhere else."""
    return page("docs.html", {"api": request.app.openapi()})


@router.get("/style.css")
async def style() -> Response:
    """The one style sheet."""
    return Response(_style(), media_type="text/css; charset=utf-8", headers={"Cache-Control": "public, max-age=300"})


@cache
def _style() -> bytes:
    return (PAGES / "style.css").read_bytes()


def problem_page(request: Request, problem: Problem) -> Response | None:
    """A problem as a page, if it is a person with a browser who ran into it; None for a program."""
    is_page = not request.url.path.startswith(("/v1/", "/healthz", "/readyz", "/openapi.json"))
    if not is_page or "text/html" not in request.headers.get("accept", ""):
        return None
    return page("problem.html", {"problem": problem}, status=problem.status)
