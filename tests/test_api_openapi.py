"""The OpenAPI document: complete, with examples that are true, and a page for it that calls nobody."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from service_fakes import resources

from ldnqa.api.app import create_app
from ldnqa.api.openapi import recorded
from ldnqa.api.schemas import ArticleList, ArticleView, AskRequest, PassageReply, Problem, SearchReply, SearchRequest
from ldnqa.types import Answer


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=resources())) as client:
        yield client


@pytest.fixture(scope="module")
def document(client):
    return client.get("/openapi.json").json()


def test_every_field_of_every_schema_is_described_and_has_an_example(document):
    bare = [
        f"{name}.{field}: no {what}"
        for name, schema in document["components"]["schemas"].items()
        for field, about in schema.get("properties", {}).items()
        for what in ("description", "examples")
        if not about.get(what)
    ]
    assert bare == []


def test_every_schema_is_described(document):
    assert [name for name, schema in document["components"]["schemas"].items() if not schema.get("description")] == []


def test_every_operation_is_described_with_examples(document):
    for path, methods in document["paths"].items():
        for operation in methods.values():
            assert operation["summary"], path
            assert operation["description"], path
            for parameter in operation.get("parameters", []):
                assert parameter["description"], path
                assert parameter["examples"], path
            if "requestBody" in operation:
                assert operation["requestBody"]["content"]["application/json"]["examples"], path
            for response in operation["responses"].values():
                assert all(body["examples"] for body in response["content"].values()), path


def test_refusals_are_documented_as_problem_documents(document):
    documented = document["paths"]["/v1/ask"]["post"]["responses"]
    assert {"400", "404", "406", "413", "415", "422", "500", "503"} <= set(documented)
    for status, response in documented.items():
        if status != "200":
            assert list(response["content"]) == ["application/problem+json"]
            for example in response["content"]["application/problem+json"]["examples"].values():
                assert Problem.model_validate(example["value"]).status == int(status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_nothing_can_be_uploaded(client, document):
    takes = {
        path: operation["requestBody"]["content"]
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "requestBody" in operation
    }
    assert takes
    for path, content in takes.items():
        assert list(content) == ["application/json"], path
        assert "binary" not in str(content), path
    for path in [*takes, "/mcp", "/v1/articles"]:
        assert client.post(path, files={"file": ("article.md", b"# Text")}).status_code in (400, 405, 415), path


def test_the_document_forbids_what_a_comment_may_not_hold(document):
    comment = re.compile(document["components"]["schemas"]["FeedbackRequest"]["properties"]["comment"]["pattern"])
    assert comment.search("It does not say\n\twho should not take it.")
    assert comment.search("")
    assert not comment.search("a\x94\x1e")


def test_links_lead_from_what_is_given_to_what_is_taken(client, document):
    operations = {o["operationId"]: path for path, methods in document["paths"].items() for o in methods.values()}
    links = [link for m in document["paths"].values() for o in m.values() for link in linked(o)]
    assert len(links) == 6
    for link in links:
        assert all("{" + name + "}" in operations[link["operationId"]] for name in link["parameters"])


def linked(operation):
    replies = (reply for status, reply in operation["responses"].items() if status.startswith("2"))
    return [link for reply in replies for link in reply.get("links", {}).values()]


def test_the_recorded_exchanges_are_valid_and_show_a_conversation():
    by_endpoint = recorded()
    models = {
        "POST /v1/ask": (AskRequest, Answer),
        "POST /v1/search": (SearchRequest, SearchReply),
        "GET /v1/articles": (None, ArticleList),
        "GET /v1/articles/{article_id}": (None, ArticleView),
        "GET /v1/passages/{passage_id}": (None, PassageReply),
    }
    for endpoint, (request, response) in models.items():
        for exchange in by_endpoint[endpoint]:
            response.model_validate(exchange["response"])
            assert request is None or request.model_validate(exchange["request"])
    asked = by_endpoint["POST /v1/ask"]
    assert [exchange["response"]["status"] for exchange in asked] == ["answered", "answered", "abstained"]
    first, second = asked[0], asked[1]
    assert second["request"]["history"][0]["question"] == first["request"]["question"]
    known = {source["id"] for source in first["response"]["sources"]}
    assert set(second["request"]["history"][0]["source_ids"]) <= known


def test_the_page_of_the_interface_shows_all_and_fetches_nothing_from_elsewhere(client, document):
    page = client.get("/docs").text
    for path in document["paths"]:
        assert path in page
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in page
    assert re.findall(r"<(?:script|iframe|img)", page) == []
    assert set(re.findall(r'<link[^>]* href="([^":]*)"', page)) == {"/style.css"}
