"""The widget's files as they are served and shipped: small, whole, unchanging, and the same as their digests."""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_fakes import ARTICLE_DISCLAIMER, SITE_DISCLAIMER, resources

from ldnqa.api.app import create_app
from ldnqa.api.routes_widget import WIDGET, published

LAUNCHER_BUDGET = 6 * 1024
WIDGET_BUDGET = 35 * 1024
PAGE_BUDGET = 60 * 1024


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=resources())) as client:
        yield client


def packed(*contents):
    return sum(len(gzip.compress(content, mtime=0)) for content in contents)


def scripts():
    return {name: content for name, content in published().files.items() if name.endswith(".js")}


def test_the_launcher_and_the_whole_widget_keep_their_budgets():
    files = scripts()
    assert packed(files["ldnqa.js"], files["launch.js"], files["dom.js"]) <= LAUNCHER_BUDGET
    assert (
        packed(*files.values()) + max(packed(published().files[n]) for n in published().files if n.startswith("lang/"))
        <= WIDGET_BUDGET
    )


@pytest.mark.model
def test_the_first_article_with_all_it_loads_keeps_its_budget(index, policy):
    from functools import partial

    from ldnqa import ask, search
    from ldnqa.api.deps import Resources

    real = Resources(
        index=index, policy=policy, ask=partial(ask, index, policy=policy), search=partial(search, index, policy=policy)
    )
    with TestClient(create_app(resources=real)) as client:
        for article_id in index.articles:
            page = client.get(f"/articles/{article_id}").content
            style = client.get("/style.css").content
            box = client.get("/v1/box", params={"article_id": article_id}).content
            assert packed(page, style, box, *scripts().values()) <= PAGE_BUDGET, article_id


def test_nothing_of_the_widget_depends_on_anything_else():
    files = scripts()
    for name, content in files.items():
        source = content.decode()
        for wanted in re.findall(r'from "([^"]+)"', source):
            assert wanted.startswith("./")
            assert wanted.removeprefix("./") in files, f"{name}: {wanted}"


def test_a_file_is_kept_for_ever_in_its_folder_and_for_minutes_in_v1(client):
    entry = published()
    for name in entry.files:
        fixed, newest = client.get(entry.address(name)), client.get(f"/widget/v1/{name}")
        assert fixed.content == newest.content == entry.files[name]
        assert fixed.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert newest.headers["cache-control"] == "public, max-age=300"
        for reply in (fixed, newest):
            assert reply.headers["access-control-allow-origin"] == "*"
            assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
            assert reply.headers["content-type"] in ("text/javascript; charset=utf-8", "application/json")
            assert "set-cookie" not in reply.headers
    again = client.get("/widget/v1/ldnqa.js", headers={"if-none-match": newest.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    raw = client.get("/widget/v1/ldnqa.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in raw.headers


def test_the_published_digests_are_those_of_the_files(client):
    published_list = client.get("/widget/v1/integrity.json").json()
    assert set(published_list["files"]) == set(published().files)
    for about in published_list["files"].values():
        digest = hashlib.sha384(client.get(about["url"]).content).digest()
        assert about["integrity"] == f"sha384-{b64encode(digest).decode()}"
        assert published_list["build"] in about["url"]


@pytest.mark.parametrize(
    "path", ["v0/ldnqa.js", "v1/nothing.js", "v1/../app.py", "v1/%2e%2e/app.py", "v1/", "0000/chat.js"]
)
def test_there_is_nothing_else_under_the_widgets_address(client, path):
    assert client.get(f"/widget/{path}").status_code == 404


def test_the_box_knows_what_can_be_asked_and_the_mandated_words(client):
    box = client.get("/v1/box", params={"article_id": "examplol-uses"}).json()
    assert box["questions"] == ["What dose is used?", "What are the side effects?"]
    assert box["disclaimer"]["text"] == ARTICLE_DISCLAIMER.text
    assert client.get("/v1/box").json()["disclaimer"]["text"] == SITE_DISCLAIMER.text
    assert client.get("/v1/box", params={"article_id": "nothing"}).status_code == 404


def test_the_modules_pass_their_own_tests():
    node = shutil.which("node")
    assert node, "the widget's own tests need Node; run `python tests/browser.py`"
    tests = Path(__file__).parent / "widget.test.mjs"
    done = subprocess.run([node, "--test", str(tests)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    for path in WIDGET.glob("*.js"):
        assert subprocess.run([node, "--check", str(path)], check=False).returncode == 0


def test_the_guide_names_every_attribute_variable_part_and_event():
    guide = (Path(__file__).parent.parent / "docs" / "embed.md").read_text()
    source = "".join(path.read_text() for path in WIDGET.glob("*.js"))
    options = re.search(r"OPTIONS = (\[.*\])", source)
    wanted = re.findall(r'"([a-z-]+)"', options[1])
    wanted += set(re.findall(r"var\((--ldnqa-[a-z-]+)", source)) | set(re.findall(r'part: "([a-z]+)"', source))
    wanted += [f"ldnqa:{name}" for name in ("ready", "question", "answer", "citation-open", "feedback", "error")]
    wanted += ["ask(", "open(", "close(", "clear("]
    assert [name for name in wanted if f"`{name}" not in guide] == []
