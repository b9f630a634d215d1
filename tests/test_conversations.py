"""The conversation suite: it names words that stand in the articles, its halves are drawn by rule, and it passes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from fakes import HashedEncoder
from makers import article, section

from ldnqa import Index
from ldnqa.build import build_articles
from ldnqa.cli import main
from ldnqa.corpus.read import read_corpus
from ldnqa.errors import BrokenDataset
from ldnqa.evaluate.conversations import read_conversations, run_conversations
from ldnqa.settings import packaged_corpus

FILE = Path(__file__).parent / "conversations.yaml"
# Of each half: the right passage first, silence where due, no regimen mixed up. The aim is 0.90 of all; 0.93 and 0.87
# are reached (docs/evaluation.md). This holds what is reached.
REQUIRED = {"dev": 0.91, "held": 0.85}

SMALL = """
passages:
  dreams:
    - {article: made, section: effects, contains: Vivid dreams}
  elsewhere:
    - {article: made, section: use, contains: ''}
conversations:
  - id: good
    half: dev
    turns:
      - {ask: 'Does LDN give vivid dreams?', kind: plain, expect: answered, right: [dreams], regimen: [low_dose]}
      - {ask: 'Which zeppelin costs less?', kind: unanswerable, expect: abstained}
  - id: hidden
    half: held
    turns:
      - {ask: 'Does LDN give vivid dreams?', kind: plain, expect: answered, right: [elsewhere]}
      - {ask: 'Are dreams vivid on LDN?', kind: regimen, expect: answered, right: [dreams], regimen: [injection]}
"""


@pytest.fixture
def small(tmp_path):
    """A folder with a suite of four turns and an index to ask."""
    (tmp_path / "small.yaml").write_text(SMALL)
    texts = ("Vivid dreams were reported by people on LDN.", "LDN is taken at bedtime.")
    made = article(section(texts[0], id="effects", regimen="low_dose"), section(texts[1], id="use", regimen="low_dose"))
    build_articles([made], (), tmp_path / "index", HashedEncoder())
    return tmp_path


@pytest.fixture
def run(small, policy):
    suite = read_conversations(small / "small.yaml")
    return run_conversations(suite, Index.open(small / "index", HashedEncoder()), policy)


def test_a_turn_passes_with_the_right_passage_first_or_with_silence_where_due(run):
    assert [turn.faults for turn in run.of("dev")] == [(), ()]
    assert run.figures()["halves"]["dev"]["passed"] == 1.0


def test_a_turn_fails_with_another_passage_or_another_regimen_first(run):
    wrong_place, wrong_regimen = run.of("held")
    assert wrong_place.faults == ("another passage first",)
    assert wrong_regimen.faults == ("low_dose and not injection",)


def test_failures_of_the_held_half_are_counted_and_named_only_on_request(run):
    assert run.figures()["halves"]["held"]["passed"] == 0.0
    assert run.figures()["failures"] == []
    assert [turn["id"] for turn in run.figures(reveal_held=True)["failures"]] == ["hidden.1", "hidden.2"]


def test_the_command_prints_shares_and_keeps_the_held_half_to_itself(small, monkeypatch):
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda model, cache=None: HashedEncoder())
    command = ["eval", "conversations", str(small / "small.yaml"), "--index", str(small / "index")]
    shown = CliRunner().invoke(main, command)
    assert shown.exit_code == 0
    assert "hidden" not in shown.stdout
    assert "hidden.1" in CliRunner().invoke(main, [*command, "--reveal-held"]).stdout
    only = json.loads(CliRunner().invoke(main, [*command, "--half", "held", "--json"]).stdout)
    assert (list(only["halves"]), only["n"], only["failures"]) == (["held"], 2, [])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("right: [dreams], regimen: [low_dose]", "right: [lost]", "names lost, which is no passage"),
        ("expect: abstained", "expect: answered", "if, and only if"),
        ("id: hidden", "id: good", "good is given twice"),
        ("half: held", "half: third", "conversations.1.half"),
    ],
)
def test_a_faulty_suite_is_refused_with_what_is_at_fault(tmp_path, old, new, says):
    (tmp_path / "small.yaml").write_text(SMALL.replace(old, new, 1))
    with pytest.raises(BrokenDataset, match=says):
        read_conversations(tmp_path / "small.yaml")


def test_every_accepted_quote_stands_in_the_articles():
    articles = {article.id: article for article in read_corpus(packaged_corpus()).articles}
    lost = [
        (name, place.article, place.section, place.contains)
        for name, places in read_conversations(FILE).passages.items()
        for place in places
        if not place.section
        or place.section not in [s.id for s in articles[place.article].sections]
        or place.contains not in articles[place.article].section(place.section).text
    ]
    assert lost == []


def test_the_suite_is_large_and_its_halves_are_drawn_by_the_rule_it_states():
    suite = read_conversations(FILE)
    assert [c.half for c in suite.conversations] == [
        "held" if number % 2 else "dev" for number in range(len(suite.conversations))
    ]
    turns = [turn for conversation in suite.conversations for turn in conversation.turns]
    assert len(turns) >= 170
    assert sum(turn.expect == "abstained" for turn in turns) >= 50
    assert {name for turn in turns for name in turn.right} == set(suite.passages)


@pytest.mark.model
@pytest.mark.parametrize("half", ["dev", "held"])
def test_the_shipped_articles_pass_the_conversations(index, policy, half):
    figures = run_conversations(read_conversations(FILE), index, policy, half=half).figures()
    failures = "\n".join(f"{turn['id']}: {turn['faults']}" for turn in figures["failures"])
    assert figures["halves"][half]["passed"] >= REQUIRED[half], failures
