"""Commands of whoever runs a site: `ldnqa gaps` and `ldnqa doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from ldnqa.cli_options import corpus_option, index_option, says_what_went_wrong, settings_with


@click.command("gaps")
@click.option("--at-least", type=click.IntRange(1), default=1, show_default=True, help="Leave out what was asked less.")
@click.option("--site", help='Only what readers of this site asked; "" for our own pages.')
@says_what_went_wrong
def gaps_command(at_least: int, site: str | None) -> None:
    """Report what readers asked in vain, redacted, most often asked first: what an editor could write next."""
    from ldnqa.feedback import FeedbackStore

    store = FeedbackStore(settings_with().feedback)
    try:
        gaps = store.gaps(at_least=at_least, site=site)
    finally:
        store.close()
    if not gaps:
        click.echo(
            "Nothing is kept. Questions are kept, redacted, only where a site opts in: LDNQA_KEEP_QUESTIONS=true for "
            'our own pages, "keep_questions": true in LDNQA_SITES for a site that embeds the box.'
        )
    for gap in gaps:
        where = ", ".join(gap.article_ids) or "no article in view"
        days = gap.first_day if gap.first_day == gap.last_day else f"{gap.first_day} to {gap.last_day}"
        click.echo(f"{gap.times}\t{days}\t{where}\t{gap.question}")


@click.command("doctor")
@corpus_option
@index_option
@click.option("--url", help="The address that readers use, to look through the proxy too.")
@says_what_went_wrong
def doctor_command(corpus: Path | None, index: Path | None, url: str | None) -> None:
    """Look at model, index, articles, settings, disk, clock and the service, and say how to mend what is not well."""
    from ldnqa.doctor import Verdict, examine

    failed = 0
    for finding in examine(settings_with(corpus=corpus, index=index), url):
        failed += finding.verdict is Verdict.FAIL
        click.echo(str(finding))
    if failed:
        raise SystemExit(1)
