"""Which figures of a page's running text are reference numbers, and which belong to its sentences."""

from __future__ import annotations

import pytest

from ldnqa.corpus.numbers import reference_numbers, take_marks

KNOWN = frozenset(range(1, 13))

# A text, what is left of it, and the numbers taken with the words before each.
MARKS = [
    ("It was published in 2017 1, which showed it.", "It was published in 2017, which showed it.", [("2017", (1,))]),
    ("It helps in such conditions 5", "It helps in such conditions", [("conditions", (5,))]),
    ("It helps in such conditions 3, 4, 5, 6, 7", "It helps in such conditions", [("conditions", (3, 4, 5, 6, 7))]),
    ("It helps (or so they say) 3,4.", "It helps (or so they say).", [("say)", (3, 4))]),
    ("Nothing is known about treatment. 2 2", "Nothing is known about treatment.", [("treatment.", (2,))]),
    ("Pain fell by 32% 5. However, not for all 3.", "Pain fell by 32%. However, not for all 3.", [("32%", (5,))]),
    ("over several weeks 3.", "over several weeks.", [("weeks", (3,))]),
    ("It was safe 1; it was cheap 2: so they took it 3.", "It was safe; it was cheap: so they took it.",
     [("safe", (1,)), ("cheap", (2,)), ("it", (3,))]),
    ("as shown [1] and again [2, 4-6].", "as shown and again.", [("shown", (1,)), ("again", (2, 4, 5, 6))]),
    ("at a dose of 50 mg 4.", "at a dose of 50 mg.", [("mg", (4,))]),
    ("in the joint (arthritis) 2, and", "in the joint (arthritis), and", [("(arthritis)", (2,))]),
]  # fmt: skip

FIGURES = [
    "at a dose of 1.5 mg to 4.5 mg daily",
    "a dose of 5 mg, then 10",
    "pain was reduced by 32% in a dose of 50 mg",
    "it happened in 25",
    "adults with type 2 diabetes",
    "adults with diabetes of type 2.",
    "this was a phase 3, placebo-controlled trial",
    "the trial was phase 2.",
    "at weeks 4, 8, 12.",
    "at week 12.",
    "a score of 5.",
    "the score was 7, then 5 and 6.",
    "they took 3, 4 and 5.",
    "the ratio was 3:1.",
    "in 1,000.",
    "not for all 3, 4.",
    "the study enrolled 12.",
    "patients aged 10.",
    "about 12.",
    "vitamin B 12.",
    "COVID 10.",
    "interleukin 6, among others",
    "see Table 2.",
    "shown in Study 1, which",
    "approx. 5",
    "no. 5",
    "between 2 and 5.",
    "p < 0.05, n = 12.",
    "It ended early. 2 patients withdrew.",
    "It ended early. 2 Patients withdrew.",
    "2, 3",
    "from 10 to 12.",
    "or 3.",
    "the dose was 007.",
]


@pytest.mark.parametrize(("text", "left", "taken"), MARKS)
def test_reference_numbers_become_marks_behind_their_words(text, left, taken):
    kept, marks, _ = take_marks(text, KNOWN)
    assert kept == left
    assert [(kept[:at].split()[-1], numbers) for at, numbers in marks] == taken


@pytest.mark.parametrize("text", FIGURES)
def test_a_figure_stays_in_its_sentence(text):
    assert take_marks(text, KNOWN) == (text, (), [])


def test_a_number_that_no_reference_can_have_stays_and_is_in_doubt():
    texts = ["It is safe 1.", "It works 2, 3.", "It was seen in adults 31."]
    known = reference_numbers(texts)
    assert known == {1, 2, 3}
    assert take_marks(texts[2], known) == (texts[2], (), ["31"])


def test_a_reference_list_decides_which_numbers_are_references():
    assert reference_numbers(["It is safe 4."], listed=[4, 9]) == {4, 9}
