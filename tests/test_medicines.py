"""Medicines by their names: opioids are known as such whatever they are called, and none is read as another word."""

from __future__ import annotations

import pytest

from ldnqa import ask, load_policy
from ldnqa.types import NoticeKind, Status

LEXICON = load_policy().lexicon


@pytest.mark.parametrize(
    "names",
    [
        "butorphanol, nalbuphine, pentazocine, levorphanol, remifentanil, diamorphine, tilidine, loperamide",
        "Demerol, Percodan, Opana, Sublocade, Talwin, Actiq, Xtampza, Dolophine, Lomotil, Imodium, Tussionex",
        "Tramacet, Targin, Palexia, Buvidal, Temgesic, co-dydramol, Solpadeine, DHC, MST, Physeptone, Endone, Tramal",
        # However they are written, and those that no list has.
        "cocodamol, MS-Contin, mscontin, Tylenol 3, Tylenol with codeine, Robitussin AC, oxys, acetylfentanyl",
    ],
)
def test_an_opioid_is_one_by_any_name(names):
    unknown = [name for name in names.split(", ") if LEXICON.classes_in(f"Can I take LDN with {name}?") != ["opioid"]]
    assert unknown == []


def test_what_acts_like_an_opioid_gets_the_warning_and_not_what_is_said_of_opioids():
    for name in ("kratom", "tianeptine"):
        assert LEXICON.classes_in(f"Can I take LDN with {name}?") == ["like_opioids"]
        assert all("opioid" not in others for _, others in LEXICON.other_names(f"Is {name} safe?"))


def test_what_only_shares_a_name_or_a_word_with_an_opioid_is_none():
    text = "Is it lean to take Tylenol, Robitussin, Nurofen or naloxone for the blues in the same margin, and to smack?"
    assert LEXICON.classes_in(text) == []


@pytest.mark.model
def test_no_medicine_is_read_as_another_word_and_a_slip_in_an_opioid_is_put_right(index):
    def read(text):
        return index.vocabulary.corrected(text, LEXICON.vocabulary, index.subject, LEXICON.run_together)

    known = "Targin, Contrave, Concerta, Methadose, Durogesic, Relistor, Keppra"
    assert read(known) == known
    slips = read("oxycodon, tramodol, percocette, buprenorfine, suboxon, hydracodone, codiene")
    assert slips == "oxycodone, tramadol, percocet, buprenorphine, suboxone, hydrocodone, codeine"


@pytest.mark.model
def test_a_medicine_with_part_of_an_opioids_name_gets_no_answer_about_opioids(index, policy):
    answer = ask(index, "Can I take LDN and Tylenol?", policy=policy)
    assert answer.status is Status.ABSTAINED
    assert NoticeKind.OPIOID_INTERACTION not in [notice.kind for notice in answer.notices]
    answer = ask(index, "Can I take LDN with Demerol?", policy=policy)
    assert "opioid" in answer.statements[0].text
    assert NoticeKind.OPIOID_INTERACTION in [notice.kind for notice in answer.notices]
