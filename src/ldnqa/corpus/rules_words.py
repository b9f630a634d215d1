"""Rules on what the texts say: to whom they speak, which words they explain, and whose dose they name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ldnqa.corpus.desk import Desk, Finding
from ldnqa.corpus.figures import figures
from ldnqa.machine import machine_words
from ldnqa.text import names, sentences
from ldnqa.types import Regimen

# An answer quotes whole sentences, and more than this fills the screen of a phone.
LONGEST_SENTENCE = 60
# The highest low dose in our sources is 9 mg; tablets of naltrexone begin at 25 mg.
STANDARD_DOSE_FROM = 20
_STANDARD_LABEL = re.compile(
    r"\b(?:standard|full|usual|ordinary|conventional)[ -](?:dose|doses|strength|naltrexone|tablets?)\b"
    r"|\bmg[ -](?:naltrexone )?tablets?\b|\btablets? (?:of|with|containing) \d|\bnaltrexone tablets?\b"
    r"|\btablet label\b|\binjection\b|\bshot\b|\bvivitrol\b|\brevia\b",
    re.IGNORECASE,
)
_NALTREXONE = r"naltrexone|LDN"
# How the glossary defines another medicine ("A medicine of ...", "A long-acting opioid"); not a kind of medicines.
_A_MEDICINE = re.compile(r"An? (?!\w+ kind|kind)(?:[\w-]+ ){0,3}(?:medicine|opioid|painkiller)\b", re.IGNORECASE)

_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z]{2,6}(?:[-/][A-Z]+(?!\w)|-?\d\w*)*(?=s?(?!\w|:))")
# Everybody's abbreviations, which no reader looks up.
_EVERYDAYS = frozenset({"US", "USA", "UK", "EU", "COVID-19", "OK", "AM", "PM"})


def unlabelled_dose(desk: Desk) -> Iterator[Finding]:
    """A standard dose named in a low-dose section, in a sentence that does not say that it is one."""
    medicines = [entry.term for entry in desk.reading.glossary if _A_MEDICINE.match(entry.definition)]
    others = "|".join(map(re.escape, medicines)) or "(?!)"
    drug = re.compile(rf"\b(?:({_NALTREXONE})|{others})s?\b", re.IGNORECASE)
    for piece in desk.pieces:
        if piece.section.regimen is not Regimen.LOW_DOSE:
            continue
        for line, text in ((piece.line, piece.text), (piece.twin_line, piece.twin or "")):
            for span in sentences(text):
                for dose in _unlabelled(text[span.start : span.end], drug):
                    mend = (
                        'say in the same sentence whose dose it is: "standard-dose", "50 mg tablets", another medicine'
                    )
                    yield Finding(piece.file, line, f"{dose!r} in a low-dose section, unlabelled", mend)


def _unlabelled(sentence: str, drug: re.Pattern[str]) -> Iterator[str]:
    """The standard doses that `sentence` names without a label; group 1 of `drug` is naltrexone, the rest is other."""
    if _STANDARD_LABEL.search(sentence):
        return
    at = 0
    for figure in figures(sentence):
        at = sentence.index(figure.text, at) + len(figure.text)
        if figure.unit != "mg" or figure.value < STANDARD_DOSE_FROM:
            continue
        # A dose belongs to the medicine right behind it ("50 mg of amitriptyline"), or else to the last one before.
        behind = drug.match(re.sub(r"^ (?:of )?", "", sentence[at:]))
        whose = behind or next(reversed(list(drug.finditer(sentence, 0, at))), None)
        if whose is None or whose[1]:
            yield figure.text


def unexplained_abbreviation(desk: Desk) -> Iterator[Finding]:
    """An abbreviation in capitals that neither the glossary, the subject's names nor the article explains."""
    terms = [entry.term for entry in desk.reading.glossary]
    short_forms = " ".join(
        re.findall(r"short form is ([\w/-]+)", " ".join(e.definition for e in desk.reading.glossary))
    )
    for page in desk.pages:
        known = [*_EVERYDAYS, *terms, *page.article.subject, short_forms]
        seen: set[str] = set()
        for line, text in page.texts():
            for found in _ABBREVIATION.finditer(text):
                short = found[0]
                if short in seen:
                    continue
                seen.add(short)
                if not any(names(name, short) for name in known) and not _explains(page.words, short):
                    mend = f'write it out as "full words ({short})", or add it to the glossary'
                    yield Finding(page.path, line, f"nothing explains {short!r}", mend)


def _explains(text: str, short: str) -> bool:
    """Whether a text says what it is: "full words (FW)", "FW (full words)", "FW means", or a name, "the FW trial"."""
    this = re.escape(short)
    after = r" \([a-z]+[ -][a-z]|,? (?:which )?(?:means|stands for|is short for)\b| (?:trial|study|registry)\b"
    return re.search(rf"[a-z]+ \({this}\)|(?<!\w){this}(?:{after})", text) is not None


def unused_term(desk: Desk) -> Iterator[Finding]:
    """A term of the glossary that no article uses."""
    if not desk.reading.complete:
        return  # The article that cannot be read may be the one that uses it.
    text = "\n".join(page.words for page in desk.pages)
    for entry in desk.reading.glossary:
        if not names(text, entry.term):
            yield Finding(
                desk.glossary_file,
                desk.term_lines[entry.term],
                f"no article uses {entry.term!r}",
                "delete it, or use the word",
            )


def long_sentence(desk: Desk) -> Iterator[Finding]:
    """A sentence that is too long to be quoted."""
    for piece in desk.pieces:
        for span in sentences(piece.text):
            count = len(piece.text[span.start : span.end].split())
            if count > LONGEST_SENTENCE:
                message = f"a sentence of {count} words, more than {LONGEST_SENTENCE}"
                yield Finding(piece.file, piece.line, message, "make two of it")


def speaks_to_the_machine(desk: Desk) -> Iterator[Finding]:
    """Words meant for a program that reads the article, and not for its readers."""
    for file, line, text in desk.texts():
        if found := machine_words(text):
            mend = "delete it; if a source says it, tell in your own words what it says"
            yield Finding(file, line, f"{found!r} speaks to a machine", mend)
