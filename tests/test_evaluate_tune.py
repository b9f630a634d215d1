"""`ldnqa eval tune` fits weights to questions, measures them on others, and prints both; it changes nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from fakes import HashedEncoder
from makers import article, section
from test_evaluate_beir import write_beir

from ldnqa import Index
from ldnqa.answerable import ALL_SIGNS
from ldnqa.build import build_articles
from ldnqa.cli import main
from ldnqa.dialogue import ask
from ldnqa.evaluate.leading import readers_lessons
from ldnqa.evaluate.tune import Sample, fit_ranking, fit_support, only, samples, tune, without_questions
from ldnqa.leading import SIGNS
from ldnqa.types import Asked, Status
from ldnqa.weights import MANY_SUBJECTS, RANKING_SIGNS, WITH_QUESTIONS, WITHOUT_QUESTIONS

FACTS = {
    "gout": "Uric acid crystals cause gout.",
    "influenza": "Influenza is caused by a virus.",
    "migraine": "Light makes a migraine worse.",
    "scurvy": "Scurvy comes of a lack of vitamin C.",
    "malaria": "Mosquitoes carry malaria.",
    "rickets": "Rickets softens the bones of children.",
}
GOLD = [
    *(
        {"id": name, "question": f"What is known of {name}?", "article": name, "contains": fact}
        for name, fact in FACTS.items()
    ),
    *(
        {"id": f"none-{n}", "question": question, "article": None}
        for n, question in enumerate(["Who won the football match?", "Which zeppelin costs less?", "Is velvet soft?"])
    ),
]


def turn(ask, *right):
    return {"ask": ask, "kind": "plain", "expect": "answered" if right else "abstained", "right": list(right)}


CONVERSATIONS = {
    "passages": {name: [{"article": name, "contains": fact}] for name, fact in FACTS.items()},
    "conversations": [
        {"id": "one", "half": "dev", "turns": [turn("What causes gout?", "gout"), turn("Who wrote Hamlet?")]},
        {"id": "two", "half": "dev", "turns": [turn("What carries malaria?", "malaria"), turn("Why is the sky blue?")]},
        {"id": "out", "half": "held", "turns": [turn("What causes influenza?", "influenza"), turn("How tall is Ben?")]},
        {
            "id": "urgent",
            "half": "dev",
            "turns": [{"ask": "I took an overdose", "kind": "plain", "expect": "urgent"}],
        },
    ],
}
BEIR = [
    {"_id": f"q{n}", "text": text, "metadata": {"answerability": "ANSWERABLE" if n % 2 else "UNANSWERABLE"}}
    for n, text in enumerate(["Who sings?", "What causes gout?", "Is tin dear?", "What is migraine?"])
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with all there is to tune on: an index with readers' questions, and three files of questions."""
    folder = tmp_path_factory.mktemp("tune")
    made = [
        article(
            section(fact, f"Few doctors see {name} often."),
            id=name,
            subject=(name,),
            title=name.title(),
            asked=(Asked(section_id="part", start=0, end=len(fact), questions=(f"Where does {name} come from?",)),),
        )
        for name, fact in FACTS.items()
    ]
    build_articles(made, (), folder / "index", HashedEncoder(), unanswered=["Who pays for a holiday?"])
    (folder / "gold.yaml").write_text(yaml.safe_dump(GOLD), encoding="utf-8")
    (folder / "conversations.yaml").write_text(yaml.safe_dump(CONVERSATIONS), encoding="utf-8")
    corpus = [{"_id": name, "title": name, "text": fact} for name, fact in FACTS.items()]
    write_beir(folder / "set", corpus, BEIR)
    return folder


@pytest.fixture(scope="module")
def index(folder):
    return Index.open(folder / "index", HashedEncoder())


@pytest.fixture
def run(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: HashedEncoder())
    return lambda *args: CliRunner().invoke(main, ["eval", "tune", "--index", "index", *args])


