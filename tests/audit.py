"""Asks a public advisory service about every pinned package, by pip-audit in an environment of its own.

`make test` runs this: a known vulnerability fails it, and where the service cannot be reached it says so and lets the
rest go on. `make audit` insists on an answer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

SERVICE = "https://api.osv.dev/v1/query"
PIP_AUDIT = "pip-audit==2.10.1"
LOCK = Path(__file__).parent.parent / "requirements.lock"
# Inside ours, so that `make clean` takes it along. Its packages must not replace the pinned ones.
PLACE = Path(sys.prefix) / "audit"
PATIENCE_SECONDS = 15


def main() -> None:
    """Exits with 1 if a pinned package has a known vulnerability, or if an answer was insisted on and there is none."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--insist", action="store_true", help="fail if the service cannot be reached")
    options.add_argument("--service", default=SERVICE, help="address of an OSV query service")
    options.add_argument("--lock", default=LOCK, type=Path, help="file of pins")
    given = options.parse_args()
    if why := unreachable(given.service):
        print(f"NOT AUDITED: {given.service} cannot be reached ({why}). `make audit` where it can be.", flush=True)
        sys.exit(1 if given.insist else 0)
    arguments = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--vulnerability-service", "osv"]
    arguments += ["--osv-url", given.service, "--requirement", str(given.lock)]
    sys.exit(subprocess.run([installed(), "-m", "pip_audit", *arguments], check=False).returncode)


def unreachable(service: str) -> str:
    """Why the service does not answer a question; "" if it does."""
    asked = json.dumps({"package": {"name": "ldnqa-none", "ecosystem": "PyPI"}, "version": "0"}).encode()
    request = urllib.request.Request(service, asked, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as reply:
            json.load(reply)
    except (OSError, ValueError) as error:
        return str(error)
    return ""


def installed() -> Path:
    """The Python that has pip-audit."""
    python = PLACE / "bin" / "python"
    if not python.exists():
        venv.create(PLACE, with_pip=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PIP_AUDIT]
    subprocess.run(pip, check=True)
    return python


if __name__ == "__main__":
    main()
