"""Superscripts and subscripts as plain text: 10⁹ stays a power and never becomes 109."""

from __future__ import annotations

_RAISED = dict(
    zip("0123456789+-−–=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_LOWERED = dict(zip("0123456789+-−–=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
# Signs that are printed raised but say the same on the line.
_SAME_ON_THE_LINE = frozenset("®™℠†‡§¶*#°,;' ")
# Longer than a footnote's mark is a word, and better read on the line.
_MOST_LETTERS = 2
_ORDINALS = frozenset({"st", "nd", "rd", "th"})


def raised(text: str) -> str:
    """`text` as a superscript, in words if there are no signs for it."""
    return _moved(text, _RAISED, "^")


def lowered(text: str) -> str:
    """`text` as a subscript; letters without a sign of their own stay on the line, as in Cmax."""
    return _moved(text, _LOWERED, "")


def _moved(text: str, signs: dict[str, str], otherwise: str) -> str:
    letters = "".join(filter(str.isalpha, text))
    short = len(letters) <= _MOST_LETTERS and letters not in _ORDINALS
    if short and all(sign in signs or sign in _SAME_ON_THE_LINE for sign in text):
        return "".join(signs.get(sign, sign) for sign in text)
    return f"{otherwise}{text}" if any(sign.isdigit() for sign in text) else text
