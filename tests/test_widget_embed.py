"""The box on other people's pages: strict policies, hostile styles; every attribute, variable, part and event."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from stage import ARTICLE, DOSE, STRICT, TRUSTED, refuse, streamed
from test_widget_browser import ask, box_of, heard, shown_whole

from ldnqa.api.routes_widget import WIDGET, published

pytestmark = pytest.mark.browser
ELEMENT = f'<ldnqa-chat article="{ARTICLE}"></ldnqa-chat>'


@pytest.fixture
def tag(stage):
    """The one tag, with more attributes."""

    def make(more="", address=None):
        return f'<script src="{address or stage.site}/widget/v1/ldnqa.js" {more} async></script>'

    return make


def converse(page):
    """Everything that could trip over a policy: an answer, its sources, a mark on the page, feedback, a failure."""
    turn = shown_whole(ask(page, DOSE))
    turn.locator(".cite").first.click()
    turn.locator(".source .line").first.click()
    turn.get_by_role("button", name="Not helpful").click()
    turn.get_by_role("button", name="Send").click()
    expect(turn.get_by_text("Thank you.")).to_be_visible()
    return turn


@pytest.mark.parametrize("where", ["beside", "abroad"])
def test_one_tag_works_under_a_strict_policy_on_a_foreign_origin(visit, stage, tag, where):
    if where == "beside":
        # Widget and service behind the host's own address, and no script may ever be made of a string.
        page = visit(stage.embed(tag(f'data-article="{ARTICLE}"', address=stage.host), STRICT + TRUSTED))
    else:
        policy = f"default-src 'none'; script-src {stage.site}; connect-src {stage.site}"
        page = visit(stage.embed(tag(f'data-article="{ARTICLE}"'), policy))
    converse(page)
    assert page.context.cookies() == []
    assert page.evaluate("document.querySelectorAll('[style]').length") == 0
    inner = "document.querySelector('ldnqa-chat').shadowRoot.querySelectorAll('[style], style, link').length"
    assert page.evaluate(inner) == 0


def test_the_modules_ask_for_no_power_that_a_strict_policy_denies():
    for path in WIDGET.glob("*.js"):
        source = path.read_text()
        for word in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            ".style.",
            "document.cookie",
            "localStorage",
        ):
            assert word not in source, f"{path.name}: {word}"


def test_words_of_the_answer_are_shown_on_the_hosts_page_where_they_stand(visit, stage, tag):
    article = (
        '<main style="height:3000px"></main><section id="from-the-guidelines"><p>Examplol is used at a dose of 3 to 4'
        " units<sup>1</sup>,\n taken at <b>bedtime</b>. It was compared with placebol<sup>[2]</sup>.</p></section>"
    )
    page = visit(stage.embed(article + ELEMENT + tag()))
    turn = shown_whole(ask(page, "bedtime"))
    turn.locator(".cite").first.click()
    before = page.evaluate("document.querySelector('section').innerHTML")
    turn.get_by_role("button", name="Show in the article").click()
    marked = page.evaluate("[...CSS.highlights.get('ldnqa-quote')].map(String).join('')")
    assert marked.startswith("Examplol is used at a dose")
    assert marked.endswith(".")
    box_of(page).get_by_role("button", name="Back to the answer").click()
    page.evaluate("document.activeElement.blur()")
    assert page.evaluate("document.querySelector('section').innerHTML").replace(' tabindex="-1"', "") == before


HOSTILE_CSS = """
* { all: unset !important; color: red !important; font: 3px cursive !important; display: none !important; }
html, body { display: block !important; --accent: red; --paper: red; --ink: red; --quiet: red; --sans: cursive; }
ldnqa-chat { display: none !important; position: fixed !important; opacity: 0 !important; left: -9999px !important; }
::part(disclaimer) { display: none !important; }
button, textarea, div, p, section { width: 1px !important; visibility: hidden !important; }
"""


def look(page):
    """What the box looks like: where each of its parts stands, and in which colours and letters."""
    return page.evaluate(
        """() => [...document.querySelector('ldnqa-chat').shadowRoot.querySelectorAll('.box, .box *')].map(node => {
          const style = getComputedStyle(node);
          return [node.className, style.color, style.backgroundColor, style.fontSize, style.fontFamily]; })"""
    )


def test_the_hosts_styles_cannot_break_the_box_nor_the_box_the_host(visit, stage, tag):
    stage.pages["/hostile.css"] = (HOSTILE_CSS, "")
    plain = visit(stage.embed(ELEMENT + tag()))
    shown_whole(ask(plain, DOSE))
    hostile = visit(
        stage.embed(
            ELEMENT + "<p id=own>Words of the host</p>" + tag(), head='<link rel="stylesheet" href="/hostile.css">'
        )
    )
    turn = shown_whole(ask(hostile, DOSE))
    expect(turn.locator(".disclaimer")).to_be_visible()
    assert look(hostile) == look(plain)
    own = hostile.evaluate("getComputedStyle(document.querySelector('#own')).color")
    assert own == "rgb(255, 0, 0)"


def test_several_boxes_on_a_page_keep_apart(visit, stage, tag):
    second = '<ldnqa-chat article="hostilol"></ldnqa-chat>'
    page = visit(stage.embed(ELEMENT + second + tag() + tag(f'data-article="{ARTICLE}"')))
    boxes = page.locator("ldnqa-chat")
    expect(boxes).to_have_count(3)
    for n, article in enumerate((ARTICLE, "hostilol", ARTICLE)):
        boxes.nth(n).locator(".compose textarea").fill("dose")
        boxes.nth(n).locator(".send").click()
        expect(boxes.nth(n).locator(".tools")).to_be_visible()
        assert stage.asked[-1]["article_id"] == article
        assert stage.asked[-1]["history"] == []
    ids = page.evaluate(
        "[...document.querySelectorAll('ldnqa-chat')]"
        ".flatMap(box => [...box.shadowRoot.querySelectorAll('[id]')].map(node => node.id))"
    )
    assert len(ids) == len(set(ids))


# --- attributes -------------------------------------------------------------------------------------------


def embedded(visit, stage, tag, attributes, **options):
    return visit(stage.embed(f'<ldnqa-chat article="{ARTICLE}" {attributes}></ldnqa-chat>{tag()}', **options))


def test_api_says_where_questions_go(visit, stage, tag):
    page = visit(stage.embed(f'<ldnqa-chat article="{ARTICLE}" api="{stage.host}/"></ldnqa-chat>{tag()}'))
    with page.expect_request(lambda request: request.url.startswith(f"{stage.host}/v1/ask")):
        shown_whole(ask(page, DOSE))


def test_approved_only_and_audience_go_with_the_question(visit, stage, tag):
    page = embedded(visit, stage, tag, 'approved-only audience="clinician"')
    expect(box_of(page).locator(".who")).to_contain_text("Clinician")
    shown_whole(ask(page, DOSE))
    assert (stage.asked[-1]["approved_only"], stage.asked[-1]["audience"]) == (True, "clinician")


def test_without_an_article_all_articles_are_asked(visit, stage, tag):
    page = visit(stage.embed(f"<ldnqa-chat></ldnqa-chat>{tag()}"))
    shown_whole(ask(page, DOSE))
    assert stage.asked[-1]["article_id"] is None


def test_an_article_that_does_not_exist_is_said(visit, stage, tag):
    page = visit(stage.embed(f'<ldnqa-chat article="nothing"></ldnqa-chat>{tag()}'))
    expect(page.get_by_role("alert")).to_contain_text("cannot be loaded")


def test_history_stays_in_memory_unless_the_page_says_otherwise(visit, stage, tag):
    page = embedded(visit, stage, tag, "")
    shown_whole(ask(page, DOSE))
    assert [key for key in page.evaluate("Object.keys(sessionStorage)") if "audience" not in key] == []
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(box_of(page).locator(".turn")).to_have_count(0)
    page = embedded(visit, stage, tag, 'history="session"')
    shown_whole(ask(page, DOSE))
    page.reload()
    expect(box_of(page).locator(".turn")).to_have_count(1)


def test_lang_and_words_change_the_words_of_the_interface(visit, stage, tag):
    page = embedded(visit, stage, tag, 'lang="de"')
    expect(box_of(page).get_by_role("button", name="Fragen", exact=True)).to_be_visible()
    turn = shown_whole(ask(page, DOSE))
    expect(turn.locator(".group").first).to_contain_text("Leitlinie")
    expect(turn.locator(".disclaimer")).to_contain_text("Article words: for professionals only.")
    assert turn.locator(".answer").get_attribute("lang") == "en"
    expect(page.locator("ldnqa-chat").get_by_role("status").last).to_have_text("Antwort bereit, 3 Quellen")
    stage.pages["/words.json"] = ('{"language": "en-GB", "heading": "Our own heading", "send": "Go"}', "")
    page = embedded(visit, stage, tag, 'words="/words.json"')
    expect(box_of(page).get_by_role("heading", name="Our own heading")).to_be_visible()
    expect(box_of(page).get_by_role("button", name="Go", exact=True)).to_be_visible()
    expect(box_of(page).get_by_role("button", name="Patient")).to_be_visible()


@pytest.mark.parametrize(
    ("theme", "scheme", "dark"), [("light", "dark", False), ("dark", "light", True), ("auto", "dark", True)]
)
def test_theme_overrules_the_readers_scheme(visit, stage, tag, theme, scheme, dark):
    page = visit(
        stage.embed(f'<ldnqa-chat article="{ARTICLE}" theme="{theme}"></ldnqa-chat>{tag()}'), color_scheme=scheme
    )
    colour = box_of(page).locator(".box").evaluate("node => getComputedStyle(node).backgroundColor")
    assert (colour == "rgb(28, 34, 32)") is dark


def test_an_attribute_that_changes_is_followed(visit, stage, tag):
    page = embedded(visit, stage, tag, "")
    shown_whole(ask(page, DOSE))
    page.evaluate("document.querySelector('ldnqa-chat').setAttribute('article', 'hostilol')")
    expect(box_of(page).locator(".turn")).to_have_count(0)
    shown_whole(ask(page, "dose"))
    assert stage.asked[-1]["article_id"] == "hostilol"
    assert stage.asked[-1]["history"] == []


def test_the_tag_hands_every_option_on(visit, stage, tag):
    options = {
        "api": stage.host, "approved-only": "", "article": ARTICLE, "audience": "patient", "history": "session",
        "label": "Ask us", "lang": "de", "theme": "dark", "timeout": "9", "words": "/words.json",
    }  # fmt: skip
    stage.pages["/words.json"] = ("{}", "")
    page = visit(stage.embed(tag(" ".join(f'data-{name}="{value}"' for name, value in options.items()))))
    box_of(page)
    for name, value in options.items():
        assert page.locator("ldnqa-chat").get_attribute(name) == value


def test_the_box_stands_where_the_tag_stands(visit, stage, tag):
    page = visit(stage.embed(f"<p id=a>a</p>{tag(f'data-article={ARTICLE}')}<p id=b>b</p>"))
    box_of(page)
    around = "(n => [n.previousElementSibling.tagName, n.nextElementSibling.id])(document.querySelector('ldnqa-chat'))"
    assert page.evaluate(around) == ["SCRIPT", "b"]


# --- launcher ---------------------------------------------------------------------------------------------


def test_a_launcher_loads_little_opens_closes_and_gives_focus_back(visit, stage, tag):
    page = visit("about:blank")
    fetched = []
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.goto(stage.embed("<p>Host</p>" + tag(f'data-article="{ARTICLE}" data-mode="launcher" data-label="Ask us"')))
    button = page.get_by_role("button", name="Ask us")
    expect(button).to_be_visible()
    assert {name for name in fetched if name.endswith(".js")} == {"ldnqa.js", "launch.js", "dom.js"}
    button.focus()
    page.keyboard.press("Enter")
    box = box_of(page)
    expect(box.get_by_role("dialog")).to_be_visible()
    expect(box.locator(".compose textarea")).to_be_focused()
    expect(page.get_by_role("button", name="Ask us")).to_have_attribute("aria-expanded", "true")
    shown_whole(ask(page, DOSE))
    page.keyboard.press("Escape")
    expect(box.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    page.get_by_role("button", name="Ask us").click()
    expect(box.locator(".turn")).to_have_count(1)
    box.get_by_role("button", name="Close", exact=True).click()
    expect(box.get_by_role("dialog")).to_be_hidden()


def test_an_open_launcher_fills_a_small_screen_and_yields_to_its_keyboard(visit, stage, tag):
    page = visit(
        stage.embed(f'<ldnqa-chat article="{ARTICLE}" mode="launcher"></ldnqa-chat>{tag()}'),
        viewport={"width": 320, "height": 640},
    )
    page.get_by_role("button", name="Ask about this article").click()
    box_of(page)
    panel = page.locator("ldnqa-chat .panel")
    assert panel.bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    page.set_viewport_size({"width": 320, "height": 320})
    page.wait_for_function(
        "document.querySelector('ldnqa-chat').shadowRoot.querySelector('.panel').offsetHeight === 320"
    )
    expect(page.locator("ldnqa-chat .compose textarea")).to_be_in_viewport()


# --- variables, parts, events, methods --------------------------------------------------------------------

VARIABLES = {
    "--ldnqa-accent": ("rgb(1, 2, 3)", ".send", "backgroundColor"),
    "--ldnqa-accent-text": ("rgb(4, 5, 6)", ".send", "color"),
    "--ldnqa-background": ("rgb(7, 8, 9)", ".box", "backgroundColor"),
    "--ldnqa-text": ("rgb(10, 11, 12)", ".box", "color"),
    "--ldnqa-muted": ("rgb(13, 14, 15)", ".promise", "color"),
    "--ldnqa-border": ("rgb(16, 17, 18)", ".suggestion", "borderTopColor"),
    "--ldnqa-font": ("monospace", ".box", "fontFamily"),
    "--ldnqa-quote-font": ("cursive", "h2", "fontFamily"),
    "--ldnqa-font-size": ("21px", ".box", "fontSize"),
    "--ldnqa-radius": ("5px", ".box", "borderBottomLeftRadius"),
}


def test_every_variable_changes_what_it_says(visit, stage, tag):
    rules = "".join(f"{name}: {value};" for name, (value, _, _) in VARIABLES.items())
    page = visit(stage.embed(ELEMENT + tag(), head=f"<style>ldnqa-chat {{ {rules} }}</style>"))
    box = box_of(page)
    for name, (value, selector, what) in VARIABLES.items():
        found = box.locator(f".box{'' if selector == '.box' else ' ' + selector}").first
        assert found.evaluate(f"node => getComputedStyle(node).{what}") == value, name
    page = visit(
        stage.embed(
            f'<ldnqa-chat article="{ARTICLE}" mode="launcher"></ldnqa-chat>{tag()}',
            head="<style>ldnqa-chat { --ldnqa-layer: 7 }</style>",
        )
    )
    assert page.locator("ldnqa-chat .launch").evaluate("node => getComputedStyle(node).zIndex") == "7"
    used = {name for path in WIDGET.glob("*.js") for name in re.findall(r"var\((--ldnqa-[a-z-]+)", path.read_text())}
    assert used == {*VARIABLES, "--ldnqa-layer"}


PARTS = {
    "box",
    "question",
    "answer",
    "statement",
    "drafted",
    "citation",
    "source",
    "notice",
    "input",
    "button",
    "launcher",
    "panel",
}


def test_every_part_can_be_styled_and_the_disclaimer_is_none(visit, stage, tag):
    offered = {name for path in WIDGET.glob("*.js") for name in re.findall(r'part: "([a-z]+)"', path.read_text())}
    assert offered == PARTS
    rules = "".join(f"ldnqa-chat::part({name}) {{ outline: 1px solid rgb(9, 9, 9) }}" for name in PARTS)
    page = visit(stage.embed(ELEMENT + tag(), head=f"<style>{rules}</style>"))
    shown_whole(ask(page, DOSE)).locator(".cite").first.click()
    styled = """name => [...document.querySelector('ldnqa-chat').shadowRoot.querySelectorAll(`[part=${name}]`)]
      .some(node => getComputedStyle(node).outlineColor === 'rgb(9, 9, 9)')"""
    assert {name for name in PARTS - {"launcher", "panel", "drafted"} if not page.evaluate(styled, name)} == set()
    assert page.locator("ldnqa-chat .disclaimer[part]").count() == 0


def test_events_tell_the_page_what_happens(visit, stage, tag):
    page = embedded(visit, stage, tag, "")
    turn = shown_whole(ask(page, DOSE))
    turn.locator(".cite").first.click()
    turn.get_by_role("button", name="Helpful", exact=True).click()
    expect(turn.get_by_text("Thank you.")).to_be_visible()
    stage.acts.append(refuse(500, request_id="r1"))
    expect(ask(page, "again").get_by_role("alert")).to_be_visible()
    assert heard(page, "ready") == [{"article": ARTICLE}]
    assert heard(page, "question") == [{"question": DOSE}, {"question": "again"}]
    assert heard(page, "answer")[0]["answer"]["status"] == "answered"
    assert heard(page, "citation-open")[0]["source"]["section_id"] == "from-the-guidelines"
    assert heard(page, "feedback") == [{"answer_id": "ans_1", "rating": "up"}]
    assert heard(page, "error") == [{"kind": "server", "status": 500, "request_id": "r1"}]


def test_methods_do_what_a_reader_can_do(visit, stage, tag):
    page = visit(stage.embed(f'<ldnqa-chat article="{ARTICLE}" mode="launcher"></ldnqa-chat>{tag()}'))
    page.evaluate("customElements.whenDefined('ldnqa-chat')")
    page.evaluate("document.querySelector('ldnqa-chat').open()")
    expect(box_of(page).get_by_role("dialog")).to_be_visible()
    page.evaluate("document.querySelector('ldnqa-chat').close()")
    expect(box_of_hidden(page)).to_be_hidden()
    answer = page.evaluate("document.querySelector('ldnqa-chat').ask('dose and effects at bedtime')")
    assert answer["status"] == "answered"
    expect(box_of(page).locator(".turn")).to_have_count(1)
    page.evaluate("document.querySelector('ldnqa-chat').clear()")
    expect(box_of(page).locator(".turn")).to_have_count(0)
    stage.acts.append(streamed(only=1))
    kind = page.evaluate("document.querySelector('ldnqa-chat').ask('dose').catch(failure => failure.kind)")
    assert kind == "broken"


def box_of_hidden(page):
    return page.locator("ldnqa-chat").get_by_role("dialog", include_hidden=True)


# --- right to left, integrity -----------------------------------------------------------------------------


def test_on_a_right_to_left_page_the_box_reads_from_the_right(visit, stage, tag):
    page = visit(stage.embed(f'<div dir="rtl">{ELEMENT}</div>{tag()}'), viewport={"width": 700, "height": 800})
    turn = shown_whole(ask(page, DOSE))
    entry = box_of(page).locator(".compose textarea").bounding_box()
    send = box_of(page).locator(".send").bounding_box()
    assert send["x"] < entry["x"]
    assert turn.locator(".group").first.evaluate("node => getComputedStyle(node).borderRightWidth") == "3px"
    assert page.evaluate("document.documentElement.scrollWidth") <= 700


def test_the_published_digest_lets_the_launcher_in_and_nothing_else(visit, stage):
    entry = published()
    script = '<script src="{}" integrity="{}" crossorigin="anonymous" data-article="{}" async></script>'
    good = script.format(stage.site + entry.address(), entry.integrity["ldnqa.js"], ARTICLE)
    page = visit(stage.embed(good))
    box_of(page)
    digests = page.evaluate("[...document.querySelectorAll('link[rel=modulepreload]')].map(link => link.integrity)")
    assert set(digests) == {
        digest for name, digest in entry.integrity.items() if name.endswith(".js") and name != "ldnqa.js"
    }
    visit.expected += ["integrity", "digest"]
    page = visit(stage.embed(script.format(stage.site + entry.address(), entry.integrity["chat.js"], ARTICLE)))
    expect(page.locator("ldnqa-chat")).to_have_count(0)


def test_a_module_that_was_tampered_with_does_not_run(visit, stage, monkeypatch):
    entry = published()
    files = dict(entry.files)
    files["turn.js"] = files["turn.js"].replace(b"export function", b"globalThis.owned = 1;\nexport function", 1)
    monkeypatch.setattr("ldnqa.api.routes_widget.published", lambda: type(entry)(entry.build, files, entry.integrity))
    visit.expected += ["integrity", "digest", "preload", "import", "Failed to fetch"]
    page = visit(stage.embed(f'<script src="{stage.site}{entry.address()}" data-article="{ARTICLE}" async></script>'))
    expect(page.locator("ldnqa-chat")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[globalThis.owned ?? null, customElements.get('ldnqa-chat') ?? null]") == [None, None]
