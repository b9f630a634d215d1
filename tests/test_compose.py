"""What an answer is made of: its statements in their order, the notes beside them, and every word around them."""

from __future__ import annotations

import dataclasses
import re

import pytest
from fakes import HashedEncoder
from makers import article, section

from ldnqa.asked import Asked
from ldnqa.asking import topics
from ldnqa.build import build_articles
from ldnqa.bundles import MAX_STATEMENTS, bundles
from ldnqa.compose import MAX_PART, abstained, answered, urgent
from ldnqa.index import Index
from ldnqa.policy import load_policy
from ldnqa.types import (
    Audience,
    Claim,
    Disclaimer,
    Drafted,
    EditorNote,
    GlossaryEntry,
    Mark,
    Notice,
    NoticeKind,
    Quote,
    Reference,
    Regimen,
    Review,
    ReviewStatus,
    Status,
    Tier,
    Turn,
)
from ldnqa.wanted import subject_terms

POLICY = load_policy()
WORDING = POLICY.wording
OWN = Disclaimer(id="own", text="Words of this article.")
CALL = Notice(kind=NoticeKind.EMERGENCY, text="Call 112 now.")

GUIDELINE = "LDN eased fibromyalgia pain in two small trials."
SLEEP = "Sleep was better from the second week on."
EASY = "People slept better after a week."
TABLET = "The 50 mg tablet is taken once a day."
TRIAL = "A double-blind crossover trial gave 4.5 mg a day to 30 women."
PLAIN_TRIAL = "Readers of the trial were sceptical."
DENIED = "LDN did not ease fibromyalgia pain in the largest trial."
COMMENTS = [
    "Both of these trials were single-blind.",
    "No trial measured sleep with a device.",
    "The dose was never above 4.5 mg here.",
    "Two of the authors sold LDN themselves.",
]
KEEP, ON_KEEPING = (
    "Capsules keep for half a year.",
    ["Some capsules keep for longer.", "Nobody tested the oldest ones."],
)
DISAGREE = "The trials disagree on fibromyalgia pain: LDN eased it in two small ones, but not in the largest."


def notes(text, *pairs):
    """Ties words of one section to comments in the section "notes"."""
    made = section(*COMMENTS, *ON_KEEPING, DISAGREE, id="notes", tier=Tier.EDITORIAL).text
    return tuple(
        EditorNote(
            start=text.index(words),
            end=text.index(words) + len(words),
            section_id="notes",
            note_start=made.index(comment),
            note_end=made.index(comment) + len(comment),
        )
        for words, comment in pairs
    )


def cited(part, words, label):
    """The section with a mark behind these words."""
    mark = Mark(at=part.text.index(words) + len(words), labels=(label,))
    return part.model_copy(update={"marks": tuple(sorted((*part.marks, mark), key=lambda each: each.at))})


def articles():
    low = section(GUIDELINE, SLEEP, "Dreams were vivid.", id="low", tier=Tier.GUIDELINE, regimen=Regimen.LOW_DOSE)
    twins = [b.model_copy(update={"plain": EASY if low.text[b.start : b.end] == SLEEP else None}) for b in low.blocks]
    commented = notes(low.text, ("two small trials", COMMENTS[0]))
    low = low.model_copy(update={"blocks": tuple(twins), "notes": commented})
    tablet = section(TABLET, id="tablet", tier=Tier.DRUG_LABEL, regimen=Regimen.STANDARD_DOSE)
    trials = section(PLAIN_TRIAL, TRIAL, DENIED, "Headache was rare.", id="trials", regimen=Regimen.LOW_DOSE)
    on_trial = zip(("A double-blind", "4.5 mg", "women"), COMMENTS[1:], strict=True)
    trials = trials.model_copy(update={"notes": notes(trials.text, *on_trial)})
    general = section(KEEP, "Tell every doctor.", id="general", tier=Tier.GUIDELINE)
    on_keeping = zip(("Capsules", "half a year"), ON_KEEPING, strict=True)
    general = general.model_copy(update={"notes": notes(general.text, *on_keeping)})
    comments = section(*COMMENTS, *ON_KEEPING, DISAGREE, id="notes", tier=Tier.EDITORIAL)
    comments = cited(cited(comments, "two small ones", "1"), "in the largest", "2")
    references = tuple(Reference(label=n, key=f"work-{n}", title=f"Work {n}", year=2010 + int(n)) for n in "12")
    yield article(
        cited(low, GUIDELINE, "1"),
        tablet,
        cited(trials, DENIED, "2"),
        general,
        comments,
        id="first",
        references=references,
        disclaimer=OWN,
    )
    approved = Review(status=ReviewStatus.APPROVED)
    yield article(section("Naloxone is not naltrexone.", id="names"), id="second", review=approved)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compose")
    glossary = [
        GlossaryEntry(term="vivid", definition="Clear and strong."),
        GlossaryEntry(term="crossover", definition="Everybody gets both, one after the other."),
        GlossaryEntry(term="capsule", definition="A small shell with medicine in it."),
    ]
    build_articles(articles(), glossary, folder, HashedEncoder())
    return Index.open(folder, HashedEncoder())


