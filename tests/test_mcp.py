"""The MCP door, opened with the SDK's own client over HTTP: shapes that connectors expect, and refusals."""

from __future__ import annotations

import json
from dataclasses import replace

import anyio
import pytest
import service_fakes
from fastapi.testclient import TestClient
from mcp import Client
from serving import serving

from ldnqa.api import mcp
from ldnqa.api.app import create_app
from ldnqa.types import Answer

# The handshake of earlier clients, and what newer ones do.
MODES = ["legacy", "auto"]


@pytest.fixture(scope="module")
def site():
    with serving(create_app(resources=service_fakes.resources())) as address:
        yield address


@pytest.fixture(scope="module")
def http():
    with TestClient(create_app(resources=service_fakes.resources())) as client:
        yield client


def call(site, tool, arguments, mode="auto"):
    """The result of a tool, called by a client of its own."""

    async def once():
        async with Client(f"{site}/mcp", mode=mode) as client:
            return await client.call_tool(tool, arguments)

    return anyio.run(once)


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_say_what_they_take_and_give(site, mode):
    async def listed():
        async with Client(f"{site}/mcp", mode=mode) as client:
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in anyio.run(listed)}
    assert set(tools) == {"search", "fetch", "ask"}
    for tool in tools.values():
        assert tool.description
        assert tool.output_schema["type"] == "object"
        assert tool.annotations.read_only_hint
    assert tools["search"].input_schema["required"] == ["query"]
    assert tools["fetch"].input_schema["required"] == ["id"]
    assert tools["ask"].input_schema["required"] == ["question"]


@pytest.mark.parametrize("mode", MODES)
def test_a_connector_searches_and_fetches_what_it_found(site, http, mode):
    found = call(site, "search", {"query": "dose at bedtime"}, mode)
    assert json.loads(found.content[0].text) == found.structured_content
    assert len(found.content) == 1
    hits = http.post("/v1/search", json={"query": "dose at bedtime"}).json()
    assert found.structured_content["disclaimer"] == hits["disclaimer"]
    assert [(one["id"], one["text"]) for one in found.structured_content["results"]] == [
        (hit["id"], hit["text"]) for hit in hits["hits"]
    ]
    for one in found.structured_content["results"]:
        assert {"id", "title", "url"} <= set(one)
        assert one["url"].startswith(f"{site}/articles/")
        fetched = call(site, "fetch", {"id": one["id"]}, mode)
        document = json.loads(fetched.content[0].text)
        assert document == fetched.structured_content
        assert set(document) == {"id", "title", "text", "url", "metadata"}
        about = document["metadata"]
        assert document["text"][about["start"] : about["end"]] == one["text"]
        assert about["disclaimer"]["text"]
        assert about["review_status"] in {"under_review", "submitted"}
        section = service_fakes.INDEX.articles[about["article_id"]].section(about["section_id"])
        assert document["text"] == section.text


def test_a_section_and_a_whole_article_can_be_fetched_too(site):
    section = call(site, "fetch", {"id": "examplol-uses#from-the-guidelines"}).structured_content
    assert section["text"] == service_fakes.INDEX.articles["examplol-uses"].section("from-the-guidelines").text
    assert [entry["label"] for entry in section["metadata"]["references"]] == ["1", "2"]
    article = call(site, "fetch", {"id": "examplol-uses"}).structured_content
    for part in service_fakes.INDEX.articles["examplol-uses"].sections:
        assert f"{part.heading}\n\n{part.text}" in article["text"]
    assert article["metadata"]["disclaimer"] == service_fakes.ARTICLE_DISCLAIMER.model_dump()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("question", ["What dose is taken at bedtime?", "zzz", "I took an overdose"])
