"""An OpenAI-compatible server that says what a test tells it to, as well or as badly as it tells it to. Real HTTP."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"
_QUOTE = re.compile(r"^\[(\d+)\] (.*?)(?=\n\n(?:\[\d+\] |The reader )|\Z)", re.DOTALL | re.MULTILINE)

Script = Callable[["Asked"], None]


def quotes_in(prompt: str) -> dict[int, str]:
    """The numbered quotes of a prompt."""
    return {int(n): text for n, text in _QUOTE.findall(prompt.partition("Quotes:\n\n")[2])}


def is_follow_up(prompt: str) -> bool:
    """Whether a prompt asks to word a follow-up."""
    return "\n\nFollow-up: " in prompt


@dataclass
class Asked:
    """One request: what was asked, and the ways to reply."""

    handler: BaseHTTPRequestHandler
    body: dict[str, Any]
    closing: threading.Event

    @property
    def prompt(self) -> str:
        return "\n".join(message["content"] for message in self.body["messages"])

    @property
    def is_follow_up(self) -> bool:
        """Whether a follow-up is to be worded, and nothing to be drafted."""
        return is_follow_up(self.prompt)

    def number(self, words: str) -> int:
        """The number of the quote that has these words."""
        return next(n for n, text in quotes_in(self.prompt).items() if words in text)

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()

    def send(self, data: str | bytes) -> None:
        self.handler.wfile.write(data.encode() if isinstance(data, str) else data)
        self.handler.wfile.flush()

    def piece(self, words: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": words}, "finish_reason": finish}
        self.send(f"data: {json.dumps({'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n")

    def say(self, words: str) -> None:
        """The whole reply, well formed, in pieces of some letters."""
        self.head()
        for at in range(0, len(words), 7):
            self.piece(words[at : at + 7])
        self.piece("", finish="stop")
        self.send("data: [DONE]\n\n")


@dataclass
class ScriptedServer:
    """Where the server is, what it was asked, and what it does next."""

    url: str
    script: Script
    closing: threading.Event
    asked: list[dict[str, Any]] = field(default_factory=list)
    models: Sequence[str] = (MODEL,)


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    """A server on a free port, which says nothing until it is given a script."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(body)
            with suppress(BrokenPipeError, ConnectionResetError):
                server.script(Asked(self, body, closing))
            self.close_connection = True

        def do_GET(self) -> None:
            data = json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in server.models]})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = ScriptedServer(f"http://127.0.0.1:{http.server_port}/v1", lambda asked: asked.say(""), closing)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        closing.set()
        http.shutdown()
        http.server_close()
        thread.join()


def drip(asked: Asked, words: str, every: float) -> None:
    """Says words letter by letter, one every so many seconds, until the test is over."""
    asked.head()
    for letter in words:
        asked.piece(letter)
        if asked.closing.wait(every):
            return


def wait_for_the_end(asked: Asked) -> None:
    """Holds the line until the test is over."""
    asked.closing.wait(60)


def ramble(asked: Asked) -> None:
    """Never comes to an end."""
    asked.head()
    until = time.monotonic() + 20
    while not asked.closing.is_set() and time.monotonic() < until:
        asked.piece("and then some more words about nothing in particular " * 50)
