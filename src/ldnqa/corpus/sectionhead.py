"""What a section's heading says in its braces: id, tier and regimen, each checked."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from ldnqa.corpus.attributes import Attributes
from ldnqa.corpus.draft import NOTES_ID, DraftSection
from ldnqa.corpus.frontmatter import ID
from ldnqa.corpus.problems import Report
from ldnqa.text import slug
from ldnqa.types import Regimen, Tier

Choice = TypeVar("Choice", bound=StrEnum)


def open_section(
    heading: str, attributes: Attributes, line: int, earlier: Sequence[DraftSection], report: Report
) -> DraftSection:
    """A section without blocks yet; what is wrong with its heading goes to `report`."""
    for wrong in (*([attributes.fault] if attributes.fault else []), *attributes.classes):
        report.error(line, "unknown-attribute", f"{wrong!r} is not understood", "write {#id tier=... regimen=...}")
    for name in attributes.values.keys() - {"tier", "regimen"}:
        report.error(line, "unknown-attribute", f"unknown attribute {name!r}", "use #id, tier and regimen")
    section_id = attributes.id or slug(heading)
    if not ID.fullmatch(section_id):
        report.error(line, "bad-id", f"{section_id!r} is not an id", "use lower-case words joined by hyphens")
    if section_id == NOTES_ID:
        report.error(line, "reserved-section", f"{NOTES_ID!r} is made from the notes", "give it another #id")
    for other in earlier:
        if other.id == section_id:
            message = f"the section id {section_id!r} again, as on line {other.line}"
            report.error(line, "duplicate-section", message, "give one of the two another #id")
    tier = _choice(attributes, "tier", Tier, line, report)
    if "tier" not in attributes.values:
        mend = f"add one of: {', '.join(f'tier={tier}' for tier in Tier)}"
        report.error(line, "missing-tier", f"section {section_id!r} has no tier", mend)
    regimen = _choice(attributes, "regimen", Regimen, line, report)
    return DraftSection(section_id, heading or "?", tier or Tier.EDITORIAL, regimen, line=line)


def _choice(attributes: Attributes, name: str, choices: type[Choice], line: int, report: Report) -> Choice | None:
    value = attributes.values.get(name)
    if value is None:
        return None
    try:
        return choices(value)
    except ValueError:
        report.error(line, f"unknown-{name}", f"unknown {name} {value!r}", f"use one of: {', '.join(choices)}")
        return None
