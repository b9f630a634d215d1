"""The phrases of phrases*.yaml with their slots filled, and the messages of messages*.yaml: what triage is trained on.

The same files and seed give the same phrases in every process.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from ldnqa.text import sentences
from ldnqa.yamltext import values_of

SEED = 20_250_227
# How often each line is filled in anew: enough for every person and opener to meet most of the events.
FILLED = 8
# How often a whole message counts: a line gives eight phrases, and messages are what readers send.
WHOLE = 12
# How often a sentence of a long message counts, and each two neighbours: that is how such a message is judged.
PART = 4
# What is no sentence, but a greeting or a name.
_FEWEST_WORDS = 3
# Share of the phrases that get a slip of the finger, as readers' questions do.
SLIPS = 0.15
# Each line is also typed badly once: that share of its longer words is mistyped.
BADLY = 0.5
CALM = "none"
_SLOT = re.compile(r"<(\w+)>")
_URGENT = re.compile(r"\{([^{}]+)\}")


class Phrase(NamedTuple):
    """One phrase; `flag` is the id of the red flag it should raise or "none", `line` counts the lines of the files.

    It counts `times` as often as a line that is filled in once.
    """

    text: str
    flag: str
    line: int
    times: int = 1


def phrase_files() -> list[Path]:
    """The files that ship with ldnqa, phrases.yaml first, the messages last."""
    folder = Path(str(files("ldnqa.policy")))
    listed = [folder / "phrases.yaml", *sorted(folder.glob("phrases_*.yaml"))]
    return [*listed, folder / "messages.yaml", folder / "messages_long.yaml"]


def digest() -> str:
    """SHA-256 of the phrases: says whether weights are theirs."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in phrase_files())).hexdigest()


def filled_phrases() -> list[Phrase]:
    """Everything in the files, each phrase once."""
    *lists, sent, long = phrase_files()
    data = _read(lists)
    made: dict[str, Phrase] = {}
    lines = [(flag, line) for flag, listed in data["urgent"].items() for line in listed]
    lines += [(CALM, line) for line in data["calm"]]
    for at, (flag, line) in enumerate(lines):
        # Seeded by the line, so that a new line changes no other.
        chance = random.Random(f"{SEED} {line}")  # noqa: S311 (no secret)
        if flag == CALM:
            enders = [""] if line.endswith("?") else data["calm_enders"]
            # "I feel low. what should I do?": only what is no question can be followed by one.
            bare = _fill(line, data, chance)
            made.setdefault(bare, Phrase(bare, flag, at))
        else:
            enders = data["enders"]
        for _ in range(FILLED if flag != CALM or "<" in line else FILLED // 2):
            whole = chance.choice(data["openers"]) + line + chance.choice(enders)
            text = _slip(_fill(whole, data, chance), chance)
            made.setdefault(text, Phrase(text, flag, at))
        typed = _typed_badly(_fill(line, data, chance), chance)
        made.setdefault(typed, Phrase(typed, flag, at))
    messages = [(path == long, flag, text) for path in (sent, long) for flag, text in _messages(path)]
    for at, (in_parts, flag, marked) in enumerate(messages, len(lines)):
        text = _URGENT.sub(r"\1", marked)
        typed = _typed_badly(text, random.Random(f"{SEED} {text}"))  # noqa: S311 (no secret)
        made.setdefault(text, Phrase(text, flag, at, WHOLE))
        made.setdefault(typed, Phrase(typed, flag, at, WHOLE // FILLED))
        if in_parts:
            for part in _parts(marked) if flag == CALM else _URGENT.findall(marked):
                made.setdefault(part, Phrase(part, flag, at, PART))
    return list(made.values())


def _messages(path: Path) -> list[tuple[str, str]]:
    messages: Mapping[str, Sequence[str]] = values_of(path.read_text(encoding="utf-8"))
    return [(flag, text) for flag, listed in messages.items() for text in listed]


def _parts(text: str) -> list[str]:
    """The sentences of a message, and each two neighbours together."""
    said = [text[span.start : span.end] for span in sentences(text)]
    return [part for part in [*said, *map(" ".join, pairwise(said))] if len(part.split()) >= _FEWEST_WORDS]


def _read(paths: Sequence[Path]) -> dict[str, Any]:
    """The files as one: lines are lists or blocks of text with one line each."""
    data: dict[str, Any] = {"slots": {}, "urgent": {}, "calm": []}
    for path in paths:
        part: Mapping[str, Any] = values_of(path.read_text(encoding="utf-8"))
        data["slots"].update(part.get("slots", {}))
        for flag, lines in part.get("urgent", {}).items():
            data["urgent"].setdefault(flag, []).extend(_lines(lines))
        for lines in part.get("calm", {}).values():
            data["calm"].extend(_lines(lines))
        data.update({name: part[name] for name in ("persons", "openers", "enders", "calm_enders") if name in part})
    return data


def _lines(listed: str | Sequence[str]) -> list[str]:
    return listed.splitlines() if isinstance(listed, str) else list(listed)


def _fill(line: str, data: Mapping[str, Any], chance: random.Random) -> str:
    """The line with one person and one choice for each slot; a slot may hold a slot."""
    person: Mapping[str, str] = chance.choice(data["persons"])
    slots: Mapping[str, Sequence[str]] = data["slots"]

    def chosen(match: re.Match[str]) -> str:
        name = match[1]
        return person[name] if name in person else chance.choice(slots[name])

    while _SLOT.search(line):
        line = _SLOT.sub(chosen, line)
    return line


def _slip(text: str, chance: random.Random) -> str:
    """Now and then two letters swapped, one left out, or no apostrophes and capitals."""
    if chance.random() < SLIPS:
        text = text.replace("'", "").lower()
    if chance.random() < SLIPS and len(text) > 8:
        text = _mistyped(text, chance)
    return text


def _typed_badly(text: str, chance: random.Random) -> str:
    """In lower case, and every second word or so mistyped. Without it "waht are teh efects" is taken for a stroke."""
    words = [
        _mistyped(word, chance) if len(word) > 3 and chance.random() < BADLY else word for word in text.lower().split()
    ]
    return " ".join(words)


def _mistyped(text: str, chance: random.Random) -> str:
    """Two letters swapped or one left out, not at the ends."""
    at = chance.randrange(1, len(text) - 2)
    return chance.choice([text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :]])
