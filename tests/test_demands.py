"""What is asked decides what may lead: the good is no answer to the harm, nor the mild to the grave."""

from __future__ import annotations

import re

import pytest

from ldnqa import ask
from ldnqa.asking import kind_of, meets
from ldnqa.followup import read
from ldnqa.types import Status, Turn

HELPS = "LDN brought less pain than placebo in a trial of 31 women."
HARMS = "Depression has been reported in people on naltrexone."


@pytest.mark.parametrize(
    ("question", "text", "able"),
    [
        ("Does LDN help depression?", HELPS, True),
        ("Does LDN cause depression?", HELPS, False),
        ("Does LDN cause depression?", HARMS, True),
        ("Can it make pain worse?", HELPS, False),
        ("What are the serious side effects?", "Most side effects are mild.", False),
        ("What are the serious side effects?", "Serious adverse events were not more frequent.", True),
        ("Which studies found no benefit?", HELPS, False),
        ("Which studies found no benefit?", "A trial of 99 women found no difference.", True),
        ("Who should not take it?", "People who take opioids should avoid LDN.", True),
        ("Is LDN an opioid? My husband is in recovery.", "People who take opioids should avoid LDN.", False),
        ("Is LDN an opioid? My husband is in recovery.", "Naltrexone is not an opioid.", True),
        ("How many patients was that?", "A response was found in 73.9% of patients in a study of 2019.", False),
        ("How many patients was that?", "Two published case reports tell of it.", True),
        ("Why did they quit?", "Adverse effects were recorded in 11%, and 36% stopped LDN.", False),
        ("How long was the washout?", "A news report gives 12 weeks for the LDN phase.", False),
        ("How did they test memory?", "A possible benefit for memory may be a false positive.", False),
        ("What share responded?", "Two trials had 46 people.", False),
        ("What share responded?", "88% of people on LDN responded.", True),
        ("Does the naltrexone shot hurt?", "The injection has a label of its own.", False),
        ("And who makes that one?", "Naltrexone taken with thioridazine has caused sleepiness.", False),
        ("Which big company makes it?", "Naltrexone taken with thioridazine has caused sleepiness.", False),
        ("Which big company makes it?", "No manufacturer sells naltrexone in such small doses.", True),
        ("Will he gain weight from it?", "Nausea was commoner than with placebo.", False),
        ("Will he gain weight from it?", "Less appetite was reported with naltrexone.", True),
        ("Should he have his blood taken every month?", "Labels disagree on liver disease.", False),
        ("Should he have his blood taken every month?", "Liver tests are advised before treatment.", True),
        ("What is Vivitrol for?", "Vivitrol has a label of its own.", False),
        ("What are the 50 mg tablets officially meant for?", "The tablets contain ten times as much.", False),
        ("What are the 50 mg tablets officially meant for?", "They are labelled for alcohol dependence.", True),
        ("How long off methadone before LDN?", "The label asks for 7 days without short-acting opioids.", False),
        ("How long off methadone before LDN?", "After methadone it may take up to 2 weeks.", True),
        ("Which painkillers count as opioids?", "People who take opioids should avoid LDN.", False),
        ("Which painkillers count as opioids?", "Opioids that clash include tramadol.", True),
        ("What is the most anybody was given?", "The ceiling is 4.5 mg.", False),
        ("What is the most anybody was given?", "Doses ran from 0.8 mg to 9.0 mg.", True),
        ("Can she have it alongside Antabuse?", "Naltrexone causes no disulfiram-like reaction.", False),
        ("Can she have it alongside Antabuse?", "Naltrexone with disulfiram is not recommended.", True),
        ("Was anything more common?", "Serious events were not more frequent than with placebo.", False),
        ("Was anything more common?", "Dizziness was more frequent.", True),
        ("How far did the pain drop?", "32% is no average fall in pain.", False),
        ("How far did the pain drop?", "Pain fell by 28.8%.", True),
        ("What other treatments did those patients get?", "LDN was given with other treatments.", False),
        ("What other treatments did those patients get?", "LDN was given with gabapentin.", True),
        ("What if I throw up an hour after my dose?", "Nausea was commoner than with placebo.", False),
        ("What if she misses the monthly injection?", "Cough medicines may not work with the injection.", False),
        ("What if she misses a dose?", "A missed dose is skipped.", True),
        ("Below which score is that remission?", "Remission was reached by 67% of 17 patients.", False),
        ("Below which score is that remission?", "Remission means a score below 150.", True),
        ("Can LDN be stopped from one day to the next?", "No time to stop LDN before surgery was found.", False),
        ("What illness is thioridazine prescribed for?", "Thioridazine has caused sleepiness.", False),
        ("Which was the biggest study?", "Studies disagree.", False),
        ("How long were they followed?", "Examples of titration:\n• a trial reached 6 mg over 4 weeks", False),
        ("How long were they followed?", "The trial lasted 12 weeks.", True),
        ("Is LDN better than placebo?", "Improvement was seen in 74.5% of 47 patients.", False),
        ("How long does it take?", HELPS, False),
        ("How long does it take?", "The trial took 12 weeks.", True),
        ("How long does it stay in my blood?", "Capsules stayed potent for 360 days.", False),
        ("How long does it stay in my blood?", "The half-life is about 4 hours.", True),
        ("How long will the pills keep?", "The half-life is about 4 hours.", False),
        ("How long will the pills keep?", "Capsules stayed potent at room temperature for 360 days.", True),
        ("How long before it helps?", "The half-life is about 4 hours.", False),
        ("How long must I keep taking it?", "LDN was taken for 12 weeks in a trial.", True),
        ("How long must I keep on with it?", "Capsules stayed potent for 360 days.", False),
        ("How do I get off LDN?", "36% of the patients stopped LDN.", False),
        ("How do I get off LDN?", "The dose was tapered over 3 weeks.", True),
        ("Has it stopped working?", "36% of the patients stopped LDN.", False),
        ("Is LDN habit-forming?", "Naltrexone is not an opioid.", True),
        ("Is LDN habit-forming?", "The tablets are part of a plan against addiction.", False),
        ("Is it milder than morphine?", "Morphine should not be taken with LDN.", False),
        ("Is it milder than morphine?", "LDN had fewer side effects than morphine.", True),
        ("I swallowed 45 mg rather than 4.5 mg", "The doses ran from 0.8 mg to 9 mg.", False),
        ("I swallowed LDN rather than chew it", "The doses ran from 0.8 mg to 9 mg.", True),
        ("Can one overdose on naltrexone?", "Deaths from opioid overdose have occurred.", False),
        ("Can one overdose on naltrexone?", "Doses of up to 300 mg a day injured liver cells.", True),
        ("Is it ok to have a beer on it?", "Vivitrol has a label of its own.", False),
        ("Will it clash with my infusions?", "It is studied in Crohn's disease and is safe.", False),
        ("Will it clash with my infusions?", "Sources disagree on whether LDN interacts with other medicines.", True),
        ("What is done when sources clash?", "When sources disagree, both sides are stated.", True),
        ("Is it ok to mix it with wine?", "Naltrexone together with disulfiram is not recommended.", False),
        ("Are guidelines in agreement on it?", "One web page gives 72 hours.", False),
        ("Are guidelines in agreement on it?", "Labels disagree on it.", True),
        ("Why is there no single dose for all?", "LDN is begun at 1.5 mg.", False),
        ("Why is there no single dose for all?", "The dose differs from person to person.", True),
        ("How many improved, against those on sugar pills?", "6 of 9 improved in a study without placebo.", False),
        ("How many improved, against those on sugar pills?", "6 of 9 improved, and 2 of 9 on placebo.", True),
        ("For how many months do people stay on it?", "The half-life is about 4 hours.", False),
        ("For how many months do people stay on it?", "LDN was taken for 3 months in a trial.", True),
        ("Can she drive on the tablets?", "Patients on naltrexone are told not to drink alcohol.", False),
        ("Does dialysis remove the drug?", "Caution is advised in kidney dysfunction.", False),
        ("Is my father on dialysis allowed to take it?", "Caution is advised in kidney dysfunction.", True),
        ("Does it get in the way of chemo?", "LDN is no established cancer treatment.", False),
        ("Can it replace chemo?", "LDN is no established cancer treatment.", True),
        ("How long does the liquid keep?", "Capsules stayed potent at room temperature for 360 days.", False),
        ("Need the capsules go into the fridge?", "Capsules stayed potent at room temperature.", True),
        ("Can I split the 50 mg tablet?", "The label of the tablets names two uses.", False),
        ("How many mg did they give them?", "Six of seven measures improved.", False),
        ("Which six measures improved?", "Six of seven measures improved in a before-and-after study.", False),
        ("Which two uses are named?", "The label names two uses, alcohol dependence and blocking opioids.", True),
        ("Which of the two had more side effects?", "Diarrhoea was the commonest complaint with LDN.", False),
        ("Which of the two had more side effects?", "There were 8 adverse events with LDN and 52 without.", True),
        ("Does it calm inflammation in humans?", "After the short block inflammation falls.", False),
        ("Does it calm inflammation in humans?", "Cytokines were lower in 8 women.", True),
        ("What was seen in animals?", "The figures come from animals.", False),
        ("What was seen in animals?", "High doses caused early loss in rats.", True),
        ("Is he allowed to drink?", "Naltrexone causes no disulfiram-like reaction after drinking.", False),
        ("Is he allowed to drink?", "Patients are told not to drink alcohol.", True),
        ("Is it like Antabuse?", "Nausea was more frequent.", False),
        ("How soon after an opioid may I start again?", "The text stops it 3 days before surgery.", False),
        ("What is the difference between them?", "Patients are told not to drink alcohol.", False),
        ("What is the difference between them?", "The tablets contain ten times as much.", True),
        ("What if all trials are pooled?", "In the FINAL trial pain fell.", False),
        ("Does the same dose suit everybody?", "LDN is begun at 1.5 mg.", False),
        ("What are the label's warnings?", "Low-dose use is not on the label.", False),
        ("What happens if you change a page?", "A claim stays in the first article.", False),
        ("May I copy your text?", "Each article is written in our own words.", False),
        ("May I use this site instead of a doctor?", "These articles do not replace a doctor.", True),
        ("How much did pain fall in it?", "Pain fell by 15% in 8 women.", True),
        ("How much of it did they take?", "Pain fell by 15% in 8 women.", False),
        ("Does codeine cough syrup work with it?", "Cough medicines may not work.", True),
        ("Can I have liquid morphine?", "Naltrexone is not taken with opioids.", True),
        ("Which ones were more frequent?", "Dizziness was more frequent.", True),
        ("Which pharmacy near me makes it?", "A compounding pharmacy makes LDN.", False),
        ("Who can make it?", "This makes LDN a useful choice.", False),
        ("Is there a generic?", "A current generic label lists no hepatitis.", False),
        # The last of several questions demands; one that names nothing asks the one before it again.
        ("How long does it stay in my blood? Oral bioavailability?", "5% to 40% reaches the blood.", True),
        ("Does LDN cause depression? And the 50 mg one?", HELPS, False),
    ],
)
def test_what_a_statement_must_have_to_lead(policy, question, text, able):
    demanded = policy.lexicon.demanded_by(question)
    assert meets(kind_of(question), demanded, text, policy.lexicon) is able


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Does LDN cause depression?", "Depression and suicidal thoughts"),
        ("Can LDN make depression worse?", "Depression and suicidal thoughts"),
        ("What are the serious side effects of LDN?", "Serious adverse events"),
        ("Can LDN be dangerous?", "should avoid LDN"),
        ("What are rare side effects of LDN?", "rare"),
        # Of nobody and with nothing in particular.
        ("Is LDN safe?", "Most side effects of LDN are mild"),
        ("is low dose naltrexone safe to take", "Most side effects of LDN are mild"),
        ("Is naltrexone safe?", "Serious adverse events"),
        ("How safe is naltrexone 50 mg?", "Serious adverse events"),
        ("Is LDN safe in pregnancy?", "pregnancy"),
    ],
)
def test_harm_and_gravity_are_answered_by_what_speaks_of_them(index, policy, question, says):
    assert says in ask(index, question, policy=policy).statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    [
        "Can LDN cause MS?",
        "Can LDN trigger Crohn's flares?",
        "Does LDN cause long COVID?",
        # A word of theirs stands in the articles in another sense.
        "How long will naltrexone 50 mg need to start working?",
        "How should somebody come off low-dose naltrexone?",
        "Is LDN gentler than methadone?",
        "Can one overdose on LDN?",
        "my father was given 30 mg instead of 3 mg of LDN",
        "What mg did they give the covid people?",
        "would calming those glia help alzheimers then",
        "Does low-dose naltrexone get in the way of chemotherapy?",
        "Am I allowed to drive on naltrexone 50 mg tablets?",
        # The articles know next to nothing of the injection.
        "What are the side effects of the monthly shot?",
        "Is it ok to drink beer on the naltrexone injection?",
        "Does the naltrexone shot make people feel sick?",
    ],
)
def test_words_in_another_sense_or_of_another_product_are_no_answer(index, policy, question):
    assert ask(index, question, policy=policy).status is Status.ABSTAINED


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("Does the injection help MS?", "no study of LDN in these articles used the injection"),
        ("What is the naltrexone shot for?", "injection"),
        ("Is morphine safe with the naltrexone injection?", "may not work"),
        ("Can LDN damage my liver?", "no verified"),
        ("How high did the amitriptyline dose go when it was tested against LDN?", "50 mg"),
        # Of one condition there is no first dose among the best, and another's stands there.
        ("What's the starting dose of naltrexone for nerve pain?", "nerve pain|neuropathic"),
        ("Is LDN effective?", "a review of 47 papers"),
    ],
)
def test_what_leads_is_of_the_product_and_the_point_asked_about(index, policy, question, says):
    assert re.search(says, ask(index, question, policy=policy).statements[0].text)


