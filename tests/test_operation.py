"""What an operator relies on: logs without questions, metrics, limits that hold, permissions that are exact."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from dataclasses import replace

import anyio
import httpx
import pytest
import service_fakes
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from live import ask, nginx, redis_server, served, two_editions, until
from service_fakes import resources

from ldnqa.api import gate
from ldnqa.api.app import create_app
from ldnqa.api.limits import client_key, is_local, read_limit
from ldnqa.api.logs import JsonLines
from ldnqa.api.serve import listen
from ldnqa.errors import LdnqaError
from ldnqa.settings import Settings, Site

CLINIC = "https://clinic.example"
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


def site(parts=None, **settings):
    return TestClient(create_app(Settings(**settings), resources=replace(resources(), **(parts or {}))))


# --- ids and logs -----------------------------------------------------------------------------------------


def test_every_response_and_every_problem_has_the_requests_id():
    with site() as client:
        for path in ("/healthz", "/articles/none", "/v1/articles/none", "/nowhere"):
            reply = client.get(path)
            assert len(reply.headers["x-request-id"]) == 32
            if "problem" in reply.headers["content-type"]:
                assert reply.json()["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize(("sent", "kept"), [(UUID, True), (UUID.replace("-", ""), True), ("Is LDN safe?", False)])
def test_a_proxys_id_is_kept_only_if_it_can_hold_no_words(sent, kept):
    with site() as client:
        assert (client.get("/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"] == sent) is kept


def test_the_log_of_a_real_server_has_ids_and_no_word_of_any_question(index, tmp_path):
    words = ["zebrafishes", "Xylophonist", "quixotically"]
    with served(tmp_path, index, keep_questions="true") as server:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            ids = [
                ask(client, f"Is LDN good for {words[0]}?").headers["x-request-id"],
                client.get("/articles", params={"question": f"why {words[1]}?"}).headers["x-request-id"],
                client.get(f"/articles/{words[2]}").headers["x-request-id"],
                client.post("/v1/search", json={"query": words[0]}).headers["x-request-id"],
                client.post("/v1/ask", content=b'{"question": "' + words[1].encode()).headers["x-request-id"],
                client.post(
                    "/v1/feedback", json={"answer_id": "ans_1", "rating": "down", "comment": " ".join(words)}
                ).headers["x-request-id"],
            ]
        until(lambda: all(id_ in server.logged() for id_ in ids), "the log lines")
        log = server.logged()
    assert [word for word in words if word.lower() in log.lower()] == []
    lines = [json.loads(line) for line in log.splitlines()]
    by_id = {line["request_id"]: line for line in lines if line["event"] == "request"}
    assert [by_id[id_]["route"] for id_ in ids] == [
        "/v1/ask",
        "/articles",
        "/articles/{article_id}",
        "/v1/search",
        "/v1/ask",
        "/v1/feedback",
    ]
    assert by_id[ids[2]]["status"] == 404


def test_a_librarys_log_line_keeps_what_its_authors_wrote_and_nothing_it_was_given():
    try:
        raise ValueError("the private question")
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("some.library", logging.ERROR, "", 0, "cannot do %s", ("the private question",), told)
    line = json.loads(JsonLines().format(record))
    assert line["event"] == "cannot do %s"
    assert line["exception"] == "ValueError"
    assert "private" not in json.dumps({**line, "where": ""})


# --- metrics ----------------------------------------------------------------------------------------------


def test_metrics_count_requests_answers_abstentions_and_triage():
    with site() as client:
        for question in ("What dose is used?", "zzz", "zzz", "an overdose"):
            ask(client, question)
        client.get("/v1/articles/made-up")
        client.get("/made-up")
        reply = client.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        'ldnqa_requests_total{method="POST",route="/v1/ask",status="200"} 4.0',
        'ldnqa_requests_total{method="GET",route="/v1/articles/{article_id}",status="404"} 1.0',
        'ldnqa_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'ldnqa_answers_total{status="abstained"} 2.0',
        'ldnqa_answers_total{status="urgent"} 1.0',
        'ldnqa_triage_total{kind="emergency"} 1.0',
        f'ldnqa_index_info{{index_id="{service_fakes.INDEX.id}"}} 1.0',
    ):
        assert line in reply.text.splitlines()
    assert "made-up" not in reply.text


def test_each_step_of_a_real_answer_is_timed(index, policy):
    from functools import partial

    from fakes import HashedEncoder

    from ldnqa import dialogue
    from ldnqa.index import Index

    opened = Index.open(index, HashedEncoder())
    with site({"index": opened, "ask": partial(dialogue.ask, opened, policy=policy)}) as client:
        ask(client, "What dose is used?")
        text = client.get("/metrics").text
    for step in ("triage", "standalone", "encode", "retrieve", "draft", "ground", "compose"):
        # What is suggested was asked of the index by the same steps.
        assert re.search(rf'ldnqa_stage_seconds_count\{{stage="{step}"\}} [1-9]', text), step


# --- who a client is, and how often it may ask ------------------------------------------------------------


def test_no_piece_of_an_answer_waits_until_the_one_before_it_is_acknowledged():
    async def connected() -> int:
        told = asyncio.get_running_loop().create_future()

        def answering(_, writer):
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening, address = listen(Settings(host="127.0.0.1", port=0))
        async with await asyncio.start_server(answering, sock=listening):
            _, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
            writer.close()
            return await told

    assert asyncio.run(connected())


def test_over_the_limit_is_429_with_the_time_to_wait():
    with site(rate_limit="2/hour") as client:
        first, second, third = (ask(client, "What dose is used?") for _ in range(3))
        assert client.get("/healthz").status_code == 200, "monitors are not counted"
        page = client.get("/articles", headers={"Accept": "text/html"})
        text = client.get("/metrics").text
    assert [first.status_code, second.status_code, third.status_code] == [200, 200, 429]
    assert first.headers["ratelimit-policy"] == '"client";q=2;w=3600'
    assert first.headers["ratelimit"].startswith('"client";r=1;t=')
    assert third.headers["content-type"] == "application/problem+json"
    assert third.json()["type"] == "urn:ldnqa:problem:rate-limited"
    assert 0 < int(third.headers["retry-after"]) <= 3600
    assert third.headers["x-content-type-options"] == "nosniff"
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert 'ldnqa_refused_total{reason="rate"} 2.0' in text


def test_the_limit_nobody_chose_spares_this_machine_and_no_other():
    with site(trusted_hops=1) as client:
        here = {ask(client, "What dose?").status_code for _ in range(130)}
        there = [client.get("/v1/articles", headers={"X-Forwarded-For": "192.0.2.1"}) for _ in range(130)]
        other = client.get("/v1/articles", headers={"X-Forwarded-For": "192.0.2.2"})
    assert here == {200}
    assert {reply.status_code for reply in there} == {200, 429}
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("hops", "headers", "client"),
    [
        (0, ["192.0.2.1"], "testclient"),
        (1, ["192.0.2.1"], "192.0.2.1"),
        (1, ["10.6.6.6, 192.0.2.1"], "192.0.2.1"),
        (1, ["10.6.6.6", "192.0.2.1"], "192.0.2.1"),
        (2, ["10.6.6.6, 192.0.2.1, 10.0.0.1"], "192.0.2.1"),
        (2, ["192.0.2.1"], "testclient"),
        (1, ["not an address"], "testclient"),
        (1, ["192.0.2.1:4711"], "192.0.2.1"),
        (1, ["[2001:db8::1]:4711"], "2001:db8::1"),
        (1, ["2001:db8::1"], "2001:db8::1"),
        (1, [""], "testclient"),
    ],
)
def test_a_client_is_what_the_trusted_proxies_say_and_never_what_it_says_itself(hops, headers, client):
    app = create_app(Settings(trusted_hops=hops), resources=resources())

    @app.get("/who")
    def who(request: gate.Request) -> str:
        return request.client.host

    with TestClient(app) as http:
        assert http.get("/who", headers=[("X-Forwarded-For", line) for line in headers]).json() == client


def test_a_client_with_a_whole_network_is_one_client():
    keys = {client_key({"client": (host, 1)}) for host in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")}
    assert keys == {"2001:db8::/64", "2001:db8:0:1::/64"}
    assert client_key({"client": ("::ffff:192.0.2.1", 1)}) == "192.0.2.1"
    assert is_local(client_key({"client": ("::ffff:127.0.0.1", 1)}))
    assert not is_local(client_key({"client": ("10.0.0.1", 1)}))


@given(st.text(max_size=60))
def test_no_forwarded_header_breaks_the_reading_of_addresses(said):
    from ldnqa.api.limits import _address

    found = _address(said)
    assert found is None or client_key({"client": (found, 0)})


def test_a_limit_that_cannot_be_read_stops_the_start():
    with pytest.raises(LdnqaError, match="120/minute"):
        read_limit("many")
    with pytest.raises(LdnqaError, match="redis://"):
        create_app(Settings(rate_store="mongodb://x"))


def test_two_servers_count_together_in_redis_and_go_on_without_it(index, tmp_path):
    with redis_server() as (address, process):
        settings = {"rate_limit": "3/hour", "rate_store": address}
        with served(tmp_path, index, **settings) as one, served(tmp_path, index, **settings) as two:
            statuses = [
                httpx.get(f"{s.address}/v1/articles", timeout=60).status_code for s in (one, two, one, two, one)
            ]
            assert statuses == [200, 200, 200, 429, 429]
            process.kill()
            process.wait()
            alone = [httpx.get(f"{one.address}/v1/articles", timeout=60).status_code for _ in range(4)]
            assert alone == [200, 200, 200, 429], "counted in memory from now on"
            assert "rate store unreachable" in one.logged()


# --- how many at once, how large, how slow ----------------------------------------------------------------


def test_a_full_queue_sends_away_at_once_and_monitors_are_still_answered():
    async def story():
        app = create_app(Settings(queue=2), resources=resources())
        begun, go_on = anyio.Event(), anyio.Event()

        @app.get("/slow")
        async def slow() -> str:
            begun.set()
            await go_on.wait()
            return "done"

        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with (
                httpx.AsyncClient(transport=transport, base_url="http://x") as client,
                anyio.create_task_group() as g,
            ):
                held = []

                async def hold():
                    held.append(await client.get("/slow"))

                g.start_soon(hold)
                await begun.wait()
                begun = anyio.Event()
                g.start_soon(hold)
                await begun.wait()
                away = await client.get("/v1/articles")
                healthy = await client.get("/readyz")
                go_on.set()
            after = httpx.AsyncClient(transport=transport, base_url="http://x")
            async with after:
                again = await after.get("/v1/articles")
        return away, healthy, held, again

    away, healthy, held, again = anyio.run(story)
    assert away.status_code == 503
    assert away.json()["type"] == "urn:ldnqa:problem:busy"
    assert int(away.headers["retry-after"]) > 0
    assert healthy.status_code == 200
    assert [reply.status_code for reply in held] == [200, 200]
    assert again.status_code == 200


def test_a_long_head_and_a_long_body_are_refused():
    with site() as client:
        long_head = client.get("/v1/articles", headers={"X-Filler": "a" * gate.MAX_HEAD_BYTES})
        long_address = client.get("/articles", params={"question": "a" * gate.MAX_HEAD_BYTES})
        long_body = client.post("/v1/ask", content=b"a" * (gate.MAX_ANY_BODY_BYTES + 1))
        compressed = client.post(
            "/v1/ask", content=b"\x1f\x8b", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"}
        )
    assert [long_head.status_code, long_address.status_code] == [431, 431]
    assert long_body.status_code in (413, 415)
    assert compressed.status_code == 415


def test_a_body_that_never_arrives_is_408(monkeypatch):
    monkeypatch.setattr(gate, "BODY_SECONDS", 0.05)
    sent = []

    async def story():
        app = create_app(Settings(), resources=resources())

        async def receive():
            await anyio.sleep_forever()

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/ask",
            "raw_path": b"/v1/ask",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"100")],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
            "scheme": "http",
        }
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    anyio.run(story)
    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


# --- who may read and frame -------------------------------------------------------------------------------


def test_only_the_listed_origins_may_read():
    sites = {"clinic": Site(origins=(CLINIC,)), "other": Site(origins=("http://localhost:9000",))}
    with site(sites=sites) as client:
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        permitted = client.options("/v1/ask", headers={"Origin": CLINIC, **asks})
        refused = client.options("/v1/ask", headers={"Origin": "https://evil.example", **asks})
        reply = client.get("/v1/articles", headers={"Origin": CLINIC})
        foreign = [
            client.get("/v1/articles", headers={"Origin": origin})
            for origin in (
                "https://evil.example",
                f"{CLINIC}.evil.example",
                CLINIC.upper(),
                "null",
                "http://clinic.example",
            )
        ]
        broken = client.post("/v1/ask", json={}, headers={"Origin": CLINIC})
    assert permitted.status_code == 204
    assert permitted.headers["access-control-allow-origin"] == CLINIC
    assert "POST" in permitted.headers["access-control-allow-methods"]
    assert "access-control-allow-origin" not in refused.headers
    assert reply.headers["access-control-allow-origin"] == CLINIC
    assert "origin" in reply.headers["vary"].lower()
    assert broken.headers["access-control-allow-origin"] == CLINIC, "a widget reads why"
    assert all("access-control-allow-origin" not in other.headers for other in foreign)
    assert all("access-control-allow-credentials" not in r.headers for r in (permitted, reply))


def test_no_site_no_permission():
    with site() as client:
        assert "access-control-allow-origin" not in client.get("/v1/articles", headers={"Origin": CLINIC}).headers


@pytest.mark.parametrize("origin", ["*", "https://*.example", f"{CLINIC}/", f"{CLINIC}/path", "clinic.example", ""])
def test_an_origin_that_no_browser_sends_is_refused_at_the_start(origin):
    with pytest.raises(ValueError, match="origin"):
        Site(origins=(origin,))


def test_an_origin_belongs_to_one_site():
    with pytest.raises(LdnqaError, match=CLINIC):
        create_app(Settings(sites={"a": Site(origins=(CLINIC,)), "b": Site(origins=(CLINIC,))}))


def test_frames_are_ours_alone_unless_the_settings_name_others():
    with site() as client:
        assert client.get("/articles").headers["content-security-policy"].endswith("frame-ancestors 'self'")
    with site(frame_ancestors=(CLINIC,)) as client:
        assert client.get("/articles").headers["content-security-policy"].endswith(f"frame-ancestors 'self' {CLINIC}")


def test_behind_a_real_nginx_each_reader_has_a_limit_of_his_own(index, tmp_path):
    with served(tmp_path, index, rate_limit="2/hour", trusted_hops=1) as server, nginx(tmp_path, server.address) as at:
        forged = [
            httpx.get(f"{at}/v1/articles", headers={"X-Forwarded-For": f"192.0.2.{n}"}, timeout=60) for n in range(3)
        ]
    assert [reply.status_code for reply in forged] == [200, 200, 429], "what a client claims counts for nothing"
