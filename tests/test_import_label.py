"""What becomes of a drug label in SPL: its sections, tables and lists in full, and the label as its own reference."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ldnqa.corpus.add import add_documents
from ldnqa.corpus.importing import import_document
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import UnreadableDocument
from ldnqa.types import BlockKind, Regimen, ReviewStatus, Tier

LABEL = Path(__file__).parent / "data" / "velaprine-label.xml"


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """The label with some of its text replaced."""
    text = LABEL.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "label.xml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def imported():
    return import_document(LABEL)


def test_a_label_says_what_it_is_of_and_since_when(imported):
    article = imported.article
    assert (article.id, article.title) == ("velaprine-label-c0ffee00", "Velaprine (drug label)")
    assert article.subject == ("Velaprine", "velaprine hydrochloride")
    assert article.last_updated == date(2023, 4, 18)
    assert article.review.status is ReviewStatus.SUBMITTED


def test_every_section_is_a_drug_label_of_the_standard_dose_under_its_own_heading(imported):
    sections = imported.article.sections
    assert [section.heading for section in sections] == [
        "WARNING: SUDDEN YAWNING",
        "1 INDICATIONS AND USAGE",
        "2 DOSAGE AND ADMINISTRATION",
        "Contraindications",
        "12.1 Mechanism of Action",
    ]
    assert {(section.tier, section.regimen) for section in sections} == {(Tier.DRUG_LABEL, Regimen.STANDARD_DOSE)}
    assert any("'Contraindications'" in guess for guess in imported.guesses)
    assert any("standard_dose, from TABLET, FILM COATED" in guess for guess in imported.guesses)


def test_the_label_is_the_reference_of_every_paragraph_and_list(imported):
    (reference,) = imported.article.references
    assert (reference.key, reference.year, reference.authors) == (
        "velaprine-label-c0ffee00-v7",
        2023,
        "Imaginary Pharma Ltd",
    )
    assert imported.references[0]["version"] == "7"
    assert "c0ffee00-aaaa-bbbb-cccc-0123456789ab" in imported.references[0]["note"]
    for section in imported.article.sections:
        for block in section.blocks:
            marked = any(block.start < mark.at <= block.end for mark in section.marks)
            assert marked is (block.kind is not BlockKind.HEADING)


def test_a_list_inside_a_list_stays_with_the_words_that_lead_into_it(imported):
    text = imported.article.sections[1].text
    assert text == (
        "Velaprine tablets are indicated for:\n• hiccups in adults\n"
        "• sneezing, in patients who: weigh at least 50 kg, and do not take opioids"
    )


def test_a_row_of_a_table_names_its_columns_its_group_and_its_footnote(imported):
    text = imported.article.sections[2].text
    assert (
        "Table 1. Dose by weight:\n"
        "• Adults: Weight: below 50 kg; Dose, Morning: 20 mg (with food)\n"
        "• Adults: Weight: 50 kg or more; Dose, Morning: 40 mg; Dose, Evening: none\n"
        "• Adults: Weight: 50 kg or more; Dose, Morning: 20 mg; Dose, Evening: 20 mg\n\n"
        "Weights are without shoes."
    ) in text
    assert any("table" in guess for guess in imported.guesses)


def test_nested_sections_powers_and_indices_keep_their_meaning(imported):
    dose, mechanism = imported.article.sections[2], imported.article.sections[4]
    headings = [dose.text[block.start : block.end] for block in dose.blocks if block.kind is BlockKind.HEADING]
    assert headings == ["2.1 Recommended Dose", "Missed dose"]
    assert "more than 10² mg" in dose.text
    assert "Skip a missed dose. Never take two." in dose.text
    assert "Cmax is 12 ng/mL." in mechanism.text


def test_pictures_are_unplaced_and_what_is_no_prose_is_ignored(imported):
    assert imported.unplaced == ("line 128: image: Chemical structure of velaprine",)
    ignored = " ".join(imported.ignored)
    for words in ("These highlights", "LACTOSE", "Watch for yawning", "30 tablets, Rx only", "Imaginary Pharma"):
        assert words in ignored


@pytest.mark.parametrize(
    ("form", "regimen"),
    [
        ("INJECTION, POWDER, FOR SUSPENSION, EXTENDED RELEASE", Regimen.INJECTION),
        ("SUSPENSION, EXTENDED RELEASE", Regimen.INJECTION),
        ("TABLET, EXTENDED RELEASE", Regimen.STANDARD_DOSE),
        ("CAPSULE", Regimen.STANDARD_DOSE),
        ("CREAM", None),
    ],
)
def test_the_regimen_is_that_of_the_form(form, regimen, tmp_path):
    imported = import_document(changed(tmp_path, ("TABLET, FILM COATED", form)))
    assert {section.regimen for section in imported.article.sections} == {regimen}
    assert any(form in guess for guess in imported.guesses)


def test_a_combination_has_no_regimen(tmp_path):
    other = (
        '<ingredient classCode="ACTIB"><ingredientSubstance><name>NAPELINE</name></ingredientSubstance></ingredient>'
    )
    path = changed(tmp_path, ('<ingredient classCode="IACT">', other + '<ingredient classCode="IACT">'))
    imported = import_document(path)
    assert {section.regimen for section in imported.article.sections} == {None}
    assert imported.article.subject == ("Velaprine", "velaprine hydrochloride", "napeline")


def test_a_new_version_replaces_the_article_by_force_and_has_a_reference_of_its_own(tmp_path):
    add_documents([LABEL], tmp_path / "corpus")
    newer = changed(tmp_path, ('<versionNumber value="7"/>', '<versionNumber value="8"/>'), ("who snore", "who hum"))
    (imported,) = add_documents([newer], tmp_path / "corpus", force=True)
    (article,) = read_corpus(tmp_path / "corpus").articles
    assert article == imported.article
    assert [reference.key for reference in article.references] == ["velaprine-label-c0ffee00-v8"]
    assert "who hum" in article.section("contraindications").text


def test_a_label_without_text_or_product_says_so(tmp_path):
    with pytest.raises(UnreadableDocument, match="does not name its product"):
        import_document(changed(tmp_path, ("<name>Velaprine</name>", "")))
    (tmp_path / "empty.xml").write_text('<document xmlns="urn:hl7-org:v3"/>', encoding="utf-8")
    with pytest.raises(UnreadableDocument, match="no text"):
        import_document(tmp_path / "empty.xml")


def test_an_address_is_made_only_from_a_set_id(tmp_path):
    path = changed(tmp_path, ('<setId root="c0ffee00-aaaa-bbbb-cccc-0123456789ab"/>', '<setId root="house-7"/>'))
    assert "URL" not in import_document(path).references[0]


def test_a_partial_date_is_a_guess_and_none_is_that_of_the_file(tmp_path):
    imported = import_document(
        changed(tmp_path, ('<effectiveTime value="20230418"/>', '<effectiveTime value="202304"/>'))
    )
    assert imported.article.last_updated == date(2023, 4, 1)
    assert any("gives only 202304" in guess for guess in imported.guesses)
    imported = import_document(changed(tmp_path, ('<effectiveTime value="20230418"/>', "")))
    assert any("no date found" in guess for guess in imported.guesses)


def test_a_table_too_large_to_repeat_is_listed_in_full(tmp_path):
    rows = "".join(f"<tr><td>row {number}</td></tr>" for number in range(300))
    table = f'<table><tr><td rowspan="300">{"long " * 3_000}</td></tr>{rows}</table>'
    wide = '<table><tr><td colspan="999999999">wide</td><td>x</td></tr></table>'
    imported = import_document(changed(tmp_path, ("Skip a missed dose.", table + wide)))
    assert any("too large" in remark and "row 299" in remark for remark in imported.unplaced)
    assert any("too large" in remark and "wide" in remark for remark in imported.unplaced)
