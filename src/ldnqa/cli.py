"""The command line."""

import click


@click.group()
def main() -> None:
    """Answer follow-up questions about medical articles from the articles' own words."""
