"""What a hostile or broken client sends, over a bare socket, and what it gets back."""

from __future__ import annotations

import gzip
import re
import socket
from contextlib import suppress
from http.client import HTTPException, HTTPResponse

from live import Served

HEAD = b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

MALFORMED = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GARBAGE\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /v1/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
    b"\x00" * 100_000,
]
# Announced and never sent, and sent without an end.
OVERSIZED = [
    HEAD + b"Content-Length: 999999999999\r\n\r\n{",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 20,
]


def compressed(size: int = 50_000_000) -> bytes:
    """A request whose body is small, and `size` bytes once unpacked."""
    body = gzip.compress(b" " * size)
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def connected(server: Served) -> socket.socket:
    """A connection to the server."""
    found = re.search(r"http://(.+):(\d+)", server.address)
    assert found
    connection = socket.create_connection((found[1], int(found[2])), timeout=60)
    connection.settimeout(20)
    return connection


def rest(connection: socket.socket) -> bytes:
    """What the server sends until it hangs up."""
    received = b""
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            received += piece
    return received


def sent(server: Served, data: bytes) -> bytes:
    """All that the server sends back until it hangs up."""
    with connected(server) as connection:
        with suppress(OSError):  # it may hang up in the middle
            connection.sendall(data)
        return rest(connection)


def first_reply(server: Served, data: bytes) -> tuple[int, bytes] | None:
    """The status of the first reply, and its body; None if the server hung up instead."""
    with connected(server) as connection:
        with suppress(OSError):
            connection.sendall(data)
        reply = HTTPResponse(connection)
        try:
            reply.begin()
            return reply.status, reply.read()
        except (OSError, HTTPException):
            return None
