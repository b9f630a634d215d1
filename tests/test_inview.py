"""On an article's page what is left unsaid is what the page is about."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.inview import view_of
from ldnqa.policy import load_policy
from ldnqa.types import Status, Turn

LEXICON = load_policy().lexicon


def talk(index, policy, page, *questions):
    history: list[Turn] = []
    for question in questions:
        answer = ask(index, question, policy=policy, history=history, article_id=page)
        history.append(Turn(question=question, source_ids=tuple(source.id for source in answer.sources)))
    return answer


@pytest.mark.parametrize(
    ("title", "about"),
    [
        (
            "Does low-dose naltrexone help in Crohn's disease or ulcerative colitis?",
            "Crohn's disease or ulcerative colitis",
        ),
        ("Does low-dose naltrexone help in fibromyalgia?", "fibromyalgia"),
        ("How is low-dose naltrexone thought to work?", None),
        ("Can naltrexone be taken with opioids, around surgery, or with other medicines?", None),
    ],
)
def test_a_page_is_about_the_conditions_that_its_title_names(title, about):
    assert view_of(title, LEXICON) == about


@pytest.mark.model
@pytest.mark.parametrize(
    "asked", ["does it work?", "How good is the evidence?", "how sure are you?", "do the studies agree?"]
)
@pytest.mark.parametrize("page", ["ldn-fibromyalgia", "ldn-multiple-sclerosis", "ldn-crohns-colitis"])
def test_whether_it_works_is_asked_of_what_the_page_is_about(index, policy, page, asked):
    answer = talk(index, policy, page, asked)
    assert answer.status is Status.ANSWERED
    assert answer.standalone_question.endswith(f" in {view_of(index.articles[page].title, LEXICON)}?")
    assert answer.sources[0].article_id == page


@pytest.mark.model
def test_they_are_the_tablets_on_the_page_on_tablets(index, policy):
    answer = talk(index, policy, "naltrexone-50mg-label", "who mustnt have them")
    assert answer.standalone_question == "who mustnt have naltrexone 50 mg tablets"
    assert "must not be taken" in answer.statements[0].text
    given = talk(index, policy, "naltrexone-50mg-label", "why do they prescribe them")
    assert given.standalone_question == "why do they prescribe naltrexone 50 mg tablets"
    # Somebody is no tablet, and without a page there are no tablets to be spoken of.
    for asked in (
        "What do people say about them?",
        "do they know if it harms the liver?",
        "My parents are 80. Can they?",
    ):
        answer = talk(index, policy, "naltrexone-50mg-label", asked)
        assert "tablets say" not in answer.standalone_question
        assert "tablets know" not in answer.standalone_question
        assert "Can naltrexone" not in answer.standalone_question
    assert talk(index, policy, None, "who mustnt have them").standalone_question == "who mustnt have them"


@pytest.mark.model
def test_what_is_named_counts_and_not_the_page(index, policy):
    page = "ldn-multiple-sclerosis"
    assert talk(index, policy, page, "Does it help in fibromyalgia?").sources[0].article_id == "ldn-fibromyalgia"
    after = talk(index, policy, page, "Does it help in fibromyalgia?", "How good is the evidence?")
    assert "multiple sclerosis" not in after.standalone_question
    other = talk(index, policy, page, "Does it help in fibromyalgia?", "A different topic: how good is the evidence?")
    assert other.standalone_question == "how good is the evidence in multiple sclerosis?"
    both = talk(index, policy, "ldn-crohns-colitis", "Do the studies agree?", "and for MS?")
    assert both.standalone_question == "Do the studies agree in MS?"
    assert both.sources[0].article_id == "ldn-multiple-sclerosis"
    # How it works and whether it is safe is asked of it anywhere.
    assert talk(index, policy, page, "How does it work?").standalone_question == "How does low-dose naltrexone work?"
    assert talk(index, policy, page, "Is it safe?").standalone_question == "Is low-dose naltrexone safe?"


@pytest.mark.model
def test_a_whole_article_is_asked_for_by_what_its_title_asks(index, policy):
    page = "ldn-fibromyalgia"
    for asked in ("summarise this article", "What is this page about?", "key points?", "tl;dr"):
        answer = talk(index, policy, page, asked)
        assert answer.standalone_question == index.articles[page].title
        assert answer.sources[0].article_id == page
    after = talk(index, policy, page, "tl;dr", "how many people was that in?")
    assert after.standalone_question == f"{index.articles[page].title} how many people was that in?"
    # After an answer that is what is to be short.
    short = talk(index, policy, page, "Does it help in multiple sclerosis?", "tl;dr")
    assert short.sources[0].article_id == "ldn-multiple-sclerosis"
