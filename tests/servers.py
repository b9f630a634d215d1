"""Makes sure of what the service is tested with, as Debian has it: PostgreSQL, Redis, nginx, wrk, openssl.

`make test` runs this first, after browser.py. As root it installs what is missing, and starts nothing; otherwise it
says what to do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "redis-server": Path("/usr/bin/redis-server"),
    "nginx-light": Path("/usr/sbin/nginx"),
    "wrk": Path("/usr/bin/wrk"),
    "postgresql": Path("/usr/lib/postgresql"),
    "openssl": Path("/usr/bin/openssl"),
}


def postgres_bin() -> Path:
    """The folder of the newest PostgreSQL's own programs."""
    return max(PROGRAMS["postgresql"].glob("*/bin"), key=lambda path: int(path.parent.name))


def main() -> None:
    """Installs what is missing if this may; SystemExit with what to do if not."""
    missing = [package for package, path in PROGRAMS.items() if not path.exists()]
    if not missing:
        return
    install = f"apt-get install --yes --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The tests of the service need {', '.join(missing)}. As root: apt-get update && {install}")
    # In this run level Debian's packages do not start what they install.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in ("apt-get update", install):
        done = subprocess.run(command.split(), env=environment, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(f"`{command}` failed; the tests of the service need {', '.join(missing)}.")


if __name__ == "__main__":
    main()
