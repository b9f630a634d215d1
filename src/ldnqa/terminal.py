"""An answer as a person reads it in a terminal: numbered quotes, tier, status, notices, disclaimer."""

from __future__ import annotations

import textwrap

from ldnqa.types import Answer, Source

WIDTH = 100


def render(answer: Answer) -> str:
    """The answer as plain text, at most 100 characters wide where words allow."""
    parts = [f"[!] {_wrap(notice.text, 4)}" for notice in answer.notices if notice.text not in answer.answer]
    if answer.standalone_question != answer.question:
        parts.insert(0, f"Read as: {_wrap(answer.standalone_question, 9)}")
    parts.append("\n\n".join(_paragraph(paragraph) for paragraph in answer.answer.split("\n\n")))
    parts.extend(_source(source) for source in answer.sources)
    if answer.glossary:
        parts.append("\n".join(f"{_wrap(f'{entry.term}: {entry.definition}', 2)}" for entry in answer.glossary))
    if answer.follow_up_questions:
        parts.append("You can ask:\n" + "\n".join(f"  - {question}" for question in answer.follow_up_questions))
    parts.append(_wrap(answer.disclaimer.text, 0))
    return "\n\n".join(parts) + "\n"


def _source(source: Source) -> str:
    where = [source.article_title, source.heading, source.tier.value.replace("_", " ")]
    if source.regimen:
        where.append(source.regimen.value.replace("_", " "))
    where += [source.review_status.value.replace("_", " "), f"last updated {source.last_updated}"]
    lines = [f"[{source.index}] {_wrap(' | '.join(where), 4)}", f"    {source.id} {source.start}-{source.end}"]
    for reference in source.references:
        known = [reference.authors, reference.title, reference.container, str(reference.year or "")]
        known += [f"doi:{reference.doi}" if reference.doi else "", f"PMID {reference.pmid}" if reference.pmid else ""]
        cited = "" if reference.cited_by == "quote" else " (cited by the same paragraph)"
        lines.append("    " + _wrap(f"{reference.label}. {'. '.join(k for k in known if k)}{cited}", 7))
    return "\n".join(lines)


def _paragraph(text: str) -> str:
    return "\n".join(_wrap(line, 2) for line in text.split("\n"))


def _wrap(text: str, indent: int) -> str:
    return textwrap.fill(text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
