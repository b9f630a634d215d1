"""The real server with everything real but the model: a process to test, ready in two seconds.

With TEST_REAL_MODEL in the environment the model is real too, and the index must have been built with it.
Settings come from the environment, as they do for `ldnqa serve`.
"""

from __future__ import annotations

import os
from functools import partial

from fakes import HashedEncoder

from ldnqa.api import protocol
from ldnqa.api.app import create_app
from ldnqa.api.deps import open_encoder, open_resources
from ldnqa.api.serve import listen, run
from ldnqa.api.workers import supervise
from ldnqa.settings import Settings


def small_app(settings: Settings):
    """The app over the index of the settings."""
    encoder = open_encoder(settings) if "TEST_REAL_MODEL" in os.environ else HashedEncoder()
    reopen = partial(open_resources, settings, encoder)
    return create_app(settings, resources=reopen(), reopen=reopen)


def main() -> None:
    """Serves until told to stop; prints the address."""
    # Tests of impatience need not wait for as long as a reader may take.
    protocol.HEAD_SECONDS = float(os.environ.get("TEST_HEAD_SECONDS", protocol.HEAD_SECONDS))
    protocol.READ_SECONDS = float(os.environ.get("TEST_READ_SECONDS", protocol.READ_SECONDS))
    settings = Settings()
    listening, address = listen(settings)
    started = partial(print, f"serving {address}", flush=True)
    if settings.workers > 1:
        supervise(settings, listening, started, small_app)
    else:
        run(small_app(settings), settings, listening, started)


if __name__ == "__main__":
    main()
