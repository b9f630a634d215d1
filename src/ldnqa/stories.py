"""A long message -> what it tells, what it asks, and what that is looked up by.

All of it would drown the question: a sentence of a hundred words is near to everything and to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from ldnqa.people import CHILDREN, HE_OR_SHE, asks_of_illness, asks_of_others, people_told_of
from ldnqa.policy import Lexicon
from ldnqa.text import names_any, sentences, terms

# A message of more words is a story with a question in it.
STORY_WORDS = 20

QUESTION_WORD = (
    r"(?:(?:what|how|when|where|who)(?:['’]?s)?|which|why|is|are|was|were|can|could|do|does|did|should|will|would|may"
    r"|must)\b"
)
ASKS = re.compile(rf"(?:(?:and|so|but|also|hi|hello|please|ok(?:ay)?)\W+)*{QUESTION_WORD}", re.IGNORECASE)
# "I want to see numbers: how often ...", "they sit in a box; what ...": what tells and what asks, in one sentence.
_BEFORE_ASKING = re.compile(rf"(?<=[\w)][;:])\s+(?={QUESTION_WORD})", re.IGNORECASE)
# Without a mark or a line's end before something else there is one sentence.
_GOES_ON = re.compile(rf"[.!?…][\W_]*\s\S|\n|{_BEFORE_ASKING.pattern}", re.IGNORECASE)
# Who writes all in small letters ends sentences, too.
_IN_SMALL = re.compile(
    rf"(?:(?<=[a-z\d]{{3}}[.!])|(?<= \d\d[.!]))(?<!\betc\.)\s+"
    rf"(?={QUESTION_WORD}|(?:has|have|had|any|anyone|anybody|anything)\b)"
)
_BIDS = re.compile(
    rf"{ASKS.pattern}|(?:please\W+)?(?:tell|name|give|show|list|explain|describe|summari[sz]e|remind)\b", re.IGNORECASE
)
# "Any study with LDN", "has anyone tested it".
_ASKS_SHORTLY = re.compile(
    r"(?:any|anyone|anybody|anything)\b|(?:has|have|had) (?:any|it|there|ldn|naltrexone|they|this)", re.IGNORECASE
)
# What is asked of somebody or something that only the story names, or in a case like it.
_SOMEBODY = rf"{HE_OR_SHE}|they|them"
_A_CASE = r"then|one|ones|mine|like me|my kind"
_OF_THE_STORY = re.compile(rf"\b(?:{_SOMEBODY}|these|those|that|this|it)\b", re.IGNORECASE)
_POINTS = re.compile(rf"{_OF_THE_STORY.pattern}|\b(?:{_A_CASE})\b", re.IGNORECASE)
_IT = re.compile(r"\bit\b", re.IGNORECASE)
# "What do people begin with, and how fast do they go up?" points to nothing but itself, "these articles" to the page.
_SEVERAL = re.compile(
    r"\b(?:people|patients|women|men|children|adults|users|volunteers|participants|others|doctors|prescribers|researchers"
    r"|pharmacies|pharmacists|studies|trials|articles|figures|numbers|capsules|tablets|pills)\b",
    re.IGNORECASE,
)
# "What did they use when they tested it?": who studied something points to nobody told of.
_WHO_STUDIED = re.compile(
    r"\bthey (?:\w+ )?(?:use[ds]?|test(?:ed)?|stud(?:y|ied)|f(?:i|ou)nd|measured?|looked? (?:at|for|with)|reported?"
    r"|checked?)\b",
    re.IGNORECASE,
)
_THEY = re.compile(r"\bthey\b", re.IGNORECASE)
_THE_PAGE = re.compile(
    r"\b(?:this|that|these|those|your)(?: \w+)? (?:articles?|pages?|(?:web ?)?sites?|library|box)\b", re.IGNORECASE
)
# A medicine that was told of matters to whether one may, and not to what happened to others.
_MAY = re.compile(
    r"\b(?:safe\w*|ok(?:ay)?|all ?right|allowed|interact\w*|harm\w*|danger\w*|risk\w*|can|could|should|may|problem\w*"
    r"|clash\w*|react\w*|avoid\w*|affect\w*|need\w*|has to|have to|must)\b",
    re.IGNORECASE,
)
_COMBINES = re.compile(
    # "When all trials are taken together", "all sorts lumped together" combine no medicines.
    r"\b(?:as well|too|also|(?<!are taken )(?<!lumped )(?<!pooled )(?<!all )together|both|either|add|adding|combine|mix"
    r"|on top)\b",
    re.IGNORECASE,
)
_OF_TWO = re.compile(
    r"\b(?:easier|gentler|milder|kinder|stronger|weaker|instead|versus|vs|than|compar\w+)\b", re.IGNORECASE
)
# Who wants to know something asks it without a question mark.
_TO_KNOW = r"to (?:know|find out|understand|hear|learn|ask|be told)"
_WANTS = re.compile(
    r"(?:.*?[,.:;]\s*|.*\b(?:and|but|so) )?"
    r"(?:(?:(?:can|could|would) (?:you|anyone|anybody|someone|somebody) (?:please )?)?(?:tell (?:me|us)|explain)"
    r"|(?:i|we)(?:['’](?:d|ll|m|re))?(?: (?:am|are|would|do|have|just|only|really|also|simply|mostly|should))*"
    rf" (?:(?:like|want|wanted|need|love|hope|hoping|wish|trying|keen|curious) {_TO_KNOW}|wonder(?:ing)?|ask(?:ing)?))"
    r"[ ,:]+(?=(?:if|whether|in|for|at|on|what|which|how|when|where|who|why)\b)",
    re.IGNORECASE,
)
# "What we can't get an answer to is how long ...", "nobody can tell us whether ...".
_IS_OPEN = re.compile(
    r"(?:.*?[,.:;]\s*)?"
    r"(?:(?:what|the (?:\w+ )?(?:thing|question|point|bit|part)|my (?:\w+ )?question|all (?:i|we))\b[^,.:;?]{0,60}"
    r"\b(?:is|was)"
    r"|(?:nobody|no ?one|none of them)\b[^,.:;?]{0,40}"
    r"\b(?:tells?|told|says?|said|knows?|knew|explain(?:s|ed)?)(?: (?:me|us))?)"
    r"[ ,:]+(?=(?:if|whether|what|which|how|when|where|who|why)\b)",
    re.IGNORECASE,
)
# "Is he right that ...": whoever it is, the question is whether that is so.
_IS_HE_RIGHT = re.compile(r"\b(?:is|was|are) (?:he|she|they) (?:right|correct|wrong|mistaken)\b", re.IGNORECASE)
# "Before I trouble the surgery, ...", "I take nothing else, but ...", "One more thing: ..." go before what is asked.
_LEADS_IN = re.compile(
    rf"(?:before (?:i|we)\b[^,:]*[,:]|(?:i|we|my|our)\b[^,]*, (?:but|so|and)|[^:?]*:)\s+"
    rf"(?={QUESTION_WORD}|has\b|have\b|had\b|(?:at|by|for|from|in|of|on|to|with) (?:how|what|which|whom)\b)",
    re.IGNORECASE,
)
# "..., or am I worrying too much", "... or is it all talk" ask no more.
_OR_NOT = re.compile(
    r",? or (?:(?:am|are) (?:i|we)|is (?:it|that|this) (?:just|only|all|merely|simply))\b[^?]*", re.IGNORECASE
)
# "When all is added up, does it help?" asks for no time.
_CLAUSE_FIRST = re.compile(rf"(?P<clause>(?:when|where)\b[^,?]*),\s+(?P<asks>{QUESTION_WORD}[^,?]*)\W*", re.IGNORECASE)
# "Is that so?", "is it safe with that": a whole sentence of the story, or something that only it tells of.
_AT_WHAT_WAS_SAID = re.compile(
    r"\b(?:is|are|was|were|will|would|does|do|did|has|have|had|can|could|should|may) (?:this|that|these|those)\b"
    r"|\b(?:this|that|these|those)(?= (?:to|with|for|in|on|by|from|at|and|or)\b)",
    re.IGNORECASE,
)
# "I read that LDN eases pain. Is that true?" asks whether it does.
_IS_TRUE = re.compile(
    r"\b(?:is|was|can|could) (?:that|this|it|(?:any|some) of (?:that|this|it))(?: (?:really|actually|even|at all|be))*"
    r" (?:true|right|correct|accurate|so|the case)\b|\b(?:any|some) truth (?:in|to) (?:that|this|it)\b"
    r"|\bwho(?:['’]s| is| was) right\b|\b(?:is|was) (?:he|she) right\W*$"
    r"|\b(?:true|fact) or (?:false|not|hype|myth|fiction)\b",
    re.IGNORECASE,
)
_SAYS_THAT = re.compile(
    r".*?\b(?:read|heard|saw|seen|says?|said|told (?:me|us|him|her)|claims?|claimed|insists?|swears?|reckons?)\b"
    r"(?:[^,]{0,40}?\bthat\b)?\s+",
    re.IGNORECASE,
)
_OF_WHO_TELLS = re.compile(r",?\s+(?:and|but|so|which)\s+(?:i|we|he|she|my|our)\b", re.IGNORECASE)
# Somebody, or what somebody has: a condition says what there is to know of either.
_AT_A_CASE = re.compile(
    rf"\b(?:{_SOMEBODY}|{_A_CASE})\b"
    r"|\b(?:this|that|these|those)(?=\W*$|\W*[,;?]"
    r"| (?:kind|sort|type|disease|condition|illness|disorder|problem)s?\b)",
    re.IGNORECASE,
)
# "When somebody tested that", "has that been shown to work": a treatment, and not all that was said.
_TRIED = re.compile(
    r"\b(?:test|tested|tried|try|studied|study|looked at) (?:this|that)\b"
    r"|\b(?:has|have|was|were|did) (?:this|that) (?:ever |really |actually )?(?:been )?"
    r"(?:tested|tried|studied|shown to work|proven to work|work(?:ed)?|help(?:ed)?)\b",
    re.IGNORECASE,
)
# "Since I started it I have dreams. Is that a known effect?"
_KNOWN_EFFECT = re.compile(
    r"\b(?:is|was|could|can) (?:it|this|that)\b.{0,25}"
    r"\b(?:effect|known|listed|normal|common|usual|typical|expected|reported|due to"
    r"|something (?:others|other people|people))\b|\bknown (?:side )?effect\b",
    re.IGNORECASE,
)
# "I take naltrexone for my drinking": what other uses of the drug are for says which it is, and not what is asked.
_PURPOSE = re.compile(
    r"\b(?:for|because of|due to|to (?:stop|quit|cut|help|treat|control|stay|keep|come|get)\b[^.,;:?]{0,25}?)"
    r" (?:(?:my|his|her|their|our|the|an?|heavy|excess\w*) ){0,2}"
    r"(?:drinking|alcohol(?:ism)?|booze|boozing|heroin|opioids?|opiates?)\b"
    r"(?: (?:addiction|dependen(?:ce|cy)|(?:use |abuse )?(?:disorder|problems?)|misuse|abuse|cravings?))?",
    re.IGNORECASE,
)
# "Since the op" tells when something began.
_BEGAN = re.compile(
    r"\b(?:ever )?since (?:(?:the|my|his|her|their|an?|i had|he had|she had) )+(?:\w+ )?"
    r"(?:op|operation|surgery|procedure)\b",
    re.IGNORECASE,
)
# "I have sarcoidosis", "diagnosed with ..."; what one has otherwise mostly has an article before it.
_HAS_AN_ILLNESS = re.compile(
    r"\b(?:have|has|got|diagnosed with|suffers? from|living with)"
    r" (?!(?:an?|the|my|his|her|our|no|not|never|to|been|had|tried|read|heard|seen|some|any|\w+ed)\b)(?!\d)\w{4,}",
    re.IGNORECASE,
)
_DIFFER = re.compile(r"\b(?:differ\w*|same|compar\w*|alike|similar|interchang\w*|stronger|weaker)\b", re.IGNORECASE)
# Where a product is told of it is named in front.
_THE_PRODUCT = re.compile(r"\b(?:this|that|these|those) (?:tablet|capsule|pill|injection|shot)s?\b", re.IGNORECASE)
_OF_AN_EFFECT = re.compile(
    r"\b(?:help\w*|work\w*|eas(?:e|es|ed)|improv\w*|benefit\w*|good|better|treat\w*|cure\w*|tried|tested|studied"
    r"|do (?:any|some)thing|relie\w+|(?<!low.)dos\w+|how (?:much|many|often))\b",
    re.IGNORECASE,
)
_WHO = re.compile(rf"\b(?:{_SOMEBODY}|i|me|my|we|us|our)\b", re.IGNORECASE)


class Story(NamedTuple):
    """The sentences that tell, and those that ask."""

    told: str
    asks: str


def story_in(message: str, longer_than: int = STORY_WORDS) -> Story | None:
    """What is told and asked in a message of more words that tells something before it asks; else None."""
    spans = sentences(message) if _GOES_ON.search(message) and len(message.split()) > longer_than else []
    said = [
        part
        for span in spans
        for sentence in _IN_SMALL.split(message[span.start : span.end])
        for part in _BEFORE_ASKING.split(sentence)
    ]
    if len(said) < 2:
        return None
    asking = [text for text in said if text.endswith("?")] or [
        text for text in said[-1:] if _BIDS.match(text) or _ASKS_SHORTLY.match(text)
    ]
    asking = asking or [text for text in said if _WANTS.match(text) or _IS_OPEN.match(text)][-1:]
    told = [text for text in said if text not in asking]
    return Story(" ".join(told), " ".join(asking)) if told and asking else None


def looked_up(message: str, told: str, asked: str, subject: Sequence[str], lexicon: Lexicon) -> tuple[str, str | None]:
    """What a story is looked up by, and, if nothing answers that, its question alone where that points to nothing told,
    or without the medicines told of where it asks what was found in others.

    It is the question, if that is about the subject, with the conditions, medicines and people told of where it names
    none itself; else all of it.
    """
    if not subject:
        return message, None
    if _THE_PAGE.search(asked):
        return asked, None
    # "My child: what dose is used?" is asked of nobody else.
    if told.rstrip().endswith(":") and (lexicon.people_in(told) or lexicon.told_of(told)):
        return message, None
    ours = names_any(asked, subject)
    if not ours and asks_of_others(asked) and names_any(told, subject):
        # "My doctor wants to add LDN. Was it better than placebo?"
        asked, ours = _IT.sub(subject[-1], asked, count=1), True
    if compared := uses_compared(told, asked, lexicon):
        return f"{asked} ({', '.join(compared)})", None
    if not ours and _KNOWN_EFFECT.search(asked) and (felt := _felt_on(told, subject, lexicon)):
        return f"{felt} {asked}", None
    out = _without_inner(asked)
    points = _COMBINES.search(asked) or _POINTS.search(_IT.sub("", out) if ours else out)
    unlisted = _of_unlisted_illness(asked, told, subject, lexicon)
    alone = None if points or unlisted else asked
    if not ours:
        return message, alone
    kinds = {thing: kind for kind, thing in lexicon.told_of(without_purpose(told)) if not names_any(thing, subject)}
    uses = set(lexicon.regimens_in(asked))
    named = [thing for thing in kinds if not (of := lexicon.regimens_in(thing)) or not uses.issuperset(of)]
    of_a_product = lexicon.regimens_in(told) and _THE_PRODUCT.search(asked)
    if of_a_product or any(not names_any(thing, subject) for _, thing in lexicon.things_in(asked)):
        return asked, None
    # Who speaks of children may just have some; `people_told_of` goes by their age.
    groups = {thing: {group for _, group in lexicon.people_in(thing)} for thing in named}
    named = [thing for thing in groups if CHILDREN not in groups[thing]]
    people = [] if asks_of_illness(asked, lexicon, told) else people_told_of(told, lexicon)
    named += [group for group in people if not any(group in groups[thing] for thing in groups)]
    # Of whom, or with what: the story may say it in words we do not know, a dog's or a new medicine's name.
    unknown = not named or (
        _COMBINES.search(asked) and not any(kind == "medicine" for kind, _ in lexicon.things_in(told))
    )
    if unknown and (_OF_THE_STORY.search(out) or _COMBINES.search(asked)):
        return message, None
    if not named:
        return message if unlisted else asked, None
    if alone is None and not of_what_they_take(asked):
        of_whom = [thing for thing in named if kinds.get(thing) != "medicine"]
        alone = f"{asked} ({', '.join(of_whom)})" if of_whom else None
    return f"{asked} ({', '.join(named)})", alone


def of_what_they_take(asked: str) -> bool:
    """Whether what else somebody takes may matter to what is asked: whether one may, takes both, or which is better."""
    return any(pattern.search(asked) for pattern in (_MAY, _COMBINES, _OF_TWO))


def asks_what_helps(asked: str) -> bool:
    """Whether it is asked what the drug does for an illness, so that it matters which."""
    return bool(_OF_AN_EFFECT.search(asked))


def uses_compared(told: str, asked: str, lexicon: Lexicon) -> list[str]:
    """The uses of the drug that are told of, if it is asked how they differ: "I have 50 mg, he has LDN. The same?"."""
    uses = lexicon.regimens_in(told)
    return [lexicon.regimens[use][0] for use in uses] if len(uses) > 1 and _DIFFER.search(asked) else []


def _of_unlisted_illness(asked: str, told: str, subject: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether it is asked what helps somebody who has something that the lexicon has no name for, and for nothing else:
    "I have sarcoidosis. Does LDN work?".
    """
    if not (asks_what_helps(asked) and (has := _HAS_AN_ILLNESS.search(told))):
        return False
    things = [*lexicon.things_in(asked), *lexicon.things_in(told[has.start() :])]
    return all(names_any(thing, subject) for _, thing in things)


