"""An answer as server-sent events. Nothing leaves before the whole answer is made and grounded.

The order is fixed: `meta`, each `notice`, then each `statement` behind those of its `source`s that have not been
sent yet, and `done`. So a client that shows what it has always shows a statement with its sources. The
disclaimer is in the first event and in the last, and in an `error`, which is both or the last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import anyio
import anyio.to_thread
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ldnqa.types import Answer, Disclaimer, Notice, Source, Statement, Status

from .accept import EVENTS
from .errors import problem_of
from .schemas import Problem, Wire

# Proxies commonly cut a connection that is silent for 30 or 60 seconds. A question that takes no longer than this
# is answered, or refused with a problem document, before a byte is sent; after it the stream is kept alive.
HEARTBEAT_SECONDS = 10.0

HEARTBEAT = b": still at work\n\n"


class AnswerBegun(Wire):
    """What opens a stream: how the question came out, and the words that must be shown."""

    object: Literal["ldnqa.answer_begun"] = "ldnqa.answer_begun"
    """Says what this document is."""
    id: str
    """Names the answer."""
    status: Status
    """How the question came out."""
    disclaimer: Disclaimer
    """The mandated words; always show them."""
    index_id: str
    """The index that gave the answer."""


class StreamProblem(Problem):
    """What went wrong after the stream was opened: a problem document, and the words that must be shown."""

    disclaimer: Disclaimer
    """The mandated words; always show them."""


# Name of each event, what its data is, and what that is in words.
PAYLOADS: Mapping[str, tuple[type[BaseModel], str]] = {
    "meta": (AnswerBegun, "Opens the answer."),
    "notice": (Notice, "A warning to show with the answer, most urgent first."),
    "source": (Source, "Exact words of an article, sent before the first statement that rests on them."),
    "statement": (Statement, "One thing the answer says."),
    "done": (Answer, "The whole answer, with conflicts, glossary and follow-up questions. Closes the stream."),
    "error": (StreamProblem, "There is no answer after all. Closes the stream."),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its number in the stream, counted from 1, its name and what it carries."""

    id: int
    name: str
    payload: BaseModel

    def fields(self) -> dict[str, str]:
        """Its fields as a client reads them; `data` is JSON on one line."""
        # What a problem does not know is left out, as in any other problem document.
        is_problem = isinstance(self.payload, Problem)
        data = self.payload.model_dump_json(exclude_none=is_problem)
        return {"id": str(self.id), "event": self.name, "data": data}

    def encoded(self) -> bytes:
        """Its bytes on the wire."""
        lines = (f"{name}: {value}" for name, value in self.fields().items())
        return ("\n".join(lines) + "\n\n").encode()


def events(answer: Answer) -> Iterator[Event]:
    """The events of an answer, in the order in which they are sent."""
    return (Event(number, name, payload) for number, (name, payload) in enumerate(_payloads(answer), start=1))


def _payloads(answer: Answer) -> Iterator[tuple[str, BaseModel]]:
    yield (
        "meta",
        AnswerBegun(id=answer.id, status=answer.status, disclaimer=answer.disclaimer, index_id=answer.index_id),
    )
    for notice in answer.notices:
        yield "notice", notice
    unsent = {source.index: source for source in answer.sources}
    for statement in answer.statements:
        for index in statement.source_indexes:
            if index in unsent:
                yield "source", unsent.pop(index)
        yield "statement", statement
    # What only a conflict cites.
    for source in unsent.values():
        yield "source", source
    yield "done", answer


class AnswerStream(Response):
    """Runs `ask` in a thread and sends its answer as events; a client that goes away takes its question along.

    What `ask` raises before the stream is opened is raised here too, and becomes the response of any other
    refusal; after that it is an `error` event with `disclaimer`.
    """

    media_type = EVENTS

    def __init__(self, ask: Callable[[], Answer], disclaimer: Disclaimer) -> None:
        super().__init__(headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._ask, self._disclaimer = ask, disclaimer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the stream."""
        outcome: Answer | Exception | None = None
        finished = anyio.Event()
        is_open = False

        async def work() -> None:
            nonlocal outcome
            try:
                outcome = await anyio.to_thread.run_sync(self._ask)
            except Exception as error:
                outcome = error
            finished.set()

        async def cancel_when_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            tasks.cancel_scope.cancel()

        async def open_stream() -> None:
            nonlocal is_open
            if not is_open:
                is_open = True
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})

        async def transmit(data: bytes, *, more: bool = True) -> None:
            await open_stream()
            await send({"type": "http.response.body", "body": data, "more_body": more})

        # The thread is not started if the client goes before its turn comes, and is never abandoned once it runs:
        # that would let more questions run at once than there are threads for.
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cancel_when_gone)
            tasks.start_soon(work)
            while not finished.is_set():
                with anyio.move_on_after(HEARTBEAT_SECONDS):
                    await finished.wait()
                if not finished.is_set():
                    await transmit(HEARTBEAT)
            if isinstance(outcome, Answer):
                for event in events(outcome):
                    await transmit(event.encoded())
            elif isinstance(outcome, Exception) and is_open:
                await transmit(Event(1, "error", self._problem(outcome)).encoded())
            if is_open:
                await transmit(b"", more=False)
            tasks.cancel_scope.cancel()
        if isinstance(outcome, Exception) and not is_open:
            raise outcome

    def _problem(self, error: Exception) -> StreamProblem:
        found, _ = problem_of(error)
        return StreamProblem(**found.model_dump(), disclaimer=self._disclaimer)
