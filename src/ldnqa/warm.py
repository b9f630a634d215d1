"""What questions read when it is first met, read beforehand: by whoever has time for it, a piece after the other.

Nothing here changes an answer. A large index is left alone: of that a question meets a little, and all of it is much.
"""

from __future__ import annotations

from collections.abc import Iterator

from ldnqa.asking import Kind
from ldnqa.caution import answer_to as caution_for
from ldnqa.disputes import disputes
from ldnqa.index import Index
from ldnqa.policy import Policy
from ldnqa.policy.sieve import compiled
from ldnqa.quotable import quotable
from ldnqa.signs import readers_terms
from ldnqa.spoken import MOST_PASSAGES, whole_block
from ldnqa.suggest import answer_to, listed_in

# Of readers' questions so many are cut into terms at once, which takes about a millisecond.
_AT_ONCE = 32


def warming(index: Index, policy: Policy) -> Iterator[str]:
    """Reads the index and the policy as questions do, and gives the name of each piece once it is read: most take some
    milliseconds, and what most questions need comes first.
    """
    lexicon = policy.lexicon
    for pattern in (*lexicon.every_pattern(), *policy.red_flags.every_pattern()):
        compiled(pattern)
        yield "pattern"
    if len(index.passages) > MOST_PASSAGES:
        return
    disputes(index)
    yield "disputes"
    for passage in index.passages:
        quotable(index, passage)
        yield "passage"
    block = whole_block(index)
    if block is None:
        return
    yield "block"
    for kind in Kind:
        block.fits(kind)
        yield "kind"
    for regimen in lexicon.regimens:
        block.other_use((regimen,), lexicon)
        yield "use"
    listed_in(index, lexicon)
    yield "listed"
    for row in range(len(index.questions)):
        answer_to(row, index, lexicon, approved_only=False)
        yield "suggestion"
    for rule in policy.notices:
        if rule.asks:
            caution_for(rule.asks, index, lexicon, approved_only=False)
            yield "caution"
    for start in range(0, len(index.bank), _AT_ONCE):
        readers_terms(index, range(start, min(start + _AT_ONCE, len(index.bank))))
        yield "readers"
