"""Any model that sentence-transformers can load, run by torch as its authors meant it, and written out as ONNX.

The only module that knows sentence_transformers, torch and onnx. They take ten seconds to import, so this module is
itself imported late: where a model is exported for the first time, checked against its export, or has none.
"""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from ldnqa.encode import Unexportable, Vectors, unit_rows
from ldnqa.errors import ModelError

# A batch of one makes a text's row depend on that text alone; see SentenceTransformerEncoder. On two cores it cost no
# time: 42 ms a text against 30 to 82 ms in batches of 8 to 128 (128 texts of 5 to 150 words, busy machine).
_BATCH = 1
# Models that name no limit are BERTs as a rule, and those were trained on 512 tokens.
_USUAL_MAX_TOKENS = 512
_PROBES = ("What dose is used?", "Naltrexone blocks opioid receptors.")
_NOISY = ("sentence_transformers", "transformers", "huggingface_hub")
# The first version with LayerNormalization as one operator; every ONNX Runtime since 1.14 runs it.
_OPSET = 17
_GRAPH, _WEIGHTS = "model.onnx", "model.onnx.data"
# Smaller tensors stay in the graph file, where shapes are read from.
_OUTSIDE_FROM_BYTES = 1024
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class SentenceTransformerEncoder:
    """A sentence-transformers model from a folder, on the CPU unless another device is named.

    With `batch=1`, the default, the same text gives the same bits on the same machine whatever else it is encoded
    with, before or after. A larger batch is for accelerators: rows then agree to about 1e-6 only, because padding and
    the shape of a batch change the order of its sums. Safe to call from several threads; calls run one at a time.
    """

    def __init__(self, folder: Path, *, name: str, digest: str, device: str = "cpu", batch: int = _BATCH) -> None:
        self.name = name
        self.digest = digest
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

    def prompts(self) -> Mapping[str, str]:
        """What the model puts before a "query" and before a "passage"."""
        known = self._model.prompts or {}
        usual = known.get(self._model.default_prompt_name or "", "")
        passage = next((known[kind] for kind in ("document", "passage", "corpus") if kind in known), usual)
        return {"query": known.get("query", usual), "passage": passage}

    def export(self, folder: Path) -> None:
        """Write the model as an ONNX graph and its tokenizer into `folder`; Unexportable if it cannot be done.

        The graph takes the tokenizer's arrays, shape (texts, tokens), and gives "rows", shape (texts, dimension).
        """
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            raise Unexportable("its tokenizer is not one that the package tokenizers can run")
        (folder / "tokenizer.json").write_text(tokenizer.to_str(), encoding="utf-8")
        try:
            with _quiet(), _plain_attention(self._model):
                _write_graph(self._model, folder)
        except Exception as error:  # whatever torch's exporter meets in a model it does not know
            raise Unexportable(f"torch cannot write it as ONNX ({str(error).splitlines()[0]})") from error

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock:
            # The model sorts a batch by length and puts its rows back in order.
            raw = encode(list(texts), batch_size=self._batch, show_progress_bar=False, convert_to_numpy=True)
        return unit_rows(np.asarray(raw), len(texts), self.dimension or None, self.name)


