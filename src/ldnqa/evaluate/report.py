"""A run -> one HTML page that needs nothing beside it: no script, no style sheet, no font, no request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from ldnqa.evaluate.charts import curve_chart, latency_chart, metric_chart
from ldnqa.evaluate.gold import GoldRun, gold_misses
from ldnqa.evaluate.measures import Point, risk_at
from ldnqa.evaluate.retrieval import ANSWERABLE, UNANSWERABLE, Asked, RetrievalRun, first_relevant, misses

# A table of misses is to be read, not counted; the record beside the page has every question.
_SHOWN = 60
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#222;max-width:960px;margin:2rem auto;padding:0 1rem}
svg{max-width:640px;width:100%;height:auto;display:block;margin:.5rem 0 1.5rem}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid #ddd}
td{overflow-wrap:break-word}
.wide{overflow-x:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{font-weight:600}dd{margin:0}
"""


def retrieval_page(run: RetrievalRun, **about: str) -> str:
    """The report of a BEIR run; `about` is what the caller knows of it, shown at its head."""
    counts = run.answerability
    left_out = {label: n for label, n in counts.items() if label not in {ANSWERABLE, UNANSWERABLE}}
    missed = misses(run)
    facts = {
        **about,
        "index": run.index_id,
        "model": run.model,
        "ranked questions": str(run.n),
        "relevant means": f"grade {run.rel} or more",
        "answerable / unanswerable": f"{counts.get(ANSWERABLE, 0)} / {counts.get(UNANSWERABLE, 0)}",
        "left out of answerability": ", ".join(f"{n} {label.lower()}" for label, n in left_out.items()) or "none",
    }
    rows = [
        (
            a.id,
            " › ".join((*a.before[-1:], a.question)),
            a.reading,
            _rank(a),
            ", ".join(a.relevant),
            "".join(a.ranked[:1]),
        )
        for a in missed[:_SHOWN]
    ]
    return _page(
        "Retrieval on " + about.get("dataset", "a data set"),
        facts,
        [
            ("Metrics", metric_chart(run.metrics, run.intervals)),
            ("Answering less, erring less", curve_chart(run.curve) + _at_80(run.curve, _WRONG_DOCUMENT)),
            (_TIMES, latency_chart(run.latency_ms)),
            (
                f"Misses: {len(missed)} of {run.n} questions with no relevant document among the first five",
                _table(("question", "asked", "read as", "rank", "relevant", "first found"), rows),
            ),
        ],
    )


def gold_page(run: GoldRun, **about: str) -> str:
    """The report of a run over our own questions; `about` is shown at its head."""
    missed = gold_misses(run)
    facts = {
        **about,
        "index": run.index_id,
        "model": run.model,
        "questions": f"{run.n}, of them {run.answerable} answerable",
    }
    rows = [
        (j.id, j.question, "" if j.answerable else "no answer", j.status, str(j.quote_place or "–"), j.first_said or "")
        for j in missed[:_SHOWN]
    ]
    return _page(
        "Our own questions: " + about.get("dataset", ""),
        facts,
        [
            ("Metrics", metric_chart(run.metrics, run.intervals)),
            ("Answering less, erring less", curve_chart(run.curve) + _at_80(run.curve, _WRONG_QUOTE)),
            (_TIMES, latency_chart(run.latency_ms)),
            (
                f"Misses: {len(missed)} of {run.n} questions",
                _table(("question", "asked", "expected", "status", "rank of right quote", "first said"), rows),
            ),
        ],
    )


_TIMES = "Milliseconds a question (half of them: filled; nine in ten: outlined)"
_WRONG_DOCUMENT = "nothing answers the question, or the leading quote is of a document that is not relevant"
_WRONG_QUOTE = "nothing answers the question, or the leading quote is not a right one"


def _at_80(curve: Sequence[Point], wrong: str) -> str:
    risk = risk_at(curve, 0.8)
    found = "" if risk is None else f"With the surest 80% of questions answered, {100 * risk:.1f}% are wrong. "
    return f"<p>{found}Wrong means: {escape(wrong)}.</p>"


def _rank(asked: Asked) -> str:
    return str(first_relevant(asked) or "not found")


def _page(title: str, facts: Mapping[str, str], parts: Iterable[tuple[str, str]]) -> str:
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    body = "".join(f"<h2>{escape(heading)}</h2>{content}" for heading, content in parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1><dl>{listed}</dl>{body}</body></html>\n"
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "<p>None.</p>"
    titles = "".join(f"<th>{escape(title)}</th>" for title in head)
    cells = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table></div>"
