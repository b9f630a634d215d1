"""What the service counts, for Prometheus. No label holds anything a client made up, so their number is bounded.

With several workers each counts in files of its own, in the folder that PROMETHEUS_MULTIPROC_DIR names, and a
scrape adds them up whichever worker it reaches.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.stages import listening
from ldnqa.types import Answer, Status

from .deps import Resources
from .logs import known_method, route_of
from .traces import Tracer

# When each series began is of no use to anyone here, and doubles the text.
disable_created_metrics()  # type: ignore[no-untyped-call]

# From a question answered out of a warm cache to one that waited in a full queue. Measured on two cores: about
# 15 ms alone, under 1 s with 64 clients at once.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STAGE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = self._counter("requests", "Requests served.", "method", "route", "status")
        self.seconds = self._histogram("request_seconds", "Time from request to end of response.", SECONDS, "route")
        self.in_flight = Gauge(
            "ldnqa_requests_in_flight",
            "Requests being served or waiting.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.answers = self._counter("answers", "Answers by status; abstained ones found no support.", "status")
        self.triage = self._counter("triage", "Questions that were answered as urgent, by kind of notice.", "kind")
        self.stages = self._histogram("stage_seconds", "Time of one step of an answer.", STAGE_SECONDS, "stage")
        self.index = Gauge(
            "ldnqa_index_info",
            "1 for the index in service, 0 for those before it.",
            ["index_id"],
            registry=self.registry,
            multiprocess_mode="livemostrecent",
        )
        self.reloads = self._counter("reloads", "Reloads of the index: ok or refused.", "result")
        self.refused = self._counter("refused", "Requests sent away: rate, busy, too_large or too_slow.", "reason")
        self.feedback = self._counter("feedback", "Feedback stored, by rating and reason.", "rating", "reason")
        self.feedback_failed = self._counter(
            "feedback_failed", "Feedback that could not be stored, and was not accepted."
        )
        self.gaps_dropped = self._counter("gaps_dropped", "Unanswered questions that could not be kept.")
        self._index_id: str | None = None

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"ldnqa_{name}", about, labels, registry=self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"ldnqa_{name}", about, labels, buckets=buckets, registry=self.registry)

    def serving(self, index_id: str) -> None:
        """Notes which index is in service from now on."""
        if self._index_id not in (None, index_id):
            self.index.labels(self._index_id).set(0)
        self.index.labels(index_id).set(1)
        self._index_id = index_id

    def answered(self, answer: Answer) -> None:
        """Counts an answer."""
        self.answers.labels(answer.status.value).inc()
        if answer.status is Status.URGENT:
            self.triage.labels(answer.notices[0].kind.value if answer.notices else "none").inc()

    def text(self) -> bytes:
        """Everything counted, in Prometheus's text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        all_workers = CollectorRegistry()
        MultiProcessCollector(all_workers)  # type: ignore[no-untyped-call]
        return generate_latest(all_workers)


def counted(resources: Resources, metrics: Metrics, tracer: Tracer | None) -> Resources:
    """The same resources, with every answer and each of its steps counted, whichever endpoint it is for."""
    plain = resources.ask

    def on_stage(name: str, began: float, seconds: float) -> None:
        metrics.stages.labels(name).observe(seconds)
        if tracer:
            tracer.stage(name, began, seconds)

    def ask(question: str, **about: Any) -> Answer:
        with listening(on_stage):
            answer = plain(question, **about)
        metrics.answered(answer)
        return answer

    return replace(resources, ask=ask)


class Counting:
    """Counts and times every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 499

        async def wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self.metrics.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, wrapped)
            finally:
                route = route_of(scope)
                self.metrics.requests.labels(known_method(scope), route, str(status)).inc()
                self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
