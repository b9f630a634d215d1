"""An index opens only as what was built; damage and mismatch are named with the command that mends them."""

from __future__ import annotations

import json
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import article, section

from ldnqa import index as index_module
from ldnqa.build import build_articles
from ldnqa.chunk import embedded_text, quote_text
from ldnqa.errors import IndexDamaged, IndexMismatch, IndexMissing, UnknownPassage
from ldnqa.index import Index
from ldnqa.pieces import Stack, Taken, let_go
from ldnqa.text import terms
from ldnqa.types import GlossaryEntry

ENCODER = HashedEncoder()
DOSING = article(
    section(
        "The usual dose is 1.5 to 4.5 mg at bedtime.",
        "Doses are raised every two weeks. However, some stop.",
        id="dose",
    ),
    section(["Common side effects include:", "headache", "vivid dreams"], id="harms"),
    id="dosing",
    title="What dose is used?",
    questions=("When is it taken?", "What dose is used?"),
)
OPIOIDS = article(
    section("Opioids must be stopped 7 to 10 days before naltrexone – β-endorphin is blocked too."),
    id="opioids",
    title="Opioids",
)
GLOSSARY = (GlossaryEntry(term="ED95", definition="The dose that works for 95 in 100 people."),)


def contents(index: Index) -> object:
    """Everything an answer could depend on."""
    return (
        index.id,
        index.manifest,
        dict(index.articles),
        index.glossary,
        index.passages,
        index.questions,
        [index.search_dense(ENCODER.encode_queries([text])[0], 9) for text in ("bedtime dose", "opioids")],
        [index.search_lexical(dict.fromkeys(terms(text), 1.0), 9) for text in ("bedtime dose", "opioids")],
        [index.quote_vectors(passage.id).tobytes() for passage in index.passages],
        index.question_vectors.tobytes(),
        index.centre.tobytes(),
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder with a current and an earlier build; not to be written to."""
    folder = tmp_path_factory.mktemp("index") / "größe β"
    build_articles([OPIOIDS], (), folder, ENCODER)
    build_articles([OPIOIDS, DOSING], GLOSSARY, folder, ENCODER)
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def current(folder: Path) -> Path:
    return folder / "builds" / json.loads((folder / "index.json").read_text())["current"]


def files_of(folder: Path) -> list[Path]:
    """What the served index consists of."""
    return [folder / "index.json", *sorted(path for path in current(folder).rglob("*") if path.is_file())]


def must_not_lie(folder: Path, truth: object) -> None:
    """Opening fails with a command that mends it, or gives exactly what was built."""
    try:
        opened = Index.open(folder, ENCODER)
    except (IndexMissing, IndexDamaged, IndexMismatch) as error:
        message = str(error)
    else:
        assert contents(opened) == truth
        return
    assert "`ldnqa build" in message


def test_what_was_put_in_is_there(built: Path) -> None:
    index = Index.open(built, ENCODER)
    assert list(index.articles.values()) == [DOSING, OPIOIDS]
    assert index.glossary == GLOSSARY
    assert index.questions == (("dosing", "What dose is used?"), ("dosing", "When is it taken?"))
    assert np.array_equal(index.question_vectors, ENCODER.encode_queries([q for _, q in index.questions]))
    for row, passage in enumerate(index.passages):
        of = index.articles[passage.article_id]
        part = of.section(passage.section_id)
        assert part.text[passage.start : passage.end] == passage.text
        assert index.passage(passage.id) == passage
        vector = index.passage_vector(passage.id)
        assert np.array_equal(vector, ENCODER.encode_passages([embedded_text(of, passage)])[0])
        assert np.array_equal(vector, index.passage_vectors[row])
        expected = ENCODER.encode_passages([quote_text(of, part, span) for span in passage.quotes])
        assert np.array_equal(index.quote_vectors(passage.id), expected)
    every_quote = np.concatenate([index.quote_vectors(passage.id) for passage in index.passages])
    assert index.centre == pytest.approx(every_quote.mean(axis=0), abs=1e-6)


def test_searches_find_by_meaning_and_by_word_within_what_is_allowed(built: Path) -> None:
    index = Index.open(built, ENCODER)
    query = ENCODER.encode_queries(["stop opioids before naltrexone"])[0]
    assert index.search_dense(query, 1)[0][0] == "opioids#part:0"
    assert index.search_lexical(dict.fromkeys(terms("stop opioids before"), 1.0), 1)[0][0] == "opioids#part:0"
    for search in (
        lambda allowed: index.search_dense(query, 99, allowed),
        lambda allowed: index.search_lexical(dict.fromkeys(terms("naltrexone"), 1.0), 99, allowed),
    ):
        assert {id_ for id_, _ in search(None)} == {passage.id for passage in index.passages}
        assert [id_ for id_, _ in search(["dosing#harms:0", "gone#part:0"])] == ["dosing#harms:0"]
        assert search([]) == []
    assert index.rarity("zebra") >= index.rarity("bedtim") > index.rarity("naltrexon") > 0


def test_an_unknown_passage_is_an_error_that_names_it(built: Path) -> None:
    index = Index.open(built, ENCODER)
    for ask in (index.passage, index.quote_vectors, index.passage_vector):
        with pytest.raises(UnknownPassage, match="gone#part:7"):
            ask("gone#part:7")


def test_an_opened_index_cannot_be_changed_and_needs_its_files_no_more(copy: Path) -> None:
    index = Index.open(copy, ENCODER)
    before = contents(index)
    shutil.rmtree(copy)
    assert contents(index) == before
    with pytest.raises(TypeError):
        index.articles["new"] = DOSING  # type: ignore[index]
    with pytest.raises(ValueError, match="read-only"):
        index.passage_vectors[0][0] = 1
    with pytest.raises(ValueError, match="read-only"):
        index.quote_vectors("opioids#part:0")[0, 0] = 1
    with pytest.raises(AttributeError):
        index.glossary = ()  # type: ignore[misc]


def test_the_id_is_that_of_the_contents(built: Path, tmp_path: Path) -> None:
    again = build_articles([DOSING, OPIOIDS], GLOSSARY, tmp_path / "elsewhere", HashedEncoder())
    assert again.index_id == Index.open(built, ENCODER).id


def test_nothing_in_a_build_is_a_pickle(built: Path) -> None:
    assert {path.suffix for path in files_of(built)} == {".json", ".jsonl", ".npy"}
    for path in files_of(built):
        if path.suffix == ".npy":
            assert not np.load(path, allow_pickle=False).dtype.hasobject


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_no_index_names_the_command_that_makes_one(
    tmp_path: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IndexMissing, match=f"`ldnqa build --index {folder}`"):
        Index.open(Path(folder), ENCODER)
    with pytest.raises(IndexMissing, match="`ldnqa build`"):
        Index.open(Path("index"), ENCODER)


def test_a_folder_with_a_space_is_quoted_in_the_command(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match=r"--index '.*my index'"):
        Index.open(tmp_path / "my index", ENCODER)


@pytest.mark.parametrize(
    "other",
    [HashedEncoder(seed="other"), HashedEncoder(dimension=64), HashedEncoder(max_tokens=64)],
    ids=["other weights", "fewer dimensions", "fewer tokens"],
)
def test_another_model_is_refused_with_both_names(built: Path, other: HashedEncoder) -> None:
    with pytest.raises(IndexMismatch, match=f"{ENCODER.name}.*{other.name}.*`ldnqa build"):
        Index.open(built, other)


def test_same_digest_but_another_dimension_or_limit_is_refused(built: Path) -> None:
    for change in ({"dimension": 8}, {"max_tokens": 8}):
        other = HashedEncoder()
        for name, value in change.items():
            setattr(other, name, value)
        with pytest.raises(IndexMismatch, match="`ldnqa build"):
            Index.open(built, other)


def test_another_chunker_is_refused(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "CHUNKER_VERSION", "next")
    with pytest.raises(IndexMismatch, match="`ldnqa build"):
        Index.open(built, ENCODER)


def test_another_format_is_refused_before_anything_in_it_is_read(copy: Path) -> None:
    (current(copy) / "manifest.json").write_text('{"format": 99, "new": "things"}')
    with pytest.raises(IndexMismatch, match=r"format 99.*`ldnqa build"):
        Index.open(copy, ENCODER)


def test_a_flipped_bit_anywhere_never_gives_other_contents(copy: Path) -> None:
    truth = contents(Index.open(copy, ENCODER))
    chance = random.Random(20250227)
    for path in files_of(copy):
        whole = path.read_bytes()
        for _ in range(12):
            at, bit = chance.randrange(len(whole)), chance.randrange(8)
            path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << bit)]) + whole[at + 1 :])
            must_not_lie(copy, truth)
        path.write_bytes(whole)
    assert contents(Index.open(copy, ENCODER)) == truth


def test_a_flipped_bit_in_a_file_the_manifest_vouches_for_is_always_found(copy: Path) -> None:
    for path in files_of(copy)[1:]:
        if path.name == "manifest.json":
            continue
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(IndexDamaged, match=path.name):
            Index.open(copy, ENCODER)
        path.write_bytes(whole)


@pytest.mark.parametrize("fault", ["cut", "emptied", "longer", "deleted", "folder", "link", "pipe"])
def test_a_file_that_is_not_what_was_written_is_found(copy: Path, tmp_path: Path, fault: str) -> None:
    for path in files_of(copy):
        whole = path.read_bytes()
        path.unlink()
        if fault == "cut":
            path.write_bytes(whole[:-1])
        elif fault == "emptied":
            path.write_bytes(b"")
        elif fault == "longer":
            path.write_bytes(whole + b"\0")
        elif fault == "folder":
            path.mkdir()
        elif fault == "link":
            (tmp_path / "outside").write_bytes(whole)
            path.symlink_to(tmp_path / "outside")
        elif fault == "pipe":
            os.mkfifo(path)
        if not (fault == "cut" and path.name == "index.json"):  # its last byte is a line break
            with pytest.raises(
                (IndexDamaged, IndexMissing) if fault == "deleted" else IndexDamaged, match="`ldnqa build"
            ):
                Index.open(copy, ENCODER)
        path.rmdir() if fault == "folder" else path.unlink(missing_ok=True)
        path.write_bytes(whole)
    Index.open(copy, ENCODER)


def test_files_that_changed_places_are_found(copy: Path) -> None:
    paths = files_of(copy)
    for one, other in zip(paths, [*paths[1:], paths[0]], strict=True):
        a, b = one.read_bytes(), other.read_bytes()
        if a == b:
            continue
        one.write_bytes(b)
        other.write_bytes(a)
        with pytest.raises((IndexDamaged, IndexMismatch), match="`ldnqa build"):
            Index.open(copy, ENCODER)
        one.write_bytes(a)
        other.write_bytes(b)


def test_files_of_an_earlier_build_do_not_pass_for_the_current_one(copy: Path) -> None:
    new = current(copy)
    [old] = set((copy / "builds").iterdir()) - {new}
    for source in [path for path in old.rglob("*") if path.is_file()]:
        # Pieces are called by what is in them.
        [target] = (new / source.relative_to(old).parent).glob(
            f"*{source.suffix}" if len(source.stem) == 16 else source.name
        )
        whole = target.read_bytes()
        if whole == source.read_bytes():
            continue
        shutil.copyfile(source, target)
        with pytest.raises(IndexDamaged, match="`ldnqa build"):
            Index.open(copy, ENCODER)
        target.write_bytes(whole)
    shutil.rmtree(new)
    shutil.copytree(old, new)
    with pytest.raises(IndexDamaged, match="changed after it was built"):
        Index.open(copy, ENCODER)


@pytest.mark.parametrize("which", ["build", "builds", "vectors", "store"])
def test_a_folder_that_is_a_link_is_not_followed(copy: Path, tmp_path: Path, which: str) -> None:
    folder = {
        "build": current(copy),
        "builds": copy / "builds",
        "vectors": current(copy) / "vectors",
        "store": current(copy) / "store",
    }[which]
    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved", target_is_directory=True)
    with pytest.raises(IndexDamaged, match="link"):
        Index.open(copy, ENCODER)


def test_the_index_folder_itself_may_be_a_link(built: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(built, target_is_directory=True)
    assert Index.open(tmp_path / "link", ENCODER).id == Index.open(built, ENCODER).id


@pytest.mark.parametrize(
    "name", ["../../../outside", "/etc/hostname", "a/../../b", ".hidden", "a\\b", "", "a//b", "a\n"]
)
def test_a_manifest_that_points_out_of_its_build_is_refused(copy: Path, name: str) -> None:
    path = current(copy) / "manifest.json"
    content = json.loads(path.read_text())
    content["files"][name] = next(iter(content["files"].values()))
    path.write_text(json.dumps(content))
    with pytest.raises(IndexDamaged, match="not one"):
        Index.open(copy, ENCODER)


@pytest.mark.parametrize("value", ["../outside", "..", "", "0123", 7, None])
def test_a_pointer_that_points_elsewhere_is_refused(copy: Path, value: object) -> None:
    (copy / "index.json").write_text(json.dumps({"current": value}))
    with pytest.raises(IndexDamaged, match="`ldnqa build"):
        Index.open(copy, ENCODER)


@given(
    text=st.one_of(st.binary(max_size=40), st.sampled_from([b"[" * 100_000, b"{}", b"[]", b'{"format": []}', b"null"]))
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_in_place_of_the_pointer_or_the_manifest_is_damage(copy: Path, text: bytes) -> None:
    for path in (current(copy) / "manifest.json", copy / "index.json"):
        whole = path.read_bytes()
        path.write_bytes(text)
        with pytest.raises(IndexDamaged, match="`ldnqa build"):
            Index.open(copy, ENCODER)
        path.write_bytes(whole)


@given(data=st.data(), lengths=st.lists(st.integers(0, 4), min_size=1, max_size=5))
def test_rows_of_several_arrays_are_numbered_as_if_they_were_one(data: st.DataObject, lengths: list[int]) -> None:
    blocks = [np.random.default_rng(n).random((length, 3), np.float32) for n, length in enumerate(lengths)]
    whole = np.concatenate(blocks)
    numbers = data.draw(st.lists(st.integers(0, max(0, len(whole) - 1)), max_size=6 if len(whole) else 0))
    stack, taken = Stack(blocks), Taken(Stack(blocks), numbers)
    assert np.array_equal(stack[numbers], whole[np.array(numbers, np.intp)])
    assert np.array_equal(np.asarray(taken), whole[np.array(numbers, np.intp)])
    assert np.array_equal(taken[::2], whole[np.array(numbers[::2], np.intp)])
    assert taken.shape == (len(numbers), 3)


def test_what_readers_ask_leaves_memory_once_it_is_compared_across_the_metric(tmp_path: Path) -> None:
    kept = np.arange(1 << 20, dtype=np.float32).reshape(-1, 4)
    np.save(tmp_path / "rows.npy", kept)
    rows = np.asarray(np.load(tmp_path / "rows.npy", mmap_mode="r"))
    assert float(rows.sum()) > 0
    assert _mapped(tmp_path / "rows.npy") > 3_000
    let_go(rows)
    assert _mapped(tmp_path / "rows.npy") == 0
    assert np.array_equal(rows, kept)
    let_go(kept)


def _mapped(file: Path) -> int:
    """How many kB of a mapped file are in this process's memory."""
    _, _, behind = Path("/proc/self/smaps").read_text(encoding="utf-8").partition(str(file))
    return int(behind.partition("Rss:")[2].split()[0])
