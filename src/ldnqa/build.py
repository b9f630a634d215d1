"""Articles -> index, all or nothing: read, split, encode, save, verify, swap.

A build is made aside, out of vectors the served build already has and new ones for the rest, and is opened as a
server would before it is put in service. Killed or failed at any moment, it leaves the index that was there.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ldnqa import compared, swap
from ldnqa.chunk import embedded_text
from ldnqa.corpus.read import read_corpus
from ldnqa.earlier import Earlier, Journal, read_earlier
from ldnqa.embedding import Embedding
from ldnqa.encode import Encoder, Exported
from ldnqa.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from ldnqa.index import Index, open_build
from ldnqa.manifest import BUILDS, Manifest, command, read_manifest, read_pointer
from ldnqa.memory import uncollected
from ldnqa.parts import describes, make, source_of
from ldnqa.progress import Progress, Watcher
from ldnqa.saving import save
from ldnqa.stores import DEFAULT_STORE
from ldnqa.text import terms
from ldnqa.types import Article, GlossaryEntry, Passage

# A new build has to find this many of its passages, spread over all of them; each takes one search.
_TRIED_OUT = 16
# A vector's product with itself differs from 1 by rounding only.
_ITSELF = 0.999


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. `embedded` and `reused` count different texts: of passages, quotes and questions.

    `unchanged` says that the index served now is the one that was served before.
    """

    index_id: str
    articles: int
    passages: int
    embedded: int
    reused: int
    unchanged: bool
    seconds: float


def build(
    corpus: Path,
    index: Path,
    encoder: Encoder,
    *,
    store: str = DEFAULT_STORE,
    full: bool = False,
    progress: Watcher | None = None,
) -> BuildReport:
    """Put the articles of a corpus folder in service; see `build_articles`. BrokenCorpus if they have a fault."""
    made_from = compared.inputs(corpus, encoder, store)
    read = read_corpus(corpus)
    report = build_articles(
        read.articles,
        read.glossary,
        index,
        encoder,
        unanswered=read.unanswered,
        store=store,
        full=full,
        progress=progress,
    )
    compared.note(index, report.index_id, made_from)
    return report


def build_articles(
    articles: Iterable[Article],
    glossary: Sequence[GlossaryEntry],
    index: Path,
    encoder: Encoder,
    *,
    unanswered: Sequence[str] = (),
    store: str = DEFAULT_STORE,
    full: bool = False,
    progress: Watcher | None = None,
) -> BuildReport:
    """Put an index of these articles in service in the folder `index`, which is made if need be.

    `unanswered` are questions that readers ask and none of the articles answers.

    Only texts that the served build lacks are embedded; all of them if `full`. If nothing changed and the served
    build is whole, nothing is written. A build that takes nothing over from another compares the exported model with
    the original, one that goes on after it was killed too.
    Raises CorpusError for no articles or an id given twice, IndexBusy while
    another build runs, IndexUnwritable if the disk refuses; the index that was there is then as it was.
    """
    started = time.monotonic()
    source = source_of(articles, glossary, unanswered)
    tell: Watcher = progress or (lambda _: None)
    served = None if full else _whole(index)
    if served and describes(served, source, encoder, store, index):
        return _report(served, 0, 0, True, started)

    with swap.locked(index), uncollected():
        old = swap.pointer_or_none(index)
        journal = Journal(index, encoder)
        before = Earlier() if full else read_earlier(index, encoder, served)
        try:
            parts = make(source, encoder, Embedding(encoder, before, journal), tell)
        except Exception:
            # Only a build that was killed or interrupted is taken up again where it was.
            journal.remove()
            raise
        with swap.writing(index):
            made = swap.start(index)
        try:
            tell(Progress("saving", 0, 1))
            with swap.writing(index):
                manifest = save(parts, source, encoder, store, index, made)
            tell(Progress("saving", 1, 1))
            counts, from_nothing = (parts.vectors.embedded, parts.vectors.reused), before.vectors is None
            # They are on the disk now, and as large as what is opened next.
            del parts, before
            new = open_build(index, made, manifest.index_id, encoder, just_sealed=True)
            _try_out(new, index, tell)
            if isinstance(encoder, Exported) and from_nothing:
                encoder.check_against_original([text for _, text in _spread(new)])
            with swap.writing(index):
                swap.finish(index, manifest.index_id)
            journal.remove()
        finally:
            swap.abandon(index)
    unchanged = old is not None and old.current == manifest.index_id
    return _report(manifest, *counts, unchanged, started)


