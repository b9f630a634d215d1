"""The widget's files, and what its box shows before anything is asked.

A folder named by the digest of everything in it never changes and may be kept for ever; `v1` is the newest and is
kept for minutes. The files are served as they are; only the launcher learns where that folder is and the digests in it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from ldnqa.errors import UnknownArticle

from .deps import Served

WIDGET = Path(__file__).parent / "widget"
LAUNCHER = "ldnqa.js"
NEWEST = "v1"
MEDIA_TYPES = {".js": "text/javascript; charset=utf-8", ".json": "application/json"}
# Sixteen hexadecimal digits name a build among any number that will ever be made.
BUILD_DIGITS = 16
# A page picks up a new widget within this time, and a busy site asks for it no more often.
NEWEST_SECONDS = 300
YEAR_SECONDS = 31_536_000
# The words of articles are English; a page reader should pronounce them so whatever the language of the interface.
LANGUAGE = "en"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Published:
    """The widget as it is served: its files by name, their digests for the `integrity` of a tag, and their folder."""

    build: str
    files: Mapping[str, bytes]
    integrity: Mapping[str, str]

    def address(self, name: str = LAUNCHER) -> str:
        """Where a file can be read for ever, as a path on this site."""
        return f"/widget/{self.build}/{name}"


@cache
def published() -> Published:
    """The widget that travels with this service, read once."""
    paths = sorted(path for path in WIDGET.rglob("*") if path.suffix in MEDIA_TYPES)
    files = {path.relative_to(WIDGET).as_posix(): path.read_bytes() for path in paths}
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    build = digest.hexdigest()[:BUILD_DIGITS]
    modules = {name: _sri(content) for name, content in files.items() if name.endswith(".js") and name != LAUNCHER}
    launcher = files[LAUNCHER].decode()
    for empty, filled in (
        ('const FOLDER = "";', f'const FOLDER = "../{build}/";'),
        ("const INTEGRITY = {};", f"const INTEGRITY = {json.dumps(modules)};"),
    ):
        if launcher.count(empty) != 1:
            raise RuntimeError(f"{LAUNCHER} must have the line `{empty}` once")
        launcher = launcher.replace(empty, filled)
    files[LAUNCHER] = launcher.encode()
    return Published(build, files, {name: _sri(content) for name, content in files.items()})


def _sri(content: bytes) -> str:
    return "sha384-" + b64encode(hashlib.sha384(content).digest()).decode()


@cache
def _compressed(name: str) -> bytes:
    return gzip.compress(published().files[name], mtime=0)


def _open_to_all(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that let a page of any site load what is the same for everybody."""
    return {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", **headers}


@router.get(f"/widget/{NEWEST}/integrity.json")
async def integrity() -> Response:
    """The folder that never changes, and the digest of each file in it."""
    found = published()
    files = {name: {"url": found.address(name), "integrity": found.integrity[name]} for name in found.files}
    return JSONResponse(
        {"build": found.build, "files": files}, headers=_open_to_all({"Cache-Control": f"max-age={NEWEST_SECONDS}"})
    )


@router.get("/widget/{folder}/{name:path}")
async def widget_file(folder: str, name: str, request: Request) -> Response:
    """One file of the widget."""
    found = published()
    if folder not in (NEWEST, found.build) or name not in found.files:
        raise HTTPException(404)
    age = NEWEST_SECONDS if folder == NEWEST else YEAR_SECONDS
    headers = {
        "Cache-Control": f"public, max-age={age}" + ("" if folder == NEWEST else ", immutable"),
        "ETag": f'"{found.build}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=_open_to_all(headers))
    content = found.files[name]
    if "gzip" in request.headers.get("accept-encoding", ""):
        content, headers["Content-Encoding"] = _compressed(name), "gzip"
    return Response(content, media_type=MEDIA_TYPES[Path(name).suffix], headers=_open_to_all(headers))


@router.get("/v1/box")
def box(served: Served, article_id: str | None = None) -> Response:
    """What the box shows before anything is asked: what can be asked, and the words that stand beside the input."""
    article = None
    if article_id is not None:
        article = served.index.articles.get(article_id)
        if article is None:
            raise UnknownArticle(article_id)
    shown: dict[str, Any] = {
        "object": "ldnqa.box",
        "article_id": article_id,
        "questions": list(article.questions) if article else [],
        "disclaimer": (served.disclaimer(article) if article else served.policy.disclaimer).model_dump(mode="json"),
        "language": LANGUAGE,
        "index_id": served.index.id,
    }
    return JSONResponse(shown)
