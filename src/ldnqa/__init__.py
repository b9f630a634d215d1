"""Answers follow-up questions about medical articles from the articles' own words.

The public names below are loaded on first use, so that `import ldnqa` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldnqa.build import build, rollback
    from ldnqa.dialogue import ask, search
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index
    from ldnqa.policy import Policy, load_policy
    from ldnqa.settings import Settings

_HOMES = {
    "Index": "ldnqa.index",
    "Policy": "ldnqa.policy",
    "Settings": "ldnqa.settings",
    "ask": "ldnqa.dialogue",
    "build": "ldnqa.build",
    "load_encoder": "ldnqa.encode",
    "load_policy": "ldnqa.policy",
    "rollback": "ldnqa.build",
    "search": "ldnqa.dialogue",
}

__all__ = ["Index", "Policy", "Settings", "ask", "build", "load_encoder", "load_policy", "rollback", "search"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ldnqa' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
