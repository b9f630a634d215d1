"""The command line: `ldnqa build | serve | ask | add | list | eval | rollback`. Each does one thing and says what."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ldnqa.cli_eval import evaluate
from ldnqa.errors import BrokenCorpus, InvalidQuestion, LdnqaError
from ldnqa.settings import Settings
from ldnqa.terminal import render
from ldnqa.types import Audience, Turn

corpus_option = click.option("--corpus", type=click.Path(path_type=Path), help="Folder of articles.")
index_option = click.option("--index", type=click.Path(path_type=Path), help="Folder of index builds.")


def says_what_went_wrong(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our own errors into a message and exit status 1; anything else is a bug and shows its traceback."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except BrokenCorpus as error:
            click.echo(f"{len(error.problems)} problem(s) in the corpus; the index was left as it was:", err=True)
            raise click.ClickException(str(error)) from error
        except LdnqaError as error:
            raise click.ClickException(str(error)) from error

    return run


def settings_with(**given: Any) -> Settings:
    """The settings of the environment with what was given on the command line in their place."""
    return Settings(**{name: value for name, value in given.items() if value is not None})


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ldnqa")
def main() -> None:
    """Answer follow-up questions about medical articles from the articles' own words."""


main.add_command(evaluate)


@main.command("build")
@corpus_option
@index_option
@click.option("--full", is_flag=True, help="Embed every passage again instead of only the changed ones.")
@says_what_went_wrong
def build_command(corpus: Path | None, index: Path | None, full: bool) -> None:
    """Build the index from the articles, and put it in service if it passes its checks."""
    settings = settings_with(corpus=corpus, index=index)
    _build(settings, full=full)


def _build(settings: Settings, *, full: bool = False) -> None:
    from ldnqa.build import build
    from ldnqa.encode import load_encoder

    click.echo(f"Reading {settings.corpus}", err=True)
    report = build(settings.corpus, settings.index, load_encoder(settings.model), full=full, progress=_progress())
    if report.unchanged:
        click.echo(f"Index {report.index_id} is up to date: {report.articles} articles, {report.passages} passages.")
    else:
        click.echo(
            f"Built index {report.index_id}: {report.articles} articles, {report.passages} passages, "
            f"{report.embedded} texts embedded, {report.reused} reused."
        )


@main.command("serve")
@corpus_option
@index_option
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 picks a free one.")
@says_what_went_wrong
def serve_command(corpus: Path | None, index: Path | None, host: str | None, port: int | None) -> None:
    """Build the index if it is missing or out of date, then serve the articles and the question box."""
    from ldnqa.api.serve import serve

    settings = settings_with(corpus=corpus, index=index, host=host, port=port)
    try:
        _build(settings)
    except BrokenCorpus as error:
        click.echo(f"{error}\nThe corpus cannot be built; serving the index as it was.", err=True)
    serve(settings)


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
    from ldnqa.policy import load_policy

    settings = settings_with(index=index)
    policy = load_policy(settings.policy)
    opened = Index.open(settings.index, load_encoder(settings.model))
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
    """Turn saved pages, HTML or Markdown files into articles of the corpus."""
    from ldnqa.corpus.add import add_documents

    settings = settings_with(corpus=corpus)
    for added in add_documents(files, settings.corpus, force=force):
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