@pytest.mark.model
def test_what_is_asked_of_a_study_of_one_size_is_not_answered_by_another(index, policy):
    before = [Turn(question="What is known about LDN in fibromyalgia?"), Turn(question="Was FINAL blinded?")]
    answer = ask(index, "was the trial with 31 women blinded as well", policy=policy, history=before)
    assert not answer.statements or "31 women" in answer.statements[0].text
    of_ten = ask(index, "What dose was used in the trial with 10 women?", policy=policy)
    assert "10 women" in of_ten.statements[0].text


@pytest.mark.model
def test_what_is_taken_together_is_found_behind_what_was_just_quoted(index, policy):
    wine = "Will I be sick if I drink wine while I'm on naltrexone 50 mg?"
    turns = [Turn(question=wine), Turn(question="Does disulfiram do that then?")]
    answer = ask(index, "can they be taken together?", policy=policy, history=turns)
    assert "not recommended" in answer.statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    "question",
    [
        "usual starting dose of buprenorphine for opioid addiction?",
        "What illness is thioridazine prescribed for?",
        "what is disulfiram given for",
    ],
)
def test_what_is_asked_of_another_medicine_is_not_answered_by_ours(index, policy, question):
    assert ask(index, question, policy=policy).status is Status.ABSTAINED


