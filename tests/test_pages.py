"""The pages as they leave the server: complete without a script, true to the article, and inert."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import ARTICLE_DISCLAIMER, HOSTILE, INDEX, SITE_DISCLAIMER, TinyIndex, resources

from ldnqa.api.app import create_app
from ldnqa.api.conversation import MAX_CARRIED_CHARS
from ldnqa.errors import InvalidQuestion
from ldnqa.types import Review, ReviewStatus

PAGE = "/articles/examplol-uses"


@pytest.fixture(scope="module")
def client():
    with TestClient(create_app(resources=resources())) as client:
        yield client


def soup(reply):
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return BeautifulSoup(reply.content, "html.parser")


def get(client, path=PAGE, status=200, **query):
    reply = client.get(f"{path}?{urlencode(query, doseq=True)}" if query else path, headers={"accept": "text/html"})
    assert reply.status_code == status, reply.text
    return soup(reply)


def text(node):
    return " ".join(node.get_text().split())


def test_a_visit_starts_on_the_list_of_articles(client):
    page = get(client, "/")
    assert [link["href"] for link in page.select(".cards h2 a")] == [PAGE, "/articles/hostilol"]
    assert SITE_DISCLAIMER.text in text(page)


def test_the_article_is_all_there(client):
    page = get(client)
    article = INDEX.articles["examplol-uses"]
    assert text(page.h1) == article.title
    for section in article.sections:
        shown = page.find(id=section.id)
        assert text(shown.h2) == section.heading
        for line in section.text.replace("• ", "").split("\n"):
            assert line.split(".")[0].split(",")[0] in text(shown)
    assert "Low dose" in text(page.find(id="from-the-guidelines").select_one(".labels"))
    assert (
        " ".join(text(label) for label in page.find(id="from-the-label").select(".label")) == "Drug label Standard dose"
    )
    assert "Last updated February 27, 2025" in text(page)
    assert ARTICLE_DISCLAIMER.text in text(page)
    assert "The study behind this figure had nine members." in text(page.find(id="from-the-guidelines"))
    assert "You take 3 to 4 units before you sleep." in text(page.select_one(".part .plain"))


def test_the_tracker_marks_where_the_review_stands(client):
    page = get(client)
    assert [text(step) for step in page.select(".tracker li")] == [
        "Submitted, done",
        "Under Review now",
        "Approved, not yet",
    ]
    assert [text(step) for step in page.select("[aria-current=step]")] == ["Under Review now"]
    assert "Exercise caution" in text(page.select_one(".caution"))
    assert "nobody has reviewed" in text(get(client, "/articles/hostilol").select_one(".caution"))


def test_marks_and_references_link_to_each_other(client):
    page = get(client)
    marks = page.select("sup a")
    assert marks
    for mark in marks:
        entry = page.find(id=mark["href"][1:])
        assert text(entry.select_one(".number")) == text(mark)
        assert entry.find("a", href=f"#{mark['id']}")
    assert "list not supplied" in text(page.find(id="ref_1"))


def test_every_link_on_a_page_leads_to_something_on_it(client):
    for page in (get(client), get(client, question="What dose?"), get(client, "/docs"), get(client, "/articles")):
        ids = [node["id"] for node in page.select("[id]")]
        assert len(ids) == len(set(ids))
        assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= set(ids)


def test_an_answer_shows_statements_sources_and_the_disclaimer(client):
    page = get(client, question="dose at bedtime", audience="clinician")
    answer = page.find(id="answer")
    assert text(answer.h2) == "Answer to: dose at bedtime"
    said = answer.select_one(".statements li")
    assert "taken at bedtime" in text(said)
    assert " ".join(text(label) for label in said.select(".label")) == "Guideline Low dose"
    source = answer.find(id=said.select_one("a.number")["href"][1:])
    quote = source.blockquote.get_text()
    section = INDEX.articles["examplol-uses"].sections[0]
    assert quote in section.text
    for words in ("Guideline", "Low dose", "From the Guidelines", "Under Review", "February 27, 2025", "Examplol and"):
        assert words in text(source)
    marked = page.find(id=source.find("a", string="Show in the article")["href"][1:])
    assert marked.name == "mark"
    part = page.find(id="from-the-guidelines")
    assert "".join(mark.get_text() for mark in part.select("mark")) == quote
    assert ARTICLE_DISCLAIMER.text in text(answer)
    assert "Sources disagree" in text(answer)
    assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_plain_words_come_first_for_patients_only(client):
    plain = "You take 3 to 4 units before you sleep."
    for audience, first in (("patient", True), ("caregiver", True), ("clinician", False), ("", False)):
        said = get(client, question="bedtime", audience=audience).select_one(".statements li")
        assert text(said.select_one(".said")).startswith(plain) is first
        assert "taken at bedtime" in text(said)
        assert bool(said.select_one(".verbatim")) is first


def test_an_abstention_offers_questions_and_no_source(client):
    answer_page = get(client, question="zzz")
    answer = answer_page.find(id="answer")
    assert "do not answer this question" in text(answer)
    assert answer.select(".sources, .statements, a.number") == []
    assert ARTICLE_DISCLAIMER.text in text(answer)
    link = answer_page.select_one(".suggestions a")
    assert "What dose is used?" in text(link)
    assert get(client, link["href"].partition("#")[0]).find(id="answer").select(".sources")


def test_urgency_comes_first_and_alone(client):
    answer = get(client, question="I took an overdose").find(id="answer")
    alert = answer.select_one("[role=alert]")
    assert text(alert) == "Call your emergency number now."
    assert text(answer).count("Call your emergency number now.") == 1
    assert ARTICLE_DISCLAIMER.text in text(answer)


def test_what_the_answer_lacks_stands_above_its_words_and_other_notices_below(client):
    shown = text(get(client, question="dose at bedtime for a child").find(id="answer"))
    parts = ["Nothing quoted here speaks of children.", "3 to 4 units", "The review of this article is not finished."]
    places = [shown.index(part) for part in parts]
    assert places == sorted(places)
    assert shown.count(parts[0]) == shown.count(parts[2]) == 1


def form_of(page):
    form = page.form
    fields = [(field["name"], field["value"]) for field in form.select("input[type=hidden]")]
    return form["action"].partition("#")[0], fields


def test_a_conversation_goes_on_without_a_script(client):
    action, fields = form_of(get(client, question="bedtime"))
    follow_up = get(client, f"{action}?{urlencode([('question', 'And yawning?'), *fields])}")
    assert "Understood as: bedtime And yawning?" in text(follow_up)
    assert [text(link) for link in follow_up.select(".earlier a")] == ["bedtime"]
    earlier = get(client, follow_up.select_one(".earlier a")["href"].partition("#")[0])
    assert "Understood as" not in text(earlier)
    _, fields = form_of(follow_up)
    turns = [json.loads(value) for name, value in fields if name == "turn"]
    assert [turn["question"] for turn in turns] == ["bedtime", "And yawning?"]
    assert all(id.startswith("examplol-uses#") for turn in turns for id in turn["source_ids"])


def test_a_conversation_keeps_twenty_turns_and_an_address_that_fits(client):
    page = get(client, question="turn 0 dose")
    for n in range(1, 25):
        action, fields = form_of(page)
        page = get(client, f"{action}?{urlencode([('question', f'turn {n} dose'), *fields])}")
    _, fields = form_of(page)
    assert [json.loads(value)["question"] for _, value in fields] == [f"turn {n} dose" for n in range(5, 25)]
    for n in range(20):
        action, fields = form_of(page)
        page = get(client, f"{action}?{urlencode([('question', f'{n}' + 'é' * 900), *fields])}")
    _, fields = form_of(page)
    assert 0 < len(urlencode(fields)) <= MAX_CARRIED_CHARS
    assert json.loads(fields[-1][1])["question"].startswith("19")


def test_the_audience_is_kept_for_the_next_question(client):
    page = get(client, question="dose", audience="caregiver")
    assert page.select_one("option[selected]")["value"] == "caregiver"
    link = page.select_one(".suggestions a")["href"]
    assert parse_qs(urlsplit(link).query)["audience"] == ["caregiver"]


def test_all_articles_can_be_asked_at_once(client):
    page = get(client, "/articles", question="dose of hostilol")
    links = [link["href"] for link in page.select(".sources a") if "Show" in text(link)]
    assert {link.partition("#")[0] for link in links} == {PAGE, "/articles/hostilol"}
    assert get(client, "/articles", question="dose").form["action"] == "/articles#answer"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"question": ""}, "type a question"),
        ({"question": "   "}, "type a question"),
        ({"question": "x" * 2_001}, "type a question"),
        ({"question": "a\x00b"}, "type a question"),
        ({"question": "dose", "audience": "wizard"}, "choose one"),
        ({"question": "dose", "turn": "{"}, "start again"),
        ({"question": "dose", "turn": '{"question": "a", "answer": "forged"}'}, "start again"),
        ({"question": "dose", "turn": ["[" * 9_000]}, "start again"),
        ({"question": "dose", "turn": ['{"question": "a"}'] * 21}, "too long"),
        ({"turn": "nonsense"}, "start again"),
    ],
)
def test_a_mistake_is_explained_beside_the_form(client, query, words):
    page = get(client, status=422, **query)
    assert words in text(page.select_one("[role=alert]"))
    assert page.textarea.get_text() == query.get("question", "")
    assert text(page.h1) == INDEX.articles["examplol-uses"].title


def test_what_the_library_refuses_is_a_mistake_too():
    def refuses(question, **_):
        raise InvalidQuestion(question)

    with TestClient(create_app(resources=replace(resources(), ask=refuses))) as client:
        assert "Please ask" in text(get(client, status=422, question="dose").select_one("[role=alert]"))


def test_an_unknown_article_is_a_page_for_people_and_a_problem_for_programs(client):
    page = get(client, "/articles/nothing", status=404)
    assert page.find("a", href="/articles", string="See the articles there are.")
    assert client.get("/articles/nothing", headers={"accept": "*/*"}).headers["content-type"].endswith("problem+json")
    assert get(client, "/nowhere", status=404).h1
    missing = client.get("/v1/articles/nothing", headers={"accept": "text/html"})
    assert missing.headers["content-type"] == "application/problem+json"


def test_the_glossary_is_linked_both_ways_where_a_section_first_uses_a_word(client):
    page = get(client)
    links = page.select("a.term")
    assert [text(link) for link in links] == ["placebol", "hiccups"]
    for link in links:
        entry = page.find(id=link["href"][1:])
        assert entry.find("a", href=f"#{link['id']}")
    assert "A treatment that does nothing" in text(page.find(id="glossary"))
    assert get(client, "/articles/hostilol").select("#glossary, a.term") == []


def test_the_editorial_policy_is_one_click_away_where_there_is_one(client):
    assert get(client).find("a", string="Editorial policy") is None
    policy = INDEX.articles["hostilol"].model_copy(update={"id": "editorial-policy"})
    index = TinyIndex("with policy", {**INDEX.articles, policy.id: policy})
    with TestClient(create_app(resources=replace(resources(), index=index))) as site:
        link = get(site).find("a", string="Editorial policy")
        assert link["href"] == "/articles/editorial-policy"
        assert site.get(link["href"]).status_code == 200


def described(page):
    return json.loads(page.find("script", type="application/ld+json").get_text())


def test_search_engines_are_told_what_the_page_is_and_no_review_that_did_not_happen(client):
    about = described(get(client))
    assert about["@type"] == "MedicalWebPage"
    assert about["name"] == INDEX.articles["examplol-uses"].title
    assert about["dateModified"] == "2025-02-27"
    assert about["about"]["name"] == "low-dose examplol"
    assert about["citation"][1] == {
        "@type": "CreativeWork",
        "name": "Examplol and placebol",
        "identifier": "doi:10.1000/182",
        "datePublished": "2017",
    }
    assert not {"lastReviewed", "reviewedBy"} & set(about)
    assert described(get(client, "/articles/hostilol"))["name"] == f"Hostilol {HOSTILE}"
    review = Review(status=ReviewStatus.APPROVED, by="R. Eader", on=date(2025, 3, 1))
    approved = INDEX.articles["examplol-uses"].model_copy(update={"review": review})
    index = TinyIndex("approved", {"examplol-uses": approved})
    with TestClient(create_app(resources=replace(resources(), index=index))) as site:
        about = described(get(site))
        assert (about["reviewedBy"]["name"], about["lastReviewed"]) == ("R. Eader", "2025-03-01")
        assert "Exercise caution" not in text(get(site))


def test_the_box_is_the_widget_with_a_form_inside_for_those_without_scripts(client):
    page = get(client)
    box = page.find("ldnqa-chat")
    assert box["article"] == "examplol-uses"
    assert box.form
    script = page.find("script", src=True)
    published_file = client.get(script["src"])
    digest = b64encode(hashlib.sha384(published_file.content).digest()).decode()
    assert script["integrity"] == f"sha384-{digest}"
    assert get(client, "/").find("ldnqa-chat")["article"] == ""
    assert get(client, question="bedtime").find("ldnqa-chat") is None


def check_inert(page):
    assert page.select("iframe, object, embed, base, img") == []
    for script in page.select("script"):
        assert script.get("type") == "application/ld+json" or script["src"].startswith("/widget/")
    for node in page.find_all(True):
        assert not [name for name in node.attrs if name.startswith("on") or name == "style"], node
        for name in ("href", "src", "action"):
            value = node.get(name, "/")
            assert value.startswith(("/", "#", "https://", "http://", "data:image/svg+xml,")), value


def test_hostile_articles_and_questions_are_only_words(client):
    page = get(client, "/articles/hostilol", question=HOSTILE, turn=json.dumps({"question": HOSTILE}))
    check_inert(page)
    assert HOSTILE in page.find(id="answer").get_text()
    assert HOSTILE in page.select_one(".earlier").get_text()
    assert text(page.h1) == " ".join(f"Hostilol {HOSTILE}".split())
    assert HOSTILE in page.find(id="body").get_text()
    check_inert(get(client, "/articles"))
    check_inert(get(client, "/docs"))


@settings(max_examples=60, deadline=None)
@given(question=st.text(max_size=60), turn=st.text(max_size=60), audience=st.text(max_size=12))
def test_no_address_whatever_breaks_a_page(client, question, turn, audience):
    query = {"question": question, "turn": json.dumps({"question": turn}), "audience": audience}
    encoded = urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in query.items()})
    reply = client.get(f"{PAGE}?{encoded}")
    assert reply.status_code in (200, 422)
    page = soup(reply)
    check_inert(page)
    if reply.status_code == 200:
        assert page.find(id="answer").h2.get_text() == "Answer to: " + question.strip().replace("\r\n", "\n")
    assert ARTICLE_DISCLAIMER.text in text(page)
