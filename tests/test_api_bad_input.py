"""What a request can do wrong: each is refused with a problem that names the field, and none makes a 5xx."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import resources

from ldnqa.api.app import create_app
from ldnqa.api.body import MAX_BODY_BYTES
from ldnqa.types import Answer

JSON = {"content-type": "application/json"}
SENTINEL = "do-not-repeat-me"


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=resources())) as client:
        yield client


def q(**fields):
    return json.dumps({"question": "What dose?", **fields})


def h(*turns):
    return q(history=list(turns))


BAD = [
    # what is not JSON
    ("empty body", "", 400, "body"),
    ("white space only", "  \n ", 400, "body"),
    ("cut short", '{"question": "do-not-repeat-me', 400, "body"),
    ("single quotes", "{'question': 'do-not-repeat-me'}", 400, "body"),
    ("trailing comma", '{"question": "do-not-repeat-me",}', 400, "body"),
    ("two values", q() + q(), 400, "body"),
    ("NaN", '{"question": NaN}', 400, "body"),
    ("Infinity", '{"question": -Infinity}', 400, "body"),
    ("comment", '{"question": "x"} // do-not-repeat-me', 400, "body"),
    ("byte order mark", b"\xef\xbb\xbf" + q().encode(), 400, "body"),
    ("Latin-1", '{"question": "café"}'.encode("latin-1"), 400, "body"),
    ("UTF-16", q().encode("utf-16"), 400, "body"),
    ("overlong UTF-8", b'{"question": "\xc0\xaf"}', 400, "body"),
    ("raw surrogate", b'{"question": "\xed\xa0\x80"}', 400, "body"),
    ("escaped surrogate", '{"question": "dose \\ud800"}', 400, "body"),
    ("surrogate in a name", '{"question": "dose", "\\udfff": 1}', 400, "body"),
    ("raw control character", b'{"question": "a\x01b"}', 400, "body"),
    ("a thousand levels", q(history=1)[:-2] + "[" * 1_000 + "]" * 1_000 + "}", 400, "body"),
    ("a hundred thousand levels", "[" * 100_000, 400, "body"),
    ("deep objects", '{"a":' * 30_000 + "1" + "}" * 30_000, 400, "body"),
    ("a number of five thousand digits", '{"limit": ' + "9" * 5_000 + "}", 400, "body"),
    ("too large", q(x="a" * MAX_BODY_BYTES), 413, "body"),
    # JSON that is not an object
    ("null", "null", 422, "body"),
    ("a list", "[]", 422, "body"),
    ("a string", '"What dose?"', 422, "body"),
    ("a number", "17", 422, "body"),
    # the question
    ("no question", "{}", 422, "question"),
    ("null question", q(question=None), 422, "question"),
    ("number as question", q(question=5), 422, "question"),
    ("boolean as question", q(question=True), 422, "question"),
    ("list as question", q(question=[SENTINEL]), 422, "question"),
    ("object as question", q(question={"text": SENTINEL}), 422, "question"),
    ("empty question", q(question=""), 422, "question"),
    ("blank question", q(question=" \t\n \u00a0\u2003"), 422, "question"),
    ("long question", q(question="x" * 2_001), 422, "question"),
    ("NUL", q(question="dose\u0000"), 422, "question"),
    ("escape", q(question="\u001b[31mdose"), 422, "question"),
    ("delete", q(question="dose\u007f"), 422, "question"),
    ("vertical tab around", q(question="\u000bdose\u000b"), 422, "question"),
    ("file separator around", q(question="\u001cdose"), 422, "question"),
    ("C1 control", q(question="dose\u0085more"), 422, "question"),
    ("lone carriage return", q(question="dose\rmore"), 422, "question"),
    # the other fields
    ("unknown field", q(qestion="x"), 422, "qestion"),
    ("model chosen by the client", q(model="x"), 422, "model"),
    ("number as article", q(article_id=1), 422, "article_id"),
    ("list as article", q(article_id=["examplol-uses"]), 422, "article_id"),
    ("unknown article", q(article_id=SENTINEL), 404, "article_id"),
    ("empty article", q(article_id=""), 404, "article_id"),
    ("article as a path", q(article_id="../../etc/passwd"), 404, "article_id"),
    ("unknown audience", q(audience="doctor"), 422, "audience"),
    ("audience in capitals", q(audience="PATIENT"), 422, "audience"),
    ("number as audience", q(audience=0), 422, "audience"),
    ("string as boolean", q(approved_only="true"), 422, "approved_only"),
    ("number as boolean", q(approved_only=1), 422, "approved_only"),
    ("null as boolean", q(approved_only=None), 422, "approved_only"),
    # the history
    ("null history", q(history=None), 422, "history"),
    ("string as history", q(history="What?"), 422, "history"),
    ("object as history", q(history={"question": "a"}), 422, "history"),
    ("21 turns", h(*[{"question": "a"}] * 21), 422, "history"),
    ("string as turn", h("What?"), 422, "history.0"),
    ("turn without question", h({"source_ids": []}), 422, "history.0.question"),
    ("blank earlier question", h({"question": "a"}, {"question": " "}), 422, "history.1.question"),
    ("long earlier question", h({"question": "x" * 2_001}), 422, "history.0.question"),
    ("control in earlier question", h({"question": "a\u0007"}), 422, "history.0.question"),
    ("forged answer", h({"question": "a", "answer": SENTINEL}), 422, "history.0.answer"),
    ("string as source ids", h({"question": "a", "source_ids": "x"}), 422, "history.0.source_ids"),
    ("number as source id", h({"question": "a", "source_ids": [1]}), 422, "history.0.source_ids.0"),
]


def check_problem(reply, status):
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert problem["type"].startswith("urn:ldnqa:problem:")
    assert problem["title"]
    assert problem["detail"]
    assert SENTINEL not in reply.text
    assert "Traceback" not in reply.text
    assert "/site-packages/" not in reply.text
    return problem


@pytest.mark.parametrize(("body", "status", "field"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_request_is_refused_naming_the_field(client, body, status, field):
    reply = client.post("/v1/ask", content=body, headers=JSON)
    problem = check_problem(reply, status)
    assert field in [error["field"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "query"),
        ({"query": " "}, "query"),
        ({"query": "a", "limit": 0}, "limit"),
        ({"query": "a", "limit": 51}, "limit"),
        ({"query": "a", "limit": -1}, "limit"),
        ({"query": "a", "limit": "3"}, "limit"),
        ({"query": "a", "limit": 3.5}, "limit"),
        ({"query": "a", "limit": True}, "limit"),
        ({"query": "a", "limit": 10**30}, "limit"),
        ({"query": "a", "question": "b"}, "question"),
    ],
)
def test_a_bad_search_is_refused_naming_the_field(client, fields, field):
    problem = check_problem(client.post("/v1/search", json=fields), 422)
    assert field in [error["field"] for error in problem["errors"]]


def test_a_whole_number_may_be_written_with_a_point(client):
    assert len(client.post("/v1/search", json={"query": "dose at bedtime", "limit": 2.0}).json()["hits"]) == 2


def test_searching_an_unknown_article_is_404(client):
    problem = check_problem(client.post("/v1/search", json={"query": "a", "article_id": SENTINEL}), 404)
    assert problem["errors"] == [{"field": "article_id", "message": "unknown article"}]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": "application/jsonp"},
        {"content-type": "json"},
        {"content-type": ";;;"},
        {"content-type": "application/json", "content-encoding": "gzip"},
    ],
)
def test_another_content_type_is_415(client, headers):
    check_problem(client.post("/v1/ask", content=q(), headers=headers), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "Application/JSON", "application/json;"])
def test_json_may_be_announced_in_any_of_its_ways(client, content_type):
    assert client.post("/v1/ask", content=q(), headers={"content-type": content_type}).status_code == 200


def test_a_body_without_announced_length_is_limited_too(client):
    def endless():
        for _ in range(1_000):
            yield b" " * 1_024

    check_problem(client.post("/v1/ask", content=endless(), headers=JSON), 413)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/ask", "POST"),
        ("HEAD", "/v1/ask", "POST"),
        ("OPTIONS", "/v1/ask", "POST"),
        ("DELETE", "/v1/search", "POST"),
        ("POST", "/v1/articles", "GET, HEAD"),
        ("PUT", "/v1/articles/examplol-uses", "GET, HEAD"),
        ("OPTIONS", "/healthz", "GET, HEAD"),
        ("PATCH", "/articles/examplol-uses", "GET, HEAD"),
        ("TRACE", "/", "GET, HEAD"),
        ("BREW", "/readyz", "GET, HEAD"),
    ],
)
def test_another_method_is_405_and_says_what_is_allowed(client, method, path, allowed):
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed
    if method != "HEAD":
        check_problem(reply, 405)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/nowhere", "not-found"),
        ("/v1/ask/", "not-found"),
        ("/v1/nothing", "not-found"),
        ("/v1/articles/do-not-repeat-me", "unknown-article"),
        ("/v1/articles/%00", "unknown-article"),
        ("/v1/articles/%ff", "unknown-article"),
        ("/v1/articles/" + "a" * 5_000, "unknown-article"),
        ("/v1/articles/..%2f..%2fetc", "not-found"),
        ("/v1/passages/do-not-repeat-me", "unknown-passage"),
        ("/v1/passages/examplol-uses%23from-the-guidelines:99", "unknown-passage"),
        ("/v1/passages/%ED%A0%80", "unknown-passage"),
        ("/articles/do-not-repeat-me", "unknown-article"),
    ],
)
def test_what_is_not_there_is_404(client, path, kind):
    assert check_problem(client.get(path), 404)["type"] == f"urn:ldnqa:problem:{kind}"


def test_a_name_of_a_field_is_cut_and_made_printable(client):
    reply = client.post("/v1/ask", content=q(**{"\u202e\u0007" + "x" * 9_000: 1}), headers=JSON)
    (error,) = check_problem(reply, 422)["errors"]
    assert len(error["field"]) == 80
    assert error["field"].isprintable()


def test_ten_thousand_faults_are_not_all_listed(client):
    reply = client.post("/v1/ask", content=q(**{f"f{n}": 1 for n in range(10_000)}), headers=JSON)
    assert len(check_problem(reply, 422)["errors"]) == 20


def test_the_last_of_two_equal_keys_counts(client):
    reply = client.post("/v1/ask", content='{"question": "zzz", "question": "What dose?"}', headers=JSON)
    assert reply.json()["question"] == "What dose?"


@pytest.mark.parametrize(
    "question",
    ["x" * 2_000, " " * 3_000 + "dose", "dose\r\nand\ttime", "😀" * 2_000, "‮dose", "\u200b", "a\u0301" * 900],
)
def test_what_is_odd_but_text_is_answered(client, question):
    reply = client.post("/v1/ask", json={"question": question})
    assert reply.status_code == 200
    assert Answer.model_validate_json(reply.content).question == question.strip().replace("\r\n", "\n")


def test_the_longest_request_there_can_be_is_taken(client):
    turn = {"question": "\u4e2d" * 2_000, "source_ids": ["examplol-uses#from-the-guidelines:0"] * 3}
    body = json.dumps({"question": "\u4e2d" * 2_000, "history": [turn] * 20})
    assert client.post("/v1/ask", content=body, headers=JSON).status_code == 200


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NEARLY_RIGHT = st.fixed_dictionaries(
    {},
    optional={
        "question": st.text(max_size=60) | ANY_JSON,
        "article_id": st.sampled_from(["examplol-uses", "hostilol", None, ""]) | ANY_JSON,
        "audience": st.sampled_from(["patient", "clinician", None]) | ANY_JSON,
        "history": st.lists(
            st.fixed_dictionaries({"question": st.text(max_size=20)}, optional={"source_ids": ANY_JSON}), max_size=22
        )
        | ANY_JSON,
        "approved_only": st.booleans() | ANY_JSON,
        "extra": ANY_JSON,
    },
)


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=200) | (ANY_JSON | NEARLY_RIGHT).map(lambda value: json.dumps(value).encode()))
def test_no_body_whatever_makes_a_5xx(client, body):
    reply = client.post("/v1/ask", content=body, headers=JSON)
    if reply.status_code == 200:
        Answer.model_validate_json(reply.content)
    else:
        check_problem(reply, reply.status_code)
        assert 400 <= reply.status_code < 500


@settings(max_examples=100, deadline=None)
@given(
    content_type=st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=40),
    accept=st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=40),
)
def test_no_header_whatever_makes_a_5xx(client, content_type, accept):
    headers = {"content-type": content_type.encode("latin-1"), "accept": accept.encode("latin-1")}
    assert client.post("/v1/ask", content=q(), headers=headers).status_code < 500
