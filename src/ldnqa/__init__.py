"""Answers follow-up questions about medical articles from the articles' own words.

The public names below are loaded on first use, so that `import ldnqa` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldnqa.build import build as build_index
    from ldnqa.build import rollback
    from ldnqa.dialogue import ask, search
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index
    from ldnqa.policy import Policy, load_policy
    from ldnqa.settings import Settings

# `build_index` has another name in its module, because `ldnqa.build` is that module.
_HOMES = {
    "Index": "ldnqa.index:Index",
    "Policy": "ldnqa.policy:Policy",
    "Settings": "ldnqa.settings:Settings",
    "ask": "ldnqa.dialogue:ask",
    "build_index": "ldnqa.build:build",
    "load_encoder": "ldnqa.encode:load_encoder",
    "load_policy": "ldnqa.policy:load_policy",
    "rollback": "ldnqa.build:rollback",
    "search": "ldnqa.dialogue:search",
}

__all__ = ["Index", "Policy", "Settings", "ask", "build_index", "load_encoder", "load_policy", "rollback", "search"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'ldnqa' has no attribute {name!r}")
    module, _, own_name = _HOMES[name].partition(":")
    return getattr(import_module(module), own_name)
