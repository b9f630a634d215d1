"""The editors' commands: `ldnqa check | review`. They work on the articles and leave the index alone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from ldnqa.cli_options import corpus_option, says_what_went_wrong, settings_with
from ldnqa.types import ReviewStatus


@click.command("check")
@corpus_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print what is found."
)
@click.pass_context
@says_what_went_wrong
def check_command(context: click.Context, corpus: Path | None, form: str) -> None:
    """Look for faults in the articles; the exit status is 1 if there are any."""
    from ldnqa.corpus.check import check_corpus

    folder = settings_with(corpus=corpus).corpus
    problems = check_corpus(folder)
    if form == "json":
        fields = ("file", "line", "rule", "severity", "message", "mend")
        found = [{name: getattr(problem, name) for name in fields} for problem in problems]
        click.echo(json.dumps(found, indent=2, ensure_ascii=False, default=str))
    else:
        for problem in problems:
            click.echo(f"{problem} [{problem.severity}]")
        errors = sum(problem.severity == "error" for problem in problems)
        click.echo(f"{folder}: {errors} error(s), {len(problems) - errors} warning(s).", err=True)
    context.exit(1 if problems else 0)


@click.command("review")
@click.argument("article_id", metavar="ID")
@click.option(
    "--status", required=True, type=click.Choice([s.value for s in ReviewStatus]), help="Where it stands now."
)
@click.option("--by", required=True, metavar="NAME", help="Who looked at it.")
@click.option("--note", help="What they had to say.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day they did, today if left out.")
@corpus_option
@says_what_went_wrong
def review_command(
    article_id: str, status: str, by: str, note: str | None, on: datetime | None, corpus: Path | None
) -> None:
    """Record that somebody looked at the words of article ID as they are now."""
    from ldnqa.corpus.review import record_review

    folder = settings_with(corpus=corpus).corpus
    event = record_review(folder, article_id, ReviewStatus(status), by, on.date() if on else None, note)
    click.echo(f"{article_id}: {event.status.value} by {event.by} on {event.on}, for the words {event.digest[:12]}.")
    click.echo("Run `ldnqa build` to show it.")
