"""What a claim may say: its quotes' words, whole, with their figures and negations, about the drug asked about."""

from __future__ import annotations

import pytest
from fakes import HashedEncoder
from hypothesis import assume, given
from hypothesis import strategies as st
from makers import article, section

from ldnqa.chunk import quotable_spans
from ldnqa.corpus.read import read_corpus
from ldnqa.ground import ground, ground_drafted, is_exact, is_whole, on_the_drug, says_no_more
from ldnqa.policy import load_policy
from ldnqa.settings import packaged_corpus
from ldnqa.tokens import names_of
from ldnqa.types import Claim, Drafted, EditorNote, Quote, Span

ARTICLES = {article.id: article for article in read_corpus(packaged_corpus()).articles}
PAGE = ARTICLES["ldn-indications"].section("from-the-guidelines")


def quote(start, end, section=PAGE, article="ldn-indications"):
    return Quote(
        passage_id=f"{article}#{section.id}:0",
        article_id=article,
        section_id=section.id,
        start=start,
        end=end,
        text=section.text[start:end],
    )


def around(words, before=0, after=0):
    start = PAGE.text.index(words)
    return quote(start - before, start + len(words) + after)


@pytest.mark.parametrize(
    ("said", "given", "kept"),
    [
        ("4.5mg a day", "4.50 mg a day", True),
        ("4.5 milligrams", "4.5 mg", True),
        ("45 mg", "4.5 mg", False),
        ("100 mg", "10 mg", False),
        ("5 g", "5 mg", False),
        ("7 to 10 days", "at least 7 to 10 days", True),
        ("7 to 10 hours", "at least 7 to 10 days", False),
        ("It is effective.", "It is not effective.", False),
        ("It is not effective.", "It is effective.", False),
        ("It isn't effective.", "It is not effective.", True),
        ("−0.34 points", "−0.34 points (p = 0.27)", True),
    ],
)
def test_a_statement_has_no_figure_unit_or_negation_of_its_own(said, given, kept):
    assert says_no_more(said, [given]) is kept


@given(
    value=st.decimals(min_value="0.1", max_value="999", places=1),
    other=st.decimals(min_value="0.1", max_value="999", places=1),
)
def test_one_figure_never_passes_for_another(value, other):
    assert says_no_more(f"a dose of {value} mg", [f"a dose of {other} mg"]) is (value == other)


def test_every_quotable_span_of_the_corpus_is_whole():
    for one in ARTICLES.values():
        for part in one.sections:
            for _, span in quotable_spans(part, _notes(one, part)):
                assert is_whole(quote(span.start, span.end, part, one.id), ARTICLES)


def _notes(article, section):
    return frozenset(
        Span(start=n.note_start, end=n.note_end)
        for s in article.sections
        for n in s.notes
        if n.section_id == section.id
    )


@pytest.mark.parametrize(
    "cut",
    [
        around("a fast heartbeat (tachycardia)"),
        around("vivid dreams"),
        around("1.5 mg to 4.5 mg a day"),
        around("LDN can set off withdrawal symptoms in them"),
        around("Most side effects of LDN are mild"),
    ],
    ids=lambda cut: cut.text,
)
def test_a_quote_that_is_cut_short_is_not_said(cut):
    assert not ground([Claim(text=cut.text, quotes=(cut,))], ARTICLES)


@given(st.data())
def test_any_other_cut_of_a_section_is_refused(data):
    """A slice is whole only if it begins and ends where safe quotes do."""
    start = data.draw(st.integers(0, len(PAGE.text) - 2))
    end = data.draw(st.integers(start + 1, len(PAGE.text)))
    assume(PAGE.text[start:end].strip())
    spans = [span for _, span in quotable_spans(PAGE)]
    inside = [s for s in spans if s.start < end and start < s.end]
    edges = all(start <= s.start and s.end <= end for s in inside)
    assert is_whole(quote(start, end), ARTICLES) is (bool(inside) and edges)


