"""Which fixed notices an answer needs. Their words and what brings them up stand in the policy file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ldnqa.memory import Same
from ldnqa.policy import Policy
from ldnqa.policy.load import NoticeRule, When
from ldnqa.stories import story_in
from ldnqa.told import Told
from ldnqa.types import Notice, NoticeKind, Regimen, ReviewStatus, Source


def called_for(question: str, standalone: str, told: Told, policy: Policy) -> tuple[NoticeRule, ...]:
    """The rules of the policy file, in its order, whose conditions on what the reader wrote hold.

    `question` is what the reader wrote, `standalone` how it was read, and `told` what it and those before it tell.
    """
    use = policy.lexicon.regimens_in(standalone)
    everything = told.all
    return tuple(
        r
        for r in policy.notices
        if r.kind and r.text and _is_asked(r.when, question, standalone, everything, policy, use)
    )


def raise_notices(rules: Sequence[NoticeRule], sources: Sequence[Source], policy: Policy) -> list[Notice]:
    """The notices of those rules, `called_for`, whose conditions on what is quoted hold too, one of each kind.

    `sources` are those the answer shows.
    """
    quoted = {name for source in sources for name in policy.lexicon.classes_in(source.quote)}
    pending = any(source.review_status is not ReviewStatus.APPROVED for source in sources)
    oldest = max([_age(Same(source)) for source in sources], default=0)
    shown: dict[NoticeKind, Notice] = {}
    for rule in rules:
        when = rule.when
        if (
            rule.kind
            and rule.text
            and rule.kind not in shown
            and (when.quoted_older_than is None or oldest > when.quoted_older_than)
            and (when.quoted_class is None or when.quoted_class in quoted)
            and (when.quoted_regimen is None or any(source.regimen is when.quoted_regimen for source in sources))
            and (when.quoted_not_approved is None or when.quoted_not_approved == pending)
            and (when.quoted_matches is None or any(_finds(when.quoted_matches, source.quote) for source in sources))
        ):
            shown[rule.kind] = _notice(rule.kind, rule.text)
    return list(shown.values())


@lru_cache
def _notice(kind: NoticeKind, text: str) -> Notice:
    return Notice(kind=kind, text=text)


def caution_for(question: str, standalone: str, told: Told, policy: Policy) -> NoticeRule | None:
    """The first rule that asks a question for a reader who tells such things; what is told last comes first.

    None asks about one use of the drug where another is spoken of: in the question or, if that names none, before.
    """
    lexicon = policy.lexicon
    use = lexicon.regimens_in(standalone)
    spoken_of = use or lexicon.regimens_in(told.all)

    def is_of_another(asks: str) -> bool:
        of = lexicon.regimens_in(asks) if spoken_of else ()
        return bool(of) and not any(one in spoken_of for one in of)

    story = story_in(standalone)
    asks = story.asks if story else standalone
    for part in (told.now, told.before) if told.before else (told.now,):
        everything = Told(part).all
        for rule in policy.notices:
            if (
                rule.asks
                and _is_asked(rule.when, question, asks, everything, policy, use)
                and not is_of_another(rule.asks)
            ):
                return rule
    return None


def is_spoken_of(rule: NoticeRule, quote: str) -> bool:
    """Whether a quote says already what a caution is about."""
    return rule.unless is not None and _finds(rule.unless, quote)


def is_about(rule: NoticeRule, quote: str) -> bool:
    """Whether a quote is about what a caution is for: cirrhosis, where the reader told of it."""
    return rule.when.told_matches is not None and _finds(rule.when.told_matches, quote)


def _is_asked(when: When, question: str, standalone: str, told: str, policy: Policy, use: Sequence[Regimen]) -> bool:
    """Whether the conditions hold that are about what the reader wrote; `use` is what that asks about."""
    lexicon = policy.lexicon
    # Most questions tell nothing, and what they name is known by now: the slow patterns come last.
    return (
        (when.told_matches is None or _finds(when.told_matches, told))
        and (when.told_class is None or when.told_class in lexicon.classes_in(told))
        and (when.question_regimen is None or when.question_regimen in use)
        and (when.question_class is None or when.question_class in lexicon.classes_in(standalone))
        and (when.question_matches is None or _finds(when.question_matches, question))
    )


# The articles' quotes come again with every question.
@lru_cache(maxsize=8_192)
def _finds(pattern: str, text: str) -> bool:
    return re.search(pattern, text.replace("’", "'"), re.IGNORECASE) is not None


@lru_cache(maxsize=4_096)
def _age(source: Same[Source]) -> int:
    """Years between the newest work a source cites and the last change of its article; 0 if no year is known.

    Not counted from today: the same request gets the same answer next year.
    """
    years = [reference.year for reference in source.it.references if reference.year]
    return source.it.last_updated.year - max(years) if years else 0
