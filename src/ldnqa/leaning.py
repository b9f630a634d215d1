"""Whether a question can be understood without the one before it. Pure: it reads the two and nothing else."""

from __future__ import annotations

import re

from ldnqa.policy import Lexicon
from ldnqa.pronouns import EMPTY_PRONOUN
from ldnqa.text import terms

# A question with at most this many words that carry a topic may lean on the one before it; longer ones stand alone.
LEANING_TERMS = 3
# "And what came out of the other trial?" leans with so many: only the one before tells which trials there are.
MOST_TERMS_OF_TWO = 5
# "How many mg did they give them in that trial?" leans with any that a short message has.
MOST_TERMS_OF_TOLD = 7
# What is asked of "each one" may be a single word: how they took it.
_OF_ITS_OWN = 1
THE_OTHER = re.compile(r"\bthe other (?:one|trial|study|review)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?:and|but|or|so|ok(?:ay)?(?!\s*[.!])|yes|no|also|then|what about|how about|what if|why(?: not)?"
    r"|more|tell me more)\b",
    re.IGNORECASE,
)
_OPENS_LEANING = re.compile(
    r"(?:(?:(?:based on|going by|out of|from|in|among|with|by) )?how (?:long|much|many|often|soon|so)"
    r"|what happened (?:to|with|in|when|after)|when|who|which|really|are you sure|any(?:thing)? else"
    r"|is that|is this|are those|are these|(?:was|were|is|are|did) (?:there|anything|nothing)|any"
    r"|did (?:they|he|she))\b",
    re.IGNORECASE,
)
# "Was anything more common?", "the MS one", "ok how far": words that only ask make no topic of their own.
_ONLY_ASKS = re.compile(
    r"\b(?:was|were|is|are|did) (?:anything|nothing|something)\b|\bthe (?!right|wrong|only|best|main)\w+ one\b"
    r"|^\W*ok(?:ay)?\W+(?:so\W+)?how\b",
    re.IGNORECASE,
)
# "For men?", "after surgery": a part of a sentence whose other part was said before.
_ONLY_WHERE = re.compile(
    r"(?:for|in|with|without|at|on|by|from|to|after|before|during|as)\b"
    r"(?!.*\b(?:what|when|where|who|why|is|are|was|were|can|could|do|does|did|should|will|would|may|must)\b)",
    re.IGNORECASE,
)
# "Did it last?", "was it blinded?": what was done once is what was just spoken of, not the medicine as such.
_WHAT_HAPPENED = re.compile(
    r"\b(?:did|was|has|had)(?:n['’]t)? (?:it|this|that)\b"
    r"(?!(?: ever)? been (?:studied|used|tried|tested|given|prescribed|approved|licensed)\b)",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|this|that|these|those|they|them|one|ones|same|other|first|second)\b"
    r"(?! (?:articles?|pages?|sites?|box)\b)",
    re.IGNORECASE,
)
# "How long is one tablet in me?" points to nothing, "that one" and "the second" do.
_POINTS_TO_ONE = re.compile(
    r"\b(?:it|this|that|these|those|they|them|their|(?:that|which|each|the(?: [\w-]+)?) ones?"
    r"|same|other|first|second|there(?=\W*$))\b",
    re.IGNORECASE,
)
CLAUSE = (
    r"is|are|was|were|am|can|could|do|does|did|should|shall|will|would|may|might|must|has|have|had|i|we|you|he|she|they"
)
SENTENCE = re.compile(rf"\b(?:(?:what|how|when|where|who)(?:['’]?s)?|which|why|{CLAUSE})\b", re.IGNORECASE)
# "So a third less pain?" concludes from what was told, whatever follows.
_SO = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|right|and|but|well|oh|wow)\W+)*so\b"
    r"|[,;.!–-] ?so (?:it|that|this|they|ldn)(?:['’]s| is| was| must| works?| did| does)\b",
    re.IGNORECASE,
)
# "Was anyone on anything else in that trial?", "the one with placebo, how many?": it was told of just before.
_WAS_TOLD = re.compile(
    r"\b(?:that|this|those|these|the same) (?:\w+ )?(?:trials?|stud(?:y|ies)|pilots?|series|reviews?|cases?|patients?"
    r"|people|women|men|ladies|lads|folks?|volunteers|participants|ones?)\b"
    r"|\bof the (?:trials|studies|reviews|reports|cases|ones)\b|\b(?:both|each|either|the two) (?:arms?|groups?)\b"
    r"|\bwhat (?:is|was|are) (?:that|this|it|those) (?:\w+ )?based on\b|\bwhere (?:does|did) (?:that|this) come from\b"
    r"|\bis (?:that|this) (?:\w+ )?(?:from|in|on|out of) (?:the|a) (?:label|leaflet|trial|study|paper)\b"
    r"|\bthe (?:\w+ )?one (?:with|without|that|where|in|from)\b|\bthe (?!right|wrong|only|best|main)\w+ one\b"
    r"|\b(?:did|were|had|have|was|do|are) they\b|\bthey (?:\w+ )?(?:gave|got|took|had|were|did|saw|found|used|measured"
    r"|looked|tested|compared|reported|count(?:ed)?)\b|\bg[ai]ven? them\b|\bthem\W*$"
    r"|^\W*(?:and )?(?:given|taken|used|tried|tested) (?:alone|by|with|on|as)\b",
    re.IGNORECASE,
)
# "Did anyone get insomnia?": of those who were told of, whatever they may have got.
_ANYONE = re.compile(
    r"\b(?:did|had|has|have) (?:anyone|anybody|somebody|someone|some of them|any of them) (?:\w+ )?"
    r"(?:get|got|have|had|feel|felt|report\w*|develop\w*|notice\w*|drop\w*|stop\w*|quit|leave|left|die|died|suffer\w*)\b",
    re.IGNORECASE,
)
# "Where it was tested, did they ...": of whom is said in the question itself.
_OWN_PEOPLE = re.compile(
    r"\b(?:people|patients|women|men|children|kids|doctors|trials|studies|researchers|authors|editors|reviewers|experts"
    r"|capsules|tablets|pills|opioids|drugs|medicines|effects|symptoms|levels|enzymes|dreams)\b.*\b(?:they|them)\b",
    re.IGNORECASE,
)
# "Is that about the full dose or about LDN?": what was just told, for one of the uses of the drug.
_OF_WHICH_USE = re.compile(
    r"\W*(?:(?:and|but|so|ok(?:ay)?|wait)\W+)*(?:is|was|are|were) (?:all )?(?:of )?"
    r"(?:that|this|it|those|these|they)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_SAID_OF_A_USE = frozenset(
    terms(
        "written said says meant means mean though about apply applies hold go goes people patients only mainly just"
        " one full standard usual normal tablets pills capsules"
    )
)
# "How long did they take each one for": of whom, and what, stands in the question before.
_OF_THEM = re.compile(r"\beach (?:one|of (?:them|those|the two))\b", re.IGNORECASE)


