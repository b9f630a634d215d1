"""Everything around the endpoints that keeps a service running: what guards it, what watches it, what it holds open.

The order matters and is written here once. From the outside in: id and log, trace, count, last resort, then the
client's address, who may read the response, how often, how many at once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from ldnqa.errors import LdnqaError
from ldnqa.feedback import FeedbackStore
from ldnqa.settings import Settings

from .deps import Resources
from .errors import PageFor, problem_response
from .gaps import Gaps, keeping_gaps
from .gate import Gate
from .limits import Clients, RateLimit, load_limits, open_store, read_limit
from .logs import RequestLog
from .metrics import Counting, Metrics, counted
from .reload import Reload, reloading
from .schemas import Problem
from .sites import Cors, double_claims
from .traces import Tracer, Tracing
from .warming import Warming


class UnusableSettings(LdnqaError):
    """Settings contradict each other."""


@dataclass(slots=True)
class Operation:
    """What one app holds open beside its resources; in `app.state.operation`."""

    settings: Settings
    metrics: Metrics
    feedback: FeedbackStore
    tracer: Tracer | None = None
    reload: Reload | None = None
    warming: Warming = field(default_factory=Warming)


def watch(app: FastAPI) -> None:
    """Puts the log, the traces and the counters around `app`, outside of its last resort."""
    operation: Operation = app.state.operation
    app.add_middleware(Counting, metrics=operation.metrics)
    app.add_middleware(Tracing, tracer=lambda: operation.tracer)
    app.add_middleware(RequestLog)


def guard(app: FastAPI, settings: Settings, page_for: PageFor) -> None:
    """Puts the limits around `app`; what they refuse is a problem, or the page `page_for` makes of it for a person."""
    if claimed := double_claims(settings.sites):
        raise UnusableSettings(f"LDNQA_SITES lists {', '.join(claimed)} for more than one site; leave it to one")
    metrics = Metrics()
    app.state.operation = Operation(settings, metrics, FeedbackStore(settings.feedback))
    app.state.draining = False

    def refuse(request: Request, found: Problem, headers: dict[str, str]) -> Response:
        response = page_for(request, found) or problem_response(found)
        response.headers.update(headers)
        return response

    def count(reason: str) -> None:
        metrics.refused.labels(reason).inc()

    app.add_middleware(Gate, queue=settings.queue, refuse=refuse, count=count)
    limit, store = read_limit(settings.rate_limit), open_store(settings.rate_store)
    app.add_middleware(RateLimit, limit=limit, store=store, refuse=refuse, count=count)
    app.add_middleware(Cors, sites=settings.sites)
    app.add_middleware(Clients, trusted_hops=settings.trusted_hops)


@asynccontextmanager
async def operating(
    app: FastAPI, settings: Settings, first: Resources, reopen: Callable[[], Resources] | None
) -> AsyncIterator[None]:
    """Puts `first` in service, and what replaces it later; closes everything when the server stops."""
    operation: Operation = app.state.operation
    metrics = operation.metrics
    async with AsyncExitStack() as stack:
        stack.callback(operation.feedback.close)
        if settings.traces:
            operation.tracer = Tracer(settings.traces)
            stack.callback(operation.tracer.close)
        gaps = stack.enter_context(Gaps(operation.feedback, metrics))
        stack.callback(operation.warming.stop)

        def put(fresh: Resources) -> None:
            metrics.serving(fresh.index.id)
            served = operation.warming.giving_way(counted(fresh, metrics, operation.tracer))
            app.state.resources = keeping_gaps(served, settings, gaps)
            operation.warming.begin(chain(fresh.read_ahead(), load_limits()))

        put(first)
        if reopen is not None:
            operation.reload = Reload(reopen, put, lambda result: metrics.reloads.labels(result).inc())
            await stack.enter_async_context(
                reloading(
                    operation.reload, settings.index, lambda: app.state.resources.index.id, settings.watch_seconds
                )
            )
        try:
            yield
        finally:
            app.state.resources = None
