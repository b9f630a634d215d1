"""A question and the reading of the one before it -> its reading: what is meant, said so that it stands alone. Pure.

What only points gets the name of what it points to; what names nothing by itself goes behind the question before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ldnqa.policy import Lexicon
from ldnqa.switched import switched
from ldnqa.text import names_any, terms

# A question with at most this many words that carry a topic may lean on the one before it; longer ones stand alone.
LEANING_TERMS = 3
# "And what came out of the other trial?" leans with so many: only the one before tells which trials there are.
MOST_TERMS_OF_TWO = 5
# "How many mg did they give them in that trial?" leans with any that a short message has.
MOST_TERMS_OF_TOLD = 7
# What is asked of "each one" may be a single word: how they took it.
_OF_ITS_OWN = 1
_THE_OTHER = re.compile(r"\bthe other (?:one|trial|study|review)\b", re.IGNORECASE)

_GOES_ON = re.compile(
    r"(?:and|but|or|so|ok(?:ay)?|yes|no|also|then|what about|how about|what if|why(?: not)?|more|tell me more)\b",
    re.IGNORECASE,
)
_OPENS_LEANING = re.compile(
    r"(?:(?:(?:based on|going by|out of|from|in|among|with|by) )?how (?:long|much|many|often|soon|so)"
    r"|when|who|which|really|are you sure|any(?:thing)? else"
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
# "Nearly three quarters? ...": a figure of the answer, said again.
_FIGURE = (
    r"(?:(?:nearly|almost|over|about|only|just)\W+)*(?:(?:three|two)[ -](?:quarters?|thirds?)"
    r"|(?:(?:a|one)[ -])?(?:half|third|quarter)|\d[\d.]*(?: ?%| per ?cent)?)\W+"
)
# These bring nothing to look up, doubts of the answer among them.
_NOTHING_NEW = re.compile(
    rf"\W*(?:{_FIGURE})?"
    r"(?:(?:and|but|so|ok(?:ay)?|please|yes|no|why|not|really|basically|essentially|in short"
    r"|(?:tell me |say )?more|go on|(?:are )?you sure|surely(?: not)?|seriously|honestly|for real|no way"
    r"|(?:that|it|this)? ?(?:sounds?|seems?|looks?)(?: (?:a bit|rather|very|far|way|just))? (?:too good(?: to be true)?"
    r"|(?:a|an awful) lot|high|low|odd|strange|unlikely|much|far-?fetched))\b\W*)+",
    re.IGNORECASE,
)
_SUBJECT_PRONOUN = re.compile(
    r"\b(?:(?:this|that|the|my) (?:drug|medicine|medication|treatment|pill)|(?<!\bin )(?<!\bout of )(?<!\bwas )it"
    r"|(?<!\bany of )(?<!\bsome of )(?<!\ball of )(?<!\bnone of )this"
    r"(?! (?:article|page|study|library|site|website|box|trial|review|paper|combination|mix|figure|number|result"
    r"|claim|question|topic|dose|strength|amount|way|group|test|effect|schedule|method|approach|advice|combo|order"
    r"|disease|condition|illness|disorder|syndrome|complaint|problem|pain|kind|sort|type"
    r"|mornings?|afternoon|evening|week|weekend|month|year|spring|summer|autumn|fall|winter|time|far|long|late|early"
    r"|much|many)\b))\b(?!['’]s\b)",
    re.IGNORECASE,
)
# "Is it true that ...", "does it matter", "who wrote this": the pronoun stands for nothing, or for the page.
_EMPTY_PRONOUN = re.compile(
    r"\bdoes it matter\b|\bend it all\b|\bget (?:it|this) over with\b|\b(?:take|stand|bear) (?:it|this) any ?more\b|"
    r"\b(?:wrote|writes?|written|review(?:ed|s)?|check(?:ed|s)?|edit(?:ed|s)?|trust|believe|rely on)"
    r" (?:it|this)\b|"
    r"\b(?:is|was|has|are|were) (?:it|this|that)(?: \w+)? (?:reliable|trustworthy|accurate"
    r"|(?:been )?(?:peer[ -])?reviewed|(?:been )?(?:updated|written|checked|edited|published)|up[ -]to[ -]date"
    r"|current|out of date"
    r"|medical advice|advice|from an? \w+|written by|sourced)\b|"
    r"\b(?:is|was|isn['’]t) it (?:true|possible|right|normal|a fact|the case|known|common|ok(?:ay)?|safe|best|better|"
    r"dangerous|bad|good|necessary|enough|wrong|legal|likely|normal|important) (?:that|to|if|when)\b|"
    r"\b(?:is|was|isn['’]t) (?:it|this|that) (?:really |actually )?(?:true|right|correct|so)\W*$|"
    r"\b(?:has|was|is) (?:it|this) (?:ever )?(?:been )?(?:shown|proven|proved|found) (?:that|whether|to be \w+ to)\b|"
    r"\b(?:says?|said|thinks?|believes?|claims?|found|shows?) (?:that )?(?:it|this|that) (?:is|was|does|did|works?)"
    r"\W*$|"
    # "He may use again. Is it more dangerous now?": what he may do.
    r"\b(?:is|was|would) (?:it|this|that)(?: be)? (?:any )?(?:more|less) \w+ (?:now|than (?:before|ever))\b|"
    # "My heart races. Is it listed?": what was felt.
    r"\b(?:could|can|might|may) (?:it|this|that) (?:just |really )?be"
    r" (?:from|due to|because of|caused|the|my|that)\b|"
    r"\b(?:is|was|isn['’]t) (?:it|this|that)(?: (?:also|just|quite|very|really))?"
    r" (?:something (?:others|other people|people)\b|listed\W*$"
    r"|(?:an? )?(?:known|common|usual|expected|reported|recogni[sz]ed|typical|normal)"
    r"(?: (?:side )?(?:effect|reaction|thing))?\W*$)|"
    # What hurts or itches is the body, and what rains is the sky.
    r"\bit (?:just |really |always |only |still )?"
    r"(?:hurts?(?! (?:the|my|his|her|your)\b)|burns?|itch(?:es)?|stings?|aches?|rains?|snows?"
    r"|(?:is|was) (?:raining|snowing|late|night|morning|summer|winter|cold|hot|dark))\b|"
    r"\bhow (?:does|did|would|will) (?:it|this) feel\b|\bwhat (?:does|is|would) it (?:feel )?(?:like )?(?:to|having)\b|"
    r"\bit (?:depends|seems|sounds|turns out|says)\b|"
    r"\b(?:is|was) this (?:an? )?(?:scam|joke|hoax|legit\w*|spam|advert\w*|ad|for real|real|robot|bot|ai)\b|"
    r"\b(?:made|runs?|funds?|funded|owns?|paid for|sponsor(?:s|ed)?|publish(?:es|ed)?|behind) (?:it|this)\b",
    re.IGNORECASE,
)
# "What did the trial find, and how many were in it?": the pronoun stands for something named before it.
_NAMED_BEFORE = re.compile(r"\b(?:trial|study|review|paper|article|analysis|report|label|page)\b", re.IGNORECASE)
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
_CLAUSE = (
    r"is|are|was|were|am|can|could|do|does|did|should|shall|will|would|may|might|must|has|have|had|i|we|you|he|she|they"
)
_SENTENCE = re.compile(rf"\b(?:what|which|how|when|where|who|why|{_CLAUSE})\b", re.IGNORECASE)
# "For how long" asks, and says nothing of what.
_SAYS = re.compile(rf"\b(?:{_CLAUSE})\b", re.IGNORECASE)
# "Anything on ME/CFS?", "what is the evidence in it?": of the articles it is asked what they say of the subject.
_ANYTHING_ON = re.compile(
    r"^\W*(?:(?:so|and|but|ok(?:ay)?|hi|hello|is|are|was|there|do|have|you|got|been|has)\W+)*"
    r"(?:any(?:thing)?(?: (?:info\w*|data|research|evidence|studies|trials|news|papers?|more|here|known|else))*"
    r"|(?:what(?:['’]?s| is| are)|how (?:good|strong|solid) (?:is|are)) the (?:\w+ )?"
    r"(?:data|research|evidence|studies|trials))"
    r" (?:on|about|for|in|re) ",
    re.IGNORECASE,
)
# "Diabetic nerve pain in both feet. Any good?": what may be good for it is the subject.
_ANY_GOOD = re.compile(
    r"(?<=\W )(?:any (?:good|use|help|point|luck|joy|evidence|data|research|studies|trials|proof)"
    r"|worth (?:it|a (?:try|go|shot|thought)|trying)"
    r"|what (?:evidence|data|research|studies|trials|proof|results)(?: (?:exists?|(?:is|are) there|(?:is|are) known))?"
    r"(?: so far| to date)?)\W*$",
    re.IGNORECASE,
)
# "So it works then?" is said of what was just asked about.
_CONCLUDES = re.compile(r"\W*(?:(?:ok(?:ay)?|right|and|but|well)\W+)*so\b|.*\b(?:then|after all)\W*$", re.IGNORECASE)
# "So a third less pain?" concludes from what was told, whatever follows.
_SO = re.compile(r"\W*(?:(?:ok(?:ay)?|right|and|but|well|oh|wow)\W+)*so\b", re.IGNORECASE)
# "Is that enough for them few cases": those that were just told of.
_THOSE = re.compile(
    r"\b(?:them|those|these) (?:\w+ )?(?:cases?|stud(?:y|ies)|trials?|people|patients|women|men)\b", re.IGNORECASE
)
# "What happened when they came off it?": those who took part in what was just told of.
_TOOK_PART = re.compile(
    r"\bthey (?:all |both |really )?(?:came|did|had|got|took|were|stopped|quit|felt|stayed|improved|started|finished"
    r"|went)\b"
    r"|\b(?:did|were|had|have) they\b",
    re.IGNORECASE,
)
# "Was anyone on anything else in that trial?", "the one with placebo, how many?": it was told of just before.
_WAS_TOLD = re.compile(
    r"\b(?:that|this|those|these|the same) (?:\w+ )?(?:trials?|stud(?:y|ies)|pilots?|series|reviews?|cases?|patients?"
    r"|people|women|men|ladies|lads|folks?|volunteers|participants|ones?)\b"
    r"|\bof the (?:trials|studies|reviews|reports|cases|ones)\b"
    r"|\bthe (?:\w+ )?one (?:with|without|that|where|in|from)\b|\bthe (?!right|wrong|only|best|main)\w+ one\b"
    r"|\b(?:did|were|had|have|was|do|are) they\b|\bthey (?:\w+ )?(?:gave|got|took|had|were|did|saw|found|used|measured"
    r"|looked|tested|compared|reported|count(?:ed)?)\b|\bg[ai]ven? them\b|\bthem\W*$"
    r"|^\W*(?:and )?(?:given|taken|used|tried|tested) (?:alone|by|with|on|as)\b",
    re.IGNORECASE,
)
# "Where it was tested, did they ...": of whom is said in the question itself.
_OWN_PEOPLE = re.compile(
    r"\b(?:people|patients|women|men|children|kids|doctors|trials|studies|researchers|authors|editors|reviewers|experts"
    r"|capsules|tablets|pills|opioids|drugs|medicines|effects|symptoms|levels|enzymes|dreams)\b.*\b(?:they|them)\b",
    re.IGNORECASE,
)
# "And what is 6-beta-naltrexol?" can be understood by itself, whatever stood before.
_WHAT_IS = re.compile(
    r"\W*(?:(?:and|so|but|ok(?:ay)?)\W+)*what(?:['’]?s| is| are) (?!the\b|that\b|this\b|it\b)", re.IGNORECASE
)
# "Does it slow the illness down?", after one was named.
_THE_ILLNESS = re.compile(
    r"\b(?:the|this|that) (?:illness|disease|condition|disorder)\b(?! (?:of|that|which)\b)", re.IGNORECASE
)
_YES_OR_NO = re.compile(
    r"\W*(?:(?:and|so|but)\W+)*(?:would|could|should|will|is|was|does|did|can|might)\b", re.IGNORECASE
)
# "And when would I feel something?": of whom, and of what, is plain.
_I = re.compile(r"\b(?:i|we|you)\b", re.IGNORECASE)
# "Is that enough to go on?" is about the last answer, "what did that one find" about what was named before.
_THAT = re.compile(r"\b(?:is|was|does|did|can|on|by) (?:that|this)\b(?! (?:one|two|trial|study|review))", re.IGNORECASE)
# "Can I trust that number?": it stands in the last answer.
_THAT_FIGURE = re.compile(
    r"\b(?:that|this|those|these) (?:numbers?|figures?|percentages?|results?|findings?)\b", re.IGNORECASE
)
_PLURAL = re.compile(r"\b(?:they|them|those|these|both|each)\b", re.IGNORECASE)
# "How long did they take each one for": of whom, and what, stands in the question before.
_OF_THEM = re.compile(r"\beach (?:one|of (?:them|those|the two))\b", re.IGNORECASE)
_COMING_OFF = re.compile(r"\b(?:off|stop(?:ped|ping)?|without|quit) (?:of )?it\b", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """How a question is read. `text` stands alone and is shown; `own` is the part of it that this question brings;
    `earlier` has the readings before it, newest first, and `cited` the ids of the passages that the last answer cited.
    `bare` is the question by itself where nothing better was found than to put it behind the one before it, and then
    `after` the last question that needed no other. `asks` is what a story asks, where `own` is not all of it, and
    `alone` what it asks where that points to nothing told. `short` is that put as a short question, which `told` goes
    before.
    """

    text: str
    own: str
    earlier: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    bare: str | None = None
    after: str | None = None
    asks: str | None = None
    alone: str | None = None
    short: Reading | None = None
    told: str = ""

    @property
    def asked_now(self) -> str:
        """What is asked just now, without what is told or was asked before."""
        return self.bare or self.asks or self.own

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The texts it is looked up by: `own`, and `text` unless that has only more of what is told beside it."""
        return (self.own,) if self.asks == self.own else tuple(dict.fromkeys((self.own, self.text)))

    @property
    def instead(self) -> tuple[Reading, ...]:
        """How it is looked up where nothing answers it as it is read, in this order."""
        alone = replace(self, own=self.alone) if self.alone else None
        whole = replace(self, own=self.text) if self.asks else None
        # A question that names not even the drug says less by itself than with what was told.
        tried = (alone, self.short, whole) if self.asks else (self.short, alone)
        return tuple(reading for reading in tried if reading)