@pytest.fixture(scope="module")
def claim(index):
    """Makes a claim of the smallest quote of the index that has these words."""

    def make(words, drafted=()):
        quotes = [
            Quote(
                passage_id=passage.id,
                article_id=passage.article_id,
                section_id=passage.section_id,
                start=span.start,
                end=span.end,
                text=index.articles[passage.article_id].section(passage.section_id).text[span.start : span.end],
            )
            for passage in index.passages
            for span in passage.quotes
        ]
        quote = min((q for q in quotes if words in q.text), key=lambda q: len(q.text))
        return Claim(
            text=quote.text, quotes=(quote,), drafted=tuple(Drafted(text=text, quotes=(quote,)) for text in drafted)
        )

    return make


@pytest.fixture
def said(index, claim):
    """What is said of claims that have these words, statement by statement, bundle by bundle."""
    return lambda *words: [[text for text, _ in bundle] for bundle in bundles([claim(w) for w in words], index)]


def asked(question="Does LDN ease fibromyalgia pain?", *, standalone=None, **more):
    return Asked.of(question, standalone or question, POLICY, **more)


PLAIN = asked("What is LDN like?")


@pytest.fixture
def answer(index, claim):
    """The answer made of claims that have these words."""

    def make(*words, asked=PLAIN, **more):
        claims = [w if isinstance(w, Claim) else claim(w) for w in words]
        said = bundles(claims, index, more.pop("leading", 1))
        named = topics(asked.standalone, POLICY.lexicon, subject_terms(index))
        return answered(asked, claims, said, index, POLICY, **{"topics": named, "generator": "extractive", **more})

    return make


def test_the_first_claim_leads_and_the_others_follow_its_use_of_the_drug_and_then_tier(said):
    leads = [bundle[0] for bundle in said(SLEEP, TABLET, "Headache was rare", "Dreams were vivid", "Tell every doctor")]
    assert leads == [SLEEP, "Dreams were vivid.", "Tell every doctor.", "Headache was rare.", TABLET]
    leads = [bundle[0] for bundle in said("Headache was rare", TABLET, SLEEP)]
    assert leads == ["Headache was rare.", SLEEP, TABLET]
    leads = [bundle[0] for bundle in said(TABLET, "Headache was rare", SLEEP)]
    assert leads == [TABLET, SLEEP, "Headache was rare."]


def test_commented_words_are_said_with_the_comment_and_the_comment_with_the_words(said):
    assert said(SLEEP, GUIDELINE) == [[SLEEP], [GUIDELINE, COMMENTS[0]]]
    assert said(SLEEP, COMMENTS[0]) == [[SLEEP], [GUIDELINE, COMMENTS[0]]]
    assert said(TRIAL) == [[TRIAL, *COMMENTS[1:]]]


def test_a_comment_that_leads_comes_before_the_words_unless_these_have_many(said):
    assert said(COMMENTS[0], SLEEP) == [[COMMENTS[0], GUIDELINE], [SLEEP]]
    assert said(ON_KEEPING[1]) == [[ON_KEEPING[1], KEEP, ON_KEEPING[0]]]
    assert said(COMMENTS[1], SLEEP) == [[COMMENTS[1]], [SLEEP]]


