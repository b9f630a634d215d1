"""The JSON endpoints: each turns a request into one call of the library and its result into a response.

They are plain functions, so the server runs them in its pool of threads; the library is synchronous.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from ldnqa.errors import UnknownArticle
from ldnqa.types import Answer

from .body import StrictRoute
from .deps import Served
from .errors import Rejected
from .schemas import (
    ArticleList,
    ArticleView,
    AskRequest,
    Health,
    PassageReply,
    Problem,
    SearchHit,
    SearchReply,
    SearchRequest,
)
from .views import article_summary, article_view, passage_view

router = APIRouter(route_class=StrictRoute)


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals an endpoint documents; any endpoint can also fail."""
    return {status: {"model": Problem} for status in (*statuses, 408, 429, 431, 500, 503)}


_BODY = (400, 413, 415, 422)


def accepts_json(request: Request) -> None:
    """Rejected if the client takes nothing we offer. A client that says nothing takes anything."""
    accepted = request.headers.get("accept", "*/*")
    for entry in accepted.split(","):
        media_range, *parameters = (part.strip().lower() for part in entry.split(";"))
        refused = any(part.replace(" ", "") in ("q=0", "q=0.0", "q=0.00", "q=0.000") for part in parameters)
        if media_range in ("*/*", "application/*", "application/json") and not refused:
            return
    raise Rejected("not-acceptable", "Offered is application/json; send `Accept: application/json`.")


@router.post(
    "/v1/ask",
    tags=["questions"],
    summary="Ask a question of the articles",
    responses=_problems(404, 406, *_BODY),
    dependencies=[Depends(accepts_json)],
)
def ask(asked: AskRequest, served: Served) -> Answer:
    """Answers from exact quotes of the articles, or says that they do not answer it.

    `status` is `answered`, `abstained` or `urgent`; all three are 200. The disclaimer is always there. To go
    on, send the question and the ids of the answer's sources as the newest turn of `history`.
    """
    return served.ask(
        asked.question,
        article_id=asked.article_id,
        audience=asked.audience,
        history=tuple(turn.turn() for turn in asked.history),
        approved_only=asked.approved_only,
    )


@router.post(
    "/v1/search",
    tags=["articles"],
    summary="Find passages",
    responses=_problems(404, *_BODY),
)
def search(wanted: SearchRequest, served: Served) -> SearchReply:
    """The passages nearest to a query, best first. A hit is not an answer: nothing checked that it gives one."""
    hits = served.search(
        wanted.query, article_id=wanted.article_id, approved_only=wanted.approved_only, limit=wanted.limit
    )
    articles = served.index.articles
    article = articles.get(wanted.article_id or "")
    return SearchReply(
        query=wanted.query,
        hits=tuple(
            SearchHit(
                **passage_view(hit.passage, articles[hit.passage.article_id]).model_dump(),
                score=hit.score,
                cosine=hit.cosine,
            )
            for hit in hits
        ),
        disclaimer=served.disclaimer(article) if article else served.policy.disclaimer,
        index_id=served.index.id,
    )


@router.get("/v1/articles", tags=["articles"], summary="List the articles", responses=_problems())
def articles(served: Served) -> ArticleList:
    """The articles that questions are answered from, without their text."""
    return ArticleList(
        articles=tuple(article_summary(article) for _, article in sorted(served.index.articles.items())),
        disclaimer=served.policy.disclaimer,
        index_id=served.index.id,
    )


@router.get("/v1/articles/{article_id}", tags=["articles"], summary="Read an article", responses=_problems(404, 422))
def article(article_id: str, served: Served) -> ArticleView:
    """An article with its references and the exact text that `start` and `end` of a source count in."""
    found = served.index.articles.get(article_id)
    if found is None:
        raise UnknownArticle(article_id)
    return article_view(found, served)


@router.get("/v1/passages/{passage_id}", tags=["articles"], summary="Read a passage", responses=_problems(404, 422))
def passage(passage_id: str, served: Served) -> PassageReply:
    """One passage with what is needed to cite it. Its id has a "#": send it percent-encoded, as "%23"."""
    found = served.index.passage(passage_id)
    article = served.index.articles[found.article_id]
    return PassageReply(
        **passage_view(found, article).model_dump(),
        disclaimer=served.disclaimer(article),
        index_id=served.index.id,
    )


@router.get("/healthz", tags=["server"], summary="Is the server up?", responses={500: {"model": Problem}})
async def healthz() -> Health:
    """Answers as soon as the server takes requests, whether or not it can answer questions yet."""
    return Health()


@router.get("/readyz", tags=["server"], summary="Can it answer?", responses=_problems())
async def readyz(request: Request, served: Served) -> Health:
    """Answers once the index is open and the model warm; 503 until then, and again once the server is to stop."""
    if request.app.state.draining:
        raise Rejected("not-ready", "This server is about to stop; ask another.", headers={"Retry-After": "1"})
    return Health()
