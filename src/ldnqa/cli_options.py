"""What the commands share: the options for folders, the settings, and how an error of ours is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ldnqa.errors import BrokenCorpus, LdnqaError
from ldnqa.settings import Settings

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
