"""Documents into a corpus folder: all of them and the references they need, or, if anything is wrong, nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ldnqa.corpus.approval import FILE_NAME as REVIEWS
from ldnqa.corpus.importing import import_document
from ldnqa.corpus.problems import Report
from ldnqa.corpus.read import GLOSSARY, NOT_AN_ARTICLE, read_corpus
from ldnqa.corpus.references import FILE_NAME as REFERENCES
from ldnqa.corpus.references import Entry, number_references, read_references
from ldnqa.corpus.write import write_article
from ldnqa.errors import ArticleExists, BrokenCorpus, NoImporter, Problem, UnreadableDocument
from ldnqa.types import Imported

_NOT_DOCUMENTS = frozenset({NOT_AN_ARTICLE, REFERENCES, GLOSSARY})


@dataclass(frozen=True, slots=True)
class Progress:
    """One document of `total` has been read, or `skipped` for the reason given."""

    path: Path
    done: int
    total: int
    skipped: str = ""

    def __str__(self) -> str:
        return f"{self.done}/{self.total} {self.path}" + (f": skipped, {self.skipped}" if self.skipped else "")


def find_documents(paths: Sequence[Path]) -> list[tuple[Path, bool]]:
    """The files to add, each with whether it was found in a folder: of a folder all files in it and below, sorted.

    Hidden files and folders and links to folders are left alone. Raises UnreadableDocument for an empty folder.
    """
    found: dict[Path, bool] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = False
            continue
        empty = True
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith("."):
                    found.setdefault(Path(folder) / name, True)
                    empty = False
        if empty:
            raise UnreadableDocument(f"{path}: there is no file in this folder; name files or another folder")
    return list(found.items())


def add_documents(
    paths: Sequence[Path],
    corpus: Path,
    *,
    force: bool = False,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> tuple[Imported, ...]:
    """Imports each file of `paths` and writes its article to the folder `corpus`, which is made if there is none.

    Of a folder, every file in it and below is imported; one of a kind that no importer reads is skipped there, and
    `progress`, which is called once a file, is told so. References are added to references.json; entries already
    there stay as they are. Raises ArticleExists if an article is there already and `force` is not set,
    UnreadableDocument or BrokenCorpus if a document cannot be imported or the folder would not be readable
    afterwards. Whatever is raised, the folder is as it was.
    """
    entries = _known(corpus / REFERENCES)
    added: dict[str, Imported] = {}
    files_found = find_documents(paths)
    for number, (path, from_folder) in enumerate(files_found, 1):
        imported = None
        skipped = ""
        try:
            if from_folder and path.name in _NOT_DOCUMENTS:
                raise NoImporter("it belongs to a corpus and is no article")
            imported = import_document(path, {**_known(path.parent / REFERENCES), **entries})
        except NoImporter as error:
            if not from_folder:
                raise
            skipped = str(error).removeprefix(f"{path}: ").partition(";")[0]
        progress(Progress(path, number, len(files_found), skipped))
        if imported is None:
            continue
        name = imported.article.id
        if name in added:
            raise ArticleExists(f"{path}: two of the files make the article {name!r}; leave one of them out")
        if (corpus / f"{name}.md").exists() and not force:
            raise ArticleExists(f"{corpus / f'{name}.md'} is there already; use --force to replace it")
        added[name] = _merge(imported, entries)
    if not added:
        raise UnreadableDocument("none of the files could be read by an importer; name other files")
    files = {f"{name}.md": write_article(imported.article) for name, imported in added.items()}
    # References first: if we are stopped in between, an entry too many does no harm, a dangling key would.
    _put({REFERENCES: json.dumps(list(entries.values()), indent=2, ensure_ascii=False) + "\n", **files}, corpus, added)
    return tuple(added.values())


def _known(path: Path) -> dict[str, Entry]:
    report = Report(path)
    entries = read_references(path, report)
    if report.problems:
        raise BrokenCorpus(report.problems)
    return entries


def _merge(imported: Imported, entries: dict[str, Entry]) -> Imported:
    """Adds what the article cites to `entries`; an entry that is there already wins, and the editor is told."""
    kept = []
    references: list[dict[str, Any]] = []
    for entry in imported.references:
        known = entries.setdefault(entry["id"], entry)
        references.append(dict(known))
        if known != entry:
            kept.append(f"reference {entry['id']!r}: references.json has another entry of this id, which is kept")
    if not kept:
        return imported
    by_key = {entry["id"]: entry for entry in references}
    article = imported.article.model_copy(
        update={"references": number_references([ref.key for ref in imported.article.references], by_key)}
    )
    guesses = (*imported.guesses, *kept)
    return imported.model_copy(update={"article": article, "references": tuple(references), "guesses": guesses})


def _put(files: Mapping[str, str], corpus: Path, added: Mapping[str, Imported]) -> None:
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        for path in (*sorted(corpus.glob("*.md")), corpus / REFERENCES, corpus / GLOSSARY, corpus / REVIEWS):
            if path.exists():
                shutil.copy(path, trial)
        for file, text in files.items():
            (trial / file).write_text(text, encoding="utf-8", newline="\n")
        try:
            articles = {article.id: article for article in read_corpus(trial).articles}
        except BrokenCorpus as error:
            raise BrokenCorpus([_moved(problem, corpus) for problem in error.problems]) from None
    for article_id, imported in added.items():
        # What reviewers have said of an earlier text of this id is no change of ours.
        written = articles[article_id].model_copy(update={"review": imported.article.review})
        if written != imported.article:
            raise UnreadableDocument(
                f"{article_id}: it cannot be written without a change; please report this document"
            )
    corpus.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        _write_atomically(corpus / file, text)


def _moved(problem: Problem, corpus: Path) -> Problem:
    """The problem with the name its file has in the real folder."""
    return Problem(
        corpus / problem.file.name, problem.line, problem.rule, problem.message, problem.mend, problem.severity
    )


def _write_atomically(path: Path, text: str) -> None:
    """Puts a whole file in place at once; a reader sees the old one or the new one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
