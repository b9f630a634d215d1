"""A rebuilt index goes into service without a failed or mixed request, and a bad one never does."""

from __future__ import annotations

import hmac
import json
import os
import signal
import threading
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest
import service_fakes
from fastapi.testclient import TestClient
from live import QUESTIONS, Load, ask, point, served, two_editions, until
from service_fakes import TinyIndex, resources

from ldnqa.api.app import create_app
from ldnqa.api.errors import Rejected
from ldnqa.api.routes_operation import check_token
from ldnqa.errors import IndexDamaged
from ldnqa.manifest import BUILDS
from ldnqa.settings import Settings

TOKEN = "0123456789abcdef" * 2


@pytest.fixture(scope="module")
def editions(tmp_path_factory):
    folder = tmp_path_factory.mktemp("editions") / "index"
    return folder, two_editions(folder)


def client_of(reopen, **settings):
    app = create_app(Settings(admin_token=TOKEN, watch_seconds=0, **settings), resources=resources(), reopen=reopen)
    return TestClient(app)


def reload(client, authorization=f"Bearer {TOKEN}"):
    return client.post("/v1/admin/reload", headers={"Authorization": authorization} if authorization else {})


def test_without_a_token_there_are_no_admin_routes():
    with TestClient(create_app(Settings(), resources=resources(), reopen=resources)) as client:
        for method in ("GET", "POST", "OPTIONS"):
            assert client.request(method, "/v1/admin/reload").status_code == 404


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer x", f"Basic {TOKEN}", f"Bearer {TOKEN}0", TOKEN])
def test_the_wrong_token_is_refused_and_not_repeated(authorization):
    with client_of(resources) as client:
        reply = reload(client, authorization)
    assert reply.status_code == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["type"] == "urn:ldnqa:problem:unauthorized"
    assert TOKEN not in reply.text


@pytest.mark.parametrize(
    "given", ["", "x", TOKEN[:-1], f"{TOKEN[:-1]}x", f"x{TOKEN[1:]}", f"{TOKEN}0", "ß" * 32, TOKEN]
)
def test_no_token_is_looked_at_but_by_the_comparison_that_takes_as_long_for_any(monkeypatch, given):
    compared = []

    def watched(one, other):
        compared.append((one, other))
        return compare_digest(one, other)

    compare_digest = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", watched)
    with suppress(Rejected):
        check_token(f"Bearer {given}", Unequal(TOKEN))
    assert compared == [(given.encode(), TOKEN.encode())]


class Unequal(str):
    """A token that cannot be compared in any other way."""

    __hash__ = None

    def __eq__(self, other):
        raise AssertionError("compared character by character")


def test_a_short_token_is_no_token():
    with pytest.raises(ValueError, match="admin_token"):
        Settings(admin_token="short")


def test_a_reload_puts_the_new_index_in_service():
    fresh = replace(resources(), index=TinyIndex("another", service_fakes.INDEX.articles))
    with client_of(lambda: fresh) as client:
        assert client.get("/v1/articles").json()["index_id"] == service_fakes.INDEX.id
        assert reload(client).json() == {"object": "ldnqa.reload", "index_id": "another"}
        assert client.get("/v1/articles").json()["index_id"] == "another"
        metrics = client.get("/metrics").text
    assert 'ldnqa_index_info{index_id="another"} 1.0' in metrics
    assert f'ldnqa_index_info{{index_id="{service_fakes.INDEX.id}"}} 0.0' in metrics
    assert 'ldnqa_reloads_total{result="ok"} 1.0' in metrics


@pytest.mark.parametrize("error", [IndexDamaged("/secret/place is damaged"), RuntimeError("/secret/place")])
def test_what_cannot_be_opened_is_refused_and_the_old_index_goes_on(error):
    def fails():
        raise error

    with client_of(fails) as client:
        reply = reload(client)
        assert reply.status_code == 409
        assert "/secret" not in reply.text
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/articles").json()["index_id"] == service_fakes.INDEX.id
        assert 'ldnqa_reloads_total{result="refused"} 1.0' in client.get("/metrics").text


def test_a_request_keeps_the_index_it_began_with():
    begun, go_on = threading.Event(), threading.Event()

    def slow(question, **about):
        begun.set()
        assert go_on.wait(60)
        return service_fakes.ask(question, **about)

    first = replace(resources(), ask=slow)
    fresh = replace(resources(), index=TinyIndex("another", {}))
    app = create_app(Settings(admin_token=TOKEN, watch_seconds=0), resources=first, reopen=lambda: fresh)
    with TestClient(app) as client:
        replies = []
        asking = threading.Thread(target=lambda: replies.append(ask(client, "What dose is used?")))
        asking.start()
        assert begun.wait(60)
        assert reload(client).json()["index_id"] == "another"
        go_on.set()
        asking.join()
        assert replies[0].json()["index_id"] == service_fakes.INDEX.id
        assert client.get("/v1/articles").json()["index_id"] == "another"


def test_reloads_under_load_fail_and_mix_nothing(editions, tmp_path):
    """The short form; `make soak` has 64 clients and 50 reloads."""
    index, (a, b) = editions
    point(index, a, b)
    with served(tmp_path, index, watch_seconds=0) as server, Load(server.address, (a, b)) as load:
        for n in range(1, 11):
            point(index, *((b, a) if n % 2 else (a, b)))
            os.kill(server.process.pid, signal.SIGHUP)
            until(lambda n=n: server.logged().count("index in service") >= n, f"reload {n}")
            seen = load.replies["AB"[n % 2]]
            until(lambda n=n, seen=seen: load.wrong or load.replies["AB"[n % 2]] > seen, "answers after it")
    assert load.wrong == []
    assert load.replies["A"] > 0
    assert load.replies["B"] > 0


def test_a_rebuilt_index_is_noticed_and_a_damaged_one_refused(editions, tmp_path):
    index, (a, b) = editions
    point(index, a, b)
    with (
        served(tmp_path, index, watch_seconds=0.05) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        point(index, b, a)
        until(lambda: ask(client, QUESTIONS[0]).json()["index_id"] == b, "the new index")
        articles = next((index / BUILDS / a / "texts").iterdir())
        whole = articles.read_bytes()
        articles.write_bytes(whole.replace(b"dose", b"lose", 1))
        try:
            point(index, a, b)
            until(lambda: "index refused" in server.logged(), "the refusal")
            assert ask(client, QUESTIONS[0]).json()["index_id"] == b
            assert client.get("/readyz").status_code == 200
        finally:
            articles.write_bytes(whole)
        point(index, a, b)
        until(lambda: ask(client, QUESTIONS[0]).json()["index_id"] == a, "the mended index")
    refusals = [json.loads(line) for line in server.logged().splitlines() if "index refused" in line]
    assert len(refusals) == 1
    assert "ldnqa" in refusals[0]["why"], "it names the command that mends it"
