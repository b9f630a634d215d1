"""Rules on references.json: each entry is used, can be looked up, and has a date that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from ldnqa.corpus.approval import latest_day
from ldnqa.corpus.desk import Desk, Finding
from ldnqa.corpus.references import Entry

# The registrant's prefix has four to nine digits, and may be divided by dots (doi.org, DOI Handbook, 2.2).
_DOI = re.compile(r"10\.\d{4,9}(?:\.\d+)*/\S+")
# PubMed ids are counted up from 1 and have eight digits at most today.
_PMID = re.compile(r"[1-9]\d{0,7}")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", re.IGNORECASE)
_DATES = ("issued", "accessed", "original-date", "event-date")
# Nothing we could cite is older than printing.
_OLDEST_YEAR = 1450


def unused_reference(desk: Desk) -> Iterator[Finding]:
    """An entry that no article cites."""
    if not desk.reading.complete:
        return  # The article that cannot be read may be the one that cites it.
    cited = {reference.key for article in desk.reading.articles for reference in article.references}
    for key in desk.reading.references:
        if key not in cited:
            mend = f"delete the entry, or cite it as [@{key}]"
            yield _finding(desk, key, None, f"no article cites {key!r}", mend)


def doi_shape(desk: Desk) -> Iterator[Finding]:
    """A DOI that is none."""
    for key, entry in _having(desk, "DOI"):
        if not _DOI.fullmatch(entry["DOI"]):
            mend = "write it as 10.1000/182, without https://doi.org/ in front"
            yield _finding(desk, key, "DOI", f"{entry['DOI']!r} is no DOI", mend)


def pmid_shape(desk: Desk) -> Iterator[Finding]:
    """A PubMed id that is none."""
    for key, entry in _having(desk, "PMID"):
        if not _PMID.fullmatch(str(entry["PMID"])):
            mend = "write the one to eight digits of the PubMed id"
            yield _finding(desk, key, "PMID", f"{entry['PMID']!r} is no PubMed id", mend)


def url_shape(desk: Desk) -> Iterator[Finding]:
    """An address that no browser could open."""
    for key, entry in _having(desk, "URL"):
        if not _is_address(entry["URL"]):
            mend = "copy the whole address, beginning with https://"
            yield _finding(desk, key, "URL", f"{entry['URL']!r} is no web address", mend)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and not re.search(r"\s", url) and bool(_HOST.fullmatch(host))


def same_work(desk: Desk) -> Iterator[Finding]:
    """Two entries with the same DOI or PubMed id."""
    for field in ("DOI", "PMID"):
        first: dict[str, str] = {}
        for key, entry in _having(desk, field):
            other = first.setdefault(str(entry[field]).lower(), key)
            if other != key:
                message = f"{key!r} has the {field} of {other!r}"
                yield _finding(desk, key, field, message, "make the two one, or correct the wrong one")


def impossible_date(desk: Desk) -> Iterator[Finding]:
    """A date of a reference that is in no calendar."""
    for key, entry in desk.reading.references.items():
        for field, part in _date_parts(entry):
            if _earliest(part) is None:
                mend = "write [[year, month, day]], as many of the three as are known"
                yield _finding(desk, key, field, f"{field} of {key!r} is no date: {part}", mend)


def future_date(desk: Desk) -> Iterator[Finding]:
    """An article's or a reference's date that is yet to come."""
    for page in desk.pages:
        if page.article.last_updated > latest_day():
            message = f"last_updated is yet to come: {page.article.last_updated}"
            yield Finding(page.path, page.key_lines["last_updated"], message, "write the day of the last change")
    for key, entry in desk.reading.references.items():
        for field, part in _date_parts(entry):
            if (day := _earliest(part)) and day > latest_day():
                yield _finding(desk, key, field, f"{field} of {key!r} is yet to come: {part}", "correct the date")


def _having(desk: Desk, field: str) -> Iterator[tuple[str, Entry]]:
    return ((key, entry) for key, entry in desk.reading.references.items() if entry.get(field) is not None)


def _finding(desk: Desk, key: str, field: str | None, message: str, mend: str) -> Finding:
    return Finding(desk.reference_file, desk.reference_line(key, field), message, mend)


def _date_parts(entry: Entry) -> Iterator[tuple[str, list[object]]]:
    """Each date of an entry that is given in numbers: the field, and [year, month, day] or less."""
    for field in _DATES:
        value = entry.get(field)
        parts = value.get("date-parts") if isinstance(value, dict) else None
        for part in parts if isinstance(parts, list) else ():
            yield field, part if isinstance(part, list) else [part]


def _earliest(part: list[object]) -> date | None:
    """The first day that [year, month, day] can mean; None if there is no such day."""
    try:
        year, month, day, *more = [*(int(str(number)) for number in part), *[1, 1, 1][len(part) :]]
        return None if more or not part or year < _OLDEST_YEAR else date(year, month, day)
    except ValueError:
        return None