@pytest.mark.model
@pytest.mark.parametrize(
    "question", ["I took 15 mg of LDN instead of 1.5 mg", "She has taken an extra capsule", "can you overdose on LDN?"]
)
def test_who_took_too_much_is_told_whom_to_ask(index, policy, question):
    answer = ask(index, question, policy=policy)
    assert answer.status is Status.URGENT or any("poison centre" in notice.text for notice in answer.notices)


@pytest.mark.model
def test_who_takes_the_usual_dose_is_not_sent_to_a_poison_centre(index, policy):
    for question in ("I have taken LDN twice a day", "He took LDN rather than tramadol. Does it help pain?"):
        assert all("poison centre" not in n.text for n in ask(index, question, policy=policy).notices)


@pytest.mark.model
def test_how_old_the_articles_are_is_told_by_their_own_dates(index, policy):
    changed = [article.last_updated for article in index.articles.values()]
    every = ask(index, "Is this information up to date?", policy=policy)
    assert f"{min(changed)} and {max(changed)}" in every.answer
    in_view = ask(index, "when was this page last updated?", policy=policy, article_id="ldn-dosing")
    assert str(index.articles["ldn-dosing"].last_updated) in in_view.answer
    of_a_study = ask(index, "how old is that study?", policy=policy, history=[Turn(question="Does LDN help pain?")])
    assert "last changed" not in of_a_study.answer