def _write_graph(model: Any, folder: Path) -> None:
    import onnx
    import torch

    example = model.tokenizer(list(_PROBES), padding=True, return_tensors="pt")
    inputs = [name for name in _INPUTS if name in example]

    class Whole(torch.nn.Module):  # type: ignore[misc]
        """Every step of the model, from tokens to the text's row."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = model

        def forward(self, *arrays: Any) -> Any:
            return self.steps(dict(zip(inputs, arrays, strict=True)))["sentence_embedding"]

    axes = {name: {0: "texts", 1: "tokens"} for name in inputs} | {"rows": {0: "texts"}}
    with torch.no_grad():
        torch.onnx.export(
            Whole().eval(),
            tuple(example[name] for name in inputs),
            str(folder / _GRAPH),
            input_names=inputs,
            output_names=["rows"],
            dynamic_axes=axes,
            opset_version=_OPSET,
            # The newer exporter needs a further package and writes graphs that are no faster.
            dynamo=False,
        )
    graph = onnx.load(str(folder / _GRAPH))
    _sum_as_product(graph.graph, _ranks(graph))
    # Weights in a file of their own are mapped and not copied: 60 MB less in a process that serves.
    onnx.save_model(
        graph,
        str(folder / _GRAPH),
        save_as_external_data=True,
        location=_WEIGHTS,
        size_threshold=_OUTSIDE_FROM_BYTES,
    )
    (folder / _WEIGHTS).chmod(0o644)


def _ranks(graph: Any) -> dict[str, int]:
    """How many axes each array of float32 in a graph has, as far as that can be told."""
    from onnx import TensorProto, shape_inference

    told = [(each.name, each.type.tensor_type) for each in shape_inference.infer_shapes(graph).graph.value_info]
    return {name: len(array.shape.dim) for name, array in told if array.elem_type == TensorProto.FLOAT}


def _sum_as_product(graph: Any, ranks: Mapping[str, int]) -> None:
    """Put products with a row of ones in the place of sums over the tokens of each text.

    Such a sum ONNX Runtime adds up in another order for several texts than for one, and everything else it does to each
    text as if it were alone: a text's row would have other bits beside others.
    """
    from onnx import helper, numpy_helper

    arrays = {node.output[0]: node.attribute[0].t for node in graph.node if _is_array(node)}
    axes = {name: numpy_helper.to_array(array) for name, array in arrays.items()}
    axes |= {each.name: numpy_helper.to_array(each) for each in graph.initializer if len(each.dims) == 1}
    graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), "ldnqa_one"))
    for at, node in reversed(list(enumerate(graph.node))):
        kept = next((each.i for each in node.attribute if each.name == "keepdims"), 1)
        of_tokens = node.op_type == "ReduceSum" and axes.get(node.input[1], np.array([])).tolist() == [1]
        if not of_tokens or kept or ranks.get(node.input[0]) != len(("texts", "tokens", "figures")):
            continue
        name, summed = node.output[0], node.input[0]
        value = numpy_helper.from_array(np.array([1], np.float32))
        steps = [
            helper.make_node("Shape", [summed], [f"{name}_shape"], start=1, end=2),
            helper.make_node("Concat", ["ldnqa_one", f"{name}_shape"], [f"{name}_row"], axis=0),
            helper.make_node("ConstantOfShape", [f"{name}_row"], [f"{name}_ones"], value=value),
            helper.make_node("MatMul", [f"{name}_ones", summed], [f"{name}_sums"]),
            helper.make_node("Squeeze", [f"{name}_sums", "ldnqa_one"], [name]),
        ]
        del graph.node[at]
        for step in reversed(steps):
            graph.node.insert(at, step)


def _is_array(node: Any) -> bool:
    return node.op_type == "Constant" and [each.name for each in node.attribute] == ["value"]


@contextmanager
def _plain_attention(model: Any) -> Iterator[None]:
    """Attention spelled out in products and a softmax, which every exporter and runtime knows."""
    inner = getattr(model[0], "auto_model", None)
    before = getattr(getattr(inner, "config", None), "_attn_implementation", None)
    with suppress(AttributeError, ValueError):
        inner.set_attn_implementation("eager")  # type: ignore[union-attr]
    try:
        yield
    finally:
        with suppress(AttributeError, ValueError):
            inner.set_attn_implementation(before)  # type: ignore[union-attr]


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
    """Keep progress bars, log lines and warnings of the libraries off the terminal while they work."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers.utils import logging as transformers_logging

    bars = transformers_logging.is_progress_bar_enabled()
    levels = {name: logging.getLogger(name).level for name in _NOISY}
    transformers_logging.disable_progress_bar()
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if bars:
            transformers_logging.enable_progress_bar()
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
