"""What can be seen on the machine itself. Each check stands alone and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ldnqa.doctor.finding import Finding, Verdict
from ldnqa.settings import Settings

# An index is some megabytes and a build keeps four; a day of feedback is less.
_MIN_FREE_BYTES = 500 * 1024 * 1024
# Some servers have hundreds of models.
_NAMED = 12
# Nobody publishes articles from before ldnqa was written; a clock that says so was never set.
_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)


def _articles(settings: Settings) -> Iterator[Finding]:
    from ldnqa.corpus.read import read_corpus

    articles = read_corpus(settings.corpus).articles
    yield Finding(Verdict.OK, "corpus", f"{len(articles)} articles in {settings.corpus} can be read")


def _model_and_index(settings: Settings) -> Iterator[Finding]:
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index

    encoder = load_encoder(settings.model, settings.cache)
    yield Finding(Verdict.OK, "model", f"{encoder.name} loads and has the digest it must have")
    index = Index.open(settings.index, encoder)
    yield Finding(Verdict.OK, "index", f"{index.id} is whole and fits the model: {len(index.articles)} articles")


def _policy(settings: Settings) -> Iterator[Finding]:
    from ldnqa.policy import load_policy

    policy = load_policy(settings.policy, settings.country)
    yield Finding(Verdict.OK, "policy", f"{len(policy.red_flags.rules)} red flags, disclaimer {policy.disclaimer.id}")


def _sites(settings: Settings) -> Iterator[Finding]:
    plain = [
        origin
        for site in settings.sites.values()
        for origin in site.origins
        if origin.startswith("http://") and "//localhost" not in origin and "//127." not in origin
    ]
    if plain:
        yield Finding(
            Verdict.WARN,
            "sites",
            f"{', '.join(plain)} can be read on the way",
            "serve the site over https and list that",
        )
    count = sum(len(site.origins) for site in settings.sites.values())
    says = f"{len(settings.sites)} sites with {count} origins may ask from a browser" if count else "our own pages only"
    yield Finding(Verdict.OK, "sites", says)


def _exposure(settings: Settings) -> Iterator[Finding]:
    local = settings.host in ("localhost", "::1") or settings.host.startswith("127.")
    if not local and not settings.trusted_hops:
        yield Finding(
            Verdict.WARN,
            "listening",
            f"on {settings.host} with no proxy in front that we know of, so without TLS",
            "put a proxy with TLS in front (docs/operations.md), listen on 127.0.0.1 and set LDNQA_TRUSTED_HOPS=1",
        )
    if settings.rate_limit == "off":
        yield Finding(Verdict.WARN, "rate limit", "off", "leave LDNQA_RATE_LIMIT unset, or set it to 120/minute")
    if settings.workers > 1 and settings.rate_store.startswith("memory"):
        yield Finding(
            Verdict.WARN,
            "rate limit",
            f"{settings.workers} workers count each for itself, so a client may ask that many times as often",
            "set LDNQA_RATE_STORE=redis://...",
        )


def _feedback(settings: Settings) -> Iterator[Finding]:
    from ldnqa.feedback import FeedbackStore

    kind, _, file = settings.feedback.partition(":///")
    if kind == "sqlite" and not Path(file).exists():
        folder = Path(file).resolve().parent
        if folder.is_dir():
            yield Finding(Verdict.OK, "feedback", f"{file} will be made when the first feedback comes")
        else:
            yield Finding(Verdict.FAIL, "feedback", f"there is no folder {folder}", "make it, or change LDNQA_FEEDBACK")
        return
    store = FeedbackStore(settings.feedback)
    try:
        store.check()
    finally:
        store.close()
    yield Finding(Verdict.OK, "feedback", f"the {kind.partition(':')[0]} database answers")


def _language_model(settings: Settings) -> Iterator[Finding]:
    from ldnqa.errors import LanguageModelError
    from ldnqa.llm import open_model

    model = open_model(settings)
    if model is None:
        yield Finding(
            Verdict.OK, "language model", "none is set: answers are quotes, and no question leaves the machine"
        )
        return
    try:
        there = model.look()
    except LanguageModelError as error:
        mend = "start that server, or mend LDNQA_LLM_BASE_URL and LDNQA_LLM_API_KEY (docs/llm.md)"
        yield Finding(Verdict.FAIL, "language model", str(error), mend)
        return
    if model.name not in there:
        # Not a failure: some servers load on demand what they do not list.
        mend = f"get it there, or set LDNQA_LLM_MODEL to what is there: {', '.join(there[:_NAMED]) or 'nothing'}"
        yield Finding(Verdict.WARN, "language model", f"{model.base_url} lists no {model.name}", mend)
        return
    local = model.base_url.split("//")[1].startswith(("localhost", "127.", "[::1]"))
    if not local:
        mend = "say so in the site's privacy notice, or run the model on this machine (docs/llm.md)"
        yield Finding(Verdict.WARN, "language model", f"readers' questions are sent to {model.base_url}", mend)
    yield Finding(Verdict.OK, "language model", f"{model.base_url} has {model.name}")


def _disk(settings: Settings) -> Iterator[Finding]:
    kind, _, file = settings.feedback.partition(":///")
    for name, path in {"index": settings.index, **({"feedback": Path(file)} if kind == "sqlite" else {})}.items():
        folder = next(parent for parent in (path.resolve(), *path.resolve().parents) if parent.is_dir())
        free = shutil.disk_usage(folder).free
        says = f"{free // 2**20:,} MiB free for the {name}"
        if free < _MIN_FREE_BYTES:
            yield Finding(Verdict.FAIL, "disk", says, f"make room on the disk of {folder}")
        else:
            yield Finding(Verdict.OK, "disk", says)


def _clock(settings: Settings) -> Iterator[Finding]:
    from ldnqa.manifest import POINTER

    now = datetime.now(UTC)
    pointer = settings.index / POINTER
    built = datetime.fromtimestamp(pointer.stat().st_mtime, UTC) if pointer.exists() else _EARLIEST
    if now < max(built, _EARLIEST):
        says = f"it says {now:%Y-%m-%d %H:%M} UTC, before the index was built"
        yield Finding(Verdict.FAIL, "clock", says, "set it, and keep it set: `timedatectl set-ntp true`")
    else:
        yield Finding(Verdict.OK, "clock", f"{now:%Y-%m-%d %H:%M} UTC")


CHECKS: dict[str, Callable[[Settings], Iterator[Finding]]] = {
    "corpus": _articles,
    "index": _model_and_index,
    "policy": _policy,
    "sites": _sites,
    "listening": _exposure,
    "feedback": _feedback,
    "language model": _language_model,
    "disk": _disk,
    "clock": _clock,
}