def test_nothing_is_said_twice(said):
    assert said(GUIDELINE, COMMENTS[0], GUIDELINE, SLEEP, SLEEP) == [[GUIDELINE, COMMENTS[0]], [SLEEP]]
    assert said(SLEEP, COMMENTS[0], GUIDELINE) == [[SLEEP], [GUIDELINE, COMMENTS[0]]]


def test_what_would_be_too_much_with_its_comments_is_left_out_and_what_fits_behind_it_is_said(said):
    before = [SLEEP, "Dreams were vivid", "Tell every doctor"]
    told = said(*before, TRIAL, "Headache was rare")
    assert [bundle[0] for bundle in told] == [SLEEP, "Dreams were vivid.", "Tell every doctor.", "Headache was rare."]
    assert said(*before[:2], TRIAL)[2] == [TRIAL, *COMMENTS[1:]]
    everything = [*before, TABLET, PLAIN_TRIAL, "Headache was rare", DENIED, "Capsules keep"]
    assert sum(map(len, said(*everything))) == MAX_STATEMENTS


def test_statements_are_verbatim_and_numbered_in_one_order(answer):
    made = answer(SLEEP, TABLET, GUIDELINE)
    assert [statement.text for statement in made.statements] == [SLEEP, GUIDELINE, COMMENTS[0], TABLET]
    assert [statement.source_indexes for statement in made.statements] == [(1,), (2,), (3,), (4,)]
    assert [source.quote for source in made.sources] == [SLEEP, GUIDELINE, COMMENTS[0], TABLET]
    assert [statement.tier for statement in made.statements] == [source.tier for source in made.sources]
    assert [statement.regimen for statement in made.statements] == [
        Regimen.LOW_DOSE,
        Regimen.LOW_DOSE,
        None,
        Regimen.STANDARD_DOSE,
    ]
    assert made.status is Status.ANSWERED
    assert (made.generator, made.index_id) == ("extractive", made.index_id)
    for statement in made.statements:
        assert f"“{statement.text}” [{statement.source_indexes[0]}]" in made.answer


def test_who_asks_changes_neither_the_statements_nor_their_order_nor_the_numbers(answer):
    made = [answer("Headache was rare", PLAIN_TRIAL, TRIAL, asked=asked(audience=who)) for who in (None, *Audience)]
    assert [s.text for s in made[0].statements] == ["Headache was rare.", PLAIN_TRIAL, TRIAL, *COMMENTS[1:]]
    assert [n for s in made[0].statements for n in s.source_indexes] == [1, 2, 3, 4, 5, 6]
    assert {(one.statements, one.sources) for one in made} == {(made[0].statements, made[0].sources)}


def test_the_plain_twin_goes_with_its_words_and_comes_first_for_lay_readers(answer):
    patients, doctors = (answer(SLEEP, asked=asked(audience=who)) for who in (Audience.PATIENT, Audience.CLINICIAN))
    assert [statement.plain for statement in patients.statements] == [EASY]
    assert patients.answer.startswith(f"{EASY} [1]\n")
    assert EASY not in doctors.answer
    assert doctors.statements == patients.statements
    assert [statement.plain for statement in answer(TABLET).statements] == [None]


def test_an_emergency_is_said_first_and_the_answer_is_urgent(answer):
    made = answer(SLEEP, emergency=CALL)
    assert made.status is Status.URGENT
    assert made.answer.startswith(f"{CALL.text}\n\n")
    assert made.notices[0] == CALL
    assert [statement.text for statement in made.statements] == [SLEEP]


def test_what_is_left_open_is_named_last_in_the_readers_words(answer):
    made = answer(SLEEP, unanswered=["Who pays [1]?", "And when?"])
    words = WORDING.partly.format(part="Who pays (1)? And when?")
    assert made.answer.endswith(f"\n\n{words}")
    assert Notice(kind=NoticeKind.PARTLY_ANSWERED, text=words) in made.notices
    assert NoticeKind.PARTLY_ANSWERED not in {notice.kind for notice in answer(SLEEP).notices}


