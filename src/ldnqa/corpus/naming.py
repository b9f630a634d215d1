"""What a page's own words say about it: the article's id, what it is about, its date, its disclaimer's id."""

from __future__ import annotations

import re
from datetime import date, datetime

from ldnqa.text import slug

# Long enough for a title's topic, short enough for a file name and an address.
_LONGEST_ID = 60
_ASKING = frozenset(
    """
    what which who whom whose how why when where is are was were be been do does did can could may might should would
    will has have a an the of for to in on with about and or by from as at my your i you it its this that there
    """.split()
)
_ASIDE = re.compile(r"\s*\([^()]*\)")
_PREPOSITION = re.compile(r"\b(?:of|for|about|regarding)\s+(?:the\s+|an?\s+)?(?P<rest>.+)", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|does|do|can|should|will|was|were)\s+(?:(?:I|we|you|people|patients|adults|children)\s+\w+\s+)?"
    r"(?:the\s+|an?\s+)?(?P<rest>.+)",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\s+(?:in|for|during|when|while|on|with|as|to|by|and|or|vs|versus|after|before|help|helps|work|works|used|safe|"
    r"effective|be|cause|causes|treat|treats|interact|affect|a|an|the|from|at|have|has|recommended|indicated)\b.*",
    re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS)
_UPDATED = re.compile(
    r"(?:\blast\s+|^\s*)(?:updated|reviewed|modified|revised)(?:\s+on)?\s*:?\s*(?P<date>"
    rf"\d{{4}}-\d\d-\d\d|(?:{_MONTH})\.?\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}\.?\s+(?:{_MONTH})\.?\s+\d{{4}})",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(r"(?:[\w'’-]+ ){0,5}disclaimer:?", re.IGNORECASE)


def article_id(title: str) -> str:
    """An id from the title's own words, without those that only ask."""
    words = [word for word in slug(_ASIDE.sub("", title)).split("-") if word not in _ASKING]
    name = "-".join(words) or slug(title)
    return name if len(name) <= _LONGEST_ID else name[: _LONGEST_ID + 1].rpartition("-")[0] or name[:_LONGEST_ID]


def subject_names(title: str, body: str) -> tuple[str, ...]:
    """What the page is about: the thing its title asks for, in the case the text uses, and its abbreviation there."""
    topic = _ASIDE.sub("", title).strip(" ?.!")
    for pattern in (_PREPOSITION, _VERB):
        if found := pattern.search(topic):
            topic = found["rest"]
            break
    topic = _NAME_ENDS.sub("", topic).strip(" ,;:") or title.strip(" ?.!")
    name = " ".join(_cased(word, body) for word in topic.split())
    names = [name]
    defined = rf"{re.escape(name)}\s*\((?P<short>[A-Z][A-Za-z0-9-]{{1,7}})\)"
    initials = "".join(word[0] for word in re.findall(r"[^\W_]+", name)).lower()
    # "low-dose naltrexone (LDN)" also contains "naltrexone (LDN)", which would name the wrong thing.
    if (short := re.search(defined, body, re.IGNORECASE)) and short["short"].lower() == initials:
        names.append(short["short"])
    return tuple(names)


def _cased(word: str, body: str) -> str:
    """A capitalised word in lower case if the text itself writes it so."""
    lower = word.lower()
    return lower if re.search(rf"(?<!\w){re.escape(lower)}(?!\w)", body) else word


def updated_on(text: str) -> date | None:
    """The date behind "Last updated" and the like; glued words around it do not matter."""
    found = _UPDATED.search(text)
    return parse_date(found["date"]) if found else None


def parse_date(text: str) -> date | None:
    """A date as pages write it; None if it is none."""
    text = text.strip()
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).date()
    except ValueError:
        pass
    figures = [int(figure) for figure in re.findall(r"\d+", text)]
    month = re.search(_MONTH, text, re.IGNORECASE)
    if month is None or len(figures) != 2:
        return None
    number = next(n for n, name in enumerate(_MONTHS, 1) if name[:3].lower() == month[0][:3].lower())
    day, year = figures
    try:
        return date(year, number, day)
    except ValueError:
        return None


def disclaimer_id(heading: str) -> str | None:
    """The id of the disclaimer under this heading; None if it is no disclaimer's heading."""
    if not _DISCLAIMER.fullmatch(heading.strip()):
        return None
    kind = re.sub(r"\s*disclaimer:?$", "", heading.strip(), flags=re.IGNORECASE)
    return slug(kind) if kind else "disclaimer"
