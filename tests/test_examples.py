"""The example site, served by a plain file server, with its box from a real ldnqa on another origin."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect
from serving import serve_process

SITE = Path(__file__).parent.parent / "examples" / "site"
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def files(tmp_path):
    """A plain file server over a folder: (folder, address)."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield tmp_path, f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.model
@pytest.mark.browser
def test_the_example_site_answers_from_another_origin(files, browser, index_folder, tmp_path_factory):
    folder, origin = files
    sites = json.dumps({"example": {"origins": [origin]}})
    with serve_process(index_folder, tmp_path_factory.mktemp("ldnqa"), LDNQA_SITES=sites) as address:
        for path in SITE.iterdir():
            text = path.read_text(encoding="utf-8")
            assert path.name != "index.html" or ADDRESS in text
            (folder / path.name).write_text(text.replace(ADDRESS, address), encoding="utf-8")
        page = browser.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(origin)
        box = page.locator("ldnqa-chat")
        box.locator(".compose textarea").fill("What dose is used, and when is it taken?")
        box.locator(".send").click()
        expect(box.get_by_text("1.5 mg to 4.5 mg a day").first).to_be_visible(timeout=30_000)
        expect(box.get_by_text("This information is intended for healthcare professionals").first).to_be_visible()
        accent = box.evaluate("box => getComputedStyle(box).getPropertyValue('--ldnqa-accent')")
        page.close()
    assert accent == "#7a2e52"
    assert said == []
