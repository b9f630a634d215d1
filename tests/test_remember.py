"""A question asked again is answered the same without being worked out again, and nothing else is taken for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from fakes import HashedEncoder
from makers import article, section

from ldnqa import Index, Policy, ask
from ldnqa.api.remember import Remembering
from ldnqa.build import build_articles
from ldnqa.errors import UnknownArticle
from ldnqa.types import Answer, Audience, Turn


@pytest.fixture
def index(tmp_path):
    made = [article(section("The usual dose of naltrexone is 1.5 to 4.5 mg."), id=id_) for id_ in ("dose", "other")]
    build_articles(made, (), tmp_path, HashedEncoder())
    return Index.open(tmp_path, HashedEncoder())


class Counting:
    """The real `ask`, with a list of what it was asked."""

    def __init__(self, index: Index, policy: Policy) -> None:
        self._ask = partial(ask, index, policy=policy)
        self.asked: list[str] = []

    def __call__(self, question: str, **more: Any) -> Answer:
        self.asked.append(question)
        return self._ask(question, **more)


TURN = Turn(question="What is it?", source_ids=())
REQUESTS: list[dict[str, Any]] = [
    {},
    {"article_id": "dose"},
    {"article_id": "other"},
    {"audience": Audience.PATIENT},
    {"audience": Audience.CLINICIAN},
    {"history": (TURN,)},
    {"history": (TURN, TURN)},
    {"history": (Turn(question="What is it?", source_ids=("dose#part:0",)),)},
    {"approved_only": True},
]


def test_every_request_gets_the_answer_it_would_get_without_memory(index: Index, policy: Policy) -> None:
    counting = Counting(index, policy)
    remembering = Remembering(counting, index.id)
    for _ in range(2):
        for question in ("What dose is used?", "  What dose is used? ", "what dose is used?", "Who sells it?"):
            for request in REQUESTS:
                expected = ask(index, question, policy=policy, **request)
                assert remembering(question, **request).model_dump_json() == expected.model_dump_json()
    assert len(counting.asked) == 3 * len(REQUESTS)


def test_only_so_many_are_kept_and_those_asked_lately_stay(index: Index, policy: Policy) -> None:
    counting = Counting(index, policy)
    remembering = Remembering(counting, index.id, kept=2)
    for question in ("one", "two", "one", "three", "one", "two"):
        remembering(question)
    assert counting.asked == ["one", "two", "three", "two"]


def test_an_error_is_told_every_time_and_not_kept(index: Index, policy: Policy) -> None:
    counting = Counting(index, policy)
    remembering = Remembering(counting, index.id)
    for _ in range(2):
        with pytest.raises(UnknownArticle):
            remembering("What dose?", article_id="nowhere")
    assert len(counting.asked) == 2


def test_equal_questions_at_one_time_are_worked_out_once(index: Index, policy: Policy) -> None:
    counting, all_here, may_answer = Counting(index, policy), Barrier(9), Event()

    def slow(question: str, **more: Any) -> Answer:
        may_answer.wait()
        return counting(question, **more)

    remembering = Remembering(slow, index.id)

    def one() -> Answer:
        all_here.wait()
        return remembering("What dose is used?")

    with ThreadPoolExecutor(8) as readers:
        answers = [readers.submit(one) for _ in range(8)]
        all_here.wait()
        may_answer.set()
        assert len({answer.result().model_dump_json() for answer in answers}) == 1
    assert counting.asked == ["What dose is used?"]
