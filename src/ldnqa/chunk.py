"""Section -> passages, and where a section may be cut when it is quoted. Every cut is an exact slice.

A passage is what is retrieved: whole sentences or whole lists of one section, short enough for the encoder. A quote
is what an answer may say: the smallest slice that keeps its lead-in, what its pronouns stand for, and the "however"
that takes half of it back. A block that speaks to a machine is in no passage: it is neither found nor quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ldnqa.machine import machine_words
from ldnqa.text import plain_case, sentences
from ldnqa.types import Article, Block, BlockKind, Passage, Section, Span

CHUNKER_VERSION = "10"

# Passages of about 120 words are what the starting figures on the evaluation sets were measured with; shorter
# blocks than 30 words ("Mild headache occurs.") are too little context to be found by, so they join a neighbour.
MAX_WORDS = 120
MIN_WORDS = 30

# "It is important that ..." stands alone: its "it" stands for nothing. "Also" and "moreover" only add.
_LEANS_BACK = re.compile(
    r"(?:it(?!\s(?:is|was|remains|seems|appears)\s(?:\w+\s){0,2}(?:that|to|whether|unclear|unknown|likely|possible)\b)"
    r"|these|this|those|that|such|its|they|their|he|she|both|neither|another|others?|so|then|again|and|or|nor|therefore"
    r"|thus|hence|as a result|consequently|instead|similarly|likewise|for (?:example|instance|this reason|that reason)"
    r"|(?:of|among) (?:these|those|them)|in (?:these|this|that)|the (?:same|latter|former|other|rest|remaining)"
    r"|(?:in )?(?:the|that) (?:study|trial|paper|report|review|series|authors?|researchers))\b",
    re.IGNORECASE,
)
_TAKES_BACK = re.compile(
    r"(?:however|but|nevertheless|nonetheless|yet|still|even so|that said|otherwise|conversely|(?:in|by) contrast"
    r"|on the other hand|except|unless|although|though|only)\b",
    re.IGNORECASE,
)


def split(article: Article, count_tokens: Callable[[str], int], max_tokens: int) -> list[Passage]:
    """The passages of an article in reading order; ids are "article#section:n" with n from 0.

    `count_tokens` and `max_tokens` are the encoder's: no passage with its context (`embedded_text`) is longer,
    unless the context alone fills the window.
    """
    passages = []
    for section in article.sections:
        quotes = quotable_spans(section, _notes_in(article, section))
        headings = [b.start for b in section.blocks if b.kind is BlockKind.HEADING]
        room = max_tokens - max(count_tokens(_context(article, section, at)) for at in (0, *headings))

        def fits(start: int, end: int, section: Section = section, room: int = room) -> bool:
            text = section.text[start:end]
            return len(text.split()) <= MAX_WORDS and count_tokens(text) <= room

        for n, (start, end) in enumerate(_ranges(section, fits)):
            passages.append(
                Passage(
                    id=f"{article.id}#{section.id}:{n}",
                    article_id=article.id,
                    section_id=section.id,
                    start=start,
                    end=end,
                    text=section.text[start:end],
                    quotes=tuple(quote for core, quote in quotes if core.start < end and start < core.end),
                )
            )
    return passages


def embedded_text(article: Article, passage: Passage) -> str:
    """What is embedded for a passage: its words with the article's subject and its headings before them."""
    section = article.section(passage.section_id)
    return call_by_short_name(_context(article, section, passage.start) + passage.text, article.subject)


def matched_text(article: Article, passage: Passage) -> str:
    """What is matched for a passage: the same with the first name of the subject."""
    section = article.section(passage.section_id)
    return call_by_first_name(_context(article, section, passage.start) + passage.text, article.subject)


def quote_text(article: Article, section: Section, span: Span) -> str:
    """What is embedded for one quotable span: its words with the same context as its passage."""
    words = section.text[span.start : span.end]
    return call_by_short_name(_context(article, section, span.start) + words, article.subject)


def call_by_first_name(text: str, subject: Sequence[str]) -> str:
    """`text` with every other name of a subject ("LDN") replaced by its first ("low-dose naltrexone").

    Only for what is matched. A name that is part of the first one ("naltrexone"), or has it as a part, stays: it may
    mean something else.
    """
    return _call(text, subject[0], _names(tuple(subject))[1:])


def call_by_short_name(text: str, subject: Sequence[str]) -> str:
    """`text` with every name of a subject that `call_by_first_name` knows replaced by the shortest of them.

    Only for what is embedded: a model does not know that two names mean one thing, and reads "LDN" in less time than
    "low-dose naltrexone".
    """
    names = _names(tuple(subject))
    short = min(names, key=lambda name: len(name.text))
    return _call(text, short.text, [name for name in names if name is not short])


class _Name(NamedTuple):
    """A name of a subject, where it is found, and letters in lower case that are in every text it is found in."""

    text: str
    pattern: re.Pattern[str]
    plain: str


def _call(text: str, name: str, others: Sequence[_Name]) -> str:
    for other in others:
        if other.plain in plain_case(text):
            text = other.pattern.sub(name, text)
    return text


# Each question, and each of readers' questions that it is like, is held against the names of every subject.
@lru_cache(maxsize=1_024)
def _names(subject: tuple[str, ...]) -> list[_Name]:
    """The first name of a subject, and those that mean the same, the longest first."""
    first = subject[0].lower()
    others = [name for name in subject[1:] if name.lower() not in first and first not in name.lower()]
    return [
        _Name(
            name,
            # "Low dose naltrexone" is how most readers write it.
            re.compile(rf"(?<!\w){re.escape(name)}(?!\w)".replace(r"\-", "[ -]"), re.IGNORECASE),
            max(name.lower().split("-"), key=len) if name.isascii() else "",
        )
        for name in [subject[0], *sorted(others, key=len, reverse=True)]
    ]


