"""What a reader picks of a list that an answer led with: "the second one" -> what stands second in that list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ldnqa.index import Index
from ldnqa.text import term_set
from ldnqa.types import Turn

_PLACES = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4}
_PLACES |= {"5th": 4, "last": -1}
_NUMBERS = {said: at for written in ("12345", "one two three four five".split()) for at, said in enumerate(written)}
_PLACE = f"({'|'.join(_PLACES)})"
_THERE = r" (?:(?:on|in|of|from) (?:that|the|your|this) list|you (?:named|listed|mentioned|gave))\b"
# "The last one wants to try it", "after the first one": neither is picked of a list; nor is "how long do they last?".
_PICKS = re.compile(
    rf"(?<!\bafter )(?<!\bbefore )(?<!\bsince )\b(?:"
    rf"(?:the |your )?{_PLACE}(?: (?:ones?|points?|items?|bullets?)\b(?! \w+s\b)(?:{_THERE})?|{_THERE})"
    rf"|(?:the|your) {_PLACE}(?=\W*$)|number ({'|'.join(_NUMBERS)})\b(?:{_THERE})?)",
    re.IGNORECASE,
)
# "The one on cytokines", "the one about the dose".
_PICKS_BY_WORD = re.compile(r"\bthe (?:one|point|item) (?:on|about|with|for) (?:the )?(\w+)", re.IGNORECASE)
_OF_A_LIST = re.compile(r"\b(?:lists?|listed|points?|items?|bullets?)\b", re.IGNORECASE)
_ITEM = re.compile(r"^• (.+)$", re.MULTILINE)
# What a list goes on to say of a thing stands behind its name.
_BEHIND_NAME = re.compile(r"[,:;(]|\.(?!\d)")


def picked(question: str, history: Sequence[Turn], index: Index) -> tuple[str, tuple[Turn, ...]]:
    """A question and the turns before it, with what is picked in each of them by its name.

    It is picked by its number from what the last answer led with, or from the first list in that answer where a list is
    spoken of, and a list stays at hand while readers go on picking from it; by a word from the last list there was.
    """
    lists: list[list[str]] = []
    last_list: list[str] = []
    turns: list[Turn] = []
    for turn in (*history, Turn(question=question)):
        able = lists if _OF_A_LIST.search(turn.question) else lists[:1]
        numbered = next(filter(None, able), [])
        said = _by_number(turn.question, numbered) or _by_word(turn.question, last_list)
        turns.append(turn.model_copy(update={"question": said}) if said else turn)
        found = [_items(index.passage(id_).text) for id_ in turn.source_ids if index.has_passage(id_)]
        if not said or any(found[:1]):
            lists = found
        last_list = next(filter(None, found), last_list)
    *before, last = turns
    return last.question, tuple(before)


def _by_number(question: str, items: Sequence[str]) -> str | None:
    """A question with the name of the item that it picks by its place; None where it picks none."""
    found = _PICKS.search(question)
    place = (_PLACES | _NUMBERS)[next(filter(None, found.groups())).lower()] if found else len(items)
    return _instead(question, found, items[place]) if found and items and place < len(items) else None


def _by_word(question: str, items: Sequence[str]) -> str | None:
    """A question with the name of the item that it picks by a word of it; None where it picks none, or several."""
    found = _PICKS_BY_WORD.search(question)
    able = [item for item in items if term_set(found[1]) <= term_set(item)] if found else []
    return _instead(question, found, able[0]) if found and len(able) == 1 else None


def _instead(question: str, found: re.Match[str], name: str) -> str:
    return question[: found.start()] + name + question[found.end() :]


def _items(text: str) -> list[str]:
    """The names of the items of a list in a text; none where it has no list."""
    return [_BEHIND_NAME.split(item)[0].strip() for item in _ITEM.findall(text)]
