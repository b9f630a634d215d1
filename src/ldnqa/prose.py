"""How an answer reads: the words around its quotes, for each reader. Nothing here says anything medical.

The order and the words beside a quote differ by audience; the quotes, their sources and their numbers never do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ldnqa.policy import Policy, Wording
from ldnqa.text import sentences
from ldnqa.types import Audience, CitedReference, Source, Statement

PLAIN_FIRST = frozenset({Audience.PATIENT, Audience.CAREGIVER})

# What a clinician looks for first in the words of a study, each as the quote has it.
_FACTS: Mapping[str, re.Pattern[str]] = {
    "doses": re.compile(r"\d+(?:\.\d+)?(?: mg)?(?: to \d+(?:\.\d+)?)? mg(?: a day| once a day)?", re.IGNORECASE),
    "design": re.compile(
        r"\b(?:randomised|crossover|single-blind|double-blind|open-label|placebo-controlled|meta-analysis|retrospective"
        r"|prospective|observational|before-and-after|pilot|no (?:control|comparison) group|without placebo)\b",
        re.IGNORECASE,
    ),
    "size": re.compile(
        r"\b\d[\d,]*(?: of \d+)?(?: \w+)? (?:people|women|patients|cases|trials|studies)\b|\b\d+ of \d+\b",
        re.IGNORECASE,
    ),
    "uncertainty": re.compile(
        r"\b(?:confidence )?interval(?: from)? [−-]?\d+(?:\.\d+)? to [−-]?\d+(?:\.\d+)?|\bp [=<>] \d*\.?\d+"
        r"|\bimprecise\b|\bwide interval\b|\bnot proven\b|\bmay be a false positive\b|\btoo (?:few|small|thin)\b",
        re.IGNORECASE,
    ),
}
# A study has one size, and its people took the doses that its words name; a design may have several words.
_ONE_OF_EACH = frozenset({"doses", "size"})
_STUDY = re.compile(
    r"\b(?:meta-analys[ei]s|review|summary) of (?:\w+ ){0,3}(?:trials|studies)\b"
    r"|\b(?:trial|stud(?:y|ies)|series|review|meta-analys[ei]s|pilot(?! study)|report|records)s?\b",
    re.IGNORECASE,
)
# After one of these, and before it in the same clause, words may say what was not so, or was so elsewhere.
_DENIAL = re.compile(
    r"\b(?:no|not|nor|neither|never|none|nobody|nothing|without|cannot|few|hardly|rather than|instead of|unlike"
    r"|lack\w*|absen\w*|miss(?:ing|ed)|except|apart from|other than|another|others?)\b|n['’]t\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;:()]")


def paragraphs(
    statements: Sequence[Statement], sources: Sequence[Source], audience: Audience | None, policy: Policy
) -> list[str]:
    """One paragraph a statement: where it comes from, what it says, its markers.

    Lay readers get the plain words first, clinicians what kind of study and which doses, researchers the references.
    """
    wording = policy.wording
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
        elif audience is Audience.CLINICIAN and (facts := study_facts(statement.text, policy)):
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


def study_facts(text: str, policy: Policy) -> str:
    """The doses, design, size and uncertainty of the one study that a quote is about, in its own words; empty if none.

    What is denied, or may be another study's or another medicine's, is left out: in doubt there is no fact.
    """
    if len(_STUDY.findall(text)) > 1 or any(kind == "medicine" for kind, _ in policy.lexicon.things_in(text)):
        return ""
    found: dict[str, list[str]] = {}
    for name, pattern in _FACTS.items():
        facts = list(dict.fromkeys(match.group() for match in pattern.finditer(text)))
        if name in _ONE_OF_EACH and len(facts) > 1:
            return ""
        stated = [match.group() for match in pattern.finditer(text) if not _is_denied(text, match.start(), match.end())]
        found[name] = list(dict.fromkeys(stated))
    # A dose by itself is no study's.
    if not found["design"] and not found["size"]:
        found["doses"] = []
    wording = policy.wording
    return "; ".join(f"{wording.facts[name]} {', '.join(words)}" for name, words in found.items() if words)


def _is_denied(text: str, start: int, end: int) -> bool:
    """Whether a word of denial stands before these words in their sentence, or after them in their clause."""
    sentence = next(span for span in sentences(text) if start < span.end)
    ends = _CLAUSE_END.search(text, end, sentence.end)
    # "Without placebo" denies nothing but what it names.
    after = _FACTS["design"].sub(" ", text[end : ends.start() if ends else sentence.end])
    return bool(_DENIAL.search(text[sentence.start : start]) or _DENIAL.search(after))


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
