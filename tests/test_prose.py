"""What is told of a study before its words is what they say of it, and of no other study and no other medicine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldnqa import ask, load_policy
from ldnqa.prose import study_facts
from ldnqa.types import Audience

POLICY = load_policy()
DESIGNS = (
    "randomised",
    "crossover",
    "open-label",
    "double-blind",
    "single-blind",
    "placebo-controlled",
    "observational",
)
SIZES = ("31 women", "99 people", "1,200 patients", "30 of 59 patients")
DOSES = ("4.5 mg", "50 mg", "2 mg to 4.5 mg")
DENIALS = (
    "no",
    "not",
    "never",
    "without",
    "had no",
    "nor",
    "few were",
    "unlike a",
    "rather than",
    "did not use a",
    "another",
)
MEDICINES = ("amitriptyline", "gabapentin", "duloxetine", "naloxone", "aspirin")
FACTS = st.sampled_from([*DESIGNS, *SIZES, *DOSES])
FILLING = st.lists(st.sampled_from(["pain", "fell", "in", "the", "clinic", "of", "sleep", "and"]), max_size=4)


def facts(text):
    return study_facts(text, POLICY)


def test_what_a_study_did_is_told_in_its_own_words():
    said = "Pain fell with 4.5 mg LDN in a randomised crossover trial of 31 women with fibromyalgia (P = 0.016)."
    assert facts(said) == "dose 4.5 mg; design randomised, crossover; size 31 women; uncertainty P = 0.016"
    assert facts("Of 17 patients on LDN in an open-label study without placebo, 89% responded.") == (
        "design open-label, without placebo; size 17 patients"
    )
    assert facts("Sleep was better.") == ""


@pytest.mark.parametrize(
    ("said", "untold"),
    [
        ("The trial compared the drug with an older one only and had no placebo-controlled part.", "placebo"),
        ("Low-dose naltrexone (LDN) has no FDA-approved use for pain; the tablets of 50 mg have others.", "50 mg"),
        ("The dose of LDN in the trial rose to 4 mg, and that of amitriptyline to 50 mg.", "mg"),
        ("One trial had 31 women, and another 99 women.", "women"),
        ("A trial of 25 women fitted a model, and a later trial gave 6 mg.", "6 mg"),
        ("Most were case reports and few were randomised.", "randomised"),
        ("A crossover design was not used.", "crossover"),
        ("The tablets contain 50 mg.", "50 mg"),
    ],
)
def test_what_was_not_so_or_is_anothers_is_not_told(said, untold):
    assert untold not in facts(said)


@given(FILLING, st.sampled_from(DENIALS), FILLING, FACTS, FILLING)
def test_nothing_is_told_that_follows_a_denial(before, denial, between, fact, after):
    assert fact not in facts(" ".join(["The study", *before, denial, *between, fact, *after]) + ".")


@given(FILLING, FACTS, FILLING, st.sampled_from(["not", "never", "without", "no"]), FILLING)
def test_nothing_is_told_that_the_rest_of_its_clause_denies(before, fact, between, denial, after):
    assert fact not in facts(" ".join(["The study", *before, fact, *between, denial, *after]) + ", it says.")


@given(st.permutations([0, 1, 2]), FACTS, FACTS, st.sampled_from(MEDICINES))
def test_nothing_is_told_where_another_medicine_is_named(order, fact, other, medicine):
    parts = [f"LDN had {fact}", f"{medicine} had {other}", "sleep was good"]
    assert facts(", ".join(parts[n] for n in order) + " in the trial.") == ""


@given(st.text(max_size=200))
def test_every_fact_stands_in_the_words(text):
    for fact in facts(text).split("; "):
        assert all(words in text for words in fact.partition(" ")[2].split(", "))


@pytest.mark.model
def test_study_facts_are_words_of_the_quote(index, policy):
    for question in ("What dose of LDN is used?", "Does LDN help in fibromyalgia?", "Is LDN as good as amitriptyline?"):
        answer = ask(index, question, policy=policy, audience=Audience.CLINICIAN)
        for paragraph in answer.answer.split("\n\n"):
            head, _, rest = paragraph.partition("\n")
            if head.startswith("In these words: "):
                for fact in head.removeprefix("In these words: ").split("; "):
                    _, _, words = fact.partition(" ")
                    assert all(word in rest for word in words.split(", "))
