"""Run by the fault tests: real builds in processes of their own that are killed, starved or locked out on command.

Reads one JSON command a line and answers with one JSON line. A command forks this process, which has everything
imported, so that a build starts at once and dozens of kills take seconds.

    index     folder to build in
    to        "new" or "old": which articles
    count     what to count: "disk" (calls that change files), "any" (calls into C), "progress" (signs of progress)
    kill_at   SIGKILL before the n-th of them, from 1; 0 for never
    limit     largest file the process may write, in bytes
    nobody    write as a user without rights, if there is another to be
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from makers import article, section

import ldnqa.stores.faiss  # noqa: F401
from ldnqa.build import build_articles
from ldnqa.encode import Encoder
from ldnqa.english import frequency
from ldnqa.errors import LdnqaError
from ldnqa.types import GlossaryEntry

CHANGES = set("open write writelines tofile flush close flock fsync link mkdir rename replace unlink rmdir".split())
NOBODY = 65534

OLD = [
    article(section("The usual dose is 1.5 to 4.5 mg at bedtime.", "Some stop."), id="age", title="What dose is used?"),
    article(section("Opioids must be stopped before naltrexone."), id="opioids"),
]
NEW = [
    OLD[0],
    article(section(["Common side effects include:", "headache", "vivid dreams"], "They pass."), id="harms"),
    article(section("Crohn's disease was studied in small trials.", "Results differ."), id="crohns"),
]
GLOSSARY = (GlossaryEntry(term="ED95", definition="The dose that works for 95 in 100 people."),)


def build(command: dict[str, Any], encoder: Encoder, answer_to: int) -> None:
    """One build as commanded; what became of it is written to the pipe `answer_to`, unless it is killed."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == command.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    def called(frame: FrameType, event: str, what: Any) -> None:
        if event == "c_call" and (command["count"] == "any" or getattr(what, "__name__", "") in CHANGES):
            step()

    if limit := command.get("limit"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if command.get("nobody") and os.geteuid() == 0:
        os.seteuid(NOBODY)
    by_call = command.get("count") in {"any", "disk"}
    answer = {}
    try:
        if by_call:
            sys.setprofile(called)
        articles = NEW if command.get("to", "new") == "new" else OLD
        tell = None if by_call else lambda _: step()
        report = build_articles(articles, GLOSSARY, Path(command["index"]), encoder, progress=tell)
        answer["id"] = report.index_id
    except LdnqaError as error:
        answer.update(error=type(error).__name__, message=str(error))
    finally:
        sys.setprofile(None)
    os.write(answer_to, json.dumps({**answer, "count": count}).encode())


def main() -> None:
    # Every build needs them, and a child would load them for itself.
    frequency("dose")
    if sys.argv[1:] == ["real"]:
        from ldnqa.encode import load_encoder
        from ldnqa.encode.exported import OnnxEncoder

        # Whether an export agrees with its original is for test_encode.py; it takes torch and ten seconds to import it.
        del OnnxEncoder.check_against_original
        encoder: Encoder = load_encoder()
    else:
        from fakes import HashedEncoder

        encoder = HashedEncoder()
    for line in sys.stdin:
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(readable)
            try:
                build(json.loads(line), encoder, writable)
            finally:
                os._exit(0)
        os.close(writable)
        with os.fdopen(readable, "rb") as pipe:
            answer = json.loads(pipe.read() or "{}")
        _, status = os.waitpid(child, 0)
        print(json.dumps({**answer, "killed": os.WIFSIGNALED(status)}), flush=True)


if __name__ == "__main__":
    main()