@pytest.mark.parametrize(("length", "cut"), [(MAX_PART, False), (MAX_PART + 1, True)])
def test_a_long_part_is_cut(answer, length, cut):
    part = "y" * length
    shown = "y" * MAX_PART + " …" if cut else part
    assert WORDING.partly.format(part=shown) in answer(SLEEP, unanswered=[part]).answer
    spaced = "y" * (MAX_PART - 1) + " zz"
    assert WORDING.partly.format(part="y" * (MAX_PART - 1) + " …") in answer(SLEEP, unanswered=[spaced]).answer


def test_words_on_another_use_of_the_drug_are_announced_as_such(answer):
    about_tablets = asked("What dose do the 50 mg tablets have?")
    line = WORDING.other_regimen.format(
        found=WORDING.regimens[Regimen.LOW_DOSE], asked=WORDING.regimens[Regimen.STANDARD_DOSE]
    )
    announced = answer(SLEEP, asked=about_tablets)
    assert announced.answer.startswith(f"{line}\n\n")
    assert Notice(kind=NoticeKind.OTHER_REGIMEN, text=line) in announced.notices
    beginning = WORDING.other_regimen.partition("{")[0]
    assert beginning not in answer(TABLET, asked=about_tablets).answer
    assert beginning not in answer(SLEEP, TABLET, asked=about_tablets).answer
    # What leads and is about no use in particular is about the one asked about, too.
    assert beginning not in answer("Tell every doctor", asked=about_tablets).answer
    mixed = WORDING.other_regimen.format(
        found=f"{WORDING.regimens[Regimen.LOW_DOSE]}, {WORDING.no_regimen}",
        asked=WORDING.regimens[Regimen.STANDARD_DOSE],
    )
    assert answer(SLEEP, "Tell every doctor", asked=about_tablets).answer.startswith(mixed)
    assert beginning not in answer(SLEEP).answer
    # How the question was read counts, not how it was written.
    assert answer(SLEEP, asked=asked("And those?", standalone=about_tablets.question)).answer.startswith(line)
    wanted = [WORDING.regimens[regimen] for regimen in (Regimen.STANDARD_DOSE, Regimen.INJECTION)]
    both = answer(SLEEP, asked=asked("Do the 50 mg tablets differ from the monthly injection?")).answer
    assert both.startswith(
        WORDING.other_regimen.format(found=WORDING.regimens[Regimen.LOW_DOSE], asked=", ".join(wanted))
    )
    several = answer(SLEEP, TABLET, asked=asked("How is the monthly injection given?")).answer
    assert several.startswith(
        WORDING.other_regimen.format(
            found=f"{WORDING.regimens[Regimen.LOW_DOSE]}, {WORDING.regimens[Regimen.STANDARD_DOSE]}",
            asked=WORDING.regimens[Regimen.INJECTION],
        )
    )


def test_people_of_whom_nothing_quoted_speaks_are_named_in_a_notice(answer):
    about_a_child = asked("My son is 9. Does LDN ease fibromyalgia pain?")
    line = Notice(kind=NoticeKind.OTHER_PEOPLE, text=WORDING.other_people.format(people="children"))
    made = answer(SLEEP, asked=about_a_child)
    assert made.answer.startswith(f"{line.text}\n\n")
    assert line in made.notices
    assert NoticeKind.OTHER_PEOPLE not in {notice.kind for notice in answer(SLEEP).notices}


def test_dangers_come_first_then_what_the_answer_lacks_and_then_the_rest(answer):
    opioid = asked("My son is 9 and takes oxycodone. Should he take 50 mg naltrexone?")
    made = answer(SLEEP, asked=opioid, emergency=CALL, unanswered=["Who pays?"])
    assert [notice.kind for notice in made.notices][:5] == [
        NoticeKind.EMERGENCY,
        NoticeKind.OPIOID_INTERACTION,
        NoticeKind.OTHER_REGIMEN,
        NoticeKind.OTHER_PEOPLE,
        NoticeKind.PARTLY_ANSWERED,
    ]
    assert {notice.kind.place for notice in made.notices[5:]} == {"note"}


