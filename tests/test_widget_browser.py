"""The box in a real browser, against a real server that misbehaves on command: what a reader sees and can do."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect
from service_fakes import ARTICLE_DISCLAIMER, HOSTILE, INDEX
from serving import serving
from stage import DOSE, PAGE, as_json, no_box, refuse, silence, streamed

pytestmark = pytest.mark.browser
MANDATED = ARTICLE_DISCLAIMER.text
QUOTE = INDEX.articles["examplol-uses"].sections[0].text.split("\n")[0]


def box_of(page):
    box = page.locator("ldnqa-chat")
    expect(box.locator(".compose")).to_be_visible()
    return box


def ask(page, question, press="Enter"):
    box = box_of(page)
    box.locator(".compose textarea").fill(question)
    if press:
        box.locator(".compose textarea").press(press)
    return box.locator(".turn").last


def heard(page, name):
    return page.evaluate("name => heard.filter(([other]) => other === name).map(([, detail]) => detail)", name)


def shown_whole(turn):
    expect(turn.locator(".tools")).to_be_visible()
    return turn


def test_a_question_is_answered_with_statements_sources_and_the_disclaimer(visit, stage):
    page = visit()
    turn = shown_whole(ask(page, DOSE))
    expect(turn.locator("h3")).to_contain_text(DOSE)
    expect(turn.locator(".statement").first).to_contain_text("3 to 4 units")
    expect(turn.locator(".group").first).to_contain_text("Guideline")
    expect(turn.locator(".group").first).to_contain_text("Low dose")
    expect(turn.locator(".disclaimer")).to_have_text(MANDATED)
    expect(turn.locator(".source").first).to_contain_text("From the Guidelines")
    expect(turn.locator(".notes")).to_contain_text("The review of this article is not finished.")
    expect(turn.locator(".conflict .side")).to_have_count(2)
    left, right = (turn.locator(".conflict .side").nth(n).bounding_box() for n in (0, 1))
    assert left["y"] == right["y"]
    assert left["x"] < right["x"]
    expect(page.locator("ldnqa-chat").get_by_role("status").last).to_have_text("Answer ready, 3 sources")
    assert stage.asked[-1] == {
        "question": DOSE,
        "article_id": "examplol-uses",
        "audience": None,
        "history": [],
        "approved_only": False,
    }


def test_a_follow_up_carries_questions_and_ids_only(visit, stage):
    page = visit()
    shown_whole(ask(page, "bedtime"))
    turn = shown_whole(ask(page, "And yawning?"))
    expect(turn.locator(".understood")).to_have_text("Understood as: bedtime And yawning?")
    (earlier,) = stage.asked[-1]["history"]
    assert earlier["question"] == "bedtime"
    assert set(earlier) == {"question", "source_ids"}
    assert all(id.startswith("examplol-uses#") for id in earlier["source_ids"])


def test_a_citation_opens_the_exact_quote_and_shows_it_in_the_article(visit):
    page = visit()
    turn = shown_whole(ask(page, DOSE))
    cite = turn.locator(".cite").first
    expect(cite).to_have_accessible_name("Source 1, From the Guidelines")
    cite.click()
    expect(cite).to_have_attribute("aria-expanded", "true")
    card = turn.locator(".cited .card").first
    expect(card.locator("blockquote")).to_have_text(QUOTE)
    for words in (
        "Guideline",
        "Low dose",
        "Under review",
        "February 27, 2025",
        "Journal of Examples, 2017",
        "Examplol and placebol",
    ):
        expect(card).to_contain_text(words)
    assert [link.get_attribute("href") for link in card.locator(".references a").all()] == [
        "https://doi.org/10.1000/182",
        "https://pubmed.ncbi.nlm.nih.gov/12345678/",
    ]
    card.get_by_role("button", name="Show in the article").click()
    marked = page.evaluate("[...CSS.highlights.get('ldnqa-quote')].map(String).join('')")
    # The citation marks that the page shows between the words are inside the range; the words are exactly the quote.
    assert "".join(re.sub(r"\d(?=[,.]|$)", "", marked).split()).startswith("".join(QUOTE.split())[:20])
    expect(page.locator("#from-the-guidelines")).to_be_in_viewport()
    assert page.evaluate("document.activeElement.textContent").startswith("Examplol is used")
    assert heard(page, "citation-open")[0]["index"] == 1
    page.locator("ldnqa-chat").get_by_role("button", name="Back to the answer").click()
    expect(card).to_be_in_viewport()
    assert page.evaluate("CSS.highlights.size") == 0
    expect(card.get_by_role("button", name="Show in the article")).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(cite).to_be_focused()


LIMIT = {"kind": "other_regimen", "text": "What was found is about another use of the drug (tablets)."}
PEOPLE = {"kind": "other_people", "text": "Nothing quoted here speaks of children."}
OPIOIDS = {"kind": "opioid_interaction", "text": "It blocks opioids."}
NOTE = {"kind": "off_label", "text": "It is used off label."}


def top(of):
    return of.bounding_box()["y"]


@pytest.mark.parametrize("width", [320, 900])
def test_what_the_answer_lacks_stands_above_it_and_other_notes_below(visit, stage, width):
    page = visit(viewport={"width": width, "height": 800})
    stage.acts.append(as_json(notices=[OPIOIDS, LIMIT, PEOPLE, NOTE]))
    turn = shown_whole(ask(page, DOSE))
    alarm, limits, said, notes = (turn.locator(of) for of in (".alarm", ".limit", ".statement", ".note"))
    expect(alarm).to_have_text("WarningIt blocks opioids.")
    expect(limits).to_have_text([LIMIT["text"], PEOPLE["text"]])
    expect(notes).to_have_text([NOTE["text"]])
    places = [top(alarm), top(limits.nth(0)), top(limits.nth(1)), top(said.first), top(said.last), top(notes)]
    assert places == sorted(places)
    expect(turn.locator(".notes")).not_to_contain_text("opioids")


def test_the_mandated_words_stand_open_once_and_are_nowhere_missing(visit, stage):
    page = visit()
    everywhere = page.locator("ldnqa-chat .disclaimer")
    first = shown_whole(ask(page, DOSE))
    expect(first.locator(".disclaimer p")).to_be_visible()
    second = shown_whole(ask(page, "bedtime"))
    expect(everywhere).to_have_count(3)
    expect(page.locator("ldnqa-chat .disclaimer p")).to_have_text([MANDATED] * 3)
    expect(second.locator(".disclaimer p")).to_be_visible()
    expect(page.locator("ldnqa-chat .disclaimer details")).to_have_count(2)
    page.locator("ldnqa-chat .turn").first.locator(".disclaimer summary").click()
    expect(page.locator("ldnqa-chat .turn").first.locator(".disclaimer p")).to_be_visible()
    # Other words are never folded up.
    stage.acts.append(as_json(disclaimer={"id": "other", "text": "Other words."}))
    shown_whole(ask(page, "dose"))
    expect(page.locator("ldnqa-chat .disclaimer details")).to_have_count(0)
    page.get_by_role("button", name="Start over").click()
    expect(page.locator("ldnqa-chat .compose .disclaimer p")).to_be_visible()


def test_words_of_another_article_are_linked_with_a_text_fragment(visit, stage):
    page = visit()
    stage.acts.append(as_json(article_id="hostilol"))
    turn = shown_whole(ask(page, "hostilol"))
    turn.locator(".source button.line").first.click()
    link = turn.locator(".source .way a")
    expect(link).to_have_text("Read in its article")
    assert "/articles/hostilol#body:~:text=Dose%20of" in link.get_attribute("href")
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"


def test_an_abstention_shows_no_source_and_offers_what_can_be_asked(visit):
    page = visit()
    turn = shown_whole(ask(page, "zzz"))
    expect(turn.locator(".words")).to_have_text("The articles do not answer this question.")
    expect(turn.locator(".source, .cite, .statement")).to_have_count(0)
    expect(turn.locator(".disclaimer")).to_have_text(MANDATED)
    box = box_of(page)
    expect(box.locator(".box .suggestions")).to_contain_text("These questions can be answered")
    box.get_by_role("button", name="What dose is used?").click()
    expect(box.locator(".turn").last.locator(".source").first).to_be_visible()


def test_an_urgent_answer_is_an_alert_with_numbers_to_tap(visit):
    page = visit()
    turn = shown_whole(ask(page, "someone took poison"))
    alert = turn.get_by_role("alert")
    expect(alert).to_contain_text("Urgent")
    expect(alert).to_be_in_viewport()
    assert [link.get_attribute("href") for link in alert.locator("a").all()] == ["tel:112", "tel:18002221222"]
    expect(box_of(page).locator(".box .suggestions")).to_be_hidden()


def test_a_stopped_answer_says_so_and_keeps_its_disclaimer(visit, stage):
    page = visit()
    stage.acts.append(streamed(only=4, hang=True))
    turn = ask(page, DOSE)
    expect(turn.locator(".statement").first).to_be_visible()
    expect(turn.locator(".disclaimer")).to_have_text(MANDATED)
    box = box_of(page)
    box.get_by_role("button", name="Stop").click()
    expect(turn.locator(".mishap")).to_contain_text("Stopped. This answer is not complete.")
    expect(turn.locator(".disclaimer")).to_have_text(MANDATED)
    expect(turn.get_by_role("button", name="Copy with sources")).to_have_count(0)
    turn.get_by_role("button", name="Try again").click()
    shown_whole(box.locator(".turn").last)
    assert stage.asked[-1]["history"] == []
    assert box.locator(".turn").count() == 1


def test_a_server_that_was_killed_and_came_back_answers_the_same_question(visit, stage, browser):
    with serving(stage.second) as address:
        port = int(address.rpartition(":")[2])
        page = visit(stage.embed(f'<ldnqa-chat article="examplol-uses" api="{address}"></ldnqa-chat>{stage.tag()}'))
        box_of(page)
    visit.expected += [address, "ERR_"]
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("The answer service cannot be reached. Your question is kept.")
    expect(turn.locator("h3")).to_contain_text(DOSE)
    with serving(stage.second, port):
        turn.get_by_role("button", name="Try again").click()
        shown_whole(box_of(page).locator(".turn").last)
        expect(box_of(page).locator(".turn")).to_have_count(1)
        page.close()


def test_a_server_that_is_busy_is_asked_again_when_it_says(visit, stage):
    page = visit()
    stage.acts.append(refuse(429, {"Retry-After": "2"}))
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("Many people are asking just now.")
    again = turn.locator(".minor")
    expect(again).to_have_text(re.compile(r"Try again in \d s"))
    expect(again).to_be_disabled()
    expect(again).to_have_text("Try again")
    again.click()
    shown_whole(box_of(page).locator(".turn").last)


def test_a_fault_of_the_server_names_its_request(visit, stage):
    page = visit()
    stage.acts.append(refuse(500, request_id="req-123"))
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("req-123")
    assert heard(page, "error")[-1] == {"kind": "server", "status": 500, "request_id": "req-123"}
    turn.get_by_role("button", name="Edit the question").click()
    expect(box_of(page).locator(".compose textarea")).to_have_value(DOSE)
    expect(box_of(page).locator(".compose textarea")).to_be_focused()


def test_a_question_that_cannot_be_used_is_explained(visit, stage):
    page = visit()
    stage.acts.append(refuse(422, errors=[{"field": "question", "message": "must be a question in words"}]))
    turn = ask(page, "…")
    expect(turn.get_by_role("alert")).to_contain_text("must be a question in words")


def test_offline_keeps_the_question_until_there_is_a_connection(visit):
    page = visit()
    box_of(page)
    page.context.set_offline(True)
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("You are offline.")
    page.context.set_offline(False)
    expect(turn.get_by_role("alert")).to_contain_text("You are connected again.")
    turn.get_by_role("button", name="Try again").click()
    shown_whole(box_of(page).locator(".turn").last)


def test_silence_ends_after_the_timeout(visit, stage):
    page = visit(stage.embed(f'<ldnqa-chat article="examplol-uses" timeout="0.3"></ldnqa-chat>{stage.tag()}'))
    stage.acts.append(silence)
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("No answer came in time.")


@pytest.mark.parametrize("act", [streamed(only=3), streamed(only=0), as_json(object="other")])
def test_an_answer_that_breaks_off_is_not_taken_for_whole(visit, stage, act):
    page = visit()
    stage.acts.append(act)
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("The connection broke before the answer was complete.")
    expect(turn.locator(".tools")).to_have_count(0)
    assert heard(page, "answer") == []


@pytest.mark.parametrize(
    "act", [as_json("disclaimer"), streamed(drop="disclaimer"), as_json(disclaimer={"id": "x", "text": " "})]
)
def test_without_a_disclaimer_no_word_of_an_answer_is_shown(visit, stage, act):
    page = visit()
    stage.acts.append(act)
    turn = ask(page, DOSE)
    expect(turn.get_by_role("alert")).to_contain_text("without its mandated disclaimer")
    expect(turn.locator(".statement, .answer")).to_have_count(0)


def test_a_box_without_its_disclaimer_is_not_drawn(visit, stage):
    stage.acts.append(no_box)
    page = visit(stage.embed(f'<ldnqa-chat article="examplol-uses"></ldnqa-chat>{stage.tag()}'))
    expect(page.get_by_role("alert")).to_contain_text("cannot be loaded")
    page.get_by_role("button", name="Try again").click()
    box_of(page)


@pytest.mark.parametrize("pieces", [1, 2, 7, 64])
def test_a_stream_in_pieces_is_the_same_answer(visit, stage, pieces):
    page = visit()
    stage.acts.append(streamed(pieces=pieces))
    turn = shown_whole(ask(page, DOSE))
    expect(turn.locator(".statement")).to_have_count(3)
    expect(turn.locator(".answer")).to_contain_text("😀")


def test_a_server_that_answers_with_json_is_understood(visit, stage):
    page = visit()
    stage.acts.append(as_json())
    expect(shown_whole(ask(page, DOSE)).locator(".statement")).to_have_count(3)


def test_what_a_reader_has_opened_stays_open_when_the_answer_is_complete(visit, stage):
    page = visit()
    shown = shown_whole(ask(page, DOSE))
    shown.locator(".cite").first.click()
    assert page.evaluate("document.activeElement.tagName") == "LDNQA-CHAT"
    expect(shown.locator(".cited .card")).to_have_count(1)


def test_focus_stays_where_the_reader_put_it(visit, stage):
    page = visit()
    box = box_of(page)
    shown_whole(ask(page, DOSE))
    expect(box.locator(".compose textarea")).to_be_focused()
    expect(box.locator(".compose textarea")).to_have_value("")


def test_focus_is_never_lost_with_a_button_that_goes_away(visit, stage):
    page = visit()
    box = box_of(page)
    inside = "document.querySelector('ldnqa-chat').shadowRoot.activeElement?.className"
    box.get_by_role("button", name="What dose is used?").click()
    turn = shown_whole(box.locator(".turn").last)
    assert page.evaluate(inside) == "log"
    turn.get_by_role("button", name="Not helpful").click()
    turn.get_by_role("button", name="Send").click()
    expect(turn.get_by_text("Thank you.")).to_be_visible()
    expect(turn.get_by_role("button", name="Not helpful")).to_be_focused()
    stage.acts.append(refuse(500))
    turn = ask(page, DOSE)
    turn.get_by_role("button", name="Try again").click()
    shown_whole(box.locator(".turn").last)
    assert page.evaluate(inside) == "log"


def test_a_box_that_is_moved_keeps_its_conversation(visit):
    page = visit()
    shown_whole(ask(page, DOSE))
    page.evaluate("document.querySelector('main').prepend(document.querySelector('ldnqa-chat'))")
    expect(box_of(page).locator(".turn")).to_have_count(1)
    shown_whole(ask(page, "And yawning?"))
    expect(box_of(page).locator(".turn")).to_have_count(2)


def test_everything_works_from_the_keyboard(visit):
    page = visit()
    box = box_of(page)
    box.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    expect(box.locator(".who")).to_contain_text("Answers worded for: Patient")
    page.keyboard.press("Tab")
    expect(box.locator(".compose textarea")).to_be_focused()
    page.keyboard.type("bedtime")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("Tab")
    expect(box.locator(".send")).to_be_focused()
    page.keyboard.press("Enter")
    turn = shown_whole(box.locator(".turn").last)
    expect(box.locator(".send")).to_be_focused()
    turn.locator(".cite").first.focus()
    page.keyboard.press("Space")
    expect(turn.locator(".cited .card")).to_be_visible()
    turn.locator(".source .line").first.focus()
    page.keyboard.press("Enter")
    expect(turn.locator(".source .card")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('ldnqa-chat').shadowRoot.activeElement.tagName") in ("A", "BUTTON")


def test_the_audience_can_be_chosen_skipped_changed_and_lasts_for_the_tab(visit, stage):
    page = visit()
    box = box_of(page)
    box.get_by_role("button", name="Carer or family member").click()
    turn = shown_whole(ask(page, "bedtime"))
    assert stage.asked[-1]["audience"] == "caregiver"
    expect(turn.locator(".said")).to_contain_text("You take 3 to 4 units before you sleep.")
    turn.get_by_text("In the article’s own words").click()
    expect(turn.locator("details blockquote").first).to_contain_text("taken at bedtime")
    page.goto("/articles/hostilol")
    box = box_of(page)
    expect(box.locator(".who")).to_contain_text("Carer or family member")
    box.get_by_role("button", name="Change").click()
    box.get_by_role("button", name="Rather not say").click()
    ask(page, "bedtime")
    shown_whole(box.locator(".turn").last)
    assert stage.asked[-1]["audience"] is None
    expect(box.locator(".chip")).to_have_count(0)


def test_thumbs_send_a_rating_and_a_reason(visit, stage):
    page = visit()
    turn = shown_whole(ask(page, DOSE))
    turn.get_by_role("button", name="Not helpful").click()
    turn.get_by_label("Something in it is wrong").check()
    turn.get_by_label("Anything to add?").fill(" The second. ")
    turn.get_by_role("button", name="Send").click()
    expect(turn.get_by_text("Thank you.")).to_be_visible()
    turn = shown_whole(ask(page, "bedtime"))
    turn.get_by_role("button", name="Helpful", exact=True).click()
    expect(turn.get_by_text("Thank you.")).to_be_visible()
    assert stage.feedback == [
        {"answer_id": "ans_1", "rating": "down", "reason": "wrong", "comment": "The second."},
        {"answer_id": "ans_1", "rating": "up"},
    ]
    assert heard(page, "feedback") == stage.feedback


def test_a_copy_has_sources_and_disclaimer(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    turn = shown_whole(ask(page, DOSE))
    turn.get_by_role("button", name="Copy with sources").click()
    expect(turn.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert QUOTE in copied
    assert "[1] Guideline:" in copied
    assert copied.rstrip().endswith(MANDATED)
    # Words selected and copied by hand take the disclaimer along too.
    turn.locator(".said").first.select_text()
    page.keyboard.press("Control+C")
    by_hand = page.evaluate("navigator.clipboard.readText()")
    assert by_hand.startswith("Examplol is used")
    assert by_hand.endswith(MANDATED)


def test_clearing_forgets_the_conversation(visit, stage):
    page = visit()
    shown_whole(ask(page, DOSE))
    box = box_of(page)
    box.get_by_role("button", name="Start over").click()
    expect(box.locator(".turn")).to_have_count(0)
    shown_whole(ask(page, "bedtime"))
    assert stage.asked[-1]["history"] == []


def test_a_conversation_and_a_draft_survive_a_reload_where_the_page_asks_for_it(visit, stage):
    page = visit()
    shown_whole(ask(page, DOSE))
    ask(page, "half a thou", press=None)
    page.reload()
    box = box_of(page)
    expect(box.locator(".turn .statement")).to_have_count(3)
    expect(box.locator(".turn .disclaimer")).to_have_text(MANDATED)
    expect(box.locator(".compose textarea")).to_have_value("half a thou")
    shown_whole(ask(page, "And yawning?"))
    assert [turn["question"] for turn in stage.asked[-1]["history"]] == [DOSE]
    tampered = page.evaluate(
        "() => { const [key, value] = Object.entries(sessionStorage).find(([k]) => k.endsWith(':examplol-uses'));"
        " const kept = JSON.parse(value); delete kept[0].disclaimer;"
        " sessionStorage.setItem(key, JSON.stringify(kept)); }"
    )
    assert tampered is None
    page.reload()
    expect(box_of(page).locator(".turn")).to_have_count(0)


def test_hostile_words_stay_words(visit):
    page = visit("/articles/hostilol")
    turn = shown_whole(ask(page, f"hostilol {HOSTILE}"))
    expect(turn.locator("h3")).to_contain_text(HOSTILE)
    turn.locator(".source .line").first.click()
    expect(turn.locator(".card blockquote").first).to_contain_text("<script>")
    assert page.title() != "owned"
    assert turn.locator("script, img").count() == 0
    hrefs = [link.get_attribute("href") for link in turn.locator("a").all()]
    assert hrefs
    assert not [href for href in hrefs if not href.startswith(("https://", "http://"))]


def test_a_question_that_is_too_long_is_not_sent_and_not_lost(visit, stage):
    page = visit()
    ask(page, "x" * 2003)
    box = box_of(page)
    expect(box.get_by_text("3 characters too many")).to_be_visible()
    expect(box.locator(".compose textarea")).to_have_value("x" * 2003)
    assert stage.asked == []


@pytest.mark.parametrize("width", [320, 768])
def test_no_width_makes_the_page_scroll_sideways(visit, width):
    page = visit(viewport={"width": width, "height": 700}, has_touch=True)
    turn = shown_whole(ask(page, DOSE))
    turn.locator(".cite").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = box_of(page).locator(".box")
    inner = box.evaluate("node => [node.scrollWidth, node.clientWidth]")
    assert inner[0] <= inner[1]


SMALL = """() => [...document.querySelector('ldnqa-chat').shadowRoot
  .querySelectorAll('button, summary, .choice, textarea, select, .tel')].filter(node => node.checkVisibility())
  .map(node => [node.getBoundingClientRect(), node.className || node.tagName])
  .filter(([box]) => box.width < 24 || box.height < 24).map(([box, name]) => `${name} ${box.width}x${box.height}`)"""


def test_every_target_is_24_pixels_at_least(visit):
    page = visit(viewport={"width": 320, "height": 700})
    box_of(page)
    assert page.evaluate(SMALL) == []
    turn = shown_whole(ask(page, DOSE))
    turn.locator(".cite").first.click()
    turn.get_by_role("button", name="Not helpful").click()
    assert page.evaluate(SMALL) == []
    shown_whole(ask(page, "poison"))
    assert page.evaluate(SMALL) == []


CONTROLS = "textarea:visible, .send:visible, .tools:visible, .suggestions:visible"


def test_on_paper_there_are_answers_quotes_and_the_disclaimer_and_no_controls(visit):
    page = visit()
    turn = shown_whole(ask(page, DOSE))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(turn.locator(".said").first).to_be_visible()
    expect(turn.locator(".source blockquote").first).to_be_visible()
    expect(turn.locator(".disclaimer")).to_be_visible()
    expect(page.locator("ldnqa-chat").locator(CONTROLS)).to_have_count(0)


def test_nothing_on_the_page_moves_when_the_box_arrives(visit):
    page = visit("about:blank")
    page.add_init_script(
        "window.shift = 0;"
        "new PerformanceObserver(list => { for (const one of list.getEntries()) shift += one.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(f"{PAGE}#ask")
    box_of(page)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") == 0


def test_a_page_that_was_asked_in_its_address_keeps_its_answer(visit):
    page = visit(f"{PAGE}?question=bedtime")
    expect(page.locator("#answer .said").first).to_contain_text("taken at bedtime")
    expect(page.locator("ldnqa-chat")).to_have_count(0)
    assert json.dumps(page.evaluate("heard")) == "[]"


@pytest.mark.model
def test_the_real_articles_are_asked_followed_up_and_shown(browser, live_site):
    """A whole conversation with a real `ldnqa serve` of the articles that ship, streamed."""
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{live_site}/articles/ldn-indications")
    with page.expect_response(f"{live_site}/v1/ask") as asked:
        turn = shown_whole(ask(page, "What dose of LDN is used, and when is it taken?"))
    assert asked.value.headers["content-type"].startswith("text/event-stream")
    expect(turn.locator(".statement").first).to_contain_text("1.5 mg to 4.5 mg")
    turn.locator(".cite").first.click()
    quote = turn.locator(".cited blockquote").first.text_content()
    turn.get_by_role("button", name="Show in the article").first.click()
    marked = page.evaluate("[...CSS.highlights.get('ldnqa-quote')].map(String).join('')")
    assert " ".join(marked.split()) == quote
    turn = shown_whole(ask(page, "And the side effects?"))
    expect(turn.locator(".understood")).to_contain_text("Understood as:")
    turn = shown_whole(ask(page, "My child swallowed my naltrexone tablets"))
    expect(turn.get_by_role("alert").get_by_role("link", name="112")).to_be_visible()
    page.close()