def _felt_on(told: str, subject: Sequence[str], lexicon: Lexicon) -> str | None:
    """What a story tells of taking the drug, with the next sentence if that names nothing that may have been felt."""
    said = [told[span.start : span.end] for span in sentences(told)]
    for number, sentence in enumerate(said):
        if names_any(sentence, subject) or lexicon.regimens_in(sentence):
            return " ".join(said[number : number + (1 if lexicon.other_names(sentence) else 2)])
    return None


def _without_inner(asked: str) -> str:
    """A question without what stands for something in it: what points in it still points to the story."""
    asked = _IS_HE_RIGHT.sub(" ", _WHO_STUDIED.sub(" ", asked))
    several = _SEVERAL.search(asked)
    return asked[: several.end()] + _THEY.sub(" ", asked[several.end() :]) if several else asked


def brief(asks: str) -> str:
    """What the asking sentence of a story asks, as a short question: without what leads up to it and what hedges it."""
    said = _OR_NOT.sub("", asks)
    if not ASKS.match(said) and (before := _LEADS_IN.match(said)):
        said = said[before.end() :]
    if wants := _WANTS.match(said) or _IS_OPEN.match(said):
        said = said[wants.end() :]
    said = f"{said.rstrip(' .!?')}?"
    turned = _CLAUSE_FIRST.fullmatch(said)
    return f"{turned['asks']} {turned['clause']}?" if turned else said


