"""The pages in a real browser, served by a real server: without scripts, narrow and wide, on paper, by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from service_fakes import HOSTILE
from stage import PAGE

pytestmark = pytest.mark.browser
ANSWER = f"{PAGE}?question=dose+and+effects+at+bedtime&audience=patient"


def ask(page, question):
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


def test_without_scripts_a_reader_asks_follows_up_and_reads_the_source(visit):
    page = visit("/", java_script_enabled=False)
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
    page.get_by_role("link", name="Start a new conversation").click()
    ask(page, "zzz")
    expect(page.locator("#answer")).to_contain_text("do not answer this question")
    page.get_by_role("link", name="What dose is used?").click()
    expect(page.locator("#answer .sources").first).to_be_visible()


def test_without_scripts_an_urgent_answer_cannot_be_missed(visit):
    page = visit(PAGE, java_script_enabled=False)
    ask(page, "I took poison")
    alert = page.get_by_role("alert")
    expect(alert).to_be_in_viewport()
    expect(alert.get_by_role("link", name="1-800-222-1222")).to_have_attribute("href", "tel:18002221222")
    expect(alert.get_by_role("link")).to_have_count(2)


def test_without_scripts_plain_words_can_be_put_first(visit):
    page = visit(PAGE, java_script_enabled=False)
    plain = page.get_by_text("You take 3 to 4 units before you sleep.")
    expect(plain).to_be_hidden()
    switch = page.get_by_role("switch", name="Plain words first")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    expect(plain).to_be_visible()
    own = page.get_by_text("Examplol is used at a dose")
    expect(own).to_be_visible()
    assert plain.bounding_box()["y"] < own.bounding_box()["y"]


def test_a_word_of_the_glossary_leads_to_its_meaning_and_back(visit):
    page = visit(PAGE, java_script_enabled=False)
    page.get_by_role("link", name="placebol", exact=True).click()
    entry = page.locator(":target")
    expect(entry).to_contain_text("A treatment that does nothing")
    entry.get_by_role("link", name="Back to use 1 of placebol").click()
    expect(page.locator("a:target")).to_have_text("placebol")


@pytest.mark.parametrize("width", [320, 768])
@pytest.mark.parametrize("path", [PAGE, ANSWER, "/articles?question=zzz", "/docs", "/articles/hostilol"])
def test_no_page_scrolls_sideways(visit, path, width):
    page = visit(path, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", ["/articles/hostilol", "/articles/hostilol?question=hostilol", "/"])
def test_hostile_words_do_nothing(visit, path):
    page = visit(path)
    expect(page.locator("body")).to_contain_text("<script>")
    assert page.title() != "owned"
    run = (
        "[...document.scripts].filter(one => one.type !== 'application/ld+json').map(one => new URL(one.src).pathname)"
    )
    assert all(address.startswith("/widget/") for address in page.evaluate(run))
    assert page.locator('a[href^="javascript:"]').count() == 0


def test_a_hostile_question_does_nothing(visit):
    page = visit(PAGE, java_script_enabled=False)
    ask(page, HOSTILE)
    expect(page.locator("#asked")).to_contain_text(HOSTILE)
    assert page.locator("script").count() == 0


def test_the_keyboard_reaches_the_content(visit):
    page = visit(PAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to content")).to_be_in_viewport()


def test_on_paper_there_are_the_words_and_no_controls(visit):
    page = visit(ANSWER)
    page.emulate_media(media="print")
    expect(page.locator("#answer .said").first).to_be_visible()
    expect(page.locator("article .disclaimer")).to_be_visible()
    expect(page.locator("form")).to_be_hidden()


def test_what_was_begun_in_the_plain_form_goes_on_in_the_box(visit):
    page = visit("/")
    held = []
    page.route("**/v1/box*", lambda route: held.append(route))
    with page.expect_request("**/v1/box*"):
        page.goto(PAGE, wait_until="domcontentloaded")
    page.locator("#question").fill("At bedtime?")
    page.wait_for_function("() => document.querySelector('ldnqa-chat').shadowRoot")
    # On a busy machine a request of the page before may be among them, and this page's still to come.
    page.route("**/v1/box*", lambda route: route.continue_())
    for route in held:
        route.continue_()
    written = page.locator("ldnqa-chat .compose textarea")
    expect(written).to_have_value("At bedtime?")
    expect(written).to_be_focused()
