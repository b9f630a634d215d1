"""The JSON endpoints, as a program sees them. The small site of `service_fakes` stands in for an index."""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from service_fakes import ARTICLE_DISCLAIMER, INDEX, SITE_DISCLAIMER, resources

from ldnqa.api.app import create_app
from ldnqa.types import Answer, Section

CONVERSATION = [{"question": "What dose is used?", "source_ids": ["examplol-uses#from-the-guidelines:0"]}]


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=resources())) as client:
        yield client


def broken(**parts):
    """A client of a site where some part does what it should not."""
    return TestClient(create_app(resources=replace(resources(), **parts)))


def test_an_answer_is_the_librarys_noun_and_nothing_else(client):
    reply = client.post("/v1/ask", json={"question": "  What dose is used?\n", "article_id": "examplol-uses"})
    assert reply.status_code == 200
    answer = Answer.model_validate_json(reply.content)
    assert reply.json() == answer.model_dump(mode="json")
    assert answer.question == "What dose is used?"
    assert answer.disclaimer == ARTICLE_DISCLAIMER
    for source in answer.sources:
        section = INDEX.articles[source.article_id].section(source.section_id)
        assert section.text[source.start : source.end] == source.quote


def test_the_same_request_gives_the_same_bytes(client):
    asked = {"question": "And the side effects?", "history": CONVERSATION}
    assert client.post("/v1/ask", json=asked).content == client.post("/v1/ask", json=asked).content


def test_history_is_handed_on_and_unknown_ids_are_ignored(client):
    history = [{"question": "Tell me about the dose"}, {"question": "yawning?", "source_ids": ["gone#gone:7"]}]
    reply = client.post("/v1/ask", json={"question": "Why?", "history": history})
    assert reply.json()["standalone_question"] == "yawning? Why?"


def test_abstaining_and_urgency_are_answers_not_errors(client):
    for question, status in (("zzz", "abstained"), ("I took an overdose", "urgent")):
        reply = client.post("/v1/ask", json={"question": question})
        assert (reply.status_code, reply.json()["status"]) == (200, status)
        assert reply.json()["disclaimer"]["text"]


def test_approved_only_leaves_the_rest_out(client):
    reply = client.post("/v1/ask", json={"question": "What dose?", "approved_only": True})
    assert reply.json()["status"] == "abstained"


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/*;q=0.5", "text/event-stream, */*;q=0.1"])
def test_json_is_sent_to_whoever_takes_it(client, accept):
    assert client.post("/v1/ask", json={"question": "Dose?"}, headers={"Accept": accept}).status_code == 200


@pytest.mark.parametrize("accept", ["application/xml", "text/html, application/json;q=0", "*/*;q=0", ""])
def test_a_form_that_is_not_offered_is_refused_by_name(client, accept):
    reply = client.post("/v1/ask", json={"question": "Dose?"}, headers={"Accept": accept})
    assert reply.status_code == 406
    assert "application/json" in reply.json()["detail"]


def test_articles_are_listed_with_their_status(client):
    reply = client.get("/v1/articles").json()
    assert [article["id"] for article in reply["articles"]] == ["examplol-uses", "hostilol"]
    first = reply["articles"][0]
    assert (first["review_status"], first["last_updated"]) == ("under_review", "2025-02-27")
    assert first["url"] == "/articles/examplol-uses"
    assert reply["disclaimer"] == SITE_DISCLAIMER.model_dump()
    assert reply["index_id"] == INDEX.id


def test_an_article_has_the_exact_text_that_offsets_count_in(client):
    reply = client.get("/v1/articles/examplol-uses").json()
    sections = tuple(Section.model_validate(section) for section in reply["sections"])
    assert sections == INDEX.articles["examplol-uses"].sections
    assert "😀" in sections[0].text
    assert [entry["label"] for entry in reply["references"]] == ["1", "2"]
    assert reply["disclaimer"] == ARTICLE_DISCLAIMER.model_dump()


def test_an_article_without_a_disclaimer_of_its_own_shows_the_sites(client):
    assert client.get("/v1/articles/hostilol").json()["disclaimer"] == SITE_DISCLAIMER.model_dump()


@pytest.mark.parametrize("passage", INDEX.passages, ids=lambda passage: passage.id)
def test_every_passage_can_be_read_by_its_percent_encoded_id(client, passage):
    reply = client.get(f"/v1/passages/{quote(passage.id, safe='')}").json()
    article = client.get(f"/v1/articles/{reply['article_id']}").json()
    section = next(section for section in article["sections"] if section["id"] == reply["section_id"])
    assert section["text"][reply["start"] : reply["end"]] == reply["text"] == passage.text
    assert reply["heading"] == section["heading"]
    assert reply["disclaimer"]["text"]


def test_search_finds_passages_best_first(client):
    reply = client.post("/v1/search", json={"query": "dose at bedtime", "limit": 2}).json()
    assert next(hit["id"] for hit in reply["hits"]) == "examplol-uses#from-the-guidelines:0"
    assert len(reply["hits"]) == 2
    assert reply["hits"][0]["score"] >= reply["hits"][1]["score"]
    assert reply["disclaimer"] == SITE_DISCLAIMER.model_dump()


def test_the_server_is_up_before_it_is_ready():
    closed = TestClient(create_app(resources=resources()))  # its lifespan has not begun
    assert closed.get("/healthz").json() == {"status": "ok"}
    not_ready = closed.get("/readyz")
    assert not_ready.status_code == 503
    assert not_ready.headers["retry-after"]
    assert closed.post("/v1/ask", json={"question": "Dose?"}).status_code == 503
    with closed:
        assert closed.get("/readyz").json() == {"status": "ok"}


def test_head_is_get_without_the_body(client):
    for path in ("/healthz", "/v1/articles", "/articles/examplol-uses", "/style.css"):
        whole, head = client.get(path), client.head(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "path", ["/healthz", "/v1/articles/examplol-uses", "/articles/none", "/nowhere", "/style.css", "/docs"]
)
def test_every_response_has_the_strict_headers(client, path):
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self';")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"]


def test_an_unforeseen_fault_says_only_its_request_id_and_logs_no_question(caplog):
    where = "/etc/secret"

    def fails(question, **_):
        raise RuntimeError(f"{where}: {question}")

    with broken(ask=fails) as client, caplog.at_level(logging.DEBUG):
        reply = client.post("/v1/ask", json={"question": "my private question"})
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["x-request-id"] == reply.json()["request_id"]
    assert where not in reply.text
    assert reply.json()["request_id"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "private" not in caplog.text
    assert where not in caplog.text


def test_the_access_log_keeps_no_question():
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', None, exc_info=None)
    record.args = ("127.0.0.1:1", "GET", "/articles/a?question=private", "1.1", 200)
    with TestClient(create_app(resources=resources())):
        assert all(found(record) for found in logging.getLogger("uvicorn.access").filters)
    assert record.getMessage() == '127.0.0.1:1 - "GET /articles/a HTTP/1.1" 200'