def read_one(
    own: str,
    before: Reading | None,
    subject: str | None,
    other_names: Sequence[str],
    lexicon: Lexicon,
    *,
    corrects: bool = False,
) -> Reading:
    """The reading of one question, given the reading of the one before it, which it may correct."""
    for said in (before.after, _in_short(before, lexicon), before.text) if before is not None else ():
        if said and (other := switched(own, said, lexicon)):
            return Reading(other, other)
    own = _name_illness(own, before, lexicon)
    meant = _use_named_before(own, lexicon) or _other_medicine(own, before, subject, other_names, lexicon) or subject
    if meant and not names_any(own, (meant, *(other_names if meant == subject else ()))):
        named = own if before is not None and _happened(own, lexicon) else _name_subject(own, meant)
        if named != own and set(terms(named)) - set(terms(meant)):
            # "Off it for how long": off another medicine, and before what, stands in the question before.
            of_the_last = before is not None and (
                _concludes(own, before, lexicon) or _says_nothing(own, meant, before, lexicon)
            )
            if not of_the_last and (not _COMING_OFF.search(own) or _SAYS.search(own)):
                return Reading(named, named)
            own, corrects = named, True
    ours_named = names_any(own, (*other_names, *([subject] if subject else ())))
    if subject and not ours_named and (on_it := _with_subject(own, subject, lexicon)):
        return Reading(on_it, on_it)
    fragment = not ours_named and _is_fragment(own)
    if _WHAT_IS.match(own) and [text for _, text in lexicon.things_in(own)] == [_WHAT_IS.sub("", own).strip(" ?.!")]:
        return Reading(own, own)
    leans = fragment or corrects or _leans(own, lexicon) or _is_of_them(own, lexicon) or _NOTHING_NEW.fullmatch(own)
    if before is None or not (leans or _is_of_what_was_told(own, before, lexicon)):
        return Reading(own, own)
    # What stands by itself, and the last step from there: more would drown the question.
    after = before.after or _in_short(before, lexicon)
    steps = [after, *([before.bare] if before.bare and set(terms(before.bare)) - lexicon.generic_terms else ())]
    text = _together(*steps, own)
    if meant and not _happened(own, lexicon) and not names_any(text, (meant, *other_names)):
        text = _name_subject(text, meant)
    # "Is there any proof it was the LDN?" names nothing but what everything is about.
    ours = terms(" ".join((*other_names, subject or "")))
    told_apart = set(terms(own)) - lexicon.generic_terms - set(ours) or (_I.search(own) and lexicon.other_names(own))
    of_its_own = told_apart and not (_THE_OTHER.search(own) or _THAT_FIGURE.search(own))
    # Of two steps what asks nothing of its own goes on from the last.
    at_the_last = steps[1:] and _THAT.search(own) and not _PLURAL.search(own)
    brings = own if of_its_own else _together(steps[-1], own) if at_the_last else text
    return Reading(text, before.own if _NOTHING_NEW.fullmatch(own) else brings, bare=own, after=after)


