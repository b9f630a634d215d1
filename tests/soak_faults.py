"""The soak of what breaks: servers and databases that are killed, workers that die, disks that are full."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
from live import QUESTIONS, Postgres, ask, postgres, served, two_editions, until
from soak_load import CLIENTS, percentiles, resident_mib

from ldnqa.feedback import FeedbackStore

KILLS = 20
FILLINGS = 10
SENDERS = 8
# SQLite writes up to 4 MiB of journal before it folds that into its file, and needs room for both.
DISK = "16m"
FEEDBACK = {"answer_id": "ans_931686ee2c436a24842e", "rating": "up", "comment": "soak"}


def kills(folder: Path) -> dict[str, object]:
    """20 times SIGKILL of the server while 8 clients send feedback: what was acknowledged and is not there."""
    index = folder / "index"
    two_editions(index)
    found = {"sqlite": killed_over(folder, index, f"sqlite:///{folder / 'feedback.sqlite3'}", KILLS)}
    with postgres() as database:
        found["postgresql"] = killed_over(folder, index, database.url, KILLS // 2, database)
    return found


def killed_over(folder: Path, index: Path, url: str, times: int, database: Postgres | None = None) -> dict[str, object]:
    """Kills the server so often, and PostgreSQL too if that is the database; rows acknowledged, stored and lost."""
    acknowledged: set[str] = set()
    database_kills = 0
    for n in range(times):
        with served(folder, index, feedback=url) as server, sending(server.address, acknowledged):
            goal = len(acknowledged) + random.randint(20, 200)
            until(lambda goal=goal: len(acknowledged) >= goal, "feedback")
            if database and n % 2:
                database.stop()
                database_kills += 1
                database.start()
                again = len(acknowledged) + 20
                until(lambda again=again: len(acknowledged) >= again, "feedback after the database came back")
            server.process.kill()
            server.process.wait()
    return {"server_kills": times, "database_kills": database_kills, **rows(url, acknowledged)}


@contextmanager
def sending(address: str, acknowledged: set[str], refused: list[int] | None = None) -> Iterator[None]:
    """Clients that send feedback all the time and note what was acknowledged, and the status of what was not."""
    stop = threading.Event()

    def send() -> None:
        with httpx.Client(base_url=address, timeout=30) as client, suppress(httpx.HTTPError):
            while not stop.is_set():
                reply = client.post("/v1/feedback", json=FEEDBACK)
                if reply.status_code == 201:
                    acknowledged.add(reply.json()["id"])
                elif refused is not None:
                    refused.append(reply.status_code)

    with together([send] * SENDERS, stop):
        yield


@contextmanager
def together(works: Sequence[Callable[[], None]], stop: threading.Event) -> Iterator[None]:
    """Each in a thread of its own, until the end, when they are told to stop."""
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def rows(url: str, acknowledged: set[str]) -> dict[str, object]:
    """How many rows were acknowledged, how many are there, and how many of the former are not."""
    store = FeedbackStore(url)
    stored = store.ids()
    store.close()
    return {"acknowledged": len(acknowledged), "stored": len(stored), "lost": len(acknowledged - stored)}


def disk(folder: Path) -> dict[str, object]:
    """A disk that fills up ten times, while 8 clients send feedback and one asks, and is given room again; as root."""
    index, place = folder / "index", folder / "disk"
    two_editions(index)
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", place], check=True)
    url, filler = f"sqlite:///{place / 'feedback.sqlite3'}", place / "filler"
    acknowledged: set[str] = set()
    refused: list[int] = []
    answers: list[int] = []
    try:
        with (
            served(folder, index, feedback=url) as server,
            sending(server.address, acknowledged, refused),
            httpx.Client(base_url=server.address, timeout=60) as reader,
        ):
            for _ in range(FILLINGS):
                goal = len(acknowledged) + 20
                until(lambda goal=goal: len(acknowledged) >= goal, "feedback")
                with suppress(OSError), filler.open("wb", buffering=0) as file:
                    while file.write(b"x" * 4096):
                        pass
                more = len(refused) + 20
                until(lambda more=more: len(refused) >= more, "refusals")
                answers += [ask(reader, question).status_code for question in QUESTIONS]
                filler.unlink()
        kept = rows(url, acknowledged)
    finally:
        subprocess.run(["umount", place], check=True)
    failed = sum(status != 200 for status in answers)
    return {"fillings": FILLINGS, "refused": len(refused), "answers_failed": failed, **kept}


def workers(folder: Path) -> dict[str, object]:
    """20 times SIGKILL of one of two workers under 64 clients: what is cut off with it, and what else goes wrong."""
    index = folder / "index"
    two_editions(index)
    replies: list[int] = []
    seconds: list[float] = []
    cut_off: list[str] = []
    stop = threading.Event()
    with served(folder, index, watch_seconds=0, workers=2) as server:

        def read() -> None:
            # A connection for each question, so that either worker may have it.
            with httpx.Client(base_url=server.address, timeout=60, headers={"Connection": "close"}) as client:
                while not stop.is_set():
                    started = time.perf_counter()
                    try:
                        replies.append(ask(client, QUESTIONS[0]).status_code)
                        seconds.append(time.perf_counter() - started)
                    except httpx.HTTPError as error:
                        cut_off.append(type(error).__name__)

        def running() -> list[int]:
            children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
            return [int(pid) for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        before = sum(map(resident_mib, running()))
        with together([read] * CLIENTS, stop):
            for n in range(1, KILLS + 1):
                os.kill(running()[n % 2], signal.SIGKILL)
                until(lambda n=n: server.logged().count("worker died") >= n, "its death to be noticed")
                more = len(replies) + 2 * CLIENTS
                until(lambda more=more: len(replies) >= more and len(running()) == 2, "answers after it")
        after = sum(map(resident_mib, running()))
    return {
        "kills": KILLS,
        "clients": CLIENTS,
        "answered": sum(status == 200 for status in replies),
        "failed": sum(status != 200 for status in replies),
        "cut_off": len(cut_off),
        **percentiles(seconds),
        "mib_before": before,
        "mib_after": after,
    }
