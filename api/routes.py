"""The JSON endpoints: each turns a request into one call of the library and its result into a response.

The library is synchronous and runs in the server's pool of threads.
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from ldnqa.errors import UnknownArticle
from ldnqa.types import Answer

from .accept import EVENTS, JSON, wanted
from .body import StrictRoute
from .deps import Resources, Served
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
from .stream import AnswerStream
from .views import article_summary, article_view, passage_view

router = APIRouter(route_class=StrictRoute)


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals an endpoint documents; any endpoint can also fail."""
    return {status: {"model": Problem} for status in (*statuses, 500, 503)}


_BODY = (400, 413, 415, 422)


async def form_wanted(request: Request) -> str:
    """The form the client wants the answer in; Rejected if it takes none that is offered."""
    form = wanted(request.headers.get("accept"), (JSON, EVENTS))
    if form is None:
        raise Rejected("not-acceptable", f"Offered are {JSON} and {EVENTS}; name one of them in `Accept`.")
    return form


def answer_to(asked: AskRequest, served: Resources) -> Answer:
    """The library's answer to a request."""
    return served.ask(
        asked.question,
        article_id=asked.article_id,
        audience=asked.audience,
        history=tuple(turn.turn() for turn in asked.history),
        approved_only=asked.approved_only,
    )


@router.post(
    "/v1/ask",
    tags=["questions"],
    summary="Ask a question of the articles",
    response_model=Answer,
    responses=_problems(404, 406, *_BODY),
)
async def ask(asked: AskRequest, served: Served, form: Annotated[str, Depends(form_wanted)]) -> Answer | Response:
    """Answers from exact quotes of the articles, or says that they do not answer it.

    `status` is `answered`, `abstained` or `urgent`; all three are 200. The disclaimer is always there. To go
    on, send the question and the ids of the answer's sources as the newest turn of `history`.

    With `Accept: text/event-stream` the answer comes as server-sent events: `meta`, each `notice`, then each
    `statement` behind its `source`s, and `done` with the whole answer; or `error` with a problem document.
    """
    article = served.index.articles.get(asked.article_id) if asked.article_id is not None else None
    if asked.article_id is not None and article is None:
        raise UnknownArticle(asked.article_id)
    if form == EVENTS:
        disclaimer = served.disclaimer(article) if article else served.policy.disclaimer
        return AnswerStream(partial(answer_to, asked, served), disclaimer)
    return await run_in_threadpool(answer_to, asked, served)


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
async def readyz(served: Served) -> Health:
    """Answers once the index is open and the model warm; 503 until then."""
    return Health()