def test_it_prints_a_weight_for_every_sign_and_figures_on_questions_left_out(run, folder):
    dev = f"dev {folder.name}/conversations"
    before = {sign: WITH_QUESTIONS.ranking[sign] for sign in WITH_QUESTIONS.ranking}
    done = run("--gold", "gold.yaml", "--conversations", "conversations.yaml", "--dataset", "set")
    assert done.exit_code == 0, done.output
    fitted = json.loads(done.stdout)
    for name, now in (("with questions", WITH_QUESTIONS), ("without questions", WITHOUT_QUESTIONS)):
        assert list(fitted[name]["ranking"]) == list(now.ranking)
        assert list(fitted[name]["support"]) == list(now.support)
        assert isinstance(fitted[name]["intercept"], float)
        # Every weight of ranking is told as a multiple of the first.
        assert fitted[name]["ranking"]["quote"] == 1.0
        first = fitted[name]["right quote first, left out"]
        assert set(first) == {"gold", dev, "held"}
        assert all(0 <= share <= 1 for share in first.values())
        assert set(fitted[name]["AUROC, left out"]) == {"gold", dev, "held"}
        assert set(fitted[name]["AUROC, by the other sets"]) == {"gold", dev}
    # The articles of the set have no subject in common, and none of its quotes is judged.
    assert list(fitted["many subjects"]["support"]) == list(MANY_SUBJECTS.support)
    assert fitted["many subjects"]["ranking"] == fitted["many subjects"]["right quote first, left out"] == {}
    assert set(fitted["many subjects"]["AUROC, left out"]) == {"set"}
    assert before == WITH_QUESTIONS.ranking


def test_without_questions_of_our_own_it_says_what_to_give(run):
    done = run()
    assert done.exit_code == 2
    assert "--gold FILE" in done.stderr


def test_a_sample_tells_whether_a_question_is_answerable_and_which_quotes_are_right(folder, index, policy):
    found = list(samples(index, policy, folder / "gold.yaml", [folder / "conversations.yaml"]))
    assert [(s.of, s.group, s.answerable) for s in found] == [
        *(("gold", entry["id"], entry["article"] is not None) for entry in GOLD),
        *(
            (f"dev {folder.name}/conversations", name, answerable)
            for name in ("one", "two")
            for answerable in (True, False)
        ),
    ]
    for sample in found:
        assert len(sample.support) == len(ALL_SIGNS)
        assert sample.quotes.shape == (len(sample.right), len(SIGNS))
        assert sample.right.sum() == sample.answerable
    held = list(samples(index, policy, folder / "gold.yaml", [folder / "conversations.yaml"], held=True))
    assert [(s.of, s.group, s.answerable) for s in held] == [("held", "out", True), ("held", "out", False)]


def test_several_files_are_told_apart(folder, index, policy):
    (folder / "more").mkdir(exist_ok=True)
    (folder / "more" / "talks.yaml").write_text(yaml.safe_dump(CONVERSATIONS), encoding="utf-8")
    files = [folder / "conversations.yaml", folder / "more" / "talks.yaml"]
    assert {s.of for s in samples(index, policy, None, files)} == {f"dev {folder.name}/conversations", "dev more/talks"}
    assert {s.of for s in samples(index, policy, None, files, held=True)} == {"held"}


def test_an_index_can_be_looked_at_as_if_nobody_had_written_down_readers_questions(index):
    assert index.bank
    plain = without_questions(index)
    assert not plain.bank
    assert plain.articles == index.articles


def made_samples(rng, count, *, of="gold"):
    """Questions in which the first sign tells the right quote and the answerable question, and the others are noise."""
    for n in range(count):
        answerable = n % 2 == 0
        quotes = rng.normal(size=(6, len(RANKING_SIGNS)))
        right = np.zeros(6, dtype=bool)
        right[n % 6] = answerable
        quotes[:, 0] += 3 * right
        support = rng.normal(size=len(ALL_SIGNS))
        support[0] += 2 * answerable
        yield Sample(of, f"{of}-{n}", answerable, support, quotes, right)


def test_the_sign_that_tells_gets_the_weight():
    data = list(made_samples(np.random.default_rng(0), 160))
    ranking = fit_ranking(data)
    assert ranking[0] > 3 * np.abs(ranking[1:]).max()
    support, intercept = fit_support(data)
    assert support[0] > 2 * np.abs(support[1:]).max()
    assert intercept < 0 < intercept + 2 * support[0]