def leans(question: str, lexicon: Lexicon) -> bool:
    """Whether a question cannot be understood without the one before it."""
    said = terms(question)
    if not said:
        return True
    back = _POINTS_BACK.search(EMPTY_PRONOUN.sub(" ", question))
    topic = [term for term in said if term not in lexicon.generic_terms] if _ONLY_ASKS.search(question) else said
    most = MOST_TERMS_OF_TWO if THE_OTHER.search(question) else LEANING_TERMS
    if len(topic) > most or len(said) > MOST_TERMS_OF_TOLD:
        return False
    signs = (_GOES_ON.match(question), _OPENS_LEANING.match(question), _ONLY_WHERE.match(question), back)
    return any(signs) or len(said) == 1


def points(question: str) -> bool:
    """Whether a question has a word that stands for what was said before it."""
    return bool(_POINTS_TO_ONE.search(question))


def is_fragment(question: str) -> bool:
    """Whether a question is no sentence but a few words ("responders at 30%?"), which go on from what was said."""
    return 0 < len(terms(question)) <= LEANING_TERMS and not SENTENCE.search(question)


def happened(own: str, lexicon: Lexicon) -> bool:
    """Whether a question asks of what was done once ("did it last?"): that is what was just spoken of."""
    return leans(own, lexicon) and bool(_WHAT_HAPPENED.search(EMPTY_PRONOUN.sub(" ", own)))


def is_of_them(own: str, lexicon: Lexicon) -> bool:
    """Whether a question says nothing of its own but of "them" or "each one", of which the one before it tells."""
    told = set(terms(own)) - lexicon.generic_terms
    return bool(_OF_THEM.search(own)) and len(told) <= _OF_ITS_OWN and not lexicon.things_in(own)


def asks_of_which_use(own: str, lexicon: Lexicon) -> bool:
    """Whether a question asks nothing but of which use of the drug something was said."""
    of_uses = lexicon.regimen_terms(own)
    asked = _OF_WHICH_USE.match(own) or (_EITHER.search(own) and not SENTENCE.search(own))
    return bool(of_uses and asked) and set(terms(own)) <= of_uses | _SAID_OF_A_USE


def is_of_what_was_told(own: str, before: str, lexicon: Lexicon) -> bool:
    """Whether a question names nothing but points to the study, or to the people, that the one before it tells of, or
    draws a conclusion from that.
    """
    told = _SO.search(own) or _ANYONE.search(own) or (_WAS_TOLD.search(own) and not _OWN_PEOPLE.search(own))
    if not told or len(terms(own)) > MOST_TERMS_OF_TOLD:
        return False
    return bool(_ANYONE.search(own) or not lexicon.things_in(own)) and bool(lexicon.things_in(before))
