"""`ldnqa eval retrieval | gold | triage | conversations | grounding`: measure what is served, print the figures."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldnqa.cli_options import index_option
from ldnqa.errors import LdnqaError
from ldnqa.settings import Settings

if TYPE_CHECKING:
    from ldnqa.index import Index
    from ldnqa.policy import Policy

CACHE = Path(".cache/ldnqa-eval")


class _Group(click.Group):
    """A group whose commands turn our own errors into a message and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except LdnqaError as error:
            raise click.ClickException(str(error)) from error


@click.group("eval", cls=_Group)
def evaluate() -> None:
    """Measure how well questions are answered."""


json_option = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
report_option = click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a page with plots and misses here, and the whole record as JSON beside it.",
)
date_option = click.option("--date", "day", default=lambda: date.today().isoformat(), help="Date put on the report.")


@evaluate.command("retrieval")
@click.option(
    "--dataset", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False), help="BEIR folder."
)
@click.option("--split", default="dev", show_default=True, help="Which qrels/<split>.tsv to measure with.")
@click.option("--index", type=click.Path(path_type=Path), help=f"Index of its corpus; default: under {CACHE}.")
@click.option("--limit", type=click.IntRange(1), help="Ask only the first N questions.")
@json_option
@report_option
@date_option
def retrieval_command(
    dataset: Path, split: str, index: Path | None, limit: int | None, as_json: bool, report: Path | None, day: str
) -> None:
    """Ask the questions of a BEIR data set of an index of its corpus, which is built first where it is missing."""
    from ldnqa.encode import load_encoder
    from ldnqa.evaluate.beir import index_beir
    from ldnqa.evaluate.retrieval import index_folder, run_retrieval
    from ldnqa.index import Index
    from ldnqa.policy import load_policy

    settings = Settings()
    encoder = load_encoder(settings.model, settings.cache)
    folder = index or index_folder(CACHE, dataset, encoder)
    build_progress = progress_on_stderr()
    built = index_beir(dataset, folder, encoder, progress=lambda p: build_progress(p.stage, p.done, p.total))
    if not built.unchanged:
        click.echo(f"Built {folder}: {built.articles} documents, {built.passages} passages", err=True)
    ask_progress = progress_on_stderr()
    run = run_retrieval(
        dataset,
        Index.open(folder, encoder),
        load_policy(settings.policy, settings.country),
        split=split,
        limit=limit,
        progress=lambda done, total: ask_progress("asking", done, total),
    )
    about = {"kind": "retrieval", "dataset": dataset.resolve().name, "split": split, "date": day}
    _give(run.figures(), as_json)
    if report:
        from ldnqa.evaluate.report import retrieval_page

        _write(report, retrieval_page(run, **about), run.record(**about))


@evaluate.command("gold")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@index_option
@json_option
@report_option
@date_option
def gold_command(file: Path, index: Path | None, as_json: bool, report: Path | None, day: str) -> None:
    """Ask the questions of a file and look for the quotes it names; the file is in the format of tests/gold.yaml."""
    from ldnqa.evaluate.gold import gold_misses, read_gold, run_gold

    questions = read_gold(file)
    opened, policy = served(index)
    ask_progress = progress_on_stderr()
    run = run_gold(questions, opened, policy, progress=lambda done, total: ask_progress("asking", done, total))
    about = {"kind": "gold", "dataset": file.name, "date": day}
    _give(run.figures(), as_json)
    if not as_json:
        for miss in gold_misses(run):
            click.echo(f"  {miss.id}: {miss.question} -> {miss.status}: {miss.first_said or ''}")
    if report:
        from ldnqa.evaluate.report import gold_page

        _write(report, gold_page(run, **about), run.record(**about))


@evaluate.command("triage")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--words-only", is_flag=True, help="Judge by rules and words, as where there is no encoder.")
@json_option
def triage_command(files: tuple[Path, ...], words_only: bool, as_json: bool) -> None:
    """Count which emergencies are recognised, and which harmless questions are taken for one.

    The files are in the format of tests/triage/; every second line of a kind is held back from tuning.
    """
    from ldnqa.encode import load_encoder
    from ldnqa.evaluate.triage import read_suite, run_triage, told
    from ldnqa.policy import load_policy

    settings = Settings()
    cases = [case for file in files for case in read_suite(file)]
    encoder = None if words_only else load_encoder(settings.model, settings.cache)
    run = run_triage(cases, load_policy(settings.policy, settings.country), encoder)
    click.echo(json.dumps(run.figures(), ensure_ascii=False) if as_json else told(run))


