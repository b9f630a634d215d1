"""Answers as server-sent events: what is sent, in which order, and what happens when something goes wrong."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import httpx
import httpx_sse
import pytest
import service_fakes
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from serving import serving

from ldnqa.api import stream
from ldnqa.api.accept import wanted
from ldnqa.api.app import create_app
from ldnqa.types import Answer, Conflict

EVENT_STREAM = {"Accept": "text/event-stream"}
# One of each outcome, and one whose words need more than one byte a character.
QUESTIONS = ["What dose is taken at bedtime?", "And a 😀 mood?", "I took an overdose", "zzz"]
# Long enough for a loaded machine, and only waited out by a test that fails.
PATIENCE = 60


def read(chunks, headers=None):
    """The events in `chunks` of bytes, as a client written by others reads them."""
    reply = httpx.Response(200, headers=headers or {"content-type": "text/event-stream"}, content=iter(chunks))
    return [(event.id, event.event, json.loads(event.data)) for event in httpx_sse.EventSource(reply).iter_sse()]


def names(events):
    return [name for _, name, _ in events]


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=service_fakes.resources())) as client:
        yield client


def ask(client, question, **fields):
    return client.post("/v1/ask", json={"question": question, **fields}, headers=EVENT_STREAM)


# --- what is sent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_parts_of_a_stream_are_those_of_the_answer(client, question):
    whole = client.post("/v1/ask", json={"question": question}).json()
    events = read([ask(client, question).content])
    (begun,) = [data for _, name, data in events if name == "meta"]
    assert begun == {
        "object": "ldnqa.answer_begun",
        **{field: whole[field] for field in ("id", "status", "disclaimer", "index_id")},
    }
    for name, field in (("notice", "notices"), ("statement", "statements"), ("source", "sources")):
        assert [data for _, found, data in events if found == name] == whole[field]
    assert [data for _, name, data in events if name == "done"] == [whole]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_disclaimer_is_in_the_first_and_the_last_event(client, question):
    events = read([ask(client, question).content])
    (_, first, opening), (_, last, closing) = events[0], events[-1]
    assert (first, last) == ("meta", "done")
    assert opening["disclaimer"] == closing["disclaimer"]
    assert opening["disclaimer"]["text"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_notices_come_first_and_no_statement_before_its_sources(client, question):
    events = read([ask(client, question).content])
    assert [int(number) for number, _, _ in events] == list(range(1, len(events) + 1))
    order = ["meta", "notice", "evidence", "done"]
    ranks = [order.index("evidence" if name in ("source", "statement") else name) for name in names(events)]
    assert ranks == sorted(ranks)
    shown = set()
    for _, name, data in events:
        if name == "source":
            shown.add(data["index"])
        if name == "statement":
            assert set(data["source_indexes"]) <= shown


def test_what_only_a_conflict_cites_is_sent_too():
    answer = service_fakes.ask("What dose is taken at bedtime?")
    statement = answer.statements[0]
    assert len(answer.sources) > 1
    last = len(answer.sources)
    conflict = Conflict(topic="dose", summary="They differ.", source_indexes=tuple(range(1, last + 1)))
    found = list(stream.events(answer.model_copy(update={"statements": (statement,), "conflicts": (conflict,)})))
    assert [event.payload.index for event in found if event.name == "source"] == list(range(1, last + 1))
    assert found[-1].name == "done"


def test_proxies_are_told_not_to_hold_it_back(client):
    reply = ask(client, "dose?")
    assert reply.headers["content-type"].split(";")[0] == "text/event-stream"
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["x-accel-buffering"] == "no"
    assert "content-length" not in reply.headers
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_same_request_gives_the_same_bytes(client):
    assert ask(client, "dose?").content == ask(client, "dose?").content


@pytest.mark.parametrize("question", QUESTIONS)
def test_it_reads_the_same_wherever_the_bytes_are_split(client, question):
    raw = ask(client, question).content
    whole = read([raw])
    assert read([raw[n : n + 1] for n in range(len(raw))]) == whole
    for at in range(0, len(raw), 1 if len(raw) < 2_000 else 37):
        assert read([raw[:at], raw[at:]]) == whole


@given(st.text(min_size=1).filter(str.strip))
def test_no_words_break_an_event(words):
    answer = service_fakes.ask("zzz").model_copy(update={"question": words, "answer": words})
    encoded = b"".join(event.encoded() for event in stream.events(answer))
    assert Answer.model_validate(read([encoded])[-1][2]).question == words


def test_the_schemas_describe_what_is_sent(client):
    from jsonschema import Draft202012Validator

    document = client.get("/openapi.json").json()
    media = document["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    for question in QUESTIONS:
        reply = httpx.Response(
            200, headers=EVENT_STREAM | {"content-type": "text/event-stream"}, content=ask(client, question).content
        )
        for event in httpx_sse.EventSource(reply).iter_sse():
            Draft202012Validator({**media["schema"], "components": document["components"]}).validate(
                {"id": event.id, "event": event.event, "data": event.data}
            )
            about = document["components"]["schemas"][f"AskEvent{event.event.title()}"]["properties"]["data"]
            Draft202012Validator({**about["contentSchema"], "components": document["components"]}).validate(
                json.loads(event.data)
            )


# --- who gets it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json, text/event-stream", "application/json"),
        ("text/event-stream, */*;q=0.1", "text/event-stream"),
        ("text/event-stream, */*", "text/event-stream"),
        ("text/event-stream;q=0.5, application/json;q=0.4", "text/event-stream"),
        ("TEXT/EVENT-STREAM", "text/event-stream"),
        ("text/*", "text/event-stream"),
        ("application/json;q=0, */*", "text/event-stream"),
        ("text/event-stream;q=many", "text/event-stream"),
        ("text/event-stream;q=0", None),
        ("text/html", None),
        ("", None),
    ],
)
def test_the_accept_header_chooses_the_form(accept, form):
    assert wanted(accept, ("application/json", "text/event-stream")) == form


@pytest.mark.parametrize(
    ("body", "status"),
    [("{", 400), ('{"question": ""}', 422), ('{"question": "dose?", "article_id": "none"}', 404)],
)
def test_a_refusal_is_a_problem_document_in_this_form_too(client, body, status):
    reply = client.post("/v1/ask", content=body, headers={**EVENT_STREAM, "content-type": "application/json"})
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"


# --- what goes wrong --------------------------------------------------------------------------------------


def fails(question, **_):
    raise RuntimeError(f"/etc/secret: {question}")


def test_a_fault_before_the_stream_is_opened_is_a_problem_document(caplog):
    with TestClient(create_app(resources=replace(service_fakes.resources(), ask=fails))) as client:
        reply = ask(client, "my private question")
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["request_id"] == reply.headers["x-request-id"]
    assert reply.json()["request_id"] in caplog.text
    assert "private" not in reply.text + caplog.text


class Held:
    """An `ask` that keeps questions waiting until it is told to go on, and counts those it was given."""

    def __init__(self, then=service_fakes.ask):
        self.go_on, self.begun, self.then = threading.Event(), threading.Semaphore(0), then
        self.count = 0

    def __call__(self, question, **asked):
        self.count += 1
        self.begun.release()
        assert self.go_on.wait(timeout=PATIENCE)
        return self.then(question, **asked)


@pytest.fixture
def quick_heartbeat(monkeypatch):
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.01)


@pytest.mark.usefixtures("quick_heartbeat")
def test_a_stream_is_kept_alive_while_the_answer_is_made():
    held = Held()
    with (
        serving(create_app(resources=replace(service_fakes.resources(), ask=held))) as address,
        httpx.stream(
            "POST", f"{address}/v1/ask", json={"question": "dose?"}, headers=EVENT_STREAM, timeout=PATIENCE
        ) as r,
    ):
        chunks = r.iter_raw()
        before = next(chunks) + next(chunks)
        assert read([before]) == []
        assert before.startswith(b": ")
        held.go_on.set()
        assert names(read([before, *chunks]))[0] == "meta"


@pytest.mark.usefixtures("quick_heartbeat")
def test_a_fault_after_the_stream_is_opened_is_an_error_event_with_the_disclaimer(caplog):
    held = Held(then=fails)
    with (
        serving(create_app(resources=replace(service_fakes.resources(), ask=held))) as address,
        httpx.stream(
            "POST",
            f"{address}/v1/ask",
            json={"question": "my private question", "article_id": "examplol-uses"},
            headers=EVENT_STREAM,
            timeout=PATIENCE,
        ) as reply,
    ):
        chunks = reply.iter_raw()
        before = next(chunks)
        held.go_on.set()
        ((number, name, data),) = read([before, *chunks])
    assert (number, name, data["status"]) == ("1", "error", 500)
    assert data["type"] == "urn:ldnqa:problem:internal"
    assert data["disclaimer"] == service_fakes.ARTICLE_DISCLAIMER.model_dump()
    assert data["request_id"] in caplog.text
    assert "private" not in json.dumps(data) + caplog.text


@pytest.mark.usefixtures("quick_heartbeat")
def test_the_question_of_a_client_that_goes_away_is_not_asked(monkeypatch):
    monkeypatch.setattr("ldnqa.api.app.working_threads", lambda _: 1)
    held = Held()
    app = create_app(resources=replace(service_fakes.resources(), ask=held))
    left = threading.Event()

    async def watched(scope, receive, send):
        await app(scope, receive, send)
        if dict(scope.get("headers", ())).get(b"x-goes-away"):
            left.set()

    with serving(watched) as address, httpx.Client(base_url=address, timeout=PATIENCE) as client:
        working = {"json": {"question": "dose?"}, "headers": EVENT_STREAM}
        with client.stream("POST", "/v1/ask", **working) as first:
            assert held.begun.acquire(timeout=PATIENCE)
            with client.stream(
                "POST", "/v1/ask", json={"question": "yawning?"}, headers={**EVENT_STREAM, "X-Goes-Away": "1"}
            ) as second:
                next(second.iter_raw())
            assert left.wait(timeout=PATIENCE)
            held.go_on.set()
            assert names(read(first.iter_raw()))[-1] == "done"
        assert names(read([ask(client, "dose?").content]))[-1] == "done"
    assert held.count == 2


# --- through the real service -----------------------------------------------------------------------------


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("What dose is used, and when is it taken?", "answered"),
        ("What is the capital of France?", "abstained"),
        ("I took an overdose of naltrexone and cannot breathe", "urgent"),
    ],
)
def test_a_real_server_streams_what_it_answers(live_site, question, status):
    asked = {"question": question, "article_id": "ldn-indications"}
    with httpx.Client(base_url=live_site, timeout=PATIENCE) as client:
        whole = client.post("/v1/ask", json=asked).json()
        with httpx_sse.connect_sse(client, "POST", "/v1/ask", json=asked, headers=EVENT_STREAM) as source:
            events = [(event.id, event.event, json.loads(event.data)) for event in source.iter_sse()]
    assert whole["status"] == events[0][2]["status"] == status
    assert events[-1][1:] == ("done", whole)
    assert events[0][2]["disclaimer"] == whole["disclaimer"]
    assert [data for _, name, data in events if name == "source"] == whole["sources"]
