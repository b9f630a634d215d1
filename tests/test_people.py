"""Who a question is about: what is said of others is no answer, and where it is given it is said so."""

from __future__ import annotations

import pytest

from ldnqa import ask, load_policy
from ldnqa.people import ages_in, people_asked, people_told_of
from ldnqa.types import Status, Turn

LEXICON = load_policy().lexicon


@pytest.mark.parametrize(
    ("question", "people"),
    [
        ("Does LDN help children with Crohn's?", {"children"}),
        ("LDN for teenagers with depression", {"children"}),
        ("What dose for a 7 year old?", {"children"}),
        ("My daughter's 11. Does LDN help?", {"children"}),
        ("my son is 9, can he have it", {"children"}),
        ("Is LDN safe in pregnancy?", {"pregnancy"}),
        ("Does it harm the unborn child?", {"pregnancy"}),
        ("Does it help the elderly?", {"older people"}),
        ("What is the dose of LDN (for a child)?", {"children"}),
        ("What dose of LDN is usual (in pregnancy)", {"pregnancy"}),
        # These name people, or figures, and ask about neither.
        ("My pain is 8 out of 10. Does LDN help?", set()),
        ("is 9 better than 4.5", set()),
        ("what is 6-beta-naltrexol", set()),
        ("I have two children and fibromyalgia. Does LDN help?", set()),
        ("As a paediatric nurse I wonder how LDN works", set()),
        ("I'm not pregnant. What are the side effects?", set()),
        ("I take thyroid tablets since my second pregnancy. Will I need less?", set()),
        ("I am expecting surgery. Should I stop LDN?", set()),
    ],
)
def test_the_people_a_question_is_about(question, people):
    assert people_asked(question, LEXICON) == people


def test_a_story_asks_about_a_child_by_its_age_alone():
    told = "My daughter is 9 and I raised two toddlers besides."
    assert people_asked("Is LDN safe for her?", LEXICON, told) == {"children"}
    assert people_asked("Is LDN safe for her?", LEXICON, "My father is 77, and I was pregnant.") == set()


def test_an_illness_is_asked_about_and_not_who_has_it():
    assert people_asked("Our girl is 13 and has MS. Does LDN slow it?", LEXICON) == set()
    assert people_asked("Is there a trial of LDN in MS?", LEXICON, "Our girl is 13 and has MS.") == set()
    # But how much and whether is asked of the child.
    for asks in ("Can LDN slow it?", "What dose of LDN slows it?", "Would LDN help her MS?", "Does LDN help?"):
        assert people_asked(f"Our girl is 13 and has MS. {asks}", LEXICON) == {"children"}


def test_whom_a_question_points_to_was_told_before():
    earlier = ["Is LDN used in lupus?", "My nephew is 12 and has MS. Does LDN slow it?", "I am 44."]
    assert people_asked("Was anybody his age in the studies?", LEXICON, earlier=earlier[1:2]) == {"children"}
    assert people_asked("Was anybody his age in the studies?", LEXICON, earlier=earlier[2:]) == set()
    assert people_asked("How long were the studies?", LEXICON, earlier=earlier) == set()


def test_an_age_is_somebodys():
    assert ages_in("My sister (41) and her boy, who's 7, and dad is 70.") == {
        "41": None,
        "7": "children",
        "70": "older people",
    }
    assert ages_in("My daughter 23 has MS, my son, 9, has not.") == {"23": None, "9": "children"}
    assert ages_in("Is 60 mg too much? He is 5 mg up, and I'm 8 of 10.") == {}


def test_people_are_told_of_by_their_age_or_state():
    assert people_told_of("My father is 77 and I raised two children.", LEXICON) == ["older people"]
    assert people_told_of("My nan is 81, does it help fibromyalgia?", LEXICON) == ["older people"]
    assert people_told_of("I'm pregnant, and my girl is 6.", LEXICON) == ["pregnancy", "children"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question"),
    [
        ("Does LDN help in Crohn's disease?", "And in children with Crohn's?"),
        (None, "My daughter is 12 and has fibromyalgia, would LDN help her?"),
        (None, "What dose of LDN is given to teenagers?"),
        ("Should I stop LDN before surgery?", "how long before in children?"),
    ],
)
def test_what_is_said_of_adults_is_no_answer_for_a_child(index, policy, before, question):
    history = [Turn(question=before)] if before else []
    answer = ask(index, question, policy=policy, history=history)
    assert answer.status is Status.ABSTAINED, answer.answer
    assert policy.wording.no_people.format(people="children") in answer.answer


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    ["Is LDN safe in pregnancy?", "I am pregnant and have Crohn's. Does LDN work?", "Can I breastfeed on LDN?"],
)
def test_what_speaks_of_the_people_asked_about_leads(index, policy, question):
    answer = ask(index, question, policy=policy)
    assert "pregnancy, breastfeeding" in answer.statements[0].text


@pytest.mark.model
def test_nothing_need_be_about_people_who_are_only_told_of_but_it_is_said_that_it_is_not(index, policy):
    told = "My father is 77 and his feet have been burning at night for years. "
    answer = ask(index, f"{told}What is known about LDN for painful diabetic neuropathy?", policy=policy)
    assert answer.status is Status.ANSWERED
    assert policy.wording.other_people.format(people="older people") in answer.answer
    alone = ask(index, "What is known about LDN for painful diabetic neuropathy?", policy=policy)
    assert policy.wording.other_people.partition("{")[0] not in alone.answer


@pytest.mark.model
def test_how_long_is_not_answered_without_a_time(index, policy):
    history = [Turn(question="Can I take LDN with tramadol?")]
    answer = ask(index, "How old should the baby be before I take it?", policy=policy, history=history)
    assert answer.status is Status.ABSTAINED


@pytest.mark.model
@pytest.mark.parametrize(
    ("message", "says"),
    [
        (
            "I'm 46 and had fibromyalgia since my second pregnancy, and tried yoga and gabapentin. Three weeks ago a "
            "doctor started me on LDN and I keep a diary. How long does LDN normally take before it works?",
            "time until LDN brings a benefit",
        ),
        (
            "I take naltrexone 50 mg for my drinking, with my coffee, and I am dry for seven months. On Sunday I left "
            "the box at home and only noticed on Monday. Should I have taken a double tablet to catch up?",
            "A double dose of naltrexone 50 mg should never be taken",
        ),
        (
            "My niece is 16 and fell from her horse, and since then her foot is red and burns. The doctors call it "
            "complex regional pain syndrome. Somebody in a group spoke of LDN. What evidence is there that LDN helps "
            "this? I should like to be prepared when we see the surgeon.",
            "two published case reports",
        ),
        (
            "I look after a man who gets the monthly naltrexone injection and has caught a nasty cough that keeps the "
            "house awake. The chemist wants to help. I shall change nothing myself, but would you expect a cough "
            "medicine with an opioid to work in somebody on that injection?",
            "may not work in people treated with the naltrexone injection",
        ),
    ],
)
def test_what_a_story_asks_is_answered_by_itself_where_nothing_answers_all_of_it(index, policy, message, says):
    answer = ask(index, message, policy=policy)
    assert answer.status is Status.ANSWERED
    assert says in answer.statements[0].text
    assert answer.standalone_question == message
