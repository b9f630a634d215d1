"""`ldnqa eval tune | lead | metric`: fit what ranks quotes and decides between an answer and silence."""

from __future__ import annotations

import json
from functools import partial
from itertools import chain
from pathlib import Path

import click

from ldnqa.cli_eval import CACHE, progress_on_stderr, served
from ldnqa.cli_options import index_option

gold_option = click.option(
    "--gold", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="As tests/gold.yaml."
)
conversations_option = click.option(
    "--conversations",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="As tests/conversations.yaml and tests/practice/*.yaml; may be given several times.",
)


@click.command("tune")
@gold_option
@conversations_option
@click.option(
    "--dataset", "datasets", multiple=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A BEIR folder with answerability; may be given several times.",
)  # fmt: skip
@index_option
def tune_command(
    gold: Path | None, conversations: tuple[Path, ...], datasets: tuple[Path, ...], index: Path | None
) -> None:
    """Fit the weights that rank quotes and decide between an answer and silence, and print them; nothing is changed.

    They are measured on questions left out; the held half of the conversations is counted and never fitted to.
    """
    from ldnqa.evaluate.beir import index_beir
    from ldnqa.evaluate.metric import crossed
    from ldnqa.evaluate.retrieval import index_folder
    from ldnqa.evaluate.tune import Sample, samples, samples_of, tune, without_questions
    from ldnqa.index import Index
    from ldnqa.quotes import weights_of
    from ldnqa.weights import MANY_SUBJECTS, WITH_QUESTIONS, WITHOUT_QUESTIONS

    if not gold:
        raise click.UsageError("the weights of ranking are fitted to questions of our own: give --gold FILE")
    opened, policy = served(index)
    fitted = {}
    for name, of, now in (
        ("with questions", opened, WITH_QUESTIONS),
        ("without questions", without_questions(opened), WITHOUT_QUESTIONS),
    ):
        if of is opened:
            unseen = crossed(opened, policy, conversations)
            ours = chain.from_iterable(samples(part.seen_across, policy, None, part.files) for part in unseen)
            data = [*samples(of, policy, gold, ()), *ours]
        else:
            data = list(samples(of, policy, gold, conversations))
        held = list(samples(of, policy, gold, conversations, held=True))
        fitted[name] = tune(data, held, now)
    strangers: list[Sample] = []
    for dataset in datasets:
        folder = index_folder(CACHE, dataset, opened.encoder)
        index_beir(dataset, folder, opened.encoder)
        index_of_set = Index.open(folder, opened.encoder)
        if weights_of(index_of_set) is MANY_SUBJECTS:
            strangers += samples_of(dataset, index_of_set, policy)
    if strangers:
        fitted["many subjects"] = tune(strangers, (), MANY_SUBJECTS)
    click.echo(json.dumps(fitted, indent=1))


@click.command("lead")
@gold_option
@conversations_option
@index_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the networks go: leading.npz.")
def lead_command(gold: Path | None, conversations: tuple[Path, ...], index: Path | None, out: Path | None) -> None:
    """Teach the networks that choose which quote leads, and print how often they are right on questions left out.

    The held half of the conversations is counted and never learned from.
    """
    from ldnqa.evaluate.leading import Lesson, lesson_of, measured, readers_lessons, save, teach
    from ldnqa.evaluate.metric import crossed
    from ldnqa.evaluate.tune import samples, without_questions

    opened, policy = served(index)
    learned, right = {}, {}
    asking = partial(progress_on_stderr(), "asking")
    unseen = list(crossed(opened, policy, conversations))
    for kind in ("with", "without"):
        whole = opened if kind == "with" else without_questions(opened)
        ours, readers = list(samples(whole, policy, gold, ())), list[Lesson]()
        for left_out in unseen:
            of = left_out.seen_across if kind == "with" else whole
            ours += samples(of, policy, None, left_out.files)
            readers += readers_lessons(of, policy, opened.bank, asking, left_out.rows)
        held = list(samples(whole, policy, gold, conversations, held=True))
        right[f"{kind} readers' questions"] = measured(ours, readers, held)
        learned[kind] = teach([*filter(None, map(lesson_of, ours)), *readers])
    if out:
        save(learned, out)
    click.echo(json.dumps(right, indent=1))


@click.command("metric")
@conversations_option
@index_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Where the metric goes: metric.npz.")
def metric_command(conversations: tuple[Path, ...], index: Path | None, out: Path | None) -> None:
    """Teach the metric across which questions are compared, and print what it does on files left out.

    Give it nothing that is to stay unseen. The networks and the weights of support are to be learned again after it.
    """
    from ldnqa.evaluate.metric import asked_of, crossed, save_metric, teach_metric
    from ldnqa.evaluate.tune import samples

    opened, policy = served(index)
    for part in crossed(opened, policy, conversations):
        figures = {"right place first": [part.plain[0], part.learned[0]], "AUROC": [part.plain[1], part.learned[1]]}
        click.echo(json.dumps({"left out": [file.stem for file in part.files], "plain, learned": figures}))
    if out:
        ours = asked_of(opened.bank, list(samples(opened, policy, None, conversations)))
        save_metric(teach_metric(opened.bank, ours), opened.encoder.digest, out)
