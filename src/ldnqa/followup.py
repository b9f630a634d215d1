"""A message and the questions before it -> what the reader means, said so that it can be looked up alone.

The reading is shown to the reader, so it only ever puts in words the reader used before or the name of what is being
talked about, and takes nothing out but slips of the pen and what only opens a question or goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ldnqa.inview import in_view, in_words, of_one, view_of
from ldnqa.openers import asks_nothing, opened
from ldnqa.people import HE_OR_SHE, people_told_of
from ldnqa.policy import Lexicon
from ldnqa.reading import Reading, read_one
from ldnqa.stages import stage
from ldnqa.stories import (
    STORY_WORDS,
    Story,
    asks_what_helps,
    asks_whether_true,
    brief,
    is_it_true,
    looked_up,
    of_what_they_take,
    story_in,
    uses_compared,
    with_what_is_told,
    without_purpose,
)
from ldnqa.switched import switched
from ldnqa.text import fold_space, names_any, terms, words
from ldnqa.types import Turn
from ldnqa.unsaid import SEARCH_TERM, with_unit
from ldnqa.uses import use_spoken_of, use_told_of
from ldnqa.vocabulary import SHORTEST, Vocabulary

# The question of a story that names so much by itself needs of the story no more than what it leaves out. Of 190 long
# messages one more is answered rightly from 4 to 6, and from 2 or 3 on one or two fewer.
TERMS_OF_ITS_OWN = 4
# A remark on an answer tells of nobody.
_ABOUT_SOMEBODY = re.compile(rf"\b(?:i|we|my|our|{HE_OR_SHE})\b(?! (?:thought|think|see|mean)\b)", re.IGNORECASE)

# What points to something has its name put in, or another question's words.
_POINTING = frozenset("it its this that these those they them he she one".split())


@stage("standalone")
def read(
    question: str,
    history: Sequence[Turn],
    *,
    subject: str | None = None,
    other_names: Sequence[str] = (),
    lexicon: Lexicon | None = None,
    vocabulary: Vocabulary | None = None,
    page: str | None = None,
) -> Reading:
    """The reading of a question after the questions of `history`, oldest first, each read in the same way.

    "It", "this drug" and the like are read as what the conversation is about: a medicine of the lexicon named last,
    else `subject`, unless the question names that itself, by this or by one of `other_names`. "And for MS?" is the
    question before it with MS in the place of the condition there. A short question that leans on the conversation
    in any other way is read together with the one before it. "A different topic: ..." leaves everything behind.
    Until something is named, questions are about what the title of the `page` they are asked on is (`inview.py`).
    """
    lexicon = lexicon or Lexicon()
    view = view_of(page, lexicon) if page else None
    readings: list[Reading] = []
    named = False
    cited: tuple[str, ...] = ()
    turns = (*history, Turn(question=question))
    for asked in turns:
        own = fold_space(asked.question)
        own, new_topic, corrects = opened(own, goes_on=bool(readings))
        if new_topic:
            readings, cited, named = [], (), False
        if vocabulary:
            own = vocabulary.corrected(own, lexicon.vocabulary, other_names, lexicon.run_together)
        if subject and not readings:
            own = with_unit(own)
        if page:
            own = in_words(own, page, subject, opens=not readings)
        if asks_nothing(own):
            if asked is not turns[-1]:
                continue
            return Reading(own, own)
        meant = use_spoken_of(readings, subject, other_names, lexicon) if subject else None
        if story := story_in(own):
            readings.append(_read_story(own, story, meant, other_names, lexicon))
        else:
            before = readings[-1] if readings else None
            if before and view and lexicon.things_in(own):
                before = of_one(before, view, lexicon)
            if before and (asks := _behind_remark(own, before, lexicon)):
                own = asks
            reading = read_one(own, before, meant, other_names, lexicon, corrects=corrects)
            if story_in(own, longer_than=0):
                reading = _with_alone(reading, meant, other_names, lexicon)
            readings.append(reading)
        named = named or bool(lexicon.things_in(readings[-1].text))
        if view and not named:
            # What was asked on the page before is about the same.
            readings[-1] = in_view(readings[-1], view, lexicon)
        cited = asked.source_ids or cited
    return replace(readings[-1], earlier=tuple(reading.text for reading in readings[-2::-1]), cited=cited)


def stands_as_it_is(question: str, names: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether a first question is likely to be looked up as it is written; only time is lost where it is not.

    Told by little, since the model waits for it. Of 2,124 first questions of practice it is said of 983, of 21 wrongly.
    """
    said = words(question)
    return (
        len(said) <= STORY_WORDS
        and ((len(said) > SEARCH_TERM and _POINTING.isdisjoint(said)) or names_any(question, names))
        and story_in(question, longer_than=0) is None
        and all(len(word) < SHORTEST or word in vocabulary or word[0].isdigit() for word in said)
    )


