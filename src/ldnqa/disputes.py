"""The points on which the sources of an index disagree: what an editor says disagrees, with both sides found.

Precision before recall, since a wrong conflict misleads. An editor's words that say "disagree", and the works they
cite, name the point and its sides; a side is the quote, anywhere in the articles, that cites such a work and has most
of what the editor says of it. What no editor has noticed is not guessed at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from ldnqa.corpus.figures import figures
from ldnqa.index import Index
from ldnqa.text import fold_space, sentences, term_set, terms
from ldnqa.types import Article, Block, BlockKind, EditorNote, Passage, Quote, Section, Span, Tier

# By these words an editor says that sources disagree.
_DISAGREE = re.compile(
    r"\b(?:disagrees?(?! with each other)|differ in tone|different top doses|differently|is divided|is mixed)\b",
    re.IGNORECASE,
)
# By these an editor's note says that the words it comments on are not borne out.
_NOT_BORNE_OUT = re.compile(
    r"\b(?:misreads|found no source|is not the range|is not reported as|should not be relied on|has no official"
    r"|rests on one|and not a study of|is proposed, not proven)\b",
    re.IGNORECASE,
)
_TOPICS = (
    re.compile(r"\bdisagrees? (?:on|about) (?P<topic>[^.;:]+)", re.IGNORECASE),
    re.compile(r"\bdraw (?P<topic>[^.;:]+) differently", re.IGNORECASE),
    re.compile(r"\bgive different (?P<topic>[^.;:]+)", re.IGNORECASE),
    re.compile(r"(?:^|comment: )(?P<topic>[^.;:]+?) (?:disagree|differ in tone|is divided|is mixed)", re.IGNORECASE),
)
# Words by which one source says that there is not what another says there is.
_DENIES = re.compile(
    r"\b(?:no|not|nor|never|neither|none|imprecise|unchanged|stayed the same|dropped|only|too few)\b", re.IGNORECASE
)
# A quote has at least this share of what the editor says of a work, or it is about something else in that work: at 0.3
# each side found in the shipped articles is the right one. The rest of the editor's sentence counts half.
SAME_POINT = 0.3
SENTENCE_WEIGHT = 0.5
# Two quotes that share this much of all their terms say the same thing: the articles repeat a result where needed.
SAME_STATEMENT = 0.6
CONTAINED = 0.85
# What a section that cites the work itself says goes before what editors say of it elsewhere.
EDITORIAL_WEIGHT = 0.7
# A topic longer than this is no topic but a sentence.
_TOPIC_WORDS = 16


@dataclass(frozen=True)
class Side:
    """One position on a point: the words that hold it, whether they deny it, and their figures with units."""

    quote: Quote
    denies: bool
    figures: frozenset[str]

    def opposes(self, other: Side) -> bool:
        """Whether it says something else: one denies what the other says, or their figures differ."""
        if overlap(self.quote, other.quote):
            return False
        figures_differ = bool(self.figures and other.figures) and self.figures != other.figures
        return self.denies != other.denies or figures_differ


@dataclass(frozen=True)
class Dispute:
    """A point on which sources disagree, the editor's words that say so, and its sides, at least two of them opposed.

    `refuted` says that the editor finds the first side not borne out. `core` are the terms of the topic and of the
    editor's words, `terms` those of the sides too: what a question about the point would ask with; `of_topic` are
    those of the topic alone. `sections` are those that the editor's words and the sides stand in.
    """

    topic: str
    told_in: Quote
    sides: tuple[Side, ...]
    refuted: bool
    core: frozenset[str]
    terms: frozenset[str]

    @cached_property
    def of_topic(self) -> frozenset[str]:  # noqa: D102
        return term_set(self.topic)

    @cached_property
    def sections(self) -> frozenset[tuple[str, str]]:  # noqa: D102
        quotes = (self.told_in, *(side.quote for side in self.sides))
        return frozenset((quote.article_id, quote.section_id) for quote in quotes)


def overlap(a: Quote, b: Quote | Passage) -> bool:
    """Whether a quote shares words of one section with another, or with a passage."""
    return (a.article_id, a.section_id) == (b.article_id, b.section_id) and a.start < b.end and b.start < a.end


def alike(a: Quote, b: Quote) -> bool:
    """Whether two quotes share words of one section or say the same thing in nearly the same words."""
    if overlap(a, b):
        return True
    one, other = term_set(a.text), term_set(b.text)
    return len(one & other) >= SAME_STATEMENT * len(one | other)


def within(a: Quote, b: Quote) -> bool:
    """Whether nearly everything `a` says is said by `b`."""
    one = term_set(a.text)
    return len(one & term_set(b.text)) >= CONTAINED * len(one)


_found: WeakKeyDictionary[Index, tuple[Dispute, ...]] = WeakKeyDictionary()


def disputes(index: Index) -> tuple[Dispute, ...]:
    """Every point of an index on which its editors say that sources disagree, in reading order; found once an index."""
    if index not in _found:
        quotes = _quotes(index)
        _found[index] = tuple(d for article in index.articles.values() for d in _in_article(article, quotes))
    return _found[index]


@dataclass(frozen=True)
class _Quotes:
    """All quotes of an index, and which of them cite each work."""

    by_section: Mapping[tuple[str, str], tuple[Quote, ...]]
    citing: Mapping[str, tuple[Quote, ...]]
    editorial: frozenset[tuple[str, str]]

    def of(self, article: Article, section: Section) -> tuple[Quote, ...]:
        """Those of a section, in reading order."""
        return self.by_section.get((article.id, section.id), ())


def _quotes(index: Index) -> _Quotes:
    by_section: dict[tuple[str, str], dict[Span, Quote]] = defaultdict(dict)
    citing: dict[str, list[Quote]] = defaultdict(list)
    for passage in index.passages:
        article = index.articles[passage.article_id]
        section = article.section(passage.section_id)
        here = by_section[article.id, section.id]
        for span in passage.quotes:
            if span not in here:
                quote = here[span] = _quote(article, section, span, passage.id)
                for key in _keys(article, section, span):
                    citing[key].append(quote)
    return _Quotes(
        {place: tuple(quotes.values()) for place, quotes in by_section.items()},
        {key: tuple(quotes) for key, quotes in citing.items()},
        frozenset((a.id, s.id) for a in index.articles.values() for s in a.sections if s.tier is Tier.EDITORIAL),
    )


def _quote(article: Article, section: Section, span: Span, passage_id: str) -> Quote:
    return Quote(
        passage_id=passage_id,
        article_id=article.id,
        section_id=section.id,
        start=span.start,
        end=span.end,
        text=section.text[span.start : span.end],
    )


def _keys(article: Article, section: Section, span: Span) -> list[str]:
    """The works cited within a span."""
    key_of = {reference.label: reference.key for reference in article.references}
    labels = dict.fromkeys(lb for mark in section.marks if span.start < mark.at <= span.end for lb in mark.labels)
    return [key_of[label] for label in labels if label in key_of]


def _in_article(article: Article, quotes: _Quotes) -> Iterator[Dispute]:
    comments = {(n.section_id, n.note_start): (s, n) for s in article.sections for n in s.notes}
    for section in article.sections:
        for block in section.blocks:
            text = section.text[block.start : block.end]
            if block.kind is not BlockKind.PARAGRAPH:
                continue
            commented = comments.get((section.id, block.start))
            if _DISAGREE.search(text) or (commented and _NOT_BORNE_OUT.search(text)):
                yield from _dispute(article, section, block, commented, quotes)


def _dispute(
    article: Article, section: Section, block: Block, commented: tuple[Section, EditorNote] | None, quotes: _Quotes
) -> Iterator[Dispute]:
    inside = [q for q in quotes.of(article, section) if block.start <= q.start and q.end <= block.end]
    if not inside:
        return
    told_in = inside[0].model_copy(
        update={"start": block.start, "end": block.end, "text": section.text[block.start : block.end]}
    )
    topic = _topic(told_in.text)
    sides: list[Side] = []
    if commented:
        about, note = commented
        words = about.text[note.start : note.end]
        topic = topic or words
        holding = [q for q in quotes.of(article, about) if q.start <= note.start and note.end <= q.end]
        if holding:
            sides.append(_side(min(holding, key=lambda q: q.end - q.start), words))
    if topic is None or len(topic.split()) > _TOPIC_WORDS:
        return
    done: set[str] = set()
    for said in _said(article, section, block, topic):
        for key in said.keys:
            if key in done:
                continue
            side = _holding(said, quotes, key, told_in, inside)
            at = next((n for n, other in enumerate(sides) if side and overlap(side.quote, other.quote)), None)
            if side:
                done.add(key)
            if side and at is None:
                sides.append(side)
            elif side and at and side.figures and not sides[at].figures:
                sides[at] = side
    refuted = bool(sides and commented and _NOT_BORNE_OUT.search(told_in.text))
    if refuted and not any(overlap(told_in, side.quote) for side in sides):
        sides.append(Side(told_in, not sides[0].denies, frozenset()))
    if any(one.opposes(other) for one in sides for other in sides):
        core = frozenset(terms(f"{topic} {told_in.text}"))
        everything = core | frozenset(terms(" ".join(side.quote.text for side in sides)))
        yield Dispute(fold_space(topic), told_in, tuple(sides), refuted, core, everything)


def _topic(text: str) -> str | None:
    """What the editor says they disagree on; what is too short to be clear goes with whose disagreement it is."""
    found = [m["topic"] for pattern in _TOPICS if (m := pattern.search(text))]
    if found and len(found[0].split()) <= 2 and len(found) > 1:
        return f"{found[0]} ({found[-1]})"
    return found[0] if found else None


@dataclass(frozen=True)
class _Said:
    """What an editor says of some works: the words up to the mark, the whole sentence, and the works."""

    clause: str
    sentence: str
    topic: str
    keys: list[str]


def _said(article: Article, section: Section, block: Block, topic: str) -> Iterator[_Said]:
    """What the editor says of each work cited in a block: the words since the mark or sentence before."""
    key_of = {reference.label: reference.key for reference in article.references}
    spans = sentences(section.text[block.start : block.end])
    before = block.start
    for mark in section.marks:
        if block.start < mark.at <= block.end:
            whole = max((s for s in spans if block.start + s.start < mark.at), key=lambda s: s.start)
            start, end = block.start + whole.start, block.start + whole.end
            yield _Said(
                section.text[max(before, start) : mark.at],
                section.text[start:end],
                topic,
                [key_of[label] for label in mark.labels if label in key_of],
            )
            before = mark.at


def _holding(said: _Said, quotes: _Quotes, key: str, told_in: Quote, inside: list[Quote]) -> Side | None:
    """The quote that cites the work and says most of the same; else the editor's own sentence.

    A quote that denies stands for a denial only, and other words must have the editor's amounts.
    """
    clause, sentence = frozenset(terms(f"{said.clause} {said.topic}")), frozenset(terms(said.sentence))
    here = _side(told_in, said.clause)
    own_words = [quote for quote in inside if fold_space(said.clause).strip(" ,;") in fold_space(quote.text)]
    best, most = None, SAME_POINT
    own = own_words and (told_in.article_id, told_in.section_id) not in quotes.editorial
    for quote in () if own else quotes.citing.get(key, ()):
        if overlap(quote, told_in) or quote.text.startswith("Editors' comment") or "\n" in quote.text:
            continue
        there = _side(quote, quote.text)
        if here.denies != there.denies if here.denies else not here.figures <= there.figures:
            continue
        words = term_set(quote.text)
        found = len(clause & words) + SENTENCE_WEIGHT * len((sentence - clause) & words)
        share = found / (len(clause) + SENTENCE_WEIGHT * len(sentence - clause))
        if (quote.article_id, quote.section_id) in quotes.editorial:
            share *= EDITORIAL_WEIGHT
        if share > most:
            best, most = quote, share
    if best is None:
        return _side(own_words[0], said.clause) if own_words else None
    return _side(best, said.clause)


def _side(quote: Quote, said: str) -> Side:
    amounts = frozenset(f"{figure.value.normalize():f} {figure.unit}" for figure in figures(said) if figure.unit)
    return Side(quote, bool(_DENIES.search(said)), amounts)
