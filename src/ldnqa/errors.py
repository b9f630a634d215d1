"""Everything ldnqa raises on purpose, in one tree. Each message says what is wrong, where, and what to do next.

LdnqaError
├── CorpusError              the articles cannot be used as they are
│   ├── BrokenCorpus         one or more Problems, each with file, line and mend
│   ├── UnreadableDocument   a file given to `ldnqa add` that cannot be read as it is
│   │   └── NoImporter       it is of a kind that no importer reads
│   └── ArticleExists        `ldnqa add` would overwrite an article
├── PolicyError              a policy file is missing or malformed
├── ModelError               the embedding model cannot be used
│   ├── ModelMissing
│   └── ModelTampered        its weights are not the ones they claim to be
├── IndexUnusable            the index cannot be served
│   ├── IndexMissing
│   ├── IndexDamaged         a file is truncated or changed
│   ├── IndexMismatch        built by another model than the one in use
│   │   └── IndexOutdated    built by another format or chunker; a build brings it up to date
│   ├── IndexBusy            another build holds the lock
│   ├── IndexUnwritable      the folder cannot be written: full, read-only, not a folder
│   └── StoreUnreachable     the server that keeps the vectors does not answer
├── BrokenDataset            a question set to measure with cannot be read
├── MissingExtra             an optional package is not installed
├── LanguageModelError       the language model that a site has set cannot be used, or said nothing to use
├── FeedbackUnavailable      the database for feedback does not take anything
├── AddressInUse             the service cannot listen where it should
└── BadRequest               what was asked for cannot be done
    ├── InvalidQuestion
    ├── UnknownArticle
    └── UnknownPassage
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class LdnqaError(Exception):
    """Base of every error ldnqa raises on purpose."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a corpus. `line` counts from 1; 0 means the file as a whole. `mend` says what to do.

    `rule` is the short name of the check that found it ("dangling-reference"); `severity` is "error" for
    what stops a build and "warning" for what does not.
    """

    file: Path
    line: int
    rule: str
    message: str
    mend: str
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}: {self.message} ({self.mend})"


class CorpusError(LdnqaError):
    """The articles cannot be used as they are."""


class BrokenCorpus(CorpusError):
    """One or more faults in the corpus; `problems` has them all."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


class UnreadableDocument(CorpusError):
    """A file that cannot be read as it is."""


class NoImporter(UnreadableDocument):
    """A file of a kind that no importer reads."""


class ArticleExists(CorpusError):
    """Adding would overwrite an article."""


class PolicyError(LdnqaError):
    """A policy file is missing or malformed."""


class ModelError(LdnqaError):
    """The embedding model cannot be used."""


class ModelMissing(ModelError):
    """No model under that name or path."""


class ModelTampered(ModelError):
    """The model's weights do not have the digest they must have."""


class IndexUnusable(LdnqaError):
    """The index cannot be served; the message names the command that mends it."""


class IndexMissing(IndexUnusable):
    """There is no index at the given place."""


class IndexDamaged(IndexUnusable):
    """A file of the index is missing, truncated or changed."""


class IndexMismatch(IndexUnusable):
    """The index was built by another model, format or chunker than the one in use."""


class IndexOutdated(IndexMismatch):
    """The index was built by an earlier or later ldnqa; a build brings it up to date."""


class IndexBusy(IndexUnusable):
    """Another build is writing to this index."""


class IndexUnwritable(IndexUnusable):
    """The index folder cannot be written to; what was there is as it was."""


class StoreUnreachable(IndexUnusable):
    """The server that keeps the index's vectors cannot be reached or refuses."""


class BrokenDataset(LdnqaError):
    """A question set cannot be read; the message names the file and line."""


class MissingExtra(LdnqaError):
    """An optional package is needed; the message names the install command."""


class LanguageModelError(LdnqaError):
    """The language model cannot be asked or gave nothing to use; answers are made without it."""


class FeedbackUnavailable(LdnqaError):
    """The database for feedback cannot be reached or did not confirm a row."""


class AddressInUse(LdnqaError):
    """The service cannot listen where it should."""


class BadRequest(LdnqaError):
    """What was asked for cannot be done. `field` names the part of the request at fault."""

    field: str = "body"


class InvalidQuestion(BadRequest):
    """The question is empty, too long or not text."""

    field = "question"


class UnknownArticle(BadRequest):
    """No article has this id."""

    field = "article_id"

    def __init__(self, article_id: str) -> None:
        self.id = article_id
        super().__init__(f"no article has the id {article_id!r}; GET /v1/articles or `ldnqa list` shows the ids")


class UnknownPassage(BadRequest):
    """No passage has this id."""

    field = "passage_id"

    def __init__(self, passage_id: str) -> None:
        self.id = passage_id
        super().__init__(f"no passage has the id {passage_id!r}; it may belong to an earlier index")
