"""Which of the forms on offer a client wants, by its Accept header. Pure: a header in, a form out."""

from __future__ import annotations

from collections.abc import Sequence

JSON = "application/json"
EVENTS = "text/event-stream"


def wanted(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that `accept` likes best; the first on offer wins a draw, None if it takes none.

    A type named outright beats one that a wildcard lets in at the same quality. Without a header anything goes.
    """
    if accept is None:
        return offered[0]
    ranges = [_range(entry) for entry in accept.split(",")]
    best, best_rank = None, (0.0, 0)
    for media_type in offered:
        rank = _rank(media_type, ranges)
        if rank[0] > 0 and rank > best_rank:
            best, best_rank = media_type, rank
    return best


def _range(entry: str) -> tuple[str, float]:
    """A media range and its quality; a quality that is no number between 0 and 1 counts as 1."""
    media_range, *parameters = (part.strip().lower() for part in entry.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = (part.strip() for part in parameter.partition("="))
        if name == "q":
            try:
                quality = float(value)
            except ValueError:
                quality = 1.0
    return media_range, quality if 0 <= quality <= 1 else 1.0


def _rank(media_type: str, ranges: Sequence[tuple[str, float]]) -> tuple[float, int]:
    """Quality and closeness of the range that names `media_type` most closely; (0, 0) if none does."""
    closest = ["*/*", media_type.partition("/")[0] + "/*", media_type]
    found = [(closest.index(name), quality) for name, quality in ranges if name in closest]
    if not found:
        return 0.0, 0
    closeness, quality = max(found)
    return quality, closeness