def asks_whether_true(asked: str, generic: frozenset[str]) -> bool:
    """Whether nothing is asked but whether something that was told is true."""
    return bool(_IS_TRUE.search(asked)) and set(terms(_IS_TRUE.sub(" ", asked))) <= generic


def without_purpose(told: str) -> str:
    """What is told without what tablets of 50 mg and the injection are taken for, and since when something is so."""
    return _BEGAN.sub(" ", _PURPOSE.sub(" ", told))


def is_it_true(asked: str, told: str, meant: str, subject: Sequence[str]) -> str | None:
    """The question whether what was told of the subject is true, where that is asked; what somebody said goes first.

    "It" in what somebody said is what is `meant`, where nothing names the subject.
    """
    if not _IS_TRUE.search(asked):
        return None
    each = [told[span.start : span.end] for span in sentences(told)]
    named = [said for said in each if names_any(said, subject)]
    if not named:
        behind = [said[start.end() :] for said in each if (start := _SAYS_THAT.match(said))]
        named = [_IT.sub(meant, said, count=1) for said in behind if _IT.search(said)]
    claim = next((said for said in named if _SAYS_THAT.match(said)), named[-1] if named else "")
    start = _SAYS_THAT.match(claim)
    claim = claim[start.end() :] if start and names_any(claim[start.end() :], subject) else claim
    claim = _OF_WHO_TELLS.split(claim)[0]
    return f"Is it true that {claim.rstrip(' .!')}?" if claim else None


