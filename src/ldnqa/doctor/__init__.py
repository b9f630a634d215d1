"""`ldnqa doctor`: looks at everything a site depends on and says, for each, whether it is well and how to mend it.

It changes nothing. Each check stands alone: one that fails leaves the others to be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.client import HTTPException

from ldnqa.doctor.finding import Finding, Verdict
from ldnqa.doctor.machine import CHECKS
from ldnqa.doctor.service import LOOKS
from ldnqa.errors import LdnqaError
from ldnqa.settings import Settings

__all__ = ["CHECKS", "LOOKS", "Finding", "Verdict", "examine"]


def examine(settings: Settings, url: str | None = None) -> Iterator[Finding]:
    """The findings, as they are made. `url` is where readers reach the service; without it only the machine is seen."""
    for name, check in CHECKS.items():
        yield from _guarded(name, check, settings)
    if url is None:
        yield Finding(
            Verdict.WARN,
            "service",
            "not looked at: permissions, frames, buffering and the clock as readers have them",
            "run `ldnqa doctor --url https://...` with the address that readers use",
        )
        return
    for name, look in LOOKS.items():
        yield from _guarded(name, partial(look, url=url.rstrip("/")), settings)


def _guarded(name: str, check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except LdnqaError as error:
        # The library's messages name the mending command themselves.
        yield Finding(Verdict.FAIL, name, str(error), "as said there")
    except (OSError, HTTPException) as error:
        yield Finding(Verdict.FAIL, name, f"cannot be looked at: {error}", "check that it is there and can be reached")
