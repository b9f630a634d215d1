"""Which fixed notices an answer needs. Their words and what brings them up stand in the policy file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.policy import Policy
from ldnqa.types import Notice, ReviewStatus, Source


def raise_notices(question: str, standalone: str, sources: Sequence[Source], policy: Policy) -> list[Notice]:
    """The notices whose every condition holds, in the order of the policy file.

    `question` is what the reader wrote, `standalone` how it was read; `sources` are those the answer shows.
    """
    in_question = policy.lexicon.classes_in(standalone)
    quoted = {name for source in sources for name in policy.lexicon.classes_in(source.quote)}
    pending = any(source.review_status is not ReviewStatus.APPROVED for source in sources)
    shown = []
    for rule in policy.notices:
        when = rule.when
        holds = (
            when.question_matches is None or bool(re.search(when.question_matches, question, re.IGNORECASE)),
            when.question_class is None or when.question_class in in_question,
            when.quoted_class is None or when.quoted_class in quoted,
            when.quoted_regimen is None or any(source.regimen is when.quoted_regimen for source in sources),
            when.quoted_not_approved is None or when.quoted_not_approved == pending,
        )
        if all(holds):
            shown.append(Notice(kind=rule.kind, text=rule.text))
    return shown
