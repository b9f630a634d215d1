"""What readers add to a question, take back or leave out: through `ask`, on the articles that come with ldnqa."""

from __future__ import annotations

import pytest

from ldnqa import ask
from ldnqa.types import NoticeKind, Status, Turn

pytestmark = pytest.mark.model


def last_of(index, policy, *questions):
    history: list[Turn] = []
    for question in questions:
        answer = ask(index, question, policy=policy, history=history)
        history.append(Turn(question=question, source_ids=tuple(source.id for source in answer.sources)))
    return answer


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        # What is told first says of what, and in what condition, something is asked.
        (("got crohns since i was 16, im 19 now. has anyone tested ldn for it",), "Crohn"),
        (("me/cfs for 12 yrs here, housebound. any study with LDN",), "ME/CFS"),
        (
            ("I've been depressed for years and my doctor suggests adding LDN. Did it beat placebo?",),
            "depression",
        ),
        (("My nephew is 14 and has Crohn's. How many people got better on LDN?",), "88% of people on LDN"),
        (("My dad takes naltrexone for his drinking. Can it make him depressed?",), "on standard-dose naltrexone"),
        (("I take 50 mg naltrexone.", "how often do the enzymes go up"), "about 1% of people on standard-dose"),
        (("how is such a tiny dose supposed to do anything?",), "may act"),
        # A figure is looked for where the condition is that was asked about.
        (("Was LDN compared with amitriptyline in diabetic nerve pain?", "in which doses"), "rose from 2 mg to 4 mg"),
        # A figure that is asked for by nothing else is that of what was just told of, and of no other study.
        (("Does LDN work for chronic pain?", "how many people was that in?"), "406 people"),
        (("Does LDN work for chronic pain?", "at what dose?"), "2 mg to 4.5 mg"),
        (("What side effects are common?", "how many people was that in?"), "30 patients with corneal nerve pain"),
        (("Has LDN been studied in ulcerative colitis?", "how many people was that?"), "47 patients"),
        (("Has long covid been studied? I have had it for two years.", "how many took part?"), "38 people started"),
        (("anything on ldn for long covid", "how many took it"), "38 people started"),
        (("anything on ldn for long covid", "how many took it", "so does that prove it works"), "long COVID"),
        (("Does LDN help in MS?", "how many were given it"), "one with 96 people"),
        # Who wants a child asks of pregnancy, and who is low since the start of what it does.
        (("she wants a baby. is LDN safe",), "in pregnancy"),
        (("my wife would like children, may she take LDN?",), "in pregnancy"),
        (("does it slow MS down?", "they want to start a family. is it safe then"), "in pregnancy"),
        (("I would like another baby and take naltrexone 50 mg. Is that ok?",), "safe in pregnancy"),
        (("i've been crying a lot since starting ldn",), "Depression and suicidal thoughts"),
        (("does ldn make you feel down",), "Depression and suicidal thoughts"),
        (("My husband takes naltrexone 50 mg.", "he seems sad lately, could it be the tablets?"), "Depression"),
        (("I sleep like a baby on LDN. Does it change sleep in fibromyalgia?",), "sleep"),
        # Of which use of the drug something was said.
        (
            ("Does the naltrexone label say anything about mood?", "is that about the full dose or about LDN"),
            "on standard-dose naltrexone",
        ),
        (
            ("I forgot my naltrexone tablet this morning, what now?", "was that written for the small dose though"),
            "was written for naltrexone 50 mg and not for LDN",
        ),
        (
            ("How many people feel sick on full-dose naltrexone?", "is that for LDN?"),
            "for full-dose naltrexone and not",
        ),
        (("does naltrexone get into breast milk?", "was that the low dose"), "low-dose naltrexone"),
        (("can LDN be taken with oxycodone?", "was that written for the low dose or the tablets?"), "LDN"),
        (("can LDN be taken with oxycodone?", "was that written for the low dose or the tablets?"), "opioid"),
        # A short question that nothing answers with the one before it is asked by itself.
        (("so drinking is fine on the 50 mg tablets?", "how long is one tablet in me for"), "half-life"),
        (("What dose do you start with for opioid addiction?", "and for drinking?"), "50 mg a day"),
        # What happened in animals, and what that tells of people.
        (("Is naltrexone known to be safe in pregnancy?", "and in animals, what happend there"), "rats and rabbits"),
        (("Does the TLR4 idea come from animals?", "so what can that rat stuff tell us about humans"), "LDN"),
        # What comes back is the illness, and what those patients got is of the last condition named.
        (("anything on LDN for hailey-hailey disease", "and does it stay away once you stop"), "came back"),
        (
            (
                "does ldn work for low back pain",
                "and for CRPS, that's my husbands trouble",
                "was LDN the only thing those patients got",
            ),
            "together with other therapies",
        ),
        (("does naltrexone suit people with kidney disease?", "Where does that come from, is it solid"), "kidney"),
        (("any trial of LDN in diabetic neuropathy?", "And how did tolerability compare?"), "adverse events"),
        (("ldn for long covid?", "was there a group that didnt take it"), "no comparison group"),
        (("what is an editors comment in these articles",), "An editors' note is"),
        (("cough syrup with codeine on vivitrol?", "whats the shot for"), "ties the naltrexone injection"),
        (("long covid and LDN any good?", "What about ME?"), "ME/CFS"),
        (("does naltrexone harm the liver?", "my brother has cirrhosis, what about him?"), "people with cirrhosis"),
        (
            (
                "my husband takes naltrexone 50 and has a hernia op in june. when does he stop?",
                "and if he was on the low dose kind instead of the fifty",
            ),
            "No verified time to stop LDN",
        ),
        (
            ("and serious harm, in the big review of oral naltrexone?", "was that only low dose"),
            "Serious adverse events",
        ),
        (("must i take ldn at nite?",), "bedtime"),
        (
            ("Does the label of naltrexone warn of suicide?", "low dose or the standard one?"),
            "on standard-dose naltrexone",
        ),
        (("is naltrexone safe in pregnancy?", "what happend with the rats"), "rats and rabbits"),
        (("Has LDN been tested as an add-on in depression?", "Sample size?"), "12 people"),
        # A list of opioids is no answer to who takes one.
        (("Dad's on oxycodone for his hip. Could he take the low-dose one alongside?",), "should avoid LDN"),
        (("dads on oxycodone for his hip. could he take the low dose one alongside",), "eople who take opioid"),
        (("hes on oxycodone for his hip. could he take the low dose one alongside",), "eople who take opioid"),
        # Who might use again does not.
        (
            ("my son stopped naltrexone. if he ever used heroin again would it be more dangerous than before?",),
            "opioid overdose",
        ),
        # What to do about a missed dose is no matter of the question before.
        (("does it have to be bedtime?", "and if i forget one"), "missed"),
        (("my doctor mentioned 4.5, is that normal",), "top dose of low-dose naltrexone"),
        (
            ("Has LDN been tried for Hailey-Hailey disease?", "did it last?", "how many patients?"),
            "In three reported cases",
        ),
        (("Has LDN been studied in ulcerative colitis?", "did it work?", "how many people was that?"), "47 patients"),
        (
            ("how many responded in the dose finding study of 25 women", "Which doses were tried there?"),
            "0.75 mg to 6 mg",
        ),
        (("Does LDN help with fibromyalgia?", "what dose was that?"), "4.5 mg LDN was used in the trial of 31 women"),
        # "It" is what is named first where it is asked whether one is the other; anyone is one of those told of.
        (
            ("Is Vivitrol low dose naltrexone?", "what's it for then?"),
            "ties the naltrexone injection to opioid use disorder",
        ),
        (("Crohns trials with LDN please", "did anyone get insomnia?"), "Crohn's disease"),
        (("does the naltrexone shot count as LDN",), "injection is not low-dose naltrexone"),
        (("How high do people go with the mg before it is not considered low dose any more?",), "top dose"),
        # Why is answered by what says that nothing is known; how a study was done by what says so of that study.
        (("What dose is used, and when is it taken?", "Why at night?"), "no verified study showing that bedtime"),
        (("does ldn help long covid", "was there a placebo group"), "no comparison group"),
        (("has ldn been tried in UC", "could it just be chance, was there a comparison group"), "no control group"),
        (("Can LDN be combined with hydrocodone?", "why not"), "can set off withdrawal"),
        (("Does LDN harm the liver?", "no wait, I meant the 50 mg tablets"), "liver"),
        (("Is there any study of the levothyroxine dose in people who begin LDN?",), "thyroid hormone dispensed"),
        (("I take methadone. After my last dose, how long until naltrexone is possible?",), "methadone"),
        (("How long must somebody be off Suboxone before LDN?",), "no opioid-free time specific to LDN"),
        (("I'm having my appendix out in May and I'm on LDN. When do I stop it?",), "before surgery"),
        (
            ("Gran (80) takes 50 mg naltrexone and is due a hernia repair. How many days before does she stop?",),
            "surgery",
        ),
        (("May I take naltrexone while I'm expecting?",), "pregnan"),
        (("By how much are naltrexone levels raised in cirrhotics?",), "5 to 10 times"),
        (("Can I have a lager on naltrexone?",), "alcohol"),
        # The label is that of the tablets, and naltrexone for drinking is them.
        (("What does the label say about depression?",), "standard-dose"),
        (("My dad has cirrhosis and wants naltrexone for drinking.",), "Labels of naltrexone"),
        # A form of the condition that was asked about is it.
        (
            (
                "My father has had diabetes for years and his feet hurt. What is known about LDN for that?",
                "at what dose",
            ),
            "diabetic",
        ),
        (("I've got cirrhosis. Are naltrexone levels any different in people with it?",), "5 to 10 times"),
        (("What share of people responded in the randomised Crohn's trial?",), "88%"),
        (("Does LDN help with endometriosis?", "what has it been studied for"), "studied in"),
        (("what is Vivitrol?", "was the shot used in any of the LDN studies?"), "no study of LDN"),
        (("How many days must tramadol be out of my system before I start LDN?",), "tramadol"),
        (("Does LDN help with MS spasticity?", "how strong is that evidence?"), "multiple sclerosis"),
        (("Is LDN an opioid?", "then why stop my painkillers?", "tramadol too?"), "include tramadol"),
        # What only points, or brings nothing but the medicine's name, is about what was just quoted.
        (("Did LDN change cytokines in fibromyalgia?", "in how many women?"), "8 women"),
        (("Does LDN help ulcerative colitis?", "and is there evidence that it was LDN?"), "no control group"),
        (("Does LDN help pain in MS?", "and what came out of the other trial?"), "disagree"),
        (("Is there anything on LDN in MS?", "what about lumbar pain?"), "Low-back pain"),
        # Another medicine that the articles speak of, and two of them side by side.
        (("Is naloxone the same drug as naltrexone?", "and methylnaltrexone?"), "methylnaltrexone"),
        (("Are narcan and LDN the same product?",), "other medicines"),
        (("Which was better tolerated, LDN or amitriptyline?",), "amitriptyline"),
        # What is told beside a question neither silences nor answers it.
        (("Bit of a sceptic. Tell me of a trial in which LDN did nothing for fibromyalgia.",), "difference"),
        (("My kidneys are failing. Does LDN ease pain in MS?",), "kidney"),
        (("Took two tramadol for my back yesterday. When can I start LDN?",), "opioid"),
        (("I have hepatitis and want to stop drinking. How much naltrexone is taken?",), "liver"),
        (("I'm pregnant. Does LDN help MS?", "which trials were those?", "so should I try it?"), "pregnan"),
        (("I use a buprenorphine patch. Is LDN all right?", "how long off it before a first capsule?"), "opioid"),
    ],
)
def test_what_leads_the_answer_to_the_last_of_them(index, policy, questions, says):
    answer = last_of(index, policy, *questions)
    assert answer.status is Status.ANSWERED
    assert says in answer.statements[0].text


