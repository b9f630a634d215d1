"""CSL-JSON: `references.json` in, numbered `Reference`s out. A field the entry does not give stays null."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ldnqa.corpus.problems import Report, read_utf8
from ldnqa.types import Reference

FILE_NAME = "references.json"
# An order above the 10,000 entries a large site may have; a bigger file is a mistake.
MAX_BYTES = 50_000_000
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]*[A-Za-z0-9]|[A-Za-z0-9]")
_FORM = 'write {"id": "smith2020", "type": "article-journal", "title": "...", ...}'
_YEAR = re.compile(r"\d{4}")

Entry = Mapping[str, Any]


def read_references(path: Path, report: Report) -> dict[str, Entry]:
    """The entries of a CSL-JSON file by their ids; none, and nothing reported, if there is no such file."""
    if not path.exists():
        return {}
    text = read_utf8(path, report, MAX_BYTES)
    if text is None:
        return {}
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}))
        return dict(pairs)

    try:
        entries = json.loads(text, object_pairs_hook=members)
    except json.JSONDecodeError as error:
        report.error(error.lineno, "bad-json", error.msg, "mend the JSON at this place")
        return {}
    except RecursionError:
        report.error(1, "bad-json", "nested too deeply", _FORM)
        return {}
    for name in repeated:
        report.error(_line(text, name, ""), "duplicate-key", f"the field {name!r} twice in one entry", "delete one")
    if not isinstance(entries, list):
        report.error(1, "bad-references", "not a JSON array", "put the entries between [ and ]")
        return {}
    known: dict[str, Entry] = {}
    for number, entry in enumerate(entries, 1):
        _check_entry(entry, number, text, known, report)
    return known


def _check_entry(entry: Any, number: int, text: str, known: dict[str, Entry], report: Report) -> None:
    key = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(key, str) or not KEY.fullmatch(key):
        message = f"entry {number} has no usable id"
        report.error(_line(text, "id", key), "bad-reference", message, f"{_FORM}; an id is letters, digits and _.:/-")
        return
    line = _line(text, "id", key)
    if key in known:
        report.error(line, "duplicate-reference", f"the id {key!r} again", "give one of the two another id")
        return
    if not isinstance(entry.get("type"), str):
        report.error(line, "bad-reference", f"{key!r} has no type", 'add "type", such as "article-journal"')
    faults = {name: fault for name, value in entry.items() if (fault := _fault(name, value))}
    for name, fault in faults.items():
        report.error(line, "bad-reference", f"{key!r}: {name} {fault}", "write it as CSL-JSON does")
    title = entry.get("title")
    if not isinstance(title, str) or not title.strip():
        report.error(line, "bad-reference", f"{key!r} has no title", 'add "title"')
        return
    # Without what is wrong with it, so that the articles that cite it can be read and their own faults are found, too.
    known[key] = {name: value for name, value in entry.items() if name not in faults}


def _fault(name: str, value: Any) -> str | None:
    if name in {"DOI", "URL", "container-title"} and not (isinstance(value, str) and value.strip()):
        return "is not a text"
    if name == "PMID" and not re.fullmatch(r"\d+", str(value)):
        return "is not a number"
    if name == "author" and _authors(value) is None:
        return "is not a list of people"
    if name == "issued" and _year(value) is None:
        return "has no year"
    return None


def _line(text: str, name: str, value: Any) -> int:
    """The line where a member stands, found again in the text; 1 if it cannot be."""
    wanted = rf'"{re.escape(name)}"\s*:\s*' + (re.escape(json.dumps(value, ensure_ascii=False)) if value else "")
    places = list(re.finditer(wanted, text))
    return text.count("\n", 0, places[-1].start()) + 1 if places else 1


def number_references(keys: Sequence[str], entries: Mapping[str, Entry]) -> tuple[Reference, ...]:
    """The reference list of an article that cites `keys` in this order; each key has an entry."""
    return tuple(_reference(str(number), entries[key]) for number, key in enumerate(keys, 1))


def _reference(label: str, entry: Entry) -> Reference:
    pmid = entry.get("PMID")
    return Reference(
        label=label,
        key=entry["id"],
        title=entry["title"],
        authors=_authors(entry.get("author")),
        container=entry.get("container-title"),
        year=_year(entry.get("issued")),
        doi=entry.get("DOI"),
        pmid=None if pmid is None else str(pmid),
        url=entry.get("URL"),
    )


def _authors(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return None
    names = []
    for person in value:
        if not isinstance(person, dict):
            return None
        parts = [person.get(part) for part in ("given", "non-dropping-particle", "family", "suffix")]
        name = person.get("literal") or " ".join(part for part in parts if isinstance(part, str) and part)
        if not isinstance(name, str) or not name.strip():
            return None
        names.append(name)
    return ", ".join(names)


def _year(value: Any) -> int | None:
    if not isinstance(value, dict):
        return None
    try:
        return int(value["date-parts"][0][0])
    except (KeyError, IndexError, TypeError, ValueError):
        found = _YEAR.search(str(value.get("raw", "")) or str(value.get("literal", "")))
        return int(found[0]) if found else None