@evaluate.command("conversations")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--half", type=click.Choice(["dev", "held"]), help="Hold only the conversations of this half.")
@index_option
@click.option("--reveal-held", is_flag=True, help="Name the failures of the held half, which then is spent.")
@json_option
def conversations_command(file: Path, half: str | None, index: Path | None, reveal_held: bool, as_json: bool) -> None:
    """Hold the conversations of a file, in the format of tests/conversations.yaml, and count the turns that pass."""
    from ldnqa.evaluate.conversations import read_conversations, run_conversations

    suite = read_conversations(file)
    opened, policy = served(index)
    ask_progress = progress_on_stderr()
    run = run_conversations(
        suite, opened, policy, half=half, progress=lambda done, total: ask_progress("talking", done, total)
    )
    figures = run.figures(reveal_held=reveal_held)
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, measured in figures["halves"].items():
        click.echo(f"{name}: {measured['n']} turns, {measured['passed']:.3f} passed")
        for kind, share in measured["kinds"].items():
            click.echo(f"  {kind:14} {share['n']:3}  {share['passed']:.3f}")
        for risk in ("risk_at_80_percent_of_all", "risk_at_80_percent_of_answerable", "answered_wrong"):
            shown = "none" if measured[risk] is None else f"{measured[risk]:.3f}"
            click.echo(f"  {risk.replace('_', ' ')}: {shown}")
    for turn in figures["failures"]:
        click.echo(f"  {turn['id']} [{turn['kind']}] {turn['question']} -> {'; '.join(turn['faults'])}")
        click.echo(f"      read as: {turn['reading']}; said: {turn['first_said'] or ''}")
    click.echo(f"{figures['n']} turns, index {figures['index_id']}")


@evaluate.command("grounding")
@click.option(
    "--dataset",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with expertqa.jsonl and k-qa-nli.jsonl, or one of them.",
)
@click.option(
    "--fit", "refit", is_flag=True, help="Fit the weights anew and print them with figures on claims left out."
)
@json_option
def grounding_command(dataset: Path, refit: bool, as_json: bool) -> None:
    """Ask of claims that experts have judged whether their passages support them; nothing is changed."""
    from ldnqa.encode import load_encoder
    from ldnqa.evaluate.grounding import fit, run_grounding, told
    from ldnqa.policy import load_policy
    from ldnqa.tokens import names_of

    settings = Settings()
    policy = load_policy(settings.policy, settings.country)
    embed_progress = progress_on_stderr()
    run = run_grounding(
        dataset,
        load_encoder(settings.model, settings.cache),
        names_of((), policy.wording.look_alikes, policy.lexicon),
        progress=lambda done, total: embed_progress("embedding", done, total),
    )
    if refit:
        click.echo(json.dumps(fit(run), indent=1))
        return
    figures = run.figures()
    click.echo(json.dumps(figures) if as_json else told(figures))


def served(index: Path | None) -> tuple[Index, Policy]:
    """The index of a folder, or of the settings, and the policy."""
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index
    from ldnqa.policy import load_policy

    settings = Settings()
    return Index.open(index or settings.index, load_encoder(settings.model, settings.cache)), load_policy(
        settings.policy, settings.country
    )


def _give(figures: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures["metrics"].items():
        pair = figures["intervals"][name]
        shown = "none" if value is None else f"{value:.3f}"
        click.echo(f"{name:18} {shown}" + (f"  [{pair[0]:.3f}, {pair[1]:.3f}]" if pair else ""))
    for stage, times in figures["latency_ms"].items():
        click.echo(f"{stage:18} p50 {times['p50']:.2f} ms, p90 {times['p90']:.2f} ms")
    click.echo(f"{figures['n']} questions, index {figures['index_id']}")


def _write(report: Path, page: str, record: Mapping[str, Any]) -> None:
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(page, encoding="utf-8")
    beside = report.with_suffix(".json")
    beside.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(f"Wrote {report} and {beside}", err=True)


def progress_on_stderr() -> Callable[[str, int, int], None]:
    """Shows progress on stderr: a line that is overwritten on a terminal, a line for each stage and tenth elsewhere."""
    last = ("", -1)

    def show(stage: str, done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{stage} {done}/{total}", nl=done >= total, err=True)
        elif (now := (stage, 10 * done // max(total, 1))) != last:
            click.echo(f"{stage} {done}/{total}", err=True)
            last = now

    return show
