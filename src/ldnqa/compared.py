"""Whether a build is known to be that of the articles, without reading them: reading takes longer than opening it.

What is known is one digest, kept beside the builds: of every byte that reading could depend on, of the program that
read it, of the model and of the build it was compared with. If that differs in anything, nothing is known.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ldnqa.encode import Encoder
from ldnqa.errors import IndexUnusable
from ldnqa.manifest import read_pointer

_NOTE = ".compared"
# The program's own code; the packages it uses go by their names and versions.
_CODE = Path(__file__).parent
_PACKAGE = (".dist-info", ".egg-info")


def inputs(corpus: Path, encoder: Encoder, store: str) -> str | None:
    """SHA-256, in hex, of all that a build in `store` is made from and by; None if that cannot be read.

    To be taken before the articles are read: if one changes meanwhile, the next digest is another one.
    """
    digest = hashlib.sha256()
    model = (encoder.name, encoder.digest, encoder.dimension, encoder.max_tokens)
    try:
        digest.update(repr((sys.version, model, store, *_packages())).encode())
        for path in (*sorted(_CODE.rglob("*.py")), *_articles(corpus)):
            content = path.read_bytes() if path.is_file() else b""
            told = (path.name, path.parent.name, path.is_file(), len(content))
            digest.update(repr(told).encode() + content)
    except OSError:
        return None
    return digest.hexdigest()


def note(index: Path, index_id: str, made_from: str | None) -> None:
    """Keep that the build `index_id` is what `made_from` gives. A folder that cannot be written to is left as it is."""
    if made_from is None:
        return
    # A build clears away what begins like this.
    new = index / f".tmp-{os.getpid()}{_NOTE}"
    with suppress(OSError):
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{made_from} {index_id}\n")
        new.replace(index / _NOTE)


def is_known(corpus: Path, index: Path, encoder: Encoder, store: str) -> bool:
    """Whether the build that is served is known to be what a build would make now. Sees no damage; opening does."""
    try:
        kept = (index / _NOTE).read_text()
        current = read_pointer(index).current
    except (OSError, ValueError, IndexUnusable):
        return False
    return kept == f"{inputs(corpus, encoder, store)} {current}\n"


def _articles(corpus: Path) -> Iterator[Path]:
    """The corpus folder's files and those of the folders in it, which is as deep as reading goes."""
    for path in sorted(corpus.iterdir()):
        yield path
        if path.is_dir():
            yield from sorted(path.iterdir())


def _packages() -> list[str]:
    """Every installed package, as pip names the folder that describes it: with its version."""
    folders = [place for place in map(Path, sys.path) if place.is_dir()]
    return sorted(path.name for folder in folders for path in folder.iterdir() if path.suffix in _PACKAGE)
