"""A model as an ONNX graph with its tokenizer: exported once, checked against the original, kept by digest.

What is kept is used only if it is whole, byte for byte what was checked. The only module that knows onnxruntime and
tokenizers; it imports neither torch nor sentence_transformers unless a model has to be exported.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, islice
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from ldnqa.encode import PARITY, Unexportable, Vectors, file_sha256, unit_rows
from ldnqa.errors import ModelError

# From 1.29 on ONNX Runtime reports what it runs to its makers unless this is set before it is loaded. We call nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

# Raised whenever an export would come out differently, so that old ones are made again.
_EXPORTER = 2
_RECORD = "export.json"
_GRAPH = "model.onnx"
# Tokenizers drop most control characters, at which Python's split() may cut.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
# More different words than most corpora have; about 10 MB.
_WORDS = 1 << 16
# Tokens of texts that are run at once: with short ones most of a call is reading the weights. 16 texts of 12 tokens
# take 2.8 ms each and one alone 6.5; 2 of 96 take 24 ms each and one alone 27; longer ones gain nothing.
_TOKENS_AT_ONCE = 192
# Short, long past any limit, empty, and in scripts and signs that tokenizers treat specially.
_PARITY_TEXTS = (
    "What dose is used?",
    "",
    "µg β–endorphin ≤ 4.5 mg (95% CI 1.2–3.4; p<0.05)",
    "Naltrexone blocks opioid receptors. It must not be given to anyone who takes opioids.",
    "naïve Größe 疼痛 боль",
    "Opioids must be stopped first, and pain has to be treated in another way until then. " * 60,
)


@dataclass(frozen=True, slots=True)
class Graph:
    """An exported model on disk: its folder, what it puts before a question and a passage, its limit, and whether
    several texts of as many tokens may be run at once, since each then has the bits that it has alone.
    """

    folder: Path
    query_prompt: str
    passage_prompt: str
    max_tokens: int
    several: bool = False


def open_or_export(model: Path, digest: str, cache: Path) -> Graph:
    """The export of the model in the folder `model`, made if need be; Unexportable says why there is none.

    Of several processes that need it one makes it and the others wait. A model that could not be exported is not
    tried again.
    """
    place = cache / "models" / f"{digest[:32]}-{_EXPORTER}"
    if (found := _read(place)) is not None:
        return found
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _locked(place.with_suffix(".lock")):
            if (found := _read(place)) is not None:
                return found
            return _export(model, digest, place)
    except OSError as error:
        raise Unexportable(
            f"its ONNX graph cannot be kept in {cache} ({error.strerror}); set LDNQA_CACHE to a folder that can be "
            "written to"
        ) from error


class OnnxEncoder:
    """A model run by ONNX Runtime on the CPU; an `Encoder`.

    A call runs on one thread, and as many run at once as there are cores, so that threads never fight over them. It
    runs one text, or several of as many tokens if that gives each the bits that it has alone: a text's row depends on
    that text and nothing else. Safe to call from any number of threads.
    """

    def __init__(self, graph: Graph, original: Path, *, name: str, digest: str) -> None:
        self.name = name
        self.digest = digest
        self.max_tokens = graph.max_tokens
        self._graph = graph
        self._original = original
        self._tokenizer = _tokenizer(graph)
        self._session = _session(graph)
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._marks = self._tokenizer.num_special_tokens_to_add(False)
        # BERT's tokenizers cut at white space before anything else, so that a text has the tokens of its words.
        # Splitting a corpus counts every text some 40 times over, and this is 10 times as fast.
        self._word_by_word = isinstance(self._tokenizer.pre_tokenizer, BertPreTokenizer)
        self._tokens_of_word = lru_cache(_WORDS)(self._count)
        cores = len(os.sched_getaffinity(0))
        # Callers on more threads than cores wait here, which is cheaper than sharing caches and time slices.
        self._free_cores = BoundedSemaphore(cores)
        self._workers = ThreadPoolExecutor(cores, thread_name_prefix="ldnqa-encode")
        self.dimension = self._run([self._tokens("")]).shape[1]

    def count_tokens(self, text: str) -> int:
        """How many tokens `text` is, with the marks the model adds."""
        if self._word_by_word and not _CONTROL.search(text):
            return self._marks + sum(map(self._tokens_of_word, text.split()))
        return len(self._tokenizer.encode(text).ids)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit rows for questions, shape (len(texts), dimension)."""
        return self._encode([self._graph.query_prompt + text for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit rows for passages, shape (len(texts), dimension)."""
        return self._encode([self._graph.passage_prompt + text for text in texts])

    def check_against_original(self, texts: Sequence[str]) -> None:
        """ModelError unless every text's vector has a cosine of at least PARITY to the original model's."""
        from ldnqa.encode.original import SentenceTransformerEncoder

        original = SentenceTransformerEncoder(self._original, name=self.name, digest=self.digest)
        worst = _worst_cosine(self, original, texts)
        if worst < PARITY:
            raise ModelError(
                f"the ONNX graph of {self.name} in {self._graph.folder} differs from the model (cosine {worst:.6f}, at "
                f"least {PARITY} is needed); delete that folder to have it exported again"
            )

    def _encode(self, texts: Sequence[str]) -> Vectors:
        tokens = [self._tokens(text) for text in texts]
        # The longest first, so that no core is left with a long text when the others are done.
        order = sorted(range(len(texts)), key=lambda n: -len(tokens[n]))
        calls = list(_at_once(order, tokens, _TOKENS_AT_ONCE if self._graph.several else 0))
        run = map if len(calls) < 2 else self._workers.map
        raw = np.empty((len(texts), self.dimension), dtype=np.float32)
        for numbers, rows in zip(calls, run(self._run, [[tokens[n] for n in call] for call in calls]), strict=True):
            raw[numbers] = rows
        return unit_rows(raw, len(texts), self.dimension, self.name)

    def _count(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _tokens(self, text: str) -> Encoding:
        tokens = self._tokenizer.encode(text, add_special_tokens=False)
        tokens.truncate(self.max_tokens - self._marks)
        return self._tokenizer.post_process(tokens)

    def _run(self, texts: Sequence[Encoding]) -> NDArray[Any]:
        """The rows of texts of as many tokens."""
        arrays = {
            "input_ids": [text.ids for text in texts],
            "attention_mask": [text.attention_mask for text in texts],
            "token_type_ids": [text.type_ids for text in texts],
        }
        given = {name: np.array(arrays[name], dtype=np.int64) for name in self._inputs}
        with self._free_cores:
            rows: NDArray[Any] = self._session.run(["rows"], given)[0]
        return rows


def _at_once(order: Sequence[int], texts: Sequence[Encoding], most: int) -> Iterator[list[int]]:
    """The numbers of texts in their `order`, those of as many tokens that follow each other together, up to `most`
    tokens.
    """
    for length, same in groupby(order, lambda n: len(texts[n])):
        while some := list(islice(same, max(1, most // max(1, length)))):
            yield some


def _tokenizer(graph: Graph) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(graph.folder / "tokenizer.json"))
    # Both are done here, text by text.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _session(graph: Graph) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Its arena keeps the memory of the longest text for good; without it a call takes as long.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(graph.folder / _GRAPH), options, providers=["CPUExecutionProvider"])


def _export(model: Path, digest: str, place: Path) -> Graph:
    """Make the export and put it in its place in one step, or a note there that it cannot be made."""
    from ldnqa.encode.original import SentenceTransformerEncoder

    original = SentenceTransformerEncoder(model, name=str(model), digest=digest)
    made = place.with_suffix(".tmp")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    try:
        prompts = original.prompts()
        graph = Graph(made, prompts["query"], prompts["passage"], original.max_tokens)
        record: dict[str, Any] = {"original": digest}
        try:
            original.export(made)
            worst = _agreement(graph, original)
        except Unexportable as error:
            record["unexportable"] = str(error)
        else:
            record |= {"query": graph.query_prompt, "passage": graph.passage_prompt, "max_tokens": graph.max_tokens}
            several = _alike_in_company(graph)
            record |= {
                "worst_cosine": worst,
                "several": several,
                "files": {file.name: file_sha256(file) for file in made.iterdir()},
            }
        (made / _RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    found = _read(place)
    if found is None:
        raise Unexportable(f"what was written to {place} cannot be read back")
    return found


def _agreement(graph: Graph, original: Any) -> float:
    """The lowest cosine between the export and the original; Unexportable if it is below PARITY."""
    try:
        worst = _worst_cosine(OnnxEncoder(graph, graph.folder, name="", digest=""), original, _PARITY_TEXTS)
    except Exception as error:  # whatever ONNX Runtime meets in a graph it cannot run
        raise Unexportable(f"ONNX Runtime cannot run it ({str(error).splitlines()[0]})") from error
    if worst < PARITY:
        raise Unexportable(f"its ONNX graph gives other vectors (cosine {worst:.6f}, at least {PARITY} is needed)")
    return worst


def _alike_in_company(graph: Graph) -> bool:
    """Whether texts of as many tokens have the same bits in one call as in calls of their own."""
    alone = OnnxEncoder(graph, graph.folder, name="", digest="")
    together = OnnxEncoder(replace(graph, several=True), graph.folder, name="", digest="")
    # As many of a length as are run at once, each of other words.
    every = _PARITY_TEXTS[-1].split()
    said = [
        " ".join(every[at : at + size]) for size in (1, 3, 6, 12, 25, 50, 90) for at in range(_TOKENS_AT_ONCE // size)
    ]
    return np.array_equal(alone.encode_passages(said), together.encode_passages(said))


def _worst_cosine(encoder: Any, original: Any, texts: Sequence[str]) -> float:
    pairs = (
        (encoder.encode_queries(texts), original.encode_queries(texts)),
        (encoder.encode_passages(texts), original.encode_passages(texts)),
    )
    return min(float((a.astype(np.float64) * b).sum(axis=1).min()) for a, b in pairs)


def _read(place: Path) -> Graph | None:
    """The export kept in that folder; None if there is none or it is not whole, Unexportable if it says so."""
    try:
        record = json.loads((place / _RECORD).read_bytes())
        if "unexportable" in record:
            raise Unexportable(record["unexportable"])
        if any(file_sha256(place / name) != sha256 for name, sha256 in record["files"].items()):
            return None
        return Graph(place, record["query"], record["passage"], record["max_tokens"], record["several"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a lock, waiting for whoever has it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
