"""Pandoc's attributes in braces: `{#id .class key=value key="some words"}`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ONE = re.compile(
    r"""\s*(?: \#(?P<id>[^\s{}"=]+) | \.(?P<class>[\w-]+)
      | (?P<key>[\w-]+)=(?: "(?P<quoted>(?:[^"\\]|\\.)*)" | (?P<bare>[^\s{}"]+) ) )(?=\s|$)""",
    re.VERBOSE,
)
_TRAILING = re.compile(r"""(?<!\\)\{((?:[^{}"\\]|"(?:[^"\\]|\\.)*")*)\}\s*$""")


@dataclass(slots=True)
class Attributes:
    """What stood in the braces; `fault` is the rest that could not be read, or what came twice."""

    id: str | None = None
    classes: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    fault: str | None = None


def parse_attributes(inside: str) -> Attributes:
    """Reads what stands between the braces."""
    found = Attributes()
    rest = inside.strip()
    while rest:
        one = _ONE.match(rest)
        if one is None:
            found.fault = rest
            return found
        if one["id"]:
            found.fault = found.fault or (one[0].strip() if found.id else None)
            found.id = one["id"]
        elif one["class"]:
            found.classes.append(one["class"])
        else:
            found.fault = found.fault or (one[0].strip() if one["key"] in found.values else None)
            quoted = one["quoted"]
            found.values[one["key"]] = one["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        rest = rest[one.end() :].strip()
    return found


def split_attributes(heading: str) -> tuple[str, Attributes]:
    """A heading's own words and the attributes at its end."""
    found = _TRAILING.search(heading)
    if found is None:
        return heading, Attributes()
    return heading[: found.start()].rstrip(), parse_attributes(found[1])


def quoted(value: str) -> str:
    """`value` as it is written between the braces."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