def test_an_answer_is_the_one_of_the_other_doors_with_a_text_that_shows_all(site, http, mode, question):
    asked = {"question": question, "article_id": "examplol-uses", "history": [{"question": "yawning?"}]}
    result = call(site, "ask", asked, mode)
    assert not result.is_error
    assert result.structured_content == http.post("/v1/ask", json=asked).json()
    answer = Answer.model_validate(result.structured_content)
    text = result.content[0].text
    assert answer.answer in text
    assert text.endswith(answer.disclaimer.text)
    assert all(notice.text in text for notice in answer.notices)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {}, "question"),
        ("ask", {"question": " "}, "question"),
        ("ask", {"question": "dose?", "answer": "do-not-repeat-me"}, "answer"),
        ("ask", {"question": "dose?", "article_id": "do-not-repeat-me"}, "unknown article"),
        ("search", {"query": 5}, "query"),
        ("search", {"query": "dose?", "limit": 5}, "limit"),
        ("fetch", {"id": "do-not-repeat-me"}, "unknown passage"),
        ("fetch", {"id": "examplol-uses#do-not-repeat-me"}, "unknown passage"),
        ("fetch", {"id": ""}, "unknown passage"),
        ("do-not-repeat-me", {}, "search, fetch, ask"),
    ],
)
def test_what_cannot_be_done_is_a_result_that_says_so(site, tool, arguments, said):
    result = call(site, tool, arguments)
    assert result.is_error
    assert said in result.content[0].text
    assert "do-not-repeat-me" not in result.content[0].text


def test_a_fault_repeats_nothing_and_logs_no_question(caplog):
    def fails(question, **_):
        raise RuntimeError(f"/etc/secret: {question}")

    with serving(create_app(resources=replace(service_fakes.resources(), ask=fails))) as site:
        result = call(site, "ask", {"question": "my private question"})
    assert result.is_error
    assert json.loads(result.content[0].text)["request_id"] in caplog.text
    assert "private" not in result.content[0].text + caplog.text


# --- without a client -------------------------------------------------------------------------------------


def rpc(http, body, **headers):
    accepted = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    return http.post("/mcp", content=body, headers={**accepted, **headers})


def test_no_session_and_no_stream_is_kept(http):
    for method in ("GET", "DELETE"):
        reply = http.request(method, "/mcp", headers={"accept": "text/event-stream"})
        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")
    opening = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "0"},
        },
    }
    reply = rpc(http, json.dumps(opening))
    assert reply.json()["result"]["serverInfo"]["name"] == "ldnqa"
    assert "mcp-session-id" not in reply.headers


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '{"jsonrpc": "2.0"}', "[" * 10_000, b"\xff", "x" * 300_000])
def test_what_is_no_message_is_refused_and_not_logged(http, caplog, body):
    reply = rpc(http, body)
    assert 400 <= reply.status_code < 500
    assert "Traceback" not in reply.text
    assert caplog.text == ""


def test_pages_of_other_sites_are_turned_away(http):
    body = '{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
    assert rpc(http, body, origin="http://evil.example").status_code == 403
    assert rpc(http, body, origin="null").status_code == 403
    assert rpc(http, body, origin="http://testserver").status_code == 200


def test_without_the_sdk_the_rest_works_and_the_door_says_what_to_install(monkeypatch):
    def missing():
        raise ImportError("mcp")

    monkeypatch.setattr(mcp, "_manager", missing)
    with TestClient(create_app(resources=service_fakes.resources())) as http:
        reply = rpc(http, "{}")
        assert reply.status_code == 501
        assert "pip install 'ldnqa[mcp]'" in reply.json()["detail"]
        assert http.get("/readyz").status_code == 200


def test_the_sdk_is_not_loaded_before_somebody_knocks(monkeypatch):
    loaded = []
    load = mcp._manager
    monkeypatch.setattr(mcp, "_manager", lambda: loaded.append(1) or load())
    with TestClient(create_app(resources=service_fakes.resources())) as http:
        assert http.get("/readyz").status_code == 200
        assert not loaded
        for _ in range(2):
            assert rpc(http, '{"jsonrpc": "2.0", "id": 1, "method": "ping"}').status_code == 200
        assert len(loaded) == 1


def test_an_sdk_that_does_not_load_does_not_end_the_service(monkeypatch):
    def broken():
        raise TypeError("made for another version")

    monkeypatch.setattr(mcp, "_manager", broken)
    with TestClient(create_app(resources=service_fakes.resources())) as http:
        assert rpc(http, "{}").status_code == 501
        assert http.get("/readyz").status_code == 200


def test_it_is_not_ready_before_the_service_is():
    closed = TestClient(create_app(resources=service_fakes.resources()))
    assert rpc(closed, "{}").status_code == 503
