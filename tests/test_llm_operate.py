"""A language model as a site runs it: `ldnqa doctor`, `ldnqa ask`, the service, its streams and its memory."""

from __future__ import annotations

import json
from functools import partial

import pytest
from click.testing import CliRunner
from fastapi.testclient import TestClient
from llm_server import MODEL, Asked, scripted_server

from ldnqa import ask, search
from ldnqa.api.app import create_app
from ldnqa.api.deps import Resources
from ldnqa.api.remember import Remembering
from ldnqa.cli import main
from ldnqa.doctor import CHECKS, Verdict
from ldnqa.llm import LanguageModel
from ldnqa.settings import Settings

QUESTION = "What are the side effects of LDN?"
TRUTH = "Most side effects of LDN are mild and pass during the first weeks of treatment."
LIE = "Most side effects of LDN are deadly and pass during the first weeks of treatment."


@pytest.fixture(scope="module")
def running():
    with scripted_server() as server:
        yield server


@pytest.fixture
def server(running):
    running.script, running.models = both, (MODEL,)
    running.asked.clear()
    return running


def both(asked: Asked) -> None:
    n = asked.number("are mild")
    asked.say(f"{LIE} [{n}]\n{TRUTH} [{n}]")


@pytest.fixture(scope="module")
def service(index, policy, running):
    model = LanguageModel(running.url, MODEL)
    resources = Resources(
        index=index,
        policy=policy,
        ask=partial(ask, index, policy=policy, model=model),
        search=partial(search, index, policy=policy),
    )
    with TestClient(create_app(resources=resources)) as client:
        yield client


@pytest.fixture
def client(service, server):
    """The service, with a model that says both."""
    return service


@pytest.mark.parametrize(
    ("models", "verdict", "says"),
    [([MODEL, "other"], Verdict.OK, f"has {MODEL}"), (["other"], Verdict.WARN, f"lists no {MODEL}")],
)
def test_doctor_looks_whether_the_model_is_there(server, models, verdict, says):
    server.models = models
    (found,) = CHECKS["language model"](Settings(llm_base_url=server.url, llm_model=MODEL))
    assert found.verdict is verdict
    assert says in found.says
    assert verdict is Verdict.OK or "other" in found.mend


def test_doctor_says_what_to_do_where_no_server_answers():
    (found,) = CHECKS["language model"](Settings(llm_base_url="http://127.0.0.1:9/v1", llm_model=MODEL, llm_seconds=1))
    assert found.verdict is Verdict.FAIL
    assert "LDNQA_LLM_BASE_URL" in found.mend


def test_doctor_says_that_nothing_is_sent_where_nothing_is_set():
    (found,) = CHECKS["language model"](Settings())
    assert found.verdict is Verdict.OK
    assert "no question leaves the machine" in found.says


def test_the_command_line_asks_it(server, index_folder):
    where = {"LDNQA_LLM_BASE_URL": server.url, "LDNQA_LLM_MODEL": MODEL}
    done = CliRunner().invoke(main, ["ask", QUESTION, "--index", str(index_folder), "--json"], env=where)
    answer = json.loads(done.stdout)
    assert answer["generator"] == f"chat:{MODEL}"
    assert TRUTH in answer["answer"]
    assert LIE not in done.stdout


def test_a_model_without_a_name_is_refused_before_anything_is_asked(index_folder):
    done = CliRunner().invoke(
        main, ["ask", QUESTION, "--index", str(index_folder)], env={"LDNQA_LLM_BASE_URL": "http://127.0.0.1:9/v1"}
    )
    assert done.exit_code == 1
    assert "LDNQA_LLM_MODEL" in done.stderr


def test_a_stream_has_only_grounded_sentences(client):
    with client.stream(
        "POST", "/v1/ask", json={"question": QUESTION}, headers={"Accept": "text/event-stream"}
    ) as reply:
        text = reply.read().decode()
    assert LIE not in text
    statements = [
        json.loads(event.partition("data: ")[2]) for event in text.split("\n\n") if "event: statement" in event
    ]
    assert [one["drafted"] for one in statements if one["drafted"]] == [TRUTH]
    assert text.index('"disclaimer"') < text.index(TRUTH) < text.rindex('"disclaimer"')


def test_the_chat_door_marks_where_a_drafted_sentence_leads(client):
    asked = {"model": "ldnqa", "messages": [{"role": "user", "content": QUESTION}]}
    message = client.post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]
    at = message["content"].index(TRUTH) + len(TRUTH)
    assert LIE not in message["content"]
    starts = [note["url_citation"]["start_index"] for note in message["annotations"]]
    assert any(at <= start <= at + 2 for start in starts)


def test_the_page_shows_what_was_drafted_and_from_which_words(client):
    page = client.get("/articles/ldn-indications", params={"question": QUESTION}).text
    assert TRUTH in page
    assert "Put together by a language model" in page
    assert LIE not in page


def test_what_was_drafted_is_remembered_and_a_silence_is_not(index, policy, server):
    model = LanguageModel(server.url, MODEL)
    remembering = Remembering(
        partial(ask, index, policy=policy, model=model),
        index.id,
        worth_keeping=lambda answer: any(s.drafted for s in answer.statements),
    )
    server.script = lambda asked: asked.say("")
    assert remembering(QUESTION).generator == "extractive"
    server.script = both
    assert remembering(QUESTION).generator == remembering(QUESTION).generator == f"chat:{MODEL}"
    assert len(server.asked) == 2
