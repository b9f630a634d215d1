"""Policy files -> Policy. A file that is missing or malformed stops the start: no answer leaves without its policy."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import model_validator

from ldnqa.errors import PolicyError
from ldnqa.policy.lexicon import Lexicon
from ldnqa.policy.red_flags import DEFAULT_COUNTRY, RedFlags, read_red_flags
from ldnqa.policy.wording import Wording
from ldnqa.types import Disclaimer, NonEmpty, NoticeKind, Noun, Regimen
from ldnqa.yamltext import values_of


class When(Noun):
    """What brings a notice up: every condition that is given must hold, and at least one must be given."""

    question_matches: str | None = None
    question_class: str | None = None
    question_regimen: Regimen | None = None
    told_matches: str | None = None
    told_class: str | None = None
    quoted_matches: str | None = None
    quoted_older_than: int | None = None
    quoted_class: str | None = None
    quoted_regimen: Regimen | None = None
    quoted_not_approved: bool | None = None


class NoticeRule(Noun):
    """What brings it up, and then fixed wording, or a question whose own answer is quoted first unless what else would
    be matches `unless`, or both.
    """

    when: When
    kind: NoticeKind | None = None
    text: NonEmpty | None = None
    asks: NonEmpty | None = None
    unless: NonEmpty | None = None

    @model_validator(mode="after")
    def _says_something(self) -> NoticeRule:
        if (self.kind is None) != (self.text is None) or (self.text or self.asks) is None:
            raise ValueError("a rule needs a kind with its text, or a question that it asks")
        return self


class Policy(Noun):
    """What a site says in fixed words, and the word lists it reads questions with."""

    disclaimer: Disclaimer
    disclaimers: dict[str, Disclaimer]
    red_flags: RedFlags
    notices: tuple[NoticeRule, ...]
    lexicon: Lexicon
    wording: Wording


def load_policy(folder: Path | None = None, country: str = DEFAULT_COUNTRY) -> Policy:
    """The site's policy: each file of `folder` in place of the built-in one of that name. PolicyError if one is bad.

    `country` is a key of `numbers` in red_flags.yaml: whose emergency, poison and crisis numbers are given.
    """
    wording = _read(folder, "wording.yaml", Wording.model_validate)
    lexicon = _read(folder, "lexicon.yaml", Lexicon.model_validate)
    look_alikes = (name for row in wording.look_alikes for name in row)
    lexicon = lexicon.model_copy(update={"right": (*lexicon.right, *look_alikes)})
    return Policy(
        **_read(folder, "disclaimers.yaml", _disclaimers),
        red_flags=_read(folder, "red_flags.yaml", lambda data: read_red_flags(data, lexicon, country)),
        notices=_read(folder, "notices.yaml", lambda data: tuple(NoticeRule.model_validate(rule) for rule in data)),
        lexicon=lexicon,
        wording=wording,
    )


def _read(folder: Path | None, name: str, parse: Any) -> Any:
    path = folder / name if folder and (folder / name).is_file() else Path(str(files("ldnqa.policy") / name))
    try:
        return parse(values_of(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError, KeyError, TypeError, re.error) as error:
        raise PolicyError(f"{path}: this policy file cannot be used: {error}") from error


def _disclaimers(data: dict[str, Any]) -> dict[str, Any]:
    known = {entry["id"]: Disclaimer.model_validate(entry) for entry in data["disclaimers"]}
    return {"disclaimer": known[data["default"]], "disclaimers": known}
