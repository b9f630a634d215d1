"""What readers ask, in files of their own beside the articles: `questions/<article id>.yaml` and `unanswered.yaml`.

Invariant: each question is tied to words of the article that answer it, letter for letter, so that an edit of these
words is noticed here and the question never finds anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml

from ldnqa.corpus.frontmatter import ASKED_KEYS, read_lines, read_mapping
from ldnqa.corpus.nodes import load_yaml
from ldnqa.corpus.problems import Report, read_utf8
from ldnqa.types import Article, Asked, Section

FOLDER = "questions"
UNANSWERED = "unanswered.yaml"
# Some thousand questions; a bigger file is a mistake.
MAX_BYTES = 2_000_000


def with_questions(article: Article, path: Path, report: Report) -> Article:
    """The article with the questions of the file `path`; faults go into `report`, and their questions are left out."""
    node = _sequence(path, report)
    if node is None:
        return article
    asked: list[Asked] = []
    for child in node.value:
        line = 1 + child.start_mark.line
        values = read_mapping(child, ASKED_KEYS, 1, report)
        if values is None:
            continue
        section = next((s for s in article.sections if s.id == values["section"]), None)
        if section is None:
            mend = f"name one of: {', '.join(section.id for section in article.sections)}"
            report.error(line, "unknown-section", f"{article.id} has no section {values['section']!r}", mend)
        elif (start := _only_place(values["answer"], section, line, report)) is not None:
            end = start + len(values["answer"])
            asked.append(Asked(section_id=section.id, start=start, end=end, questions=values["asks"]))
    return article.model_copy(update={"asked": tuple(asked)})


def read_unanswered(path: Path, report: Report) -> tuple[str, ...]:
    """The questions of `unanswered.yaml`, each once, in the order of the file."""
    node = _sequence(path, report)
    return tuple(dict.fromkeys(read_lines(node, report))) if node is not None else ()


def check_files(folder: Path, articles: Sequence[str], report: Report) -> None:
    """Reports each file of the folder that belongs to no article, so that a renamed article loses nothing unseen."""
    for path in sorted(folder.glob("*.yaml")):
        if path.name != UNANSWERED and path.stem not in articles:
            mend = "name the file <article id>.yaml, or delete it"
            report.error(0, "unknown-article", f"{path.name}: there is no article {path.stem!r}", mend)


def _sequence(path: Path, report: Report) -> yaml.SequenceNode | None:
    text = read_utf8(path, report, MAX_BYTES) if path.exists() else None
    if text is None or not report.check_characters(text, 1):
        return None
    node = load_yaml(text, 1, report)
    if node is None or isinstance(node, yaml.SequenceNode):
        return node
    report.error(1, "bad-questions", "not a list", "write `- section: ...`, `  answer: ...` and `  asks: [...]`")
    return None


def _only_place(words: str, section: Section, line: int, report: Report) -> int | None:
    found = section.text.count(words)
    if found == 1:
        return section.text.index(words)
    message = f"{words!r} stands {found} times in the section {section.id!r}"
    report.error(line, "answer-not-found", message, "copy a few words of the answer that stand there once")
    return None
