"""What docs/embed.md shows of the widget works in a browser: tags, style, script, and the language pack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect
from snippets import blocks
from stage import ARTICLE

from ldnqa.api.routes_widget import WIDGET, published

pytestmark = pytest.mark.browser
PAGE = Path(__file__).parent.parent / "docs" / "embed.md"
SHOWN = [block for block in blocks(PAGE) if block.language in {"html", "css", "js"}]
TAGS = [block.text for block in SHOWN if block.language == "html"]
(STYLE,) = (block.text for block in SHOWN if block.language == "css")
(SCRIPT,) = (block.text for block in SHOWN if block.language == "js")


@pytest.fixture
def embedded(visit, stage):
    """Opens a page of the foreign host with a block in it, addresses and placeholders filled in."""

    def show(tag, head=""):
        found = published()
        stage.pages["/our-words.json"] = ((WIDGET / "lang" / "de.json").read_text(encoding="utf-8"), "")
        for name, value in {
            "https://ldnqa.example.org": stage.site,
            "ldn-indications": ARTICLE,
            "<build>": found.build,
            "sha384-...": found.integrity["ldnqa.js"],
        }.items():
            tag = tag.replace(name, value)
        return visit(stage.embed(tag if "<script" in tag else tag + stage.tag(), head=head))

    return show


@pytest.mark.parametrize("tag", TAGS, ids=range(len(TAGS)))
def test_every_tag_shows_a_box_of_the_article(embedded, tag):
    page = embedded(tag)
    if "launcher" in tag:
        page.get_by_role("button").first.click()
    box = page.locator("ldnqa-chat")
    expect(box.locator(".compose textarea")).to_be_visible()
    assert box.get_attribute("article") == ARTICLE
    if "words=" in tag:
        german = json.loads((WIDGET / "lang" / "de.json").read_text(encoding="utf-8"))
        assert box.locator(".send").inner_text() in german.values()


def test_the_style_reaches_the_box_and_the_script_asks_it(embedded):
    page = embedded(TAGS[0], head=f"<style>{STYLE}</style>")
    page.locator("ldnqa-chat .compose textarea").wait_for()
    asked = SCRIPT.replace("What dose is used?", "dose and effects at bedtime")
    answer = page.evaluate(f"async () => {{ {asked}\nreturn answer; }}")
    assert answer["object"] == "ldnqa.answer"
    assert answer["disclaimer"]["text"]
    look = page.locator("ldnqa-chat .send").evaluate("e => getComputedStyle(e).backgroundColor")
    assert look == "rgb(35, 78, 155)"
