"""`ldnqa check`: everything the reader finds, and a table of rules. A rule is one function that yields findings.

Invariant: a rule that is not in one of the two tables does not run, and tests/test_check.py has a fault for each one
that is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from ldnqa.corpus.desk import Desk, Finding
from ldnqa.corpus.read import read_folder
from ldnqa.corpus.rules_articles import duplicate_question, lapsed_approval
from ldnqa.corpus.rules_references import (
    doi_shape,
    future_date,
    impossible_date,
    pmid_shape,
    same_work,
    unused_reference,
    url_shape,
)
from ldnqa.corpus.rules_twins import hard_twin, lost_figure, lost_negation, missing_twin, twin_figure
from ldnqa.corpus.rules_words import (
    long_sentence,
    speaks_to_the_machine,
    unexplained_abbreviation,
    unlabelled_dose,
    unused_term,
)
from ldnqa.errors import BrokenCorpus, Problem

Rule = Callable[[Desk], Iterable[Finding]]

# What would mislead a reader.
ERRORS: dict[str, Rule] = {
    "doi-shape": doi_shape,
    "duplicate-question": duplicate_question,
    "future-date": future_date,
    "impossible-date": impossible_date,
    "lost-figure": lost_figure,
    "lost-negation": lost_negation,
    "pmid-shape": pmid_shape,
    "speaks-to-the-machine": speaks_to_the_machine,
    "twin-figure": twin_figure,
    "unlabelled-dose": unlabelled_dose,
    "url-shape": url_shape,
}
# What an editor should look at.
WARNINGS: dict[str, Rule] = {
    "hard-twin": hard_twin,
    "lapsed-approval": lapsed_approval,
    "long-sentence": long_sentence,
    "missing-twin": missing_twin,
    "same-work": same_work,
    "unexplained-abbreviation": unexplained_abbreviation,
    "unused-reference": unused_reference,
    "unused-term": unused_term,
}


def check_corpus(folder: Path) -> tuple[Problem, ...]:
    """Every fault of the folder `folder` by file and line: what stops a build, and what the rules find.

    The rules look at each article that can be read, so one broken article hides nothing of the others.
    """
    try:
        reading = read_folder(folder)
    except BrokenCorpus as error:
        return error.problems
    desk = Desk(folder, reading)
    problems = list(reading.problems)
    for severity, rules in (("error", ERRORS), ("warning", WARNINGS)):
        for name, rule in rules.items():
            problems += (Problem(f.file, f.line, name, f.message, f.mend, severity) for f in rule(desk))
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
