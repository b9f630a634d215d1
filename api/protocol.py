"""HTTP/1.1 with a deadline on everything a client does: no connection is held by one that sends or reads too slowly.

uvicorn times idle connections only; a client that sends a header a minute, or never reads its answer, would keep
its connection, and enough of them would keep everybody else out.
"""

from __future__ import annotations

import asyncio
import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from .errors import PROBLEM_JSON, problem

# A head is one packet or a few; 10 s is what a very bad network needs.
HEAD_SECONDS = 10.0
# For a client that has stopped reading to go on; its answer fits into the buffers of any working network.
READ_SECONDS = 30.0
# A browser asks again within this time or not at all. A proxy's own must be shorter (docs/operations.md).
KEEP_ALIVE_SECONDS = 75
# Open at once, idle ones too, per worker; each takes some 20 KiB and one of the process's files.
MAX_CONNECTIONS = 1000
# The longest head that is read before anything is known about it; what is allowed is in gate.py.
MAX_HEAD_BUFFER_BYTES = 64 * 1024


class PatientProtocol(H11Protocol):
    """uvicorn's protocol, whose patience ends."""

    _head_timer: asyncio.TimerHandle | None = None
    _read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._time_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the connection."""
        _cancel(self._head_timer)
        self._head_timer = None
        _cancel(self._read_timer)
        self._read_timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Reads on; the deadline of a head runs from its first byte to its last."""
        super().data_received(data)
        self._time_head()

    def on_response_complete(self) -> None:
        """Goes on to the next request, of which a part may be here."""
        super().on_response_complete()
        if self.conn.trailing_data[0]:
            self._time_head()

    def pause_writing(self) -> None:
        """The client has stopped reading, and the buffers are full."""
        super().pause_writing()
        _cancel(self._read_timer)
        self._read_timer = None
        self._read_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """It reads again."""
        super().resume_writing()
        _cancel(self._read_timer)
        self._read_timer = None

    def send_400_response(self, msg: str) -> None:
        """Says that this is not HTTP, and hangs up."""
        if self.conn.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.abort()
            return
        found = problem("malformed-request", "Send HTTP/1.1 as RFC 9112 has it.").model_copy(
            update={"title": "The request is not HTTP"}
        )
        body = json.dumps(found.model_dump(mode="json", exclude_none=True, exclude={"errors"})).encode()
        headers = [
            ("content-type", PROBLEM_JSON),
            ("content-length", str(len(body))),
            ("x-content-type-options", "nosniff"),
            ("connection", "close"),
        ]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _time_head(self) -> None:
        """Gives the head that is being waited for its deadline, once; takes it back when the head is there."""
        if self.conn.their_state is not h11.IDLE:
            _cancel(self._head_timer)
            self._head_timer = None
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