def _concludes(own: str, before: Reading, lexicon: Lexicon) -> bool:
    """Whether a question draws a conclusion or asks of those who took part, and names nothing, where the one before it
    names what it is about.
    """
    goes_on = _CONCLUDES.match(own) or _THOSE.search(own) or _TOOK_PART.search(own)
    return bool(goes_on and not lexicon.things_in(own) and lexicon.things_in(before.text))


def _says_nothing(own: str, meant: str, before: Reading, lexicon: Lexicon) -> bool:
    """Whether a question says nothing but "it" ("would it be the first thing to try?"), after one on a condition."""
    named = {kind for kind, _ in lexicon.things_in(before.text)}
    return (
        "condition" in named
        and bool(_YES_OR_NO.match(own))
        and set(terms(own)) <= lexicon.generic_terms | set(terms(meant))
    )


def _in_short(before: Reading, lexicon: Lexicon) -> str:
    """What a story asks as a short question, if that names a condition and a situation where the story does; else all
    of it.
    """
    if before.short is None:
        return before.text
    told, kept = (
        {kind for kind, _ in lexicon.told_of(text)} & {"condition", "situation"}
        for text in (before.text, before.short.text)
    )
    return before.short.text if told and told <= kept else before.text


def _is_of_what_was_told(own: str, before: Reading, lexicon: Lexicon) -> bool:
    """Whether a question names nothing but points to the study, or to the people, that the one before it tells of, or
    draws a conclusion from that.
    """
    told = _SO.match(own) or (_WAS_TOLD.search(own) and not _OWN_PEOPLE.search(own))
    if not told or len(terms(own)) > MOST_TERMS_OF_TOLD:
        return False
    return not lexicon.things_in(own) and bool(lexicon.things_in(before.text))