@pytest.mark.parametrize(
    "question",
    [
        "I want to end it all",
        "I want to get it over with",
        "Has a doctor reviewed this?",
        "Is this reliable?",
        "Has this been peer reviewed?",
        "Can I trust this?",
        "Is this medical advice?",
        "Who paid for this?",
        "Is this a scam?",
        "it burns when I swallow",
        "How does it feel to live with fibromyalgia?",
        "Is it wrong that 5.4 mg relieves pain in 95% of patients?",
    ],
)
def test_it_is_not_always_the_medicine(question):
    assert read(question, (), subject="low-dose naltrexone").text == question


@pytest.mark.model
@pytest.mark.parametrize("question", ["Has a doctor reviewed this?", "was this article checked by a clinician?"])
def test_who_asks_about_the_page_is_told_of_the_page(index, policy, question):
    assert "reviewed or approved by a clinician" in ask(index, question, policy=policy).statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "result", "verdict"),
    [
        ("Did pain improve in the FINAL trial?", "pain fell by 1.3 points", "so LDN was not shown to be better"),
        ("Did LDN help in long COVID?", "Six of seven measures", "cannot show that the improvement came from LDN"),
        (
            "What share of people with ME/CFS responded to LDN?",
            "73.9%",
            "cannot show that the improvement came from LDN",
        ),
    ],
)
def test_a_result_is_quoted_with_the_verdict_on_it(index, policy, question, result, verdict):
    (said,) = (s.text for s in ask(index, question, policy=policy).statements if result in s.text)
    assert verdict in said