def test_a_disagreement_is_shown_with_both_sides_and_says_what_was_quoted_above(answer):
    made = answer(GUIDELINE, asked=asked())
    (conflict,) = made.conflicts
    above, below = (made.sources[n - 1] for n in conflict.source_indexes)
    assert (above.quote, below.quote) == (GUIDELINE, DENIED)
    assert DENIED not in {statement.text for statement in made.statements}
    told = made.answer.partition(WORDING.disagree.format(topic=conflict.topic))[2].strip().splitlines()
    first, second = (WORDING.label(tier, Regimen.LOW_DOSE) for tier in (Tier.GUIDELINE, Tier.RESEARCH))
    assert told == [
        WORDING.side_said.format(where=f"{first}, published 2011, updated 2025-02-27", marker=f"[{above.index}]"),
        WORDING.side.format(
            where=f"{second}, published 2012, updated 2025-02-27", quote=DENIED, marker=f"[{below.index}]"
        ),
    ]
    assert f"{first}, published 2011, updated 2025-02-27 [{above.index}]" in conflict.summary
    assert not answer(GUIDELINE, asked=asked("What is sleep like?")).conflicts


def test_nobody_is_shown_a_side_that_is_not_approved_who_asks_for_approved_articles(answer):
    assert answer(GUIDELINE, asked=asked()).conflicts
    assert not answer(GUIDELINE, asked=asked(approved_only=True)).conflicts


def test_the_disclaimer_is_the_articles_in_view_or_that_of_all_articles_cited_or_the_sites(answer):
    naloxone = "Naloxone is not"
    assert answer(SLEEP).disclaimer == OWN
    assert answer(naloxone).disclaimer == POLICY.disclaimer
    assert answer(SLEEP, naloxone).disclaimer == POLICY.disclaimer
    assert answer(SLEEP, naloxone, asked=asked(article_id="first")).disclaimer == OWN
    assert answer(SLEEP, asked=asked(article_id="second")).disclaimer == OWN
    assert answer(naloxone, asked=asked(article_id="second")).disclaimer == POLICY.disclaimer


def test_what_a_model_drafted_stands_beside_its_words_and_names_the_model(answer, claim):
    drafted = claim(SLEEP, ["Sleep improved.", "It did so in week two."])
    made = answer(drafted, TABLET, drafted_by="a-model")
    assert [statement.drafted for statement in made.statements] == ["Sleep improved. It did so in week two.", None]
    assert made.generator == "a-model"
    assert answer(SLEEP, drafted_by="a-model").generator == "extractive"
    assert answer(drafted, drafted_by=None).generator == "extractive"


def test_terms_that_are_used_are_explained_in_the_order_of_the_glossary(answer):
    assert [entry.term for entry in answer(SLEEP, TRIAL, "Dreams were vivid").glossary] == ["vivid", "crossover"]
    assert [entry.term for entry in answer("Capsules keep").glossary] == ["capsule"]
    assert answer(SLEEP).glossary == ()


def test_the_same_request_has_the_same_id_and_any_other_another(answer, index):
    requests = [
        asked("What is LDN?"),
        asked("What is naltrexone?"),
        asked("What is LDN?", article_id="first"),
        asked("What is LDN?", audience=Audience.PATIENT),
        asked("What is LDN?", approved_only=True),
        asked("What is LDN?", history=(Turn(question="Why?"),)),
        asked("What is LDN?", history=(Turn(question="Why?", source_ids=("first#low:0",)),)),
        asked("Für wen ist LDN?"),
    ]
    ids = [urgent(request, CALL, index, POLICY).id for request in requests]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"ans_[0-9a-f]{20}", id_) for id_ in ids)
    assert ids == [answer(SLEEP, asked=request).id for request in requests]
    other = dataclasses.replace(index, manifest=index.manifest.model_copy(update={"index_id": "another"}))
    assert urgent(requests[0], CALL, other, POLICY).id not in ids
    # How it came to be read so is no part of the request.
    assert urgent(asked("What is LDN?", standalone="LDN"), CALL, index, POLICY).id == ids[0]


