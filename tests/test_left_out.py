"""One thing that no article knows does not silence what is said of the others, and is named as not answered."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.left_out import without
from ldnqa.types import NoticeKind, Status


@pytest.mark.parametrize(
    ("question", "missing", "rest", "things"),
    [
        ("Can I take LDN with gabapentin and with tramadol?", {"gabapentin"}, "Can I take LDN with tramadol?", 1),
        ("Does LDN help fibromyalgia, long COVID and lupus?", {"lupus"}, "Does LDN help fibromyalgia, long COVID?", 1),
        ("Does LDN help lupus, acne and MS?", {"lupus", "acne"}, "Does LDN help MS?", 2),
        ("Does LDN cause headaches or hair loss?", {"hair"}, "Does LDN cause headaches?", 1),
    ],
)
def test_an_unknown_thing_of_a_list_is_left_out(question, missing, rest, things):
    left = without(question, missing)
    assert left is not None
    assert (left.rest, len(left.things)) == (rest, things)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("Does LDN help lupus?", {"lupus"}),
        ("Can I take LDN with zinc or gabapentin?", {"zinc", "gabapentin"}),
        ("I have lupus and take prednisone. Does LDN help?", {"lupus", "prednisone"}),
        # Of what is asked about nothing is left.
        ("do the 50 mg naltrexone tablets have lactose or gluten in them", {"lactose", "gluten"}),
        ("I'm grumpy, does LDN help MS?", {"grumpy"}),
        # Without the one there is nothing to compare the other with.
        ("Which is better for pain, LDN or gabapentin?", {"gabapentin"}),
        ("LDN versus placebo and gabapentin in MS", {"gabapentin"}),
    ],
)
def test_nothing_else_is(question, missing):
    assert without(question, missing) is None


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "says", "left"),
    [
        ("Can I take LDN with gabapentin and with tramadol?", "should avoid LDN", "“gabapentin”"),
        ("Does LDN help with Crohn's and with psoriasis?", "Crohn's disease is not settled", "“psoriasis”"),
    ],
)
def test_the_rest_is_answered_and_the_unknown_thing_named(index, policy, question, says, left):
    answer = ask(index, question, policy=policy)
    assert answer.status is Status.ANSWERED
    assert says in answer.statements[0].text
    assert left in next(n.text for n in answer.notices if n.kind is NoticeKind.PARTLY_ANSWERED)
    assert answer.standalone_question == question


@pytest.mark.model
def test_a_figure_is_no_missing_word(index, policy):
    answer = ask(index, "Does LDN help lupus in 34 people?", policy=policy)
    assert "“lupus”" in answer.answer
    assert "34" not in answer.answer


def test_of_a_story_only_what_it_asks_about_is_missed(index, policy):
    answer = ask(
        index,
        "My mother takes metformin and her surgeon shrugged when I rang him last week about the state of her feet. "
        "Would acupuncture help her with that?",
        policy=policy,
    )
    assert answer.status is Status.ABSTAINED
    assert "“acupuncture”" in answer.answer
    assert "shrugged" not in answer.answer


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "says", "left"),
    [
        ("I'm on losartan. Does LDN cause nausea?", "nausea were more frequent", "losartan"),
        ("I have lupus. Does LDN cause nausea?", "nausea were more frequent", "lupus"),
    ],
)
def test_what_is_told_and_unknown_is_named_beside_what_was_seen_in_others(index, policy, question, says, left):
    answer = ask(index, question, policy=policy)
    assert answer.status is Status.ANSWERED
    assert says in answer.statements[0].text
    assert f"“{left}”" in next(n.text for n in answer.notices if n.kind is NoticeKind.PARTLY_ANSWERED)


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    [
        "I have lupus. Does LDN help?",
        "I'm on losartan. Can I take LDN?",
        "My sister has had lupus since she was at university and has had it in her joints, her skin and her kidneys. "
        "Does LDN help?",
        "I am 81. Does LDN give more side effects at my age?",
        # No lexicon lists every illness.
        "I have sarcoidosis. Does LDN work?",
        # What is known beside it is only the use of the drug.
        "low dose naltrexone and male fertility, sperm count?",
        "My brother has sarcoidosis and he has been out of breath on the stairs since spring, poor man. Does LDN help?",
    ],
)
def test_what_matters_to_the_question_is_not_passed_over(index, policy, question):
    assert ask(index, question, policy=policy).status is Status.ABSTAINED


@pytest.mark.model
def test_a_number_that_is_told_hides_no_question(index, policy):
    answer = ask(index, "got crohns since i was 16. has anyone tested ldn for it", policy=policy)
    assert "Crohn's disease" in answer.statements[0].text


@pytest.mark.model
def test_an_operation_that_is_over_is_not_asked_about(index, policy):
    question = "My hip hurts like mad since the op and my GP floated tiny-dose naltrexone. Is there anything on it for "
    answer = ask(index, question + "long lasting pain?", policy=policy)
    assert "pain" in answer.statements[0].text
    assert "surgery" not in answer.statements[0].text
