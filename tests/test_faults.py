"""Clients that are slow, broken or hostile, and workers that die, cost other readers nothing. Real processes only."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import threading
from pathlib import Path

import httpx
import pytest
from hostile import HEAD, MALFORMED, OVERSIZED, compressed, connected, first_reply, rest, sent
from live import ask, served, two_editions, until

QUESTION = json.dumps({"question": "What dose is used?"}).encode()


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "index"
    two_editions(folder)
    return folder


@pytest.fixture(scope="module")
def server(index, tmp_path_factory):
    os.environ["TEST_HEAD_SECONDS"] = os.environ["TEST_READ_SECONDS"] = "0.5"
    try:
        with served(tmp_path_factory.mktemp("server"), index, watch_seconds=0) as server:
            yield server
    finally:
        del os.environ["TEST_HEAD_SECONDS"], os.environ["TEST_READ_SECONDS"]


@pytest.fixture
def others(server):
    """Another reader, who is served before, during and after."""
    with httpx.Client(base_url=server.address, timeout=60) as client:
        assert ask(client, "What dose is used?").status_code == 200
        yield client
        assert ask(client, "What dose is used?").status_code == 200
        assert server.process.poll() is None


@pytest.mark.parametrize("data", MALFORMED)
def test_what_is_not_http_is_refused_and_hung_up_on(server, others, data):
    reply = sent(server, data)
    if reply:
        head, _, body = reply.partition(b"\r\n\r\n")
        assert re.match(rb"HTTP/1\.1 (4\d\d|501) ", head), reply[:200]
        assert b"connection: close" in head.lower()
        problem = json.loads(body)
        assert problem["type"].startswith("urn:ldnqa:problem:")
        assert "Traceback" not in body.decode()


def test_a_broken_chunk_in_a_body_is_hung_up_on(server, others):
    reply = sent(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n")
    assert not reply or reply.startswith(b"HTTP/1.1 400 ")


def test_a_smuggled_request_is_not_served(server, others):
    body = b"0\r\n\r\nGET /v1/articles HTTP/1.1\r\nHost: x\r\n\r\n"
    head = HEAD + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(body)
    reply = sent(server, head + body)
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b"ldnqa.article_list" not in reply


def test_a_client_that_never_finishes_its_head_is_hung_up_on(server, others):
    with connected(server) as idle, connected(server) as slow:
        slow.sendall(b"GET /v1/articles HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert ask(others, "What dose is used?").status_code == 200
        assert rest(slow) == b""
        assert rest(idle) == b""


def test_two_hundred_slow_clients_keep_nobody_out(server, others):
    held = [connected(server) for _ in range(200)]
    try:
        for connection in held:
            connection.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: x\r\n")
        for _ in range(5):
            assert ask(others, "What dose is used?").status_code == 200
    finally:
        for connection in held:
            connection.close()


def test_a_client_that_never_reads_is_hung_up_on(server, others):
    with connected(server) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /articles/ldn-indications HTTP/1.1\r\nHost: x\r\n\r\n"
        # Pipelined until it has hung up: unread answers fill every buffer on the way.
        while True:
            try:
                deaf.sendall(request * 50)
            except OSError:
                break


def test_oversized_and_compressed_bodies_are_refused(server, others):
    announced, endless = OVERSIZED
    assert first_reply(server, announced)[0] == 413
    cut_off = first_reply(server, endless)
    assert cut_off is None or cut_off[0] == 413
    assert first_reply(server, compressed())[0] == 415


def test_pipelined_requests_are_answered_in_order(server, others):
    whole = HEAD + b"Content-Length: %d\r\n\r\n" % len(QUESTION) + QUESTION
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert sent(server, whole * 3 + last).count(b"HTTP/1.1 200 OK") == 4


def test_nothing_of_all_this_was_a_fault_of_ours(server):
    faults = [line for line in server.logged().splitlines() if '"level": "error"' in line]
    assert faults == []


def test_a_signal_to_stop_is_heeded_once_every_request_under_way_is_answered(index, tmp_path):
    with served(tmp_path, index) as server:
        statuses, begun = [], threading.Barrier(9)

        def reader():
            with httpx.Client(base_url=server.address, timeout=60) as client:
                assert ask(client, "What dose is used?").status_code == 200
                begun.wait()
                # Its head is there when the signal comes, and its body is not.
                statuses.append(client.post("/v1/ask", content=slowly(), headers=JSON).status_code)

        JSON = {"Content-Type": "application/json"}  # noqa: N806
        signalled, headed = threading.Event(), threading.Semaphore(0)

        def slowly():
            yield QUESTION[:5]
            headed.release()
            signalled.wait(60)
            yield QUESTION[5:]

        readers = [threading.Thread(target=reader) for _ in range(8)]
        for thread in readers:
            thread.start()
        begun.wait()
        for _ in readers:
            headed.acquire()
        # The first bytes are on their way; the server has them before it can have the signal's.
        until(lambda: in_flight(server) >= 8, "the requests")
        server.process.send_signal(signal.SIGTERM)
        signalled.set()
        for thread in readers:
            thread.join()
        server.process.wait(60)
    assert statuses == [200] * 8


def in_flight(server):
    text = httpx.get(f"{server.address}/metrics", timeout=60).text
    return float(re.search(r"^ldnqa_requests_in_flight (\S+)", text, re.MULTILINE).group(1)) - 1


def test_before_it_stops_it_says_so_and_goes_on_serving(index, tmp_path):
    with served(tmp_path, index, drain_seconds=60) as server:
        server.process.send_signal(signal.SIGTERM)
        until(lambda: httpx.get(f"{server.address}/readyz", timeout=60).status_code == 503, "not ready")
        with httpx.Client(base_url=server.address, timeout=60) as client:
            assert client.get("/healthz").status_code == 200
            assert ask(client, "What dose is used?").status_code == 200
        server.process.kill()


def test_a_killed_worker_is_replaced_and_metrics_add_up(index, tmp_path):
    with served(tmp_path, index, workers=2, watch_seconds=0) as server:

        def ask_once():
            # A new connection each time, so that either worker may take it.
            with httpx.Client(base_url=server.address, timeout=60) as client:
                return ask(client, "What dose is used?").json()["index_id"]

        def workers():
            children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
            return [pid for pid in map(int, children.split()) if alive(pid)]

        def counted(count):
            # A worker counts a request when its answer is out, so it may tell of it a moment late.
            line = f'ldnqa_requests_total{{method="POST",route="/v1/ask",status="200"}} {count}.0'
            return lambda: line in httpx.get(f"{server.address}/metrics", timeout=60).text

        for _ in range(10):
            ask_once()
        until(counted(10), "the count of both workers")
        before = workers()
        assert len(before) == 2
        os.kill(before[0], signal.SIGKILL)
        until(lambda: before[0] not in workers() and len(workers()) == 2, "the new worker")
        for _ in range(10):
            ask_once()
        until(counted(20), "the count of the dead worker too")
        assert "worker died" in server.logged()
        server.process.send_signal(signal.SIGHUP)
        until(lambda: "index in service" in server.logged(), "the reload in a worker")
        survivors = workers()
        server.process.send_signal(signal.SIGKILL)
        until(lambda: not any(alive(pid) for pid in survivors), "workers to follow their parent")


def alive(pid):
    """Whether this is a worker that runs; one that has ended and not been waited for has no command line."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
