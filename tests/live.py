"""Real processes for tests: our server, PostgreSQL, Redis, nginx. Each is a context; leaving it stops the process."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fakes import HashedEncoder
from servers import PROGRAMS, postgres_bin

from ldnqa.build import build_articles
from ldnqa.corpus.read import read_corpus
from ldnqa.encode import Encoder
from ldnqa.manifest import POINTER, Pointer
from ldnqa.settings import packaged_corpus

QUESTIONS = ["What dose is used?", "Can I take it with oxycodone?", "Does it work for Crohn's disease?"]

HERE = Path(__file__).parent
# For a process to start on a machine that is busy with something else.
PATIENCE = 120.0
POSTGRES_USER = "postgres"


@dataclass
class Served:
    """A server process: its address and what it has logged so far."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    def logged(self) -> str:
        """Everything on its stderr until now."""
        return self.log.read_text(encoding="utf-8")


def until(holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Waits until `holds()`; fails naming `what` if it never does."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def served(
    folder: Path, index: Path, *, command: Sequence[str] = (sys.executable, "serve_small.py"), **settings: object
) -> Iterator[Served]:
    """Our server over an index, working in `folder`; `settings` by their names in lower case."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LDNQA_")}
    environment |= {f"LDNQA_{key.upper()}": str(value) for key, value in settings.items()}
    environment |= {"LDNQA_INDEX": str(index), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("LDNQA_PORT", "0")
    environment.setdefault("LDNQA_FEEDBACK", f"sqlite:///{folder / 'feedback.sqlite3'}")
    log = folder / f"server-{time.monotonic_ns()}.log"
    with log.open("w") as errors:
        process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout
        try:
            found = next((m for line in process.stdout if (m := re.search(r"http://\S+:\d+", line))), None)
            assert found, log.read_text()
            yield Served(process, found.group(), log)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def two_editions(folder: Path, encoder: Encoder | None = None) -> tuple[str, str]:
    """An index folder with two builds whose article titles end in their edition, "A" and "B"; A is pointed at."""
    articles = read_corpus(packaged_corpus()).articles
    ids = []
    for edition in "AB":
        marked = [article.model_copy(update={"title": f"{article.title} {edition}"}) for article in articles]
        ids.append(build_articles(marked, (), folder, encoder or HashedEncoder()).index_id)
    point(folder, ids[0], ids[1])
    return ids[0], ids[1]


def point(folder: Path, current: str, *earlier: str) -> None:
    """Puts another build in service, in one step as a build does."""
    new = folder / ".tmp-pointer"
    new.write_text(Pointer(current=current, earlier=earlier).model_dump_json())
    new.replace(folder / POINTER)


@dataclass
class Postgres:
    """A PostgreSQL server of our own."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Its address for our settings."""
        return f"postgresql://{POSTGRES_USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=on"
        _as_postgres("pg_ctl", "-D", self.folder, "-l", self.folder / "log", "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stops it; "immediate" is a crash to its clients."""
        _as_postgres("pg_ctl", "-D", self.folder, "-m", mode, "-w", "stop")


def _as_postgres(program: str, *arguments: object) -> None:
    command = [str(postgres_bin() / program), *map(str, arguments)]
    # It refuses to run as root.
    become = ["runuser", "-u", POSTGRES_USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*become, *command], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A fresh PostgreSQL server."""
    parent = Path(tempfile.mkdtemp(prefix="ldnqa-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(parent, POSTGRES_USER)
    server = Postgres(parent / "data", free_port())
    try:
        _as_postgres("initdb", "-D", server.folder, "-U", POSTGRES_USER, "-A", "trust", "--no-instructions")
        server.start()
        yield server
    finally:
        if (server.folder / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(parent)


@contextmanager
def redis_server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A fresh Redis server: its address and its process."""
    port = free_port()
    command = [PROGRAMS["redis-server"], "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            until(lambda: _listens(port), "Redis")
            yield f"redis://127.0.0.1:{port}/0", process
        finally:
            process.kill()


@contextmanager
def nginx(folder: Path, upstream: str, *directives: str) -> Iterator[str]:
    """nginx in front of `upstream` with these directives in its location; gives its address."""
    port = free_port()
    site = (
        f"access_log off; server {{ listen 127.0.0.1:{port}; location / {{"
        f"proxy_pass {upstream}; proxy_http_version 1.1; proxy_set_header Connection '';"
        "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header Host $http_host;"
        f"{' '.join(directives)} }} }}"
    )
    with nginx_of(folder, site, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nginx_of(folder: Path, site: str, port: int) -> Iterator[None]:
    """nginx with `site` in its http block, which listens on `port`."""
    config = folder / f"nginx-{port}.conf"
    paths = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; master_process off; pid {folder}/nginx-{port}.pid; error_log {folder}/nginx.log;"
        f"events {{}} http {{ {paths} {site} }}"
    )
    with subprocess.Popen([PROGRAMS["nginx-light"], "-c", config, "-e", f"{folder}/nginx.log"]) as process:
        try:
            until(lambda: _listens(port), "nginx")
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def ask(client: httpx.Client, question: str, **more: object) -> httpx.Response:
    """Asks a question."""
    return client.post("/v1/ask", json={"question": question, **more})


class Load:
    """Clients that ask until told to stop. `wrong` says what was failed or mixed, `seconds` how long each took."""

    def __init__(self, address, editions, clients=8):
        self.replies, self.wrong, self.seconds, self.stopped = Counter(), [], [], threading.Event()
        self._edition = dict(zip(editions, "AB", strict=True))
        self._threads = [threading.Thread(target=self._run, args=(address,)) for _ in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, address):
        with httpx.Client(base_url=address, timeout=60) as client:
            while not self.stopped.is_set():
                for question in QUESTIONS:
                    started = time.perf_counter()
                    try:
                        self._look(ask(client, question))
                        self.seconds.append(time.perf_counter() - started)
                    except httpx.HTTPError as error:
                        self.wrong.append(repr(error))

    def _look(self, reply):
        if reply.status_code != 200:
            self.wrong.append(reply.text)
            return
        answer = reply.json()
        edition = self._edition[answer["index_id"]]
        self.replies[edition] += 1
        if not answer["sources"] or any(not s["article_title"].endswith(f" {edition}") for s in answer["sources"]):
            self.wrong.append(f"{answer['index_id']} is {edition}: {answer['sources']}")
