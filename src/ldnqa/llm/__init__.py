"""A language model behind any OpenAI-compatible server. It gets a time limit and no more; what it says is not trusted.

Nothing is sent anywhere unless the site has set an address. This is the only module that knows the `openai` package.
"""

from __future__ import annotations

import logging
import queue
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ldnqa.errors import LanguageModelError, MissingExtra
from ldnqa.llm.breaker import Breaker
from ldnqa.llm.reply import TryAgain, accept, capped, content, short
from ldnqa.settings import Settings
from ldnqa.stages import stage

INSTALL = "pip install 'ldnqa[llm]'"
# A drafted answer is some 200 tokens; a model that rambles is cut off here.
MAX_TOKENS = 700
# The same for a server that does not count: what comes beyond is not read.
MAX_CHARS = 10_000
# A second try only where it can still be of use, after a breath.
RETRY_FROM_SHARE = 0.5
RETRY_PAUSE_SECONDS = 0.2
# Each of these may hold one of the service's eight working threads for the whole time limit; the others are answered
# without the model.
AT_ONCE = 4
# Where a key is not needed the package still wants one.
_NO_KEY = "unused"

Messages = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model said in time. `whole` is false if it was cut off."""

    text: str
    whole: bool


class LanguageModel:
    """One model of one server, with its time limit and its circuit breaker. May be used from several threads."""

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        seconds: float = 8.0,
        *,
        rewrites: bool = True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` is what one answer may take in all, `rewrites` whether it may be asked how a follow-up is meant.

        MissingExtra if the package is not installed.
        """
        if not base_url.startswith(("http://", "https://")):
            raise LanguageModelError(f"{base_url!r} is no address of a server; set LDNQA_LLM_BASE_URL to http(s)://...")
        try:
            import openai
        except ImportError as error:
            raise MissingExtra(f"LDNQA_LLM_BASE_URL is set, which needs the openai package: {INSTALL}") from error

        # At "debug" the package would write every question to the log.
        logging.getLogger("openai").setLevel(logging.WARNING)
        # A redirect would carry the question to a server that nobody has set.
        hooks = {"response": [accept]}
        # Where nothing is encrypted nobody need vouch for a server, and reading who may takes a tenth of a second.
        trusted = True if base_url.startswith("https://") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        http = openai.DefaultHttpxClient(follow_redirects=False, timeout=seconds, event_hooks=hooks, verify=trusted)
        self._client = openai.OpenAI(
            base_url=base_url,
            api_key=api_key or _NO_KEY,
            max_retries=0,
            timeout=seconds,
            http_client=http,
            # An idle line saves a millisecond in seconds, and is one more thing that can be dead.
            default_headers={"Connection": "close"},
        )
        # Only what the site has set for ldnqa is sent, not what the environment says of somebody else's account.
        self._client.organization = self._client.project = None
        self.name = model
        self.base_url = base_url
        self.seconds = seconds
        self.rewrites = rewrites
        self.now = now
        self._breaker = Breaker(now)
        self._places = threading.BoundedSemaphore(AT_ONCE)

    @stage("model")
    def complete(self, messages: Messages, seconds: float | None = None) -> Reply:
        """What the model replies within `seconds`, or within its limit; LanguageModelError if nothing can be used."""
        self._breaker.check()
        if not self._places.acquire(blocking=False):
            raise LanguageModelError(f"{AT_ONCE} questions are with the language model already")
        limit = self.seconds if seconds is None else min(seconds, self.seconds)
        try:
            reply = self._tries(messages, limit)
        except LanguageModelError:
            self._breaker.failed()
            raise
        finally:
            self._places.release()
        if reply.whole:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
        return reply

    def _tries(self, messages: Messages, limit: float) -> Reply:
        until = self.now() + limit
        try:
            return self._read(messages, until)
        except TryAgain as error:
            if until - self.now() < limit * RETRY_FROM_SHARE:
                raise LanguageModelError(str(error)) from error
        threading.Event().wait(RETRY_PAUSE_SECONDS)
        try:
            return self._read(messages, until)
        except TryAgain as error:
            raise LanguageModelError(str(error)) from error

    def _read(self, messages: Messages, until: float) -> Reply:
        """The reply, read in a thread of its own: nothing that a server does holds up the reader beyond `until`."""
        pieces: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        gone = threading.Event()
        threading.Thread(target=self._fetch, args=(messages, until, pieces, gone), daemon=True).start()
        said = ""
        try:
            while True:
                try:
                    piece = pieces.get(timeout=max(0.0, until - self.now()))
                except queue.Empty:
                    if said:
                        return Reply(said, whole=False)
                    raise LanguageModelError(f"{self.base_url} did not reply in time") from None
                if piece is None:
                    return Reply(said, whole=True)
                if isinstance(piece, Exception):
                    if said:
                        return Reply(said, whole=False)
                    raise piece
                said += piece
                if len(said) > MAX_CHARS:
                    return Reply(said[:MAX_CHARS], whole=False)
        finally:
            gone.set()

    def _fetch(
        self,
        messages: Messages,
        until: float,
        pieces: queue.SimpleQueue[str | Exception | None],
        gone: threading.Event,
    ) -> None:
        import openai

        ask: Any = self._client.chat.completions.with_streaming_response.create
        try:
            with ask(
                model=self.name,
                messages=list(messages),
                stream=True,
                temperature=0,
                seed=0,
                max_tokens=MAX_TOKENS,
                timeout=max(0.1, until - self.now()),
                extra_headers={"Accept-Encoding": "identity"},
            ) as reply:
                for piece in content(reply.headers.get("content-type", ""), capped(reply.iter_bytes(), gone)):
                    pieces.put(piece)
            pieces.put(None)
        except openai.APIConnectionError as error:
            pieces.put(error.__cause__ if isinstance(error.__cause__, LanguageModelError) else TryAgain(short(error)))
        except LanguageModelError as error:
            pieces.put(error)
        except Exception as error:
            # Whatever a strange server makes the package raise: no reader is to lose an answer by it.
            pieces.put(LanguageModelError(f"the language model's reply cannot be read: {short(error)}"))

    def look(self) -> list[str]:
        """The models that the server says it has; LanguageModelError if it cannot be asked."""
        import openai

        try:
            return [str(model.id) for model in self._client.models.list(timeout=self.seconds).data]
        except openai.APIConnectionError as error:
            why = error.__cause__ if isinstance(error.__cause__, LanguageModelError) else short(error)
            raise LanguageModelError(f"{self.base_url} cannot be asked for its models: {why}") from error
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            raise LanguageModelError(f"{self.base_url} does not say which models it has: {short(error)}") from error


def open_model(settings: Settings) -> LanguageModel | None:
    """The model that the site has set, None if it has set none.

    LanguageModelError if the settings cannot be used, MissingExtra if a package is missing.
    """
    if not settings.llm_base_url:
        return None
    if not settings.llm_model:
        raise LanguageModelError(
            "LDNQA_LLM_BASE_URL is set without LDNQA_LLM_MODEL; name the model that is to be asked"
        )
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return LanguageModel(
        settings.llm_base_url, settings.llm_model, key, settings.llm_seconds, rewrites=settings.llm_rewrites
    )
