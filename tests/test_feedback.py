"""Feedback that was acknowledged is there, whatever happens to the server, its disk or its database."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from live import ask, postgres, served, two_editions, until
from service_fakes import resources

from ldnqa.api.app import create_app
from ldnqa.cli import main
from ldnqa.errors import FeedbackUnavailable
from ldnqa.feedback import Feedback, FeedbackStore, Rating, Reason, Unanswered
from ldnqa.redact import BLANK, redacted
from ldnqa.settings import Settings, Site

GOOD = {"answer_id": "ans_931686ee2c436a24842e", "rating": "down"}
CLINIC = "https://clinic.example"


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


@pytest.fixture(scope="module")
def database():
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'feedback.sqlite3'}"
    return request.getfixturevalue("database").url


@contextmanager
def site(url, **settings) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(feedback=url, **settings), resources=resources())) as client:
        yield client


@contextmanager
def opened(url) -> Iterator[FeedbackStore]:
    store = FeedbackStore(url)
    try:
        yield store
    finally:
        store.close()


def test_feedback_is_stored_and_named(url):
    sent = {**GOOD, "reason": "unsafe", "comment": " Zwölf Wörter, 'quoted'; DROP TABLE feedback; -- 😀\n"}
    with site(url) as client:
        reply = client.post("/v1/feedback", json=sent)
        metrics = client.get("/metrics").text
    assert reply.status_code == 201
    assert reply.json()["object"] == "ldnqa.feedback"
    assert 'ldnqa_feedback_total{rating="down",reason="unsafe"} 1.0' in metrics
    with opened(url) as store:
        assert reply.json()["id"] in store.ids()
        assert store.ratings()["down", "unsafe"] >= 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"answer_id": "'; DROP TABLE feedback; --"}, "answer_id"),
        ({"answer_id": ""}, "answer_id"),
        ({"rating": "sideways"}, "rating"),
        ({"rating": 1}, "rating"),
        ({"reason": "because"}, "reason"),
        ({"comment": "x" * 1_001}, "comment"),
        ({"comment": "a\x00b"}, "comment"),
        ({"comment": None}, "comment"),
        ({"email": "me@example.org"}, "email"),
    ],
)
def test_what_cannot_be_stored_is_refused_by_field(tmp_path, change, field):
    file = tmp_path / "feedback.sqlite3"
    with site(f"sqlite:///{file}") as client:
        reply = client.post("/v1/feedback", json={**GOOD, **change})
    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [field]
    assert not file.exists(), "no file before there is something to store"


def test_a_comment_of_a_thousand_characters_is_kept_whole(url):
    with site(url) as client:
        assert client.post("/v1/feedback", json={**GOOD, "comment": "ß" * 1_000}).status_code == 201


def test_no_database_is_503_names_nothing_and_answers_go_on(tmp_path):
    with site(f"sqlite:///{tmp_path}/no/such/folder/secret.sqlite3") as client:
        reply = client.post("/v1/feedback", json=GOOD)
        assert reply.status_code == 503
        assert reply.json()["type"] == "urn:ldnqa:problem:feedback-unavailable"
        assert int(reply.headers["retry-after"]) > 0
        assert "secret" not in reply.text
        assert ask(client, "What dose is used?").status_code == 200
        assert "ldnqa_feedback_failed_total 1.0" in client.get("/metrics").text


def test_postgresql_going_away_is_503_and_its_coming_back_is_noticed():
    with postgres() as server, site(server.url) as client:
        first = client.post("/v1/feedback", json=GOOD)
        server.stop()
        down = client.post("/v1/feedback", json=GOOD)
        answered = ask(client, "What dose is used?")
        server.start()
        again = client.post("/v1/feedback", json=GOOD)
        with opened(server.url) as store:
            assert store.ids() == {first.json()["id"], again.json()["id"]}
    assert [first.status_code, down.status_code, answered.status_code, again.status_code] == [201, 503, 200, 201]
    assert "postgres" not in down.text


def test_acknowledged_feedback_survives_the_death_of_the_server(index, tmp_path):
    """The short form; `make soak` kills twenty times, over SQLite and PostgreSQL."""
    url, acknowledged = f"sqlite:///{tmp_path / 'feedback.sqlite3'}", set()
    for _ in range(2):
        with (
            served(tmp_path, index, feedback=url) as server,
            httpx.Client(base_url=server.address, timeout=60) as client,
        ):
            for _ in range(20):
                acknowledged.add(client.post("/v1/feedback", json=GOOD).json()["id"])
            server.process.kill()
            server.process.wait()
    with opened(url) as store:
        assert acknowledged <= store.ids()
    assert len(acknowledged) == 40


def test_a_full_disk_refuses_feedback_loses_none_and_stops_no_answer(index, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", disk], check=False).returncode:
        pytest.skip("only root can make a small disk")
    try:
        url = f"sqlite:///{disk / 'feedback.sqlite3'}"
        with (
            served(tmp_path, index, feedback=url) as server,
            httpx.Client(base_url=server.address, timeout=60) as client,
        ):
            acknowledged, refused = set(), 0
            while refused < 3:
                reply = client.post("/v1/feedback", json={**GOOD, "comment": "x" * 1_000})
                if reply.status_code == 201:
                    acknowledged.add(reply.json()["id"])
                else:
                    assert reply.status_code == 503
                    refused += 1
            assert ask(client, "What dose is used?").status_code == 200
            assert "has room" in server.logged()
        with sqlite3.connect(disk / "feedback.sqlite3") as connection:
            stored = {row[0] for row in connection.execute("SELECT id FROM feedback")}
        connection.close()
        assert acknowledged
        assert acknowledged <= stored
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("address", ["nonsense", "oracle://x/y", "mongodb://x"])
def test_an_address_of_no_database_is_named_at_the_start(address):
    with pytest.raises(FeedbackUnavailable, match="sqlite:///FILE"):
        create_app(Settings(feedback=address))


def test_errors_of_the_database_never_repeat_what_the_reader_wrote(tmp_path):
    file = tmp_path / "feedback.sqlite3"
    with opened(f"sqlite:///{file}") as store:
        store.check()
        with sqlite3.connect(file) as connection:
            connection.execute("DROP TABLE feedback")
        connection.close()
        with pytest.raises(FeedbackUnavailable) as raised:
            store.add(Feedback("ans_1", Rating.DOWN, Reason.WRONG, "my private words"))
    assert "private" not in str(raised.value)


# --- what was asked in vain -------------------------------------------------------------------------------


def gaps_of(url, *options):
    done = CliRunner().invoke(main, ["gaps", *options], env={"LDNQA_FEEDBACK": url})
    assert done.exit_code == 0, done.output
    return done.output


def test_gaps_are_kept_only_where_the_site_opted_in(url):
    sites = {"clinic": Site(origins=(CLINIC,), keep_questions=True), "quiet": Site(origins=("https://quiet.example",))}
    with opened(url) as store:
        before = store.gaps()
    with site(url, sites=sites) as client:
        for origin in (CLINIC, "https://quiet.example", None):
            headers = {"Origin": origin} if origin else {}
            client.post("/v1/ask", json={"question": "Is zzz for moonsickness?"}, headers=headers)
            client.post("/v1/ask", json={"question": "What dose is used?"}, headers=headers)
    with opened(url) as store:
        (gap,) = [gap for gap in store.gaps() if gap not in before]
        assert (gap.question, gap.times) == ("is zzz for moonsickness?", 1)
        assert store.gaps(site="clinic")
        assert not store.gaps(site="quiet")
    assert "is zzz for moonsickness?" in gaps_of(url)


def test_no_opting_in_no_file(tmp_path):
    file = tmp_path / "feedback.sqlite3"
    with site(f"sqlite:///{file}") as client:
        assert ask(client, "zzz").json()["status"] == "abstained"
    assert not file.exists()


def test_our_own_pages_opt_in_by_a_setting_of_their_own(tmp_path):
    url = f"sqlite:///{tmp_path / 'feedback.sqlite3'}"
    with site(url, keep_questions=True) as client:
        client.get("/articles/hostilol", params={"question": "Does zzz help with moonsickness?"})
        ask(client, "Is moonsickness zzz?")
    assert "moonsickness" in gaps_of(url)
    assert "moonsickness" not in gaps_of(url, "--at-least", "2")


def test_gaps_of_an_empty_database_says_how_to_opt_in(tmp_path):
    assert "LDNQA_KEEP_QUESTIONS" in gaps_of(f"sqlite:///{tmp_path / 'feedback.sqlite3'}")


def test_a_database_that_is_down_costs_no_reader_anything():
    with site("postgresql://nobody@127.0.0.1:9/none", keep_questions=True) as client:
        assert ask(client, "moonsickness zzz").json()["status"] == "abstained"
        until(lambda: "ldnqa_gaps_dropped_total 1.0" in client.get("/metrics").text, "the count")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("Does LDN help Anna Smith with psoriasis?", f"does ldn help {BLANK} with psoriasis?"),
        ("my name is anna smith, can I take LDN?", f"my name is {BLANK}, can i take ldn?"),
        ("Dr. Miller says 4.5 mg is too much", f"{BLANK} says 4.5 mg is too much"),
        ("Write to me at anna@example.org about dosing", f"{BLANK} to me at {BLANK} about dosing"),
        ("call +49 (0)30 123 456 about the dose", f"call {BLANK} about the dose"),
        ("I was born on 12.03.1971, is LDN safe?", f"i was born on {BLANK}, is ldn safe?"),
        ("I am 43 years old, is LDN safe?", f"i am {BLANK}, is ldn safe?"),
        ("born 12 March 1971, safe?", f"born {BLANK}, safe?"),
        ("see https://me.example/anna for why", f"see {BLANK} for why"),
        ("Can my son in Oslo take 1.5 mg?", f"can my son in {BLANK} take 1.5 mg?"),
        ("Does it work for Crohn's disease?", "does it work for crohn's disease?"),
        ("Anna Smith", None),
        ("0176 1234567", None),
    ],
)
def test_names_numbers_and_dates_are_taken_out(asked, kept):
    known = {"crohn's", "ldn"}
    assert redacted(asked, lambda word: word.lower() in known) == kept


@given(
    st.sampled_from(["anna.smith@example.org", "+49 30 1234567", "1971-03-12", "https://a.example/x", "Rumpelstilz"]),
    st.lists(st.sampled_from("can she take the low dose with food or milk at night".split()), max_size=8),
    st.lists(st.sampled_from("and is it safe for long then please".split()), max_size=8),
)
def test_whatever_stands_around_them_they_are_gone(private, before, after):
    kept = redacted(" ".join([*before, private, *after]), lambda _: False)
    assert kept is None or private.lower() not in kept


def test_keeping_and_reporting_count_days_and_articles(url):
    with opened(url) as store:
        for article in ("a", "b", "a"):
            store.keep(Unanswered("is it blue?", "index", article, "counted"))
        (gap,) = store.gaps(site="counted", at_least=3)
    assert (gap.times, gap.article_ids) == (3, ("a", "b"))
    assert len(gap.first_day) == 10