def _context(article: Article, section: Section, at: int) -> str:
    """The article's subject, the section's heading and the last subheading before offset `at`."""
    above = [b for b in section.blocks if b.kind is BlockKind.HEADING and b.start <= at]
    parts = [article.subject[0], section.heading, *(section.text[b.start : b.end] for b in above[-1:])]
    return ", ".join(parts) + ": "


def _ranges(section: Section, fits: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Start and end of each passage: pieces joined while they fit, cut at block ends where that leaves enough."""
    start = end = -1
    for block in section.blocks:
        if block.kind is BlockKind.HEADING or _is_for_machines(section, block):
            if start >= 0:
                yield start, end
            start = end = -1
            continue
        if start >= 0 and len(section.text[start:end].split()) >= MIN_WORDS:
            yield start, end
            start = end = -1
        for piece in _pieces(section, block, fits):
            if start >= 0 and fits(start, piece.end):
                end = piece.end
                continue
            if start >= 0:
                yield start, end
            start, end = piece.start, piece.end
    if start >= 0:
        yield start, end


def _pieces(section: Section, block: Block, fits: Callable[[int, int], bool]) -> Iterator[Span]:
    """A block in parts that are cut only if the encoder could not hold them otherwise."""
    if block.kind is BlockKind.LIST:
        if fits(block.start, block.end):
            wholes = [Span(start=block.start, end=block.end)]
        else:
            starts = [block.start, *(item.start for item in block.items[1:])]
            wholes = [Span(start=s, end=item.end) for s, item in zip(starts, block.items, strict=True)]
    else:
        wholes = _sentences_of(section, block)
    for whole in wholes:
        if len(section.text[whole.start : whole.end].split()) <= MAX_WORDS and fits(whole.start, whole.end):
            yield whole
        else:
            yield from _windows(section.text, whole, fits)


def _windows(text: str, whole: Span, fits: Callable[[int, int], bool]) -> Iterator[Span]:
    """A sentence too long for the encoder, in runs of words that fit; it is still quoted whole."""
    edges = [match.span() for match in re.finditer(r"\S+", text[whole.start : whole.end])]
    start, end = whole.start, whole.start + edges[0][1]
    for word_start, word_end in edges[1:]:
        if fits(start, whole.start + word_end):
            end = whole.start + word_end
        else:
            yield Span(start=start, end=end)
            start, end = whole.start + word_start, whole.start + word_end
    yield Span(start=start, end=end)


def _sentences_of(section: Section, block: Block) -> list[Span]:
    found = sentences(section.text[block.start : block.end])
    return [Span(start=block.start + s.start, end=block.start + s.end) for s in found]


def _notes_in(article: Article, section: Section) -> frozenset[Span]:
    """Where the section holds an editor's note on something else: a comment is quoted whole."""
    notes = (note for other in article.sections for note in other.notes if note.section_id == section.id)
    return frozenset(Span(start=note.note_start, end=note.note_end) for note in notes)


def quotable_spans(section: Section, whole: frozenset[Span] = frozenset()) -> list[tuple[Span, Span]]:
    """(core, quote) of everything in the section that can be quoted, in reading order, no quote twice.

    The core is a sentence, a list or a list item; the quote is the slice around it that is safe to show alone:

    - a list, or an item of one too long to show whole, begins at its lead-in;
    - a sentence that leans on what comes before ("These effects ...") begins where that begins;
    - a sentence that the next one takes back ("However, ...") ends where that one ends;
    - a block whose span is in `whole` is quoted from end to end.
    """
    cores: list[tuple[Span, Span]] = []
    # What stands on either side of a block that is left out does not lean on the other side.
    apart = [b.start for b in section.blocks if b.kind is BlockKind.HEADING or _is_for_machines(section, b)]
    for block in section.blocks:
        if block.start in apart:
            continue
        span = Span(start=block.start, end=block.end)
        if span in whole:
            cores.append((span, span))
        elif block.kind is BlockKind.PARAGRAPH:
            cores.extend((s, s) for s in _sentences_of(section, block))
        elif len(section.text[block.start : block.end].split()) <= MAX_WORDS or not block.items:
            cores.append((span, span))
        else:
            cores.extend((item, Span(start=block.start, end=item.end)) for item in block.items)

    text = section.text
    leans = [bool(_LEANS_BACK.match(text, q.start) or _TAKES_BACK.match(text, q.start)) for _, q in cores]
    takes = [bool(_TAKES_BACK.match(text, core.start)) for core, _ in cores]
    spans: dict[Span, Span] = {}
    for i, (core, _) in enumerate(cores):
        first, last = i, i
        while first > 0 and leans[first] and not _apart(apart, cores[first - 1][0].start, cores[first][0].start):
            first -= 1
        while last + 1 < len(cores) and takes[last + 1] and not _apart(apart, core.start, cores[last + 1][0].start):
            last += 1
        start = min(quote.start for _, quote in cores[first : last + 1])
        quote = Span(start=start, end=cores[last][1].end)
        known = spans.get(quote)
        spans[quote] = Span(start=known.start, end=core.end) if known else core
    return [(core, quote) for quote, core in spans.items()]


def _apart(breaks: list[int], a: int, b: int) -> bool:
    """Whether a subheading, or a block that is left out, stands between offsets a and b."""
    return any(a < at < b for at in breaks)


def _is_for_machines(section: Section, block: Block) -> bool:
    """Whether the block or its twin speaks to a program. All of it goes: one sentence orders, the next spells out."""
    return any(machine_words(text) for text in (section.text[block.start : block.end], block.plain or ""))
