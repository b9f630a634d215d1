"""Settings, read once at the edge from `LDNQA_*` variables. Inner functions take plain arguments."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"

# 128 bits as hexadecimal digits; anything shorter could be guessed at network speed one day.
MIN_TOKEN_CHARS = 32

# An origin has no path, no wildcard and no trailing slash: it is compared as a whole with what a browser sends.
_ORIGIN = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")
_SITE_ID = r"^[a-z0-9][a-z0-9-]{0,63}$"


def _origin(value: str) -> str:
    if not _ORIGIN.fullmatch(value):
        raise ValueError(f'{value!r} is no origin; write it as a browser does, "https://www.example.org"')
    return value


Origin = Annotated[str, AfterValidator(_origin)]
SiteId = Annotated[str, Field(pattern=_SITE_ID)]


class Site(BaseModel):
    """A site that embeds the question box. An origin belongs to one site, so a browser's origin says which it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: tuple[Origin, ...] = ()
    """Where its pages come from; browsers let no other page read an answer."""
    keep_questions: bool = False
    """Whether questions that could not be answered are kept, redacted, for `ldnqa gaps`."""


def packaged_corpus() -> Path:
    """The folder of articles that ships with ldnqa."""
    return Path(str(files("ldnqa.articles")))


def default_corpus() -> Path:
    """`corpus/` in the working folder if there is one, else the articles that ship with ldnqa."""
    here = Path("corpus")
    return here if here.is_dir() else packaged_corpus()


def default_cache() -> Path:
    """`ldnqa` in `$XDG_CACHE_HOME`, or in `~/.cache` where that is not set (XDG Base Directory Specification)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ldnqa"


class Settings(BaseSettings):
    """What a site can set. Each field is the environment variable `LDNQA_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="LDNQA_", frozen=True, extra="ignore")

    corpus: Path = Field(default_factory=default_corpus, description="Folder of articles.")
    index: Path = Field(default=Path("index"), description="Folder of index builds.")
    model: str = Field(default=DEFAULT_MODEL, description="Name or path of a sentence-transformers model.")
    store: str = Field(
        default="faiss",
        description="Where new builds keep their passage vectors: faiss, or milvus, which needs ldnqa[milvus].",
    )
    milvus_uri: str = Field(
        default="http://localhost:19530", description="Address of a Milvus server, or a file for Milvus Lite."
    )
    cache: Path = Field(default_factory=default_cache, description="Folder of models made ready to run.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    policy: Path | None = Field(default=None, description="Folder of policy files, each in place of the built-in one.")
    country: str = Field(
        default="international",
        description="Whose emergency numbers to give: a code of red_flags.yaml, such as us or gb.",
    )

    llm_base_url: str | None = Field(
        default=None, description="OpenAI-compatible server that drafts sentences, such as http://localhost:11434/v1."
    )
    llm_model: str | None = Field(default=None, description="Name of the model to ask of it.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key to send to it, if it wants one.")
    llm_seconds: float = Field(default=8.0, gt=0, le=60, description="How long an answer may wait for it in all.")
    llm_rewrites: bool = Field(
        default=True, description="Whether it may also put a follow-up question and the one before it into one."
    )

    workers: int = Field(
        default=1, ge=1, le=64, description="Processes that answer, 1 to 64; each holds the model and the index."
    )
    watch_seconds: float = Field(
        default=5.0,
        ge=0,
        description="Seconds between looks for a rebuilt index; 0 leaves it to SIGHUP and the admin routes.",
    )
    admin_token: SecretStr | None = Field(
        default=None,
        min_length=MIN_TOKEN_CHARS,
        description=f"Who sends it as a bearer token may reload the index; {MIN_TOKEN_CHARS} characters or more. "
        "Without it there are no admin routes.",
    )
    drain_seconds: float = Field(
        default=0.0, ge=0, description="Seconds to go on serving, not ready, after the signal to stop."
    )
    stop_seconds: int = Field(default=20, ge=1, description="Seconds that requests under way may take to finish then.")
    log: Literal["json", "off"] = Field(
        default="json", description="json: a line for each request on stderr; off: warnings only."
    )
    traces: str | None = Field(
        default=None,
        description="OTLP/HTTP address to send traces to: http://host:4318/v1/traces. Needs ldnqa[traces].",
    )
    sites: Mapping[SiteId, Site] = Field(
        default_factory=dict, description='Sites that embed the box, as JSON: {"clinic": {"origins": ["https://..."]}}.'
    )
    keep_questions: bool = Field(
        default=False, description="Keep, redacted, the questions from our own pages that could not be answered."
    )
    frame_ancestors: tuple[Origin, ...] = Field(
        default=(), description='Origins that may show our pages in a frame, as JSON: ["https://..."].'
    )
    rate_limit: str | None = Field(
        default=None,
        description='Requests of one client, as "60/minute", or "off". Where nothing is set it is 120/minute, and '
        "clients on the machine itself are not counted.",
    )
    rate_store: str = Field(
        default="memory://",
        description="Where they are counted: memory:// or redis://host:port/0, which needs ldnqa[redis].",
    )
    trusted_hops: int = Field(default=0, ge=0, le=10, description="Proxies in front of us that add to X-Forwarded-For.")
    queue: int = Field(default=256, ge=1, description="Requests in work and waiting, per worker; more are sent away.")
    feedback: str = Field(
        default="sqlite:///feedback.sqlite3",
        description="Database for feedback: sqlite:///FILE, or postgresql://user:password@host/name, which needs "
        "ldnqa[postgres].",
    )