def _together(*steps: str) -> str:
    """Questions one behind the other."""
    return " ".join([*(step if step.endswith(("?", ".", "!")) else f"{step}?" for step in steps[:-1]), steps[-1]])


def _happened(own: str, lexicon: Lexicon) -> bool:
    """Whether a question asks of what was done once ("did it last?"): that is what was just spoken of."""
    return _leans(own, lexicon) and bool(_WHAT_HAPPENED.search(_EMPTY_PRONOUN.sub(" ", own)))


def _with_subject(own: str, subject: str, lexicon: Lexicon) -> str | None:
    """The question "anything on ME/CFS?" with the subject before the condition; None for any other."""
    start = _ANYTHING_ON.match(own)
    if start is None:
        good = _ANY_GOOD.search(own)
        if good is None or {kind for kind, _ in lexicon.things_in(own)} != {"condition"}:
            return None
        return f"{own[: good.start()]}{subject} {good.group()}"
    kinds = lexicon.things_in(own[start.end() :])
    if len(kinds) != 1 or kinds[0][0] != "condition" or set(terms(own[start.end() :])) > set(terms(kinds[0][1])):
        return None
    return f"{own[: start.end()]}{subject} for {own[start.end() :]}"


def _is_of_them(own: str, lexicon: Lexicon) -> bool:
    """Whether a question says nothing of its own but of "them" or "each one", of which the one before it tells."""
    told = set(terms(own)) - lexicon.generic_terms
    return bool(_OF_THEM.search(own)) and len(told) <= _OF_ITS_OWN and not lexicon.things_in(own)


