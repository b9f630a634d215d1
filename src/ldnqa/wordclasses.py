"""Words that may stand for each other in a drafted sentence, and words it may never lose or add. Ours, and short.

Two names share a row only if either could stand in any sentence of the other without changing what it says: nausea and
vomiting do not, however often a reader means both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Weight(StrEnum):
    """What a word does in a sentence."""

    TOPIC = "topic"
    NEGATION = "negation"
    DIRECTION = "direction"
    HEDGE = "hedge"
    CONDITION = "condition"
    POPULATION = "population"
    NAME = "name"
    FIGURE = "figure"


# The first name of a row is what all of it is read as.
SAME = """
people, patient, patients, persons, individuals
medicine, medicines, medication, medications, drug, drugs
dose, doses, dosage, dosages
start, starts, started, starting, begin, begins, begun, began, beginning
chronic, long-lasting, long-term, long lasting, long term
neuropathic pain, nerve pain
side effects, side effect, adverse effects, adverse effect, unwanted effects
tachycardia, fast heartbeat, rapid heartbeat
daily, a day, per day, each day, every day
trigger, triggers, triggered, set off, sets off, bring on, brings on
go away, goes away, disappear, disappears
step by step, gradually, little by little, stepwise
randomised, randomized
"""
# Added or lost, it says the opposite.
NEGATION = """
not, no, never, none, nor, neither, without, nobody, nothing, lack, lacks, lacked, absence, fail, fails, failed, unable
"""
# Which way something goes: skipped, two halves of a sentence say what neither did.
DIRECTION = """
up, raise, raises, raised, raising, increase, increases, increased, increasing, rise, rises, rose, higher, more, greater
down, reduce, reduces, reduced, reducing, decrease, decreases, decreased, lower, lowers, lowered, less, fewer
down, fall, falls, fell, decline, declined, drop, dropped
better, improve, improves, improved, improving, improvement, ease, eases, eased, relieve, relieves, relieved
worse, worsen, worsens, worsened, aggravate, aggravates, aggravated
before, prior to
after, following
than, versus, vs
avoid, avoids, avoided, avoiding
stop, stops, stopped, stopping
block, blocks, blocked, blocking
prevent, prevents, prevented
contraindicated, contraindication
against
refused, excluded, withdrawn
"""
# How sure, how often, how much: lost, a guess becomes a fact; added, a warning becomes a guess.
HEDGE = """
may, might, can, could
should, ought
must, has to, have to, needs to, need to
suggest, suggests, suggested, suggesting
seem, seems, seemed, appear, appears, appeared
thought, think, thinks, believed, proposed, hypothesised, presumed, supposed
possible, possibly, perhaps
probable, probably, likely
unlikely
unclear, unknown, uncertain, unproven
often, common, commonly, frequently, frequent
usually, usual, generally, typically, normally
mostly, mainly, largely
sometimes, occasionally
rarely, rare, seldom, hardly, barely, uncommon
about, around, approximately, roughly, nearly, almost
at most, up to, no more than, maximum, highest, ceiling
at least, no less than, minimum
over, more than, above
under, less than, fewer than, below
some
most
many
few
several
all, every, always
only, solely, alone, merely
mixed, conflicting, inconsistent, disagree, disagrees, differently, contradict, contradicts
small, preliminary, limited
reported, reports, report
"""
# Under which condition, and what is weighed against it.
CONDITION = """
if, provided that, in case
unless, except
when, whenever
while, during, whereas
until, till
but, however, although, though, yet, despite, nevertheless, conversely, by contrast, in contrast
whether
or
"""
# In whom, and how it was found out.
POPULATION = """
women, woman, female, females
men, man, male, males
children, child, infants, adolescents, teenagers
adults, adult
older, elderly
pregnant, pregnancy
animals, animal, rats, rat, mice, mouse
healthy
pilot
open-label, open label
single-blind
double-blind
observational, retrospective
case report, case reports, case series
second-hand
laboratory, in vitro, cell studies
study, studies, trial, trials, review, reviews, meta-analysis
placebo, dummy pill
"""
# Words that only point at the article: a sentence may have them of its own, and need not keep them.
POINTING = frozenset(
    "include includes including included according article articles page text says say states passage source sources"
    " mentions lists listed names named seen see".split()
)


def _rows(kind: Weight, table: str) -> Mapping[str, tuple[Weight, str]]:
    rows = [[name.strip() for name in line.split(",")] for line in table.strip().splitlines()]
    return {name: (kind, row[0]) for row in rows for name in row}


# How often something is so may be said in another place of a sentence; every other word keeps its place.
MOVABLE = frozenset({"often", "usually", "mostly", "sometimes", "rarely"})
# Where a quote takes something back, or says that sources differ, no sentence of it is told without that.
BALANCES = frozenset({"but", "mixed"})
# What such a word is said of is kept to the end of its sentence: "not approved for pain" is not "not approved".
WIDENS = frozenset({"not", "only", "all", "unless"})

CLASSES: Mapping[str, tuple[Weight, str]] = {
    **_rows(Weight.TOPIC, SAME),
    **_rows(Weight.DIRECTION, DIRECTION),
    **_rows(Weight.HEDGE, HEDGE),
    **_rows(Weight.CONDITION, CONDITION),
    **_rows(Weight.POPULATION, POPULATION),
    **_rows(Weight.NEGATION, NEGATION),
}
"""Every name of the tables: what it does in a sentence, and the name its row is read as."""
