"""Fits the weights `with_meaning` of red_flags.yaml on the open halves of tests/triage, and prints them.

    python tests/weigh.py

Logistic regression on `triage.evidence`; run it after `python -m ldnqa.policy.train`. The held halves are not read.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from ldnqa import Settings, load_encoder, load_policy
from ldnqa.evaluate.triage import read_suite
from ldnqa.triage import Evidence, evidence, taken_apart

SUITES = Path(__file__).parent / "triage"
# Held back whole: measured when everything else was done.
LEFT_OUT = "sixth"
# An emergency that is missed counts for more than a question that is stopped: with this much more, the pairs of short
# questions keep their recall when long ones, of which most are calm, are weighed beside them.
MISSED = 1.05


def main() -> None:
    """Prints the line for the policy file."""
    policy, encoder = load_policy(), load_encoder(Settings().model)
    cases = [
        case
        for path in sorted(SUITES.glob("*.yaml"))
        if not path.name.startswith(LEFT_OUT)
        for case in read_suite(path)
        if not case.held and not case.before
    ]
    rows = np.array([evidence(taken_apart(case.question, policy), encoder) for case in cases])
    urgent = [case.urgent for case in cases]
    fitted = LogisticRegression(max_iter=1000, class_weight={True: MISSED, False: 1}).fit(rows, urgent)
    weights = dict(zip(Evidence._fields, fitted.coef_[0], strict=True)) | {"start": fitted.intercept_[0]}
    print("with_meaning:", {name: round(float(weight), 2) for name, weight in weights.items()})


if __name__ == "__main__":
    main()