def _other_medicine(
    own: str, before: Reading | None, subject: str | None, other_names: Sequence[str], lexicon: Lexicon
) -> str | None:
    """The medicine "it" is, if not the subject: one that the reading before names alone or that is to be stopped."""
    if before is None:
        return None
    named = [text for kind, text in lexicon.things_in(before.text) if kind == "medicine"]
    # An opioid receptor is no medicine.
    other = next((text for text in named if not re.search(rf"{re.escape(text)}\W+receptor", before.text)), None)
    ours = subject is not None and names_any(before.text, (subject, *other_names))
    alone = not (ours or lexicon.regimens_in(before.text))
    return other if alone or _COMING_OFF.search(own) else None


def _use_named_before(own: str, lexicon: Lexicon) -> str | None:
    """The use of the drug that a question names before it says "it": "I'm on Vivitrol. Does it cause nausea?"."""
    pronoun = _SUBJECT_PRONOUN.search(own)
    uses = lexicon.regimen_words(own) if pronoun else []
    if not pronoun or not uses or own.index(uses[0][1]) > pronoun.start() or len({use for use, _ in uses}) > 1:
        return None
    return lexicon.regimens[uses[0][0]][0]


def _name_illness(own: str, before: Reading | None, lexicon: Lexicon) -> str:
    """`own` with the one condition that the question before names in the place of "the illness"."""
    if before is None or not _THE_ILLNESS.search(own):
        return own
    named = [thing for kind, thing in lexicon.things_in(before.text) if kind == "condition"]
    return _THE_ILLNESS.sub(named[0], own, count=1) if len(named) == 1 else own


