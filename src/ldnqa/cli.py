"""The command line: `ldnqa build | serve | ask | add | list | rollback`; `check | review` and `eval` beside it.

Each does one thing and says what it did.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldnqa.cli_corpus import check_command, review_command
from ldnqa.cli_eval import evaluate
from ldnqa.cli_fit import lead_command, metric_command, tune_command
from ldnqa.cli_operate import doctor_command, gaps_command
from ldnqa.cli_options import corpus_option, index_option, says_what_went_wrong, settings_with
from ldnqa.errors import BrokenCorpus, InvalidQuestion
from ldnqa.memory import uncollected
from ldnqa.terminal import render
from ldnqa.types import Audience, Turn

# Questions share the cores, so one of them is not shared out among all of these; on a busy machine small sums wait for
# it, too. Read when numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

if TYPE_CHECKING:
    from ldnqa.build import BuildReport
    from ldnqa.encode import Encoder
    from ldnqa.settings import Settings


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ldnqa")
def main() -> None:
    """Answer follow-up questions about medical articles from the articles' own words."""


main.add_command(check_command)
main.add_command(review_command)
main.add_command(evaluate)
for fits in (tune_command, lead_command, metric_command):
    evaluate.add_command(fits)
main.add_command(doctor_command)
main.add_command(gaps_command)


@main.command("build")
@corpus_option
@index_option
@click.option("--full", is_flag=True, help="Embed every passage again instead of only the changed ones.")
@says_what_went_wrong
def build_command(corpus: Path | None, index: Path | None, full: bool) -> None:
    """Build the index from the articles, and put it in service if it passes its checks."""
    from ldnqa.build import build
    from ldnqa.encode import load_encoder

    settings = settings_with(corpus=corpus, index=index)
    click.echo(f"Reading {settings.corpus}", err=True)
    encoder = load_encoder(settings.model, settings.cache)
    click.echo(
        _told(build(settings.corpus, settings.index, encoder, store=settings.store, full=full, progress=_progress()))
    )


def _told(report: BuildReport) -> str:
    size = f"{report.articles} articles, {report.passages} passages"
    if report.unchanged:
        return f"Index {report.index_id} is up to date: {size}."
    return f"Built index {report.index_id}: {size}, {report.embedded} texts embedded, {report.reused} reused."


@main.command("serve")
@corpus_option
@index_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one.")
@says_what_went_wrong
def serve_command(corpus: Path | None, index: Path | None, host: str | None, port: int | None) -> None:
    """Build the index if it is missing or out of date, then serve the articles and the question box."""
    from ldnqa.compared import is_known
    from ldnqa.encode import load_encoder

    settings = settings_with(corpus=corpus, index=index, host=host, port=port)
    # What libraries make when they are imported stays, and is much.
    with uncollected(), ThreadPoolExecutor(1) as beside:
        # The model is checked and loaded while the service's libraries are imported, on two cores at once.
        loading = beside.submit(load_encoder, settings.model, settings.cache)
        # FastAPI looks whether a model is one of pydantic 1, and goes without where that is not installed. Nothing in
        # this process has such models, and to load it takes a fifth of a second.
        sys.modules.setdefault("pydantic.v1", None)  # type: ignore[arg-type]
        from ldnqa.api.serve import serve

        encoder = loading.result()
    if not is_known(settings.corpus, settings.index, encoder, settings.store):
        _bring_up_to_date(settings, encoder)
    serve(settings, encoder)


def _bring_up_to_date(settings: Settings, encoder: Encoder) -> None:
    """Builds the index if need be; articles that cannot be built are told, and the index is left as it was."""
    from ldnqa.build import bring_up_to_date

    try:
        report = bring_up_to_date(settings.corpus, settings.index, encoder, store=settings.store, progress=_progress())
    except BrokenCorpus as error:
        if not (settings.index / "index.json").is_file():
            raise
        click.echo(f"{error}\nThe articles cannot be built like this; serving the index as it was.", err=True)
    else:
        if report:
            click.echo(_told(report))


