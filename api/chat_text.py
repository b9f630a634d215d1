"""An answer as one text with citations, for clients that show nothing else. Pure.

The text has everything that must be seen: notices, the answer, disagreements, where each source stands, and the
disclaimer. Every marker in it is annotated, and nothing that only looks like a marker is: a quote may hold "[1]".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ldnqa.types import Answer, Source, Statement

from .chat_reply import Annotation, UrlCitation

_MARKER = re.compile(r"\[(\d{1,4})\]")


@dataclass(frozen=True, slots=True)
class Written:
    """The text in paragraphs, which joined are the whole of it, and its citations in order."""

    paragraphs: tuple[str, ...]
    citations: tuple[Annotation, ...]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.paragraphs)


def write(answer: Answer, site: str) -> Written:
    """The text of an answer; `site` is put before the addresses of its sources, "https://example.org"."""
    paragraphs: list[str] = []
    citations: list[Annotation] = []
    by_index = {source.index: source for source in answer.sources}
    length = 0
    for paragraph, markers in _paragraphs(answer, site):
        gap = "\n\n" if paragraphs else ""
        paragraphs.append(gap + paragraph)
        for start, end, index in markers:
            at = length + len(gap)
            citations.append(_citation(by_index[index], at + start, at + end, site))
        length += len(paragraphs[-1])
    return Written(tuple(paragraphs), tuple(citations))


Marker = tuple[int, int, int]
"""Start and end of a marker in its paragraph, and the number of its source."""


def _paragraphs(answer: Answer, site: str) -> Iterator[tuple[str, list[Marker]]]:
    for notice in answer.notices:
        if notice.text not in answer.answer:
            yield notice.text, []
    yield answer.answer, list(_markers(answer))
    for conflict in answer.conflicts:
        yield _marked(f"Sources disagree, {conflict.topic}: {conflict.summary} ", conflict.source_indexes)
    for source in answer.sources:
        where, marker = _marked("", (source.index,))
        yield f"{where} {_place(source)}\n{site}{source.url}", marker
    yield answer.disclaimer.text, []


def _markers(answer: Answer) -> Iterator[Marker]:
    """The markers of the answer's own text: those that follow the words of their statement, one after another."""
    at = 0
    for statement in answer.statements:
        verbatim = _cited(statement.text, statement).search(answer.answer, at)
        if verbatim is None:
            continue
        lines = [verbatim]
        # Drafted and plain words stand before the words they are the twin of, where they are shown at all.
        for twin in (statement.plain, statement.drafted):
            if twin:
                lines = [*_cited(twin, statement).finditer(answer.answer, at, verbatim.start()), *lines]
        for line in lines:
            for found in _MARKER.finditer(answer.answer, line.start("markers"), line.end()):
                yield found.start(), found.end(), int(found[1])
        at = verbatim.end()


def _cited(words: str, statement: Statement) -> re.Pattern[str]:
    """Words of a statement, a quotation mark and space or not, and its markers."""
    markers = "".join(f"[{index}]" for index in statement.source_indexes)
    return re.compile(rf"{re.escape(words)}”?\s*(?P<markers>{re.escape(markers)})")


def _marked(words: str, indexes: tuple[int, ...]) -> tuple[str, list[Marker]]:
    """`words` with a marker for each source behind them."""
    markers = []
    for index in indexes:
        marker = f"[{index}]"
        markers.append((len(words), len(words) + len(marker), index))
        words += marker
    return words, markers


def _title(source: Source) -> str:
    return f"{source.article_title} | {source.heading}"


def _place(source: Source) -> str:
    status = source.review_status.value.replace("_", " ")
    return f"{_title(source)} | {status}, last updated {source.last_updated}"


def _citation(source: Source, start: int, end: int, site: str) -> Annotation:
    leads_to = UrlCitation(start_index=start, end_index=end, title=_title(source), url=f"{site}{source.url}")
    return Annotation(url_citation=leads_to)