@pytest.mark.parametrize(
    "question",
    [
        "What is methadone's half-life?",
        "How bad is tramadol withdrawal?",
        "My boyfriend takes LDN and we're trying to conceive. Does it lower his sperm count?",
        "Does gabapentin make people dizzy?",
        "Gabapentin or LDN in MS, which was the better one?",
    ],
)
def test_what_is_asked_of_another_medicine_or_a_man_is_not_answered_with_what_is_said_of_others(
    index, policy, question
):
    assert last_of(index, policy, question).status is Status.ABSTAINED


@pytest.mark.parametrize(
    "questions",
    [
        ("how long has LDN been around?",),
        ("does LDN show up in a urine test?",),
        ("How fast was LDN raised in the FINAL trial?", "what dose did they start on"),
        ("does LDN help Crohn's in children?", "and ulcerative colitis?", "what was the dose there?"),
        # What points to a study is not asked of another one.
        ("Was LDN ever tested together with brain stimulation?", "how long did that one go on for?"),
        ("Does LDN change how much thyroid hormone people need?", "was it against placebo?"),
        ("Does LDN help long COVID?", "which one didnt improve"),
        # A child that is wished for is none that takes it.
        ("I want my child to try LDN, how much?",),
    ],
)
def test_what_no_article_tells_is_not_answered_with_what_shares_its_words(index, policy, questions):
    assert last_of(index, policy, *questions).status is Status.ABSTAINED


