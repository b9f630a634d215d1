"""Every store gives the ids and scores that brute force over the same vectors gives."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import article, section
from numpy.typing import NDArray

from ldnqa import Index, Policy, ask
from ldnqa.build import build_articles
from ldnqa.dialogue import search
from ldnqa.errors import MissingExtra, StoreUnreachable
from ldnqa.retrieve import DEPTH
from ldnqa.stores import Store, store_type
from ldnqa.stores import faiss as faiss_store
from ldnqa.types import Review, ReviewStatus

DIMENSION = 8
# Float32 sums in another order differ by about this much.
CLOSE = 1e-5


@pytest.fixture(params=["faiss", "milvus"], scope="module")
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Store]]:
    """Every back end; a new one is added here and must pass all of this."""
    if request.param == "faiss":
        yield store_type("faiss")
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LDNQA_MILVUS_URI", str(tmp_path_factory.mktemp("milvus") / "milvus.db"))
        yield store_type("milvus")


def unit(rows: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(rows, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def filled(kind: type[Store], vectors: NDArray[np.float32], folder: Path | None = None) -> Store:
    """A store that was saved in `folder` and opened again, its vectors in two arrays."""
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            return filled(kind, vectors, Path(name))
    halves = np.array_split(vectors, 2)
    kind.save(folder, halves)
    return kind.open(folder, [f"p:{n}" for n in range(len(vectors))], halves)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.integers(0, 40),
    queries=st.integers(0, 3),
    k=st.integers(0, 60),
    copies=st.integers(0, 5),
    seed=st.integers(0, 999),
    data=st.data(),
)
def test_agrees_with_brute_force(
    kind: type[Store], rows: int, queries: int, k: int, copies: int, seed: int, data: st.DataObject
) -> None:
    vectors, asked = unit(rows, seed), unit(queries, seed + 1000)
    for twin in range(min(copies, rows - 1)):
        vectors[-1 - twin] = vectors[0]
    allowed = data.draw(st.none() | st.lists(st.sampled_from([f"p:{n}" for n in range(rows + 2)]), max_size=rows + 2))

    results = filled(kind, vectors).search(asked, k, allowed)

    assert len(results) == queries
    for query, result in zip(asked, results, strict=True):
        cosines = {f"p:{n}": float(v @ query) for n, v in enumerate(vectors) if allowed is None or f"p:{n}" in allowed}
        best = sorted(cosines.values(), reverse=True)[:k]
        assert len({id_ for id_, _ in result}) == len(result) == len(best)
        assert [score for _, score in result] == pytest.approx(best, abs=CLOSE)
        for id_, score in result:
            assert cosines[id_] == pytest.approx(score, abs=CLOSE)


def test_an_empty_store_finds_nothing(kind: type[Store], tmp_path: Path) -> None:
    store = filled(kind, unit(0, 0), tmp_path)
    assert len(store) == 0
    assert store.search(unit(2, 0), 5) == [[], []]


def test_a_short_result_is_not_padded(kind: type[Store]) -> None:
    store = filled(kind, unit(3, 0))
    [result] = store.search(unit(1, 1), 100)
    assert sorted(id_ for id_, _ in result) == ["p:0", "p:1", "p:2"]
    [result] = store.search(unit(1, 1), 100, allowed=["p:2", "unknown"])
    assert [id_ for id_, _ in result] == ["p:2"]
    assert store.search(unit(1, 1), 100, allowed=[]) == [[]]


def test_equals_come_in_the_order_of_the_store_wherever_the_cut_falls(kind: type[Store]) -> None:
    vectors = np.repeat(unit(1, 0), 300, axis=0)
    store = filled(kind, vectors)
    for k in (1, 2, 299, 300, 400):
        [result] = store.search(vectors[:1], k)
        assert [id_ for id_, _ in result] == [f"p:{n}" for n in range(min(k, 300))]
    [result] = store.search(vectors[:1], 2, allowed=[f"p:{n}" for n in range(299, 100, -1)])
    assert [id_ for id_, _ in result] == ["p:101", "p:102"]


def test_a_vector_has_cosine_one_with_itself_and_never_more(kind: type[Store]) -> None:
    vectors = unit(200, 3)
    for n, [(id_, score)] in enumerate(filled(kind, vectors).search(vectors, 1)):
        assert id_ == f"p:{n}"
        assert 1 - CLOSE < score <= 1


def test_a_query_is_answered_the_same_alone_and_among_others(kind: type[Store]) -> None:
    store, asked = filled(kind, unit(100, 1)), unit(64, 2)
    assert store.search(asked, 10) == [store.search(query[np.newaxis], 10)[0] for query in asked]


def test_what_was_saved_opens_to_the_same_answers(kind: type[Store], tmp_path: Path) -> None:
    folder = tmp_path / "größe–β"
    folder.mkdir()
    vectors, asked = unit(30, 1), unit(5, 2)
    store, ids = filled(kind, vectors, folder), [f"p:{n}" for n in range(30)]
    # However the vectors are divided among arrays.
    opened = kind.open(folder, ids, [vectors[:7], vectors[7:7], vectors[7:]])
    assert len(opened) == 30
    assert opened.search(asked, 7) == store.search(asked, 7)


def test_misuse_is_refused(kind: type[Store], tmp_path: Path) -> None:
    vectors = unit(4, 0)
    store = filled(kind, vectors, tmp_path)
    for ids, given_ in (
        (["a", "b", "c", "a"], [vectors]),
        (["a", "b", "c"], [vectors]),
        (["a", "b", "c", "d", "e"], [vectors, np.ones((1, 3), "f4")]),
    ):
        with pytest.raises(ValueError, match=r"id|vectors"):
            kind.open(tmp_path, ids, given_)
    with pytest.raises(ValueError, match="dimension"):
        store.search(np.ones((1, 3), "f4"), 1)


def test_an_unknown_store_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="faiss"):
        store_type("no-such-store")


def test_a_missing_package_names_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ldnqa.stores.faiss", raising=False)
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtra, match="pip install faiss-cpu"):
        store_type("faiss")


# --- Milvus --------------------------------------------------------------------------------------------------


def test_a_milvus_that_is_not_there_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LDNQA_MILVUS_URI", "http://127.0.0.1:9")
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9.*LDNQA_MILVUS_URI"):
        filled(store_type("milvus"), unit(3, 0))


def test_a_collection_that_is_gone_or_half_there_is_not_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    milvus = store_type("milvus")
    monkeypatch.setenv("LDNQA_MILVUS_URI", str(tmp_path / "one.db"))
    ids, vectors = list("abcde"), unit(5, 0)
    filled(milvus, vectors, tmp_path)
    assert len(milvus.open(tmp_path, ids, [vectors])) == 5
    monkeypatch.setenv("LDNQA_MILVUS_URI", str(tmp_path / "another.db"))
    with pytest.raises(ValueError, match="has 0 of 5 vectors"):
        milvus.open(tmp_path, ids, [vectors])


def test_an_index_in_milvus_gives_the_answers_of_one_in_faiss(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: Policy
) -> None:
    monkeypatch.setenv("LDNQA_MILVUS_URI", str(tmp_path / "milvus.db"))
    articles = [
        article(section(f"The dose of drug {n} is {n} mg.", f"Drug {n} is safe."), id=f"a{n}") for n in range(9)
    ]
    opened = []
    for store in ("faiss", "milvus"):
        assert not build_articles(articles, (), tmp_path / store, HashedEncoder(), store=store).unchanged
        assert build_articles(articles, (), tmp_path / store, HashedEncoder(), store=store).unchanged
        opened.append(Index.open(tmp_path / store, HashedEncoder()))
    for question in ("What is the dose of drug 3?", "Is drug 7 safe?", "Who sells it?"):
        one, other = (ask(index, question, policy=policy).model_dump(exclude={"id", "index_id"}) for index in opened)
        assert one == other


def test_milvus_looks_among_the_approved_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: Policy) -> None:
    monkeypatch.setenv("LDNQA_MILVUS_URI", str(tmp_path / "milvus.db"))
    approved = {"review": Review(status=ReviewStatus.APPROVED)}
    # More of the others are nearer than a question reads, so that leaving them out afterwards would leave nothing.
    articles = [article(section("What is the dose of zinc?"), id=f"near-{n}") for n in range(DEPTH + 5)]
    articles.append(article(section("Zinc comes in tablets of 5 mg."), id="far", **approved))
    opened = []
    for store in ("faiss", "milvus"):
        build_articles(articles, (), tmp_path / store, HashedEncoder(), store=store)
        opened.append(Index.open(tmp_path / store, HashedEncoder()))
    asked = HashedEncoder().encode_queries(["What is the dose of zinc?"])[0]
    allowed = [passage.id for passage in opened[0].passages if passage.article_id == "far"]
    for index in opened:
        assert all(id_.startswith("near-") for id_, _ in index.search_dense(asked, DEPTH))
        assert [id_ for id_, _ in index.search_dense(asked, DEPTH, allowed)] == allowed
        found = search(index, "What is the dose of zinc?", policy=policy, approved_only=True)
        assert [hit.passage.id for hit in found] == allowed


def test_servers_over_one_milvus_answer_each_from_the_build_it_opened(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, policy: Policy
) -> None:
    monkeypatch.setenv("LDNQA_MILVUS_URI", str(tmp_path / "milvus.db"))

    def found(index: Index) -> tuple[str, str]:
        index_id = ask(index, "What is the dose of zinc?", policy=policy).index_id
        return index_id, search(index, "What is the dose of zinc?", policy=policy)[0].passage.text

    def put_in_service(dose: int) -> None:
        articles = [article(section(f"The dose of zinc is {dose} mg a day."), id="zinc", subject=("zinc",))]
        build_articles(articles, (), tmp_path / "index", HashedEncoder(), store="milvus")

    put_in_service(5)
    one, other = (Index.open(tmp_path / "index", HashedEncoder()) for _ in range(2))
    before = found(one)
    assert found(other) == before
    put_in_service(7)
    restarted = Index.open(tmp_path / "index", HashedEncoder())
    assert found(one) == before
    assert found(restarted)[0] != before[0]
    assert "7 mg" in found(restarted)[1]
    assert found(Index.open(tmp_path / "index", HashedEncoder())) == found(restarted)


# --- lists of vectors, for stores too large for exact search -----------------------------------------------


@pytest.fixture
def in_lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Store, NDArray[np.float32]]:
    """A store that was large enough, when it was saved, to be kept in lists; and its vectors, in order."""
    monkeypatch.setattr(faiss_store, "EXACT_UP_TO", 100)
    vectors = unit(3000, 5)
    vectors[-40:] = vectors[0]
    return filled(faiss_store.FaissStore, vectors, tmp_path), vectors


def test_lists_find_what_exact_search_finds(in_lists: tuple[Store, NDArray[np.float32]]) -> None:
    store, vectors = in_lists
    assert "lists" in store.kind  # type: ignore[attr-defined]
    exact, asked = faiss_store.FaissStore([f"p:{n}" for n in range(3000)], [vectors]), unit(200, 6)
    pairs = zip(exact.search(asked, 10), store.search(asked, 10), strict=True)
    shared = [len({id_ for id_, _ in a} & {id_ for id_, _ in b}) for a, b in pairs]
    assert sum(shared) / (10 * len(asked)) >= 0.98


@given(k=st.integers(1, 30), allowed=st.sets(st.integers(0, 3100), max_size=40), seed=st.integers(0, 99))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_lists_are_exact_where_only_some_are_allowed(
    in_lists: tuple[Store, NDArray[np.float32]], k: int, allowed: set[int], seed: int
) -> None:
    store, vectors = in_lists
    [query] = unit(1, seed)
    expected = sorted((-float(vectors[n] @ query), n) for n in allowed if n < 3000)[:k]
    [found] = store.search(query[np.newaxis], k, [f"p:{n}" for n in allowed])
    assert [score for _, score in found] == pytest.approx([-score for score, _ in expected], abs=CLOSE)


def test_lists_keep_the_promises_of_a_store(in_lists: tuple[Store, NDArray[np.float32]]) -> None:
    store, vectors = in_lists
    assert len(store) == 3000
    [every] = store.search(vectors[:1], 4000)
    assert len({id_ for id_, _ in every}) == 3000
    assert [id_ for id_, _ in every[:41]] == ["p:0", *(f"p:{n}" for n in range(2960, 3000))]
    asked = unit(8, 7)
    assert store.search(asked, 10) == [store.search(query[np.newaxis], 10)[0] for query in asked]


def test_the_same_vectors_make_the_same_lists(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(faiss_store, "EXACT_UP_TO", 100)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        filled(faiss_store.FaissStore, unit(1000, 1), tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_count_of_lists_that_cannot_be_is_refused(
    in_lists: tuple[Store, NDArray[np.float32]], tmp_path: Path
) -> None:
    store, vectors = in_lists
    (tmp_path / "read.json").write_text("9999")
    with pytest.raises(ValueError, match="lists"):
        faiss_store.FaissStore.open(tmp_path, [f"p:{n}" for n in range(len(store))], [vectors])


@pytest.mark.model
def test_the_table_of_sizes_is_made_of_a_built_index(index_folder: Path) -> None:
    command = [sys.executable, "benchmarks/scale.py", "--index", index_folder, "--sizes", "1000"]
    made = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert "| 1,000 | exact | " in made.stdout
