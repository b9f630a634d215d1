"""The text layer of a PDF, page by page, within limits that no honest document reaches.

A PDF is a program that draws; only the operators of its pages are followed, and only so many of them. Whatever the
parser makes of a damaged file, the caller sees UnreadableDocument.
"""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import DependencyError, LimitReachedError

from ldnqa.corpus.pieces import SUP_CLOSE, SUP_OPEN
from ldnqa.corpus.problems import UNWANTED
from ldnqa.errors import UnreadableDocument

# A label or article has at most some hundred pages, and a page of text some thousand drawing operators.
MOST_PAGES = 500
MOST_OPERATORS = 2_000_000
MOST_BYTES_A_PAGE = 5_000_000
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LIGATURE = re.compile(f"[{''.join(_LIGATURES)}]")
_SCANNED = (
    "its pages are pictures without a text layer; let a text recognition (OCR) program add one, look it over, and "
    "add the result"
)
# The parser reports each oddity of a file to its log; what matters of them is what text comes out.
logging.getLogger("pypdf").addHandler(logging.NullHandler())


@dataclass(slots=True)
class Pages:
    """The lines of each page, the title in the file's own data, and the number of letters that were joined signs."""

    lines: list[list[str]]
    title: str
    ligatures: int = 0


class _TooMuch(Exception):
    """More drawing than a document has."""


def read_pages(data: bytes) -> Pages:
    """The text of a PDF. UnreadableDocument, saying what to do, if it has none or cannot be read."""
    try:
        return _pages(data)
    except UnreadableDocument:
        raise
    except DependencyError:
        raise UnreadableDocument("it is encrypted in a way that is not read; save an unprotected copy") from None
    except (_TooMuch, LimitReachedError, MemoryError):
        raise UnreadableDocument("it draws more than a document does; print it to a new PDF and add that") from None
    except Exception as error:
        # A damaged file makes the parser fail in ways it does not list; none of them is ours to pass on.
        raise UnreadableDocument(
            f"it is damaged ({type(error).__name__}); print it to a new PDF and add that"
        ) from None


def _pages(data: bytes) -> Pages:
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableDocument("it is protected by a password; save an unprotected copy")
    if len(reader.pages) > MOST_PAGES:
        raise UnreadableDocument(f"{len(reader.pages)} pages, more than {MOST_PAGES}; save the article alone")
    left = MOST_OPERATORS

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _TooMuch

    named = reader.metadata.title if reader.metadata else None
    pages = Pages([], _clean(named or ""))
    for page in reader.pages:
        contents = page.get_contents()
        if contents is not None and len(contents.get_data()) > MOST_BYTES_A_PAGE:
            raise _TooMuch
        text = page.extract_text(visitor_operand_before=count)
        if left < 0:
            raise _TooMuch
        pages.ligatures += len(_LIGATURE.findall(text))
        pages.lines.append([_clean(line) for line in text.splitlines()])
    if not any(line for lines in pages.lines for line in lines):
        raise UnreadableDocument(_SCANNED)
    return pages


def _clean(text: str) -> str:
    text = UNWANTED.sub(" ", text).replace(SUP_OPEN, " ").replace(SUP_CLOSE, " ")
    return " ".join(_LIGATURE.sub(lambda found: _LIGATURES[found[0]], text).split())