@main.command("ask")
@click.argument("question", nargs=-1)
@index_option
@click.option("--article", "article_id", help="Id of the article in view.")
@click.option("--audience", type=click.Choice([a.value for a in Audience]), help="Who is reading.")
@click.option("--approved-only", is_flag=True, help="Use approved articles only.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@says_what_went_wrong
def ask_command(
    question: Sequence[str],
    index: Path | None,
    article_id: str | None,
    audience: str | None,
    approved_only: bool,
    as_json: bool,
) -> None:
    """Ask a question; without one, chat: each line is a question, an empty line ends."""
    from ldnqa.dialogue import ask
    from ldnqa.encode import load_encoder
    from ldnqa.index import Index
    from ldnqa.llm import open_model
    from ldnqa.policy import load_policy

    settings = settings_with(index=index)
    model = open_model(settings)
    policy = load_policy(settings.policy, settings.country)
    opened = Index.open(settings.index, load_encoder(settings.model, settings.cache))
    history: list[Turn] = []

    def answer(text: str) -> None:
        given = ask(
            opened,
            text,
            policy=policy,
            article_id=article_id,
            audience=Audience(audience) if audience else None,
            history=history,
            approved_only=approved_only,
            model=model,
        )
        click.echo(given.model_dump_json(indent=2) if as_json else render(given))
        history.append(Turn(question=given.question, source_ids=tuple(source.id for source in given.sources)))

    if question:
        answer(" ".join(question))
        return
    prompt = "Ask (empty line to end): " if sys.stdin.isatty() else ""
    while line := _read_line(prompt):
        try:
            answer(line)
        except InvalidQuestion as error:
            click.echo(str(error), err=True)


@main.command("add")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@corpus_option
@click.option("--force", is_flag=True, help="Replace an article that is there already.")
@says_what_went_wrong
def add_command(files: Sequence[Path], corpus: Path | None, force: bool) -> None:
    """Turn files, or all files of folders, into articles of the corpus.

    Reads saved pages, HTML, Markdown, PDF, and XML of drug labels (SPL) and research articles (JATS).
    """
    from ldnqa.corpus.add import add_documents

    settings = settings_with(corpus=corpus)
    for added in add_documents(files, settings.corpus, force=force, progress=_each):
        article = added.article
        click.echo(f"{settings.corpus / article.id}.md: {article.title}")
        click.echo(
            f"  {len(article.sections)} sections, {len(article.references)} references, {article.review.status.value}, "
            f"last updated {article.last_updated}"
        )
        for label, lines in (
            ("left out as page furniture", added.ignored),
            ("decided for you, please check", added.guesses),
            ("COULD NOT BE PLACED, please add by hand", added.unplaced),
        ):
            for line in lines:
                click.echo(f"  {label}: {line}")
    click.echo("Look the articles over, then run `ldnqa build`.")


@main.command("list")
@corpus_option
@says_what_went_wrong
def list_command(corpus: Path | None) -> None:
    """List the articles of the corpus: id, review status, last update and title."""
    from ldnqa.corpus.read import read_corpus

    for article in read_corpus(settings_with(corpus=corpus).corpus).articles:
        click.echo(f"{article.id}\t{article.review.status.value}\t{article.last_updated}\t{article.title}")


@main.command("rollback")
@index_option
@says_what_went_wrong
def rollback_command(index: Path | None) -> None:
    """Put the previous build of the index back in service."""
    from ldnqa.build import rollback

    click.echo(f"Index {rollback(settings_with(index=index).index)} is in service again.")


def _each(progress: Any) -> None:
    """Shows one line for each document."""
    click.echo(str(progress), err=True)


def _read_line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def _progress() -> Callable[[Any], None]:
    """Shows a build's progress: one line that is overwritten on a terminal, one line a stage elsewhere."""
    last_stage = ""

    def show(progress: Any) -> None:
        nonlocal last_stage
        if sys.stderr.isatty():
            click.echo(f"\r\033[K{progress}", nl=False, err=True)
            if progress.done == progress.total:
                click.echo(err=True)
        elif progress.stage != last_stage:
            click.echo(str(progress), err=True)
        last_stage = progress.stage

    return show
