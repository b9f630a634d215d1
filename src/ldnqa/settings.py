"""Settings, read once at the edge from `LDNQA_*` variables. Inner functions take plain arguments."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"


def packaged_corpus() -> Path:
    """The folder of articles that ships with ldnqa."""
    return Path(str(files("ldnqa.articles")))


def default_corpus() -> Path:
    """`corpus/` in the working folder if there is one, else the articles that ship with ldnqa."""
    here = Path("corpus")
    return here if here.is_dir() else packaged_corpus()


def default_cache() -> Path:
    """Where a user's caches are kept by convention (XDG Base Directory Specification), in a folder of our own."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ldnqa"


class Settings(BaseSettings):
    """What a site can set. Each field is the environment variable `LDNQA_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="LDNQA_", frozen=True, extra="ignore")

    corpus: Path = Field(default_factory=default_corpus, description="Folder of articles.")
    index: Path = Field(default=Path("index"), description="Folder of index builds.")
    model: str = Field(default=DEFAULT_MODEL, description="Name or path of a sentence-transformers model.")
    store: str = Field(default="faiss", description="Where new builds keep their passage vectors: faiss or milvus.")
    milvus_uri: str = Field(
        default="http://localhost:19530", description="Address of a Milvus server, or a file for Milvus Lite."
    )
    cache: Path = Field(default_factory=default_cache, description="Folder of models made ready to run.")
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    policy: Path | None = Field(default=None, description="Folder of policy files that replace the built-in ones.")
