"""Writes the pages that are made from the code: `python docs/make`. With `--check` it only names stale ones."""

from __future__ import annotations

import sys
from pathlib import Path

import http_page
import picture
import python_page
import settings_page

DOCS = Path(__file__).parent.parent
MADE = {
    "settings.md": settings_page.page,
    "python.md": python_page.page,
    "http-reference.md": http_page.page,
    "architecture.svg": picture.drawing,
}


def main(arguments: list[str]) -> int:
    """0 if every page is now what the code makes of it, 1 if `--check` found one that is not."""
    stale = []
    for name, make in MADE.items():
        path, made = DOCS / name, make()
        if path.is_file() and path.read_text(encoding="utf-8") == made:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(made, encoding="utf-8")
            print(f"wrote docs/{name}")
    if stale and "--check" in arguments:
        print(f"not as the code would make them: {', '.join(stale)}; `make docs` writes them again")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
