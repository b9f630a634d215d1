"""What holds of any document that somebody tries to add, however broken."""

from __future__ import annotations

from pathlib import Path

from ldnqa.corpus.add import add_documents
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import LdnqaError


def check_added_or_refused(document: Path) -> None:
    """It becomes an article that can be read, in a corpus beside it, or is refused and leaves nothing behind."""
    corpus = document.with_name("corpus")
    try:
        (imported,) = add_documents([document], corpus)
    except LdnqaError:
        assert not corpus.exists()
    else:
        assert read_corpus(corpus).articles == (imported.article,)