def test_a_whole_quote_is_said_and_a_changed_one_is_not():
    span = quotable_spans(PAGE)[0][1]
    whole = quote(span.start, span.end)
    assert ground([Claim(text=whole.text, quotes=(whole,))], ARTICLES)
    assert not ground([Claim(text=whole.text.replace("is an", "is not an"), quotes=(whole,))], ARTICLES)
    moved = whole.model_copy(update={"start": whole.start + 1, "end": whole.end + 1})
    assert not ground([Claim(text=moved.text, quotes=(moved,))], ARTICLES)


def test_a_question_about_a_look_alike_is_not_answered_with_naltrexone():
    rows = load_policy().wording.look_alikes
    naltrexone = quote(*_first("naltrexone (LDN)"))
    claim = Claim(text=naltrexone.text, quotes=(naltrexone,))
    assert on_the_drug([claim], "What dose of naltrexone is used?", rows) == [claim]
    for name in ("naloxone", "Narcan", "methylnaltrexone", "nalmefene"):
        assert not on_the_drug([claim], f"What dose of {name} is used?", rows)


def _first(words):
    span = next(s for _, s in quotable_spans(PAGE) if words in PAGE.text[s.start : s.end])
    return span.start, span.end


# --- on a small article ---------------------------------------------------------------------------------------------

SLEEP, PAIN = "Sleep was better with 4.5 mg.", "Pain did not change."
COMMENT = "The dose is disputed. Ask a pharmacist."
SAID = section(SLEEP, PAIN, id="said")
NOTED = SAID.model_copy(
    update={"notes": (EditorNote(start=0, end=5, section_id="notes", note_start=0, note_end=len(COMMENT)),)}
)
NOTES = section(COMMENT, "# Doses", "More. Enough.", id="notes")
SMALL = {"made": article(NOTED, NOTES, SAID.model_copy(update={"id": "other"}))}


def small(words, part="said", **changed):
    where = SMALL["made"].section(part)
    start = where.text.index(words)
    return quote(start, start + len(words), where, "made").model_copy(update=changed)


def kept(text, *quotes, drafted=()):
    return bool(ground([Claim(text=text, quotes=quotes, drafted=drafted)], SMALL))


@pytest.mark.parametrize(
    "changed",
    [
        {"article_id": "elsewhere"},
        {"section_id": "elsewhere"},
        {"start": 1},
        {"end": len(SLEEP) + 1},
        {"end": len(SAID.text) + 1},
        {"text": SLEEP.replace("4.5", "45")},
        {"text": SLEEP.upper()},
    ],
    ids=str,
)
def test_a_quote_is_exact_or_it_is_none(changed):
    assert is_exact(small(SLEEP), SMALL)
    assert not is_exact(small(SLEEP, **changed), SMALL)
    assert not kept(SLEEP, small(SLEEP, **changed))


def test_the_last_words_of_a_section_can_be_quoted():
    assert is_exact(small(PAIN), SMALL)
    assert not is_exact(small(PAIN, end=len(SAID.text) + 1), SMALL)
    assert not is_exact(small(PAIN, start=len(SAID.text), end=len(SAID.text)), SMALL)
    assert kept(PAIN, small(PAIN))


def test_white_space_beside_a_quote_belongs_to_nothing():
    assert is_whole(small(f"{SLEEP}\n\n"), SMALL)
    assert is_whole(small(f"\n\n{PAIN}"), SMALL)


def test_an_editors_note_is_quoted_whole_and_its_neighbours_are_not_part_of_it():
    assert is_whole(small(COMMENT, "notes"), SMALL)
    assert not is_whole(small("Ask a pharmacist.", "notes"), SMALL)
    assert is_whole(small("Enough.", "notes"), SMALL)
    assert not is_whole(small("Ask a pharmacist.\n\nDoses\n\nMore.", "notes"), SMALL)
    assert not is_whole(small("Doses", "notes"), SMALL), "a subheading says nothing"


def test_a_claim_says_what_one_of_its_quotes_says_and_all_of_them_must_hold():
    assert kept(SLEEP, small(SLEEP), small(PAIN)) is False, "a negation would be lost"
    assert kept(SLEEP, small(SLEEP), small("Enough.", "notes"))
    assert not kept(SLEEP, small("Enough.", "notes"))
    assert not kept(SLEEP, small(SLEEP), small("Enough.", "notes", text="enough."))
    assert not kept(SLEEP, small(SLEEP), small("Ask a pharmacist.", "notes"))
    claims = [Claim(text=words, quotes=(small(words),)) for words in (PAIN, SLEEP)]
    assert ground([claims[0], Claim(text="Sleep.", quotes=(small(SLEEP),)), claims[1]], SMALL) == claims


