"""What questions read when it is first met is read beforehand: between questions, of the index in service."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest
from fastapi.testclient import TestClient
from service_fakes import resources

from ldnqa import ask
from ldnqa.api.app import create_app
from ldnqa.api.warming import Warming
from ldnqa.quotable import _known
from ldnqa.settings import Settings
from ldnqa.suggest import _checked
from ldnqa.warm import warming


@pytest.fixture
def thread() -> Iterator[Warming]:
    made = Warming(quiet=0)
    yield made
    made.stop()


def test_every_step_is_taken(thread: Warming) -> None:
    taken: list[int] = []
    thread.begin(taken.append(n) for n in range(5))
    thread.wait()
    assert taken == [0, 1, 2, 3, 4]


def test_no_step_is_begun_while_a_question_is_answered(thread: Warming) -> None:
    begun, go_on = Event(), Event()
    happened: list[str] = []

    def steps() -> Iterator[None]:
        begun.set()
        go_on.wait()
        happened.append("first step")
        yield
        happened.append("second step")
        yield

    def search(query: str, **_: object) -> list[object]:
        # The step that was under way may end; the next one must not begin.
        go_on.set()
        while not happened:
            pass
        happened.append("answered")
        return []

    thread.begin(steps())
    begun.wait()
    thread.giving_way(replace(resources(), search=search)).search("anything")
    thread.wait()
    assert happened == ["first step", "answered", "second step"]


def test_nothing_is_read_for_a_moment_after_a_question() -> None:
    thread = Warming(quiet=0.2)
    asked_at = time.monotonic()
    assert thread.giving_way(resources()).search("examplol") is not None
    thread.begin(iter([None]))
    thread.wait()
    thread.stop()
    assert time.monotonic() - asked_at >= 0.2


def test_the_steps_of_an_index_that_was_replaced_are_not_taken_any_more(thread: Warming) -> None:
    begun, go_on = Event(), Event()
    taken: list[str] = []

    def old() -> Iterator[None]:
        begun.set()
        go_on.wait()
        yield
        taken.append("old")
        yield

    thread.begin(old())
    begun.wait()
    thread.begin(iter([taken.append("new")]))
    go_on.set()
    thread.wait()
    assert taken == ["new"]


def test_it_ends_with_the_server_in_the_middle_of_its_steps() -> None:
    begun, closed = Event(), Event()

    def endless() -> Iterator[None]:
        try:
            while True:
                begun.set()
                yield
        finally:
            closed.set()

    app = create_app(Settings(watch_seconds=0), resources=replace(resources(), read_ahead=endless))
    with TestClient(app) as client:
        begun.wait()
        assert client.post("/v1/ask", json={"question": "What dose is used?"}).status_code == 200
    assert not app.state.operation.warming._thread.is_alive()


def test_what_fails_is_told_and_leaves_the_service_as_it_is(thread: Warming, caplog: pytest.LogCaptureFixture) -> None:
    def failing() -> Iterator[None]:
        yield
        raise OSError("the disk is gone")

    thread.begin(failing())
    thread.wait()
    thread.begin(iter(range(3)))
    thread.wait()
    assert "OSError" in str(caplog.records[0].__dict__)


def test_a_question_meets_nothing_new_once_all_is_read(index, policy) -> None:
    pieces = list(warming(index, policy))
    assert {"pattern", "passage", "question", "caution", "words"} <= set(pieces)
    known, checked = set(_known[index]), set(_checked[index])
    assert ask(index, "What are the side effects?", policy=policy).statements
    assert set(_known[index]) == known
    assert set(_checked[index]) == checked