def bring_up_to_date(
    corpus: Path, index: Path, encoder: Encoder, *, store: str = DEFAULT_STORE, progress: Watcher | None = None
) -> BuildReport | None:
    """Build the index if there is none, if it is an earlier ldnqa's or if the articles have changed; else None.

    An index that is damaged or another model's is not built over: IndexDamaged or IndexMismatch says what to do. One
    that is up to date is not opened here, for whoever serves it does so, and that takes time.
    """
    made_from = compared.inputs(corpus, encoder, store)
    if same := _up_to_date(corpus, index, encoder, store):
        compared.note(index, same.index_id, made_from)
        return None
    with suppress(IndexMissing, IndexOutdated):
        Index.open(index, encoder)
    return build(corpus, index, encoder, store=store, progress=progress)


def rollback(index: Path) -> str:
    """Put the build before the served one back in service, and give its id.

    It is verified first: IndexDamaged if it was changed, IndexMissing if there is none, IndexBusy while a build runs.
    The build that was served is forgotten; `ldnqa build` makes it again from the articles.
    """
    read_pointer(index)
    with swap.locked(index):
        return swap.go_back(index)


def is_stale(corpus: Path, index: Path, encoder: Encoder, store: str | None = None) -> bool:
    """Whether `build` would change the index: there is none, it is unfit, or what it was made from has changed.

    It is compared with a build in `store`, or in whatever store it is in.
    Reads the articles and the manifest only, so it does not see damage; opening the index does.
    """
    return _up_to_date(corpus, index, encoder, store) is None


def _up_to_date(corpus: Path, index: Path, encoder: Encoder, store: str | None) -> Manifest | None:
    """The manifest of the served build, if that is what `build` would make."""
    read = read_corpus(corpus)
    try:
        current = read_pointer(index).current
        manifest = read_manifest(index, f"{BUILDS}/{current}", current)
    except IndexUnusable:
        return None
    source = source_of(read.articles, read.glossary, read.unanswered)
    return manifest if describes(manifest, source, encoder, store or manifest.store, index) else None


def _whole(index: Path) -> Manifest | None:
    """The served build if it is undamaged."""
    try:
        return swap.verified(index, read_pointer(index).current)
    except IndexUnusable:
        return None


def _try_out(new: Index, folder: Path, tell: Watcher) -> None:
    """IndexDamaged unless passages spread over the whole build are found by their own vectors and words."""
    tried = _spread(new)
    for done, (passage, text) in enumerate(tried, start=1):
        words = terms(text)
        nearest = new.search_dense(new.passage_vector(passage.id), 1)
        itself = new.search_dense(new.passage_vector(passage.id), 1, [passage.id])
        shared = new.search_lexical(dict.fromkeys(words, 1.0), 1, [passage.id])
        if not (nearest and itself and min(nearest[0][1], itself[0][1]) > _ITSELF and bool(words) == bool(shared)):
            raise IndexDamaged(
                f"the new build does not find its own passage {passage.id}; it was not put in service. "
                f"{command('build --full', folder)} makes it again from nothing"
            )
        tell(Progress("verifying", done, len(tried)))


def _spread(index: Index) -> list[tuple[Passage, str]]:
    """Passages from the whole length of a build, each with the text that stands for it."""
    step = max(1, len(index.passages) // _TRIED_OUT)
    return [(passage, embedded_text(index.articles[passage.article_id], passage)) for passage in index.passages[::step]]


def _report(manifest: Manifest, embedded: int, reused: int, unchanged: bool, started: float) -> BuildReport:
    return BuildReport(
        index_id=manifest.index_id,
        articles=manifest.counts.articles,
        passages=manifest.counts.passages,
        embedded=embedded,
        reused=reused,
        unchanged=unchanged,
        seconds=time.monotonic() - started,
    )