@pytest.mark.model
def test_the_second_of_two_questions_is_about_what_the_first_is_about(index, policy):
    answer = ask(index, "Does LDN help MS and what dose is used?", policy=policy)
    assert not any("neuropathic pain" in statement.text for statement in answer.statements)
    assert policy.wording.partly.format(part="what dose is used?") in answer.answer


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question", "says"),
    [
        ("Does naltrexone hurt the liver?", "at LDN doses?", "the editors found no verified data"),
        ("How is LDN started?", "what if I forget one?", "missed"),
    ],
)
def test_what_goes_on_keeps_what_it_is_about(index, policy, before, question, says):
    answer = ask(index, question, policy=policy, history=[Turn(question=before)])
    assert says in answer.statements[0].text


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question"),
    [
        # What was given is known of fibromyalgia, and when to stop of the tablets only.
        (
            ("How many people with Crohn's got better with LDN than on placebo?",),
            "how many mg did they take in that trial",
        ),
        (
            ("How long before surgery should 50 mg naltrexone be stopped?",),
            "And the monthly depot, when is that stopped?",
        ),
        (("has LDN been tested in long COVID",), "which six things got better exactly"),
        # Of a child, and of who is on dialysis, no dose is known.
        ((), "My child: what dose of naltrexone should be used?"),
        ((), "Child-Pugh B: what dose of naltrexone should be used?"),
        ((), "Dialysis patient: what dose of naltrexone should be used?"),
        # The study that was told of says nothing of that, and what others say is said of others.
        (("Was LDN ever tested together with brain stimulation?",), "did anybody quit that trial?"),
        (("Was there a fibromyalgia study in everyday practice?",), "what did they compare it with?"),
        # No trial was told of, and the only tablets there were amitriptyline's.
        (("Can I take LDN with opioids?",), "was it against placebo?"),
        (("Does LDN help diabetic neuropathy?",), "and the 50 mg tablets?"),
    ],
)
def test_what_is_known_of_another_study_or_product_is_no_answer(index, policy, before, question):
    history: tuple[Turn, ...] = ()
    for asked in before:
        sources = ask(index, asked, policy=policy, history=history).sources
        history = (*history, Turn(question=asked, source_ids=tuple(source.id for source in sources)))
    assert ask(index, question, policy=policy, history=history).status is Status.ABSTAINED


