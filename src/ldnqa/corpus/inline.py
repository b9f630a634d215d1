"""The words of a paragraph, heading or list item: markup goes, citation marks become offsets, nothing else is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from ldnqa.corpus.draft import BULLET, Words
from ldnqa.corpus.problems import UNWANTED, Report
from ldnqa.corpus.references import KEY

_KEY = KEY.pattern
_CITATION = re.compile(rf"\[@(?:{_KEY})(?:\s*;\s*@(?:{_KEY}))*\s*\]")
# Looks meant as a citation: a bracket with a key somewhere in it, or a key that stands free.
_BROKEN_CITATION = re.compile(rf"\[(?:[^\[\]\\]*[\s;-])?@\w[^\[\]]*\]?|\[\^\w+\]|(?<![\w.+-])@(?:{_KEY})")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_BULLETS = re.compile(r"\s*[•‣◦⁃▪●]")
_LINK_DEFINITION = re.compile(r"\[[^\]]+\]:\s")

_MARKUP = {"em_open", "em_close", "strong_open", "strong_close", "link_open", "link_close"}
_REFUSED = {
    "code_inline": ("code", "write it without backticks"),
    "image": ("an image", "say in words what it shows"),
    "html_inline": ("HTML", "write it in Markdown, or \\< for the sign itself"),
}


def citations(md: MarkdownIt) -> None:
    """Teaches the parser `[@a; @b]`, and to notice what was probably meant to be one."""

    def rule(state: StateInline, silent: bool) -> bool:
        if state.src[state.pos] not in "[@":
            return False
        for kind, pattern in (("citation", _CITATION), ("broken_citation", _BROKEN_CITATION)):
            if found := pattern.match(state.src, state.pos, state.posMax):
                if not silent:
                    state.push(kind, "", 0).content = found[0]
                state.pos = found.end()
                return True
        return False

    md.inline.ruler.before("link", "citation", rule)


def read_words(inline: Token, line: int, known: set[str], report: Report) -> Words:
    """What an inline token says, and what it cites; `line` is where it begins, `known` the keys that exist."""
    for offset, part in enumerate(inline.content.split("\n")):
        if _BULLETS.match(part):
            report.error(
                line + offset, "bullet-character", f"a line begins with {part.strip()[0]!r}", "begin it with -"
            )
    if _LINK_DEFINITION.match(inline.content):
        report.error(line, "unsupported-markup", "a link definition", "write [words](address) in the text")
    text = ""
    cites: list[tuple[int, tuple[str, ...]]] = []
    for token in inline.children or ():
        if token.type == "citation":
            text = text.rstrip()
            keys = _cited(token.content, line, known, report)
            if not text:
                report.error(line, "citation-first", "a citation with no words before it", "put it after its words")
            elif cites and cites[-1][0] == len(text):
                keys = cites.pop()[1] + keys
            cites.append((len(text), tuple(dict.fromkeys(keys))))
        elif token.type == "broken_citation":
            mend = "write [@key] or [@key1; @key2], or \\@ and \\[ for the signs themselves"
            report.error(line, "malformed-citation", f"{token.content!r} is not a citation", mend)
        elif token.type in {"softbreak", "hardbreak"}:
            text = _join(text, " ")
        elif token.type == "text":
            text = _join(text, token.content)
        elif token.type not in _MARKUP:
            what, mend = _REFUSED.get(token.type, (token.type, "write it as plain words"))
            report.error(line, "unsupported-markup", f"{what} in a text", mend)
        line += (token.type in {"softbreak", "hardbreak"}) + token.content.count("\n")
    text = text.rstrip()
    if found := UNWANTED.search(text):
        report.error(line, "control-character", f"invisible character U+{ord(found[0]):04X}", "delete it")
    if text.startswith(BULLET.strip()):
        report.error(line, "bullet-character", "the text begins with a bullet", "write a list with -")
    return Words(text, tuple(cites))


def _join(text: str, more: str) -> str:
    """`text` and `more` with runs of plain white space as one space, and none at the beginning."""
    more = _SPACE.sub(" ", more)
    if not text:
        return more.lstrip()
    return text + (more[1:] if more.startswith(" ") and text.endswith(" ") else more)


def _cited(content: str, line: int, known: set[str], report: Report) -> tuple[str, ...]:
    keys = tuple(re.findall(rf"@({_KEY})", content))
    for key in keys:
        if key not in known:
            mend = "correct the key, or add the entry to references.json"
            report.error(line, "dangling-reference", f"no reference has the id {key!r}", mend)
    return keys


def no_citations(words: Sequence[Words], line: int, where: str, report: Report) -> None:
    """Reports citations where there may be none."""
    if any(part.cites for part in words):
        report.error(line, "misplaced-citation", f"a citation in {where}", "put it into the paragraph or list itself")
