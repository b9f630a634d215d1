"""Traces as a collector gets them: OTLP over HTTP, received and decoded here, with not a word of what was asked."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from live import ask, free_port, served, two_editions, until
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PRIVATE = ["zebrafishes", "Xylophonist", "quixotically"]
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@dataclass
class Received:
    """What a collector was sent: each POST's path, headers and body, unpacked."""

    address: str
    posts: list[tuple[str, str, bytes]] = field(default_factory=list)

    def spans(self):
        """(service name, span) of everything received."""
        for path, headers, body in self.posts:
            assert path == "/v1/traces"
            assert "application/x-protobuf" in headers
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                names = {pair.key: pair.value.string_value for pair in one.resource.attributes}
                yield from ((names["service.name"], span) for scope in one.scope_spans for span in scope.spans)


@contextmanager
def collector() -> Iterator[Received]:
    """An OTLP/HTTP collector on a free port."""

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            received.posts.append((self.path, str(self.headers), body))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.end_headers()
            self.wfile.write(ExportTraceServiceResponse().SerializeToString())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collecting) as server:
        received = Received(f"http://127.0.0.1:{server.server_port}/v1/traces")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield received
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


def test_a_collector_gets_each_request_with_its_steps_and_no_word_of_it(index, tmp_path):
    with (
        collector() as received,
        served(tmp_path, index, traces=received.address) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        answered = client.post(
            "/v1/ask",
            json={"question": f"What dose is used by {PRIVATE[0]}?"},
            headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "User-Agent": PRIVATE[1]},
        )
        client.get(f"/articles/{PRIVATE[2]}", params={"question": f"why {PRIVATE[1]}?"})
        client.post("/v1/ask", content=b'{"question": "' + PRIVATE[0].encode())
        client.post("/v1/feedback", json={"answer_id": "ans_1", "rating": "down", "comment": PRIVATE[2]})
        # Stopping sent the rest.
    spans = list(received.spans())
    assert {service for service, _ in spans} == {"ldnqa"}
    requests = {
        (span.name, attribute(span, "http.response.status_code")): span for _, span in spans if attributes(span)
    }
    assert set(requests) == {
        ("POST /v1/ask", 200),
        ("GET /articles/{article_id}", 404),
        ("POST /v1/ask", 415),
        ("POST /v1/feedback", 201),
    }
    asked = requests["POST /v1/ask", 200]
    assert (asked.trace_id.hex(), asked.parent_span_id.hex()) == (TRACE, PARENT), "the caller's trace goes on"
    assert attribute(asked, "ldnqa.request_id") == answered.headers["x-request-id"]
    steps = [span for _, span in spans if span.parent_span_id == asked.span_id]
    assert {"triage", "encode", "retrieve", "ground", "compose"} <= {span.name for span in steps}
    for span in steps:
        assert span.trace_id == asked.trace_id
        assert asked.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert not attributes(span)
    sent = b"".join(path.encode() + headers.encode() + body for path, headers, body in received.posts).lower()
    assert [word for word in PRIVATE if word.lower().encode() in sent] == []


def test_no_collector_costs_no_reader_anything(index, tmp_path):
    with served(tmp_path, index, traces=f"http://127.0.0.1:{free_port()}/v1/traces") as server:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            for _ in range(3):
                assert ask(client, f"What dose is used by {PRIVATE[0]}?").status_code == 200
        server.process.terminate()
        until(lambda: server.process.poll() is not None, "the end of the server")
        assert PRIVATE[0] not in server.logged()


def attributes(span):
    return {pair.key: pair.value for pair in span.attributes}


def attribute(span, name):
    """The value of an attribute; None if the span has none of that name."""
    found = attributes(span).get(name)
    return getattr(found, found.WhichOneof("value")) if found else None
