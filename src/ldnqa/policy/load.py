"""Policy files -> Policy. A file that is missing or malformed stops the start: no answer leaves without its policy."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError

from ldnqa.errors import PolicyError
from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.wording import Wording
from ldnqa.types import Disclaimer, NonEmpty, NoticeKind, Noun, Regimen


class RedFlag(Noun):
    """One kind of emergency: fires when a pattern is found in the question and no `unless` is."""

    id: NonEmpty
    patterns: Annotated[tuple[NonEmpty, ...], Field(min_length=1)]
    unless: tuple[NonEmpty, ...] = ()
    text: NonEmpty

    def fires(self, text: str) -> bool:
        """Whether `text` describes this emergency."""
        return any(re.search(p, text, re.IGNORECASE) for p in self.patterns) and not any(
            re.search(p, text, re.IGNORECASE) for p in self.unless
        )


class When(Noun):
    """What brings a notice up: every condition that is given must hold, and at least one must be given."""

    question_matches: str | None = None
    question_class: str | None = None
    question_regimen: Regimen | None = None
    quoted_matches: str | None = None
    quoted_older_than: int | None = None
    quoted_class: str | None = None
    quoted_regimen: Regimen | None = None
    quoted_not_approved: bool | None = None


class NoticeRule(Noun):
    """Fixed wording and what brings it up."""

    kind: NoticeKind
    when: When
    text: NonEmpty


class Policy(Noun):
    """What a site says in fixed words, and the word lists it reads questions with."""

    disclaimer: Disclaimer
    disclaimers: dict[str, Disclaimer]
    red_flags: tuple[RedFlag, ...]
    notices: tuple[NoticeRule, ...]
    lexicon: Lexicon
    wording: Wording


def load_policy(folder: Path | None = None) -> Policy:
    """The site's policy: each file of `folder` in place of the built-in one of that name. PolicyError if one is bad."""
    lexicon = _read(folder, "lexicon.yaml", Lexicon.model_validate)
    return Policy(
        **_read(folder, "disclaimers.yaml", _disclaimers),
        red_flags=_read(folder, "red_flags.yaml", lambda data: _red_flags(data, lexicon)),
        notices=_read(folder, "notices.yaml", lambda data: tuple(NoticeRule.model_validate(rule) for rule in data)),
        lexicon=lexicon,
        wording=_read(folder, "wording.yaml", Wording.model_validate),
    )


def _read(folder: Path | None, name: str, parse: Any) -> Any:
    path = folder / name if folder and (folder / name).is_file() else Path(str(files("ldnqa.policy") / name))
    try:
        return parse(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, KeyError, TypeError, re.error) as error:
        raise PolicyError(f"{path}: this policy file cannot be used: {error}") from error


def _disclaimers(data: dict[str, Any]) -> dict[str, Any]:
    known = {entry["id"]: Disclaimer.model_validate(entry) for entry in data["disclaimers"]}
    return {"disclaimer": known[data["default"]], "disclaimers": known}


def _red_flags(data: dict[str, Any], lexicon: Lexicon) -> tuple[RedFlag, ...]:
    opioids = lexicon.classes["opioid"].members if "opioid" in lexicon.classes else ("opioid",)
    words = {
        "{who}": data["who"],
        "{child}": data["child"],
        "{opioid}": "|".join(map(re.escape, opioids)),
        "{urgent_help}": data["urgent_help"],
    }

    def fill(text: str) -> str:
        for slot, value in words.items():
            text = text.replace(slot, value)
        return text

    rules = []
    for rule in data["rules"]:
        filled = {**rule, "patterns": [fill(p) for p in rule["patterns"]], "text": fill(rule["text"])}
        flag = RedFlag.model_validate(filled)
        for pattern in (*flag.patterns, *flag.unless):
            re.compile(pattern)
        rules.append(flag)
    return tuple(rules)
