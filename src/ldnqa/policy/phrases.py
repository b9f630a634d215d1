"""The phrases of phrases.yaml with their slots filled: what the learned half of triage is trained on.

The same file and seed give the same phrases in every process.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

SEED = 20_250_227
# How often each line is filled in anew: enough for every person and opener to meet most of the events.
FILLED = 12
# Share of the phrases that get a slip of the finger, as readers' questions do.
SLIPS = 0.15
CALM = "none"
_SLOT = re.compile(r"<(\w+)>")


def filled_phrases(path: Path) -> list[tuple[str, str]]:
    """(phrase, id of the red flag or "none") for everything in the file, each phrase once."""
    data: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    made: dict[str, str] = {}
    for flag, lines in data["urgent"].items():
        for line in lines:
            for _ in range(FILLED):
                whole = chance.choice(data["openers"]) + line + chance.choice(data["enders"])
                made.setdefault(_slip(_fill(whole, data, chance), chance), flag)
    for line in [*data["calm"]["frames"], *data["calm"]["lines"]]:
        made.setdefault(_fill(line, data, chance), CALM)
        for _ in range(FILLED if "<" in line else FILLED // 3):
            opener = chance.choice(data["openers"])
            # "I feel low. what should I do?": only what is no question can be followed by one.
            ender = "" if line.endswith("?") else chance.choice(data["calm_enders"])
            made.setdefault(_slip(_fill(opener + line + ender, data, chance), chance), CALM)
    return list(made.items())


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
        at = chance.randrange(1, len(text) - 2)
        text = chance.choice([text[:at] + text[at + 1 :], text[:at] + text[at + 1] + text[at] + text[at + 2 :]])
    return text