def test_what_was_just_quoted_and_gives_no_reason_does_not_answer_why(index, policy):
    assert last_of(index, policy, "Can I take disulfiram with naltrexone?", "but why?").status is Status.ABSTAINED


def test_a_childs_illness_is_answered_and_a_childs_age_is_not(index, policy):
    told = "My nephew is 12 and has Crohn's. Is there proof that LDN gets it into remission?"
    answer = last_of(index, policy, told)
    assert answer.status is Status.ANSWERED
    assert NoticeKind.OTHER_PEOPLE in [notice.kind for notice in answer.notices]
    assert last_of(index, policy, told, "was anybody his age in those trials?").status is Status.ABSTAINED


def test_a_question_that_names_the_articles_own_medicine_is_about_that(index, policy):
    answer = last_of(index, policy, "How long after the end of opioid withdrawal can I start naltrexone tablets?")
    assert answer.status is Status.ANSWERED


@pytest.mark.model
@pytest.mark.parametrize("control", ["placebo", "a sugar pill", "the dummy capsule", "a dummy treatment"])
def test_what_is_better_than_a_placebo_is_asked_by_any_of_its_names(index, policy, control):
    answer = ask(index, f"Was LDN any better than {control} for Crohn's?", policy=policy)
    assert answer.statements
    assert "placebo" in answer.statements[0].text
