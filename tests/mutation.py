"""`make mutation`: mutmut, told that a step of an answer can be broken like any other function; then the score.

mutmut passes over every function with a decorator, since calling one twice may do things twice. `stage` does nothing of
the kind, and without this `ground`, `answered` and `triage` themselves would never be broken.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import libcst
from mutmut.__main__ import cli
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.stats import status_by_exit_code

HARMLESS = {"stage"}
NOTICED = {"killed", "timeout", "segfault"}
# Share of the mutants of each module that its tests must notice. docs/testing.md has what they do, and what is left.
REQUIRED = 0.8
_passes_over = MutationVisitor._skip_node_and_children


def passes_over(self: MutationVisitor, node: libcst.CSTNode) -> bool:
    """Whether nothing in `node` is to be broken."""
    if isinstance(node, libcst.FunctionDef) and {_name(each.decorator) for each in node.decorators} <= HARMLESS:
        return False
    return bool(_passes_over(self, node))


def _name(decorator: libcst.BaseExpression) -> str:
    called = decorator.func if isinstance(decorator, libcst.Call) else decorator
    return called.value if isinstance(called, libcst.Name) else ""


def told(folder: Path) -> bool:
    """Print for each module how many mutants were noticed, of those that were tried; whether they are enough."""
    enough = True
    for file in sorted(folder.rglob("*.meta")):
        codes = json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        tried = [status_by_exit_code[code] for code in codes if code is not None]
        if tried:
            noticed = sum(status in NOTICED for status in tried)
            print(
                f"{file.name.removesuffix('.py.meta'):8} {noticed} of {len(tried)} noticed, {noticed / len(tried):.1%}"
            )
            enough &= noticed >= REQUIRED * len(tried)
    return enough


MutationVisitor._skip_node_and_children = passes_over

if __name__ == "__main__":
    cli(standalone_mode=False)
    if sys.argv[1] == "run":
        sys.exit(0 if told(Path("mutants")) else f"less than {REQUIRED:.0%} noticed; `mutmut results` names the others")
