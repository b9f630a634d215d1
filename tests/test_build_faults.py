"""Killed, starved or shut out, a build leaves the index that was there with its answers, and the next build works."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from doomed_builds import OLD
from fakes import HashedEncoder

from ldnqa.build import build_articles, rollback
from ldnqa.encode import Encoder, load_encoder
from ldnqa.index import Index
from ldnqa.text import terms

Order = Callable[..., dict[str, Any]]


@contextmanager
def doomed(*arguments: str) -> Iterator[Order]:
    """The process that runs builds on command; the function sends a command and gives the answer."""
    script = Path(__file__).with_name("doomed_builds.py")
    with subprocess.Popen(
        [sys.executable, str(script), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        to, back = process.stdin, process.stdout

        def order(**command: Any) -> dict[str, Any]:
            to.write(json.dumps({key: str(v) if isinstance(v, Path) else v for key, v in command.items()}) + "\n")
            to.flush()
            answer: dict[str, Any] = json.loads(back.readline())
            return answer

        yield order
        to.close()


@pytest.fixture(scope="module")
def order() -> Iterator[Order]:
    with doomed() as order:
        yield order


def answers(index: Index) -> object:
    """What a reader could be told."""
    questions = ["When is the dose taken?", "Which opioids must be stopped?"]
    return [
        (
            index.search_dense(index.encoder.encode_queries([q])[0], 9),
            index.search_lexical(dict.fromkeys(terms(q), 1.0), 9),
        )
        for q in questions
    ]


def survives(order: Order, encoder: Encoder, folder: Path, kills: list[dict[str, Any]]) -> dict[str, int]:
    """Kills a build once for each of `kills`; after each the index is the old one, or the new one whole.

    Gives how often the old and the new one were found.
    """
    pristine, index = folder / "pristine", folder / "index"
    assert "id" in order(index=pristine, to="old", count="progress")
    shutil.copytree(pristine, folder / "expected")
    assert "id" in order(index=folder / "expected", to="new", count="progress")
    old, new = Index.open(pristine, encoder), Index.open(folder / "expected", encoder)
    truth = {old.id: answers(old), new.id: answers(new)}
    found = {old.id: 0, new.id: 0}
    for kill in kills:
        shutil.copytree(pristine, index)
        assert order(index=index, to="new", **kill)["killed"], kill
        served = Index.open(index, encoder)
        assert answers(served) == truth[served.id]
        assert served.passages == (old if served.id == old.id else new).passages
        found[served.id] += 1

        # The lock went with the process, and the next build clears up and gets there.
        after = order(index=index, to="new", count="progress")
        assert after["id"] == new.id
        assert answers(Index.open(index, encoder)) == truth[new.id]
        assert {path.name for path in (index / "builds").iterdir()} == {old.id, new.id} or served.id == new.id
        assert rollback(index) == old.id
        shutil.rmtree(index)
    return {"old": found[old.id], "new": found[new.id]}


@pytest.mark.parametrize("count", ["disk", "any"])
def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_whole_new_one(
    order: Order, tmp_path: Path, count: str
) -> None:
    trial = tmp_path / "trial"
    order(index=trial, to="old", count="progress")
    total = order(index=trial, to="new", count=count)["count"]
    # Calls that change files: eight spread over the build, and every second of the last thirty, which hold the swap.
    if count == "disk":
        moments = sorted({*range(1, total, max(1, total // 8)), *range(total - 30, total + 1, 2)})
    else:
        moments = sorted(random.Random(7).sample(range(1, total + 1), 10))
    found = survives(order, HashedEncoder(), tmp_path, [{"count": count, "kill_at": moment} for moment in moments])
    assert sum(found.values()) >= 10
    assert found["old"] > 0
    assert count == "any" or found["new"] > 0


def test_a_first_build_that_is_killed_leaves_no_index_or_a_whole_one(order: Order, tmp_path: Path) -> None:
    total = order(index=tmp_path / "whole", to="new", count="disk")["count"]
    whole = Index.open(tmp_path / "whole", HashedEncoder())
    for moment in range(1, total + 1, max(1, total // 8)):
        index = tmp_path / str(moment)
        assert order(index=index, to="new", count="disk", kill_at=moment)["killed"]
        after = build_articles(OLD, (), index, HashedEncoder())
        assert after.index_id != whole.id
        opened = Index.open(index, HashedEncoder())
        assert list(opened.articles) == [article.id for article in sorted(OLD, key=lambda a: a.id)]
        assert {path.name for path in (index / "builds").iterdir()} <= {after.index_id, whole.id}


@pytest.mark.model
def test_a_build_with_the_real_model_killed_on_its_way_leaves_the_old_index(tmp_path: Path) -> None:
    with doomed("real") as order:
        trial = tmp_path / "trial"
        order(index=trial, to="old", count="progress")
        total = order(index=trial, to="new", count="progress")["count"]
        kills = [{"count": "progress", "kill_at": moment} for moment in range(1, total + 1, max(1, total // 2))]
        found = survives(order, load_encoder(), tmp_path, kills)
    assert found["new"] == 0
    assert found["old"] == len(kills) >= 2


def test_a_full_disk_leaves_the_old_index(order: Order, tmp_path: Path) -> None:
    made = order(index=tmp_path, to="old", count="progress")["id"]
    before = answers(Index.open(tmp_path, HashedEncoder()))
    largest = max(path.stat().st_size for path in tmp_path.rglob("*"))
    for limit in (1, 100, 500, 1000, largest // 2, largest - 1):
        answer = order(index=tmp_path, to="new", count="progress", limit=limit)
        assert answer["error"] == "IndexUnwritable", limit
        assert "File too large" in answer["message"] or "only part of a file" in answer["message"]
        assert "as it was" in answer["message"]
        assert f"`ldnqa build --index {tmp_path}`" in answer["message"]
        served = Index.open(tmp_path, HashedEncoder())
        assert (served.id, answers(served)) == (made, before)
        assert {path.name for path in (tmp_path / "builds").iterdir()} == {made}


def test_a_folder_without_write_access_is_a_clear_error_and_serves_on(order: Order) -> None:
    # Not under tmp_path, which nobody else may look into.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = order(index=folder / "index", to="old", count="progress")["id"]
        paths = [folder / "index", *(folder / "index").rglob("*")]
        modes = [(path, path.stat().st_mode) for path in paths]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        try:
            assert order(index=folder / "index", to="old", count="progress", nobody=True)["id"] == made
            answer = order(index=folder / "index", to="new", count="progress", nobody=True)
            assert answer["error"] == "IndexUnwritable"
            assert "Permission denied" in answer["message"]
            assert "write access" in answer["message"]
            elsewhere = order(index=folder / "other" / "index", to="new", count="progress", nobody=True)
            assert os.geteuid() != 0 or elsewhere["error"] == "IndexUnwritable"
            assert Index.open(folder / "index", HashedEncoder()).id == made
        finally:
            for path, mode in modes:
                path.chmod(mode)