@pytest.mark.parametrize(
    ("said", "given", "holds"),
    [
        ("It never failed.", ["It never failed and nobody stopped."], True),
        ("It never failed and nobody stopped.", ["It never failed."], False),
        ("It did not fail, nor stop.", ["It did not fail.", "It did not stop."], True),
        ("It doesn’t work.", ["It doesn't work."], True),
        ("It NEVER failed.", ["It never failed."], True),
        ("4.5 mg and 3 mg", ["4.5 mg", "3\n mg"], True),
        ("Knots and notes are notable.", ["Knots and notes are notable."], True),
        ("Knots are notable.", ["Knots are not notable."], False),
    ],
)
def test_a_claim_has_no_more_negations_than_its_quotes_and_loses_not_all(said, given, holds):
    assert says_no_more(said, given) is holds


TOLD_APART = names_of(["low-dose naltrexone", "LDN"], load_policy().wording.look_alikes, load_policy().lexicon)


def held(*drafted, quotes=None):
    """Which drafted sentences are kept beside a claim; each is (text, quotes)."""
    own = quotes or (small(SLEEP),)
    claim = Claim(text=own[0].text, quotes=own, drafted=tuple(Drafted(text=t, quotes=q) for t, q in drafted))
    (made,) = ground_drafted([claim], SMALL, HashedEncoder().encode_passages, TOLD_APART)
    assert (made.text, made.quotes) == (claim.text, claim.quotes)
    return [one.text for one in made.drafted]


def test_a_drafted_sentence_is_kept_if_each_quote_it_cites_supports_it():
    sleep, pain = small(SLEEP), small(PAIN)
    good = "Sleep was better with 4.5 mg"
    assert held((good, (sleep,))) == [good]
    assert held((SLEEP, (sleep,)), ("Sleep was better with 45 mg.", (sleep,)), (good, (sleep,))) == [SLEEP, good]
    assert held((good, (sleep, pain)), quotes=(sleep, pain)) == []
    assert held((good, (pain,)), quotes=(sleep, pain)) == []
    assert held(("Ask a doctor about sleep in general.", (sleep,))) == []
    assert held() == []


def test_a_drafted_sentence_cites_only_words_that_are_said_exact_and_whole():
    assert held((PAIN, (small(PAIN),))) == [], "these words are not said"
    cut = small("Sleep was better", text="Sleep was better")
    assert held(("Sleep was better", (cut,)), quotes=(cut,)) == []
    changed = small(SLEEP, text=SLEEP.replace("4.5", "5.4"))
    assert held((changed.text, (changed,)), quotes=(changed,)) == []


def test_words_said_by_another_claim_can_be_cited():
    one = Claim(text=SLEEP, quotes=(small(SLEEP),), drafted=(Drafted(text=PAIN, quotes=(small(PAIN),)),))
    other = Claim(text=PAIN, quotes=(small(PAIN),))
    assert ground_drafted([one, other], SMALL, HashedEncoder().encode_passages, TOLD_APART) == [one, other]


def test_a_claim_names_every_look_alike_that_was_asked_about():
    rows = [("naloxone", "Narcan"), ("nalmefene",)]
    naloxone, both = (Claim(text=t, quotes=(small(SLEEP, text=t),)) for t in ("Naloxone helps.", "narcan, nalmefene"))
    plain = Claim(text=SLEEP, quotes=(small(SLEEP),))
    claims = [naloxone, both, plain]
    assert on_the_drug(claims, "What is LDN?", rows) == claims
    assert on_the_drug(claims, "Is Narcan safe?", rows) == [naloxone, both]
    assert on_the_drug(claims, "Is naloxone like nalmefene?", rows) == [both]
    several = Claim(text=SLEEP, quotes=(small(SLEEP), small(PAIN, text="Naloxone is for opioids.")))
    assert on_the_drug([several], "Is naloxone safe?", rows) == [several]