def test_only_the_signs_that_have_a_weight_are_fitted():
    (sample,) = made_samples(np.random.default_rng(0), 1)
    (kept,) = only([sample], WITHOUT_QUESTIONS)
    assert kept.quotes.shape[1] == len(WITHOUT_QUESTIONS.ranking)
    wanted = [list(RANKING_SIGNS).index(name) for name in WITHOUT_QUESTIONS.ranking]
    assert np.array_equal(kept.quotes, sample.quotes[:, wanted])
    (unjudged,) = only([Sample("set", "q", True, sample.support)], WITHOUT_QUESTIONS)
    assert unjudged.quotes is None
    assert len(unjudged.support) == len(WITHOUT_QUESTIONS.support)


def test_what_is_held_is_never_fitted_to_and_the_same_questions_give_the_same_weights():
    data = list(made_samples(np.random.default_rng(0), 24))
    held = list(made_samples(np.random.default_rng(1), 10, of="held"))
    fitted, without = tune(data, held, WITHOUT_QUESTIONS), tune(data, (), WITHOUT_QUESTIONS)
    for part in ("ranking", "support", "intercept"):
        assert fitted[part] == without[part]
    assert fitted["right quote first, left out"]["gold"] == without["right quote first, left out"]["gold"] > 0.7
    assert set(fitted["AUROC, left out"]) - set(without["AUROC, left out"]) == {"held"}


def test_the_networks_that_choose_a_lead_are_taught_and_told_how_often_they_are_right(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ldnqa.encode.load_encoder", lambda *_: HashedEncoder())
    given = ["--gold", "gold.yaml", "--conversations", "conversations.yaml", "--index", "index", "--out", "leading.npz"]
    done = CliRunner().invoke(main, ["eval", "lead", *given])
    assert done.exit_code == 0, done.output
    for figures in json.loads(done.stdout).values():
        assert set(figures) == {"gold", f"dev {folder.name}/conversations", "held"}
        assert all(0 <= share <= 1 for share in figures.values())
    with np.load(folder / "leading.npz") as kept:
        assert {name.partition("_")[0] for name in kept} == {"with", "without"}


def test_readers_questions_are_lessons_as_if_nobody_had_written_them_down(tmp_path, policy):
    first, other = "Uric acid crystals cause gout.", "Cherries are eaten by many."
    asked = Asked(
        section_id="part", start=0, end=len(first), questions=("What causes gout?", "Which crystals cause it?")
    )
    alone = Asked(
        section_id="part", start=len(first) + 1, end=len(first) + 1 + len(other), questions=("Who eats cherries?",)
    )
    made = article(section(f"{first} {other}"), id="gout", subject=("gout",), title="Gout", asked=(asked, alone))
    build_articles([made], (), tmp_path / "index", HashedEncoder())
    index = Index.open(tmp_path / "index", HashedEncoder())
    lessons = list(readers_lessons(index, policy, index.bank))
    assert len(lessons) == 2
    assert all(lesson.right.any() and not lesson.right.all() for lesson in lessons)
    exact = index.bank.likeness(index.bank.vectors[0])
    numbers, cosines = index.bank.likest(np.array([0]), exact)
    assert (numbers.tolist(), cosines.tolist()) == ([0], [pytest.approx(1)])
    assert index.bank.likeness(index.bank.vectors[0], leave_out=0).best[0] < 0.9
    plain = without_questions(index)
    assert len(list(readers_lessons(plain, policy, index.bank))) == 3


@pytest.mark.parametrize(("thing", "status"), [("gout", Status.ANSWERED), ("plumbism", Status.ABSTAINED)])
def test_where_articles_share_no_subject_a_letter_is_judged_by_what_it_is_about(
    tmp_path, encoder, policy, thing, status
):
    made = [article(section(fact), id=name, subject=(name,), title=name.title()) for name, fact in FACTS.items()]
    build_articles(made, (), tmp_path, encoder)
    letter = f"My brother visits every autumn and brings old photographs. He spoke of {thing}. What causes {thing}?"
    assert ask(Index.open(tmp_path, encoder), letter, policy=policy).status is status
