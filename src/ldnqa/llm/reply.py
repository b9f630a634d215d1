"""What a server sends, bytes -> the words of its reply. What cannot be read raises LanguageModelError, nothing else."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from ldnqa.errors import LanguageModelError

# For a server that does not count tokens: what comes beyond is not read. A token takes some 250 bytes on the way.
MAX_BYTES = 1_000_000
_WORTH_RETRYING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
# What some models think aloud before they answer.
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)


class TryAgain(LanguageModelError):
    """A failure that may be over in a moment."""


def short(error: BaseException) -> str:
    """What went wrong, for a message of one line."""
    return f"{type(error).__name__}: {error}"[:200]


def accept(response: Any) -> None:
    """Looks at the head of a response before anything of its body is read: an endless error page is never begun."""
    if response.status_code in _WORTH_RETRYING:
        raise TryAgain(f"the language model's server answers {response.status_code}")
    if response.status_code != 200:
        raise LanguageModelError(f"the language model's server answers {response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise LanguageModelError("the language model's server packs its reply, which it was not asked to")


def capped(pieces: Iterator[bytes], gone: threading.Event) -> Iterator[bytes]:
    """The pieces, until nobody waits for them any more or there are too many of them."""
    read = 0
    for piece in pieces:
        read += len(piece)
        if gone.is_set() or read > MAX_BYTES:
            raise LanguageModelError("the language model does not come to an end")
        yield piece


def content(kind: str, pieces: Iterator[bytes]) -> Iterator[str]:
    """The words of a reply, from events as they come or from one JSON object; LanguageModelError for anything else."""
    if "event-stream" in kind:
        yield from _streamed(pieces)
    elif "json" in kind:
        yield _words(_parsed(b"".join(pieces)), "message")
    else:
        raise LanguageModelError(f"the language model's server sends {kind[:60] or 'something without a type'}")


def _streamed(pieces: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    ended = False
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if data == b"[DONE]":
                return
            if data:
                event = _parsed(data)
                yield _words(event, "delta")
                ended = ended or any(
                    isinstance(choice, dict) and choice.get("finish_reason") for choice in event.get("choices") or ()
                )
    if not ended:
        raise LanguageModelError("the language model's reply stops in the middle")


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise LanguageModelError("the language model's server sends what is no JSON") from error
    if not isinstance(found, dict) or found.get("error"):
        raise LanguageModelError("the language model's server reports an error")
    return found


def _words(reply: Mapping[str, Any], part: str) -> str:
    """What a reply or a piece of one says; nothing if it has no words, as the first and last pieces have none."""
    choices = reply.get("choices")
    if not isinstance(choices, list):
        raise LanguageModelError("the language model's reply has no choices")
    first = choices[0] if choices else {}
    message = first.get(part) if isinstance(first, dict) else None
    words = message.get("content") if isinstance(message, dict) else None
    return words if isinstance(words, str) else ""


def without_thoughts(reply: str) -> str:
    """A reply without what some models think aloud before it."""
    return _THOUGHTS.sub(" ", reply).strip()
