"""YAML at the head of an article, and the glossary: every value is checked, and every fault keeps its line.

The node tree is read instead of the constructed value, because only nodes know their lines and a YAML mapping
with a key twice would otherwise lose one of the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from ldnqa.corpus.nodes import load_yaml
from ldnqa.corpus.problems import UNWANTED, Report
from ldnqa.types import Audience, Disclaimer, GlossaryEntry, Review, ReviewEvent, ReviewStatus

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TEXT_TAG = "tag:yaml.org,2002:str"
_DATE_TAG = "tag:yaml.org,2002:timestamp"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BREAKS = re.compile(r"[ \t\n]+")
_BEGIN = "begin the file with ---, then id, title, subject, review and last_updated, then --- (docs/article-format.md)"

Choice = TypeVar("Choice", bound=StrEnum)


class _Fault(Exception):
    """A value is not what its key asks for: line, message, mend."""

    def __init__(self, node: yaml.Node, message: str, mend: str) -> None:
        super().__init__(message)
        self.line = node.start_mark.line
        self.message = message
        self.mend = mend


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag != _TEXT_TAG:
        raise _Fault(node, "not a text", "write a text; put it in quotes if it looks like a number or a date")
    value = node.value.strip()
    if not value:
        raise _Fault(node, "empty", "write something, or leave the key out")
    if unwanted := UNWANTED.search(value):
        raise _Fault(node, f"invisible character U+{ord(unwanted[0]):04X}", "delete it")
    return str(value)


def _line(node: yaml.Node) -> str:
    return " ".join(_BREAKS.split(_text(node)))


def _lines(node: yaml.Node) -> tuple[str, ...]:
    if not isinstance(node, yaml.SequenceNode):
        raise _Fault(node, "not a list", "write [one, two] or one line per entry beginning with '- '")
    return tuple(_line(child) for child in node.value)


def _some_lines(node: yaml.Node) -> tuple[str, ...]:
    if not (values := _lines(node)):
        raise _Fault(node, "empty", "name at least one")
    return values


def _slug(node: yaml.Node) -> str:
    value = _text(node)
    if not ID.fullmatch(value):
        raise _Fault(node, f"{value!r} is not an id", "use lower-case words joined by hyphens")
    return value


def _date(node: yaml.Node) -> date:
    try:
        if isinstance(node, yaml.ScalarNode) and node.tag in {_TEXT_TAG, _DATE_TAG}:
            return date.fromisoformat(node.value)
    except ValueError:
        pass
    raise _Fault(node, "not a date", "write it as 2025-02-27")


def _choice(node: yaml.Node, choices: type[Choice]) -> Choice:
    value = _text(node)
    try:
        return choices(value)
    except ValueError:
        raise _Fault(node, f"{value!r} is unknown", f"use one of: {', '.join(choices)}") from None


def _review(node: yaml.Node) -> Review:
    return Review(status=_status(node))


def _status(node: yaml.Node) -> ReviewStatus:
    return _choice(node, ReviewStatus)


def _digest(node: yaml.Node) -> str:
    value = _text(node)
    if not _SHA256.fullmatch(value):
        raise _Fault(node, "not a digest", "let `ldnqa review` write it")
    return value


def _audience(node: yaml.Node) -> tuple[Audience, ...]:
    _lines(node)
    return tuple(_choice(child, Audience) for child in node.value)


@dataclass(frozen=True)
class _Key:
    read: Callable[[yaml.Node], Any]
    required: bool = False


def read_mapping(node: yaml.Node, keys: dict[str, _Key], first_line: int, report: Report) -> dict[str, Any] | None:
    """The values of a mapping by key; None, with each fault reported, unless all of them are right."""
    at = first_line + node.start_mark.line
    if not isinstance(node, yaml.MappingNode):
        report.error(at, "mistyped-value", "not a list of keys and values", f"write {', '.join(keys)}, as `key: value`")
        return None
    before = len(report.problems)
    values: dict[str, Any] = {}
    seen: set[str] = set()
    for name_node, value_node in node.value:
        name, line = str(name_node.value), first_line + name_node.start_mark.line
        if name not in keys:
            report.error(line, "unknown-key", f"unknown key {name!r}", f"the keys are: {', '.join(keys)}")
        elif name in seen:
            report.error(line, "duplicate-key", f"the key {name!r} again", "delete one of the two")
        else:
            seen.add(name)
            try:
                values[name] = keys[name].read(value_node)
            except _Fault as fault:
                report.error(first_line + fault.line, "mistyped-value", f"{name}: {fault.message}", fault.mend)
    for name, key in keys.items():
        if key.required and name not in seen:
            report.error(at, "missing-key", f"no key {name!r}", f"add `{name}: ...`")
    return values if len(report.problems) == before else None


def _disclaimer(node: yaml.Node) -> Disclaimer:
    if not isinstance(node, yaml.MappingNode):
        raise _Fault(node, "not a pair of id and text", "write `id: ...` and `text: >-` on lines of their own below it")
    values: dict[str, str] = {}
    for name_node, value_node in node.value:
        name = str(name_node.value)
        if name not in {"id", "text"} or name in values:
            raise _Fault(name_node, f"{name!r} is unknown or there twice", "write `id` and `text`, once each")
        values[name] = _slug(value_node) if name == "id" else _text(value_node)
    if len(values) < 2:
        raise _Fault(node, "id or text is missing", "write both")
    return Disclaimer(**values)


ARTICLE_KEYS = {
    "id": _Key(_slug, required=True),
    "title": _Key(_line, required=True),
    "subject": _Key(_some_lines, required=True),
    "review": _Key(_review, required=True),
    "last_updated": _Key(_date, required=True),
    "audience": _Key(_audience),
    "disclaimer": _Key(_disclaimer),
    "questions": _Key(_lines),
}
_GLOSSARY_KEYS = {"term": _Key(_line, required=True), "definition": _Key(_line, required=True)}
ASKED_KEYS = {
    "section": _Key(_text, required=True),
    "answer": _Key(_line, required=True),
    "asks": _Key(_some_lines, required=True),
}
_EVENT_KEYS = {
    "status": _Key(_status, required=True),
    "by": _Key(_line, required=True),
    "on": _Key(_date, required=True),
    "digest": _Key(_digest, required=True),
    "note": _Key(_line),
}


def read_lines(node: yaml.SequenceNode, report: Report) -> tuple[str, ...]:
    """The lines of a list of texts; faults are reported, and then there are none."""
    try:
        return _lines(node)
    except _Fault as fault:
        report.error(1 + fault.line, "mistyped-value", fault.message, fault.mend)
        return ()


def split_front_matter(text: str, report: Report) -> tuple[yaml.Node | None, str]:
    """The front matter's node tree, and the text with the front matter blanked so that lines keep their numbers."""
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        report.error(1, "missing-front-matter", "the file does not begin with ---", _BEGIN)
        return None, text
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        report.error(1, "missing-front-matter", "the front matter has no end", "close it with a line ---")
        return None, ""
    node = load_yaml("\n".join(lines[1:end]), 2, report)
    if node is None and not report.problems:
        report.error(1, "missing-front-matter", "the front matter is empty", _BEGIN)
    return node, "\n" * (end + 1) + "\n".join(lines[end + 1 :])


def read_front_matter(node: yaml.Node, report: Report) -> dict[str, Any] | None:
    """The checked values of an article's front matter, by key."""
    return read_mapping(node, ARTICLE_KEYS, 2, report)


def read_review_event(node: yaml.Node, report: Report) -> ReviewEvent | None:
    """One event of the record of reviews; None, with each fault reported, if it is not one."""
    values = read_mapping(node, _EVENT_KEYS, 1, report)
    return None if values is None else ReviewEvent(**values)


def read_glossary(text: str, report: Report) -> tuple[GlossaryEntry, ...]:
    """The entries of a glossary file, in its order."""
    node = load_yaml(text, 1, report)
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        report.error(1, "bad-glossary", "not a list", "write `- term: ...` and below it `  definition: ...`")
        return ()
    entries: dict[str, GlossaryEntry] = {}
    for child in node.value:
        values = read_mapping(child, _GLOSSARY_KEYS, 1, report)
        if values is None:
            continue
        entry = GlossaryEntry(**values)
        if entry.term.casefold() in entries:
            line = 1 + child.start_mark.line
            report.error(line, "duplicate-term", f"the term {entry.term!r} again", "delete one of the two")
        entries[entry.term.casefold()] = entry
    return tuple(entries.values())
