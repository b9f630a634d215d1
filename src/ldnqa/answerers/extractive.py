"""The default answerer: says nothing but quotes."""

from __future__ import annotations

from collections.abc import Sequence

from ldnqa.asking import FIGURES, Kind, answers_kind, kind_of, points_away, silent_terms, sums_up
from ldnqa.chunk import MAX_WORDS
from ldnqa.conflict import notes_on
from ldnqa.disputes import alike, disputes, overlap, within
from ldnqa.index import Index
from ldnqa.quotes import ANSWER_FROM, ScoredQuote, rank_quotes, subject_terms, support
from ldnqa.retrieve import Query
from ldnqa.stages import stage
from ldnqa.text import names, terms
from ldnqa.types import Audience, Claim, Hit, Quote

# As many quotes as a person reads in one go.
MAX_STATEMENTS = 4
# A further quote must score at least this share of the best one's, or it is padding. Of the tuned questions answered,
# 2% have no right quote at all at 0.82, and here, 4% at 0.9, and an answer has 1.1, 1.0 and 0.6 further quotes.
KEEP_RATIO = 0.84
# As shares of the best score: what a quote gains as the lead if it has what the kind of question asks for (a dose, a
# time, a reason ...), if it sums up an open point that is asked yes or no, and for each part of the question that it
# names; what it loses if it is an editor's note on other words, or speaks of a study that it does not name.
RIGHT_KIND = 0.06
SUMS_UP = 0.06
NAMES_IT = 0.06
NOTE = 0.03
# A figure that the editors find not borne out leads only if there is nothing else.
REFUTED = 0.1
# How every editor's note begins (corpus/editorial-policy.md).
COMMENT = "Editors' comment"
POINTS_AWAY = 0.05


class Extractive:
    """Picks the quotes that answer the question best: no overlap, none that adds little beside the best."""

    name = "extractive"

    def __init__(self, index: Index) -> None:
        self._index = index

    @stage("draft")
    def draft(self, query: Query, hits: Sequence[Hit], audience: Audience | None) -> list[Claim]:
        """One claim a quote, verbatim. The audience does not change which quotes are picked."""
        ranked = rank_quotes(self._index, query, hits)
        if support(self._index, query, hits, ranked) < ANSWER_FROM:
            return []
        kind = kind_of(query.text)
        good = [scored for scored in ranked if scored.score >= KEEP_RATIO * ranked[0].score]
        named = any(names(query.text, name) for name in self._index.subject)
        strict = named or kind in FIGURES
        silent = silent_terms(query.generic, subject_terms(self._index))
        topics = [group for group in query.own_groups if not group & silent]
        lead = max(good, key=lambda scored: self._as_lead(scored, ranked[0].score, kind, topics, strict=strict))
        rest = [scored for scored in good if scored is not lead and _adds(scored, lead, kind, named=named)]
        if kind is Kind.YES_NO and _named(lead.quote.text, topics):
            rest = [scored for scored in rest if _named(scored.quote.text, topics)]
        picked = _without_repeats([self._whole(scored.quote) for scored in (lead, *rest)])
        return [Claim(text=quote.text, quotes=(quote,)) for quote in picked]

    def _as_lead(
        self, scored: ScoredQuote, best: float, kind: Kind, topics: Sequence[frozenset[str]], *, strict: bool
    ) -> tuple[bool, bool, float]:
        """How well a quote leads. If the question names its drug or asks for a figure (`strict`), no other use does.

        Nor, asked yes or no, a quote that names nothing the question does: stopping for surgery is another matter.
        """
        text = scored.quote.text
        named = _named(text, topics)
        gain = RIGHT_KIND * answers_kind(kind, text) - POINTS_AWAY * points_away(text) + NAMES_IT * named
        if kind is Kind.YES_NO and sums_up(text):
            gain += SUMS_UP * scored.signs["coverage"]
        # What is a comment on other words, or needs comments on its own, is a roundabout way to begin.
        comments = len(notes_on(scored.quote, self._index.articles))
        gain -= NOTE * (2 if text.startswith(COMMENT) else min(2, comments))
        if kind in FIGURES and any(
            d.refuted and overlap(d.sides[0].quote, scored.quote) for d in disputes(self._index)
        ):
            gain -= REFUTED
        about = named > 0 or kind is not Kind.YES_NO
        return not (strict and scored.other_regimen), about, scored.score + gain * best

    def _whole(self, quote: Quote) -> Quote:
        """A sentence that only announces ("Sources disagree on ...") with the rest of its paragraph; else the quote."""
        section = self._index.articles[quote.article_id].section(quote.section_id)
        block = next(b for b in section.blocks if b.start <= quote.start < b.end)
        text = section.text[block.start : block.end]
        announces = sums_up(quote.text) and quote.start == block.start and ":" not in quote.text
        if not announces or quote.end >= block.end or len(text.split()) > MAX_WORDS:
            return quote
        return quote.model_copy(update={"end": block.end, "text": text})


def _without_repeats(ranked: Sequence[Quote]) -> list[Quote]:
    """As many as are read in one go, none of which shares words with another or says the same again.

    A quote gives way to a whole paragraph that begins with what it sums up.
    """
    picked: list[Quote] = []
    for quote in ranked:
        quote = next((q for q in ranked if overlap(q, quote) and len(q.text) > len(quote.text)), quote)
        if len(picked) < MAX_STATEMENTS and not any(alike(quote, o) or within(quote, o) for o in picked):
            picked.append(quote)
    return picked


def _named(text: str, topics: Sequence[frozenset[str]]) -> float:
    """The share of what the question names that a text names too."""
    # "FDA-approved" names the FDA, too.
    present = frozenset([*terms(text), *terms(text.replace("-", " "))])
    return sum(bool(group & present) for group in topics) / len(topics) if topics else 0.0


def _adds(scored: ScoredQuote, lead: ScoredQuote, kind: Kind, *, named: bool) -> bool:
    """Whether a further quote is worth reading beside the lead."""
    if kind not in FIGURES:
        return True
    same_use = scored.other_regimen == lead.other_regimen or (scored.score > lead.score and not named)
    return same_use and answers_kind(kind, scored.quote.text)
