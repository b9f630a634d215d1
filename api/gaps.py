"""Keeps what readers asked in vain, redacted, for the sites that opted in, and never at a reader's expense.

Nothing is kept unless a setting says so. Keeping happens beside the answer: if the database is slow or down, the
question is dropped and counted.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any

from ldnqa.errors import FeedbackUnavailable
from ldnqa.feedback import FeedbackStore, Unanswered
from ldnqa.redact import redacted
from ldnqa.settings import Settings
from ldnqa.text import terms
from ldnqa.types import Answer, Status

from .deps import Resources
from .metrics import Metrics
from .sites import asking_site

# A busy site's unanswered questions of some minutes: enough to sit out a restart of the database.
_MAX_WAITING = 1_000
_CLOSE_SECONDS = 5.0


class Gaps:
    """A thread that stores questions as they come; leaving the context waits a moment for the last ones."""

    def __init__(self, store: FeedbackStore, metrics: Metrics) -> None:
        self._store, self._metrics = store, metrics
        self._waiting: queue.Queue[Unanswered | None] = queue.Queue(_MAX_WAITING)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Gaps:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread:
            try:
                self._waiting.put(None, timeout=_CLOSE_SECONDS)
                self._thread.join(_CLOSE_SECONDS)
            except queue.Full:
                pass

    def keep(self, asked: Unanswered) -> None:
        """Stores a question soon, or drops it if too many wait."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="gaps", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(asked)
        except queue.Full:
            self._metrics.gaps_dropped.inc()

    def _run(self) -> None:
        while (asked := self._waiting.get()) is not None:
            try:
                self._store.keep(asked)
            except FeedbackUnavailable:
                self._metrics.gaps_dropped.inc()


def keeping_gaps(resources: Resources, settings: Settings, gaps: Gaps) -> Resources:
    """The same resources; questions they do not answer are kept where the asking site opted in."""
    opted_in = {site_id for site_id, site in settings.sites.items() if site.keep_questions}
    if not opted_in and not settings.keep_questions:
        return resources
    plain, is_known = resources.ask, known_words(resources)

    def ask(question: str, **about: Any) -> Answer:
        answer = plain(question, **about)
        site = asking_site.get()
        keeps = settings.keep_questions if site is None else site in opted_in
        if keeps and answer.status is Status.ABSTAINED and (kept := redacted(question, is_known)):
            gaps.keep(Unanswered(kept, answer.index_id, about.get("article_id") or "", site or ""))
        return answer

    return replace(resources, ask=ask)


def known_words(resources: Resources) -> Callable[[str], bool]:
    """Tells whether a word stands in any article's text."""
    known = {
        term
        for article in resources.index.articles.values()
        for words in (article.title, *article.subject, *(section.text for section in article.sections))
        for term in terms(words)
    }

    def is_known(word: str) -> bool:
        found = list(terms(word))
        return bool(found) and all(term in known for term in found)

    return is_known
