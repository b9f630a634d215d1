"""Our own questions: what counts as right, and how the index that ships does on them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from fakes import HashedEncoder
from makers import article, section

from ldnqa import Index, ask
from ldnqa.build import build_articles
from ldnqa.errors import BrokenDataset
from ldnqa.evaluate.gold import gold_misses, read_gold, run_gold
from ldnqa.evaluate.report import gold_page
from ldnqa.lead import ANSWER_FROM

GOLD = Path(__file__).parent / "gold.yaml"

FILE = """
- id: dreams
  question: Does LDN give vivid dreams?
  article: made
  section: effects
  contains: Vivid dreams
- id: elsewhere
  question: Does LDN give vivid dreams?
  article: made
  section: effects
  contains: no such words
  also:
    - {article: made, contains: 'Vivid dreams were reported'}
- id: lost
  question: Does LDN give vivid dreams?
  article: made
  contains: Headache
- id: cost
  question: Which zeppelin costs less?
  article: null
- id: follow-up
  question: And headache?
  history: ['Does LDN give vivid dreams?']
  in_view: made
  article: made
  contains: Headache
"""


@pytest.fixture(scope="module")
def small_index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gold-index")
    texts = ("Vivid dreams were reported by people on LDN.", "Headache passed in a week.", "LDN is taken at bedtime.")
    made = article(section(texts[0], id="effects"), section(texts[1], id="more"), section(texts[2], id="use"))
    build_articles([made], (), folder, HashedEncoder())
    return Index.open(folder, HashedEncoder())


@pytest.fixture
def run(tmp_path, small_index, policy):
    (tmp_path / "gold.yaml").write_text(FILE)
    return run_gold(read_gold(tmp_path / "gold.yaml"), small_index, policy)


def test_a_source_is_right_if_it_holds_the_words_in_the_place_named(run):
    places = {j.id: j.quote_place for j in run.judged}
    assert places["dreams"] == places["elsewhere"] == 1
    assert places["lost"] != 1
    assert places["cost"] is None


def test_silence_is_right_where_nothing_answers(run):
    assert {j.id: j.status for j in run.judged}["cost"] == "abstained"
    assert run.metrics["right abstentions"] == 1.0
    assert "cost" not in {miss.id for miss in gold_misses(run)}


def test_the_figures_are_shares_of_the_questions_they_are_about(run):
    assert (run.n, run.answerable) == (5, 4)
    right = [j.quote_place == 1 for j in run.judged if j.answerable]
    assert run.metrics["quote hit@1"] == pytest.approx(sum(right) / 4)
    assert set(run.figures()) == {"metrics", "intervals", "latency_ms", "n", "answerable", "index_id", "misses"}


def test_the_report_lists_the_misses(run):
    page = gold_page(run, dataset="gold.yaml", date="2025-02-27")
    for miss in gold_misses(run):
        assert miss.question in page
    assert "5, of them 4 answerable" in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {id: a, question: b, article: c}", "needs `contains`"),
        ("- {id: a, question: b, article: null, answer: d}", "entry 0.answer"),
        ("- {id: a, question: b, article: null}\n- {id: a, question: c, article: null}", "'?a'? is given twice"),
        ("- [", "cannot be read"),
        ("just words", "entry the file"),
    ],
)
def test_a_faulty_file_is_refused_with_the_entry_at_fault(tmp_path, text, says):
    (tmp_path / "gold.yaml").write_text(text)
    with pytest.raises(BrokenDataset, match=says):
        read_gold(tmp_path / "gold.yaml")


@pytest.mark.model
def test_the_shipped_articles_answer_our_own_questions(index, policy, capsys):
    questions = read_gold(GOLD)
    found = run_gold(questions, index, policy)
    with capsys.disabled():
        print("\n" + ", ".join(f"{name} {value:.3f}" for name, value in found.metrics.items() if value is not None))
    assert found.n == len(questions)
    # What was measured is what was served: there is an answer where the probability says so,.
    for judged in found.judged:
        if judged.status != "urgent":
            assert (judged.status == "answered") == (judged.support >= ANSWER_FROM), judged
    # Measured: 0.912. Below this something is broken and not only out of tune.
    assert found.metrics["quote hit@3"] >= 0.90


@pytest.mark.model
def test_every_fact_of_the_articles_is_found_by_some_question(index, policy):
    found: dict[str, bool] = {}
    for entry in yaml.safe_load(GOLD.read_text(encoding="utf-8")):
        if entry["article"] is None:
            continue
        right = [entry, *entry.get("also", [])]
        sources = ask(index, entry["question"], policy=policy).sources
        hit = any(r["article"] == s.article_id and r["contains"] in s.quote for r in right for s in sources)
        for fact in re.split(r"[ ,]+", entry["fact"]):
            found[fact] = found.get(fact, False) or hit
    assert len(found) >= 68
    assert [fact for fact, hit in found.items() if not hit] == []
