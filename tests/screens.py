"""Draws the pictures of docs/screens/ from a running server: `python tests/screens.py http://127.0.0.1:8000`.

Answers are the server's own; only what it will not do for a picture (fail, be slow) is put in its place.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from browser import CHROMIUM, FLAGS
from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "screens"
ARTICLE = "/articles/ldn-indications"
DOSE = "What dose of LDN is used, and when is it taken?"
DISPUTED = "Does LDN help in multiple sclerosis?"
# Drawn at every width and in both schemes; the rest only light, wide and narrow.
EVERYWHERE = {"article", "box", "source", "urgent", "articles"}
HOST = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>A page of another site</title><main><h1>A page of another site</h1><p>It has words of its own.</p></main>
<ldnqa-chat article="ldn-indications" mode="launcher" {more}></ldnqa-chat>
<script src="/widget/v1/ldnqa.js" async></script>"""


def ask(page: Page, question: str, done: str = ".tools") -> Any:
    """Asks and waits until `done` is there."""
    before = page.locator("ldnqa-chat .turn").count()
    page.locator("ldnqa-chat .compose textarea").fill(question)
    page.locator("ldnqa-chat .send").click()
    turn = page.locator("ldnqa-chat .turn").nth(before)
    turn.locator(done).first.wait_for()
    return turn


def fail(page: Page, status: int, headers: dict[str, str], **problem: Any) -> None:
    """Lets the next questions fail."""
    page.route(
        "**/v1/ask",
        lambda route: route.fulfill(
            status=status,
            headers={"Content-Type": "application/problem+json", **headers},
            body=json.dumps({"status": status, **problem}),
        ),
    )


def main(site: str) -> None:
    """Draws them all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def visit(width: int, scheme: str, path: str = ARTICLE, height: int = 900, scale: float = 1) -> Page:
            context = browser.new_context(
                base_url=site,
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                reduced_motion="reduce",
                device_scale_factor=scale,
            )
            page = context.new_page()
            page.goto(path)
            return page

        def save(target: Any, name: str) -> None:
            shown = name.removesuffix("-dark").removesuffix("-768-light")
            if shown != name and name.rsplit("-", 2)[0] not in EVERYWHERE:
                return
            target.screenshot(path=FOLDER / f"{name}.png")

        for width, scheme in ((1100, "light"), (1100, "dark"), (768, "light"), (320, "light"), (320, "dark")):
            name = f"{width}-{scheme}"
            page = visit(width, scheme)
            box = page.locator("ldnqa-chat")
            box.locator(".compose").wait_for()
            save(page, f"article-{name}")
            page.get_by_label("Plain words first").check(force=True)
            save(page, f"article-plain-{name}")
            page.get_by_label("Plain words first").uncheck(force=True)
            save(box, f"box-{name}")
            turn = ask(page, DOSE)
            save(turn, f"answer-{name}")
            turn.locator(".cite").first.click()
            turn.locator(".cited .card").first.scroll_into_view_if_needed()
            save(turn.locator(".group").first, f"source-{name}")
            turn.get_by_role("button", name="Not helpful").click()
            save(turn.locator(".after"), f"feedback-{name}")
            turn.get_by_role("button", name="Show in the article").first.click()
            save(page, f"shown-{name}")
            page.get_by_role("button", name="Back to the answer").click()
            box.get_by_role("button", name="Patient").click()
            save(ask(page, DISPUTED).locator(".conflict").first, f"conflict-{name}")
            save(ask(page, "Is it safe to fly to the moon?"), f"abstained-{name}")
            save(ask(page, "I took an overdose of my pills"), f"urgent-{name}")
            fail(page, 429, {"Retry-After": "30"})
            save(ask(page, "Does it help with sleep?", ".mishap"), f"busy-{name}")
            page.unroute("**/v1/ask")
            fail(page, 500, {}, request_id="0f8fad5bd9cb469fa165")
            save(ask(page, "Does it help with sleep?", ".mishap"), f"failed-{name}")
            page.context.close()

            page = visit(width, scheme, "/")
            page.locator("ldnqa-chat .compose").wait_for()
            save(page, f"articles-{name}")
            page.route("**/host.html", lambda route: route.fulfill(content_type="text/html", body=HOST.format(more="")))
            page.goto("/host.html")
            page.get_by_role("button", name="Ask about this article").click()
            page.locator("ldnqa-chat .compose").wait_for()
            save(page, f"launcher-{name}")
            page.context.close()

        page = visit(1100, "light", scale=1)
        page.locator("ldnqa-chat .compose").wait_for()
        turn = ask(page, "Does it work for Crohn's disease?")
        turn.locator(".cite").first.click()
        page.set_viewport_size({"width": 860, "height": 980})
        turn.evaluate("node => node.scrollIntoView({block: 'start'})")
        save(page, "answer")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        turn.evaluate("node => node.scrollIntoView({block: 'start'})")
        save(page, "print")
        page.context.close()

        page = visit(700, "light", f"{ARTICLE}?question={DOSE.replace(' ', '+')}#answer")
        save(page, "no-script")
        page.context.close()
        page = visit(700, "light", "/host.html")
        german = HOST.format(more='lang="de"')
        page.route("**/host.html", lambda route: route.fulfill(content_type="text/html", body=german))
        page.goto("/host.html")
        page.get_by_role("button", name="Zu diesem Artikel fragen").click()
        ask(page, DOSE)
        save(page, "german")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
