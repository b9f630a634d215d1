"""The disk format of an index, as types. Nothing is read from a build that its manifest does not vouch for.

    index/index.json                 Pointer: which build is served; replaced in one step
    index/builds/<index_id>/         one build, never changed once it is there
        manifest.json                Manifest: what it was built from and by, and every file's checksum
        {texts,vectors,keys}/        articles, passages and all vectors in pieces: pieces.py
        questions.json glossary.json vocabulary.json sums.npy
        lexical/ words/ store/       what tally.py and a store write: terms by passage, words by article, lists

A piece of which nothing has changed is the same file in one build and the next, under two names (hard links).

An `index_id` is the digest of its manifest, which has the digest of every file and no time in it: the same articles,
model and program give the same id, and a build cannot change without losing its name. JSON and .npy only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import stat
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from ldnqa.encode import Encoder
from ldnqa.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexOutdated
from ldnqa.types import Noun

FORMAT = 7
POINTER = "index.json"
BUILDS = "builds"
MANIFEST = "manifest.json"

# 64 bits: among the handful of builds of one folder a chance collision is out of the question, and it can be read out.
_ID_DIGITS = 16
PIECE_DIGITS = 16
_DEFAULT_FOLDER = Path("index")

IndexId = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{_ID_DIGITS}}}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# A part never begins with a dot, so no name leaves the build's folder.
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$")]
Count = Annotated[int, Field(ge=0)]


class Pointer(Noun):
    """Which build is served, and those before it, newest first."""

    current: IndexId
    earlier: tuple[IndexId, ...] = ()


class FileEntry(Noun):
    """What a file of a build must be."""

    size: Count
    sha256: Sha256


class Counts(Noun):
    """How many of each there are."""

    articles: Count
    passages: Count
    quotes: Count
    questions: Count


class Piece(Counts):
    """Part of a build: articles that follow each other by id, or the questions that none of them answers."""

    name: Annotated[str, Field(pattern=rf"^[0-9a-f]{{{PIECE_DIGITS}}}$")]


class Manifest(Noun):
    """What a build was made from and by. `articles` has each article's digest; `glossary`, `subjects` and `unanswered`
    are those of all their entries. `pieces` are in the order of their articles.
    """

    format: int = FORMAT
    index_id: IndexId = "0" * _ID_DIGITS
    model: str
    model_digest: Sha256
    dimension: Annotated[int, Field(ge=1)]
    max_tokens: Annotated[int, Field(ge=1)]
    chunker: str
    store: str
    articles: dict[str, Sha256]
    glossary: Sha256
    subjects: Sha256
    unanswered: Sha256
    pieces: tuple[Piece, ...]
    files: dict[FileName, FileEntry]

    @cached_property
    def counts(self) -> Counts:
        """How many of each the build holds."""
        totals = {name: sum(getattr(piece, name) for piece in self.pieces) for name in Counts.model_fields}
        return Counts.model_validate(totals)

    def digest(self) -> str:
        """The id these contents must have."""
        content = self.model_dump(mode="json", exclude={"index_id"})
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:_ID_DIGITS]

    def sealed(self) -> Manifest:
        """This manifest under the id of its contents."""
        return self.model_copy(update={"index_id": self.digest()})


def is_index_id(name: str) -> bool:
    """Whether a folder of that name is a finished build."""
    return len(name) == _ID_DIGITS and set(name) <= set("0123456789abcdef")


def command(verb: str, index: Path) -> str:
    """The command line that does `verb` to this index, to be named in a message."""
    return f"`ldnqa {verb}`" if index == _DEFAULT_FOLDER else f"`ldnqa {verb} --index {shlex.quote(str(index))}`"


def read_pointer(index: Path) -> Pointer:
    """Which build of the folder is served; IndexMissing if none was ever made, IndexDamaged if that cannot be told."""
    if not os.path.lexists(index / POINTER):
        raise IndexMissing(f"there is no index in {index}; {command('build', index)} makes one")
    try:
        return Pointer.model_validate_json(_read(index, POINTER))
    except (OSError, ValidationError) as error:
        raise _damaged(index, f"{index / POINTER} cannot be read: {_brief(error)}") from error


def read_manifest(index: Path, build: str, index_id: str | None = None) -> Manifest:
    """The manifest of the build in the folder `build`, given relative to `index`, once it is known to be `index_id`.

    IndexOutdated if it is of another format, IndexDamaged if it is not what it was when it was built.
    """
    try:
        content: Any = json.loads(_read(index, f"{build}/{MANIFEST}"))
        known = content["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(index, f"the manifest in {index / build} cannot be read: {_brief(error)}") from error
    if isinstance(known, int) and known != FORMAT:
        raise IndexOutdated(
            f"the index in {index} has format {known}, this ldnqa reads format {FORMAT}; "
            f"{command('build', index)} makes it again"
        )
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        raise _damaged(index, f"the manifest in {index / build} is not one: {_brief(error)}") from error
    if manifest.digest() != manifest.index_id or manifest.index_id != (index_id or manifest.index_id):
        raise _damaged(index, f"the manifest in {index / build} was changed after it was built")
    return manifest


def check_files(index: Path, build: str, manifest: Manifest) -> None:
    """IndexDamaged unless every file the manifest names is there, whole and unchanged."""
    names = {name: f"{build}/{name}" for name in manifest.files}
    try:
        for folder in {Path(name).parent for name in names.values()}:
            _check_folder(index, folder)
    except OSError as error:
        raise _damaged(index, f"{index / build} cannot be read: {_brief(error)}") from error
    for name, entry in manifest.files.items():
        try:
            found = _entry(index / names[name], entry.size)
        except OSError as error:
            raise _damaged(index, f"{index / build / name} cannot be read: {_brief(error)}") from error
        if found != entry:
            raise _damaged(index, f"{index / build / name} was changed or cut short after it was built")


def check_fit(index: Path, manifest: Manifest, encoder: Encoder, chunker: str) -> None:
    """IndexMismatch unless the build was made by the encoder in use, IndexOutdated if by another chunker."""
    if manifest.model_digest != encoder.digest:
        raise IndexMismatch(
            f"the index in {index} was built with the model {manifest.model} ({manifest.model_digest[:12]}), but "
            f"{encoder.name} ({encoder.digest[:12]}) is in use; {command('build', index)} builds it again with that "
            "one, or set LDNQA_MODEL to the one it was built with"
        )
    made = (manifest.dimension, manifest.max_tokens, manifest.chunker)
    used = (encoder.dimension, encoder.max_tokens, chunker)
    if made != used:
        raise IndexOutdated(
            f"the index in {index} was built for dimension, token limit and chunker {made}, but {used} are in use; "
            f"{command('build', index)} builds it again"
        )


def file_entry(index: Path, name: str) -> FileEntry:
    """Size and digest of a file of the index; OSError if it cannot be read, is a link or is reached by one."""
    _check_folder(index, Path(name).parent)
    return _entry(index / name)


def _entry(path: Path, most: int | None = None) -> FileEntry:
    """Size and digest of a file; of one longer than `most` only the size is worth anything."""
    digest = hashlib.sha256()
    with os.fdopen(_open(path), "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if most is None or size <= most:
            while block := file.read(1 << 20):
                digest.update(block)
    return FileEntry(size=size, sha256=digest.hexdigest())


def _read(index: Path, name: str) -> bytes:
    _check_folder(index, Path(name).parent)
    with os.fdopen(_open(index / name), "rb") as file:
        return file.read()


def _check_folder(index: Path, folder: Path) -> None:
    """OSError if a folder, given relative to the index, is a link or a way out."""
    if (index / folder).resolve() != index.resolve() / folder:
        raise OSError(f"{index / folder} is a link")


def _open(path: Path) -> int:
    """A file opened for reading; OSError for a link, and for anything that is not a file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file")
    return descriptor


def _damaged(index: Path, what: str) -> IndexDamaged:
    return IndexDamaged(
        f"{what}; {command('build', index)} makes the index again, "
        f"{command('rollback', index)} returns to the one before"
    )


def _brief(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
