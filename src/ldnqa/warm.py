"""What questions read when it is first met, read beforehand: by whoever has time for it, a piece after the other.

Nothing here changes an answer. A large index is left alone: of that a question meets a little, and all of it is much.
"""

from __future__ import annotations

from collections.abc import Iterator

from ldnqa.caution import answer_to
from ldnqa.dialogue import ask
from ldnqa.embedded import as_embedded
from ldnqa.encode import know
from ldnqa.english import frequency
from ldnqa.index import Index
from ldnqa.policy import Policy
from ldnqa.policy.sieve import compiled
from ldnqa.quotable import quotable
from ldnqa.spoken import MOST_PASSAGES


def warming(index: Index, policy: Policy) -> Iterator[str]:
    """Reads the index and the policy as questions do, and gives the name of each piece once it is read: most take some
    milliseconds, and what most questions need comes first.
    """
    lexicon = policy.lexicon
    for pattern in (*lexicon.every_pattern(), *policy.red_flags.every_pattern()):
        compiled(pattern)
        yield "pattern"
    index.search_dense(index.centre, 1)
    yield "store"
    if len(index.passages) <= MOST_PASSAGES:
        for passage in index.passages:
            quotable(index, passage)
            yield "passage"
        for (_, text), vector in zip(index.questions, index.question_vectors, strict=True):
            know(index.encoder.encode_queries, as_embedded(text, index.nicknames), vector)
            ask(index, text, policy=policy)
            yield "question"
        for rule in policy.notices:
            if rule.asks:
                answer_to(rule.asks, index, lexicon, approved_only=False)
                yield "caution"
    frequency("a")
    yield "words"
    for _ in lexicon.compiling():
        yield "pattern"
