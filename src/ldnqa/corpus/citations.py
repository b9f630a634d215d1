"""Citations in a JATS text: printed numbers in brackets or raised become marks, ranges name all they stand for.

A number that stands in the sentence itself ("as in 12") and a name with a year are words of the article: they stay,
and the mark follows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice

from ldnqa.corpus.narrative import Cite, Part
from ldnqa.corpus.structured import Remarks

# No range we know of spans more; a longer one is a slip.
_LONGEST_RANGE = 100
# A number of four digits is a year.
_NUMBERS = re.compile(r"\s*(?P<open>[\[(]?)\s*\d{1,3}(?:\s*[,;–—‐-]\s*\d{1,3})*\s*(?P<close>[\])]?)\s*,?\s*")
_DASH = re.compile(r"\s*[–—‐-]\s*")
_BETWEEN = re.compile(r"\s*(?:[,;–—‐-]\s*)?")
_CLOSES = re.compile(r"^\s*[\])]")
_PAIRS = {"[": "]", "(": ")"}


class Citations:
    """The reference list of an article: `order` are its keys as listed, `labels` the printed numbers of some."""

    def __init__(self, order: Sequence[str], labels: Mapping[str, int], remarks: Remarks) -> None:
        self.place = {key: number for number, key in enumerate(order)}
        self.order = list(order)
        self.labels = labels
        self.by_label = {label: key for key, label in labels.items()}
        self.remarks = remarks

    def settle(self, parts: list[Part], line: int) -> list[Part]:
        """A whole run of text with its printed numbers gone where marks take their place."""
        parts = _merged(parts)
        out: list[Part] = []
        at = 0
        while at < len(parts):
            part = parts[at]
            if not isinstance(part, Cite):
                out.append(part)
                at += 1
                continue
            end = self._end_of_run(parts, at)
            at = self._run(parts, at, end, out, line)
        return out

    def _end_of_run(self, parts: list[Part], at: int) -> int:
        """The place after the last of the citations that follow each other with only a comma or dash between."""
        end = at + 1
        while _numeric(parts[end - 1]):
            if end < len(parts) and _numeric(parts[end]):
                end += 1
            elif (
                end + 1 < len(parts)
                and isinstance(parts[end], str)
                and _BETWEEN.fullmatch(str(parts[end]))
                and _numeric(parts[end + 1])
            ):
                end += 2
            else:
                break
        return end

    def _run(self, parts: list[Part], at: int, end: int, out: list[Part], line: int) -> int:
        run = parts[at:end]
        cites = [part for part in run if isinstance(part, Cite)]
        before = str(out[-1]) if out and isinstance(out[-1], str) else ""
        after = str(parts[end]) if end < len(parts) and isinstance(parts[end], str) else ""
        # Without a pattern that looks for white space first: a run of it may be as long as the file.
        shorter = before.rstrip()
        closed = _CLOSES.match(after)
        bracketed = bool(closed and shorter and _PAIRS.get(shorter[-1]) == closed[0].strip())
        own = all(cite.raised or _in_brackets(cite.printed) for cite in cites)
        words_before = shorter[:-1].rstrip() if bracketed else before
        said_before = bool(words_before.strip()) or any(
            not isinstance(part, str) or part.strip() for part in islice(out, max(len(out) - 1, 0))
        )
        listed = all(any(key in self.place for key in cite.keys) for cite in cites)
        if not (listed and all(map(_numeric, cites)) and (bracketed or own) and said_before):
            for part in run:
                out += [part.printed, Cite(self._keys(part, line))] if isinstance(part, Cite) else [part]
            return end
        if bracketed and closed:
            out[-1] = words_before
            parts[end] = after[closed.end() :]
        out.append(Cite(self._all(run, line)))
        return end

    def _all(self, run: list[Part], line: int) -> tuple[str, ...]:
        """The keys of a run; a dash between two citations stands for all that are listed between them."""
        keys: list[str] = []
        for number, part in enumerate(run):
            if isinstance(part, str):
                continue
            new = self._keys(part, line)
            dashed = number > 1 and isinstance(run[number - 1], str) and _DASH.fullmatch(str(run[number - 1]))
            if dashed and keys and new:
                keys += self._between(keys[-1], new[0], line)
            keys += new
        return tuple(dict.fromkeys(keys))

    def _between(self, start: str, end: str, line: int) -> list[str]:
        a, b = self.place[start], self.place[end]
        if not 0 < b - a <= _LONGEST_RANGE:
            self.remarks.guesses.append((line, f"a range from {start} to {end} is taken as these two alone"))
            return []
        if b - a > 1:
            self.remarks.guesses.append((line, f"a range from {start} to {end} is taken as all {b - a + 1} listed"))
        return self.order[a + 1 : b]

    def _keys(self, cite: Cite, line: int) -> tuple[str, ...]:
        """The keys of one citation that are listed; a printed range of which only one end is named is filled in."""
        known = [key for key in cite.keys if key in self.place]
        for key in cite.keys:
            if key not in self.place:
                message = f"citation {cite.printed!r} of {key or 'nothing'}, which is not in the reference list"
                self.remarks.unplaced.append((line, message))
        ends = [int(figures) for figures in re.findall(r"\d+", cite.printed)] if _numeric(cite) else []
        if len(known) == 1 and len(ends) > 1 and self.labels.get(known[0]) == ends[0]:
            known = self._printed(cite.printed, known, line)
        return tuple(dict.fromkeys(known))

    def _printed(self, printed: str, known: list[str], line: int) -> list[str]:
        """What the printed numbers stand for, if all of them are listed; else `known`."""
        numbers: list[int] = []
        for part in re.split(r"[,;]", printed):
            ends = [int(figures) for figures in re.findall(r"\d+", part)]
            if ends and 0 <= ends[-1] - ends[0] <= _LONGEST_RANGE:
                numbers += range(ends[0], ends[-1] + 1)
        keys = [self.by_label[number] for number in numbers if number in self.by_label]
        if len(keys) != len(numbers) or len(keys) < 2:
            self.remarks.guesses.append((line, f"{printed!r} is taken as a citation of {known[0]} alone"))
            return known
        self.remarks.guesses.append((line, f"{printed!r} is taken as a citation of {', '.join(keys)}"))
        return keys


def _numeric(part: Part) -> bool:
    return isinstance(part, Cite) and _NUMBERS.fullmatch(part.printed) is not None


def _in_brackets(printed: str) -> bool:
    found = _NUMBERS.fullmatch(printed)
    return bool(found and found["open"] and _PAIRS[found["open"]] == found["close"])


def _merged(parts: list[Part]) -> list[Part]:
    """The parts, each stretch of words between two citations one string; empty strings left out."""
    out: list[Part] = []
    words: list[str] = []
    for part in parts:
        if isinstance(part, str):
            words.append(part)
            continue
        if text := "".join(words):
            out.append(text)
        words = []
        out.append(part)
    if text := "".join(words):
        out.append(text)
    return out
