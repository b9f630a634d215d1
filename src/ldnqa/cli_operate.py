"""Commands of whoever runs a site: `ldnqa gaps` and `ldnqa doctor`."""

from __future__ import annotations

import click

from ldnqa.cli_options import says_what_went_wrong, settings_with


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