def test_an_emergency_alone_is_its_fixed_words_and_the_disclaimer(index):
    made = urgent(asked("I took all of it", standalone="I took all of LDN"), CALL, index, POLICY)
    assert (made.status, made.answer, made.notices) == (Status.URGENT, CALL.text, (CALL,))
    assert (made.question, made.standalone_question) == ("I took all of it", "I took all of LDN")
    assert (made.generator, made.disclaimer, made.index_id) == ("policy", POLICY.disclaimer, index.id)
    assert (made.statements, made.sources, made.follow_up_questions) == ((), (), ())


def test_an_abstention_says_what_is_missing_and_what_can_be_asked(index):
    given = {"suggestions": ["What is LDN?"], "generator": "extractive"}
    made = abstained(asked("Should I take warfarin with zinc?"), index, POLICY, missing=["warfarin", "zinc"], **given)
    assert made.status is Status.ABSTAINED
    assert made.answer == f"{WORDING.abstained} {WORDING.missing.format(words='“warfarin”, “zinc”')}"
    assert (made.follow_up_questions, made.generator) == (("What is LDN?",), "extractive")
    assert (made.statements, made.sources, made.conflicts, made.glossary) == ((), (), (), ())
    assert NoticeKind.PERSONAL_DECISION in {notice.kind for notice in made.notices}
    touched = abstained(asked("Who pays?"), index, POLICY, missing=(), **given)
    assert touched.answer == f"{WORDING.abstained} {WORDING.touched}"


def test_who_asks_for_approved_articles_is_told_that_the_others_were_not_searched(index):
    request = asked("Who pays?", approved_only=True)
    made = abstained(request, index, POLICY, missing=["pays"], suggestions=(), generator="extractive")
    assert made.answer == WORDING.approved_only


@pytest.mark.parametrize(
    ("said", "row"),
    [
        ("Thanks a lot!", "thanks"),
        ("OK, thank you so much, that's very helpful", "thanks"),
        ("Hi there 👋", "hello"),
        ("thanks thats useful", "thanks"),
        ("cheers, that was really helpful", "thanks"),
        ("Got it.", "ok"),
        ("Who are you?", "who are you"),
        ("hello, what can I ask you?", "hello"),
        ("Can you help me please", "help"),
        ("goodbye", "bye"),
        ("yes", "yes"),
        ("...", "yes"),
    ],
)
def test_small_talk_gets_a_friendly_sentence(index, said, row):
    talk = asked(said, standalone=f"What is LDN? {said}")
    made = abstained(talk, index, POLICY, missing=["thanks"], suggestions=["What is LDN?"], generator="extractive")
    assert made.answer == next(talk.answer for talk in WORDING.small_talk if row in talk.said)
    assert (made.status, made.standalone_question) == (Status.ABSTAINED, said)
    assert made.follow_up_questions == ("What is LDN?",)


def test_what_something_is_for_is_asked_of_the_medicine():
    assert WORDING.in_return("What is this for?", opens=True) is None
    assert WORDING.in_return("What is this?", opens=True) == WORDING.in_return("Who are you?")


@pytest.mark.parametrize(
    "said",
    ["thanks, what dose?", "Hello, can I take it?", "yes", "ok, why?", "what is this?", "very much", "for that", "..."],
)
def test_what_asks_something_where_a_conversation_goes_on_is_no_small_talk(said):
    assert WORDING.in_return(said) is None


def test_notices_go_by_the_question_as_written_and_as_read_and_by_what_is_quoted(answer):
    kinds = {notice.kind for notice in answer(SLEEP, asked=asked("Should I take it?")).notices}
    assert {NoticeKind.PERSONAL_DECISION, NoticeKind.REVIEW_PENDING, NoticeKind.OFF_LABEL} <= kinds
    assert NoticeKind.REVIEW_PENDING not in {notice.kind for notice in answer("Naloxone is not").notices}
    read = asked("Is that safe?", standalone="Is LDN with oxycodone safe?")
    assert NoticeKind.OPIOID_INTERACTION in {notice.kind for notice in answer(SLEEP, asked=read).notices}
    suggestions = ["What is LDN?", "How does it work?"]
    assert answer(SLEEP, suggestions=suggestions).follow_up_questions == tuple(suggestions)
