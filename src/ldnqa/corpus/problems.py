"""Where the reading of one file writes down its faults, so that an editor sees all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

from ldnqa.errors import Problem

# What no text of ours may hold: control characters but tab and line break, the Unicode line separators that some
# programs break lines at, a byte order mark inside the text, characters that reorder what is displayed, and the
# replacement character, which says that a decoder has lost something.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd]")


class Report:
    """The faults found in one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def error(self, line: int, rule: str, message: str, mend: str) -> None:
        """Writes down one fault; `line` counts from 1, 0 is the file as a whole."""
        self.problems.append(Problem(file=self.file, line=line, rule=rule, message=message, mend=mend))

    def check_characters(self, text: str, line: int) -> bool:
        """Whether `text`, which begins on `line`, has no character that nobody sees; reports each line with one."""
        clean = True
        for offset, part in enumerate(text.split("\n")):
            if found := UNWANTED.search(part):
                clean = False
                code = f"U+{ord(found[0]):04X}"
                self.error(line + offset, "control-character", f"invisible character {code}", "delete it")
        return clean


def read_utf8(path: Path, report: Report, limit: int) -> str | None:
    """The file's text with plain line breaks and without a byte order mark; None, reported, if it is not text."""
    try:
        data = path.read_bytes() if path.stat().st_size <= limit else None
    except OSError as error:
        report.error(0, "unreadable", error.strerror or str(error), "check the file and its permissions")
        return None
    if data is None:
        report.error(0, "too-large", f"more than {limit:,} bytes", "split it into several articles")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        report.error(line, "not-utf-8", f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
