"""Links the words of the glossary on an article's page. Pure: no word is changed, and headings stay as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ldnqa.types import BlockKind, GlossaryEntry

from .render import PageArticle, PageSection, PageTerm, Run, Segment


def with_terms(page: PageArticle, glossary: Sequence[GlossaryEntry]) -> PageArticle:
    """The page with a link wherever a section first uses a term of the glossary, and the terms that it uses."""
    if not glossary:
        return page
    numbers = {entry.term.lower(): n for n, entry in enumerate(glossary, start=1)}
    # The longest term first, so that "acute hepatitis" is not taken for "hepatitis".
    either = "|".join(re.escape(term) for term in sorted(numbers, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])({either})(?:s|es)?(?![\w-])", re.IGNORECASE)
    used: dict[int, list[str]] = {}

    def runs(segment: Segment, seen: set[int]) -> Segment:
        cut: list[Run] = []
        at = 0
        for found in pattern.finditer(segment.text):
            number = numbers[found[1].lower()]
            # "ALT" is an abbreviation and "alt" is not.
            is_other = glossary[number - 1].term.isupper() and not found[1].isupper()
            if number in seen or is_other:
                continue
            seen.add(number)
            places = used.setdefault(number, [])
            places.append(f"use_{number}_{len(places) + 1}")
            cut += [Run(segment.text[at : found.start()]), Run(found[0], number, places[-1])]
            at = found.end()
        if not cut:
            return segment
        return replace(segment, terms=tuple(run for run in (*cut, Run(segment.text[at:])) if run.text))

    def linked(section: PageSection) -> PageSection:
        seen: set[int] = set()
        blocks = []
        for block in section.blocks:
            if block.kind is not BlockKind.HEADING:
                words = tuple(runs(segment, seen) for segment in block.words)
                items = tuple(tuple(runs(segment, seen) for segment in item) for item in block.items)
                blocks.append(replace(block, words=words, items=items))
            else:
                blocks.append(block)
        return replace(section, blocks=tuple(blocks))

    sections = tuple(linked(section) for section in page.sections)
    terms = (PageTerm(glossary[n - 1], f"term_{n}", tuple(places)) for n, places in used.items())
    return replace(page, sections=sections, terms=tuple(sorted(terms, key=lambda term: term.entry.term.lower())))
