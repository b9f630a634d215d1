"""The pages in a real browser, served by a real server: with and without scripts, narrow and wide, light and dark."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from browser import CHROMIUM, FLAGS
from playwright.sync_api import expect, sync_playwright
from service_fakes import HOSTILE, resources

from ldnqa.api.app import create_app

pytestmark = pytest.mark.browser
PAGE = "/articles/examplol-uses"
ANSWER = f"{PAGE}?question=dose+and+effects+at+bedtime&audience=patient"


@pytest.fixture(scope="module")
def site():
    """The address of a server of the small site, on a free port."""
    with serving(create_app(resources=resources())) as address:
        yield address


@contextmanager
def serving(app):
    started = threading.Event()

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            started.set()

    server = Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert started.wait(timeout=30)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser, site):
    """Opens a page in a fresh context; at the end, no policy was violated and nothing was fetched from elsewhere."""
    contexts, complaints = [], []

    def open_(path, **options):
        context = browser.new_context(base_url=site, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda r: r.url.startswith((site, "data:")) or complaints.append(f"fetched {r.url}"))
        page.on("console", lambda m: m.type in ("error", "warning") and complaints.append(m.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog {dialog.message}"))
        if options.get("java_script_enabled", True):
            page.add_init_script(
                "window.violations = [];"
                "addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective));"
            )
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.violations || []") == []
        context.close()
    assert complaints == []


def ask(page, question):
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_asks_follows_up_and_reads_the_source(open_page, scripts):
    page = open_page("/", java_script_enabled=scripts)
    page.get_by_role("link", name="What is low-dose examplol used for?").click()
    ask(page, "At bedtime?")
    expect(page).to_have_url(re.compile("#answer$"))
    answer = page.locator("#answer")
    expect(answer).to_be_in_viewport()
    expect(answer).to_contain_text("3 to 4 units, taken at bedtime")
    expect(answer).to_contain_text("Article words: for professionals only.")
    answer.get_by_role("link", name="Source 1").first.click()
    expect(page.locator("#source_1")).to_be_in_viewport()
    page.locator("#source_1").get_by_role("link", name="Show in the article").click()
    expect(page.locator("#quote_1")).to_be_in_viewport()
    expect(page.locator("#quote_1")).to_contain_text("Examplol is used at a dose of 3 to 4 units")
    page.get_by_label("Which best describes you?").select_option("patient")
    ask(page, "And yawning?")
    expect(page.locator("#answer")).to_contain_text("Understood as: At bedtime? And yawning?")
    expect(page.locator("#answer .said").first).to_contain_text("You take 3 to 4 units before you sleep.")
    ask(page, "zzz")
    page.get_by_role("link", name="Start a new conversation").click()
    ask(page, "zzz")
    expect(page.locator("#answer")).to_contain_text("do not answer this question")
    page.get_by_role("link", name="What dose is used?").click()
    expect(page.locator("#answer .sources").first).to_be_visible()


def test_an_urgent_answer_cannot_be_missed(open_page):
    page = open_page(PAGE)
    ask(page, "I took an overdose")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("Call your emergency number now.")
    expect(alert).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("path", [PAGE, ANSWER, "/articles?question=zzz", "/docs", "/articles/hostilol"])
def test_no_page_scrolls_sideways(open_page, path, width):
    page = open_page(path, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/articles/hostilol", "/articles/hostilol?question=hostilol", "/articles"])
def test_hostile_words_do_nothing(open_page, path):
    page = open_page(path)
    expect(page.locator("body")).to_contain_text("<script>")
    assert page.title() != "owned"
    assert page.evaluate("document.scripts.length") == 0
    assert page.locator('a[href^="javascript:"]').count() == 0


def test_a_hostile_question_does_nothing(open_page):
    page = open_page(PAGE)
    ask(page, HOSTILE)
    expect(page.locator("#asked")).to_contain_text(HOSTILE)
    assert page.evaluate("document.scripts.length") == 0


def test_the_keyboard_reaches_the_content_and_the_form(open_page):
    page = open_page(PAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    page.get_by_label("Your question").focus()
    page.keyboard.type("At bedtime?")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ask")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_contain_text("taken at bedtime")


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = css => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data; };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = node => { for (; node; node = node.parentElement) {
    const found = rgba(getComputedStyle(node).backgroundColor); if (found[3] === 255) return found; }
    return [255, 255, 255]; };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    const node = walker.currentNode.parentElement;
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${node.className || node.tagName}: ${walker.currentNode.data}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [ANSWER, f"{PAGE}?question=overdose", "/articles", "/docs"])
def test_all_words_have_contrast_enough(open_page, path, scheme):
    page = open_page(path, color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


def test_on_paper_there_are_the_words_and_no_controls(open_page):
    page = open_page(ANSWER)
    page.emulate_media(media="print")
    expect(page.locator("#answer .said").first).to_be_visible()
    expect(page.locator("article .disclaimer")).to_be_visible()
    expect(page.locator("form")).to_be_hidden()
