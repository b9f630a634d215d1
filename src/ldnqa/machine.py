"""Words meant for a program that reads an article, and not for its readers. They are reported, and never quoted.

Only forms that no medical text needs are known here: what slips through is still only a quote, shown as one, because
nothing ldnqa says is made by following what it reads.
"""

from __future__ import annotations

import re
import unicodedata

_REPLY = r"your (?:next |own |final )?(?:answers?|repl(?:y|ies)|responses?|outputs?|summary|completion)"
_MODEL = (
    r"(?:AI|A\.I\.|artificial intelligence|(?:large )?language models?|LLMs?|chat ?bots?|(?:AI |virtual )?assistants?)"
)
_TO_THE_MACHINE = re.compile(
    # what it was told
    r"\b(?:ignore|disregard|forget|override)\b[\w\s,]{0,40}\b(?:previous|prior|above|earlier|preceding|foregoing|your|all)\b"
    r"[\w\s,]{0,20}\b(?:instructions?|prompts?|rules?|guidelines?|directions?|messages?|info\w*|text|data)\b"
    r"|\b(?:ignore|disregard|forget) (?:(?:all|any|the|these|those) )?(?:instructions?|prompts?|rest of (?:this|the))\b"
    r"|\bsystem (?:prompt|message|instructions?)\b|\b(?:new|hidden|secret|developer) instructions?\b|\bjailbreak"
    r"|\bchain of thought\b"
    # who it is
    rf"|\b(?:as|like|you are|you're|act as|pretend to be)(?: now)? (?:an?|the) {_MODEL}\b"
    rf"|\b(?:to|for|note to|attention,?) (?:any|all|every|the) {_MODEL}\b(?! (?:study|tool|system))"
    r"|\b(?:invisible|hidden) (?:to|from) (?:humans?|readers?|people)\b|\bautomated (?:screening|reading) systems?\b"
    # what it is to say
    r"|\b(?:add|append|begin|change|embed|end|finish|include|incorporate|insert|integrate|introduce|mention|modify|put"
    rf"|remove|replace|respond|start|translate|use|write)\b(?:[^.\n]|\.(?=\S)){{0,120}}\b{_REPLY}\b(?! (?:to|from)\b)"
    r"|\b(?:in|to|of|from|with|using|render|provide|enhance|augment|modify|end|begin|start) your (?:next |final )?"
    r"(?:answers?|repl(?:y|ies)|outputs?)\b"
    r"|\b(?:in|render|provide|enhance|augment|modify|end|begin|start) your responses?\b(?! to\b)"
    r"|\b(?:if|when|whenever) (?:the |a |any )?(?:user|reader)s? asks?\b[^.\n]{0,60}"
    r"\b(?:say|answer|reply|respond|tell|print|state)\b"
    r"|\b(?:say|tell|print|show|reveal) (?:it |this )?to the user\b|\btell the user\b"
    r"|\bif (?:asked|questioned),? (?:say|report|answer|reply)\b"
    r"|\b(?:reply|respond|answer) (?:only )?with (?:only|just|nothing but|the (?:following|words?|phrase|sentence))\b"
    r"|(?:^|[.!?:•])\W*(?:please )?(?:translate (?:this|the (?:following|above|text|sentence|article))\b"
    r"|(?:write|draft|compose) (?:me |us )?(?:an?|one|this|the following) \w+)"
    # marks of a conversation
    r"|<\|[^|>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>"
    r"|<end of (?:session|text|document)>|(?:^|[.!?•])\s*(?:system|assistant|user|human)\s*:",
    re.IGNORECASE | re.MULTILINE,
)


def machine_words(text: str) -> str | None:
    """The words of `text` that speak to a machine, on one line; None if there are none.

    Invisible characters are taken out and look-alike ones made plain first, so that none of them hides a word.
    """
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    found = _TO_THE_MACHINE.search(unicodedata.normalize("NFKC", visible))
    return " ".join(found[0].split()) if found else None
