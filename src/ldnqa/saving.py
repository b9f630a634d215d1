"""How a build is written down: what is new is written, and what has not changed gets a second name (a hard link).

Invariant: every file is on the disk and its digest is known before the manifest that names it is written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import numpy as np

from ldnqa.chunk import CHUNKER_VERSION
from ldnqa.earlier import Earlier
from ldnqa.encode import Encoder
from ldnqa.index import GLOSSARY, LEXICAL, QUESTIONS, STORE, SUMS, VOCABULARY, WORDS
from ldnqa.manifest import MANIFEST, FileEntry, Manifest, file_entry
from ldnqa.parts import Parts, Source
from ldnqa.pieces import KEYS, TEXTS, VECTORS, files_of
from ldnqa.stores import store_type
from ldnqa.swap import sync


def save(parts: Parts, source: Source, encoder: Encoder, store: str, index: Path, made: str) -> Manifest:
    """Write every file into the folder `made`, relative to `index`, the manifest last, and wait for the disk."""
    folder = index / made
    for name in (TEXTS, VECTORS, KEYS, LEXICAL, WORDS, STORE):
        (folder / name).mkdir()
    files: dict[str, FileEntry] = {}
    for piece in parts.pieces:
        if fresh := parts.fresh.get(piece.name):
            texts, vectors, keys = files_of(piece.name)
            with (folder / texts).open("wb") as file:
                file.writelines(fresh.lines)
            np.save(folder / vectors, fresh.vectors, allow_pickle=False)
            np.save(folder / keys, fresh.keys, allow_pickle=False)
        else:
            files |= {name: _take_over(name, parts.vectors.earlier, index, made) for name in files_of(piece.name)}
    np.save(folder / SUMS, parts.sums, allow_pickle=False)
    (folder / GLOSSARY).write_bytes(source.glossary)
    (folder / QUESTIONS).write_text(json.dumps(parts.questions, ensure_ascii=False), encoding="utf-8")
    vocabulary = {"readers": parts.readers, "defined": parts.defined}
    (folder / VOCABULARY).write_text(json.dumps(vocabulary, ensure_ascii=False), encoding="utf-8")
    parts.terms.save(folder / LEXICAL)
    parts.words.save(folder / WORDS)
    store_type(store).save(folder / STORE, parts.passage_vectors())

    paths = sorted(folder.rglob("*"))
    new = {path: path.relative_to(folder).as_posix() for path in paths}
    new = {path: name for path, name in new.items() if name not in files}
    files |= {name: file_entry(index, f"{made}/{name}") for path, name in new.items() if path.is_file()}
    manifest = Manifest(
        model=encoder.name,
        model_digest=encoder.digest,
        dimension=encoder.dimension,
        max_tokens=encoder.max_tokens,
        chunker=CHUNKER_VERSION,
        store=store,
        articles=source.digests,
        glossary=hashlib.sha256(source.glossary).hexdigest(),
        subjects=source.subjects_digest,
        unanswered=source.unanswered_digest,
        pieces=tuple(parts.pieces),
        files=dict(sorted(files.items())),
    ).sealed()
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for path in (*new, folder / MANIFEST, folder):
        sync(path)
    return manifest


def _take_over(name: str, earlier: Earlier, index: Path, made: str) -> FileEntry:
    """Give a file of the served build, which was verified, a second name in the new one; or copy it if that fails."""
    there, here, entry = earlier.folder / name, index / made / name, earlier.files[name]
    try:
        os.link(there, here, follow_symlinks=False)
    except OSError:
        # No hard links on this disk, no more of this file, or somebody else's file.
        shutil.copyfile(there, here, follow_symlinks=False)
        sync(here)
        if file_entry(index, f"{made}/{name}") != entry:
            raise OSError(f"{there} changed while it was copied") from None
    return entry