def _name_subject(text: str, subject: str) -> str:
    """`text` with its first pronoun read as the subject, unless it stands for something `text` has named."""
    empty = _EMPTY_PRONOUN.search(text)
    pronoun = _SUBJECT_PRONOUN.search(text, empty.end() if empty else 0)
    if pronoun is None or _NAMED_BEFORE.search(text, 0, pronoun.start()):
        return text
    return text[: pronoun.start()] + subject + text[pronoun.end() :]


def _is_fragment(question: str) -> bool:
    """Whether a question is no sentence but a few words ("responders at 30%?"), which go on from what was said."""
    return 0 < len(terms(question)) <= LEANING_TERMS and not _SENTENCE.search(question)


def _leans(question: str, lexicon: Lexicon) -> bool:
    """Whether a question cannot be understood without the one before it."""
    said = terms(question)
    if not said:
        return True
    points = _POINTS_BACK.search(_EMPTY_PRONOUN.sub(" ", question))
    topic = [term for term in said if term not in lexicon.generic_terms] if _ONLY_ASKS.search(question) else said
    most = MOST_TERMS_OF_TWO if _THE_OTHER.search(question) else LEANING_TERMS
    if len(topic) > most or len(said) > MOST_TERMS_OF_TOLD:
        return False
    signs = (_GOES_ON.match(question), _OPENS_LEANING.match(question), _ONLY_WHERE.match(question), points)
    return any(signs) or len(said) == 1
