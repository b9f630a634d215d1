"""An equal request to the same index has an equal answer, so an answer given before is not made again.

They are kept in memory only, under digests, and the oldest go first; nothing about who asked is there to be kept.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock

from ldnqa.types import MAX_HISTORY_TURNS, Answer, Audience, Turn

from .deps import Ask

# An answer takes about 20 kB, so these take 20 MB; far fewer questions make up most of a site's traffic.
ANSWERS_KEPT = 1024


class Remembering:
    """An `Ask` that asks another one only what it was not asked lately; equal requests at one time wait for one answer.

    `index_id` is that of the index behind `ask`. Requests are equal if everything that the answer depends on is,
    white space around the question aside. Errors are not kept, nor is what is not `worth_keeping`.
    """

    def __init__(
        self,
        ask: Ask,
        index_id: str,
        kept: int = ANSWERS_KEPT,
        worth_keeping: Callable[[Answer], bool] = lambda _: True,
    ) -> None:
        self._ask = ask
        self._index_id = index_id
        self._kept = kept
        self._worth_keeping = worth_keeping
        self._answers: OrderedDict[bytes, Future[Answer]] = OrderedDict()
        self._lock = Lock()

    def __call__(
        self,
        question: str,
        *,
        article_id: str | None = None,
        audience: Audience | None = None,
        history: Sequence[Turn] = (),
        approved_only: bool = False,
    ) -> Answer:
        """The answer; whatever the other one raises."""
        turns = tuple(history)[-MAX_HISTORY_TURNS:]
        request = [question.strip(), article_id, audience, [turn.model_dump() for turn in turns], approved_only]
        text = json.dumps([*request, self._index_id], ensure_ascii=True)
        key = hashlib.sha256(text.encode()).digest()
        with self._lock:
            given = self._answers.get(key)
            if given is not None:
                self._answers.move_to_end(key)
            else:
                made = self._answers[key] = Future()
                while len(self._answers) > self._kept:
                    self._answers.popitem(last=False)
        if given is not None:
            return given.result()
        try:
            answer = self._ask(
                question, article_id=article_id, audience=audience, history=turns, approved_only=approved_only
            )
        except BaseException as error:
            self._forget(key, made)
            made.set_exception(error)
            raise
        if not self._worth_keeping(answer):
            self._forget(key, made)
        made.set_result(answer)
        return answer

    def _forget(self, key: bytes, made: Future[Answer]) -> None:
        with self._lock:
            if self._answers.get(key) is made:
                del self._answers[key]
