"""Which quote leads is learned: from lessons that show it, whatever order the quotes come in."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import HashedEncoder
from hypothesis import given
from hypothesis import strategies as st
from makers import article, section

from ldnqa import Index, ask
from ldnqa.asking import sums_up
from ldnqa.build import build_articles
from ldnqa.evaluate.leading import READERS_COUNT, Lesson, save, teach
from ldnqa.lead import leading_one
from ldnqa.leading import COMPARED, SIGNS, leading, read_weights
from ldnqa.policy import Lexicon
from ldnqa.query import look_ahead, read_query, read_words, with_vectors
from ldnqa.quotable import quotable
from ldnqa.quotes import rank_quotes
from ldnqa.reading import Reading
from ldnqa.retrieve import retrieve
from ldnqa.text import terms

COVERAGE = ("coverage", "coverage_in_place", "heading_coverage", "passage_coverage", "named")
SIGN = st.floats(-1, 1, width=32)
QUOTES = st.lists(st.tuples(*[SIGN] * len(SIGNS)), min_size=1, max_size=12, unique=True)


@pytest.mark.parametrize("kind", ["with", "without"])
@given(quotes=QUOTES, order=st.randoms(use_true_random=False))
def test_how_well_a_quote_leads_does_not_depend_on_the_order_they_come_in(kind, quotes, order):
    signs = np.array(quotes, dtype=np.float32)
    moved = list(range(len(quotes)))
    order.shuffle(moved)
    assert leading(kind).scores(signs[moved]) == pytest.approx(leading(kind).scores(signs)[moved], abs=1e-4)


@pytest.mark.parametrize("kind", ["with", "without"])
def test_what_speaks_for_a_quote_lets_it_lead(kind):
    plain = dict.fromkeys(SIGNS, 0.3) | {"length": 3.0}
    near = plain | dict.fromkeys(("quote", "quote_own", "quote_read", "coverage", "asked", "asked_own"), 0.9)
    about_another_use = near | {"other_regimen": 1.0}
    signs = np.array([list(signs.values()) for signs in (plain, near, about_another_use)], dtype=np.float32)
    assert leading(kind).scores(signs).argmax() == 1


def lessons(count, chance, counts=1.0):
    """Of eight quotes the one that is named most leads, unless it is a comment."""
    for _ in range(count):
        signs = chance.random((8, len(SIGNS)), dtype=np.float32)
        signs[:, SIGNS.index("comment")] = chance.random(8) < 0.5
        best = signs[:, SIGNS.index("named")] - 10 * signs[:, SIGNS.index("comment")]
        yield Lesson(signs, best == best.max(), counts)


def test_what_the_lessons_show_is_learned_and_kept(tmp_path):
    chance = np.random.default_rng(0)
    learned = teach([*lessons(150, chance), *lessons(150, chance, READERS_COUNT)])
    new = list(lessons(100, chance))
    right = [lesson.right[int(np.argmax(learned.scores(lesson.signs)))] for lesson in new]
    assert np.mean(right) > 0.8

    save({"with": learned, "without": learned}, tmp_path / "leading.npz")
    with np.load(tmp_path / "leading.npz") as kept:
        again = read_weights({name.removeprefix("with_"): kept[name] for name in kept if name.startswith("with_")})
    assert np.array_equal(again.scores(new[0].signs), learned.scores(new[0].signs))
    assert again.inner.shape[1] == len(SIGNS) + COMPARED


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    [
        "What is the evidence for LDN in fibromyalgia?",
        "How strong is the evidence for LDN in MS?",
        "What does the research say about LDN for Crohn's disease?",
    ],
)
def test_who_asks_for_the_evidence_is_first_told_that_it_is_disputed_or_thin(index, policy, question):
    assert sums_up(ask(index, question, policy=policy).statements[0].text)


@pytest.mark.model
def test_what_would_lead_much_worse_is_not_quoted_beside_the_lead(index, policy):
    said = [s.text for s in ask(index, "Should I stop my oxycodone before I start LDN?", policy=policy).statements]
    assert "should avoid LDN" in said[0]
    assert not any("is started with 25 mg" in text for text in said)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "leads"),
    [("What dose of LDN is taken?", 1), ("Does LDN help with pain?", 1), ("Is the liver at risk?", 0)],
)
def test_another_use_of_the_drug_does_not_lead_where_the_drug_is_named(index, policy, question, leads):
    query = read_query(Reading(question, question), index, policy.lexicon, "low-dose naltrexone")
    ranked = rank_quotes(index, query, retrieve(index, query))[:2]
    given = [{"other_regimen": use, "evidence_asked": 0.0} for use in (1.0, 0.0)]
    other, same = (
        scored._replace(values=tuple(signs.get(name, scored.sign(name)) for name in SIGNS))
        for scored, signs in zip(ranked, given, strict=True)
    )
    assert leading_one(index, query, [other, same]) is (other, same)[leads]
    assert leading_one(index, query, [other]) is other


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    ["How many milligrams are in one naltrexone injection and how often is it given?", "What is the dose of Vivitrol?"],
)
def test_a_figure_for_another_use_of_the_drug_is_no_answer(index, policy, question):
    answer = ask(index, question, policy=policy)
    assert not any("50 mg" in statement.text for statement in answer.statements), answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "What does the label say of naltrexone in pregnancy?",
        "Does low-dose naltrexone help with fibromyalgia?",
        "What dose of the 50 mg tablets is used for alcohol?",
        "How good is the evidence for Crohn's disease?",
    ],
)
def test_quotes_rank_the_same_whether_their_words_were_read_ahead_or_not(index, policy, question):
    said = read_words(Reading(question, question), index, policy.lexicon, index.subject[0])
    hits = retrieve(index, with_vectors(said, index))
    afterwards = rank_quotes(index, with_vectors(said, index), hits)
    ahead = look_ahead(said, index)
    assert ahead is not said
    assert rank_quotes(index, with_vectors(ahead, index), hits) == afterwards


def test_what_a_quote_has_of_the_words_asked_for_is_what_one_counts_oneself(tmp_path):
    """Shares by rarity: of all that is asked for, "ease" too, though it only asks; of what names anything; and, where
    each counts the same, of the things named.
    """
    fruit = section("Cherries ease gout. Some people take ibuprofen for a day or two.", id="fruit")
    made = article(fruit, section("Aspirin thins the blood.", id="pills"), title="What do people eat?")
    build_articles([made], (), tmp_path / "index", HashedEncoder())
    index = Index.open(tmp_path / "index", HashedEncoder())
    asked, lexicon = "Do cherries, fruit and ibuprofen ease gout?", Lexicon(generic="ease")
    for passage in index.passages:
        quotable(index, passage)
    found = look_ahead(read_words(Reading(asked, asked), index, lexicon, index.subject[0]), index).ahead

    ease, *named = (index.rarity(*terms(word)) for word in ("ease", "cherries", "fruit", "ibuprofen", "gout"))
    cherries, of_fruit, ibuprofen, gout = named
    everything, alone = ease + sum(named), sum(named)
    expected = {
        "Cherries ease gout.": {
            "coverage": (cherries + ease + gout) / everything,
            "coverage_in_place": (cherries + of_fruit + gout) / alone,
            "heading_coverage": of_fruit / alone,
            "passage_coverage": 1,
            "named": 2 / 4,
        },
        "Some people take ibuprofen for a day or two.": {
            "coverage": ibuprofen / everything,
            "coverage_in_place": (ibuprofen + of_fruit) / alone,
            "heading_coverage": of_fruit / alone,
            "passage_coverage": 1,
            "named": 1 / 4,
        },
        "Aspirin thins the blood.": dict.fromkeys(COVERAGE, 0),
    }
    quotes = [quotation.quote.text for quotation in found.block.quotations]
    shares = {quote: dict(zip(SIGNS, row, strict=True)) for quote, row in zip(quotes, found.signs, strict=True)}
    assert {quote: {name: shares[quote][name] for name in COVERAGE} for quote in quotes} == {
        quote: pytest.approx(of_quote) for quote, of_quote in expected.items()
    }
