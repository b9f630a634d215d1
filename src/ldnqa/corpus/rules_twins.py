"""Rules on plain-words twins: each text has one, and it says the same thing, only easier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ldnqa.corpus.desk import Desk, Finding, Piece
from ldnqa.corpus.figures import missing_figures
from ldnqa.corpus.reading_level import grade

# The twins are meant for readers from about 12 years, grade 6 to 7 of a US school. One grade above that is allowed,
# because a drug's name has many syllables and no plainer word.
HARDEST_GRADE = 8.0
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|cannot|nobody|nothing|avoid\w*|contraindicat\w*|lack\w*|fail\w*"
    r"|forbid\w*)\b|n['’]t\b",
    re.IGNORECASE,
)


def missing_twin(desk: Desk) -> Iterator[Finding]:
    """A paragraph, list or note that is not there in plain words."""
    for piece in desk.pieces:
        if piece.twin is None:
            mend = "write it in plain words below it, between ::: plain and :::"
            yield Finding(piece.file, piece.line, f"nothing says in plain words: {_begin(piece.text)}", mend)


def twin_figure(desk: Desk) -> Iterator[Finding]:
    """A figure in a twin that is not in its original."""
    for piece, twin in _twins(desk):
        for figure in missing_figures(twin, piece.text):
            message = f"the twin says {figure.text!r}, the text above it does not"
            yield Finding(piece.file, piece.twin_line, message, "use the figures of the text, with their units")


def lost_figure(desk: Desk) -> Iterator[Finding]:
    """A figure of a text that its twin leaves out."""
    for piece, twin in _twins(desk):
        for figure in missing_figures(piece.text, twin):
            message = f"the text says {figure.text!r}, its twin does not"
            yield Finding(piece.file, piece.twin_line, message, "say it in plain words, too, with its unit")


def lost_negation(desk: Desk) -> Iterator[Finding]:
    """A text that says no, and a twin in which nothing says no."""
    for piece, twin in _twins(desk):
        if (said := _NEGATION.search(piece.text)) and not _NEGATION.search(twin):
            message = f"the text says {said[0]!r}, nothing in its twin says no"
            yield Finding(piece.file, piece.twin_line, message, "say plainly what is not so, or not to be done")


def hard_twin(desk: Desk) -> Iterator[Finding]:
    """A twin that is hard to read."""
    for piece, twin in _twins(desk):
        if (level := grade(twin)) > HARDEST_GRADE:
            message = f"the twin reads at grade {level:.1f}, above {HARDEST_GRADE:.0f}"
            yield Finding(piece.file, piece.twin_line, message, "use shorter sentences and shorter words")


def _twins(desk: Desk) -> Iterator[tuple[Piece, str]]:
    return ((piece, piece.twin) for piece in desk.pieces if piece.twin is not None)


def _begin(text: str) -> str:
    words = text.split()
    return " ".join(words[:6]) + (" ..." if len(words) > 6 else "")