@pytest.mark.model
@pytest.mark.parametrize(
    ("before", "question", "says"),
    [
        ("Was LDN ever tested together with brain stimulation?", "was it a randomised one?", "randomised trial of 86"),
        ("How often does full-dose naltrexone cause nausea?", "out of how many people?", "570 people"),
        ("What did the MS trial find that 60 of 80 people completed?", "when was that published?", "trial of 2010"),
        ("What side effects does LDN have?", "how long do they last?", "first weeks"),
        ("Does LDN help fibromyalgia?", "is that proven?", "fibromyalgia disagree"),
        ("Is LDN useful in long COVID?", "any side effects?", "often seen with LDN"),
        ("Is LDN the same as Narcan?", "what's the shot for", "opioid use disorder"),
        ("Does LDN help MS?", "can I drink codeine cough syrup on the naltrexone injection?", "may not work"),
        ("Is methylnaltrexone another name for LDN?", "and naltrexone, is that an opioid itself?", "is not an opioid"),
        (
            "I'm having surgery. When do I quit the low dose?",
            "and for someone on the full 50?",
            "standard-dose (50 mg)",
        ),
    ],
)
def test_what_was_just_told_answers_what_is_asked_of_it(index, policy, before, question, says):
    sources = ask(index, before, policy=policy).sources
    history = (Turn(question=before, source_ids=tuple(source.id for source in sources)),)
    assert says in ask(index, question, policy=policy, history=history).statements[0].text


@pytest.mark.model
def test_how_the_articles_are_made_is_the_same_for_a_child(index, policy):
    answer = ask(index, "I'm 12. Is there an easier version of your articles?", policy=policy)
    assert "a version in plain words" in answer.statements[0].text
    assert ask(index, "I'm 12. Can I take LDN?", policy=policy).status is Status.ABSTAINED


@pytest.mark.parametrize("medicine", ["losartan", "azilsartan", "trimipramine", "nebivolol", "roxithromycin"])
def test_the_amount_of_another_medicine_is_no_use_of_ours(policy, medicine):
    """Whether a list has it or only its ending tells what it is."""
    assert policy.lexicon.regimens_in(f"I take {medicine} 50 mg. Can I try LDN?") == ["low_dose"]
    assert policy.lexicon.regimens_in("My cholesterol fell on the 50 mg") == ["standard_dose"]


def test_all_doses_of_another_medicine_are_its_own(policy):
    dose = "The dose of LDN rose from 2 mg to 4 mg, and that of amitriptyline from 10 mg to 25 mg or 50 mg."
    assert policy.lexicon.regimens_in(dose) == ["low_dose"]
    assert "standard_dose" in policy.lexicon.regimens_in("Amitriptyline 10 mg or 50 mg naltrexone, which is better?")
