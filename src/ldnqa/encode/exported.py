"""A model run as an ONNX graph with its tokenizer: each text's row depends on that text and nothing else.

The only module that knows onnxruntime and tokenizers; it imports torch and sentence_transformers only to compare a
graph with its original.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from ldnqa.encode import PARITY, Vectors, unit_rows
from ldnqa.errors import ModelError

# From 1.29 on ONNX Runtime reports what it runs to its makers unless this is set before it is loaded. We call nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
import onnxruntime

_GRAPH = "model.onnx"
# Tokenizers drop most control characters, at which Python's split() may cut.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
# More different words than most corpora have; about 10 MB.
_WORDS = 1 << 16
# Tokens of texts that are run at once: with short ones most of a call is reading the weights. 16 texts of 12 tokens
# take 2.8 ms each and one alone 6.5; 2 of 96 take 24 ms each and one alone 27; longer ones gain nothing.
TOKENS_AT_ONCE = 192
# So many tokens more in a text cost as much as a call for itself does; half of that is lost at most.
_PADDED_BY = 8
# ONNX Runtime adds up products of 7, 11, 15 ... figures in another order than if there are zeros behind them, and those
# of all other numbers in the same. A text of so many tokens gets one more, which is masked.
_FOUR, _ODD_OUT = 4, 3


class Company(StrEnum):
    """Which texts are run at once: those that have the bits then that they have alone."""

    ANY = "any"
    AS_LONG = "as long"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Graph:
    """An exported model on disk: its folder, what it puts before a question and a passage, its limit, and what company
    a text may have.
    """

    folder: Path
    query_prompt: str
    passage_prompt: str
    max_tokens: int
    company: Company = Company.NONE


class OnnxEncoder:
    """A model run by ONNX Runtime on the CPU; an `Encoder`.

    A call runs on one thread, and as many run at once as there are cores, so that threads never fight over them. It
    runs one text, or several if that gives each the bits that it has alone: a text's row depends on that text and
    nothing else. Safe to call from any number of threads.
    """

    def __init__(self, graph: Graph, original: Path, *, name: str, digest: str) -> None:
        self.name = name
        self.digest = digest
        self.max_tokens = graph.max_tokens
        self._graph = graph
        self._original = original
        self._tokenizer, pad_id = _tokenizer(graph)
        self._filled_with = {"input_ids": pad_id, "attention_mask": 0, "token_type_ids": 0}
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

    def may_have(self, company: Company) -> bool:
        """Whether texts could have that company at all: what fills them up has to be masked, and to fit."""
        masked = "attention_mask" in self._inputs and self.max_tokens % _FOUR != _ODD_OUT
        return masked or company is not Company.ANY

    def check_against_original(self, texts: Sequence[str]) -> None:
        """ModelError unless every text's vector has a cosine of at least PARITY to the original model's."""
        from ldnqa.encode.original import SentenceTransformerEncoder

        original = SentenceTransformerEncoder(self._original, name=self.name, digest=self.digest)
        worst = worst_cosine(self, original, texts)
        if worst < PARITY:
            raise ModelError(
                f"the ONNX graph of {self.name} in {self._graph.folder} differs from the model (cosine {worst:.6f}, at "
                f"least {PARITY} is needed); delete that folder to have it exported again"
            )

    def _encode(self, texts: Sequence[str]) -> Vectors:
        tokens = [self._tokens(text) for text in texts]
        # The longest first, so that no core is left with a long text when the others are done.
        order = sorted(range(len(texts)), key=lambda n: -len(tokens[n]))
        calls = list(_at_once(order, [len(text) for text in tokens], self._graph.company))
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
        """The rows of texts, the shorter ones filled up."""
        length = max(map(len, texts))
        if self._graph.company is Company.ANY and length % _FOUR == _ODD_OUT:
            length += 1
        # What fills up is masked.
        given = {name: np.full((len(texts), length), self._filled_with[name], np.int64) for name in self._inputs}
        for row, text in enumerate(texts):
            arrays = {"input_ids": text.ids, "attention_mask": text.attention_mask, "token_type_ids": text.type_ids}
            for name, array in given.items():
                array[row, : len(text)] = arrays[name]
        with self._free_cores:
            rows: NDArray[Any] = self._session.run(["rows"], given)[0]
        return rows


def _at_once(order: Sequence[int], lengths: Sequence[int], company: Company) -> Iterator[list[int]]:
    """The numbers of texts, longest first, in groups that are run at once."""
    group: list[int] = []
    shorter = {Company.ANY: _PADDED_BY, Company.AS_LONG: 0, Company.NONE: -1}[company]
    for number in order:
        longest = lengths[group[0]] if group else 0
        if group and (lengths[number] < longest - shorter or (len(group) + 1) * longest > TOKENS_AT_ONCE):
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def _tokenizer(graph: Graph) -> tuple[Tokenizer, int]:
    """The tokenizer, which neither fills up nor cuts off: both are done here, text by text; and what fills up."""
    tokenizer = Tokenizer.from_file(str(graph.folder / "tokenizer.json"))
    pad_id = (tokenizer.padding or {}).get("pad_id", 0)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer, pad_id


def _session(graph: Graph) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Its arena keeps the memory of the longest text for good; without it a call takes as long.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(graph.folder / _GRAPH), options, providers=["CPUExecutionProvider"])


def worst_cosine(encoder: Any, original: Any, texts: Sequence[str]) -> float:
    """The lowest cosine between the rows of two encoders for the same texts, as questions and as passages."""
    pairs = (
        (encoder.encode_queries(texts), original.encode_queries(texts)),
        (encoder.encode_passages(texts), original.encode_passages(texts)),
    )
    return min(float((a.astype(np.float64) * b).sum(axis=1).min()) for a, b in pairs)
