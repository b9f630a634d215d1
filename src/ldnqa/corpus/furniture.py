"""What saved pages print around an article, and what their section headings say about authority."""

from __future__ import annotations

import re

from ldnqa.types import Tier

# Said on a page whose content nobody has reviewed yet. The tracker itself prints all three states on every page.
PENDING = re.compile(r"content is pending (?:human )?review", re.IGNORECASE)

# Lines of the page's own, wherever they stand. Whole lines, or the beginnings of lines that say nothing else.
_ANYWHERE = re.compile(
    r"""(?: Medical\ Advisory\ Board .*
      | Educational\ purposes?\ only .*
      | Article\ Review\ Status
      | Personalize
      | Help\ us\ tailor\ your\ experience .*
      | Which\ best\ describes\ you\? .*
      | View\ editorial\ policy
      | (?:Share|Print|Save|Copy\ link|Sign\ in|Log\ in|Sign\ up|Menu|Skip\ to\ (?:main\ )?content)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
# The tracker's labels; inside a section the same words could be a subheading.
_BEFORE_SECTIONS = re.compile(r"Submitted|Under Review|Approved|Last (?:updated|reviewed).*", re.IGNORECASE)
# From here on a page advertises.
_END = re.compile(r"Have a follow-up question\?.*", re.IGNORECASE)

_FROM = re.compile(r"From (?:the |our )?\S.{0,70}(?<![.!?:;,])", re.IGNORECASE)
REFERENCE_LIST = re.compile(r"(?:References|Bibliography|Citations|Sources|Literature cited):?", re.IGNORECASE)

_TIER_WORDS = (
    (Tier.DRUG_LABEL, re.compile(r"\b(?:labels?|labell?ing|prescribing information|package insert)\b", re.IGNORECASE)),
    (Tier.GUIDELINE, re.compile(r"\bguide?lines?\b", re.IGNORECASE)),
    (Tier.RESEARCH, re.compile(r"\b(?:research|studies|literature|trials|evidence)\b", re.IGNORECASE)),
)
_QUALIFIERS = "clinical|practice|treatment|current|published|medical|scientific|fda|drug|product|official|recent|the"
_BARE_HEADING = re.compile(
    rf"(?:(?:{_QUALIFIERS})\s+)*(?:guidelines?|labels?|labell?ing|prescribing information|research|studies|literature"
    r"|evidence)",
    re.IGNORECASE,
)


def is_furniture(line: str, *, before_sections: bool) -> bool:
    """Whether the whole line belongs to the page and not to the article."""
    return bool(_ANYWHERE.fullmatch(line) or (before_sections and _BEFORE_SECTIONS.fullmatch(line)))


def ends_article(line: str) -> bool:
    """Whether nothing of the article follows."""
    return bool(_END.fullmatch(line))


def opens_section(line: str) -> bool:
    """Whether the line is a heading of the kind "From the Guidelines"."""
    return bool(_FROM.fullmatch(line)) and len(line.split()) <= 10


def heading_tier(heading: str) -> Tier | None:
    """The tier that a heading claims for its section.

    A "From the ..." heading names its source. Any other heading does so only if it says nothing else: "Why
    guidelines differ" is not from a guideline.
    """
    if not (_FROM.fullmatch(heading) or _BARE_HEADING.fullmatch(heading)):
        return None
    return next((tier for tier, words in _TIER_WORDS if words.search(heading)), None)
