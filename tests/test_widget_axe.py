"""No barrier that axe-core knows of (WCAG 2.2 A and AA), in any state of the box, light and dark, and on the pages."""

from __future__ import annotations

import pytest
from browser import AXE
from playwright.sync_api import expect
from stage import ARTICLE, DOSE, PAGE, refuse, streamed
from test_widget_browser import ask, box_of, shown_whole

pytestmark = pytest.mark.browser
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations
  .map(({id, nodes}) => `${id}: ${nodes.map(one => one.target.flat().join(' ') + ' ' + one.failureSummary)
    .join('; ')}`)"""


def barriers(page):
    if not page.evaluate("typeof axe === 'object'"):
        # Through the debugger, because the page's own policy would refuse a script from nowhere.
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return page.evaluate(RUN, RULES)


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


def test_the_box_in_every_state(visit, stage, scheme):
    page = visit(color_scheme=scheme)
    box = box_of(page)
    states = {"before anything is asked": barriers(page)}

    stage.acts.append(streamed(only=4, hang=True))
    turn = ask(page, DOSE)
    expect(turn.locator(".statement").first).to_be_visible()
    states["while an answer streams"] = barriers(page)
    box.get_by_role("button", name="Stop").click()
    states["stopped"] = barriers(page)
    turn.get_by_role("button", name="Edit the question").click()

    turn = shown_whole(ask(page, DOSE))
    turn.locator(".cite").first.click()
    turn.locator(".source .line").first.click()
    turn.get_by_role("button", name="Not helpful").click()
    turn.get_by_text("Words used here").click()
    states["answered, all open"] = barriers(page)

    box.get_by_role("button", name="Patient").click()
    turn = shown_whole(ask(page, "bedtime"))
    turn.get_by_text("In the article’s own words").click()
    states["plain words"] = barriers(page)
    shown_whole(ask(page, "zzz yyy"))
    states["abstained"] = barriers(page)
    shown_whole(ask(page, "poison"))
    states["urgent"] = barriers(page)

    for act in (refuse(429, {"Retry-After": "60"}), refuse(500, request_id="r"), streamed(only=2)):
        stage.acts.append(act)
        expect(ask(page, DOSE).get_by_role("alert").last).to_be_visible()
    ask(page, "x" * 2001)
    states["failed, too long"] = barriers(page)
    assert {state: found for state, found in states.items() if found} == {}


def test_the_launcher_and_the_way_back(visit, stage, scheme):
    words = "Examplol is used at a dose of 3 to 4 units, taken at bedtime. It was compared with placebol."
    element = f'<ldnqa-chat article="{ARTICLE}" mode="launcher"></ldnqa-chat>'
    article = f"<main><h1>Host</h1><p>{words}</p></main>"
    page = visit(
        stage.embed(f"{article}{element}{stage.tag()}"),
        color_scheme=scheme,
    )
    button = page.get_by_role("button", name="Ask about this article")
    expect(button).to_be_visible()
    # What a page does around the box is its own affair: the corner button stands outside every landmark.
    page.evaluate("customElements.whenDefined('ldnqa-chat')")
    button.click()
    turn = shown_whole(ask(page, "bedtime"))
    turn.locator(".cite").first.click()
    turn.get_by_role("button", name="Show in the article").click()
    expect(page.get_by_role("button", name="Back to the answer")).to_be_visible()
    assert [found for found in barriers(page) if not found.startswith("region")] == []


@pytest.mark.parametrize("path", [PAGE, "/", f"{PAGE}?question=dose+and+effects", f"{PAGE}?question=poison", "/docs"])
def test_the_pages(visit, scheme, path):
    page = visit(path, color_scheme=scheme)
    if path == PAGE:
        box_of(page)
        page.get_by_label("Plain words first").check()
    assert barriers(page) == []


def test_forced_colours_and_more_contrast_leave_nothing_without_an_edge(visit):
    page = visit(forced_colors="active", contrast="more")
    turn = shown_whole(ask(page, "poison"))
    edges = """nodes => nodes.map(node => getComputedStyle(node)).filter(style =>
      style.borderTopStyle === 'none' || style.borderTopColor === 'rgba(0, 0, 0, 0)').length"""
    assert turn.locator(".alarm, .tel").evaluate_all(edges) == 0
    assert box_of(page).locator(".send, .entry textarea, .chip").evaluate_all(edges) == 0
    assert barriers(page) == []
