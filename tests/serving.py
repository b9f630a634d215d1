"""Real servers for tests: `ldnqa serve` in a process of its own, or an app on a real socket in a thread."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def serve_process(index: Path, folder: Path, **environment: str) -> Iterator[str]:
    """The address of an `ldnqa serve` of the articles that ship with ldnqa, run in `folder`; stopped at the end."""
    command = [sys.executable, "-m", "ldnqa", "serve", "--index", str(index), "--port", "0"]
    env = {**os.environ, **environment}
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            found = re.search(r"http://\S+", line)
            if found:
                break
        else:
            raise AssertionError("the server ended before it served")
        # Without this a failure inside would wait for a server that nobody stops.
        try:
            yield found.group()
        finally:
            process.terminate()
            process.stdout.read()


@contextmanager
def serving(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The address of a server of `app`, on a free port unless one is given, in a thread of this process."""
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(timeout=60)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=60)
