"""What a request is served from, opened once and never changed while the server runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Protocol

from fastapi import Depends, FastAPI, Request

from ldnqa.encode import Encoder
from ldnqa.settings import Settings
from ldnqa.types import Answer, Article, Audience, Disclaimer, GlossaryEntry, Hit, Passage, Turn

from .errors import Rejected

# Threads that wait for a language model need no core. Those that answer from the articles take turns where there are
# more than cores: with 8 of them two cores answer a sixth less, and the slowest answer takes a quarter longer.
_WAITING_THREADS = 8
# Any question does: the first one makes the model allocate what it needs, and no reader should wait for that.
_WARM_UP = "warm up"


def working_threads(settings: Settings) -> int:
    """How many requests are worked on at once."""
    return _WAITING_THREADS if settings.llm_base_url else max(2, len(os.sched_getaffinity(0)))


class OpenIndex(Protocol):
    """What the service reads of an `ldnqa.index.Index`."""

    @property
    def id(self) -> str:
        """Names the index; every answer carries it."""
        ...

    @property
    def articles(self) -> Mapping[str, Article]:
        """The articles by id."""
        ...

    @property
    def glossary(self) -> tuple[GlossaryEntry, ...]:
        """Terms in plain words."""
        ...

    def passage(self, passage_id: str, /) -> Passage:
        """The passage with this id; UnknownPassage if there is none."""
        ...


class SitePolicy(Protocol):
    """What the service reads of an `ldnqa.policy.Policy`."""

    @property
    def disclaimer(self) -> Disclaimer:
        """The site's mandated words, for what has none of its own."""
        ...


class Ask(Protocol):
    """`ldnqa.dialogue.ask` over an open index: question in, answer out."""

    def __call__(
        self,
        question: str,
        *,
        article_id: str | None = None,
        audience: Audience | None = None,
        history: Sequence[Turn] = (),
        approved_only: bool = False,
    ) -> Answer:
        """The answer; UnknownArticle or InvalidQuestion if there can be none."""
        ...


class Search(Protocol):
    """`ldnqa.dialogue.search` over an open index: query in, passages out, best first."""

    def __call__(
        self, query: str, *, article_id: str | None = None, approved_only: bool = False, limit: int = 10
    ) -> list[Hit]:
        """At most `limit` hits; UnknownArticle if there is no such article."""
        ...


@dataclass(frozen=True, slots=True)
class Resources:
    """All that requests are served from. `ask` and `search` are the library's, bound to the index and policy.

    `read_ahead` reads, step by step, what questions would read when it is first met.
    """

    index: OpenIndex
    policy: SitePolicy
    ask: Ask
    search: Search
    read_ahead: Callable[[], Iterator[object]] = lambda: iter(())

    def disclaimer(self, article: Article) -> Disclaimer:
        """The mandated words of this article: its own, else the site's."""
        return article.disclaimer or self.policy.disclaimer


def open_encoder(settings: Settings) -> Encoder:
    """The model of `settings`. Takes seconds; every index opened later is searched with it."""
    from ldnqa import encode

    return encode.load_encoder(settings.model, settings.cache)


def open_resources(settings: Settings, encoder: Encoder | None = None) -> Resources:
    """Opens the index, the model (if not given) and the policy of `settings`, and searches once so that they are warm.

    Takes seconds. Raises what the library raises for a missing or damaged index, model or policy; each message
    names the command that mends it.
    """
    # Imported here: the model's libraries take seconds, and an app given ready resources needs none of them.
    from ldnqa import encode, index

    encoder = encoder or encode.load_encoder(settings.model, settings.cache)
    # Much of it, digests and products, leaves Python's lock to the imports and the policy.
    with ThreadPoolExecutor(1) as beside:
        opening = beside.submit(index.Index.open, settings.index, encoder)
        from ldnqa import dialogue, llm, policy, warm

        from .remember import Remembering

        site = policy.load_policy(settings.policy, settings.country)
        model = llm.open_model(settings)
        opened = opening.result()
    resources = Resources(
        index=opened,
        policy=site,
        # What a model drafted is kept; that it was silent is not.
        ask=Remembering(
            partial(dialogue.ask, opened, policy=site, model=model),
            opened.id,
            worth_keeping=lambda answer: model is None or any(s.drafted for s in answer.statements),
        ),
        search=partial(dialogue.search, opened, policy=site),
        read_ahead=partial(warm.warming, opened, site),
    )
    resources.search(_WARM_UP, limit=1)
    return resources


def resources_of(app: FastAPI) -> Resources:
    """What `app` serves from now; Rejected while nothing is open."""
    found = app.state.resources
    if not isinstance(found, Resources):
        raise Rejected("not-ready", "The index is not open; try again in a moment.", headers={"Retry-After": "1"})
    return found


# Not a plain function: those are run in a thread, and while all are busy nobody could even join the queue.
async def _resources(request: Request) -> Resources:
    return resources_of(request.app)


Served = Annotated[Resources, Depends(_resources)]
