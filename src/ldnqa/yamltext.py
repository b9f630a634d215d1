"""YAML -> plain values, by libyaml, which takes a tenth of the time; where no wheel brings it, the values are equal."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def values_of(text: str) -> Any:
    """What a YAML document says, in lists, dicts, strings and numbers. Raises yaml.YAMLError."""
    return yaml.load(text, _LOADER)  # noqa: S506 (it is a safe one)
