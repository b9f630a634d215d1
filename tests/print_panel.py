"""Print the answers of the reading panel as a person sees them: `python tests/print_panel.py --index DIR`.

The questions stand in tests/panel.yaml, the grades in docs/panel.md. Run it again after a change and read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from ldnqa import Index, Settings, ask, load_encoder, load_policy
from ldnqa.terminal import render
from ldnqa.types import Audience, Turn

PANEL = Path(__file__).parent / "panel.yaml"


def main() -> None:
    """Print each question with its answer, numbered as in docs/panel.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Settings().index, help="Folder of index builds.")
    parser.add_argument("--short", action="store_true", help="Leave out sources, glossary and disclaimer.")
    given = parser.parse_args()
    index, policy = Index.open(given.index, load_encoder(Settings().model)), load_policy()
    for number, entry in enumerate(yaml.safe_load(PANEL.read_text(encoding="utf-8")), start=1):
        asked = entry if isinstance(entry, dict) else {"question": entry}
        audience = Audience(asked["audience"]) if "audience" in asked else None
        history = tuple(Turn(question=before) for before in asked.get("history", ()))
        answer = ask(index, asked["question"], policy=policy, audience=audience, history=history)
        who = f" ({audience.value})" if audience else ""
        print(f"{'=' * 100}\n{number}. {answer.question}{who}: {answer.status.value}\n")
        if given.short:
            print(answer.answer, "\n\nNotices:", *(notice.kind.value for notice in answer.notices), "\n")
        else:
            print(render(answer))


if __name__ == "__main__":
    sys.exit(main())
