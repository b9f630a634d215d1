"""Makes sure of what the page tests drive: Debian's Chromium, Node, and axe-core, which looks for barriers.

`make test` runs this first. As root it installs the packages when they are missing; otherwise it says what to do.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHROMIUM = Path("/usr/bin/chromium")
HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
# Of the version that package.json pins.
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
# Nothing of the browser's own may call out while the pages are tested.
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_INSTALL = "apt-get install --yes --no-install-recommends"


def main() -> None:
    """Installs what is missing if this may; SystemExit with what to do if not."""
    missing = [] if CHROMIUM.exists() else ["chromium"]
    missing += [package for package, command in (("nodejs", "node"), ("npm", "npm")) if shutil.which(command) is None]
    if missing:
        install(missing)
    if not AXE.exists() or hashlib.sha256(AXE.read_bytes()).hexdigest() != AXE_SHA256:
        run("npm install --no-package-lock --ignore-scripts --no-audit --no-fund --silent --prefix", str(HERE))
        if hashlib.sha256(AXE.read_bytes()).hexdigest() != AXE_SHA256:
            sys.exit(f"{AXE} is not the axe-core that tests/package.json pins.")


def install(packages: list[str]) -> None:
    """Installs Debian packages."""
    command = f"{_INSTALL} {' '.join(packages)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The page tests need {', '.join(packages)}. As root: apt-get update && {command}")
    run("apt-get update")
    run(command)


def run(command: str, *arguments: str) -> None:
    """Runs a command; SystemExit if it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run([*command.split(), *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(f"`{command}` failed; the page tests need it.")


if __name__ == "__main__":
    main()
