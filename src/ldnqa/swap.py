"""Changing which build is served: one at a time, in one step, and from any moment on either the old one or the new.

The folder is only written to under its lock, which the kernel frees when the process that holds it dies. Everything
that is pointed at has reached the disk before the pointer does.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ldnqa.errors import IndexBusy, IndexMissing, IndexUnusable, IndexUnwritable
from ldnqa.manifest import (
    BUILDS,
    POINTER,
    Manifest,
    Pointer,
    check_files,
    command,
    is_index_id,
    read_manifest,
    read_pointer,
)

# The builds that can be gone back to: more than one, in case the fault is older than the last build.
EARLIER_BUILDS = 3

_LOCK = ".lock"
# What begins like this is work in progress, or was when its build was killed.
_UNFINISHED = ".tmp-"
_AT_WORK = f"{BUILDS}/{_UNFINISHED}build"
_REPLACED = f"{BUILDS}/{_UNFINISHED}replaced"
_NEW_POINTER = f"{_UNFINISHED}{POINTER}"


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Turns what the disk refuses into IndexUnwritable."""
    try:
        yield
    except OSError as error:
        # numpy says how much of an array it could write, and not why.
        why = error.strerror or f"the disk took only part of a file ({error})"
        raise IndexUnwritable(
            f"cannot write to {index}: {why}; the index that was there is as it was. Make room or "
            f"give write access, or name another folder with --index, and run {command('build', index)} again"
        ) from error


@contextmanager
def locked(index: Path) -> Iterator[None]:
    """Holds the folder's lock, making the folder if need be; IndexBusy if another process has it."""
    with writing(index):
        index.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(index / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise IndexBusy(
                f"another build is writing to {index}; wait for it to end, then run {command('build', index)} again"
            ) from error
        yield
    finally:
        os.close(descriptor)


def pointer_or_none(index: Path) -> Pointer | None:
    """Which build is served, or None if that cannot be told: a build mends either."""
    try:
        return read_pointer(index)
    except IndexUnusable:
        return None


def verified(index: Path, index_id: str) -> Manifest:
    """The manifest of a finished build whose every file is whole; IndexDamaged or IndexMismatch if one is not."""
    manifest = read_manifest(index, f"{BUILDS}/{index_id}", index_id)
    check_files(index, f"{BUILDS}/{index_id}", manifest)
    return manifest


def start(index: Path) -> str:
    """An empty folder to build in, relative to `index`; what killed builds left is gone after this."""
    if (index / BUILDS).is_symlink():
        raise OSError(f"{index / BUILDS} is a link")
    (index / BUILDS).mkdir(exist_ok=True)
    clear(index, pointer_or_none(index))
    (index / _AT_WORK).mkdir()
    return _AT_WORK


def abandon(index: Path) -> None:
    """Remove the folder that was built in, if it is still there."""
    shutil.rmtree(index / _AT_WORK, ignore_errors=True)


def finish(index: Path, index_id: str) -> None:
    """Put the build that was made into service; the one served until now becomes the first of the earlier ones."""
    place = index / BUILDS / index_id
    if os.path.lexists(place):
        # The same contents were built before. Keep what is whole; what is not makes way.
        try:
            verified(index, index_id)
        except IndexUnusable:
            place.rename(index / _REPLACED)
            (index / _AT_WORK).rename(place)
    else:
        (index / _AT_WORK).rename(place)
    sync(index / BUILDS)
    old = pointer_or_none(index)
    before = [i for i in (old.current, *old.earlier) if i != index_id] if old else []
    new = Pointer(current=index_id, earlier=tuple(before[:EARLIER_BUILDS]))
    _point(index, new)
    clear(index, new)


def go_back(index: Path) -> str:
    """Put the first of the earlier builds back in service once it is verified, and give its id."""
    pointer = read_pointer(index)
    if not pointer.earlier:
        raise IndexMissing(f"{index} keeps no earlier build; {command('build', index)} makes one from the articles")
    back = pointer.earlier[0]
    try:
        verified(index, back)
    except IndexUnusable as error:
        raise type(error)(f"the earlier build cannot go back into service: {error}") from error
    with writing(index):
        _point(index, Pointer(current=back, earlier=pointer.earlier[1:]))
    return back


def clear(index: Path, pointer: Pointer | None) -> None:
    """Remove unfinished work, and builds that a readable pointer does not name."""
    kept = {pointer.current, *pointer.earlier} if pointer else None
    for folder in (index, index / BUILDS):
        for entry in list(os.scandir(folder)):
            unnamed = kept is not None and folder != index and is_index_id(entry.name) and entry.name not in kept
            if not (entry.name.startswith(_UNFINISHED) or unnamed):
                continue
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                Path(entry.path).unlink()


def sync(path: Path) -> None:
    """Wait until a file or the names in a folder have reached the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _point(index: Path, pointer: Pointer) -> None:
    new = index / _NEW_POINTER
    new.write_text(pointer.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sync(new)
    new.replace(index / POINTER)
    sync(index)
