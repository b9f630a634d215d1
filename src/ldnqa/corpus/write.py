"""An Article as Markdown, such that reading it gives the same Article: `read(write(article)) == article`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ldnqa.corpus.attributes import quoted
from ldnqa.corpus.draft import BULLET, NOTES_ID
from ldnqa.types import Article, Block, BlockKind, EditorNote, Section

# Signs that mean something to the parser wherever they stand. A backslash takes their meaning away.
_SPECIAL = re.compile(r"[\\`*_\[@]|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])")
_SPECIAL_IN_HEADING = re.compile(r"[\\`*_\[@#{]|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])")
# Signs that open a block where a line begins with them, and a number that would open a list.
_NUMBERED = re.compile(r"\d{1,9}[.)](?=\s|$)")
_YAML_WIDTH = 110


def write_article(article: Article) -> str:
    """The article's Markdown. ValueError if it holds what the format has no place for, such as who approved it."""
    if article.review.by or article.review.on or article.review.history:
        raise ValueError(f"{article.id}: the article format has no place for who reviewed an article, and when")
    keys = {reference.label: reference.key for reference in article.references}
    parts = [f"---\n{_front_matter(article)}---"]
    for section in article.sections:
        if section.id != NOTES_ID:
            parts += _section(article, section, keys)
    return "\n\n".join(parts) + "\n"


def _front_matter(article: Article) -> str:
    values: dict[str, Any] = {
        "id": article.id,
        "title": article.title,
        "subject": list(article.subject),
        "review": str(article.review.status),
        "last_updated": article.last_updated,
    }
    if article.audience:
        values["audience"] = [str(audience) for audience in article.audience]
    if article.disclaimer:
        values["disclaimer"] = {"id": article.disclaimer.id, "text": article.disclaimer.text}
    if article.questions:
        values["questions"] = list(article.questions)
    on_one_line = {"subject", "audience"}
    return "".join(
        yaml.safe_dump(
            {name: value},
            default_flow_style=None if name in on_one_line else False,
            allow_unicode=True,
            sort_keys=False,
            width=_YAML_WIDTH,
        )
        for name, value in values.items()
    )


def _section(article: Article, section: Section, keys: Mapping[str, str]) -> Iterator[str]:
    attributes = f"#{section.id} tier={section.tier}"
    if section.regimen:
        attributes += f" regimen={section.regimen}"
    yield f"## {_escape_heading(section.heading)} {{{attributes}}}"
    bullet, after_list = "-", False
    for block in section.blocks:
        # Two lists in a row are told apart by their bullets.
        bullet = "*" if after_list and bullet == "-" and _lead_in(section, block) is None else "-"
        after_list = block.kind is BlockKind.LIST
        yield _block(section, block, keys, bullet)
        if block.plain is not None:
            yield f"::: plain\n{_twin(block.plain)}\n:::"
        for note in section.notes:
            if block.start <= note.start and note.end <= block.end:
                yield from _note(article, section, block, note, keys)


def _block(section: Section, block: Block, keys: Mapping[str, str], bullet: str) -> str:
    if block.kind is BlockKind.HEADING:
        return f"### {_escape_heading(section.text[block.start : block.end])}"
    if block.kind is BlockKind.PARAGRAPH:
        return _words(section, block.start, block.end, keys)
    lines = [f"{bullet} {_words(section, item.start, item.end, keys)}" for item in block.items]
    end = _lead_in(section, block)
    return "\n".join(lines if end is None else [_words(section, block.start, end, keys), "", *lines])


def _lead_in(section: Section, block: Block) -> int | None:
    """Where the block's lead-in ends; None if it has none."""
    if not block.items or block.items[0].start == block.start + len(BULLET):
        return None
    return block.items[0].start - len("\n" + BULLET)


def _note(article: Article, section: Section, block: Block, note: EditorNote, keys: Mapping[str, str]) -> Iterator[str]:
    notes = article.section(note.section_id)
    written = next(other for other in notes.blocks if other.start == note.note_start)
    quote = section.text[note.start : note.end]
    whole = (note.start, note.end) == (block.start, block.end)
    if not whole and "\n" in quote:
        raise ValueError(f"{article.id}: a note on part of a list must keep to one line: {quote!r}")
    head = "::: note" if whole else f"::: {{.note quote={quoted(quote)}}}"
    yield f"{head}\n{_words(notes, written.start, written.end, keys)}\n:::"
    if written.plain is not None:
        yield f"::: plain\n{_twin(written.plain)}\n:::"


def _words(section: Section, start: int, end: int, keys: Mapping[str, str]) -> str:
    """The words of a stretch with its citations put back."""
    text, at = "", start
    for mark in section.marks:
        if start < mark.at <= end:
            text += _escape(section.text[at : mark.at])
            text += f" [{'; '.join('@' + keys[label] for label in mark.labels)}]"
            at = mark.at
    return _guard(text + _escape(section.text[at:end]))


def _twin(plain: str) -> str:
    """A twin's own Markdown: its lines that begin with a bullet are a list."""
    lines = []
    for line in plain.split("\n"):
        if line.startswith(BULLET):
            lines.append("- " + _guard(_escape(line.removeprefix(BULLET))))
        else:
            lines += [_guard(_escape(line)), ""]
    return "\n".join(lines).rstrip("\n")


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _escape_heading(text: str) -> str:
    return _SPECIAL_IN_HEADING.sub(r"\\\g<0>", text)


def _guard(line: str) -> str:
    """`line` so that it does not open a heading, list, quotation or div."""
    if numbered := _NUMBERED.match(line):
        return line[: numbered.end() - 1] + "\\" + line[numbered.end() - 1 :]
    return "\\" + line if line[:1] in tuple("#>+-~:=|") else line