def _read_story(
    message: str, story: Story, subject: str | None, other_names: Sequence[str], lexicon: Lexicon
) -> Reading:
    """A story, shown whole, of which only the question speaks of the subject by a pronoun."""
    meant = use_told_of(story.told, subject, lexicon) if subject else None
    asked = read_one(story.asks, None, meant, other_names, lexicon).own
    text = message.replace(story.asks, asked)
    ours = (*other_names, *([subject] if subject else ()))
    own, alone = looked_up(text, story.told, asked, ours, lexicon)
    short = _read_short(message, story, subject, ours, lexicon) if subject else None
    of_its_own = alone and len(set(terms(asked)) - lexicon.generic_terms) >= TERMS_OF_ITS_OWN
    if short and own == text and (of_its_own or asks_whether_true(asked, lexicon.generic_terms)):
        own = short.own
    return Reading(text, own, asks=asked if own != text else None, alone=alone, short=short)


def _read_short(message: str, story: Story, subject: str, ours: Sequence[str], lexicon: Lexicon) -> Reading | None:
    """What a story asks as a short question with what it leaves out; None where that cannot be named."""
    said = brief(story.asks)
    told = message.replace(said.rstrip("?"), " ")
    meant = use_told_of(told, subject, lexicon)
    asked = read_one(said, None, meant, ours, lexicon).own
    text = is_it_true(said, told, meant, ours) or with_what_is_told(asked, told, meant, ours, lexicon)
    return Reading(text, text, told=told) if text else None


def _behind_remark(own: str, before: Reading, lexicon: Lexicon) -> str | None:
    """What is asked behind a remark on the answer: "300 mg is far more than anyone takes. At normal doses?".

    It only puts another thing in the place of one before, and the remark tells of nobody and names nothing.
    """
    story = story_in(own, longer_than=0)
    if story is None or not own.endswith(story.asks) or _ABOUT_SOMEBODY.search(story.told):
        return None
    names_something = lexicon.things_in(story.told) or lexicon.people_in(story.told)
    return None if names_something or not switched(story.asks, before.text, lexicon) else story.asks


def _with_alone(reading: Reading, subject: str | None, other_names: Sequence[str], lexicon: Lexicon) -> Reading:
    """A short message as it is read, and what it asks where it tells something before.

    What it asks is looked up at once where nothing that is told has a name.
    """
    story = None if reading.bare else story_in(reading.text, longer_than=0)
    if story is None:
        return reading
    ours = (*other_names, *([subject] if subject else ()))
    meant = use_told_of(story.told, subject, lexicon) if subject else None
    asked = read_one(story.asks, None, meant, other_names, lexicon).own
    own, alone = looked_up(reading.text, story.told, asked, ours, lexicon)
    if own == reading.text:
        return replace(reading, alone=alone)
    kinds = {kind for kind, _ in lexicon.told_of(without_purpose(story.told))}
    people = people_told_of(story.told, lexicon)
    if (kinds or people) and not uses_compared(story.told, asked, lexicon):
        of_them = kinds - {"medicine"} if asks_what_helps(asked) else kinds & {"situation"}
        matters = people or of_what_they_take(asked) or of_them
        return replace(reading, alone=own if matters else alone or own)
    # What names another use of the drug says all there is to ask.
    return replace(reading, own=own, asks=own if meant == subject else None)
