"""The support check and the command that measures it: what refuses a claim, what is counted, and what is left out."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from fakes import HashedEncoder

from ldnqa.cli import main
from ldnqa.policy import load_policy
from ldnqa.support import SIGNS, support_of
from ldnqa.tokens import names_of

POLICY = load_policy()
NAMES = names_of(("low-dose naltrexone", "LDN", "naltrexone"), POLICY.wording.look_alikes, POLICY.lexicon)
PASSAGE = "Ibuprofen 400 mg lowered pain in 40 people. It was taken for 7 days. Nausea was reported by 3 of them."


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("Ibuprofen 400 mg lowered pain in 40 people.", None),
        ("Ibuprofen 40 mg lowered pain in 40 people.", "figure"),
        ("Ibuprofen 400 g lowered pain in 40 people.", "figure"),
        ("Aspirin 400 mg lowered pain in 40 people.", "name"),
        ("Ibuprofen 400 mg did not lower pain in 40 people.", "negation"),
        ("Ibuprofen 400 mg raised pain in 40 people.", "direction"),
    ],
)
def test_what_a_claim_has_of_its_own_refuses_it(claim, why):
    support = support_of(claim, PASSAGE, HashedEncoder().encode_passages, NAMES)
    assert support.refusals == ((why,) if why else ())
    assert why is None or not support.is_given


def test_a_claim_in_the_passages_words_is_likelier_than_one_on_something_else():
    encode = HashedEncoder().encode_passages
    said = support_of("Ibuprofen lowered pain in 40 people.", PASSAGE, encode, NAMES).likelihood
    other = support_of("The museum opens on Sundays at noon.", PASSAGE, encode, NAMES).likelihood
    assert 0 <= other < said <= 1


EXPERTQA = [
    {
        "question": "q1",
        "claim": "Ibuprofen 400 mg lowered pain in 40 people [1].",
        "evidence": [f"[1] https://x.org\n\n{PASSAGE}"],
        "support": "Complete",
    },
    {
        "question": "q2",
        "claim": "Aspirin lowered fever in dogs.",
        "evidence": [f"[2] https://x.org {PASSAGE}"],
        "support": "Incomplete",
    },
    {
        "question": "q3",
        "claim": "Only an address.",
        "evidence": ["[3] https://example.org/a/long/address/without/any/text"],
        "support": "Complete",
    },
    {"question": "q4", "claim": "Nobody judged this.", "evidence": [PASSAGE], "support": "N/A"},
]
KQA = [{"Question": "q5", "answer": PASSAGE, "claim": "Nausea was reported.", "majority_label": "Neutral"}]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: HashedEncoder())
    for name, rows in (("expertqa.jsonl", EXPERTQA), ("k-qa-nli.jsonl", KQA)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return lambda *args: CliRunner().invoke(main, ["eval", "grounding", "--dataset", str(tmp_path), *args])


def test_figures_count_what_can_be_checked_and_say_what_cannot(run):
    figures = json.loads(run("--json").stdout)
    assert figures["n"] == 3
    assert figures["left_out"] == {"no text to check": 1, "not judged": 1}
    assert {name: part["claims"] for name, part in figures["sets"].items()} == {"expertqa": 2, "k-qa": 1}
    assert {"precision", "recall", "f1"} <= set(figures)
    assert figures["errors"]["rightly refused"]["name"] == 1
    assert "precision" in run().stdout


def test_a_line_that_is_no_claim_is_named(run, tmp_path):
    (tmp_path / "k-qa-nli.jsonl").write_text('{"claim": "x"}\n', encoding="utf-8")
    done = run()
    assert done.exit_code == 1
    assert "k-qa-nli.jsonl:1" in done.stderr


def test_a_folder_without_claims_says_what_belongs_there(run, tmp_path):
    for file in tmp_path.glob("*.jsonl"):
        file.unlink()
    assert "expertqa.jsonl" in run().stderr


def test_weights_can_be_fitted_anew_and_are_measured_on_questions_left_out(run, tmp_path):
    topics = ["gout", "malaria", "scurvy", "asthma", "migraine", "rickets", "measles", "mumps", "angina", "eczema"]
    rows = [
        {"Question": topic, "answer": f"Doctors treat {topic} every day.", "claim": claim, "majority_label": label}
        for topic in topics
        for claim, label in ((f"Doctors treat {topic}.", "Entailment"), ("Violins cost a lot.", "Neutral"))
    ]
    (tmp_path / "k-qa-nli.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "expertqa.jsonl").unlink()
    done = run("--fit")
    assert done.exit_code == 0, done.output
    fitted = json.loads(done.stdout)
    assert list(fitted["signs"]) == list(SIGNS)
    assert list(fitted["left out"]) == ["all", "k-qa"]
    assert fitted["left out"]["all"]["auroc"] == 1.0
    assert fitted["left out"]["all"]["at"]["0.5"][0] == 1.0, "precision"


@pytest.mark.parametrize("row", [{"evidence": "x"}, {"question": "q", "claim": "c", "evidence": []}, None], ids=str)
def test_a_line_of_the_other_set_is_named_too(run, tmp_path, row):
    line = json.dumps(row) if row else "no JSON"
    (tmp_path / "expertqa.jsonl").write_text(f"{json.dumps(EXPERTQA[0])}\n{line}\n", encoding="utf-8")
    assert "expertqa.jsonl:2" in run().stderr


def test_a_claim_without_words_is_left_out(run, tmp_path):
    rows = [*KQA, {**KQA[0], "claim": " "}, {**KQA[0], "answer": " "}]
    (tmp_path / "k-qa-nli.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert json.loads(run("--json").stdout)["left_out"]["no text to check"] == 3
