"""How an answer reads: the words around its quotes, for each reader. Nothing here says anything medical.

The order and the words beside a quote differ by audience; the quotes, their sources and their numbers never do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ldnqa.policy import Wording
from ldnqa.types import Audience, CitedReference, Source, Statement

PLAIN_FIRST = frozenset({Audience.PATIENT, Audience.CAREGIVER})

# What a clinician looks for first in the words of a study, each as the quote has it.
_FACTS: Mapping[str, re.Pattern[str]] = {
    "doses": re.compile(r"\d+(?:\.\d+)?(?: mg)?(?: to \d+(?:\.\d+)?)? mg(?: a day| once a day)?", re.IGNORECASE),
    "design": re.compile(
        r"\b(?:randomised|crossover|single-blind|double-blind|open-label|placebo|meta-analysis|retrospective|prospective"
        r"|observational|before-and-after|case reports?|pilot|second-hand"
        r"|no (?:control|comparison) group|without placebo|rats?|cell studies|laboratory)\b",
        re.IGNORECASE,
    ),
    "size": re.compile(
        r"\b\d[\d,]*(?: of \d+)?(?: \w+)? (?:people|women|patients|cases|trials|studies)\b|\b\d+ of \d+\b",
        re.IGNORECASE,
    ),
    "uncertainty": re.compile(
        r"\b(?:confidence )?interval(?: from)? [−-]?\d[\d.]* to [−-]?\d[\d.]*|\bp [=<>] [\d.]*\d|\bimprecise\b"
        r"|\bwide interval\b|\bnot proven\b|\bmay be a false positive\b|\btoo (?:few|small|thin)\b",
        re.IGNORECASE,
    ),
}


def paragraphs(
    statements: Sequence[Statement], sources: Sequence[Source], audience: Audience | None, wording: Wording
) -> list[str]:
    """One paragraph a statement: where it comes from, what it says, its markers.

    Lay readers get the plain words first, clinicians what kind of study and which doses, researchers the references.
    """
    by_index = {source.index: source for source in sources}
    said: set[str] = set()
    before: tuple[object, object] | None = None
    made = []
    for statement in statements:
        place = (statement.tier, statement.regimen)
        label = wording.label(statement.tier, statement.regimen, again=place == before)
        before = place
        markers = "".join(f"[{i}]" for i in statement.source_indexes)
        line = f"{label}: “{statement.text}” {markers}"
        if audience in PLAIN_FIRST and statement.plain and statement.plain not in said:
            said.add(statement.plain)
            line = f"{statement.plain} {markers}\n{line}"
        elif audience is Audience.CLINICIAN and (facts := study_facts(statement.text, wording)):
            line = f"{wording.study.format(facts=facts)}\n{line}"
        elif audience is Audience.RESEARCHER:
            cited = [reference for i in statement.source_indexes for reference in by_index[i].references]
            line = "\n".join([*dict.fromkeys(reference_line(reference) for reference in cited), line])
        if statement.drafted:
            where_from = wording.label(statement.tier, statement.regimen)
            drafted = wording.drafted.format(where=where_from, text=statement.drafted, markers=markers)
            line = f"{drafted}\n{line}"
        made.append(line)
    return made


def study_facts(text: str, wording: Wording) -> str:
    """The doses, design, size and uncertainty that a quote names, in its own words; empty if it names none."""
    found = []
    for name, pattern in _FACTS.items():
        words = dict.fromkeys(match.group() for match in pattern.finditer(text))
        if words:
            found.append(f"{wording.facts[name]} {', '.join(words)}")
    return "; ".join(found)


def study_weight(audience: Audience | None, text: str) -> int:
    """How many kinds of study facts a quote has, for a clinician; 0 for everybody else, who get no other order."""
    if audience is not Audience.CLINICIAN:
        return 0
    return sum(bool(pattern.search(text)) for pattern in _FACTS.values())


def reference_line(reference: CitedReference) -> str:
    """A reference in one line, with its DOI and PMID if known."""
    ids = [f"doi:{reference.doi}" if reference.doi else "", f"PMID {reference.pmid}" if reference.pmid else ""]
    known = [reference.authors, reference.title, reference.container, str(reference.year or ""), *ids]
    return f"{reference.label}. {'. '.join(part.rstrip('.') for part in known if part)}."


def where(source: Source, wording: Wording) -> str:
    """Tier, use of the drug and dates: "From the research (low dose), published 2013, updated 2026-11-23"."""
    years = sorted({reference.year for reference in source.references if reference.year})
    dates = [wording.published.format(year="/".join(map(str, years)))] if years else []
    return ", ".join(
        [wording.label(source.tier, source.regimen), *dates, wording.updated.format(date=source.last_updated)]
    )
