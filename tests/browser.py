"""Makes sure of the browser that the page tests drive: Debian's Chromium, at one fixed place.

`make test` runs this first. As root it installs the package when it is missing; otherwise it says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
# Nothing of the browser's own may call out while the pages are tested.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_INSTALL = "apt-get install --yes --no-install-recommends chromium"


def main() -> None:
    """Installs Chromium if it is missing and this may; SystemExit with what to do if not."""
    if CHROMIUM.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The page tests need Chromium at {CHROMIUM}. As root: apt-get update && {_INSTALL}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update", _INSTALL):
        done = subprocess.run(command.split(), env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(f"`{command}` failed; the page tests need Chromium at {CHROMIUM}.")


if __name__ == "__main__":
    main()
