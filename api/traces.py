"""OpenTelemetry traces, if and only if the settings name a collector: one span a request, one for each step of `ask`.

A span holds what a log line holds and no word of what was asked. Nothing is imported until it is configured.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ldnqa.errors import MissingExtra

from .logs import known_method, request_id, route_of

_NANOSECONDS = 1_000_000_000
# For one batch, retries included. A server that stops sends its last one, and waits no longer for a collector.
_EXPORT_SECONDS = 3


class Tracer:
    """Sends spans to an OTLP/HTTP collector."""

    def __init__(self, address: str) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
        except ImportError as error:
            raise MissingExtra("LDNQA_TRACES needs an extra: pip install 'ldnqa[traces]'") from error
        self._provider = TracerProvider(resource=Resource.create({"service.name": "ldnqa"}), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=address, timeout=_EXPORT_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("ldnqa")
        self._read_parent = TraceContextTextMapPropagator().extract

    def stage(self, name: str, began: float, seconds: float) -> None:
        """Adds a step that has ended to the trace of the request being served."""
        start = int(began * _NANOSECONDS)
        self._tracer.start_span(name, start_time=start).end(start + int(seconds * _NANOSECONDS))

    def request(self, scope: Scope) -> Any:
        """Begins the span of a request; the caller's trace goes on if it sent one."""
        parent = self._read_parent({"traceparent": Headers(scope=scope).get("traceparent", "")})
        return self._tracer.start_as_current_span(
            "request", context=parent, record_exception=False, set_status_on_exception=False
        )

    def close(self) -> None:
        """Sends what has not been sent."""
        self._provider.shutdown()


class Tracing:
    """Puts every request in a span of its own."""

    def __init__(self, app: ASGIApp, tracer: Callable[[], Tracer | None]) -> None:
        self.app, self.tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves the request."""
        tracer = self.tracer() if scope["type"] == "http" else None
        if tracer is None:
            await self.app(scope, receive, send)
            return
        with tracer.request(scope) as span:

            async def wrapped(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                await send(message)

            try:
                await self.app(scope, receive, wrapped)
            finally:
                method, route = known_method(scope), route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("ldnqa.request_id", request_id.get() or "")
