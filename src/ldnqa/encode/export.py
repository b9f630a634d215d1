"""An export of a model: made once, checked against the original, kept by digest, and used only if it is whole."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ldnqa.encode import PARITY, Unexportable, file_sha256
from ldnqa.encode.exported import TOKENS_AT_ONCE, Company, Graph, OnnxEncoder, worst_cosine

# Raised whenever an export would come out differently, so that old ones are made again.
_EXPORTER = 3
_RECORD = "export.json"
# Short, long past any limit, empty, and in scripts and signs that tokenizers treat specially.
_PARITY_TEXTS = (
    "What dose is used?",
    "",
    "µg β–endorphin ≤ 4.5 mg (95% CI 1.2–3.4; p<0.05)",
    "Naltrexone blocks opioid receptors. It must not be given to anyone who takes opioids.",
    "naïve Größe 疼痛 боль",
    "Opioids must be stopped first, and pain has to be treated in another way until then. " * 60,
)


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
            graph = replace(graph, company=_company(graph))
            worst = _agreement(graph, original)
        except Unexportable as error:
            record["unexportable"] = str(error)
        else:
            record |= {"query": graph.query_prompt, "passage": graph.passage_prompt, "max_tokens": graph.max_tokens}
            record |= {
                "worst_cosine": worst,
                "company": graph.company,
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
        worst = worst_cosine(OnnxEncoder(graph, graph.folder, name="", digest=""), original, _PARITY_TEXTS)
    except Exception as error:  # whatever ONNX Runtime meets in a graph it cannot run
        raise Unexportable(f"ONNX Runtime cannot run it ({str(error).splitlines()[0]})") from error
    if worst < PARITY:
        raise Unexportable(f"its ONNX graph gives other vectors (cosine {worst:.6f}, at least {PARITY} is needed)")
    return worst


def _company(graph: Graph) -> Company:
    """What company a text may have on this machine; Unexportable if the graph cannot be run."""
    words = _PARITY_TEXTS[-1].split()
    mixed = [" ".join(words[at : at + size]) for at in range(3) for size in (*range(1, 49), 60, 75, 90)]
    # As many of a length as are run at once, each of other words.
    sizes = (1, 3, 6, 12, 25, 50, 90)
    as_long = [" ".join(words[at : at + size]) for size in sizes for at in range(TOKENS_AT_ONCE // size)]
    for company, texts in ((Company.ANY, mixed), (Company.AS_LONG, as_long)):
        try:
            encoder = OnnxEncoder(replace(graph, company=company), graph.folder, name="", digest="")
            if encoder.may_have(company) and np.array_equal(
                encoder.encode_passages(texts), np.vstack([encoder.encode_passages([text]) for text in texts])
            ):
                return company
        except Exception as error:  # whatever ONNX Runtime meets in a graph it cannot run
            raise Unexportable(f"ONNX Runtime cannot run it ({str(error).splitlines()[0]})") from error
    return Company.NONE


def _read(place: Path) -> Graph | None:
    """The export kept in that folder; None if there is none or it is not whole, Unexportable if it says so."""
    try:
        record = json.loads((place / _RECORD).read_bytes())
        if "unexportable" in record:
            raise Unexportable(record["unexportable"])
        if any(file_sha256(place / name) != sha256 for name, sha256 in record["files"].items()):
            return None
        company = Company(record["company"])
        return Graph(place, record["query"], record["passage"], record["max_tokens"], company)
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
