"""Documents into a corpus folder: all of them and the references they need, or, if anything is wrong, nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ldnqa.corpus.importing import import_document
from ldnqa.corpus.problems import Report
from ldnqa.corpus.read import GLOSSARY, read_corpus
from ldnqa.corpus.references import FILE_NAME as REFERENCES
from ldnqa.corpus.references import Entry, number_references, read_references
from ldnqa.corpus.write import write_article
from ldnqa.errors import ArticleExists, BrokenCorpus, Problem, UnreadableDocument
from ldnqa.types import Imported


def add_documents(paths: Sequence[Path], corpus: Path, *, force: bool = False) -> tuple[Imported, ...]:
    """Imports each file of `paths` and writes its article to the folder `corpus`, which is made if there is none.

    References are added to references.json; entries already there stay as they are. Raises ArticleExists if an
    article is there already and `force` is not set, UnreadableDocument or BrokenCorpus if a document cannot be
    imported or the folder would not be readable afterwards. Whatever is raised, the folder is as it was.
    """
    entries = _known(corpus / REFERENCES)
    added: dict[str, Imported] = {}
    for path in paths:
        imported = import_document(path, {**_known(path.parent / REFERENCES), **entries})
        name = imported.article.id
        if name in added:
            raise ArticleExists(f"{path}: two of the files make the article {name!r}; add them one by one")
        if (corpus / f"{name}.md").exists() and not force:
            raise ArticleExists(f"{corpus / f'{name}.md'} is there already; use --force to replace it")
        added[name] = _merge(imported, entries)
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
        for path in (*sorted(corpus.glob("*.md")), corpus / REFERENCES, corpus / GLOSSARY):
            if path.exists():
                shutil.copy(path, trial)
        for file, text in files.items():
            (trial / file).write_text(text, encoding="utf-8", newline="\n")
        try:
            articles = {article.id: article for article in read_corpus(trial).articles}
        except BrokenCorpus as error:
            raise BrokenCorpus([_moved(problem, corpus) for problem in error.problems]) from None
    for article_id, imported in added.items():
        if articles[article_id] != imported.article:
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
