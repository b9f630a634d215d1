"""A language model that is dead, slow, broken or endless costs nobody an answer, nor more than the time limit.

That a reader does not wait for it is shown by the server still holding the line when the answer is there.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from functools import partial

import pytest
from llm_server import MODEL, Asked, drip, is_follow_up, ramble, scripted_server, wait_for_the_end

from ldnqa import ask
from ldnqa.errors import LanguageModelError, MissingExtra
from ldnqa.llm import LanguageModel, open_model
from ldnqa.llm.breaker import BREAK_AFTER, BREAK_SECONDS, Breaker
from ldnqa.settings import Settings
from ldnqa.types import Turn

QUESTION = "What are the side effects of LDN?"
MILD = "Most side effects of LDN are mild and pass during the first weeks of treatment."
# Short enough for a test, long enough for a request on a busy machine to come through.
LIMIT = 0.6


@pytest.fixture
def server():
    with scripted_server() as server:
        yield server


def status(number: int, **headers: str):
    def script(asked: Asked) -> None:
        asked.head(number, "application/json", **headers)
        asked.send('{"error": {"message": "no", "type": "x", "code": null}}')

    return script


def raw(data: bytes, kind: str = "application/json"):
    def script(asked: Asked) -> None:
        asked.head(200, kind)
        asked.send(data)

    return script


def endless_error(asked: Asked) -> None:
    asked.head(400, "text/html")
    while not asked.closing.is_set():
        asked.send(b"x" * 10_000)


def endless_line(asked: Asked) -> None:
    asked.head()
    while not asked.closing.is_set():
        asked.send(b"data: " + b"x" * 10_000)


def half_a_stream(asked: Asked) -> None:
    asked.head()
    asked.piece(MILD[:40])


def hang_after_the_head(asked: Asked) -> None:
    asked.head()
    wait_for_the_end(asked)


def redirect(asked: Asked) -> None:
    asked.head(307, "text/plain", Location="http://127.0.0.1:9/v1/chat/completions")


def error_event(asked: Asked) -> None:
    asked.head()
    asked.send('data: {"error": {"message": "out of memory"}}\n\n')


FAULTS = {
    "hangs": wait_for_the_end,
    "hangs after the head": hang_after_the_head,
    "drips": lambda asked: drip(asked, MILD + " [2]", 0.3),
    "rambles": ramble,
    "rambles on one line": endless_line,
    "rambles in an error": endless_error,
    "half a stream": half_a_stream,
    "hangs up": lambda asked: asked.handler.wfile.close(),
    "400": status(400),
    "401": status(401),
    "404": status(404),
    "429": status(429, Retry_After="3600"),
    "500": status(500),
    "503": status(503),
    "204": status(204),
    "redirect": redirect,
    "no JSON": raw(b"<html>Bad gateway</html>"),
    "JSON cut off": raw(b'{"choices": [{"message": {"content": "Most'),
    "JSON of another shape": raw(b'{"choices": {"message": []}}'),
    "a JSON list": raw(b"[1, 2, 3]"),
    "nested without end": raw(b"[" * 100_000),
    "no choices": raw(b'{"choices": []}'),
    "content of another type": raw(b'{"choices": [{"message": {"content": {"a": 1}}}]}'),
    "null content": raw(b'{"choices": [{"message": {"content": null}}]}'),
    "wrong content type": raw(b"Most side effects of LDN are mild. [1]", "text/plain"),
    "HTML with status 200": raw(b"<h1>Log in</h1>", "text/html"),
    "no text but bytes": raw(bytes(range(256)) * 20, "text/event-stream"),
    "packed": lambda asked: asked.head(200, "application/json", Content_Encoding="gzip"),
    "empty": raw(b""),
    "an error in the stream": error_event,
    "events of another shape": raw(b"data: 7\n\ndata: [DONE]\n\n", "text/event-stream"),
}


@pytest.fixture(scope="module")
def asking(index, policy):
    """Asks a follow-up, which a model is asked to word and then to draft an answer to."""
    return partial(
        ask, index, "And what side effects?", policy=policy, history=(Turn(question="What is LDN used for?"),)
    )


@pytest.fixture(scope="module")
def alone(asking):
    """The answer without a model."""
    answer = asking()
    assert answer.status == "answered"
    return answer


@pytest.mark.parametrize("script", FAULTS.values(), ids=FAULTS)
def test_a_broken_model_costs_nobody_the_answer(server, asking, alone, script):
    server.script = script
    assert asking(model=LanguageModel(server.url, MODEL, seconds=LIMIT)) == alone
    prompts = [body["messages"][1]["content"] for body in server.asked]
    assert is_follow_up(prompts[0])
    assert not is_follow_up(prompts[-1])
    assert not server.closing.is_set()


def test_a_server_that_is_not_there_costs_nobody_the_answer(asking, alone):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        model = LanguageModel(f"http://127.0.0.1:{nobody.getsockname()[1]}/v1", MODEL, seconds=LIMIT)
        assert asking(model=model) == alone


def test_what_was_said_in_time_is_not_lost_with_the_rest(index, policy, server):
    def then_hangs(asked: Asked) -> None:
        asked.head()
        asked.piece(f"{MILD} [{asked.number('are mild')}]\nSide effects often")
        wait_for_the_end(asked)

    server.script = then_hangs
    answer = ask(index, QUESTION, policy=policy, model=LanguageModel(server.url, MODEL, seconds=LIMIT))
    assert [s.drafted for s in answer.statements if s.drafted] == [MILD]


def test_a_fault_that_is_over_in_a_moment_is_tried_once_more(index, policy, server):
    replies = iter([status(503), lambda asked: asked.say(f"{MILD} [{asked.number('are mild')}]")])
    server.script = lambda asked: next(replies)(asked)
    answer = ask(index, QUESTION, policy=policy, model=LanguageModel(server.url, MODEL))
    assert answer.generator == f"chat:{MODEL}"
    assert len(server.asked) == 2


@pytest.mark.parametrize("number", [400, 401, 404])
def test_a_refusal_is_not_asked_again(server, number):
    server.script = status(number)
    with pytest.raises(LanguageModelError, match=str(number)):
        LanguageModel(server.url, MODEL).complete([{"role": "user", "content": "?"}])
    assert len(server.asked) == 1


def test_after_some_failures_nobody_waits_for_the_model_until_it_is_tried_again(server):
    now = 1_000.0
    model = LanguageModel(server.url, MODEL, now=lambda: now)
    server.script = status(400)
    asked = [{"role": "user", "content": "?"}]
    for _ in range(BREAK_AFTER + 5):
        with pytest.raises(LanguageModelError):
            model.complete(asked)
    assert len(server.asked) == BREAK_AFTER

    now += BREAK_SECONDS
    with pytest.raises(LanguageModelError, match="400"):
        model.complete(asked)
    with pytest.raises(LanguageModelError, match="left alone"):
        model.complete(asked)
    now += BREAK_SECONDS
    server.script = lambda asked: asked.say("well again")
    assert model.complete(asked).text == model.complete(asked).text == "well again"


def test_one_at_a_time_tries_a_model_that_failed():
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(BREAK_AFTER):
        breaker.check()
        breaker.failed()
    now = BREAK_SECONDS + 1
    breaker.check()
    with pytest.raises(LanguageModelError):
        breaker.check()


def test_a_whole_reply_without_a_stream_is_read_too(server):
    server.script = raw(json.dumps({"choices": [{"message": {"content": "as one"}}]}).encode())
    reply = LanguageModel(server.url, MODEL).complete([{"role": "user", "content": "?"}])
    assert (reply.text, reply.whole) == ("as one", True)


def test_the_key_is_sent_and_nothing_of_the_environment(server, monkeypatch):
    seen = {}
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "somebody-else")
    server.script = lambda asked: (
        seen.update({name.lower(): value for name, value in asked.handler.headers.items()}),
        asked.say("yes"),
    )
    LanguageModel(server.url, MODEL, "our-key").complete([{"role": "user", "content": "?"}])
    assert seen["authorization"] == "Bearer our-key"
    assert "somebody-else" not in str(seen)
    assert server.asked[0]["temperature"] == 0


def test_without_an_address_there_is_no_model():
    assert open_model(Settings(llm_model="some")) is None


@pytest.mark.parametrize(
    ("given", "says"),
    [({"llm_base_url": "http://x/v1"}, "LDNQA_LLM_MODEL"), ({"llm_base_url": "x", "llm_model": "m"}, "http")],
)
def test_settings_that_cannot_be_used_say_how_to_mend_them(given, says):
    with pytest.raises(LanguageModelError, match=says):
        open_model(Settings(**given))


def test_without_the_package_the_install_command_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(MissingExtra, match=r"pip install 'ldnqa\[llm\]'"):
        open_model(Settings(llm_base_url="http://localhost:1/v1", llm_model="m"))


def test_a_site_without_a_model_never_loads_the_package():
    code = (
        "import sys, ldnqa.dialogue\nfrom ldnqa.llm import open_model\nfrom ldnqa.settings import Settings\n"
        "open_model(Settings()); print('openai' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
