"""How triage reads a question, on two made-up emergencies: sentences, clauses, turns, and what was learned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ldnqa.policy import load_policy
from ldnqa.policy.learned import learned
from ldnqa.policy.meaning import meaning
from ldnqa.policy.red_flags import RedFlag, RedFlags, Thresholds, WithMeaning
from ldnqa.triage import MOST, STAYS_URGENT, is_about_a_patient, red_flag, taken_apart, triage
from ldnqa.types import NoticeKind, Turn

BUILT_IN = load_policy()


def policy(**more):
    flags = RedFlags(
        rules=(
            RedFlag(id="flood", patterns=("flood", r"\btap\b.*\brunning\b", r"took 4\.5 cups"), text="Climb up."),
            RedFlag(
                id="fire", patterns=("fire", "can't get out", "black and blue"), unless=("fire drill",), text="Go out."
            ),
        ),
        calm=(r"\bago\b", r"^no\b"),
        patient=("the owner's house",),
        over=("it's out",),
        **more,
    )
    return BUILT_IN.model_copy(update={"red_flags": flags})


POLICY = policy()


def raised(question, *before, policy=POLICY):
    flag = red_flag(question, policy, [Turn(question=each) for each in before])
    return flag.id if flag else None


def test_the_notice_has_the_words_of_the_flag():
    notice = triage("There is a fire", POLICY)
    assert (notice.kind, notice.text) == (NoticeKind.EMERGENCY, "Go out.")
    assert triage("There is a candle", POLICY) is None
    assert triage("and now?", POLICY, [Turn(question="There is a fire")]).text == "Go out."


def test_the_first_rule_that_fires_decides_wherever_its_words_stand():
    assert raised("There is a fire. There is a flood.") == "flood"


@pytest.mark.parametrize("apostrophe", "'’‘")
def test_other_apostrophes_and_spaces_hide_nothing(apostrophe):
    assert raised(f"I can{apostrophe}t  get\nout") == "fire"
    assert is_about_a_patient(f"It is the owner{apostrophe}s \n house", POLICY)
    assert raised(f"It{apostrophe}s  out", "There is a fire") is None


def test_only_a_question_about_a_patient_is_one():
    assert not is_about_a_patient("It is my house", POLICY)


def test_two_neighbouring_sentences_are_read_together_and_others_are_not():
    assert raised("The tap broke. It is still running.") == "flood"
    assert raised("Hello there. The tap broke. It is still running.") == "flood"
    assert raised("The tap broke. What now? It is still running.") is None
    assert raised("The tap broke a year ago. It is still running.") is None
    assert raised("The tap broke. It was running a year ago.") is None


def test_what_lies_behind_raises_nothing_and_hides_nothing():
    assert raised("There was a fire years ago") is None
    assert raised("There was a fire years ago, and now there is a flood") == "flood"
    assert raised("There was a fire years ago and now there is a flood") == "flood"
    assert raised("There was a flood years ago but now there is a fire") == "fire"
    assert raised("There was a fire years ago; there is a flood") == "flood"
    assert raised("There is a flood here, there was a fire years ago") == "flood"


@pytest.mark.parametrize("mark", [".", "!", "?", ";", "...", "?!"])
def test_what_is_calm_is_so_for_its_own_sentence(mark):
    assert raised(f"That was long ago{mark} There is a fire") == "fire"
    assert raised(f"There is a fire{mark} That was long ago") == "fire"


def test_a_quiet_sentence_is_left_out_whole_and_hides_no_other():
    quiet = policy(quiet=(r"^(?!.*now).*fire.*went out",))
    assert raised("There was a fire, and it went out", policy=quiet) is None
    assert raised("There was a fire") == "fire"
    assert raised("There was a fire, it went out, and now it is back", policy=quiet) == "fire"
    assert raised("There was a fire, and it went out. There is a flood", policy=quiet) == "flood"
    assert raised("There was a fire, and it went out. The tap broke. It is running", policy=quiet) == "flood"


def test_clauses_that_are_not_calm_are_read_as_one():
    assert raised("My whole arm is black and blue") == "fire"


def test_a_full_stop_inside_a_figure_ends_no_sentence():
    assert raised("She took 4.5 cups") == "flood"
    assert raised("It was at 4.5 miles long ago that I saw a fire") is None


def test_a_beginning_of_up_to_three_words_belongs_to_what_follows():
    assert raised("Three years ago, there was a fire") is None
    assert raised("No, I mean, there was a fire") is None
    assert raised("About three years ago, there was a fire") == "fire"


def test_an_emergency_stays_one_until_it_is_over_or_the_reader_has_turned_away():
    assert raised("What do I do now?", "There is a fire") == "fire"
    assert raised("What do I do now?", "There is a fire", "There is a flood") == "flood"
    assert raised("What do I do now?", "There is a flood", "There is a fire") == "fire"
    assert raised("There is a flood", "There is a fire") == "flood"
    assert raised("Thanks, it's out", "There is a fire") is None
    turns = ["There is a fire", *["And then?"] * (STAYS_URGENT - 1)]
    assert raised("What do I do now?", *turns) == "fire"
    assert raised("What do I do now?", *turns, "And then?") is None


def test_two_questions_raise_together_what_neither_raises_alone():
    assert raised("The tap broke.", "Why is it running?") == "flood"
    assert raised("The tap broke", "Why is it running?") == "flood"
    assert raised("The tap broke", "Why is it running?", "And then?") is None
    assert raised("The tap broke a year ago", "Why is it running?") is None
    joined = policy().model_copy(
        update={"red_flags": RedFlags(rules=(RedFlag(id="both", patterns=("^took both, can't stop",), text="Stop."),))}
    )
    for mark in ("", ".", "?!", "..", " . "):
        assert raised(f"took both{mark}", "can’t stop", policy=joined) == "both"


# --- what was learned: any text raises something from -inf on, none from inf on -----------------------------------

ALL = tuple(RedFlag(id=rule.id, patterns=("never said",), text=rule.id) for rule in BUILT_IN.red_flags.rules)
TEXT = "my husband drank the bottle"
CALM = "What dose is used in the trials?"
WORDS_SAY = max(learned().judge(TEXT)[1].items(), key=lambda item: item[1])[0]


def learning(alarm=math.inf, margin=-math.inf, rules=ALL, calm=(), **more):
    limits = Thresholds(alarm_from=alarm, margin_from=margin, **more)
    return BUILT_IN.model_copy(update={"red_flags": RedFlags(rules=rules, calm=calm, learned=limits)})


class Encoder:
    """Sees one vector in everything; `asked` is what it was shown."""

    def __init__(self, vector, digest=None):
        self.digest = digest or meaning().encoder
        self.vector = vector
        self.asked = []

    def encode_queries(self, texts):
        self.asked += texts
        return np.stack([self.vector for _ in texts]).astype(np.float32)


def meant(text, limits, encoder=None, *before):
    flag = red_flag(text, limits, [Turn(question=each) for each in before], encoder)
    return flag.id if flag else None


def vector(at=0):
    made = np.zeros(meaning().inner.shape[-2], dtype=np.float32)
    made[at] = 1
    return made


def test_what_was_learned_raises_the_likeliest_flag_where_both_thresholds_are_reached():
    assert meant(TEXT, learning(alarm=-math.inf)) == WORDS_SAY
    assert meant(TEXT, learning(alarm=math.inf)) is None
    assert meant(TEXT, learning(alarm=-math.inf, margin=math.inf)) is None
    alarm, odds = learned().judge(TEXT)
    assert meant(TEXT, learning(alarm=alarm, margin=max(odds.values()))) == WORDS_SAY
    assert meant(TEXT, learning(alarm=math.nextafter(alarm, math.inf))) is None


def test_rules_go_first_and_a_flag_without_a_rule_is_none():
    rule = RedFlag(id="bottle", patterns=("bottle",), text="Stop.")
    assert meant(TEXT, learning(alarm=-math.inf, rules=(*ALL, rule))) == "bottle"
    others = tuple(one for one in ALL if one.id != WORDS_SAY)
    assert meant(TEXT, learning(alarm=-math.inf, rules=others)) is None


def test_a_fragment_tells_nothing():
    anything = learning(alarm=-math.inf, calm=("long ago",))
    assert meant("and the", anything) is None
    assert meant("and the bottle", anything) is not None
    assert meant("and the. And a", anything) is None
    assert meant("and the. My husband drank the bottle", anything) is not None
    # What is left of a sentence, or two put together, must say more.
    assert meant("It was so very long ago, he drank the whole bottle", anything) is None
    assert meant("It was so very long ago, he drank of the whole bottle", anything) is not None
    assert meant("It was so very long ago, he drank the whole bottle. And the", anything) is not None


def weighing(rule=0.0, part=0.0, words=0.0, meaning=0.0, start=0.0, asked_from=-math.inf, longer=(0, 0, 0), **more):
    length = dict(zip(("longer", "longer_part", "longer_meaning"), longer, strict=True))
    weights = WithMeaning(
        rule=rule, part=part, words=words, meaning=meaning, start=start, asked_from=asked_from, **length
    )
    return learning(with_meaning=weights, **more)


def test_what_was_learned_counts_in_earlier_turns_too():
    assert meant("and?", learning(alarm=-math.inf), None, TEXT) == WORDS_SAY
    assert meant("and?", weighing(start=1), Encoder(vector()), TEXT) is not None
    assert meant("and?", weighing(start=1), None, TEXT) is None


def test_a_faint_alarm_stays_only_until_a_question_that_is_calm():
    faint, loud = (weighing(start=odds, asked_from=1e-3 + learned().judge(CALM)[0]) for odds in (0.5, 1.5))
    assert learned().judge(CALM)[0] < learned().judge(TEXT)[0]
    assert meant(TEXT, faint, Encoder(vector())) is not None
    assert meant(CALM, faint, Encoder(vector()), TEXT) is None
    assert meant(CALM, loud, Encoder(vector()), TEXT) is not None
    # What says too little to be judged is not calm.
    assert meant("and?", faint, Encoder(vector()), TEXT) is not None


def test_meaning_counts_beside_words_with_the_encoder_it_was_learned_with():
    seen = Encoder(vector())
    assert meant(TEXT, weighing(start=1), seen) is not None
    assert seen.asked == [TEXT]
    assert triage(TEXT, weighing(start=1), encoder=seen) is not None
    assert meant(TEXT, weighing(start=1)) is None
    assert meant(TEXT, weighing(), Encoder(vector())) is None
    alone = Encoder(vector())
    assert meant(TEXT, weighing(start=1, asked_from=math.inf), alone) is None
    assert not alone.asked
    other = Encoder(vector(), digest="0" * 64)
    assert meant(TEXT, weighing(start=1), other) is None
    assert meant(TEXT, weighing(start=-1, alarm=-math.inf), other) == WORDS_SAY
    assert not other.asked


def test_each_sign_counts_by_its_weight():
    more, alarm = meaning().judge(vector())[0], learned().judge(TEXT)[0]
    assert max(abs(more), abs(alarm), abs(more + alarm)) < MOST
    for sign, odds in (("part", alarm + more), ("words", alarm), ("meaning", more)):
        for weight in (1, -2):
            assert meant(TEXT, weighing(**{sign: weight}, start=1e-3 - weight * odds), Encoder(vector())) is not None
            assert meant(TEXT, weighing(**{sign: weight}, start=-1e-3 - weight * odds), Encoder(vector())) is None


def test_a_long_question_is_weighed_by_its_length_and_a_very_long_one_no_further():
    def told(words):
        return "the " * words

    def at(words, *longer, start=0.0):
        return meant(told(words), weighing(longer=longer, start=start), Encoder(vector())) is not None

    more = meaning().judge(vector())[0]
    assert at(30, -1, 0, 0, start=1e-3)
    assert not at(60, -1, 0, 0, start=math.log(2) - 1e-3)
    assert at(60, -1, 0, 0, start=math.log(2) + 1e-3)
    assert at(300, -1, 0, 0, start=math.log(4) + 1e-3)
    assert at(60, 0, 0, 1, start=1e-3 - math.log(2) * more)
    assert not at(60, 0, 0, 1, start=-1e-3 - math.log(2) * more)
    part = max(-MOST, min(MOST, more + learned().judge(told(60).strip())[0]))
    assert at(60, 0, 1, 0, start=1e-3 - math.log(2) * part)
    assert not at(60, 0, 1, 0, start=-1e-3 - math.log(2) * part)


def test_no_sign_counts_more_than_the_most():
    far = next(v for at in range(384) for v in (vector(at) * 50, vector(at) * -50) if meaning().judge(v)[0] > MOST)
    for sign in ("part", "meaning"):
        assert meant(TEXT, weighing(**{sign: 1}, start=1e-3 - MOST), Encoder(far)) is not None
        assert meant(TEXT, weighing(**{sign: 1}, start=-1e-3 - MOST), Encoder(far)) is None
    # Nothing but calm clauses: no sentence speaks for an emergency.
    calm = weighing(part=1, start=MOST + 1e-3, calm=("bottle",)), weighing(part=1, start=MOST - 1e-3, calm=("bottle",))
    assert [meant(TEXT, each, Encoder(vector())) is not None for each in calm] == [True, False]


def test_a_rule_is_weighed_against_what_the_question_means():
    rules = (RedFlag(id="bottle", patterns=("bottle",), text="Stop."), *ALL)
    assert meant(TEXT, weighing(rule=2, start=-1, rules=rules), Encoder(vector())) == "bottle"
    assert meant(TEXT, weighing(rule=2, start=-3, rules=rules), Encoder(vector())) is None
    assert meant(TEXT, weighing(rule=2, start=-3, rules=rules)) == "bottle"
    certain = (RedFlag(id="bottle", certain=("bottle",), unless=("empty",), text="Stop."), *ALL)
    assert meant(TEXT, weighing(rule=2, start=-3, rules=certain), Encoder(vector())) == "bottle"
    assert meant(f"{TEXT} empty", weighing(rule=2, start=-3, rules=certain), Encoder(vector())) is None
    # The encoder is asked whatever the words say, but not about a fragment, for which the rule speaks alone.
    assert meant(TEXT, weighing(rule=2, start=-3, asked_from=math.inf, rules=rules), Encoder(vector())) is None
    assert meant("the bottle", weighing(rule=2, start=-3, rules=rules), Encoder(vector())) == "bottle"


def test_a_page_of_text_costs_a_bounded_number_of_vectors():
    seen = Encoder(vector())
    page = " ".join(f"My neighbour has {number} cats." for number in range(60)) + f" {TEXT}."
    meant(page, weighing(start=1), seen)
    assert len(set(seen.asked)) <= 15
    assert any(TEXT in text for text in seen.asked if text != page)


def test_a_certain_rule_goes_before_others():
    first = RedFlag(id="husband", patterns=("husband",), text="Call.")
    second = RedFlag(id="bottle", certain=("bottle",), text="Stop.")
    assert meant(TEXT, weighing(start=-9, rules=(first, second, *ALL)), Encoder(vector())) == "bottle"


def test_the_most_alarming_sentence_counts_and_the_whole_beside_it():
    told = f"We were at home. {TEXT}. It is late."
    words = {text: learned().judge(text)[0] for text in (told, TEXT)}
    seen = Encoder(vector())
    loudest = max(learned().judge(text)[0] for text in evidence_texts(told)) + meaning().judge(vector())[0]
    assert meant(told, weighing(part=1, start=1e-3 - loudest), seen) is not None
    assert meant(told, weighing(part=1, start=-1e-3 - loudest), seen) is None
    assert meant(told, weighing(words=1, start=1e-3 - words[told]), seen) is not None
    assert meant(told, weighing(words=1, start=-1e-3 - words[told]), seen) is None
    assert {told, "We were at home.", f"{TEXT}.", "It is late."} <= set(seen.asked)


def evidence_texts(question):
    return taken_apart(question, learning()).sentences


def test_the_kind_of_emergency_is_told_by_words_and_meaning_together():
    strong = [vector(at) * np.float32(sign * 50) for at in range(24) for sign in (1, -1)]
    sure = max(strong, key=lambda one: max(meaning().judge(one)[1].values()))
    odds = meaning().judge(sure)[1]
    kind = max(odds, key=odds.get)
    assert meant(TEXT, weighing(start=1), Encoder(sure)) == kind != WORDS_SAY
