"""What kind of answer a question wants, and what it names. Pure: it reads the question and nothing else.

The kind decides which statement can lead an answer; it never decides what is true of the articles.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from ldnqa.policy import Lexicon
from ldnqa.text import terms, without_told_behind
from ldnqa.types import Regimen, Tier


class Kind(StrEnum):
    """What a question wants to know."""

    YES_NO = "yes_no"
    DOSE = "dose"
    HOW_MANY = "how_many"
    HOW_LONG = "how_long"
    HOW_OLD = "how_old"
    WHEN = "when"
    WHO = "who"
    WHY = "why"
    COMPARE = "compare"
    MEANING = "meaning"
    LIST = "list"
    RESULT = "result"
    OPEN = "open"


# What has no figure of the kind asked for is no answer to these.
FIGURES = frozenset({Kind.DOSE, Kind.HOW_LONG, Kind.HOW_MANY, Kind.HOW_OLD, Kind.WHEN})
# Of 2,000 turns none that asks for a time was answered rightly without one. A dose may differ "from person to person".
TIMES = frozenset({Kind.HOW_LONG, Kind.HOW_OLD})

# The first that is found decides: "How does it compare" is no "how", "How long" no "how much".
# "How much research is there?" asks for no figure.
_NO_AMOUNT = r"(?! (?:research|evidence|proof|data|science|literature|is (?:really )?(?:there|known|proven))\b)"
_ASKED = (
    (
        Kind.COMPARE,
        r"\bcompar\w+|\bversus\b|\bvs\.?\b|\bbetter than\b|\b(?:as|so) \w+ as\b"
        # What follows is looked at before what stands before it, which takes a fifth of the time; so with a dose below.
        r"|\b(?=differ)"
        r"(?<!feel a )(?<!feel any )(?<!notice a )(?<!notice any )(?<!see a )(?<!see any )(?<!make a )(?<!make any )"
        r"differ\w*\b"
        r"|\bsame (?:as|drug|thing|medicine|stuff|substance|product|tablets?)\b",
    ),
    (
        Kind.MEANING,
        r"\bwhat (?:does|do|is|are)\b.{0,40}\b(?:mean|meant|stand for)\b|\bmeaning of\b|\bdefin(?:e|ition)\b"
        r"|^\W*(?:(?:and|but|so)\W+)?(?:[\w-]+ ){1,3}(?:means?|is|are) what\W*$",
    ),
    (Kind.WHY, r"^(?:and |but |so )?(?:why|how come|for what reason)\b|\bwhat is the reason\b"),
    # "A study of the dose" asks whether there is one.
    (
        Kind.YES_NO,
        r"^(?:and |but |so )?(?:is|are|was|were|has|have) there (?:been )?(?:any |an? )?(?:[\w-]+ )?"
        r"(?:stud(?:y|ies)|trials?|evidence|research|data|proof)\b",
    ),
    # "Does one dose suit everybody", "is the dose the same for all" ask for none.
    (
        Kind.YES_NO,
        r"^(?:and |but |so |ok,? )*(?:is|are|does|do|can|will|should)\b.{0,25}\b"
        r"(?:(?:one|same|single) (?:\w+ )?(?:dos(?:e|age)|amount|strength)"
        r"|(?:dos(?:e|age)|amount|strength) (?:\w+ ){0,2}the same (?:for|in) \w+)\b",
    ),
    # "How is such a tiny dose supposed to do anything" asks for none.
    (
        Kind.OPEN,
        r"\b(?:how|why|what)\b(?! (?:big|large|much|small))"
        r"(?=.*\b(?:such an?|so|that|this|a) (?:very )?(?:tiny|small|low|little|weak|minute|minuscule)\b)"
        r".*\b(?:do|work|help|have|make)(?:\W*$| (?:anything|something|any|an?|much|at all|so)\b)",
    ),
    # "How long before a first dose" asks for a time.
    (Kind.HOW_LONG, r"^(?:and |but |so |ok,? )*how (?:long|soon)\b"),
    # "When is my last dose", "at every dose": no dose is asked for.
    (
        Kind.DOSE,
        r"\b(?=dos)"
        r"(?<!low[ -])(?<!standard[ -])(?<!full[ -])(?<!last )(?<!next )(?<!missed )(?<!every )(?<!each )(?<!all )"
        r"dos(?:e|es|age|ing)\b|\bwhat strength\b"
        r"|\b(?:how many|what|which) (?:mg|milligrams?)\b(?! (?:less|more|lower|higher|above|below)\b)"
        rf"|\bhow much{_NO_AMOUNT}\b(?!.{{0,20}}\bcost)"
        r"(?! (?:did|does|less|more|lower|better|higher|worse|longer|above|below|of the)\b)",
    ),
    (Kind.HOW_OLD, r"\bhow (?:old|young)\b|\b(?:what|which|average|mean|median) ages?\b"),
    (
        Kind.HOW_LONG,
        r"\bhow (?:long|soon|quickly|fast)\b|\bhow many (?:days|weeks|months|hours)\b"
        r"|\bwhen\b.{0,40}\b(?:kicks? in|starts? (?:to work|working)|takes? effect|notice|expect|feel)\b",
    ),
    (
        Kind.HOW_MANY,
        rf"\bhow (?:many|much{_NO_AMOUNT}|often|common|big|large)\b|\bsize\b"
        r"|\bwhat (?:share|percentage|percent|proportion|fraction)\b",
    ),
    # "When all the trials were pooled?" asks what they showed.
    (
        Kind.WHEN,
        r"^(?:and |but |so )?when\b(?! (?:all |both )?(?:the|these|those) \w+ (?:are|were|is|was)\b)"
        r"|\b(?:what|which) (?:time|year)\b|\btime of (?:the )?day\b",
    ),
    (Kind.WHO, r"^(?:and |but |so )?(?:who|whose|whom)\b"),
    (
        Kind.LIST,
        r"\b(?:what|which) (?:are|conditions|drugs|medicines|side|other|things|kinds?|names|warnings|uses)\b|\blist\b"
        r"|\bname (?:the|all|some)\b|\bwhat(?:['’]?s| is) the (?:[\w-]+ ){1,2}(?:side|adverse|unwanted)\b",
    ),
    (Kind.RESULT, r"\b(?:find|found|finding|findings|show|shown|conclude|results?|outcome)\b|^[^?]*\b(?:trial|study)$"),
    (
        Kind.YES_NO,
        r"^(?:and |but |so |or |ok,? |please,? )?(?:is|are|was|were|do|does|did|can|could|may|might|must|should|shall"
        r"|will|would|has|have|had|am)\b",
    ),
)
_ASKS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKED)

_TIME = r"(?:hours?|days?|nights?|weeks?|months?|years?)"
# What a statement must have to be an answer of a kind; a kind that is not here takes any.
_ANSWERS = {
    Kind.DOSE: r"\d\s?(?:mg|mcg|µg|micrograms?|milligrams?|ml)\b",
    Kind.HOW_LONG: rf"\d+ (?:to \d+ )?{_TIME}\b|\b(?:several|a few|some|first) {_TIME}\b|\btime until\b|\bhalf-life\b"
    r"|\bno (?:[\w-]+ )?time\b|\bfor a short time\b",
    Kind.HOW_OLD: r"\b(?:aged?|years? old|years of age|mean age|older|younger|children|adults)\b",
    Kind.HOW_MANY: r"\d+(?:\.\d+)?%|\b\d+ of \d+"
    r"|\b\d+ times (?:as|higher|lower|more|the)\b"
    r"|\b\d+ (?:\w+ )?(?:people|women|men|patients|adverse|cases|trials|studies)\b",
    Kind.WHEN: rf"\bbedtime\b|\bmorning\b|\bevening\b|\d+ (?:to \d+ )?{_TIME}\b|\b(?:19|20)\d\d\b|\bbefore\b|\bafter\b",
    Kind.WHO: r"\bpeople\b|\bpatients?\b|\bwomen\b|\bby (?:a|the)\b|\bauthors?\b|\bclinician\b",
    Kind.WHY: r"\bbecause\b|\bsince\b|\bso that\b|\btherefore\b|\bdue to\b|\bas (?:no|it|they)\b"
    r"|\bfound no (?:verified )?(?:study|evidence|proof|reason)\b"
    r"|\bcan set off\b|\bcannot\b|\bby (?:\w+ing)\b|, so\b|\brisks?\b|\bfrom person to person\b",
    Kind.MEANING: r"\bmeans?\b|\bshort for\b|^(?:an?|the) (?:[\w-]+ ){1,3}is an? ",
    Kind.COMPARE: r"\bthan\b|\bversus\b|\banother way\b|\btimes as\b|\bwhile\b"
    r"|\bdiffered\b|\bas effective\b|\bneither\b",
    Kind.RESULT: r"\b(?:primary outcome|main (?:measure|outcome)|concluded?|not shown|no (?:significant )?difference"
    r"|did not differ|responded|responders)\b",
    Kind.YES_NO: r"\b(?:disagree\w*|not settled|not known|not proven|not an?|too thin|no (?:FDA-approved|verified)"
    r"|is not|are not|must not|does not|did not|should avoid|contraindicated|can set off|not been|not shown"
    r"|improved|fell|were lower)\b",
    Kind.LIST: r"\n•",
}
# What a question asks for by a word or two, whatever it is about; what each tells is learned (`answerable`).
CUES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "which": r"\b(?:which|what) \w+",
        "how_many": r"\bhow (?:many|much)\b",
        "whether": r"^(?:is|are|was|were|do|does|did|has|have|can|could|should|would|will)\b",
        "where": r"\bwhere\b|\bcountry\b|\btown\b",
        "any": r"\bany\w*\b",
    }.items()
}
# "Was there a comparison group?": how a study was done is another matter in another study.
HOW_DONE = re.compile(
    r"\b(?:compar\w+|placebo|control(?:s|led)?|blind\w*|randomi[sz]\w+|(?:dummy|sugar|sham|fake) \w+)\b", re.IGNORECASE
)
# Whose statement a question wants: what the label says, what guidelines recommend, what was found in studies.
_WHOSE = {
    Tier.DRUG_LABEL: r"\b(?:labels?|leaflets?|monographs?|package inserts?|prescribing information|smpc)\b",
    Tier.GUIDELINE: r"\bguidelines?\b",
    Tier.RESEARCH: r"\b(?:stud(?:y|ies)|trials?|research|meta-analys[ei]s|pilots?|rcts?|randomi[sz]ed)\b",
}
_ASKS_WHOSE = {tier: re.compile(pattern, re.IGNORECASE) for tier, pattern in _WHOSE.items()}
# "What does the label say about depression?": a low dose has none.
_ON_THE_LABEL = re.compile(
    r"\b(?:the|its|any|that) (?:\w+ )?(?:label(?:ling)?|package insert|patient leaflet)\b", re.IGNORECASE
)
_ASKS_FOR_EVIDENCE = re.compile(
    r"\b(?:evidence|proof|proven?|proves|(?:is|was) (?:it|that|this) (?:really |well )?(?:established|confirmed)"
    r"|research|science|scientific|data|how (?:good|sure|certain|strong|solid)"
    r"|enough to (?:go (?:on|by)|tell|say|be sure|count on)|much to go (?:on|by)|is (?:that|this|it) solid"
    r"|(?:rely|count|depend) on (?:that|this|it)"
    r"|how (?:trustworthy|reliable) (?:is|are) (?:that|this|those|these|the)"
    r" (?:numbers?|figures?|results?|stud(?:y|ies))"
    r"|trust (?:that|this|those|these|the) (?:numbers?|figures?|results?|findings?|percentages?|stud(?:y|ies)"
    r"|trials?))\b",
    re.IGNORECASE,
)
# A statement that gives the whole state of a disputed or open point.
_SUMS_UP = re.compile(
    r"\b(?:disagrees?|is not settled|is not known|has not been proven|is mixed|is divided|differently|too thin)\b",
    re.IGNORECASE,
)
# What keeps a result from being taken for a proof.
_VERDICT = re.compile(
    r"\b(?:not (?:been )?shown|cannot (?:show|tell)|no (?:control|comparison) group|too thin|not significant)\b",
    re.IGNORECASE,
)
# "In that study", "by contrast": which one, and to what, stands in words that are not quoted.
_POINTS_AWAY = re.compile(
    r"\b(?:that|those|the same|this|these) (?:[\w-]+ ){0,3}"
    r"(?:study|trial|pilot|patients|women|people|meta-analysis|leaflet)\b|\bby contrast\b",
    re.IGNORECASE,
)
# Verbs that ask for an effect: what they ask about stands beside them.
_ASKS_FOR_EFFECT = frozenset(
    terms(
        "ease help reduce lower raise relieve improve work cause damage harm treat cure stop start change increase"
        " decrease affect begin keep bring take get make feel know exist fall drop rise"
        " before after without prove proven agree restart resume never common"
    )
)
# The articles' quotes come again with every question; reading them anew took a tenth of the time of ranking.
_QUOTES = 20_000
_QUESTIONS = 1_024
_IS_ANSWER = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ANSWERS.items()}


def cues_of(question: str) -> frozenset[str]:
    """Those of CUES that a question has."""
    return frozenset(name for name, cue in CUES.items() if cue.search(question))


@lru_cache(_QUESTIONS)
def kind_of(question: str) -> Kind:
    """What a standalone question wants to know; of several questions in one, the last."""
    parts = re.split(r"(?<=[.?!])\s+", without_told_behind(question).strip())
    # "I forgot my dose. What now?" asks for no dose; "Is LDN an opioid? yes" still asks whether it is one.
    last = parts[-1] if parts[-1].endswith("?") else next((p for p in reversed(parts) if terms(p)), question)
    for kind, pattern in _ASKS:
        if pattern.search(last):
            return kind
    return Kind.OPEN


def meets(kind: Kind, demanded: frozenset[int], text: str, lexicon: Lexicon) -> bool:
    """Whether a statement has what it must have to lead the answer to a question of this kind that makes these demands
    (`Lexicon.demanded_by`).
    """
    return (kind not in TIMES or answers_kind(kind, text)) and lexicon.has(demanded, text)


@lru_cache(_QUOTES)
def answers_kind(kind: Kind, text: str) -> bool:
    """Whether a statement has what a question of this kind asks for: a dose, a time, a reason, a list ..."""
    pattern = _IS_ANSWER.get(kind)
    return pattern is None or bool(pattern.search(text))


def tiers_asked(question: str) -> frozenset[Tier]:
    """The tiers a question wants to hear from ("Does the label mention ..."); none if it does not say."""
    return frozenset(tier for tier, pattern in _ASKS_WHOSE.items() if pattern.search(question))


def asks_for_evidence(question: str) -> bool:
    """Whether it is asked what is known and how well."""
    return bool(_ASKS_FOR_EVIDENCE.search(question))


@lru_cache(_QUOTES)
def sums_up(text: str) -> bool:
    """Whether a statement says that a point is open or disputed: the whole of it, where it is asked for yes or no."""
    return bool(_SUMS_UP.search(text))


@lru_cache(_QUOTES)
def gives_verdict(text: str) -> bool:
    """Whether a statement says that a result does not show what one might take it to show."""
    return bool(_VERDICT.search(text))


def points_away(text: str) -> bool:
    """Whether a statement speaks of a study or people named elsewhere ("in that trial")."""
    return bool(_POINTS_AWAY.search(text))


def regimens_asked(question: str, subject: str | None, lexicon: Lexicon) -> tuple[Regimen, ...]:
    """The uses of the drug that a question is about: those it names, or, where it names no part of the subject's name
    either, the subject's own.
    """
    names_drug = bool(frozenset(terms(subject or "")) & frozenset(terms(question))) or _ON_THE_LABEL.search(question)
    return tuple(lexicon.regimens_in(question) or ([] if names_drug else lexicon.regimens_in(subject or "")))


def topics(question: str, lexicon: Lexicon, subject: frozenset[str]) -> list[frozenset[str]]:
    """The terms of each thing a question names, with those of its other names; not the subject, nor what only asks."""
    groups: dict[str, frozenset[str]] = {term: frozenset({term}) for term in terms(question)}
    for said, others in lexicon.other_names(question):
        named = [term for term in terms(said) if term not in lexicon.generic_terms]
        group = frozenset([*named, *(term for name in others for term in terms(name))])
        groups.update((term, group) for term in named)
    silent = silent_terms(lexicon.generic_terms, subject)
    return [group - subject for term, group in groups.items() if term not in silent and group - subject]


@lru_cache
def silent_terms(generic: frozenset[str], subject: frozenset[str]) -> frozenset[str]:
    """Terms that name no topic: what everything is about, words that only ask, and verbs that ask for an effect."""
    return generic | subject | _ASKS_FOR_EFFECT
