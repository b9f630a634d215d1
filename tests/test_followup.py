"""What a reader leaves out is put back, and only that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ldnqa.followup import read
from ldnqa.policy import load_policy
from ldnqa.types import Turn
from ldnqa.vocabulary import vocabulary_of

LDN = "low-dose naltrexone"
USED_FOR = (Turn(question="What is LDN used for?"),)
LEXICON = load_policy().lexicon


def standalone(question, history, subject, other_names=()):
    return read(question, history, subject=subject, other_names=other_names).text


def after(*questions):
    *before, last = questions
    history = [Turn(question=question) for question in before]
    return read(last, history, subject=LDN, other_names=(LDN, "LDN"), lexicon=LEXICON)


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("How does it work?", "How does low-dose naltrexone work?"),
        ("Can I take this drug with oxycodone?", "Can I take low-dose naltrexone with oxycodone?"),
        ("What did the FINAL trial find, and who was in it?", "What did the FINAL trial find, and who was in it?"),
        ("What are the side effects?", "What are the side effects?"),
        ("What dose of low-dose naltrexone is it?", "What dose of low-dose naltrexone is it?"),
        ("What is the capital of France?", "What is the capital of France?"),
    ],
)
def test_a_pronoun_is_read_as_the_subject(question, reading):
    assert standalone(question, (), LDN) == reading


@pytest.mark.parametrize(
    "question", ["And what dose?", "why?", "and for MS?", "How long?", "What about children?", "yes"]
)
def test_a_short_question_that_leans_is_read_after_the_one_before(question):
    assert standalone(question, USED_FOR, None) == f"What is LDN used for? {question}"


def test_a_question_that_stands_alone_does_not_drag_the_old_topic_along():
    question = "Which painkillers are safe before planned surgery?"
    assert standalone(question, USED_FOR, LDN) == question


def test_a_question_that_only_says_it_needs_the_subject_and_not_the_question_before():
    assert standalone("How does it work?", USED_FOR, LDN) == "How does low-dose naltrexone work?"
    assert standalone("And does it work for MS?", USED_FOR, None) == "What is LDN used for? And does it work for MS?"


@pytest.mark.parametrize("name", ["LDN", "low dose naltrexone", "Low-dose naltrexone"])
def test_when_the_subject_is_named_the_pronoun_is_something_else(name):
    question = f"My uncle has cancer. Could {name} cure it?"
    assert standalone(question, (), LDN, ("low-dose naltrexone", "LDN")) == question


def test_without_a_subject_or_history_nothing_is_put_in():
    assert standalone("How does it work?", (), None) == "How does it work?"


def test_another_thing_takes_the_place_of_the_one_before():
    assert after("Does LDN help multiple sclerosis?", "and Crohn's?").text == "Does LDN help Crohn's?"
    assert after("What dose of LDN for fibromyalgia?", "And for MS?", "CRPS?").text == "What dose of LDN for CRPS?"


def test_a_situation_takes_the_place_of_another():
    assert after("Is naltrexone safe when pregnant?", "and nursing?").text == "Is naltrexone safe when nursing?"
    reading = after("What do studies say of LDN in CRPS?", "only two people?", "and back pain")
    assert reading.text == "What do studies say of LDN in back pain?"
    assert after("Which other painkillers are opioids?", "is fentanyl one").text.endswith("? is fentanyl one")


def test_another_use_of_the_drug_takes_the_place_of_the_drug_as_such():
    assert after("Can naltrexone harm the liver?", "At 4.5 mg too?").text == f"Can {LDN} harm the liver?"
    assert after("Can naltrexone harm the liver?", "And the 50 mg tablets?").text.startswith("Can naltrexone 50 mg")
    assert after("Can naltrexone harm the liver?", "Does that apply to LDN?").text == f"Can {LDN} harm the liver?"
    before = "I have surgery in May and take naltrexone 50. When is it stopped?"
    assert "take low-dose naltrexone. When" in after(before, "what about the low dose one").text
    assert after("Does LDN help MS?", "is that different for Crohn's").text == "Does LDN help Crohn's?"
    assert after("Who makes it?", "At 4.5 mg too?").text.endswith("? At 4.5 mg too?")


@pytest.mark.parametrize(
    "question",
    ["did it last?", "was it blinded?", "Has it been repeated?", "how many patients", "out of how many women?"],
)
def test_what_happened_once_is_what_was_just_spoken_of(question):
    assert after("Did LDN help in colitis?", question).text == f"Did LDN help in colitis? {question}"
    assert standalone("did it last?", (), LDN) == f"did {LDN} last?"


def test_it_is_the_medicine_that_was_asked_about_or_is_to_be_stopped():
    reading = after("How often is Vivitrol given?", "what is it used for?")
    assert reading.text == "what is naltrexone injection used for?"
    read = after("I take Percocet. Can I start LDN?", "How long must I be off it first?")
    assert read.text == "How long must I be off Percocet first?"


def test_yes_and_why_bring_nothing_of_their_own():
    reading = after("Is LDN an opioid?", "yes")
    assert (reading.text, reading.own) == ("Is LDN an opioid? yes", "Is LDN an opioid?")


def test_a_few_words_go_on_from_what_was_said():
    assert after("Does LDN help in the FINAL trial?", "responders at 30%?").text.endswith("trial? responders at 30%?")
    assert (
        after("Which trials had women only?", "in how many trials").text
        == "Which trials had women only? in how many trials"
    )
    assert after("What is LDN used for?", "for LDN I mean").text == "What is LDN used for? for LDN I mean"
    assert after("Does LDN help in MS?", "LDN stability data").text == "LDN stability data"


def test_of_a_long_conversation_the_root_and_the_last_step_are_read_together():
    said = ("Has LDN been tried in Crohn's disease?", "and how many people?", "did they sleep badly?", "for how long?")
    assert after(*said).text == "Has LDN been tried in Crohn's disease? did they sleep badly? for how long?"


def test_a_different_topic_leaves_everything_behind():
    turns = [Turn(question="Does LDN help in MS?", source_ids=("a#b:0",))]
    reading = read("ok different topic: what about storage?", turns, subject=LDN, lexicon=LEXICON)
    assert (reading.text, reading.earlier, reading.cited) == ("what about storage?", (), ())
    reading = read("one more question, how is it stored?", turns, subject=LDN, lexicon=LEXICON)
    assert reading.text == "how is low-dose naltrexone stored?"
    assert reading.cited == ("a#b:0",)


def test_thanks_lean_on_nothing_and_nothing_leans_on_them():
    reading = after("What is LDN?", "ok, that helps, thanks!")
    assert (reading.text, reading.earlier) == ("ok, that helps, thanks!", ())
    assert after("What is LDN?", "thanks, that's clear").text == "thanks, that's clear"
    assert after("Does LDN help in MS?", "thanks!", "and in Crohn's?").text == "Does LDN help in Crohn's?"


@pytest.mark.parametrize(
    ("before", "correction", "reading"),
    [
        ("When is 50 mg naltrexone stopped?", "nope, I meant LDN", "When is low-dose naltrexone stopped?"),
        (
            "Does LDN harm the kidneys?",
            "oops, I was asking about the injection",
            "Does naltrexone injection harm the kidneys?",
        ),
        ("Does LDN help psoriasis?", "not psoriasis, lupus", "Does LDN help lupus?"),
        ("Can I take LDN with morphine?", "no sorry, tramadol rather than morphine", "Can I take LDN with tramadol?"),
        (
            "Is naltrexone safe when pregnant?",
            "I should have said breastfeeding",
            "Is naltrexone safe when breastfeeding?",
        ),
        ("When should I stop LDN?", "sorry, she takes the 50 mg ones", "When should I stop naltrexone 50 mg tablets?"),
        ("Is LDN ever stored cold?", "and the full dose version?", "Is naltrexone 50 mg tablets ever stored cold?"),
        ("Does LDN help?", "wait, I mean for sciatica", "Does LDN help? for sciatica"),
    ],
)
def test_a_correction_asks_the_question_before_with_another_thing_in_it(before, correction, reading):
    assert after(before, correction).text == reading


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("Understood. Which pharmacies make it?", f"Which pharmacies make {LDN}?"),
        ("ok I get it now, is it an opioid?", f"is {LDN} an opioid?"),
        ("that makes sense; does it cause nightmares", f"does {LDN} cause nightmares"),
        ("I get it from a friend. Is that legal?", f"I get {LDN} from a friend. Is that legal?"),
        ("sorry to ask again, is it a painkiller?", f"sorry to ask again, is {LDN} a painkiller?"),
        (
            "no, the trial of 31 women was the first that measured it",
            "no, the trial of 31 women was the first that measured it",
        ),
        ("it is not the drug", f"{LDN} is not the drug"),
        ("I heard LDN is not available in Greece", "I heard LDN is not available in Greece"),
        ("does it work in women, not men?", f"does {LDN} work in women, not men?"),
    ],
)
def test_what_says_that_an_answer_was_understood_is_no_part_of_the_question(question, reading):
    assert after("What is LDN used for?", question).text == reading


def test_off_for_how_long_goes_on_from_what_it_is_to_be_off_for():
    said = ("Must I be off codeine before starting naltrexone?", "off it for how many days")
    assert after(*said).text == f"{said[0]} off codeine for how many days"


def test_what_only_generic_words_ask_is_asked_with_the_question_before():
    reading = after("Who writes this page?", "did they read the full papers?")
    assert reading.own == reading.text == "Who writes this page? did they read the full papers?"


def test_a_pronoun_that_stands_for_nothing_stays():
    assert after("Is LDN proven in MS?", "is it true?").text == "Is LDN proven in MS? is it true?"
    assert after("How is evidence graded in this library?").text == "How is evidence graded in this library?"
    assert after("Which opioid receptors does LDN block?", "does it last?").text == "does low-dose naltrexone last?"
    assert after("Is it true that LDN is an opioid?").text == "Is it true that LDN is an opioid?"
    assert after("Is it safe to drive?").text == "Is it safe to drive?"
    assert after("Does LDN help in MS?", "Is it safe to fly?").text == "Is it safe to fly?"


def test_it_is_the_use_of_the_drug_that_was_just_spoken_of():
    assert after("What is the shot of naltrexone for?", "Is it given weekly?").text.startswith(
        "Is naltrexone injection"
    )
    assert "50 mg" in after("Can 50 mg naltrexone hurt the liver?", "is it safe?").text
    assert after("Is LDN like the 50 mg tablets?", "is it safe?").text == "is low-dose naltrexone safe?"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("do poeple get wierd dreams", "do people get weird dreams"),
        ("wat dose untill i sleep", "what dose until i sleep"),
        ("Can I recieve it?", "Can I receive it?"),
        ("Im told it doesnt help, whats that", "I'm told it doesn't help, whats that"),
        ("its ill were lets", "its ill were lets"),
        ("is it given IM", "is it given IM"),
        ("What about ME? TELL ME. Tell me.", "What about ME/CFS? TELL ME. Tell me."),
    ],
)
def test_misspellings_that_are_common_themselves_are_put_right(written, meant):
    readers = ("Do people get weird dreams?", "Until when can I receive it?")
    assert vocabulary_of(["The dose brings sleep."], readers).corrected(written) == meant


@pytest.mark.parametrize("word", ["weaning", "strep", "keflex", "lansoprazole", "statin", "BC"])
def test_a_word_is_not_read_as_another_that_is_near(word):
    texts = ["The meaning of a step is a reflex of pantoprazole, and of a station."]
    assert vocabulary_of(texts).corrected(word) == word


def test_slips_are_put_right_but_no_medicine_becomes_another():
    words = vocabulary_of(["The side effects of naltrexone in fibromyalgia. Prednisolone was allowed."])
    asked = "waht are teh side efects of naltrexon in FIBROMYALGAI"
    assert words.corrected(asked) == "what are the side effects of naltrexone in FIBROMYALGIA"
    assert words.corrected("Can I take prednisone?") == "Can I take prednisone?"
    assert read("oxicodone?", (), lexicon=LEXICON, vocabulary=words).text == "oxycodone?"


def test_a_slip_in_a_name_is_put_right_although_it_makes_another_word():
    words = vocabulary_of(["Low-dose naltrexone does little. Doze off at a low dose."])
    names = ["low-dose naltrexone", "LDN"]
    assert words.corrected("low does naltrexone", names=names) == "low dose naltrexone"
    assert words.corrected("what does naltrexone do", names=names) == "what does naltrexone do"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("nervepain", "nerve pain"),
        ("nervepian", "nerve pain"),
        ("lowdosenaltrexone", "low-dose naltrexone"),
        ("lnd", "ldn"),
        ("ldndose", "ldn dose"),
        # Medicines and other words that nobody here knows stay what they are.
        ("nld", "nld"),
        ("lds", "lds"),
        ("dln", "ldn"),
        ("and", "and"),
        ("ldnova", "ldnova"),
        ("nervepax", "nervepax"),
    ],
)
def test_words_that_ran_together_come_apart_only_into_names_that_are_known(written, meant):
    names, together = ("low-dose naltrexone", "LDN"), {"nervepain": "nerve pain"}
    assert vocabulary_of(["The dose of LDN."]).corrected(written, names=names, together=together) == meant


def test_two_words_are_read_as_the_one_the_articles_write_with_a_hyphen():
    words = vocabulary_of(["In Hailey-Hailey disease the skin cleared. Low-dose naltrexone is a low dose of it."])
    assert words.corrected("hailey hailey and low dose") == "hailey-hailey and low dose"


def test_an_abbreviation_that_an_article_defines_is_known():
    words = vocabulary_of(["In normal pressure hydrocephalus (NPH), fluid builds up. The effect (see below) is small."])
    assert words.abbreviations == {"nph": "normal pressure hydrocephalus"}


@pytest.mark.parametrize(
    ("said", "reading"),
    [
        ("my doctor mentioned 4.5, is that normal", "my doctor mentioned 4.5 mg, is that normal"),
        ("is 0.5 enough to begin with?", "is 0.5 mg enough to begin with?"),
        ("on 4.5 mg for 1.5 years", "on 4.5 mg for 1.5 years"),
        ("pain fell from 6.5 to 3.5, right?", "pain fell from 6.5 to 3.5, right?"),
        ("is 4.5% of people a lot?", "is 4.5% of people a lot?"),
        ("why 4.5 to 5.4 mg?", "why 4.5 to 5.4 mg?"),
        ("does the $4.5 version work?", "does the $4.5 version work?"),
    ],
)
def test_a_low_dose_without_its_unit_has_one(said, reading):
    assert after(said).text == reading
    assert standalone(said, (), None) == said
    assert after("What dose is used?", "who draws the line at 4.5").text.endswith("who draws the line at 4.5")


def test_how_many_took_it_goes_on_from_what_was_told():
    assert after("Was LDN tried in long covid?", "how many took it").text == (
        "Was LDN tried in long covid? how many took low-dose naltrexone"
    )
    assert after("how many took it").text == "how many took low-dose naltrexone"


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_any_question_has_a_reading(question):
    assert standalone(question, USED_FOR, LDN).strip()


@pytest.mark.parametrize(
    ("message", "own"),
    [
        (
            "Three weeks on my capsules, a diary every evening as my doctor asked, and I feel just the same. My wife "
            "says be patient. When should I expect low-dose naltrexone to work?",
            "When should I expect low-dose naltrexone to work?",
        ),
        (
            "I take tramadol for my back after a fall off a ladder two winters ago. A nurse mentioned LDN last week. "
            "Can I just add it on top?",
            "Can I just add low-dose naltrexone on top? (tramadol)",
        ),
        (
            "My daughter is 12 and her hands hurt so much that she cannot hold a pencil at school now. Is LDN safe "
            "for her?",
            "Is LDN safe for her? (children)",
        ),
        (
            "It began after LASIK and the surgeon blames the nerves of the cornea, so I sit in the dark all day long. "
            "Are there any results for that?",
            None,
        ),
        (
            "Our old labrador is thirteen, limps after every walk and will not climb the stairs to my bed any more. "
            "Would LDN help him?",
            None,
        ),
        (
            "I have fibromyalgia, was put on Zorbaximab last spring and drive two hours for each infusion. My sister "
            "speaks of LDN. Can I take it as well?",
            None,
        ),
        ("I have MS. Does LDN help?", None),
        # The product told of, and not the subject.
        (
            "My husband takes naltrexone 50 mg tablets and his liver tests were a bit off at the last visit in spring. "
            "Can it build up in people with cirrhosis?",
            "Can naltrexone 50 mg tablets build up in people with cirrhosis?",
        ),
        # Of the page nothing that was told says more.
        (
            "I teach nurses, and I am looking for sites that they can be sent to without a second thought this term. "
            "Has a doctor checked any of these articles?",
            "Has a doctor checked any of these articles?",
        ),
    ],
)
def test_a_long_message_is_looked_up_by_what_it_asks_and_shown_whole(message, own):
    reading = after(message)
    assert reading.own == (own or reading.text)
    told, _ = message.rsplit(". ", 1)
    assert reading.text.startswith(told)


@pytest.mark.parametrize(
    ("message", "short"),
    [
        # In the middle, with a figure of speech for "it".
        (
            "My aunt has ulcerative colitis and was put on LDN at Easter by a private doctor. How long does it take "
            "before LDN shows an effect? She would like to plan her holiday.",
            "ulcerative colitis. How long does it take before LDN shows an effect?",
        ),
        # Without a question mark, and behind what leads up to it.
        (
            "My cousin in Cork has lupus and somebody at her choir praised this drug to the skies last month. "
            "She is shy, so I would just like to know which results LDN had in that disease. Thank you so much.",
            "lupus. which results LDN had in that disease?",
        ),
        (
            "I was told of LDN for my arthritis by a friend at the allotment, who grows leeks. Before I trouble the "
            "surgery, does it do anything for the swelling, or am I fooling myself?",
            "arthritis. does low-dose naltrexone do anything for the swelling?",
        ),
        # "It" is the use of the drug that is told of.
        (
            "I gave up drinking in May with the monthly naltrexone injection, and my garden has never looked better. "
            "Does it cause a rash in many people?",
            "Does naltrexone injection cause a rash in many people?",
        ),
        # A clause before the question makes no question of it.
        (
            "The pharmacist printed the label for me and I have read every word of it twice over by now. When the "
            "studies of LDN in psoriasis are put side by side, does it help?",
            "does it help When the studies of LDN in psoriasis are put side by side?",
        ),
        # What a story tells of by no name that we know stays in it.
        (
            "Our old labrador is thirteen, limps after every walk and will not climb the stairs to my bed any more. "
            "Would LDN help him?",
            None,
        ),
        (
            "I have fibromyalgia and a woman at the baths said that one must stay off LDN for a week before a tattoo "
            "or the ink will fade. Is that so?",
            "Is it true that one must stay off LDN for a week before a tattoo or the ink will fade?",
        ),
    ],
)
def test_what_a_story_asks_is_put_as_a_short_question_with_what_it_leaves_out(message, short):
    reading = after(message)
    assert (reading.short.text if reading.short else None) == short


def test_a_claim_that_is_asked_about_is_not_the_medicine():
    claim = "My friend told me that 95% of people had no pain on it. Is this true?"
    assert after(claim).text.endswith("Is this true?")


def test_a_remark_before_a_question_is_left_out_unless_it_tells_of_somebody():
    asked = ("Can naltrexone harm the liver?", "300 mg is far more than anyone takes. At the normal dose?")
    assert after(*asked).text == "Can naltrexone 50 mg tablets harm the liver?"
    assert "300" in after(asked[0], "I take 300 mg. At the normal dose?").text


def test_what_there_is_on_a_condition_is_asked_of_the_subject():
    assert after("anything on ME/CFS?").text == "anything on low-dose naltrexone for ME/CFS?"
    assert after("anything on the weather?").text == "anything on the weather?"
    assert after("What is the evidence for CRPS?").text == "What is the evidence for low-dose naltrexone for CRPS?"


@pytest.mark.parametrize("typed", ["multiple sclerosis?", "Crohn's", "long covid", "pregnancy"])
def test_what_is_typed_as_into_a_search_box_is_asked_of_the_subject(typed):
    assert after(typed).text == f"{LDN}: {typed}"
    assert after("Which conditions has LDN been tried in?", f"and what about {typed}").text == f"{LDN}: {typed}"


def test_what_asks_more_or_names_a_medicine_is_no_search_term():
    for asked in (
        "is fibromyalgia common?",
        "dose for alcohol dependence?",
        "Vivitrol",
        "opioid addiction",
        "tramadol",
    ):
        assert after(asked).text == asked
    assert after("What dose is used?", "Fibromyalgia?").text == "What dose is used? Fibromyalgia?"


def test_whether_what_was_told_is_true_is_asked_as_that_claim():
    message = (
        "My neighbour is full of stories. She told me that LDN eases the pain of fibromyalgia by a third, and I want "
        "to know before I ask my doctor on Monday. Is that really true?"
    )
    assert after(message).own == "Is it true that LDN eases the pain of fibromyalgia by a third?"


def test_a_full_stop_behind_ok_ends_what_went_before():
    question = "how much of a swallowed tablet gets into the blood?"
    assert after("Is LDN on the banned list for athletes?", f"ok. {question}").text == question


@pytest.mark.parametrize("opening", ["One more, not about skin: ", "ok leave that. ", "Other matter: "])
def test_what_says_that_it_is_something_else_leaves_the_question_before(opening):
    question = "from what age are the easy-read bits?"
    assert after("Does LDN help psoriasis?", opening + question).text == question


def test_two_names_of_one_thing_are_switched_as_one():
    before = "Does naltrexone clash with Antabuse (disulfiram)?"
    assert after(before, "thioridazine?").text == "Does naltrexone clash with thioridazine?"


def test_what_it_is_for_is_a_question_of_its_own():
    assert after("Is the Vivitrol shot a form of LDN?", "What is it for, then?").own == (
        "What is naltrexone injection for, then?"
    )
    assert after("Who discovered LDN?", "what's it for?").own == "what's low-dose naltrexone for?"


def test_the_tablets_are_a_use_of_the_drug():
    before = "Was hepatitis removed from the Vivitrol label?"
    assert after(before, "and the tablets?").text == "Was hepatitis removed from the naltrexone 50 mg tablets label?"


def test_a_name_without_its_hyphen_is_replaced_whole():
    before = "does low dose naltrexone help with crohns?"
    assert after(before, "and the 50 mg tablets?").text == "does naltrexone 50 mg tablets help with crohns?"


def test_whether_something_is_proven_says_nothing_of_its_own():
    assert after("Does LDN help fibromyalgia?", "is that proven?").own == "Does LDN help fibromyalgia? is that proven?"


def test_what_is_asked_of_a_study_is_no_part_of_what_is_asked_of_it_next():
    before = "Does LDN help nerve pain from diabetes?"
    assert after(before, "how long did it last?", "is that proven?").text == f"{before} is that proven?"
    assert "MS" in after(before, "and for MS?", "is that proven?").text


def test_an_n_that_is_asked_for_is_a_number_of_people():
    assert vocabulary_of([]).corrected("n=?") == "how many people?"


def test_of_each_one_tells_the_question_before():
    assert after("LDN or amitriptyline?", "how long did they take each one for").text.startswith(
        "LDN or amitriptyline?"
    )


def test_an_operation_booked_is_told_to_what_is_asked_of_it():
    reading = after("I have a knee replacement on the 14th and take LDN at night. When do I stop LDN?")
    assert "surgery" in " ".join((reading.own, reading.alone or ""))


def test_a_sound_says_nothing():
    asked = ("Can it bring Crohn's disease into remission?", "hmm. Did they look with a scope as well?")
    assert after(*asked).bare == "Did they look with a scope as well?"


def test_what_is_concluded_is_said_of_what_was_just_asked_about():
    before = "Does low-dose naltrexone help Crohn's disease?"
    assert after(before, "so it works then?").text == f"{before} so low-dose naltrexone works then?"
    # What the question before names nothing of, or this one names itself, is looked up alone.
    assert after("What is LDN?", "so it works then?").text == "so low-dose naltrexone works then?"
    assert after(before, "so does it help MS?").text == "so does low-dose naltrexone help MS?"


def test_what_may_be_any_good_for_a_condition_is_the_subject():
    assert after("Back pain since my fall. Any good?").text == "Back pain since my fall. low-dose naltrexone Any good?"
    assert after("Is aspirin for back pain any good?").text == "Is aspirin for back pain any good?"


@pytest.mark.parametrize("noun", ["combination", "number", "dose"])
def test_this_before_a_noun_is_not_the_medicine(noun):
    assert after(f"Was this {noun} ever tested?").text == f"Was this {noun} ever tested?"


@pytest.mark.parametrize(
    ("message", "short"),
    [
        # What tells and what asks, in one sentence.
        (
            "I keep my bees, my books and my own counsel and I like to see figures, since words are cheap: how often "
            "did liver enzymes rise on naltrexone",
            "low-dose naltrexone. how often did liver enzymes rise on naltrexone?",
        ),
        # Who studied something points to nobody told of.
        (
            "Our flat is an oven from June to September and all that I own stands in boxes; what storage did they use "
            "when they tested the shelf life",
            "low-dose naltrexone. what storage did they use when they tested the shelf life?",
        ),
        # Who gets no answer asks.
        (
            "My mother broke her hip in Lent and still takes a little tramadol at night for it. What nobody can settle "
            "for us is how long she must be off the tramadol before LDN. The chemist shrugged.",
            "how long she must be off the tramadol before LDN?",
        ),
        # "It" in what somebody said, where nothing names the subject; and whoever is right.
        (
            "The man at the next allotment got it from a clinic and swears it is an opioid and he grins about it. I "
            "said no to that over the fence. Who is right?",
            "Is it true that low-dose naltrexone is an opioid?",
        ),
        (
            "My brother-in-law knows it all and told us over the roast that I may stop reading leaflets for good. Is "
            "he right that LDN has no interactions?",
            "Is he right that LDN has no interactions?",
        ),
    ],
)
def test_what_is_asked_in_passing_is_put_as_a_short_question(message, short):
    assert after(message).short.text == short


def test_it_is_the_use_of_the_drug_that_was_named_before_it():
    assert after("I'm on Vivitrol. Does it cause nausea?").text.endswith("Does naltrexone injection cause nausea?")
    assert "naltrexone 50 mg tablets" in after("8 months off the drink, on the 50s. Is it hard on the liver?").text
    # Another medicine's dose is no use of this one.
    for told in ("I take sertraline 50 mg.", "I'm on 50 mg of tramadol.", "My quetiapine is 25 mg."):
        assert after(f"{told} Does it help MS?").text == f"{told} Does low-dose naltrexone help MS?"
    assert "naltrexone 50 mg" in after("I take alcohol and 50 mg naltrexone. Does it help MS?").text
    # What is named behind it is held against it.
    assert after("Is it weaker than Vivitrol?").text == "Is low-dose naltrexone weaker than Vivitrol?"


def test_the_illness_is_the_one_that_was_named():
    before = "Does LDN help in MS?"
    assert after(before, "so does it slow the illness down?").text == "so does low-dose naltrexone slow MS down?"
    assert after("Does LDN help in MS or fibromyalgia?", "does it slow the disease").text.endswith("slow the disease")


def test_what_comes_back_is_the_illness_and_what_did_so_was_just_told_of():
    before = "Does LDN help in MS?"
    assert after(before, "and does it come back once you stop").text == "and does MS come back once you stop"
    assert after(before, "did it come back?").text == f"{before} did it come back?"


def test_of_which_use_something_was_said_is_asked_of_what_was_said():
    before = "Does it harm the liver?"
    for question in ("is that about LDN or the 50 mg tablets", "was that in people on low dose", "is that at 50 mg?"):
        assert after(before, question).text == f"{before.replace('it', LDN)} {question}"
    assert after(before, "is that safe in LDN").own == "is that safe in LDN"


def test_a_name_with_something_behind_it_takes_the_place_of_the_one_before():
    asked = after("does ldn work for low back pain", "and for CRPS, that's what my sister has")
    assert asked.text == "does ldn work for CRPS"


def test_it_was_the_tablets_is_no_medicine_that_is_the_tablets():
    question = "and if it was the 50 mg, could I take two"
    assert after("what about a missed dose of LDN", question).text == question
    assert after("does it block opioids", 'what is this "block"').text.endswith('what is this "block"')


def test_back_to_something_leaves_what_was_asked_since_behind():
    asked = ("Does LDN help MS?", "were there side effects?", "back to the dose: which is the commonest?")
    assert after(*asked).text == "the dose: which is the commonest?"


def test_the_ordinary_tablets_are_the_tablets():
    before = "When should one stop the low dose capsules before surgery?"
    asked = after(before, "And were it the ordinary 50 mg tablets?").text
    assert asked == "When should one stop the naltrexone 50 mg tablets before surgery?"
    assert after(before, "and if it's the 50 mg tablets?").text == asked


def test_what_is_typed_on_a_phone_is_read():
    vocabulary = vocabulary_of(["How long before people notice a benefit?"])
    assert vocabulary.corrected("how long b4 ppl notice") == "how long before people notice"
    assert after("Is LDN used in ulcerative colitis?", "k. n for ms?").text == "Is LDN used in ms?"


@pytest.mark.parametrize(
    "message", ["Six weeks on it and feeling daft. When does LDN kick in?", "Bit of a nerd, sorry. How does LDN act?"]
)
def test_a_question_is_looked_up_without_a_remark_that_names_nothing(message):
    assert after(message).own == message.split(". ")[1]


def test_no_more_is_basically_nothing_new():
    before = "Does LDN treat cancer?"
    assert after(before, "So basically no?").own == before


def test_shorthand_is_written_out():
    vocabulary = vocabulary_of(["How many people stopped because of side effects?"])
    assert vocabulary.corrected("stopped bc of side effects") == "stopped because of side effects"
    assert (
        vocabulary.corrected("w/o placebo, w/ placebo b/c of that") == "without placebo, with placebo because of that"
    )
    assert vocabulary.corrected("the bc pill and n/a") == "the bc pill and n/a"


@pytest.mark.parametrize("tail", [" tho", " though", " lol", ", please?", " btw"])
def test_what_is_said_to_be_friendly_asks_nothing(tail):
    assert (
        after("Can LDN be taken with opioids?", f"why{tail}").own == after("Can LDN be taken with opioids?", "why?").own
    )
    assert after("Is naltrexone bad for the liver?", f"even at low dose{tail}").text.startswith(
        "Is low-dose naltrexone bad"
    )


@pytest.mark.parametrize(
    "question",
    [
        "were those patients on anything else at the same time?",
        "how many mg did they give them in that trial",
        "and the one with placebo, what were the numbers?",
    ],
)
def test_what_points_to_those_just_told_of_goes_with_the_question_before(question):
    assert after("Has LDN been tested in Crohn's disease?", question).text.startswith("Has LDN been tested in Crohn's")
    assert after("Has LDN been tested in Crohn's disease?", "do patients with MS say that it helps them?").bare is None


def test_a_figure_of_those_just_told_of_is_looked_up_with_the_question_before():
    before = "Does LDN help fibromyalgia?"
    assert after(before, "what dose did they use?").own == f"{before} what dose did they use?"
    assert after(before, "what dose is used?").own == "what dose is used?"


def test_what_something_is_stands_by_itself():
    assert after("Does LDN work for constipation?", "and what is naloxone").bare is None


def test_an_addiction_is_no_medicine_that_another_takes_the_place_of():
    assert "suboxone addiction" not in after("starting dose for opioid addiction", "i'm on suboxone").text


def test_after_a_long_story_its_question_is_what_a_short_one_goes_behind():
    story = "My daughter is 15, has ME/CFS and is mostly in bed. A friend told me LDN helps many. What share responded?"
    read = after(story, "How far can I trust that number?").text
    assert "ME/CFS" in read
    assert "mostly in bed" not in read


@pytest.mark.parametrize(
    ("questions", "reading"),
    [
        (
            ("They want to put me on naltrexone tablets. What does a scarred liver do to the drug?",),
            "What does a scarred liver do to naltrexone 50 mg tablets?",
        ),
        (
            ("My dad takes naltrexone for his drinking. Could it harm his liver?",),
            "Could naltrexone 50 mg tablets harm",
        ),
        (("I used to take LDN, now I get Vivitrol.", "Does this drug cause nausea?"), "injection cause"),
        # What was spoken of turns ago, if nothing else was since.
        (
            ("I take 50 mg of naltrexone.", "what are the side effects", "does it raise liver enzymes"),
            "50 mg tablets raise",
        ),
        (("I take 50 mg for alcohol.", "does it hurt the liver"), "does naltrexone 50 mg tablets hurt"),
        (
            ("I take 50 mg of naltrexone.", "And LDN, does that help pain?", "does it hurt the liver"),
            "low-dose naltrexone hurt",
        ),
        # Of a drug that was named without its use neither is asked about.
        (
            ("Can someone on methadone take naltrexone?", "How soon can it set off withdrawal?"),
            "can naltrexone set off",
        ),
        (("Are low-dose naltrexone tablets sold?", "does it hurt the liver"), "low-dose naltrexone hurt"),
    ],
)
def test_it_is_the_use_that_was_told_of_and_never_another(questions, reading):
    *before, last = questions
    history = [Turn(question=question) for question in before]
    read_so = read(last, history, subject=LDN, other_names=(LDN, "LDN", "naltrexone"), lexicon=LEXICON)
    assert reading in read_so.text


def test_what_was_felt_is_not_the_medicine():
    read_so = after(
        "I went up to 3 mg of LDN and feel sick every day since. I am 61 and never ill. Is it a known effect?"
    )
    assert "Is it a known effect?" in read_so.text
    assert "never ill" not in read_so.own
    assert after("LDN makes my heart race. Is this something others report?").text.endswith(
        "Is this something others report?"
    )


def test_two_that_are_told_of_are_compared():
    own = after(
        "I have 50 mg tablets from the alcohol clinic and my friend has LDN. Whats the difference between them?"
    ).own
    assert own == "Whats the difference between them? (low-dose naltrexone, naltrexone 50 mg tablets)"


@pytest.mark.parametrize(
    "doubt",
    [
        "you sure? that sounds too good",
        "a third? are you sure",
        "nearly three quarters? that seems an awful lot",
        "no way",
    ],
)
def test_a_doubt_asks_what_was_asked_again(doubt):
    asked = "Does LDN help the pain of fibromyalgia?"
    reading = after(asked, doubt)
    assert (reading.text, reading.own) == (f"{asked} {doubt}", asked)
    assert after(doubt).text == doubt


@pytest.mark.parametrize(
    "question",
    [
        "and how many of those ladies got better?",
        "which of the studies came out in favour",
        "given by itself or on top of other stuff",
        "say a bit more about that one",
        "was anything definitely more common",
        "so a third less, right?",
    ],
)
def test_words_that_only_ask_do_not_make_a_question_stand_alone(question):
    asked = "Does LDN help the pain of fibromyalgia?"
    assert after(asked, question).text.startswith(asked)


@pytest.mark.parametrize(
    "question",
    ["how often does full dose naltrexone make people queasy", "which of the usual pain tablets count as opioids"],
)
def test_what_names_a_medicine_stands_alone(question):
    assert after("Does LDN help the pain of fibromyalgia?", question).text == question


def test_what_says_nothing_but_it_is_asked_of_the_condition_before():
    asked = "Has LDN been tried for corneal neuralgia?"
    assert after(asked, "would it be the first thing you'd try").text.startswith(asked)
    assert after("What is LDN?", "would it be the first thing you'd try").text.startswith("would low-dose naltrexone")


@pytest.mark.parametrize("when", ["this morning's", "this morning", "this week", "this far", "this long"])
def test_this_before_a_time_is_not_the_medicine(when):
    assert when in after(f"I forgot my naltrexone {when}, what should I do?").text


def test_what_may_be_worse_now_is_not_the_medicine():
    assert after("He has stopped LDN. Is it more dangerous now?").text.endswith("Is it more dangerous now?")


def test_that_one_never_knows_is_no_part_of_the_question():
    assert after("which pain tablets are opioids, i never know").text == "which pain tablets are opioids"


def test_what_evidence_there_is_on_a_condition_is_asked_of_the_subject():
    assert after("CRPS after a fall, what evidence exists").text == f"CRPS after a fall, {LDN} what evidence exists"


def test_all_sorts_lumped_together_combine_no_medicines():
    told = "I am a waiter and have been on my feet for nine years, and by now it is not only the back that aches."
    asks = "Does LDN work for long-term pain of all sorts lumped together?"
    assert "waiter" not in after(f"{told} {asks}").own