def with_what_is_told(asked: str, told: str, meant: str, subject: Sequence[str], lexicon: Lexicon) -> str | None:
    """A short question behind what the story tells that it leaves out: of which medicine, in what condition, of whom.

    None where it points to something told that has no name we know: by itself it would be about anything.
    """
    asked_of = {kind for kind, thing in lexicon.things_in(asked) if not names_any(thing, subject)}
    things = {thing: kind for kind, thing in lexicon.told_of(without_purpose(told)) if not names_any(thing, subject)}
    may, who = of_what_they_take(asked), bool(_WHO.search(asked))
    # Who asks about another medicine asks whatever the condition.
    matters = {"medicine": may, "situation": may and who, "condition": "medicine" not in asked_of}
    named = [thing for thing, kind in things.items() if kind not in asked_of and matters.get(kind, True)]
    if not named and _of_unlisted_illness(asked, told, subject, lexicon):
        return None
    unknown = not named and asked_of.isdisjoint({"condition", "medicine"})
    # Who takes the tablets of 50 mg has no other illness that would have to be named.
    unknown = unknown and (may or meant in subject or bool(_OF_AN_EFFECT.search(asked)))
    said = _TRIED.sub(" ", asked) if "condition" in things.values() else asked
    said = said if meant in subject else _THE_PRODUCT.sub(" ", said)
    if _AT_WHAT_WAS_SAID.search(said) or (unknown and _AT_A_CASE.search(_without_inner(asked))):
        return None
    if who:
        groups = {group for thing in named for _, group in lexicon.people_in(thing)}
        named += [group for group in people_told_of(told, lexicon) if group not in groups]
    if not names_any(asked, (*subject, meant)) and not (lexicon.regimens_in(asked) or _THE_PAGE.search(asked)):
        named.insert(0, meant)
    # In front, so that the question stays the last that is said.
    return f"{', '.join(named)}. {asked}" if named else asked
