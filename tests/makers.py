"""Articles made in code, for tests that need no file."""

from __future__ import annotations

from datetime import date

from ldnqa.types import Article, Block, BlockKind, Regimen, Review, ReviewStatus, Section, Span, Tier


def section(*blocks: str | list[str], id: str = "part", tier: Tier = Tier.RESEARCH, regimen: Regimen | None = None):
    """A section of blocks: a string is a paragraph, "# ..." a subheading, a list is [lead-in or "", item, ...]."""
    text = ""
    made: list[Block] = []
    for block in blocks:
        text += "\n\n" if text else ""
        start = len(text)
        if isinstance(block, str):
            kind = BlockKind.HEADING if block.startswith("# ") else BlockKind.PARAGRAPH
            text += block.removeprefix("# ")
            made.append(Block(kind=kind, start=start, end=len(text)))
            continue
        text += block[0]
        items = []
        for item in block[1:]:
            text += "\n" if text[start:] else ""
            text += "• "
            items.append(Span(start=len(text), end=len(text) + len(item)))
            text += item
        made.append(Block(kind=BlockKind.LIST, start=start, end=len(text), items=tuple(items)))
    return Section(id=id, heading=id.title(), tier=tier, regimen=regimen, text=text, blocks=tuple(made))


def article(*sections: Section, id: str = "made", subject: tuple[str, ...] = ("low-dose naltrexone", "LDN"), **more):
    """An article of these sections, under review."""
    given = {
        "title": "What is low-dose naltrexone?",
        "review": Review(status=ReviewStatus.UNDER_REVIEW),
        "last_updated": date(2025, 2, 27),
    }
    return Article(id=id, subject=subject, sections=sections, **{**given, **more})
